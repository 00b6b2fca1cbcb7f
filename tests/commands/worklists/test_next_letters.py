"""`ehcp next`, one caseworker's day on one page; `ehcp letters`, whom to tell before a day is missed."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.command import check_schema, ehcp, printed, said

HEADER = "case_id,name,school,caseworker,request_received,assess_agreed,draft_sent,plan_issued"
CASES = f"""{HEADER}
A,,,A. Khan,2025-03-03,2025-04-14,,
B,,,A. Khan,2025-01-20,2025-03-03,,
C,,,A. Khan,2025-02-03,2025-03-10,2025-06-20,
D,,,B. Reed,2025-05-26,,,
E,,,A. Khan,2025-05-19,,,
"""
WHEN = ("--as-at", "2025-06-30")
DONE = "".join(
    f"D{n},,,,2025-01-{6 + n:02},2025-02-{17 + n:02},2025-04-{20 + n:02},2025-06-{7 + n:02}\n"
    for n in range(4)
)


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """A file of two caseworkers."""
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    return str(path)


def test_a_day_fits_on_one_page(cases: str) -> None:
    """Each case once: the step, the day or "at once", and the reason."""
    run = ehcp("next", cases, *WHEN, "--caseworker", "A. Khan")

    assert run.returncode == 1
    assert printed(run) == (
        "Today for A. Khan, oldest-first: 4\n"
        "case  what to do next                                                             by"
        "                     because\n"
        "B     Finish the assessment: send the draft plan, or say that there will be none  at once"
        "                plan.issue: 21 days late, started 2025-01-20\n"
        "C     Send the finalised plan                                                     not before "
        "2025-07-05  plan.issue: 7 days late, started 2025-02-03\n"
        "A     Finish the assessment: send the draft plan, or say that there will be none  2025-07-04"
        "             plan.issue: 21 days left, started 2025-03-03\n"
        "E     Decide whether to assess, and tell the family                               2025-06-30"
        "             assess.decide: due today, started 2025-05-19\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "order"),
    [("oldest-first", "BCAED"), ("in-time-first", "BCEDA"), ("worst-first", "BCEDA")],
)
def test_a_policy_says_in_which_order(cases: str, policy: str, order: str) -> None:
    """Overdue first; then who has waited longest, what is due first, what is most days late."""
    answer = json.loads(printed(ehcp("next", cases, *WHEN, "--policy", policy, "--format", "json")))

    check_schema(answer)
    assert "".join(one["case_id"] for one in answer["work"]) == order
    assert answer["summary"] == {"policy": policy, "cases": 5, "cannot_be_told": 0}


def test_no_more_cases_than_fit_are_shown(cases: str) -> None:
    """--top cuts the page and says so; data are complete."""
    page = printed(ehcp("next", cases, *WHEN, "--top", "2"))
    data = printed(ehcp("next", cases, *WHEN, "--top", "2", "--format", "csv"))

    assert page.startswith("Today for everyone, oldest-first: 2 of 5\n")
    assert len(list(csv.DictReader(io.StringIO(data)))) == 5


def test_a_name_that_nobody_has_is_an_error(cases: str) -> None:
    """An empty page would look like a day off."""
    run = ehcp("next", cases, *WHEN, "--caseworker", "a. khan")
    policy = ehcp("next", cases, "--policy", "fairest")

    assert (run.returncode, printed(run)) == (2, "")
    assert said(run) == (
        "ehcp: --caseworker: no row has the caseworker `a. khan`\ntry: did you mean A. Khan?\n"
    )
    assert "`fairest` is not one of oldest-first, in-time-first, worst-first" in said(policy)


@pytest.fixture
def letters(tmp_path: Path) -> str:
    """A file with four cases done and one that will be late at their pace."""
    path = tmp_path / "letters.csv"
    path.write_text(f"{HEADER}\n{DONE}N,=Kim Roe,Hill School,A. Khan,2025-05-12,,,\n", encoding="utf-8")
    return str(path)


def test_a_family_is_told_what_was_due_and_when_it_is_expected(letters: str) -> None:
    """One line with the day, the expected day, the law, what is left to do, and what the family can do."""
    answer = json.loads(
        printed(ehcp("letters", letters, "--as-at", "2025-06-11", "--within", "110", "--format", "json"))
    )

    check_schema(answer)
    assert answer["summary"] == {"families": 1, "in_time": 2, "cannot_be_told": 0}
    (line,) = answer["letters"]
    assert (line["case_id"], line["name"], line["due"], line["expected"], line["days_over"]) == (
        "N", "=Kim Roe", "2025-09-29", "2025-10-11", 12,
    )  # fmt: skip
    assert line["tell"] == (
        "By law we have until 29 September 2025 to send you the finalised plan, or to tell you that there "
        "will be none. We do not expect to keep to that day. At our present pace it will be about 11 October "
        "2025, 12 days late. Still to be done: decide whether to assess, and tell the family."
    )
    assert "Local Government and Social Care Ombudsman" in line["rights"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("within", "families"),
    [((), 0), (("--within", "109"), 0), (("--within", "110"), 1), (("--within", "1000000000"), 1)],
)
def test_families_are_named_whose_day_is_near(letters: str, within: tuple[str, ...], families: int) -> None:
    """Within 60 days unless another number is asked for, however large; the plan is due in 110."""
    run = ehcp("letters", letters, "--as-at", "2025-06-11", *within, "--format", "json")

    assert json.loads(printed(run))["summary"]["families"] == families


def test_a_review_whose_meeting_was_held_is_days_from_done(tmp_path: Path) -> None:
    """Reviews took 400 days to the meeting and 10 to the letter: after the meeting 10 are left, not 410."""
    rows = [f"D{n},2023-{n + 1:02}-05,,\nD{n},,2024-{n + 2:02}-09,2024-{n + 2:02}-19" for n in range(10)]
    rows += ["M,2024-01-20,,", "M,,2025-01-10,", "N,2024-01-20,,"]
    path = tmp_path / "reviews.csv"
    path.write_text(
        "case_id,plan_issued,review_meeting,review_decided\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )

    answer = json.loads(printed(ehcp("letters", str(path), "--as-at", "2025-01-15", "--format", "json")))

    told = {one["case_id"]: (one["due"], one["expected"], one["deadline"]) for one in answer["letters"]}
    assert told["M"] == ("2025-01-19", "2025-01-20", "review.annual")
    assert told["N"][1] > "2025-02-01"


def test_what_is_due_in_months_is_left_out_of_a_day(tmp_path: Path) -> None:
    """Due in 60 days is work for today, in 61 it is not; a case shows its worst open duty."""
    rows = ["S,2025-05-12", "T,2025-04-11", "U,2025-04-12"]
    path = tmp_path / "cases.csv"
    header = "case_id,request_received,assess_agreed,plan_issued"
    path.write_text("\n".join([header, *(f"{row},2025-05-13," for row in rows)]) + "\n", encoding="utf-8")

    answer = json.loads(printed(ehcp("next", str(path), "--as-at", "2025-06-30", "--format", "json")))

    assert [(one["case_id"], one["due"]) for one in answer["work"]] == [("T", "2025-08-29")]


@pytest.mark.slow
def test_a_case_that_is_late_already_gets_no_letter_before_the_breach(letters: str) -> None:
    """On the day after the due day it is too late to be told before."""
    on_the_day = json.loads(printed(ehcp("letters", letters, "--as-at", "2025-09-29", "--format", "json")))
    after = json.loads(printed(ehcp("letters", letters, "--as-at", "2025-09-30", "--format", "json")))

    plans = [[one["deadline"] for one in answer["letters"]] for answer in (on_the_day, after)]
    assert plans == [["plan.issue"], []]


def test_a_mail_merge_gets_a_csv_without_formulas(letters: str) -> None:
    """A name that looks like a formula is text."""
    line = next(
        csv.DictReader(
            io.StringIO(
                printed(
                    ehcp("letters", letters, "--as-at", "2025-06-11", "--within", "110", "--format", "csv")
                )
            )
        )
    )

    assert (line["name"], line["school"], line["expected"]) == ("'=Kim Roe", "Hill School", "2025-10-11")


def test_a_mail_merge_gets_a_workbook_without_formulas_or_links(letters: str, tmp_path: Path) -> None:
    """The headings stand in the first line; nothing is a formula, nothing points outside."""
    book = tmp_path / "out.xlsx"
    run = ehcp("letters", letters, "--as-at", "2025-06-11", "--within", "110", "-o", str(book))
    again = tmp_path / "again.xlsx"
    ehcp("letters", letters, "--as-at", "2025-06-11", "--within", "110", "-o", str(again))

    assert run.returncode == 0
    assert book.read_bytes() == again.read_bytes()
    assert book.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(book) as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist()}
    assert [name for name, text in texts.items() if "<f>" in text or "hyperlink" in text] == []
    assert [name for name, text in texts.items() if 'TargetMode="External"' in text] == []
    assert ">=Kim Roe<" in texts["xl/sharedStrings.xml"]


def test_no_letter_is_sent(letters: str) -> None:
    """The page says so."""
    page = printed(ehcp("letters", letters, "--as-at", "2025-06-11"))

    assert "No letter is sent: -o letters.xlsx makes the list for a mail merge." in page
