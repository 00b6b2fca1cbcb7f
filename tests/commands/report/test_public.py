"""A public report hides every number that tells of few children, and what would give it away."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_timeline.commands.report.answer import LateDuty, ReportAnswer, WaitingCount, YearRate
from ehcp_timeline.commands.report.figures import BANDS
from ehcp_timeline.commands.report.headline import sentences
from ehcp_timeline.commands.report.public import published
from ehcp_timeline.commands.report.view import report_sections
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.forecast.outlook import ClearanceDay, Outlook, PathPoint
from ehcp_timeline.measure.forecast.present import WorkOrder
from ehcp_timeline.measure.forecast.request import OBSERVED
from ehcp_timeline.output.chart import BarChart
from ehcp_timeline.privacy.suppress import HIDDEN

DAY = date(2026, 6, 1)


def duty(*counts: int, deadline: str = "plan.issue") -> LateDuty:
    """Return a duty with so many overdue clocks of each age."""
    return LateDuty(deadline, "Send it", "reg 13", sum(counts), dict(zip(BANDS, counts, strict=True)), 200)


def answer(open_: int, duties: tuple[LateDuty, ...], rates: tuple[YearRate, ...] = ()) -> ReportAnswer:
    """Return a report of which only the numbers matter."""
    overdue = sum(int(one.overdue) for one in duties if one.deadline == "plan.issue")
    return ReportAnswer(
        as_at=DAY, audience="public", authority=None, threshold=5, rulebook=RulebookUsed("1", "0" * 64, ()),
        input=(), waiting=(WaitingCount(DAY, open_, overdue),), stages={"no_decision": open_}, duties=duties,
        rates=rates, not_counted=None, unclear=0, not_judged_duties=0, unread_headings=0, no_forecast=None,
        clear_at=0, policies=(), oldest=(),
        work=(), changed=None, not_judged=(), problems=(),
    )  # fmt: skip


@pytest.mark.parametrize(("overdue", "shown"), [(4, HIDDEN), (5, 5), (35, 35), (36, HIDDEN)])
def test_how_many_wait_too_long_is_hidden_where_few_do_or_few_do_not(overdue: int, shown: Any) -> None:
    """Of 40 children: 4 is too few, 5 is not; 35 leaves five in time, 36 four."""
    public = published(answer(40, (duty(overdue, 0, 0, 0),)), 5)

    assert public.waiting[-1].open == 40
    assert public.waiting[-1].overdue == shown


def test_what_is_hidden_at_the_head_is_hidden_in_the_table() -> None:
    """36 of 40 would tell that four are in time, wherever it stands."""
    public = published(answer(40, (duty(10, 10, 10, 6), duty(20, 20, 0, 0, deadline="review.annual"))), 5)

    assert public.waiting[-1].overdue == HIDDEN
    assert [one.overdue for one in public.duties] == [40, HIDDEN]
    assert list(public.duties[1].by_age.values()).count(HIDDEN) >= 1


def test_the_oldest_is_never_told_to_the_day() -> None:
    """How long one child waited stands nowhere."""
    assert [one.oldest_days for one in published(answer(100, (duty(10, 10, 10, 10),)), 5).duties] == [None]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=4, max_size=4), st.integers(0, 40))
def test_no_hidden_number_follows_from_those_that_are_shown(counts: list[int], in_time: int) -> None:
    """A row with a total never has exactly one hidden number, and no small number is shown."""
    public = published(answer(sum(counts) + in_time, (duty(*counts),)), 5)
    shown = public.duties[0]
    cells = [*shown.by_age.values(), shown.overdue]
    now = public.waiting[-1]

    assert cells.count(HIDDEN) != 1
    assert not [number for number in (*cells, now.open, now.overdue) if number in (1, 2, 3, 4)]
    assert (now.overdue == HIDDEN) == (shown.overdue == HIDDEN)
    if HIDDEN not in (now.open, now.overdue):
        assert int(now.open) - int(now.overdue) not in (1, 2, 3, 4)


def test_a_rate_is_hidden_with_its_numbers() -> None:
    """3 of 20 plans in time: the rate would tell the three."""
    rate = YearRate(2025, date(2025, 1, 1), date(2025, 12, 31), 20, 3, 15.0, None, 46.0, {})

    few, enough = published(answer(40, (), (rate, replace(rate, in_time=8, rate=40.0))), 5).rates

    assert (few.rate, few.in_time, few.plans) == (HIDDEN, HIDDEN, 20)
    assert (enough.rate, enough.in_time, enough.plans) == (40.0, 8, 20)


def test_the_order_of_duties_tells_nothing_of_hidden_numbers() -> None:
    """What is printed stands by number, what is hidden by name, whichever is larger."""
    rows = [duty(3, 0, 0, 0, deadline="b"), duty(4, 0, 0, 0, deadline="c"), duty(1, 0, 0, 0, deadline="a"),
            duty(10, 10, 0, 0, deadline="z")]  # fmt: skip

    assert [one.deadline for one in published(answer(90, tuple(rows)), 5).duties] == ["z", "a", "b", "c"]


def test_a_bar_of_hidden_ages_keeps_its_length_and_says_no_age() -> None:
    """A number is never drawn smaller because a part of it is hidden; a hidden one is not drawn."""
    duties = (
        duty(20, 3, 20, 0, deadline="a"),
        duty(6, 6, 6, 6, deadline="b"),
        duty(2, 0, 0, 0, deadline="c"),
    )

    section = next(iter(report_sections(published(answer(90, duties), 5))))

    assert isinstance(section.chart, BarChart)
    assert [parts for _, parts in section.chart.bars] == [
        (0.0, 0.0, 0.0, 0.0, 43.0),
        (6.0, 6.0, 6.0, 6.0, 0.0),
    ]
    assert section.chart.parts[4] == "age not published"


@pytest.mark.parametrize(
    ("share", "moved", "cell", "why"),
    [
        (1.0, False, "100 of 100", ", the backlog does not clear by 5 July 2027 (100 of 100 simulations)"),
        (1.0, True, "probably", "probably does not clear by 5 July 2027 (the pace has moved lately, so no "),
        (0.9, True, "90 of 100", "probably does not clear by 5 July 2027 (the pace has moved lately, so no "),
    ],
)
def test_a_pace_that_moved_makes_nothing_sure_on_a_public_page(
    share: float, moved: bool, cell: str, why: str
) -> None:
    """What the page for the board doubts, the public one doubts too, in its sentence and in its table."""
    clear = ClearanceDay(None, None, None, share)
    path = (PathPoint(date(2027, 7, 5), 60, 50, 55, 60, 80),) * 26
    outlook = Outlook(OBSERVED, WorkOrder(1.0, 0.0, 0.0), clear, None, (), path)
    asked = replace(answer(100, (duty(10, 10, 10, 10),)), policies=(outlook,), pace_moved=moved)
    public = published(asked, 5)
    (table,) = (section for section in report_sections(public) if section.caption == "Clearance dates")

    assert table.rows[0][-1] == cell
    assert ("The pace has moved lately: the last year is not a sure guide." in table.after) is moved
    assert any(why in sentence for sentence in sentences(public))


@pytest.mark.parametrize(("kept", "said"), [(5, True), (4, False)])
def test_what_the_other_stages_keep_overdue_is_said_unless_it_is_few(kept: int, said: bool) -> None:
    """The board reads the number whatever it is; the public from 5 on, and never beside a hidden number."""
    clear = ClearanceDay(None, None, None, 1.0)
    outlook = Outlook(OBSERVED, WorkOrder(1.0, 0.0, 0.0), clear, None, (), ())
    board = replace(answer(100, (duty(10, 10, 10, 10),)), policies=(outlook,), kept_overdue=("draft", kept))
    words = (
        "Recruiting at the draft stage alone cannot clear the backlog: "
        f"about {kept} stay overdue because of the other stages."
    )

    assert words in tuple(sentences(board))
    assert (words in tuple(sentences(published(board, 5)))) is said
    few = replace(board, waiting=(WaitingCount(DAY, 100, 4),), duties=(duty(4, 0, 0, 0),))
    assert words not in tuple(sentences(published(few, 5)))
