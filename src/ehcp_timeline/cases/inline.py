"""Reads one case from words such as `request_received=2026-01-12`, without a file."""

from collections.abc import Sequence
from datetime import date

from ehcp_timeline.cases.cells.parser import Value, cell_reader
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, CellFault, blank_words, shown
from ehcp_timeline.cases.headers import Spellings, describe, load_spellings
from ehcp_timeline.cases.model import Row
from ehcp_timeline.cases.schema import Vocabulary
from ehcp_timeline.errors import UsageError
from ehcp_timeline.text import did_you_mean, listed

_NO_NAME = "is not the name of an event, a fact or a flag"


def row_from_words(words: Sequence[str], vocabulary: Vocabulary, as_at: date) -> Row:
    """Read events, facts and flags of one case; its row number is 0, because no file holds it.

    Raises:
        UsageError: A word is not `NAME=VALUE`, its name is unknown or is given twice, or its value cannot be
            read.
    """
    spellings, blanks = load_spellings(vocabulary), blank_words(DEFAULT_BLANKS)
    texts: dict[str, str] = {}
    for word in words:
        name, text = _parted(word, vocabulary, spellings)
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
            raise UsageError(f"{name}: {problem.problem}", problem.try_)
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


def _parted(word: str, vocabulary: Vocabulary, spellings: Spellings) -> tuple[str, str]:
    given, equals, text = word.partition("=")
    if not equals:
        raise UsageError(f"{shown(word)} is not NAME=VALUE", "write for example request_received=2026-01-12")
    (heading,) = describe([given], spellings)
    if heading.column is None:
        possible = heading.may_be or heading.suggestions
        hint = f"did you mean {listed(possible, 'or')}?" if possible else ""
        hint = hint or did_you_mean(given.strip().lower(), vocabulary.columns, 1)
        why = f"is not taken: {heading.reason}" if heading.reason else _NO_NAME
        raise UsageError(f"{shown(given)} {why}", hint or "`ehcp template --rows` lists the names")
    return heading.column, text
