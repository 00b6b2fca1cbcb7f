"""Checks a council's file settings against the columns and codes that exist, and applies them to a sheet."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date

import polars as pl

from ehcp_timeline.cases.cells.dates import date_formats
from ehcp_timeline.cases.cells.parser import NOTHING, Said, cell_reader, plain
from ehcp_timeline.cases.cells.values import EXCEL_ERROR_PATTERN, WHITE, CellFault
from ehcp_timeline.cases.headers import Spellings, fold, load_spellings, match
from ehcp_timeline.cases.mapping.loader import KeyFault, config_error
from ehcp_timeline.cases.mapping.model import EVERY, FileMapping, Mappings, SharedDate
from ehcp_timeline.cases.model import Column, Vocabulary
from ehcp_timeline.cases.sheet import Sheet, widened
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.record import field, record, replace
from ehcp_timeline.text import did_you_mean

_NAMES = "`ehcp template --rows` lists the columns"


def check_mappings(mappings: Mappings, vocabulary: Vocabulary, as_at: date) -> None:
    """Check every part of the file settings.

    Raises:
        ConfigError: A column or a code does not exist, or two things that are said do not go together; every
        fault is listed.
    """
    if faults := list(word_faults(mappings, vocabulary, as_at)):
        raise config_error(mappings.source or "the mapping", faults)


def word_faults(mappings: Mappings, vocabulary: Vocabulary, as_at: date) -> Iterator[KeyFault]:
    """Yield what does not fit the columns and codes that exist."""
    spellings = load_spellings(vocabulary)
    for at, part in mappings.parts().items():
        yield from _Checking(at, part, vocabulary, spellings, as_at).faults()


def usual(mapping: FileMapping) -> Said:
    """Return the settings for every date."""
    formats = mapping.date_formats.get(EVERY, ())
    return Said(formats=date_formats(formats)) if formats else NOTHING


def said_of(mapping: FileMapping, vocabulary: Vocabulary) -> dict[str, Said]:
    """Return the settings for the cells of each column; columns without any are absent."""
    dated = vocabulary.of_kind("event", "date")
    formats = {name: mapping.date_formats.get(name, mapping.date_formats.get(EVERY, ())) for name in dated}
    saids = {
        name: Said(
            words={plain(word): ours for word, ours in mapping.values.get(name, {}).items()},
            formats=date_formats(formats[name]) if formats.get(name) else None,
            faults=outcome_faults(mapping.outcomes[name]) if name in mapping.outcomes else {},
        )
        for name in vocabulary.columns
    }
    return {name: said for name, said in saids.items() if said != NOTHING}


def turned(said: Said) -> Said:
    """Return the settings for dates, with the month first in figures."""
    formats = replace(said.formats, order="month-first") if said.formats else None
    return replace(said, formats=formats, order="month-first")


def is_settled(said: Said) -> bool:
    """Return whether the settings fix if dates in figures are day-first."""
    return said.order != "day-first" or (said.formats is not None and said.formats.settled)


def unnamed(outcome: SharedDate) -> str:
    """Return the ending of a cell whose outcome nobody has named."""
    return f" ({outcome.where})"


def undated(outcome: SharedDate) -> str:
    """Return the ending of a cell that has its outcome but no date."""
    return f" (no {outcome.date})"


def outcome_faults(outcome: SharedDate) -> Mapping[str, CellFault]:
    """Return the faults of cells whose date is chosen by an outcome, by the ending that such cells get."""
    return {
        undated(outcome): CellFault(
            "undated-outcome", "has an outcome without its date", 'fill it in, or set undated = "not-yet"'
        ),
        unnamed(outcome): CellFault(
            "unknown-outcome", "is an outcome that ehcp.toml does not name", 'name it under "is" of its event'
        ),
    }


@record(frozen=True, slots=True)
class _Checking:
    """One part of what is said, under its key path."""

    at: str
    part: FileMapping
    vocabulary: Vocabulary
    spellings: Spellings
    as_at: date

    def faults(self) -> Iterator[KeyFault]:
        yield from self.headings()
        yield from self.outcomes()
        yield from self.values()
        for name in self.part.date_formats:
            if name != EVERY:
                yield from self.of_kind("date_formats", name, ("event", "date"), "is not a date")
        for name, text in self.part.constants.items():
            key = f"{self.at}constants.{name}"
            if name == "case_id":
                yield KeyFault(key, "cannot be the same on every row")
            elif column := self.vocabulary.columns.get(name):
                yield from self.unfit(key, column, text)
            else:
                yield self.unknown("constants", name)

    def headings(self) -> Iterator[KeyFault]:
        given = {fold(text): "ignore" for text in self.part.ignore}
        for name, texts in self.part.columns.items():
            if name not in self.vocabulary.columns:
                yield self.unknown("columns", name)
            for text in texts:
                other = given.setdefault(fold(text), name)
                if other != name:
                    says = f'gives the heading "{text}" to {name}; it is given to {other} too'
                    yield KeyFault(f"{self.at}columns.{name}", says)

    def outcomes(self) -> Iterator[KeyFault]:
        given: dict[tuple[str, str, str], str] = {}
        for name, outcome in self.part.outcomes.items():
            key, date, where = f"{self.at}columns.{name}", fold(outcome.date), fold(outcome.where)
            not_event = "is not an event, so it has no date to choose"
            yield from self.of_kind("columns", name, ("event",), not_event)
            if date == where:
                yield KeyFault(key, "takes its date and its outcome from one heading")
            for word in outcome.words:
                other = given.setdefault((date, where, plain(word)), name)
                if other != name:
                    yield KeyFault(f"{key}.is", f'names "{word}", which {other} names too')

    def values(self) -> Iterator[KeyFault]:
        """Check that every word is given a value that its column can have."""
        for name, words in self.part.values.items():
            key, column = f"{self.at}values.{name}", self.vocabulary.columns.get(name)
            if column is None:
                yield self.unknown("values", name)
            elif column.id == "case_id" or column.personal:
                yield KeyFault(key, "cannot be translated: its cells are taken as they are")
            else:
                yield from self.words(key, column, words)

    def words(self, key: str, column: Column, words: Mapping[str, str]) -> Iterator[KeyFault]:
        meant: dict[str, str] = {}
        for word, ours in words.items():
            if not plain(word):
                hint = "a missing column may have a constant"
                yield KeyFault(f'{key}.""', "gives a blank cell a value", hint)
            elif meant.setdefault(plain(word), ours) != ours:
                yield KeyFault(f'{key}."{word}"', "is given twice, with different values")
            elif ours and column.kind in {"event", "date"}:
                yield KeyFault(f'{key}."{word}"', 'can only be a blank, which is written ""')
            elif ours:
                yield from self.unfit(f'{key}."{word}"', column, ours)

    def unfit(self, key: str, column: Column, text: str) -> Iterator[KeyFault]:
        read = cell_reader(column, self.vocabulary.absorbs, self.spellings, self.as_at, frozenset())(text)
        if isinstance(read, CellFault):
            yield KeyFault(key, f'cannot be "{text}", which {read.says}', read.try_)
        elif read is None:
            yield KeyFault(key, "has no value")

    def of_kind(self, table: str, name: str, kinds: Collection[str], says: str) -> Iterator[KeyFault]:
        column = self.vocabulary.columns.get(name)
        if column is None:
            yield self.unknown(table, name)
        elif column.kind not in kinds:
            yield KeyFault(f"{self.at}{table}.{name}", says)

    def unknown(self, table: str, name: str) -> KeyFault:
        hint = did_you_mean(name, self.vocabulary.columns, 1) or _NAMES
        return KeyFault(f"{self.at}{table}.{name}", "is not a column of a case file", hint)


@record(frozen=True, slots=True)
class Laid:
    """A file with the columns that were added to its own.

    Attributes:
        places: Added column to its place among the cells, from 0.
        seen: Event whose date is chosen by an outcome to the place of the date's own cell.
        chosen: Event whose date is chosen by an outcome to the place of the outcome's own cell.
        constants: Columns that have one value on every row, as text.
    """

    sheet: Sheet
    places: Mapping[str, int] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    def given(self, place: int) -> tuple[str, ...]:
        """Return the events whose date or outcome is at a place."""
        return tuple(name for name in self.seen if place in (self.seen[name], self.chosen[name]))


def lay(sheet: Sheet, mapping: FileMapping, spellings: Spellings, blanks: frozenset[str]) -> Laid:
    """Return a file with the columns that its mapping works out.

    Raises:
        CaseFileError: An event has a heading of its own beside its outcome, or half of an outcome is missing.
    """
    held = match(sheet.headings, spellings)
    chosen: dict[str, tuple[int, int]] = {}  # event to the places of its date and of the outcome
    for name, outcome in mapping.outcomes.items():
        date, where = (_place(sheet, text) for text in (outcome.date, outcome.where))
        if date is None and where is None:
            continue
        if date is None or where is None:
            lacks, has = (outcome.date, outcome.where) if date is None else (outcome.where, outcome.date)
            said = f'{sheet.where}: {name} is taken from "{outcome.date}" where "{outcome.where}" says so'
            raise CaseFileError(f'{said}; the file has "{has}" but no "{lacks}"', "correct ehcp.toml")
        if name in held:
            said = f'{sheet.where}: "{sheet.headings[held.index(name)]}" and ehcp.toml both give {name}'
            raise CaseFileError(said, "remove one of them, or name the heading under ignore in ehcp.toml")
        chosen[name] = (date, where)
    words = defaultdict[tuple[int, int], set[str]](set)  # that are named for some event with this outcome
    for name, pair in chosen.items():
        words[pair].update(map(_key, mapping.outcomes[name].words))
    constants = {
        name: text for name, text in mapping.constants.items() if name not in held and name not in chosen
    }
    if not chosen and not constants:
        return Laid(sheet)
    first = len(sheet.headings)
    places = {name: first + number for number, name in enumerate((*chosen, *constants))}
    columns = [
        _dates(mapping.outcomes[name], *pair, words[pair], blanks).alias(str(places[name]))
        for name, pair in chosen.items()
    ]
    columns += [pl.lit(text).alias(str(places[name])) for name, text in constants.items()]
    seen = {name: date for name, (date, _) in chosen.items()}
    placed = {name: where for name, (_, where) in chosen.items()}
    return Laid(replace(sheet, blocks=widened(sheet, columns)), places, seen, placed, constants)


def _place(sheet: Sheet, heading: str) -> int | None:
    places = [place for place, text in enumerate(sheet.headings) if fold(text) == fold(heading)]
    if len(places) > 1:
        raise CaseFileError(f'{sheet.where}: there are two headings "{heading}"', "rename one of them")
    return places[0] if places else None


def _dates(
    outcome: SharedDate, date: int, where: int, known: Collection[str], blanks: frozenset[str]
) -> pl.Expr:
    """Return the cells of an event: its date where the outcome is its own, else blank.

    A date with an outcome that is named for no event, and an outcome without its date, are not left blank:
    what happened is not known then, and a blank would say that nothing did.
    """
    day, expression = pl.col(str(date)), pl.col(str(where)).fill_null("")
    stripped = expression.str.strip_chars(WHITE)
    word = stripped.str.replace_all(r"\s+", " ").str.to_lowercase()
    mine = word.is_in(sorted(map(_key, outcome.words)))
    blank = day.fill_null("").str.strip_chars(WHITE).str.to_lowercase().is_in(["", *sorted(blanks)])
    nothing = pl.lit(None, pl.String)
    without = nothing if outcome.undated == "not-yet" else expression + pl.lit(undated(outcome))
    nobodys = pl.when(word == "").then(pl.lit("blank")).otherwise(stripped)
    without_outcome = stripped.str.contains(f"^(?:{EXCEL_ERROR_PATTERN})$")
    return (
        pl.when(mine & blank)
        .then(without)
        .when(mine)
        .then(day)
        .when(without_outcome)
        .then(stripped)
        .when(blank | word.is_in(sorted(known)))
        .then(nothing)
        .otherwise(nobodys + pl.lit(unnamed(outcome)))
    )


def _key(word: str) -> str:
    return " ".join(word.split()).lower()
