"""The weeks behind: what came to each stage, what left it and what lay ready there, and in which order."""

from collections.abc import Sequence

import numpy as np

from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.forecast.arrays import NEVER, WEEK, Counts, Days, Flags, mean
from ehcp_timeline.measure.forecast.caseload import Caseload
from ehcp_timeline.record import field, record

LEAST_WEEKS = 13
MOST_RELEASED = 0.95
_FASTEST = 5
_FEW = 10


@record(frozen=True, slots=True)
class StageFlow:
    """One stage in the weeks behind; an array has one number for each week.

    Attributes:
        came: Cases that came to it.
        left: Cases that left it, for the next stage or for good.
        onward: Share of those that left which went on to the next stage (of the last: plans issued).
        least: Shortest time in it that is not haste, in whole weeks.
        ready: Cases in it for at least that, at the start of each week.
        usual: Whole weeks after which cases leave one by one, if nobody there waits for hands.
        released: Share of the cases past these weeks that leave in a week.
        late: Cases in it for longer than the law's timetable gives it, at the start of each week.
        lengths: How long those took that left it for the next stage in these weeks, in days, sorted.
    """

    name: str
    came: Counts
    left: Counts
    onward: float
    least: int
    ready: Counts
    usual: int
    released: float
    late: Counts
    lengths: Days

    @property
    def pace(self) -> float:
        """Cases that left it a week."""
        return mean(self.left)

    def weeks_of(self, cases: Counts) -> float:
        """Return the weeks that its `ready` or `late` cases of the last quarter take at its pace."""
        lately = mean(cases[-LEAST_WEEKS:])
        return lately / self.pace if self.pace else (float("inf") if lately else 0.0)


@record(frozen=True, slots=True)
class History:
    """So many whole weeks, the last of which ends with a day (a day number); one number of each for each."""

    day: int
    weeks: int
    requests: Counts
    issued: Counts
    closed: Counts
    stages: tuple[StageFlow, ...]


def weeks_recorded(work: Caseload, day: int) -> int:
    """Return for how many whole weeks before a day the file holds what was closed as well as what is open.

    A file of cases open on some day and those closed since knows nothing of earlier closures: its weeks
    begin where the first hundredth of the closures lies.
    """
    closed = np.sort(work.done[work.done <= day])
    return int(day - closed[closed.size // 100] + 1) // WEEK if closed.size else 0


def history(work: Caseload, day: int, weeks: int) -> History:
    """Return the flows of so many whole weeks that end with a day."""
    return History(
        day=day,
        weeks=weeks,
        requests=weekly(work.start[work.start <= day], day, weeks),
        issued=weekly(work.done[work.issued], day, weeks),
        closed=weekly(work.done, day, weeks),
        stages=tuple(_stage(work, place, day, weeks) for place in range(len(work.timetable.stages))),
    )


def weekly(days: Days, day: int, weeks: int) -> Counts:
    """Return how many of the days lie in each of the weeks that end with `day`.

    >>> weekly(np.array([1, 7, 8, 14, 15], dtype=np.int32), 14, 2).tolist()
    [2, 2]
    """
    first = day - WEEK * weeks
    inside = days[(days > first) & (days <= day)]
    return np.bincount((inside - first - 1) // WEEK, minlength=weeks).astype(np.int64)


def _at_stage(work: Caseload, stage: int) -> tuple[Days, Days, Flags]:
    """Return the day each assessment came to a stage and left it, and whether it came there at all."""
    came = work.start if stage == 0 else work.ends[:, stage - 1]
    return came, np.minimum(work.ends[:, stage], work.done), came < work.done


def _stage(work: Caseload, place: int, day: int, weeks: int) -> StageFlow:
    stage = work.timetable.stages[place]
    came, left, there = _at_stage(work, place)
    came, left = came[there], left[there]
    forward = (work.ends[there, place] == left) & (left < NEVER)
    recent = (left > day - WEEK * weeks) & (left <= day)
    lengths = np.sort((left - came)[recent & forward & work.measured[there, place]])
    least = stage.least
    if lengths.size >= _FEW:  # all but the fastest twentieth took longer
        fastest = np.percentile(lengths, _FASTEST, method="lower") // WEEK
        least = int(min(least, max(1, fastest)))
    usual = _usual(came[recent], left[recent], day, stage.least)
    starts = [day - WEEK * (weeks - week) for week in range(weeks)]
    leavers = weekly(left, day, weeks)
    past_usual = float(ready_at(came, left, usual, starts).sum())
    gone, went_on = int(np.count_nonzero(recent)), int(np.count_nonzero(forward & recent))
    return StageFlow(
        name=stage.name,
        came=weekly(came, day, weeks),
        left=leavers,
        onward=went_on / gone if gone else 1.0,
        least=least,
        ready=ready_at(came, left, least, starts),
        usual=usual,
        released=min(MOST_RELEASED, float(leavers.sum()) / max(1.0, past_usual)),
        late=ready_at(came, left, stage.weeks + 1, starts),
        lengths=lengths,
    )


def _usual(came: Days, left: Days, day: int, otherwise: int) -> int:
    """Return m of the lengths m + G in weeks that have the mean and the variance of those seen.

    G is geometric: after m weeks every case leaves with the same chance a week. A variance V gives that
    chance h by V = (1 - h) / h^2, and the mean then gives m. Lengths count from week to week, not in days,
    as the simulation counts them.
    """
    if came.size < _FEW:
        return otherwise
    lengths = (left - day - 1) // WEEK - (came - day - 1) // WEEK
    variance = max(0.01, float(lengths.var()))
    chance = (np.sqrt(1 + 4 * variance) - 1) / (2 * variance)
    return max(1, round(float(lengths.mean() - (1 - chance) / chance)))


def ready_at(came: Days, left: Days, least: int, starts: Sequence[int]) -> Counts:
    """Return how many cases could leave in each week: those that came at least `least` weeks before its end.

    Cases are counted at the end of the day on which a week starts; `least` is at least 1.

    >>> ready_at(np.array([0], dtype=np.int32), np.array([20], dtype=np.int32), 2, [0, 6, 7, 14, 20]).tolist()
    [0, 0, 1, 1, 0]
    """
    ripe = np.sort(came + WEEK * (least - 1))
    gone = np.sort(np.maximum(left, came + WEEK * (least - 1)))
    asked = np.asarray(starts)
    return (np.searchsorted(ripe, asked, "right") - np.searchsorted(gone, asked, "right")).astype(np.int64)


@record(frozen=True, slots=True)
class WorkOrder:
    """How the places of one week are shared out; the three shares add up to 1.

    Attributes:
        oldest: Share that goes to the cases due the longest ago.
        in_time: Share that goes to those that can still become plans in time, the earliest due first; what
            they leave over goes to the oldest.
        spread: Share that is spread over all cases that are ready, whatever their age.
    """

    oldest: float = field(metadata=decimals(3))
    in_time: float = field(metadata=decimals(3))
    spread: float = field(metadata=decimals(3))


OLDEST_FIRST = WorkOrder(1, 0, 0)
IN_TIME_FIRST = WorkOrder(0, 1, 0)


def split(oldest: float) -> WorkOrder:
    """Return the order that keeps a share of the places for the oldest and the rest for those in time."""
    return WorkOrder(oldest, 1 - oldest, 0)


def observed_order(work: Caseload, past: History, stage: int) -> WorkOrder:
    """Return the order in which a stage took its cases in the weeks behind."""
    came, left, there = _at_stage(work, stage)
    last_chance = work.due[there] - WEEK * sum(flow.usual for flow in past.stages[stage + 1 :])
    ready = came[there] + WEEK * (past.stages[stage].least - 1)
    return order_taken(last_chance, ready, left[there], past.day, past.weeks)


def order_taken(due: Days, ready: Days, left: Days, day: int, weeks: int) -> WorkOrder:
    """Return the order in which cases were taken in so many weeks that end with a day.

    In a week in which n cases left, the n oldest of those ready are what oldest-first would have taken, and
    the n earliest due still in time what in-time-first would have. How many of each left, and how many chance
    would have taken of them, gives the shares. Weeks in which both rules ask for the same
    cases tell nothing and are left out; where none tell anything, the order is taken to be oldest first.
    A case can be taken from the day it is `ready`, in time until the day it is `due`, and `left` when taken.
    """
    gone = by_chance = of_oldest = of_in_time = 0.0
    for week in range(weeks):
        start = day - WEEK * (weeks - week)
        there = (ready <= start) & (left > start)
        dues, taken = due[there], left[there] <= start + WEEK
        many = int(np.count_nonzero(taken))
        oldest = np.argsort(dues, kind="stable")[:many]
        in_time = np.argsort(np.where(dues >= start, dues, np.iinfo(np.int32).max), kind="stable")[:many]
        if many and 2 * np.intersect1d(oldest, in_time).size <= many:
            gone += many
            by_chance += many * many / dues.size
            of_oldest += int(taken[oldest].sum())
            of_in_time += int(taken[in_time].sum())
    # Of the cases a rule asks for, those leave that the rule sent, and by chance some of those that no rule
    # sent: `of_oldest = oldest * gone + spread * by_chance`, and in time alike. The shares add up to 1.
    if gone == 0:
        return OLDEST_FIRST
    if gone <= 2 * by_chance:
        return WorkOrder(0, 0, 1)
    by_rule = (of_oldest + of_in_time - 2 * by_chance) / (gone - 2 * by_chance)
    spread = 1 - min(1.0, max(0.0, by_rule))
    oldest_share, in_time_share = (
        max(0.0, number - spread * by_chance) for number in (of_oldest, of_in_time)
    )
    share = (1 - spread) / max(1e-9, oldest_share + in_time_share)
    return WorkOrder(oldest_share * share, in_time_share * share, spread)
