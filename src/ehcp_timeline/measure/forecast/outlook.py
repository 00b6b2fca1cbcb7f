"""What the runs of one order of work come to: clearance dates, quarters, the path of the backlog."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from ehcp_timeline.clock import months_on
from ehcp_timeline.measure import backlog
from ehcp_timeline.measure.forecast.arrays import (
    NEVER,
    SHARES,
    WEEK,
    Share,
    Spread,
    after_weeks,
    day_number,
    day_of,
)
from ehcp_timeline.measure.forecast.caseload import Caseload, overdue_on, standing_on
from ehcp_timeline.measure.forecast.history import WorkOrder
from ehcp_timeline.measure.forecast.simulate import PER_MILLE, Kept
from ehcp_timeline.measure.result import Clearance
from ehcp_timeline.record import Percent, Whole, fields, record

PATH_WEEKS = 4
PAST_MONTHS = 12


@record(frozen=True, slots=True)
class ClearanceDay:
    """When the backlog clears: that share of the runs is clear by that day; null is not by the horizon.

    Attributes:
        never_share: Share of the runs that are not clear by the horizon.
    """

    p50: date | None
    p85: date | None
    p95: date | None
    never_share: Share


@record(frozen=True, slots=True)
class Quarter:
    """One calendar quarter to come, or the part of it inside the horizon.

    Attributes:
        quarter: As `2025-Q1`.
        weeks: Whole weeks of it that were simulated.
        rate: Percent of the plans issued that were in time: the median run.
        rate_p15: Not reached by 15% of the runs.
        rate_p85: Exceeded by 15% of the runs.
        rate_ex: The median without plans for which an exception is claimed; null where the file cannot say.
        overdue_p50: Overdue cases at its end.
        overdue_p85: 85% of the runs have no more.
        oldest_p50: Whole weeks since the request of the oldest case at its end.
        oldest_p85: 85% of the runs have no older one.
        over_52_p50: Families who have waited more than 52 weeks at its end.
        over_52_p85: 85% of the runs have no more.
    """

    quarter: str
    weeks: Whole
    rate: Percent
    rate_p15: Percent
    rate_p85: Percent
    rate_ex: Percent
    overdue_p50: int | None
    overdue_p85: int | None
    oldest_p50: int | None
    oldest_p85: int | None
    over_52_p50: int | None
    over_52_p85: int | None


@record(frozen=True, slots=True)
class PastPoint:
    """The backlog at the end of one day behind."""

    day: date
    open: Whole
    overdue: Whole


@record(frozen=True, slots=True)
class PathPoint:
    """The backlog at the end of one week to come."""

    week_ending: date
    open_p50: int | None
    overdue_p15: int | None
    overdue_p50: int | None
    overdue_p85: int | None
    oldest_p50: int | None


@record(frozen=True, slots=True)
class Outlook:
    """What one order of work leads to.

    Attributes:
        unchanged: Clearance without the what-if; null where there is none.
    """

    policy: str
    order: WorkOrder
    clearance: ClearanceDay
    unchanged: ClearanceDay | None
    quarters: tuple[Quarter, ...]
    path: tuple[PathPoint, ...]


@record(frozen=True, slots=True)
class ExceptionShares:
    """Of the plans issued in the weeks behind: shares with an exception claimed, in time and late."""

    in_time: float
    late: float

    def without(self, rate: float) -> float:
        """Return a rate, from 0 to 1, with these plans taken from both sides of it.

        >>> round(ExceptionShares(0.0, 0.5).without(0.5), 3)
        0.667
        """
        in_time, late = rate * (1 - self.in_time), (1 - rate) * (1 - self.late)
        return in_time / (in_time + late) if in_time + late > 0 else rate


def exceptions(work: Caseload, day: int, weeks: int) -> ExceptionShares | None:
    """Return the exceptions claimed in the weeks behind a day; None where the file has no column for them."""
    if not work.exceptions_known:
        return None
    issued = work.issued & (work.done > day - WEEK * weeks) & (work.done <= min(day, NEVER - 1))
    late = work.done > work.due
    groups = (issued & ~late, issued & late)
    return ExceptionShares(*(float(work.excepted[group].mean()) if group.any() else 0.0 for group in groups))


def quarters_ahead(day: int, weeks: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the quarters to come, and for each week the place of the one its last day lies in.

    >>> quarters_ahead(date(2025, 3, 20).toordinal(), 3)
    (('2025-Q1', '2025-Q2'), (0, 1, 1))
    """
    ends = [day_of(day + WEEK * week) for week in range(1, weeks + 1)]
    names = [f"{end.year}-Q{(end.month + 2) // 3}" for end in ends]
    order = list(dict.fromkeys(names))
    return tuple(order), tuple(order.index(name) for name in names)


def moments_kept(quarters: Sequence[int]) -> frozenset[int]:
    """Return the weeks to look at: every fourth, and the last of each quarter."""
    last = {place: week for week, place in enumerate(quarters, 1)}
    return frozenset({*last.values(), *range(PATH_WEEKS, len(quarters) + 1, PATH_WEEKS)})


def clearance(cleared: Spread, day: date, weeks: int) -> ClearanceDay:
    """Return the clearance dates; a run that is not clear by the horizon is later than any date."""
    weeks_to_clear = (clear_week(cleared, share, weeks) for share in SHARES)
    p50, p85, p95 = (None if week is None else after_weeks(day, week) for week in weeks_to_clear)
    return ClearanceDay(p50, p85, p95, round(cleared.share_above(weeks), 4))


def clear_week(cleared: Spread, share: float, weeks: int) -> int | None:
    """Return the week, to the nearest, by which a share of the runs is clear; None if not by the horizon."""
    within = cleared.percentile(share)
    return cleared.nearest(share) if within is not None and within <= weeks else None


def outlook(
    policy: str, order: WorkOrder, kept: Kept, clear: ClearanceDay, unchanged: ClearanceDay | None, day: date,
    quarters: tuple[tuple[str, ...], tuple[int, ...]], excepted: ExceptionShares | None,
) -> Outlook:  # fmt: skip
    """Return what the runs under one order of work come to; `quarters` as in `quarters_ahead`."""
    names, places = quarters
    last = {place: week for week, place in enumerate(places, 1)}
    every = []
    for place, name in enumerate(names):
        rate, rate_p15, rate_p85 = (
            None if rate is None else round(100 * rate / PER_MILLE, 1)
            for rate in map(kept.rates[place].percentile, (0.5, 0.15, 0.85))
        )
        without = None if rate is None or excepted is None else round(100 * excepted.without(rate / 100), 1)
        ends = _percentiles(Quarter, kept.moments[last[place]])
        every.append(Quarter(name, places.count(place), rate, rate_p15, rate_p85, without, **ends))
    path = tuple(
        PathPoint(after_weeks(day, week), **_percentiles(PathPoint, moment))
        for week, moment in sorted(kept.moments.items())
        if week % PATH_WEEKS == 0
    )
    return Outlook(policy, order, clear, unchanged, tuple(every), path)


def _percentiles(kind: type[Quarter | PathPoint], moment: Mapping[str, Spread]) -> dict[str, int | None]:
    """Return what a record says of a moment: its field `overdue_p85` is the 85th percentile of `overdue`."""
    named = (field.name.rpartition("_p") for field in fields(kind))
    return {
        f"{what}_p{percent}": moment[what].percentile(int(percent) / 100)
        for what, _, percent in named
        if what in moment
    }


def path_behind(work: Caseload, as_at: date, weeks: int) -> tuple[PastPoint, ...]:
    """Return the backlog on the as-at date and on the same day of the twelve months before it, oldest first.

    What was before the `weeks` that the file records is left out.
    """
    days = (months_on(as_at, -back) for back in range(PAST_MONTHS, -1, -1))
    return tuple(
        PastPoint(day, standing_on(work, day_number(day)).place.size, overdue_on(work, day_number(day)))
        for day in days
        if (as_at - day).days <= WEEK * weeks
    )


def naive_weeks(overdue: int, closed: float, requests: float) -> float | None:
    """Return overdue / (closed - requests), the weeks that a straight line gives; None where it never ends.

    Overdue cases now; closed cases and requests a week.

    >>> naive_weeks(220, 17, 15), naive_weeks(220, 15, 15)
    (110.0, None)
    """
    if overdue == 0:
        return 0.0
    return overdue / (closed - requests) if closed > requests else None


def straight_line(work: Caseload, day: int) -> Clearance:
    """Return when the overdue plans clear if the last 13 weeks go on, as `ehcp check` counts it."""
    since = day - backlog.WINDOW.days
    done = np.where(work.done <= day, work.done, NEVER)
    late = (work.start <= day) & (done > work.due)
    late[sorted(work.excused)] = False
    still = late & (done == NEVER) & (work.due < day)
    became = late & (work.due >= since) & (work.due < day)
    cleared = late & (done > since) & (done <= day)
    overdue, arrivals, completions = (int(np.count_nonzero(flags)) for flags in (still, became, cleared))
    return backlog.clearance(overdue, arrivals, completions, day_of(day), len(work.excused))
