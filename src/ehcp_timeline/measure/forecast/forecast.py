"""The whole answer of `ehcp forecast` about case files: read once, simulated under every order of work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.judged import Judged
from ehcp_timeline.audit.judgeable import unjudgeable
from ehcp_timeline.audit.result import Input
from ehcp_timeline.cases.frame import Batch, CaseSource
from ehcp_timeline.errors import CaseFileError, UsageError
from ehcp_timeline.law.terms import Deadline, Rulebook
from ehcp_timeline.measure.assessments import ISSUE
from ehcp_timeline.measure.forecast.arrays import day_number
from ehcp_timeline.measure.forecast.backtest import Backtest, backtest
from ehcp_timeline.measure.forecast.flows import LEAST_WEEKS
from ehcp_timeline.measure.forecast.intake import Closure, IntakeWeek, intake
from ehcp_timeline.measure.forecast.order import IN_TIME_FIRST, OLDEST_FIRST, Order, split
from ehcp_timeline.measure.forecast.outlook import (
    Outlook,
    exceptions,
    moments_kept,
    naive_weeks,
    outlook,
    quarters_ahead,
)
from ehcp_timeline.measure.forecast.percase import Projected, projected
from ehcp_timeline.measure.forecast.present import YEAR, Present, present
from ehcp_timeline.measure.forecast.recording import Plan
from ehcp_timeline.measure.forecast.reviews import REVIEW, ReviewOutlook, Reviews, review_outlook, reviews_of
from ehcp_timeline.measure.forecast.runs import Start, run
from ehcp_timeline.measure.forecast.saving import ToSave, save_list
from ehcp_timeline.measure.forecast.target import Needed, Question, capacity_needed, net_needed
from ehcp_timeline.measure.forecast.timetable import timetable, weeks_of
from ehcp_timeline.measure.forecast.whatif import NOTHING, WhatIf, start_of
from ehcp_timeline.measure.forecast.work import Work, work_of

OBSERVED = "observed"
POLICIES = ("oldest-first", "in-time-first", "split", OBSERVED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a forecast.

    Attributes:
        as_at: The day it stands at.
        seed: Seed of the runs.
        runs: How many runs.
        weeks: Weeks to look ahead.
        policies: Which orders of work, of `POLICIES`.
        split: Share of the places that `split` keeps for the oldest.
        what_if: What is changed.
        target: Day by which none shall be overdue; None where nobody asked.
        clear_at: Overdue cases at which the backlog is clear; None leaves it to `Present.clear_at`.
        narrowest: Name of the stage taken to be the narrowest; empty leaves it to the data.
        window: Weeks behind that rates are taken over.
        closures: School closures.
        per_case: Whether each open case is followed.
        save_list: Whether the save list is made.
        intake_weeks: Weeks of requests to plan for; 0 for none.
        backtest: Whether past forecasts are made and scored.
    """

    as_at: date
    seed: int = 20140901
    runs: int = 1000
    weeks: int = 156
    policies: tuple[str, ...] = POLICIES
    split: float = 0.5
    what_if: WhatIf = NOTHING
    target: date | None = None
    clear_at: int | None = None
    narrowest: str = ""
    window: int = YEAR
    closures: tuple[Closure, ...] = ()
    per_case: bool = False
    save_list: bool = False
    intake_weeks: int = 0
    backtest: bool = False


@dataclass(frozen=True, slots=True)
class Target:
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
        naive_weeks: Weeks that a straight line gives; None for never.
        target: What the target date takes; None where nobody asked.
        cases: Each open case, under the observed order or the one that was asked for; None unless asked.
        to_save: The save list; None unless asked.
        intake: The weeks of requests to come; None unless asked.
        backtest: How past forecasts did; None unless asked.
        reviews: When overdue reviews clear; None of a file without reviews decided.
    """

    asked: Asked
    inputs: tuple[Input, ...]
    now: Present
    clear_at: int
    too_little: str
    outlooks: tuple[Outlook, ...] = ()
    naive_weeks: float | None = None
    target: Target | None = None
    cases: tuple[Projected, ...] | None = None
    to_save: tuple[ToSave, ...] | None = None
    intake: tuple[IntakeWeek, ...] | None = None
    backtest: Backtest | None = None
    reviews: ReviewOutlook | None = None


@dataclass(slots=True)
class _Reading:
    """What is read of the files while they go by.

    Attributes:
        rulebook: The law.
        as_at: Nothing after this day is taken in.
        inputs: The files that are over.
        judged: Batches with the clocks that a forecast needs.
    """

    rulebook: Rulebook
    as_at: date
    inputs: list[Input] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    def read(self, source: CaseSource) -> None:
        """Read one file.

        Raises:
            CaseFileError: No column of it can start or end an assessment.
        """
        unanswerable = {one.id for one in unjudgeable(self.rulebook, source.columns)}
        wanted = [
            one
            for one in self.rulebook.deadlines
            if one.id in (*ISSUE, *REVIEW) and one.id not in unanswerable
        ]
        if not any(one.id in ISSUE for one in wanted) or "plan_issued" not in source.columns:
            raise CaseFileError(
                f"{source.name}: a forecast needs the days on which plans were issued",
                "add the column plan_issued, blank where there is no plan yet",
            )
        self.judged += self._counted(source, wanted)

    def _counted(self, source: CaseSource, wanted: Sequence[Deadline]) -> list[Judged]:
        rows = judged = 0

        def batches() -> Iterator[Batch]:
            nonlocal rows, judged
            for batch in source.batches():
                rows += batch.read
                judged += batch.judged
                yield batch

        answers = list(judge(self.rulebook, batches(), self.as_at, deadlines=wanted))
        self.inputs.append(Input(source.name, source.sha256, rows, judged, rows - judged))
        return answers


def forecast(rulebook: Rulebook, sources: Sequence[CaseSource], asked: Asked) -> Forecast:
    """Return every answer about some case files.

    Raises:
        CaseFileError: A file says nothing of plans issued.
        UsageError: The target is past, or a stage is named that the files do not show.
    """
    reading = _Reading(rulebook, asked.as_at)
    for source in sources:
        reading.read(source)
    columns = frozenset(column for source in sources for column in source.columns)
    work = work_of(reading.judged, rulebook, timetable(rulebook, columns, asked.as_at), asked.as_at)
    reviews = reviews_of(reading.judged, day_number(asked.as_at))
    return answer(rulebook, work, reviews, asked, tuple(reading.inputs))


def answer(
    rulebook: Rulebook, work: Work, reviews: Reviews | None, asked: Asked, inputs: tuple[Input, ...] = ()
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
    closures = tuple(one.closed for one in asked.closures)
    day = day_number(asked.as_at)
    now = present(work, day, asked.weeks, closures=closures, narrowest=asked.narrowest, window=asked.window)
    clear_at = now.clear_at if asked.clear_at is None else asked.clear_at
    found = Forecast(asked, inputs, now, clear_at, too_little(now))
    return _answered(rulebook, found, reviews)


def too_little(now: Present) -> str:
    """Return why a file tells too little to simulate; an empty text where it does not."""
    if not now.work.start.size:
        return "the file holds no assessment"
    if not now.recorded:
        return "no assessment in the file was ever closed, so nothing says how fast they are"
    if now.past.weeks < LEAST_WEEKS:
        weeks = "1 week" if now.past.weeks == 1 else f"{now.past.weeks} weeks"
        return (
            f"the file records {weeks} of closures; {LEAST_WEEKS} are the least that says anything of chance"
        )
    return ""


def _answered(rulebook: Rulebook, found: Forecast, reviews: Reviews | None) -> Forecast:
    asked, now = found.asked, found.now
    orders = _orders(asked, now)
    start = start_of(now, asked.what_if)
    target = _target(found, start, orders)
    expected = now.drivers.requests.level * now.drivers.requests.season
    planned = intake(rulebook, asked.as_at, expected.tolist(), asked.closures, asked.intake_weeks)
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
        naive_weeks=_straight_line(now),
        target=target,
        cases=cases,
        to_save=save_list(now, rulebook) if asked.save_list else None,
        intake=planned if asked.intake_weeks else None,
        backtest=_scored(found) if asked.backtest else None,
        reviews=reviewed,
    )


def _orders(asked: Asked, now: Present) -> Mapping[str, Order]:
    known = {
        "oldest-first": OLDEST_FIRST,
        "in-time-first": IN_TIME_FIRST,
        "split": split(asked.split),
        OBSERVED: now.order,
    }
    return {name: known[name] for name in asked.policies}


def _simulated(
    found: Forecast, start: Start, orders: Mapping[str, Order]
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
    cases = projected(now, kept[followed].finished, groups, asked.runs) if asked.per_case else None
    return outlooks, cases


def _target(found: Forecast, start: Start, orders: Mapping[str, Order]) -> Target | None:
    asked, now = found.asked, found.now
    if asked.target is None:
        return None
    needed = net_needed(now.standing.overdue, asked.as_at, asked.target)
    question = Question(start, found.clear_at, asked.seed)
    more = () if found.too_little else capacity_needed(question, orders, asked.target, asked.as_at)
    return Target(asked.target, needed, _pace(now), more)


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
    closures = tuple(one.closed for one in asked.closures)
    return backtest(
        found.now.work, asked.as_at, asked.seed, clear_at=asked.clear_at, closures=closures,
        narrowest=asked.narrowest,
    )  # fmt: skip
