"""A file of which nothing can be judged is never called clear."""

from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said

WHEN = ("--as-at", "2026-06-01")
NO_ANSWERS = "No deadline could be judged: the file has no column that could answer one."
NO_STARTS = "No deadline was started by any date that was read."
NOT_ITS_OWN = "No statutory deadline of the authority could be judged."
JUDGED = "case_id,request_received,assess_agreed,draft_sent,plan_issued\nG-1,2026-05-01,,,\n"


def _file(folder: Path, text: str, name: str = "cases.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("case_id,plan_issued\nA-1,2026-01-01\n", NO_ANSWERS),
        ("case_id,request_received\nA-1,2026-01-01\n", NO_ANSWERS),
        ("case_id,withdrawn\nA-1,2026-01-01\n", NO_STARTS),
        ("case_id,assess_agreed\nA-1,2026-01-01\n", NO_STARTS),
        ("case_id,request_received,plan_issued\nA-1,,\nA-2,n/a,\n", NO_STARTS),
        ("case_id,advice_requested,advice_received\nA-1,2026-01-05,2026-01-09\n", NOT_ITS_OWN),
    ],
    ids=["only ends", "only starts", "only withdrawals", "only answers", "blank", "only advisers"],
)
def test_nothing_judged_is_said(tmp_path: Path, text: str, why: str) -> None:
    """The page, the list as data and the work lists say why; every cell was read, so the exit code is 0."""
    path = _file(tmp_path, text)
    page, data = (ehcp("check", path, *WHEN, "--format", form) for form in ("table", "csv"))

    assert f"\n{why}\n" in printed(page)
    assert f"\n{why}\n" in said(data)
    assert (page.returncode, data.returncode) == (0, 0)
    for command, nothing in (
        ("overdue", "\nNothing that could be judged is overdue\n"),
        ("next", "\nNothing that could be judged is overdue, excused or due within 60 days.\n"),
    ):
        run = ehcp(command, path, *WHEN)
        assert nothing in printed(run)
        assert f"{why}\n" in said(run)
        assert run.returncode == 0


def test_a_file_without_rows_has_nothing_to_judge(tmp_path: Path) -> None:
    """A team without a case is no fault: nothing is called clear, and the exit code is 0."""
    path = _file(tmp_path, "case_id,request_received,plan_issued\n")
    run = ehcp("check", path, *WHEN, "--format", "table")

    assert f"\n{NO_STARTS}\n" in printed(run)
    assert run.returncode == 0
    assert '"sentence": "No plan could be judged."' in printed(ehcp("check", path, *WHEN, "--format", "json"))
    assert ehcp("overdue", path, *WHEN).returncode == 0
    assert ehcp("check", _file(tmp_path, JUDGED, "good.csv"), path, *WHEN).returncode == 0


def test_the_advice_that_was_asked_for_is_judged(tmp_path: Path) -> None:
    """Advisers' deadlines are no deadline of the authority, but they are what was asked about."""
    path = _file(tmp_path, "case_id,advice_requested,advice_received\nA-1,2026-01-05,2026-01-09\n")
    run = ehcp("check", path, *WHEN, "--who", "adviser", "--format", "table")

    assert "\nNothing you asked for is overdue, due soon or unclear.\n" in printed(run)
    assert run.returncode == 0


def test_a_file_beside_a_judged_one_is_not_called_clear(tmp_path: Path) -> None:
    """One of two files has rows and no clock: that is said. A case in both is judged on the rows of both."""
    bare, good = "case_id,withdrawn\nA-1,2026-01-01\n", _file(tmp_path, JUDGED, "good.csv")
    lone, shared = (_file(tmp_path, bare.replace("A-1", case), f"{case}.csv") for case in ("A-1", "G-1"))

    both = ehcp("check", good, lone, *WHEN)
    assert "In some of the files no statutory deadline of the authority could be judged." in printed(both)
    assert both.returncode == 0
    sentence = "No plan that could be judged is overdue; not everything could be read."
    assert sentence in printed(ehcp("check", good, lone, *WHEN, "--format", "json"))
    assert ehcp("check", good, shared, *WHEN).returncode == 0
    assert ehcp("check", good, *WHEN).returncode == 0


def test_a_started_deadline_without_its_column_is_not_called_clear(tmp_path: Path) -> None:
    """The plan may be overdue: what is clear is only what could be judged. The exit code speaks of that."""
    path = _file(tmp_path, "case_id,request_received,assess_agreed\nA-1,2026-01-01,2026-02-01\n")
    page, late = ehcp("check", path, *WHEN, "--format", "table"), ehcp("overdue", path, *WHEN)

    assert "2 deadlines not judged: the file lacks a column (see --full).\n" in printed(page)
    assert "\nNothing that could be judged is overdue, due soon or unclear.\n" in printed(page)
    assert "\nNothing that could be judged is overdue\n" in printed(late)
    assert (page.returncode, late.returncode) == (0, 0)
    assert '"sentence": "No plan could be judged."' in printed(ehcp("check", path, *WHEN, "--format", "json"))


@pytest.mark.parametrize("command", ["check", "overdue", "next"])
def test_a_deadline_asked_for_that_no_column_answers_is_refused(tmp_path: Path, command: str) -> None:
    """It would never be overdue, whatever happened, unless the missing column means "not done yet"."""
    path = _file(tmp_path, "case_id,request_received,assess_agreed\nA-1,2026-01-01,2026-02-01\n")
    run = ehcp(command, path, *WHEN, "--deadline", "plan.issue")

    assert said(run) == (
        "ehcp: --deadline: no column of the file can answer plan.issue\n"
        'try: it needs a column plan_issued; if that means "not done yet", add --assume-blank COLUMN\n'
    )
    assert run.returncode == 2
    blank = ehcp(command, path, *WHEN, "--deadline", "plan.issue", "--assume-blank", "plan_issued")
    assert blank.returncode == 1
