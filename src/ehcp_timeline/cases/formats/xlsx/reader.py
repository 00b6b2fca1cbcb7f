"""Reads the worksheet of an Excel workbook that holds cases, each cell as text."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
from ehcp_timeline.cases.headers import HEADER_WITHIN, Score, Spellings, fold, header_score, match
from ehcp_timeline.cases.schema import Vocabulary
from ehcp_timeline.cases.sheet import ANYWHERE, ROW, Sheet, SheetOptions, sliced
from ehcp_timeline.errors import CaseFileError

_EXCEL_DAY_0 = dt.date(1899, 12, 30)
_DAYS_TO_1904 = 1462
_LAST_SERIAL = 2_958_465  # 31 December 9999
_AT_ONCE = 20_000  # rows


@dataclass(frozen=True, slots=True)
class _Found:
    """One visible worksheet.

    Attributes:
        name: As its tab says.
        cells: `row`, then each column from A on, named by its place from "0"; blank cells are null.
        header: Place of the row that looks most like a header, or that was asked for; -1 for none.
        score: How much it does.
        cases: It has a `case_id` and an event.
    """

    name: str
    cells: pl.DataFrame
    header: int
    score: Score
    cases: bool


def find_xlsx_sheet(
    raw: Raw, spellings: Spellings, vocabulary: Vocabulary, asked: SheetOptions = ANYWHERE
) -> Sheet:
    """Find the visible worksheet and the header row under which the most headings are known.

    A workbook that holds the tables of a SEN2 return is read as one, unless the user says where to look.

    Args:
        raw: The workbook; it is read at once.
        spellings: What its headings may mean.
        vocabulary: The columns that it may have. Numbers in those that hold dates are days as the workbook
            counts them, and a sheet without any event is no sheet of cases beside one that has some.
        asked: Where the user says that the cases stand in it.

    Raises:
        CaseFileError: It may not or cannot be read, is blank, or has cases on more than one sheet, or the
            cases do not stand where the user says.
    """
    with opened_zip(raw) as archive, looked_through(archive, raw, asked.worksheet) as workbook:
        worksheets = list(_worksheets(workbook, raw.shown))
    if not asked.worksheet and not asked.header_row:
        day = _day_from_1904 if workbook.from_1904 else None
        if (of_return := find_return(raw, worksheets, spellings, day)) is not None:
            return of_return
    places = [_found(name, cells, spellings, vocabulary, asked.header_row) for name, cells in worksheets]
    best = _best([place for place in places if place.cells.height], workbook.hidden, raw.shown)
    if best.header < 0:
        raise no_such_row(f'{raw.shown}, sheet "{best.name}"', asked.header_row)
    headings = tuple(text or "" for text in best.cells.row(best.header)[1:])
    below = best.cells[best.header + 1 :]
    if workbook.from_1904:
        dated = frozenset(vocabulary.of_kind("event", "date"))
        below = _moved(below, headings, spellings, dated, asked.dated)
    return Sheet(
        name=raw.name,
        shown=raw.shown,
        sha256=raw.sha256(),
        encoding="Excel workbook",
        delimiter="",
        header_row=best.cells[ROW][best.header],
        headings=headings,
        blocks=sliced(below),
        worksheet=best.name,
    )


def _best(places: Sequence[_Found], hidden: Sequence[str], shown: str) -> _Found:
    """Return the worksheet that holds the cases, if it is clear which one does."""
    if not places:
        said = f"{shown} has no cells on a visible sheet"
        raise CaseFileError(said, f"sheets that are hidden: {', '.join(hidden)}" if hidden else "")
    rivals = [place for place in places if place.cases]
    if len(rivals) > 1:
        named = " and ".join(f'"{rival.name}"' for rival in rivals)
        raise CaseFileError(
            f"{shown}: the sheets {named} all look like cases",
            "hide those that are not to be read, or save the one that is by itself",
        )
    return max(places, key=lambda sheet: (sheet.cases, sheet.score))


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
    cells = _with_errors(pl.concat(parts), seen.failed).with_row_index(ROW, offset=1)
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


def _refuse_giants(cells: pl.DataFrame, shown: str) -> None:
    """Refuse a cell that is longer than a cell of a CSV file may be."""
    longest = pl.max_horizontal(pl.exclude(ROW).str.len_bytes())
    if cells.width > 1 and (giants := cells.filter(longest > CELL_LIMIT)[ROW].to_list()):
        said = f"{shown}: a cell in row {giants[0]} is longer than 10 million characters"
        raise CaseFileError(said, "clear it, or leave its column out")


def _moved(
    cells: pl.DataFrame,
    headings: Sequence[str],
    spellings: Spellings,
    dated: frozenset[str],
    too: frozenset[str],
) -> pl.DataFrame:
    """Return the cells with bare numbers in columns of dates written out: they count from 1904."""
    meant = match(headings, spellings)
    places = [str(n) for n, text in enumerate(headings) if meant[n] in dated or fold(text) in too]
    return cells.with_columns(pl.col(places).map_elements(_day_from_1904, return_dtype=pl.String))


def _day_from_1904(text: str) -> str:
    """Return the day that a number means in a workbook that counts from 1904; other text as it is."""
    number = text.partition(".")[0]
    if not (number.isascii() and number.isdigit() and 0 < int(number[:8]) <= _LAST_SERIAL - _DAYS_TO_1904):
        return text
    return (_EXCEL_DAY_0 + dt.timedelta(days=int(number) + _DAYS_TO_1904)).isoformat()


def _found(
    name: str, cells: pl.DataFrame, spellings: Spellings, vocabulary: Vocabulary, asked: int
) -> _Found:
    """Take the row of a worksheet that looks most like a header, or the one asked for by its number."""
    if asked:
        return _asked_for(name, cells, spellings, asked)
    top = [[text or "" for text in row[1:]] for row in cells.head(HEADER_WITHIN).iter_rows()]
    scores = [header_score(row, spellings) if any(map(fold, row)) else (False, 0, 0) for row in top]
    header = max(range(len(scores)), key=lambda place: scores[place], default=0)
    known = set(match(top[header], spellings)) if top else set()
    is_cases = "case_id" in known and not known.isdisjoint(vocabulary.of_kind("event"))
    return _Found(name, cells, header, scores[header] if scores else (False, 0, 0), is_cases)


def _asked_for(name: str, cells: pl.DataFrame, spellings: Spellings, asked: int) -> _Found:
    """Take one row of a worksheet as its header."""
    place = cells[ROW].index_of(asked) if cells.height else None
    if place is None:
        return _Found(name, cells, -1, (False, 0, 0), cases=False)
    row = [text or "" for text in cells.row(place)[1:]]
    score = header_score(row, spellings)
    return _Found(name, cells, place, score, cases=score[0])


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
