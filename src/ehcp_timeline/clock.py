"""Dates without law: working days, and the only due-date arithmetic in the package."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from functools import cache
from typing import Literal, get_args

from ehcp_timeline.inputs import shipped
from ehcp_timeline.record import record, replace

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@record(frozen=True, slots=True)
class _Supposed:
    """Days that are taken as bank holidays, and days that are not, whatever the list says."""

    added: frozenset[date] = frozenset()
    left_out: frozenset[date] = frozenset()


_NOTHING = _Supposed()
_supposed: ContextVar[_Supposed] = ContextVar("supposed", default=_NOTHING)


@contextmanager
def supposing(*, added: Iterable[date] = (), left_out: Iterable[date] = ()) -> Iterator[None]:
    """Take some days as bank holidays and others as none, inside the block.

    The supposition belongs to the block and its thread of control, and ends with the block. Of nested blocks
    only the innermost counts.

    >>> with supposing(added=[date(2025, 5, 27)]):
    ...     is_working_day(date(2025, 5, 27))
    False
    >>> is_working_day(date(2025, 5, 27))
    True
    """
    before = _supposed.set(_Supposed(frozenset(added), frozenset(left_out)))
    try:
        yield
    finally:
        _supposed.reset(before)


@cache
def _listed() -> tuple[frozenset[date], int, int]:
    table = shipped("rulebook/bank-holidays.toml")
    days = frozenset(entry["date"] for entry in table["holiday"])
    return days, table["first_year"], table["last_year"]


@cache
def _asked(year: int) -> frozenset[date]:
    import holidays  # loads some 250 modules, so only for a year that the list does not hold

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def announced_until() -> date:
    """Return the last day whose bank holidays have been announced."""
    return date(_listed()[2], 12, 31)


def is_bank_holiday(day: date) -> bool:
    """Return whether `day` is a bank holiday in England.

    >>> is_bank_holiday(date(2025, 5, 26))
    True
    """
    supposed = _supposed.get()
    if supposed is not _NOTHING and day in supposed.added | supposed.left_out:
        return day in supposed.added
    days, first, last = _listed()
    if first <= day.year <= last:
        return day in days
    return day in _asked(day.year)


def is_weekend(day: date) -> bool:
    """Return whether `day` is a Saturday or a Sunday."""
    return day.weekday() >= SATURDAY


def is_working_day(day: date) -> bool:
    """Return whether `day` is a working day under the SEND Regulations.

    >>> [is_working_day(date(2025, 5, day)) for day in (23, 24, 25, 26, 27)]
    [True, False, False, False, True]
    """
    return not is_weekend(day) and not is_bank_holiday(day)


def last_working_day(day: date) -> date:
    """Return the last working day on or before `day`.

    >>> last_working_day(date(2025, 5, 26))
    datetime.date(2025, 5, 23)
    """
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def next_working_day(day: date) -> date:
    """Return the first working day on or after `day`.

    >>> next_working_day(date(2025, 12, 25))
    datetime.date(2025, 12, 29)
    """
    while not is_working_day(day):
        day += ONE_DAY
    return day


def is_tribunal_vacation(day: date) -> bool:
    """Return whether `day` is in August or from 25 December to 1 January (HESC Rules, rule 12(3)).

    >>> [is_tribunal_vacation(date(2026, 1, day)) for day in (1, 2)]
    [True, False]
    """
    return day.month == 8 or (day.month, day.day) >= (12, 25) or (day.month, day.day) == (1, 1)


def roll_first_lawful_day(day: date) -> date:
    """Return the day after the last day before `day`, rolled as the Tribunal Rules allow.

    >>> roll_first_lawful_day(date(2026, 5, 3)), roll_first_lawful_day(date(2026, 8, 11))
    (datetime.date(2026, 5, 6), datetime.date(2026, 9, 2))
    """
    return roll_for_tribunal(day - ONE_DAY) + ONE_DAY


def roll_for_tribunal(day: date) -> date:
    """Move a last day for starting an appeal to the day the Tribunal Rules allow.

    A day in August or from 25 December to 1 January becomes the first working day after 31 August or
    1 January; any other day that is not a working day becomes the next one (rule 12(2) and (3)(a)). The
    time that ends on the last weekend of July does not end in August: its next working day may lie there.

    >>> roll_for_tribunal(date(2025, 8, 14)), roll_for_tribunal(date(2025, 7, 26))
    (datetime.date(2025, 9, 1), datetime.date(2025, 7, 28))
    >>> roll_for_tribunal(date(2022, 7, 30))
    datetime.date(2022, 8, 1)
    """
    while is_tribunal_vacation(day):
        day += ONE_DAY
    return next_working_day(day)


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
            return last_day(count, day) + ONE_DAY
        case "before":  # the last lawful day "before" (or "by") a named day in the calendar year of `day`
            named = date(day.year, count.month, count.day)
            return named if count.start_day == "included" else named - ONE_DAY
        case "at_least_before":
            return last_day(replace(count, number=-count.number), day)


def last_day(count: Count, day: date) -> date:
    """Return the last day of a period that starts with the event of `day`.

    Weeks and days: `day` is day zero unless the law begins "with" it. Months: the corresponding date, or
    the last day of a shorter month (Interpretation Act practice); "beginning with" ends the day before
    the corresponding date. A negative number counts back: the last day that is at least so long before.

    >>> last_day(Count("within", 15, "days", "included"), date(2024, 2, 1))
    datetime.date(2024, 2, 15)
    >>> last_day(Count("within", 12, "months", "included"), date(2024, 3, 10))
    datetime.date(2025, 3, 9)
    >>> last_day(Count("within", 2, "months"), date(2024, 12, 31))
    datetime.date(2025, 2, 28)
    """
    back = timedelta(days=1 if count.start_day == "included" and count.number > 0 else 0)
    match count.unit:
        case "days":
            return day + timedelta(days=count.number) - back
        case "weeks":
            return day + timedelta(weeks=count.number) - back
        case "months":
            corresponding = months_on(day, count.number)
            no_such_day = corresponding.day < day.day  # 29 February: the period ends with the shorter month
            return corresponding if no_such_day else corresponding - back
        case "working_days":
            day, left = day - back, abs(count.number)
            while left:
                day += ONE_DAY if count.number > 0 else -ONE_DAY
                vacation = count.calendar == "tribunal" and is_tribunal_vacation(day)
                left -= is_working_day(day) and not vacation
            return day


def months_on(day: date, number: int) -> date:
    """Return the corresponding date of a later or earlier month, or the last day of a shorter month."""
    year, month = divmod(12 * day.year + day.month - 1 + number, 12)
    first = date(year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - ONE_DAY
    return min(first + timedelta(days=day.day - 1), last)
