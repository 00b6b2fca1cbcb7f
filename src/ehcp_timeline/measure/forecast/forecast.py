"""The whole answer of `ehcp forecast`: files read once and simulated under every order of work; or counts."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Literal

import numpy as np
import polars as pl

from ehcp_timeline.audit.selection import WHOSE
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.clock import Count, apply, last_working_day
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import NOT_IN_JSON, RulebookUsed, decimals
from ehcp_timeline.measure.casework import ALL, read_casework
from ehcp_timeline.measure.counts import ISSUE, Backlog
from ehcp_timeline.measure.forecast import behind, outlook
from ehcp_timeline.measure.forecast.backtest import Backtest, TrackRecord, backtest, track_record
from ehcp_timeline.measure.forecast.caseload import days_given, read, timetable, undated, work_of
from ehcp_timeline.measure.forecast.counts import CountsTaken, drawn_clearance
from ehcp_timeline.measure.forecast.days import WEEK, day_number
from ehcp_timeline.measure.forecast.intake import IntakeWeek, intake
from ehcp_timeline.measure.forecast.pace import LEAST_WEEKS, RECENT_WEEKS, PaceChange, pace_changes
from ehcp_timeline.measure.forecast.present import Pipeline, Present, WorkOrder, present
from ehcp_timeline.measure.forecast.request import ForecastRequest, WhatIf
from ehcp_timeline.measure.forecast.reviews import ReviewOutlook, review_outlook, reviews_of
from ehcp_timeline.measure.forecast.simulate import Kept, Orders, Plan, simulate, start_of
from ehcp_timeline.measure.forecast.weeks import draw
from ehcp_timeline.measure.next_steps import next_steps
from ehcp_timeline.measure.pace import P85, pace_of
from ehcp_timeline.measure.result import Clearance, Input
from ehcp_timeline.measure.worklists import at_risk
from ehcp_timeline.record import Whole, field, record, replace
from ehcp_timeline.text import count

_TARGET_RUNS = 250
_AT_ONCE = 4
_LEVELS = 16
_PLANS = replace(ALL, deadlines=frozenset(ISSUE))
_STAGES: Mapping[str, Any] = {"decide": "decision", "finalise": "final"}


@record(frozen=True, slots=True)
class WorkInHand:
    """The work in hand.

    Attributes:
        narrowest: The stage at which cases wait for staff.
        order: The order in which it took its cases.
        unavoidable: Overdue cases if nobody waited at the narrowest stage.
        left_out: Assessments that the file does not date.
        newest: The last day on which the file has anything happen.
        too_little: Why nothing could be simulated; null where it was.
        excused: Of the open ones, past their day with a recorded exception: not overdue.
        floor_limits: Whether the other stages keep five cases and a tenth of those overdue now overdue, so
            that more hands at the narrowest stage alone cannot clear the backlog.
    """

    open: Whole
    overdue: Whole
    narrowest: str
    order: WorkOrder
    unavoidable: float = field(metadata=decimals(1))
    left_out: Whole
    newest: date | None
    too_little: str | None
    excused: Whole = 0
    floor_limits: bool = False


@record(frozen=True, slots=True)
class WeeksBehind:
    """The weeks behind that rates are taken over.

    Attributes:
        straight_line_weeks: Overdue over closed less requests; null: never.
        checked: The straight line that `ehcp check` draws.
        backlog: The as-at date and the same day of the twelve months before, as far as the file records them.
    """

    weeks: Whole
    recorded_weeks: Whole
    requests_per_week: float | None = field(metadata=decimals(2))
    closed_per_week: float | None = field(metadata=decimals(2))
    issued_per_week: float | None = field(metadata=decimals(2))
    straight_line_weeks: float | None = field(metadata=decimals(2))
    checked: Clearance | None
    seasons: tuple[behind.SeasonLine, ...]
    backlog: tuple[behind.PastPoint, ...]


@record(frozen=True, slots=True)
class CapacityNeeded:
    """Capacity of the narrowest stage that a target takes, under one order of work.

    Attributes:
        more_p50: Cases a week more, a what-if on top, that half of the runs need; null: no number is enough.
        more_p85: The same for 85% of the runs.
        capacity_p50: Cases a week in all that half of the runs need, a what-if not counted.
        capacity_p85: The same for 85% of the runs.
    """

    policy: str
    more_p50: int | None
    more_p85: int | None
    capacity_p50: float | None = field(metadata=decimals(2))
    capacity_p85: float | None = field(metadata=decimals(2))


@record(frozen=True, slots=True)
class TargetAnswer:
    """What a target date takes.

    Attributes:
        needed_per_week: By how many a week the backlog must fall, net.
        reviews_per_week: Reviews to be decided a week, at least.
        capacity_p50: Under the observed order of work, or the first one that was asked for.
    """

    date: date
    needed_per_week: float = field(metadata=decimals(2))
    reviews_per_week: float | None = field(default=None, metadata=decimals(2))
    capacity_p50: float | None = field(default=None, metadata=decimals(2))
    capacity_p85: float | None = field(default=None, metadata=decimals(2))
    policies: tuple[CapacityNeeded, ...] = ()


@record(frozen=True, slots=True)
class CaseToSave:
    """One case in time that will be late unless it is hurried.

    Attributes:
        row: Physical line of the file.
        stage: `draft` is decided, and no draft yet.
        start: Day of its request.
        days_left: Calendar days from the as-at date to the due day.
        days_needed: Calendar days that its remaining stages take at their 85th percentile.
        expected_p85: The day it is then issued.
        last_safe_draft: Last working day on which the draft can be sent so that the plan is in time, at the
            85th percentile of the last stage and never within the family's days; null once it was sent.
    """

    case_id: str
    row: Whole
    stage: Literal["decision", "draft", "final", "duty"]
    start: date
    due: date
    days_left: int
    days_needed: int
    expected_p85: date
    last_safe_draft: date | None
    district: str | None
    team: str | None
    caseworker: str | None


@record(frozen=True, slots=True)
class SaveList:
    """The cases to save, those whose draft must go first at the top.

    Attributes:
        in_time: Cases in time that were looked at.
        untold: How many of these have too little history for an expected day.
        quick: How many of the cases are in time if they are taken as the quickest 15 of 100 were.
    """

    cases: tuple[CaseToSave, ...]
    in_time: int
    untold: int
    quick: int


@record(frozen=True, slots=True, kw_only=True)
class ForecastAnswer:
    """The answer of `ehcp forecast`, from case files or from counts; from counts, what needs cases is null.

    Attributes:
        clear_at: The backlog is clear once no more than so many are overdue.
        clearance: Under the observed order, or the one asked for.
        cases: Each open case; null unless asked.
        save_list: The cases to save; null unless asked.
        intake: The weeks of requests to come; null unless asked.
        backtest: How past forecasts did; null unless asked.
        sentences: The same in words.
        scenarios: What each scenario leads to; null unless asked.
        pace_changes: What moved in the weeks behind more than chance explains.
        recent: The same order as `clearance` from the last 8 weeks alone; null where nothing moved.
        track_record: How often forecasts of the past year held; null where the file has no past to score.
    """

    SCHEMA: ClassVar = "ehcp-forecast/1"

    as_at: date
    source: Literal["cases", "snapshots"]
    seed: Whole
    runs: Whole
    horizon_weeks: Whole
    rulebook: RulebookUsed | None = None
    input: tuple[Input, ...]
    clear_at: Whole
    clearance: outlook.ClearanceDay | None
    now: WorkInHand | None = None
    history: WeeksBehind | None = None
    what_if: WhatIf
    stages: tuple[behind.StageLine, ...] = ()
    policies: tuple[outlook.Outlook, ...] = ()
    target: TargetAnswer | None = None
    reviews: ReviewOutlook | None = None
    snapshots: CountsTaken | None = None
    cases: tuple[outlook.ProjectedCase, ...] | None = None
    save_list: tuple[CaseToSave, ...] | None = None
    intake: tuple[IntakeWeek, ...] | None = None
    backtest: Backtest | None = None
    sentences: tuple[str, ...] = ()
    scenarios: tuple[outlook.ScenarioOutlook, ...] | None = None
    pace_changes: tuple[PaceChange, ...] = ()
    recent: outlook.Outlook | None = None
    track_record: TrackRecord | None = None
    saving: SaveList | None = field(default=None, metadata=NOT_IN_JSON)


def forecast(rulebook: Rulebook, sources: Sequence[CaseFile], asked: ForecastRequest) -> ForecastAnswer:
    """Return every answer about some case files.

    Raises:
        CaseFileError: A file says nothing of plans issued.
        UsageError: The target is past, or a stage is named that the files do not show.
    """
    as_at, day = asked.as_at, day_number(asked.as_at)
    batches, inputs = read(rulebook, sources, as_at)
    columns = frozenset(column for source in sources for column in source.columns)
    work = work_of(batches, rulebook, timetable(rulebook, columns, as_at), as_at)
    names = work.timetable.names
    if asked.narrowest and asked.narrowest not in names:
        raise UsageError(
            f"--narrowest: the file shows no stage `{asked.narrowest}`", f"one of {', '.join(names)}"
        )
    now, checked = present(work, day, asked.weeks, asked), Backlog(as_at, keep=0)
    for judged in batches:
        checked.add(judged)
    past, too_little = now.past, _too_little(now)
    reviews = review_outlook(reviews_of(batches, day), rulebook, asked, outlook.orders_asked(now))
    found, cases = ((), None) if too_little else outlook.outlooks(now)
    saving, planned = save_list(rulebook, sources, as_at) if asked.save_list else None, None
    if asked.intake_weeks:
        coming = now.pipeline.drivers.requests
        expected = (coming.level * coming.season).tolist() if past.weeks else []
        planned = intake(rulebook, as_at, expected, asked.closures, asked.intake_weeks)
    moved = () if too_little else pace_changes(now.long, past.weeks, now.pipeline.queues)
    recent = None
    if moved:  # what the last weeks alone lead to under the main order, unless nothing was done
        lately = replace(
            asked, clear_at=now.clear_at, window=RECENT_WEEKS, per_case=False,
            policies=(asked.main_policy,),
        )  # fmt: skip
        since = present(work, day, asked.weeks, lately)
        recent = outlook.outlooks(since)[0][0] if since.past.closed.sum() else None
    requests, closed, issued = (
        float(counts.mean()) if past.weeks else None for counts in (past.requests, past.closed, past.issued)
    )
    return ForecastAnswer(
        as_at=as_at,
        source="cases",
        seed=asked.seed,
        runs=asked.runs,
        horizon_weeks=asked.weeks,
        rulebook=RulebookUsed.of(rulebook),
        input=inputs,
        clear_at=now.clear_at,
        clearance=outlook.main_outlook(found).clearance if found else None,
        now=WorkInHand(
            open=len(now.standing.place),
            overdue=now.standing.overdue,
            narrowest=names[now.narrowest],
            order=now.orders[now.narrowest],
            unavoidable=now.unavoidable,
            left_out=undated(batches),
            newest=work.newest,
            too_little=too_little,
            excused=int(work.excused.sum()),
            floor_limits=now.floor_limits,
        ),
        history=WeeksBehind(
            weeks=past.weeks,
            recorded_weeks=now.recorded,
            requests_per_week=requests,
            closed_per_week=closed,
            issued_per_week=issued,
            straight_line_weeks=behind.naive_weeks(now.standing.overdue, closed, requests)
            if requests is not None and closed is not None
            else None,
            checked=checked.clearance(),
            seasons=behind.season_lines(now),
            backlog=behind.path_behind(work, as_at, now.recorded),
        ),
        what_if=asked.what_if,
        stages=behind.stage_lines(now),
        policies=found,
        target=target_answer(now, reviews, simulated=not too_little),
        reviews=reviews,
        cases=cases,
        save_list=saving.cases if saving else None,
        intake=planned,
        backtest=backtest(work, asked) if asked.backtest else None,
        scenarios=outlook.scenario_outlooks(now) if asked.scenarios and not too_little else None,
        pace_changes=moved,
        recent=recent,
        track_record=track_record(work, asked) if asked.track_record and not too_little else None,
        saving=saving,
    )


def _too_little(now: Present) -> str | None:
    """Return why a file tells too little to simulate; None where it does not."""
    weeks = now.past.weeks
    if not now.work.start.size:
        return "the file holds no assessment"
    if not now.recorded and (now.work.done <= now.standing.day).any():
        return f"the file records less than a week of closures; {LEAST_WEEKS} weeks are the least that tells"
    if not now.recorded:
        return "no assessment in the file was ever closed, so nothing says how fast they are"
    if weeks < LEAST_WEEKS:
        return (
            f"the file records {count(weeks, 'week')} of closures; {LEAST_WEEKS} are the least that says "
            "anything of chance"
        )
    if not now.past.closed.sum():
        return f"no assessment was closed in the last {weeks} weeks, so nothing says how fast they are"
    return None


def save_list(rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date) -> SaveList:
    """Return the cases to save: they and their days are those of `ehcp overdue --save-list`."""
    cases = []
    in_time = untold = quick = 0
    window = days_given(rulebook, "plan.window", as_at)
    for source in sources:
        work = read_casework(rulebook, source, as_at, ALL)
        risk = at_risk(work, _PLANS)
        in_time, untold = in_time + risk.in_time, untold + risk.untold
        quick += risk.clocks.filter(pl.col("expected_p15") <= pl.col("due")).height
        after_draft = {}  # days to the plan at the 85th percentile, and at least those of the family
        for deadline in ISSUE:
            clocks, chain = work.audit.findings.filter(deadline=deadline), next_steps().chain_for(deadline)
            last = pace_of(deadline, chain, clocks, work.rows, as_at).stages[-1]
            after_draft[deadline] = max(window, last.left(P85) if last.known else 0)
        for line in risk.clocks.iter_rows(named=True):
            stage, due, expected = line["stage"], line["due"], line["expected_p85"]
            before = Count("at_least_before", after_draft[line["deadline"]], "days")
            cases.append(
                CaseToSave(
                    stage=_STAGES.get(stage, stage),
                    due=due,
                    days_left=(due - as_at).days,
                    days_needed=(expected - as_at).days,
                    expected_p85=expected,
                    last_safe_draft=None if stage == "finalise" else last_working_day(apply(before, due)),
                    **{name: line[name] for name in ("case_id", "row", "start", *WHOSE)},
                )
            )
    cases.sort(key=lambda case: (case.last_safe_draft or case.due, case.due, case.case_id, case.row))
    return SaveList(tuple(cases), in_time, untold, quick)


def target_answer(now: Present, reviews: ReviewOutlook | None, *, simulated: bool) -> TargetAnswer | None:
    """Return what the target date takes; of a file that tells too little only the arithmetic."""
    asked = now.asked
    if asked.target is None:
        return None
    backlog = max(0, now.standing.overdue - now.clear_at)
    answer = TargetAnswer(asked.target, net_needed(backlog, asked.as_at, asked.target))
    if reviews is not None:
        # those decided within a year of the target fall due again after it; those before come on top
        late = net_needed(reviews.overdue, asked.as_at, asked.target)
        answer = replace(answer, reviews_per_week=late + reviews.due_per_week)
    if not simulated:
        return answer
    weeks, pace = (asked.target - asked.as_at).days // WEEK, now.past.stages[now.narrowest].pace
    needed = tuple(CapacityNeeded(name, None, None, None, None) for name in asked.policies)
    if weeks:
        line = start_of(present(now.work, now.standing.day, weeks, asked), asked.what_if)
        needed = capacity_needed(line, outlook.orders_asked(now), pace, now.clear_at, asked.seed)
    first = next(order for order in needed if order.policy == asked.main_policy)
    return replace(answer, capacity_p50=first.capacity_p50, capacity_p85=first.capacity_p85, policies=needed)


def net_needed(backlog: float, start: date, target: date) -> float:
    """Return by how many a week a backlog, counted on `start`, must fall to be gone on the target day.

    Raises:
        UsageError: The target does not lie after the count.

    >>> round(net_needed(8310, date(2024, 1, 31), date(2025, 9, 30)), 2)
    95.67
    """
    if target <= start:
        raise UsageError(
            f"--target {target}: the target is not after the count of {start}", "give a later day"
        )
    return backlog * WEEK / (target - start).days


def capacity_needed(
    line: Pipeline, orders: Orders, pace: float, clear_at: int, seed: int
) -> tuple[CapacityNeeded, ...]:
    """Return how many cases a week more the narrowest stage needs to be clear in the weeks of a pipeline.

    `pace` is what it finishes a week now. All levels of capacity meet the same weeks to come. The first pass
    looks at sixteen levels between nothing and everything; the gap that the target lies in is then halved
    until it is one case a week.
    """
    plan = Plan(clear_at=clear_at, only_clearance=True)

    def clear(orders: Orders, levels: Sequence[int]) -> dict[str, list[float]]:
        """Return for each order the share of runs that are clear in time at each level of capacity."""
        random = np.random.Generator(np.random.PCG64([seed, _TARGET_RUNS]))
        requests, capacity = draw(line.drivers, _TARGET_RUNS, random)
        each, kept = (1, len(levels)), {name: Kept() for name in orders}
        more = np.tile(capacity, each) + np.repeat(np.array(levels, dtype=np.float64), _TARGET_RUNS)
        return {
            name: [float(part.mean()) for part in np.split(cleared > 0, len(levels))]
            for name, cleared in simulate(line, orders, np.tile(requests, each), more, plan, kept, random)
        }

    def least(orders: Orders, shares: Sequence[float], aim: float) -> int | None:
        """Return the least number of cases a week more with which the aimed share of runs is clear."""
        upper = next((place for place, share in enumerate(shares) if share >= aim), None)
        if upper is None:
            return None
        low, high = levels[max(0, upper - 1)], levels[upper]
        while high - low > 1:
            middle = (low + high) // 2
            ((share,),) = clear(orders, [middle]).values()
            low, high = (low, middle) if share >= aim else (middle, high)
        return high

    most = math.ceil(line.at_start.sum() / line.weeks + 2 * line.drivers.requests.level) + 1
    levels: list[int] = sorted({round(most * level / (_LEVELS - 1)) for level in range(_LEVELS)})
    shares: dict[str, list[float]] = {name: [] for name in orders}
    for first in range(0, len(levels), _AT_ONCE):
        for name, cleared in clear(orders, levels[first : first + _AT_ONCE]).items():
            shares[name] += cleared
    needed = []
    for name, order in orders.items():
        more = [least({name: order}, shares[name], aim) for aim in (0.5, 0.85)]
        needed.append(CapacityNeeded(name, *more, *(None if add is None else pace + add for add in more)))
    return tuple(needed)


def forecast_from_counts(taken: CountsTaken, asked: ForecastRequest) -> ForecastAnswer:
    """Return what published counts imply.

    Raises:
        UsageError: The target does not lie after the last count.
    """
    last, lines = taken.counts[-1], len(taken.counts)
    target = None
    if asked.target is not None:
        target = TargetAnswer(asked.target, net_needed(last.count, last.day, asked.target))
    return ForecastAnswer(
        as_at=asked.as_at,
        source="snapshots",
        seed=asked.seed,
        runs=asked.runs,
        horizon_weeks=asked.weeks,
        input=(Input(taken.name, taken.sha256, lines, lines, 0),),
        clear_at=0,
        clearance=drawn_clearance(taken, asked.runs, asked.seed, asked.weeks),
        what_if=asked.what_if,
        target=target,
        snapshots=taken,
    )
