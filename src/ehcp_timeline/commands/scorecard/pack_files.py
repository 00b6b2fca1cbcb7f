"""A pack of sheets as files: one CSV each, or one workbook that may be published."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as midnight
from typing import Any

from ehcp_timeline.commands.scorecard.answer import NO_CASES
from ehcp_timeline.measure.kpi.packs import PackRow, PackSheet, Value
from ehcp_timeline.output.data import csv_text
from ehcp_timeline.output.workbook import safe_book
from ehcp_timeline.text.safe import visible
from ehcp_timeline.text.words import day

NOT_MEASURED = "not measured"
_PURPOSE = (
    "This sheet holds one table. Each line says what is counted, and out of what. "
    f"{NO_CASES}: there was nothing to measure."
)
_DEFINED = ("measure", "counted", "out of")
_AFTER = ("DfE's name", "source", "note")
_WIDE = {"measure": 44, "counted": 56, "out of": 44, "DfE's name": 34, "source": 44, "note": 60}


def pack_csvs(name: str, sheets: Sequence[PackSheet]) -> Mapping[str, bytes]:
    """Return one CSV file for each sheet, by file name, and one that lists them."""
    files = {f"{name}-{number:02}-{one.id}.csv": one for number, one in enumerate(sheets, start=1)}
    contents = [{"file": file, "about": one.title} for file, one in files.items()]
    found = {file: csv_text(list(_rows(one)), _keys(one)) for file, one in files.items()}
    found[f"{name}-00-contents.csv"] = csv_text(contents, ("file", "about"))
    return {file: text.encode("utf-8") for file, text in sorted(found.items())}


def _keys(sheet: PackSheet) -> tuple[str, ...]:
    return (*_DEFINED, *sheet.columns, *_AFTER)


def _rows(sheet: PackSheet) -> Iterator[dict[str, Any]]:
    """Yield the lines of a sheet, each with its own definition."""
    for row in sheet.rows:
        values = (_value(row, value) for value in row.values)
        yield {
            "measure": row.measure.name,
            "counted": row.counted,
            "out of": row.out_of or "not a share",
            **dict(zip(sheet.columns, values, strict=True)),
            "DfE's name": ", ".join(row.measure.dfe) or "none",
            "source": row.measure.source,
            "note": row.why_not or row.measure.note or "none",
        }


def _value(row: PackRow, value: Value) -> float | str:
    if row.why_not:
        return NOT_MEASURED
    return NO_CASES if value is None else value


def pack_book(title: str, sheets: Sequence[PackSheet], *, as_at: date, notes: Sequence[str]) -> bytes:
    """Return the pack as a workbook by the checklist for published spreadsheets.

    A cover, a list of contents, then one table a sheet: title in A1, what it holds in A2, marked up as a
    table with unique headings, text wrapped, no filter, no frozen pane, no merged or empty cell.

    Args:
        title: What the pack is.
        sheets: Its sheets.
        as_at: The day it is made for, which stands in the place of the day of writing.
        notes: What a reader should know, on the cover.
    """
    font = {"font_name": "Arial", "font_size": 12}
    written = datetime.combine(as_at, midnight.min)
    with safe_book(title, written, author="ehcp-timeline", default_format_properties=font) as (book, page):
        formats = _formats(book)
        _cover(book, title, as_at, notes, formats)
        _contents(book, sheets, formats)
        for number, sheet in enumerate(sheets, start=1):
            _sheet(book, number, sheet, formats)
    return page.getvalue()


@dataclass(frozen=True, slots=True)
class _Formats:
    """How cells look: headings, wrapped text, whole numbers, numbers with one decimal."""

    heading: Any
    text: Any
    whole: Any
    decimal: Any


def _formats(book: Any) -> _Formats:  # noqa: ANN401
    font = {"font_name": "Arial", "font_size": 12, "valign": "top"}
    return _Formats(
        heading=book.add_format({**font, "font_size": 15, "bold": True}),
        text=book.add_format({**font, "text_wrap": True}),
        whole=book.add_format({**font, "num_format": "#,##0"}),
        decimal=book.add_format({**font, "num_format": "#,##0.0"}),
    )


def _cover(book: Any, title: str, as_at: date, notes: Sequence[str], formats: _Formats) -> None:  # noqa: ANN401
    page = book.add_worksheet("Cover")
    page.set_column(0, 0, 90)
    page.write_string(0, 0, visible(title), formats.heading)
    for row, line in enumerate((f"As at {day(as_at)}.", *notes), start=1):
        page.write_string(row, 0, visible(line), formats.text)


def _contents(book: Any, sheets: Sequence[PackSheet], formats: _Formats) -> None:  # noqa: ANN401
    page = book.add_worksheet("Contents")
    page.write_string(0, 0, "Contents", formats.heading)
    page.write_string(1, 0, "This sheet lists the tables of the workbook, one a sheet.", formats.text)
    lines = [(_tab(number, one), one.title) for number, one in enumerate(sheets, start=1)]
    _table(page, "contents_of_the_workbook", ("sheet", "about"), lines, formats)
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 70)


def _tab(number: int, sheet: PackSheet) -> str:
    """Return what a sheet is called in the workbook: at most 31 characters."""
    return f"{number} {sheet.id}"[:31]


def _sheet(book: Any, number: int, sheet: PackSheet, formats: _Formats) -> None:  # noqa: ANN401
    page = book.add_worksheet(_tab(number, sheet))
    page.write_string(0, 0, visible(sheet.title), formats.heading)
    page.write_string(1, 0, _PURPOSE, formats.text)
    keys = _keys(sheet)
    lines = [tuple(row[key] for key in keys) for row in _rows(sheet)]
    _table(page, f"table_{number}_{sheet.id.replace('-', '_')}", keys, lines, formats)
    for column, key in enumerate(keys):
        page.set_column(column, column, _WIDE.get(key, 14))


def _table(
    page: Any,  # noqa: ANN401
    name: str,
    keys: Sequence[str],
    lines: Sequence[Sequence[Any]],
    formats: _Formats,
) -> None:
    """Write a table below the two lines of a sheet's heading."""
    columns = [{"header": key} for key in keys]
    last = (2 + len(lines), len(keys) - 1)
    page.add_table(2, 0, *last, {"name": name, "autofilter": False, "columns": columns})
    for row, line in enumerate(lines, start=3):
        for column, value in enumerate(line):
            if isinstance(value, str):
                page.write_string(row, column, visible(value), formats.text)
            else:
                page.write_number(
                    row, column, value, formats.decimal if isinstance(value, float) else formats.whole
                )
