"""The single reader's reasons: what started, answered and ended a clock, and where its clocks stand."""

from collections.abc import Mapping
from datetime import date

from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.verdicts import Working
from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.rulebook import Rulebook

REQUEST = date(2025, 4, 2)
DUE = date(2025, 8, 20)


def _judged(
    rulebook: Rulebook, deadline: str, as_at: date, *events: Mapping[str, date], foresee: bool = False
) -> list[Working]:
    rows = [Row(number, "C-1", dict(one)) for number, one in enumerate(events, 2)]
    found = judge_case(rulebook, rows, as_at, foresee=foresee)
    return [working for working in found if working.deadline.id == deadline]


def test_every_deadline_has_a_clock_on_every_row(rulebook: Rulebook) -> None:
    """Clocks come in row order, then rulebook order; a repeating duty that has not started stands once."""
    rows = [Row(2, "C-1"), Row(3, "C-1")]
    found = judge_case(rulebook, rows, DUE)
    repeating = {one.id for one in rulebook.deadlines if one.repeats}
    names = [one.id for one in rulebook.deadlines]

    assert [one.clock.deadline for one in found if one.clock.row == 2] == names
    assert [one.clock.deadline for one in found if one.clock.row == 3] == [
        name for name in names if name not in repeating
    ]
    assert {one.clock.verdict for one in found} == {"not-started"}


def test_an_answer_is_named(rulebook: Rulebook) -> None:
    """The working says which events started and answered the clock, and under which version."""
    (working,) = _judged(
        rulebook, "plan.issue", date(2025, 9, 1), {"became_responsible": REQUEST, "plan_issued": DUE}
    )

    assert (working.start_event, working.answer_event, working.end_event) == (
        "became_responsible",
        "plan_issued",
        "",
    )
    assert working.version == rulebook.by_id["plan.issue"].versions[0]
    assert [(one.since, one.to) for one in working.limbs] == [(REQUEST, DUE)]


def test_an_end_is_named(rulebook: Rulebook) -> None:
    """What ended the clock unanswered is the event and its day."""
    (working,) = _judged(
        rulebook, "plan.issue", date(2025, 9, 1), {"request_received": REQUEST, "withdrawn": DUE}
    )

    assert (working.end_event, working.clock.ended, working.clock.answered) == ("withdrawn", DUE, None)


def test_answers_from_before_the_start_are_kept_as_too_early(rulebook: Rulebook) -> None:
    """They answer nothing, and whoever asks why is shown them."""
    early = date(2022, 6, 1)
    (working,) = _judged(rulebook, "plan.issue", DUE, {"request_received": REQUEST, "plan_issued": early})

    assert (working.too_early, working.clock.answered, working.clock.open) == ((early,), None, True)


def test_an_end_that_was_undone_is_said(rulebook: Rulebook) -> None:
    """A refusal that was reversed leaves its trace."""
    refused, agreed = date(2025, 5, 1), date(2025, 6, 2)
    events = {"request_received": REQUEST, "assess_refused": refused}
    (reversed_,) = _judged(rulebook, "plan.issue", DUE, {**events, "assess_agreed": agreed})
    (refusal,) = _judged(rulebook, "plan.issue", DUE, events)

    assert (reversed_.revived, refusal.revived) == (True, False)
    assert (reversed_.clock.ended, refusal.clock.ended) == (None, refused)


def test_every_excuse_was_looked_at(rulebook: Rulebook) -> None:
    """The working holds every ground with its strength and why, claimed or not."""
    row = Row(2, "C-1", {"request_received": REQUEST}, flags={"exceptional_circumstances": True})
    working = next(
        one for one in judge_case(rulebook, [row], date(2025, 9, 1)) if one.deadline.id == "plan.issue"
    )

    assert [(one.excuse.id, one.strength, one.why) for one in working.excuses] == [
        ("school-closed", "unclaimed", "advice_sought_near_closure is blank"),
        ("exceptional", "claimed", "exceptional_circumstances is yes; no date can prove or refute it"),
        ("absent", "unclaimed", "absent_from is blank"),
        ("coronavirus", "unclaimed", "it applied only to due days from 2020-05-01 to 2020-09-25"),
        ("exception-recorded", "unclaimed", "exception_recorded is blank"),
    ]


def test_every_reading_is_kept_with_its_verdict(rulebook: Rulebook) -> None:
    """On the last day one reading says overdue, and the working says which."""
    (working,) = _judged(rulebook, "plan.issue", DUE, {"request_received": REQUEST})

    assert [(read.reading.id, read.due, read.verdict) for read in working.read] == [
        ("day-one", date(2025, 8, 19), "overdue")
    ]


def test_a_start_to_come_shows_its_due_day_only_if_asked(rulebook: Rulebook) -> None:
    """A timeline foresees; a check does not."""
    day_before = date(2025, 4, 1)
    events = {"request_received": REQUEST}
    (plain,) = _judged(rulebook, "plan.issue", day_before, events)
    (foreseen,) = _judged(rulebook, "plan.issue", day_before, events, foresee=True)

    assert (plain.clock.verdict, plain.clock.due) == ("not-started", None)
    assert (foreseen.clock.verdict, foreseen.clock.due, foreseen.start_event) == (
        "not-started",
        DUE,
        "request_received",
    )


def test_a_clock_stands_on_the_row_of_its_start(rulebook: Rulebook) -> None:
    """A duty of one row looks at that row alone: an answer on another row is another episode."""
    first, second = _judged(
        rulebook, "plan.issue", date(2025, 9, 1), {"request_received": REQUEST}, {"plan_issued": DUE}
    )

    assert (first.clock.row, first.clock.verdict) == (2, "overdue")
    assert (second.clock.row, second.clock.verdict) == (3, "not-started")


def test_an_open_clock_is_one_that_still_runs(rulebook: Rulebook) -> None:
    """Running, overdue and excused but unanswered clocks are open; answered and ended ones are not."""
    events = {"request_received": REQUEST}
    late = date(2025, 9, 1)
    opened = [
        _judged(rulebook, "plan.issue", day, {**events, **more})[0].clock.open
        for day, more in ((DUE, {}), (late, {}), (late, {"plan_issued": DUE}), (late, {"withdrawn": DUE}))
    ]

    assert opened == [True, True, False, False]
