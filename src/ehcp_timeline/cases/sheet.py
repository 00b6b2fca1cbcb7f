"""What the reader of every format gives: a header row, blocks of text with lines, cells with addresses."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import date
from itertools import tee
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.record import record, replace

if TYPE_CHECKING:
    import polars as pl


def address(row: int, column: int) -> str:
    """Return the address of a cell, both counted from 1.

    >>> address(12, 28)
    'AB12'
    """
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return f"{letters}{row}"


ROW = "row"


@record(frozen=True, slots=True)
class Block:
    """Some rows of a file as text, in file order.

    Attributes:
        cells: `row` (UInt32, the physical line on which the row begins), then one String column for each
            heading, named by its place from "0" on; an empty cell is null. A row may be blank. A column is
            Categorical where `Blocks` was asked for that.
        problems: Rows that could not be cut into cells (these stop the row, and are not in `cells`) and rows
            that lack cells (these are).
    """

    cells: "pl.DataFrame"
    problems: tuple[Problem, ...] = ()


Dtypes = Callable[[], Mapping[int, "pl.DataType"]]


class Blocks(Protocol):
    """Gives the rows below the header from the first, about so many at a time, at least one block.

    It can be called again when it has been read.
    """

    def __call__(self, rows: int, dtypes: Dtypes = ..., /) -> Generator[Block]:
        """Give the columns at some places as Categorical of some kind, asked for each block, if it can."""


@record(frozen=True, slots=True)
class Sheet:
    """A file of any format, its header row found.

    Attributes:
        shown: The name for messages.
        delimiter: Between two cells; empty if the format has none.
        header_row: Physical line, or row of the worksheet, of the header row.
        worksheet: Name of the worksheet; empty if the format has none.
        place: Says of a problem where it stands, where a row is made of several tables; None where it is
            the row itself.
        known_until: The last day of which the file can know anything, where it says so.
        remarks: What is odd about the file as a whole.
        expected: About how many rows it has; 0 if that is not known before they are read.
    """

    name: str
    shown: str
    sha256: str
    encoding: str
    headings: tuple[str, ...]
    blocks: Blocks
    delimiter: str = ""
    header_row: int = 1
    worksheet: str = ""
    place: Callable[[Problem], Problem] | None = None
    known_until: date | None = None
    remarks: tuple[Problem, ...] = ()
    expected: int = 0

    @property
    def where(self) -> str:
        """The file and its header row, with which an error begins."""
        if self.worksheet:
            return f'{self.shown}, sheet "{self.worksheet}", row {self.header_row}'
        return f"{self.shown}, line {self.header_row}"

    def outdated(self, as_at: date) -> tuple[Problem, ...]:
        """Return the problem of a file whose last day is before the as-at date."""
        if self.known_until is None or as_at <= self.known_until:
            return ()
        said = (
            f"{self.shown} has nothing after {self.known_until}: work done since, up to {as_at}, is missing"
        )
        tip = f"use --as-at {self.known_until}, or expect that some of what looks overdue is done"
        return (Problem(0, "", "outdated", said, tip, "nothing"),)


def as_text(cells: "pl.DataFrame") -> "pl.DataFrame":
    """Return cells with every text spelled out."""
    import polars as pl

    return cells.with_columns(pl.col(pl.Categorical).cast(pl.String))


def sliced(cells: "pl.DataFrame") -> Blocks:
    """Return the `blocks` of a sheet whose cells, as in `Block`, have all been read."""

    def blocks(rows: int, _: Dtypes = dict) -> Generator[Block]:
        for begin in range(0, max(1, cells.height), max(1, rows)):
            yield Block(cells.slice(begin, max(1, rows)))

    return blocks


def widened(sheet: Sheet, columns: "Sequence[pl.Expr]") -> Blocks:
    """Return the `blocks` of a sheet with more columns."""

    def blocks(rows: int, _: Dtypes = dict) -> Generator[Block]:
        for block in sheet.blocks(rows):
            yield replace(block, cells=block.cells.with_columns(columns))

    return blocks


def read_once(sheet: Sheet) -> Sheet:
    """Return a sheet whose rows are read from the file once if two readers read it block by block in turn.

    If one is read far ahead of the other, the blocks between them are kept.
    """
    lock, halves, left = Lock(), list[Iterator[Block]](), 2

    def blocks(rows: int, _: Dtypes = dict) -> Generator[Block]:
        nonlocal left
        with lock:
            if left == 2:
                halves.extend(tee(sheet.blocks(rows)))
            left -= 1
            mine = halves.pop() if halves else sheet.blocks(rows)
        while True:
            with lock:
                block = next(mine, None)
            if block is None:
                return
            yield block

    return replace(sheet, blocks=blocks)
