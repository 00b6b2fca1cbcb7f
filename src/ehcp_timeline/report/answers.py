"""The answers of `check` and `timeline` as plain values, ready to be written as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ehcp_timeline.audit.result import Audit
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.law.terms import Rulebook
from ehcp_timeline.report.records import Record, records

CHECK = "ehcp-check/1"
TIMELINE = "ehcp-timeline/1"


def check_answer(audit: Audit) -> dict[str, Any]:
    """Return the answer of `ehcp check`, with the keys of `report.envelopes.CheckAnswer`."""
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
    """Return the answer of `ehcp timeline`, with the keys of `report.envelopes.TimelineAnswer`."""
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
