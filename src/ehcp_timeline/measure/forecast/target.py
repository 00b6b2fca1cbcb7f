"""What a target date takes: the net rate by arithmetic, the capacity by simulation."""

import math
from collections.abc import Sequence
from datetime import date

import numpy as np

from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.forecast.outlook import orders_asked
from ehcp_timeline.measure.forecast.present import Pipeline, Present, present
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.reviews import ReviewOutlook
from ehcp_timeline.measure.forecast.simulate import Kept, Orders, Plan, simulate, start_of
from ehcp_timeline.measure.forecast.weeks import WEEK, draw
from ehcp_timeline.record import field, record, replace

RUNS = 250
_AT_ONCE = 4
_LEVELS = 16


@record(frozen=True, slots=True)
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


@record(frozen=True, slots=True)
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


def target_answer(
    asked: ForecastRequest, now: Present, reviews: ReviewOutlook | None, *, simulated: bool
) -> TargetAnswer | None:
    """Return what the target date takes; of a file that tells too little only the arithmetic."""
    if asked.target is None:
        return None
    clear_at = asked.clear_at or 0
    backlog = max(0, now.standing.overdue - clear_at)
    answer = TargetAnswer(asked.target, net_needed(backlog, asked.as_at, asked.target))
    if reviews is not None:
        # those decided within a year of the target fall due again after it; those before come on top
        late = net_needed(reviews.overdue, asked.as_at, asked.target)
        answer = replace(answer, reviews_per_week=late + reviews.due_per_week)
    if not simulated:
        return answer
    weeks, pace = (asked.target - asked.as_at).days // WEEK, now.past.stages[now.narrowest].pace
    needed = tuple(CapacityNeeded(name, None, None, None, None) for name in asked.policies)
    if weeks:
        line = start_of(present(now.work, now.standing.day, weeks, asked), asked.what_if)
        needed = capacity_needed(line, orders_asked(asked, now), pace, clear_at, asked.seed)
    first = next(order for order in needed if order.policy == asked.main_policy)
    return replace(answer, capacity_p50=first.capacity_p50, capacity_p85=first.capacity_p85, policies=needed)


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
    line: Pipeline, orders: Orders, pace: float, clear_at: int, seed: int
) -> tuple[CapacityNeeded, ...]:
    """Return how many cases a week more the narrowest stage needs to be clear in the weeks of a pipeline.

    `pace` is what it finishes a week now. All levels of capacity meet the same weeks to come. The first pass
    looks at sixteen levels between nothing and everything; the gap that the target lies in is then halved
    until it is one case a week.
    """
    plan = Plan(clear_at=clear_at, only_clearance=True)

    def clear(orders: Orders, levels: Sequence[int]) -> dict[str, list[float]]:
        """Return for each order the share of runs that are clear in time at each level of capacity."""
        random = np.random.Generator(np.random.PCG64([seed, RUNS]))
        requests, capacity = draw(line.drivers, RUNS, random)
        each, kept = (1, len(levels)), {name: Kept() for name in orders}
        more = np.tile(capacity, each) + np.repeat(np.array(levels, dtype=np.float64), RUNS)
        return {
            name: [float(part.mean()) for part in np.split(cleared > 0, len(levels))]
            for name, cleared in simulate(line, orders, np.tile(requests, each), more, plan, kept, random)
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

    most = math.ceil(line.at_start.sum() / line.weeks + 2 * line.drivers.requests.level) + 1
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
