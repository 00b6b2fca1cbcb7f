"""A reconciliation of 20-week rates as a person reads it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ehcp_timeline.commands.reconcile.rates import PartedPlan, ReconcileAnswer
from ehcp_timeline.commands.reconcile.reasons import KINDS
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text.words import count, day

_RULES = {"excluding": "exceptions left out", "including": "exceptions included"}


def reconcile_sections(answer: ReconcileAnswer, top: int | None) -> Iterator[Section]:
    """Yield the rates, what parts them, and the cases.

    Args:
        answer: The reconciliation.
        top: How many cases are shown; None for all.
    """
    read = (
        f"{input_.name}: {count(input_.rows, 'row')}, {input_.judged:,} judged." for input_ in answer.input
    )
    yield Section(
        title=f"Plans of {answer.year} within 20 weeks, as at {day(answer.as_at)}",
        before=tuple(read),
        columns=(
            TableColumn("%", "number"),
            TableColumn("in time", "number"),
            TableColumn("plans", "number"),
            TableColumn("rule"),
        ),
        rows=tuple(
            (
                "no cases" if rate.percent is None else f"{rate.percent:.1f}",
                f"{rate.in_time:,}",
                f"{rate.plans:,}",
                rate.says,
            )
            for rate in answer.rates
        ),
    )
    if not answer.cases:
        yield Section(
            before=(
                f"The law and the DfE's rule ({_RULES[answer.rule]}) give the same answer for every plan.",
            )
        )
        return
    yield _kinds(answer.cases, answer.rule)
    yield _cases(answer.cases, top)


def _kinds(parted: Sequence[PartedPlan], rule: str) -> Section:
    """Return how many plans each kind of difference parts, the commonest first."""
    kinds = Counter((plan.kind, plan.law, plan.dfe) for plan in parted)
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return Section(
        title=f"Why the law and the DfE's rule differ, {_RULES[rule]}",
        columns=(
            TableColumn("plans", "number"),
            TableColumn("by law"),
            TableColumn("by the DfE"),
            TableColumn("why"),
        ),
        rows=tuple((f"{number:,}", law, dfe, KINDS[kind]) for (kind, law, dfe), number in ordered),
    )


def _cases(parted: Sequence[PartedPlan], top: int | None) -> Section:
    shown = parted if top is None else parted[:top]
    more = len(parted) - len(shown)
    return without_empty_columns(
        Section(
            title=f"The plans: {len(shown):,} of {len(parted):,} shown"
            if more
            else f"The plans: {len(parted):,}",
            columns=(
                TableColumn("case", "fixed"),
                TableColumn("row", "number"),
                TableColumn("request", "fixed"),
                TableColumn("plan", "fixed"),
                TableColumn("days", "number"),
                TableColumn("by law", "fixed"),
                TableColumn("by the DfE", "fixed"),
                TableColumn("why"),
            ),
            rows=tuple(_row(plan) for plan in shown),
            after=("-o cases.csv writes all of them.",) if more else (),
        )
    )


def _row(plan: PartedPlan) -> tuple[str, ...]:
    days = "" if plan.days is None else f"{plan.days:,}"
    asked, issued = (str(day_) if day_ else "" for day_ in (plan.request_received, plan.plan_issued))
    return (plan.case_id, str(plan.row), asked, issued, days, plan.law, plan.dfe, plan.reason)
