"""Open assessments: stages, the oldest, and the clearance line."""

from datetime import date, timedelta

import polars as pl
import pytest

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Judged, ToldClocks
from ehcp_timeline.measure.counts import BACKLOG_WEEKS, Backlog, clearance, whole_weeks
from ehcp_timeline.measure.result import Stages

AS_AT = date(2026, 6, 1)


def _judged(clocks: list[dict[str, object]], rows: list[dict[str, object]]) -> Judged:
    told = [{name: one.get(name) for name in CLOCKS} for one in clocks]
    frame = pl.DataFrame(told, schema=dict(CLOCKS))
    schema = {"row": pl.UInt32, "case_id": pl.String, "assess_agreed": pl.Date, "draft_sent": pl.Date}
    read = pl.DataFrame([{name: one.get(name) for name in schema} for one in rows], schema=schema)
    return Judged(read, {"plan.issue": ToldClocks(frame)})


def _open(row: int, start: date, due: date) -> dict[str, object]:
    strict = "running" if due >= AS_AT else "overdue"
    return {"row": row, "start": start, "due": due, "strict": strict, "open": True}


def _done(row: int, due: date, answered: date) -> dict[str, object]:
    strict = "met" if answered <= due else "late"
    return {"row": row, "start": due, "due": due, "answered": answered, "strict": strict, "open": False}


def test_the_stage_is_the_furthest_event_by_the_as_at_date() -> None:
    """A draft tomorrow is no draft today; a draft without an agreement is a draft all the same."""
    start, due = date(2026, 3, 2), date(2026, 7, 20)
    rows: list[dict[str, object]] = [
        {"row": 2, "case_id": "a"},
        {"row": 3, "case_id": "b", "assess_agreed": AS_AT},
        {"row": 4, "case_id": "c", "assess_agreed": AS_AT + timedelta(days=1)},
        {"row": 5, "case_id": "d", "assess_agreed": date(2026, 4, 1), "draft_sent": AS_AT},
        {
            "row": 6,
            "case_id": "e",
            "assess_agreed": date(2026, 4, 1),
            "draft_sent": AS_AT + timedelta(days=1),
        },
        {"row": 7, "case_id": "f", "draft_sent": date(2026, 5, 1)},
        {"row": 8, "case_id": "g", "draft_sent": start - timedelta(days=1)},
    ]
    backlog = Backlog(AS_AT, 10)

    backlog.add(_judged([_open(row, start, due) for row in range(2, 9)], rows))

    assert backlog.by_stage() == Stages(no_decision=3, agreed_no_draft=2, draft_not_final=2)


def test_the_oldest_come_first_over_all_batches_and_weeks_are_floored() -> None:
    """Two batches, three kept of four; 55 days are 7 weeks, 56 are 8."""
    backlog = Backlog(AS_AT, 3)
    starts = {2: 55, 3: 56, 4: 400, 5: 10}
    for rows in ((2, 3), (4, 5)):
        clocks = [_open(row, AS_AT - timedelta(days=starts[row]), AS_AT) for row in rows]
        backlog.add(_judged(clocks, [{"row": row, "case_id": f"c{row}"} for row in rows]))

    assert [(one.case_id, one.weeks) for one in backlog.oldest] == [("c4", 57), ("c3", 8), ("c2", 7)]


@pytest.mark.parametrize(
    ("days", "weeks"), [(0, 0), (6, 0), (7, 1), (13, 1), (14, 2), (868, 124), (874, 124), (875, 125)]
)
def test_whole_weeks(days: int, weeks: int) -> None:
    """Weeks are whole and floored: the 124th week lasts from day 868 to day 874."""
    assert whole_weeks(AS_AT - timedelta(days=days), AS_AT) == weeks


def test_arrivals_and_completions_stand_on_both_edges_of_the_thirteen_weeks() -> None:
    """Overdue now is overdue then, plus what became overdue, less what was cleared."""
    then = AS_AT - timedelta(weeks=BACKLOG_WEEKS)
    clocks = [
        _open(2, then, AS_AT),  # due today: not overdue
        _open(3, then, AS_AT - timedelta(days=1)),  # became overdue today
        _open(4, then, then),  # became overdue on the first day of the window
        _open(5, then, then - timedelta(days=1)),  # was overdue already
        _done(6, then - timedelta(days=9), then),  # cleared the day before the window
        _done(7, then - timedelta(days=9), then + timedelta(days=1)),  # cleared on its first day
        _done(8, then + timedelta(days=9), AS_AT),  # arrived in the window, cleared today
        _done(9, AS_AT - timedelta(days=9), AS_AT - timedelta(days=9)),  # in time: neither
    ]
    backlog = Backlog(AS_AT, 10)

    backlog.add(_judged(clocks, [{"row": row, "case_id": str(row)} for row in range(2, 10)]))

    assert (backlog.counts["overdue"], backlog.counts["became_overdue"], backlog.counts["cleared"]) == (
        3,
        3,
        2,
    )
    overdue_then = 2  # rows 5 and 7
    assert (
        backlog.counts["overdue"]
        == overdue_then + backlog.counts["became_overdue"] - backlog.counts["cleared"]
    )


def test_never_at_this_rate() -> None:
    """Where no more are cleared than become overdue, there is no date."""
    never = clearance(40, 26, 26, AS_AT)

    assert never.date is None
    assert never.sentence == (
        "40 plans are overdue; over the last 13 weeks 2.0 a week became overdue and 2.0 a week were cleared. "
        "At the pace of the last 13 weeks: never clear; a straight line, see `ehcp forecast`."
    )


def test_what_is_excused_is_not_overdue() -> None:
    """An open plan past its day with an exception is counted apart, and in no flow."""
    backlog = Backlog(AS_AT, 10)
    then = AS_AT - timedelta(weeks=13)
    clocks = [_open(2, then, then) | {"verdict": "excused"}, _open(3, then, then) | {"verdict": "overdue"}]

    backlog.add(_judged(clocks, [{"row": row, "case_id": str(row)} for row in (2, 3)]))

    assert (backlog.counts["overdue"], backlog.counts["became_overdue"], backlog.counts["excused"]) == (
        1,
        1,
        1,
    )
    assert backlog.clearance().sentence.endswith(" 1 more is past the day with a recorded exception.")


def test_the_clearance_date_is_rounded_up_to_a_whole_day() -> None:
    """10 overdue, 3 net in 91 days: 303.33 days, so the 304th."""
    found = clearance(10, 10, 13, AS_AT)

    assert found.date == AS_AT + timedelta(days=304)
    assert (found.arrivals_per_week, found.completions_per_week) == (0.77, 1.0)


def test_nothing_overdue_is_clear_today() -> None:
    """No backlog needs no rate."""
    assert clearance(0, 0, 0, AS_AT).date == AS_AT
    assert clearance(0, 5, 0, AS_AT).sentence == "No plan is overdue."
