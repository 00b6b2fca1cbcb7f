"""A request on several rows is found, held back and judged once, wherever its rows stand in the file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import RequestInTwoBatchesError, repeated_until_known
from ehcp_timeline.cases.model import Problem, Row
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.audit.bulk.made import batches_of, differences, whole_file

LAW = load_rulebook()
AS_AT = date(2026, 6, 1)
DAY, OTHER_DAY, PLAN = date(2025, 10, 6), date(2025, 11, 3), date(2026, 2, 20)
ALONE = Row(2, "A", {"request_received": DAY})
ASKED = Row(3, "B", {"request_received": DAY})
AGAIN = Row(5, "B", {"request_received": DAY, "plan_issued": PLAN, "review_meeting": PLAN})
OTHER = Row(4, "B", {"request_received": OTHER_DAY})


def _judged(rows: Sequence[Row], size: int) -> list[Judged]:
    return whole_file(judge)(LAW, batches_of(rows, LAW, size), AS_AT)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_request_is_judged_once_whatever_the_batches(size: int) -> None:
    """Its clocks stand on its first row; another request of the case, and of another case, has its own."""
    rows = [ALONE, ASKED, OTHER, AGAIN]
    judged = _judged(rows, size)
    plans = pl.concat([one.clocks["plan.issue"].frame() for one in judged if "plan.issue" in one.clocks])

    assert sorted(plans.select("row", "verdict", "answered").rows()) == [
        (2, "overdue", None),
        (3, "met", PLAN),
        (4, "overdue", None),
    ]
    assert differences(LAW, batches_of(rows, LAW, size), AS_AT) == []


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_who_counts_rows_counts_a_request_and_its_decisions_once(size: int) -> None:
    """Every row is told once; what is not the request's stays where it was."""
    told = pl.concat([one.rows for one in _judged([ALONE, ASKED, OTHER, AGAIN], size)]).sort("row")

    assert told.select("row", "request_received", "plan_issued", "review_meeting").rows() == [
        (2, DAY, None, None),
        (3, DAY, PLAN, None),
        (4, OTHER_DAY, None, None),
        (5, None, None, PLAN),
    ]


def test_two_answers_are_a_problem_that_names_both_rows() -> None:
    """Every further row of the request is named too."""
    rows = [replace(AGAIN, number=3), replace(AGAIN, events={**AGAIN.events, "plan_issued": AS_AT})]

    problems = [one for one in _judged(rows, 1)[-1].problems if one.column == "plan_issued"]
    assert problems == [
        Problem(
            5,
            "plan_issued",
            "two-answers",
            "plan_issued is 2026-06-01 here and plan_issued is 2026-02-20 on row 3, "
            "for one request of 2025-10-06",
            "correct the row that is wrong",
            "cell",
        )
    ]
    assert differences(LAW, batches_of(rows, LAW, 2), AS_AT) == []


def test_codes_and_flags_of_a_request_come_together() -> None:
    """A flag is yes, and a code is held, if it is on any row of the request."""
    rows = [
        replace(ASKED, flags={"exception_recorded": False}, codes={"order_kind": frozenset({"make"})}),
        replace(AGAIN, events={"request_received": DAY}, flags={"exception_recorded": True}),
        Row(6, "B", {"request_received": DAY}, {"order_kind": frozenset({"assess", "make"})}),
    ]
    (judged,) = [one for one in _judged(rows, 3) if one.last]

    assert judged.clocks["plan.issue"].frame("row", "verdict").rows() == [(3, "excused")]
    assert judged.rows["exception_recorded"].to_list() == [True, True, None]
    assert differences(LAW, batches_of(rows, LAW, 3), AS_AT) == []


def test_a_cell_that_cannot_be_read_on_any_row_leaves_the_request_in_doubt() -> None:
    """It may be the answer."""
    rows = [ASKED, Row(5, "B", {"request_received": DAY}, unreadable=frozenset({"plan_issued"}))]
    (judged,) = [one for one in _judged(rows, 1) if one.last]

    assert judged.clocks["plan.issue"].frame("row", "reason").rows() == [(3, "unreadable")]
    assert differences(LAW, batches_of(rows, LAW, 1), AS_AT) == []


def test_an_answer_is_worked_out_again_where_a_request_stands_in_two_batches() -> None:
    """The second time nothing of the first is left; who does not begin again is told."""
    batches = batches_of([ALONE, ASKED, OTHER, AGAIN], LAW, 2)
    tries: list[int] = []

    @repeated_until_known
    def rows_judged() -> int:
        tries.append(0)
        return sum(one.rows.height for one in judge(LAW, batches, AS_AT))

    assert (rows_judged(), len(tries)) == (4, 2)
    with pytest.raises(RequestInTwoBatchesError):
        list(judge(LAW, batches, AS_AT))


def test_a_file_without_such_requests_is_read_once() -> None:
    """The same day on two cases, and two days on one case, are different requests."""
    batches = batches_of([ALONE, ASKED, OTHER], LAW, 1)
    read: list[int] = []

    def once() -> Iterator[object]:
        read.append(0)
        yield from batches

    assert len(whole_file(judge)(LAW, once(), AS_AT)) == 4  # type: ignore[arg-type]
    assert len(read) == 1
