"""Finds columns of dates that could be day-first or month-first, and stops a file in the wrong order."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from ehcp_timeline.cases.cells.dates import (
    ACCEPTED,
    DAY_FIRST,
    MONTH_FIRST,
    Order,
    numeric_order,
    reads_both_ways,
)
from ehcp_timeline.cases.cells.parser import Reader, Value
from ehcp_timeline.cases.cells.values import WHITE, CellFault
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Sheet, as_text
from ehcp_timeline.errors import DateOrderError

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
            if reads_both_ways(cell):
                self._both.add(text)
            elif numeric_order(cell) == "day-first":
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
        if not all(numeric_order(text) == "day-first" for text in in_figures):
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
TURNED: Mapping[str, tuple[Order, Order]] = {
    MONTH_FIRST.rule: ("month-first", "day-first"),
    DAY_FIRST.rule: ("day-first", "month-first"),
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
            numeric_order(text.strip(WHITE)) == TURNED[problem.rule][1]
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
            hint = f"dates are read day-first; {ACCEPTED}, {hint}"
        raise DateOrderError(f"{said}: in row {placed.row}, {placed.problem}", hint, turned)
