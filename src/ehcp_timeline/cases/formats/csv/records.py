"""Cuts lines into records as the csv module does, and names the line of what cannot be cut."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from ehcp_timeline.errors import CaseFileError

CELL_LIMIT = 10_000_000  # characters in one cell


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `line` is the physical line on which it begins. A blank line is a record without cells."""

    line: int
    cells: Sequence[str]


@dataclass(slots=True)
class _Feed:
    """Hands lines to the csv module, and more of them if a quoted cell runs past the last."""

    lines: list[bytes]
    more: Callable[[], bytes]
    taken: int = 0
    starved: bool = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.taken == len(self.lines):
            line = self.more()
            if not line:
                self.starved = True
                raise StopIteration
            self.lines.append(line)
        self.taken += 1
        return self.lines[self.taken - 1].decode()


@cache
def well_quoted(delimiter: str) -> re.Pattern[bytes]:
    """Return what matches text whose every quotation mark opens, closes or is doubled inside a quoted cell.

    The csv module and polars read such text alike, and a line feed after an even number of quotation marks
    ends a record.
    """
    cut = re.escape(delimiter.encode())
    quoted = rb'(?:(?<=[%b\n])|\A)"[^"]*+(?:""[^"]*+)*+"(?=[%b\r\n]|\Z)' % (cut, cut)
    return re.compile(rb'[^"]*+(?:%b[^"]*+)*+\Z' % quoted)


def cut_records(
    lines: list[bytes], delimiter: str, first: int, more: Callable[[], bytes], shown: str
) -> tuple[list[Record], int]:
    """Cut lines of UTF-8 text into records.

    Args:
        lines: The lines, each with its end.
        delimiter: Stands between two cells.
        first: Physical line of the first of them.
        more: Gives one more line, empty at the end of the file; asked while a quoted cell is open.
        shown: The file's name, to begin an error with.

    Returns:
        The records, and how many lines they took.

    Raises:
        CaseFileError: A quoted cell is never closed, or a cell is longer than `CELL_LIMIT`.
    """
    asked = len(lines)
    feed = _Feed(lines, more)
    reader = csv.reader(feed, delimiter=delimiter)
    records: list[Record] = []
    limit = csv.field_size_limit(CELL_LIMIT)
    try:
        while feed.taken < asked:
            begin = feed.taken
            records.append(Record(first + begin, next(reader)))
            if feed.starved or not _closed(lines[begin : feed.taken], delimiter):
                raise _never_closed(shown, first + begin)
    except csv.Error:
        raise too_long(shown, first + begin) from None
    finally:
        csv.field_size_limit(limit)
    return records, feed.taken


def too_long(shown: str, line: int) -> CaseFileError:
    """Return the error for a cell that no case file holds."""
    said = f"{shown}: a cell in line {line} is longer than 10 million characters"
    return CaseFileError(said, "check for a quotation mark that is not closed")


def _closed(lines: Sequence[bytes], delimiter: str) -> bool:
    """Return whether a record of several lines is quoted as it should be; one line can do no harm."""
    return len(lines) == 1 or well_quoted(delimiter).match(b"".join(lines)) is not None


def _never_closed(shown: str, line: int) -> CaseFileError:
    """Return the error for a quoted cell that swallows the rows after it."""
    said = f"{shown}: line {line} opens a quotation mark that is not closed"
    return CaseFileError(said, "close it, or remove it if it is a stray one")
