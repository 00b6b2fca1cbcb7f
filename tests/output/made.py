"""Small answers made by hand, for the tests of what is printed from them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import polars as pl

from ehcp_timeline.audit.verdicts import VERDICTS, Clock
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.answer import RulebookUsed, keys, values
from ehcp_timeline.measure.result import Audit, AuditSummary, Clearance, Input, NotJudged, OpenCase, Stages
from ehcp_timeline.output.receipt import Receipt, Typed

AS_AT = date(2026, 1, 15)
DUTIES: Mapping[str, tuple[str, str]] = {
    "plan.issue": ("Send the finalised plan", "SEND-Regs-2014 reg 13(2)"),
    "assess.no_plan": ("Tell the family that no plan will be issued", "SEND-Regs-2014 reg 10(1)"),
    "review.annual": ("Review the plan", "CFA-2014 s 44(1)"),
}
_REAL = load_rulebook()
LAW = replace(
    _REAL,
    deadlines=tuple(
        replace(one, duty=DUTIES[one.id][0], law=DUTIES[one.id][1])
        for one in _REAL.deadlines
        if one.id in DUTIES
    ),
)
OVERDUE = Clock(
    case_id="C-1",
    row=2,
    deadline="plan.issue",
    start=date(2025, 4, 2),
    due=date(2025, 8, 20),
    act_by=date(2025, 8, 20),
    earliest_reading=date(2025, 8, 19),
    latest_reading=date(2025, 8, 20),
    verdict="overdue",
    strict="overdue",
    evidenced="overdue",
    days_late=148,
    open=True,
)
WORST = replace(OVERDUE, case_id="C-2", row=3, due=date(2024, 1, 1), days_late=745, excuse="absent (refuted)")
RUNNING = replace(
    OVERDUE, case_id="C-3", row=4, due=date(2026, 1, 20), act_by=date(2026, 1, 20), verdict="running",
    strict="running", evidenced="running", days_late=None, days_left=5,
)  # fmt: skip
UNKNOWN = Clock(
    case_id="C-4", row=5, deadline="review.annual", verdict="unknown", strict="unknown", evidenced="unknown",
    open=True, reason="unreadable",
)  # fmt: skip
PROBLEM = Problem(5, "plan_issued", "impossible-date", "31 February is no day", "give the real date", "cell")

_SCHEMA: dict[str, Any] = {
    "case_id": pl.String, "row": pl.Int64, "deadline": pl.String, "source": pl.String, "start": pl.Date,
    "due": pl.Date, "act_by": pl.Date, "earliest_reading": pl.Date, "latest_reading": pl.Date,
    "answered": pl.Date, "ended": pl.Date, "verdict": pl.Enum(VERDICTS), "strict": pl.Enum(VERDICTS),
    "evidenced": pl.Enum(VERDICTS), "days_left": pl.Int64, "days_late": pl.Int64, "certainty": pl.String,
    "excuse": pl.String, "provisional": pl.Boolean, "open": pl.Boolean, "reason": pl.String,
    "duty": pl.String, "law": pl.String, "kind": pl.String, "who": pl.String, "district": pl.String,
    "team": pl.String, "caseworker": pl.String,
}  # fmt: skip


def findings(*clocks: Clock, **texts: str) -> pl.DataFrame:
    """Return clocks as the frame of an audit; `texts` are the district, team and caseworker of each."""
    rows = []
    for clock in clocks:
        duty, law = DUTIES.get(clock.deadline, ("", ""))
        row = dict.fromkeys(_SCHEMA) | asdict(clock) | texts
        rows.append(row | {"duty": duty, "law": law, "kind": "statutory", "who": "authority"})
    return pl.DataFrame(rows, schema=_SCHEMA)


OLDEST = OpenCase("C-2", 3, "no_decision", date(2023, 8, 14), 126)


def audit(*clocks: Clock, **parts: Any) -> Audit:
    """Return an answer that holds these clocks; `parts` replace other fields of it or of its summary."""
    summary = AuditSummary(
        stages=Stages(no_decision=492, agreed_no_draft=852, draft_not_final=718),
        rates={"plans_issued_den": 4, "pc_plans_issued_within_20_weeks": 50.0},
        verdicts={"plan.issue": {"overdue": 2, "running": 1}},
        not_judged=(NotJudged("review.annual", ("review_decided",), 3),),
        clearance=Clearance(2, 13, 1.0, 0.5, None, "2 plans are overdue: never at this rate."),
    )
    of_summary = {name: parts.pop(name) for name in keys(AuditSummary) if name in parts}
    whole = Audit(
        as_at=AS_AT,
        rulebook=RulebookUsed("2026.11", "a" * 64, ()),
        input=(Input("cases.csv", "b" * 64, 5, 4, 1),),
        summary=replace(summary, **of_summary),
        findings=findings(*clocks),
        oldest=(OLDEST,),
        longest=OLDEST,
        problems=(PROBLEM,),
        selected={
            name: Counter(clock.verdict for clock in clocks if clock.deadline == name)
            for name in dict.fromkeys(clock.deadline for clock in clocks)
        },
        overdue_cases=len({clock.case_id for clock in clocks if clock.verdict == "overdue"}),
        latest=max(clocks, key=lambda clock: clock.days_late or 0).case_id if clocks else None,
    )
    return replace(whole, **parts)


def whole(answer: object) -> dict[str, Any]:
    """Return an answer as it leaves the program, with a receipt."""
    typed = Typed("check", (None,), {})
    receipt = Receipt("0.1.0", typed, typed.sha256, None, None, ())
    return {**values(answer), "receipt": values(receipt)}
