"""A workbook that may be published, by the Analysis Function's checklist for spreadsheets.

A cover, a list of contents, notes, then one table a sheet: title in A1, what it holds in A2, marked up as a
table with unique headings, text wrapped, no filter, no frozen pane, no merged or empty cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.workbook import safe_book
from ehcp_timeline.text.safe import visible
from ehcp_timeline.text.words import day

NOT_APPLICABLE = "[z]"
SYMBOLS = (
    f"{NOT_APPLICABLE}: not applicable, because there was nothing to measure or the number is of another day."
)
_FONT = {"font_name": "Arial", "font_size": 12}
_PURPOSE = "This sheet holds one table."


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One sheet.

    Attributes:
        id: Its name, as a file may be called.
        title: Its heading.
        keys: Its columns.
        rows: Its lines.
        purpose: What it holds, and how to read it.
        widths: Columns that are wider than a number needs.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    purpose: str = _PURPOSE
    widths: Mapping[str, int] | None = None


def publication_bytes(
    title: str, tables: Sequence[PublishedTable], *, receipt: Receipt, notes: Sequence[str] = ()
) -> bytes:
    """Return tables as a workbook to publish.

    Args:
        title: What the workbook is.
        tables: Its tables, one a sheet.
        receipt: What it was made from; its day stands in the place of the day of writing.
        notes: What a reader should know, numbered on a sheet of their own.
    """
    font = dict(_FONT)  # XlsxWriter adds to it, and the next workbook would not be the same
    with safe_book(title, receipt, author="ehcp-timeline", default_format_properties=font) as (book, page):
        top = {**_FONT, "valign": "top"}
        formats = {
            "heading": book.add_format({**top, "font_size": 15, "bold": True}),
            "text": book.add_format({**top, "text_wrap": True}),
            "whole": book.add_format({**top, "num_format": "#,##0"}),
            "decimal": book.add_format({**top, "num_format": "#,##0.0"}),
            "date": book.add_format({**top, "num_format": "d mmmm yyyy", "align": "left"}),
        }
        cover = book.add_worksheet("Cover")
        cover.set_column(0, 0, 90)
        cover.write_string(0, 0, visible(title), formats["heading"])
        when = (f"As at {day(receipt.as_at)}.",) if receipt.as_at else ()
        for row, line in enumerate((*when, *receipt.lines()), start=1):
            cover.write_string(row, 0, visible(line), formats["text"])
        numbered = [
            {"note": f"[note {number}]", "text": note} for number, note in enumerate((*notes, SYMBOLS), 1)
        ]
        tabs = {f"{number} {table.id}"[:31]: table for number, table in enumerate(tables, start=1)}
        about = [{"sheet": "Notes", "about": "Notes and symbols"}]
        about += [{"sheet": tab, "about": table.title} for tab, table in tabs.items()]
        contents = PublishedTable(
            "contents_of_the_workbook",
            "Contents",
            ("sheet", "about"),
            about,
            "This sheet lists the tables of the workbook, one a sheet.",
            {"sheet": 34, "about": 70},
        )
        explained = PublishedTable(
            "notes_and_symbols",
            "Notes",
            ("note", "text"),
            numbered,
            "This sheet says what the notes and the symbols of the tables mean.",
            {"note": 12, "text": 100},
        )
        _write_sheet(book.add_worksheet("Contents"), contents, formats)
        _write_sheet(book.add_worksheet("Notes"), explained, formats)
        for number, (tab, table) in enumerate(tabs.items(), start=1):
            named = replace(table, id=f"table_{number}_{table.id.replace('-', '_')}")
            _write_sheet(book.add_worksheet(tab), named, formats)
    return page.getvalue()


def _write_sheet(page: Any, table: PublishedTable, formats: Mapping[str, Any]) -> None:  # noqa: ANN401
    """Write a title, a purpose and a table; what is blank is said to be."""
    page.write_string(0, 0, visible(table.title), formats["heading"])
    page.write_string(1, 0, visible(table.purpose), formats["text"])
    columns = [{"header": visible(key), "header_format": formats["text"]} for key in table.keys]
    marked = {"name": table.id, "autofilter": False, "columns": columns}
    page.add_table(2, 0, 2 + max(len(table.rows), 1), len(table.keys) - 1, marked)
    for column, key in enumerate(table.keys):
        page.set_column(column, column, (table.widths or {}).get(key, 16))
    for row, line in enumerate(table.rows, start=3):
        for column, value in enumerate(line[key] for key in table.keys):
            if isinstance(value, date):
                page.write_datetime(row, column, value, formats["date"])
            elif isinstance(value, int | float) and not isinstance(value, bool):
                page.write_number(
                    row, column, value, formats["decimal" if isinstance(value, float) else "whole"]
                )
            else:
                page.write_string(
                    row, column, visible(NOT_APPLICABLE if value is None else str(value)), formats["text"]
                )
