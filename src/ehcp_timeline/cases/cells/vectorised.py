"""Reads whole columns: each distinct text is read once by the definition; reports what it cannot read."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

import polars as pl

from ehcp_timeline.cases.cells import dates
from ehcp_timeline.cases.cells.parser import Reader, Value
from ehcp_timeline.cases.cells.values import EXCEL_ERROR_PATTERN, GUARDED_PATTERN, WHITE, CellFault
from ehcp_timeline.cases.model import Column, Problem, joined
from ehcp_timeline.cases.sheet import ROW, Batch, Sheet, as_text
from ehcp_timeline.errors import DateOrderError
from ehcp_timeline.record import field, record

_FEW = 30
MOST = 200_000  # rows that are kept


class DateOrders:
    """Looks at the dates of some columns as they are read, distinct texts first and then cell by cell.

    A column is looked at only until one of its dates can only be day-first, which is nearly always at once. A
    date that makes sense only month-first stops the file elsewhere.
    """

    def __init__(self) -> None:
        self._both: set[str] = set()
        self._proof: set[str] = set()
        self._proven: set[str] = set()
        self._cells: dict[str, int] = {}
        self._undecided: pl.Series | None = None
        self._kept: list[pl.DataFrame] = []
        self._kept_rows = 0

    @property
    def doubtful(self) -> Mapping[str, int]:
        """Column to how many of its cells mean another day month-first, if none is surely day-first."""
        return {name: cells for name, cells in self._cells.items() if cells and name not in self._proven}

    @property
    def day_first(self) -> tuple[str, ...]:
        """Columns with a date that proves that they are day-first, as far as that was needed."""
        return tuple(sorted(self._proven))

    def keep(self, cells: pl.DataFrame, rows: pl.Series) -> None:
        """Keep those cells of a block, of whose rows these were looked at, whose order is undecided.

        Those are rows with a cell that means another day month-first, in a column without proof so far. More
        than `MOST` are not kept: the file is then read again.
        """
        undecided, self._undecided = self._undecided, None
        if undecided is not None and self._kept_rows <= MOST:
            self._kept.append(cells.filter(pl.col(ROW).is_in(rows.filter(undecided).implode())))
            self._kept_rows += self._kept[-1].height
            if self._kept_rows > MOST:
                self._kept.clear()

    def undecided(self) -> pl.DataFrame | None:
        """Return the rows that were kept, as in `sheet.Block`; None if there were too many, or none."""
        return pl.concat(self._kept) if self._kept else None

    def learn(self, texts: Iterable[str]) -> None:
        """Take note of texts that have not been met before."""
        for text in texts:
            cell = text.strip(WHITE)
            if dates.reads_both_ways(cell):
                self._both.add(text)
            elif dates.numeric_order(cell) == "day-first":
                self._proof.add(text)

    def look(self, texts: pl.DataFrame) -> None:
        """Look through some rows, String or Categorical; all their texts have been learnt."""
        if not self._both:
            return
        for column in texts:
            if column.name not in self._proven:
                self._look_at(column)

    def _look_at(self, texts: pl.Series) -> None:
        few = texts.drop_nulls().head(_FEW)  # mostly enough
        if not (self._proof.isdisjoint(few) and self._proof.isdisjoint(texts.unique())):
            self._proven.add(texts.name)
            return
        known = pl.Series(sorted(self._both), dtype=pl.String).implode()
        both = texts.cast(pl.String).is_in(known).fill_null(value=False)
        self._cells[texts.name] = self._cells.get(texts.name, 0) + int(both.sum())
        if both.any():
            self._undecided = both if self._undecided is None else self._undecided | both


_FIGURES = r"^\D*[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}\b"
_LAST_BOTH_WAYS = 12
_ENOUGH = 3  # texts
HALF_SWAPPED = CellFault(
    "half-swapped-date",
    "may have day and month swapped: every real date here has a day up to 12, every later day is text",
    "a program read the dates month-first; export them again as YYYY-MM-DD, or import them as text",
)


def half_swapped(texts: pl.DataFrame, read: Mapping[str, Reader]) -> frozenset[str]:
    """Return the columns of dates in which a program has swapped day and month wherever it could.

    It then shows those as real dates, with days up to 12, and leaves every later day as text. The texts are
    String or Categorical.
    """
    held = {name: as_text(texts.select(pl.col(name).unique())).to_series().drop_nulls() for name in read}
    figures = {name: distinct.str.contains(_FIGURES) for name, distinct in held.items()}
    if not any(mask.any() and not mask.all() for mask in figures.values()):
        return frozenset()
    small: set[str] = set()
    swapped = False
    for name, distinct in held.items():
        in_figures = [text.strip(WHITE) for text in distinct.filter(figures[name])]
        if not all(dates.numeric_order(text) == "day-first" for text in in_figures):
            continue
        values = (read[name](text) for text in distinct.filter(~figures[name]))
        days = [value.day for value in values if isinstance(value, date)]
        if days and max(days) <= _LAST_BOTH_WAYS:
            small.add(name)
            swapped |= bool(in_figures) and len(days) + len(in_figures) >= _ENOUGH
    return frozenset(small) if swapped else frozenset()


def doubting(read: Reader) -> Reader:
    """Return a reader of a column that is `half_swapped`: a day that may be a month is a fault."""

    def reader(text: str) -> Value | CellFault | None:
        value = read(text)
        both_ways = isinstance(value, date) and value.day <= _LAST_BOTH_WAYS and value.day != value.month
        return HALF_SWAPPED if both_ways else value

    return reader


def swapped_days(name: str) -> pl.Expr:
    """Return the dates of such a column without those that may be swapped."""
    day, month = pl.col(name).dt.day(), pl.col(name).dt.month()
    return pl.when((day > _LAST_BOTH_WAYS) | (day == month)).then(pl.col(name))


_ROWS = 100_000
TURNED: Mapping[str, tuple[dates.Order, dates.Order]] = {
    dates.MONTH_FIRST.rule: ("month-first", "day-first"),
    dates.DAY_FIRST.rule: ("day-first", "month-first"),
}
"""Rule of a date that makes sense only in the other order, to that order and the one in which it was read."""


def refuse_turned(first: Mapping[str, Problem], sheet: Sheet, places: Mapping[str, int]) -> None:
    """Stop unless some other date of each column proves the order in which it is read.

    That is looked for in the whole file only here, because it is hardly ever needed. `first` is column to its
    first cell with a rule of `TURNED`.

    Raises:
        DateOrderError: The dates of a column make sense only in the other order.
    """
    turned = tuple(
        column
        for column, problem in first.items()
        if not any(
            dates.numeric_order(text.strip(WHITE)) == TURNED[problem.rule][1]
            for block in sheet.blocks(_ROWS)
            for text in block.cells.get_column(str(places[column])).drop_nulls().unique()
        )
    )
    if turned:
        column, problem = turned[0], first[turned[0]]
        order, read = TURNED[problem.rule]
        placed = sheet.place(problem) if sheet.place else problem
        said = f"{sheet.shown}: the dates of {column} make sense only {order}"
        hint = f"ehcp.toml says that they are month-first; correct date_formats.{column}"
        if read == "day-first":
            hint = f'or say in ehcp.toml: date_formats.{column} = "%m/%d/%Y"'
            hint = f"dates are read day-first; {dates.ACCEPTED}, {hint}"
        raise DateOrderError(f"{said}: in row {placed.row}, {placed.problem}", hint, turned)


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
    timed = texts.str.contains(f"^{dates.TIMED_PATTERN}$")
    return pl.when(timed).then(texts.str.replace(f"{dates.TIME_PATTERN}$", "")).otherwise(texts)


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
