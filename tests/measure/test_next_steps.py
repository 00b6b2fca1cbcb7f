"""Each open clock names the next lawful step, its last working day, and what it must not come before."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.audit.selection import is_under
from ehcp_timeline.clock import Count
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.next_steps import last_day_that_leaves, next_steps
from tests.measure.small_files import casework

Told = dict[str, tuple[str, str, date | None]]


def _steps(folder: Path, text: str, as_at: str) -> Told:
    """Return deadline to its step, the step's last working day, and the day it must not come before."""
    work = casework(folder, text, as_at).open_clocks()
    return {
        one: (step, *days) for one, step, *days in work.select("deadline", "step", "by", "not_before").rows()
    }


REQUEST = (
    "case_id, request_received, assess_agreed, psychology_advice_requested, psychology_advice_received, \
draft_sent, plan_issued"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "step", "by", "not_before"),
    [
        ("A, 2025-04-02,,,,,", "decide", "at once", None),
        ("A, 2025-04-02, 2025-05-14,,,,", "draft", "2025-08-05", None),
        ("A, 2025-04-02, 2025-05-14, 2025-05-15,,,", "advice", "2025-06-26", None),
        ("A, 2025-04-02, 2025-05-14, 2025-05-15, 2025-06-01,,", "draft", "2025-08-05", None),
        ("A, 2025-04-02, 2025-05-14,,, 2025-06-02,", "finalise", "2025-08-20", date(2025, 6, 17)),
        ("A, 2025-04-02, 2025-05-14,,, 2025-05-19,", "finalise", "2025-08-20", date(2025, 6, 3)),
        ("A, 2025-04-02, 2025-05-14,,, 2025-05-18,", "finalise", "2025-08-20", None),
        ("A, 2025-04-02,,,, 2025-05-18,", "finalise", "2025-08-20", None),
    ],
    ids=[
        "no decision", "agreed", "advice out", "advice in", "draft sent today", "window ends tomorrow",
        "window over", "no decision recorded",
    ],
)  # fmt: skip
def test_a_first_assessment_goes_step_by_step(
    tmp_path: Path, row: str, step: str, by: str, not_before: date | None
) -> None:
    """From request to plan, the step is the first after the last that is over."""
    told = _steps(tmp_path, f"{REQUEST}\n{row}", "2025-06-02")

    assert told["plan.issue"] == (step, by, not_before)


def test_what_lies_after_the_day_asked_about_has_not_happened(tmp_path: Path) -> None:
    """A draft of tomorrow is not sent today."""
    row = f"{REQUEST}\nA, 2025-04-02, 2025-05-14,,, 2025-06-03,"

    assert _steps(tmp_path, row, "2025-06-02")["plan.issue"][0] == "draft"
    assert _steps(tmp_path, row, "2025-06-03")["plan.issue"][0] == "finalise"


@pytest.mark.parametrize(
    ("due", "last"),
    [
        (date(2025, 8, 20), date(2025, 8, 5)),
        (date(2025, 8, 24), date(2025, 8, 8)),
        (date(2025, 9, 9), date(2025, 8, 22)),
    ],
    ids=["a Tuesday", "the ninth is a Saturday", "the 25th is a bank holiday, the days before a weekend"],
)
def test_the_last_safe_draft_day_leaves_fifteen_days(due: date, last: date) -> None:
    """A draft of that working day may still be final on the due day."""
    fifteen = Count("not_before_end_of", 15, "days", "included")

    assert last_day_that_leaves(fifteen, due) == last


REVIEW = "case_id, plan_issued, review_meeting, review_decided, review_outcome, amendment_notice_sent, \
amended_plan_issued"
AMENDING = "A, 2024-03-11, 2025-01-06, 2025-01-20, amend"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "deadline", "step", "by"),
    [
        ("A, 2024-03-11,,,,,", "review.annual", "meeting", "2025-03-10"),
        ("A, 2024-03-11, 2025-02-03,,,,", "review.annual", "letter", "2025-03-03"),
        ("A, 2024-03-11, 2025-02-24,,,,", "review.annual", "letter", "2025-03-10"),
        ("A, 2023-03-11, 2024-02-24, 2024-03-11,,,", "review.annual", "meeting", "2025-03-10"),
        (f"{AMENDING},,", "review.final", "amendments", "at once"),
        (f"{AMENDING}, 2025-01-20,", "review.final", "amended", "2025-03-31"),
        (f"{AMENDING}, 2025-01-20,", "amend.final", "amended", "2025-03-17"),
    ],
    ids=[
        "no meeting", "met, letter owed", "the year ends first", "last year's meeting", "amendments owed",
        "12 weeks", "8 weeks",
    ],
)  # fmt: skip
def test_a_review_goes_step_by_step(tmp_path: Path, row: str, deadline: str, step: str, by: str) -> None:
    """From meeting to letter to amended plan; never later than the clock's own day."""
    told = _steps(tmp_path, f"{REVIEW}\n{row}", "2025-02-28")

    assert told[deadline][:2] == (step, by)


def test_a_review_may_stand_on_another_row_of_its_case(tmp_path: Path) -> None:
    """The meeting of one row ends the step of the clock that another row started."""
    told = _steps(tmp_path, f"{REVIEW}\nA, 2024-03-11,,,,,\nA,, 2025-02-03,,,,", "2025-02-28")

    assert told["review.annual"][:2] == ("letter", "2025-03-03")


def test_a_deadline_without_steps_asks_for_its_duty(tmp_path: Path) -> None:
    """The duty in the words of the rulebook, by its own last working day."""
    work = casework(
        tmp_path, "case_id, contact_received, contact_answered, moved_in, plan_transferred, move_notice_sent"
        "\nA,,, 2025-02-03, 2025-02-03,", "2025-02-28",
    ).open_clocks()  # fmt: skip

    told = {
        one: (step, do[:42], by) for one, step, do, by in work.select("deadline", "step", "do", "by").rows()
    }
    assert told["move.notice"] == ("duty", "Tell the family that the plan was transfer", "2025-03-17")


def test_the_steps_name_nothing_that_the_law_does_not_know() -> None:
    """A mistyped deadline or event of `next-steps.toml` would silently never apply."""
    law, shipped = load_rulebook(), next_steps()
    steps = [step for chain in shipped.chains for step in chain.steps]
    deadlines = {name for letter in shipped.letters for name in letter.deadlines}
    deadlines |= {name for chain in shipped.chains for name in chain.deadlines}
    deadlines |= {name for step in steps for name in (*step.by, *step.leaves, *step.not_before)}

    assert deadlines - set(law.by_id) == set()
    assert {name for step in steps for name in step.until} - set(law.events) == set()
    assert all(
        any(is_under(step.while_open, known) for known in law.by_id) for step in steps if step.while_open
    )


def test_every_letter_says_what_was_due_and_what_the_family_can_do() -> None:
    """No family is written to without both."""
    assert [one for one in next_steps().letters if not (one.promise and one.rights)] == []
