"""`ehcp explain`: how each verdict of one case came about."""

import json
from pathlib import Path

import pytest

from tests.cli.command import ehcp, ehcp_apart, printed, said

CASES = """\
case_id,name,request_received,plan_issued
C-1,Quillfeather,02/04/2025,
C-2,Brandysnap,06/01/2025,26/05/2025
C-1,Quillfeather,01/12/2025,
"""
AS_AT = ("--as-at", "2026-01-15")


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """Return a file with two cases, one of them on two rows."""
    path = tmp_path / "cases.csv"
    path.write_text(CASES)
    return str(path)


def test_steps_lead_to_the_verdict_with_the_law_quoted(cases: str) -> None:
    """Numbered from 1, the words of the law in quotation marks, the days named, the verdict last."""
    text = printed(ehcp("explain", "C-2", cases, "--deadline", "plan.issue", *AS_AT))

    assert text.startswith(
        "Case C-2 as at 15 January 2026\n\n"
        "plan.issue: Send the finalised plan\n"
        "Row 3: done in time, on 26 May 2025; published readings differ: 25 May 2025 or 26 May 2025.\n"
    )
    assert "SEND-Regs-2014 reg 13(2): “as soon as practicable, and in any event within 20 weeks" in text
    assert "request_received on Monday 6 January 2025 started the clock." in text
    assert text.splitlines()[-1].split("  ")[-1].startswith("met; published readings differ")


def test_every_row_of_a_case_is_explained(cases: str) -> None:
    """A case on two rows has its clocks on both, and no other case's."""
    answer = json.loads(printed(ehcp("explain", "C-1", cases, *AS_AT, "--format", "json")))

    assert answer["schema"] == "ehcp-explain/1"
    assert answer["case_id"] == "C-1"
    assert {clock["row"] for clock in answer["clocks"]} == {2, 4}
    assert all(clock["verdict"] != "not-started" for clock in answer["clocks"])
    issue = next(clock for clock in answer["clocks"] if clock["deadline"] == "plan.issue")
    assert [step["number"] for step in issue["steps"]] == list(range(1, len(issue["steps"]) + 1))
    assert issue["steps"][-1]["text"].startswith("overdue, 148 days late")


def test_a_deadline_that_has_not_started_can_be_asked_for(cases: str) -> None:
    """The first part of an id is enough; the steps say that nothing started it."""
    text = printed(ehcp("explain", "C-2", cases, "--deadline", "order.make", *AS_AT))

    assert "order.make.draft: " in text
    assert "order.make.final: " in text
    assert "Nothing has started it: no order_made." in text


@pytest.mark.slow
def test_standard_input_is_a_file(cases: str) -> None:
    """`-` reads the same case from a pipe."""
    piped = ehcp_apart("explain", "C-2", "-", *AS_AT, stdin=CASES.encode())

    assert piped.stdout == ehcp("explain", "C-2", cases, *AS_AT).stdout


def test_an_unknown_case_is_one_line_with_the_nearest(cases: str) -> None:
    """Exit 2; neither names nor any other cell are shown."""
    run = ehcp("explain", "C-11", cases, *AS_AT)

    assert (run.returncode, run.stdout) == (2, b"")
    assert said(run) == f"ehcp: {cases}: there is no case `C-11`\ntry: did you mean C-1?\n"


def test_names_are_never_shown(cases: str) -> None:
    """Neither text nor JSON holds the value of a personal column."""
    for name in ("plain", "json"):
        run = ehcp("explain", "C-1", cases, *AS_AT, "--format", name)
        assert b"Quillfeather" not in run.stdout + run.stderr


def test_a_first_lawful_day_is_no_due_day(tmp_path: Path) -> None:
    """The summary says of each day whether it is the last or the first."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,plan_issued,cease_notified\nC-1,01/09/2025,02/03/2026\n")
    text = printed(ehcp("explain", "C-1", str(path), "--as-at", "2026-04-01"))

    assert "not before 2026-05-06" in text
    assert "by 2026-08-31" in text


def test_what_an_order_presupposes_is_said_once(tmp_path: Path) -> None:
    """The order ended the twenty weeks and presupposes a refusal: its own words come once."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,request_received,order_made,order_kind\nC-1,06/01/2025,02/03/2026,assess\n")
    text = printed(ehcp("explain", "C-1", str(path), "--deadline", "plan.issue", "--as-at", "2026-06-01"))

    assert "order_made needs an earlier decision whose date is not in the file" in text
    assert "ended it unanswered" not in text
    assert "presupposed" not in text


def test_what_is_missing_or_unread_is_named_by_its_column(tmp_path: Path) -> None:
    """The code of an order that is blank, and a cell that is not a date."""
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,request_received,plan_issued,order_made,order_kind\n"
        "C-1,06/01/2025,see notes,,\n"
        "C-2,,,02/03/2026,\n"
    )
    unread = printed(ehcp("explain", "C-1", str(path), "--deadline", "plan.issue", "--as-at", "2026-06-01"))
    blank = printed(ehcp("explain", "C-2", str(path), "--as-at", "2026-06-01"))
    listed = printed(ehcp("check", str(path), "--as-at", "2026-06-01", "--format", "plain"))

    assert "cannot be judged: plan_issued could not be read" in unread
    assert "order_made on Monday 2 March 2026 started the clock." in blank
    assert "Its due day cannot be found: it needs order_kind." in blank
    assert blank.count("cannot be judged: needs order_kind") == 2  # in the summary, and with its steps
    assert listed.count("needs order_kind") == 1


def test_file_and_case_in_the_wrong_order_are_understood(tmp_path: Path) -> None:
    """`explain FILE CASE` explains the case and says how it was read; two names without a file do not."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,request_received\nC-1,06/01/2025\n")
    swapped = ehcp("explain", str(path), "C-1", "--as-at", "2026-06-01")

    assert swapped.stdout == ehcp("explain", "C-1", str(path), "--as-at", "2026-06-01").stdout
    assert said(swapped) == f"Read as: ehcp explain C-1 {path}\n"
    assert ehcp("explain", "C-1", "C-2").returncode == 2
