"""Reads and judges case files for a reconciliation of 20-week rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.reconcile.rates import Reconciliation, Rule
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.counts import ISSUE
from ehcp_timeline.measure.kpi.scorecard import KpiReader
from ehcp_timeline.measure.result import Input

NEEDED = ("plan_issued", "request_received")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The answer of `ehcp reconcile`.

    Attributes:
        plans: The rates of the year, and the plans that are counted differently.
        inputs: The files that were read.
        problems: Everything in them that a person should put right, in file order.
    """

    plans: Reconciliation
    inputs: tuple[Input, ...]
    problems: tuple[Problem, ...]


def reconcile(
    rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date, year: int, rule: Rule
) -> Reconciled:
    """Hold the law's 20-week rate of a calendar year against the DfE's rule.

    Raises:
        UsageError: A file has no column for the request or for the plan.
    """
    plans = Reconciliation(rulebook, year, as_at, rule)
    wanted = [rulebook.by_id[one] for one in ISSUE if one in rulebook.by_id]
    readings = [KpiReader(source) for source in sources]
    for reading in readings:
        lacking = [name for name in NEEDED if name not in reading.source.columns]
        if lacking:
            raise UsageError(
                f"{reading.source.name} has no column {' and no column '.join(lacking)}",
                "`ehcp columns` shows how its headings are read",
            )
        for judged in judge(rulebook, reading.batches(), as_at, deadlines=wanted):
            plans.add(judged)
    problems = sorted(problem for reading in readings for problem in reading.problems)
    return Reconciled(plans, tuple(reading.input() for reading in readings), tuple(problems))
