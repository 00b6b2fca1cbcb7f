"""The save list: cases in time whose remaining stages, at their 85th percentile, take longer than is left.

The cases and their days are those of `ehcp overdue --save-list`; here stands the last safe day for the draft.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.clock.counting import Count, apply
from ehcp_timeline.clock.workdays import last_working_day
from ehcp_timeline.commands.forecast.model.assessments import CaseOwner
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.casework import ALL, Casework, read_casework
from ehcp_timeline.measure.counts import ISSUE
from ehcp_timeline.measure.next_steps import next_steps
from ehcp_timeline.measure.pace import P85, pace_of
from ehcp_timeline.measure.worklists import at_risk

_PLANS = replace(ALL, deadlines=frozenset(ISSUE))
_STAGES = {"decide": "decision", "draft": "draft", "finalise": "final"}
_WINDOW = "plan.window"


@dataclass(frozen=True, slots=True)
class ToSave:
    """One case in time that will be late unless it is hurried.

    Attributes:
        named: The case.
        stage: `decision`, `draft` (decided, and no draft yet) or `final`.
        start: Day of its request.
        due: Its due day.
        days_left: Calendar days from the as-at date to the due day.
        days_needed: Calendar days that its remaining stages take at their 85th percentile.
        expected_p85: The day it is then issued.
        last_safe_draft: Last working day on which the draft can be sent so that the plan is in time, at the
            85th percentile of the last stage and never within the family's days; None once it was sent.
    """

    named: CaseOwner
    stage: str
    start: date
    due: date
    days_left: int
    days_needed: int
    expected_p85: date
    last_safe_draft: date | None


@dataclass(frozen=True, slots=True)
class SaveList:
    """The cases to save, those whose draft must go first at the top.

    Attributes:
        cases: The cases.
        in_time: Cases in time that were looked at.
        untold: How many of these have too little history for an expected day.
    """

    cases: tuple[ToSave, ...]
    in_time: int
    untold: int


def save_list(rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date) -> SaveList:
    """Return the cases to save in some files."""
    found: list[ToSave] = []
    in_time = untold = 0
    for source in sources:
        work = read_casework(rulebook, source, as_at, ALL)
        risk = at_risk(work, _PLANS, "expected_p85")
        found += _cases(risk.clocks, work, rulebook)
        in_time, untold = in_time + risk.in_time, untold + risk.untold
    found.sort(key=lambda one: (one.last_safe_draft or one.due, one.due, one.named.case_id, one.named.row))
    return SaveList(tuple(found), in_time, untold)


def _cases(clocks: pl.DataFrame, work: Casework, rulebook: Rulebook) -> Iterator[ToSave]:
    """Yield the cases of one file."""
    after_draft = {deadline: _after_draft(deadline, work, rulebook) for deadline in ISSUE}
    for line in clocks.iter_rows(named=True):
        yield _case(line, work.as_at, after_draft[line["deadline"]])


def _case(line: Mapping[str, Any], as_at: date, after_draft: int) -> ToSave:
    due, expected = line["due"], line["expected_p85"]
    stage = _STAGES.get(line["stage"], line["stage"])
    draft = last_working_day(apply(Count("at_least_before", after_draft, "days"), due))
    return ToSave(
        named=CaseOwner(line["case_id"], line["row"], line["district"], line["team"], line["caseworker"]),
        stage=stage,
        start=line["start"],
        due=due,
        days_left=(due - as_at).days,
        days_needed=(expected - as_at).days,
        expected_p85=expected,
        last_safe_draft=None if stage == "final" else draft,
    )


def _after_draft(deadline: str, work: Casework, rulebook: Rulebook) -> int:
    """Return the days from draft to plan at the 85th percentile, and at least those that are the family's."""
    chain = next_steps().chain_for(deadline)
    clocks = work.audit.findings.filter(pl.col("deadline") == deadline)
    last = pace_of(deadline, chain, clocks, work.rows, work.as_at).stages[-1]
    return max(draft_window(rulebook, work.as_at), last.left(P85) if last.known else 0)


def draft_window(rulebook: Rulebook, day: date) -> int:
    """Return the days that must lie between the draft and the plan, as the law gives them to the family."""
    deadline = rulebook.by_id.get(_WINDOW)
    version = deadline.version_on(day) if deadline else None
    return (apply(version.limit.limbs[0].count, day) - day).days if version else 0
