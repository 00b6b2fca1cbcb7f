"""The weeks behind: what came to each stage, what left it and what lay ready there, week by week."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import NEVER, WEEK, Counts, Days, Flags
from ehcp_timeline.commands.forecast.model.assessments import Caseload
from ehcp_timeline.commands.forecast.model.open_work import at_stage

LEAST_WEEKS = 13
_FASTEST = 5
_MOST_RELEASED = 0.95
_FEW = 10


@dataclass(frozen=True, slots=True)
class StageFlow:
    """One stage in the weeks behind.

    Attributes:
        name: The stage.
        came: Cases that came to it, for each week.
        left: Cases that left it, for the next stage or for good, for each week.
        onward: Share of those that left which went on to the next stage (of the last: plans issued).
        least: Shortest time in it that is not haste, in whole weeks.
        ready: Cases in it for at least that, at the start of each week.
        usual: Whole weeks after which cases leave one by one, if nobody there waits for hands.
        released: Share of the cases past these weeks that leave in a week.
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
    lengths: Days

    @property
    def weeks_of_work(self) -> float:
        """Weeks that the cases ready in the last quarter would take at the pace of all these weeks."""
        pace = float(self.left.mean()) if self.left.size else 0.0
        lately = float(self.ready[-LEAST_WEEKS:].mean()) if self.ready.size else 0.0
        return lately / pace if pace else (float("inf") if lately else 0.0)


@dataclass(frozen=True, slots=True)
class History:
    """The weeks behind a day.

    Attributes:
        day: The day, as a day number; the last week ends with it.
        weeks: How many whole weeks.
        requests: Requests, for each week.
        issued: Plans issued, for each week.
        closed: Assessments closed, by plan or otherwise, for each week.
        stages: The stages, in order.
    """

    day: int
    weeks: int
    requests: Counts
    issued: Counts
    closed: Counts
    stages: tuple[StageFlow, ...]

    def weeks_after(self, stage: int) -> int:
        """Return the whole weeks that the stages after this one take at least."""
        return sum(one.usual for one in self.stages[stage + 1 :])


def weeks_recorded(work: Caseload, day: int) -> int:
    """Return for how many whole weeks before a day the file holds what was closed as well as what is open.

    A file of cases open on some day and those closed since knows nothing of earlier closures: its weeks
    begin where the first hundredth of the closures lies.
    """
    closed = np.sort(work.done[work.done <= day])
    if not closed.size:
        return 0
    return int(day - closed[closed.size // 100] + 1) // WEEK


def history(work: Caseload, day: int, weeks: int) -> History:
    """Return the flows of so many whole weeks that end with a day."""
    started = work.start <= day
    return History(
        day=day,
        weeks=weeks,
        requests=weekly(work.start[started], day, weeks),
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


def _stage(work: Caseload, place: int, day: int, weeks: int) -> StageFlow:
    stage = work.timetable.stages[place]
    came, left, there = at_stage(work, place)
    came, left = came[there], left[there]
    forward = (work.ends[there, place] == left) & (left < NEVER)
    recent = (left > day - WEEK * weeks) & (left <= day)
    lengths = np.sort((left - came)[recent & forward & work.measured[there, place]])
    least, usual = _least(lengths, stage.least), _usual(came[recent], left[recent], day, stage.least)
    starts = [day - WEEK * (weeks - week) for week in range(weeks)]
    leavers = weekly(left, day, weeks)
    past_usual = float(ready_at(came, left, usual, starts).sum())
    return StageFlow(
        name=stage.name,
        came=weekly(came, day, weeks),
        left=leavers,
        onward=_share(forward, recent),
        least=least,
        ready=ready_at(came, left, least, starts),
        usual=usual,
        released=min(_MOST_RELEASED, float(leavers.sum()) / max(1.0, past_usual)),
        lengths=lengths,
    )


def _least(lengths: Days, most: int) -> int:
    """Return the whole weeks that all but the fastest twentieth took, within what the timetable gives."""
    if lengths.size < _FEW:
        return most
    return int(min(most, max(1, np.percentile(lengths, _FASTEST, method="lower") // WEEK)))


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


def _share(part: Flags, whole: Flags) -> float:
    total = int(np.count_nonzero(whole))
    return float(np.count_nonzero(part & whole)) / total if total else 1.0


def ready_at(came: Days, left: Days, least: int, starts: Sequence[int]) -> Counts:
    """Return how many cases could leave in each week: those that came at least `least` weeks before its end.

    Args:
        came: Day each case came to the stage.
        left: Day it left.
        least: Shortest time in the stage, in whole weeks, at least 1.
        starts: Day number on which each week starts; its cases are counted at the end of that day.

    >>> ready_at(np.array([0], dtype=np.int32), np.array([20], dtype=np.int32), 2, [0, 6, 7, 14, 20]).tolist()
    [0, 0, 1, 1, 0]
    """
    ripe = np.sort(came + WEEK * (least - 1))
    gone = np.sort(np.maximum(left, came + WEEK * (least - 1)))
    asked = np.asarray(starts)
    return (np.searchsorted(ripe, asked, "right") - np.searchsorted(gone, asked, "right")).astype(np.int64)
