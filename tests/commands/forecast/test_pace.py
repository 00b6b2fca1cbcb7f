"""A past that moved is named: breaks and trends that chance does not explain, and what the last weeks say."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ehcp_timeline.commands.forecast.sentences import pace_words, say
from ehcp_timeline.measure.forecast.backtest import TrackRecord
from ehcp_timeline.measure.forecast.caseload import Timetable
from ehcp_timeline.measure.forecast.days import Rates
from ehcp_timeline.measure.forecast.pace import (
    CRITICAL,
    PaceChange,
    comes_every_year,
    largest_change,
    pace_changes,
)
from ehcp_timeline.measure.forecast.present import present
from ehcp_timeline.measure.forecast.weeks import Drivers, draw, series
from tests.cli.command import ehcp, printed
from tests.commands.forecast.files import AS_AT, write
from tests.commands.forecast.forecasted import forecast, shown
from tests.commands.forecast.known_truth import FOUR, ONE, council, known_on

MAKE_KENT = Path(__file__).parents[3] / "examples" / "make_kent.py"


def noisy(mean: Rates, seed: int = 1) -> Rates:
    """Return counts around these means."""
    return np.random.default_rng(seed).poisson(mean).astype(np.float64)


def test_a_break_is_found_where_it_is() -> None:
    """Thirty weeks of 20 and 22 of 40: a break at week 30, not a trend."""
    means = np.repeat([20.0, 40.0], [30, 22])
    place, statistic, is_trend = largest_change(noisy(means)) or (0, 0.0, True)

    assert abs(place - 30) <= 1
    assert statistic > CRITICAL
    assert not is_trend


def test_a_trend_is_no_break() -> None:
    """Rising evenly from 10 to 50."""
    found = largest_change(noisy(np.linspace(10, 50, 52)))

    assert found is not None
    assert found[1] > CRITICAL
    assert found[2]


def test_chance_is_seldom_taken_for_a_change() -> None:
    """Of two hundred steady years of 20 a week at most six are: chance gives two."""
    named = [
        (largest_change(noisy(np.full(52, 20.0), seed)) or (0, 0.0))[1] > CRITICAL for seed in range(200)
    ]

    assert sum(named) <= 6


@pytest.mark.parametrize(("weeks", "known"), [(25, False), (26, True)])
def test_half_a_year_is_the_least_that_shows_a_change(weeks: int, *, known: bool) -> None:
    """The week before, nothing is said."""
    assert (largest_change(np.full(weeks, 10.0)) is not None) is known


def broken(path: Path) -> str:
    """Write a council with 10 requests a week; its team did 6 plans a week, and 18 from ten weeks ago on."""
    rows: list[tuple[str, date, date | None]] = []
    closed = [AS_AT - timedelta(days=7 * week) for week in range(10) for _ in range(18)]
    closed += [AS_AT - timedelta(days=7 * week) for week in range(10, 60) for _ in range(6)]
    came = sorted(AS_AT - timedelta(days=7 * week) for week in range(90) for _ in range(10))
    gone = sorted(closed)
    rows = [
        (f"C{number}", day, gone[number] if number < len(gone) else None) for number, day in enumerate(came)
    ]
    return str(write(path, rows))


def test_a_broken_past_is_named_beside_the_last_weeks(tmp_path: Path) -> None:
    """Since 24 March 2025 18 a week, before that 6; two pasts side by side, and no certainty of either."""
    path = broken(tmp_path / "cases.csv")
    answer, page = forecast(path), "\n".join(shown(path))

    (change,) = answer["pace_changes"]
    assert (change["what"], change["kind"], change["since"]) == ("plan", "break", "2025-03-24")
    assert (change["before_per_week"], change["after_per_week"]) == (6.0, 18.0)
    assert answer["recent"]["clearance"]["p50"] is not None
    assert (
        "The pace has moved: since 24 March 2025 18.0 a week left plan (request to plan), before that 6.0."
        in page
    )
    assert "the last 52 weeks" in page
    assert "the last 8 weeks" in page
    assert "100%" not in page
    assert "none of" not in page


def test_nothing_is_said_never_to_clear_where_the_pace_moved(tmp_path: Path) -> None:
    """With a change asked for, the column without it has no `never` either."""
    page = shown(broken(tmp_path / "cases.csv"), "--requests", "-10%")

    (row,) = (line for line in page if line.startswith("oldest-first "))
    assert "unchanged" in "".join(page)
    assert "never" not in row
    assert "later" in row


def test_a_steady_past_has_nothing_beside_it(council: str) -> None:
    """15 in and 17 out: no change, no second forecast."""
    answer = forecast(council)

    assert (answer["pace_changes"], answer["recent"]) == ([], None)


def test_eight_weeks_are_doubted_more_than_a_year() -> None:
    """Their mean is known from few weeks: the level of each run differs."""
    spreads = []
    for weeks in (8, 52):
        seen = np.tile([15.0, 25.0, 20.0, 20.0], 13)[:weeks]
        both = series(seen, np.ones(weeks), np.ones(104))
        drawn = draw(Drivers(both, both), 500, np.random.default_rng(2))[1]
        spreads.append(float(drawn.mean(axis=0).std()))

    assert spreads[0] > 1.2 * spreads[1] > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            PaceChange("requests", "break", date(2024, 1, 8), 20, 30.04, 20),
            "The pace has moved: since 8 January 2024 30.0 a week requests came, before that 20.0.",
        ),
        (
            PaceChange("draft", "trend", date(2023, 2, 6), 20, 40, 20),
            (
                "The pace drifts: 20.0 a week left draft (advice to draft) in the 13 weeks from 6 February "
                "2023, 40.0 lately."
            ),
        ),
    ],
)
def test_what_moved_is_said(change: PaceChange, words: str) -> None:
    """A break with its first day; a trend with both ends."""
    assert pace_words(change) == words


def test_how_past_forecasts_did_is_one_line() -> None:
    """Ten of twelve are 83%, and with 95% confidence 55 to 95%."""
    assert say("track_record", TrackRecord(12, 10, 0.552, 0.953)) == (
        "Past forecasts: at 10 of 12 month-ends no more were overdue 13 weeks on than 85 of 100 futures said"
        "; that fits 55 to 95 in 100 (95% interval), and 85 is right."
    )


@pytest.fixture(scope="module")
def kent(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """Return the county's forecast of January 2024, as data and as the page."""
    file = tmp_path_factory.mktemp("kent") / "kent.csv"
    subprocess.run([sys.executable, MAKE_KENT, file], check=True, capture_output=True)
    words = ("forecast", str(file), "--as-at", "2024-01-31", "--runs", "200")
    return json.loads(printed(ehcp(*words, "--format", "json"))), printed(ehcp(*words))


@pytest.mark.slow
def test_what_the_other_stages_keep_overdue_is_no_backlog_to_clear(kent: tuple[dict[str, Any], str]) -> None:
    """Kent, January 2024: 893 stay overdue whoever is hired for drafts, so 894 is the least that is clear."""
    answer, page = kent

    assert round(answer["now"]["unavoidable"]) == 893
    assert answer["clear_at"] == 894
    assert (
        "Recruiting at draft alone cannot clear it: about 893 stay overdue because of the other stages."
        in page
    )
    assert "100%" not in page
    assert "none of" not in page


@pytest.mark.slow
def test_oldest_first_takes_the_oldest_at_every_stage(kent: tuple[dict[str, Any], str]) -> None:
    """The oldest case is 67 weeks old; oldest first never lets it grow."""
    (oldest,) = (one for one in kent[0]["policies"] if one["policy"] == "oldest-first")

    assert max(quarter["oldest_p50"] for quarter in oldest["quarters"]) <= 67


@pytest.mark.slow
def test_the_break_of_kent_is_named(kent: tuple[dict[str, Any], str]) -> None:
    """Plans had doubled since 30 November 2023."""
    (change,) = kent[0]["pace_changes"]

    assert (change["what"], change["since"]) == ("final", "2023-11-30")
    assert (change["before_per_week"], change["after_per_week"]) == (31.4, 67.9)


def test_a_season_that_comes_every_year_is_no_break() -> None:
    """Twenty a week in spring and ten in autumn, two years running, is a season; once in two years is not."""
    season = np.tile(np.repeat([20.0, 10.0], 26), 2)
    halved = np.repeat([20.0, 10.0], [78, 26])

    assert comes_every_year(noisy(season), 52, 26)
    assert not comes_every_year(noisy(halved), 52, 26)


@pytest.mark.parametrize(("recorded", "known"), [(52, False), (67, False), (68, True)])
def test_eight_weeks_on_either_side_need_one_a_year_before(recorded: int, *, known: bool) -> None:
    """The last sixteen weeks need 68 that are recorded; a week less, and nothing is said of seasons."""
    season = np.tile(np.repeat([20.0, 10.0], [44, 8]), 2)[-recorded:]

    assert comes_every_year(season, 52, 44) is known


def named(kind: str, stages: Timetable, seed: int) -> tuple[PaceChange, ...]:
    """Return what the page of one council names as moved."""
    one = council(kind, stages, seed)
    now = present(known_on(one.work, one.day), one.day, 52)
    return pace_changes(now.long, now.past.weeks, now.pipeline.queues)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["steady", "seasonal", "bumpy"])
@pytest.mark.parametrize("stages", [ONE, FOUR])
def test_a_council_without_a_break_is_seldom_told_that_its_pace_has_moved(
    kind: str, stages: Timetable
) -> None:
    """Of a hundred with Augusts, with bad months or with neither eight at most: five, and chance."""
    assert sum(bool(named(kind, stages, seed)) for seed in range(600, 700)) <= 8


@pytest.mark.slow
@pytest.mark.parametrize("stages", [ONE, FOUR])
def test_a_true_break_is_named(stages: Timetable) -> None:
    """A team that grows by half, or loses a third, in the last half-year: eighty of a hundred at least."""
    assert sum(bool(named("breaking", stages, seed)) for seed in range(600, 700)) >= 80
