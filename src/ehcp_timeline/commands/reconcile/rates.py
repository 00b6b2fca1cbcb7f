"""The legal 20-week rate and the DfE's for the same plans, and the plans that are counted differently."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.selection import WHOSE
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import Problems, RulebookUsed, lines_of
from ehcp_timeline.measure.audit import FileReading
from ehcp_timeline.measure.counts import ISSUE, clocks_of, has_exception, percent
from ehcp_timeline.measure.multi_file import joint_of, one_history
from ehcp_timeline.measure.result import Input
from ehcp_timeline.output.sections import CASE, Section, column_of, list_section, number_of, table
from ehcp_timeline.record import record
from ehcp_timeline.text import day

Rule = Literal["excluding", "including"]
Counted = Literal["in time", "late", "left out"]
RateName = Literal["claimed", "strict", "evidenced", "including", "excluding"]
_TWENTY_WEEKS = timedelta(weeks=20)
_NEEDED = ("plan_issued", "request_received")
_OF_CLOCK = ("row", "start", "due", "answered", "ended", "verdict", "strict", "evidenced", "excuse", "reason")
_OF_ROW = ("request_received", "plan_issued", "plan_transferred", "became_responsible", "moved_in")
_LAW: Mapping[RateName, str] = {"strict": "strict", "claimed": "verdict", "evidenced": "evidenced"}
_COUNTED: Mapping[str | None, Counted] = {"met": "in time", "late": "late"}
_SAYS: Mapping[RateName, str] = {
    "claimed": "by law: late plans with an excuse that no date refutes left out",
    "strict": "by law: excuses ignored",
    "evidenced": "by law: late plans with an excuse that the dates prove left out",
    "including": "by the DfE's rule: every plan with a request date that was not transferred in",
    "excluding": "by the DfE's rule: plans with an exception recorded left out of both sides",
}
KINDS = {
    "exception": "an exception is recorded",
    "excused": "late, with an excuse that no date refutes",
    "other-time-limit": "another time limit takes the place of the 20 weeks",
    "no-request-date": "no request date",
    "other-start": "the law counts from another day than the request",
    "other-due-day": "the law sets another last day",
    "transferred-in": "another authority's plan",
    "request-after-plan": "the request is dated after the plan",
    "plan-before-start": "the plan is dated before the law's clock starts",
    "not-judged": "the law's answer is not known",
    "no-clock": "no clock of the law runs",
}
"""Every kind of difference, in words."""
_INSTEAD = ("order_made", "tribunal_told_unopposed", "mediation_agreed")
_RULES = {"excluding": "exceptions left out", "including": "exceptions included"}
_OF_PLANS = (
    *(CASE, column_of("row", kind="number"), column_of("request_received", "request", "fixed")),
    *(column_of("plan_issued", "plan", "fixed"), number_of("days")),
    *(column_of("law", "by law", "fixed"), column_of("dfe", "by the DfE", "fixed")),
    column_of("reason", "why"),
)


@record(frozen=True, slots=True)
class TwentyWeekRate:
    """One 20-week rate of the year.

    Attributes:
        percent: To one decimal; null where no plan is counted.
    """

    name: RateName
    says: str
    in_time: int
    plans: int
    percent: float | None


@record(frozen=True, slots=True)
class CountedBoth:
    """How many plans the law and the DfE's rule count in this way."""

    law: Counted
    dfe: Counted
    plans: int


@record(frozen=True, slots=True)
class PartedPlan:
    """One plan that the law and the DfE's rule count differently.

    Attributes:
        row: Physical line of the file.
        days: Calendar days from the request to the plan.
        kind: Permanent word for why.
        reason: Why, in words.
    """

    case_id: str
    row: int
    request_received: date | None
    plan_issued: date | None
    days: int | None
    law: Counted
    dfe: Counted
    kind: str
    reason: str
    district: str | None
    team: str | None
    caseworker: str | None


@record(frozen=True, slots=True)
class ReconcileAnswer:
    """The answer of `ehcp reconcile`.

    Attributes:
        rule: Which of the DfE's rates is compared: exceptions left out, or included.
    """

    SCHEMA: ClassVar = "ehcp-reconcile/1"

    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    year: int
    rule: Rule
    rates: tuple[TwentyWeekRate, ...]
    cells: tuple[CountedBoth, ...]
    cases: tuple[PartedPlan, ...]
    problems: Problems


@repeated_until_known
def reconcile(
    rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date, year: int, rule: Rule
) -> ReconcileAnswer:
    """Compare the legal 20-week rate of a calendar year with the DfE's rule.

    Raises:
        UsageError: A file has no column for the request or for the plan.
    """
    wanted = [rulebook.by_id[deadline] for deadline in ISSUE if deadline in rulebook.by_id]
    sources = one_history(rulebook, sources)
    joint = joint_of(sources)
    readers = [FileReading(source) for source in sources]
    rates: Counter[tuple[RateName, Counted]] = Counter()
    cells: Counter[tuple[Counted, Counted]] = Counter()
    parted: list[PartedPlan] = []
    for reader in readers:
        if lacking := [name for name in _NEEDED if name not in reader.source.columns]:
            raise UsageError(
                f"{reader.source.name} has no column {' and no column '.join(lacking)}",
                "`ehcp columns` shows how its headings are read",
            )
        for judged in judge(rulebook, reader.batches(), as_at, deadlines=wanted):
            plans = _plans(judged, rulebook, year, as_at)
            for plan in (joint.placed(plans) if joint else plans).iter_rows(named=True):
                ways = _ways_counted(plan, year)
                rates.update(ways.items())
                law, dfe = ways["claimed"], ways[rule]
                if (law, dfe) != ("left out", "left out"):
                    cells[law, dfe] += 1
                if law != dfe:
                    parted.append(_parted(plan, law, dfe, rulebook))
    return ReconcileAnswer(
        as_at=as_at,
        rulebook=RulebookUsed.of(rulebook),
        input=Input.all_of(sources),
        year=year,
        rule=rule,
        rates=tuple(
            TwentyWeekRate(name, says, in_time, plans, percent(in_time, plans))
            for name, says in _SAYS.items()
            for in_time in [rates[name, "in time"]]
            for plans in [in_time + rates[name, "late"]]
        ),
        cells=tuple(CountedBoth(*counted, number) for counted, number in sorted(cells.items())),
        cases=tuple(parted),
        problems=tuple(sorted(problem for reader in readers for problem in reader.problems)),
    )


def _plans(judged: Judged, rulebook: Rulebook, year: int, as_at: date) -> pl.DataFrame:
    """Return the plans that were issued in the year, each with its clock if it has one."""
    rows = judged.rows
    issuing = (rulebook.by_id[id_] for id_ in ISSUE if id_ in rulebook.by_id)
    ends = rulebook.columns_of(name for deadline in issuing for name in deadline.ends)
    days = [
        pl.when(pl.col(name) <= as_at).then(pl.col(name)).alias(name)
        if name in rows.columns
        else pl.lit(None, dtype=pl.Date).alias(name)
        for name in sorted({*_OF_ROW, *ends})
    ]
    whose = [pl.col(name) if name in rows.columns else pl.lit(None).alias(name) for name in WHOSE]
    plans = rows.select("row", "case_id", has_exception(judged).alias("excepted"), *whose, *days)
    clocks = clocks_of(judged, ISSUE, *_OF_CLOCK).with_columns(pl.col(*_LAW.values()).cast(pl.String))
    # a detained child's clock takes the other's place, which is then not owed
    in_order = clocks.sort(pl.col("verdict") == "not-owed")
    clock_of_row = in_order.unique("row", keep="first", maintain_order=True)
    joined = plans.join(clock_of_row, on="row", how="left", maintain_order="left")
    return joined.filter(pl.any_horizontal(pl.col("plan_issued", "answered").dt.year() == year))


def _ways_counted(plan: Mapping[str, Any], year: int) -> dict[RateName, Counted]:
    """Return how the law counts a plan, a late one with an excuse left out, and how the DfE does."""
    asked, issued, answered = plan["request_received"], plan["plan_issued"], plan["answered"]
    of_year = answered is not None and answered.year == year
    ways: dict[RateName, Counted] = {
        name: _COUNTED.get(plan[column], "left out") if of_year else "left out"
        for name, column in _LAW.items()
    }
    ways["including"] = "left out"
    issued_here = issued is not None and issued.year == year and plan["plan_transferred"] is None
    if issued_here and asked is not None and asked <= issued:
        ways["including"] = "in time" if issued - asked <= _TWENTY_WEEKS else "late"
    ways["excluding"] = "left out" if plan["excepted"] else ways["including"]
    return ways


def _parted(plan: Mapping[str, Any], law: Counted, dfe: Counted, rulebook: Rulebook) -> PartedPlan:
    """Return a plan that is counted differently, and why: one of `KINDS`, and a sentence about this plan."""
    asked, issued = plan["request_received"], plan["plan_issued"]
    if dfe == "left out":
        kind, reason = _not_by_rule(plan, law)
    elif law == "left out":
        kind, reason = _not_by_law(plan, rulebook)
    elif plan["start"] != asked:
        happened = _what(plan, plan["start"], rulebook)
        kind, reason = "other-start", f"the law counts from {plan['start']}: {happened}"
    else:
        kind, reason = "other-due-day", f"the law sets another last day: {plan['due']}"
    return PartedPlan(
        case_id=plan["case_id"],
        row=plan["row"],
        request_received=asked,
        plan_issued=issued,
        days=(issued - asked).days if asked and issued else None,
        law=law,
        dfe=dfe,
        kind=kind,
        reason=reason,
        **{name: plan[name] for name in WHOSE},
    )


def _not_by_rule(plan: Mapping[str, Any], law: Counted) -> tuple[str, str]:
    asked, issued, transferred = plan["request_received"], plan["plan_issued"], plan["plan_transferred"]
    if transferred is not None:
        return "transferred-in", f"transferred in on {transferred}: the DfE leaves the plan out"
    if asked is None:
        return "no-request-date", f"no request date: the law counts from {plan['start']}"
    if issued is None or asked > issued:
        return "request-after-plan", "the request is dated after the plan"
    so = "it was in time all the same" if law == "in time" else "the law finds no excuse that applies"
    return "exception", f"an exception is recorded, so the DfE leaves the plan out; {so}"


def _not_by_law(plan: Mapping[str, Any], rulebook: Rulebook) -> tuple[str, str]:
    start, issued = plan["start"], plan["plan_issued"]
    if start is None:
        return "no-clock", "no clock of the law runs on this row"
    if plan["verdict"] == "excused":
        return "excused", f"late, with an excuse: {plan['excuse']}"
    if plan["ended"] is not None:  # an order before a refusal
        days = [plan[name] for name in _INSTEAD if plan.get(name) and start <= plan[name] <= issued]
        instead = min(days, default=plan["ended"])
        words = f"{_what(plan, instead, rulebook)} ({instead})"
        return "other-time-limit", f"{words}: another time limit takes the place of the 20 weeks"
    if plan["answered"] is None and plan["verdict"] != "unknown":
        return "plan-before-start", f"the plan is dated before the clock starts on {start}"
    return "not-judged", f"the law's answer is {plan['verdict']}: {plan['reason'] or 'not owed'}"


def _what(plan: Mapping[str, Any], day: object, rulebook: Rulebook) -> str:
    says = (event.says for name, event in rulebook.events.items() if plan.get(name) == day)
    return next(says, "another event")


def reconcile_sections(answer: ReconcileAnswer, top: int | None) -> Iterator[Section]:
    """Yield the rates, what parts them, and the first `top` cases."""
    rates = (
        {
            "%": "no cases" if rate.percent is None else f"{rate.percent:.1f}",
            "in time": rate.in_time,
            "plans": rate.plans,
            "rule": rate.says,
        }
        for rate in answer.rates
    )
    title = f"Plans of {answer.year} within 20 weeks, as at {day(answer.as_at)}"
    yield table(
        title, rates, number=("%",), text=("rule",), before=tuple(file.words for file in answer.input)
    )
    rule, cases = _RULES[answer.rule], answer.cases
    if not cases:
        same = f"The law and the DfE's rule ({rule}) give the same answer for every plan."
        none = f"No plan of {answer.year} is counted, by the law or by the DfE's rule."
        yield Section(before=(same if any(rate.plans for rate in answer.rates) else none,))
        return
    kinds = Counter((plan.kind, plan.law, plan.dfe) for plan in cases)
    commonest_first = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    why = (
        {"plans": number, "by law": law, "by the DfE": dfe, "why": KINDS[kind]}
        for (kind, law, dfe), number in commonest_first
    )
    title, text = f"Why the law and the DfE's rule differ, {rule}", ("by law", "by the DfE", "why")
    yield table(title, why, number=("plans",), text=text)
    shown = cases[:top]
    more = len(shown) < len(cases)
    yield list_section(
        f"The plans: {f'{len(shown):,} of {len(cases):,} shown' if more else f'{len(cases):,}'}",
        _OF_PLANS,
        lines_of(shown, PartedPlan),
        None,
        after=("-o cases.csv writes all of them.",) if more else (),
    )
