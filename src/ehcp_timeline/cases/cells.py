"""How a cell of each column is read: the one definition that files and typed words share."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from ehcp_timeline.cases.columns import Column
from ehcp_timeline.cases.dates import birth_window, event_window, read_date
from ehcp_timeline.cases.headings import Spellings
from ehcp_timeline.cases.values import (
    EXCEL_ERROR,
    WHITE,
    Fault,
    code_reader,
    is_blank,
    is_excel_error,
    read_flag,
)

Value = date | frozenset[str] | str | bool
Reader = Callable[[str], Value | Fault | None]


def cell_reader(
    column: Column, absorbs: Mapping[str, str], spellings: Spellings, as_at: date, blanks: frozenset[str]
) -> Reader:
    """Return the function that reads a cell of this column: None for a blank, a fault if it cannot be read.

    Args:
        column: The column.
        absorbs: A code to the code that it takes in.
        spellings: For other words for a code.
        as_at: Dates far from it are not plausible.
        blanks: Words that count as a blank, as `values.blank_words` gives them.
    """
    read = _inside(column, absorbs, spellings, as_at)

    def reader(text: str) -> Value | Fault | None:
        cell = text.strip(WHITE)
        if is_excel_error(cell):
            return EXCEL_ERROR
        return None if is_blank(cell, blanks) else read(cell)

    return reader


def _inside(
    column: Column, absorbs: Mapping[str, str], spellings: Spellings, as_at: date
) -> Callable[[str], Value | Fault]:
    """Return the function that reads what stands in a cell that is not blank."""
    match column.kind:
        case "event":
            return partial(read_date, window=event_window(as_at))
        case "date":
            return partial(read_date, window=birth_window(as_at))
        case "codes":
            return code_reader(column, absorbs, spellings.codes[column.id])
        case "flag":
            return read_flag
        case "text":
            return str
