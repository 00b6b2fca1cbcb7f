"""Weeks to come, drawn from the weeks behind: their seasons, and blocks of whole weeks, twice over.

Drawing future weeks straight from the weeks behind would treat their mean as known: over three years chance
evens out and every run would end on the same day. But fifty-two weeks are themselves a sample. So each run
first draws its own past from the weeks behind, and then its future from that past. Both draws take blocks of
neighbouring weeks, so that a bad month stays a bad month, and the same weeks for requests as for
completions, so that what goes together stays together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np

from ehcp_timeline.measure.forecast.arrays import WEEK, Cases, Counts, Rates, day_of
from ehcp_timeline.measure.forecast.request import SchoolDays

ORDINARY, AUGUST, CHRISTMAS, HOLIDAY = range(4)
Season = Literal["august", "christmas", "school holiday"]
SEASONS: Mapping[int, Season] = {AUGUST: "august", CHRISTMAS: "christmas", HOLIDAY: "school holiday"}
BLOCK = 8
CHUNK = 2500
_MIDDLE = timedelta(days=3)
_SHRINK = 1.0
_QUARTER = 13
_LEAST = 0.05
_MOST = 30_000


def kind_of_week(last_day: date, closures: Sequence[SchoolDays] = ()) -> int:
    """Return what kind of week ends on a day, judged by its middle.

    >>> SEASONS[kind_of_week(date(2025, 8, 13))], SEASONS[kind_of_week(date(2025, 12, 28))]
    ('august', 'christmas')
    """
    middle = last_day - _MIDDLE
    if middle.month == 8:
        return AUGUST
    if (middle.month, middle.day) >= (12, 22) or (middle.month, middle.day) <= (1, 2):
        return CHRISTMAS
    return HOLIDAY if any(closure.first <= middle <= closure.last for closure in closures) else ORDINARY


def kinds_of_weeks(first_day: int, weeks: int, closures: Sequence[SchoolDays] = ()) -> Sequence[int]:
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
    ordinary = kind == ORDINARY
    window = np.ones(2 * _QUARTER + 1)
    several = max(values.size, window.size)
    sums, weeks = (
        np.convolve(np.pad(numbers, (0, several - values.size)), window, mode="same")[: values.size]
        for numbers in (values * ordinary, ordinary.astype(np.float64))
    )
    usual = sums / np.maximum(weeks, 1)
    shares = np.ones(1 + len(SEASONS))
    for season in SEASONS:
        here = (kind == season) & (usual > 0)
        if here.any():
            more = _SHRINK * usual[here].mean()
            shares[season] = max(_LEAST, (values[here].sum() + more) / (usual[here].sum() + more))
    return shares


@dataclass(frozen=True, slots=True)
class Series:
    """One number a week, taken apart: what an ordinary week has, the season, and chance.

    Attributes:
        level: Mean of an ordinary week.
        chance: How far each week behind lay from its level times its season, over the root of the season: the
            variance of a count goes with its mean.
        season: Factor of each week to come.
    """

    level: float
    chance: Rates
    season: Rates


def series(values: Rates, behind: Rates, ahead: Rates) -> Series:
    """Take apart the numbers of the weeks behind; `behind` and `ahead` are the season's factor of each week.

    The level is such that level times season adds up to what was counted, so that an error in the season
    moves numbers between weeks but not the sum of a year.

    >>> series(np.array([10.0, 12, 8, 5]), np.array([1.0, 1, 1, 0.5]), np.ones(2)).level
    10.0
    """
    if not values.size:
        return Series(0.0, values, ahead)
    level = float(values.sum() / behind.sum())
    chance = (values - level * behind) / np.sqrt(behind)
    return Series(level, chance - chance.mean(), ahead)


@dataclass(frozen=True, slots=True)
class Drivers:
    """What the future is drawn from.

    Attributes:
        requests: Requests a week.
        capacity: Cases that the narrowest stage finished in each of the same weeks.
        onward: For each stage before the narrowest: the share that goes on, and of how many it was seen.
        factor: Every week's capacity is taken times this.
        more: Cases a week on top of it, for each week to come.
    """

    requests: Series
    capacity: Series
    onward: tuple[tuple[float, int], ...] = ()
    factor: float = 1
    more: Rates = field(default_factory=lambda: np.zeros(1))


def chunks(runs: int, seed: int) -> Iterator[tuple[int, np.random.Generator]]:
    """Yield the sizes of chunks of runs, so that memory does not grow with them, each with its own chance."""
    for number, first in enumerate(range(0, runs, CHUNK)):
        yield min(CHUNK, runs - first), np.random.Generator(np.random.PCG64([seed, number]))


def draw(drivers: Drivers, runs: int, random: np.random.Generator) -> tuple[Cases, Rates]:
    """Return requests and capacity of the weeks to come, shape (weeks, runs); capacity is not rounded yet."""
    behind, weeks = drivers.requests.chance.size, drivers.requests.season.size
    past = _blocks(behind, behind, runs, random)
    ahead = np.take_along_axis(past, _blocks(behind, weeks, runs, random), axis=0)
    doubt = _doubt(behind, runs, random)
    onward = np.ones(runs)
    for share, seen in drivers.onward:  # how far the true shares may lie from those seen
        if 0 < share < 1:
            onward *= random.beta(share * seen + 1, (1 - share) * seen + 1, size=runs) / share
    requests = _values(drivers.requests, past, ahead, doubt) * onward
    capacity = np.maximum(_values(drivers.capacity, past, ahead, doubt), 0)
    return rounded(requests, random), capacity * drivers.factor + drivers.more[:, None]


def rounded(values: Rates, random: np.random.Generator) -> Cases:
    """Return whole numbers with these means: each is rounded up as often as its fraction says."""
    whole = np.floor(np.maximum(values, 0) + random.random(values.shape, dtype=np.float32))
    return np.minimum(whole, _MOST).astype(np.int16)


def _blocks(behind: int, weeks: int, runs: int, random: np.random.Generator) -> Counts:
    """Return places of weeks behind, drawn in blocks that run on from the last week to the first."""
    size = max(1, min(BLOCK, behind // 2))
    starts = random.integers(0, behind, size=(-(-weeks // size), runs))
    places = starts[:, None, :] + np.arange(size)[None, :, None]
    return places.reshape(-1, runs)[:weeks] % behind


def _values(drawn: Series, past: Counts, ahead: Counts, doubt: Rates) -> Rates:
    """Return the numbers of the weeks to come, each run's level off as a sample's mean is."""
    off = drawn.chance[past].mean(axis=0)
    season = drawn.season[:, None]
    values = (drawn.level + doubt * off) * season + (drawn.chance[ahead] - off) * np.sqrt(season)
    return np.asarray(values)


def _doubt(behind: int, runs: int, random: np.random.Generator) -> Rates:
    """Return for each run by how much the means of drawn pasts are to be stretched around the true one.

    Blocks make these means vary too little, by a factor of (1 - 1/blocks) in variance; and how much they vary
    is itself known from few blocks only, so that it is drawn too: a normal then becomes Student's t, with one
    and a half degrees of freedom for each block, since blocks overlap.
    """
    blocks = behind / max(1, min(BLOCK, behind // 2))
    if blocks <= 1:
        return np.ones(runs)
    freedom = 1.5 * blocks
    return np.asarray(np.sqrt(blocks / (blocks - 1) * freedom / random.chisquare(freedom, runs)))
