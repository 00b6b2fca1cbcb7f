"""Corners of the vocabulary that a search seldom enters: both readers, and the answer itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ehcp_timeline.audit.verdicts import Clock
from ehcp_timeline.cases.model import Row
from ehcp_timeline.clock import Count
from ehcp_timeline.law.deadline import Dates, Limb, Limit, PlanByDue, Reading, Repeats, Version
from ehcp_timeline.law.rulebook import Deadline, Event, Rulebook
from tests.audit.bulk.drawn import EVERY_EVENT, FACTS, FLAGS, PLANNED, SET_DUE
from tests.audit.bulk.made import batches_of, bulk_reader, differences

AS_AT = date(2025, 6, 1)
WEEK = Limit((Limb(Count("within", 1, "weeks")),))
LAW = Rulebook(
    version="",
    sha256="",
    deadlines=(),
    events={name: Event(name, "", name in PLANNED, name == SET_DUE) for name in EVERY_EVENT},
    codes=FACTS,
    flags=FLAGS,
)
DUTY = Deadline(
    id="first",
    duty="",
    who="authority",
    kind="statutory",
    law="",
    says="",
    seen="primary",
    checked=AS_AT,
    starts=Dates(("asked",)),
    met_by=Dates(("answered",)),
    versions=(Version(date(2014, 9, 1), None, WEEK),),
)
OTHER = replace(DUTY, id="second", starts=Dates(("begun",)))


def _may(day: int) -> date:
    return date(2025, 5, day)


def _row(**events: date) -> Row:
    return Row(2, "A", events)


def _second(**events: date) -> Row:
    return Row(3, "A", events)


def _answers(
    expected: Mapping[str, Any], *rows: Row, law: tuple[Deadline, ...], as_at: date = AS_AT
) -> Clock:
    """Put rows to both readers; return the bulk reader's one clock of `first`, having held it to the law."""
    rulebook = replace(LAW, deadlines=law)
    found = [clock for clock in bulk_reader(rulebook, rows, as_at) if clock.deadline == "first"]
    assert differences(rulebook, batches_of(rows, rulebook, 2), as_at) == []
    assert [{name: getattr(clock, name) for name in expected} for clock in found] == [expected]
    return found[0]


def test_a_reading_without_a_due_day_is_not_waived_into_one() -> None:
    """A reading one of whose limbs has no date does not apply, whatever came in meanwhile."""
    limit = Limit((Limb(Count("within", 2, "weeks")), Limb(Count("within", 1, "days"), Dates(("shown",)))))
    law = replace(DUTY, readings=(Reading("r", "", limit=limit, waived_by="undone"),))

    dates = {"asked": _may(1), "undone": _may(2), "answered": _may(20)}
    _answers({"earliest_reading": _may(8), "latest_reading": _may(8)}, _row(**dates), law=(law,))
    _answers(
        {"earliest_reading": _may(2), "latest_reading": _may(8)}, _row(**dates, shown=_may(3)), law=(law,)
    )


def test_a_reading_without_its_start_does_not_apply() -> None:
    """Another start that has no date gives no due day, even where a limb counts from something else."""
    limit = Limit((Limb(Count("within", 3, "days"), Dates(("asked",))),))
    law = replace(DUTY, readings=(Reading("r", "", limit=limit, starts=Dates(("begun",))),))

    _answers({"earliest_reading": _may(8)}, _row(asked=_may(1)), law=(law,))
    _answers({"earliest_reading": _may(4)}, _row(asked=_may(1), begun=_may(1)), law=(law,))


@pytest.mark.parametrize(("begun", "earliest"), [(31, 8), (1, 8), (2, 8)])
def test_a_reading_that_starts_today_applies(begun: int, earliest: int) -> None:
    """A start of the as-at date itself has come."""
    law = replace(DUTY, readings=(Reading("r", "", starts=Dates(("begun",)), limit=WEEK),))
    latest = date(2025, 6, 7) if begun == 31 else _may(begun + 7)
    dates = {"asked": _may(1), "begun": _may(begun)}

    expected = {"earliest_reading": _may(earliest), "latest_reading": latest}
    _answers(expected, _row(**dates), law=(law,), as_at=_may(31))


def test_a_reading_of_a_start_to_come_does_not_apply_yet() -> None:
    """A planned start after the as-at date starts no reading; on the as-at date it does."""
    law = replace(DUTY, readings=(Reading("r", "", starts=Dates(("meant_from",)), limit=WEEK),))
    row = _row(asked=_may(1), meant_from=_may(20))

    _answers({"latest_reading": _may(8)}, row, law=(law,), as_at=_may(19))
    _answers({"latest_reading": _may(27)}, row, law=(law,), as_at=_may(20))


@pytest.mark.parametrize(("day", "latest"), [(9, 15), (10, 15), (11, 8)])
def test_a_reading_after_something_applies_on_the_same_day(day: int, latest: int) -> None:
    """What must have come before may have come on the day of the start."""
    reading = Reading(
        "r", "", starts=Dates(("begun",)), limit=Limit((Limb(Count("within", 5, "days")),)), after=("shown",)
    )
    law = replace(DUTY, readings=(reading,))

    _answers(
        {"latest_reading": _may(latest)}, _row(asked=_may(1), begun=_may(10), shown=_may(day)), law=(law,)
    )


def test_a_reading_with_an_unreadable_cell_of_its_own_is_disputed() -> None:
    """Where the reading's own cell cannot be read, nobody can say that it agrees."""
    law = replace(DUTY, readings=(Reading("r", "", waived_by="undone"),))
    row = Row(2, "A", {"asked": _may(1)}, unreadable=frozenset({"undone"}))

    _answers({"verdict": "overdue", "certainty": "disputed"}, row, law=(law,))
    _answers({"verdict": "overdue", "certainty": "certain"}, replace(row, unreadable=frozenset()), law=(law,))


def test_a_duty_that_has_not_started_takes_no_place() -> None:
    """Another duty displaces only where its own clock has started, on the day itself at the latest."""
    law = (replace(DUTY, displaced_by=("second",)), OTHER)
    elsewhere = Row(3, "B", {"begun": _may(1)})

    rulebook = replace(LAW, deadlines=law)
    rows = (_row(asked=_may(1)), elsewhere)
    clocks = {clock.deadline: clock.verdict for clock in bulk_reader(rulebook, rows, AS_AT)}

    assert clocks == {"first": "overdue", "second": "overdue"}
    assert differences(rulebook, batches_of(rows, rulebook, 2), AS_AT) == []
    _answers({"verdict": "not-owed"}, _row(asked=_may(1), begun=_may(1)), law=law)


@pytest.mark.parametrize(("made", "verdict"), [(7, "overdue"), (8, "overdue"), (9, "not-owed")])
def test_a_plan_made_on_the_due_day_existed_by_then(made: int, verdict: str) -> None:
    """The plan may have been made on the due day; the day after, the duty was not owed."""
    law = replace(DUTY, plan_by_due=PlanByDue(("begun",), ("shown",), ("stopped",)))

    _answers({"verdict": verdict}, _row(asked=_may(1), begun=_may(made)), law=(law,))
    _answers({"verdict": verdict}, _row(asked=_may(1), begun=_may(30), shown=_may(made)), law=(law,))


def test_without_a_due_day_nobody_asks_for_a_plan() -> None:
    """Outside coverage the clock is unknown, not one that was not owed."""
    law = replace(
        DUTY,
        plan_by_due=PlanByDue((), (), ("stopped",)),
        versions=(Version(date(2025, 5, 2), None, WEEK),),
    )

    _answers({"verdict": "unknown", "reason": "no-due-day"}, _row(asked=_may(1), stopped=_may(1)), law=(law,))
    _answers({"verdict": "not-owed"}, _row(asked=_may(2), stopped=_may(1)), law=(law,))


@pytest.mark.parametrize(("day", "verdict"), [(19, "met"), (20, "met"), (21, "running")])
def test_a_planned_answer_counts_from_its_day_on(day: int, verdict: str) -> None:
    """A planned date answers on the as-at date, not before."""
    law = replace(DUTY, met_by=Dates(("meant_to",)))

    _answers({"verdict": verdict}, _row(asked=_may(14), meant_to=_may(day)), law=(law,), as_at=_may(20))


def test_what_makes_a_duty_owed_may_be_unreadable() -> None:
    """With an unreadable start: not owed where the event is blank, unknown where that is unreadable too."""
    law = replace(DUTY, owed_when=("begun",))
    lost = Row(2, "A", {}, unreadable=frozenset({"asked"}))

    _answers({"verdict": "not-owed"}, lost, law=(law,))
    _answers({"verdict": "unknown"}, replace(lost, unreadable=frozenset({"asked", "begun"})), law=(law,))
    _answers({"verdict": "unknown"}, replace(lost, events={"begun": _may(3)}), law=(law,))


REPEATS = replace(DUTY, starts=Dates(("asked",)), repeats=Repeats(again=("asked",), unseen=("shown",)))


def test_a_link_is_implied_by_another_row_of_its_case() -> None:
    """An event that shows that it must have been done counts from the start on, wherever in the case."""
    law = replace(REPEATS, implied_by=("begun",))

    _answers({"verdict": "overdue"}, _row(asked=_may(5)), law=(law,))
    _answers({"verdict": "overdue"}, _row(asked=_may(5)), _second(begun=_may(4)), law=(law,))
    _answers({"reason": "implied"}, _row(asked=_may(5)), _second(begun=_may(5)), law=(law,))


@pytest.mark.parametrize(("shown", "reason"), [(15, None), (16, None), (17, "years-between-not-in-file")])
def test_an_answer_of_which_only_a_later_row_tells(shown: int, reason: str | None) -> None:
    """It answers within the due day and one more week; after that, the weeks between are not in the file."""
    _answers(
        {"reason": reason, "answered": _may(shown)},
        _row(asked=_may(1)),
        _second(shown=_may(shown)),
        law=(REPEATS,),
    )


def test_an_unseen_answer_without_one_period_more() -> None:
    """Where the next period would lie outside the law, nothing is too late."""
    skipped = Limit((Limb(Count("within", 1, "weeks"), Dates(("begun",), "latest")),))
    law = replace(REPEATS, versions=(Version(date(2014, 9, 1), None, skipped),), set_by=SET_DUE)
    row = _row(asked=_may(1), agreed_day=_may(2))

    _answers({"verdict": "late", "due": _may(2)}, row, _second(shown=_may(30)), law=(law,))


def test_a_file_that_lacks_the_fact_of_a_condition() -> None:
    """Without the column the fact is blank: only what is shown otherwise applies."""
    law = replace(DUTY, only_if=(("kind", ("one",)),), shown_by=("shown",))
    rulebook = replace(LAW, deadlines=(law,))

    assert bulk_reader(rulebook, [_row(asked=_may(1))], AS_AT) == ()
    assert differences(rulebook, batches_of([_row(asked=_may(1))], rulebook, 1), AS_AT) == []
    _answers({"verdict": "overdue"}, _row(asked=_may(1), shown=_may(2)), law=(law,))


def test_an_unreadable_start_of_a_repeating_duty_belongs_to_its_own_row() -> None:
    """Rows above it that say nothing of the duty have no clock; two such rows have one each."""
    rulebook = replace(LAW, deadlines=(REPEATS,))
    lost = Row(3, "A", unreadable=frozenset({"asked"}))

    for rows in (
        (_row(), lost),
        (_row(begun=_may(1)), lost, Row(4, "A")),
        (_row(), lost, replace(lost, number=4)),
    ):
        clocks = bulk_reader(rulebook, rows, AS_AT)
        unread = [row.number for row in rows if row.unreadable]
        assert [(clock.row, clock.verdict, clock.reason) for clock in clocks] == [
            (row, "unknown", "unreadable") for row in unread
        ]
        assert differences(rulebook, batches_of(rows, rulebook, 1), AS_AT) == []


def test_an_unreadable_start_beside_a_start_is_no_clock_of_its_own() -> None:
    """The clock that did start cannot be judged: what cannot be read may have answered it."""
    rows = (_row(asked=_may(1)), Row(3, "A", unreadable=frozenset({"asked"})))

    _answers({"row": 2, "start": _may(1), "reason": "unreadable"}, *rows, law=(REPEATS,))


def test_a_repeating_duty_of_which_no_period_has_a_start_has_no_due_day() -> None:
    """Two periods from two events that have no date; an answer on the day of the start does not settle it."""
    limbs = tuple(Limb(Count("within", 1, "weeks"), Dates((name,))) for name in ("shown", "plan_issued"))
    duty = replace(
        DUTY,
        repeats=Repeats(first=("asked",), again=("answered",)),
        starts=Dates(("asked",)),
        versions=(Version(date(2014, 9, 1), None, Limit(limbs)),),
    )
    rulebook = replace(LAW, deadlines=(duty,))

    assert differences(rulebook, batches_of([_row(answered=_may(2))], rulebook, 1), AS_AT) == []
