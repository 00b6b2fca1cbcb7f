"""How a cell of each column is read, in a file or in words such as `request_received=2026-01-12`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from ehcp_timeline.cases.cells import dates
from ehcp_timeline.cases.cells.values import (
    DEFAULT_BLANKS,
    WHITE,
    CellFault,
    blank_words,
    code_reader,
    excel_error,
    is_blank,
    read_flag,
    shown,
    unguarded,
)
from ehcp_timeline.cases.headers import Spellings, describe, load_spellings
from ehcp_timeline.cases.model import Column, Row, Vocabulary
from ehcp_timeline.errors import UsageError
from ehcp_timeline.record import field, record
from ehcp_timeline.text import did_you_mean, listed

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
    formats: dates.DateFormats | None = None
    faults: Mapping[str, CellFault] = field(default_factory=dict)
    order: dates.Order = "day-first"


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
        window = dates.event_window(as_at) if column.kind == "event" else dates.birth_window(as_at)
        read = partial(dates.read_date, window=window, order=said.order)
        if said.formats:
            read = partial(dates.read_formatted, window=window, formats=said.formats)
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


def row_from_words(words: Sequence[str], vocabulary: Vocabulary, as_at: date) -> Row:
    """Read events, facts and flags of one case; its row number is 0, because no file holds it.

    Raises:
        UsageError: A word is not `NAME=VALUE`, its name is unknown or is given twice, or its value cannot be
            read.
    """
    spellings, blanks = load_spellings(vocabulary), blank_words(DEFAULT_BLANKS)
    texts: dict[str, str] = {}
    for word in words:
        given, equals, text = word.partition("=")
        if not equals:
            hint = "write for example request_received=2026-01-12"
            raise UsageError(f"{shown(word)} is not NAME=VALUE", hint)
        (heading,) = describe([given], spellings)
        if (name := heading.column) is None:
            possible = heading.may_be or heading.suggestions
            hint = f"did you mean {listed(possible, 'or')}?" if possible else ""
            hint = hint or did_you_mean(given.strip().lower(), vocabulary.columns, 1)
            why = "is not the name of an event, a fact or a flag"
            why = f"is not taken: {heading.reason}" if heading.reason else why
            raise UsageError(f"{shown(given)} {why}", hint or "`ehcp template --rows` lists the names")
        if name in texts:
            raise UsageError(f"{name} is given twice", "give each name once")
        texts[name] = text
    values: dict[str, Value] = {}
    for name, text in texts.items():
        column = vocabulary.columns[name]
        value = cell_reader(column, vocabulary.absorbs, spellings, as_at, blanks)(text)
        if value is None:
            raise UsageError(f"{name} has no value", "give one, or leave the word out")
        if isinstance(value, CellFault):
            problem = value.problem(0, column, text)
            raise UsageError(f"{name}: {problem.problem}", problem.try_.removesuffix(", or clear the cell"))
        values[name] = value
    events = vocabulary.of_kind("event")
    return Row(
        number=0,
        case_id=str(values.get("case_id", "")),
        events={name: day for name, day in values.items() if isinstance(day, date) and name in events},
        codes={name: codes for name, codes in values.items() if isinstance(codes, frozenset)},
        texts={name: text for name, text in values.items() if isinstance(text, str) and name != "case_id"},
        flags={name: flag for name, flag in values.items() if isinstance(flag, bool)},
    )
