"""Yearly reviews: how many fall due and are done, and when none is overdue, by the order of work."""

from datetime import date, timedelta
from itertools import chain

import numpy as np
import pytest

from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.forecast.days import NEVER, WEEK, day_number
from ehcp_timeline.measure.forecast.present import IN_TIME_FIRST, OLDEST_FIRST
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.reviews import ReviewOutlook, Reviews, review_outlook

AS_AT = date(2025, 6, 1)
TODAY = day_number(AS_AT)
YEAR = 52
RULEBOOK = load_rulebook()
ORDERS = {"oldest-first": OLDEST_FIRST, "in-time-first": IN_TIME_FIRST}


def reviews(done: int, due: int = 10, overdue: int = 50) -> Reviews:
    """Return reviews done a week in a year, each a month late, due a week in the next, and overdue now."""
    past = ((TODAY - WEEK * week - one % WEEK, True) for week in range(YEAR) for one in range(done))
    late = ((TODAY - 1 - one % 30, False) for one in range(overdue))
    ahead = ((TODAY + WEEK * week + one % WEEK, False) for week in range(YEAR) for one in range(due))
    lines = [
        (day - 30 - 364, day - 30, day) if over else (day - 364, day, NEVER)
        for day, over in chain(past, late, ahead)
    ]
    start, due_day, closed = np.array(lines, dtype=np.int32).T
    return Reviews(start, due_day, closed, closed)


def told(of: Reviews, weeks: int = 104) -> ReviewOutlook:
    """Return their outlook."""
    found = review_outlook(of, RULEBOOK, ForecastRequest(AS_AT, 1, 200, weeks), ORDERS)
    assert found is not None
    return found


def test_what_falls_due_and_what_is_done_are_counted() -> None:
    """570 to do, 50 of them overdue; 10 a week fall due and 12 a week were done over 52 weeks."""
    found = told(reviews(12))

    assert (found.open, found.overdue, found.weeks) == (570, 50, 52)
    assert found.due_per_week == pytest.approx(10, abs=0.1)
    assert found.done_per_week == 12


def test_two_a_week_more_than_fall_due_clear_fifty_in_half_a_year() -> None:
    """Oldest first: 50 / (12 - 10) = 25 weeks. In time first gives the overdue what is over: later."""
    clear = told(reviews(12)).clearance

    assert clear["oldest-first"].p50 == AS_AT + timedelta(weeks=25)
    assert clear["in-time-first"].p50 is not None
    assert clear["in-time-first"].p50 > AS_AT + timedelta(weeks=30)
    assert set(clear) == {"oldest-first", "in-time-first", "observed"}


@pytest.mark.parametrize("done", [9, 10])
def test_as_many_due_as_done_never_clear(done: int) -> None:
    """What comes back each year keeps the overdue where they are."""
    assert told(reviews(done)).clearance["oldest-first"].never_share == 1


@pytest.mark.parametrize(("overdue", "never"), [(500, 0), (700, 1)])
def test_every_review_done_falls_due_again(overdue: int, never: int) -> None:
    """20 done and 10 due a week take 500 off in 50 weeks; 700 they do not, and then all 20 are due again."""
    found = told(reviews(20, overdue=overdue), 156).clearance["oldest-first"]

    assert found.never_share == never
    assert found.p50 == (None if never else AS_AT + timedelta(weeks=50))


@pytest.mark.parametrize(("age", "never"), [(400, 0), (1, 1)])
def test_every_new_plan_joins_in(age: int, never: int) -> None:
    """200 overdue fall by two a week; in the second year fewer are due, unless thirty plans a week are new.

    Thirty a week ceased in the past year. Plans of long ago: 12 in 42 reviews come back, and 200 are gone
    after 52 + (200 - 104) / (12 - 12 x 12 / 42) = 63 weeks. Of the day before: the next thirty will be due.
    """
    usual = reviews(12, overdue=200)
    ceased = np.array(
        [TODAY - WEEK * week - one % WEEK for week in range(YEAR) for one in range(30)], np.int32
    )
    undone = np.full(ceased.size, NEVER, dtype=np.int32)
    start = ceased - np.int32(age)
    lines = zip(
        (usual.start, usual.due, usual.done, usual.closed), (start, start + 364, undone, ceased), strict=True
    )

    clear = told(Reviews(*(np.concatenate(pair) for pair in lines)), 156).clearance["oldest-first"]

    assert clear.never_share == never
    assert never or clear.p50 == AS_AT + timedelta(weeks=63)


def test_a_file_without_reviews_done_says_nothing_of_them() -> None:
    """No decision in the past: no pace, no outlook."""
    assert review_outlook(reviews(0), RULEBOOK, ForecastRequest(AS_AT, 1, 200, 104), ORDERS) is None
