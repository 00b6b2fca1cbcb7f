"""Reads the worksheets of an Excel workbook that hold cases as text, one below the other."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import polars as pl
import python_calamine

from ehcp_timeline.cases.formats.csv.reader import CELL_LIMIT, no_such_row
from ehcp_timeline.cases.formats.sen2.workbook import find_return
from ehcp_timeline.cases.formats.stream import Raw, damaged, opened_zip
from ehcp_timeline.cases.formats.xlsx.workbook import Cells, looked_through
from ehcp_timeline.cases.headers import Spellings, fold, match, positions
from ehcp_timeline.cases.mapping.model import FileMapping
from ehcp_timeline.cases.model import Problem, Vocabulary
from ehcp_timeline.cases.sheet import HEADER_SEARCHED, ROW, Header, Sheet, address, find_header, sliced
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.record import record, replace
from ehcp_timeline.text import count, listed

_STEP = 100_000  # the rows of a further sheet are counted from a multiple of this
_EXCEL_DAY_0 = dt.date(1899, 12, 30)
_DAYS_TO_1904 = 1462
_LAST_SERIAL = 2_958_465  # 31 December 9999
_AT_ONCE = 20_000  # rows
_NAMED = 20

_NOTES = ("column", "what it records", "what it may hold")  # heads a sheet of `ehcp template`


@record(frozen=True, slots=True)
class _Worksheet:
    """One worksheet, its cells as in `Block`; `cases` if it has a `case_id` and an event."""

    name: str
    cells: pl.DataFrame
    header: Header
    cases: bool
    hidden: Collection[int]

    @property
    def below(self) -> pl.DataFrame:
        return self.cells[self.header.last + 1 :]


def stacked(sheet: Sheet, parts: Sequence[_Worksheet], spellings: Spellings) -> Sheet:
    """Return a workbook as one sheet of several worksheets.

    Raises:
        CaseFileError: Two headings of a sheet mean one column.
    """
    headings: dict[str, str] = {}  # by what they mean
    cells, begins, places = list[pl.DataFrame](), list[int](), list[Mapping[str, int]]()
    for part in parts:
        name, texts = part.name, part.header.headings
        places.append(positions(texts, spellings, f'{sheet.shown}, sheet "{name}"'))
        own: dict[str, str] = {}
        for place, (text, column) in enumerate(zip(texts, match(texts, spellings), strict=True)):
            key = column or fold(text) or f"{name} {place}"
            key = f"{key} {name} {place}" if key in own.values() else key
            own[str(place)] = key
            headings.setdefault(key, text)
        last = int(cells[-1][ROW].max() or 0) if cells and cells[-1].height else 0  # type: ignore[arg-type]
        begins.append((last // _STEP + 1) * _STEP if cells else 0)
        cells.append(part.below.select(pl.col(ROW) + begins[-1], pl.col(*own)).rename(own))
    numbers = {key: str(place) for place, key in enumerate(headings)}
    whole = pl.concat(cells, how="diagonal").select(ROW, *headings).rename(numbers)

    def place_of(problem: Problem) -> Problem:
        if not problem.row:
            return problem
        at = bisect_right(begins, problem.row) - 1
        name, row, column = parts[at].name, problem.row - begins[at], places[at].get(problem.column)
        if problem.stops == "cell" and column is not None:
            where = f"'{name}'!{address(row, column + 1)}"
        else:
            where = f'sheet "{name}", row {row}'
        return replace(problem, problem=f"{where}: {problem.problem}")

    further = (
        Problem(
            0,
            "",
            "further-sheet",
            f'sheet "{part.name}" is read too; its rows are counted from {begin}, so row 2 is {begin + 2}',
            "--sheet reads one sheet alone",
            "nothing",
        )
        for part, begin in zip(parts[1:], begins[1:], strict=True)
    )
    return replace(
        sheet,
        headings=tuple(headings.values()),
        blocks=sliced(whole),
        place=place_of,
        remarks=(*further, *sheet.remarks),
    )


def find_xlsx_sheet(raw: Raw, spellings: Spellings, vocabulary: Vocabulary, mapping: FileMapping) -> Sheet:
    """Find the visible worksheets that hold cases and the header row of each; they are read as one.

    A workbook that holds the tables of a SEN2 return is read as one, unless the user says where to look.

    It is read at once. Numbers in columns of dates are days as the workbook counts them, and a sheet without
    any event is not a sheet of cases beside one that has some.

    Raises:
        CaseFileError: It may not or cannot be read, is blank, or the cases do not stand where the user says.
    """
    with (
        opened_zip(raw) as archive,
        looked_through(archive, raw, mapping.sheet) as workbook,
        _damage_named(raw.shown),
        python_calamine.CalamineWorkbook.from_filelike(workbook.file) as book,
    ):
        worksheets = [
            (name, _as_text(book.get_sheet_by_name(name), cells, raw.shown))
            for name, cells in workbook.cells.items()
        ]
    if not mapping.sheet and not mapping.header_row:
        day = _day_from_1904 if workbook.from_1904 else None
        if (of_return := find_return(raw, worksheets, spellings, day)) is not None:
            return of_return
    sheets = [
        _worksheet(name, cells, spellings, vocabulary, mapping.header_row, workbook.cells[name].hidden)
        for name, cells in worksheets
        if cells.height
    ]
    if not sheets:
        hidden = workbook.hidden
        said = f"{raw.shown} has no cells on a visible sheet"
        raise CaseFileError(said, f"sheets that are hidden: {', '.join(hidden)}" if hidden else "")
    sheets = [
        _with_merged(sheet, workbook.cells[sheet.name].merged, spellings, vocabulary) for sheet in sheets
    ]
    best = max(sheets, key=lambda sheet: sheet.header.score)
    read = [sheet for sheet in sheets if sheet.cases] or [best]
    if read[0].header.first < 0:
        raise no_such_row(f'{raw.shown}, sheet "{read[0].name}"', mapping.header_row)
    if workbook.from_1904:
        dated = frozenset(vocabulary.of_kind("event", "date"))
        chosen = frozenset(fold(outcome.date) for outcome in mapping.outcomes.values())
        read = [_moved(sheet, spellings, dated, chosen) for sheet in read]
    first = read[0]
    whole = Sheet(
        name=raw.name,
        shown=raw.shown,
        sha256=raw.sha256(),
        encoding="Excel workbook",
        header_row=first.cells[ROW][first.header.first],
        headings=first.header.headings,
        blocks=sliced(first.below),
        worksheet='", "'.join(sheet.name for sheet in read),
        remarks=tuple(_remarks(sheets, read, () if mapping.sheet else workbook.hidden)),
    )
    if len(read) == 1:
        return whole
    return stacked(whole, read, spellings)


def _remarks(
    sheets: Sequence[_Worksheet], read: Sequence[_Worksheet], hidden_sheets: Sequence[str]
) -> Iterator[Problem]:
    """Yield a problem for each visible sheet that is not read, for hidden ones, and for hidden rows."""
    if hidden_sheets:
        named = listed([f'"{name}"' for name in hidden_sheets])
        said = f"{count(len(hidden_sheets), 'sheet is', 'sheets are')} hidden and not read: {named}"
        tip = "show it in Excel to read it too, or read one alone with --sheet"
        yield Problem(0, "", "hidden-sheet", said, tip, "nothing")
    names = {sheet.name for sheet in read}
    for sheet in sheets:
        if sheet.name in names or _NOTES in sheet.cells.drop(ROW).head(1).rows():
            continue
        known = sheet.header.score[0]
        rows = count(sheet.below.height if known else sheet.cells.height, "row")
        why = "none of its headings is a known date" if known else "it has no heading that means case_id"
        said = f'sheet "{sheet.name}" ({rows}) was not read: {why}'
        tip = f'--sheet "{sheet.name}" reads it alone; name its headings in ehcp.toml to read it too'
        yield Problem(0, "", "unread-sheet", said, tip, "nothing")
    for sheet in read:
        if hidden := [row for row in sheet.below[ROW] if row in sheet.hidden]:
            named = ", ".join(map(str, hidden[:_NAMED])) + (" and more" if len(hidden) > _NAMED else "")
            rows = count(len(hidden), "row")
            said = f'sheet "{sheet.name}": {rows} hidden in Excel, as by a filter, ({named}) read too'
            tip = "remove the filter to see them, or delete them"
            yield Problem(0, "", "hidden-rows", said, tip, "nothing")


@contextmanager
def _damage_named(shown: str) -> Iterator[None]:
    try:
        yield
    except (python_calamine.CalamineError, OSError, ValueError):
        raise damaged(shown) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # no class of it is published
            raise damaged(shown) from None
        raise


def _as_text(sheet: python_calamine.CalamineSheet, seen: Cells, shown: str) -> pl.DataFrame:
    """Return the cells of a worksheet as text: Excel's errors where they stand, months without a day."""
    left = [""] * (sheet.start[1] if sheet.start else 0)
    names = [str(place) for place in range(seen.wide)]
    parts = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))]
    every = sheet.iter_rows()
    while rows := list(islice(every, _AT_ONCE)):
        whole = [[*left, *row, *[""] * (seen.wide - len(left) - len(row))] for row in rows]
        texts = (
            [_TEXT[type(value)](value) or None for value in column] for column in zip(*whole, strict=True)
        )
        parts.append(pl.DataFrame(dict(zip(names, texts, strict=True)), schema=parts[0].schema))
    cells = pl.concat(parts)
    for place, rows_of in _by_column(seen.failed, cells):
        errors = pl.Series([seen.failed[row + 1, place + 1] for row in rows_of])
        cells = cells.with_columns(cells.to_series(place).scatter(rows_of, errors))
    for place, rows_of in _by_column(seen.months, cells):  # nobody typed the first day that they hold
        months = cells.to_series(place).gather(rows_of).str.replace(r"^(\d{4}-\d\d)-01$", "$1")
        cells = cells.with_columns(cells.to_series(place).scatter(rows_of, months))
    cells = cells.with_row_index(ROW, offset=1)
    if not names:
        return cells
    longest = pl.max_horizontal(pl.exclude(ROW).str.len_bytes())
    if giants := cells.filter(longest > CELL_LIMIT)[ROW].to_list():
        said = f"{shown}: a cell in row {giants[0]} is longer than 10 million characters"
        raise CaseFileError(said, "clear it, or leave its column out")
    return cells.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))


def _by_column(places: Iterable[tuple[int, int]], cells: pl.DataFrame) -> Iterable[tuple[int, list[int]]]:
    """Return columns with their rows, from 0, of places from 1 as far as they lie within the cells."""
    rows_of = defaultdict[int, list[int]](list)
    for row, column in places:
        if row <= cells.height and column <= cells.width:
            rows_of[column - 1].append(row - 1)
    return rows_of.items()


def _worksheet(
    name: str,
    cells: pl.DataFrame,
    spellings: Spellings,
    vocabulary: Vocabulary,
    asked: int,
    hidden: Collection[int],
) -> _Worksheet:
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
    return _Worksheet(name, cells, header, is_cases, hidden)


def _with_merged(
    sheet: _Worksheet, merged: Sequence[tuple[int, int, int]], spellings: Spellings, vocabulary: Vocabulary
) -> _Worksheet:
    """Return a sheet in which dates, codes and flags below the first of merged cells name that first one.

    Excel shows a value in all of them and keeps it in the first row alone: the others are no blanks.
    """
    judged = set(vocabulary.of_kind("event", "codes", "flag"))
    meant = dict(enumerate(match(sheet.header.headings, spellings), start=1))
    numbers = sheet.cells[ROW].to_list()
    ranges = defaultdict[int, list[tuple[int, int]]](list)
    for column, top, bottom in merged:
        if top > numbers[sheet.header.last] and meant.get(column) in judged:
            ranges[column].append((top, bottom))
    columns = []
    for column, rows in ranges.items():
        name, end = str(column - 1), 0
        held = dict(zip(numbers, sheet.cells[name], strict=True))
        for top, bottom in sorted(rows):
            if held.get(top) and top > end:
                end = bottom
                below = held.keys() & range(top + 1, min(bottom, numbers[-1]) + 1)
                held |= dict.fromkeys(below, f"merged with {address(top, column)}")
        columns.append(pl.Series(name, held.values(), pl.String))
    return replace(sheet, cells=sheet.cells.with_columns(columns))


def _moved(sheet: _Worksheet, spellings: Spellings, dated: frozenset[str], too: frozenset[str]) -> _Worksheet:
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


_TEXT: Mapping[type, Callable[[Any], str]] = {
    str: str,
    float: lambda value: (  # without a decimal point where it is whole, as it was typed
        str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    ),
    int: str,
    bool: lambda value: "true" if value else "false",
    dt.date: dt.date.isoformat,
    dt.datetime: lambda value: (
        value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    ),
    dt.time: str,
    dt.timedelta: str,
}
