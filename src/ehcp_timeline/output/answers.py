"""Answers as plain values, of the commands whose answers are not records yet."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.measure.answer import ProblemFound, values

if TYPE_CHECKING:
    import polars as pl

    from ehcp_timeline.measure.result import Audit

HOLIDAYS = "ehcp-holidays/1"
Line = dict[str, Any]


def problem_values(problem: Problem) -> dict[str, Any]:
    """Return one problem; what is meant as a whole has no row or no column."""
    plain: dict[str, Any] = values(ProblemFound.all_of([problem])[0])
    return plain


def rulebook_values(version: str, sha256: str, overlays: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return which law was applied."""
    laid_over = [{"name": name, "sha256": digest} for name, digest in overlays]
    return {"version": version, "sha256": sha256, "overlays": laid_over}


def lines_of(clocks: "pl.DataFrame", keys: Sequence[str]) -> list[Line]:
    """Return each clock as one line."""
    return list(clocks.select(keys).iter_rows(named=True))


def list_answer(
    schema: str,
    audit: "Audit",
    summary: Mapping[str, Any],
    statement: str,
    **listed: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return a list with what it was made from.

    Args:
        schema: Name of the answer.
        audit: The answer of the file.
        summary: What is counted over the list.
        statement: What must stand on every copy of it; empty for nothing.
        listed: The list under its name.
    """
    return {
        "schema": schema,
        "as_at": audit.as_at,
        "rulebook": values(audit.rulebook),
        "input": values(audit.input),
        "statement": statement or None,
        "summary": dict(summary),
        **{name: list(lines) for name, lines in listed.items()},
        "not_judged": values(audit.summary.not_judged),
        "problems": [problem_values(problem) for problem in audit.problems],
    }
