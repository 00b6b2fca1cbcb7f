"""The first day on which a plan may cease: when the time for an appeal has passed (section 45(4))."""

from datetime import date, timedelta
from functools import cache

import holidays
from dateutil.relativedelta import relativedelta

ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=range(2015, 2026))


@cache
def may_cease_from(notified: date) -> date:
    """Return the day after two months from the notice, rolled as the Tribunal rolls its last day.

    A last day in August or from 25 December to 1 January becomes the first working day after; any other day
    that is not a working day becomes the next one (HESC Rules, rule 12).
    """
    last = notified + relativedelta(months=2)
    while last.month == 8 or (last.month, last.day) >= (12, 25) or (last.month, last.day) == (1, 1):
        last += timedelta(days=1)
    while last.weekday() >= 5 or last in ENGLAND:
        last += timedelta(days=1)
    return last + timedelta(days=1)
