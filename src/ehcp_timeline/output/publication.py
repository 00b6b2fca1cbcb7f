"""A workbook that may be published, by the Analysis Function's checklist for spreadsheets.

A cover, a list of contents, notes, then one table a sheet: title in A1, what it holds in A2, marked up as a
table with unique headings, text wrapped, no filter, no frozen pane, no merged or empty cell.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.workbook import DATE_FORMAT, safe_book
from ehcp_timeline.record import record, replace
from ehcp_timeline.text import day, visible

NOT_APPLICABLE = "[z]"
SYMBOLS = (
    f"{NOT_APPLICABLE}: not applicable, because there was nothing to measure or the number is of another day."
)
_FONT = {"font_name": "Arial", "font_size": 12}
_FORMATS: Mapping[str, Mapping[str, object]] = {
    "heading": {"font_size": 15, "bold": True},
    "text": {"text_wrap": True},
    "whole": {"num_format": "#,##0"},
    "decimal": {"num_format": "#,##0.0"},
    "date": DATE_FORMAT,
}


@record(frozen=True, slots=True)
class PublishedTable:
    """One sheet.

    Attributes:
        id: Its name, as a file may be called.
        purpose: What it holds, and how to read it.
        widths: Columns that are wider than a number needs.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    purpose: str = "This sheet holds one table."
    widths: Mapping[str, int] | None = None


def publication_bytes(
    title: str, tables: Sequence[PublishedTable], *, receipt: Receipt, notes: Sequence[str] = ()
) -> bytes:
    """Return tables as a workbook to publish, one a sheet; the notes are numbered on a sheet of their own."""
    font = dict(_FONT)  # XlsxWriter adds to it, and the next workbook would not be the same
    with safe_book(title, receipt, author="ehcp-timeline", default_format_properties=font) as (book, page):
        formats = {name: book.add_format({**_FONT, "valign": "top", **own}) for name, own in _FORMATS.items()}
        cover = book.add_worksheet("Cover")
        cover.set_column(0, 0, 90)
        cover.write_string(0, 0, visible(title), formats["heading"])
        when = (f"As at {day(receipt.as_at)}.",) if receipt.as_at else ()
        for row, line in enumerate((*when, *receipt.lines()), start=1):
            cover.write_string(row, 0, visible(line), formats["text"])
        tabs = {f"{number} {table.id}"[:31]: table for number, table in enumerate(tables, start=1)}
        sheets = {
            "Contents": PublishedTable(
                "contents_of_the_workbook",
                "Contents",
                ("sheet", "about"),
                [
                    {"sheet": "Notes", "about": "Notes and symbols"},
                    *({"sheet": tab, "about": table.title} for tab, table in tabs.items()),
                ],
                "This sheet lists the tables of the workbook, one a sheet.",
                {"sheet": 34, "about": 70},
            ),
            "Notes": PublishedTable(
                "notes_and_symbols",
                "Notes",
                ("note", "text"),
                [
                    {"note": f"[note {number}]", "text": note}
                    for number, note in enumerate((*notes, SYMBOLS), 1)
                ],
                "This sheet says what the notes and the symbols of the tables mean.",
                {"note": 12, "text": 100},
            ),
        }
        for number, (tab, table) in enumerate(tabs.items(), start=1):
            sheets[tab] = replace(table, id=f"table_{number}_{table.id.replace('-', '_')}")
        for tab, table in sheets.items():
            _write_sheet(book.add_worksheet(tab), table, formats)
    return page.getvalue()


def _write_sheet(page: Any, table: PublishedTable, formats: Mapping[str, Any]) -> None:  # noqa: ANN401
    page.write_string(0, 0, visible(table.title), formats["heading"])
    page.write_string(1, 0, visible(table.purpose), formats["text"])
    columns = [{"header": visible(key), "header_format": formats["text"]} for key in table.keys]
    marked = {"name": table.id, "autofilter": False, "columns": columns}
    page.add_table(2, 0, 2 + max(len(table.rows), 1), len(table.keys) - 1, marked)
    for column, key in enumerate(table.keys):
        page.set_column(column, column, (table.widths or {}).get(key, 16))
    for row, line in enumerate(table.rows, start=3):
        for column, key in enumerate(table.keys):
            value = line[key]
            if isinstance(value, date):
                page.write_datetime(row, column, value, formats["date"])
            elif isinstance(value, int | float) and not isinstance(value, bool):
                number = formats["decimal" if isinstance(value, float) else "whole"]
                page.write_number(row, column, value, number)
            else:
                words = NOT_APPLICABLE if value is None else str(value)
                page.write_string(row, column, visible(words), formats["text"])
