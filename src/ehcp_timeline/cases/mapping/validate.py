"""Checks a council's file settings against the columns and codes that exist."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from ehcp_timeline.cases.cells.dates import date_formats
from ehcp_timeline.cases.cells.parser import NOTHING, Said, cell_reader, plain
from ehcp_timeline.cases.cells.values import CellFault
from ehcp_timeline.cases.headers import Spellings, fold, load_spellings
from ehcp_timeline.cases.mapping.loader import KeyFault, config_error
from ehcp_timeline.cases.mapping.model import EVERY, FileMapping, Mappings, SharedDate
from ehcp_timeline.cases.model import Column, Vocabulary
from ehcp_timeline.record import record, replace
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
