"""A bar on standard error while a large file is read: only on a screen, and only where it takes a while."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from ehcp_timeline.cases.source import CaseFile

AFTER = 1.0  # seconds without a sign of life that nobody minds


@contextmanager
def progress(sources: "Sequence[CaseFile]") -> Iterator[Callable[[int], None] | None]:
    """Give what is to be told of each batch of rows of some files; None where there can be no bar.

    It shows a share only if every file tells about how many rows it has.
    """
    screen = sys.stderr
    if screen is None or not screen.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    begun, rows = time.monotonic(), 0
    bar: Progress | None = None
    expected = [source.expected for source in sources]

    def tell(more: int) -> None:
        nonlocal rows, bar
        rows += more
        if bar is None and time.monotonic() >= begun + AFTER:
            bar = bar_on(screen, sum(expected) if all(expected) else 0)
        if bar is not None:
            bar.update(bar.task_ids[0], completed=rows)
            bar.refresh()

    try:
        yield tell
    finally:
        if bar is not None:
            bar.stop()


def bar_on(screen: IO[str], expected: int) -> "Progress":
    """Return a bar that is drawn on a screen and wiped away when it stops.

    About `expected` rows will come, more may; it is 0 where nobody knows.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    share = (BarColumn(24), TaskProgressColumn()) if expected else ()
    bar = Progress(
        *share,
        TextColumn("{task.completed:,.0f} rows"),
        console=Console(file=screen, force_terminal=True),
        auto_refresh=False,
        transient=True,
    )
    bar.add_task("", total=expected or None)
    bar.start()
    return bar
