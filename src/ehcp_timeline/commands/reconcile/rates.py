"""The law's own 20-week rate against the DfE's rule for the same plans, and the cases that part the two."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.selection import WHOSE
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.reconcile.reasons import Counted, why_parted
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import ProblemFound, RulebookUsed
from ehcp_timeline.measure.counts import ISSUE, clocks_of, has_exception, percent
from ehcp_timeline.measure.reading import FileReading
from ehcp_timeline.measure.result import Input

Rule = Literal["excluding", "including"]
TWENTY_WEEKS = timedelta(weeks=20)
NEEDED = ("plan_issued", "request_received")
_OF_CLOCK = ("row", "start", "due", "answered", "ended", "verdict", "strict", "evidenced", "excuse", "reason")
_OF_ROW = ("request_received", "plan_issued", "plan_transferred", "became_responsible", "moved_in")


@dataclass(frozen=True, slots=True)
class TwentyWeekRate:
    """One 20-week rate of the year.

    Attributes:
        percent: To one decimal; null where no plan is counted.
    """

    name: Literal["claimed", "strict", "evidenced", "including", "excluding"]
    says: str
    in_time: int
    plans: int
    percent: float | None


@dataclass(frozen=True, slots=True)
class CountedBoth:
    """How many plans the law and the DfE's rule count in this way."""

    law: Counted
    dfe: Counted
    plans: int


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class ReconcileAnswer:
    """The answer of `ehcp reconcile`.

    Attributes:
        rule: Which of the DfE's rules is held against the law: exceptions left out, or included.
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
    problems: tuple[ProblemFound, ...]


@dataclass(slots=True)
class Reconciliation:
    """What has been counted so far of the plans of one calendar year.

    Attributes:
        rulebook: The law.
        year: The year that a plan was issued in.
        as_at: The day the question is asked about; later events have not happened.
        rule: Which of the DfE's rules is held against the law: with exceptions left out, or included.
        cells: How the law and the rule count a plan, to how many.
        counts: Name of a rate and how it counts a plan, to how many.
        parted: The plans that they count differently, in file order.
    """

    rulebook: Rulebook
    year: int
    as_at: date
    rule: Rule = "excluding"
    cells: Counter[tuple[Counted, Counted]] = field(default_factory=Counter)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    parted: list[PartedPlan] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Count one batch."""
        if judged.rows.is_empty() or "plan_issued" not in judged.rows.columns:
            return
        for plan in self._plans(judged).iter_rows(named=True):
            self._count(plan)
            law, dfe = self._by_law(plan, "verdict"), self._by_rule(plan, self.rule)
            if (law, dfe) != ("left out", "left out"):
                self.cells[law, dfe] += 1
            if law != dfe:
                self.parted.append(self._parted(plan, law, dfe))

    def _plans(self, judged: Judged) -> pl.DataFrame:
        """Return the plans that were issued in the year, each with its clock if it has one."""
        rows = judged.rows
        excepted = has_exception(judged).alias("excepted")
        ends = {
            name
            for deadline in ISSUE
            if deadline in self.rulebook.by_id
            for name in self.rulebook.by_id[deadline].ends
        }
        days = [self._happened(name, rows) for name in sorted({*_OF_ROW, *ends})]
        whose = [pl.col(name) if name in rows.columns else pl.lit(None).alias(name) for name in WHOSE]
        plans = rows.select("row", "case_id", excepted, *whose, *days)
        clocks = clocks_of(judged, ISSUE, *_OF_CLOCK).with_columns(
            pl.col("verdict", "strict", "evidenced").cast(pl.String)
        )
        # a detained child's clock takes the other's place, which is then not owed
        one_each = clocks.sort(pl.col("verdict") == "not-owed").unique(
            "row", keep="first", maintain_order=True
        )
        joined = plans.join(one_each, on="row", how="left", maintain_order="left")
        first, last = date(self.year, 1, 1), date(self.year, 12, 31)
        in_year = pl.col("plan_issued").is_between(first, last) | pl.col("answered").is_between(first, last)
        return joined.filter(in_year)

    def _happened(self, name: str, rows: pl.DataFrame) -> pl.Expr:
        if name not in rows.columns:
            return pl.lit(None, dtype=pl.Date).alias(name)
        return pl.when(pl.col(name) <= self.as_at).then(pl.col(name)).alias(name)

    def _by_law(self, plan: Mapping[str, Any], column: str) -> Counted:
        """Return how the law counts a plan: a late one with an excuse is left out."""
        answered = plan["answered"]
        if answered is None or answered.year != self.year:
            return "left out"
        if plan[column] == "met":
            return "in time"
        return "late" if plan[column] == "late" else "left out"

    def _by_rule(self, plan: Mapping[str, Any], rule: Rule) -> Counted:
        """Return how the DfE counts a plan."""
        asked, issued = plan["request_received"], plan["plan_issued"]
        if issued is None or issued.year != self.year or plan["plan_transferred"] is not None:
            return "left out"
        if asked is None or asked > issued or (plan["excepted"] and rule == "excluding"):
            return "left out"
        return "in time" if issued - asked <= TWENTY_WEEKS else "late"

    def _count(self, plan: Mapping[str, Any]) -> None:
        for name, column in _LAW.items():
            self.counts[name, self._by_law(plan, column)] += 1
        for rule in _RULES:
            self.counts[rule, self._by_rule(plan, rule)] += 1

    def rates(self) -> Iterator[TwentyWeekRate]:
        """Yield the law's rate three ways, and the DfE's two."""
        for name, says in _SAYS.items():
            in_time = self.counts[name, "in time"]
            plans = in_time + self.counts[name, "late"]
            yield TwentyWeekRate(name, says, in_time, plans, percent(in_time, plans))

    def _parted(self, plan: Mapping[str, Any], law: Counted, dfe: Counted) -> PartedPlan:
        asked, issued = plan["request_received"], plan["plan_issued"]
        why = why_parted(plan, law, dfe, self.rulebook)
        return PartedPlan(
            case_id=plan["case_id"],
            row=plan["row"],
            request_received=asked,
            plan_issued=issued,
            days=(issued - asked).days if asked and issued else None,
            law=law,
            dfe=dfe,
            kind=why.kind,
            reason=why.words,
            district=plan["district"],
            team=plan["team"],
            caseworker=plan["caseworker"],
        )


_LAW = {"strict": "strict", "claimed": "verdict", "evidenced": "evidenced"}
_RULES: tuple[Rule, ...] = ("including", "excluding")
_SAYS: Mapping[Literal["claimed", "strict", "evidenced", "including", "excluding"], str] = {
    "claimed": "by law: late plans with an excuse that no date refutes left out",
    "strict": "by law: excuses ignored",
    "evidenced": "by law: late plans with an excuse that the dates prove left out",
    "including": "by the DfE's rule: every plan with a request date that was not transferred in",
    "excluding": "by the DfE's rule: plans with an exception recorded left out of both sides",
}


@repeated_until_known
def reconcile(
    rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date, year: int, rule: Rule
) -> ReconcileAnswer:
    """Hold the law's 20-week rate of a calendar year against the DfE's rule.

    Raises:
        UsageError: A file has no column for the request or for the plan.
    """
    plans = Reconciliation(rulebook, year, as_at, rule)
    wanted = [rulebook.by_id[deadline] for deadline in ISSUE if deadline in rulebook.by_id]
    readers = [FileReading(source) for source in sources]
    for reader in readers:
        if lacking := [name for name in NEEDED if name not in reader.source.columns]:
            raise UsageError(
                f"{reader.source.name} has no column {' and no column '.join(lacking)}",
                "`ehcp columns` shows how its headings are read",
            )
        for judged in judge(rulebook, reader.batches(), as_at, deadlines=wanted):
            plans.add(judged)
    problems = sorted(problem for reader in readers for problem in reader.problems)
    return ReconcileAnswer(
        as_at=as_at,
        rulebook=RulebookUsed.of(rulebook),
        input=tuple(map(Input.of, sources)),
        year=year,
        rule=rule,
        rates=tuple(plans.rates()),
        cells=tuple(CountedBoth(*counted, number) for counted, number in sorted(plans.cells.items())),
        cases=tuple(plans.parted),
        problems=ProblemFound.all_of(problems),
    )
