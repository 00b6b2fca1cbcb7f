"""The weeks behind: what came to each stage, what left it and what lay ready there, week by week."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ehcp_timeline.measure.forecast.arrays import NEVER, WEEK, Counts, Days, Flags, Rates
from ehcp_timeline.measure.forecast.standing import at_stage
from ehcp_timeline.measure.forecast.work import Work

LONGEST = 156
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
        ready: Cases in it for longer than that, at the start of each week.
        released: Share of the ready cases that leave in a week.
        lengths: How long those took that left it for the next stage in these weeks, in days, sorted.
    """

    name: str
    came: Counts
    left: Counts
    onward: float
    least: int
    ready: Counts
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
        stages: The stages, in order.
    """

    day: int
    weeks: int
    requests: Counts
    issued: Counts
    stages: tuple[StageFlow, ...]


def weeks_recorded(work: Work, day: int) -> int:
    """Return for how many whole weeks before a day the file holds what was closed as well as what is open.

    A file of cases open on some day and those closed since knows nothing of earlier closures: its weeks
    begin where the first hundredth of the closures lies.
    """
    closed = np.sort(work.done[work.done <= day])
    if not closed.size:
        return 0
    return int(day - closed[closed.size // 100] + 1) // WEEK


def history(work: Work, day: int, weeks: int) -> History:
    """Return the flows of so many whole weeks that end with a day."""
    started = work.start <= day
    return History(
        day=day,
        weeks=weeks,
        requests=weekly(work.start[started], day, weeks),
        issued=weekly(work.done[work.issued], day, weeks),
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


def _stage(work: Work, place: int, day: int, weeks: int) -> StageFlow:
    stage = work.timetable.stages[place]
    came, left, there = at_stage(work, place)
    came, left = came[there], left[there]
    forward = (work.ends[there, place] == left) & (left < NEVER)
    recent = (left > day - WEEK * weeks) & (left <= day)
    lengths = np.sort((left - came)[recent & forward & work.measured[there, place]])
    least = _least(lengths, stage.least)
    ready = ready_at(came, left, least, [day - WEEK * (weeks - week) for week in range(weeks)])
    leavers = weekly(left, day, weeks)
    return StageFlow(
        name=stage.name,
        came=weekly(came, day, weeks),
        left=leavers,
        onward=_share(forward, recent),
        least=least,
        ready=ready,
        released=min(_MOST_RELEASED, float(leavers.sum()) / max(1.0, float(ready.sum()))),
        lengths=lengths,
    )


def _least(lengths: Days, most: int) -> int:
    """Return the whole weeks that all but the fastest twentieth took, within what the timetable gives."""
    if lengths.size < _FEW:
        return most
    return int(min(most, max(1, np.percentile(lengths, _FASTEST, method="lower") // WEEK)))


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


def mean(values: Counts | Rates) -> float:
    """Return the mean a week; 0 of no weeks."""
    return float(values.mean()) if values.size else 0.0
