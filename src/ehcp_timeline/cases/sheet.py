"""What is read of a case file of any format: its header, a sheet of text blocks, batches of typed rows."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import tee, zip_longest
from threading import Lock
from typing import Protocol

import polars as pl

from ehcp_timeline.cases.headers import Score, Spellings, fold, header_score, looks_like_data, match
from ehcp_timeline.cases.model import BLANK, UNREAD, Column, Problem, Row, parted
from ehcp_timeline.record import field, record, replace


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

    cells: pl.DataFrame
    problems: tuple[Problem, ...] = ()


Dtypes = Callable[[], Mapping[int, pl.DataType]]


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


def as_text(cells: pl.DataFrame) -> pl.DataFrame:
    """Return cells with every text spelled out."""
    return cells.with_columns(pl.col(pl.Categorical).cast(pl.String))


def sliced(cells: pl.DataFrame) -> Blocks:
    """Return the `blocks` of a sheet whose cells, as in `Block`, have all been read."""

    def blocks(rows: int, _: Dtypes = dict) -> Generator[Block]:
        for begin in range(0, max(1, cells.height), max(1, rows)):
            yield Block(cells.slice(begin, max(1, rows)))

    return blocks


def widened(sheet: Sheet, columns: Sequence[pl.Expr]) -> Blocks:
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


@record(frozen=True, slots=True)
class Batch:
    """Some rows of a case file, in file order.

    Attributes:
        frame: `row` (UInt32, the physical line on which the row begins), `case_id` (String) and each column
            of the file under its own name: events and the date of birth Date, flags Boolean, codes String
            (several are sorted, with a plus between them), other facts String. A cell that is blank or
            cannot be read is null. Dates under unread headings stand there too, under such names as
            `plan_issued?7 Date EHCP` (`model.UNREAD`).
        unreadable: Column to the rows (UInt32, ascending) whose cell cannot be read; columns without such
            rows are absent.
        read: Rows that are not blank: those in `frame`, and those left out, each with a problem that `stops`
            the row.
        months: Event to the rows whose cell is a month without a day, with its first day; they are among the
            `unreadable`.
        raw: The same rows and those left out, blank ones too, as the file writes them: as in
            `Block`.
    """

    frame: pl.DataFrame
    unreadable: Mapping[str, pl.Series] = field(default_factory=dict)
    months: Mapping[str, Mapping[int, date]] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    read: int = 0
    raw: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def cells(self) -> pl.DataFrame:
        """The rows of `raw` with every text spelled out."""
        return as_text(self.raw)

    def cells_of(self, rows: Iterable[int]) -> pl.DataFrame:
        """Return the same of some rows; only theirs are spelled out."""
        wanted = pl.Series(ROW, rows, pl.UInt32)
        return as_text(self.raw.filter(pl.col(ROW).is_in(wanted.implode())))


def rows_of(batch: Batch) -> Iterator[Row]:
    """Yield the rows of a batch one by one, in the form that the single reader takes."""
    kinds = {name: column.kind for name, column in batch.columns.items()}
    unreadable: dict[int, set[str]] = {}
    for name, numbers in batch.unreadable.items():
        for number in numbers:
            unreadable.setdefault(number, set()).add(name)
    for cells in batch.frame.iter_rows(named=True):
        held = {name: value for name, value in cells.items() if value is not None}
        number, case_id = held.pop(ROW), held.pop("case_id")
        yield Row(
            number=number,
            case_id=case_id,
            events={name: value for name, value in held.items() if UNREAD in name or kinds[name] == "event"},
            codes={name: parted(value) for name, value in held.items() if kinds.get(name) == "codes"},
            texts={name: value for name, value in held.items() if kinds.get(name) == "text"},
            flags={name: value for name, value in held.items() if kinds.get(name) == "flag"},
            unreadable=frozenset(unreadable.get(number, BLANK)),
            months={name: rows[number] for name, rows in batch.months.items() if number in rows},
        )


HEADER_WITHIN = 20  # rows that are not blank, from the top
HEADER_SEARCHED = 200  # where none of those has a case_id
DELIMITERS = ",;\t|"

_FEW_KNOWN = 2


@record(frozen=True, slots=True)
class Header:
    """The header among the first rows, which are counted from 0; the cells of two rows are joined."""

    first: int
    last: int
    headings: tuple[str, ...]
    score: Score


NO_HEADER = Header(-1, -1, (), (False, 0, 0))


def find_header(
    rows: Sequence[Sequence[str]], spellings: Spellings, places: Sequence[int] | None = None
) -> Header:
    """Return the header among the first rows; at `places`, or in any row that is not blank."""
    filled = [place for place, cells in enumerate(rows) if any(map(fold, cells))]
    possible = filled[:HEADER_WITHIN] if places is None else places
    scores = {place: header_score(rows[place], spellings) for place in possible}
    best = max(scores, key=lambda place: scores[place], default=-1)
    if best < 0:
        return NO_HEADER
    if places is None and not scores[best][0]:
        more = filled[HEADER_WITHIN:HEADER_SEARCHED]
        further = {place: header_score(rows[place], spellings) for place in more}
        lower = max(further, key=lambda place: further[place], default=-1)
        if lower >= 0 and further[lower][0] and further[lower][1] >= _FEW_KNOWN:
            best, scores = lower, further
    above = [place for place in filled if place < best][-1:]
    below = [place for place in filled if place > best][:1]
    headings = tuple(rows[best])
    if below and _continues(headings, rows[below[0]], spellings):
        headings = _joined(_spread(headings, rows[below[0]]), rows[below[0]], spellings)
        return Header(best, below[0], headings, header_score(headings, spellings))
    if above and sum(bool(fold(cell)) for cell in rows[above[0]]) > 1:
        grouped = _under_groups(_spread(rows[above[0]], headings), headings, spellings)
        if grouped != headings:
            return Header(best, best, grouped, header_score(grouped, spellings))
    return Header(best, best, headings, scores[best])


def in_one_cell(rows: Sequence[Sequence[str]], spellings: Spellings) -> bool:
    """Return whether a row holds a whole header in one cell, as where each line is in one pair of quotes."""
    alone = (cells[0] for cells in rows[:HEADER_WITHIN] if cells and not any(map(fold, cells[1:])))
    return any(
        header_score(text.split(cut), spellings)[:2] > (True, 1) for text in alone for cut in DELIMITERS
    )


def _continues(upper: Sequence[str], lower: Sequence[str], spellings: Spellings) -> bool:
    """Return whether a row goes on with the headings above it: it holds no data, and no case number."""
    columns = match(upper, spellings)
    if "case_id" not in columns or len(lower) <= (place := columns.index("case_id")) or fold(lower[place]):
        return False
    filled = [at for at, cell in enumerate(lower) if fold(cell)]
    if len(filled) < _FEW_KNOWN or any(looks_like_data(lower[at]) for at in filled):
        return False
    return any(at >= len(upper) or not fold(upper[at]) for at in filled) or any(
        columns[at] is None and match([lower[at]], spellings) != (None,) for at in filled
    )


def _spread(groups: Sequence[str], headings: Sequence[str]) -> list[str]:
    """Return the group above each heading: its cell, or the last one to its left, as in merged cells."""
    spread: list[str] = []
    last = ""
    for own, below in zip_longest(groups, headings, fillvalue=""):
        last = own if fold(own) else last if fold(below) else ""
        spread.append(last)
    return spread


def _joined(groups: Sequence[str], headings: Sequence[str], spellings: Spellings) -> tuple[str, ...]:
    """Return headings with their group before them, but for those that mean a column only by themselves."""
    joined: list[str] = []
    for group, text in zip_longest(groups, headings, fillvalue=""):
        whole = f"{group} {text}".strip()
        alone, grouped = match([text, whole], spellings)
        joined.append(text if alone and not grouped and list(headings).count(text) == 1 else whole)
    return tuple(joined)


def _under_groups(groups: Sequence[str], headings: Sequence[str], spellings: Spellings) -> tuple[str, ...]:
    """Return headings, with their group before those that mean a column only so."""
    own = match(headings, spellings)
    whole = [f"{group} {text}" for group, text in zip(groups, headings, strict=False)]
    grouped = match(whole, spellings)
    return tuple(
        whole[at] if own[at] is None and fold(text) and grouped[at] not in {None, *own} else text
        for at, text in enumerate(headings)
    )
