"""From one day to another, as the law counts: the only due-date arithmetic in the package.

Every function maps one date to one date. What needs two dates (the later of two limbs, readings, evidence) is
a maximum, a minimum or a comparison of such answers, and is left to the readers.
"""

from datetime import date, timedelta
from typing import Literal, get_args

from ehcp_timeline.clock import workdays
from ehcp_timeline.record import record

Kind = Literal["within", "not_before_end_of", "before", "at_least_before"]
Unit = Literal["days", "weeks", "months", "working_days"]
Counted = Literal["excluded", "included"]
Calendar = Literal["statutory", "tribunal"]
UNITS: tuple[Unit, ...] = get_args(Unit)


@record(frozen=True, slots=True)
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
    >>> apply(Count("before", month=2, day=15), date(2026, 9, 1))
    datetime.date(2026, 2, 14)
    >>> apply(Count("at_least_before", 5, "months"), date(2026, 9, 1))
    datetime.date(2026, 4, 1)
    """
    match count.kind:
        case "within":
            return last_day(count, day)
        case "not_before_end_of":
            return last_day(count, day) + workdays.ONE_DAY
        case "before":  # the last lawful day "before" (or "by") a named day in the calendar year of `day`
            named = date(day.year, count.month, count.day)
            return named if count.start_day == "included" else named - workdays.ONE_DAY
        case "at_least_before":
            return _latest_day_before(count, day)


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
            corresponding = months_on(day, count.number)
            no_such_day = corresponding.day < day.day  # 29 February: the period ends with the shorter month
            return corresponding if no_such_day else corresponding - timedelta(days=back)
        case "working_days":
            return _last_working_day(count, day)


def _last_working_day(count: Count, day: date) -> date:
    if count.number == 0:
        return day
    current = day if count.start_day == "included" else day + workdays.ONE_DAY
    left = count.number - _counts(count, current)
    while left:
        current += workdays.ONE_DAY
        left -= _counts(count, current)
    return current


def _latest_day_before(count: Count, day: date) -> date:
    """Return the last day that is at least the period before `day`."""
    match count.unit:
        case "days":
            return day - timedelta(days=count.number)
        case "weeks":
            return day - timedelta(weeks=count.number)
        case "months":
            return months_on(day, -count.number)
        case "working_days":
            left = count.number
            while left:
                day -= workdays.ONE_DAY
                left -= _counts(count, day)
            return day


def months_on(day: date, number: int) -> date:
    """Return the corresponding date of a later or earlier month, or the last day of a shorter month."""
    year, month = divmod(12 * day.year + day.month - 1 + number, 12)
    first = date(year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - workdays.ONE_DAY
    return min(first + timedelta(days=day.day - 1), last)


def _counts(count: Count, day: date) -> bool:
    if count.calendar == "tribunal" and workdays.is_tribunal_vacation(day):
        return False
    return workdays.is_working_day(day)
