"""How a cell of each column is read: the one definition that files and typed words share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from ehcp_timeline.cases.cells.date_formats import DateFormats, read_formatted
from ehcp_timeline.cases.cells.dates import Order, Window, birth_window, event_window, read_date
from ehcp_timeline.cases.cells.values import (
    WHITE,
    CellFault,
    code_reader,
    excel_error,
    is_blank,
    read_flag,
    unguarded,
)
from ehcp_timeline.cases.headers import Spellings
from ehcp_timeline.cases.schema import Column

Value = date | frozenset[str] | str | bool
Reader = Callable[[str], Value | CellFault | None]


@dataclass(frozen=True, slots=True)
class Said:
    """What a council says about the cells of one column.

    Attributes:
        words: Its own words, as `plain` leaves them, to ours; an empty text is a blank.
        formats: The formats of its dates.
        faults: Ending of a text to the fault that such a text has, where dates are chosen by an outcome.
        order: What dates in figures begin with, where no format settles it.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    formats: DateFormats | None = None
    faults: Mapping[str, CellFault] = field(default_factory=dict)
    order: Order = "day-first"


NOTHING = Said()


def plain(word: str) -> str:
    """Return a word of a council's own without what does not matter: case, and how many blanks it has.

    >>> plain("  Not  Agreed ")
    'not agreed'
    """
    return " ".join(word.split()).casefold()


def cell_reader(
    column: Column,
    absorbs: Mapping[str, str],
    spellings: Spellings,
    as_at: date,
    blanks: frozenset[str],
    said: Said = NOTHING,
) -> Reader:
    """Return the function that reads a cell of this column: None for a blank, a fault if it cannot be read.

    Args:
        column: The column.
        absorbs: A code to the code that it takes in.
        spellings: For other words for a code.
        as_at: Dates far from it are not plausible.
        blanks: Words that count as a blank, as `values.blank_words` gives them.
        said: What a council says about these cells.
    """
    read = _inside(column, absorbs, spellings, as_at, said)

    def reader(text: str) -> Value | CellFault | None:
        cell = unguarded(text.strip(WHITE))
        return excel_error(cell) or (None if is_blank(cell, blanks) else read(cell))

    return _translating(reader, said) if said.words or said.faults else reader


def _translating(read: Reader, said: Said) -> Reader:
    """Return a reader that first puts our words in place of the council's own."""

    def reader(text: str) -> Value | CellFault | None:
        if text.endswith(tuple(said.faults)):
            return next(fault for ending, fault in said.faults.items() if text.endswith(ending))
        return read(said.words.get(plain(text), text))

    return reader


def _inside(
    column: Column, absorbs: Mapping[str, str], spellings: Spellings, as_at: date, said: Said
) -> Callable[[str], Value | CellFault]:
    """Return the function that reads what stands in a cell that is not blank."""
    match column.kind:
        case "event":
            return _dates(event_window(as_at), said)
        case "date":
            return _dates(birth_window(as_at), said)
        case "codes":
            return code_reader(column, absorbs, spellings.codes[column.id])
        case "flag":
            return read_flag
        case "text":
            return str


def _dates(window: Window, said: Said) -> Callable[[str], date | CellFault]:
    """Return the function that reads the dates of a column."""
    if said.formats:
        return partial(read_formatted, window=window, formats=said.formats)
    return partial(read_date, window=window, order=said.order)
