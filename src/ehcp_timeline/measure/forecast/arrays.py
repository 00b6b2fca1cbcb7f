"""The arrays that a forecast counts in: days, weeks and cases, always whole numbers."""

from datetime import date

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Cases = npt.NDArray[np.int16]
Counts = npt.NDArray[np.int64]
Rates = npt.NDArray[np.float64]

NEVER = 10_000_000
"""A day that has not come, as a day number: far behind every date that a file may hold."""

WEEK = 7


def day_number(day: date) -> int:
    """Return a day as a number that weeks can be counted from.

    >>> day_number(date(2025, 1, 8)) - day_number(date(2025, 1, 1))
    7
    """
    return day.toordinal()


def day_of(number: int) -> date:
    """Return the day that a number stands for."""
    return date.fromordinal(number)


def after_weeks(day: date, weeks: int) -> date:
    """Return the day on which the given week, counted from `day`, ends.

    >>> after_weeks(date(2025, 1, 1), 2)
    datetime.date(2025, 1, 15)
    """
    return date.fromordinal(day.toordinal() + WEEK * weeks)
