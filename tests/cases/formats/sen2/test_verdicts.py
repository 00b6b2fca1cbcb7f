"""A SEN2 return gives the verdicts of the same cases as CSV, and nothing it leaves open is ever a breach."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.audit import check_files
from ehcp_timeline.measure.result import Audit
from tests.cases.formats.sen2.made import Assessment, Items, Person, person, request, xml
from tests.cases.made import opened

LAW = load_rulebook()
AS_AT = date(2026, 1, 15)
BREACHES = {"overdue", "late", "early"}
LONG_AGO = {"receiveddate": "2023-03-01", "requestoutcome": "A"}
AGREED = {"receiveddate": "2025-06-02", "requestoutcome": "Y", "requestoutcomedate": "2025-07-14"}


AS_CSV = """\
case_id,request_received,assess_agreed,assess_refused,no_plan_notified,plan_issued,exception_recorded,\
review_meeting,review_decided,previous_review_decided,review_outcome
A1,2023-03-01,,,,,,,,,
A2,2025-06-02,2025-07-14,,,,yes,,,,
A3,2025-06-02,2025-07-14,,,2025-10-21,no,2025-12-01,2025-12-30,,amend
A4,2025-06-02,,2025-07-14,,,,,,,
A4,,,,,,,2025-12-01,,2024-12-01,
A5,2025-06-02,2025-07-14,,2025-09-23,,,,,,
"""


def judged(folder: Path, content: bytes, as_at: date = AS_AT) -> Audit:
    """Return what `ehcp check` finds in a file, every verdict of it, by both readers."""
    source = opened(folder, content)
    return check_files(LAW, [source], as_at, Selection(everything=True), sample=1_000)


def background() -> list[Person]:
    """Return persons that have every item, so that the file knows them all; nothing of theirs is open."""
    asked = AGREED | {"exported": "0", "requesttribunal": "0", "requestmediation": "0"}
    issued = {"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-09-01", "week20": "0"}
    active = {"reviewmeeting": "2026-01-12", "lastreview": "2026-01-13", "reviewdraft": "2026-01-13"}
    plan = {"startdate": "2025-09-01", "ceasedate": "2026-01-14"}
    return [person("Z9", request(asked, Assessment(issued, plan), active=active | {"transferla": "0"}))]


def of_one(
    folder: Path, items: Items, *assessments: Assessment, active: Items | None = None
) -> dict[str, str]:
    """Return the verdicts on one person among others."""
    content = xml([*background(), person("A1", request(items, *assessments, active=active))])
    found = judged(folder, content).findings
    own = found.filter(found["case_id"] == "A1")
    return dict(zip(own["deadline"], own["verdict"], strict=True))


def test_the_same_cases_as_csv(tmp_path: Path) -> None:
    """Every verdict, due day and start is the same wherever both files hold the facts."""
    persons = [
        person("A1", request(LONG_AGO)),
        person("A2", request(AGREED, Assessment({"assessmentoutcome": "A", "week20": "1"}))),
        person(
            "A3",
            request(
                AGREED,
                Assessment({"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-10-21", "week20": "0"}),
                active={"reviewmeeting": "2025-12-01", "lastreview": "2025-12-30", "reviewoutcome": "A"},
            ),
        ),
        person(
            "A4",
            request(AGREED | {"requestoutcome": "N"}),
            request(
                {"requestoutcome": "H"},
                Assessment({"assessmentoutcome": "H"}),
                active={"reviewmeeting": "2025-12-01", "lastreview": "2024-12-01"},
            ),
        ),
        person(
            "A5",
            request(AGREED, Assessment({"assessmentoutcome": "N", "assessmentoutcomedate": "2025-09-23"})),
        ),
    ]
    same = ["case_id", "deadline", "start", "due", "answered", "verdict", "days_late", "days_left", "excuse"]
    of_return, of_csv = judged(tmp_path, xml(persons)), judged(tmp_path, AS_CSV.encode())
    assert of_return.findings.select(same).rows() == of_csv.findings.select(same).rows()
    assert of_return.summary.verdicts == of_csv.summary.verdicts
    assert of_return.summary.verdicts["plan.issue"]["overdue"] == 1
    assert of_return.summary.verdicts["review.decide"]["overdue"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("items", "assessments", "expected"),
    [
        (LONG_AGO, (), {"assess.decide": "overdue", "plan.issue": "overdue"}),
        (LONG_AGO | {"exported": "886"}, (), {"assess.decide": "unknown", "plan.issue": "unknown"}),
        (LONG_AGO | {"requestoutcome": "W"}, (), {"assess.decide": "unknown", "plan.issue": "unknown"}),
        (LONG_AGO | {"requestoutcome": "Q"}, (), {"assess.decide": "unknown", "plan.issue": "unknown"}),
        (LONG_AGO | {"requestoutcome": ""}, (), {"assess.decide": "unknown", "plan.issue": "unknown"}),
        (LONG_AGO | {"requestoutcome": "N"}, (), {"assess.decide": "unknown", "plan.issue": "unknown"}),
        (LONG_AGO | {"requestoutcome": "H"}, (), {}),
        (
            LONG_AGO | {"requestoutcome": "H"},
            (Assessment({"assessmentoutcome": "A"}),),
            {"assess.decide": "unknown", "plan.issue": "overdue"},
        ),
        (
            AGREED | {"requestoutcomedate": ""},
            (Assessment({"assessmentoutcome": "A"}),),
            {"assess.decide": "unknown", "plan.issue": "overdue"},
        ),
        (
            AGREED,
            (Assessment({"assessmentoutcome": "Y"}),),
            {"assess.decide": "met", "plan.issue": "overdue"},
        ),
        (
            AGREED,
            (Assessment({"assessmentoutcome": "Y"}, {"startdate": "2025-11-01"}),),
            {"assess.decide": "met", "plan.issue": "unknown"},
        ),
        (
            AGREED,
            (Assessment({"assessmentoutcome": "H"}),),
            {"assess.decide": "met", "plan.issue": "unknown"},
        ),
        (
            AGREED,
            (Assessment({"assessmentoutcome": "X"}),),
            {"assess.decide": "met", "plan.issue": "unknown"},
        ),
        (
            AGREED | {"requestoutcome": "N", "requesttribunal": "1"},
            (Assessment({"assessmentoutcome": "A"}),),
            {"assess.decide": "met", "plan.issue": "not-owed"},
        ),
        (
            AGREED | {"requestoutcome": "N"},
            (Assessment({"assessmentoutcome": "A"}),),
            {"assess.decide": "unknown", "plan.issue": "unknown"},
        ),
    ],
)
def test_what_the_return_leaves_open_is_no_breach(
    tmp_path: Path, items: Items, assessments: tuple[Assessment, ...], expected: dict[str, str]
) -> None:
    """Only a blank that means `not yet` is overdue."""
    found = of_one(tmp_path, items, *assessments)

    assert {name: found[name] for name in ("assess.decide", "plan.issue") if name in found} == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("active", "expected"),
    [
        (
            {"reviewmeeting": "2025-12-18", "lastreview": "2025-01-16"},
            {"review.decide": "running", "review.annual": "running"},
        ),
        (
            {"reviewmeeting": "2025-12-17", "lastreview": "2025-01-15"},
            {"review.decide": "overdue", "review.annual": "overdue"},
        ),
        (
            {"reviewmeeting": "2025-12-17", "lastreview": "2025-01-15", "reviewoutcome": "M"},
            {"review.decide": "unknown", "review.annual": "unknown"},
        ),
        (
            {"reviewmeeting": "2025-01-02", "lastreview": "2025-01-14", "transferla": "886"},
            {"review.decide": "met", "review.annual": "unknown"},
        ),
        ({"lastreview": "2025-01-14"}, {"review.annual": "overdue"}),
        ({"reviewmeeting": "", "lastreview": ""}, {}),
    ],
)
def test_the_latest_review(tmp_path: Path, active: Items, expected: dict[str, str]) -> None:
    """Four weeks from the meeting, a year from the last decision, to the day; a transfer hides the year."""
    found = of_one(tmp_path, {"requestoutcome": "H"}, Assessment({"assessmentoutcome": "H"}), active=active)

    assert {name: found[name] for name in ("review.decide", "review.annual") if name in found} == expected


def test_what_nobody_fills_in_is_not_judged(tmp_path: Path) -> None:
    """A council whose system leaves LastReview out is not a year late with every review."""
    meeting = {"reviewmeeting": "2024-12-01"}
    content = xml([person("A1", request(AGREED, active=meeting))])

    audit = judged(tmp_path, content)

    assert {"review.decide", "plan.issue"} <= {one.deadline for one in audit.summary.not_judged}
    assert BREACHES.isdisjoint(audit.findings["verdict"])
