"""Past forecasts see nothing of what came after them, and are scored for what they said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from ehcp_timeline.measure.forecast.backtest import (
    AHEAD,
    CLEARANCE,
    STRAIGHT_LINE,
    THROUGHPUT,
    Backtest,
    BaselineScore,
    Hit,
    Percentiles,
    Score,
    Standpoint,
    backtest,
    count_hit,
    date_hit,
    first_clear,
    month_ends,
    score,
    standpoint,
)
from ehcp_timeline.measure.forecast.caseload import Caseload, overdue_on
from ehcp_timeline.measure.forecast.days import NEVER, WEEK, Days, day_number, day_of
from ehcp_timeline.measure.forecast.pace import weeks_recorded
from ehcp_timeline.measure.forecast.present import LONGEST, present
from ehcp_timeline.measure.forecast.request import ForecastRequest
from tests.commands.forecast.known_truth import ONE, council, known_on

DAY = date(2025, 1, 31)


def file_of(day: int) -> Caseload:
    """Return what one council's file holds on a day."""
    return known_on(council("steady", ONE, 3).work, day)


@cache
def made() -> tuple[Caseload, int, Backtest]:
    """Return a council's open cases and those closed in 70 weeks, half a year after its team grew."""
    day = council("steady", ONE, 3).day - 26 * WEEK
    work = file_of(day)
    there = work.done > day - 70 * WEEK
    names = ("start", "due", "done", "issued", "ends", "measured", "excepted", "excused")
    work = replace(work, **{name: getattr(work, name)[there] for name in names})
    return work, day, backtest(work, ForecastRequest(day_of(day), seed=1))


def stood(work: Caseload, then: date, as_at: date, window: int = 52) -> tuple[Standpoint, Mapping[str, Hit]]:
    """Return what is said and what came at one past day of a file."""
    number = day_number(then)
    weeks = min(LONGEST, (day_number(as_at) - number) // WEEK)
    asked = ForecastRequest(as_at, seed=1, window=window)
    return standpoint(present(work, number, weeks, asked), 500)


def paced(work: Caseload, then: int, window: int = 52) -> float:
    """Return how many cases were finished a week in so many weeks before a day."""
    return np.count_nonzero((work.done > then - window * WEEK) & (work.done <= then)) / window


def test_it_stands_at_the_ends_of_months_that_have_a_quarter_ahead() -> None:
    """Rising month-ends, each with thirteen weeks or more of closures behind it and to the as-at date."""
    _, day, found = made()
    days = [one.day for one in found.standpoints]

    assert len(days) == 10
    assert days == sorted(days)
    assert {one for one in month_ends(day_of(day)) if one >= days[0]} - set(days) == {
        one for one in month_ends(day_of(day)) if day - day_number(one) < 13 * WEEK
    }


def test_what_came_is_what_the_file_says() -> None:
    """Overdue then, overdue 13 and 26 weeks on, and the week in which it was clear."""
    work, day, found = made()

    for one in found.standpoints:
        then = day_number(one.day)
        assert one.overdue == overdue_on(work, then)
        again, hits = stood(work, one.day, day_of(day))
        assert again == one
        assert set(hits) == {
            CLEARANCE, *(f"overdue_{ahead}_weeks" for ahead in AHEAD if ahead <= (day - then) // WEEK),
        }  # fmt: skip
        for ahead in AHEAD:
            if f"overdue_{ahead}_weeks" in hits:
                came = overdue_on(work, then + ahead * WEEK)
                pace = paced(work, then, min(52, weeks_recorded(work, then)))
                left = max(0.0, one.overdue - ahead * pace)
                assert hits[f"overdue_{ahead}_weeks"][1][2] == pytest.approx((left - came) / pace)


def test_a_past_forecast_knows_nothing_of_what_came() -> None:
    """Had nothing been done since, and no request come, it would have said the same."""
    work, day, found = made()
    stands = found.standpoints[len(found.standpoints) // 2]
    known = known_on(work, day_number(stands.day))

    (one, hits), (other, others) = (stood(file, stands.day, day_of(day)) for file in (work, known))

    assert replace(other, actual_weeks=None) == replace(one, actual_weeks=None)
    for ahead in AHEAD:
        mine, rivals = hits[f"overdue_{ahead}_weeks"][1], others[f"overdue_{ahead}_weeks"][1]
        # what was said differs by as much from one way to the other, what came does not
        assert np.diff(mine) == pytest.approx(np.diff(rivals))
        assert mine[0] != rivals[0]


def test_the_same_seed_scores_the_same() -> None:
    """Two backtests of one file are one."""
    work, day, found = made()

    assert backtest(work, ForecastRequest(day_of(day), seed=1)) == found


@pytest.mark.parametrize("window", [13, 52])
def test_the_pace_is_that_of_the_weeks_asked_for(window: int) -> None:
    """Cases finished in so many weeks before the standpoint, a week."""
    work, day, _ = made()
    asked = ForecastRequest(day_of(day), seed=1, window=window)
    (point, *_) = backtest(work, asked).standpoints[-1:]
    then = day_number(point.day)
    pace = paced(work, then, window)
    came = overdue_on(work, then + 13 * WEEK)

    _, hits = stood(work, point.day, day_of(day), window)

    left = max(0.0, point.overdue - 13 * pace)
    assert hits["overdue_13_weeks"][1][2] == pytest.approx((left - came) / pace)


def test_a_file_without_a_past_is_not_scored() -> None:
    """No month had thirteen weeks of closures behind it: nothing is forecast, nothing scored."""
    work = replace(file_of(council("steady", ONE, 3).day), done=np.full(1, NEVER, dtype=np.int32))

    assert backtest(replace(work, start=days(1), due=days(2)), ForecastRequest(DAY)).standpoints == ()


def days(*numbers: int) -> Days:
    """Return day numbers as an array."""
    return np.array(numbers, dtype=np.int32)


@pytest.mark.parametrize(("clear_at", "week"), [(2, 1), (1, 2), (0, 3)])
def test_clear_is_the_first_week_at_whose_end_few_enough_are_overdue(clear_at: int, week: int) -> None:
    """Three overdue cases closed on the seventh, the fourteenth and the fifteenth day."""
    work = file_of(council("steady", ONE, 3).day)
    due, done = days(90, 90, 90), days(107, 114, 115)
    three = replace(work, start=days(0, 0, 0), due=due, done=done, excused=work.excused[:3])

    assert first_clear(three, 100, 3, clear_at) == week
    assert first_clear(three, 100, 2, 0) is None


def clearance(*told: tuple[tuple[int | None, ...], int | None], line: float | None = 20.0) -> Score:
    """Return the score of clearance weeks and what came, forty weeks before the as-at date.

    The straight line says week 20, the throughput week 10.
    """
    return score(CLEARANCE, [date_hit(said, came, (line, 10.0), 40) for said, came in told])


def test_a_date_holds_on_its_day_and_not_the_week_before() -> None:
    """Clear in week 20: a forecast of week 20 or 21 held, one of week 19 did not."""
    found = clearance(*(((week, week, week), 20) for week in (19, 20, 21)))

    assert found.judged == Percentiles(3, 3, 3)
    assert found.coverage == Percentiles(0.667, 0.667, 0.667)
    assert (found.bias_weeks, found.error_weeks) == (0.0, 0.67)


def test_a_date_that_lies_ahead_is_not_judged() -> None:
    """P85 and P95 beyond the as-at date do not count; a P50 in the past did not hold."""
    found = clearance(((30, None, None), None))

    assert found.judged == Percentiles(1, 0, 0)
    assert found.coverage == Percentiles(0.0, None, None)
    assert found.error_weeks is None
    assert found.beats_baselines is None


def test_baselines_stand_at_the_same_points() -> None:
    """Clear in week 18: the median said 19, the line 20, the backlog over throughput 10."""
    found = clearance(((19, 25, 30), 18))

    assert (found.bias_weeks, found.error_weeks) == (1.0, 1.0)
    assert found.baselines == (BaselineScore(STRAIGHT_LINE, 2.0, 2.0), BaselineScore(THROUGHPUT, -8.0, 8.0))
    assert found.beats_baselines is True


@pytest.mark.parametrize(("median", "beats"), [(11, True), (12, False), (13, False)])
def test_a_forecast_that_is_no_better_than_a_baseline_does_not_beat_it(median: int, beats: bool) -> None:
    """Clear in week 10, the line says 12: one week off beats it, two weeks off does not."""
    found = score(CLEARANCE, [date_hit((median, 30, 35), 10, (12.0, 40.0), 40)])

    assert found.beats_baselines is beats


def test_a_baseline_that_never_clears_is_taken_to_say_the_last_week() -> None:
    """Never is 40 weeks here, where the as-at date lies: 22 off, not without end."""
    found = clearance(((19, 25, 30), 18), line=None)

    assert found.baselines[0] == BaselineScore(STRAIGHT_LINE, 22.0, 22.0)


def test_counts_ahead_are_scored_in_weeks_of_work() -> None:
    """80 came where 90 was the median, 60 the line and 0 the throughput's: 1, 2 and 8 weeks of ten a week."""
    found = score("overdue_13_weeks", [count_hit((90, 120, 130), 80, (60.0, 0.0), 10.0)])

    assert found.what == "overdue_13_weeks"
    assert (found.judged, found.coverage) == (Percentiles(1, 1, 1), Percentiles(1.0, 1.0, 1.0))
    assert (found.bias_weeks, found.error_weeks) == (1.0, 1.0)
    assert [one.bias_weeks for one in found.baselines] == [-2.0, -8.0]


@pytest.mark.parametrize(("came", "held"), [(89, 1.0), (90, 1.0), (91, 0.0)])
def test_a_count_holds_up_to_its_percentile(came: int, held: float) -> None:
    """No more than was said holds; one more does not."""
    found = score("overdue_13_weeks", [count_hit((90, 120, 130), came, (60.0, 0.0), 10.0)])

    assert found.coverage.p50 == held
