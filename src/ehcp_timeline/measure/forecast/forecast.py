"""The whole answer of `ehcp forecast`: files read once and simulated under every order of work; or counts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.counts import REVIEW
from ehcp_timeline.measure.forecast.answer import ForecastAnswer, WeeksBehind, WorkInHand
from ehcp_timeline.measure.forecast.counts import CountsFile, counts_taken, drawn_clearance
from ehcp_timeline.measure.forecast.model.arrays import day_number
from ehcp_timeline.measure.forecast.model.caseload import Caseload, newest_day, read, undated, work_of
from ehcp_timeline.measure.forecast.model.history import (
    IN_TIME_FIRST,
    LEAST_WEEKS,
    OLDEST_FIRST,
    WorkOrder,
    split,
)
from ehcp_timeline.measure.forecast.model.present import Present, present
from ehcp_timeline.measure.forecast.model.stages import season_lines, stage_lines
from ehcp_timeline.measure.forecast.model.timetable import timetable, weeks_of
from ehcp_timeline.measure.forecast.request import NOTHING, OBSERVED, ForecastRequest, Scenario
from ehcp_timeline.measure.forecast.results.backtest import backtest, track_record
from ehcp_timeline.measure.forecast.results.cases import ProjectedCase, projected, save_list
from ehcp_timeline.measure.forecast.results.intake import intake
from ehcp_timeline.measure.forecast.results.outlook import (
    ClearanceDay,
    Outlook,
    clear_now,
    clearance,
    exceptions,
    moments_kept,
    naive_weeks,
    outlook,
    path_behind,
    quarters_ahead,
    straight_line,
)
from ehcp_timeline.measure.forecast.results.pace import RECENT_WEEKS, pace_changes
from ehcp_timeline.measure.forecast.results.reviews import ReviewOutlook, review_outlook, reviews_of
from ehcp_timeline.measure.forecast.results.scenarios import ScenarioOutlook, with_vacancies
from ehcp_timeline.measure.forecast.results.target import (
    CapacityQuestion,
    TargetAnswer,
    capacity_needed,
    net_needed,
    reviews_needed,
)
from ehcp_timeline.measure.forecast.simulate import Orders, Plan, Start, run, start_of
from ehcp_timeline.measure.result import Input
from ehcp_timeline.text.words import count


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
    clear_at = now.clear_at if asked.clear_at is None else asked.clear_at
    too_little = _too_little(now)
    moved = () if too_little else pace_changes(now, asked.closures)
    known = {"oldest-first": OLDEST_FIRST, "in-time-first": IN_TIME_FIRST, "split": split(asked.split)}
    orders: Orders = {name: known.get(name, now.orders) for name in asked.policies}
    start = start_of(now, asked.what_if)
    rules = {name: known[name] for name in orders if name in known}
    year = weeks_of(rulebook, REVIEW[0], asked.as_at)
    reviews = review_outlook(reviews_of(batches, day), day, asked.weeks, rules, asked.runs, asked.seed, year)
    target = _target(asked, now, None if too_little else start, orders, clear_at, reviews)
    outlooks, cases = ((), None) if too_little else _simulated(asked, now, start, orders, clear_at)
    past, requests = now.past, now.drivers.requests
    requests_pace, closed_pace, issued_pace = (
        float(counts.mean()) if past.weeks else None for counts in (past.requests, past.closed, past.issued)
    )
    expected = (requests.level * requests.season).tolist() if past.weeks else []
    saving = save_list(rulebook, sources, asked.as_at) if asked.save_list else None
    return ForecastAnswer(
        as_at=asked.as_at,
        source="cases",
        seed=asked.seed,
        runs=asked.runs,
        horizon_weeks=asked.weeks,
        rulebook=RulebookUsed.of(rulebook),
        input=inputs,
        clear_at=clear_at,
        clearance=main_outlook(outlooks).clearance if outlooks else None,
        now=WorkInHand(
            open=len(now.standing.place),
            overdue=now.standing.overdue,
            narrowest=names[now.narrowest],
            order=now.order,
            unavoidable=now.unavoidable,
            left_out=undated(batches),
            newest=newest_day(work),
            too_little=too_little,
            excused=len(work.excused),
            floor_limits=now.floor_limits,
        ),
        history=WeeksBehind(
            weeks=past.weeks,
            recorded_weeks=now.recorded,
            requests_per_week=requests_pace,
            closed_per_week=closed_pace,
            issued_per_week=issued_pace,
            straight_line_weeks=None
            if requests_pace is None or closed_pace is None
            else naive_weeks(now.standing.overdue, closed_pace, requests_pace),
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
        intake=intake(rulebook, asked.as_at, expected, asked.closures, asked.intake_weeks)
        if asked.intake_weeks
        else None,
        backtest=backtest(work, asked) if asked.backtest else None,
        saving=saving,
        scenarios=_scenarios(asked, now, known, clear_at) if asked.scenarios and not too_little else None,
        pace_changes=moved,
        recent=_recent(asked, work, orders, clear_at) if moved and not too_little else None,
        track_record=track_record(work, asked) if asked.track_record and not too_little else None,
    )


def main_outlook(outlooks: Sequence[Outlook]) -> Outlook:
    """Return the observed order of work, or the first that was asked for."""
    return next((outlook for outlook in outlooks if outlook.policy == OBSERVED), outlooks[0])


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


def _simulated(
    asked: ForecastRequest, now: Present, start: Start, orders: Orders, clear_at: int
) -> tuple[tuple[Outlook, ...], tuple[ProjectedCase, ...] | None]:
    """Return what each order leads to, and each open case if it was asked for."""
    quarters = quarters_ahead(now.standing.day, asked.weeks)
    followed = OBSERVED if OBSERVED in orders else next(iter(orders))
    plan = Plan(moments_kept(quarters[1]), quarters[1], clear_at, followed if asked.per_case else "")
    kept = run(start, orders, plan, asked.runs, asked.seed)
    unchanged: dict[str, ClearanceDay] = {}
    if asked.what_if.changed:
        plan = Plan(clear_at=clear_at, only_clearance=True)
        before = run(start_of(now), orders, plan, asked.runs, asked.seed)
        unchanged = {name: clearance(before[name].cleared, asked.as_at, asked.weeks) for name in orders}
    excepted = exceptions(now.work, now.standing.day, now.past.weeks)
    outlooks = []
    for name, order in orders.items():
        clear = clearance(kept[name].cleared, asked.as_at, asked.weeks)
        if now.standing.overdue <= clear_at:
            clear = clear_now(asked.as_at)
        outlooks.append(
            outlook(
                name,
                order if isinstance(order, WorkOrder) else order[now.narrowest],
                kept[name],
                clear,
                unchanged.get(name),
                asked.as_at,
                quarters,
                excepted,
            )
        )
    cases = projected(now, kept[followed].finished, asked.runs) if asked.per_case else None
    return tuple(outlooks), cases


def _recent(asked: ForecastRequest, work: Caseload, orders: Orders, clear_at: int) -> Outlook | None:
    """Return what the last 8 weeks alone lead to under the main order; None where nothing was done."""
    asked = replace(asked, window=RECENT_WEEKS, per_case=False)
    now = present(work, day_number(asked.as_at), asked.weeks, asked)
    if not now.past.closed.sum():
        return None
    name = OBSERVED if OBSERVED in orders else next(iter(orders))
    order: Orders = {name: now.orders if name == OBSERVED else orders[name]}
    outlooks, _ = _simulated(asked, now, start_of(now, asked.what_if), order, clear_at)
    return outlooks[0]


def _scenarios(
    asked: ForecastRequest, now: Present, known: Mapping[str, WorkOrder], clear_at: int
) -> tuple[ScenarioOutlook, ...]:
    """Return what each scenario leads to, after what comes without a change."""
    lines = []
    for scenario in (Scenario("no change"), *asked.scenarios):
        change = with_vacancies(scenario, now.work, now.past.weeks)
        orders: Orders = {scenario.policy: known.get(scenario.policy, now.orders)}
        question = replace(asked, what_if=NOTHING, per_case=False)
        (outlook,), _ = _simulated(question, now, start_of(now, change), orders, clear_at)
        lines.append(ScenarioOutlook(scenario.name, change, scenario.vacancies, outlook))
    return tuple(lines)


def _target(
    asked: ForecastRequest,
    now: Present,
    start: Start | None,
    orders: Orders,
    clear_at: int,
    reviews: ReviewOutlook | None,
) -> TargetAnswer | None:
    """Return what the target date takes; without a start only the arithmetic."""
    if asked.target is None:
        return None
    net = net_needed(max(0, now.standing.overdue - clear_at), asked.as_at, asked.target)
    reviews_a_week = None
    if reviews is not None:
        reviews_a_week = reviews_needed(reviews.overdue, reviews.due_per_week, asked.as_at, asked.target)
    if start is None:
        return TargetAnswer(asked.target, net, reviews_a_week)
    question = CapacityQuestion(start, now.past.stages[now.narrowest].pace, clear_at, asked.seed)
    needed = capacity_needed(question, orders, asked.target, asked.as_at)
    first = next((order for order in needed if order.policy == OBSERVED), needed[0])
    return TargetAnswer(asked.target, net, reviews_a_week, first.capacity_p50, first.capacity_p85, needed)


def forecast_from_counts(file: CountsFile, asked: ForecastRequest) -> ForecastAnswer:
    """Return what published counts imply.

    Raises:
        UsageError: The target does not lie after the last count.
    """
    taken, last = counts_taken(file), file.counts[-1]
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
        input=(Input(file.name, file.sha256, len(file.counts), len(file.counts), 0),),
        clear_at=0,
        clearance=drawn_clearance(taken, asked.runs, asked.seed, asked.weeks),
        now=None,
        history=None,
        what_if=asked.what_if,
        target=target,
        snapshots=taken,
    )
