"""The second reader goes through a file batch by batch, and tells of a clock only what is asked."""

from datetime import date

import polars as pl
import pytest

from ehcp_timeline.audit.bulk.clocks import CERTAINTY, CLOCKS, VERDICT, Clocks, Judged, ToldClocks
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.lazy_clocks import WeighedClocks
from ehcp_timeline.audit.verdicts import VERDICTS, Clock, Verdict
from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.audit.bulk.made import batch_of, batches_of, bulk_reader, differences, part_of

LAW = load_rulebook()
AS_AT = date(2025, 6, 1)
ROWS = [
    Row(2, "A", {"request_received": date(2025, 1, 6), "plan_issued": date(2025, 5, 26)}),
    Row(3, "B", {"request_received": date(2025, 1, 7), "plan_issued": date(2025, 5, 28)}),
    Row(5, "C", {"request_received": date(2025, 1, 7)}),
    Row(6, "D", {"request_received": date(2025, 6, 2)}),
    Row(7, "E", {}, unreadable=frozenset({"request_received"})),
]
ISSUE = part_of(LAW, "plan.issue")


def _issue(rows: list[Row] = ROWS) -> Clocks:
    first, *_ = judge(ISSUE, [batch_of(rows, LAW)], AS_AT)
    return first.clocks["plan.issue"]


def test_clocks_that_have_not_started_are_left_out() -> None:
    """A request of tomorrow has no clock; one that cannot be read has."""
    clocks = _issue()

    assert clocks["row"].to_list() == [2, 3, 5, 7]
    assert clocks["verdict"].to_list() == ["met", "late", "overdue", "unknown"]
    assert clocks.height == 4


def test_counts_are_in_the_order_of_the_verdicts() -> None:
    """Only verdicts that occur are counted, in the order in which they are always told."""
    assert list(_issue().counts.items()) == [("met", 1), ("late", 1), ("overdue", 1), ("unknown", 1)]


def test_every_column_has_its_type() -> None:
    """A frame has the columns of `CLOCKS`, or those that are asked for, and is the same when cut first."""
    clocks = _issue()

    assert dict(clocks.frame().schema) == dict(CLOCKS)
    assert clocks.frame("row", "days_late").rows() == [(2, None), (3, 1), (5, 5), (7, None)]
    late = clocks.having(frozenset({"late", "overdue"}))
    assert late.to_list() == [False, True, True, False]
    assert clocks.only(late).frame().equals(clocks.frame().filter(late))
    assert clocks.only(late).only(pl.Series([False, True]))["row"].to_list() == [5]


def test_no_clock_is_a_frame_all_the_same() -> None:
    """Cut down to nothing, clocks still tell every column."""
    nothing = _issue().only(pl.Series([False] * 4))

    assert nothing.frame().equals(pl.DataFrame(schema=dict(CLOCKS)))
    assert nothing.counts == {}


def test_told_clocks_answer_as_weighed_ones_do() -> None:
    """Clocks made from a frame count, choose and tell as those of the bulk reader."""
    clocks = _issue()
    told = ToldClocks(clocks.frame())
    wanted: frozenset[Verdict] = frozenset({"late", "unknown"})

    assert isinstance(clocks, WeighedClocks)
    assert (told.height, dict(told.counts)) == (4, dict(clocks.counts))
    assert told.having(wanted).to_list() == clocks.having(wanted).to_list()
    assert told.only(told.having(wanted)).frame("row").equals(clocks.only(clocks.having(wanted)).frame("row"))
    assert told["due"].equals(clocks["due"])


def test_the_last_batch_has_no_rows_and_the_repeating_duties() -> None:
    """Each batch comes with its rows and its own clocks; repeating duties come at the end, for all rows."""
    rows = [
        Row(2, "A", {"plan_issued": date(2023, 3, 10), "draft_sent": date(2023, 2, 1)}),
        Row(3, "A", {"review_decided": date(2024, 3, 20)}),
    ]

    first, second, last = judge(LAW, batches_of(rows, LAW, 1), AS_AT)

    assert [one.rows.height for one in (first, second, last)] == [1, 1, 0]
    assert [one.last for one in (first, second, last)] == [False, False, True]
    assert last.rows.columns == first.rows.columns
    assert "review.annual" not in first.clocks
    assert "plan.window" in first.clocks
    assert set(last.clocks) == {"review.annual"}
    told = last.clocks["review.annual"].frame("row", "due", "verdict", "days_late").rows()
    assert told == [(2, date(2024, 3, 9), "late", 11), (3, date(2025, 3, 19), "overdue", 74)]


def test_only_the_deadlines_that_are_asked_for() -> None:
    """Deadlines that are left out have no clocks; without a repeating one the last batch has none."""
    wanted = [LAW.by_id["plan.issue"]]

    first, last = judge(LAW, [batch_of(ROWS, LAW)], AS_AT, deadlines=wanted)

    assert set(first.clocks) == {"plan.issue"}
    assert (last.last, last.clocks, last.problems) == (True, {}, ())


def test_a_file_without_rows() -> None:
    """No batch, or a batch without rows, gives no clock."""
    assert list(judge(LAW, [], AS_AT)) == []

    first, last = judge(LAW, [batch_of([], LAW, ["request_received", "plan_issued", "order_kind"])], AS_AT)

    assert (first.clocks, last.clocks, last.last) == ({}, {}, True)


def test_columns_without_a_date_cost_nothing() -> None:
    """A deadline whose start stands on no row has no clocks, whether or not the file has its column."""
    rows = [Row(2, "A", {"request_received": date(2025, 1, 6)})]

    for columns in ((), ("order_made", "review_meeting", "mediation_agreed")):
        first, _ = judge(LAW, [batch_of(rows, LAW, columns)], AS_AT)

        assert set(first.clocks) == {"assess.decide", "assess.no_plan", "plan.draft", "plan.issue"}


def test_the_bulk_reader_in_the_shape_of_the_single_one() -> None:
    """The clocks of a case come with its number and the source of advice."""
    row = Row(4, "A", {"medical_advice_requested": date(2025, 4, 1)})

    (clock,) = bulk_reader(LAW, [row], AS_AT)

    assert isinstance(clock, Clock)
    assert (clock.case_id, clock.row, clock.deadline, clock.source) == (
        "A",
        4,
        "assess.advice.medical",
        "medical",
    )
    assert (clock.due, clock.verdict, clock.days_late) == (date(2025, 5, 13), "overdue", 19)


def test_the_types_of_the_words() -> None:
    """Verdicts and certainty are closed lists."""
    assert pl.Enum(VERDICTS) == VERDICT
    assert pl.Enum(["certain", "disputed"]) == CERTAINTY
    assert list(CLOCKS) == [name for name in Clock.__slots__ if name not in ("case_id", "deadline", "source")]


def test_a_judged_batch_is_frozen() -> None:
    """Nobody changes an answer on the way."""
    judged = Judged(pl.DataFrame(), {})

    with pytest.raises(AttributeError):
        judged.last = True  # type: ignore[misc]


@pytest.mark.parametrize(
    ("moved", "due"), [(date(2026, 2, 13), "2026-02-14"), (date(2026, 2, 14), ""), (date(2026, 2, 15), "")]
)
def test_a_last_day_after_the_move_is_a_problem(moved: date, due: str) -> None:
    """A move of 13 February is before the last day of its plan; one of the 14th or later is not."""
    law = LAW
    row = Row(2, "A", {"transfer_date": moved}, {"transfer_kind": frozenset({"primary_secondary"})})
    batches = [batch_of([row], law)]
    problems = [found for judged in judge(law, batches, date(2026, 3, 2)) for found in judged.problems]

    assert [found.problem for found in problems] == (
        [f"the last day of phase.school, {due}, is after transfer_date itself, {moved}"] if due else []
    )
    assert differences(law, batches, date(2026, 3, 2)) == []
