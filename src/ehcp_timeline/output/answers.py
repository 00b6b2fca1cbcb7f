"""The answers of `check` and `timeline`, and lists people work from, as plain values, ready to be written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.result import Audit

if TYPE_CHECKING:
    import polars as pl

Value = str | int | bool | date | None
Record = dict[str, Value]

FINDING_KEYS = (
    "case_id", "row", "deadline", "duty", "law", "kind", "who", "source", "start", "due", "act_by",
    "earliest_reading", "latest_reading", "answered", "verdict", "days_left", "days_late", "certainty",
    "excuse", "provisional", "district", "team", "caseworker",
)  # fmt: skip
_OF_DEADLINE = ("duty", "law", "kind", "who")
_OF_ROW = ("district", "team", "caseworker")


def records(findings: "pl.DataFrame") -> Iterator[Record]:
    """Yield the findings of an audit, one by one, with the keys of `FINDING_KEYS` in their order."""
    return findings.select(FINDING_KEYS).iter_rows(named=True)


def record(clock: Clock, deadline: Deadline, texts: Mapping[str, str]) -> Record:
    """Return one clock that no file holds: it has no row, and a case number only if one was given.

    Args:
        clock: The clock.
        deadline: What it is a clock of.
        texts: District, team and caseworker, where they were given.
    """
    values: Record = {"case_id": clock.case_id or None, "row": None}
    for key in FINDING_KEYS[2:]:
        if key in _OF_DEADLINE:
            values[key] = getattr(deadline, key)
        elif key in _OF_ROW:
            values[key] = texts.get(key)
        else:
            values[key] = getattr(clock, key)
    return values


CHECK = "ehcp-check/1"
TIMELINE = "ehcp-timeline/1"


def check_answer(audit: Audit) -> dict[str, Any]:
    """Return the answer of `ehcp check`, with the keys of `output.schema.CheckAnswer`."""
    return {
        "schema": CHECK,
        "as_at": audit.as_at,
        "rulebook": rulebook_values(audit.rulebook_version, audit.rulebook_sha256, audit.overlays),
        "input": [asdict(source) for source in audit.inputs],
        "summary": {
            "stages": dict(audit.stages),
            "rates": dict(audit.rates),
            "verdicts": {deadline: dict(counts) for deadline, counts in audit.verdicts.items()},
            "not_judged": [asdict(deadline) for deadline in audit.not_judged],
            "clearance": asdict(audit.clearance),
            "date_order": [asdict(one) | {"sentence": one.sentence} for one in audit.date_order],
        },
        "findings": list(records(audit.findings)),
        "oldest": [asdict(case) for case in audit.oldest],
        "problems": [problem_values(problem) for problem in audit.problems],
    }


def timeline_answer(as_at: object, rulebook: Rulebook, clocks: Sequence[Record]) -> dict[str, Any]:
    """Return the answer of `ehcp timeline`, with the keys of `output.schema.TimelineAnswer`."""
    return {
        "schema": TIMELINE,
        "as_at": as_at,
        "rulebook": rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays),
        "clocks": list(clocks),
    }


def problem_values(problem: Problem) -> dict[str, Any]:
    """Return one problem; what is meant as a whole has no row or no column."""
    return {
        "row": problem.row or None,
        "column": problem.column or None,
        "problem": problem.problem,
        "try": problem.try_,
    }


def rulebook_values(version: str, sha256: str, overlays: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return which law was applied."""
    laid_over = [{"name": name, "sha256": digest} for name, digest in overlays]
    return {"version": version, "sha256": sha256, "overlays": laid_over}


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
