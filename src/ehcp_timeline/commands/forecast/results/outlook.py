"""What the runs of one order of work come to: clearance dates, quarters, the path of the backlog."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ehcp_timeline.commands.forecast.model.arrays import NEVER, WEEK, Spread, after_weeks, day_of
from ehcp_timeline.commands.forecast.model.assessments import Caseload
from ehcp_timeline.commands.forecast.model.policy import WorkOrder
from ehcp_timeline.commands.forecast.simulate.record import PER_MILLE, Kept, Moment

PATH_WEEKS = 4
_LOW, _MIDDLE, _HIGH, _HIGHEST = 0.15, 0.5, 0.85, 0.95


@dataclass(frozen=True, slots=True)
class ClearanceDay:
    """When the backlog clears: that share of the runs is clear by that day; None is not by the horizon.

    Attributes:
        p50: Half of the runs are clear by this day.
        p85: 85% are.
        p95: 95% are.
        never_share: Share of the runs that are not clear by the horizon, from 0 to 1.
    """

    p50: date | None
    p85: date | None
    p95: date | None
    never_share: float


@dataclass(frozen=True, slots=True)
class Quarter:
    """One calendar quarter to come, or the part of it inside the horizon; rates in percent, P15 to P85.

    Attributes:
        quarter: As `2025-Q1`.
        weeks: Whole weeks of it that were simulated.
        rate: Plans issued in time, of those issued: the median run.
        rate_p15: Not reached by 15% of the runs.
        rate_p85: Exceeded by 15% of the runs.
        rate_ex: The median without plans for which an exception is claimed; None where the file cannot say.
        overdue_p50: Overdue cases at its end.
        overdue_p85: 85% of the runs have no more.
        oldest_p50: Whole weeks since the request of the oldest case at its end.
        oldest_p85: 85% of the runs have no older one.
        over_52_p50: Families who have waited more than 52 weeks at its end.
        over_52_p85: 85% of the runs have no more.
    """

    quarter: str
    weeks: int
    rate: float | None
    rate_p15: float | None
    rate_p85: float | None
    rate_ex: float | None
    overdue_p50: int | None
    overdue_p85: int | None
    oldest_p50: int | None
    oldest_p85: int | None
    over_52_p50: int | None
    over_52_p85: int | None


@dataclass(frozen=True, slots=True)
class PathPoint:
    """The backlog at the end of one week to come."""

    week_ending: date
    open_p50: int | None
    overdue_p15: int | None
    overdue_p50: int | None
    overdue_p85: int | None
    oldest_p50: int | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one order of work leads to."""

    policy: str
    order: WorkOrder
    clearance: ClearanceDay
    quarters: tuple[Quarter, ...]
    path: tuple[PathPoint, ...]


@dataclass(frozen=True, slots=True)
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
    shares = [
        float(work.excepted[issued & group].mean()) if (issued & group).any() else 0.0
        for group in (~late, late)
    ]
    return ExceptionShares(*shares)


def quarters_ahead(day: int, weeks: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the quarters to come, and for each week the place of the one its last day lies in.

    >>> quarters_ahead(date(2025, 3, 20).toordinal(), 3)
    (('2025-Q1', '2025-Q2'), (0, 1, 1))
    """
    names = [quarter_of(day_of(day + WEEK * week)) for week in range(1, weeks + 1)]
    order = list(dict.fromkeys(names))
    return tuple(order), tuple(order.index(name) for name in names)


def quarter_of(day: date) -> str:
    """Return the calendar quarter of a day.

    >>> quarter_of(date(2025, 9, 30))
    '2025-Q3'
    """
    return f"{day.year}-Q{(day.month + 2) // 3}"


def moments_kept(quarters: Sequence[int]) -> frozenset[int]:
    """Return the weeks to look at: every fourth, and the last of each quarter."""
    weeks = len(quarters)
    last = {week for week in range(1, weeks + 1) if week == weeks or quarters[week] != quarters[week - 1]}
    return frozenset(last | set(range(PATH_WEEKS, weeks + 1, PATH_WEEKS)))


def clearance(cleared: Spread, day: date, weeks: int) -> ClearanceDay:
    """Return the clearance dates; a run that is not clear by the horizon is later than any date."""
    found = [clear_week(cleared, share, weeks) for share in (_MIDDLE, _HIGH, _HIGHEST)]
    dates = [None if week is None else after_weeks(day, week) for week in found]
    return ClearanceDay(dates[0], dates[1], dates[2], round(cleared.share_above(weeks), 4))


def clear_now(day: date) -> ClearanceDay:
    """Return the clearance of a backlog that is clear on a day."""
    return ClearanceDay(day, day, day, 0.0)


def clear_week(cleared: Spread, share: float, weeks: int) -> int | None:
    """Return the week, to the nearest, by which a share of the runs is clear; None if not by the horizon."""
    within = cleared.percentile(share)
    return cleared.nearest(share) if within is not None and within <= weeks else None


def outlook(
    policy: str,
    order: WorkOrder,
    kept: Kept,
    day: date,
    quarters: tuple[tuple[str, ...], tuple[int, ...]],
    excepted: ExceptionShares | None,
) -> Outlook:
    """Return what the runs under one order of work come to."""
    names, places = quarters
    weeks = len(places)
    ends = [max(week for week in range(1, weeks + 1) if places[week - 1] == one) for one in range(len(names))]
    return Outlook(
        policy=policy,
        order=order,
        clearance=clearance(kept.cleared, day, weeks),
        quarters=tuple(
            _quarter(name, places.count(place), kept.rates[place], kept.moments[ends[place]], excepted)
            for place, name in enumerate(names)
        ),
        path=tuple(
            _point(after_weeks(day, week), kept.moments[week])
            for week in sorted(kept.moments)
            if week % PATH_WEEKS == 0
        ),
    )


def _quarter(name: str, weeks: int, rates: Spread, end: Moment, excepted: ExceptionShares | None) -> Quarter:
    middle = _rate(rates, _MIDDLE)
    without = None if middle is None or excepted is None else 100 * excepted.without(middle / 100)
    return Quarter(
        quarter=name,
        weeks=weeks,
        rate=middle,
        rate_p15=_rate(rates, _LOW),
        rate_p85=_rate(rates, _HIGH),
        rate_ex=None if without is None else round(without, 1),
        overdue_p50=end.overdue.percentile(_MIDDLE),
        overdue_p85=end.overdue.percentile(_HIGH),
        oldest_p50=end.oldest.percentile(_MIDDLE),
        oldest_p85=end.oldest.percentile(_HIGH),
        over_52_p50=end.over_a_year.percentile(_MIDDLE),
        over_52_p85=end.over_a_year.percentile(_HIGH),
    )


def _rate(rates: Spread, share: float) -> float | None:
    found = rates.percentile(share)
    return None if found is None else round(100 * found / PER_MILLE, 1)


def _point(day: date, moment: Moment) -> PathPoint:
    return PathPoint(
        day,
        moment.open.percentile(_MIDDLE),
        moment.overdue.percentile(_LOW),
        moment.overdue.percentile(_MIDDLE),
        moment.overdue.percentile(_HIGH),
        moment.oldest.percentile(_MIDDLE),
    )


def naive_weeks(overdue: int, closed: float, requests: float) -> float | None:
    """Return overdue / (closed - requests), the weeks that a straight line gives; None where it never ends.

    Args:
        overdue: Overdue cases now.
        closed: Cases closed a week.
        requests: Requests a week.

    >>> naive_weeks(220, 17, 15), naive_weeks(220, 15, 15)
    (110.0, None)
    """
    if overdue == 0:
        return 0.0
    return overdue / (closed - requests) if closed > requests else None
