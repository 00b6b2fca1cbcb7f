"""Stand at each past month, forecast, and hold the forecast against what happened, and against two baselines.

A forecast of a day that lies after the as-at date cannot be held against anything. So a percentile of the
clearance date is judged only where it lies in the past: then it held or did not, whatever came later. What
the backlog was 13 and 26 weeks on is always known.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from math import sqrt

import numpy as np

from ehcp_timeline.clock import months_on
from ehcp_timeline.measure.answer import NOT_IN_JSON
from ehcp_timeline.measure.forecast.behind import naive_weeks
from ehcp_timeline.measure.forecast.caseload import Caseload, overdue_on
from ehcp_timeline.measure.forecast.outlook import clear_week
from ehcp_timeline.measure.forecast.present import LEAST_WEEKS, LONGEST, Present, present, weeks_recorded
from ehcp_timeline.measure.forecast.request import OBSERVED, ForecastRequest
from ehcp_timeline.measure.forecast.simulate import Plan, run, start_of
from ehcp_timeline.measure.forecast.weeks import SHARES, WEEK, Share, day_number, day_of
from ehcp_timeline.record import Whole, field, record

RUNS = 500
MOST_MONTHS = 36
AHEAD = (13, 26)
_LEAST_MONTHS = 5
_RECORD_MONTHS = 15  # a year of them has a quarter ahead
CLEARANCE = "clearance"
STRAIGHT_LINE, THROUGHPUT = "straight_line", "backlog_over_throughput"


@record(frozen=True, slots=True)
class Standpoint:
    """One past day, what was forecast then, and what came.

    Attributes:
        p50_weeks: Weeks to clearance in half of the runs; null is later than the as-at date.
        actual_weeks: Week at whose end the backlog was clear; null if it was not by the as-at date.
        pace: Cases that the narrowest stage finished a week before it.
        weeks: Whole weeks from it to the as-at date.
        line: Week of clearance by the straight line of the last two monthly counts; None is never.
        throughput: Week of clearance by backlog over mean throughput.
        counts: Weeks ahead to percentiles of the overdue cases then, and to what each baseline said.
        came: Weeks ahead to the overdue cases that there were.
    """

    day: date
    overdue: Whole
    p50_weeks: int | None
    p85_weeks: int | None
    p95_weeks: int | None
    actual_weeks: int | None
    pace: float = field(metadata=NOT_IN_JSON)
    weeks: int = field(metadata=NOT_IN_JSON)
    line: float | None = field(metadata=NOT_IN_JSON)
    throughput: float | None = field(metadata=NOT_IN_JSON)
    counts: dict[int, tuple[tuple[int, ...], float, float]] = field(metadata=NOT_IN_JSON)
    came: dict[int, int] = field(metadata=NOT_IN_JSON)


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
    points = []
    for day in reversed(month_ends(asked.as_at, months)):
        number = day_number(day)
        weeks = min(most, (day_number(asked.as_at) - number) // WEEK)
        if weeks < min(AHEAD) or weeks_recorded(work, number) < LEAST_WEEKS:
            continue
        now = present(work, number, weeks, asked)
        threshold = now.clear_at if asked.clear_at is None else asked.clear_at
        if now.standing.overdue > threshold:
            points.append(_standpoint(now, threshold, runs, asked.seed))
    return Backtest(len(points), scores(points), tuple(points))


def month_ends(as_at: date, months: int = MOST_MONTHS) -> list[date]:
    """Return the last days of the months before a day, the newest first.

    >>> month_ends(date(2025, 3, 10))[:2]
    [datetime.date(2025, 2, 28), datetime.date(2025, 1, 31)]
    """
    first = as_at.replace(day=1)
    return [months_on(first, -back) - timedelta(days=1) for back in range(months)]


def _standpoint(now: Present, clear_at: int, runs: int, seed: int) -> Standpoint:
    day, weeks, overdue = now.standing.day, now.pipeline.weeks, now.standing.overdue
    ahead = [week for week in AHEAD if week <= weeks]
    plan = Plan(moments=frozenset(ahead), clear_at=clear_at)
    kept = run(start_of(now), {OBSERVED: now.orders}, plan, runs, seed)[OBSERVED]
    month_before = day_number(day_of(day).replace(day=1)) - 1
    change = (overdue - overdue_on(now.work, month_before)) / ((day - month_before) / WEEK)
    pace = now.past.stages[now.narrowest].pace
    counts = {}
    for week in ahead:
        said = tuple(kept.moments[week]["overdue"].percentile(share) or 0 for share in SHARES)
        counts[week] = said, max(0.0, overdue + change * week), max(0.0, overdue - pace * week)
    p50, p85, p95 = (clear_week(kept.cleared, share, weeks) for share in SHARES)
    return Standpoint(
        day=day_of(day),
        overdue=overdue,
        p50_weeks=p50,
        p85_weeks=p85,
        p95_weeks=p95,
        actual_weeks=first_clear(now.work, day, weeks, clear_at),
        pace=pace,
        weeks=weeks,
        line=naive_weeks(overdue, -change, 0.0),
        throughput=naive_weeks(overdue, pace, 0.0),
        counts=counts,
        came={week: overdue_on(now.work, day + WEEK * week) for week in ahead},
    )


def first_clear(work: Caseload, day: int, weeks: int, clear_at: int) -> int | None:
    """Return the first of so many weeks from a day at whose end no more than `clear_at` were overdue."""
    clear = (week for week in range(1, weeks + 1) if overdue_on(work, day + WEEK * week) <= clear_at)
    return next(clear, None)


def scores(points: Sequence[Standpoint]) -> tuple[Score, ...]:
    """Return how forecasts did, of the clearance date first, then of the overdue cases ahead."""
    held: list[list[bool]] = [[], [], []]
    errors = []
    for point in points:
        came, weeks = point.actual_weeks, (point.p50_weeks, point.p85_weeks, point.p95_weeks)
        for place, week in enumerate(weeks):
            if week is not None:
                held[place].append(came is not None and came <= week)
        if came is not None and weeks[0] is not None:
            # never, or after the as-at date, is taken to be the last week before it
            last = float(point.weeks)
            rivals = (last if week is None else min(week, last) for week in (point.line, point.throughput))
            errors.append([week - came for week in (float(weeks[0]), *rivals)])
    found = [_score(CLEARANCE, len(points), held, errors)]
    for ahead in AHEAD:
        there = [
            (point.came[ahead], *point.counts[ahead], point.pace)
            for point in points
            if ahead in point.came and point.pace > 0
        ]
        held = [[came <= said[place] for came, said, *_ in there] for place in range(len(SHARES))]
        errors = [
            [(number - came) / pace for number in (float(said[0]), line, throughput)]
            for came, said, line, throughput, pace in there
        ]
        found.append(_score(f"overdue_{ahead}_weeks", len(there), held, errors))
    return tuple(found)


def _score(
    what: str, forecasts: int, held: Sequence[Sequence[bool]], errors: Sequence[Sequence[float]]
) -> Score:
    """Return a score; each of `errors`, in weeks, is that of the median, then those of both baselines."""
    mine, *rivals = (
        BaselineScore(name, *(round(float(part.mean()), 2) if errors else None for part in (off, abs(off))))
        for name, off in zip(("", STRAIGHT_LINE, THROUGHPUT), np.array(errors or [[0.0] * 3]).T, strict=True)
    )
    known = [score.error_weeks for score in (mine, *rivals) if score.error_weeks is not None]
    beats = known[0] < min(known[1:]) if known else None
    return Score(
        what=what,
        forecasts=forecasts,
        judged=Percentiles(*map(len, held)),
        coverage=Percentiles(*(round(float(np.mean(many)), 3) if many else None for many in held)),
        bias_weeks=mine.bias_weeks,
        error_weeks=mine.error_weeks,
        baselines=tuple(rivals),
        beats_baselines=beats,
    )
