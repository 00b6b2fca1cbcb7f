"""A month without a day: the verdict at both ends of it, if that is the same; both readers alike."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_timeline.audit.bulk.cross_check import verified
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.rulebook import Rulebook
from tests.audit.bulk.made import batches_of, differences, part_of

AS_AT = date(2026, 6, 1)
RECEIVED, AGREED, ISSUED, REVIEWED = "request_received", "assess_agreed", "plan_issued", "review_decided"


def row_of(
    number: int = 2,
    case: str = "A-1",
    months: Mapping[str, date] | None = None,
    **events: date,
) -> Row:
    """Return a row with some months without a day."""
    named = months or {}
    return Row(number, case, events, unreadable=frozenset(named), months=named)


@pytest.mark.parametrize(
    ("as_at", "verdict", "due"),
    [
        (date(2026, 4, 20), "running", date(2026, 4, 20)),  # due on the last day of 20 weeks from the first
        (date(2026, 4, 21), "unknown", None),  # late from 1 December, in time from 31 December
        (date(2026, 5, 20), "unknown", None),
        (date(2026, 5, 21), "overdue", date(2026, 5, 20)),  # late from 31 December too
    ],
)
def test_the_verdict_at_both_ends_is_the_verdict(
    rulebook: Rulebook, as_at: date, verdict: str, due: date | None
) -> None:
    """A request of December 2025; 20 weeks from the 1st end on 20 April, from the 31st on 20 May."""
    workings = judge_case(rulebook, [row_of(months={RECEIVED: date(2025, 12, 1)})], as_at)

    (clock,) = (working.clock for working in workings if working.deadline.id == "plan.issue")
    assert (clock.verdict, clock.due) == (verdict, due)


@pytest.mark.parametrize(
    ("agreed", "verdict"),
    [
        (date(2026, 1, 1), "unknown"),  # 1 December to 31 January is too long, other pairs of ends are not
        (date(2026, 3, 1), "late"),
        (date(2025, 12, 1), "unknown"),  # it may lie before the request
    ],
)
def test_start_and_answer_take_every_pair_of_ends(rulebook: Rulebook, agreed: date, verdict: str) -> None:
    """Both are months without a day."""
    workings = judge_case(rulebook, [row_of(months={RECEIVED: date(2025, 12, 1), AGREED: agreed})], AS_AT)

    verdicts = {working.deadline.id: working.clock.verdict for working in workings}
    assert verdicts["assess.decide"] == verdict


def test_a_review_of_one_row_answers_that_of_another(rulebook: Rulebook) -> None:
    """From some day of March 2024 to some day of March 2025 may be more than a year; the next is overdue."""
    rows = [
        row_of(2, months={REVIEWED: date(2024, 3, 1)}, plan_issued=date(2023, 4, 3)),
        row_of(3, months={REVIEWED: date(2025, 3, 1)}),
    ]
    workings = judge_case(rulebook, rows, AS_AT)

    annual = [working.clock for working in workings if working.deadline.id == "review.annual"]
    assert [(clock.row, clock.verdict) for clock in annual] == [(2, "unknown"), (3, "overdue")]


def test_a_batch_of_which_every_row_waits_is_judged_with_the_others(rulebook: Rulebook) -> None:
    """Two batches have nothing but months; the sample of whole cases has the rows of both."""
    rows = [
        row_of(2, "A", months={REVIEWED: date(2024, 3, 1)}, plan_issued=date(2023, 4, 3)),
        row_of(3, "A", months={REVIEWED: date(2025, 3, 1)}),
    ]
    few = part_of(rulebook, "review.annual")

    assert differences(few, batches_of(rows, few, 1), AS_AT) == []
    judged = list(verified(few, batches_of(rows, few, 1), AS_AT, 20))
    assert [clocks.height for one in judged for clocks in one.clocks.values()] == [2]


DAYS = st.dates(date(2025, 9, 1), date(2026, 6, 30))
CELLS = st.dictionaries(st.sampled_from((RECEIVED, AGREED, ISSUED, REVIEWED, "withdrawn")), DAYS, max_size=4)


@pytest.mark.slow
@settings(max_examples=25)
@given(rows=st.lists(st.tuples(st.sampled_from(("A", "B")), CELLS, CELLS), min_size=1, max_size=4))
def test_both_readers_agree(
    rulebook: Rulebook, rows: list[tuple[str, dict[str, date], dict[str, date]]]
) -> None:
    """Whatever stands without a day, on whatever row, in one batch or two."""
    made = [
        row_of(
            number,
            case,
            {name: day.replace(day=1) for name, day in months.items()},
            **{name: day for name, day in events.items() if name not in months},
        )
        for number, (case, events, months) in enumerate(rows, start=2)
    ]
    few = part_of(rulebook, "assess.decide", "plan.issue", "review.annual", "review.decide")
    assert differences(few, batches_of(made, few, 2), AS_AT) == []
