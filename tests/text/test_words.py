"""How dates, counts and verdicts are said."""

from datetime import date

import pytest

from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.verdicts import TABLE
from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.output.verdict_words import standing
from ehcp_timeline.text import REASONS

LAW = load_rulebook()
REQUEST = {"request_received": date(2025, 4, 2)}  # 20 weeks end on 20 August 2025


def how(deadline: str, as_at: date, row: Row) -> str:
    """Return how the last clock of a deadline stands."""
    judged = judge_case(LAW, [row], as_at, foresee=True)
    return standing([one for one in judged if one.deadline.id == deadline][-1], LAW)


def on(events: dict[str, date], **codes: str) -> Row:
    """Return a row with some dates and codes."""
    return Row(2, "C-1", events, {fact: frozenset([code]) for fact, code in codes.items()})


def test_every_reason_of_the_decision_table_has_words() -> None:
    """No verdict can come with a reason that has no words, and no words stand without a reason."""
    assert {line.reason for line in TABLE if line.reason} == set(REASONS)


@pytest.mark.parametrize(
    ("as_at", "events", "words"),
    [
        (date(2025, 8, 22), {}, "overdue by 2 days"),
        (date(2025, 8, 20), {}, "due today; published readings differ: 19 August 2025 or 20 August 2025"),
        (date(2025, 8, 18), {}, "due in 2 days"),
        (date(2026, 1, 1), {"plan_issued": date(2025, 8, 1)}, "done in time, on 1 August 2025"),
        (date(2026, 1, 1), {"plan_issued": date(2025, 9, 1)}, "done 12 days late, on 1 September 2025"),
        (
            date(2026, 1, 1),
            {"withdrawn": date(2025, 8, 21)},
            "ended, not done, 1 day late, on 21 August 2025: the request was withdrawn",
        ),
        (
            date(2026, 1, 1),
            {"withdrawn": date(2025, 8, 1)},
            "not owed: the request was withdrawn on 1 August 2025",
        ),
        (
            date(2026, 1, 1),
            {"review_decided": date(2025, 12, 1)},
            (
                "cannot be judged: done, but no date was recorded: needs plan_issued "
                "(shown by: the decision letter after the review: maintain, amend or cease)"
            ),
        ),
        (date(2025, 4, 1), {}, "not started: its start is in the future"),
        (
            date(2026, 1, 1),
            {"absent_from": date(2025, 5, 1), "absent_to": date(2025, 6, 30)},
            "134 days past its day, with an exception that the dates support: absent",
        ),
        (
            date(2026, 1, 1),
            {"absent_from": date(2025, 5, 1)},
            "134 days past its day, with an exception that is claimed: absent",
        ),
    ],
)
def test_how_an_authoritys_clock_stands(as_at: date, events: dict[str, date], words: str) -> None:
    """Each verdict is one plain phrase with its days and its date; what ended a clock is named."""
    assert how("plan.issue", as_at, on(REQUEST | events)) == words


def test_days_that_rest_on_holidays_to_come_are_provisional() -> None:
    """The bank holidays of 2040 have not been announced."""
    assert how("plan.issue", date(2040, 1, 2), on({"request_received": date(2040, 1, 2)})) == (
        "due in 140 days; provisional: later bank holidays are not announced yet"
    )


def test_a_familys_time_is_never_overdue() -> None:
    """A family that lets its own days go by is told that the time has passed, not that it is late."""
    draft = {"draft_sent": date(2025, 12, 16)}  # the fifteenth day is 30 December
    done = draft | {"representations_received": date(2026, 1, 2)}

    assert how("plan.respond", date(2025, 12, 29), on(draft)) == "1 day left"
    assert how("plan.respond", date(2025, 12, 30), on(draft)) == "today is the last day"
    assert how("plan.respond", date(2026, 1, 10), on(draft)) == "the time has passed"
    assert how("plan.respond", date(2026, 1, 10), on(done)) == "done 3 days after the time, on 2 January 2026"


def test_a_minimum_is_a_first_day() -> None:
    """A window says how long to wait and what came too early."""
    draft = {"draft_sent": date(2025, 12, 22)}  # the plan may be final from 6 January

    assert how("plan.window", date(2025, 12, 27), on(draft)).startswith(
        "not before this day, 10 days to wait"
    )
    early = on(draft | {"plan_issued": date(2026, 1, 2)})
    assert how("plan.window", date(2026, 2, 1), early) == (
        "4 days too early: the finalised plan was sent on 2 January 2026"
    )


def test_a_duty_that_hangs_on_a_choice_says_the_choice() -> None:
    """The law asks for a no-plan notice only where no plan is to be made."""
    request = on({"request_received": date(2026, 1, 12)})
    said = "if no plan is to be made: say so by 4 May 2026"

    for as_at in (date(2026, 1, 15), date(2026, 5, 3), date(2026, 5, 4)):
        assert how("assess.no_plan", as_at, request) == said
    assert how("assess.no_plan", date(2026, 5, 5), request) == f"{said}, a day that has passed"


def test_a_choice_that_was_made_is_no_longer_offered() -> None:
    """Once the plan was sent, nobody reads that a no-plan notice had its day."""
    row = on({"request_received": date(2026, 1, 12), "plan_issued": date(2026, 6, 10)})

    assert how("assess.no_plan", date(2026, 6, 20), row) == (
        "not owed: the finalised plan was sent on 10 June 2026"
    )


def test_a_certificate_may_give_the_family_a_later_day() -> None:
    """Two months have passed, but a month from a certificate that is not in the file may not have."""
    refused = {"assess_refused": date(2026, 3, 9)}
    certified = refused | {"mediation_certificate": date(2026, 5, 1)}  # 1 June is later than 11 May
    later = ", unless mediation_certificate gives a later day"

    assert how("appeal.lodge", date(2026, 5, 11), on(refused)) == f"today is the last day{later}"
    assert how("appeal.lodge", date(2026, 5, 12), on(refused)) == f"the time has passed{later}"
    assert how("appeal.lodge", date(2026, 5, 12), on(certified)) == "20 days left"
    assert how("mediation.contact", date(2026, 5, 10), on(refused)) == "the time has passed"


def test_a_detention_from_before_the_draft_is_not_dated_by_the_draft() -> None:
    """The detention began on 5 January; the clock that it ends, on the day of the request."""
    detained = {"detained_from": date(2026, 1, 5)}
    during = on(detained | {"request_received": date(2026, 2, 2)})
    before = on(detained | {"request_received": date(2025, 12, 1)})

    assert how("plan.draft", date(2026, 3, 2), during) == (
        "not owed: the child or young person was detained by 2 February 2026"
    )
    assert how("plan.draft", date(2026, 3, 2), before) == (
        "not owed: the child or young person was detained on 5 January 2026"
    )


def test_a_notice_that_can_no_longer_be_given_names_its_column() -> None:
    """The meeting was held, and the file has no day of a notice."""
    assert how("review.notice", date(2026, 5, 20), on({"review_meeting": date(2026, 5, 11)})) == (
        "cannot be judged: it can no longer be done, and no date was recorded: needs review_notice_sent"
    )


def test_what_takes_its_place_is_named() -> None:
    """A detained person's request has deadlines of its own."""
    row = on({"detained_from": date(2025, 3, 1), **REQUEST})

    assert how("plan.issue", date(2025, 5, 1), row) == (
        "not owed: another duty takes its place: Send the finalised plan of a detained person"
    )


@pytest.mark.parametrize(
    ("deadline", "row", "words"),
    [
        ("order.unspecified", on({"order_made": date(2025, 3, 3)}), "needs order_kind"),
        ("agreed.unspecified", on({"mediation_agreed": date(2025, 3, 3)}), "needs agreement_kind"),
        ("unopposed.unspecified", on({"tribunal_told_unopposed": date(2025, 3, 3)}), "needs appeal_ground"),
        ("phase.unspecified", on({"transfer_date": date(2025, 9, 1)}), "needs transfer_kind"),
        ("move.transfer", on({"moved_in": date(2025, 3, 3)}), "needs move_known"),
        (
            "plan.issue",
            Row(2, "C-1", REQUEST, unreadable=frozenset({"plan_issued"})),
            "plan_issued could not be read",
        ),
        (
            "plan.issue",
            on(REQUEST | {"appeal_lodged": date(2025, 9, 1)}, appeal_ground="assess"),
            (
                "an appeal, an order or an agreement follows a decision that is not in the file "
                "(appeal_lodged)"
            ),
        ),
    ],
)
def test_what_is_missing_is_named_by_its_column(deadline: str, row: Row, words: str) -> None:
    """A caseworker can go and fill it in."""
    assert how(deadline, date(2026, 1, 1), row) == f"cannot be judged: {words}"


def test_an_exception_that_nobody_claimed_is_named_where_the_dates_bear_it_out() -> None:
    """Advice asked for in the week before a closure of five weeks: the flag is blank, or says no."""
    events = REQUEST | {
        "education_advice_requested": date(2025, 7, 18),
        "closure_from": date(2025, 7, 23),
        "closure_to": date(2025, 9, 1),
    }
    row = on(events)
    said = how("plan.issue", date(2025, 9, 1), row)

    assert said == (
        "overdue by 12 days; school-closed was not claimed: advice_sought_near_closure is blank, though the "
        "dates support it: advice asked for on 2025-07-18, closed from 2025-07-23 to 2025-09-01"
    )
    apart = events | {"education_advice_requested": date(2025, 7, 1)}
    assert how("plan.issue", date(2025, 9, 1), on(apart)) == "overdue by 12 days"
    claimed = Row(2, "C-1", apart, flags={"advice_sought_near_closure": True})
    assert how("plan.issue", date(2025, 9, 1), claimed) == (
        "overdue by 12 days; school-closed does not apply: advice was asked for on 2025-07-01, "
        "too long before 2025-07-23"
    )
