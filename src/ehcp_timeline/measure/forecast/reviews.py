"""Yearly reviews as work that comes back: every review done falls due again, and every new plan joins in."""

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.counts import REVIEW
from ehcp_timeline.measure.forecast.caseload import dated_clocks, days_given, days_of, week_overdue
from ehcp_timeline.measure.forecast.days import NEVER, WEEK, YEAR, Cases, Days, day_number
from ehcp_timeline.measure.forecast.outlook import ClearanceDay, clearance
from ehcp_timeline.measure.forecast.pace import weekly
from ehcp_timeline.measure.forecast.present import WorkOrder, order_taken
from ehcp_timeline.measure.forecast.request import OBSERVED, ForecastRequest
from ehcp_timeline.measure.forecast.simulate import Orders, Pool, serve, type_for
from ehcp_timeline.measure.forecast.weeks import (
    Drivers,
    Spread,
    chunks,
    draw,
    factors,
    kinds_of_weeks,
    rounded,
    series,
)
from ehcp_timeline.measure.pace import P85, percentile
from ehcp_timeline.record import Whole, field, record

_USUAL_LEAD = 4


@record(frozen=True, slots=True)
class Reviews:
    """Every review clock of a file, as day numbers; `NEVER` where there is no day.

    Attributes:
        start: Day its year started.
        done: Day of the decision.
        closed: Day it was decided or ended, whichever came first.
    """

    start: Days
    due: Days
    done: Days
    closed: Days


@record(frozen=True, slots=True)
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

    open: Whole
    overdue: Whole
    due_per_week: float = field(metadata=decimals(2))
    done_per_week: float = field(metadata=decimals(2))
    weeks: Whole
    clearance: Mapping[str, ClearanceDay]


def reviews_of(batches: Iterable[Judged], as_at: int) -> Reviews:
    """Return every review clock of judged batches."""
    none = Judged(pl.DataFrame(), {})
    frame = pl.concat(
        [dated_clocks(judged, REVIEW).filter(~pl.col("excused")) for judged in (none, *batches)]
    )
    done, ended = days_of(frame, "answered", as_at), days_of(frame, "ended", as_at)
    start, due = days_of(frame, "start", as_at), days_of(frame, "due", NEVER)
    return Reviews(start, due, done, np.minimum(done, ended))


def review_outlook(
    reviews: Reviews, rulebook: Rulebook, asked: ForecastRequest, orders: Orders
) -> ReviewOutlook | None:
    """Return when overdue reviews clear under each order of work, and under the observed one.

    A review decided today is due again after the time that the law gives. None of a file without reviews
    decided.
    """
    day, weeks = day_number(asked.as_at), asked.weeks
    year = days_given(rulebook, REVIEW[0], asked.as_at) // WEEK
    behind = min(YEAR, int(day - reviews.done.min(initial=NEVER) + 1) // WEEK)
    if behind < 2:
        return None
    recent, closed = ((days > day - WEEK * behind) & (days <= day) for days in (reviews.done, reviews.closed))
    early = np.sort((reviews.due - reviews.done)[recent & (reviews.done <= reviews.due)])
    lead = int(percentile(early, P85, between=True)) // WEEK + 1 if early.size else _USUAL_LEAD
    open_ = (reviews.start <= day) & (reviews.closed > day)
    due_week = week_overdue(reviews.due[open_], day)
    rows = np.union1d(due_week, np.arange(1, weeks + year + 2)).astype(np.int32)
    done = weekly(reviews.done, day, behind).astype(np.float64)
    begun = weekly(reviews.start, day, behind).astype(np.float64)
    kinds, kinds_ahead = kinds_of_weeks(day - WEEK * behind, behind), kinds_of_weeks(day, weeks)
    # new plans start years that no review started
    fresh = series(np.maximum(0.0, begun - done), np.ones(behind), np.ones(weeks))
    season = factors(done, kinds)
    drivers = Drivers(fresh, series(done, season[kinds], season[kinds_ahead]))
    at_start = np.bincount(np.searchsorted(rows, due_week), minlength=rows.size)
    goes_on = int(np.count_nonzero(recent)) / max(1, int(np.count_nonzero(closed)))

    def cleared(order: WorkOrder) -> Spread:
        """Return how many runs were first clear in which week."""
        found = Spread()
        for size, random in chunks(asked.runs, asked.seed):
            plans, capacity = draw(drivers, size, random)
            places = rounded(capacity, random)
            most = int(at_start.sum()) + int(plans.sum(axis=0).max(initial=0))
            ready: Cases = np.repeat(at_start[:, None], size, axis=1).astype(type_for(most))
            clear = np.zeros(size, dtype=np.int64)
            for week in range(1, weeks + 1):
                row, past, high, in_time = np.searchsorted(
                    rows, [week + year, week + 1, week + lead + 1, week]
                ).tolist()
                finished = np.zeros(size, dtype=np.float64)
                for _, given in serve(Pool(ready, 0, high), places[week - 1], order, in_time, random):
                    finished += given.sum(axis=0, dtype=np.int32)
                ready[row] += rounded(finished * goes_on, random) + plans[week - 1]
                clear[(clear == 0) & (ready[:past].sum(axis=0, dtype=np.int32) == 0)] = week
                if clear.all():
                    break
            clear[clear == 0] = weeks + 1
            found.add(clear)
        return found

    seen = order_taken(reviews.due, reviews.due - WEEK * lead, reviews.closed, day, behind)
    ahead = open_ & (reviews.due > day) & (reviews.due <= day + WEEK * year)
    return ReviewOutlook(
        open=int(np.count_nonzero(open_)),
        overdue=int(np.count_nonzero(open_ & (reviews.due < day))),
        due_per_week=float(np.count_nonzero(ahead)) / year,
        done_per_week=float(done.mean()),
        weeks=behind,
        clearance={
            name: clearance(cleared(order), asked.as_at, weeks)
            for name, order in {**orders, OBSERVED: seen}.items()
            if isinstance(order, WorkOrder)
        },
    )
