"""From a few published counts: what each pair of them implies, and the rate that a target date takes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, Rates
from ehcp_timeline.commands.forecast.results.outlook import ClearanceDay

LEAST_PAIRS = 6
"""Pairs of counts below which no percentiles are given: chance cannot be told from so few."""
FARTHEST_YEARS = 20
"""Years beyond which no date is named: nothing that was counted says anything of them."""
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One count.

    Attributes:
        day: The day it was taken.
        count: Cases in the backlog.
        arrivals: Cases that came since the count before; None where it does not say.
        completions: Cases that were done since the count before; None where it does not say.
    """

    day: date
    count: int
    arrivals: int | None = None
    completions: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """What two counts imply.

    Attributes:
        first: The earlier count.
        last: The later count.
        weeks: Weeks between them.
        per_week: Change a week; below zero the backlog falls.
        clear_on: Day on which the backlog is gone if it goes on so from the later count; None is never.
        unexplained: Cases by which the change differs from arrivals less completions; None where the counts
            do not say what came and went.
    """

    first: Snapshot
    last: Snapshot
    weeks: float
    per_week: float
    clear_on: date | None
    unexplained: int | None


@dataclass(frozen=True, slots=True)
class Snapshots:
    """What a series of counts implies.

    Attributes:
        counts: The counts, in order of their days.
        pairs: Each count with the next one.
        whole: The first with the last; None of a single count.
        arrivals_per_week: Mean over the counts that say so; None where none does.
        completions_per_week: The same of completions.
        from_last: When the last count is gone at the pace of each pair, and of the whole: None is never.
        clearance: By drawing pairs at random; None where there are too few.
    """

    counts: tuple[Snapshot, ...]
    pairs: tuple[Pair, ...]
    whole: Pair | None
    arrivals_per_week: float | None
    completions_per_week: float | None
    from_last: tuple[date | None, ...]
    clearance: ClearanceDay | None


def pair(first: Snapshot, last: Snapshot) -> Pair:
    """Return what two counts of different days imply.

    >>> one = pair(Snapshot(date(2023, 5, 31), 12419), Snapshot(date(2024, 1, 31), 8310))
    >>> round(one.per_week, 1), one.clear_on
    (-117.4, datetime.date(2025, 6, 10))
    """
    days = (last.day - first.day).days
    change = last.count - first.count
    unexplained = None
    if last.arrivals is not None and last.completions is not None:
        unexplained = change - (last.arrivals - last.completions)
    return Pair(
        first, last, days / WEEK, change * WEEK / days, clear_on(last, -change * WEEK / days), unexplained
    )


def clear_on(start: Snapshot, net: float) -> date | None:
    """Return the day on which a backlog is gone if it falls by `net` a week; None where it never is.

    Later than twenty years counts as never.

    >>> clear_on(Snapshot(date(2025, 1, 1), 20), 10), clear_on(Snapshot(date(2025, 1, 1), 20), 0)
    (datetime.date(2025, 1, 15), None)
    """
    if start.count == 0:
        return start.day
    if net <= 0 or start.count / net > FARTHEST_YEARS * 52:
        return None
    return start.day + timedelta(days=math.ceil(start.count / net * WEEK))


def from_counts(counts: Sequence[Snapshot], runs: int, seed: int, weeks: int) -> Snapshots:
    """Return what counts imply, in order of their days, no two on one day.

    Args:
        counts: At least one.
        runs: Runs of the simulation, where there are pairs enough for one.
        seed: Its seed.
        weeks: Weeks to look ahead.
    """
    pairs = tuple(pair(first, last) for first, last in pairwise(counts))
    whole = pair(counts[0], counts[-1]) if pairs else None
    return Snapshots(
        counts=tuple(counts),
        pairs=pairs,
        whole=whole,
        arrivals_per_week=_per_week(pairs, "arrivals"),
        completions_per_week=_per_week(pairs, "completions"),
        from_last=tuple(clear_on(counts[-1], -one.per_week) for one in (*pairs, whole) if one is not None),
        clearance=_drawn(pairs, runs, seed, weeks) if len(pairs) >= LEAST_PAIRS else None,
    )


def _per_week(pairs: Sequence[Pair], what: str) -> float | None:
    """Return a mean a week over the pairs whose later count says it."""
    told = [(getattr(one.last, what), one.weeks) for one in pairs if getattr(one.last, what) is not None]
    return sum(number for number, _ in told) / sum(weeks for _, weeks in told) if told else None


def _drawn(pairs: Sequence[Pair], runs: int, seed: int, weeks: int) -> ClearanceDay:
    """Return clearance dates by drawing pairs, a chunk of runs at a time so that memory does not grow."""
    if pairs[-1].last.count == 0:
        return ClearanceDay(pairs[-1].last.day, pairs[-1].last.day, pairs[-1].last.day, 0.0)
    clear: list[float] = []
    for number, first in enumerate(range(0, runs, CHUNK)):
        random = np.random.Generator(np.random.PCG64([seed, number]))
        clear += _clear_weeks(pairs, min(CHUNK, runs - first), weeks, random).tolist()
    return _clearance(sorted(clear), pairs[-1].last)


def _clear_weeks(pairs: Sequence[Pair], runs: int, weeks: int, random: np.random.Generator) -> Rates:
    """Return the week in which each run is clear, infinite where it is not within `weeks`.

    Each run first draws its own past from the pairs and then its future from that past: its pairs one after
    another, each as long as it was. A backlog is gone when the line between two counts touches zero.
    """
    changes = np.array([one.last.count - one.first.count for one in pairs], dtype=np.float64)
    lengths = np.array([one.weeks for one in pairs])
    steps = math.ceil(weeks / float(lengths.min()))
    past = random.integers(0, len(pairs), size=(runs, len(pairs)))
    ahead = np.take_along_axis(past, random.integers(0, len(pairs), size=(runs, steps)), axis=1)
    left = pairs[-1].last.count + changes[ahead].cumsum(axis=1)
    passed = lengths[ahead].cumsum(axis=1)
    gone = left <= 0
    rows, at = np.arange(runs), gone.argmax(axis=1)
    over = left[rows, at] / np.minimum(changes[ahead[rows, at]], -1e-9)
    clear = np.where(gone.any(axis=1), passed[rows, at] - over * lengths[ahead[rows, at]], np.inf)
    return np.where(clear > weeks, np.inf, clear)


def _clearance(clear: Sequence[float], last: Snapshot) -> ClearanceDay:
    """Return the percentiles of clearance weeks in rising order."""
    found: list[date | None] = []
    for share in (0.5, 0.85, 0.95):
        week = clear[math.ceil(share * len(clear)) - 1]
        found.append(None if math.isinf(week) else last.day + timedelta(days=math.ceil(week * WEEK)))
    never = sum(map(math.isinf, clear)) / len(clear)
    return ClearanceDay(found[0], found[1], found[2], round(never, 4))
