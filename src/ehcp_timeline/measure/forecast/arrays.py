"""The arrays that a forecast counts in: days, weeks and cases, and how often each number came up."""

from datetime import date
from typing import Annotated

import numpy as np
import numpy.typing as npt

from ehcp_timeline.record import Ge, Le, field, record

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
SHARES = (0.5, 0.85, 0.95)
"""The percentiles that every forecast gives."""

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


@record(slots=True)
class Spread:
    """How often each whole number from 0 came up; `counts` holds the times."""

    counts: Counts = field(default_factory=lambda: np.zeros(1, dtype=np.int64))

    def add(self, values: npt.NDArray[np.integer]) -> None:
        """Count the numbers of some more runs."""
        counts = np.bincount(values, minlength=self.counts.size)
        counts[: self.counts.size] += self.counts
        self.counts = counts

    @property
    def runs(self) -> int:
        """How many runs were counted."""
        return int(self.counts.sum())

    def percentile(self, share: float) -> int | None:
        """Return the smallest number that at least this share of the runs does not exceed; None of no runs.

        >>> spread = Spread()
        >>> spread.add(np.array([1, 2, 3, 9]))
        >>> spread.percentile(0.5), spread.percentile(0.85)
        (2, 9)
        """
        upto = self.counts.cumsum()
        return int(np.searchsorted(upto, share * upto[-1] - 1e-9)) if upto[-1] else None

    def nearest(self, share: float) -> int | None:
        """Return the number nearest to a percentile, where each number stands for the unit that ends with it.

        What happens in a week happens evenly over it: a percentile in the first half of a week is nearer to
        the end of the week before. Always taking the end of its own week would hold too often.

        >>> spread = Spread()
        >>> spread.add(np.array([1, 2, 2, 2, 2, 3]))
        >>> spread.nearest(0.3), spread.nearest(0.5), spread.nearest(0.95)
        (1, 2, 3)
        """
        number = self.percentile(share)
        if not number:
            return number
        before = int(self.counts[:number].sum())
        inside = (share * self.runs - before) / int(self.counts[number])
        return number if inside >= 0.5 else number - 1

    def share_above(self, number: int) -> float:
        """Return the share of the runs whose number is larger than this."""
        return float(self.counts[number + 1 :].sum()) / max(1, self.runs)
