"""Lists people work from as plain values, and their lines, ready to be written in any format."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ehcp_timeline.audit.result import Audit
from ehcp_timeline.report.answers import problem_values, rulebook_values

if TYPE_CHECKING:
    import polars as pl

OVERDUE, SAVE_LIST, NEXT = "ehcp-overdue/1", "ehcp-save-list/1", "ehcp-next/1"
LETTERS, CHANGES, HOLIDAYS = "ehcp-letters/1", "ehcp-changes/1", "ehcp-holidays/1"
Line = dict[str, Any]


def lines_of(clocks: "pl.DataFrame", keys: Sequence[str]) -> list[Line]:
    """Return each clock as one line."""
    return list(clocks.select(keys).iter_rows(named=True))


def list_answer(
    schema: str,
    audit: Audit,
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
        "rulebook": rulebook_values(audit.rulebook_version, audit.rulebook_sha256, audit.overlays),
        "input": [asdict(source) for source in audit.inputs],
        "statement": statement or None,
        "summary": dict(summary),
        **{name: list(lines) for name, lines in listed.items()},
        "not_judged": [asdict(deadline) for deadline in audit.not_judged],
        "problems": [problem_values(problem) for problem in audit.problems],
    }
