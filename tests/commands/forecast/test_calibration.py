"""The forecast keeps its word on councils whose future is known; `benchmarks/` makes the larger table."""

from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from ehcp_timeline.measure.forecast.caseload import Caseload, Timetable
from ehcp_timeline.measure.forecast.days import Days, day_of
from ehcp_timeline.measure.forecast.weeks import PERCENTS
from tests.commands.forecast.files import work_in, write_work
from tests.commands.forecast.forecasts_held import Result, result
from tests.commands.forecast.known_truth import FOUR, ONE, council, known_on

KINDS = ("steady", "seasonal", "bumpy")
EACH, RUNS, HORIZON = 16, 150, 260


@cache
def results() -> tuple[Result, ...]:
    """Return one forecast of each of 96 councils."""
    found = (
        result(council(kind, stages, seed), RUNS, seed, HORIZON)
        for kind in KINDS
        for stages in (ONE, FOUR)
        for seed in range(500, 500 + EACH)
    )
    return tuple(one for one in found if one is not None)


@pytest.mark.slow
@pytest.mark.parametrize("percent", PERCENTS)
def test_a_percentile_holds_as_often_as_it_says(percent: int) -> None:
    """Of the P50 dates half hold, of the P85 dates 85%, of the P95 dates 95%, to two standard errors."""
    share, held = percent / 100, [one.held(PERCENTS.index(percent)) for one in results()]

    assert len(held) > 90
    assert sum(held) / len(held) == pytest.approx(share, abs=2 * sqrt(share * (1 - share) / len(held)))


@pytest.mark.slow
def test_the_median_is_nearer_than_both_baselines() -> None:
    """Less than half the error of the straight line, and of the backlog over mean throughput."""
    known = [one for one in results() if one.actual is not None and one.weeks[0] <= HORIZON]
    said = [[one.weeks[0], one.line or HORIZON, one.throughput or HORIZON] for one in known]
    off = np.minimum(np.array(said), HORIZON) - np.array([[one.actual] for one in known])

    mine, line, throughput = np.abs(off).mean(axis=0)

    assert 2 * mine < min(line, throughput)


@pytest.mark.parametrize("stages", [ONE, FOUR])
def test_a_case_file_says_what_its_council_did(stages: Timetable, tmp_path: Path) -> None:
    """The way through a file, its reader and the law loses nothing that the forecast is made from."""
    one = council("steady", stages, 7)
    truth = known_on(one.work, one.day)

    read = work_in(write_work(tmp_path / "council.csv", truth), day_of(one.day))

    assert read.timetable == stages
    assert days_in(read) == days_in(truth)


def days_in(work: Caseload) -> list[list[int]]:
    """Return every day of every assessment."""
    columns: list[Days] = [work.start, work.due, work.done, *work.ends.T]
    days: list[list[int]] = np.stack(columns, axis=1).tolist()
    return days
