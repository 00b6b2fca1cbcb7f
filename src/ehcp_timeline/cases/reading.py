"""Turns columns of text into dates, codes, flags and clean text, and says which cells it could not read."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from ehcp_timeline.cases.cells import Reader
from ehcp_timeline.cases.columns import Column
from ehcp_timeline.cases.date_order import DateOrders
from ehcp_timeline.cases.lookup import Lookup, clean_text, untimed
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.cases.sheet import ROW, as_text
from ehcp_timeline.cases.values import WHITE, Fault


@dataclass(slots=True)
class ColumnCounts:
    """How many cells of a column held what, over the judged rows read so far.

    Attributes:
        filled: A value.
        empty: Nothing.
        blank_words: A word that counts as a blank, by word, as `TBC`.
        unreadable: Something that could not be read.
    """

    filled: int = 0
    empty: int = 0
    blank_words: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """A block whose cells have been read.

    Attributes:
        frame: `row` and one typed column for each column of the file.
        unreadable: Column to the rows whose cell could not be read; only columns that have some.
        problems: One for each of those cells.
    """

    frame: pl.DataFrame
    unreadable: Mapping[str, pl.Series]
    problems: tuple[Problem, ...]


class CellReading:
    """Reads the cells of one file; it learns the texts that it meets and counts what it reads.

    Attributes:
        counts: Column to what its cells held, over the rows read so far.
        orders: Whether the events are day-first, over the rows read so far.
    """

    def __init__(
        self,
        columns: Iterable[Column],
        reader_of: Callable[[Column], Reader],
        blanks: frozenset[str],
        apart: Collection[str] = (),
        settled: Collection[str] = (),
    ) -> None:
        """Get ready for a file.

        Args:
            columns: Its columns.
            reader_of: Gives the definition for a column.
            blanks: Words that count as a blank.
            apart: Columns whose definition is not that of others of their kind.
            settled: Columns of which it is known whether their dates are day-first.
        """
        self.orders = DateOrders()
        self._settled = frozenset(settled)
        self._columns = {column.id: column for column in columns}
        self._readers = {name: reader_of(column) for name, column in self._columns.items()}
        self._distinct = [
            name for name, column in self._columns.items() if column.kind == "text" and column.personal
        ]
        self._lookups = [(self._lookup(names[0]), names) for names in self._groups(frozenset(apart))]
        self._blanks = blanks
        self.counts = {name: ColumnCounts() for name in self._columns}

    def takes(self) -> Mapping[str, pl.DataType]:
        """Return as what the next texts of each column had best be given, where not as String."""
        return {name: lookup.takes for lookup, names in self._lookups for name in names}

    def read(self, texts: pl.DataFrame) -> Read:
        """Read the cells of some rows: `row`, the `case_id` and the text of each other column."""
        parts = [lookup.values(texts.select(names)) for lookup, names in self._lookups]
        parts += [clean_text(texts.get_column(name), self._blanks).to_frame() for name in self._distinct]
        beside = pl.concat([texts.select(ROW, "case_id"), *parts], how="horizontal")
        frame = beside.select(ROW, *self._columns)
        problems: list[Problem] = []
        unreadable: dict[str, pl.Series] = {}
        for name in self._columns:
            found = self._without_value(texts.select(ROW, name), frame.get_column(name))
            if found:
                problems += found
                unreadable[name] = pl.Series(ROW, [problem.row for problem in found], pl.UInt32).sort()
        return Read(frame, unreadable, tuple(problems))

    def _groups(self, apart: frozenset[str]) -> Iterator[list[str]]:
        """Yield the columns that share what is learned: all events, all flags; others have their own."""
        for kind in ("event", "flag"):
            shared = [
                name for name, column in self._columns.items() if column.kind == kind and name not in apart
            ]
            if shared:
                yield shared
        alone = {"case_id", *self._distinct}
        for name, column in self._columns.items():
            if name not in alone and (column.kind in {"codes", "date", "text"} or name in apart):
                yield [name]

    def _lookup(self, name: str) -> Lookup:
        """Return what reads this column and those like it."""
        kind = self._columns[name].kind
        if kind in {"event", "date"}:
            orders = self.orders if kind == "event" and name not in self._settled else None
            return Lookup(self._readers[name], pl.Date, untimed, orders)
        return Lookup(self._readers[name], pl.Boolean if kind == "flag" else pl.String)

    def _without_value(self, texts: pl.DataFrame, values: pl.Series) -> list[Problem]:
        """Count the cells of one column, and return a problem for each that holds neither value nor blank."""
        name = texts.columns[1]
        counts, empty = self.counts[name], texts.get_column(name).null_count()
        counts.filled += len(values) - values.null_count()
        counts.empty += empty
        if values.null_count() == empty:
            return []
        odd = as_text(texts.filter(values.is_null()).drop_nulls(name)).group_by(name).agg(ROW).sort(name)
        problems: list[Problem] = []
        for text, rows in odd.iter_rows():
            outcome = self._readers[name](text)
            if isinstance(outcome, Fault):
                counts.unreadable += len(rows)
                problems += (outcome.problem(row, self._columns[name], text) for row in rows)
            elif word := text.strip(WHITE):
                counts.blank_words[word] += len(rows)
            else:
                counts.empty += len(rows)
        return problems
