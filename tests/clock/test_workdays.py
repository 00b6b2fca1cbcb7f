"""Working days against GOV.UK's own list, against the holidays package, and the Tribunal's own calendar."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from ehcp_timeline.clock import (
    announced_until,
    is_bank_holiday,
    is_tribunal_vacation,
    is_working_day,
    last_working_day,
    next_working_day,
    roll_for_tribunal,
)

LIST = Path(__file__).parents[1] / "data" / "bank-holidays-england-and-wales-2012-2028.json"


def _every_day(first: int, last: int) -> Iterator[date]:
    start = date(first, 1, 1)
    return (start + timedelta(days=number) for number in range((date(last, 12, 31) - start).days + 1))


def test_every_day_of_2012_to_2028_is_what_gov_uk_says() -> None:
    """The list holds every bank holiday that GOV.UK published, and no other."""
    events = json.loads(LIST.read_text(encoding="utf-8"))["england-and-wales"]["events"]
    published = {date.fromisoformat(event["date"]) for event in events}

    assert [day for day in _every_day(2012, 2028) if is_bank_holiday(day) != (day in published)] == []


def test_every_day_of_1995_to_2030_is_what_the_package_says() -> None:
    """List and package agree on every working day of the list; beyond it the package is asked."""
    package = holidays.country_holidays("GB", subdiv="ENG", years=range(1995, 2031))

    wrong = [
        day
        for day in _every_day(1995, 2030)
        if is_working_day(day) != (day.weekday() < 5 and day not in package)
    ]

    assert wrong == []


def test_a_working_day_is_no_weekend_and_no_bank_holiday() -> None:
    """Of 2025, 104 days are weekends and 8 bank holidays, none of them on a weekend."""
    working = [day for day in _every_day(2025, 2025) if is_working_day(day)]

    assert len(working) == 365 - 104 - 8
    assert all(day.weekday() < 5 and not is_bank_holiday(day) for day in working)


def test_the_days_of_one_year_only() -> None:
    """Bank holidays that stood once or were moved: the Jubilee, the Coronation, VE Day, a state funeral."""
    once = [date(2022, 6, 2), date(2022, 6, 3), date(2023, 5, 8), date(2020, 5, 8), date(2022, 9, 19)]

    assert [is_bank_holiday(day) for day in once] == [True] * 5
    assert not is_bank_holiday(date(2020, 5, 4))


def test_what_has_been_announced_ends_with_the_list() -> None:
    """Bank holidays are known to the end of 2028."""
    assert announced_until() == date(2028, 12, 31)


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2025, 5, 23), date(2025, 5, 23), date(2025, 5, 23)),
        (date(2025, 5, 24), date(2025, 5, 23), date(2025, 5, 27)),
        (date(2025, 5, 26), date(2025, 5, 23), date(2025, 5, 27)),
        (date(2025, 5, 27), date(2025, 5, 27), date(2025, 5, 27)),
        (date(2025, 4, 18), date(2025, 4, 17), date(2025, 4, 22)),
        (date(2025, 12, 27), date(2025, 12, 24), date(2025, 12, 29)),
        (date(2022, 1, 3), date(2021, 12, 31), date(2022, 1, 4)),
    ],
)
def test_the_nearest_working_day(day: date, before: date, after: date) -> None:
    """The last working day on or before a day, and the first on or after it, across weekends and holidays."""
    assert (last_working_day(day), next_working_day(day)) == (before, after)


def test_the_tribunals_vacation() -> None:
    """August and 25 December to 1 January, and no other day of the year."""
    found = [day for day in _every_day(2025, 2025) if is_tribunal_vacation(day)]

    assert found == [
        date(2025, 1, 1),
        *(date(2025, 8, day) for day in range(1, 32)),
        *(date(2025, 12, day) for day in range(25, 32)),
    ]


@pytest.mark.parametrize(
    ("ends", "rolled"),
    [
        (date(2025, 7, 31), date(2025, 7, 31)),
        (date(2025, 8, 1), date(2025, 9, 1)),
        (date(2025, 8, 31), date(2025, 9, 1)),
        (date(2024, 8, 15), date(2024, 9, 2)),
        (date(2024, 9, 1), date(2024, 9, 2)),
        (date(2025, 12, 24), date(2025, 12, 24)),
        (date(2025, 12, 25), date(2026, 1, 2)),
        (date(2026, 1, 1), date(2026, 1, 2)),
        (date(2026, 1, 2), date(2026, 1, 2)),
        (date(2020, 12, 27), date(2021, 1, 4)),
        (date(2025, 7, 26), date(2025, 7, 28)),
        (date(2025, 5, 5), date(2025, 5, 6)),
        (date(2025, 4, 18), date(2025, 4, 22)),
        (date(2022, 7, 30), date(2022, 8, 1)),
        (date(2022, 7, 31), date(2022, 8, 1)),
        (date(2022, 12, 24), date(2022, 12, 28)),
    ],
)
def test_a_last_day_for_appealing_rolls(ends: date, rolled: date) -> None:
    """Vacation days roll to the first working day after the vacation, other days to the next working day."""
    assert roll_for_tribunal(ends) == rolled
