"""The dates of the rows of one batch, each row by itself."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from typing import Self

import polars as pl

from ehcp_timeline.audit.bulk.days import (
    NEVER,
    as_dates,
    constant,
    earlier,
    either,
    is_at,
    latest,
    literal,
    numbered,
    only,
    where_true,
)
from ehcp_timeline.audit.bulk.events import Cut, EventFrame, Names
from ehcp_timeline.cases.model import UNREAD
from ehcp_timeline.cases.sheet import ROW, Batch
from ehcp_timeline.law.deadline import BLANK, Dates
from ehcp_timeline.law.rulebook import DerivedEvent, Rulebook, derived_from, texts_in

_YES, _NO = pl.Series([True]), pl.Series([False])


class Columns:
    """The columns of one batch as day numbers and masks.

    Args:
        today: The as-at date as a day number.
        derived: Derived events to be worked out from the columns.

    Attributes:
        dates: The dates of every event that has any, future ones too.
        given: The same without those that are not planned and have not come yet.
        flags: Flag to the rows on which it is yes, as a mask; a flag without such a row is absent.
        unreadable: Column to the rows with an unreadable cell in it, in the same way.
    """

    def __init__(
        self, batch: Batch, rulebook: Rulebook, today: int, derived: Iterable[DerivedEvent] = ()
    ) -> None:
        frame = batch.frame
        self.frame = frame
        self.planned = rulebook.planned
        self.today = today
        self._cells: dict[str, tuple[Sequence[str | None], pl.Series]] = {}
        self.dates = {
            column.name: numbered(column)
            for column in frame
            if (column.name in rulebook.events or UNREAD in column.name)
            and column.null_count() < frame.height
        }
        flags = (
            _YES.zip_with(column, _NO).alias(column.name) for column in frame if column.dtype == pl.Boolean
        )
        self.flags = {flag.name: flag for flag in flags if flag.any()}
        self.unreadable = {
            name: mask
            for name, rows in batch.unreadable.items()
            if len(rows) and (mask := frame[ROW].is_in(rows.implode())).any()
        }
        for event in derived:
            self._work_out(event)
        self.given = {name: self._given(name, days) for name, days in self.dates.items()}

    def _given(self, name: str, days: pl.Series) -> pl.Series:
        last = self.frame[name].max() if name in self.frame.columns else None
        all_came = isinstance(last, date) and last.toordinal() <= self.today
        return days if all_came or name in self.planned else only(days, days <= self.today)

    def _work_out(self, event: DerivedEvent) -> None:
        """Add a derived event to the dates, and to the unreadable cells; the twin of `dates.with_derived`."""
        whole = RowsSeen(self)
        sources = [where.event for where in event.earliest]
        unread = whole.unreadable(sources)
        if unread is None and self.dates.keys().isdisjoint(sources):
            return
        stands = whole.first_dated(sources) < NEVER
        positions = where_true(stands if unread is None else stands | unread)
        rows = whole.at(positions)
        ruled_out = rows.first_dated(event.unless)
        unread_others = rows.unreadable((*event.unless, *event.undone_by))
        undone = rows.last_dated(event.undone_by) if rows.holds(event.undone_by) else None
        day, doubtful = rows.never, None
        for where in event.earliest:
            own = rows.first_dated((where.event,))
            counts = own < ruled_out if undone is None else (own < ruled_out) & (own > undone)
            unsure = unread_others
            if where.fact is not None:
                holds = rows.holds_code(where.fact, where.codes)
                unsure = None if unsure is None else unsure & holds
                unsure = either(unsure, rows.unreadable((where.fact,)))
                day = earlier(day, only(own, counts & holds))
            else:
                day = earlier(day, only(own, counts))
            lost = rows.unreadable((where.event,))
            doubtful = either(doubtful, None if unsure is None else unsure & counts)
            doubtful = either(doubtful, None if lost is None else lost & (ruled_out == NEVER))
        if day.min() != NEVER:
            self.dates[event.id] = constant(NEVER, whole.height).scatter(positions, day)
        if doubtful is not None and doubtful.any():
            self.unreadable[event.id] = is_at(positions.filter(doubtful), self.frame.height)

    def cells(self, fact: str) -> tuple[Sequence[str | None], pl.Series]:
        """Return every different cell of a fact with codes, and the place among them of each row's own."""
        if fact not in self._cells:
            self._cells[fact] = self._different_cells(fact)
        return self._cells[fact]

    def _different_cells(self, fact: str) -> tuple[Sequence[str | None], pl.Series]:
        if fact not in self.frame.columns:
            return (None,), constant(0, self.frame.height)
        categories = pl.Categories.random()
        coded = self.frame[fact].cast(pl.Categorical(categories))
        places = coded.to_physical()
        last = places.max()
        held = [str(categories[place]) for place in range(last + 1)] if isinstance(last, int) else []
        return (*held, None), places.zip_with(places < len(held), literal(len(held)))


class RowsSeen(EventFrame):
    """The dates of some rows of a batch, a column at a time as they are needed.

    Args:
        positions: Which of its rows, counted from 0, one of them several times if need be; None for all.
        span: The first day of each, and the day after the last, of the dates that belong to it; None for all.
    """

    def __init__(
        self,
        columns: Columns,
        positions: pl.Series | None = None,
        span: tuple[pl.Series, pl.Series] | None = None,
    ) -> None:
        self.columns = columns
        self.positions = positions
        self._span = span
        self._cuts: dict[tuple[str, Cut, int], tuple[pl.Series | None, pl.Series]] = {}
        super().__init__(self._some(columns.frame[ROW]), columns.dates)

    def _some(self, column: pl.Series) -> pl.Series:
        return column if self.positions is None else column[self.positions]

    def _masked(self, mask: pl.Series | None) -> pl.Series | None:
        mine = None if mask is None else self._some(mask)
        return mine if mine is not None and mine.any() else None

    def _cut(self, name: str, cut: Cut, since: pl.Series | None = None) -> pl.Series:
        """Return the dates of an event: once for all deadlines that ask the same from the same days."""
        asked = name, cut, id(since)
        if asked not in self._cuts:
            # `since` is held, so that no other column takes its id.
            self._cuts[asked] = since, self._cut_anew(name, cut, since)
        return self._cuts[asked][1]

    def _cut_anew(self, name: str, cut: Cut, since: pl.Series | None) -> pl.Series:
        if since is not None:
            days = self._cut(name, cut)
            return only(days, days >= since)
        if cut == "happened":
            days = self._cut(name, "given")
            return only(days, days <= self.columns.today) if name in self.columns.planned else days
        days = self._some(self.columns.given[name])
        return days if self._span is None else only(days, (days >= self._span[0]) & (days < self._span[1]))

    def first_dated(self, names: Names) -> pl.Series:
        """Return the earliest date of these events, future ones too."""
        columns = [self._some(self.columns.dates[name]) for name in names if name in self.columns.dates]
        return reduce(earlier, columns) if columns else self.never

    def last_dated(self, names: Names) -> pl.Series:
        """Return the latest date of these events, future ones too; 0 where there is none."""
        columns = [self._some(self.columns.dates[name]) for name in names if name in self.columns.dates]
        return latest(columns) if columns else constant(0, self.height)

    def _earliest(
        self, names: Names, cut: Cut, since: pl.Series | None = None, after: pl.Series | None = None
    ) -> pl.Series:
        columns = [self._cut(name, cut, since) for name in names if name in self.there]
        if after is not None:
            columns = [only(days, days > after) for days in columns]
        return reduce(earlier, columns) if columns else self.never

    def _latest(self, names: Names, cut: Cut, until: pl.Series | None = None) -> pl.Series:
        columns = [self._cut(name, cut) for name in names if name in self.there]
        if until is not None:
            columns = [only(days, days <= until) for days in columns]
        return latest(columns) if columns else constant(0, self.height)

    def unreadable(self, names: Names) -> pl.Series | None:
        """Return which rows have an unreadable cell in one of these columns; None for no row."""
        return reduce(either, (self._masked(self.columns.unreadable.get(name)) for name in names), None)

    def unreadable_flag(self, name: str) -> pl.Series | None:
        """Return which rows have this flag unreadable; None for no row."""
        return self.unreadable((name,))

    def flagged(self, name: str) -> pl.Series | None:
        """Return which rows have this flag at yes; None for no row."""
        return self._masked(self.columns.flags.get(name))

    def holds_code(self, fact: str, codes: Names) -> pl.Series:
        """Return which rows hold one of these codes; a cell may hold several, joined by `+`."""
        cells, places = self.columns.cells(fact)
        wanted = set(codes)
        holds = [not wanted.isdisjoint([BLANK] if cell is None else cell.split("+")) for cell in cells]
        return pl.Series(holds, dtype=pl.Boolean)[self._some(places)]

    def at(self, positions: pl.Series) -> Self:
        """Return some of these rows."""
        inner = positions if self.positions is None else self.positions[positions]
        span = self._span
        return type(self)(
            self.columns, inner, None if span is None else (span[0][positions], span[1][positions])
        )


def spans_of(columns: Columns, dates: Dates, lost: pl.Series | None) -> tuple[pl.Series, RowsSeen]:
    """Return, for each date that starts a clock of its own, the dates from it until the next such date.

    Args:
        columns: A batch.
        dates: What starts a clock.
        lost: The rows of which a start cannot be read, which stand there once; None for no row.

    Returns:
        The position of each span's row, and the spans, by row, then by start.
    """
    seen = RowsSeen(columns)
    before_all = seen.first(dates.first)
    days = [seen.first((name,)) for name in dates.events if seen.holds((name,))]
    days.append(only(before_all, before_all < seen.first(dates.events)))
    if lost is not None:
        days = [*(only(series, ~lost) for series in days), only(constant(0, seen.height), lost)]
    there = [where_true(series < NEVER) for series in days]
    parts = [series[rows] for series, rows in zip(days, there, strict=True)]
    begun = pl.DataFrame({"row": pl.concat(there), "start": pl.concat(parts)}).unique().sort("row", "start")
    row, start = begun["row"], begun["start"]
    until = only(start.shift(-1).fill_null(NEVER), (row.shift(-1) == row).fill_null(value=False))
    return row, RowsSeen(columns, row, (start, until))


def with_events(rows: pl.DataFrame, rulebook: Rulebook, names: Iterable[str]) -> pl.DataFrame:
    """Return rows of a file with those of these events that have no column."""
    needed = derived_from(rulebook, names)
    looked_at = {ROW, *texts_in(needed)}
    some = rows.select(name for name in rows.columns if name in looked_at)
    dates = Columns(Batch(some), rulebook, 0, needed).dates if needed else {}
    return rows.with_columns(
        as_dates(dates[event.id]).alias(event.id) for event in needed if event.id in dates
    )
