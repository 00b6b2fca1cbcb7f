"""One forecast of a council whose future is known, and whether what was said came true."""

from dataclasses import dataclass

from ehcp_timeline.measure.forecast.backtest import first_clear
from ehcp_timeline.measure.forecast.behind import naive_weeks
from ehcp_timeline.measure.forecast.caseload import overdue_on
from ehcp_timeline.measure.forecast.days import WEEK
from ehcp_timeline.measure.forecast.outlook import clear_week
from ehcp_timeline.measure.forecast.pace import RECENT_WEEKS, pace_changes
from ehcp_timeline.measure.forecast.present import Present, present
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.simulate import Plan, run, start_of
from ehcp_timeline.measure.forecast.weeks import PERCENTS, Spread
from tests.commands.forecast.known_truth import Council, known_on

LEAST_OVERDUE = 10
_LINE_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Result:
    """One forecast and what came.

    Attributes:
        kind: Kind of council.
        horizon: Weeks that were looked ahead.
        weeks: Clearance week by percentile, in the order of `PERCENTS`; `horizon` + 1 where it is not a date.
        actual: The week in which it was clear; None where it was not within the horizon.
        line: Week by the straight line of the last two counts, four weeks apart; None is never.
        throughput: Week by overdue over mean throughput; None is never.
        moved: Whether a break or a trend was found in the weeks behind.
        lately: As `weeks`, from the last 8 weeks alone.
    """

    kind: str
    horizon: int
    weeks: tuple[int, ...]
    actual: int | None
    line: float | None
    throughput: float | None
    moved: bool
    lately: tuple[int, ...]

    def held(self, place: int, *, lately: bool = False) -> bool:
        """Return whether a percentile held: a run not clear by the horizon is later than any date."""
        week = (self.lately if lately else self.weeks)[place]
        return week > self.horizon or (self.actual is not None and self.actual <= week)


def result(one: Council, runs: int, seed: int, horizon: int) -> Result | None:
    """Return the forecast of one council; None where it had next to nothing overdue."""
    known = known_on(one.work, one.day)
    now = present(known, one.day, horizon)
    overdue, clear_at = now.standing.overdue, now.clear_at
    if overdue <= max(LEAST_OVERDUE, clear_at):
        return None
    plan = Plan(clear_at=clear_at, only_clearance=True)
    eight = present(known, one.day, horizon, ForecastRequest(known.as_at, window=RECENT_WEEKS))
    year, lately = (
        tuple(
            clear_week(_cleared(there, plan, runs, seed), percent, horizon) or horizon + 1
            for percent in PERCENTS
        )
        for there in (now, eight)
    )
    fell = (overdue_on(known, one.day - WEEK * _LINE_WEEKS) - overdue) / _LINE_WEEKS
    return Result(
        kind=one.kind,
        horizon=horizon,
        weeks=year,
        actual=first_clear(one.work, one.day, horizon, clear_at),
        line=naive_weeks(overdue, fell, 0.0),
        throughput=naive_weeks(overdue, float(now.past.stages[now.narrowest].left.mean()), 0.0),
        moved=bool(pace_changes(now.long, now.past.weeks, now.pipeline.queues)),
        lately=lately,
    )


def _cleared(now: Present, plan: Plan, runs: int, seed: int) -> Spread:
    return run(start_of(now), {"observed": now.orders}, plan, runs, seed)["observed"].cleared
