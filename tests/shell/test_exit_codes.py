"""What the exit code says."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.measure.result import Audit, Input
from ehcp_timeline.shell.exit_codes import exit_code
from tests.output.made import OVERDUE, RUNNING, audit

ALL_JUDGED = (Input("cases.csv", "b" * 64, 5, 5, 0),)
LATE = replace(OVERDUE, verdict="late", answered=date(2025, 9, 1), days_late=12, open=False)


def code(answer: Audit, fail_on: str = "overdue", *, strict: bool = False, exit_zero: bool = False) -> int:
    """Return the exit code with 14 days for what is due soon."""
    return exit_code(answer, fail_on=fail_on, due_within=14, strict=strict, exit_zero=exit_zero)


def clean(*clocks: Clock) -> Audit:
    """Return an answer about a file without any problem."""
    return audit(*clocks, inputs=ALL_JUDGED, problems=())


@pytest.mark.parametrize(
    ("clock", "fails_on"),
    [
        (OVERDUE, {"overdue", "late", "due-soon"}),
        (LATE, {"late"}),
        (replace(RUNNING, days_left=14), {"due-soon"}),
        (replace(RUNNING, days_left=15), set()),
        (replace(OVERDUE, verdict="excused"), set()),
        (replace(OVERDUE, verdict="unknown"), set()),
    ],
)
def test_what_each_word_of_fail_on_fails_on(clock: Clock, fails_on: set[str]) -> None:
    """Overdue, late or due within 14 days; the day after is not soon; an excuse or a doubt does not fail."""
    found = {word for word in ("overdue", "late", "due-soon", "none") if code(clean(clock), word) == 1}

    assert found == fails_on


@pytest.mark.parametrize(("key", "value"), [("who", "adviser"), ("kind", "guidance")])
def test_only_the_authoritys_own_statutory_clocks_count(key: str, value: str) -> None:
    """An adviser's lateness, or a date of guidance, is never the authority's breach."""
    answer = clean(OVERDUE)
    changed = answer.findings.with_columns(pl.lit(value).alias(key))
    others = replace(answer, findings=changed)

    assert code(others) == 0


def test_rows_that_were_not_judged_are_three() -> None:
    """Nothing overdue, but not every row could be looked at; something overdue comes first."""
    not_all = (Input("cases.csv", "b" * 64, 5, 4, 1),)

    assert code(audit(inputs=not_all)) == 3
    assert code(audit(OVERDUE, inputs=not_all)) == 1
    assert code(clean()) == 0


def test_strict_and_exit_zero() -> None:
    """Any problem is 2 when strict, whatever was found; exit-zero hides 1 and 3, not 2."""
    assert code(audit(OVERDUE), strict=True) == 2
    assert code(audit(OVERDUE), strict=True, exit_zero=True) == 2
    assert code(clean(OVERDUE), strict=True) == 1
    assert code(audit(OVERDUE), exit_zero=True) == 0
    assert code(audit(), exit_zero=True) == 0
