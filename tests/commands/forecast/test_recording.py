"""What is kept of a week: ages and overdue to the day, quarters to the week."""

import numpy as np
import pytest

from ehcp_timeline.measure.forecast.caseload import week_overdue
from ehcp_timeline.measure.forecast.days import day_number
from ehcp_timeline.measure.forecast.present import OLDEST_FIRST, Pipeline, SimulatedStage
from ehcp_timeline.measure.forecast.simulate import Kept, Plan, run
from ehcp_timeline.measure.forecast.weeks import Drivers, series
from ehcp_timeline.measure.pace import percentile
from tests.commands.forecast.files import AS_AT

TODAY = day_number(AS_AT)


def kept(ages: list[int], plan: Plan, weeks: int = 4, capacity: float = 0) -> Kept:
    """Return what is kept of cases of so many days today, to which none come; so many a week are done."""
    due = week_overdue(np.array([TODAY - age + 140 for age in ages], dtype=np.int32), TODAY)
    rows = np.union1d(due, np.arange(21, 22 + weeks)).astype(np.int32)
    in_hand = tuple((0, 1, int(np.searchsorted(rows, week)), 1) for week in due.tolist())
    none, some = (series(np.full(20, rate), np.ones(20), np.ones(weeks)) for rate in (0.0, capacity))
    step = SimulatedStage("plan", 1, 0.5, 1.0)
    line = Pipeline((step,), 0, weeks, 20, rows, in_hand, Drivers(none, some))
    return run(line, {"x": OLDEST_FIRST}, plan, 100, 1)["x"]


@pytest.mark.parametrize(("age", "over"), [(356, 0), (357, 0), (358, 1), (400, 1)])
def test_a_family_past_52_weeks_has_waited_a_day_more_than_364(age: int, over: int) -> None:
    """A week on, 357 days are 364 and not more than 52 weeks; 358 are 365 and more."""
    moment = kept([age], Plan(moments=frozenset({1}))).moments[1]

    assert percentile(moment["over_52"], 50) == over
    assert percentile(moment["open"], 50) == 1


@pytest.mark.parametrize(("age", "overdue"), [(133, 0), (134, 1), (141, 1)])
def test_a_case_is_overdue_the_day_after_its_due_day(age: int, overdue: int) -> None:
    """A week on, 133 days are 140 and due that day; 134 are 141 and overdue."""
    assert percentile(kept([age], Plan(moments=frozenset({1}))).moments[1]["overdue"], 50) == overdue


@pytest.mark.parametrize(("age", "weeks"), [(1, 1), (6, 1), (7, 1), (8, 2), (363, 52), (365, 53)])
def test_the_oldest_case_is_told_in_whole_weeks(age: int, weeks: int) -> None:
    """A week on; cases of one due week are alike, so a day that fills a week counts with those before it."""
    plan = Plan(moments=frozenset({1}))

    assert percentile(kept([age], plan).moments[1]["oldest"], 50) == weeks
    assert percentile(kept([age], plan, capacity=1).moments[1]["oldest"], 50) == 0


def test_a_quarter_counts_the_plans_of_its_weeks() -> None:
    """Two late plans in the first two weeks, two in time in the last two: nought, then a thousand of them."""
    found = kept([200, 190, 30, 20], Plan(quarters=("a", "a", "b", "b")), capacity=1)

    assert [percentile(rate, 50) for rate in found.rates.values()] == [0, 1000]
    assert percentile(found.cleared, 50) == 2


def test_no_more_than_the_number_asked_for_is_clear() -> None:
    """Three overdue, one done a week: clear at two after a week, at one after two, at none after three."""
    weeks = [
        percentile(kept([200, 190, 180], Plan(clear_at=number), capacity=1).cleared, 50)
        for number in (2, 1, 0)
    ]

    assert weeks == [1, 2, 3]
