"""What a target date takes: the net rate by arithmetic, the capacity by simulation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, Counts, Rates, day_number
from ehcp_timeline.commands.forecast.model.bootstrap import Draws, draw
from ehcp_timeline.commands.forecast.model.policy import WorkOrder
from ehcp_timeline.commands.forecast.simulate.chunk import begin, simulate
from ehcp_timeline.commands.forecast.simulate.record import Kept, Plan, case_groups, watcher
from ehcp_timeline.commands.forecast.simulate.run import Start
from ehcp_timeline.errors import UsageError

RUNS = 250
_AT_ONCE = 4
_LEVELS = 16
_AIMS = (0.5, 0.85)


@dataclass(frozen=True, slots=True)
class Needed:
    """Capacity of the narrowest stage that clears the backlog by the target in half, or 85%, of the runs.

    Attributes:
        policy: The order of work.
        more_p50: Cases a week more that half of the runs need; None where no number is enough.
        more_p85: The same for 85% of the runs.
    """

    policy: str
    more_p50: int | None
    more_p85: int | None


def net_needed(backlog: float, start: date, target: date) -> float:
    """Return by how many a week a backlog must fall to be gone on the target day.

    Args:
        backlog: Cases.
        start: The day they were counted.
        target: The day none shall be left.

    Raises:
        UsageError: The target does not lie after the count.

    >>> round(net_needed(8310, date(2024, 1, 31), date(2025, 9, 30)), 2)
    95.67
    """
    if target <= start:
        raise UsageError(
            f"--target {target}: the target is not after the count of {start}", "give a later day"
        )
    return backlog * WEEK / (target - start).days


def reviews_needed(overdue: int, due_per_week: float, start: date, target: date) -> float:
    """Return how many reviews a week must be decided for none to be overdue on the target day.

    Reviews that are decided within a year of the target fall due again after it; those before come on top.

    Args:
        overdue: Overdue reviews.
        due_per_week: Reviews that fall due a week.
        start: The day they were counted.
        target: The day none shall be left.

    >>> round(reviews_needed(8310, 212.7, date(2024, 1, 31), date(2025, 9, 30)), 1)
    308.4
    """
    return net_needed(overdue, start, target) + due_per_week


@dataclass(frozen=True, slots=True)
class CapacityQuestion:
    """One question about capacity.

    Attributes:
        start: What the simulation is run from.
        clear_at: The backlog is clear once no more than so many are overdue.
        seed: Seed of the runs.
    """

    start: Start
    clear_at: int
    seed: int


def capacity_needed(
    question: CapacityQuestion, orders: Mapping[str, WorkOrder], target: date, day: date
) -> tuple[Needed, ...]:
    """Return how many cases a week more the narrowest stage needs, under each order of work.

    All levels of capacity meet the same weeks to come. The first pass looks at sixteen levels between nothing
    and everything at once; the gap that the target lies in is then halved until it is one case a week.
    """
    weeks = (day_number(target) - day_number(day)) // WEEK
    if weeks < 1:
        return tuple(Needed(name, None, None) for name in orders)
    asked = replace(question, start=_until(question.start, weeks))
    short = asked.start
    found = []
    most = math.ceil(short.pipeline.at_start.sum() / weeks + 2 * short.drivers.requests.level) + 1
    coarse = sorted({round(most * level / (_LEVELS - 1)) for level in range(_LEVELS)})
    shares = _cleared(asked, orders, coarse)
    for name, order in orders.items():
        both = [
            _refined(asked, {name: order}, coarse, np.flatnonzero(shares[name] >= aim), aim) for aim in _AIMS
        ]
        found.append(Needed(name, *both))
    return tuple(found)


def _until(start: Start, weeks: int) -> Start:
    """Return a start that looks no further than the target; beyond its weeks the last one's extra goes on."""
    have = start.pipeline.weeks
    drivers, extra = start.drivers, start.extra
    parts = [replace(one, season=_cut(one.season, weeks)) for one in (drivers.requests, drivers.capacity)]
    rows = start.pipeline.due_weeks
    if weeks > have:
        rows = np.union1d(rows, np.arange(1, weeks + 1) + start.pipeline.to_due).astype(np.int32)
    moved = np.searchsorted(rows, start.pipeline.due_weeks)
    in_hand = tuple(replace(one, row=int(moved[one.row])) for one in start.pipeline.in_hand)
    return Start(
        replace(start.pipeline, weeks=weeks, due_weeks=rows, in_hand=in_hand),
        replace(drivers, requests=parts[0], capacity=parts[1]),
        replace(extra, more=_cut(extra.more, weeks)),
    )


def _cut(values: Rates, weeks: int) -> Rates:
    """Return the first so many weeks; where there are fewer, the last year of them again and again."""
    if values.size >= weeks:
        return values[:weeks]
    year = values[-52:]
    return np.concatenate([values, np.resize(year, weeks - values.size)])


def _refined(
    asked: CapacityQuestion,
    orders: Mapping[str, WorkOrder],
    levels: Sequence[int],
    enough: Counts,
    aim: float,
) -> int | None:
    """Return the least whole number of cases a week more with which the aimed share of runs is clear."""
    if not enough.size:
        return None
    upper = int(enough[0])
    if upper == 0:
        return levels[0]
    low, high = levels[upper - 1], levels[upper]
    while high - low > 1:
        middle = (low + high) // 2
        (share,) = _cleared(asked, orders, [middle]).values()
        low, high = (low, middle) if share[0] >= aim else (middle, high)
    return high


def _cleared(
    asked: CapacityQuestion, orders: Mapping[str, WorkOrder], levels: Sequence[int]
) -> dict[str, Rates]:
    """Return for each order the share of runs that are clear in time at each level of capacity."""
    found: dict[str, list[float]] = {name: [] for name in orders}
    for first in range(0, len(levels), _AT_ONCE):
        some = levels[first : first + _AT_ONCE]
        for name, cleared in _clear_runs(asked, orders, some).items():
            found[name] += cleared
    return {name: np.array(shares) for name, shares in found.items()}


def _clear_runs(
    asked: CapacityQuestion, orders: Mapping[str, WorkOrder], levels: Sequence[int]
) -> dict[str, list[float]]:
    start, many = asked.start, len(levels)
    random = np.random.Generator(np.random.PCG64([asked.seed, RUNS]))
    one = draw(start.drivers, RUNS, random)
    draws = Draws(np.tile(one.requests, (1, many)), np.tile(one.capacity, (1, many)))
    capacity = start.extra.of(draws.capacity)
    capacity += np.repeat(np.array(levels, dtype=np.float64), RUNS)[None, :]
    world = begin(start.pipeline, orders, draws, random)
    kept = {name: Kept() for name in orders}
    plan = Plan(clear_at=asked.clear_at, only_clearance=True)
    watch = watcher(world, plan, kept, case_groups(start.pipeline))
    for _ in simulate(world, capacity):
        if not watch.look():
            break
    return {
        name: [float(part.mean()) for part in np.split(weeks > 0, many)]
        for name, weeks in watch.clear.items()
    }
