"""Yearly reviews as work that comes back: every review done falls due again, and every new plan joins in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.commands.forecast.model.arrays import NEVER, WEEK, Counts, Days, Spread, day_of
from ehcp_timeline.commands.forecast.model.assessments import days_of
from ehcp_timeline.commands.forecast.model.bootstrap import Drivers, draw, rounded, series
from ehcp_timeline.commands.forecast.model.history import weekly
from ehcp_timeline.commands.forecast.model.open_work import week_overdue
from ehcp_timeline.commands.forecast.model.policy import WorkOrder, order_taken
from ehcp_timeline.commands.forecast.model.seasons import factors, kinds_of_weeks
from ehcp_timeline.commands.forecast.results.outlook import ClearanceDay, clearance
from ehcp_timeline.commands.forecast.simulate.queues import Pool, serve
from ehcp_timeline.commands.forecast.simulate.run import CHUNK
from ehcp_timeline.measure.counts import clocks_of

REVIEW = ("review.annual",)
_YEAR = 52
_EARLY = 85
_USUAL_LEAD = 4


@dataclass(frozen=True, slots=True)
class Reviews:
    """Every review clock of a file, as day numbers; `NEVER` where there is no day.

    Attributes:
        start: Day its year started.
        due: Its due day.
        done: Day of the decision.
        closed: Day it was decided or ended, whichever came first.
    """

    start: Days
    due: Days
    done: Days
    closed: Days


@dataclass(frozen=True, slots=True)
class ReviewOutlook:
    """When overdue reviews clear.

    Attributes:
        open: Reviews to do, those not due yet among them.
        overdue: Of these, past their due day.
        due_per_week: Reviews that fall due a week over the coming year, as the plans stand now.
        done_per_week: Reviews decided a week over the weeks behind.
        weeks: Weeks behind that this is taken over.
        clearance: Order of work to when none is overdue.
    """

    open: int
    overdue: int
    due_per_week: float
    done_per_week: float
    weeks: int
    clearance: Mapping[str, ClearanceDay]


def reviews_of(batches: Iterable[Judged], as_at: int) -> Reviews:
    """Return every review clock of judged batches."""
    wanted = ("start", "due", "answered", "ended", "open")
    whole = pl.concat([clocks_of(batch, REVIEW, *wanted) for batch in batches] or [clocks_of_none(wanted)])
    closed = pl.col("answered").is_not_null() | pl.col("ended").is_not_null()
    frame = whole.filter(pl.col("due").is_not_null() & (pl.col("open") | closed))
    done, ended = days_of(frame, "answered", as_at), days_of(frame, "ended", as_at)
    start, due = days_of(frame, "start", as_at), days_of(frame, "due", NEVER)
    return Reviews(start, due, done, np.minimum(done, ended))


def clocks_of_none(columns: tuple[str, ...]) -> pl.DataFrame:
    """Return no clocks with these columns."""
    return clocks_of(Judged(pl.DataFrame(), {}), REVIEW, *columns)


@dataclass(frozen=True, slots=True)
class _ReviewQueue:
    """Reviews to do, by the week they fall due in, and how they come and go."""

    drivers: Drivers
    due_weeks: Days
    at_start: Counts
    lead: int
    year: int
    kept: float


def review_outlook(
    reviews: Reviews, day: int, weeks: int, orders: Mapping[str, WorkOrder], runs: int, seed: int, year: int
) -> ReviewOutlook | None:
    """Return when overdue reviews clear under each order of work; None of a file without reviews decided.

    Args:
        reviews: The reviews.
        day: The as-at date as a day number.
        weeks: Weeks to come.
        orders: Orders of work; the observed one is added.
        runs: Runs of the simulation.
        seed: Its seed.
        year: Whole weeks until a review decided today is due again.
    """
    behind = min(_YEAR, int(day - reviews.done.min(initial=NEVER) + 1) // WEEK)
    if behind < 2:
        return None
    line = _line(reviews, day, weeks, behind, year)
    seen = order_taken(reviews.due, reviews.due - WEEK * line.lead, reviews.closed, day, behind)
    cleared = _cleared(line, {**orders, "observed": seen}, weeks, runs, seed)
    open_ = (reviews.start <= day) & (reviews.closed > day)
    ahead = open_ & (reviews.due > day) & (reviews.due <= day + WEEK * year)
    return ReviewOutlook(
        open=int(np.count_nonzero(open_)),
        overdue=int(np.count_nonzero(open_ & (reviews.due < day))),
        due_per_week=float(np.count_nonzero(ahead)) / year,
        done_per_week=float(weekly(reviews.done, day, behind).mean()),
        weeks=behind,
        clearance={name: clearance(one, day_of(day), weeks) for name, one in cleared.items()},
    )


def _line(reviews: Reviews, day: int, weeks: int, behind: int, year: int) -> _ReviewQueue:
    recent = (reviews.done > day - WEEK * behind) & (reviews.done <= day)
    early = (reviews.due - reviews.done)[recent & (reviews.done <= reviews.due)]
    lead = int(np.percentile(early, _EARLY)) // WEEK + 1 if early.size else _USUAL_LEAD
    closed = (reviews.closed > day - WEEK * behind) & (reviews.closed <= day)
    open_ = (reviews.start <= day) & (reviews.closed > day)
    due_week = week_overdue(reviews.due[open_], day)
    rows = np.union1d(due_week, np.arange(1, weeks + year + 2)).astype(np.int32)
    at_start = np.bincount(np.searchsorted(rows, due_week), minlength=rows.size).astype(np.int64)
    kept = int(np.count_nonzero(recent)) / max(1, int(np.count_nonzero(closed)))
    return _ReviewQueue(_drivers(reviews, day, weeks, behind), rows, at_start, lead, year, kept)


def _drivers(reviews: Reviews, day: int, weeks: int, behind: int) -> Drivers:
    """Return new plans (years that no review started) and reviews decided, for each week."""
    kinds = kinds_of_weeks(day - WEEK * behind, behind)
    ahead = kinds_of_weeks(day, weeks)
    done = weekly(reviews.done, day, behind).astype(np.float64)
    begun = weekly(reviews.start[reviews.start <= day], day, behind).astype(np.float64)
    season = factors(done, kinds)
    even = np.ones(len(season))
    fresh = np.maximum(0.0, begun - done)
    return Drivers(series(fresh, even[kinds], even[ahead]), series(done, season[kinds], season[ahead]))


def _cleared(
    line: _ReviewQueue, orders: Mapping[str, WorkOrder], weeks: int, runs: int, seed: int
) -> dict[str, Spread]:
    """Return for each order how many runs were first clear in which week."""
    found = {name: Spread() for name in orders}
    for number, first in enumerate(range(0, runs, CHUNK)):
        for name, order in orders.items():
            random = np.random.Generator(np.random.PCG64([seed, number]))
            found[name].add(_chunk(line, order, weeks, min(CHUNK, runs - first), random))
    return found


def _chunk(
    line: _ReviewQueue, order: WorkOrder, weeks: int, runs: int, random: np.random.Generator
) -> Counts:
    draws = draw(line.drivers, runs, random)
    places = rounded(draws.capacity, random)
    ready = np.repeat(line.at_start[:, None], runs, axis=1).astype(np.int16)
    clear = np.zeros(runs, dtype=np.int64)
    for week in range(1, weeks + 1):
        row, past = np.searchsorted(line.due_weeks, [week + line.year, week + 1]).tolist()
        high = int(np.searchsorted(line.due_weeks, week + line.lead + 1))
        pool = Pool(ready, 0, high)
        in_time = int(np.searchsorted(line.due_weeks, week))
        done = np.zeros(runs, dtype=np.float64)
        for _, given in serve(pool, places[week - 1], order, in_time, random):
            done += given.sum(axis=0, dtype=np.int32)
        ready[row] += rounded(done * line.kept, random) + draws.requests[week - 1]
        overdue = ready[:past].sum(axis=0, dtype=np.int32)
        clear[(clear == 0) & (overdue == 0)] = week
        if clear.all():
            break
    clear[clear == 0] = weeks + 1
    return clear
