"""Open cases one by one: when each is closed, and those in time that will be late unless they are hurried."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import numpy as np
import polars as pl

from ehcp_timeline.audit.selection import WHOSE
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.clock import Count, apply, last_working_day
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.casework import ALL, read_casework
from ehcp_timeline.measure.counts import ISSUE
from ehcp_timeline.measure.forecast.caseload import days_given
from ehcp_timeline.measure.forecast.present import Present
from ehcp_timeline.measure.forecast.simulate import case_groups
from ehcp_timeline.measure.forecast.weeks import WEEK, Counts, Rates, after_weeks, day_of
from ehcp_timeline.measure.next_steps import next_steps
from ehcp_timeline.measure.pace import P85, pace_of
from ehcp_timeline.measure.worklists import at_risk
from ehcp_timeline.record import Whole, record, replace

Breach = Literal["overdue", "excused", "likely", "possible", "unlikely"]
_PLANS = replace(ALL, deadlines=frozenset(ISSUE))
_STAGES: Mapping[str, Any] = {"decide": "decision", "finalise": "final"}


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


def projected(now: Present, finished: Rates, runs: int) -> tuple[ProjectedCase, ...]:
    """Return every open case, the earliest due first; `finished` is what so many runs kept of each group."""
    rows, stages, sizes, _ = case_groups(now.pipeline)
    shares = finished / (sizes[:, None] * runs)
    p50, p85 = _first_weeks(shares, 0.5), _first_weeks(shares, 0.85)
    groups = {key: at for at, key in enumerate(zip(rows.tolist(), stages.tolist(), strict=True))}
    standing, work = now.standing, now.work
    row_of = np.searchsorted(now.pipeline.due_weeks, standing.due_week)
    lines = (standing.place, row_of, standing.stage, standing.due_week)
    cases = []
    for place, row, stage, due_week in zip(*(numbers.tolist() for numbers in lines), strict=True):
        group = groups[row, stage]
        ends = int(p50[group]), int(p85[group])
        breach: Breach = "possible" if ends[1] > due_week else "unlikely"
        if work.excused[place]:
            breach = "excused"
        elif due_week <= 0:
            breach = "overdue"
        elif ends[0] > due_week:  # closed in the week in which it falls due counts as in time
            breach = "likely"
        finish_p50, finish_p85 = (
            after_weeks(day_of(standing.day), end) if end <= now.pipeline.weeks else None for end in ends
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


def _first_weeks(shares: Rates, share: float) -> Counts:
    """Return for each group the first week by which a share is closed; one past the last where none is."""
    reached = shares >= share - 1e-9
    return np.asarray(np.where(reached.any(axis=1), reached.argmax(axis=1), shares.shape[1]))


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
