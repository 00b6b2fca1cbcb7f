"""What the exit code says."""

from dataclasses import replace

import pytest

from ehcp_timeline.measure.result import Audit, Input
from ehcp_timeline.shell.options import FAIL_ON, exit_code
from tests.output.made import audit

ALL_JUDGED = (Input("cases.csv", "b" * 64, 5, 5, 0),)
CLEAN = audit(input=ALL_JUDGED, problems=())


def code(answer: Audit, *, failed: bool = False, strict: bool = False, exit_zero: bool = False) -> int:
    """Return the exit code of a run."""
    return exit_code(answer, failed=failed, strict=strict, exit_zero=exit_zero)


@pytest.mark.parametrize(
    ("breach", "fails_on"),
    [("overdue", {"overdue", "late", "due-soon"}), ("late", {"late"}), ("due-soon", {"due-soon"})],
)
def test_what_each_word_of_fail_on_fails_on(breach: str, fails_on: set[str]) -> None:
    """What is overdue always fails but for `none`; late and due soon only if they are named."""
    assert {word for word, breaches in FAIL_ON.items() if breach in breaches} == fails_on


def test_rows_that_were_not_judged_are_three() -> None:
    """Nothing overdue, but a row is unread; something overdue comes first; a row set aside is no such row."""
    not_all = audit(input=(Input("cases.csv", "b" * 64, 5, 4, 1),), undecided=True)

    assert code(not_all) == 3
    assert code(not_all, failed=True) == 1
    assert code(replace(not_all, undecided=False)) == 0
    assert code(CLEAN) == 0


def test_strict_and_exit_zero() -> None:
    """Any problem is 2 when strict, whatever was found; exit-zero hides 1 and 3, not 2."""
    assert code(audit(), failed=True, strict=True) == 2
    assert code(audit(), failed=True, strict=True, exit_zero=True) == 2
    assert code(CLEAN, failed=True, strict=True) == 1
    assert code(audit(), failed=True, exit_zero=True) == 0
    assert code(audit(), exit_zero=True) == 0
