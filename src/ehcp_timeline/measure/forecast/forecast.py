"""The whole answer of `ehcp forecast`: files read once and simulated under every order of work; or counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar, Literal

import numpy as np

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import NOT_IN_JSON, RulebookUsed, decimals
from ehcp_timeline.measure.counts import REVIEW
from ehcp_timeline.measure.forecast.arrays import WEEK, day_number
from ehcp_timeline.measure.forecast.backtest import Backtest, TrackRecord, backtest, track_record
from ehcp_timeline.measure.forecast.caseload import Caseload, read, timetable, undated, weeks_of, work_of
from ehcp_timeline.measure.forecast.cases import CaseToSave, ProjectedCase, SaveList, projected, save_list
from ehcp_timeline.measure.forecast.counts import CountsTaken, drawn_clearance
from ehcp_timeline.measure.forecast.history import IN_TIME_FIRST, LEAST_WEEKS, OLDEST_FIRST, WorkOrder, split
from ehcp_timeline.measure.forecast.intake import IntakeWeek, intake
from ehcp_timeline.measure.forecast.outlook import (
    ClearanceDay,
    Outlook,
    PastPoint,
    clearance,
    exceptions,
    moments_kept,
    naive_weeks,
    outlook,
    path_behind,
    quarters_ahead,
    straight_line,
)
from ehcp_timeline.measure.forecast.pace import RECENT_WEEKS, PaceChange, pace_changes
from ehcp_timeline.measure.forecast.present import Present, present
from ehcp_timeline.measure.forecast.request import (
    EVERY_TEAM,
    OBSERVED,
    ForecastRequest,
    Scenario,
    WhatIf,
)
from ehcp_timeline.measure.forecast.reviews import ReviewOutlook, review_outlook, reviews_of
from ehcp_timeline.measure.forecast.simulate import Kept, Orders, Plan, run, start_of
from ehcp_timeline.measure.forecast.stages import SeasonLine, StageLine, season_lines, stage_lines
from ehcp_timeline.measure.forecast.target import CapacityNeeded, TargetAnswer, capacity_needed, net_needed
from ehcp_timeline.measure.result import Clearance, Input
from ehcp_timeline.record import Whole, field, record, replace
from ehcp_timeline.text import count, did_you_mean


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
    seasons: tuple[SeasonLine, ...]
    backlog: tuple[PastPoint, ...]


@record(frozen=True, slots=True)
class ScenarioOutlook:
    """What one scenario leads to.

    Attributes:
        what_if: What it changes; vacancies are in `shrinkage`, by the share of the closed cases that each
            team had.
        vacancies: Percent of each team's posts that are vacant beyond those that were so far.
    """

    name: str
    what_if: WhatIf
    vacancies: Mapping[str, float]
    outlook: Outlook


@record(frozen=True, slots=True)
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
    rulebook: RulebookUsed | None
    input: tuple[Input, ...]
    clear_at: Whole
    clearance: ClearanceDay | None
    now: WorkInHand | None
    history: WeeksBehind | None
    what_if: WhatIf
    stages: tuple[StageLine, ...] = ()
    policies: tuple[Outlook, ...] = ()
    target: TargetAnswer | None = None
    reviews: ReviewOutlook | None = None
    snapshots: CountsTaken | None = None
    cases: tuple[ProjectedCase, ...] | None = None
    save_list: tuple[CaseToSave, ...] | None = None
    intake: tuple[IntakeWeek, ...] | None = None
    backtest: Backtest | None = None
    sentences: tuple[str, ...] = ()
    scenarios: tuple[ScenarioOutlook, ...] | None = None
    pace_changes: tuple[PaceChange, ...] = ()
    recent: Outlook | None = None
    track_record: TrackRecord | None = None
    saving: SaveList | None = field(default=None, metadata=NOT_IN_JSON)


def main_outlook(outlooks: Sequence[Outlook]) -> Outlook:
    """Return the observed order of work, or the first that was asked for."""
    return next((outlook for outlook in outlooks if outlook.policy == OBSERVED), outlooks[0])


def forecast(rulebook: Rulebook, sources: Sequence[CaseFile], asked: ForecastRequest) -> ForecastAnswer:
    """Return every answer about some case files.

    Raises:
        CaseFileError: A file says nothing of plans issued.
        UsageError: The target is past, or a stage is named that the files do not show.
    """
    batches, inputs = read(rulebook, sources, asked.as_at)
    columns = frozenset(column for source in sources for column in source.columns)
    work = work_of(batches, rulebook, timetable(rulebook, columns, asked.as_at), asked.as_at)
    names = work.timetable.names
    if asked.narrowest and asked.narrowest not in names:
        raise UsageError(
            f"--narrowest: the file shows no stage `{asked.narrowest}`", f"one of {', '.join(names)}"
        )
    day = day_number(asked.as_at)
    now = present(work, day, asked.weeks, asked)
    # each past day that a backtest stands at has its own
    cleared = replace(asked, clear_at=now.clear_at if asked.clear_at is None else asked.clear_at)
    too_little = _too_little(now)
    moved = () if too_little else pace_changes(now, asked.closures)
    year = weeks_of(rulebook, REVIEW[0], asked.as_at)
    rules = {name: order for name, order in _orders(asked, now).items() if isinstance(order, WorkOrder)}
    reviews = review_outlook(reviews_of(batches, day), day, asked.weeks, rules, asked.runs, asked.seed, year)
    target = _target(cleared, now, reviews, simulated=not too_little)
    outlooks, cases = ((), None) if too_little else _outlooks(cleared, now)
    past, overdue = now.past, now.standing.overdue
    requests, closed, issued = (
        float(counts.mean()) if past.weeks else None for counts in (past.requests, past.closed, past.issued)
    )
    line = None if requests is None or closed is None else naive_weeks(overdue, closed, requests)
    expected = now.pipeline.drivers.requests
    saving = save_list(rulebook, sources, asked.as_at) if asked.save_list else None
    return ForecastAnswer(
        as_at=asked.as_at,
        source="cases",
        seed=asked.seed,
        runs=asked.runs,
        horizon_weeks=asked.weeks,
        rulebook=RulebookUsed.of(rulebook),
        input=inputs,
        clear_at=cleared.clear_at or 0,
        clearance=main_outlook(outlooks).clearance if outlooks else None,
        now=WorkInHand(
            open=len(now.standing.place),
            overdue=overdue,
            narrowest=names[now.narrowest],
            order=now.orders[now.narrowest],
            unavoidable=now.unavoidable,
            left_out=undated(batches),
            newest=work.newest,
            too_little=too_little,
            excused=len(work.excused),
            floor_limits=now.floor_limits,
        ),
        history=WeeksBehind(
            weeks=past.weeks,
            recorded_weeks=now.recorded,
            requests_per_week=requests,
            closed_per_week=closed,
            issued_per_week=issued,
            straight_line_weeks=line,
            checked=straight_line(work, day),
            seasons=season_lines(now, asked.closures),
            backlog=path_behind(work, asked.as_at, now.recorded),
        ),
        what_if=asked.what_if,
        stages=stage_lines(now),
        policies=outlooks,
        target=target,
        reviews=reviews,
        cases=cases,
        save_list=saving.cases if saving else None,
        intake=intake(
            rulebook, asked.as_at, (expected.level * expected.season).tolist() if past.weeks else [],
            asked.closures, asked.intake_weeks,
        ) if asked.intake_weeks else None,
        backtest=backtest(work, asked) if asked.backtest else None,
        saving=saving,
        scenarios=_scenarios(cleared, now) if asked.scenarios and not too_little else None,
        pace_changes=moved,
        recent=_recent(cleared, work) if moved else None,
        track_record=track_record(work, asked) if asked.track_record and not too_little else None,
    )  # fmt: skip


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


def _orders(asked: ForecastRequest, now: Present) -> Orders:
    """Return the orders of work that are asked for; the observed one is each stage's own."""
    known = {"oldest-first": OLDEST_FIRST, "in-time-first": IN_TIME_FIRST, "split": split(asked.split)}
    return {name: known.get(name, now.orders) for name in asked.policies}


def _outlooks(
    asked: ForecastRequest, now: Present, *, beside_unchanged: bool = True
) -> tuple[tuple[Outlook, ...], tuple[ProjectedCase, ...] | None]:
    """Return what each order leads to, and each open case if it was asked for."""
    orders, clear_at = _orders(asked, now), asked.clear_at or 0
    quarters = quarters_ahead(now.standing.day, asked.weeks)
    followed = asked.main_policy if asked.per_case else ""
    plan = Plan(moments_kept(quarters[1]), quarters[1], clear_at, followed)
    kept = run(start_of(now, asked.what_if), orders, plan, asked.runs, asked.seed)
    before: Mapping[str, Kept] = {}
    if asked.what_if.changed and beside_unchanged:
        plan = Plan(clear_at=clear_at, only_clearance=True)
        before = run(start_of(now), orders, plan, asked.runs, asked.seed)
    excepted = exceptions(now.work, now.standing.day, now.past.weeks)
    outlooks = []
    for name, order in orders.items():
        clear = clearance(kept[name].cleared, asked.as_at, asked.weeks)
        if now.standing.overdue <= clear_at:
            clear = ClearanceDay(asked.as_at, asked.as_at, asked.as_at, 0.0)
        unchanged = clearance(before[name].cleared, asked.as_at, asked.weeks) if before else None
        shown = order if isinstance(order, WorkOrder) else order[now.narrowest]
        outlooks.append(outlook(name, shown, kept[name], clear, unchanged, asked.as_at, quarters, excepted))
    cases = projected(now, kept[followed].finished, asked.runs) if followed else None
    return tuple(outlooks), cases


def _recent(asked: ForecastRequest, work: Caseload) -> Outlook | None:
    """Return what the last 8 weeks alone lead to under the main order; None where nothing was done."""
    asked = replace(asked, window=RECENT_WEEKS, per_case=False, policies=(asked.main_policy,))
    now = present(work, day_number(asked.as_at), asked.weeks, asked)
    return _outlooks(asked, now)[0][0] if now.past.closed.sum() else None


def _scenarios(asked: ForecastRequest, now: Present) -> tuple[ScenarioOutlook, ...]:
    """Return what each scenario leads to, after what comes without a change."""
    lines = []
    for scenario in (Scenario("no change"), *asked.scenarios):
        change = _with_vacancies(scenario, now.work, now.past.weeks)
        question = replace(asked, what_if=change, policies=(scenario.policy,), per_case=False)
        (outlook,), _ = _outlooks(question, now, beside_unchanged=False)
        lines.append(ScenarioOutlook(scenario.name, change, scenario.vacancies, outlook))
    return tuple(lines)


def _with_vacancies(scenario: Scenario, work: Caseload, weeks: int) -> WhatIf:
    """Return the change of a scenario, its vacancies as working time lost by all.

    A team's share is that of the cases closed in so many weeks behind.

    Raises:
        UsageError: The file has no such team, or the team closed nothing lately.
    """
    if not scenario.vacancies:
        return scenario.what_if
    day = day_number(work.as_at)
    lately = (work.done > day - WEEK * weeks) & (work.done <= day)
    closed = Counter(work.team[place] for place in np.flatnonzero(lately).tolist() if work.team)
    teams = sorted(filter(None, closed))
    lost = 0.0
    for team, percent in scenario.vacancies.items():
        if team == EVERY_TEAM:
            lost += percent
            continue
        if not closed[team]:
            tip = did_you_mean(team, teams, 1) or f"one of {', '.join(teams)}"
            raise UsageError(
                f"scenario `{scenario.name}`: no team `{team}` closed a case in the last {weeks} weeks",
                tip if teams else 'add the column team, or write  vacancies = "10%"  for all',
            )
        lost += percent * closed[team] / closed.total()
    kept = (1 - scenario.what_if.shrinkage / 100) * (1 - lost / 100)
    return replace(scenario.what_if, shrinkage=round(100 * (1 - kept), 6))


def _target(
    asked: ForecastRequest, now: Present, reviews: ReviewOutlook | None, *, simulated: bool
) -> TargetAnswer | None:
    """Return what the target date takes; of a file that tells too little only the arithmetic."""
    if asked.target is None:
        return None
    overdue, clear_at = now.standing.overdue, asked.clear_at or 0
    answer = TargetAnswer(asked.target, net_needed(max(0, overdue - clear_at), asked.as_at, asked.target))
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
        needed = capacity_needed(line, _orders(asked, now), pace, clear_at, asked.seed)
    first = next(order for order in needed if order.policy == asked.main_policy)
    return replace(answer, capacity_p50=first.capacity_p50, capacity_p85=first.capacity_p85, policies=needed)


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
        rulebook=None,
        input=(Input(taken.name, taken.sha256, lines, lines, 0),),
        clear_at=0,
        clearance=drawn_clearance(taken, asked.runs, asked.seed, asked.weeks),
        now=None,
        history=None,
        what_if=asked.what_if,
        target=target,
        snapshots=taken,
    )
