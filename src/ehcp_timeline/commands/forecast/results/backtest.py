"""Stand at each past month, forecast, and hold the forecast against what happened, and against two baselines.

A forecast of a day that lies after the as-at date cannot be held against anything. So a percentile of the
clearance date is judged only where it lies in the past: then it held or did not, whatever came later. What
the backlog was 13 and 26 weeks on is always known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, day_number, day_of
from ehcp_timeline.commands.forecast.model.assessments import Caseload
from ehcp_timeline.commands.forecast.model.history import LEAST_WEEKS, weeks_recorded
from ehcp_timeline.commands.forecast.model.open_work import overdue_on
from ehcp_timeline.commands.forecast.model.present import YEAR, Present, present
from ehcp_timeline.commands.forecast.model.seasons import Closed
from ehcp_timeline.commands.forecast.results.outlook import clear_week, naive_weeks
from ehcp_timeline.commands.forecast.simulate.record import Kept, Plan
from ehcp_timeline.commands.forecast.simulate.run import run
from ehcp_timeline.commands.forecast.simulate.what_if import start_of

RUNS = 500
MOST_MONTHS = 36
AHEAD = (13, 26)
SHARES = (0.5, 0.85, 0.95)
CLEARANCE = "clearance"
STRAIGHT_LINE, THROUGHPUT = "straight_line", "backlog_over_throughput"


@dataclass(frozen=True, slots=True)
class Standpoint:
    """One past day, what was forecast then, and what came.

    Attributes:
        day: The day.
        overdue: Overdue cases on it.
        pace: Cases that the narrowest stage finished a week before it.
        weeks: Whole weeks from it to the as-at date.
        clear: Percentiles of the clearance week, in the order of `SHARES`; None is later than the as-at date.
        actual: Week at whose end the backlog was clear; None if it was not by the as-at date.
        line: Week of clearance by the straight line of the last two monthly counts; None is never.
        throughput: Week of clearance by backlog over mean throughput.
        counts: Weeks ahead to percentiles of the overdue cases then, and to what each baseline said.
        came: Weeks ahead to the overdue cases that there were.
    """

    day: date
    overdue: int
    pace: float
    weeks: int
    clear: tuple[int | None, ...]
    actual: int | None
    line: float | None
    throughput: float | None
    counts: dict[int, tuple[tuple[int, ...], float, float]]
    came: dict[int, int]


@dataclass(frozen=True, slots=True)
class Scored:
    """How one way to forecast did: mean error in weeks (below zero is too early, or too few) and its size."""

    method: str
    bias_weeks: float | None
    error_weeks: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """One thing that was forecast.

    Attributes:
        what: `clearance`, `overdue_13_weeks` or `overdue_26_weeks`.
        forecasts: Standpoints at which it was forecast.
        judged: For each percentile, how many could be held against what came.
        coverage: For each percentile, the share of these that held; None of none.
        forecast: How the median did.
        baselines: How the baselines did, at the same standpoints. Overdue cases are turned into weeks by the
            pace of the narrowest stage.
        beats_baselines: Whether the median's error is smaller than that of each; None if none can be told.
    """

    what: str
    forecasts: int
    judged: tuple[int, ...]
    coverage: tuple[float | None, ...]
    forecast: Scored
    baselines: tuple[Scored, ...]
    beats_baselines: bool | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """How forecasts of the past did."""

    standpoints: tuple[Standpoint, ...]
    scores: tuple[Score, ...]


def backtest(
    work: Caseload, as_at: date, seed: int, *, clear_at: int | None = None, closures: Sequence[Closed] = (),
    narrowest: str = "", window: int = YEAR,
) -> Backtest:  # fmt: skip
    """Forecast at the end of each past month that had weeks enough behind it, and score what was said.

    Args:
        work: The file.
        as_at: What came after this day is not known.
        seed: Seed of the runs.
        clear_at: Overdue cases at which the backlog is clear; None leaves it to `Present.clear_at`.
        closures: School holidays.
        narrowest: Name of the stage taken to be the narrowest; by default the data of that day say.
        window: Weeks behind each day that rates are taken over.
    """
    found = []
    for day in month_ends(as_at):
        number = day_number(day)
        weeks = (day_number(as_at) - number) // WEEK
        if weeks < min(AHEAD) or weeks_recorded(work, number) < LEAST_WEEKS:
            continue
        now = present(work, number, weeks, closures=closures, narrowest=narrowest, window=window)
        threshold = now.clear_at if clear_at is None else clear_at
        if now.standing.overdue > threshold:
            found.append(_standpoint(now, threshold, seed))
    found.reverse()
    return Backtest(tuple(found), tuple(scores(found)))


def month_ends(as_at: date) -> list[date]:
    """Return the last days of the months before a day, the newest first.

    >>> month_ends(date(2025, 3, 10))[:2]
    [datetime.date(2025, 2, 28), datetime.date(2025, 1, 31)]
    """
    found = []
    day = as_at.replace(day=1)
    for _ in range(MOST_MONTHS):
        found.append(day - timedelta(days=1))
        day = found[-1].replace(day=1)
    return found


def _standpoint(now: Present, clear_at: int, seed: int) -> Standpoint:
    day, weeks = now.standing.day, now.pipeline.weeks
    ahead = [one for one in AHEAD if one <= weeks]
    plan = Plan(moments=frozenset(ahead), clear_at=clear_at)
    kept = run(start_of(now), {"observed": now.order}, plan, RUNS, seed)[0]["observed"]
    before = overdue_on(now.work, day_number(day_of(day).replace(day=1)) - 1)
    span = (day - day_number(day_of(day).replace(day=1)) + 1) / WEEK
    change = (now.standing.overdue - before) / span
    pace = float(now.past.stages[now.narrowest].left.mean())
    counts = {one: _counts(kept, one, now.standing.overdue, change, pace) for one in ahead}
    return Standpoint(
        day=day_of(day),
        overdue=now.standing.overdue,
        pace=pace,
        weeks=weeks,
        clear=tuple(clear_week(kept.cleared, share, weeks) for share in SHARES),
        actual=first_clear(now.work, day, weeks, clear_at),
        line=naive_weeks(now.standing.overdue, -change, 0.0),
        throughput=naive_weeks(now.standing.overdue, pace, 0.0),
        counts=counts,
        came={one: overdue_on(now.work, day + WEEK * one) for one in ahead},
    )


def _counts(
    kept: Kept, ahead: int, overdue: int, change: float, pace: float
) -> tuple[tuple[int, ...], float, float]:
    """Return the percentiles of the overdue cases so many weeks ahead, and what the baselines say of them."""
    spread = kept.moments[ahead].overdue
    percentiles = tuple(spread.percentile(share) or 0 for share in SHARES)
    return percentiles, max(0.0, overdue + change * ahead), max(0.0, overdue - pace * ahead)


def first_clear(work: Caseload, day: int, weeks: int, clear_at: int) -> int | None:
    """Return the first week at whose end no more than `clear_at` were overdue; None if there is none.

    Args:
        work: The file.
        day: The day from which weeks are counted, as a day number.
        weeks: How many weeks to look at.
        clear_at: Overdue cases at which the backlog is clear.
    """
    found = (week for week in range(1, weeks + 1) if overdue_on(work, day + WEEK * week) <= clear_at)
    return next(found, None)


def scores(points: Sequence[Standpoint]) -> list[Score]:
    """Return how forecasts did, of the clearance date first, then of the overdue cases ahead."""
    return [_clearance_score(points), *(_count_score(points, ahead) for ahead in AHEAD)]


def _clearance_score(points: Sequence[Standpoint]) -> Score:
    held: list[list[bool]] = [[] for _ in SHARES]
    for point in points:
        for place, week in enumerate(point.clear):
            if week is not None:
                held[place].append(point.actual is not None and point.actual <= week)
    known = [point for point in points if point.actual is not None and point.clear[0] is not None]
    errors = {
        "forecast": [float((one.clear[0] or 0) - (one.actual or 0)) for one in known],
        STRAIGHT_LINE: [_at_most(one.line, one.weeks) - (one.actual or 0) for one in known],
        THROUGHPUT: [_at_most(one.throughput, one.weeks) - (one.actual or 0) for one in known],
    }
    return _score(CLEARANCE, len(points), held, errors)


def _at_most(week: float | None, last: int) -> float:
    """Return a week; one that is never, or lies after the as-at date, is taken to be the last before it."""
    return float(last) if week is None else min(week, float(last))


def _count_score(points: Sequence[Standpoint], ahead: int) -> Score:
    there = [point for point in points if ahead in point.came and point.pace > 0]
    held = [[one.came[ahead] <= one.counts[ahead][0][place] for one in there] for place in range(len(SHARES))]
    said = {
        "forecast": [float(one.counts[ahead][0][0]) for one in there],
        STRAIGHT_LINE: [one.counts[ahead][1] for one in there],
        THROUGHPUT: [one.counts[ahead][2] for one in there],
    }
    errors = {
        name: [(number - one.came[ahead]) / one.pace for number, one in zip(numbers, there, strict=True)]
        for name, numbers in said.items()
    }
    return _score(f"overdue_{ahead}_weeks", len(there), held, errors)


def _score(
    what: str, forecasts: int, held: Sequence[Sequence[bool]], errors: dict[str, list[float]]
) -> Score:
    scored = [_scored(name, all_) for name, all_ in errors.items()]
    sizes = [one.error_weeks for one in scored]
    mine, others = sizes[0], [size for size in sizes[1:] if size is not None]
    return Score(
        what=what,
        forecasts=forecasts,
        judged=tuple(len(one) for one in held),
        coverage=tuple(round(float(np.mean(one)), 3) if one else None for one in held),
        forecast=scored[0],
        baselines=tuple(scored[1:]),
        beats_baselines=None if mine is None or not others else all(mine < size for size in others),
    )


def _scored(method: str, errors: Sequence[float]) -> Scored:
    if not errors:
        return Scored(method, None, None)
    return Scored(method, round(float(np.mean(errors)), 2), round(float(np.mean(np.abs(errors))), 2))
