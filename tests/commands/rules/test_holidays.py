"""`ehcp rules holidays`: what a bank holiday that is announced late moves."""

import json
from pathlib import Path

import pytest

from tests.cli.command import check_schema, ehcp, ehcp_apart, printed, said

CASES = """case_id,request_received,assess_agreed,plan_issued,moved_in,move_known,plan_transferred
A,2023-03-27,,,,,
B,2023-03-28,,,,,
C,2023-03-24,,,,,
D,2022-12-19,2023-01-30,,,,
E,2023-03-27,2023-04-03,,,,
F,,,,2023-05-01,2023-05-02,
"""
WHEN = ("--as-at", "2023-05-03")


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """A file with due days around the coronation's bank holiday, Monday 8 May 2023."""
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    return str(path)


def _moved(cases: str, *words: str) -> list[tuple[str, ...]]:
    run = ehcp("rules", "holidays", cases, *WHEN, *words, "--format", "json")
    answer = json.loads(printed(run))
    check_schema(answer)
    keys = ("case_id", "deadline", "act_by_before", "act_by", "due_before", "due")
    return [tuple(one[key] for key in keys) for one in answer["moved"]]


def test_a_day_moves_last_working_days_and_working_day_limits(cases: str) -> None:
    """Due on Monday the 8th: act by Friday the 5th. Weeks stay; working days end a working day later."""
    assert _moved(cases, "--add", "2023-05-08") == [
        ("A", "assess.decide", "2023-05-08", "2023-05-05", "2023-05-08", "2023-05-08"),
        ("D", "plan.issue", "2023-05-08", "2023-05-05", "2023-05-08", "2023-05-08"),
        ("F", "move.transfer", "2023-05-22", "2023-05-23", "2023-05-22", "2023-05-23"),
    ]


def test_a_day_that_is_not_in_the_list_moves_in_the_same_way(cases: str) -> None:
    """Tuesday the 9th, which nobody announced: the last working day before it is Friday the 5th."""
    assert _moved(cases, "--add", "2023-05-09")[0] == (
        "B", "assess.decide", "2023-05-09", "2023-05-05", "2023-05-09", "2023-05-09",
    )  # fmt: skip


def test_two_days_move_together(cases: str) -> None:
    """A day may be announced with another."""
    moved = _moved(cases, "--add", "2023-05-08", "--add", "2023-05-09")

    assert [(case, before, after) for case, _, before, after, *_ in moved] == [
        ("A", "2023-05-08", "2023-05-05"),
        ("D", "2023-05-08", "2023-05-05"),
        ("B", "2023-05-09", "2023-05-05"),
        ("F", "2023-05-22", "2023-05-24"),
    ]


def test_a_weekend_moves_nothing(cases: str) -> None:
    """No working day is lost on a Sunday."""
    run = ehcp("rules", "holidays", cases, *WHEN, "--add", "2023-05-07")

    assert run.returncode == 0
    assert "If 7 May 2023 is a bank holiday\nNothing moves.\n" in printed(run)
    assert said(run) == "2023-05-07 is a Sunday: it moves nothing\n"


def test_a_day_that_is_known_already_is_said_to_be(cases: str) -> None:
    """What is shown then is what its announcement moved."""
    page = ehcp("rules", "holidays", cases, *WHEN, "--add", "8 May 2023")

    assert said(page) == "2023-05-08 is a bank holiday already: shown is what its announcement moved\n"
    assert "If 8 May 2023 is a bank holiday: 3 clocks to be seen to on another day\n" in printed(page)
    assert "1 due day moved, 0 verdicts changed." in printed(page)


@pytest.mark.slow
def test_what_comes_through_a_pipe_is_judged_twice(cases: str) -> None:
    """Standard input can be read once only, and is judged without and with the day all the same."""
    words = ("rules", "holidays", "-", *WHEN, "--add", "2023-05-08", "--format", "csv")
    piped = ehcp_apart(*words, stdin=Path(cases).read_bytes())
    read = ehcp("rules", "holidays", cases, *WHEN, "--add", "2023-05-08", "--format", "csv")

    assert piped.stdout == read.stdout
    assert len(printed(piped).splitlines()) == 4


@pytest.mark.parametrize(("day", "told"), [("2023-05-32", "--add 2023-05-32:"), ("soon", "--add soon:")])
def test_what_is_no_day_is_refused(cases: str, day: str, told: str) -> None:
    """One line, exit 2."""
    run = ehcp("rules", "holidays", cases, "--add", day)

    assert (run.returncode, printed(run)) == (2, "")
    assert told in said(run)
