"""Reads whole columns: each distinct text is read once by the definition; reports what it cannot read."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

import polars as pl

from ehcp_timeline.cases.cells.date_order import DateOrders, doubting, half_swapped, swapped_days
from ehcp_timeline.cases.cells.dates import TIME_PATTERN, TIMED_PATTERN
from ehcp_timeline.cases.cells.parser import Reader
from ehcp_timeline.cases.cells.values import EXCEL_ERROR_PATTERN, GUARDED_PATTERN, WHITE, CellFault
from ehcp_timeline.cases.model import Column, Problem, joined
from ehcp_timeline.cases.sheet import ROW, Batch, as_text
from ehcp_timeline.record import field, record

Plain = date | str | bool

# A council's dates are some thousands of distinct texts; a column of times of day may have a million.
MANY = 20_000
AT_MOST = 200_000

# Most case numbers: without white space or a guard around them, and with a digit that no Excel error and
# hardly any word for a blank has.
_PLAIN = "^(?:[!-&(-<>-~][ -~]*)?[1-9](?:[ -~]*[!-~])?$"
_NUMBERED = re.compile("[1-9]")
_ZERO = pl.Series([0], dtype=pl.UInt32)


def untimed(texts: pl.Expr) -> pl.Expr:
    """Return dates without the time of day after them: fewer texts, the same dates."""
    timed = texts.str.contains(f"^{TIMED_PATTERN}$")
    return pl.when(timed).then(texts.str.replace(f"{TIME_PATTERN}$", "")).otherwise(texts)


class Lookup:
    """Learns what each distinct text of some columns means, and reads the columns by it.

    polars gives each text a number, the same in every column and block: the place of its value.
    """

    def __init__(
        self,
        read: Reader,
        dtype: type[pl.DataType],
        fewer: Callable[[pl.Expr], pl.Expr] | None = None,
        orders: DateOrders | None = None,
    ) -> None:
        """Begin without knowing any text.

        Several codes are one String, as `model.joined` gives it. `fewer` rewrites a column to fewer distinct
        texts with the same values, used where there are many; `orders` watches whether dates are day-first.
        """
        self._orders = orders
        self._read = read
        self._fewer = fewer
        self._rewrites = False
        self._nothing = pl.Series([None], dtype=dtype)
        self._forget()

    @property
    def takes(self) -> pl.DataType:
        """Return as what the next texts had best be given; any other kind of text will do as well."""
        return pl.String() if self._rewrites else self._held.dtype

    def values(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the values of columns of text; blank and unreadable cells are null."""
        coded = self._coded(texts)
        numbers = coded.select(pl.all().to_physical())
        new = self._new(numbers)
        many = len(new) > MANY and self._fewer and not self._rewrites
        if many or (self._learnt and self._learnt + len(new) > AT_MOST):
            self._rewrites |= bool(many)
            self._forget()
            return self.values(texts)
        self._learn(new)
        if self._orders:
            self._orders.look(coded)
        return pl.DataFrame([self._of(column) for column in numbers])

    def _forget(self) -> None:
        self._categories = pl.Categories.random()
        # Kept because polars forgets categories that no column uses.
        self._held = pl.Series([], dtype=pl.Categorical(self._categories))
        self._values = self._nothing.clear()
        self._learnt = 0

    def _coded(self, texts: pl.DataFrame) -> pl.DataFrame:
        if self._rewrites and self._fewer:
            texts = as_text(texts).with_columns(self._fewer(pl.all()))
        if all(dtype == self._held.dtype for dtype in texts.dtypes):
            return texts
        return as_text(texts).cast(self._held.dtype)

    def _new(self, numbers: pl.DataFrame) -> list[str | None]:
        """Return the texts with these numbers that are not learnt yet, and those with numbers before them.

        Where several threads number texts, polars may have taken a number for a text that it has not written
        down yet; that text is asked for when it turns up.
        """
        held = (column.max() for column in numbers)
        last = max((number for number in held if isinstance(number, int)), default=-1)
        return [self._text(number) for number in range(self._learnt, last + 1)]

    def _text(self, number: int) -> str | None:
        try:
            return str(self._categories[number])
        except IndexError:
            return None

    def _learn(self, new: list[str | None]) -> None:
        texts = [text for text in new if text is not None]
        if self._orders:
            self._orders.learn(texts)
        plain: list[Plain | None] = []
        for text in new:
            value = None if text is None else self._read(text)
            value = None if isinstance(value, CellFault) else value
            plain.append(joined(value) if isinstance(value, frozenset) else value)
        known = self._values.head(self._learnt)
        self._values = pl.concat([known, pl.Series(plain, dtype=known.dtype)], rechunk=True)
        self._learnt += len(texts) if len(texts) == len(new) else new.index(None)

    def _of(self, numbers: pl.Series) -> pl.Series:
        """Return the values of one column; looking up columns without nulls is much faster."""
        there = numbers >= _ZERO  # null where there is none
        if not there.any():
            return self._nothing.new_from_index(0, len(numbers)).alias(numbers.name)
        series = self._values[numbers.zip_with(there, _ZERO)]
        return series.zip_with(there, self._nothing).alias(numbers.name)


def clean_text(texts: pl.Series, blanks: frozenset[str]) -> pl.Series:
    """Return a column of free text without white space around it; blanks and Excel errors are null.

    For columns in which few texts repeat; the same as asking the definition about each.
    """
    if texts.str.contains(_PLAIN).all() and not any(_NUMBERED.search(word) for word in blanks):
        return texts
    stripped = texts.str.strip_chars(WHITE)
    if stripped.str.contains("^[='][\"0-9=+@-]").any():
        stripped = stripped.str.replace(f"^(?:{GUARDED_PATTERN})$", "$1$2").str.strip_chars(WHITE)
    blank = stripped.str.to_lowercase().is_in(["", *sorted(blanks)])
    error = stripped.str.contains(f"^(?:{EXCEL_ERROR_PATTERN})$")
    return stripped.set(blank | error, None)


@record(slots=True)
class ColumnCounts:
    """How many cells of a column were dates, blanks and so on, over the judged rows read so far."""

    filled: int = 0
    empty: int = 0
    blank_words: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0


class CellReading:
    """Reads the cells of one file; it remembers the texts that it meets and counts what it reads.

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

        The definition of the columns `apart` is not that of others of their kind; of those that are `settled`
        it is known whether their dates are day-first.
        """
        self.orders = DateOrders()
        self._settled = frozenset(settled)
        self._columns = {column.id: column for column in columns}
        self._readers = {name: reader_of(column) for name, column in self._columns.items()}
        self._distinct = [
            name for name, column in self._columns.items() if column.kind == "text" and column.personal
        ]
        groups: dict[str, list[str]] = {"event": [], "flag": []}
        for name, column in self._columns.items():
            if name != "case_id" and name not in self._distinct:
                shared = column.kind in {"event", "flag"} and name not in apart
                groups.setdefault(column.kind if shared else name, []).append(name)
        self._lookups: list[tuple[Lookup, list[str]]] = []
        for names in filter(None, groups.values()):
            read, kind = self._readers[names[0]], self._columns[names[0]].kind
            if kind in {"event", "date"}:
                orders = self.orders if self._is_open(names[0]) else None
                lookup = Lookup(read, pl.Date, untimed, orders)
            else:
                lookup = Lookup(read, pl.Boolean if kind == "flag" else pl.String)
            self._lookups.append((lookup, names))
        self._blanks = blanks
        self._swapped: frozenset[str] | None = None
        self.counts = {name: ColumnCounts() for name in self._columns}

    def takes(self) -> Mapping[str, pl.DataType]:
        """Return as what the next texts of each column had best be given, where not as String."""
        return {name: lookup.takes for lookup, names in self._lookups for name in names}

    def read(self, texts: pl.DataFrame) -> Batch:
        """Read the cells of some rows: `row`, the `case_id` and the text of each other column."""
        parts = [lookup.values(texts.select(names)) for lookup, names in self._lookups]
        parts += [clean_text(texts.get_column(name), self._blanks).to_frame() for name in self._distinct]
        beside = pl.concat([texts.select(ROW, "case_id"), *parts], how="horizontal")
        frame = beside.select(ROW, *self._columns)
        if self._swapped is None:  # the first rows show it, if any do
            events = {name: self._readers[name] for name in self._columns if self._is_open(name)}
            self._swapped = half_swapped(texts, events)
            self._readers |= {name: doubting(self._readers[name]) for name in self._swapped}
        if self._swapped:
            frame = frame.with_columns(swapped_days(name) for name in self._swapped)
        problems: list[Problem] = []
        unreadable: dict[str, pl.Series] = {}
        months: dict[str, dict[int, date]] = {}
        for name in self._columns:
            faults, of_column = self._without_value(texts.select(ROW, name), frame.get_column(name))
            if faults:
                problems += faults
                unreadable[name] = pl.Series(ROW, [problem.row for problem in faults], pl.UInt32).sort()
            if of_column:
                months[name] = of_column
        return Batch(frame, unreadable, months, self._columns, tuple(problems), frame.height)

    def _is_open(self, name: str) -> bool:
        """Return whether a column has events whose date format is not settled."""
        return self._columns[name].kind == "event" and name not in self._settled

    def _without_value(self, texts: pl.DataFrame, values: pl.Series) -> tuple[list[Problem], dict[int, date]]:
        """Count the cells of one column, and return a problem for each that holds neither value nor blank.

        Beside them the rows with a month without a day, with its first day.
        """
        name = texts.columns[1]
        counts, empty = self.counts[name], texts.get_column(name).null_count()
        counts.filled += len(values) - values.null_count()
        counts.empty += empty
        problems: list[Problem] = []
        months: dict[int, date] = {}
        if values.null_count() == empty:
            return problems, months
        odd = as_text(texts.filter(values.is_null()).drop_nulls(name)).group_by(name).agg(ROW).sort(name)
        for text, rows in odd.iter_rows():
            outcome = self._readers[name](text)
            if isinstance(outcome, CellFault):
                counts.unreadable += len(rows)
                problems += (outcome.problem(row, self._columns[name], text) for row in rows)
                if outcome.month and self._columns[name].kind == "event":
                    months |= dict.fromkeys(rows, outcome.month)
            elif word := text.strip(WHITE):
                counts.blank_words[word] += len(rows)
            else:
                counts.empty += len(rows)
        return problems, months
