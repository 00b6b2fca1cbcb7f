"""A reconciliation of 20-week rates: as plain values, and as a person reads it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ehcp_timeline.commands.reconcile.rates import WHOSE, Parted
from ehcp_timeline.commands.reconcile.read import Reconciled
from ehcp_timeline.commands.reconcile.reasons import KINDS
from ehcp_timeline.output.answers import problem_values, rulebook_values
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text.words import count, day

SCHEMA = "ehcp-reconcile/1"
KEYS = (
    *("case_id", "row", "request_received", "plan_issued", "days", "law", "dfe", "kind", "reason"),
    *WHOSE,
)
_RULES = {"excluding": "exceptions left out", "including": "exceptions included"}


def reconcile_rows(found: Reconciled) -> Iterator[dict[str, Any]]:
    """Yield one flat row for each plan that is counted differently, with the keys of `KEYS`."""
    for one in found.plans.parted:
        values = asdict(one)
        yield {**{key: values[key] for key in KEYS if key not in WHOSE}, **one.whose}


def reconcile_answer(found: Reconciled) -> dict[str, Any]:
    """Return the answer of `ehcp reconcile`, with the keys of `schema.ReconcileAnswer`."""
    plans, law = found.plans, found.plans.rulebook
    return {
        "schema": SCHEMA,
        "as_at": plans.as_at,
        "rulebook": rulebook_values(law.version, law.sha256, law.overlays),
        "input": [asdict(source) for source in found.inputs],
        "year": plans.year,
        "rule": plans.rule,
        "rates": [
            {
                "name": rate.name,
                "says": rate.says,
                "in_time": rate.part,
                "plans": rate.whole,
                "percent": rate.value,
            }
            for rate in plans.rates()
        ],
        "cells": [
            {"law": law_says, "dfe": dfe_says, "plans": number}
            for (law_says, dfe_says), number in sorted(plans.cells.items())
        ],
        "cases": list(reconcile_rows(found)),
        "problems": [problem_values(problem) for problem in found.problems],
    }


def reconcile_sections(found: Reconciled, top: int | None) -> Iterator[Section]:
    """Yield the rates, what parts them, and the cases.

    Args:
        found: The reconciliation.
        top: How many cases are shown; None for all.
    """
    plans = found.plans
    read = (
        f"{input_.name}: {count(input_.rows, 'row')}, {input_.judged:,} judged." for input_ in found.inputs
    )
    yield Section(
        title=f"Plans of {plans.year} within 20 weeks, as at {day(plans.as_at)}",
        before=tuple(read),
        columns=(
            TableColumn("%", "number"),
            TableColumn("in time", "number"),
            TableColumn("plans", "number"),
            TableColumn("rule"),
        ),
        rows=tuple(
            (
                "no cases" if rate.value is None else f"{rate.value:.1f}",
                f"{rate.part:,}",
                f"{rate.whole:,}",
                rate.says,
            )
            for rate in plans.rates()
        ),
    )
    if not plans.parted:
        yield Section(before=(f"The law and the DfE's rule ({_RULES[plans.rule]}) count every plan alike.",))
        return
    yield _kinds(plans.parted, plans.rule)
    yield _cases(plans.parted, top)


def _kinds(parted: list[Parted], rule: str) -> Section:
    """Return how many plans each kind of difference parts, the commonest first."""
    kinds = Counter((one.kind, one.law, one.dfe) for one in parted)
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return Section(
        title=f"What parts the law from the DfE's rule, {_RULES[rule]}",
        columns=(
            TableColumn("plans", "number"),
            TableColumn("by law"),
            TableColumn("by the DfE"),
            TableColumn("why"),
        ),
        rows=tuple((f"{number:,}", law, dfe, KINDS[kind]) for (kind, law, dfe), number in ordered),
    )


def _cases(parted: list[Parted], top: int | None) -> Section:
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
            rows=tuple(_row(one) for one in shown),
            after=("-o cases.csv writes all of them.",) if more else (),
        )
    )


def _row(one: Parted) -> tuple[str, ...]:
    days = "" if one.days is None else f"{one.days:,}"
    asked, issued = (str(one_day) if one_day else "" for one_day in (one.request_received, one.plan_issued))
    return (one.case_id, str(one.row), asked, issued, days, one.law, one.dfe, one.reason)
