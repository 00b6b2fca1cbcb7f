"""Finds which column each heading of a case file means; what looks like one is suggested, never taken."""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Annotated

from annotated_types import Ge

from ehcp_timeline.cases.schema import Vocabulary
from ehcp_timeline.errors import CaseFileError, ConfigError
from ehcp_timeline.text.spelling import did_you_mean

_LAYOUT_OF_DATES = re.compile(r"\(\s*[cdmy]+(?:[-/. ][cdmy]+){2}\s*\)", re.IGNORECASE)

_NOT_ALNUM = bytes(byte for byte in range(128) if not chr(byte).isalnum())

HEADER_WITHIN = 20  # rows that are not blank, from the top
SUGGESTED_WITHIN = 400  # headings
NO_ALIASES: Mapping[str, Sequence[str]] = MappingProxyType({})

Score = tuple[bool, int, int]


@dataclass(frozen=True, slots=True)
class Spellings:
    """Every known way to write a heading or a code.

    Attributes:
        columns: Folded heading to the column that it means.
        not_taken: Folded heading to the reason why it is never taken for a column.
        codes: Fact id to folded word to the code that it means.
        ignored: Folded headings that the user does not want to be read.
    """

    columns: Mapping[str, str]
    not_taken: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading of a case file.

    Attributes:
        position: 1 for the first cell of the header row.
        text: The heading as the file writes it.
        column: The column that it means; None where the column is not read.
        suggestions: Columns that it looks like, the likeliest first.
        reason: Why it is not taken although it looks like a column; None where it does not.
        gives: Events whose dates stand under it, or are told apart by it, as the user says.
    """

    position: Annotated[int, Ge(1)]
    text: str
    column: str | None
    suggestions: tuple[str, ...] = ()
    reason: str | None = None
    gives: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Return what is left of a heading or a code when case, spaces and punctuation do not matter.

    >>> fold("  Date EHC-plan  last_reviewed ")
    'dateehcplanlastreviewed'
    """
    if text.isascii():
        return text.lower().encode().translate(None, _NOT_ALNUM).decode()
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def load_spellings(
    vocabulary: Vocabulary, aliases: Mapping[str, Sequence[str]] = NO_ALIASES, ignored: Sequence[str] = ()
) -> Spellings:
    """Read `aliases.toml` and lay the user's own aliases over it, which win.

    Args:
        vocabulary: The columns that there are.
        aliases: The user's own headings for a column.
        ignored: Headings that the user does not want to be read.

    Raises:
        ConfigError: The user's aliases name a column that does not exist, or give one heading two columns.
    """
    shipped = tomllib.loads((resources.files(__package__) / "aliases.toml").read_text(encoding="utf-8"))
    columns = {fold(alias): column for column, known in shipped["headings"].items() for alias in known}
    own = _own_aliases(vocabulary, aliases)
    codes = {
        column.id: {fold(code): code for code in column.codes}
        | {fold(word): code for word, code in shipped["values"].get(column.id, {}).items()}
        for column in vocabulary.columns.values()
        if column.codes
    }
    names = {fold(name): name for name in vocabulary.columns}
    not_taken = {fold(heading): reason for heading, reason in shipped["not_taken"].items()}
    unread = frozenset(map(fold, ignored))
    not_taken |= dict.fromkeys(unread, "ehcp.toml says to leave it out")
    return Spellings(columns | names | own, not_taken, codes, unread)


def match(cells: Sequence[str], spellings: Spellings) -> tuple[str | None, ...]:
    """Return the column that each cell of a header row means, None where it means none."""
    return tuple(_column(cell, spellings) for cell in cells)


def header_score(cells: Sequence[str], spellings: Spellings) -> Score:
    """Return how much a row looks like a header: it has `case_id`, known headings, many cells."""
    columns = match(cells, spellings)
    known = sum(column is not None for column in columns)
    return "case_id" in columns, known, sum(bool(fold(cell)) for cell in cells)


def positions(cells: Sequence[str], spellings: Spellings, where: str) -> dict[str, int]:
    """Return where each column stands in a header row, counted from 0, in the file's order.

    Args:
        cells: The header row.
        spellings: What its headings may mean.
        where: The file and the row, to begin an error with.

    Raises:
        CaseFileError: Two headings mean one column, or none means `case_id`.
    """
    places: dict[str, int] = {}
    for place, column in enumerate(match(cells, spellings)):
        if column in places:
            raise _claimed_twice(cells, places[column], place, column, where)
        if column is not None:
            places[column] = place
    if "case_id" not in places:
        raise _without_case_id(cells, spellings, where)
    return places


def describe(cells: Sequence[str], spellings: Spellings) -> tuple[Heading, ...]:
    """Return every heading with its column or, where it has none, with what it may have meant.

    To look for what a heading may have meant takes a while; it is done for the first few hundred.
    """
    return tuple(_described(place, text.strip(), spellings) for place, text in enumerate(cells, start=1))


def _described(place: int, text: str, spellings: Spellings) -> Heading:
    """Return one heading with its column or what it may have meant."""
    column = _column(text, spellings)
    if column:
        return Heading(place, text, column)
    suggestions = suggest(text, spellings) if place <= SUGGESTED_WITHIN else ()
    return Heading(place, text, None, suggestions, spellings.not_taken.get(fold(text)))


def suggest(text: str, spellings: Spellings) -> tuple[str, ...]:
    """Return up to three columns whose names or aliases look like `text`, the likeliest first."""
    word = fold(text)
    if word in spellings.not_taken:
        return ()
    close = difflib.get_close_matches(word, spellings.columns, n=9, cutoff=0.8)
    return tuple(dict.fromkeys(spellings.columns[known] for known in close))[:3]


def _column(text: str, spellings: Spellings) -> str | None:
    """Return the column that a heading means, whatever layout of dates it asks for in brackets."""
    if spellings.ignored and fold(text) in spellings.ignored:
        return None
    return spellings.columns.get(fold(text)) or spellings.columns.get(fold(_LAYOUT_OF_DATES.sub("", text)))


def _own_aliases(vocabulary: Vocabulary, aliases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the user's own aliases, folded."""
    own: dict[str, str] = {}
    for column, headings in aliases.items():
        if column not in vocabulary.columns:
            said = f'"{column}" is not a column of a case file'
            raise ConfigError(said, did_you_mean(column, vocabulary.columns, 1))
        for heading in headings:
            if own.setdefault(fold(heading), column) != column:
                raise ConfigError(f'the heading "{heading}" is given to {own[fold(heading)]} and to {column}')
    return own


def _claimed_twice(cells: Sequence[str], first: int, second: int, column: str, where: str) -> CaseFileError:
    """Return the error for two headings that mean one column."""
    one, other = (f'{place + 1} ("{" ".join(cells[place].split())}")' for place in (first, second))
    return CaseFileError(
        f"{where}: columns {one} and {other} both mean {column}", "rename or remove one of them"
    )


def _without_case_id(cells: Sequence[str], spellings: Spellings, where: str) -> CaseFileError:
    """Return the error for a header row in which nothing means `case_id`."""
    named = [" ".join(text.split()) for text in cells if text.strip()]
    if any(_looks_like_data(text) for text in named):
        return CaseFileError(f"{where}: no heading means case_id; the row looks like data", "add a header")
    shown = ", ".join(f'"{text}"' for text in named) or "nothing"
    return CaseFileError(f"{where}: no heading means case_id; found {shown}", _case_id_hint(named, spellings))


def _case_id_hint(named: Sequence[str], spellings: Spellings) -> str:
    """Return which heading may have meant `case_id`, or why the likeliest is not taken."""
    near = next((text for text in named if "case_id" in suggest(text, spellings)), None)
    if near:
        return f'did you mean "{near}"? Rename it to case_id'
    reasons = {text: spellings.not_taken.get(fold(text), "") for text in named}
    not_taken = next((text for text, reason in reasons.items() if "case_id" in reason), None)
    if not_taken:
        return f'"{not_taken}" is not taken: {reasons[not_taken]}'
    return "rename the column with the authority's own number for the case to case_id"


def _looks_like_data(text: str) -> bool:
    """Return whether a heading is mostly digits, as dates and numbers are: such a row may hold a name."""
    letters = fold(text)
    return sum(letter.isdigit() for letter in letters) * 2 >= len(letters) > 0
