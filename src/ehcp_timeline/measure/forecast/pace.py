"""Whether the past that a forecast stands on moved: a break or a trend that chance does not explain.

Every place where the weeks could be parted in two is tried, and the largest difference of means is held
against chance (sup-F). Source of the critical value: D. W. K. Andrews, "Tests for parameter instability and
structural change with unknown change point", Econometrica 61 (1993), 821-856, table I: one parameter, 15%
left at either end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Literal

import numpy as np

from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.forecast.arrays import WEEK, YEAR, Rates, day_of
from ehcp_timeline.measure.forecast.present import Present
from ehcp_timeline.measure.forecast.request import SchoolDays
from ehcp_timeline.measure.forecast.weeks import factors, kinds_of_weeks

RECENT_WEEKS = 8
CRITICAL = 12.35
"""Weeks that resemble only their neighbours give more than this once in a hundred times."""
NAMED = 1.5 * CRITICAL
"""A larger F is named: a good or bad spell of months varies more than neighbouring weeks show."""
_CRITICAL_THERE = 3.84  # chi-squared with one degree of freedom, 5%
REQUESTS = "requests"
_LEAST_WEEKS = 26
_END = 0.15
_LAGS = 4  # weeks for which one week's chance is felt
_QUARTER = 13
_MATERIAL = 4 / 3  # smaller changes are within what the drawn weeks allow for


@dataclass(frozen=True, slots=True)
class PaceChange:
    """A change in the weekly numbers of the weeks behind.

    Attributes:
        what: `requests`, or the stage that finished more or fewer cases.
        kind: `break` from one week to the next, or `trend` over all of the weeks.
        since: First day after the break; of a trend, the first day of the weeks.
        before_per_week: Mean before the break; of a trend, of the first 13 weeks. Seasons are evened out.
        after_per_week: Mean from the break on; of a trend, of the last 13 weeks.
        statistic: The largest F; neighbouring weeks alone give more than 12.35 once in a hundred times, and
            more than 18.5 is named.
    """

    what: str
    kind: Literal["break", "trend"]
    since: date
    before_per_week: float = field(metadata=decimals(1))
    after_per_week: float = field(metadata=decimals(1))
    statistic: float = field(metadata=decimals(1))


def pace_changes(now: Present, closures: Sequence[SchoolDays] = ()) -> tuple[PaceChange, ...]:
    """Return what moved in the weeks behind: requests, and what stages at which cases wait finished.

    Where nobody waits for hands a stage has no pace of its own: what leaves it is what came weeks before.
    """
    past, changes = now.past, []
    kinds = kinds_of_weeks(past.day - WEEK * past.weeks, past.weeks, closures)
    paced = [
        (step.name, flow.left)
        for place, (step, flow) in enumerate(zip(now.pipeline.steps, now.long.stages, strict=True))
        if step.ordered or place == now.narrowest
    ]
    for what, counts in ((REQUESTS, now.long.requests), *paced):
        long = counts.astype(np.float64)
        values = long[-past.weeks :]
        even = values / factors(values, kinds)[kinds]
        change = largest_change(even) if values.any() else None
        if change is None or change[1] <= NAMED or comes_every_year(long, past.weeks, change[0]):
            continue
        place, statistic, is_trend = change
        first, last = (even[:_QUARTER], even[-_QUARTER:]) if is_trend else (even[:place], even[place:])
        since = day_of(past.day - WEEK * (past.weeks - (0 if is_trend else place)) + 1)
        before, after = float(first.mean()), float(last.mean())
        if max(before, after) >= _MATERIAL * min(before, after):
            kind: Literal["break", "trend"] = "trend" if is_trend else "break"
            changes.append(PaceChange(what, kind, since, before, after, statistic))
    return tuple(changes)


def comes_every_year(values: Rates, weeks: int, place: int) -> bool:
    """Return whether a change in the last so many weeks may be a season: it came a year before as well.

    The weeks a year before changed the same way at the same place, and once they are taken off, scaled to the
    same sum, what is left of the change is within chance (5 in 100). False where less than eight weeks on
    either side have one a year before.

    >>> season = np.tile(np.repeat([20.0, 10.0], 26), 2)
    >>> comes_every_year(season, 52, 26), comes_every_year(np.repeat([20.0, 10.0], [78, 26]), 52, 26)
    (True, False)
    """
    both = min(weeks, values.size - YEAR)
    place -= weeks - both
    if min(place, both - place) < RECENT_WEEKS:
        return False
    here, before = values[-both:], values[-both - YEAR : -YEAR]
    now, _ = _step(here, place, here.mean())
    then, _ = _step(before, place, before.mean())
    rest, left = _step(here - before * here.sum() / max(1.0, before.sum()), place, 2 * here.mean())
    return then * now > 0 and (left <= _CRITICAL_THERE or rest * now <= 0)


def largest_change(values: Rates) -> tuple[int, float, bool] | None:
    """Return where weekly numbers change most, its F, and whether a trend fits better; None of too few weeks.

    >>> place, statistic, is_trend = largest_change(np.repeat([10.0, 30.0], [30, 22]))
    >>> place, statistic > CRITICAL, is_trend
    (30, True, False)
    >>> largest_change(np.full(52, 10.0))[1]
    0.0
    """
    weeks = values.size
    if weeks < _LEAST_WEEKS:
        return None
    least = max(RECENT_WEEKS, ceil(_END * weeks))
    places = np.arange(least, weeks - least + 1)
    before = values.cumsum()[places - 1] / places
    after = (values.sum() - before * places) / (weeks - places)
    gaps = (after - before) ** 2 * places * (weeks - places) / weeks
    best = int(gaps.argmax())
    number, place = np.arange(weeks), int(places[best])
    step = values - np.where(number < place, before[best], after[best])
    line = values - np.polyval(np.polyfit(number, values, 1), number)
    return place, _step(values, place, values.mean())[1], bool(line @ line < step @ step)


def _step(values: Rates, place: int, least: float) -> tuple[float, float]:
    """Return by how much the mean of weekly numbers changes at a place, and the F of that.

    Weeks resemble their neighbours (Bartlett weights), and counts vary by chance by `least` at least.
    """
    before, after = values[:place], values[place:]
    step, weeks = float(after.mean() - before.mean()), values.size
    rest = np.concatenate([before - before.mean(), after - after.mean()])
    spread = rest @ rest / weeks
    for lag in range(1, _LAGS + 1):
        spread += 2 * (1 - lag / (_LAGS + 1)) * (rest[lag:] @ rest[:-lag]) / weeks
    return step, float(step**2 * place * (weeks - place) / weeks / max(spread, least, 1e-9))
