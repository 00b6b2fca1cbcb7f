"""Stand at each past month, forecast, and hold the forecast against what happened, and against two baselines.

A forecast of a day that lies after the as-at date cannot be held against anything. So a percentile of the
clearance date is judged only where it lies in the past: then it held or did not, whatever came later. What
the backlog was 13 and 26 weeks on is always known.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import sqrt

import numpy as np

from ehcp_timeline.clock import months_on
from ehcp_timeline.measure.forecast.behind import naive_weeks
from ehcp_timeline.measure.forecast.caseload import Caseload, overdue_on
from ehcp_timeline.measure.forecast.days import WEEK, Share, day_number, day_of
from ehcp_timeline.measure.forecast.outlook import clear_week
from ehcp_timeline.measure.forecast.pace import LEAST_WEEKS, weeks_recorded
from ehcp_timeline.measure.forecast.present import LONGEST, Present, present
from ehcp_timeline.measure.forecast.request import OBSERVED, ForecastRequest
from ehcp_timeline.measure.forecast.simulate import Plan, run, start_of
from ehcp_timeline.measure.forecast.weeks import PERCENTS
from ehcp_timeline.measure.pace import percentile
from ehcp_timeline.record import Whole, record

RUNS = 500
MOST_MONTHS = 36
AHEAD = (13, 26)
_LEAST_MONTHS = 5
_RECORD_MONTHS = 15  # a year of them has a quarter ahead
CLEARANCE = "clearance"
SCORED = (CLEARANCE, *(f"overdue_{week}_weeks" for week in AHEAD))
STRAIGHT_LINE, THROUGHPUT = "straight_line", "backlog_over_throughput"
Hit = tuple[Sequence[bool | None], Sequence[float]]
"""Of one forecast: whether each percentile held, None if it cannot be judged; and by how many weeks its
median, the straight line and the throughput erred, where that is known."""


@record(frozen=True, slots=True)
class Standpoint:
    """One past day, when clearance was forecast then, and when it came.

    Attributes:
        p50_weeks: Weeks to clearance in half of the runs; null is later than the as-at date.
        actual_weeks: Week at whose end the backlog was clear; null if it was not by the as-at date.
    """

    day: date
    overdue: Whole
    p50_weeks: int | None
    p85_weeks: int | None
    p95_weeks: int | None
    actual_weeks: int | None


@record(frozen=True, slots=True)
class Percentiles:
    """One number for each percentile."""

    p50: float | None
    p85: float | None
    p95: float | None


@record(frozen=True, slots=True)
class BaselineScore:
    """How one way to forecast did: mean error in weeks, below zero too early or too few, and its size."""

    baseline: str
    bias_weeks: float | None
    error_weeks: float | None


@record(frozen=True, slots=True)
class Score:
    """How forecasts of one thing did.

    Attributes:
        what: `clearance`, `overdue_13_weeks` or `overdue_26_weeks`.
        forecasts: Standpoints at which it was forecast.
        judged: How many could be held against what came.
        coverage: The share of these that held; null of none.
        bias_weeks: Mean error of the median. Overdue cases are turned into weeks by the pace of the narrowest
            stage.
        baselines: How the baselines did, at the same standpoints.
        beats_baselines: Whether the median's error is smaller than that of each; null if none can be told.
    """

    what: str
    forecasts: Whole
    judged: Percentiles
    coverage: Percentiles
    bias_weeks: float | None
    error_weeks: float | None
    baselines: tuple[BaselineScore, ...]
    beats_baselines: bool | None


@record(frozen=True, slots=True)
class TrackRecord:
    """How often the P85 of the overdue cases 13 weeks on held, at the month-ends of the past year.

    Attributes:
        forecasts: Month-ends at which it was forecast.
        held: How often what came was no more.
        low: Least share that could hold as often in the long run, with 95% confidence.
        high: Largest share that could.
    """

    forecasts: Whole
    held: Whole
    low: Share
    high: Share


@record(frozen=True, slots=True)
class Backtest:
    """How past forecasts did."""

    forecasts: Whole
    scores: tuple[Score, ...]
    standpoints: tuple[Standpoint, ...]


def track_record(work: Caseload, asked: ForecastRequest) -> TrackRecord | None:
    """Return how often the past year's forecasts of the next quarter held; None where none can be scored."""
    score = backtest(work, asked, months=_RECORD_MONTHS, runs=100, most=min(AHEAD)).scores[1]
    held = round((score.coverage.p85 or 0) * (many := int(score.judged.p85 or 0)))
    return TrackRecord(many, held, *binomial_interval(held, many)) if many >= _LEAST_MONTHS else None


def binomial_interval(hits: int, many: int) -> tuple[float, float]:
    """Return the 95% interval of a share of which so many of so many were seen (Wilson 1927).

    >>> binomial_interval(5, 10)
    (0.237, 0.763)
    """
    share, z = hits / many, 1.96
    middle = (share + z * z / (2 * many)) / (1 + z * z / many)
    half = z / (1 + z * z / many) * sqrt(share * (1 - share) / many + z * z / (4 * many * many))
    return round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)


def backtest(
    work: Caseload, asked: ForecastRequest, *, months: int = MOST_MONTHS, runs: int = RUNS,
    most: int = LONGEST,
) -> Backtest:  # fmt: skip
    """Forecast at the end of each past month that had weeks enough behind it, and score what was said.

    It goes back so many months and looks ahead `most` weeks; what came after the as-at date is not known.
    """
    points, hits = [], dict[str, list[Hit]]((what, []) for what in SCORED)
    for day in reversed(month_ends(asked.as_at, months)):
        number = day_number(day)
        weeks = min(most, (day_number(asked.as_at) - number) // WEEK)
        if weeks < min(AHEAD) or weeks_recorded(work, number) < LEAST_WEEKS:
            continue
        now = present(work, number, weeks, asked)
        if now.standing.overdue > now.clear_at:
            point, found = standpoint(now, runs)
            points.append(point)
            for what, hit in found.items():
                hits[what].append(hit)
    return Backtest(len(points), tuple(score(what, hits[what]) for what in SCORED), tuple(points))


def month_ends(as_at: date, months: int = MOST_MONTHS) -> list[date]:
    """Return the last days of the months before a day, the newest first.

    >>> month_ends(date(2025, 3, 10))[:2]
    [datetime.date(2025, 2, 28), datetime.date(2025, 1, 31)]
    """
    first = as_at.replace(day=1)
    return [months_on(first, -back) - timedelta(days=1) for back in range(months)]


def standpoint(now: Present, runs: int) -> tuple[Standpoint, Mapping[str, Hit]]:
    """Forecast on a past day, and return what was said beside what came."""
    day, weeks, overdue = now.standing.day, now.pipeline.weeks, now.standing.overdue
    ahead = [week for week in AHEAD if week <= weeks]
    plan = Plan(moments=frozenset(ahead), clear_at=now.clear_at)
    kept = run(start_of(now), {OBSERVED: now.orders}, plan, runs, now.asked.seed)[OBSERVED]
    month_before = day_number(day_of(day).replace(day=1)) - 1
    change = (overdue - overdue_on(now.work, month_before)) / ((day - month_before) / WEEK)
    pace = now.past.stages[now.narrowest].pace
    said = [clear_week(kept.cleared, percent, weeks) for percent in PERCENTS]
    came = first_clear(now.work, day, weeks, now.clear_at)
    lines = naive_weeks(overdue, -change, 0.0), naive_weeks(overdue, pace, 0.0)
    hits = {CLEARANCE: date_hit(said, came, lines, weeks)}
    for week in ahead if pace > 0 else ():
        most = [percentile(kept.moments[week]["overdue"], percent) for percent in PERCENTS]
        left = max(0.0, overdue + change * week), max(0.0, overdue - pace * week)
        hits[f"overdue_{week}_weeks"] = count_hit(most, overdue_on(now.work, day + WEEK * week), left, pace)
    p50, p85, p95 = said
    return Standpoint(day_of(day), overdue, p50, p85, p95, came), hits


def date_hit(
    said: Sequence[int | None], came: int | None, baselines: Sequence[float | None], last: int
) -> Hit:
    """Return how weeks of clearance did that were said.

    None is never, or after the `last` week that is known; a baseline that says so is taken to say that week.
    """
    held = [None if week is None else came is not None and came <= week for week in said]
    if came is None or said[0] is None:
        return held, ()
    weeks = said[0], *(last if week is None else min(week, last) for week in baselines)
    return held, [float(week - came) for week in weeks]


def count_hit(said: Sequence[int], came: int, baselines: Sequence[float], pace: float) -> Hit:
    """Return how numbers of overdue cases did; an error is turned into weeks by the cases done a week."""
    return [came <= number for number in said], [(number - came) / pace for number in (said[0], *baselines)]


def first_clear(work: Caseload, day: int, weeks: int, clear_at: int) -> int | None:
    """Return the first of so many weeks from a day at whose end no more than `clear_at` were overdue."""
    clear = (week for week in range(1, weeks + 1) if overdue_on(work, day + WEEK * week) <= clear_at)
    return next(clear, None)


def score(what: str, hits: Sequence[Hit]) -> Score:
    """Return how forecasts of one thing did."""
    held = [[one for each, _ in hits if (one := each[place]) is not None] for place in range(len(PERCENTS))]
    errors = [errors for _, errors in hits if errors]
    mine, *rivals = (
        BaselineScore(name, *(round(float(part.mean()), 2) if errors else None for part in (off, abs(off))))
        for name, off in zip(("", STRAIGHT_LINE, THROUGHPUT), np.array(errors or [[0.0] * 3]).T, strict=True)
    )
    known = [one.error_weeks for one in (mine, *rivals) if one.error_weeks is not None]
    return Score(
        what=what,
        forecasts=len(hits),
        judged=Percentiles(*map(len, held)),
        coverage=Percentiles(*(round(float(np.mean(many)), 3) if many else None for many in held)),
        bias_weeks=mine.bias_weeks,
        error_weeks=mine.error_weeks,
        baselines=tuple(rivals),
        beats_baselines=known[0] < min(known[1:]) if known else None,
    )
