"""A list as an Excel workbook to work in: real dates, frozen headings, a filter, no formula and no link."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from datetime import time as midnight
from typing import Any

from ehcp_timeline.output.data import Value
from ehcp_timeline.text.safe import visible


@contextmanager
def safe_book(
    title: str,
    made: datetime,
    *,
    author: str = "",
    **options: Any,  # noqa: ANN401 - what xlsxwriter knows
) -> Iterator[tuple[Any, io.BytesIO]]:
    """Give a workbook to write, and the page that holds its bytes once it is closed.

    Args:
        title: Name of the document.
        made: What stands for the moment of writing, so that the same input gives the same bytes.
        author: Who made it.
        options: More that xlsxwriter knows, as a font.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # a fifth of a second to load, for this alone

    page = io.BytesIO()
    safe = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(page, {**options, **safe}) as book:
        book.set_properties({"title": title, "author": author, "created": made})
        yield book, page


INTERNAL = "Internal working file: it names people. Do not publish it or pass it on."
_LONGEST_CELL = 32_767  # characters, of Excel's own
_DATE_FORMAT = "d mmmm yyyy"
_WIDTHS = {"duty": 50, "law": 30, "do": 50, "tell": 80, "rights": 60, "promise": 40}


def workbook_bytes(
    rows: Iterable[Mapping[str, Value]], keys: Sequence[str], *, title: str, as_at: date, notes: Sequence[str]
) -> bytes:
    """Return rows as a workbook; the headings stand in the first line, where a mail merge looks for them.

    Args:
        rows: The list.
        keys: Its columns.
        title: Name of the document.
        as_at: The day the list was made for: it stands in the place of the day of writing.
        notes: What a reader should know, on a sheet of their own.
    """
    with safe_book(title, datetime.combine(as_at, midnight.min)) as (book, page):
        _write_list(book, list(rows), keys)
        _write_notes(book, (title, INTERNAL, *notes))
    return page.getvalue()


def _write_list(book: Any, rows: Sequence[Mapping[str, Value]], keys: Sequence[str]) -> None:  # noqa: ANN401
    bold, dated = book.add_format({"bold": True}), book.add_format({"num_format": _DATE_FORMAT})
    sheet = book.add_worksheet("list")
    for column, key in enumerate(keys):
        sheet.write_string(0, column, key, bold)
        sheet.set_column(column, column, _WIDTHS.get(key, 16))
        for row, line in enumerate(rows, start=1):
            _write_cell(sheet, (row, column), line[key], dated)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(keys) - 1)


def _write_cell(sheet: Any, place: tuple[int, int], value: Value, dated: Any) -> None:  # noqa: ANN401
    """Write one value: text as text, whatever it looks like."""
    if isinstance(value, date):
        sheet.write_datetime(*place, datetime.combine(value, midnight.min), dated)
    elif isinstance(value, bool):
        sheet.write_string(*place, "true" if value else "false")
    elif isinstance(value, int | float):
        sheet.write_number(*place, value)
    elif value is not None:
        sheet.write_string(*place, visible(value)[:_LONGEST_CELL])


def _write_notes(book: Any, lines: Sequence[str]) -> None:  # noqa: ANN401
    sheet = book.add_worksheet("notes")
    sheet.set_column(0, 0, 100)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, visible(line))
