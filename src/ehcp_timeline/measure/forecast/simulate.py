"""The weeks ahead, run many times: every open case and every request to come goes through the stages.

Rows are weeks in which cases fall due, the earliest first; columns are runs. Cases of one row are alike. A
parcel is a number of cases of neighbouring rows: the first of the rows, and an array (rows, runs). The type
of the numbers holds all cases of a run, so that sums over rows keep to it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import prod, sqrt

import numpy as np

from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.forecast.days import WEEK, YEAR, Cases, Counts, Rates, day_number
from ehcp_timeline.measure.forecast.pace import MOST_RELEASED
from ehcp_timeline.measure.forecast.present import OLDEST_FIRST, Pipeline, Present, WorkOrder
from ehcp_timeline.measure.forecast.request import NOTHING, WhatIf
from ehcp_timeline.measure.forecast.weeks import Spread, chunks, draw, rounded
from ehcp_timeline.record import field, record, replace

PER_MILLE = 1000
Parcel = tuple[int, Cases]
Orders = Mapping[str, WorkOrder | tuple[WorkOrder, ...]]
"""Name of an order of work to the order that all stages follow, or that each follows."""
_CHANCES = 256
_SPARSE = 16
_NO_SPREAD = 0.005
_LOOK_EVERY = 4  # rows; to look whether any place is left takes as long as to fill one
_MOST_SMALL = np.iinfo(np.int16).max


@record(slots=True)
class Pool:
    """Cases at one stage in many runs.

    Attributes:
        ready: How many are ready to leave it, shape (rows, runs): none before row `low`, none from `high` on.
        coming: Week to parcels that become ready in it.
    """

    ready: Cases
    low: int = 0
    high: int = 0
    coming: defaultdict[int, list[Parcel]] = field(default_factory=lambda: defaultdict(list))

    def ripen(self, week: int) -> Cases:
        """Make ready what has been here for the shortest time; return the rows that hold cases in any run."""
        for first, cases in self.coming.pop(week, ()):
            self.ready[first : first + len(cases)] += cases
            self.low = min(self.low, first) if self.high > self.low else first
            self.high = max(self.high, first + len(cases))
        while self.low < self.high and not np.count_nonzero(self.ready[self.low]):
            self.low += 1
        while self.low < self.high and not np.count_nonzero(self.ready[self.high - 1]):
            self.high -= 1
        return self.ready[self.low : self.high]


@lru_cache(maxsize=64)
def _binomial_table(share: float, most: int) -> Cases:
    """Return binomial numbers for 0, 1, 2 ... cases at 256 evenly spaced chances each, one after another."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])
    chances = (np.arange(_CHANCES) + 0.5) / _CHANCES
    table = np.zeros((most + 1, _CHANCES), dtype=np.int16)
    for trials in range(1, most + 1 if share > 0 else 0):
        hits = np.arange(trials + 1)
        weight = logs[trials] - logs[hits] - logs[trials - hits]
        spread = np.exp(weight + hits * np.log(share) + (trials - hits) * np.log1p(-share)).cumsum()
        table[trials] = np.minimum(np.searchsorted(spread, chances), trials)
    return table.ravel()


def chosen(cases: Cases, share: float, random: np.random.Generator) -> Cases:
    """Return how many of the cases are chosen, each with the same chance (binomial)."""
    near = round(share, 6)
    if near >= 1:
        return cases.copy()
    # tables double in size, so that few are made
    table = _binomial_table(near, (1 << max(3, int(cases.max(initial=0)).bit_length())) - 1)
    if _SPARSE * np.count_nonzero(cases) > cases.size:
        return _drawn(cases, table, random)
    out = np.zeros_like(cases)
    some = np.flatnonzero(cases != 0)
    out.ravel()[some] = _drawn(cases.ravel()[some], table, random)
    return out


def _drawn(cases: Cases, table: Cases, random: np.random.Generator) -> Cases:
    small = np.int16 if table.size <= _MOST_SMALL + 1 else np.intp
    place = np.multiply(cases, _CHANCES, dtype=small)
    # numbers of one type are added, and looked up, in half the time of mixed ones
    place += np.frombuffer(random.bytes(cases.size), dtype=np.uint8).reshape(cases.shape).astype(small)
    return table.take(place.astype(np.intp, copy=False), mode="clip").astype(cases.dtype, copy=False)


def serve(
    pool: Pool, places: Cases, order: WorkOrder, in_time: int, random: np.random.Generator
) -> Iterator[Parcel]:
    """Take as many cases as there are places in each run; `in_time` is the first row still in time."""
    held = pool.ready[pool.low : pool.high]
    left = np.minimum(places, held.sum(axis=0, dtype=held.dtype))
    if order.spread > _NO_SPREAD:
        given = _spread(pool, _part(left, order.spread, random), random)
        left -= given.sum(axis=0, dtype=left.dtype)
        yield pool.low, given
    if order.in_time > 0:
        share = order.in_time / (order.in_time + order.oldest)
        yours = left.copy() if share >= 1 else _part(left, share, random)
        left -= yours
        yield from _in_turn(pool, yours, max(in_time, pool.low))
        left += yours
    yield from _in_turn(pool, left, pool.low)


def _part(places: Cases, share: float, random: np.random.Generator) -> Cases:
    return np.minimum(places, (places * share + random.random(places.shape)).astype(places.dtype))


def _in_turn(pool: Pool, left: Cases, first: int) -> Iterator[Parcel]:
    if first >= pool.high or not np.count_nonzero(left):  # of whole numbers a faster `any`
        return
    taken = np.empty((pool.high - first, left.size), dtype=left.dtype)
    for row, (held, given) in enumerate(zip(pool.ready[first : pool.high], taken, strict=True), 1):
        np.minimum(held, left, out=given)
        np.subtract(left, given, out=left)
        if row % _LOOK_EVERY == 0 and not np.count_nonzero(left):
            taken = taken[:row]
            break
    if not np.count_nonzero(left):
        while not np.count_nonzero(taken[-1]):
            taken = taken[:-1]
    pool.ready[first : first + len(taken)] -= taken
    yield first, taken


def _spread(pool: Pool, places: Cases, random: np.random.Generator) -> Cases:
    """Take the same share of every row: places are dealt out along the rows at even distances."""
    held = pool.ready[pool.low : pool.high]
    share = np.minimum(1, places / np.maximum(held.sum(axis=0, dtype=held.dtype), 1)).astype(np.float32)
    upto = random.random(places.shape, dtype=np.float32)
    before = np.zeros(places.shape, dtype=held.dtype)
    taken = np.empty_like(held)
    for there, given in zip(held, taken, strict=True):
        upto += there * share
        now = upto.astype(held.dtype)
        np.subtract(now, before, out=given)
        np.minimum(given, there, out=given)
        before = now
    held -= taken
    return taken


def type_for(most: int) -> type[np.int16 | np.int32]:
    """Return the type of numbers that holds so many cases."""
    return np.int16 if most < _MOST_SMALL else np.int32


class StageWork:
    """Some neighbouring stages of one chunk of runs under one order of work; `pools` are the cases there."""

    def __init__(
        self, pipeline: Pipeline, stages: Sequence[int], orders: Sequence[WorkOrder], places: Cases,
        random: np.random.Generator,
    ) -> None:  # fmt: skip
        """Lay out the cases in hand; `places` is what the narrowest can finish, shape (weeks, runs)."""
        self.pipeline, self.orders, self.places, self.random = pipeline, orders, places, random
        runs = places.shape[1]
        self.pools = {
            stage: Pool(np.zeros((pipeline.due_weeks.size, runs), places.dtype)) for stage in stages
        }
        for stage, ready_week, row, number in pipeline.in_hand:
            if stage in self.pools:
                cases = np.full((1, runs), number, dtype=places.dtype)
                self.pools[stage].coming[ready_week].append((row, cases))

    def week(self, week: int, arrivals: Sequence[Parcel]) -> tuple[list[Parcel], list[Parcel]]:
        """Work for a week, then let cases come to the first stage; return what went on and what was closed.

        The last stage works first, so that a case moves on by one stage a week at most.
        """
        steps, closed, onward = self.pipeline.steps, list[Parcel](), list(arrivals)
        for stage in reversed(self.pools):
            left = list(self._leave(stage, week))
            moved = left
            if steps[stage].onward < 1:
                moved = [(first, chosen(out, steps[stage].onward, self.random)) for first, out in left]
                closed += [(first, out - on) for (first, out), (_, on) in zip(left, moved, strict=True)]
            if stage + 1 in self.pools:
                self.pools[stage + 1].coming[week + steps[stage + 1].least] += moved
            else:
                onward = moved
        for stage in [*self.pools][:1]:
            self.pools[stage].coming[week + steps[stage].least] += arrivals
        return onward, closed

    def _leave(self, stage: int, week: int) -> Iterator[Parcel]:
        line, pool, order = self.pipeline, self.pools[stage], self.orders[stage]
        held, step = pool.ripen(week), line.steps[stage]
        if not len(held):
            return
        if stage == line.narrowest:
            places = self.places[week - 1]
        elif step.ordered and order.spread < 1 - _NO_SPREAD:
            ready = held.sum(axis=0, dtype=held.dtype)
            places = self.random.binomial(ready, step.released).astype(held.dtype)
        else:
            out = chosen(held, step.released, self.random)
            held -= out
            yield pool.low, out
            return
        in_time = line.row_of(week + sum(later.least for later in line.steps[stage + 1 :]))
        yield from serve(pool, places, order, in_time, self.random)


@record(frozen=True, slots=True)
class Plan:
    """What to keep.

    Attributes:
        moments: Weeks at whose end the backlog is looked at.
        quarters: The quarter of each week to come, for rates.
        clear_at: The backlog is clear once no more than so many are overdue.
        cases: Order of work under which the closing of every open case is followed; empty for none.
        only_clearance: Whether to stop once every run is clear.
    """

    moments: frozenset[int] = frozenset()
    quarters: tuple[str, ...] = ()
    clear_at: int = 0
    cases: str = ""
    only_clearance: bool = False


@record(slots=True)
class Kept:
    """What is kept of all runs under one order of work.

    Attributes:
        cleared: Week at whose end the backlog was first clear; weeks + 1 where it never was.
        moments: Week to the backlog at its end: cases `open`, `overdue`, those whose request is more than 52
            weeks old (`over_52`), and whole weeks since the request of the `oldest`, 0 where none is open.
        rates: For each quarter, plans in time of a thousand issued; runs without a plan are left out.
        finished: How many of each group of open cases (`case_groups`) are closed by the end of each week,
            added up over the runs; shape (groups, weeks + 1).
    """

    cleared: Spread = field(default_factory=Spread)
    moments: dict[int, dict[str, Spread]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Spread))
    )
    rates: dict[str, Spread] = field(default_factory=lambda: defaultdict(Spread))
    finished: Counts = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))


def case_groups(pipeline: Pipeline) -> Counts:
    """Return row, stage and number of the open cases that nothing tells apart, and how many are ahead.

    Within a row, those further on close first: `ahead` counts the cases of the row at later stages. Groups
    are in order of rows and then from the last stage to the first; shape (4, groups).
    """
    totals: Counter[tuple[int, int]] = Counter()
    for stage, _, row, number in pipeline.in_hand:
        totals[row, -stage] += number
    rows, behind = np.array(sorted(totals), dtype=np.int64).reshape(-1, 2).T
    cases = np.array([totals[group] for group in sorted(totals)], dtype=np.int64)
    before = cases.cumsum() - cases
    return np.stack([rows, -behind, cases, before - before[np.searchsorted(rows, rows)]])


class Watcher:
    """Looks at one chunk of runs under one order of work at the end of every week.

    `open` holds the open cases, shape (rows, runs); `clear` the week in which each run was first clear, or 0.
    """

    def __init__(self, pipeline: Pipeline, plan: Plan, kept: Kept, requests: Cases, *, cases: bool) -> None:
        """Lay out the cases in hand; `cases` says whether the closing of each is followed."""
        self.pipeline, self.plan, self.kept, self.cases = pipeline, plan, kept, cases
        self.open = np.repeat(pipeline.at_start[:, None], requests.shape[1], axis=1).astype(requests.dtype)
        self.clear, self.issued, self.in_time = np.zeros((3, requests.shape[1]), dtype=np.int64)
        self.low = 0  # no case is open in any run in the rows before
        if cases:
            groups = case_groups(pipeline)
            self.rows, self.sizes, self.ahead = groups[0], *groups[2:, :, None].astype(requests.dtype)
            if not kept.finished.size:
                kept.finished = np.zeros((self.rows.size, pipeline.weeks + 1), dtype=np.int64)
            # requests of the first week share a due week with those of today
            fresh = pipeline.due_weeks[self.rows] == pipeline.to_due + 1
            self.begun = self.open[self.rows] + fresh[:, None] * requests[0]

    def look(
        self, week: int, came: Sequence[Parcel], issued: Sequence[Parcel], closed: Sequence[Parcel]
    ) -> bool:
        """Count a week that is over and return whether there is more to wait for."""
        for first, cases in came:
            self.open[first : first + len(cases)] += cases
        for first, cases in (*issued, *closed):
            self.open[first : first + len(cases)] -= cases
        line, plan, opened = self.pipeline, self.plan, self.open
        late = line.row_of(week + 1)
        while self.low < late and not np.count_nonzero(opened[self.low]):
            self.low += 1
        overdue = opened[self.low : late].sum(axis=0, dtype=opened.dtype)
        self.clear[(self.clear == 0) & (overdue <= plan.clear_at)] = week
        if week in plan.moments:
            there, ages = opened[self.low :], week + line.to_due - line.due_weeks[self.low :]
            moment = self.kept.moments[week]
            many = there.sum(axis=0, dtype=opened.dtype)
            moment["open"].add(many)
            moment["overdue"].add(overdue)
            over_52 = opened[self.low : line.row_of(week + 1 - (YEAR - line.to_due))]
            moment["over_52"].add(over_52.sum(axis=0, dtype=opened.dtype))
            oldest = ages[(there > 0).argmax(axis=0)]
            moment["oldest"].add(np.where(many > 0, np.maximum(0, oldest), 0))
        for first, plans in issued if plan.quarters else ():
            self.issued += plans.sum(axis=0, dtype=plans.dtype)
            self.in_time += plans[max(0, line.row_of(week) - first) :].sum(axis=0, dtype=plans.dtype)
        if plan.quarters and (week == len(plan.quarters) or plan.quarters[week] != plan.quarters[week - 1]):
            some = self.issued > 0
            self.kept.rates[plan.quarters[week - 1]].add(self.in_time[some] * PER_MILLE // self.issued[some])
            self.issued[:] = self.in_time[:] = 0
        if self.cases:
            gone = self.begun - opened[self.rows]
            shut = np.clip(gone - self.ahead, 0, self.sizes)
            self.kept.finished[:, week] += shut.sum(axis=1)
        return not (plan.only_clearance and self.clear.all())


def start_of(now: Present, what_if: WhatIf = NOTHING) -> Pipeline:
    """Return the pipeline of a day with the changes made.

    Raises:
        UsageError: Psychologists are asked about, and the file has no dates of advice.
    """
    line, drivers = now.pipeline, now.pipeline.drivers
    steps = list(line.steps)
    names = [step.name for step in steps]
    if what_if.psychologists and "advice" not in names:
        raise UsageError(
            "--psychologists: the file has no dates of advice",
            "add columns such as psychology_advice_requested and psychology_advice_received",
        )
    weeks = np.arange(1, line.weeks + 1)
    first = first_week(now.standing.day, what_if.since)
    begun, caught_up = weeks >= first, weeks >= first + what_if.catch_up_weeks
    more = np.where(begun, what_if.capacity, 0.0) + np.where(begun & ~caught_up, what_if.catch_up, 0.0)
    # plans are asked for, and some cases that leave the narrowest stage become none
    more /= max(0.01, prod(step.onward for step in steps[now.narrowest :]))
    if what_if.psychologists:
        place, advice = names.index("advice"), what_if.psychologists * what_if.advice_each
        if place == now.narrowest:
            more += np.where(begun, advice, 0.0)
        elif pace := now.past.stages[place].pace:
            # without a queue at that stage, its cases leave that much sooner; with too few, none leaves
            faster = min(MOST_RELEASED, steps[place].released * max(0.0, 1 + advice / pace))
            steps[place] = replace(steps[place], released=faster)
    factor, requests = 1 - what_if.shrinkage / 100, 1 + what_if.requests / 100
    slowed = tuple(replace(step, released=step.released * factor) for step in steps)
    # chance grows with the root of a number, as that of counts does
    level, chance = drivers.requests.level * requests, drivers.requests.chance * sqrt(requests)
    come = replace(drivers.requests, level=level, chance=chance)
    return replace(line, steps=slowed, drivers=replace(drivers, requests=come, factor=factor, more=more))


def first_week(day: int, since: date | None) -> int:
    """Return the first week to come that begins on or after a day.

    >>> [first_week(date(2025, 1, 1).toordinal(), date(2025, 1, day)) for day in (2, 3, 9, 10)]
    [1, 2, 2, 3]
    """
    return 1 if since is None else max(1, -(-(day_number(since) - day - 1) // WEEK) + 1)


def run(line: Pipeline, orders: Orders, plan: Plan, runs: int, seed: int) -> Mapping[str, Kept]:
    """Simulate so many runs under each order of work and return what is kept of them."""
    kept = {name: Kept() for name in orders}
    for size, random in chunks(runs, seed):
        requests, capacity = draw(line.drivers, size, random)
        for name, clear in simulate(line, orders, requests, capacity, plan, kept, random):
            clear[clear == 0] = line.weeks + 1
            kept[name].cleared.add(clear)
    return kept


def simulate(
    line: Pipeline, orders: Orders, requests: Cases, capacity: Rates, plan: Plan,
    kept: Mapping[str, Kept], random: np.random.Generator,
) -> Iterator[tuple[str, Counts]]:  # fmt: skip
    """Simulate one chunk of runs and yield each order of work and when each run was first clear; 0 is never.

    Requests, and what the narrowest stage can finish, have shape (weeks, runs); all orders meet the same.
    """
    most = int(line.at_start.sum()) + int(requests.sum(axis=0).max(initial=0))
    requests = requests.astype(type_for(most))
    places = rounded(capacity, random).astype(requests.dtype)
    came = [[(line.row_of(week + line.to_due), row[None, :])] for week, row in enumerate(requests, 1)]
    first, seed = line.queues[0], int(random.integers(2**32))
    # no order of work makes a difference to the stages before the first that follows one
    shared = StageWork(line, range(first), (OLDEST_FIRST,) * first, places, random)
    before = [shared.week(week, arrivals) for week, arrivals in enumerate(came, 1)]
    for name, order in orders.items():
        own = np.random.Generator(np.random.PCG64(seed))
        each = order if isinstance(order, tuple) else (order,) * len(line.steps)
        work = StageWork(line, range(first, len(line.steps)), each, places, own)
        watcher = Watcher(line, plan, kept[name], requests, cases=name == plan.cases)
        for week, (arrivals, closed) in enumerate(before, 1):
            issued, shut = work.week(week, arrivals)
            if not watcher.look(week, came[week - 1], issued, [*closed, *shut]):
                break
        yield name, watcher.clear
