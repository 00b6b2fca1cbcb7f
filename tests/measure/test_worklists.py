"""Lists people work from: what is overdue, what can be saved, whom to tell, what comes first."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.measure.casework import ALL, OPEN, Casework, chosen_by
from ehcp_timeline.measure.pace import Pace, PacedStage
from ehcp_timeline.measure.worklists import (
    POLICIES,
    Policy,
    at_risk,
    before_breach,
    order_of_work,
    overdue,
    split,
    workable,
    worst,
    worst_first,
)
from tests.measure.small_files import casework

HEADER = "case_id, caseworker, request_received, assess_agreed, draft_sent, plan_issued"
# Four cases of this year went from request to decision in 42 days, to draft in 70 more, to plan in 40 more.
HISTORY = """
D1,, 2025-01-06, 2025-02-17, 2025-04-28, 2025-06-07
D2,, 2025-01-07, 2025-02-18, 2025-04-29, 2025-06-08
D3,, 2025-01-08, 2025-02-19, 2025-04-30, 2025-06-09
D4,, 2025-01-09, 2025-02-20, 2025-05-01, 2025-06-10
"""
OWN = Selection()


def _file(folder: Path, rows: str, as_at: str, *, history: bool = True) -> Casework:
    return casework(folder, f"{HEADER}\n{HISTORY.strip() if history else ''}\n{rows.strip()}", as_at)


def _missed(work: Casework) -> list[tuple[str, str, date]]:
    clocks = at_risk(work, OWN).clocks
    return clocks.filter(deadline="plan.issue").select("case_id", "stage", "expected_p50").rows()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("N,, 2025-05-12,,,", [("N", "decide", date(2025, 10, 11))]),
        ("N,, 2025-05-12, 2025-05-19,,", []),
        ("N,, 2025-05-12, 2025-06-11,,", []),
        ("N,, 2025-05-11, 2025-06-11,,", [("N", "draft", date(2025, 9, 29) )]),
        ("N,, 2025-02-10, 2025-03-24, 2025-05-22,", [("N", "finalise", date(2025, 7, 1))]),
        ("N,, 2025-02-10, 2025-03-24, 2025-05-21,", []),
    ],
    ids=[
        "nothing yet: 42 + 70 + 40 days are more than 140", "decided in a week", "due day met", "a day late",
        "draft too late by one day", "draft in time to the day",
    ],
)  # fmt: skip
def test_a_case_is_expected_at_the_pace_of_those_before_it(
    tmp_path: Path, row: str, expected: list[tuple[str, str, date]]
) -> None:
    """The rest of its stage and the stages after it, as long as they took lately."""
    assert _missed(_file(tmp_path, row, "2025-06-11")) == expected


def test_a_stage_that_has_lasted_long_lasts_as_long_as_those_that_did() -> None:
    """What is left is taken from the cases that had already lasted so long."""
    stage = PacedStage("draft", (10, 20, 60, 100, 140))

    assert [stage.left(50, spent) for spent in (0, 10, 20, 99, 100, 140)] == [60, 50, 80, 1, 40, 0]


def test_without_its_stages_a_clock_is_taken_whole() -> None:
    """A file that records only request and plan still has a pace."""
    pace = Pace(
        "plan.issue",
        (PacedStage("decide", ()), PacedStage("draft", ())),
        PacedStage("whole", (150, 160, 170)),
    )

    assert pace.days_left(50, 0, 30, 30) == 130
    assert pace.days_left(85, 1, 5, 155) == 15


def test_without_a_history_nobody_is_told_a_day(tmp_path: Path) -> None:
    """Two cases are no pace; how many cases cannot be told is counted."""
    work = _file(
        tmp_path, "\n".join([*HISTORY.split("\n")[1:3], "N,, 2025-05-12,,,"]), "2025-06-11", history=False
    )
    found = at_risk(work, Selection(deadlines=frozenset({"plan.issue"})))

    assert (found.clocks.height, found.in_time, found.untold) == (0, 1, 1)


def test_stages_of_more_than_a_year_ago_are_no_pace(tmp_path: Path) -> None:
    """The present pace is that of the last 52 weeks."""
    assert _missed(_file(tmp_path, "N,, 2026-05-11,,,", "2026-06-06")) != []
    assert _missed(_file(tmp_path, "N,, 2026-05-11,,,", "2026-06-12")) == []


def test_what_a_slow_case_alone_would_miss_is_not_at_risk(tmp_path: Path) -> None:
    """One slow draft of five moves the 85th percentile past the day, and not the median."""
    slow = "D5,, 2025-01-06, 2025-02-17, 2025-06-02, 2025-06-10"
    work = _file(tmp_path, f"{slow}\nN,, 2025-05-12, 2025-05-19,,", "2025-06-11")

    assert at_risk(work, Selection(deadlines=frozenset({"plan.issue"}))).clocks.height == 0


def test_a_case_that_is_late_already_is_not_to_be_saved(tmp_path: Path) -> None:
    """Only in-time cases can be told before the breach."""
    late = _file(tmp_path, "N,, 2025-01-21, 2025-03-04,,", "2025-06-11")
    due_today = _file(tmp_path, "N,, 2025-01-22, 2025-03-05,,", "2025-06-11")

    assert _missed(late) == []
    assert [case for case, _, _ in _missed(due_today)] == ["N"]


def test_a_family_is_written_to_once(tmp_path: Path) -> None:
    """Two days that will be missed make one line, the first due first, the other named beside it."""
    work = _file(tmp_path, "N,, 2025-05-12,,,", "2025-06-11")
    slow = casework(
        tmp_path,
        f"{HEADER}\n" + HISTORY.strip().replace("-02-", "-03-") + "\nN,, 2025-05-12,,,",
        "2025-06-11",
    )

    told = ("deadline", "also", "weeks_waited", "days_over")
    assert before_breach(work, OWN).clocks.select(told).rows() == [("plan.issue", [], 4, 12)]
    assert before_breach(slow, OWN).clocks.select(told).rows() == [("assess.decide", ["plan.issue"], 4, 28)]


LATE = """
case_id, caseworker, request_received, assess_agreed, plan_issued
A, Zoë, 2025-03-03, 2025-04-14,
B, Ann, 2025-01-20, 2025-03-03,
C, Ann, 2025-02-03,,
D, Zoë, 2025-05-26,,
E, , 2025-06-02,,
"""


def _worked(folder: Path, policy: Policy) -> list[tuple[str, str, str]]:
    work = casework(folder, LATE, "2025-06-30", OPEN)
    ordered = order_of_work(workable(work.open_clocks(chosen_by(OWN, work.rulebook)), work), policy)
    return ordered.select("case_id", "deadline", "verdict").rows()


def test_oldest_first_takes_who_has_waited_longest(tmp_path: Path) -> None:
    """By the start of the clock; of two clocks of a case the one that is due first."""
    assert [case for case, _, _ in _worked(tmp_path, "oldest-first")] == ["B", "C", "A", "D", "E"]


def test_in_time_first_takes_what_is_due_first(tmp_path: Path) -> None:
    """The overdue come first, each with its worst duty; then the rest, first due first."""
    assert _worked(tmp_path, "in-time-first") == [
        ("C", "assess.decide", "overdue"),
        ("B", "plan.issue", "overdue"),
        ("D", "assess.decide", "running"),
        ("E", "assess.decide", "running"),
        ("A", "plan.issue", "running"),
    ]


def test_worst_first_takes_what_is_most_days_late(tmp_path: Path) -> None:
    """105 days before 21 before what is due first."""
    assert _worked(tmp_path, "worst-first") == [
        ("C", "assess.decide", "overdue"),
        ("B", "plan.issue", "overdue"),
        ("D", "assess.decide", "running"),
        ("E", "assess.decide", "running"),
        ("A", "plan.issue", "running"),
    ]


def test_every_policy_names_every_case_once(tmp_path: Path) -> None:
    """Policies differ in order, not in what there is to do."""
    assert [sorted(case for case, _, _ in _worked(tmp_path, one)) for one in POLICIES] == [list("ABCDE")] * 3


def test_a_minimum_is_nothing_to_do(tmp_path: Path) -> None:
    """The family's fifteen days are waited for, not worked on."""
    work = _file(tmp_path, "N,, 2025-02-10, 2025-03-24, 2025-06-01,", "2025-06-11", history=False)

    deadlines = set(workable(work.open_clocks(chosen_by(OWN, work.rulebook)), work)["deadline"])
    assert (deadlines, "plan.window" in work.open_clocks()["deadline"]) == ({"plan.issue"}, True)


def test_the_overdue_list_is_worst_first(tmp_path: Path) -> None:
    """Most days late first; a clock due today is not on it."""
    work = casework(tmp_path, LATE.replace("2025-06-02", "2025-05-19"), "2025-06-30", OPEN)

    found = worst_first(overdue(work, OWN))
    assert found.select("case_id", "deadline", "days_late").rows() == [
        ("C", "assess.decide", 105), ("B", "plan.issue", 21), ("C", "plan.issue", 7),
    ]  # fmt: skip


@pytest.mark.parametrize("top", range(1, 7))
def test_the_worst_are_the_first_of_the_whole_list(tmp_path: Path, top: int) -> None:
    """Only as much is put in order as is shown; of those as late as the last shown, the first by number."""
    rows = [f"{case}, Ann, 2025-0{month}-03,," for month in (2, 1) for case in "ZYX"[: 4 - month]]
    text = "\n".join(["case_id, caseworker, request_received, assess_agreed, plan_issued", *rows])
    late = overdue(casework(tmp_path, text, "2025-06-30", OPEN), OWN)

    assert worst(late, top).rows() == worst_first(late).head(top).rows()
    assert late["days_late"].n_unique() < late.height >= 5


def test_lists_of_open_clocks_look_at_few_columns(tmp_path: Path) -> None:
    """Rows and clocks are kept as far as a list needs them; a filter still knows every column of the file."""
    text = "case_id, district, sen_need, request_received, assess_agreed\nA, North, ASD, 2025-01-06,"
    narrow, whole = (casework(tmp_path, text, "2025-06-30", asked) for asked in (OPEN, ALL))
    same = (
        "case_id",
        "deadline",
        "do",
        "by",
        "not_before",
        "due",
        "verdict",
        "days_late",
        "certainty",
        "district",
    )

    assert "sen_need" not in narrow.rows.columns
    assert "answered" not in narrow.audit.findings.columns
    assert narrow.open_clocks().select(same).rows() == whole.open_clocks().select(same).rows()
    assert narrow.columns == whole.columns >= {"sen_need", "assess_agreed"}


def test_lists_are_split_by_name(tmp_path: Path) -> None:
    """Each group has its own list; cases without a name have one too."""
    work = casework(tmp_path, LATE, "2025-06-30", OPEN)
    lists = split(workable(work.open_clocks(chosen_by(OWN, work.rulebook)), work), "caseworker")

    assert [(name, sorted(set(mine["case_id"]))) for name, mine in lists] == [
        ("", ["E"]), ("Ann", ["B", "C"]), ("Zoë", ["A", "D"]),
    ]  # fmt: skip


def test_whom_to_ask_stays_on_the_list(tmp_path: Path) -> None:
    """Name, school and referrer go with a case, empty where the file lacks them; a birth date never goes."""
    header = "case_id, name, school, date_of_birth, request_received, plan_issued"
    text = f"{header}\nA, Kim Roe, Hill School, 2015-03-01, 2025-01-06,"
    work = casework(tmp_path, text, "2025-02-28", OPEN).open_clocks()

    assert work.select("name", "school", "referrer").unique().rows() == [("Kim Roe", "Hill School", None)]
    assert "date_of_birth" not in work.columns
