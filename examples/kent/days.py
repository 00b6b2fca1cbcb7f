"""Months and office days: where every drawn date comes from."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

FIRST_DAY = date(2022, 5, 1)
LAST_DAY = date(2024, 2, 29)
"""The file holds what was open on the first day or happened since, up to the last."""


def _is_office_day(day: date) -> bool:
    closed_for_christmas = (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)
    return day.weekday() < 5 and not closed_for_christmas


_ORIGIN = date(2012, 1, 2)
_OFFICE_DAYS = tuple(day for offset in range(5000) if _is_office_day(day := _ORIGIN + timedelta(days=offset)))


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month by its first and last day."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """As `2023-04`."""
        return f"{self.first:%Y-%m}"


def month(name: str) -> Month:
    """The month that `2023-04` names."""
    first = date.fromisoformat(f"{name}-01")
    return Month(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def plus(day: date, days: int) -> date:
    """So many calendar days on; back where `days` is negative."""
    return day + timedelta(days)


def year_before(day: date) -> date:
    """The same day of the year before; 28 February for 29 February."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - 1, day=last)


def room(first: date, last: date) -> bool:
    """Whether any office day lies from the first day to the last, both included."""
    return bisect_left(_OFFICE_DAYS, first) < bisect_right(_OFFICE_DAYS, last)


def pick(rng: Random, first: date, last: date) -> date:
    """An office day from the first day to the last, both included.

    Raises:
        ValueError: There is none; a constraint of the file cannot be met.
    """
    low, high = bisect_left(_OFFICE_DAYS, first), bisect_right(_OFFICE_DAYS, last)
    if low >= high:
        raise ValueError(f"no office day from {first} to {last}")
    return _OFFICE_DAYS[low + int(rng.random() * (high - low))]
