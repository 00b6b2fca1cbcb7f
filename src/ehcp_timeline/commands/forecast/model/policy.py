"""In which order the narrowest stage took its cases in the weeks behind."""

from dataclasses import dataclass

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, Days, Flags, Rates
from ehcp_timeline.commands.forecast.model.assessments import Caseload
from ehcp_timeline.commands.forecast.model.history import History
from ehcp_timeline.commands.forecast.model.open_work import at_stage


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """How the places of one week are shared out; the three shares add up to 1.

    Attributes:
        oldest: Share that goes to the cases due the longest ago.
        in_time: Share that goes to those that can still become plans in time, the earliest due first; what
            they leave over goes to the oldest.
        spread: Share that is spread over all cases that are ready, whatever their age.
    """

    oldest: float
    in_time: float
    spread: float


OLDEST_FIRST = WorkOrder(1, 0, 0)
IN_TIME_FIRST = WorkOrder(0, 1, 0)


def split(oldest: float) -> WorkOrder:
    """Return the order that keeps a share of the places for the oldest and the rest for those in time."""
    return WorkOrder(oldest, 1 - oldest, 0)


def observed_order(work: Caseload, past: History, stage: int) -> WorkOrder:
    """Return the order in which a stage took its cases in the weeks behind.

    In a week in which n cases left, the n oldest of those ready are what oldest-first would have taken, and
    the n earliest due still in time what in-time-first would have. How many of each left, and how many chance
    would have taken of them, gives the shares. Weeks in which both rules ask for the same
    cases tell nothing and are left out; where none tell anything, the order is taken to be oldest first.
    """
    came, left, there = at_stage(work, stage)
    last_chance = work.due[there] - WEEK * past.weeks_after(stage)
    ready = came[there] + WEEK * (past.stages[stage].least - 1)
    return order_taken(last_chance, ready, left[there], past.day, past.weeks)


def order_taken(due: Days, ready: Days, left: Days, day: int, weeks: int) -> WorkOrder:
    """Return the order in which cases were taken in the weeks that end with a day.

    Args:
        due: Day until which each case could be taken in time.
        ready: Day from which it could be taken.
        left: Day it was taken.
        day: Day number with which the last week ends.
        weeks: How many weeks.
    """
    told = np.zeros(4)
    for week in range(weeks):
        start = day - WEEK * (weeks - week)
        there = (ready <= start) & (left > start)
        told += _told(due[there], left[there] <= start + WEEK, start)
    return _shares(*(float(number) for number in told))


def _told(due: Days, gone: Flags, start: int) -> Rates:
    """Return what one week tells: cases gone, of these by chance, of the oldest, of the earliest in time."""
    many = int(np.count_nonzero(gone))
    oldest = np.argsort(due, kind="stable")[:many]
    in_time = np.argsort(np.where(due >= start, due, np.iinfo(np.int32).max), kind="stable")[:many]
    same = np.intersect1d(oldest, in_time).size
    if many == 0 or 2 * same > many:
        return np.zeros(4)
    return np.array([many, many * many / due.size, gone[oldest].sum(), gone[in_time].sum()])


def _shares(gone: float, by_chance: float, of_oldest: float, of_in_time: float) -> WorkOrder:
    """Return the shares that these counts stand for.

    Of the cases a rule asks for, those leave that the rule sent, and by chance some of those that no rule
    sent: `of_oldest = oldest * gone + spread * by_chance`, and in time alike. The three shares add up to 1.
    """
    if gone == 0:
        return OLDEST_FIRST
    if gone <= 2 * by_chance:
        return WorkOrder(0, 0, 1)
    by_rule = (of_oldest + of_in_time - 2 * by_chance) / (gone - 2 * by_chance)
    spread = 1 - min(1.0, max(0.0, by_rule))
    oldest, in_time = (max(0.0, one - spread * by_chance) for one in (of_oldest, of_in_time))
    share = (1 - spread) / max(1e-9, oldest + in_time)
    return WorkOrder(oldest * share, in_time * share, spread)
