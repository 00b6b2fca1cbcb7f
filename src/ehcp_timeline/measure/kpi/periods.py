"""Weeks, months, quarters and years: where each begins, and what it is called.

A month is known by its number, 12 times the year plus the months before it; a week by the weeks before it,
counted from Monday 1 January of the year 1. Every period but a week is some months.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, get_args

import polars as pl

from ehcp_timeline.record import record

PeriodKind = Literal["week", "month", "quarter", "year", "academic", "financial"]
PERIOD_KINDS: tuple[PeriodKind, ...] = get_args(PeriodKind)
PERIODS_OF_A_YEAR: Mapping[PeriodKind, int] = {
    "week": 52, "month": 12, "quarter": 4, "year": 1, "academic": 1, "financial": 1
}  # fmt: skip
_FIRST_MONTH = {"academic": 8, "financial": 3}


def month_number(day: pl.Expr, *, weekly: bool = False) -> pl.Expr:
    """Return the number of each day's month, or of its week."""
    if weekly:
        return (day.dt.epoch("d") + (date(1970, 1, 1).toordinal() - 1)) // 7
    return day.dt.year() * 12 + day.dt.month().cast(pl.Int32) - 1


@record(frozen=True, slots=True, order=True)
class Period:
    """One period: the `number`th of its kind."""

    kind: PeriodKind
    number: int

    @property
    def label(self) -> str:
        """What it is called: 2024-W13 as ISO 8601 has it, 2024-03, 2024-Q1, 2024, or 2024/25.

        >>> [period_of(kind, date(2024, 3, 31)).label for kind in PERIOD_KINDS]
        ['2024-W13', '2024-03', '2024-Q1', '2024', '2023/24', '2023/24']
        """
        first = self.first
        match self.kind:
            case "week":
                return "{}-W{:02}".format(*first.isocalendar())
            case "month":
                return f"{first.year:04}-{first.month:02}"
            case "quarter":
                return f"{first.year:04}-Q{first.month // 3 + 1}"
            case "year":
                return f"{first.year:04}"
            case _:
                return f"{first.year:04}/{(first.year + 1) % 100:02}"

    @property
    def first(self) -> date:
        """Its first day.

        >>> period_of("academic", date(2024, 8, 31)).first, period_of("financial", date(2024, 3, 31)).first
        (datetime.date(2023, 9, 1), datetime.date(2023, 4, 1))
        >>> period_of("week", date(2024, 3, 31)).first
        datetime.date(2024, 3, 25)
        """
        if self.kind == "week":
            return date.fromordinal(7 * self.number + 1)
        months = 12 // PERIODS_OF_A_YEAR[self.kind]
        year, month = divmod(self.number * months + _FIRST_MONTH.get(self.kind, 0), 12)
        return date(year, month + 1, 1)

    @property
    def last(self) -> date:
        """Its last day.

        >>> period_of("quarter", date(2024, 2, 29)).last
        datetime.date(2024, 3, 31)
        """
        return Period(self.kind, self.number + 1).first - timedelta(days=1)


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the period that a day lies in."""
    if kind == "week":
        return Period(kind, (day.toordinal() - 1) // 7)
    month = 12 * day.year + day.month - 1
    return Period(kind, (month - _FIRST_MONTH.get(kind, 0)) // (12 // PERIODS_OF_A_YEAR[kind]))


def period_number(kind: PeriodKind, month: pl.Expr) -> pl.Expr:
    """Return the number of the period that each month lies in; a week is its own."""
    if kind == "week":
        return month
    return (month - _FIRST_MONTH.get(kind, 0)) // (12 // PERIODS_OF_A_YEAR[kind])
