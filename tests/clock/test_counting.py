"""One date to one date: every count against arithmetic written a second time, here."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta

from ehcp_timeline.clock import Count, Counted, Unit, apply, is_bank_holiday, last_day

DAY = timedelta(days=1)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + DAY * number for number in range((last - first).days + 1))


def months_on(day: date, number: int) -> date:
    """Return the same day of a later month, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


EVERY_DAY = tuple(_days(date(1990, 1, 1), date(2060, 12, 31)))


@pytest.mark.parametrize("number", [1, 2, 3, 12])
def test_months_are_those_of_the_calendar_on_every_day(number: int) -> None:
    """From 1990 to 2060 the corresponding date of a later month is found, as by dateutil."""
    count = Count("within", number, "months")
    wrong = [
        day
        for day in EVERY_DAY
        if not last_day(count, day) == months_on(day, number) == day + relativedelta(months=number)
    ]

    assert wrong == []


@pytest.mark.parametrize("number", [3, 12])
def test_months_that_begin_with_a_day_end_before_it_comes_round(number: int) -> None:
    """From 1990 to 2060 the last day is the day before, or the end of a month that has no such day."""
    count = Count("within", number, "months", "included")
    wrong = []
    for day in EVERY_DAY:
        round_again = months_on(day, number)
        expected = round_again - DAY if round_again.day == day.day else round_again
        if last_day(count, day) != expected:
            wrong.append(day)

    assert wrong == []


def test_five_months_before_are_those_of_the_calendar_on_every_day() -> None:
    """From 1990 to 2060 "at least five months before" ends on the same date five months back."""
    count = Count("at_least_before", 5, "months")

    assert [day for day in EVERY_DAY if apply(count, day) != months_on(day, -5)] == []


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2024, 2, 28), date(2025, 2, 27)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2024, 3, 1), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 27)),
        (date(2023, 3, 1), date(2024, 2, 29)),
        (date(2024, 12, 31), date(2025, 12, 30)),
        (date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_twelve_months_starting_with_a_day(start: date, expected: date) -> None:
    """Twelve months starting with 29 February end with the February that has no such day."""
    assert last_day(Count("within", 12, "months", "included"), start) == expected


@pytest.mark.parametrize(
    ("number", "unit", "counted", "expected"),
    [
        (6, "weeks", "excluded", date(2025, 5, 14)),
        (6, "weeks", "included", date(2025, 5, 13)),
        (15, "days", "excluded", date(2025, 4, 17)),
        (15, "days", "included", date(2025, 4, 16)),
        (0, "days", "excluded", date(2025, 4, 2)),
        (2, "months", "excluded", date(2025, 6, 2)),
        (2, "months", "included", date(2025, 6, 1)),
        (15, "working_days", "excluded", date(2025, 4, 25)),
        (15, "working_days", "included", date(2025, 4, 24)),
    ],
)
def test_the_first_day_counts_only_where_the_law_begins_with_it(
    number: int, unit: Unit, counted: Counted, expected: date
) -> None:
    """From Wednesday 2 April 2025, over an Easter: "of" leaves the day out, "beginning with" counts it."""
    assert last_day(Count("within", number, unit, counted), date(2025, 4, 2)) == expected


def test_a_minimum_leads_to_the_day_after_its_last() -> None:
    """What may not be done before the end of fifteen days may be done on the next day."""
    window = Count("not_before_end_of", 15, "days", "included")

    assert apply(window, date(2024, 2, 1)) == date(2024, 2, 16)


@pytest.mark.parametrize(
    ("counted", "expected"), [("excluded", date(2026, 2, 14)), ("included", date(2026, 2, 15))]
)
def test_before_a_day_of_the_year_is_the_day_before(counted: Counted, expected: date) -> None:
    """What is due before 15 February is done by 14 February of the same calendar year; "by" allows it."""
    before = Count("before", start_day=counted, month=2, day=15)

    assert {apply(before, day) for day in _days(date(2026, 1, 1), date(2026, 12, 31))} == {expected}


def test_before_the_first_of_january_is_the_year_before() -> None:
    """The last day before 1 January is 31 December."""
    assert apply(Count("before", month=1, day=1), date(2026, 6, 1)) == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [
        (2, "weeks", date(2025, 4, 8)),
        (10, "days", date(2025, 4, 12)),
        (1, "months", date(2025, 3, 22)),
        (2, "working_days", date(2025, 4, 16)),
    ],
)
def test_at_least_before_counts_back(number: int, unit: Unit, expected: date) -> None:
    """From Tuesday 22 April 2025; two working days back cross Easter Monday and Good Friday."""
    assert apply(Count("at_least_before", number, unit), date(2025, 4, 22)) == expected


@pytest.mark.parametrize("calendar_", ["statutory", "tribunal"])
@pytest.mark.parametrize("counted", ["excluded", "included"])
def test_working_days_are_counted_one_by_one(calendar_: str, counted: Counted) -> None:
    """On every start of three years as many days count as the period has, and the last of them is one."""
    count = Count("within", 30, "working_days", counted, calendar=calendar_)  # type: ignore[arg-type]
    wrong = []
    for start in _days(date(2023, 11, 1), date(2026, 10, 31)):
        end = last_day(count, start)
        counting = [
            day
            for day in _days(start if counted == "included" else start + DAY, end)
            if day.weekday() < 5
            and not is_bank_holiday(day)
            and not (calendar_ == "tribunal" and (day.month == 8 or (day.month, day.day) >= (12, 25)))
            and not (calendar_ == "tribunal" and (day.month, day.day) == (1, 1))
        ]
        if len(counting) != 30 or counting[-1] != end:
            wrong.append(start)

    assert wrong == []


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (date(2025, 6, 30), date(2025, 9, 9)),
        (date(2025, 11, 24), date(2026, 1, 13)),
        (date(2025, 4, 28), date(2025, 6, 11)),
    ],
)
def test_thirty_working_days_of_the_tribunal(sent: date, expected: date) -> None:
    """August, 25 December to 1 January and bank holidays are not counted."""
    assert last_day(Count("within", 30, "working_days", calendar="tribunal"), sent) == expected


def test_fifteen_working_days_begin_on_monday_for_who_knew_on_saturday() -> None:
    """The day of knowing counts if it is a working day, else counting begins with the next one."""
    count = Count("within", 15, "working_days", "included")
    from_friday_to_monday = [last_day(count, date(2025, 10, day)) for day in (3, 4, 5, 6)]

    assert from_friday_to_monday == [date(2025, 10, 23), *[date(2025, 10, 24)] * 3]
