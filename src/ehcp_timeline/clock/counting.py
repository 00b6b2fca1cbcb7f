"""From one day to another, as the law counts: the only due-date arithmetic in the house.

Every function maps one date to one date. What needs two dates (the later of two limbs, readings, evidence)
is a maximum, a minimum or a comparison of such answers, and is left to the readers.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal, get_args

from dateutil.relativedelta import relativedelta

from ehcp_timeline.clock import workdays

Kind = Literal["within", "not_before_end_of", "before", "at_least_before"]
Unit = Literal["days", "weeks", "months", "working_days"]
Counted = Literal["excluded", "included"]
Calendar = Literal["statutory", "tribunal"]
UNITS: tuple[Unit, ...] = get_args(Unit)


@dataclass(frozen=True, slots=True)
class Count:
    """One way to get from a day to another.

    Attributes:
        kind: `within`: the last day of a period. `not_before_end_of`: the first day after it.
            `before`: a day of the same calendar year. `at_least_before`: a period back from an event.
        number: Length of the period, in units; 0 is "at once".
        unit: Calendar days, weeks of seven calendar days, months, or working days.
        start_day: Whether the first day counts. "Within 6 weeks of" excludes it; "15 days, beginning with
            the day" includes it. For `before`: whether the named day itself is still in time.
        month: Month of the named day (`before` only).
        day: Day of the month (`before` only).
        calendar: `tribunal`: August and 25 December to 1 January are not counted either.
    """

    kind: Kind
    number: int = 0
    unit: Unit = "days"
    start_day: Counted = "excluded"
    month: int = 0
    day: int = 0
    calendar: Calendar = "statutory"


def apply(count: Count, day: date) -> date:
    """Return the day that `count` leads to from `day`.

    >>> apply(Count("within", 6, "weeks"), date(2025, 4, 2))
    datetime.date(2025, 5, 14)
    """
    match count.kind:
        case "within":
            return last_day(count, day)
        case "not_before_end_of":
            return last_day(count, day) + workdays.ONE_DAY
        case "before":
            return day_of_year(count, day)
        case "at_least_before":
            return latest_day_before(count, day)


def last_day(count: Count, day: date) -> date:
    """Return the last day of a period that starts with the event of `day`.

    Weeks and days: `day` is day zero unless the law begins "with" it. Months: the corresponding date, or
    the last day of a shorter month (Interpretation Act practice); "beginning with" ends the day before
    the corresponding date.

    >>> last_day(Count("within", 15, "days", "included"), date(2024, 2, 1))
    datetime.date(2024, 2, 15)
    >>> last_day(Count("within", 12, "months", "included"), date(2024, 3, 10))
    datetime.date(2025, 3, 9)
    >>> last_day(Count("within", 2, "months"), date(2024, 12, 31))
    datetime.date(2025, 2, 28)
    """
    back = 1 if count.start_day == "included" and count.number > 0 else 0
    match count.unit:
        case "days":
            return day + timedelta(days=count.number - back)
        case "weeks":
            return day + timedelta(days=7 * count.number - back)
        case "months":
            return _last_day_of_months(count.number, day, back)
        case "working_days":
            return _last_working_day_of(count, day)


def _last_day_of_months(number: int, day: date, back: int) -> date:
    corresponding = day + _months(number)
    no_such_day = corresponding.day < day.day  # 29 February: the period ends with the shorter month
    return corresponding if no_such_day else corresponding - timedelta(days=back)


@cache
def _months(number: int) -> relativedelta:
    return relativedelta(months=number)


def _last_working_day_of(count: Count, day: date) -> date:
    left = count.number
    current = day if count.start_day == "included" else day + workdays.ONE_DAY
    if left == 0:
        return day
    while True:
        left -= _counts(count, current)
        if left == 0:
            return current
        current += workdays.ONE_DAY


def _counts(count: Count, day: date) -> bool:
    if count.calendar == "tribunal" and workdays.is_tribunal_vacation(day):
        return False
    return workdays.is_working_day(day)


def day_of_year(count: Count, day: date) -> date:
    """Return the last lawful day "before" (or "by") a named day in the calendar year of `day`.

    >>> day_of_year(Count("before", month=2, day=15), date(2026, 9, 1))
    datetime.date(2026, 2, 14)
    """
    named = date(day.year, count.month, count.day)
    return named if count.start_day == "included" else named - workdays.ONE_DAY


def latest_day_before(count: Count, day: date) -> date:
    """Return the last day that is at least the period before `day`.

    >>> latest_day_before(Count("at_least_before", 5, "months"), date(2026, 9, 1))
    datetime.date(2026, 4, 1)
    """
    match count.unit:
        case "days":
            return day - timedelta(days=count.number)
        case "weeks":
            return day - timedelta(weeks=count.number)
        case "months":
            return day - _months(count.number)
        case "working_days":
            current, left = day, count.number
            while left:
                current -= workdays.ONE_DAY
                left -= _counts(count, current)
            return current
