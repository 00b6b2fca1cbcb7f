"""The dates of whole cases, gathered from every row of the case.

A case is identified by the position of its first row. A date of a case is one number, its key: the case, then
the day within it. So all dates of all cases are one sorted column, in which a case's next date is the next
number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final, Literal, Self

import polars as pl

from ehcp_timeline.audit.bulk.case_store import Memory
from ehcp_timeline.audit.bulk.days import (
    DAYS,
    NEVER,
    all_positions,
    constant,
    later,
    only,
    or_before_all,
    retyped,
    where_true,
)
from ehcp_timeline.audit.bulk.events import Cut, EventFrame, Names
from ehcp_timeline.audit.bulk.verdicts import Inquiry

KEYS: Final = pl.Int64
LARGEST: Final = 2**63
Towards = Literal["forward", "backward"]


@dataclass(frozen=True, slots=True)
class EventDates:
    """The dates of one event on every row, by case, then by day, then in file order.

    Attributes:
        key: The case and the day.
        position: The position of the row.
        first: Whether it is the first row of its case with that date.
        last: The last day of all.
    """

    key: pl.Series
    position: pl.Series
    first: pl.Series
    last: int


class Cases:
    """Every case of a file, once all its rows have been read.

    Args:
        memory: What was kept of the rows; sorting empties it.

    Attributes:
        row: The physical line of each row.
        there: Every event that has a date in the file.
    """

    def __init__(self, memory: Memory, inquiry: Inquiry) -> None:
        self._case = _case_of_each_row(memory)
        self.row = pl.concat(memory.rows, rechunk=True)
        memory.rows.clear()
        self._today = inquiry.today
        self._planned = inquiry.rulebook.planned
        self._memory = memory
        self.there = memory.days
        self._before, self._span = _reach(memory)
        self._dates: dict[str, EventDates] = {}
        self._keys: dict[tuple[Cut, tuple[str, ...]], pl.Series] = {}

    def dates(self, name: str) -> EventDates:
        """Return every date of one event in the file, future ones too."""
        if name not in self._dates:
            self._dates[name] = self._sorted(name)
        return self._dates[name]

    def _sorted(self, name: str) -> EventDates:
        days = pl.concat(self._memory.days[name], rechunk=True)
        self._memory.days[name].clear()
        key = self.edge(self._case[days["position"]]) + retyped(days["day"] - self._before, KEYS)
        rows = len(self.row)
        if rows * rows * self._span < LARGEST:
            packed = (key * rows + retyped(days["position"], KEYS)).sort()
            key = packed // rows
            position = retyped(packed - key * rows, pl.UInt32)
        else:
            ordered = pl.DataFrame({"key": key, "position": days["position"]}).sort("key", "position")
            key, position = ordered["key"], ordered["position"]
        return EventDates(key, position, changes(key), int(days["day"].max()))  # type: ignore[arg-type]

    def edge(self, case: pl.Series) -> pl.Series:
        """Return the key before all dates of each case."""
        return case * self._span

    def keys(self, names: Names, cut: Cut) -> pl.Series:
        """Return the dates of these events that are given, or have happened: each key once, ascending."""
        there = tuple(name for name in names if name in self._memory.days)
        if not there:
            return pl.Series([], dtype=KEYS)
        if (cut, there) not in self._keys:
            self._keys[cut, there] = merged([self._cut(name, cut) for name in there])
        return self._keys[cut, there]

    def _cut(self, name: str, cut: Cut) -> pl.Series:
        dates = self.dates(name)
        if (cut == "given" and name in self._planned) or dates.last <= self._today:
            return dates.key.filter(dates.first)
        return dates.key.filter(dates.first & (self.split(dates.key)[1] <= self._today))

    def split(self, keys: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return the cases and the days of some keys."""
        cases = keys // self._span
        return cases, retyped(keys - self.edge(cases) + self._before, DAYS)

    def find(self, keys: pl.Series, edge: pl.Series, day: pl.Series | int, towards: Towards) -> pl.Series:
        """Return a case's first key on or after a day, or its last on or before it, as a day.

        Args:
            keys: Each once, ascending.
            edge: The `edge` of each case that is asked about.
            day: The day from which each is looked for.
            towards: `forward` for the first on or after.
        """
        needles = edge + self._inside(day)
        series = (nearest(keys, needles, towards) - edge).fill_null(-1)
        of_case = (series > 0) & (series < self._span)
        days = series.zip_with(of_case, pl.Series([NEVER - self._before], dtype=KEYS)) + self._before
        return retyped(days, DAYS)

    def _inside(self, day: pl.Series | int) -> pl.Series | int:
        """Return days counted from before all dates of the file, those outside them set to the edges."""
        last = self._span - 1
        if isinstance(day, int):
            return min(max(day - self._before, 0), last)
        inside = retyped(day, KEYS) - self._before
        inside = inside.zip_with(inside >= 0, pl.Series([0], dtype=KEYS))
        return inside.zip_with(inside <= last, pl.Series([last], dtype=KEYS))

    def of(self, positions: pl.Series) -> pl.Series:
        """Return the cases of some rows."""
        return self._case[positions]

    def unreadable_rows(self, names: Names) -> pl.Series | None:
        """Return the positions with an unreadable cell in one of these columns, each once; None for none."""
        parts = [part for name in names for part in self._memory.unreadable.get(name, ())]
        return pl.concat(parts).unique().sort() if parts else None

    def flagged_rows(self, name: str) -> pl.Series | None:
        """Return the positions at which a flag is yes; None for none."""
        parts = self._memory.flagged.get(name)
        return pl.concat(parts) if parts else None


def _case_of_each_row(memory: Memory) -> pl.Series:
    """Return the position of the first row of each row's case.

    One hash brings the rows of a case together; the other proves that it brought no two cases together, and
    helps to part them where it did.
    """
    hashes = pl.concat(memory.hashes, rechunk=True)
    memory.hashes.clear()
    series, other = hashes
    first = _first_of_each(series)
    wrong = other != other[first]
    if wrong.any():
        mixed = where_true(first.is_in(first.filter(wrong).implode()))
        apart = hashes[mixed].with_columns(position=mixed)
        first = first.scatter(mixed, apart.select(pl.min("position").over(hashes.columns)).to_series())
    return retyped(first, KEYS)


def _first_of_each(hashes: pl.Series) -> pl.Series:
    """Return the first position of each hash, as far as its upper bits tell, which is nearly always."""
    upper = hashes // 2 ** len(hashes).bit_length()
    position = ordered(upper)
    begins = changes(upper[position])
    first = position.filter(begins)[begins.cum_sum() - 1]
    return constant(0, len(hashes)).scatter(position, first)


def ordered(numbers: pl.Series) -> pl.Series:
    """Return the positions of numbers, the smallest first and equal ones in their order.

    A number and its position are sorted as one number, which is fastest.

    Args:
        numbers: So small that a position has room beside each in 64 bits.
    """
    places = 2 ** len(numbers).bit_length()
    packed = retyped(numbers, pl.UInt64) * places + retyped(all_positions(len(numbers)), pl.UInt64)
    return retyped(packed.sort() % places, pl.UInt32)


def _reach(memory: Memory) -> tuple[int, int]:
    """Return the day before all days, and how many days from there to the day after them all."""
    parts = [part["day"] for parts in memory.days.values() for part in parts]
    before = min((int(part.min()) for part in parts), default=1) - 1  # type: ignore[arg-type]  # none is empty
    after = max((int(part.max()) for part in parts), default=0) + 1  # type: ignore[arg-type]
    return before, after + 1 - before


def changes(ascending: pl.Series) -> pl.Series:
    """Return which numbers of an ascending column are not the same as the one before."""
    return (ascending != ascending.shift(1)).fill_null(value=True)


def merged(parts: Sequence[pl.Series]) -> pl.Series:
    """Return the numbers of several columns, each once, ascending; within a column they are so already."""
    there = [part for part in parts if len(part)]
    if len(there) < 2:
        return there[0] if there else pl.Series([], dtype=KEYS)
    ascending = reduce(_merge, there)
    return ascending.filter(changes(ascending))


def _merge(ascending: pl.Series, other: pl.Series) -> pl.Series:
    frame, two = (pl.DataFrame({"key": part}).set_sorted("key") for part in (ascending, other))
    return frame.merge_sorted(two, "key")["key"]


def nearest(keys: pl.Series, needles: pl.Series, towards: Towards) -> pl.Series:
    """Return, for each needle, the first key on or after it or the last on or before it; null for none.

    The keys are ascending, each once; the needles are in any order.
    """
    order = None if needles.is_sorted() else needles.arg_sort()
    asked = pl.DataFrame({"key": needles if order is None else needles[order]})
    series = _joined(asked, pl.DataFrame({"key": keys, "found": keys}), towards)["found"]
    return series if order is None else series[order.arg_sort()]


def held_at(keys: pl.Series, held: pl.Series, positions: pl.Series) -> pl.Series:
    """Return the position of each key, `NEVER` for a key without one.

    Args:
        keys: Each once, ascending.
        held: The keys that have a position, each once, ascending.
        positions: Their positions.
    """
    table = pl.DataFrame({"key": held, "found": held, "position": positions})
    frame = _joined(pl.DataFrame({"key": keys}), table, "forward")
    return only(frame["position"].fill_null(NEVER), (frame["found"] == keys).fill_null(value=False))


def _joined(asked: pl.DataFrame, table: pl.DataFrame, towards: Towards) -> pl.DataFrame:
    return asked.set_sorted("key").join_asof(table.set_sorted("key"), on="key", strategy=towards)


class CasesSeen(EventFrame):
    """The dates of the cases of some links: for each its case, and the position of the row of its start."""

    def __init__(self, cases: Cases, case: pl.Series, position: pl.Series) -> None:
        super().__init__(cases.row[position], cases.there)
        self.cases = cases
        self.case = case
        self.position = position
        self._edge = cases.edge(case)

    def _earliest(
        self, names: Names, cut: Cut, since: pl.Series | None = None, after: pl.Series | None = None
    ) -> pl.Series:
        day: pl.Series | int = 0 if since is None else since
        if after is not None:
            day = after + 1 if since is None else later(since, after + 1)
        return self.find(self.cases.keys(names, cut), day, "forward")

    def _latest(self, names: Names, cut: Cut, until: pl.Series | None = None) -> pl.Series:
        return or_before_all(
            self.find(self.cases.keys(names, cut), NEVER if until is None else until, "backward")
        )

    def find(self, keys: pl.Series, day: pl.Series | int, towards: Towards) -> pl.Series:
        """Return each case's first key on or after a day, or its last on or before it, as a day."""
        return self.cases.find(keys, self._edge, day, towards) if len(keys) else self.never

    def holds_code(self, fact: str, codes: Names) -> pl.Series:
        """Raise: rows of a case may have different codes, so no repeating duty depends on one."""
        raise TypeError((fact, codes))

    def unreadable(self, names: Names) -> pl.Series | None:
        """Return which links' case has an unreadable cell in one of these columns; None for no link."""
        rows = self.cases.unreadable_rows(names)
        return _among(self.case, None if rows is None else self.cases.of(rows).unique())

    def flagged(self, name: str) -> pl.Series | None:
        """Return which links' own row has this flag at yes; None for no link."""
        return _among(self.position, self.cases.flagged_rows(name))

    def unreadable_flag(self, name: str) -> pl.Series | None:
        """Return which links' own row has this flag unreadable; None for no link."""
        return _among(self.position, self.cases.unreadable_rows((name,)))

    def at(self, positions: pl.Series) -> Self:
        """Return some of these links."""
        return type(self)(self.cases, self.case[positions], self.position[positions])


def _among(numbers: pl.Series, some: pl.Series | None) -> pl.Series | None:
    mask = None if some is None else numbers.is_in(some.implode())
    return mask if mask is not None and mask.any() else None
