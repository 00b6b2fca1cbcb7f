"""Cases that lie ready at a stage, by the week they are due in, in many runs at once; how they leave it.

Rows are weeks in which cases fall due, the earliest first; columns are runs. Cases of one row are alike. A
parcel is a number of cases of neighbouring rows: the first of the rows, and an array (rows, runs).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ehcp_timeline.measure.forecast.model.arrays import Cases
from ehcp_timeline.measure.forecast.model.history import WorkOrder

Parcel = tuple[int, Cases]
_CHANCES = 256
_SPARSE = 16
_NO_SPREAD = 0.005


@dataclass(slots=True)
class Pool:
    """Cases that lie ready at one stage.

    Attributes:
        ready: How many, shape (rows, runs).
        low: No row before this one has any.
        high: No row from this one on has any.
    """

    ready: Cases
    low: int = 0
    high: int = 0

    def add(self, parcel: Parcel) -> None:
        """Lay cases ready."""
        first, cases = parcel
        self.ready[first : first + len(cases)] += cases
        self.low = min(self.low, first) if self.high > self.low else first
        self.high = max(self.high, first + len(cases))

    def narrow(self) -> Cases:
        """Forget rows at either end that have no cases left in any run, and return the others."""
        while self.low < self.high and not np.count_nonzero(self.ready[self.low]):
            self.low += 1
        while self.low < self.high and not np.count_nonzero(self.ready[self.high - 1]):
            self.high -= 1
        return self.ready[self.low : self.high]


@dataclass(frozen=True, slots=True)
class Chance:
    """A chance that each of several cases has, with the numbers that come of it.

    Attributes:
        share: The chance, from 0 to 1.
        table: Binomial numbers for 0, 1, 2 ... cases at 256 evenly spaced chances each, one after another.
    """

    share: float
    table: Cases


def chance(share: float, most: int) -> Chance:
    """Return a chance that up to `most` alike cases can have; tables double in size, so that few are made."""
    near = round(share, 6)
    if near >= 1:
        return Chance(1, np.zeros(0, dtype=np.int16))
    return Chance(near, _binomial_table(near, 1 << max(3, most.bit_length())))


@lru_cache(maxsize=64)
def _binomial_table(share: float, most: int) -> Cases:
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])
    chances = (np.arange(_CHANCES) + 0.5) / _CHANCES
    table = np.zeros((most + 1, _CHANCES), dtype=np.int16)
    for trials in range(1, most + 1 if share > 0 else 0):
        hits = np.arange(trials + 1)
        weight = logs[trials] - logs[hits] - logs[trials - hits]
        spread = np.exp(weight + hits * np.log(share) + (trials - hits) * np.log1p(-share)).cumsum()
        table[trials] = np.minimum(np.searchsorted(spread, chances), trials)
    return table.ravel()


def chosen(cases: Cases, chance: Chance, random: np.random.Generator) -> Cases:
    """Return how many of the cases are chosen (binomial)."""
    if chance.share >= 1:
        return cases.copy()
    if _SPARSE * np.count_nonzero(cases) > cases.size:
        return _drawn(cases, chance, random)
    out = np.zeros_like(cases)
    some = np.flatnonzero(cases != 0)
    out.ravel()[some] = _drawn(cases.ravel()[some], chance, random)
    return out


def _drawn(cases: Cases, chance: Chance, random: np.random.Generator) -> Cases:
    place = cases.astype(np.int32)
    place *= _CHANCES
    place += random.integers(0, _CHANCES, size=cases.shape, dtype=np.uint8)
    return chance.table.take(place)


def release(pool: Pool, chance: Chance, random: np.random.Generator) -> Iterator[Parcel]:
    """Take from a pool each case with the same chance: a stage in which nobody waits for hands."""
    held = pool.narrow()
    if len(held):
        out = chosen(held, chance, random)
        held -= out
        yield pool.low, out


def serve(
    pool: Pool, places: Cases, order: WorkOrder, in_time: int, random: np.random.Generator
) -> Iterator[Parcel]:
    """Take from a pool as many cases as there are places, in the given order.

    Args:
        pool: The cases that are ready.
        places: How many can be taken, for each run.
        order: Which go first.
        in_time: First row whose cases are still in time.
        random: Rounds shares of places to whole ones.
    """
    left = np.minimum(places, pool.narrow().sum(axis=0, dtype=np.int32)).astype(np.int16)
    if order.spread > _NO_SPREAD:
        given = _spread(pool, _part(left, order.spread, random), random)
        left -= given.sum(axis=0, dtype=np.int16)
        yield pool.low, given
    if order.in_time > 0:
        share = order.in_time / (order.in_time + order.oldest)
        yours = left.copy() if share >= 1 else _part(left, share, random)
        left -= yours
        yield from _in_turn(pool, yours, max(in_time, pool.low))
        left += yours
    yield from _in_turn(pool, left, pool.low)


def _part(places: Cases, share: float, random: np.random.Generator) -> Cases:
    """Return a share of the places, rounded up as often as its fraction says."""
    return np.minimum(places, (places * share + random.random(places.shape)).astype(np.int16))


def _in_turn(pool: Pool, left: Cases, first: int) -> Iterator[Parcel]:
    """Take from one row after the other; `left` is what remains of the places afterwards."""
    if first >= pool.high or not np.count_nonzero(left):
        return
    taken = np.empty((pool.high - first, left.size), dtype=np.int16)
    for row, (held, given) in enumerate(zip(pool.ready[first : pool.high], taken, strict=True)):
        np.minimum(held, left, out=given)
        np.subtract(held, given, out=held)
        np.subtract(left, given, out=left)
        if not np.count_nonzero(left):
            taken = taken[: row + 1]
            break
    yield first, taken


def _spread(pool: Pool, places: Cases, random: np.random.Generator) -> Cases:
    """Take the same share of every row: places are dealt out along the rows at even distances."""
    held = pool.ready[pool.low : pool.high]
    total = np.maximum(held.sum(axis=0, dtype=np.int32), 1)
    share = np.minimum(1, places / total).astype(np.float32)
    upto = random.random(places.shape, dtype=np.float32)
    before = np.zeros(places.shape, dtype=np.int16)
    taken = np.empty_like(held)
    for there, given in zip(held, taken, strict=True):
        upto += there * share
        now = upto.astype(np.int16)
        np.subtract(now, before, out=given)
        np.minimum(given, there, out=given)
        before = now
    held -= taken
    return taken
