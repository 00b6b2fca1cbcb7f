"""What is odd between the cells of one row is said, and the row is judged all the same."""

from pathlib import Path

import pytest

from ehcp_timeline.cases.model import Problem, vocabulary
from ehcp_timeline.cases.row_checks import _AFTER_REQUEST, _KINDS, _STARTS
from tests.cases.made import briefly, opened, read


def problems(folder: Path, content: str) -> tuple[Problem, ...]:
    """Return the problems of a file, every row of which is judged."""
    batch = read(folder, content)
    assert batch.read == batch.frame.height
    return batch.problems


def test_the_checks_name_columns_that_exist() -> None:
    """A renamed event cannot silence a check."""
    names = {*_STARTS, *_AFTER_REQUEST, *(name for pair in _KINDS for name in pair)}

    assert names <= set(vocabulary().columns)


@pytest.mark.parametrize(("day", "odd"), [("2024-02-29", True), ("2024-03-01", False), ("2024-03-02", False)])
@pytest.mark.parametrize(
    "event", ["assess_agreed", "sensory_advice_received", "draft_sent", "plan_issued", "withdrawn"]
)
def test_an_event_before_the_request(tmp_path: Path, event: str, day: str, *, odd: bool) -> None:
    """The day before the request is odd; the day itself and the day after are not."""
    found = problems(tmp_path, f"case_id,request_received,{event}\nC1,2024-03-01,{day}\n")

    said = f"{event} ({day}) is before the request (2024-03-01)"
    expected = Problem(2, event, "before-request", said, "check both dates", "nothing")
    assert found == ((expected,) if odd else ())


def test_what_is_no_part_of_the_request_may_come_before_it(tmp_path: Path) -> None:
    """A review, an appeal or a move may be older than a new request."""
    header = "case_id,request_received,review_decided,appeal_lodged,moved_in"
    content = f"{header}\nC1,2024-03-01,2023-01-01,2023-01-01,2023-01-01\n"

    assert problems(tmp_path, content) == ()


def test_becoming_responsible_is_a_beginning_too(tmp_path: Path) -> None:
    """The earlier of the two beginnings counts, and either may stand alone."""
    both = "case_id,request_received,became_responsible,draft_sent\nC1,2024-03-01,2024-02-01,2024-02-15\n"
    one = "case_id,became_responsible,draft_sent\nC1,2024-02-01,2024-01-31\n"

    assert problems(tmp_path, both) == ()
    assert briefly(problems(tmp_path, one)) == [(2, "draft_sent", "before-request")]


@pytest.mark.parametrize(
    ("plan", "odd"), [("2024-02-29", True), ("2024-03-01", False), ("2024-03-02", False)]
)
def test_a_plan_issued_before_its_draft(tmp_path: Path, plan: str, *, odd: bool) -> None:
    """A final plan that is older than its draft is odd."""
    found = problems(tmp_path, f"case_id,draft_sent,plan_issued\nC1,2024-03-01,{plan}\n")

    said = f"plan_issued ({plan}) is before draft_sent (2024-03-01)"
    expected = Problem(2, "plan_issued", "plan-before-draft", said, "check both dates", "nothing")
    assert found == ((expected,) if odd else ())


def test_agreed_and_refused_on_one_day(tmp_path: Path) -> None:
    """On two days it is a change of mind, on one day a slip."""
    content = "case_id,assess_agreed,assess_refused\nC1,2024-03-01,2024-03-01\nC2,2024-03-02,2024-03-01\n"

    assert problems(tmp_path, content) == (
        Problem(
            2,
            "assess_refused",
            "agreed-and-refused",
            "assess_agreed and assess_refused are both 2024-03-01",
            "clear the one that did not happen",
            "nothing",
        ),
    )


@pytest.mark.parametrize(("event", "kind"), _KINDS)
def test_an_order_without_its_kind(tmp_path: Path, event: str, kind: str) -> None:
    """What was ordered, agreed or conceded says what is owed."""
    content = f"case_id,{event},{kind}\nC1,2024-03-01,\nC2,2024-03-01,make\nC3,,\nC4,2024-03-01,blue\n"

    assert [problem for problem in problems(tmp_path, content) if problem.rule != "unknown-code"] == [
        Problem(
            2,
            kind,
            "kind-missing",
            f"{event} has a date, but {kind}, which says what is owed, is blank",
            f"fill in {kind}",
            "nothing",
        ),
    ]


@pytest.mark.parametrize(("event", "kind"), _KINDS)
def test_a_file_of_orders_without_their_kinds(tmp_path: Path, event: str, kind: str) -> None:
    """A missing column is one problem of the file, said once, and only if it matters."""
    source = opened(tmp_path, f"case_id,{event}\n" + "C,2024-03-01\nC,2024-03-02\n" * 20)
    said = f"the file has {event} but no column {kind}, which says what is owed"

    found = [one for batch in source.batches(5) for one in batch.problems if one.rule == "kind-missing"]

    assert found == [Problem(0, kind, "kind-missing", said, f"add the column {kind}", "nothing")]
    assert problems(tmp_path, f"case_id,{event}\nC1,\n") == ()


@pytest.mark.parametrize(("day", "odd"), [("2026-01-14", False), ("2026-01-15", False), ("2026-01-16", True)])
def test_an_event_after_the_as_at_date(tmp_path: Path, day: str, *, odd: bool) -> None:
    """Today has happened, tomorrow has not."""
    found = problems(tmp_path, f"case_id,plan_issued\nC1,{day}\n")

    said = "plan_issued (2026-01-16) is after the as-at date, 2026-01-15"
    tip = "treated as not having happened yet; check the date"
    assert found == ((Problem(2, "plan_issued", "future-date", said, tip, "nothing"),) if odd else ())


def test_planned_events_and_set_days_may_lie_ahead(tmp_path: Path) -> None:
    """A review that is arranged and a day that the Tribunal set are not slips."""
    header = "case_id,review_meeting,transfer_date,order_due,agreed_due"
    content = f"{header}\nC1,2026-09-01,2026-09-01,2026-09-01,2026-09-01\n"

    assert problems(tmp_path, content) == ()


def test_many_events_after_the_as_at_date_are_one_problem_of_their_column(tmp_path: Path) -> None:
    """A file that runs on is not at fault in every row: the count is said once, on the first such row."""
    content = "case_id,plan_issued\nC1,2026-01-15\n" + "".join(f"D{n},2026-02-0{n}\n" for n in range(1, 8))
    source = opened(tmp_path, content)

    found = [one for batch in source.batches(3) for one in batch.problems]

    said = "7 dates of plan_issued are after the as-at date, 2026-01-15, the first in this row"
    tip = "treated as not having happened yet; check the date"
    assert found == [Problem(3, "plan_issued", "future-date", said, tip, "nothing")]
