"""Weeks that are unlike others (August, Christmas, school holidays), and how much less is done in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, Flags, Rates, day_of

ORDINARY, AUGUST, CHRISTMAS, HOLIDAY = range(4)
KINDS = ("ordinary", "august", "christmas", "school holiday")
_MIDDLE = 3
_SHRINK = 1.0
_QUARTER = 13
_LEAST = 0.05


@dataclass(frozen=True, slots=True)
class Closed:
    """Days on which schools are closed, both inclusive."""

    first: date
    last: date


def kind_of_week(last_day: date, closures: Sequence[Closed] = ()) -> int:
    """Return what kind of week ends on a day, judged by its middle.

    >>> KINDS[kind_of_week(date(2025, 8, 13))], KINDS[kind_of_week(date(2025, 12, 28))]
    ('august', 'christmas')
    """
    middle = last_day - timedelta(days=_MIDDLE)
    if middle.month == 8:
        return AUGUST
    if (middle.month, middle.day) >= (12, 22) or (middle.month, middle.day) <= (1, 2):
        return CHRISTMAS
    return HOLIDAY if any(closure.first <= middle <= closure.last for closure in closures) else ORDINARY


def kinds_of_weeks(first_day: int, weeks: int, closures: Sequence[Closed] = ()) -> Sequence[int]:
    """Return the kinds of so many weeks that follow the day number `first_day`."""
    return [kind_of_week(day_of(first_day + WEEK * (week + 1)), closures) for week in range(weeks)]


def factors(values: Rates, kinds: Sequence[int]) -> Rates:
    """Return, for each kind of week, its mean as a share of the mean of the ordinary weeks around it.

    Around: within a quarter before or after, so that a change of pace is not taken for a season.
    A kind of which few weeks were seen is drawn towards 1, as if one ordinary week of that kind had been
    seen; one that was never seen is 1.

    >>> factors(np.array([10.0, 10, 10, 4, 4, 4, 4]), [0, 0, 0, 1, 1, 1, 1]).round(2).tolist()
    [1.0, 0.52, 1.0, 1.0]
    """
    kind = np.asarray(kinds)
    usual = _around(values, kind == ORDINARY)
    found = np.ones(len(KINDS))
    for one in (AUGUST, CHRISTMAS, HOLIDAY):
        here = (kind == one) & (usual > 0)
        if here.any():
            more = _SHRINK * usual[here].mean()
            found[one] = max(_LEAST, (values[here].sum() + more) / (usual[here].sum() + more))
    return found


def _around(values: Rates, ordinary: Flags) -> Rates:
    """Return for each week the mean of the ordinary weeks around it, 0 where there are none."""
    window = np.ones(2 * _QUARTER + 1)
    several = max(values.size, window.size)
    sums, weeks = (
        np.convolve(np.pad(one, (0, several - values.size)), window, mode="same")[: values.size]
        for one in (values * ordinary, ordinary.astype(np.float64))
    )
    return np.asarray(sums / np.maximum(weeks, 1))
