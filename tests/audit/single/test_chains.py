"""A repeating duty: one clock for each start of a case, on the row where it stands."""

from collections.abc import Mapping
from datetime import date

from ehcp_timeline.audit.single.events import Link, links_of, seen_on, started_twice
from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.rulebook import Rulebook

AS_AT = date(2026, 1, 15)


def _rows(*events: Mapping[str, date]) -> list[Row]:
    return [Row(number, "C-1", dict(one)) for number, one in enumerate(events, 2)]


def _links(rulebook: Rulebook, *events: Mapping[str, date], as_at: date = AS_AT) -> tuple[Link, ...]:
    rows = _rows(*events)
    return links_of(rulebook.by_id["review.annual"], rows, seen_on(rows, as_at, rulebook.planned))


def test_a_plan_and_its_reviews_are_one_chain(rulebook: Rulebook) -> None:
    """Each date starts a clock, answered by the next letter; the last is open."""
    plan, first, second = date(2023, 3, 10), date(2024, 3, 1), date(2025, 3, 5)

    assert _links(rulebook, {"plan_issued": plan, "review_decided": first}, {"review_decided": second}) == (
        Link(plan, 2, first, unseen=False),
        Link(first, 2, second, unseen=False),
        Link(second, 3, None, unseen=False),
    )


def test_rows_may_stand_in_any_order(rulebook: Rulebook) -> None:
    """The chain follows the dates, not the lines of the file."""
    plan, first, second = date(2023, 3, 10), date(2024, 3, 1), date(2025, 3, 5)
    links = _links(rulebook, {"review_decided": second}, {"review_decided": first}, {"plan_issued": plan})

    assert [(link.start, link.row, link.answer) for link in links] == [
        (plan, 4, first),
        (first, 3, second),
        (second, 2, None),
    ]


def test_a_start_on_two_rows_is_one_clock_on_the_first(rulebook: Rulebook) -> None:
    """A plan that every row repeats starts one clock."""
    plan = date(2025, 3, 10)

    assert _links(rulebook, {"plan_issued": plan}, {"plan_issued": plan}) == (
        Link(plan, 2, None, unseen=False),
    )


def test_a_start_on_two_rows_is_one_problem_on_the_second(rulebook: Rulebook) -> None:
    """The person who keeps the file is told which row repeats which."""
    plan = date(2025, 3, 10)
    rows = _rows({"plan_issued": plan}, {"review_meeting": plan}, {"plan_issued": plan})
    (problem,) = started_twice(rulebook.by_id["review.annual"], rows)

    assert (problem.row, problem.column, problem.rule, problem.stops) == (
        4,
        "plan_issued",
        "same-start-twice",
        "nothing",
    )
    assert problem.problem == "plan_issued of 2025-03-10 is on row 2 of this case too; it counts once"


def test_different_starts_are_no_problem(rulebook: Rulebook) -> None:
    """Two reviews are two dates, not one repeated."""
    rows = _rows({"review_decided": date(2024, 3, 1)}, {"review_decided": date(2025, 3, 1)})

    assert list(started_twice(rulebook.by_id["review.annual"], rows)) == []


def test_a_review_before_answers_unseen(rulebook: Rulebook) -> None:
    """A later row's "previous review" tells that the year was closed, and by no row in full."""
    plan, before = date(2024, 3, 10), date(2025, 3, 1)

    assert _links(rulebook, {"plan_issued": plan}, {"previous_review_decided": before}) == (
        Link(plan, 2, before, unseen=True),
        Link(before, 3, None, unseen=False),
    )


def test_a_review_before_that_a_row_records_is_seen(rulebook: Rulebook) -> None:
    """A date that stands as a letter and as the review before is a letter."""
    plan, letter = date(2024, 3, 10), date(2025, 3, 1)
    links = _links(
        rulebook, {"plan_issued": plan, "review_decided": letter}, {"previous_review_decided": letter}
    )

    assert [(link.start, link.row, link.unseen) for link in links] == [(plan, 2, False), (letter, 2, False)]


def test_a_plan_re_issued_starts_nothing(rulebook: Rulebook) -> None:
    """A plan that follows a review, or an earlier plan, is the same plan amended."""
    plan, letter, again = date(2023, 3, 10), date(2024, 3, 1), date(2024, 6, 1)

    assert [
        link.start
        for link in _links(
            rulebook, {"plan_issued": plan}, {"review_decided": letter}, {"plan_issued": again}
        )
    ] == [plan, letter]
    assert [link.start for link in _links(rulebook, {"plan_issued": plan}, {"plan_issued": again})] == [plan]


def test_a_plan_made_after_the_last_one_ceased_starts_anew(rulebook: Rulebook) -> None:
    """On the day after, and on the very day, a plan that ceased closes the chain."""
    plan, ceased = date(2022, 3, 10), date(2023, 6, 30)
    for again, starts in ((date(2023, 6, 29), 1), (date(2023, 6, 30), 1), (date(2023, 7, 1), 2)):
        links = _links(rulebook, {"plan_issued": plan, "plan_ceased": ceased}, {"plan_issued": again})

        assert len(links) == starts


def test_what_has_not_happened_yet_is_no_link(rulebook: Rulebook) -> None:
    """A letter dated after the day of the question neither answers nor starts."""
    plan, letter = date(2025, 3, 10), date(2026, 1, 16)
    events = {"plan_issued": plan, "review_decided": letter}

    assert [link.answer for link in _links(rulebook, events)] == [None]
    assert [link.answer for link in _links(rulebook, events, as_at=letter)] == [letter, None]


def test_an_answer_on_the_day_of_the_start_is_no_answer(rulebook: Rulebook) -> None:
    """A letter of the day of the plan starts the same twelve months and does not close them."""
    day = date(2025, 3, 10)

    assert _links(rulebook, {"plan_issued": day, "review_decided": day}) == (
        Link(day, 2, None, unseen=False),
    )
