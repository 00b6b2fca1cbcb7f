"""A list as an Excel workbook to work from: plain headings, real dates, filters, no formula and no link."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from datetime import time as midnight
from typing import Any, Final, cast

from ehcp_timeline.audit.verdicts import Verdict
from ehcp_timeline.output.data import Value
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.verdict_words import VERDICT_NAMES
from ehcp_timeline.record import record
from ehcp_timeline.text import visible

INTERNAL = "Internal working file: it names people. Do not publish it or pass it on."
DATE_FORMAT: Final = {"num_format": "d mmmm yyyy", "align": "left"}
# Limits of Excel's own, in characters.
_LONGEST_PROPERTY, _LONGEST_CELL, _LONGEST_TAB = 255, 32_767, 31
_A4 = 9
_WIDTHS = {"duty": 50, "law": 30, "do": 50, "tell": 80, "rights": 60, "promise": 40, "deadline": 22}
_HEADINGS = {
    "case_id": "Case", "name": "Child", "row": "Row in the file", "duty": "What is owed",
    "deadline": "Deadline", "who": "Who owes it", "law": "The law", "start": "Clock started", "due": "Due",
    "act_by": "Last working day to act", "answered": "Done on", "verdict": "How it stands",
    "earliest_reading": "Due by the earliest reading", "latest_reading": "Due by the latest reading",
    "excuse": "Exception", "provisional": "Rests on bank holidays not announced", "do": "What to do next",
    "by": "Do it by", "not_before": "Not before", "expected_p50": "Expected",
    "expected_p85": "Expected if slow", "days_over": "Days late when expected",
    "also": "Other deadlines that will be missed",
    "tell": "What to tell the family", "rights": "What the family can do", "promise": "What was due",
}  # fmt: skip
_COLOURS: Mapping[Verdict, tuple[str, str]] = {  # fill and text: the tags of GOV.UK, at least 6.9:1
    "overdue": ("#f4d7d7", "#651b1b"), "late": ("#f4d7d7", "#651b1b"), "early": ("#f4d7d7", "#651b1b"),
    "excused": ("#ffee80", "#594d00"), "unknown": ("#ffee80", "#594d00"),
    "met": ("#cfe4da", "#083d29"), "running": ("#cfe4da", "#083d29"),
}  # fmt: skip
_LINE_COLOURS = ("#12436D", "#F46A25", "#28A197", "#801650")  # of the Analysis Function


@contextmanager
def safe_book(
    title: str,
    receipt: Receipt | date,
    *,
    author: str = "",
    **options: Any,  # noqa: ANN401 - what xlsxwriter knows
) -> Iterator[tuple[Any, io.BytesIO]]:
    """Give a workbook to write, and the page that holds its bytes once it is closed.

    The day of the receipt, which may be given alone, stands for the moment of writing, so that the same input
    gives the same bytes.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # a fifth of a second to load, for this alone

    page = io.BytesIO()
    unsafe = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    with xlsxwriter.Workbook(page, {**options, "in_memory": True, **dict.fromkeys(unsafe, False)}) as book:
        made = receipt if isinstance(receipt, date) else receipt.as_at or date(1980, 1, 1)
        written = datetime.combine(made, midnight.min)
        book.set_properties({"title": visible(title), "author": author, "created": written})
        whole = "" if isinstance(receipt, date) else receipt.json
        for number, place in enumerate(range(0, len(whole), _LONGEST_PROPERTY), start=1):
            book.set_custom_property(f"receipt {number}", whole[place : place + _LONGEST_PROPERTY], "text")
        yield book, page


@record(frozen=True, slots=True)
class ListChart:
    """A line chart of some columns of a list, below its table.

    Attributes:
        alt: The title for who cannot see it; the numbers are in the table above.
        across: The column whose values stand along the bottom.
        lines: The columns that are drawn, at most four, with their names.
    """

    title: str
    alt: str
    across: str
    lines: Mapping[str, str]
    unit: str


def workbook_bytes(
    rows: Iterable[Mapping[str, Value]],
    keys: Sequence[str],
    title: str,
    receipt: Receipt,
    *,
    notes: Sequence[str] = (),
    group: str | None = None,
    chart: ListChart | None = None,
) -> bytes:
    """Return rows as a workbook to work from.

    Headings in plain words stand in the first line, where a mail merge looks for them; they are frozen,
    repeated on every printed page and can be filtered. Dates are dates. What is overdue is coloured, and
    says so in a column too. The notes stand on a sheet of their own; each name of the column `group` has a
    sheet of its own.
    """
    lists: dict[str, list[Mapping[str, Value]]] = {}
    for row in rows:
        name = "list" if group is None else str(row[group] or "").strip() or f"no {group}"
        lists.setdefault(name, []).append(row)
    with safe_book(title, receipt) as (book, page):
        taken = {"notes", "history"}
        for name, lines in sorted(lists.items()) or [("list", [])]:
            sheet = book.add_worksheet(_tab(name, taken))
            _write_list(book, sheet, lines, keys)
            # A4 across, as wide as the page, headings on every page.
            sheet.set_landscape()
            sheet.set_paper(_A4)
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
            head = visible(title if group is None else f"{title}: {name}")[:150]
            sheet.set_header(f"&L{head.replace('&', '&&')}")
            sheet.set_footer(f"&L{INTERNAL}&RPage &P of &N")
            if chart and lines:
                _add_chart(book, sheet, chart, keys, lines)
        sheet = book.add_worksheet("notes")
        sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
        for place, line in enumerate((title, INTERNAL, *notes, *receipt.lines())):
            sheet.write_string(place, 0, visible(line))
    return page.getvalue()


def heading(key: str) -> str:
    """Return the heading of a column in plain words.

    >>> heading("act_by"), heading("days_late")
    ('Last working day to act', 'Days late')
    """
    words = key.replace("_", " ")
    return _HEADINGS.get(key, words[:1].upper() + words[1:])


def _tab(name: str, taken: set[str]) -> str:
    kept = "".join(" " if mark in "[]:*?/\\" else mark for mark in visible(name)).strip("' ") or "unnamed"
    tab, number = kept[:_LONGEST_TAB], 1
    while tab.casefold() in taken:
        number += 1
        tab = f"{kept[: _LONGEST_TAB - len(str(number)) - 1]} {number}"
    taken.add(tab.casefold())
    return tab


def _write_list(book: Any, sheet: Any, rows: Sequence[Mapping[str, Value]], keys: Sequence[str]) -> None:  # noqa: ANN401
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    dated = book.add_format(DATE_FORMAT)
    for column, key in enumerate(keys):
        sheet.write_string(0, column, heading(key), head)
        sheet.set_column(column, column, _WIDTHS.get(key, 18))
    for row, line in enumerate(rows, start=1):
        for column, key in enumerate(keys):
            value = line[key]
            if isinstance(value, bool):
                value = "yes" if value else "no"
            if isinstance(value, str):
                word = VERDICT_NAMES[cast("Verdict", value)] if key == "verdict" else visible(value)
                sheet.write_string(row, column, word[:_LONGEST_CELL])
            elif isinstance(value, date):
                sheet.write_datetime(row, column, value, dated)
            elif value is not None:
                sheet.write_number(row, column, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(keys) - 1)
    if "verdict" in keys and rows:  # the word says the same as the colour
        column = keys.index("verdict")
        for verdict, (fill, text) in _COLOURS.items():
            shown = book.add_format({"bg_color": fill, "font_color": text, "bold": True})
            word = f'"{VERDICT_NAMES[verdict]}"'
            rule = {"type": "cell", "criteria": "==", "value": word, "format": shown}
            sheet.conditional_format(1, column, len(rows), column, rule)


def _add_chart(
    book: Any,  # noqa: ANN401
    sheet: Any,  # noqa: ANN401
    chart: ListChart,
    keys: Sequence[str],
    lines: Sequence[Mapping[str, Value]],
) -> None:
    filled = (row for row, line in enumerate(lines, 1) if any(line[key] is not None for key in chart.lines))
    first, rows = next(filled, 1), len(lines)
    drawn = book.add_chart({"type": "line"})
    across = keys.index(chart.across)
    for (key, name), colour in zip(chart.lines.items(), _LINE_COLOURS, strict=False):
        column = keys.index(key)
        drawn.add_series({
            "name": name,
            "categories": [sheet.get_name(), first, across, rows, across],
            "values": [sheet.get_name(), first, column, rows, column],
            "line": {"color": colour, "width": 2.25},
            "marker": {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}},
        })  # fmt: skip
    drawn.set_title({"name": f"{chart.title} ({chart.unit})", "name_font": {"size": 12}})
    drawn.set_y_axis({"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    drawn.set_legend({"position": "bottom"} if len(chart.lines) > 1 else {"none": True})
    drawn.set_size({"width": 900, "height": 360})
    sheet.insert_chart(rows + 2, 0, drawn, {"description": chart.alt})
