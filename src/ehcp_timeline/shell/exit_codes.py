"""What the exit code of `ehcp check` says: 0 nothing found, 1 found, 2 cannot run, 3 rows not judged."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehcp_timeline.measure.result import Audit

FOUND = 1
CANNOT_RUN = 2
NOT_ALL_JUDGED = 3
FAIL_ON = ("overdue", "late", "due-soon", "none")
_FAILING = {"overdue": {"overdue"}, "late": {"overdue", "late"}, "due-soon": {"overdue"}, "none": set[str]()}


def exit_code(audit: "Audit", *, fail_on: str, due_within: int, strict: bool, exit_zero: bool) -> int:
    """Return the exit code for an answer.

    Args:
        audit: The answer; its findings hold every clock that `fail_on` asks about.
        fail_on: One of `FAIL_ON`. Only the authority's own statutory clocks count.
        due_within: What is due soon, in calendar days.
        strict: Whether any problem in a file means that the answer cannot be relied on.
        exit_zero: Whether what was found shall not be told by the exit code.
    """
    if strict and audit.problems:
        return CANNOT_RUN
    if exit_zero:
        return 0
    if _fails(audit, fail_on, due_within):
        return FOUND
    return NOT_ALL_JUDGED if any(source.not_judged for source in audit.inputs) else 0


def _fails(audit: "Audit", fail_on: str, due_within: int) -> bool:
    """Return whether the authority has a clock that the run shall fail on."""
    found = audit.findings
    own = found.filter((found["kind"] == "statutory") & (found["who"] == "authority"))
    if own["verdict"].is_in(sorted(_FAILING[fail_on])).any():
        return True
    soon = (own["verdict"] == "running") & (own["days_left"] <= due_within)
    return fail_on == "due-soon" and bool(soon.any())
