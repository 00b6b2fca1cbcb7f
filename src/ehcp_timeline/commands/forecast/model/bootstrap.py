"""Weeks to come, drawn from the weeks behind: blocks of whole weeks, twice over.

Drawing future weeks straight from the weeks behind would treat their mean as known: over three years chance
evens out and every run would end on the same day. But fifty-two weeks are themselves a sample. So each run
first draws its own past from the weeks behind, and then its future from that past. Both draws take blocks of
neighbouring weeks, so that a bad month stays a bad month, and the same weeks for requests as for
completions, so that what goes together stays together.
"""

from dataclasses import dataclass

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import Cases, Counts, Rates

BLOCK = 8
_MOST = 30_000


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
    """Take apart the numbers of the weeks behind.

    The level is such that level times season adds up to what was counted, so that an error in the season
    moves numbers between weeks but not the sum of a year.

    Args:
        values: The number of each week behind.
        behind: The season's factor of each of them.
        ahead: The season's factor of each week to come.

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
    """

    requests: Series
    capacity: Series
    onward: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Draws:
    """Weeks to come: `requests` and `capacity`, shape (weeks, runs); capacity is not rounded yet."""

    requests: Cases
    capacity: Rates


def draw(drivers: Drivers, runs: int, random: np.random.Generator) -> Draws:
    """Return the weeks to come of so many runs."""
    behind, weeks = drivers.requests.chance.size, drivers.requests.season.size
    past = _blocks(behind, behind, runs, random)
    ahead = np.take_along_axis(past, _blocks(behind, weeks, runs, random), axis=0)
    doubt = _doubt(behind, runs, random)
    requests = _values(drivers.requests, past, ahead, doubt) * _onward_drawn(drivers.onward, runs, random)
    capacity = _values(drivers.capacity, past, ahead, doubt)
    return Draws(rounded(requests, random), np.maximum(capacity, 0))


def rounded(values: Rates, random: np.random.Generator) -> Cases:
    """Return whole numbers with these means: each is rounded up as often as its fraction says."""
    whole = np.floor(np.maximum(values, 0) + random.random(values.shape, dtype=np.float32))
    return np.minimum(whole, _MOST).astype(np.int16)


def _blocks(behind: int, weeks: int, runs: int, random: np.random.Generator) -> Counts:
    """Return places of weeks behind, drawn in blocks that run on from the last week to the first."""
    size = min(BLOCK, behind)
    starts = random.integers(0, behind, size=(-(-weeks // size), runs))
    places = starts[:, None, :] + np.arange(size)[None, :, None]
    return places.reshape(-1, runs)[:weeks] % behind


def _values(one: Series, past: Counts, ahead: Counts, doubt: Rates) -> Rates:
    """Return the numbers of the weeks to come, each run's level off as a sample's mean is."""
    off = one.chance[past].mean(axis=0)
    season = one.season[:, None]
    values = (one.level + doubt * off) * season + (one.chance[ahead] - off) * np.sqrt(season)
    return np.asarray(values)


def _doubt(behind: int, runs: int, random: np.random.Generator) -> Rates:
    """Return for each run by how much the means of drawn pasts are to be stretched around the true one.

    Blocks make these means vary too little, by a factor of (1 - 1/blocks) in variance; and how much they vary
    is itself known from few blocks only, so that it is drawn too: a normal then becomes Student's t, with one
    and a half degrees of freedom for each block, since blocks overlap.
    """
    blocks = behind / BLOCK
    if blocks <= 1:
        return np.ones(runs)
    freedom = 1.5 * blocks
    return np.asarray(np.sqrt(blocks / (blocks - 1) * freedom / random.chisquare(freedom, runs)))


def _onward_drawn(onward: tuple[tuple[float, int], ...], runs: int, random: np.random.Generator) -> Rates:
    """Return for each run how far the true shares that go on may lie from those seen, as one factor."""
    factor = np.ones(runs)
    for share, seen in onward:
        if 0 < share < 1:
            factor *= random.beta(share * seen + 1, (1 - share) * seen + 1, size=runs) / share
    return factor
