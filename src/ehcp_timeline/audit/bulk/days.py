"""Days of many rows at once: columns of day numbers, compared and chosen between.

A day number is the proleptic Gregorian ordinal of a date (1 January of year 1 is 1), as `date.toordinal`
gives it. `NEVER` stands for "no such date" and is after every day, so that the earliest of several days
is a minimum and "on or after" is a comparison, with no nulls to look after; 0 stands for it where the
latest is asked for. Only `DayTables` adds to days.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, partial, reduce
from typing import Final

import polars as pl

from ehcp_timeline.clock import Count, apply

DAYS: Final = pl.UInt32
NEVER: Final = 2**30
OPEN_ENDED: Final = NEVER - 1  # a due day that has not come yet, or has no number: after every day, and known
A_BATCH: Final = 2**18  # more rows than a batch mostly has
EPOCH: Final = date(1970, 1, 1).toordinal()  # what polars counts its dates from
NO_NUMBER: Final = pl.Series([None], dtype=pl.Int32)


@cache
def literal(number: int) -> pl.Series:
    """Return a column of one number, which polars puts beside a column of any length."""
    return pl.Series([number], dtype=DAYS)


def numbered(dates: pl.Series) -> pl.Series:
    """Return dates as day numbers; blanks become `NEVER`."""
    days = retyped(dates.cast(pl.Int32) + EPOCH, DAYS)
    return only(days, days < NEVER) if dates.null_count() else days  # null is not before a day


def retyped(numbers: pl.Series, dtype: type[pl.DataType]) -> pl.Series:
    """Return whole numbers as another type that can hold them all, which is not looked at one by one."""
    return numbers.cast(dtype, wrap_numerical=True)


def as_dates(days: pl.Series) -> pl.Series:
    """Return day numbers as dates; `NEVER` and `OPEN_ENDED` become null."""
    physical = retyped(days, pl.Int32) - EPOCH
    return physical.zip_with(days < OPEN_ENDED, NO_NUMBER).cast(pl.Date)


def constant(day: int, height: int) -> pl.Series:
    """Return the same day for every row."""
    return literal(day).new_from_index(0, height)


def earlier(days: pl.Series, other: pl.Series) -> pl.Series:
    """Return the earlier of two days, row by row; the other day if one is `NEVER`."""
    return days.zip_with(days <= other, other)


def later(days: pl.Series, other: pl.Series) -> pl.Series:
    """Return the later of two days, row by row; `NEVER` where either is."""
    return days.zip_with(days >= other, other)


def only(days: pl.Series, where: pl.Series) -> pl.Series:
    """Return the days for which the mask is true, `NEVER` for the others."""
    return days.zip_with(where, literal(NEVER))


def instead(days: pl.Series, where: pl.Series, other: pl.Series) -> pl.Series:
    """Return the days, and those of `other` where the mask is true."""
    return other.zip_with(where, days)


def between(days: pl.Series, since: date | None, until: date | None) -> pl.Series:
    """Return which days are from one date to another, both inclusive; None for no bound."""
    inside = days < (NEVER if until is None else until.toordinal() + 1)
    return inside if since is None else inside & (days >= since.toordinal())


def or_before_all(days: pl.Series) -> pl.Series:
    """Return the days with 0 for `NEVER`, to look for the latest of several."""
    return days.zip_with(days < NEVER, literal(0))


def or_never(days: pl.Series) -> pl.Series:
    """Return the days with `NEVER` for 0: undoes `or_before_all`."""
    return days.zip_with(days > 0, literal(NEVER))


def latest(columns: Iterable[pl.Series]) -> pl.Series:
    """Return the latest day of one or more columns, 0 where none has one."""
    return reduce(later, map(or_before_all, columns))


def either(mask: pl.Series | None, other: pl.Series | None) -> pl.Series | None:
    """Return where one mask or the other is true; None is a mask that is true nowhere."""
    if mask is None or other is None:
        return other if mask is None else mask
    return mask | other


def but_not(mask: pl.Series | None, other: pl.Series | None) -> pl.Series | None:
    """Return where one mask is true and the other is not; None is a mask that is true nowhere."""
    return mask if mask is None or other is None else mask & ~other


def some_of(column: pl.Series | None, positions: pl.Series) -> pl.Series | None:
    """Return these positions of a column; None for None."""
    return None if column is None else column[positions]


def all_positions(height: int) -> pl.Series:
    """Return every position from 0; those of a batch are made once.

    >>> all_positions(3).to_list()
    [0, 1, 2]
    """
    return _of_a_batch().head(height) if height <= A_BATCH else _positions(height)


@cache
def _of_a_batch() -> pl.Series:
    return _positions(A_BATCH)


def _positions(height: int) -> pl.Series:
    return pl.int_range(0, height, dtype=pl.UInt32, eager=True)


def where_true(mask: pl.Series) -> pl.Series:
    """Return the positions at which a mask is true."""
    return all_positions(len(mask)).filter(mask)


def is_at(positions: pl.Series, height: int) -> pl.Series:
    """Return a mask of some height that is true at these positions."""
    return constant(0, height).scatter(positions, 1) > 0


FIRST_DAY: Final = date(1980, 1, 1).toordinal()  # files hold no date before 1995
SPAN: Final = date(2200, 1, 1).toordinal() - FIRST_DAY
NOT_ASKED: Final = 0
ANY_DAY: Final = date(2026, 1, 1)


class DayTable:
    """A table from day to day, filled by `ask` with the days that are looked up: a file has few different.

    Args:
        ask: Answers one day.
    """

    def __init__(self, ask: Callable[[date], date]) -> None:
        self._ask = ask
        self._answers = constant(NOT_ASKED, SPAN + 1).scatter(SPAN, NEVER)

    def of(self, days: pl.Series) -> pl.Series:
        """Return the day that each day leads to; `NEVER` leads to `NEVER`."""
        places = (days - FIRST_DAY).zip_with(days < NEVER, literal(SPAN))
        series = self._answers[places]
        if series.min() == NOT_ASKED:
            new = where_true(is_at(places.filter(series == NOT_ASKED), SPAN))
            asked = (date.fromordinal(FIRST_DAY + place) for place in new)
            answers = pl.Series([self._ask(day).toordinal() for day in asked], dtype=DAYS)
            self._answers = self._answers.scatter(new, answers)
            series = self._answers[places]
        return series


class DayTables:
    """Every table of one run. The days come from `counting` and `workdays`."""

    def __init__(self) -> None:
        self._tables: dict[Count | Callable[[date], date], DayTable] = {}

    def of(self, count: Count | Callable[[date], date], days: pl.Series) -> pl.Series:
        """Return where a way to count leads from each day; `NEVER` leads to `NEVER`."""
        if isinstance(count, Count) and count.kind != "before" and count.unit in {"days", "weeks"}:
            added = (apply(count, ANY_DAY) - ANY_DAY).days  # the same from every day
            return only(days + added if added >= 0 else days - -added, days < NEVER)
        if count not in self._tables:
            ask = partial(apply, count) if isinstance(count, Count) else count
            self._tables[count] = DayTable(ask)
        return self._tables[count].of(days)
