"""What is said beside a forecast: the straight line of check, the seasons, the last day of the file."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ehcp_timeline.measure.counts import clearance
from ehcp_timeline.measure.forecast.behind import season_lines
from ehcp_timeline.measure.forecast.days import day_number
from ehcp_timeline.measure.forecast.present import Present, present
from ehcp_timeline.measure.terms import SchoolDays
from tests.cli.command import ehcp, printed
from tests.commands.forecast.files import AS_AT, work_in, write
from tests.commands.forecast.forecasted import forecast

Rows = list[tuple[str, date, date | None]]


def _now(folder: Path, rows: Rows) -> Present:
    return present(work_in(write(folder / "c.csv", rows), AS_AT), day_number(AS_AT), 60)


def _days(number: int) -> date:
    return AS_AT - timedelta(days=number)


def _line(folder: Path, rows: Rows) -> tuple[int, float, float, date | None]:
    found = forecast(str(write(folder / "c.csv", rows)))["history"]["checked"]
    clear = found["date"] and date.fromisoformat(found["date"])
    return found["overdue_plans"], found["arrivals_per_week"], found["completions_per_week"], clear


def test_the_straight_line_counts_what_became_overdue_and_what_was_cleared(tmp_path: Path) -> None:
    """One overdue before the 13 weeks, 13 that became so within them, 26 that were cleared within them."""
    rows: Rows = [("OLD", _days(400), None)]
    rows += [(f"B{week}", _days(147 + 7 * week), None) for week in range(13)]
    rows += [(f"C{place}", _days(500), _days(3 * place)) for place in range(26)]

    assert _line(tmp_path, rows) == (14, 1.0, 2.0, clearance(14, 13, 26, AS_AT).date)


@pytest.mark.parametrize(("days", "became"), [(140, 0), (141, 1), (231, 1), (232, 0)])
def test_a_plan_becomes_overdue_on_the_day_after_its_due_day(tmp_path: Path, days: int, became: int) -> None:
    """Due today it is not overdue; due 91 days ago it is among those of the 13 weeks, 92 days ago not."""
    _, arrivals, _, _ = _line(tmp_path, [("A", _days(days), None)])

    assert round(13 * arrivals) == became


def test_a_plan_that_was_in_time_is_no_part_of_the_line(tmp_path: Path) -> None:
    """Issued on its due day it never was overdue; a day later it was, for a day."""
    in_time, late = ("A", _days(150), _days(10)), ("A", _days(150), _days(9))

    assert _line(tmp_path, [in_time]) == (0, 0.0, 0.0, AS_AT)
    assert _line(tmp_path, [late])[1:3] == (0.08, 0.08)


def test_the_line_is_that_of_check_of_several_files(stages: str, council: str) -> None:
    """Plans with an exception that is claimed, in time, late and overdue, in two files of other columns."""
    run = ehcp("check", stages, council, "--as-at", AS_AT.isoformat(), "--format", "json")

    checked = json.loads(printed(run))["summary"]["clearance"]
    assert checked["overdue_plans"] > 200
    assert forecast(stages, council)["history"]["checked"] == checked


def test_seasons_tell_what_was_seen_of_them(tmp_path: Path) -> None:
    """Two a day but none in August: the share is told, and how many such weeks were seen."""
    came = [_days(day) for day in range(364)]
    rows: Rows = [
        (f"S{place}", day - timedelta(days=100), day)
        for place, day in enumerate(day for day in came for _ in range(0 if day.month == 8 else 2))
    ]
    august, christmas = season_lines(_now(tmp_path, rows))

    assert (august.kind, christmas.kind) == ("august", "christmas")
    assert august.weeks_seen in (4, 5)
    assert august.completions < 0.3
    assert christmas.completions == pytest.approx(1, abs=0.1)


def test_a_season_that_was_never_seen_is_told_with_no_weeks(tmp_path: Path) -> None:
    """Twenty weeks that end on 1 June hold no August and a new year: the first is taken as ordinary."""
    rows: Rows = [(f"S{day}", _days(day + 100), _days(day)) for day in range(139)]
    found = {one.kind: one for one in season_lines(_now(tmp_path, rows))}

    assert (found["august"].weeks_seen, found["august"].requests, found["august"].completions) == (
        0,
        1.0,
        1.0,
    )


def test_school_holidays_ahead_are_a_season_of_their_own(tmp_path: Path) -> None:
    """Only where somebody said when schools are closed."""
    now = _now(tmp_path, [(f"S{day}", _days(day + 100), _days(day)) for day in range(300)])
    half_term = SchoolDays("x", date(2025, 10, 27), date(2025, 10, 31))

    assert [one.kind for one in season_lines(now)] == ["august", "christmas"]
    assert [
        one.kind for one in season_lines(replace(now, asked=replace(now.asked, closures=(half_term,))))
    ] == ["august", "christmas", "school holiday"]


def test_the_last_day_of_a_file_is_that_on_which_anything_happened(tmp_path: Path) -> None:
    """A request, or a plan, whichever came last; what lies after the day asked about does not count."""
    rows: Rows = [
        ("A", _days(200), _days(30)),
        ("B", _days(40), None),
        ("C", _days(300), AS_AT + timedelta(1)),
    ]

    assert work_in(write(tmp_path / "c.csv", rows), AS_AT).newest == _days(30)
    assert work_in(write(tmp_path / "d.csv", []), AS_AT).newest is None
