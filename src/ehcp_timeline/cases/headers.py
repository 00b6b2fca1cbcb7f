"""Finds which column each heading of a case file means. What only looks like one is suggested, not used."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Annotated, Any

from ehcp_timeline.cases.model import Vocabulary
from ehcp_timeline.errors import CaseFileError, ConfigError
from ehcp_timeline.inputs import shipped
from ehcp_timeline.record import Ge, field, record
from ehcp_timeline.text import did_you_mean

# Where one of these stands in a column's name and not in the heading, or the other way round, another event
# is meant, however alike the two look: a plan and no plan, an assessment and a re-assessment.
_TELLING = (
    *("amend", "reassess", "draft", "transfer", "previous", "agree", "cease", "mediation", "appeal", "order"),
    *("review", "educ", "medic", "psych", "social", "sensory", "adult", "moved", "withdraw", "consult"),
)
_REFUSALS = frozenset(("not", "no", "refused", "refusal", "refuse"))
_LAYOUT_OF_DATES = re.compile(r"\(\s*[cdmy]+(?:[-/. ][cdmy]+){2}\s*\)", re.IGNORECASE)

_NOT_ALNUM = bytes(byte for byte in range(128) if not chr(byte).isalnum())

SUGGESTED_WITHIN = 400  # headings
_DATE = frozenset(("date",))
_CLOSE = 0.8  # as `difflib` measures it
_SHORT = 10  # letters: a shorter heading that is only known alone is like too many others
LONGEST_HEADING = 80  # letters; a longer one is a sentence
NO_ALIASES: Mapping[str, Sequence[str]] = MappingProxyType({})

Score = tuple[bool, int, int]


@record(frozen=True, slots=True, eq=False)
class Spellings:
    """Every known way to write a heading or a code.

    Attributes:
        columns: Folded heading to the column that it means.
        not_taken: Folded heading to the reason why it is not taken for a column.
        alone: Folded headings that mean their column only where no other heading does.
        may_be: Folded heading that is not taken to the columns that it may mean; absent where it means none.
        beside: Those of them that mean the first of these columns where the others have their own headings.
    """

    columns: Mapping[str, str]
    not_taken: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    ignored: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    may_be: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()


@record(frozen=True, slots=True)
class Heading:
    """One heading of a case file.

    Attributes:
        position: 1 for the first cell of the header row.
        text: The heading as the file writes it.
        column: The column that it means; None where the column is not read.
        suggestions: Columns that it looks like, the likeliest first.
        reason: Why it is not taken although it looks like a column; None where it does not.
        gives: Events whose dates stand under it, or are told apart by it, as the user says.
        may_be: Columns that it may mean, where its words do not say which.
    """

    position: Annotated[int, Ge(1)]
    text: str
    column: str | None
    suggestions: tuple[str, ...] = ()
    reason: str | None = None
    gives: tuple[str, ...] = ()
    may_be: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Return a heading or a code without case, spaces and punctuation.

    >>> fold("  Date EHC-plan  last_reviewed ")
    'dateehcplanlastreviewed'
    """
    if text.isascii():
        return text.lower().encode().translate(None, _NOT_ALNUM).decode()
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def one_line(heading: str) -> str:
    r"""Return a heading as it is shown.

    >>> one_line("Case\nNo.")
    'Case No. (the heading has a line break)'
    """
    lines = heading.strip().splitlines()
    return " ".join(heading.split()) + (" (the heading has a line break)" if len(lines) > 1 else "")


def load_spellings(
    vocabulary: Vocabulary, aliases: Mapping[str, Sequence[str]] = NO_ALIASES, ignored: Sequence[str] = ()
) -> Spellings:
    """Read `aliases.toml`, with the user's own headings for a column, which take precedence.

    Raises:
        ConfigError: The user's aliases name a column that does not exist, or give one heading two columns.
    """
    shipped = _shipped()
    columns, alone = (
        {
            fold(alias): column
            for column, known in shipped[key].items()
            if column in vocabulary.columns
            for alias in known
        }
        for key in ("headings", "alone")
    )
    own: dict[str, str] = {}
    for column, headings in aliases.items():
        if column not in vocabulary.columns:
            said = f'"{column}" is not a column of a case file'
            raise ConfigError(said, did_you_mean(column, vocabulary.columns, 1))
        for heading in headings:
            if own.setdefault(fold(heading), column) != column:
                raise ConfigError(f'the heading "{heading}" is given to {own[fold(heading)]} and to {column}')
    codes = {
        column.id: {fold(code): code for code in column.codes}
        | {fold(word): code for word, code in shipped["values"].get(column.id, {}).items()}
        for column in vocabulary.columns.values()
        if column.codes
    }
    unread = frozenset(map(fold, ignored))
    ambiguous = {fold(heading): said for heading, said in shipped["ambiguous"].items()}
    may_be = {heading: tuple(said["may_be"]) for heading, said in ambiguous.items() if heading not in unread}
    not_taken = {fold(heading): reason for heading, reason in shipped["not_taken"].items()}
    not_taken |= {heading: said["why"] for heading, said in ambiguous.items()}
    return Spellings(
        columns=alone | columns | {fold(name): name for name in vocabulary.columns} | own,
        not_taken=not_taken | dict.fromkeys(unread, "ehcp.toml says to leave it out"),
        codes=codes,
        ignored=unread,
        alone=frozenset(alone.keys() - own.keys()),
        may_be=may_be,
        beside=frozenset(heading for heading, said in ambiguous.items() if said.get("beside")),
    )


@cache
def _shipped() -> Mapping[str, Any]:
    return shipped("cases/aliases.toml")


@cache
def _forms() -> Mapping[str, str]:
    """Return a word, or several, to the words as which they are compared; empty for one that says nothing."""
    forms = {word: form for form, words in _shipped()["words"].items() for word in words}
    return forms | dict.fromkeys(_shipped()["empty_words"], "")


@cache
def _known_words() -> Mapping[frozenset[str], str]:
    """Return the words of each known heading, with `date` and without, to that heading, folded.

    Words that headings of different columns share say nothing.
    """
    shipped = _shipped()
    meant = dict.fromkeys(shipped["not_taken"], "not taken")
    meant |= {heading: str(said["may_be"]) for heading, said in shipped["ambiguous"].items()}
    for table in (shipped["alone"], shipped["headings"]):
        meant |= {alias: column for column, known in table.items() for alias in (column, *known)}
    words = {heading: _words(heading) for heading in meant}
    by_words: dict[frozenset[str], str] = {}
    for left_out in (_DATE, frozenset[str]()):
        headings: dict[frozenset[str], dict[str, str]] = {}
        for heading, column in meant.items():
            key = words[heading] - left_out
            # "Date of request" is not "Request"
            if not left_out or len(key) > 1 or heading in shipped["ambiguous"]:
                headings.setdefault(key, {})[column] = fold(heading)
        by_words |= {
            key: next(iter(same.values())) for key, same in headings.items() if key and len(same) == 1
        }
    return by_words


def _words(text: str) -> frozenset[str]:
    """Return the words of a heading as they are compared."""
    plain = unicodedata.normalize("NFKC", _LAYOUT_OF_DATES.sub("", text)).casefold()
    words = re.findall(r"[^\W_]+", re.sub("[’'.]", "", plain))
    forms, key = _forms(), set[str]()
    while words:
        phrase = next((size for size in (4, 3, 2) if " ".join(words[:size]) in forms), 1)
        key.update(forms.get(" ".join(words[:phrase]), words[0]).split())
        del words[:phrase]
    return frozenset(key)


@lru_cache(1 << 15)  # twice as many as a worksheet has columns
def _by_words(text: str) -> str | tuple[str, tuple[str, ...]] | None:
    """Return the known heading that has the same words; else why they do not decide, and what is possible."""
    if len(text) > LONGEST_HEADING or not any(map(str.isalpha, text)):
        return None
    key = _words(text)
    heading = _known_words().get(key) or _known_words().get(key - _DATE)
    if heading and "(" not in _LAYOUT_OF_DATES.sub("", text):  # what stands in brackets may change it all
        return heading
    decides = (rule for rule in _shipped()["rule"] if set(rule["words"]).issubset(key))
    return next(((rule["why"], tuple(rule["may_be"])) for rule in decides), None)


def match(texts: Sequence[str], spellings: Spellings) -> tuple[str | None, ...]:
    """Return the column that each cell of a header row means, None where it means none.

    A heading known by its words alone, or that is too short to be sure, gives way to one that is known
    exactly; of two such headings for one column neither is taken.
    """
    return _matched(tuple(texts), spellings)


@lru_cache(64)  # the reader of a file asks some ten times about its header
def _matched(texts: Sequence[str], spellings: Spellings) -> tuple[str | None, ...]:
    cells = ["" if cell.startswith("#") and cell.endswith("!") else cell for cell in texts]  # not "Ref"
    exact = [_column(cell, spellings) for cell in cells]
    words = [_known_as(cell, spellings) for cell in cells]
    near = [
        None if column else spellings.columns.get(word) for word, column in zip(words, exact, strict=True)
    ]
    times, taken = Counter(near), set(exact)
    columns = [
        column or (other if other not in taken and times[other] == 1 else None)
        for column, other in zip(exact, near, strict=True)
    ]
    held = set(columns)
    for place, word in enumerate(words):
        first, *others = spellings.may_be[word] if word in spellings.beside else ("",)
        if first and first not in held and held.issuperset(others):
            columns[place] = first
    return tuple(columns)


def header_score(cells: Sequence[str], spellings: Spellings) -> Score:
    """Return how much a row looks like a header: it has `case_id`, known headings, many cells."""
    columns = match(cells, spellings)
    known = sum(column is not None for column in columns)
    return "case_id" in columns, known, sum(bool(fold(cell)) for cell in cells)


def positions(cells: Sequence[str], spellings: Spellings, where: str) -> dict[str, int]:
    """Return where each column is in a header row, counted from 0, in the file's order.

    `where` is the file and the row, with which an error begins.

    Raises:
        CaseFileError: Two headings mean one column, or none means `case_id`.
    """
    places: dict[str, int] = {}
    for place, column in enumerate(match(cells, spellings)):
        if column in places:
            one, other = (f'{at + 1} ("{one_line(cells[at])}")' for at in (places[column], place))
            said = f"{where}: columns {one} and {other} both mean {column}"
            raise CaseFileError(said, "rename or remove one of them")
        if column is not None:
            places[column] = place
    if "case_id" in places:
        return places
    named = [one_line(text) for text in cells if text.strip()]
    if any(looks_like_data(text) for text in named):
        raise CaseFileError(f"{where}: no heading means case_id; the row looks like data", "add a header")
    shown = ", ".join(f'"{text}"' for text in named) or "nothing"
    hint = "rename the column with the authority's own number for the case to case_id"
    reasons = {text: spellings.not_taken.get(fold(text), "") for text in named}
    if near := next((text for text in named if "case_id" in suggest(text, spellings)), None):
        hint = f'did you mean "{near}"? Rename it to case_id'
    elif not_taken := next((text for text, reason in reasons.items() if "case_id" in reason), None):
        hint = f'"{not_taken}" is not taken: {reasons[not_taken]}'
    raise CaseFileError(f"{where}: no heading means case_id; found {shown}", hint)


def describe(cells: Sequence[str], spellings: Spellings) -> tuple[Heading, ...]:
    """Return every heading with its column or, if it has none, with what it may have meant.

    To look for what a heading may have meant takes a while; it is done for the first few hundred.
    """
    return tuple(describe_one(cells, place, spellings) for place in range(len(cells)))


def describe_one(cells: Sequence[str], place: int, spellings: Spellings) -> Heading:
    """Return the heading at a place, from 0, as `describe` does."""
    columns = match(cells, spellings)
    text, column = cells[place].strip(), columns[place]
    if column:
        return Heading(place + 1, text, column)
    reason, may_be = why_unread(text, columns, spellings)
    suggestions = suggest(text, spellings) if reason is None and place < SUGGESTED_WITHIN else ()
    return Heading(place + 1, text, None, suggestions, reason, may_be=may_be)


def why_unread(
    text: str, taken: Sequence[str | None], spellings: Spellings
) -> tuple[str | None, tuple[str, ...]]:
    """Return why a heading is not taken although it is known, and which columns it may mean.

    `taken` are the columns that the headings of the file mean.
    """
    word = _known_as(text, spellings)
    if reason := spellings.not_taken.get(word):
        return reason, spellings.may_be.get(word, ())
    if column := spellings.columns.get(word):
        why = "another heading is read as" if column in taken else "it and another heading may both mean"
        return f"{why} {column}", (column,)
    rule = _by_words(text)
    return rule if isinstance(rule, tuple) else (None, ())


@lru_cache(1 << 12)
def suggest(text: str, spellings: Spellings) -> tuple[str, ...]:
    """Return up to three columns whose names or aliases look like `text` and may mean it, likeliest first."""
    word = fold(text)
    if word in spellings.not_taken:
        return ()
    letters = _letters(word)
    near = [
        known
        for known, others in _suggestible(spellings)
        if 5 * (letters ^ others).bit_count() <= len(word) + len(known)  # else they cannot be close
    ]
    close = difflib.get_close_matches(word, near, n=9, cutoff=_CLOSE)
    refuses = not _REFUSALS.isdisjoint(text.lower().split())
    fits = (
        column
        for column in dict.fromkeys(spellings.columns[known] for known in close)
        if all((part in word) == (part in column) for part in _TELLING)
        and ("asses" in word or "assess" not in column)
        and refuses == (not _REFUSALS.isdisjoint(column.split("_")))
    )
    return tuple(islice(fits, 3))


@lru_cache(8)
def _suggestible(spellings: Spellings) -> list[tuple[str, int]]:
    known = (known for known in spellings.columns if len(known) > _SHORT or known not in spellings.alone)
    return [(word, _letters(word)) for word in sorted(known)]


def _letters(word: str) -> int:
    return sum({1 << ord(letter) % 64 for letter in word})


def _column(text: str, spellings: Spellings) -> str | None:
    """Return the column that a heading means, whatever layout of dates it asks for in brackets."""
    word = fold(text)
    if word in spellings.ignored or word in spellings.alone:
        return None
    return spellings.columns.get(word) or spellings.columns.get(fold(_LAYOUT_OF_DATES.sub("", text)))


def _known_as(text: str, spellings: Spellings) -> str:
    """Return a heading folded, or as that known heading is that has the same words."""
    word = fold(text)
    known = None if word in spellings.columns or word in spellings.not_taken else _by_words(text)
    return known if isinstance(known, str) else word


def looks_like_data(text: str) -> bool:
    """Return whether a heading is mostly digits, as dates and numbers are: such a row may hold a name."""
    letters = fold(text)
    return sum(letter.isdigit() for letter in letters) * 2 >= len(letters) > 0
