"""The whole answer of `ehcp forecast` about case files: read once, simulated under every order of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.forecast.model.arrays import day_number
from ehcp_timeline.commands.forecast.model.assessments import Caseload, newest_day, work_of
from ehcp_timeline.commands.forecast.model.history import LEAST_WEEKS
from ehcp_timeline.commands.forecast.model.policy import IN_TIME_FIRST, OLDEST_FIRST, WorkOrder, split
from ehcp_timeline.commands.forecast.model.present import Present, present
from ehcp_timeline.commands.forecast.model.stages import SeasonLine, season_lines
from ehcp_timeline.commands.forecast.model.timetable import timetable, weeks_of
from ehcp_timeline.commands.forecast.question import OBSERVED, ForecastRequest
from ehcp_timeline.commands.forecast.read import ForecastReader, undated
from ehcp_timeline.commands.forecast.results.backtest import Backtest, backtest
from ehcp_timeline.commands.forecast.results.intake import IntakeWeek, intake
from ehcp_timeline.commands.forecast.results.outlook import (
    ClearanceDay,
    Outlook,
    clear_now,
    clearance,
    exceptions,
    moments_kept,
    naive_weeks,
    outlook,
    quarters_ahead,
)
from ehcp_timeline.commands.forecast.results.per_case import Projected, projected
from ehcp_timeline.commands.forecast.results.reviews import (
    REVIEW,
    ReviewOutlook,
    Reviews,
    review_outlook,
    reviews_of,
)
from ehcp_timeline.commands.forecast.results.save_list import SaveList, save_list
from ehcp_timeline.commands.forecast.results.straight_line import straight_line
from ehcp_timeline.commands.forecast.results.target import (
    CapacityQuestion,
    Needed,
    capacity_needed,
    net_needed,
)
from ehcp_timeline.commands.forecast.simulate.record import Plan
from ehcp_timeline.commands.forecast.simulate.run import Start, run
from ehcp_timeline.commands.forecast.simulate.what_if import start_of
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.result import Clearance as CheckedClearance
from ehcp_timeline.measure.result import Input


@dataclass(frozen=True, slots=True)
class TargetAnswer:
    """What the target date takes.

    Attributes:
        date: The target.
        needed_per_week: By how many a week the overdue cases must fall.
        capacity: Cases a week that the narrowest stage finishes now, the what-if not counted.
        needed: For each order of work, how many more.
    """

    date: date
    needed_per_week: float
    capacity: float
    needed: tuple[Needed, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Every answer of `ehcp forecast` about case files.

    Attributes:
        asked: What was asked.
        inputs: The files.
        now: What is known on the as-at date.
        clear_at: Overdue cases at which the backlog counts as clear.
        too_little: Why nothing could be simulated; empty where it was.
        outlooks: What each order of work leads to.
        unchanged: For each order of work, when it clears if nothing is changed; empty unless something is.
        naive_weeks: Weeks that a straight line gives; None for never.
        checked: The straight line that `ehcp check` draws.
        seasons: Kinds of weeks ahead that are no ordinary ones.
        target: What the target date takes; None where nobody asked.
        cases: Each open case, under the observed order or the one that was asked for; None unless asked.
        to_save: The save list; None unless asked, and of no files.
        intake: The weeks of requests to come; None unless asked.
        backtest: How past forecasts did; None unless asked.
        reviews: When overdue reviews clear; None of a file without reviews decided.
        left_out: Assessments of which the file does not tell the days.
        newest: The last day up to the as-at date on which the file has anything come, move on or close.
    """

    asked: ForecastRequest
    inputs: tuple[Input, ...]
    now: Present
    clear_at: int
    too_little: str
    outlooks: tuple[Outlook, ...] = ()
    unchanged: Mapping[str, ClearanceDay] = field(default_factory=dict)
    naive_weeks: float | None = None
    checked: CheckedClearance | None = None
    seasons: tuple[SeasonLine, ...] = ()
    target: TargetAnswer | None = None
    cases: tuple[Projected, ...] | None = None
    to_save: SaveList | None = None
    intake: tuple[IntakeWeek, ...] | None = None
    backtest: Backtest | None = None
    reviews: ReviewOutlook | None = None
    left_out: int = 0
    newest: date | None = None


def forecast(rulebook: Rulebook, sources: Sequence[CaseFile], asked: ForecastRequest) -> Forecast:
    """Return every answer about some case files.

    Raises:
        CaseFileError: A file says nothing of plans issued.
        UsageError: The target is past, or a stage is named that the files do not show.
    """
    reading = ForecastReader(rulebook, asked.as_at)
    for source in sources:
        reading.read(source)
    columns = frozenset(column for source in sources for column in source.columns)
    work = work_of(reading.judged, rulebook, timetable(rulebook, columns, asked.as_at), asked.as_at)
    reviews = reviews_of(reading.judged, day_number(asked.as_at))
    found = answer(rulebook, work, reviews, asked, tuple(reading.inputs))
    found = replace(found, left_out=sum(map(undated, reading.judged)))
    return replace(found, to_save=save_list(rulebook, sources, asked.as_at)) if asked.save_list else found


def answer(
    rulebook: Rulebook,
    work: Caseload,
    reviews: Reviews | None,
    asked: ForecastRequest,
    inputs: tuple[Input, ...] = (),
) -> Forecast:
    """Return every answer about the assessments, and the reviews, of files that were read.

    Raises:
        UsageError: The target is past, or a stage is named that the files do not show.
    """
    if asked.narrowest and asked.narrowest not in work.timetable.names:
        raise UsageError(
            f"--narrowest: the file shows no stage `{asked.narrowest}`",
            f"one of {', '.join(work.timetable.names)}",
        )
    closures = tuple(closure.closed for closure in asked.closures)
    day = day_number(asked.as_at)
    now = present(work, day, asked.weeks, closures=closures, narrowest=asked.narrowest, window=asked.window)
    clear_at = now.clear_at if asked.clear_at is None else asked.clear_at
    found = Forecast(asked, inputs, now, clear_at, too_little(now))
    return _answered(rulebook, found, reviews)


def too_little(now: Present) -> str:
    """Return why a file tells too little to simulate; an empty text where it does not."""
    if not now.work.start.size:
        return "the file holds no assessment"
    if not now.recorded and (now.work.done <= now.standing.day).any():
        return f"the file records less than a week of closures; {LEAST_WEEKS} weeks are the least that tells"
    if not now.recorded:
        return "no assessment in the file was ever closed, so nothing says how fast they are"
    if now.past.weeks < LEAST_WEEKS:
        weeks = "1 week" if now.past.weeks == 1 else f"{now.past.weeks} weeks"
        return (
            f"the file records {weeks} of closures; {LEAST_WEEKS} are the least that says anything of chance"
        )
    if not now.past.closed.sum():
        return (
            f"no assessment was closed in the last {now.past.weeks} weeks, so nothing says how fast they are"
        )
    return ""


def _answered(rulebook: Rulebook, found: Forecast, reviews: Reviews | None) -> Forecast:
    asked, now = found.asked, found.now
    orders = _orders(asked, now)
    start = start_of(now, asked.what_if)
    target = _target(found, start, orders)
    expected = (now.drivers.requests.level * now.drivers.requests.season).tolist() if now.past.weeks else []
    planned = intake(rulebook, asked.as_at, expected, asked.closures, asked.intake_weeks)
    year = weeks_of(rulebook, REVIEW[0], asked.as_at)
    known = {name: order for name, order in orders.items() if name != OBSERVED}
    reviewed = (
        review_outlook(reviews, now.standing.day, asked.weeks, known, asked.runs, asked.seed, year)
        if reviews is not None
        else None
    )
    outlooks, cases = ((), None) if found.too_little else _simulated(found, start, orders)
    return Forecast(
        asked=asked,
        inputs=found.inputs,
        now=now,
        clear_at=found.clear_at,
        too_little=found.too_little,
        outlooks=outlooks,
        unchanged=_unchanged(found, orders),
        naive_weeks=_straight_line(now),
        checked=straight_line(now.work, now.standing.day),
        seasons=season_lines(now, [closure.closed for closure in asked.closures]),
        target=target,
        cases=cases,
        intake=planned if asked.intake_weeks else None,
        backtest=_scored(found) if asked.backtest else None,
        reviews=reviewed,
        newest=newest_day(now.work),
    )


def _orders(asked: ForecastRequest, now: Present) -> Mapping[str, WorkOrder]:
    known = {
        "oldest-first": OLDEST_FIRST,
        "in-time-first": IN_TIME_FIRST,
        "split": split(asked.split),
        OBSERVED: now.order,
    }
    return {name: known[name] for name in asked.policies}


def _simulated(
    found: Forecast, start: Start, orders: Mapping[str, WorkOrder]
) -> tuple[tuple[Outlook, ...], tuple[Projected, ...] | None]:
    """Return what each order leads to, and each open case if it was asked for."""
    asked, now = found.asked, found.now
    quarters = quarters_ahead(now.standing.day, asked.weeks)
    followed = OBSERVED if OBSERVED in orders else next(iter(orders))
    plan = Plan(
        moments=moments_kept(quarters[1]),
        quarters=quarters[1],
        clear_at=found.clear_at,
        cases=followed if asked.per_case else "",
    )
    kept, groups = run(start, orders, plan, asked.runs, asked.seed)
    excepted = exceptions(now.work, now.standing.day, now.past.weeks)
    outlooks = tuple(
        outlook(name, order, kept[name], asked.as_at, quarters, excepted) for name, order in orders.items()
    )
    if now.standing.overdue <= found.clear_at:
        outlooks = tuple(replace(one, clearance=clear_now(asked.as_at)) for one in outlooks)
    cases = projected(now, kept[followed].finished, groups, asked.runs) if asked.per_case else None
    return outlooks, cases


def _unchanged(found: Forecast, orders: Mapping[str, WorkOrder]) -> Mapping[str, ClearanceDay]:
    """Return when each order clears the backlog if nothing is changed; empty where nothing is."""
    asked = found.asked
    if not asked.what_if.changed or found.too_little:
        return {}
    plan = Plan(clear_at=found.clear_at, only_clearance=True)
    kept, _ = run(start_of(found.now), orders, plan, asked.runs, asked.seed)
    return {name: clearance(one.cleared, asked.as_at, asked.weeks) for name, one in kept.items()}


def _target(found: Forecast, start: Start, orders: Mapping[str, WorkOrder]) -> TargetAnswer | None:
    asked, now = found.asked, found.now
    if asked.target is None:
        return None
    needed = net_needed(now.standing.overdue, asked.as_at, asked.target)
    question = CapacityQuestion(start, found.clear_at, asked.seed)
    more = () if found.too_little else capacity_needed(question, orders, asked.target, asked.as_at)
    return TargetAnswer(asked.target, needed, _pace(now), more)


def _pace(now: Present) -> float:
    left = now.past.stages[now.narrowest].left
    return float(left.mean()) if left.size else 0.0


def _straight_line(now: Present) -> float | None:
    """Return the weeks that overdue cases take at the net rate of the weeks behind."""
    if not now.past.weeks:
        return None
    closed = now.past.closed.mean()
    return naive_weeks(now.standing.overdue, float(closed), float(now.past.requests.mean()))


def _scored(found: Forecast) -> Backtest:
    asked = found.asked
    closures = tuple(closure.closed for closure in asked.closures)
    return backtest(
        found.now.work, asked.as_at, asked.seed, clear_at=asked.clear_at, closures=closures,
        narrowest=asked.narrowest, window=asked.window,
    )  # fmt: skip
