"""Weeks to come, drawn from the weeks behind: blocks of whole weeks, twice over.

Drawing future weeks straight from the weeks behind would treat their mean as known: over three years chance
evens out and every run would end on the same day. But fifty-two weeks are themselves a sample. So each run
first draws its own past from the weeks behind, and then its future from that past. Both draws take blocks of
neighbouring weeks, so that a bad month stays a bad month, and the same weeks for requests and for completions,
so that what goes together stays together.
"""

from dataclasses import dataclass

import numpy as np

from ehcp_timeline.measure.forecast.arrays import Cases, Counts, Rates

BLOCK = 6
_MOST = 30_000


@dataclass(frozen=True, slots=True)
class Drivers:
    """What the future is drawn from.

    Attributes:
        requests: Requests of each week behind, evened out by season.
        capacity: Cases that the narrowest stage finished in each of the same weeks, evened out by season.
        request_season: Factor of each week to come, for requests.
        capacity_season: The same for what is finished.
        onward: For each stage before the narrowest: the share that goes on, and of how many it was seen.
    """

    requests: Rates
    capacity: Rates
    request_season: Rates
    capacity_season: Rates
    onward: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Draws:
    """Weeks to come: `requests` and `capacity`, shape (weeks, runs); capacity is not rounded yet."""

    requests: Cases
    capacity: Rates


def draw(drivers: Drivers, runs: int, random: np.random.Generator) -> Draws:
    """Return the weeks to come of so many runs."""
    weeks = drivers.request_season.size
    order = _weeks_drawn(drivers.requests.size, weeks, runs, random)
    requests = _values(drivers.requests, order) * drivers.request_season[:, None]
    requests *= _onward_drawn(drivers.onward, runs, random)
    capacity = _values(drivers.capacity, order) * drivers.capacity_season[:, None]
    return Draws(rounded(requests, random), np.maximum(capacity, 0))


def rounded(values: Rates, random: np.random.Generator) -> Cases:
    """Return whole numbers with these means: each is rounded up as often as its fraction says."""
    whole = np.floor(np.maximum(values, 0) + random.random(values.shape, dtype=np.float32))
    return np.minimum(whole, _MOST).astype(np.int16)


@dataclass(frozen=True, slots=True)
class _Order:
    """Weeks behind in the order drawn: `past` (weeks behind, runs) and, of those, `ahead` (weeks, runs)."""

    past: Counts
    ahead: Counts


def _weeks_drawn(behind: int, weeks: int, runs: int, random: np.random.Generator) -> _Order:
    past = _blocks(behind, behind, runs, random)
    ahead = np.take_along_axis(past, _blocks(behind, weeks, runs, random), axis=0)
    return _Order(past, ahead)


def _blocks(behind: int, weeks: int, runs: int, random: np.random.Generator) -> Counts:
    """Return places of weeks behind, drawn in blocks that run on from the last week to the first."""
    size = min(BLOCK, behind)
    starts = random.integers(0, behind, size=(-(-weeks // size), runs))
    places = starts[:, None, :] + np.arange(size)[None, :, None]
    return places.reshape(-1, runs)[:weeks] % behind


def _values(behind: Rates, order: _Order) -> Rates:
    """Return the values drawn, each run's own mean as far from the true one as a sample's mean would be.

    Blocks make the means of drawn pasts vary too little, by a factor of (1 - 1/blocks) in variance.
    """
    blocks = max(1.0, behind.size / BLOCK)
    stretch = np.sqrt(blocks / (blocks - 1)) - 1 if blocks > 1 else 0.0
    shift = stretch * (behind[order.past].mean(axis=0) - behind.mean())
    return behind[order.ahead] + shift[None, :]


def _onward_drawn(onward: tuple[tuple[float, int], ...], runs: int, random: np.random.Generator) -> Rates:
    """Return for each run how far the true shares that go on may lie from those seen, as one factor."""
    factor = np.ones(runs)
    for share, seen in onward:
        if 0 < share < 1:
            factor *= random.beta(share * seen + 1, (1 - share) * seen + 1, size=runs) / share
    return factor
