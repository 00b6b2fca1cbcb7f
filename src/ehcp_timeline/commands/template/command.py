"""`ehcp template`: an empty case file, as a header or a workbook, and what each of its columns means."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import typer

from ehcp_timeline.cases.cells.dates import FIRST_BIRTH, FIRST_EVENT
from ehcp_timeline.cases.model import Column
from ehcp_timeline.shell.destination import choose_output, say
from ehcp_timeline.shell.open import law, names, settings
from ehcp_timeline.shell.options import Force, OutputFile, examples

_ROWS = 20_000
_LAST_DAY = date(2099, 12, 31)
_MADE = datetime(2014, 9, 1)  # noqa: DTZ001 - the day the law came into force: every copy is the same
_LONGEST_LIST = 255  # characters, of Excel's own
_FLAGS = ("yes", "no")
_NOTES = {"column": 34, "what it records": 70, "what it may hold": 50}  # to the width


@examples("ehcp template -o cases.csv", "ehcp template -o cases.xlsx", "ehcp template --rows > cases.csv")
def template(
    *,
    rows: Annotated[
        bool, typer.Option("--rows", help="Say on standard error what each column means.")
    ] = False,
    output: OutputFile = None,
    force: Force = False,
) -> None:
    """Print an empty case file, as CSV or an Excel workbook.

    Only case_id must be filled; leave out what you do not have. In the workbook dates and codes are checked
    while they are typed, and a second sheet says what each column means.
    """
    to = choose_output(None if output else "csv", output, force=force, formats=("csv", "xlsx"))
    columns = names(law(None, settings(None))).columns
    for target in to:
        book = target.format == "xlsx"
        target.send(template_workbook(columns) if book else f"{','.join(columns)}\n")
    if rows:
        for column in columns.values():
            held = values_in_words(column)
            say(f"{column.id}: {column.says}{f' ({held})' if held else ''}")


def template_workbook(columns: Mapping[str, Column]) -> bytes:
    """Return a workbook with the header of a case file and, on a second sheet, what each column means.

    Excel warns of a cell that is not as it should be while it is typed, and accepts it.
    """
    from ehcp_timeline.output.workbook import safe_book

    with safe_book("Case file", _MADE) as (book, page):
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        dated, text = (book.add_format({"num_format": form}) for form in ("dd/mm/yyyy", "@"))
        sheet = book.add_worksheet("Cases")
        for place, column in enumerate(columns.values()):
            sheet.set_column(place, place, 16, dated if column.kind in {"event", "date"} else text)
            sheet.write_string(0, place, column.id, bold)
            if rule := _validation(column):
                sheet.data_validation(1, place, _ROWS, place, rule)
        sheet.freeze_panes(1, 1)
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Notes")
        for place, (heading, width) in enumerate(_NOTES.items()):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, heading, bold)
        for row, column in enumerate(columns.values(), start=1):
            for place, words in enumerate((column.id, column.says, values_in_words(column))):
                sheet.write_string(row, place, words, wrapped)
        sheet.freeze_panes(1, 0)
    return page.getvalue()


def values_in_words(column: Column) -> str:
    """Return what the cells of a column may hold, nothing where any text will do."""
    match column.kind:
        case "event" | "date":
            return "a date, as 2026-01-31"
        case "flag":
            return "yes or no"
        case "codes":
            return ", ".join(column.codes) + (", several joined by +" if column.several else "")
        case "text":
            return ""


def _validation(column: Column) -> dict[str, Any] | None:
    warning = {
        "error_type": "warning",
        "error_title": column.id[:32],
        "error_message": values_in_words(column)[:255],
    }
    if column.kind in {"event", "date"}:
        first = FIRST_BIRTH if column.kind == "date" else FIRST_EVENT
        return {"validate": "date", "criteria": "between", "minimum": first, "maximum": _LAST_DAY, **warning}
    listed = _FLAGS if column.kind == "flag" else () if column.several else tuple(column.codes)
    if not listed or len(",".join(listed)) > _LONGEST_LIST:
        return None
    return {"validate": "list", "source": list(listed), **warning}
