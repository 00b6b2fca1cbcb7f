"""A bar on standard error while a large file is read: only on a screen, and only where it takes a while."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from ehcp_timeline.cases.source import CaseFile

AFTER = 1.0  # seconds without a sign of life that nobody minds
WIDTH = 24
_OVER_AGAIN = "\r\x1b[K"


class Bar:
    """One line that is written over again.

    Args:
        screen: Where it is drawn.
        expected: About how many rows will come; 0 where nobody knows.
        after: Seconds that pass before it is drawn for the first time.
    """

    def __init__(self, screen: IO[str], expected: int, after: float) -> None:
        self._screen = screen
        self._expected = expected
        self._from = time.monotonic() + after
        self._rows = 0
        self._drawn = False

    def add(self, rows: int) -> None:
        """Count rows that have been judged, and draw the bar if it is time to."""
        self._rows += rows
        if time.monotonic() >= self._from:
            self._write(bar_line(self._rows, self._expected))
            self._drawn = True

    def clear(self) -> None:
        """Leave the line as if nothing had been there."""
        if self._drawn:
            self._write("")

    def _write(self, line: str) -> None:
        self._screen.write(_OVER_AGAIN + line)
        self._screen.flush()


def bar_line(rows: int, expected: int) -> str:
    """Return the line for so many rows.

    >>> bar_line(300_000, 1_000_000)
    '[=======-----------------]  30%  300,000 rows'
    >>> bar_line(300_000, 0)
    '300,000 rows'
    """
    if not expected:
        return f"{rows:,} rows"
    share = min(rows / expected, 1)
    full = int(share * WIDTH)
    return f"[{'=' * full}{'-' * (WIDTH - full)}] {int(share * 100):>3}%  {rows:,} rows"


@contextmanager
def progress(sources: "Sequence[CaseFile]") -> Iterator[Callable[[int], None] | None]:
    """Give what is to be told of each batch of rows of some files; None where there can be no bar.

    It shows a share only if every file tells about how many rows it has.
    """
    screen = sys.stderr
    if screen is None or not screen.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    expected = [source.expected for source in sources]
    bar = Bar(screen, sum(expected) if all(expected) else 0, AFTER)
    try:
        yield bar.add
    finally:
        bar.clear()
