"""Days and weeks as numbers, and arrays of them."""

from datetime import date
from typing import Annotated

import numpy as np
import numpy.typing as npt

from ehcp_timeline.record import Ge, Le

Days = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Cases = npt.NDArray[np.int16 | np.int32]
Counts = npt.NDArray[np.int64]
Rates = npt.NDArray[np.float64]
Share = Annotated[float, Ge(0), Le(1)]

NEVER = 10_000_000
"""A day that has not come, as a day number: far behind every date that a file may hold."""
WEEK = 7
YEAR = 52
"""Weeks."""

day_number = date.toordinal
day_of = date.fromordinal


def after_weeks(day: date, weeks: int) -> date:
    """Return the day on which the given week, counted from `day`, ends.

    >>> after_weeks(date(2025, 1, 1), 2)
    datetime.date(2025, 1, 15)
    """
    return day_of(day_number(day) + WEEK * weeks)


def mean(values: npt.NDArray[np.integer | np.floating]) -> float:
    """Return the mean of the numbers of some weeks; 0 of no weeks."""
    return float(values.mean()) if values.size else 0.0
