"""A pack of sheets as files: one CSV each, or one workbook that may be published.

Each sheet shows some measures, with what is counted of what, through the last so many periods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from datetime import time as midnight
from typing import Any, cast

import polars as pl

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.scorecard.answer import NO_CASES
from ehcp_timeline.law.kpi.model import Pack, PackSection
from ehcp_timeline.measure.kpi.count import KpiQuestion
from ehcp_timeline.measure.kpi.lines import LineLayout, lines
from ehcp_timeline.measure.kpi.periods import Period, PeriodKind, period_of
from ehcp_timeline.measure.kpi.rollup import OF_ALL, PERIOD, RANK
from ehcp_timeline.measure.kpi.scorecard import Files, count_files
from ehcp_timeline.output.data import csv_text
from ehcp_timeline.output.workbook import safe_book
from ehcp_timeline.text.safe import visible
from ehcp_timeline.text.words import day

NOT_MEASURED = "not measured"
_PURPOSE = (
    "This sheet holds one table. Each line says what is counted, and out of what. "
    f"{NO_CASES}: there was nothing to measure."
)
_WIDE = {"measure": 44, "counted": 56, "out of": 44, "DfE's name": 34, "source": 44, "note": 60}
_FONT = {"font_name": "Arial", "font_size": 12}


@dataclass(frozen=True, slots=True)
class PackSheet:
    """One sheet.

    Attributes:
        id: Its name, as a file may be called.
        title: Its heading.
        keys: Its columns: the definition of a measure, its values, where it comes from.
        rows: One for each measure; no cell is empty.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]


def make_pack(
    pack: Pack, question: KpiQuestion, sources: Sequence[CaseFile], layout: LineLayout
) -> tuple[tuple[PackSheet, ...], Files]:
    """Return the sheets of a pack, all from one count, and what was read for them."""
    needed = {name for sheet in pack.sheets for name in sheet.measures}
    asked = replace(
        question, measures=tuple(measure for measure in question.kpis.measures if measure.id in needed)
    )
    tallies, files = count_files(asked, sources)
    sheets = []
    for sheet in pack.sheets:
        laid_out = replace(layout, kind=cast("PeriodKind", sheet.period or "year"), group=None)
        numbers = lines(laid_out, tallies, asked.populations, asked.measures).filter(pl.col(RANK) == OF_ALL)
        by_period = {line[PERIOD]: line for line in numbers.iter_rows(named=True)}
        sheets.append(_sheet(sheet, asked, by_period, files.not_measured, laid_out))
    return tuple(sheets), files


def _sheet(
    sheet: PackSection,
    question: KpiQuestion,
    by_period: Mapping[int, Mapping[str, float | None]],
    lacking: Mapping[str, str],
    layout: LineLayout,
) -> PackSheet:
    """Return a sheet with a line for each measure: how it stands, or how it was through some periods."""
    last = period_of(layout.kind, layout.as_at).number
    periods = range(last - sheet.last + 1, last + 1) if sheet.period else range(last, last + 1)
    labels = [Period(layout.kind, number).label for number in periods]
    columns = labels if sheet.period else [layout.as_at.isoformat()]
    rows = []
    for name in sheet.measures:
        measure = question.kpis.by_id[name]
        numbers = [by_period.get(number, {}).get(name) for number in periods]
        shown = [
            NOT_MEASURED if name in lacking else NO_CASES if number is None else number for number in numbers
        ]
        rows.append({
            "measure": measure.name,
            "counted": question.kpis.numerator(measure),
            "out of": question.kpis.denominator(measure) or "not a share",
            **dict(zip(columns, shown, strict=True)),
            "DfE's name": ", ".join(measure.dfe) or "none",
            "source": measure.source,
            "note": lacking.get(name) or measure.note or "none",
        })  # fmt: skip
    keys = ("measure", "counted", "out of", *columns, "DfE's name", "source", "note")
    return PackSheet(sheet.id, sheet.title, keys, tuple(rows))


def pack_csvs(name: str, sheets: Sequence[PackSheet]) -> Mapping[str, bytes]:
    """Return one CSV file for each sheet, by file name, and one that lists them."""
    files = {f"{name}-{number:02}-{sheet.id}.csv": sheet for number, sheet in enumerate(sheets, start=1)}
    contents = [{"file": file, "about": sheet.title} for file, sheet in files.items()]
    texts = {file: csv_text(sheet.rows, sheet.keys) for file, sheet in files.items()}
    texts[f"{name}-00-contents.csv"] = csv_text(contents, ("file", "about"))
    return {file: text.encode("utf-8") for file, text in sorted(texts.items())}


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
    written = datetime.combine(as_at, midnight.min)
    with safe_book(title, written, author="ehcp-timeline", default_format_properties=_FONT) as (book, page):
        top = {**_FONT, "valign": "top"}
        formats = {
            "heading": book.add_format({**top, "font_size": 15, "bold": True}),
            "text": book.add_format({**top, "text_wrap": True}),
            "whole": book.add_format({**top, "num_format": "#,##0"}),
            "decimal": book.add_format({**top, "num_format": "#,##0.0"}),
        }
        cover = book.add_worksheet("Cover")
        cover.set_column(0, 0, 90)
        cover.write_string(0, 0, visible(title), formats["heading"])
        for row, line in enumerate((f"As at {day(as_at)}.", *notes), start=1):
            cover.write_string(row, 0, visible(line), formats["text"])
        tabs = {f"{number} {sheet.id}"[:31]: sheet for number, sheet in enumerate(sheets, start=1)}
        about = [{"sheet": tab, "about": sheet.title} for tab, sheet in tabs.items()]
        contents = PackSheet("contents_of_the_workbook", "Contents", ("sheet", "about"), tuple(about))
        purpose = "This sheet lists the tables of the workbook, one a sheet."
        _write_sheet(book.add_worksheet("Contents"), contents, purpose, formats, {"sheet": 34, "about": 70})
        for number, (tab, sheet) in enumerate(tabs.items(), start=1):
            table = replace(sheet, id=f"table_{number}_{sheet.id.replace('-', '_')}")
            _write_sheet(book.add_worksheet(tab), table, _PURPOSE, formats, _WIDE)
    return page.getvalue()


def _write_sheet(
    page: Any,  # noqa: ANN401 - of xlsxwriter, which has no types
    sheet: PackSheet,
    purpose: str,
    formats: Mapping[str, Any],
    widths: Mapping[str, int],
) -> None:
    """Write a title, a purpose and a table; the sheet's id names the table."""
    page.write_string(0, 0, visible(sheet.title), formats["heading"])
    page.write_string(1, 0, purpose, formats["text"])
    columns = [{"header": key} for key in sheet.keys]
    table = {"name": sheet.id, "autofilter": False, "columns": columns}
    page.add_table(2, 0, 2 + len(sheet.rows), len(sheet.keys) - 1, table)
    for column, key in enumerate(sheet.keys):
        page.set_column(column, column, widths.get(key, 14))
    for row, line in enumerate(sheet.rows, start=3):
        for column, value in enumerate(line[key] for key in sheet.keys):
            if isinstance(value, str):
                page.write_string(row, column, visible(value), formats["text"])
            else:
                number = formats["decimal" if isinstance(value, float) else "whole"]
                page.write_number(row, column, value, number)
