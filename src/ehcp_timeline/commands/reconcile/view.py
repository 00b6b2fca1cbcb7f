"""A comparison of two 20-week rates, for a person."""

from collections import Counter
from collections.abc import Iterator

from ehcp_timeline.commands.reconcile.rates import ReconcileAnswer
from ehcp_timeline.commands.reconcile.reasons import KINDS
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text import count, day

_RULES = {"excluding": "exceptions left out", "including": "exceptions included"}
_OF_RATES = (
    *(TableColumn(heading, "number") for heading in ("%", "in time", "plans")),
    TableColumn("rule"),
)
_OF_KINDS = (TableColumn("plans", "number"), *map(TableColumn, ("by law", "by the DfE", "why")))
_OF_CASES = (
    TableColumn("case", "fixed"),
    TableColumn("row", "number"),
    TableColumn("request", "fixed"),
    TableColumn("plan", "fixed"),
    TableColumn("days", "number"),
    TableColumn("by law", "fixed"),
    TableColumn("by the DfE", "fixed"),
    TableColumn("why"),
)


def reconcile_sections(answer: ReconcileAnswer, top: int | None) -> Iterator[Section]:
    """Yield the rates, what parts them, and the first `top` cases."""
    read = (f"{file.name}: {count(file.rows, 'row')}, {file.judged:,} judged." for file in answer.input)
    yield Section(
        title=f"Plans of {answer.year} within 20 weeks, as at {day(answer.as_at)}",
        before=tuple(read),
        columns=_OF_RATES,
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
    rule, cases = _RULES[answer.rule], answer.cases
    if not cases:
        same = f"The law and the DfE's rule ({rule}) give the same answer for every plan."
        yield Section(before=(same,))
        return
    kinds = Counter((plan.kind, plan.law, plan.dfe) for plan in cases)
    commonest_first = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    yield Section(
        title=f"Why the law and the DfE's rule differ, {rule}",
        columns=_OF_KINDS,
        rows=tuple((f"{number:,}", law, dfe, KINDS[kind]) for (kind, law, dfe), number in commonest_first),
    )
    shown = cases[:top]
    more = len(shown) < len(cases)
    yield without_empty_columns(
        Section(
            title=f"The plans: {f'{len(shown):,} of {len(cases):,} shown' if more else f'{len(cases):,}'}",
            columns=_OF_CASES,
            rows=tuple(
                (
                    *(plan.case_id, str(plan.row), str(plan.request_received or "")),
                    *(str(plan.plan_issued or ""), "" if plan.days is None else f"{plan.days:,}"),
                    *(plan.law, plan.dfe, plan.reason),
                )
                for plan in shown
            ),
            after=("-o cases.csv writes all of them.",) if more else (),
        )
    )
