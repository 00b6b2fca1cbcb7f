"""The arithmetic of one queue: five forms, each with its source, its units and a worked example.

Source: the forms of the R package NHSRwaitinglist, after N. J. Fong and others, "An approach to managing
waiting lists" (2022, doi:10.1101/2022.08.23.22279117). D is demand and C capacity, both in cases a week; Q
is the queue, in cases; T is the target wait, in weeks; F is the target wait over the mean wait.

They hold for one queue in which cases wait for hands. The twenty weeks are no such queue: most of them are
time that the law gives to other people. So each form is asked about one stage, and `apply_forms` says in
words why a form that does not apply does not.
"""

import math
from dataclasses import dataclass

FACTOR = 4.0
RELIEF_WEEKS = 26


def factor_for(share: float) -> float:
    """Return F such that this share of waits is shorter than the target, if waits are exponential.

    The mean wait must then be T / F with F = -ln(1 - share). F = 4 keeps about 98% inside the target.

    Args:
        share: Share of waits inside the target, from 0 to less than 1.

    >>> round(factor_for(0.98), 3), round(factor_for(0.85), 3)
    (3.912, 1.897)
    """
    return -math.log1p(-share)


def load(demand: float, capacity: float) -> float:
    """Return D / C: at 1 or more the queue grows without end. Without capacity it is infinite.

    Args:
        demand: Cases that come a week.
        capacity: Cases that can be finished a week.

    >>> load(30, 40), load(30, 0)
    (0.75, inf)
    """
    return demand / capacity if capacity > 0 else math.inf


def target_queue(demand: float, target_weeks: float, factor: float = FACTOR) -> float:
    """Return D * T / F, the queue in cases at which the target wait is kept (Little's law).

    >>> target_queue(30, 52)
    390.0
    """
    return demand * target_weeks / factor


def relief_capacity(demand: float, queue: float, aim: float, weeks: float = RELIEF_WEEKS) -> float:
    """Return D + (Q - aim) / t, the cases a week that bring the queue to `aim` in `weeks`.

    Arrivals are never left out: without D the queue would stand still at best.
    Applies where the queue is more than twice the target queue.

    Args:
        demand: Cases that come a week.
        queue: Cases that wait now.
        aim: The queue to get to, in cases; see `target_queue`.
        weeks: Weeks to get there in.

    >>> round(relief_capacity(30, 1200, 390), 2)
    61.15
    """
    return demand + (queue - aim) / weeks


def target_capacity(
    demand: float, target_weeks: float, factor: float = FACTOR, cv_demand: float = 1, cv_capacity: float = 1
) -> float:
    """Return D + ((cv_d^2 + cv_c^2) / 2) * F / T, the cases a week that keep the target wait for good.

    Kingman's formula. The published text of its R function leaves out the division by 2 that its code has.

    Args:
        demand: Cases that come a week.
        target_weeks: The target wait.
        factor: Target wait over mean wait.
        cv_demand: Coefficient of variation of the time between arrivals; 1 is chance alone.
        cv_capacity: The same of the time between completions.

    >>> round(target_capacity(30, 52), 3)
    30.077
    """
    return demand + (cv_demand**2 + cv_capacity**2) / 2 * factor / target_weeks


def pressure(mean_wait: float, target_weeks: float) -> float:
    """Return twice the mean wait over the target wait: above 1 the target is most likely missed.

    Args:
        mean_wait: Mean wait in weeks.
        target_weeks: The target wait in weeks.

    >>> round(pressure(63, 52), 3)
    2.423
    """
    return 2 * mean_wait / target_weeks


@dataclass(frozen=True, slots=True)
class Queue:
    """One stage as a queue.

    Attributes:
        demand: Cases that come a week.
        capacity: Cases that are finished a week.
        waiting: Cases that wait for hands now.
        mean_wait: Mean wait for hands of those that wait now, in weeks.
        target_weeks: Weeks that the law's own timetable leaves for the stage.
        whole: Whether this is the whole way from request to plan and not one stage of it.
    """

    demand: float
    capacity: float
    waiting: float
    mean_wait: float
    target_weeks: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Forms:
    """What the five forms give for one stage; None where a form does not apply, and `why` says why."""

    load: float | None
    target_queue: float | None
    relief_capacity: float | None
    target_capacity: float | None
    pressure: float | None
    why: tuple[str, ...]


def apply_forms(queue: Queue, factor: float = FACTOR) -> Forms:
    """Return the five forms for one stage, each only where it applies.

    >>> apply_forms(Queue(30, 31, 500, 16, 52)).why
    ('relief capacity: the queue of 500 is not more than twice its target of 390',)
    >>> apply_forms(Queue(30, 31, 500, 16, 20, whole=True)).load is None
    True
    """
    if queue.whole:
        return _none("these forms are for one stage's queue; the file has no dates of single stages")
    if queue.demand <= 0:
        return _none("nothing came to this stage in the weeks looked at")
    if queue.target_weeks <= 0:
        return _none("the law's timetable leaves this stage no weeks of its own")
    aim = target_queue(queue.demand, queue.target_weeks, factor)
    too_long = queue.waiting > 2 * aim
    why = [] if too_long else [_short_queue(queue.waiting, aim)]
    if queue.capacity <= queue.demand:
        why.append("target queue: it can be kept only where more is finished than comes in")
    return Forms(
        load=load(queue.demand, queue.capacity),
        target_queue=aim,
        relief_capacity=relief_capacity(queue.demand, queue.waiting, aim) if too_long else None,
        target_capacity=target_capacity(queue.demand, queue.target_weeks, factor),
        pressure=pressure(queue.mean_wait, queue.target_weeks),
        why=tuple(why),
    )


def _none(why: str) -> Forms:
    return Forms(None, None, None, None, None, (why,))


def _short_queue(waiting: float, aim: float) -> str:
    return f"relief capacity: the queue of {waiting:,.0f} is not more than twice its target of {aim:,.0f}"
