"""What the runs come to: percentiles that are dates or none, quarters, rates with and without exceptions."""

from datetime import date, timedelta

import numpy as np
import pytest

from ehcp_timeline.measure.forecast.caseload import Caseload
from ehcp_timeline.measure.forecast.days import day_number
from ehcp_timeline.measure.forecast.outlook import (
    clear_week,
    clearance,
    exceptions,
    moments_kept,
    outlook,
    quarters_ahead,
    without_exceptions,
)
from ehcp_timeline.measure.forecast.present import OLDEST_FIRST
from ehcp_timeline.measure.forecast.simulate import Kept
from ehcp_timeline.measure.forecast.weeks import Spread
from tests.commands.forecast.known_truth import ONE

DAY = date(2025, 1, 1)


def spread(*numbers: int) -> Spread:
    """Return how often these numbers came up."""
    found = Spread()
    found.add(np.array(numbers, dtype=np.int64))
    return found


def test_a_percentile_is_the_day_by_which_so_many_runs_are_clear() -> None:
    """Of a hundred runs clear in weeks 1 to 100, half are clear after 50 weeks, 85 after 85."""
    found = clearance(spread(*range(1, 101)), DAY, 100)

    assert found.p50 == DAY + timedelta(weeks=50)
    assert found.p85 == DAY + timedelta(weeks=85)
    assert found.p95 == DAY + timedelta(weeks=95)
    assert found.never_share == 0


@pytest.mark.parametrize(("clear", "dates"), [(85, 2), (84, 1), (50, 1), (49, 0)])
def test_a_run_that_never_clears_is_later_than_any_date(clear: int, dates: int) -> None:
    """So many of a hundred runs are clear: 85 make a P85, 84 do not; 50 make a P50, 49 do not."""
    found = clearance(spread(*[5] * clear, *[11] * (100 - clear)), DAY, 10)

    assert [found.p50, found.p85, found.p95] == [DAY + timedelta(weeks=5)] * dates + [None] * (3 - dates)
    assert found.never_share == (100 - clear) / 100


def test_the_last_week_of_the_horizon_is_a_date_and_the_next_is_not() -> None:
    """Clear in week 10 of 10 is a date; week 11 is never."""
    assert clear_week(spread(10), 50, 10) == 10
    assert clear_week(spread(11), 50, 10) is None


def test_memory_is_that_of_the_largest_number() -> None:
    """A million runs are kept as eleven counts."""
    found = Spread()
    for _ in range(10):
        found.add(np.arange(100_000) % 11)

    assert (len(found), found.counts.size) == (1_000_000, 11)


def test_quarters_end_with_the_last_week_inside_them() -> None:
    """From 20 March: one week ends in March, thirteen in April to June."""
    quarters = quarters_ahead(day_number(date(2025, 3, 20)), 20)

    assert quarters == ("2025-Q1", *("2025-Q2",) * 13, *("2025-Q3",) * 6)
    assert sorted(moments_kept(quarters)) == [1, 4, 8, 12, 14, 16, 20]


def test_without_exceptions_leaves_out_the_plans_that_claim_one() -> None:
    """Of 100 plans 60 are in time; a tenth of these and half of the late claim an exception: 54 of 74."""
    assert without_exceptions(0.6, 0.1, 0.5) == pytest.approx(54 / 74)
    assert without_exceptions(0.6, 0, 0) == pytest.approx(0.6)
    assert without_exceptions(0.6, 0, 1) == 1
    assert without_exceptions(0.6, 1, 1) == 0.6


def work(*, known: bool) -> Caseload:
    """Return four plans of a year, two in time, two late, one of these an exception; and one a day older."""
    today = day_number(DAY)
    done = np.array([today, today - 7, today - 14, today - 363, today - 364], dtype=np.int32)
    due = done + np.array([0, 0, -1, -1, -1], dtype=np.int32)
    flags = np.ones(5, dtype=np.bool_)
    excepted = np.array([False, False, True, False, True])
    return Caseload(
        DAY,
        ONE,
        done - 200,
        due,
        done,
        flags,
        done[:, None],
        flags[:, None],
        excepted,
        ~flags,
        exceptions_known=known,
    )


def test_exceptions_are_those_of_the_weeks_behind() -> None:
    """None of the plans in time, half of the late; a plan of the year before does not count."""
    assert exceptions(work(known=True), day_number(DAY), 52) == (0.0, 0.5)


def test_a_file_without_a_column_for_exceptions_cannot_say() -> None:
    """No column is not the same as no exception."""
    assert exceptions(work(known=False), day_number(DAY), 52) is None


def test_a_quarter_tells_the_middle_run_and_its_range() -> None:
    """Rates in percent to a decimal; a quarter in which no run issued a plan has none."""
    moment = {
        "open": spread(90, 100, 110), "overdue": spread(10, 20, 30),
        "oldest": spread(25, 30, 60), "over_52": spread(0, 1, 5),
    }  # fmt: skip
    kept = Kept(
        spread(1, 1, 3), {2: moment, 4: moment}, {"2025-Q1": spread(500, 612, 700), "2025-Q2": Spread()}
    )

    quarters = ("2025-Q1", "2025-Q1", "2025-Q2", "2025-Q2")
    found = outlook("x", OLDEST_FIRST, kept, quarters, DAY, None)
    first, second = found.quarters

    assert (first.quarter, first.weeks, first.rate_p15, first.rate, first.rate_p85) == (
        "2025-Q1", 2, 50.0, 61.2, 70.0,
    )  # fmt: skip
    assert (first.overdue_p50, first.oldest_p50, first.over_52_p50) == (20, 30, 1)
    assert (first.overdue_p85, first.oldest_p85, first.over_52_p85) == (30, 60, 5)
    assert (first.rate_ex, second.rate, second.rate_ex) == (None, None, None)
    assert [(one.week_ending, one.overdue_p50) for one in found.path] == [(DAY + timedelta(weeks=4), 20)]
    assert found.clearance.p50 == DAY + timedelta(weeks=1)
