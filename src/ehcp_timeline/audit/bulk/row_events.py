"""The dates of the rows of one batch, each row by itself."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Protocol, Self

import polars as pl

from ehcp_timeline.audit.bulk.days import constant, earliest, latest, numbered, only, or_never, where_true
from ehcp_timeline.audit.bulk.events import EventFrame, Names
from ehcp_timeline.audit.bulk.verdicts import Inquiry


class RowBatch(Protocol):
    """Some rows of a case file.

    Attributes:
        frame: `row` (UInt32), `case_id` (String), and of the other columns those that the file has: events
            as Date, facts with codes as String (the sorted codes joined by `+`), flags as Boolean.
        unreadable: Column to the rows (UInt32) whose cell could not be read.
    """

    @property
    def frame(self) -> pl.DataFrame:
        """The rows."""

    @property
    def unreadable(self) -> Mapping[str, pl.Series]:
        """The cells that could not be read."""


def unreadable_in(batch: RowBatch, name: str) -> pl.Series | None:
    """Return the rows of a batch with an unreadable cell in one column, as a mask; None for no row."""
    rows = batch.unreadable.get(name)
    if rows is None or rows.is_empty():
        return None
    mask = batch.frame["row"].is_in(rows.implode())
    return mask if mask.any() else None


class Columns:
    """The columns of one batch, each made ready once, when it is first asked for.

    Args:
        batch: The batch.
        inquiry: What is asked.
    """

    def __init__(self, batch: RowBatch, inquiry: Inquiry) -> None:
        self.frame = batch.frame
        self.today = inquiry.today
        self._as_at = inquiry.as_at
        self.planned = inquiry.rulebook.planned
        self._batch = batch
        self._masks: dict[str, pl.Series | None] = {}
        self._flags: dict[str, pl.Series | None] = {}
        self._events = inquiry.rulebook.events

    @cached_property
    def given(self) -> Mapping[str, pl.Series]:
        """The given dates of every event that has any date; it may be one that has not come yet."""
        there = (name for name in self.frame.columns if name in self._events)
        names = [name for name in there if self.frame[name].null_count() < self.frame.height]
        planned = [name for name in names if name in self.planned]
        others = [name for name in names if name not in self.planned]
        frame = self.frame.select(numbered(planned, date.max), numbered(others, self._as_at)).rechunk()
        return {days.name: days for days in frame}

    def unreadable(self, name: str) -> pl.Series | None:
        """Return the rows with an unreadable cell in this column, as a mask; None for no row."""
        if name not in self._masks:
            self._masks[name] = unreadable_in(self._batch, name)
        return self._masks[name]

    def flag(self, name: str) -> pl.Series | None:
        """Return the rows with this flag at yes, as a mask; None for no row."""
        if name not in self._flags:
            flags = self.frame[name].fill_null(value=False) if name in self.frame.columns else None
            self._flags[name] = flags if flags is not None and flags.any() else None
        return self._flags[name]


class RowsSeen(EventFrame):
    """The dates of some rows of a batch, brought up a column at a time as they are asked for.

    Args:
        columns: The batch.
        positions: Which of its rows, counted from 0; None for all.
    """

    def __init__(self, columns: Columns, positions: pl.Series | None = None) -> None:
        self._columns = columns
        self._positions = positions
        self._days: dict[str, pl.Series] = {}
        self._since: dict[
            tuple[str, int], tuple[pl.Series, pl.Series]
        ] = {}  # the day keeps its id while held
        self._cells: dict[str, tuple[Sequence[str | None], pl.Series]] = {}
        self.row = self._some(columns.frame["row"])

    def _some(self, column: pl.Series) -> pl.Series:
        return column if self._positions is None else column[self._positions]

    def _masked(self, mask: pl.Series | None) -> pl.Series | None:
        mine = None if mask is None else self._some(mask)
        return mine if mine is not None and mine.any() else None

    def _given(self, names: Names) -> list[pl.Series]:
        there = [name for name in names if name in self._columns.given]
        for name in there:
            if name not in self._days:
                self._days[name] = self._some(self._columns.given[name])
        return [self._days[name] for name in there]

    def _happened(self, names: Names) -> list[pl.Series]:
        return [
            only(days, days <= self._columns.today) if days.name in self._columns.planned else days
            for days in self._given(names)
        ]

    def _happened_since(self, names: Names, since: pl.Series) -> list[pl.Series]:
        """Return the dates on or after a day: once for all deadlines that ask from the same days."""
        found = []
        for days in self._happened(names):
            asked = (days.name, id(since))
            if asked not in self._since:
                self._since[asked] = since, only(days, days >= since)
            found.append(self._since[asked][1])
        return found

    def holds(self, names: Names) -> bool:
        """Say whether any of these events stands on any row of the batch."""
        return any(name in self._columns.given for name in names)

    def first(self, names: Names) -> pl.Series:
        """Return the earliest given date of these events."""
        return self._or_never(earliest(self._given(names)))

    def last(self, names: Names) -> pl.Series:
        """Return the latest given date of these events."""
        return self._or_never(latest(self._given(names)))

    def last_until(self, names: Names, day: pl.Series) -> pl.Series:
        """Return the latest given date of these events on or before a day."""
        return self._or_never(latest(only(days, days <= day) for days in self._given(names)))

    def next(self, names: Names, since: pl.Series | None = None, after: pl.Series | None = None) -> pl.Series:
        """Return the earliest date on which one of these happened, on or after `since` and after `after`."""
        columns = self._happened(names) if since is None else self._happened_since(names, since)
        if after is not None:
            columns = [only(days, days > after) for days in columns]
        return self._or_never(earliest(columns))

    def last_happened(self, names: Names) -> pl.Series:
        """Return the latest date on which one of these happened; 0 where none did."""
        days = latest(self._happened(names))
        return constant(0, self.height) if days is None else days

    def unreadable(self, names: Names) -> pl.Series | None:
        """Return which rows have an unreadable cell in one of these columns; None for no row."""
        found: pl.Series | None = None
        for name in names:
            mask = self._masked(self._columns.unreadable(name))
            if mask is not None:
                found = mask if found is None else found | mask
        return found

    def unreadable_flag(self, name: str) -> pl.Series | None:
        """Return which rows have this flag unreadable; None for no row."""
        return self.unreadable((name,))

    def flagged(self, name: str) -> pl.Series | None:
        """Return which rows have this flag at yes; None for no row."""
        return self._masked(self._columns.flag(name))

    def cells(self, fact: str) -> tuple[Sequence[str | None], pl.Series]:
        """Return every different cell of a fact with codes, and the place among them of each row's own."""
        if fact not in self._cells:
            self._cells[fact] = self._different_cells(fact)
        return self._cells[fact]

    def _different_cells(self, fact: str) -> tuple[Sequence[str | None], pl.Series]:
        if fact not in self._columns.frame.columns:
            return (None,), constant(0, self.height)
        column = self._some(self._columns.frame[fact])
        there = where_true(column.is_not_null())
        filled = column[there]
        held = filled.unique().sort()
        places = filled.cast(pl.Enum(held)).to_physical().cast(pl.UInt32)
        return (*held, None), constant(len(held), self.height).scatter(there, places)

    def at(self, positions: pl.Series) -> Self:
        """Return some of these rows."""
        inner = positions if self._positions is None else self._positions[positions]
        return type(self)(self._columns, inner)

    def _or_never(self, days: pl.Series | None) -> pl.Series:
        if days is None:
            return self.never
        return or_never(days) if days.min() == 0 else days
