"""Tells which columns of dates could be day-first or month-first: no date in them proves it."""

from collections.abc import Iterable, Mapping

import polars as pl

from ehcp_timeline.cases.dates import numeric_order, reads_both_ways
from ehcp_timeline.cases.values import WHITE

_FEW = 30


class DateOrders:
    """Watches the dates of some columns go by, as distinct texts first and then cell by cell.

    A column is looked at only until one of its dates can only be day-first, which nearly always is at once.
    One that makes sense only month-first stops the file elsewhere.
    """

    def __init__(self) -> None:
        self._both: set[str] = set()
        self._proof: set[str] = set()
        self._proven: set[str] = set()
        self._cells: dict[str, int] = {}
        self._undecided: pl.Series | None = None

    @property
    def doubtful(self) -> Mapping[str, int]:
        """Column to how many of its cells mean another day month-first, where none is surely day-first."""
        return {name: cells for name, cells in self._cells.items() if cells and name not in self._proven}

    @property
    def day_first(self) -> tuple[str, ...]:
        """Columns with a date that proves that they are day-first, as far as that had to be looked for."""
        return tuple(sorted(self._proven))

    def undecided(self) -> pl.Series | None:
        """Return which of the rows that were looked through since this was last asked are undecided.

        Those are rows with a cell that means another day month-first, in a column without proof so far; None
        for no row.
        """
        found, self._undecided = self._undecided, None
        return found

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
        for name in texts.columns:
            if name not in self._proven:
                self._look_at(texts.get_column(name))

    def _look_at(self, texts: pl.Series) -> None:
        """Look through one column: first at a few cells, which are mostly enough."""
        if self._proves(texts.drop_nulls().head(_FEW)) or self._proves(texts.unique()):
            self._proven.add(texts.name)
            return
        known = pl.Series(sorted(self._both), dtype=pl.String).implode()
        both = texts.cast(pl.String).is_in(known).fill_null(value=False)
        self._cells[texts.name] = self._cells.get(texts.name, 0) + int(both.sum())
        if both.any():
            self._undecided = both if self._undecided is None else self._undecided | both

    def _proves(self, texts: pl.Series) -> bool:
        """Return whether a date among these can only be day-first."""
        return not self._proof.isdisjoint(texts)
