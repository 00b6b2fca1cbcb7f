"""How a cell of each column is read: the one definition for files and typed words."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from ehcp_timeline.cases.cells.date_formats import DateFormats, read_formatted
from ehcp_timeline.cases.cells.dates import Order, birth_window, event_window, read_date
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
from ehcp_timeline.record import field, record

Value = date | frozenset[str] | str | bool
Reader = Callable[[str], Value | CellFault | None]


@record(frozen=True, slots=True)
class Said:
    """What a council's settings say about the cells of one column.

    Attributes:
        words: Its own words, as `plain` leaves them, to ours; an empty text is a blank.
        faults: Ending of a text to the fault that such a text has, if dates are chosen by an outcome.
        order: What dates in figures begin with, if no format settles it.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    formats: DateFormats | None = None
    faults: Mapping[str, CellFault] = field(default_factory=dict)
    order: Order = "day-first"


NOTHING = Said()


def plain(word: str) -> str:
    """Return a council's own word without capitals and repeated blanks.

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

    Dates far from `as_at` are not plausible. The blanks are as `values.blank_words` gives them. A council's
    own words are translated first.
    """
    read: Callable[[str], Value | CellFault] = str
    if column.kind in {"event", "date"}:
        window = event_window(as_at) if column.kind == "event" else birth_window(as_at)
        read = partial(read_date, window=window, order=said.order)
        if said.formats:
            read = partial(read_formatted, window=window, formats=said.formats)
    elif column.kind == "codes":
        read = code_reader(column, absorbs, spellings.codes[column.id])
    elif column.kind == "flag":
        read = read_flag

    def reader(text: str) -> Value | CellFault | None:
        cell = unguarded(text.strip(WHITE))
        return excel_error(cell) or (None if is_blank(cell, blanks) else read(cell))

    def translating(text: str) -> Value | CellFault | None:
        if text.endswith(tuple(said.faults)):
            return next(fault for ending, fault in said.faults.items() if text.endswith(ending))
        return reader(said.words.get(plain(text), text))

    return translating if said.words or said.faults else reader
