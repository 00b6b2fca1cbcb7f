"""The weeks that a forecast counts in, and the weeks to come, drawn from the weeks behind.

Drawing future weeks straight from the weeks behind would treat their mean as known: over three years chance
evens out and every run would end on the same day. But fifty-two weeks are themselves a sample. So each run
first draws its own past from the weeks behind, and then its future from that past. Both draws take blocks of
neighbouring weeks, so that a bad month stays a bad month, and the same weeks for requests as for
completions, so that what goes together stays together.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from ehcp_timeline.measure.forecast.days import WEEK, Cases, Counts, Rates, day_of
from ehcp_timeline.measure.pace import percentile
from ehcp_timeline.measure.terms import SchoolDays
from ehcp_timeline.record import field, record

PERCENTS = (50, 85, 95)
"""The percentiles that every forecast gives."""

ORDINARY, AUGUST, CHRISTMAS, HOLIDAY = range(4)
Season = Literal["august", "christmas", "school holiday"]
SEASONS: Mapping[int, Season] = {AUGUST: "august", CHRISTMAS: "christmas", HOLIDAY: "school holiday"}
BLOCK = 8
CHUNK = 2500
_QUARTER = 13
_LEAST = 0.05
_MOST = 30_000


@record(slots=True)
class Spread:
    """Whole numbers of many runs, held as how often each from 0 came up: a `percentile` can be taken of them.

    >>> spread = Spread()
    >>> spread.add(np.array([9, 1, 3, 2]))
    >>> len(spread), percentile(spread, 50), percentile(spread, 85)
    (4, 2, 9)
    """

    counts: Counts = field(default_factory=lambda: np.zeros(1, dtype=np.int64))

    def add(self, values: npt.NDArray[np.integer]) -> None:
        """Count the numbers of some more runs."""
        counts = np.bincount(values, minlength=self.counts.size)
        counts[: self.counts.size] += self.counts
        self.counts = counts

    def __len__(self) -> int:
        """Return how many runs were counted."""
        return int(self.counts.sum())

    def __getitem__(self, place: int) -> int:
        """Return the number at a place of all that were counted, in their order."""
        return int(np.searchsorted(self.counts.cumsum(), place, "right"))

    def nearest(self, percent: int) -> int:
        """Return the week end nearest to a percentile: in the first half of a week that of the week before.

        Always taking the end of its own week would hold too often.

        >>> spread = Spread()
        >>> spread.add(np.array([1, 2, 2, 2, 2, 3]))
        >>> spread.nearest(30), spread.nearest(50), spread.nearest(95)
        (1, 2, 3)
        """
        number = int(percentile(self, percent))
        before = int(self.counts[:number].sum())
        inside = (percent / 100 * len(self) - before) / int(self.counts[number])
        return number if inside >= 0.5 else max(0, number - 1)

    def share_above(self, number: int) -> float:
        """Return the share of the runs whose number is larger than this."""
        return float(self.counts[number + 1 :].sum()) / max(1, len(self))


def kinds_of_weeks(first_day: int, weeks: int, closures: Sequence[SchoolDays] = ()) -> Sequence[int]:
    """Return the kinds of so many weeks that follow the day number `first_day`, each judged by its middle.

    >>> from datetime import date
    >>> [SEASONS[kinds_of_weeks(date(*day).toordinal(), 1)[0]] for day in ((2025, 8, 6), (2025, 12, 21))]
    ['august', 'christmas']
    """
    kinds = []
    for week in range(weeks):
        middle = day_of(first_day + WEEK * week + 4)
        if middle.month == 8:
            kinds.append(AUGUST)
        elif not (1, 2) < (middle.month, middle.day) < (12, 22):
            kinds.append(CHRISTMAS)
        else:
            closed = any(closure.first <= middle <= closure.last for closure in closures)
            kinds.append(HOLIDAY if closed else ORDINARY)
    return kinds


def factors(values: Rates, kinds: Sequence[int]) -> Rates:
    """Return, for each kind of week, its mean as a share of the mean of the ordinary weeks around it.

    Around: within a quarter before or after, so that a change of pace is not taken for a season. A kind of
    which few weeks were seen is drawn towards 1, by one ordinary week; one that was never seen is 1.

    >>> factors(np.array([10.0, 10, 10, 4, 4, 4, 4]), [0, 0, 0, 1, 1, 1, 1]).round(2).tolist()
    [1.0, 0.52, 1.0, 1.0]
    """
    kind = np.asarray(kinds)
    ordinary = kind == ORDINARY
    window = np.ones(2 * _QUARTER + 1)
    padding = (0, max(0, window.size - values.size))
    sums, weeks = (
        np.convolve(np.pad(numbers, padding), window, mode="same")[: values.size]
        for numbers in (values * ordinary, ordinary.astype(np.float64))
    )
    usual = sums / np.maximum(weeks, 1)
    shares = np.ones(1 + len(SEASONS))
    for season in SEASONS:
        here = (kind == season) & (usual > 0)
        if here.any():
            more = usual[here].mean()
            shares[season] = max(_LEAST, (values[here].sum() + more) / (usual[here].sum() + more))
    return shares


@record(frozen=True, slots=True)
class Series:
    """One number a week, taken apart.

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

    An error in the season moves numbers between weeks but not the sum of a year.

    >>> series(np.array([10.0, 12, 8, 5]), np.array([1.0, 1, 1, 0.5]), np.ones(2)).level
    10.0
    """
    if not values.size:
        return Series(0.0, values, ahead)
    level = float(values.sum() / behind.sum())
    chance = (values - level * behind) / np.sqrt(behind)
    return Series(level, chance - chance.mean(), ahead)


@record(frozen=True, slots=True)
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
    off = drawn.chance[past].mean(axis=0)
    season = drawn.season[:, None]
    values = (drawn.level + doubt * off) * season + (drawn.chance[ahead] - off) * np.sqrt(season)
    return np.asarray(values)


def _doubt(behind: int, runs: int, random: np.random.Generator) -> Rates:
    """Return for each run by how much the means of drawn pasts are to be stretched around the true one.

    Blocks make these means vary too little, by a factor of (1 - 1/blocks) in variance; and how much they vary
    is itself known from few blocks, so that a normal becomes Student's t, with one and a half degrees of
    freedom for each block, since blocks overlap.
    """
    blocks = behind / max(1, min(BLOCK, behind // 2))
    if blocks <= 1:
        return np.ones(runs)
    freedom = 1.5 * blocks
    return np.asarray(np.sqrt(blocks / (blocks - 1) * freedom / random.chisquare(freedom, runs)))
