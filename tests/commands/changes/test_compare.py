"""What moved between two answers, whatever the order of their rows and columns."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_timeline.audit.verdicts import VERDICTS, Clock, Verdict
from ehcp_timeline.measure.answer import keys
from ehcp_timeline.measure.changes import ANY, TABLE, Changed, changes, counted
from tests.output.made import OVERDUE, RUNNING, findings

MET = replace(OVERDUE, verdict="met", answered=date(2025, 8, 20), days_late=None, open=False)


def _changed(
    old: tuple[Clock, ...], new: tuple[Clock, ...], *others: str, not_judged: tuple[str, ...] = ()
) -> list[tuple[Any, ...]]:
    """Return change, case, verdicts before and now, and the note; `others` are cases without a clock."""
    cases = pl.Series([*(clock.case_id for clock in new), *others], dtype=pl.String)
    found = changes(findings(*old), findings(*new), cases, not_judged)
    assert tuple(found.columns) == keys(Changed)
    return found.select("change", "case_id", "before", "now", "note").rows()


def _with(verdict: Verdict | None) -> tuple[Clock, ...]:
    return () if verdict is None else (replace(OVERDUE, verdict=verdict),)


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (None, "overdue", "new"),
        ("running", "overdue", "new"),
        ("met", "overdue", "new"),
        ("excused", "overdue", "new"),
        ("unknown", "overdue", "new"),
        ("overdue", "overdue", "still-late"),
        ("overdue", "met", "cleared"),
        ("overdue", "late", "cleared"),
        ("overdue", "not-owed", "cleared"),
        ("overdue", "excused", "excused"),
        ("overdue", "running", "moved"),
        ("overdue", "unknown", "unjudgeable"),
        ("running", "unknown", "unjudgeable"),
        ("met", "unknown", "unjudgeable"),
        (None, "unknown", "unjudgeable"),
    ],
)
def test_every_change_has_its_name(before: Verdict | None, now: Verdict, change: str) -> None:
    """A clock that was one thing and is another is told under one name."""
    assert _changed(_with(before), _with(now)) == [(change, "C-1", before, now, None)]


@pytest.mark.parametrize(
    ("before", "now"),
    [("running", "running"), ("running", "met"), ("late", "late"), ("unknown", "unknown"), (None, "met")],
)
def test_what_was_never_late_is_no_news(before: Verdict | None, now: Verdict) -> None:
    """Work done in time, and what was already unjudgeable, is not listed."""
    assert _changed(_with(before), _with(now)) == []


@pytest.mark.parametrize("before", ["overdue", "running", "excused", "unknown"])
def test_a_case_that_vanished_is_gone_and_never_cleared(before: Verdict) -> None:
    """An open case that is no longer in the file was not finished by leaving it."""
    told = "the case is no longer in the file"

    assert _changed(_with(before), (), "C-2") == [("gone", "C-1", before, None, told)]


def test_a_clock_whose_start_was_deleted_is_gone() -> None:
    """A case cannot be cleared by emptying the cell that started its clock."""
    told = "the case is still there, this clock's start is not"

    assert _changed((OVERDUE,), (), "C-1") == [("gone", "C-1", "overdue", None, told)]


def test_a_column_that_is_missing_clears_nothing() -> None:
    """Where the later file cannot answer a deadline any more, its clocks are unjudgeable."""
    told = "no column of the file could answer it any more"
    found = _changed((OVERDUE,), (), "C-1", not_judged=("plan.issue",))

    assert found == [("unjudgeable", "C-1", "overdue", None, told)]


def test_history_that_cannot_be_judged_is_no_news() -> None:
    """A clock that was met and answered stays history; one that was late and is in doubt does not."""
    doubtful = replace(MET, verdict="unknown")

    assert _changed((MET,), (doubtful,)) == []
    assert _changed((), (doubtful,)) == []
    assert [line[0] for line in _changed((OVERDUE,), (doubtful,))] == ["unjudgeable"]


def test_a_case_that_vanished_is_gone_even_where_its_deadline_cannot_be_judged() -> None:
    """What happened to the case is the greater news."""
    assert _changed((OVERDUE,), (), "C-2", not_judged=("plan.issue",))[0][0] == "gone"


def test_a_changed_start_is_told_and_clears_nothing() -> None:
    """A later start makes a late case early: that is a move, not work done."""
    moved = replace(OVERDUE, start=date(2025, 12, 1), verdict="running")

    told = "the start was changed from 2025-04-02 to 2025-12-01"
    assert _changed((OVERDUE,), (moved,)) == [("moved", "C-1", "overdue", "running", told)]


def test_a_changed_due_day_is_told() -> None:
    """The Tribunal may set another day."""
    moved = replace(OVERDUE, due=date(2026, 2, 1), verdict="running")

    told = "the due day was changed from 2025-08-20 to 2026-02-01"
    assert _changed((OVERDUE,), (moved,)) == [("moved", "C-1", "overdue", "running", told)]


def test_two_clocks_of_a_case_are_not_mistaken_for_each_other() -> None:
    """Where several starts differ, none is held against another: one is gone, two are new."""
    one, other = (replace(OVERDUE, start=date(2025, month, 1)) for month in (5, 6))

    assert [line[0] for line in _changed((OVERDUE,), (one, other))] == ["new", "new", "gone"]


def test_a_start_on_two_rows_is_one_clock() -> None:
    """The worst of the two is told, whichever row comes first."""
    twice = (replace(MET, row=9), OVERDUE)

    assert _changed((OVERDUE,), twice) == _changed((OVERDUE,), twice[::-1])
    assert _changed((OVERDUE,), twice) == [("still-late", "C-1", "overdue", "overdue", None)]


def test_kinds_of_change_stand_in_order_and_the_latest_first() -> None:
    """New cases first; within a kind the most days late, then by case."""
    new = tuple(
        replace(OVERDUE, case_id=case, days_late=late) for case, late in (("B", 3), ("A", 3), ("C", 90))
    )
    found = _changed((replace(OVERDUE, case_id="Z"),), (*new, replace(MET, case_id="Z")))

    assert [line[:2] for line in found] == [("new", "C"), ("new", "A"), ("new", "B"), ("cleared", "Z")]


def test_every_kind_is_counted() -> None:
    """Kinds without a clock are counted as none."""
    found = changes(findings(OVERDUE), findings(MET), pl.Series(["C-1"]))

    assert counted(found) == {
        "new": 0, "still-late": 0, "cleared": 1, "excused": 0, "moved": 0, "unjudgeable": 0, "gone": 0,
    }  # fmt: skip


def test_the_table_knows_every_state() -> None:
    """No line of the table waits for a state that there is not."""
    assert {name for old, new, _ in TABLE for name in (*old, new)} <= set(ANY)


@st.composite
def _clocks(draw: st.DrawFn) -> tuple[Clock, ...]:
    """Draw some clocks of few cases and starts."""
    return tuple(
        replace(
            RUNNING,
            row=row,
            case_id=draw(st.sampled_from("ABC")),
            deadline=draw(st.sampled_from(("plan.issue", "review.annual"))),
            start=date(2025, 1, draw(st.integers(1, 3))),
            verdict=draw(st.sampled_from(VERDICTS)),
            days_late=draw(st.sampled_from((None, 1, 200))),
        )
        for row in range(2, 2 + draw(st.integers(0, 8)))
    )


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(old=_clocks(), new=_clocks(), seed=st.randoms())
def test_the_order_of_rows_and_columns_changes_nothing(
    old: tuple[Clock, ...], new: tuple[Clock, ...], seed: Any
) -> None:
    """Shuffled rows, renumbered, and shuffled columns give the same answer to the cell."""
    shuffled = [replace(clock, row=clock.row + 50) for clock in new]
    seed.shuffle(shuffled)
    columns = findings().columns
    seed.shuffle(columns)
    cases = pl.Series([clock.case_id for clock in new], dtype=pl.String)

    straight = changes(findings(*old), findings(*new), cases)
    mixed = changes(findings(*old), findings(*shuffled).select(columns), cases.reverse())

    assert straight.equals(mixed)
    assert set(straight.filter(change="cleared")["case_id"]) <= set(cases)
