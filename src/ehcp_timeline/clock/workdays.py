"""Working days in England: not a Saturday, a Sunday or a bank holiday.

Christmas Day and Good Friday are bank holidays of England and Wales in this list. Source: GOV.UK bank
holidays, in `rulebook/bank-holidays.toml`. Beyond its last year the days come from the `holidays` package,
and `announced_until` tells a caller to mark the answer provisional.

What if a bank holiday were announced late, or had not been announced? `supposing` answers the same questions
under another list, inside a `with` block only.
"""

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from ehcp_timeline.record import record

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
    text = (files("ehcp_timeline") / "rulebook" / "bank-holidays.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
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
