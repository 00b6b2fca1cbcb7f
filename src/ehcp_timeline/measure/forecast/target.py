"""What a target date takes: the net rate by arithmetic, the capacity by simulation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.forecast.arrays import WEEK, YEAR, Rates
from ehcp_timeline.measure.forecast.simulate import Kept, Orders, Plan, Start, simulate
from ehcp_timeline.measure.forecast.weeks import draw

RUNS = 250
_AT_ONCE = 4
_LEVELS = 16


@dataclass(frozen=True, slots=True)
class CapacityNeeded:
    """Capacity of the narrowest stage that a target takes, under one order of work.

    Attributes:
        more_p50: Cases a week more, a what-if on top, that half of the runs need; null: no number is enough.
        more_p85: The same for 85% of the runs.
        capacity_p50: Cases a week in all that half of the runs need, a what-if not counted.
        capacity_p85: The same for 85% of the runs.
    """

    policy: str
    more_p50: int | None
    more_p85: int | None
    capacity_p50: float | None = field(metadata=decimals(2))
    capacity_p85: float | None = field(metadata=decimals(2))


@dataclass(frozen=True, slots=True)
class TargetAnswer:
    """What a target date takes.

    Attributes:
        needed_per_week: By how many a week the backlog must fall, net.
        reviews_per_week: Reviews to be decided a week, at least.
        capacity_p50: Under the observed order of work, or the first one that was asked for.
    """

    date: date
    needed_per_week: float = field(metadata=decimals(2))
    reviews_per_week: float | None = field(default=None, metadata=decimals(2))
    capacity_p50: float | None = field(default=None, metadata=decimals(2))
    capacity_p85: float | None = field(default=None, metadata=decimals(2))
    policies: tuple[CapacityNeeded, ...] = ()


def net_needed(backlog: float, start: date, target: date) -> float:
    """Return by how many a week a backlog, counted on `start`, must fall to be gone on the target day.

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


def capacity_needed(
    start: Start, orders: Orders, weeks: int, pace: float, clear_at: int, seed: int
) -> tuple[CapacityNeeded, ...]:
    """Return how many cases a week more the narrowest stage needs to be clear in so many weeks.

    `pace` is what it finishes a week now. All levels of capacity meet the same weeks to come. The first pass
    looks at sixteen levels between nothing and everything; the gap that the target lies in is then halved
    until it is one case a week.
    """
    if weeks < 1:
        return tuple(CapacityNeeded(name, None, None, None, None) for name in orders)
    start = _until(start, weeks)
    plan = Plan(clear_at=clear_at, only_clearance=True)

    def clear(orders: Orders, levels: Sequence[int]) -> dict[str, list[float]]:
        """Return for each order the share of runs that are clear in time at each level of capacity."""
        random = np.random.Generator(np.random.PCG64([seed, RUNS]))
        drawn = draw(start.drivers, RUNS, random)
        many, kept = len(levels), {name: Kept() for name in orders}
        requests = np.tile(drawn.requests, (1, many))
        more = np.repeat(np.array(levels, dtype=np.float64), RUNS)
        capacity = start.capacity(np.tile(drawn.capacity, (1, many))) + more
        return {
            name: [float(part.mean()) for part in np.split(cleared > 0, many)]
            for name, cleared in simulate(start.pipeline, orders, requests, capacity, plan, kept, random)
        }

    def least(orders: Orders, shares: Sequence[float], aim: float) -> int | None:
        """Return the least number of cases a week more with which the aimed share of runs is clear."""
        upper = next((place for place, share in enumerate(shares) if share >= aim), None)
        if upper is None:
            return None
        low, high = levels[max(0, upper - 1)], levels[upper]
        while high - low > 1:
            middle = (low + high) // 2
            ((share,),) = clear(orders, [middle]).values()
            low, high = (low, middle) if share >= aim else (middle, high)
        return high

    most = math.ceil(start.pipeline.at_start.sum() / weeks + 2 * start.drivers.requests.level) + 1
    levels: list[int] = sorted({round(most * level / (_LEVELS - 1)) for level in range(_LEVELS)})
    shares: dict[str, list[float]] = {name: [] for name in orders}
    for first in range(0, len(levels), _AT_ONCE):
        for name, cleared in clear(orders, levels[first : first + _AT_ONCE]).items():
            shares[name] += cleared
    needed = []
    for name, order in orders.items():
        more = [least({name: order}, shares[name], aim) for aim in (0.5, 0.85)]
        needed.append(CapacityNeeded(name, *more, *(None if add is None else pace + add for add in more)))
    return tuple(needed)


def _until(start: Start, weeks: int) -> Start:
    """Return a start that looks no further than the target; beyond its weeks the last one's extra goes on."""
    pipeline, requests, capacity = start.pipeline, start.drivers.requests, start.drivers.capacity
    rows = pipeline.due_weeks
    if weeks > pipeline.weeks:
        rows = np.union1d(rows, np.arange(1, weeks + 1) + pipeline.to_due).astype(np.int32)
    moved = np.searchsorted(rows, pipeline.due_weeks)
    in_hand = tuple(replace(group, row=int(moved[group.row])) for group in pipeline.in_hand)
    return replace(
        start,
        pipeline=replace(pipeline, weeks=weeks, due_weeks=rows, in_hand=in_hand),
        drivers=replace(
            start.drivers,
            requests=replace(requests, season=_cut(requests.season, weeks)),
            capacity=replace(capacity, season=_cut(capacity.season, weeks)),
        ),
        more=_cut(start.more, weeks),
    )


def _cut(values: Rates, weeks: int) -> Rates:
    """Return the first so many weeks; where there are fewer, the last year of them again and again."""
    if values.size >= weeks:
        return values[:weeks]
    return np.concatenate([values, np.resize(values[-YEAR:], weeks - values.size)])
