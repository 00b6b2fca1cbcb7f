"""The dates of the rows of one batch, each row by itself."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from operator import and_, or_
from typing import Final, Protocol, Self

import polars as pl

from ehcp_timeline.audit.bulk.days import (
    NEVER,
    constant,
    earliest,
    latest,
    numbered,
    only,
    or_never,
    where_true,
)
from ehcp_timeline.audit.bulk.events import EventFrame, Names
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.cases.model import UNREAD as UNREAD_HEADING
from ehcp_timeline.law.deadline import BLANK, Dates
from ehcp_timeline.law.rulebook import DerivedEvent, EventWhere, Rulebook
from ehcp_timeline.law.subset import derived_from

UNREAD: Final = "unread "  # begins a column that says whether another could not be read


class RowBatch(Protocol):
    """Some rows of a case file.

    Attributes:
        frame: `row` (UInt32), `case_id` (String), and of the other columns those that the file has: events
            as Date, facts with codes as String (the sorted codes joined by `+`), flags as Boolean.
        unreadable: Column to the rows (UInt32) whose cell could not be read.
        months: Event to the rows whose cell is a month without a day, with its first day.
    """

    @property
    def frame(self) -> pl.DataFrame:
        """The rows."""

    @property
    def unreadable(self) -> Mapping[str, pl.Series]:
        """The cells that could not be read."""

    @property
    def months(self) -> Mapping[str, Mapping[int, date]]:
        """Those of them that hold a month without a day, with its first day."""


@dataclass(frozen=True, slots=True)
class SomeRows:
    """Some rows of a file; as in `RowBatch`."""

    frame: pl.DataFrame
    unreadable: Mapping[str, pl.Series]
    months: Mapping[str, Mapping[int, date]] = field(default_factory=dict)


def parted(batch: RowBatch, mask: pl.Series) -> tuple[SomeRows, SomeRows]:
    """Return the rows of a batch for which a mask is true, with what cannot be read in them, and others."""
    some = batch.frame.filter(mask)
    rows = some["row"].implode()
    unreadable = {name: numbers.filter(numbers.is_in(rows)) for name, numbers in batch.unreadable.items()}
    return SomeRows(some, unreadable, batch.months), SomeRows(batch.frame.filter(~mask), batch.unreadable)


def together(parts: Sequence[SomeRows]) -> SomeRows:
    """Return the rows of several batches as one."""
    unreadable = {
        name: pl.concat([part.unreadable[name] for part in parts if name in part.unreadable])
        for name in dict.fromkeys(name for part in parts for name in part.unreadable)
    }
    months: dict[str, dict[int, date]] = {}
    for part in parts:
        for name, rows in part.months.items():
            months.setdefault(name, {}).update(rows)
    return SomeRows(pl.concat([part.frame for part in parts]), unreadable, months)


def unreadable_in(batch: RowBatch, name: str) -> pl.Series | None:
    """Return the rows of a batch with an unreadable cell in one column, as a mask; None for no row."""
    rows = batch.unreadable.get(name)
    if rows is None or rows.is_empty():
        return None
    mask = batch.frame["row"].is_in(rows.implode())
    return mask if mask.any() else None


def with_derived(batch: RowBatch, derived: Sequence[DerivedEvent]) -> RowBatch:
    """Return a batch with these derived events; the twin of `dates.with_derived`.

    They are worked out in one go, on the rows on which any event stands that they are worked out from.
    """
    frame = batch.frame
    sources = dict.fromkeys(where.event for event in derived for where in event.earliest)
    looked_at = {*sources, *(where.fact for event in derived for where in event.earliest)}
    looked_at.update(name for event in derived for name in event.unless)
    unread = {name: mask for name in looked_at if name and (mask := unreadable_in(batch, name)) is not None}
    there = [frame[name].is_not_null() for name in sources if name in frame.columns]
    there += [unread[name] for name in sources if name in unread]
    positions = where_true(reduce(or_, there)) if there else pl.Series(dtype=pl.UInt32)
    if positions.is_empty():
        return batch
    some = frame.select(name for name in frame.columns if name in looked_at)[positions]
    some = some.with_columns(mask[positions].alias(UNREAD + name) for name, mask in unread.items())
    worked_out = _worked_out(some, derived)
    days = [
        series
        for series in worked_out
        if not series.name.startswith(UNREAD) and series.null_count() < len(series)
    ]
    nothing = pl.Series([None], dtype=pl.Date)
    columns = [
        nothing.new_from_index(0, frame.height).scatter(positions, series).alias(series.name)
        for series in days
    ]
    doubts = {
        series.name.removeprefix(UNREAD): frame["row"][positions].filter(series)
        for series in worked_out
        if series.name.startswith(UNREAD) and series.any()
    }
    return SomeRows(frame.with_columns(columns), {**batch.unreadable, **doubts})


def _worked_out(some: pl.DataFrame, derived: Sequence[DerivedEvent]) -> list[pl.Series]:
    """Return each derived event as a column, and beside it whether it cannot be read if any cell cannot."""
    plan, known = some.lazy(), set(some.columns)
    any_unread = any(name.startswith(UNREAD) for name in known)
    facts = {where.fact for event in derived for where in event.earliest if where.fact in known}
    cells = {fact: some[fact].unique().to_list() for fact in facts if fact}
    ids = []
    for event in derived:
        parts = [where for where in event.earliest if where.event in known or UNREAD + where.event in known]
        if not parts:
            continue
        expressions = [_EventExpressions(where, event.unless, cells, frozenset(known)) for where in parts]
        made = [pl.min_horizontal([part.day() for part in expressions]).alias(event.id)]
        if any_unread:
            made.append(pl.any_horizontal([part.in_doubt() for part in expressions]).alias(UNREAD + event.id))
        plan = plan.with_columns(made)
        ids += [expression.meta.output_name() for expression in made]
        known.update(ids)
    return plan.select(ids).collect().get_columns() if ids else []


@dataclass(frozen=True, slots=True)
class _EventExpressions:
    """One event that a derived event may be worked out from, as expressions on the rows of a frame.

    Attributes:
        where: The event, and the codes with which it counts.
        unless: The events that rule it out.
        cells: Fact to its different cells on these rows.
        known: The columns there are, those worked out so far among them.
    """

    where: EventWhere
    unless: tuple[str, ...]
    cells: Mapping[str, Sequence[str | None]]
    known: frozenset[str]

    def day(self) -> pl.Expr:
        """Return its date where it counts."""
        if self.where.event not in self.known:
            return pl.lit(None, dtype=pl.Date)
        return pl.when(self._holds() & ~self._is_ruled_out()).then(pl.col(self.where.event))

    def in_doubt(self) -> pl.Expr:
        """Return whether it cannot be read whether it counts."""
        stands = pl.lit(value=False)
        if self.where.event in self.known:
            others = self._unread(self.unless) & self._holds()
            facts = (self.where.fact,) if self.where.fact else ()
            stands = pl.col(self.where.event).is_not_null() & ~self._is_ruled_out()
            stands &= self._unread(facts) | others
        blanks = [pl.col(name).is_null() for name in self.unless if name in self.known]
        none_stands = reduce(and_, blanks, pl.lit(value=True))
        return pl.when(self._unread((self.where.event,))).then(none_stands).otherwise(stands)

    def _holds(self) -> pl.Expr:
        fact, codes = self.where.fact, self.where.codes
        if fact is None:
            return pl.lit(value=True)
        if fact not in self.known:
            return pl.lit(BLANK in codes)
        held = [cell for cell in self.cells[fact] if cell and not set(codes).isdisjoint(cell.split("+"))]
        holds = pl.col(fact).is_in(held).fill_null(value=False)
        return holds | pl.col(fact).is_null() if BLANK in codes else holds

    def _is_ruled_out(self) -> pl.Expr:
        day = pl.col(self.where.event)
        masks = [(pl.col(name) <= day).fill_null(value=False) for name in self.unless if name in self.known]
        return reduce(or_, masks, pl.lit(value=False))

    def _unread(self, names: Iterable[str]) -> pl.Expr:
        masks = [pl.col(UNREAD + name) for name in names if UNREAD + name in self.known]
        return reduce(or_, masks, pl.lit(value=False))


def with_events(rows: pl.DataFrame, rulebook: Rulebook, names: Collection[str]) -> pl.DataFrame:
    """Return rows of a file with those of these events that no column holds."""
    needed = derived_from(rulebook, names)
    return with_derived(SomeRows(rows, {}), needed).frame if needed else rows


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
        self._events = frozenset((*inquiry.rulebook.events, *inquiry.rulebook.derived))

    @cached_property
    def given(self) -> Mapping[str, pl.Series]:
        """The given dates of every event that has any date; it may be one that has not come yet."""
        there = (name for name in self.frame.columns if name in self._events or UNREAD_HEADING in name)
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

    def _own(self, days: pl.Series) -> pl.Series:
        """Return the dates of an event that are these rows' own."""
        return self._some(days)

    def _masked(self, mask: pl.Series | None) -> pl.Series | None:
        mine = None if mask is None else self._some(mask)
        return mine if mine is not None and mine.any() else None

    def _given(self, names: Names) -> list[pl.Series]:
        there = [name for name in names if name in self._columns.given]
        for name in there:
            if name not in self._days:
                self._days[name] = self._own(self._columns.given[name])
        return [self._days[name] for name in there]

    def _happened(self, names: Names) -> list[pl.Series]:
        return [
            only(days, days <= self._columns.today) if days.name in self._columns.planned else days
            for days in self._given(names)
        ]

    def _happened_since(self, names: Names, since: pl.Series) -> list[pl.Series]:
        """Return the dates on or after a day: once for all deadlines that ask from the same days."""
        dates = []
        for days in self._happened(names):
            asked = (days.name, id(since))
            if asked not in self._since:
                self._since[asked] = since, only(days, days >= since)
            dates.append(self._since[asked][1])
        return dates

    @property
    def unread(self) -> Names:
        """The dates under unread headings that there are."""
        return (name for name in self._columns.given if UNREAD_HEADING in name)

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
        series: pl.Series | None = None
        for name in names:
            mask = self._masked(self._columns.unreadable(name))
            if mask is not None:
                series = mask if series is None else series | mask
        return series

    def unreadable_flag(self, name: str) -> pl.Series | None:
        """Return which rows have this flag unreadable; None for no row."""
        return self.unreadable((name,))

    def flagged(self, name: str) -> pl.Series | None:
        """Return which rows have this flag at yes; None for no row."""
        return self._masked(self._columns.flag(name))

    def holds_code(self, fact: str, codes: Names) -> pl.Series:
        """Return which rows hold one of these codes; a cell may hold several, joined by `+`."""
        cells, places = self.cells(fact)
        wanted = set(codes)
        holds = [not wanted.isdisjoint([BLANK] if cell is None else cell.split("+")) for cell in cells]
        return pl.Series(holds, dtype=pl.Boolean)[places]

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


class RowSpans(RowsSeen):
    """The dates of some rows, each from one day until another alone; a row may stand there several times.

    Args:
        columns: The batch.
        positions: Which of its rows, counted from 0.
        since: The first day of each.
        until: The day after the last of each.

    Attributes:
        positions: The same.
    """

    def __init__(self, columns: Columns, positions: pl.Series, since: pl.Series, until: pl.Series) -> None:
        super().__init__(columns, positions)
        self.positions = positions
        self._span = since, until

    def _own(self, days: pl.Series) -> pl.Series:
        """Return the dates of an event that lie within each span."""
        since, until = self._span
        mine = self._some(days)
        return only(mine, (mine >= since) & (mine < until))

    def at(self, positions: pl.Series) -> Self:
        """Return some of these spans."""
        since, until = self._span
        return type(self)(self._columns, self.positions[positions], since[positions], until[positions])


def spans_of(columns: Columns, dates: Dates, lost: pl.Series | None) -> RowSpans:
    """Return, for each date that starts a clock of its own, what came from it until the next of them.

    Args:
        columns: A batch.
        dates: What starts a clock.
        lost: The rows of which a start cannot be read, which stand there once; None for no row.

    Returns:
        The spans, by row, then by start.
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
    return RowSpans(columns, row, start, until)
