"""Several files are one history: a case in two is judged once, and what they contradict is unknown."""

import csv
import io
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.audit.verdicts import VERDICTS
from ehcp_timeline.cases.model import Problem, vocabulary
from ehcp_timeline.cases.sheet import Batch
from ehcp_timeline.cases.source import open_case_file, open_case_files
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.audit import check_files
from ehcp_timeline.measure.multi_file import JoinedCases
from ehcp_timeline.measure.result import Audit
from tests.cases.formats.sen2.made import Assessment, Request, person, request, xml
from tests.cli.command import ehcp, printed, said

LAW = load_rulebook()
AS_AT = date(2025, 6, 1)
EVERY = Selection(verdicts=frozenset(VERDICTS), everything=True)
FIRST = "case_id,previous_review_decided,review_decided\nC-1,2024-01-31,\nC-2,2024-01-31,\n"
REFERENCE = date(2026, 1, 15)
HISTORY = Assessment({"assessmentoutcome": "H"}, {})
REVIEWED = {"reviewmeeting": "2025-11-25", "lastreview": "2025-12-18", "reviewoutcome": "M"}


def judged(folder: Path, *contents: str, sample: int = 20, as_at: date = AS_AT) -> Audit:
    """Return the answer for some files, the sample judged by both readers."""
    sources = []
    for number, content in enumerate(contents):
        (folder / f"{number}.csv").write_text(content)
        sources.append(open_case_file(str(folder / f"{number}.csv"), vocabulary(), as_at=as_at))
    return check_files(LAW, sources, as_at, EVERY, sample=sample)


def of_returns(folder: Path, *contents: bytes) -> Audit:
    """Return the answer for some SEN2 returns on the last reference date."""
    names = []
    for number, content in enumerate(contents):
        (folder / f"{number}.xml").write_bytes(content)
        names.append(str(folder / f"{number}.xml"))
    return check_files(
        LAW, open_case_files(names, vocabulary(), as_at=REFERENCE), REFERENCE, EVERY, sample=20
    )


def verdicts(audit: Audit, *deadlines: str) -> set[tuple[str, int, str, str]]:
    """Return case, row, deadline and verdict of some deadlines."""
    clocks = audit.findings.filter(audit.findings["deadline"].cast(str).is_in(deadlines))
    return {(case, row, str(name), str(verdict)) for case, row, name, verdict in clocks.select(
        "case_id", "row", "deadline", "verdict").iter_rows()}  # fmt: skip


def problems(audit: Audit, folder: Path, *rules: str) -> list[str]:
    """Return what is said under some rules."""
    return [one.problem.replace(f"{folder}/", "") for one in audit.problems if one.rule in rules]


def asked(
    received: str, outcome: str, day: str | None = None, *assessments: Assessment, **more: object
) -> Request:
    """Return a request of a return."""
    items = {"receiveddate": received, "requestoutcome": outcome, "requestoutcomedate": day}
    return request(items, *assessments, **more)  # type: ignore[arg-type]


def issued(day: str | None = None) -> Assessment:
    """Return an assessment that led to a plan."""
    return Assessment({"assessmentoutcome": "Y", "assessmentoutcomedate": day}, {})


def test_a_review_that_stands_in_the_next_file(tmp_path: Path) -> None:
    """Alone the first file makes it overdue; beside the second it was done in time, and the case is said."""
    second = "case_id,previous_review_decided,review_decided\nC-1,,2024-12-01\nC-3,2025-01-31,\n"

    assert {found[0::3] for found in verdicts(judged(tmp_path, FIRST), "review.annual")} == {
        ("C-1", "overdue"), ("C-2", "overdue")
    }  # fmt: skip
    both = judged(tmp_path, FIRST, second)
    assert verdicts(both, "review.annual") == {
        ("C-1", 2, "review.annual", "met"),
        ("C-1", 2, "review.annual", "running"),
        ("C-2", 3, "review.annual", "overdue"),
        ("C-3", 3, "review.annual", "running"),
    }
    assert [one.rule for one in both.problems] == ["case-in-several-files"]
    assert [(one.rows, one.judged) for one in both.input] == [(2, 2), (2, 2)]
    assert not both.undecided


def test_files_that_share_no_case_are_judged_as_ever(tmp_path: Path) -> None:
    """Two districts, say."""
    both = judged(tmp_path, FIRST, FIRST.replace("C-", "D-"))

    assert dict(both.summary.verdicts["review.annual"]) == {"overdue": 4}
    assert both.problems == ()


def test_two_systems_with_other_columns_and_headings(tmp_path: Path) -> None:
    """One knows the decision, the other the plan; the request counts once, on the row of the last file."""
    first = "case_id,request_received,assess_agreed\nA1,2025-01-06,2025-02-03\nA2,2025-01-06,2025-02-03\n"
    second = "Case ref,Date request received,Date plan issued\na1,06/01/2025,19/05/2025\nB1,06/01/2025,\n"

    both = judged(tmp_path, first, second)

    assert verdicts(both, "assess.decide", "plan.issue") == {
        ("a1", 2, "assess.decide", "met"),
        ("a1", 2, "plan.issue", "met"),
        ("A2", 3, "assess.decide", "met"),
        ("B1", 3, "plan.issue", "overdue"),
    }
    assert problems(both, tmp_path, "case-number-spelling") == [
        '"A1" and "a1" of another file are read as one case'
    ]


def test_what_the_file_of_a_row_cannot_answer_is_unknown(tmp_path: Path) -> None:
    """A second request of a joined case, in the file that has no column of plans, is not overdue for that."""
    first = "case_id,request_received,assess_agreed\nA1,2023-01-06,2023-02-03\nA1,2024-09-02,2024-10-01\n"
    second = "case_id,request_received,assess_agreed,plan_issued\nA1,2023-01-06,2023-02-03,2023-05-01\n"

    both = judged(tmp_path, first, second)

    assert verdicts(both, "plan.issue") == {
        ("A1", 2, "plan.issue", "met"), ("A1", 3, "plan.issue", "unknown")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "said_of", "expected"),
    [
        (
            "2025-01-06,2025-02-03,2025-05-19",
            "2025-01-06,2025-02-10,2025-05-19",
            ["case A1: assess_agreed is 2025-02-10 in 1.csv, row 2 and 2025-02-03 in 0.csv, row 2"],
            {"assess.decide": "unknown", "plan.issue": "met"},
        ),
        (
            "2025-01-06,2025-02-03,2025-05-19",
            "2025-01-09,2025-02-03,2025-05-19",
            ["case A1: request_received is 2025-01-09 in 1.csv, row 2 and 2025-01-06 in 0.csv, row 2"],
            {"assess.decide": "unknown", "plan.issue": "unknown"},
        ),
        (
            "2025-01-06,2025-02-03,2025-05-19",
            "2025-01-06,,",
            [
                "case A1: assess_agreed is blank in 1.csv, row 2 and 2025-02-03 in 0.csv, row 2",
                "case A1: plan_issued is blank in 1.csv, row 2 and 2025-05-19 in 0.csv, row 2",
            ],
            {"assess.decide": "unknown", "plan.issue": "unknown"},
        ),
        (
            "2025-01-06,2025-02-03,",
            "2025-01-06,,2025-05-19",
            [],
            {"assess.decide": "met", "plan.issue": "met"},
        ),
    ],
)
def test_dates_that_contradict_each_other(
    tmp_path: Path, first: str, second: str, said_of: list[str], expected: dict[str, str]
) -> None:
    """Both files, rows and days are named; what they decide is unknown, and that is no all-clear."""
    heading = "case_id,request_received,assess_agreed,plan_issued\n"

    both = judged(tmp_path, f"{heading}A1,{first}\n", f"{heading}A1,{second}\n")

    assert problems(both, tmp_path, "two-dates") == said_of
    assert {name: verdict for _, _, name, verdict in verdicts(both, *expected)} == expected
    assert both.undecided == bool(said_of)


def test_only_rows_are_numbered_back() -> None:
    """Text of a problem may hold a number as long as a joined row's that is none, as a case's may be."""
    rows, batch = pl.DataFrame({"row": [2, 3]}), Batch(pl.DataFrame())
    joint = JoinedCases(rows, batch)
    problem = Problem(2**31 + 1, "", "two-answers", f"{2**31}, {2**31 + 2} and 9876543210", "", "cell")

    assert [joint.place(row) for row in (2**31 - 1, 2**31, 2**31 + 1, 2**31 + 2)] == [
        2**31 - 1, 2, 3, 2**31 + 2,
    ]  # fmt: skip
    (found,) = joint.problems_of([problem])
    assert (found.row, found.problem) == (3, f"2, {2**31 + 2} and 9876543210")


def test_one_number_of_two_children(tmp_path: Path) -> None:
    """Two systems may both count from 1: what differs in its date of birth is kept apart."""
    heading = "case_id,date_of_birth,request_received,plan_issued\n"

    both = judged(
        tmp_path, f"{heading}1,2015-03-01,2025-01-06,\n", f"{heading}1,2016-03-01,2025-01-06,2025-05-01\n"
    )

    assert verdicts(both, "plan.issue") == {("1", 2, "plan.issue", "overdue"), ("1", 2, "plan.issue", "met")}
    assert problems(both, tmp_path, "two-children") == [
        "case 1 has different dates of birth in 0.csv and 1.csv; it is read as two children"
    ]


def test_numbers_that_only_look_alike_are_said(tmp_path: Path) -> None:
    """Leading noughts as within one file; a UPN is never a council's own number."""
    heading = "case_id,request_received,plan_issued\n"
    both = judged(tmp_path, f"{heading}00123,2025-01-06,\n", f"{heading}123,2025-01-06,2025-05-01\n")
    assert problems(both, tmp_path, "alike-case-numbers") == [
        '"00123" of 0.csv and "123" of 1.csv may be one case; they are kept apart'
    ]

    upn = judged(tmp_path, f"{heading}A123456789012,2025-01-06,\n", f"{heading}123,2025-01-06,2025-05-01\n")
    assert problems(upn, tmp_path, "no-case-joined") == [
        "no case stands in several files: one numbers its cases by UPN, another does not"
    ]


BORN = "case_id,date_of_birth,request_received,plan_issued\n"
JOINED = 'joined by date of birth: 1 case with and without leading noughts, as "00123" and "123"'


@pytest.mark.parametrize(
    ("first", "second", "said", "verdict"),
    [
        ("00123,2015-03-01,2025-01-06,", "123,2015-03-01,2025-01-06,2025-05-01", [JOINED], {"met"}),
        ("00123,2015-03-01,2025-01-06,", "123,2015-03-02,2025-01-06,2025-05-01", [], {"met", "overdue"}),
        ("00123,,2025-01-06,", "123,2015-03-01,2025-01-06,2025-05-01", [], {"met", "overdue"}),
        (
            "00123,2015-03-01,2025-01-06,\n0123,2015-03-01,2025-01-06,",
            "123,2015-03-01,2025-01-06,2025-05-01", [], {"met", "overdue"},
        ),
    ],
)  # fmt: skip
def test_noughts_that_a_spreadsheet_dropped(
    first: str, second: str, said: list[str], verdict: set[str], tmp_path: Path
) -> None:
    """One date of birth in both joins them; another, none, or two such numbers in one file do not."""
    both = judged(tmp_path, f"{BORN}{first}\n", f"{BORN}{second}\n")

    assert problems(both, tmp_path, "case-number-spelling") == said
    assert {verdict for *_, verdict in verdicts(both, "plan.issue")} == verdict


@pytest.mark.parametrize("last_first", [False, True])
def test_two_years_of_the_return(tmp_path: Path, last_first: bool) -> None:
    """What was open in the first is answered in the second, whichever is named first."""
    first = xml(
        [
            person("A1", asked("2024-12-10", "A")),
            person("A2", asked("2024-10-10", "Y", "2024-11-10", Assessment({"assessmentoutcome": "A"}))),
            person("A3", asked("2024-01-10", "Y", "2024-02-10", issued("2024-05-01"))),
        ],
        year=2025,
    )
    second = xml(
        [
            person("A1", asked("2024-12-10", "Y", "2025-01-15", issued("2025-04-20"))),
            person("A2", asked("2024-10-10", "H", None, issued("2025-03-20"))),
            person("A3", asked("2024-01-10", "H", None, HISTORY, active=REVIEWED)),
        ]
    )

    both = of_returns(tmp_path, *((second, first) if last_first else (first, second)))

    found = {
        (case, name, verdict) for case, _, name, verdict in verdicts(both, "assess.decide", "plan.issue")
    }
    assert found == {
        ("A1", "assess.decide", "met"),
        ("A1", "plan.issue", "met"),
        ("A2", "assess.decide", "met"),
        ("A2", "plan.issue", "late"),
        ("A3", "assess.decide", "met"),
        ("A3", "plan.issue", "met"),
    }
    assert [Path(one.name).name for one in both.input] == ["0.xml", "1.xml"]


def test_what_leaves_between_the_years_is_unknown(tmp_path: Path) -> None:
    """A person who is in no later return, a request that is in none, a refusal that became an agreement."""
    first = xml(
        [
            person("A4", asked("2024-12-01", "A")),
            person("A5", asked("2024-12-01", "A")),
            person("A6", asked("2024-02-01", "N", "2024-03-01")),
        ],
        year=2025,
    )
    second = xml(
        [
            person("A5", asked("2024-12-01", "H", None, HISTORY, active=REVIEWED)),
            person("A6", asked("2024-02-01", "Y", "2025-05-01")),
        ]
    )

    both = of_returns(tmp_path, first, second)

    found = {
        (case, name, verdict) for case, _, name, verdict in verdicts(both, "assess.decide", "plan.issue")
    }
    assert {verdict for *_, verdict in found} == {"unknown"}
    assert {case for case, *_ in found} == {"A4", "A5", "A6"}
    left = "is in no later return, though the case is; what became of it is unknown"
    kinds = "assess_agreed is 2025-05-01 in 1.xml, row 31 and assess_refused is 2024-03-01 in 0.xml, row 28"
    assert set(problems(both, tmp_path, "left-between-returns", "two-answers")) == {
        "1 case of 0.xml, A4 among them, is not in 1.xml: what became of what was open is unknown",
        f"case A6: {kinds}, for one request of 2024-02-01",
        f"case A5: the open request of 2024-12-01 in 0.xml, row 21 {left}",
    }
    assert both.undecided


@pytest.mark.slow
def test_check_scorecard_and_explain_agree(tmp_path: Path) -> None:
    """The request of two files counts once, and is explained from both."""
    heading = "case_id,request_received,assess_agreed,plan_issued\n"
    names = [str(tmp_path / name) for name in ("old.csv", "new.csv")]
    Path(names[0]).write_text(f"{heading}A1,2025-01-06,2025-02-03,\nA2,2025-01-06,2025-02-03,\n")
    Path(names[1]).write_text(f"{heading}A1,2025-01-06,,2025-05-19\nA3,2025-01-06,2025-02-03,\n")
    as_at = ("--as-at", "2025-06-01", "--format")

    counts = printed(
        ehcp("scorecard", *names, "--period", "year", "--measure", "requests_received", *as_at, "csv")
    )
    (line,) = csv.DictReader(io.StringIO(counts))
    assert (line["group"], line["period"], line["requests_received_in_year"]) == ("Total", "2025", "3")
    text = printed(ehcp("explain", "A1", *names, *as_at, "plain"))
    assert "done in time, on 3 February 2025" in text
    assert "done in time, on 19 May 2025" in text
    listed = csv.DictReader(io.StringIO(printed(ehcp("check", *names, *as_at, "csv"))))
    assert {finding["case_id"] for finding in listed} == {"A2", "A3"}
    assert "there is no case `A9`" in said(ehcp("explain", "A9", *names))
