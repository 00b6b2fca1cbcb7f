"""The pace of the weeks behind: what came to each stage and left it week by week, and what of it moved."""

from collections.abc import Collection, Sequence
from datetime import date
from math import ceil
from typing import Literal

import numpy as np

from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.forecast.caseload import Caseload
from ehcp_timeline.measure.forecast.days import NEVER, WEEK, YEAR, Counts, Days, Flags, Rates, day_of, mean
from ehcp_timeline.measure.forecast.weeks import factors, kinds_of_weeks
from ehcp_timeline.measure.pace import percentile
from ehcp_timeline.measure.terms import SchoolDays
from ehcp_timeline.record import field, record

LEAST_WEEKS = 13
MOST_RELEASED = 0.95
RECENT_WEEKS = 8
CRITICAL = 12.35
"""Weeks that resemble only their neighbours give more than this once in a hundred times."""
NAMED = 1.5 * CRITICAL
"""A larger F is named: a good or bad spell of months varies more than neighbouring weeks show."""
REQUESTS = "requests"
_CRITICAL_THERE = 3.84  # chi-squared with one degree of freedom, 5%
_LEAST_CHANGE_WEEKS = 26
_END = 0.15
_LAGS = 4  # weeks for which one week's chance is felt
_QUARTER = 13
_MATERIAL = 4 / 3  # smaller changes are within what the drawn weeks allow for
_FASTEST = 5
_LENGTHS = 10


@record(frozen=True, slots=True)
class StageFlow:
    """One stage in the weeks behind; an array has one number for each week.

    Attributes:
        onward: Share of those that left which went on to the next stage (of the last: plans issued).
        least: Shortest time in it that is not haste, in whole weeks.
        ready: Cases in it for at least that, at the start of each week.
        usual: Whole weeks after which cases leave one by one, if nobody there waits for hands.
        released: Share of the cases past these weeks that leave in a week.
        late: Cases in it for longer than the law's timetable gives it, at the start of each week.
        lengths: Days that those took which left it for the next stage in these weeks, sorted.
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
    """So many whole weeks, the last of which ends with a day (a day number); one number of each for each.

    `kinds` says of what kind each is, ordinary or of a season.
    """

    day: int
    weeks: int
    kinds: Sequence[int]
    requests: Counts
    issued: Counts
    closed: Counts
    stages: tuple[StageFlow, ...]


def weeks_recorded(work: Caseload, day: int) -> int:
    """Return for how many whole weeks before a day the file holds what was closed as well as what is open.

    A file of what was open on some day and closed since has few earlier closures: a hundredth is left out.
    """
    closed = np.sort(work.done[work.done <= day])
    return int(day - closed[closed.size // 100] + 1) // WEEK if closed.size else 0


def history(work: Caseload, day: int, weeks: int, closures: Sequence[SchoolDays] = ()) -> History:
    """Return the flows of so many whole weeks that end with a day."""
    return History(
        day=day,
        weeks=weeks,
        kinds=kinds_of_weeks(day - WEEK * weeks, weeks, closures),
        requests=weekly(work.start, day, weeks),
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


def at_stage(work: Caseload, stage: int) -> tuple[Days, Days, Flags]:
    """Return the day each assessment came to a stage and left it, and whether it came there at all."""
    came = work.start if stage == 0 else work.ends[:, stage - 1]
    return came, np.minimum(work.ends[:, stage], work.done), came < work.done


def _stage(work: Caseload, place: int, day: int, weeks: int) -> StageFlow:
    stage = work.timetable.stages[place]
    came, left, there = at_stage(work, place)
    came, left = came[there], left[there]
    forward = (work.ends[there, place] == left) & (left < NEVER)
    recent = (left > day - WEEK * weeks) & (left <= day)
    lengths = np.sort((left - came)[recent & forward & work.measured[there, place]])
    least = stage.least
    if lengths.size >= _LENGTHS:  # all but the fastest twentieth took longer
        fastest = percentile(lengths, _FASTEST) // WEEK
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

    G is geometric: after m weeks every case leaves with the same chance h a week. A variance V gives
    V = (1 - h) / h^2, and the mean then gives m. Lengths count from week to week, as in the simulation.
    """
    if came.size < _LENGTHS:
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
class PaceChange:
    """A change in the weekly numbers of the weeks behind.

    Attributes:
        what: `requests`, or the stage that finished more or fewer cases.
        kind: `break` from one week to the next, or `trend` over all of the weeks.
        since: First day after the break; of a trend, the first day of the weeks.
        before_per_week: Mean before the break; of a trend, of the first 13 weeks. Seasons are evened out.
        after_per_week: Mean from the break on; of a trend, of the last 13 weeks.
        statistic: The largest F; neighbouring weeks alone give more than 12.35 once in a hundred times, and
            more than 18.5 is named.
    """

    what: str
    kind: Literal["break", "trend"]
    since: date
    before_per_week: float = field(metadata=decimals(1))
    after_per_week: float = field(metadata=decimals(1))
    statistic: float = field(metadata=decimals(1))


def pace_changes(behind: History, weeks: int, stages: Collection[int]) -> tuple[PaceChange, ...]:
    """Return what moved more than chance explains: requests, and what these stages finished.

    The last so many of the weeks behind are looked at; those before them say what comes every year. Where
    nobody waits for hands a stage has no pace of its own: what leaves it is what came weeks before. So the
    stages are those at which cases wait.
    Every place where the weeks could be parted in two is tried, and the largest difference of means is held
    against chance (sup-F). Source of the critical value: D. W. K. Andrews, "Tests for parameter instability
    and structural change with unknown change point", Econometrica 61 (1993), 821-856, table I: one parameter,
    15% left at either end.
    """
    changes, kinds = [], behind.kinds[-weeks:]
    paced = ((behind.stages[place].name, behind.stages[place].left) for place in stages)
    for what, counts in ((REQUESTS, behind.requests), *paced):
        long = counts.astype(np.float64)
        values = long[-weeks:]
        even = values / factors(values, kinds)[kinds]
        change = largest_change(even) if values.any() else None
        if change is None or change[1] <= NAMED or comes_every_year(long, weeks, change[0]):
            continue
        place, statistic, is_trend = change
        first, last = (even[:_QUARTER], even[-_QUARTER:]) if is_trend else (even[:place], even[place:])
        since = day_of(behind.day - WEEK * (weeks - (0 if is_trend else place)) + 1)
        before, after = float(first.mean()), float(last.mean())
        if max(before, after) >= _MATERIAL * min(before, after):
            kind: Literal["break", "trend"] = "trend" if is_trend else "break"
            changes.append(PaceChange(what, kind, since, before, after, statistic))
    return tuple(changes)


def comes_every_year(values: Rates, weeks: int, place: int) -> bool:
    """Return whether a change in the last so many weeks may be a season: it came a year before as well.

    The weeks a year before changed the same way at the same place, and once they are taken off, scaled to the
    same sum, what is left of the change is within chance (5 in 100). False where less than eight weeks on
    either side have one a year before.

    >>> season = np.tile(np.repeat([20.0, 10.0], 26), 2)
    >>> comes_every_year(season, 52, 26), comes_every_year(np.repeat([20.0, 10.0], [78, 26]), 52, 26)
    (True, False)
    """
    both = min(weeks, values.size - YEAR)
    place -= weeks - both
    if min(place, both - place) < RECENT_WEEKS:
        return False
    here, before = values[-both:], values[-both - YEAR : -YEAR]
    now, _ = _step(here, place, here.mean())
    then, _ = _step(before, place, before.mean())
    rest, left = _step(here - before * here.sum() / max(1.0, before.sum()), place, 2 * here.mean())
    return then * now > 0 and (left <= _CRITICAL_THERE or rest * now <= 0)


def largest_change(values: Rates) -> tuple[int, float, bool] | None:
    """Return where weekly numbers change most, its F, and whether a trend fits better; None of too few weeks.

    >>> place, statistic, is_trend = largest_change(np.repeat([10.0, 30.0], [30, 22]))
    >>> place, statistic > CRITICAL, is_trend
    (30, True, False)
    >>> largest_change(np.full(52, 10.0))[1]
    0.0
    """
    weeks = values.size
    if weeks < _LEAST_CHANGE_WEEKS:
        return None
    least = max(RECENT_WEEKS, ceil(_END * weeks))
    places = np.arange(least, weeks - least + 1)
    before = values.cumsum()[places - 1] / places
    after = (values.sum() - before * places) / (weeks - places)
    gaps = (after - before) ** 2 * places * (weeks - places) / weeks
    best = int(gaps.argmax())
    number, place = np.arange(weeks), int(places[best])
    step = values - np.where(number < place, before[best], after[best])
    line = values - np.polyval(np.polyfit(number, values, 1), number)
    return place, _step(values, place, values.mean())[1], bool(line @ line < step @ step)


def _step(values: Rates, place: int, least: float) -> tuple[float, float]:
    """Return by how much the mean of weekly numbers changes at a place, and the F of that.

    Weeks resemble their neighbours (Bartlett weights), and counts vary by chance by `least` at least.
    """
    before, after = values[:place], values[place:]
    step, weeks = float(after.mean() - before.mean()), values.size
    rest = np.concatenate([before - before.mean(), after - after.mean()])
    spread = rest @ rest / weeks
    for lag in range(1, _LAGS + 1):
        spread += 2 * (1 - lag / (_LAGS + 1)) * (rest[lag:] @ rest[:-lag]) / weeks
    return step, float(step**2 * place * (weeks - place) / weeks / max(spread, least, 1e-9))
