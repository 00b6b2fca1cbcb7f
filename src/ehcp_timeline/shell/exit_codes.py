"""The exit code of a command: 0 nothing found, 1 found, 2 cannot run, 3 something not read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehcp_timeline.measure.result import Audit, Breach

FOUND = 1
CANNOT_RUN = 2
NOT_ALL_JUDGED = 3
FAIL_ON: "Mapping[str, frozenset[Breach]]" = {
    "overdue": frozenset({"overdue"}),
    "late": frozenset({"overdue", "late"}),
    "due-soon": frozenset({"overdue", "due-soon"}),
    "none": frozenset(),
}
"""The words of `--fail-on`, each with the breaches that it fails on."""


def exit_code(audit: "Audit", *, failed: bool, strict: bool, exit_zero: bool) -> int:
    """Return the exit code for an answer that has, or has not, what the run shall fail on.

    `strict` means that any problem in a file makes the answer unreliable; `exit_zero` that what was found is
    not told by the exit code.
    """
    if strict and (audit.problems or any(heading.decides for heading in audit.unread)):
        return CANNOT_RUN
    if exit_zero:
        return 0
    if failed:
        return FOUND
    return NOT_ALL_JUDGED if audit.undecided else 0
