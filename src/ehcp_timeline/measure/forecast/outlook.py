"""What the runs of each order of work come to: clearance, quarters, the path, each open case; scenarios."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import numpy as np

from ehcp_timeline.audit.selection import WHOSE
from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.answer import NOT_IN_JSON
from ehcp_timeline.measure.forecast.caseload import Caseload
from ehcp_timeline.measure.forecast.days import NEVER, WEEK, Counts, Share, after_weeks, day_number, day_of
from ehcp_timeline.measure.forecast.present import IN_TIME_FIRST, OLDEST_FIRST, Present, WorkOrder
from ehcp_timeline.measure.forecast.request import EVERY_TEAM, MOST_LOST, OBSERVED, WhatIf
from ehcp_timeline.measure.forecast.simulate import PER_MILLE, Kept, Orders, Plan, case_groups, run, start_of
from ehcp_timeline.measure.forecast.weeks import PERCENTS, Spread
from ehcp_timeline.measure.pace import MEDIAN, P15, P85, percentile
from ehcp_timeline.record import Percent, Whole, field, fields, record, replace
from ehcp_timeline.text import did_you_mean

PATH_WEEKS = 4
Breach = Literal["overdue", "excused", "likely", "possible", "unlikely"]


@record(frozen=True, slots=True)
class ClearanceDay:
    """When the backlog clears: that share of the runs is clear by that day; null is not by the horizon.

    Attributes:
        never_share: Share of the runs that are not clear by the horizon.
    """

    p50: date | None
    p85: date | None
    p95: date | None
    never_share: Share


@record(frozen=True, slots=True)
class Quarter:
    """One calendar quarter to come, or the part of it inside the horizon.

    Attributes:
        quarter: As `2025-Q1`.
        weeks: Whole weeks of it that were simulated.
        rate: Percent of the plans issued that were in time: the median run.
        rate_p15: Not reached by 15% of the runs.
        rate_p85: Exceeded by 15% of the runs.
        rate_ex: The median without plans for which an exception is claimed; null where the file cannot say.
        overdue_p50: Overdue cases at its end.
        overdue_p85: 85% of the runs have no more.
        oldest_p50: Whole weeks since the request of the oldest case at its end.
        oldest_p85: 85% of the runs have no older one.
        over_52_p50: Families who have waited more than 52 weeks at its end.
        over_52_p85: 85% of the runs have no more.
    """

    quarter: str
    weeks: Whole
    rate: Percent
    rate_p15: Percent
    rate_p85: Percent
    rate_ex: Percent
    overdue_p50: int | None
    overdue_p85: int | None
    oldest_p50: int | None
    oldest_p85: int | None
    over_52_p50: int | None
    over_52_p85: int | None


@record(frozen=True, slots=True)
class PathPoint:
    """The backlog at the end of one week to come."""

    week_ending: date
    open_p50: int | None
    overdue_p15: int | None
    overdue_p50: int | None
    overdue_p85: int | None
    oldest_p50: int | None


@record(frozen=True, slots=True)
class Outlook:
    """What one order of work leads to.

    Attributes:
        unchanged: Clearance without the what-if; null where there is none.
    """

    policy: str
    order: WorkOrder
    clearance: ClearanceDay
    unchanged: ClearanceDay | None
    quarters: tuple[Quarter, ...]
    path: tuple[PathPoint, ...]


@record(frozen=True, slots=True)
class ScenarioOutlook:
    """What one scenario leads to.

    Attributes:
        what_if: What it changes; vacancies are in `shrinkage`, by the share of the closed cases that each
            team had.
        vacancies: Percent of each team's posts that are vacant beyond those that were so far.
        asked: The scenario as it was asked.
    """

    name: str
    what_if: WhatIf
    vacancies: Mapping[str, float]
    outlook: Outlook
    asked: WhatIf = field(metadata=NOT_IN_JSON)


@record(frozen=True, slots=True)
class ProjectedCase:
    """One open case and when it is closed, by plan or otherwise.

    Attributes:
        row: Physical line of the file.
        start: Day of its request.
        weeks: Whole weeks it has been open.
        finish_p50: End of the week by which half of the runs have closed it; null is not by the horizon.
        finish_p85: End of the week by which 85% have.
        breach: `overdue` now; `excused`: past its day with a recorded exception; `likely` if half of the
            runs close it late, `possible` if 15% do; else `unlikely`.
        breach_on: First day on which it is late: the day after its due day.
    """

    case_id: str
    row: Whole
    stage: str
    start: date
    due: date
    weeks: int
    finish_p50: date | None
    finish_p85: date | None
    breach: Breach
    breach_on: date
    district: str | None
    team: str | None
    caseworker: str | None


def main_outlook(outlooks: Sequence[Outlook]) -> Outlook:
    """Return the observed order of work, or the first that was asked for."""
    return next((outlook for outlook in outlooks if outlook.policy == OBSERVED), outlooks[0])


def orders_asked(now: Present) -> Orders:
    """Return the orders of work that are asked for; the observed one is each stage's own."""
    split = WorkOrder(now.asked.split, 1 - now.asked.split, 0)
    known = {"oldest-first": OLDEST_FIRST, "in-time-first": IN_TIME_FIRST, "split": split}
    return {name: known.get(name, now.orders) for name in now.asked.policies}


def outlooks(
    now: Present, *, beside_unchanged: bool = True
) -> tuple[tuple[Outlook, ...], tuple[ProjectedCase, ...] | None]:
    """Return what each order leads to, and each open case if it was asked for."""
    asked, orders, clear_at, day = now.asked, orders_asked(now), now.clear_at, now.standing.day
    quarters = quarters_ahead(day, asked.weeks)
    followed = asked.main_policy if asked.per_case else ""
    plan = Plan(moments_kept(quarters), quarters, clear_at, followed)
    kept = run(start_of(now, asked.what_if), orders, plan, asked.runs, asked.seed)
    before: Mapping[str, Kept] = {}
    if asked.what_if.changed and beside_unchanged:
        plan = Plan(clear_at=clear_at, only_clearance=True)
        before = run(start_of(now), orders, plan, asked.runs, asked.seed)
    excepted, found = exceptions(now.work, day, now.past.weeks), []
    for name, order in orders.items():
        shown = order if isinstance(order, WorkOrder) else order[now.narrowest]
        one = outlook(name, shown, kept[name], quarters, asked.as_at, excepted)
        if before:
            one = replace(one, unchanged=clearance(before[name].cleared, asked.as_at, asked.weeks))
        if now.standing.overdue <= clear_at:  # clear already, with a change or without
            clear = ClearanceDay(asked.as_at, asked.as_at, asked.as_at, 0.0)
            one = replace(one, clearance=clear, unchanged=clear if before else None)
        found.append(one)
    cases = projected(now, kept[followed].finished, asked.runs) if followed else None
    return tuple(found), cases


def quarters_ahead(day: int, weeks: int) -> tuple[str, ...]:
    """Return for each week to come the quarter that its last day lies in.

    >>> quarters_ahead(date(2025, 3, 20).toordinal(), 3)
    ('2025-Q1', '2025-Q2', '2025-Q2')
    """
    ends = (day_of(day + WEEK * week) for week in range(1, weeks + 1))
    return tuple(f"{end.year}-Q{(end.month + 2) // 3}" for end in ends)


def moments_kept(quarters: Sequence[str]) -> frozenset[int]:
    """Return the weeks to look at: every fourth, and the last of each quarter."""
    ends = {quarter: week for week, quarter in enumerate(quarters, 1)}
    return frozenset({*ends.values(), *range(PATH_WEEKS, len(quarters) + 1, PATH_WEEKS)})


def outlook(
    policy: str, order: WorkOrder, kept: Kept, quarters: Sequence[str], as_at: date,
    excepted: tuple[float, float] | None,
) -> Outlook:  # fmt: skip
    """Return what the runs under one order of work come to; `quarters` and `excepted` as made here."""
    every = []
    for quarter, last in {quarter: week for week, quarter in enumerate(quarters, 1)}.items():
        rates = kept.rates[quarter]
        rate, rate_p15, rate_p85 = (
            round(100 * percentile(rates, percent) / PER_MILLE, 1) if len(rates) else None
            for percent in (MEDIAN, P15, P85)
        )
        without = None
        if rate is not None and excepted is not None:
            without = round(100 * without_exceptions(rate / 100, *excepted), 1)
        ends = _percentiles(Quarter, kept.moments[last])
        every.append(Quarter(quarter, quarters.count(quarter), rate, rate_p15, rate_p85, without, **ends))
    path = tuple(
        PathPoint(after_weeks(as_at, week), **_percentiles(PathPoint, moment))
        for week, moment in sorted(kept.moments.items())
        if week % PATH_WEEKS == 0
    )
    return Outlook(policy, order, clearance(kept.cleared, as_at, len(quarters)), None, tuple(every), path)


def _percentiles(kind: type[Quarter | PathPoint], moment: Mapping[str, Spread]) -> dict[str, int | None]:
    """Return what a record says of a moment: its field `overdue_p85` is the 85th percentile of `overdue`."""
    named = (field.name.rpartition("_p") for field in fields(kind))
    return {
        f"{what}_p{percent}": percentile(moment[what], int(percent))
        for what, _, percent in named
        if what in moment
    }


def clearance(cleared: Spread, day: date, weeks: int) -> ClearanceDay:
    """Return the clearance dates; a run that is not clear by the horizon is later than any date."""
    weeks_to_clear = (clear_week(cleared, percent, weeks) for percent in PERCENTS)
    p50, p85, p95 = (None if week is None else after_weeks(day, week) for week in weeks_to_clear)
    return ClearanceDay(p50, p85, p95, round(cleared.share_above(weeks), 4))


def clear_week(cleared: Spread, percent: int, weeks: int) -> int | None:
    """Return the week, to the nearest, by which so many of 100 runs are clear; None if not by the horizon."""
    return cleared.nearest(percent) if percentile(cleared, percent) <= weeks else None


def exceptions(work: Caseload, day: int, weeks: int) -> tuple[float, float] | None:
    """Return the share of plans with an exception claimed, of those issued in time and of the late.

    Of so many weeks behind; None where the file has no column for exceptions.
    """
    if not work.exceptions_known:
        return None
    issued = work.issued & (work.done > day - WEEK * weeks) & (work.done <= min(day, NEVER - 1))
    late = work.done > work.due
    in_time_share, late_share = (
        float(work.excepted[group].mean()) if group.any() else 0.0
        for group in (issued & ~late, issued & late)
    )
    return in_time_share, late_share


def without_exceptions(rate: float, in_time_share: float, late_share: float) -> float:
    """Return a rate, from 0 to 1, with these shares of the plans in time and late taken from both its sides.

    >>> round(without_exceptions(0.5, 0.0, 0.5), 3)
    0.667
    """
    in_time, late = rate * (1 - in_time_share), (1 - rate) * (1 - late_share)
    return in_time / (in_time + late) if in_time + late > 0 else rate


def scenario_outlooks(now: Present) -> tuple[ScenarioOutlook, ...]:
    """Return what each scenario leads to, after what comes without a change."""
    lines = []
    for scenario in (WhatIf(name="no change"), *now.asked.scenarios):
        change = _with_vacancies(scenario, now.work, now.past.weeks)
        question = replace(now.asked, what_if=change, policies=(scenario.policy,), per_case=False)
        (one,), _ = outlooks(replace(now, asked=question), beside_unchanged=False)
        lines.append(ScenarioOutlook(scenario.name, change, dict(scenario.vacancies), one, scenario))
    return tuple(lines)


def _with_vacancies(scenario: WhatIf, work: Caseload, weeks: int) -> WhatIf:
    """Return the change of a scenario, its vacancies as working time lost by all.

    A team's share is that of the cases closed in so many weeks behind.

    Raises:
        UsageError: The file has no such team, the team closed nothing lately, or nobody would be left.
    """
    if not scenario.vacancies:
        return scenario
    day = day_number(work.as_at)
    lately = (work.done > day - WEEK * weeks) & (work.done <= day)
    closed = Counter(work.team[place] for place in np.flatnonzero(lately).tolist() if work.team)
    teams = sorted(filter(None, closed))
    lost = 0.0
    for team, percent in scenario.vacancies:
        if team == EVERY_TEAM:
            lost += percent
        elif closed[team]:
            lost += percent * closed[team] / closed.total()
        else:
            tip = did_you_mean(team, teams, 1) or f"one of {', '.join(teams)}"
            raise UsageError(
                f"scenario `{scenario.name}`: no team `{team}` closed a case in the last {weeks} weeks",
                tip if teams else 'add the column team, or write  vacancies = "10%"  for all',
            )
    kept = (1 - scenario.shrinkage / 100) * (1 - lost / 100)
    shrinkage = round(100 * (1 - kept), 6)
    if shrinkage > MOST_LOST:
        raise UsageError(
            f"scenario `{scenario.name}`: {shrinkage:g}% of all working time would be lost",
            f"no more than {MOST_LOST}% in all",
        )
    return replace(scenario, shrinkage=shrinkage)


def projected(now: Present, finished: Counts, runs: int) -> tuple[ProjectedCase, ...]:
    """Return every open case, the earliest due first; `finished` is what so many runs kept of each group."""
    rows, stages, sizes, _ = case_groups(now.pipeline)
    # how many of each group are closed in each week, and not by the horizon
    closed = np.diff(finished, prepend=0, append=runs * sizes[:, None])
    ends = {
        group: tuple(percentile(Spread(weeks), percent) for percent in (MEDIAN, P85))
        for group, weeks in zip(zip(rows.tolist(), stages.tolist(), strict=True), closed, strict=True)
    }
    standing, work = now.standing, now.work
    row_of = np.searchsorted(now.pipeline.due_weeks, standing.due_week)
    lines = (standing.place, row_of, standing.stage, standing.due_week)
    cases = []
    for place, row, stage, due_week in zip(*(numbers.tolist() for numbers in lines), strict=True):
        p50, p85 = ends[row, stage]
        breach: Breach = "possible" if p85 > due_week else "unlikely"
        if work.excused[place]:
            breach = "excused"
        elif due_week <= 0:
            breach = "overdue"
        elif p50 > due_week:  # closed in the week in which it falls due counts as in time
            breach = "likely"
        finish_p50, finish_p85 = (
            after_weeks(day_of(standing.day), end) if end <= now.pipeline.weeks else None
            for end in (p50, p85)
        )
        start, due = int(work.start[place]), int(work.due[place])
        owner: dict[str, Any] = {**dict.fromkeys(WHOSE), **work.named[place]}
        cases.append(
            ProjectedCase(
                stage=work.timetable.names[stage],
                start=day_of(start),
                due=day_of(due),
                weeks=(standing.day - start) // WEEK,
                finish_p50=finish_p50,
                finish_p85=finish_p85,
                breach=breach,
                breach_on=day_of(due + 1),
                **owner,
            )
        )
    return tuple(sorted(cases, key=lambda case: (case.due, case.row)))
