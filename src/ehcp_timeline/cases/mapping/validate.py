"""Holds what a council says about its files against the columns and codes that there are."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from ehcp_timeline.cases.cells.date_formats import date_formats
from ehcp_timeline.cases.cells.parser import NOTHING, Said, cell_reader, plain
from ehcp_timeline.cases.cells.values import CellFault
from ehcp_timeline.cases.headers import Spellings, fold, load_spellings
from ehcp_timeline.cases.mapping.loader import KeyFault, config_error
from ehcp_timeline.cases.mapping.model import EVERY, FileMapping, Mappings, SharedDate
from ehcp_timeline.cases.schema import Column, Vocabulary
from ehcp_timeline.text.spelling import did_you_mean

_NAMES = "`ehcp template --rows` lists the columns"
_UNREADABLE = frozenset[str]()


def check_mappings(mappings: Mappings, vocabulary: Vocabulary, as_at: date) -> None:
    """Check every part of what is said about files.

    Raises:
        ConfigError: A column or a code does not exist, or two things that are said do not go together; every
            fault is told.
    """
    if faults := list(word_faults(mappings, vocabulary, as_at)):
        raise config_error(mappings.source or "the mapping", faults)


def word_faults(mappings: Mappings, vocabulary: Vocabulary, as_at: date) -> Iterator[KeyFault]:
    """Yield what does not fit the columns and codes that there are."""
    spellings = load_spellings(vocabulary)
    for at, part in mappings.parts().items():
        checking = _Checking(at, part, vocabulary, spellings, as_at)
        yield from checking.headings()
        yield from checking.outcomes()
        yield from checking.values()
        yield from checking.formats()
        yield from checking.constants()


def usual(mapping: FileMapping) -> Said:
    """Return what is said about every date."""
    formats = mapping.date_formats.get(EVERY, ())
    return Said(formats=date_formats(formats)) if formats else NOTHING


def said_of(mapping: FileMapping, vocabulary: Vocabulary) -> dict[str, Said]:
    """Return what is said about the cells of each column; columns about which nothing is said are absent."""
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
    """Return what is said about dates, but with the month first in figures."""
    formats = replace(said.formats, order="month-first") if said.formats else None
    return replace(said, formats=formats, order="month-first")


def is_settled(said: Said) -> bool:
    """Return whether it is said if dates in figures are day-first."""
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


class _Checking:
    """One part of what is said, under its key path."""

    def __init__(
        self, at: str, part: FileMapping, vocabulary: Vocabulary, spellings: Spellings, as_at: date
    ) -> None:
        self._at, self._part, self._vocabulary = at, part, vocabulary
        self._spellings, self._as_at = spellings, as_at

    def headings(self) -> Iterator[KeyFault]:
        """Check the columns, and that no heading is given to two of them."""
        given = {fold(text): "ignore" for text in self._part.ignore}
        for name, texts in self._part.columns.items():
            yield from self._unknown("columns", name)
            for text in texts:
                other = given.setdefault(fold(text), name)
                if other != name:
                    says = f'gives the heading "{text}" to {name}; it is given to {other} too'
                    yield KeyFault(f"{self._at}columns.{name}", says)

    def outcomes(self) -> Iterator[KeyFault]:
        """Check the events whose date is chosen by an outcome."""
        given: dict[tuple[str, str, str], str] = {}
        for name, outcome in self._part.outcomes.items():
            key = f"{self._at}columns.{name}"
            yield from self._unknown("columns", name)
            if self._kind(name) not in {"", "event"}:
                yield KeyFault(key, "is not an event, so it has no date to choose")
            if fold(outcome.date) == fold(outcome.where):
                yield KeyFault(key, "takes its date and its outcome from one heading")
            for word in outcome.words:
                other = given.setdefault((fold(outcome.date), fold(outcome.where), plain(word)), name)
                if other != name:
                    yield KeyFault(f"{key}.is", f'names "{word}", which {other} names too')

    def values(self) -> Iterator[KeyFault]:
        """Check that every word is given a value that its column can have."""
        for name, words in self._part.values.items():
            key = f"{self._at}values.{name}"
            column = self._vocabulary.columns.get(name)
            if column is None:
                yield from self._unknown("values", name)
            elif column.id == "case_id" or column.personal:
                yield KeyFault(key, "cannot be translated: its cells are taken as they are")
            else:
                yield from self._of_words(key, column, words)

    def _of_words(self, key: str, column: Column, words: Mapping[str, str]) -> Iterator[KeyFault]:
        meant: dict[str, str] = {}
        for word, ours in words.items():
            if not plain(word):
                yield KeyFault(
                    f'{key}.""', "gives a blank cell a value", "a missing column may have a constant"
                )
            elif meant.setdefault(plain(word), ours) != ours:
                yield KeyFault(f'{key}."{word}"', "is given twice, with different values")
            elif ours and column.kind in {"event", "date"}:
                yield KeyFault(f'{key}."{word}"', 'can only be a blank, which is written ""')
            elif ours:
                yield from self._unfit(f'{key}."{word}"', column, ours)

    def formats(self) -> Iterator[KeyFault]:
        """Check that only dates are given formats."""
        for name in self._part.date_formats:
            if name != EVERY:
                yield from self._unknown("date_formats", name)
                if self._kind(name) not in {"", "event", "date"}:
                    yield KeyFault(f"{self._at}date_formats.{name}", "is not a date")

    def constants(self) -> Iterator[KeyFault]:
        """Check that every constant can be read."""
        for name, text in self._part.constants.items():
            key = f"{self._at}constants.{name}"
            column = self._vocabulary.columns.get(name)
            if column is None:
                yield from self._unknown("constants", name)
            elif name == "case_id":
                yield KeyFault(key, "cannot be the same on every row")
            else:
                yield from self._unfit(key, column, text)

    def _unfit(self, key: str, column: Column, text: str) -> Iterator[KeyFault]:
        """Check that a text is a value of a column."""
        read = cell_reader(
            column, self._vocabulary.absorbs, self._spellings, self._as_at, blanks=_UNREADABLE
        )(text)
        if isinstance(read, CellFault):
            yield KeyFault(key, f'cannot be "{text}", which {read.says}', read.try_)
        elif read is None:
            yield KeyFault(key, "has no value")

    def _unknown(self, table: str, name: str) -> Iterator[KeyFault]:
        """Check that there is such a column."""
        if name not in self._vocabulary.columns:
            hint = did_you_mean(name, self._vocabulary.columns, 1) or _NAMES
            yield KeyFault(f"{self._at}{table}.{name}", "is not a column of a case file", hint)

    def _kind(self, name: str) -> str:
        """Return the kind of a column; an empty string where there is none."""
        column = self._vocabulary.columns.get(name)
        return column.kind if column else ""
