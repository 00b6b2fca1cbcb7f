"""What a SEN2 return says becomes the columns of a case file; what it leaves undated is never "not yet"."""

import polars as pl
import pytest

from ehcp_timeline.cases.cells.values import SHOWN
from ehcp_timeline.cases.formats.sen2.columns import case_cells, case_columns
from ehcp_timeline.cases.formats.sen2.items import sen2

Q = "undated: Q is not a code of RequestOutcome; use one of Y, N, A, W, H"
RECEIVED, DECIDED, ISSUED = "2025-01-06", "2025-02-10", "2025-05-19"
EVERY = sen2().held((item for module in sen2().modules.values() for item in module.spellings.values()), 2026)


def cells(**items: str | None) -> dict[str, str | None]:
    """Return the filled cells of one row of a return that knows every item."""
    flat = pl.DataFrame(
        {"row": [7], "person": [3], **{name: [value] for name, value in items.items()}},
        schema_overrides={"row": pl.UInt32, "person": pl.UInt32} | dict.fromkeys(items, pl.String),
    )
    (row,) = case_cells(flat, EVERY).to_dicts()
    return {name: value for name, value in row.items() if value is not None and name != "row"}


def request(outcome: str | None, day: str | None = None, **items: str | None) -> dict[str, str | None]:
    """Return what a request becomes, without its case_id and the day it was received."""
    found = cells(receiveddate=RECEIVED, requestoutcome=outcome, requestoutcomedate=day, **items)
    return {name: value for name, value in found.items() if name not in {"case_id", "request_received"}}


@pytest.mark.parametrize(
    ("outcome", "day", "expected"),
    [
        ("Y", DECIDED, {"assess_agreed": DECIDED}),
        ("y ", f" {DECIDED} ", {"assess_agreed": DECIDED}),
        ("N", DECIDED, {"assess_refused": DECIDED}),
        ("A", None, {}),
        ("W", DECIDED, {"withdrawn": DECIDED}),
        ("W", None, {"withdrawn": "undated: withdrawn before the decision"}),
        ("Y", None, {"assess_agreed": "undated: agreed to assess"}),
        ("N", "", {"assess_refused": "undated: refused to assess"}),
        ("A", DECIDED, {"assess_refused": f"undated: no outcome for {DECIDED}"}),
        (None, None, {"assess_refused": "undated: RequestOutcome is blank"}),
        (None, DECIDED, {"assess_refused": "undated: RequestOutcome is blank"}),
        ("Q", DECIDED, {"assess_refused": Q}),
        ("Y", "soon", {"assess_agreed": "soon"}),
    ],
)
def test_the_decision_whether_to_assess(
    outcome: str | None, day: str | None, expected: dict[str, str]
) -> None:
    """Each code with its date, without it, and what is not a code."""
    assert request(outcome, day) == expected


@pytest.mark.parametrize(
    ("outcome", "assessed", "expected"),
    [
        ("A", "A", {"assess_agreed": "undated: assessed, the decision is blank"}),
        (None, "A", {"assess_agreed": "undated: assessed, the decision is blank"}),
        ("Q", "A", {"assess_agreed": Q}),
        ("W", "A", {"withdrawn": "undated: withdrawn before the decision"}),
    ],
)
def test_an_assessment_shows_that_it_was_agreed_to(
    outcome: str | None, assessed: str, expected: dict[str, str]
) -> None:
    """Whatever the request says, some day there was a decision to assess."""
    assert request(outcome, assessmentoutcome=assessed) == expected


@pytest.mark.parametrize(
    ("outcome", "day", "expected"),
    [
        ("Y", ISSUED, {"plan_issued": ISSUED}),
        ("Y", None, {}),
        ("A", None, {}),
        (None, None, {}),
        ("N", ISSUED, {"no_plan_notified": ISSUED}),
        ("N", None, {"no_plan_notified": "undated: decided to issue no plan"}),
        ("W", ISSUED, {"withdrawn": ISSUED}),
        ("W", None, {"withdrawn": "undated: withdrawn while assessed"}),
        ("H", None, {"plan_issued": "undated: AssessmentOutcome is H"}),
        (
            "S",
            ISSUED,
            {"plan_issued": "undated: S is not a code of AssessmentOutcome; use one of Y, N, A, W, H"},
        ),
        ("A", ISSUED, {"plan_issued": f"undated: no outcome for {ISSUED}"}),
        (None, ISSUED, {"plan_issued": f"undated: no outcome for {ISSUED}"}),
    ],
)
def test_the_plan(outcome: str | None, day: str | None, expected: dict[str, str]) -> None:
    """Y with a blank date is a plan decided on and not issued: nothing has ended its clock."""
    found = request("Y", DECIDED, assessmentoutcome=outcome, assessmentoutcomedate=day)

    assert found == {"assess_agreed": DECIDED} | expected


def test_history_says_nothing_of_its_request() -> None:
    """A plan of years ago keeps its reviews; its request, its outcome and its exception are not judged."""
    found = cells(
        upn="A1",
        receiveddate="2019-03-01",
        requestoutcome="H",
        requestoutcomedate="2019-04-01",
        assessmentoutcome="H",
        assessmentoutcomedate="2019-09-09",
        week20="1",
        startdate="2024-02-02",
        reviewmeeting="2025-03-03",
        lastreview="2025-03-28",
    )

    assert found == {
        "case_id": "A1",
        "review_meeting": "2025-03-03",
        "review_decided": "2025-03-28",
        "StartDate": "2024-02-02",
    }


def test_history_without_an_outcome_of_its_request() -> None:
    """A historical assessment is history though its request says nothing."""
    assert cells(receiveddate=RECEIVED, assessmentoutcome="H", startdate=ISSUED) == {
        "case_id": "person 3",
        "StartDate": ISSUED,
    }


@pytest.mark.parametrize(
    ("day", "outcome", "issued", "expected"),
    [
        (DECIDED, "Y", ISSUED, {"assess_agreed": DECIDED, "plan_issued": ISSUED}),
        (None, "Y", ISSUED, {"plan_issued": ISSUED}),
        (None, "N", ISSUED, {"no_plan_notified": ISSUED}),
        (None, "A", None, {"assess_agreed": "undated: agreed to assess"}),
        (None, "Y", None, {"assess_agreed": "undated: agreed to assess"}),
    ],
)
def test_a_request_decided_last_year_with_an_assessment_of_this_one(
    day: str | None, outcome: str, issued: str | None, expected: dict[str, str]
) -> None:
    """Its 20 weeks run from the request all the same; the day of the decision may be blank."""
    found = cells(
        receiveddate=RECEIVED,
        requestoutcome="H",
        requestoutcomedate=day,
        assessmentoutcome=outcome,
        assessmentoutcomedate=issued,
    )

    assert found == {"case_id": "person 3", "request_received": RECEIVED} | expected


@pytest.mark.parametrize("flag", ["requestmediation", "requesttribunal"])
def test_a_refusal_that_was_changed_keeps_its_day(flag: str) -> None:
    """The refusal ended the 20 weeks; the new limit runs from an order or agreement not in the return."""
    found = request("N", DECIDED, **{flag: "1"}, assessmentoutcome="Y", assessmentoutcomedate="2025-12-01")

    assert found.keys() == {"assess_refused", "plan_issued", sen2().left_behind[flag]}
    assert (found["assess_refused"], found["plan_issued"]) == (DECIDED, "2025-12-01")


@pytest.mark.parametrize("flag", [None, "0", "false"])
def test_a_refusal_that_the_authority_changed_itself(flag: str | None) -> None:
    """When it agreed is not in the return."""
    found = request("N", DECIDED, requesttribunal=flag, assessmentoutcome="A")

    assert found["assess_refused"] == DECIDED
    assert found["assess_agreed"] == "undated: assessed after the refusal"


def test_a_refusal_that_stands() -> None:
    """An appeal that changed nothing leaves a refusal."""
    assert request("N", DECIDED, requesttribunal="1") == {"assess_refused": DECIDED, "RequestTribunal": "1"}


def test_the_start_date_is_never_the_day_of_issue() -> None:
    """It is the current plan's; a plan that stands while the outcome is blank was issued some day."""
    dated = request("Y", DECIDED, assessmentoutcome="Y", assessmentoutcomedate=ISSUED, startdate="2025-09-01")
    blank = request("Y", DECIDED, assessmentoutcome="Y", startdate="2025-09-01")

    assert dated["plan_issued"] == ISSUED
    assert blank["plan_issued"] == "undated: a plan of 2025-09-01 stands"


@pytest.mark.parametrize(
    ("week20", "outcome", "expected"), [("1", "Y", "1"), ("0", "A", "0"), ("1", "H", None)]
)
def test_the_bare_exception(week20: str, outcome: str, expected: str | None) -> None:
    """It is claimed by its flag, and ignored for an assessment of the past."""
    assert (
        request("Y", DECIDED, assessmentoutcome=outcome, week20=week20).get("exception_recorded") == expected
    )


@pytest.mark.parametrize(("number", "expected"), [("886", "undated: moved to authority 886"), ("0", None)])
def test_a_child_who_moved_away(number: str, expected: str | None) -> None:
    """The return says where to, and not when."""
    assert request("Y", DECIDED, exported=number).get("moved_away") == expected


@pytest.mark.parametrize(
    ("meeting", "last", "expected"),
    [
        ("2025-03-03", "2025-03-03", {"review_decided": "2025-03-03"}),
        ("2025-03-03", "2025-03-04", {"review_decided": "2025-03-04"}),
        ("2025-03-03", "2025-03-02", {"previous_review_decided": "2025-03-02"}),
        ("2025-03-03", None, {}),
        (None, "2025-03-03", {"review_decided": "2025-03-03"}),
        ("2025-Mar-03 00:00:00", "2024-Dec-24 00:00:00", {"previous_review_decided": "2024-Dec-24 00:00:00"}),
        ("03/03/2025", "24/12/2024", {"previous_review_decided": "24/12/2024"}),
        ("2025-03-03T00:00:00", "2025-03-03", {"review_decided": "2025-03-03"}),
        ("soon", "2025-03-03", {"review_decided": "2025-03-03"}),
        ("2025-03-03", "soon", {"review_decided": "soon"}),
    ],
)
def test_the_latest_review(meeting: str | None, last: str | None, expected: dict[str, str]) -> None:
    """A decision before the meeting is that of the review before; the meeting's is still to come."""
    found = cells(reviewmeeting=meeting, lastreview=last)

    told = {"case_id": "person 3", "review_meeting": meeting} if meeting else {"case_id": "person 3"}
    assert found == told | expected


@pytest.mark.parametrize(
    ("last", "outcome", "expected"),
    [
        ("2025-03-28", "a", {"review_decided": "2025-03-28", "review_outcome": "amend"}),
        ("2025-03-28", "M", {"review_decided": "2025-03-28", "review_outcome": "maintain"}),
        ("2025-03-28", "C", {"review_decided": "2025-03-28", "review_outcome": "cease"}),
        ("2025-03-28", "Q", {"review_decided": "2025-03-28", "review_outcome": "Q"}),
        (None, "A", {"review_decided": "undated: ReviewOutcome is A"}),
        (
            "2024-03-28",
            "M",
            {"review_decided": "undated: ReviewOutcome is M", "previous_review_decided": "2024-03-28"},
        ),
    ],
)
def test_the_outcome_of_the_review(last: str | None, outcome: str, expected: dict[str, str]) -> None:
    """An outcome without its date is a decision all the same, and nobody can say when."""
    found = cells(reviewmeeting="2025-03-03", lastreview=last, reviewoutcome=outcome)

    assert found == {"case_id": "person 3", "review_meeting": "2025-03-03"} | expected


def test_a_plan_transferred_in() -> None:
    """Its first review has a limit that runs from the transfer, so the yearly clock is not known."""
    reviewed = cells(transferla="886", reviewmeeting="2025-03-03", lastreview="2025-03-28")
    waiting = cells(transferla="886", reviewmeeting="2025-03-03", lastreview="2024-03-28")

    said = "undated: transferred from authority 886"
    assert (reviewed["plan_transferred"], reviewed["previous_review_decided"]) == (said, said)
    assert reviewed["review_decided"] == "2025-03-28"
    assert waiting["previous_review_decided"] == f"{said}, last review 2024-03-28"


def test_the_other_items() -> None:
    """Those that need no thought."""
    found = cells(
        surname="Gill",
        forename=None,
        personbirthdate="2015-05-05",
        uniquelearnernumber="123",
        receiveddate=RECEIVED,
        requestsource="3",
        requestoutcome="A",
        sentype="ASD",
        reviewdraft="2025-06-01",
        phasetransferduedate="2026-02-15",
        phasetransferfinaldate="2026-02-10",
        ceasedate="2025-11-30",
        ceasereason="7",
    )

    assert found == {
        "case_id": "123",
        "name": "Gill",
        "date_of_birth": "2015-05-05",
        "referrer": "health care professional",
        "sen_need": "ASD",
        "request_received": RECEIVED,
        "amendment_notice_sent": "2025-06-01",
        "plan_ceased": "2025-11-30",
        "transfer_plan_issued": "2026-02-10",
        "PhaseTransferDueDate": "2026-02-15",
        "CeaseReason": "7",
    }


def test_a_code_that_is_no_source_stays() -> None:
    """What the return says is not lost."""
    assert request("A", requestsource="9") == {"referrer": "9"}


def test_what_a_file_cannot_know_has_no_column() -> None:
    """A return of 2023 knows no meetings; one that holds only requests knows no plans."""
    of_2023 = sen2().held(["upn", "receiveddate", "requestoutcome", "assessmentoutcome", "lastreview"], 2023)
    requests = sen2().held(["receiveddate", "requestoutcome"], 2026)

    assert case_columns(of_2023) == (
        *("case_id", "request_received", "assess_agreed", "assess_refused", "no_plan_notified"),
        *("plan_issued", "withdrawn", "previous_review_decided", "review_decided"),
    )
    assert case_columns(requests) == (
        "case_id", "request_received", "assess_agreed", "assess_refused", "withdrawn",
    )  # fmt: skip


@pytest.mark.parametrize(("year", "knows"), [(None, False), (2025, False), (2026, True)])
def test_an_item_that_was_voluntary(year: int | None, knows: bool) -> None:
    """A blank in it says nothing in the collections before it was compulsory."""
    assert ("reviewdraft" in sen2().held(["reviewdraft"], year)) == knows


def test_the_columns_come_in_one_order_with_what_is_left_behind_last() -> None:
    """So that the headings can be told before any row is read."""
    flat = pl.DataFrame({"row": [1], "person": [1]}, schema_overrides={"row": pl.UInt32, "person": pl.UInt32})

    assert case_cells(flat, EVERY).columns == ["row", *case_columns(EVERY), *sen2().left_behind.values()]


def test_every_such_text_can_be_shown_whole() -> None:
    """A problem shows the text of a cell up to a limit."""
    said = [
        request("A", DECIDED)["assess_refused"],
        request("A", assessmentoutcome="A")["assess_agreed"],
        request("W")["withdrawn"],
        request("Y", DECIDED, assessmentoutcome="A", assessmentoutcomedate=ISSUED)["plan_issued"],
        cells(transferla="886")["plan_transferred"],
    ]

    assert [text for text in said if not text or len(text) > SHOWN] == []
