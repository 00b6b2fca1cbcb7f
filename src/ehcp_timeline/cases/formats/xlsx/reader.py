"""Reads the worksheets of an Excel workbook that hold cases, each cell as text."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import polars as pl
import python_calamine

from ehcp_timeline.cases.formats.csv.layout import no_such_row
from ehcp_timeline.cases.formats.csv.records import CELL_LIMIT
from ehcp_timeline.cases.formats.sen2.workbook import find_return
from ehcp_timeline.cases.formats.stream import Raw, damaged, opened_zip
from ehcp_timeline.cases.formats.xlsx.cells import Cells
from ehcp_timeline.cases.formats.xlsx.preflight import Workbook, looked_through
from ehcp_timeline.cases.formats.xlsx.stack import Stacked
from ehcp_timeline.cases.header_rows import HEADER_SEARCHED, Header, find_header
from ehcp_timeline.cases.headers import Spellings, fold, match
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.schema import Vocabulary
from ehcp_timeline.cases.sheet import ANYWHERE, ROW, Sheet, SheetOptions, sliced
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.text.words import count

_EXCEL_DAY_0 = dt.date(1899, 12, 30)
_DAYS_TO_1904 = 1462
_LAST_SERIAL = 2_958_465  # 31 December 9999
_AT_ONCE = 20_000  # rows
_NAMED = 20

_NOTES = ("column", "what it records", "what it may hold")  # heads a sheet of `ehcp template`


@dataclass(frozen=True, slots=True)
class _Found:
    """One worksheet.

    Attributes:
        name: As its tab says.
        cells: `row`, then each column from A on, named by its place from "0"; blank cells are null.
        header: What looks most like a header, or was asked for.
        cases: It has a `case_id` and an event.
        hidden: The rows that are hidden.
    """

    name: str
    cells: pl.DataFrame
    header: Header
    cases: bool
    hidden: Collection[int]

    @property
    def below(self) -> pl.DataFrame:
        """The rows below the header."""
        return self.cells[self.header.last + 1 :]


def find_xlsx_sheet(
    raw: Raw, spellings: Spellings, vocabulary: Vocabulary, asked: SheetOptions = ANYWHERE
) -> Sheet:
    """Find the visible worksheets that hold cases and the header row of each; they are read as one.

    A workbook that holds the tables of a SEN2 return is read as one, unless the user says where to look.

    Args:
        raw: The workbook; it is read at once.
        spellings: What its headings may mean.
        vocabulary: The columns that it may have. Numbers in those that hold dates are days as the workbook
            counts them, and a sheet without any event is not a sheet of cases beside one that has some.
        asked: Where the user says that the cases stand in it.

    Raises:
        CaseFileError: It may not or cannot be read, is blank, or the cases do not stand where the user says.
    """
    with opened_zip(raw) as archive, looked_through(archive, raw, asked.worksheet) as workbook:
        worksheets = list(_worksheets(workbook, raw.shown))
    if not asked.worksheet and not asked.header_row:
        day = _day_from_1904 if workbook.from_1904 else None
        if (of_return := find_return(raw, worksheets, spellings, day)) is not None:
            return of_return
    sheets = [
        _found(name, cells, spellings, vocabulary, asked.header_row, workbook.cells[name].hidden)
        for name, cells in worksheets
        if cells.height
    ]
    read = _with_cases(sheets, workbook.hidden, raw.shown)
    if read[0].header.first < 0:
        raise no_such_row(f'{raw.shown}, sheet "{read[0].name}"', asked.header_row)
    if workbook.from_1904:
        dated = frozenset(vocabulary.of_kind("event", "date"))
        read = [_moved(sheet, spellings, dated, asked.dated) for sheet in read]
    whole = Stacked.of(
        [(sheet.name, sheet.header.headings, sheet.below) for sheet in read], spellings, raw.shown
    )
    return Sheet(
        name=raw.name,
        shown=raw.shown,
        sha256=raw.sha256(),
        encoding="Excel workbook",
        delimiter="",
        header_row=read[0].cells[ROW][read[0].header.first],
        headings=whole.headings,
        blocks=sliced(whole.cells),
        worksheet='", "'.join(sheet.name for sheet in read),
        place=whole.place if len(read) > 1 else None,
        remarks=(*whole.remarks, *_not_read(sheets, read), *filter(None, map(_hidden_rows, read))),
    )


def _with_cases(sheets: Sequence[_Found], hidden: Sequence[str], shown: str) -> list[_Found]:
    """Return the worksheets that hold cases, or the one whose headings are known best."""
    if not sheets:
        said = f"{shown} has no cells on a visible sheet"
        raise CaseFileError(said, f"sheets that are hidden: {', '.join(hidden)}" if hidden else "")
    return [sheet for sheet in sheets if sheet.cases] or [max(sheets, key=lambda sheet: sheet.header.score)]


def _not_read(sheets: Sequence[_Found], read: Sequence[_Found]) -> Iterator[Problem]:
    """Yield a problem for each visible sheet that is not read."""
    for sheet in sheets:
        if sheet.name in {name.name for name in read} or _NOTES in sheet.cells.drop(ROW).head(1).rows():
            continue
        known = sheet.header.score[0]
        rows = count(sheet.below.height if known else sheet.cells.height, "row")
        why = "none of its headings is a known date" if known else "it has no heading that means case_id"
        said = f'sheet "{sheet.name}" ({rows}) was not read: {why}'
        tip = f'--sheet "{sheet.name}" reads it alone; name its headings in ehcp.toml to read it too'
        yield Problem(0, "", "unread-sheet", said, tip, "nothing")


def _hidden_rows(sheet: _Found) -> Problem | None:
    """Return the problem of rows that a filter hides from who looks at the workbook, None for none."""
    rows = [row for row in sheet.below[ROW] if row in sheet.hidden]
    if not rows:
        return None
    named = ", ".join(map(str, rows[:_NAMED])) + (" and more" if len(rows) > _NAMED else "")
    said = (
        f'sheet "{sheet.name}": {count(len(rows), "row")} hidden in Excel, as by a filter, ({named}) read too'
    )
    return Problem(0, "", "hidden-rows", said, "remove the filter to see them, or delete them", "nothing")


def _worksheets(workbook: Workbook, shown: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each visible worksheet and its cells as text."""
    with _failures_named(shown), python_calamine.CalamineWorkbook.from_filelike(workbook.file) as book:
        for name, cells in workbook.cells.items():
            yield name, _as_text(book.get_sheet_by_name(name), cells, shown)


@contextmanager
def _failures_named(shown: str) -> Iterator[None]:
    """Turn what the reader says about a workbook that it cannot read into one line."""
    try:
        yield
    except (python_calamine.CalamineError, OSError, ValueError):
        raise damaged(shown) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # no class of it is published
            raise damaged(shown) from None
        raise


def _as_text(sheet: python_calamine.CalamineSheet, seen: Cells, shown: str) -> pl.DataFrame:
    """Return the cells of a worksheet as text, Excel's errors in the cells where they stand."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    names = [str(place) for place in range(seen.wide)]
    parts = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))]
    every = sheet.iter_rows()
    while rows := list(islice(every, _AT_ONCE)):
        whole = [[*left, *row, *[""] * (seen.wide - len(left) - len(row))] for row in rows]
        columns = zip(*whole, strict=True)
        parts.append(
            pl.DataFrame({name: _texts(column) for name, column in zip(names, columns, strict=True)})
        )
    cells = _with_months(_with_errors(pl.concat(parts), seen.failed), seen.months).with_row_index(
        ROW, offset=1
    )
    _refuse_giants(cells, shown)
    return cells.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null())) if names else cells


def _texts(values: Sequence[Any]) -> pl.Series:
    """Return the text of the cells of a column, null where there is none."""
    return pl.Series([_TEXT[type(value)](value) or None for value in values], dtype=pl.String)


def _with_errors(cells: pl.DataFrame, failed: Mapping[tuple[int, int], str]) -> pl.DataFrame:
    """Return the cells with what stands in those that hold an Excel error, which the reader leaves blank."""
    by_column: dict[int, dict[int, str]] = {}
    for (row, column), text in failed.items():
        if row <= cells.height and column <= cells.width:
            by_column.setdefault(column - 1, {})[row - 1] = text
    changed = (
        cells.to_series(place).scatter(list(texts), pl.Series(list(texts.values())))
        for place, texts in by_column.items()
    )
    return cells.with_columns(changed)


def _with_months(cells: pl.DataFrame, months: Sequence[tuple[int, int]]) -> pl.DataFrame:
    """Return the cells, those that show a month and hold its first day without the day: nobody typed one."""
    by_column: dict[int, list[int]] = {}
    for row, column in months:
        if row <= cells.height and column <= cells.width:
            by_column.setdefault(column - 1, []).append(row - 1)
    changed = (
        cells.to_series(place).scatter(rows, texts.str.replace(r"^(\d{4}-\d\d)-01$", "$1"))
        for place, rows in by_column.items()
        for texts in [cells.to_series(place).gather(rows)]
    )
    return cells.with_columns(changed)


def _refuse_giants(cells: pl.DataFrame, shown: str) -> None:
    """Refuse a cell that is longer than a cell of a CSV file may be."""
    longest = pl.max_horizontal(pl.exclude(ROW).str.len_bytes())
    if cells.width > 1 and (giants := cells.filter(longest > CELL_LIMIT)[ROW].to_list()):
        said = f"{shown}: a cell in row {giants[0]} is longer than 10 million characters"
        raise CaseFileError(said, "clear it, or leave its column out")


def _moved(sheet: _Found, spellings: Spellings, dated: frozenset[str], too: frozenset[str]) -> _Found:
    """Return a sheet with bare numbers in columns of dates written out: they count from 1904."""
    meant = match(sheet.header.headings, spellings)
    places = [
        str(n) for n, text in enumerate(sheet.header.headings) if meant[n] in dated or fold(text) in too
    ]
    top, below = sheet.cells[: sheet.header.last + 1], sheet.below
    moved = below.with_columns(pl.col(places).map_elements(_day_from_1904, return_dtype=pl.String))
    return replace(sheet, cells=pl.concat([top, moved]))


def _day_from_1904(text: str) -> str:
    """Return the day that a number means in a workbook that counts from 1904; other text as it is."""
    number = text.partition(".")[0]
    if not (number.isascii() and number.isdigit() and 0 < int(number[:8]) <= _LAST_SERIAL - _DAYS_TO_1904):
        return text
    return (_EXCEL_DAY_0 + dt.timedelta(days=int(number) + _DAYS_TO_1904)).isoformat()


def _found(
    name: str,
    cells: pl.DataFrame,
    spellings: Spellings,
    vocabulary: Vocabulary,
    asked: int,
    hidden: Collection[int],
) -> _Found:
    """Take what looks most like a header of a worksheet, or the row asked for by its number."""
    top = [
        [text or "" for text in row[1:]] for row in cells.head(max(HEADER_SEARCHED, asked + 1)).iter_rows()
    ]
    places = None
    if asked:
        place = cells[ROW].index_of(asked)
        places = [] if place is None else [place]
    header = find_header(top, spellings, places)
    known = set(match(header.headings, spellings))
    is_cases = "case_id" in known and (asked > 0 or not known.isdisjoint(vocabulary.of_kind("event")))
    return _Found(name, cells, header, is_cases, hidden)


def _number(value: float) -> str:
    """Return a number without a decimal point where it is whole, as it was typed."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _moment(value: dt.datetime) -> str:
    """Return a date, and the time of day if there is one."""
    midnight = value.time() == dt.time()
    return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")


_TEXT: Mapping[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda value: "true" if value else "false",
    dt.date: dt.date.isoformat,
    dt.datetime: _moment,
    dt.time: str,
    dt.timedelta: str,
}
