"""The weeks behind, as the answer gives them: each stage and its queue, the seasons, the path, what moved."""

from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import Any, Literal

import numpy as np

from ehcp_timeline.clock import months_on
from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.counts import BACKLOG_WINDOW, clearance
from ehcp_timeline.measure.forecast.caseload import WHOLE, Caseload, overdue_on, standing_on
from ehcp_timeline.measure.forecast.present import LONGEST, Present
from ehcp_timeline.measure.forecast.weeks import (
    NEVER,
    ORDINARY,
    SEASONS,
    WEEK,
    YEAR,
    Rates,
    Season,
    Share,
    day_number,
    day_of,
    factors,
    kinds_of_weeks,
    mean,
)
from ehcp_timeline.measure.pace import MEDIAN, P85, percentile
from ehcp_timeline.measure.result import Clearance
from ehcp_timeline.measure.terms import SchoolDays
from ehcp_timeline.record import Whole, field, record

PAST_MONTHS = 12
FACTOR = 4.0
"""F: with F = -ln(1 - p) a share p of waits is inside the target, if waits are exponential; 4 keeps 98%."""
RELIEF_WEEKS = 26
FORMS = ("load", "target_queue", "relief_capacity", "target_capacity", "pressure")
RECENT_WEEKS = 8
CRITICAL = 12.35
"""Weeks that resemble only their neighbours give more than this once in a hundred times."""
NAMED = 1.5 * CRITICAL
"""A larger F is named: a good or bad spell of months varies more than neighbouring weeks show."""
_CRITICAL_THERE = 3.84  # chi-squared with one degree of freedom, 5%
REQUESTS = "requests"
_LEAST_WEEKS = 26
_END = 0.15
_LAGS = 4  # weeks for which one week's chance is felt
_QUARTER = 13
_MATERIAL = 4 / 3  # smaller changes are within what the drawn weeks allow for


@record(frozen=True, slots=True)
class StageLine:
    """One stage, and its queue by five forms where they apply; rates are cases a week.

    Attributes:
        narrowest: Whether cases wait for staff here.
        in_hand: Cases in it now.
        waiting: Of these, past the shortest time in it.
        arrivals_per_week: Cases that came to it.
        completions_per_week: Cases that left it.
        onward: Share of those that left which went on.
        law_weeks: Weeks that the law's timetable gives it.
        least_weeks: Shortest time in it, in whole weeks.
        weeks_p50: Median time of those that went on; null where it was never measured.
        weeks_p85: Their 85th percentile.
        load: Arrivals over completions; null where nothing was completed.
        target_queue: Waiting cases at which the timetable is kept.
        relief_capacity: Cases a week that get the queue there in 26 weeks.
        target_capacity: Cases a week that keep it there.
        pressure: Twice the mean wait over the timetable.
        why: Why a form does not apply.
    """

    stage: str
    narrowest: bool
    in_hand: Whole
    waiting: Whole
    arrivals_per_week: float
    completions_per_week: float
    onward: Share
    law_weeks: Whole
    least_weeks: Whole
    weeks_p50: float | None
    weeks_p85: float | None
    load: float | None
    target_queue: float | None
    relief_capacity: float | None
    target_capacity: float | None
    pressure: float | None
    why: tuple[str, ...]


@record(frozen=True, slots=True)
class SeasonLine:
    """How a kind of week to come compares with an ordinary one.

    Attributes:
        weeks_seen: Weeks of that kind in the weeks behind; of none, it is taken to be like any other.
        requests: Share of an ordinary week's requests.
        completions: Share of an ordinary week's work.
    """

    kind: Season
    weeks_seen: Whole
    requests: float
    completions: float


def queue_forms(
    demand: float, capacity: float, waiting: float, mean_wait: float, weeks: float
) -> dict[str, Any]:
    """Return the five forms for one stage, to three decimals, each only where it applies; and `why` not.

    They hold for one queue in which cases wait for staff, not for the twenty weeks. Source: the R package
    NHSRwaitinglist, after N. J. Fong and others, "An approach to managing waiting lists" (2022,
    doi:10.1101/2022.08.23.22279117). With demand D and capacity C in cases a week, a queue of Q cases that
    wait for staff and a target wait of T weeks, those that the law's timetable leaves for the stage:

    - the load is D / C: at 1 or more the queue grows without end;
    - the target queue is D * T / F, the cases at which the target wait is kept (Little's law);
    - relief, D + (Q - target queue) / 26, brings a queue of more than twice its target there in 26 weeks:
      without D the queue would stand still at best;
    - the target capacity, D + F / T, keeps the target wait for good. It is Kingman's formula
      D + ((cv_d^2 + cv_c^2) / 2) * F / T where arrivals and completions vary by chance alone (both cv are
      1); the published text of its R function leaves out the division by 2 that its code has;
    - the pressure is twice the mean wait over the target wait: above 1 the target is most likely missed.

    >>> [queue_forms(30, 40, 1200, 63, 52)[form] for form in FORMS]
    [0.75, 390.0, 61.154, 30.077, 2.423]
    >>> queue_forms(30, 40, 500, 63, 52)["why"]
    ('relief capacity: the queue of 500 is not more than twice its target of 390',)
    """
    if demand <= 0:
        return _no_forms("nothing came to this stage in the weeks looked at")
    if weeks <= 0:
        return _no_forms("the law's timetable leaves this stage no weeks of its own")
    target = demand * weeks / FACTOR
    too_long = waiting > 2 * target
    why = []
    if not too_long:
        why.append(
            f"relief capacity: the queue of {waiting:,.0f} is not more than twice its target of {target:,.0f}"
        )
    if capacity <= demand:
        why.append("target queue: it can be kept only where more is finished than comes in")
    return {
        "load": round(demand / capacity, 3) if capacity > 0 else None,
        "target_queue": round(target, 3),
        "relief_capacity": round(demand + (waiting - target) / RELIEF_WEEKS, 3) if too_long else None,
        "target_capacity": round(demand + FACTOR / weeks, 3),
        "pressure": round(2 * mean_wait / weeks, 3),
        "why": tuple(why),
    }


def _no_forms(why: str) -> dict[str, Any]:
    return {**dict.fromkeys(FORMS), "why": (why,)}


def stage_lines(now: Present) -> tuple[StageLine, ...]:
    """Return every stage, in order."""
    lines = []
    for place, (stage, flow) in enumerate(zip(now.work.timetable.stages, now.past.stages, strict=True)):
        spent = (now.standing.day - now.standing.since[now.standing.stage == place]) / WEEK
        waits = spent[spent >= flow.least] - flow.least
        came, left = mean(flow.came), flow.pace
        forms = queue_forms(came, left, waits.size, mean(waits), stage.weeks)
        if stage.name == WHOLE:
            forms = _no_forms("these forms are for one stage's queue; the file has no dates of single stages")
        weeks_p50, weeks_p85 = (
            round(float(percentile(flow.lengths, percent, between=True)) / WEEK, 1)
            if flow.lengths.size
            else None
            for percent in (MEDIAN, P85)
        )
        lines.append(
            StageLine(
                stage=flow.name,
                narrowest=place == now.narrowest,
                in_hand=int(spent.size),
                waiting=int(waits.size),
                arrivals_per_week=round(came, 2),
                completions_per_week=round(left, 2),
                onward=round(flow.onward, 3),
                law_weeks=stage.weeks,
                least_weeks=flow.least,
                weeks_p50=weeks_p50,
                weeks_p85=weeks_p85,
                **forms,
            )
        )
    return tuple(lines)


def season_lines(now: Present, closures: Sequence[SchoolDays] = ()) -> tuple[SeasonLine, ...]:
    """Return every kind of week ahead that is not an ordinary one."""
    ahead = kinds_of_weeks(now.past.day, now.pipeline.weeks, closures)
    recorded = min(LONGEST, now.recorded)
    behind = kinds_of_weeks(now.past.day - WEEK * recorded, recorded, closures)
    drivers = now.pipeline.drivers
    seasons = drivers.requests.season, drivers.capacity.season
    return tuple(
        SeasonLine(
            SEASONS[kind],
            behind.count(kind),
            *(round(float(season[ahead.index(kind)]), 2) for season in seasons),
        )
        for kind in sorted(set(ahead) - {ORDINARY})
    )


@record(frozen=True, slots=True)
class PastPoint:
    """The backlog at the end of one day behind."""

    day: date
    open: Whole
    overdue: Whole


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
    since = day - BACKLOG_WINDOW.days
    done = np.where(work.done <= day, work.done, NEVER)
    late = (work.start <= day) & (done > work.due) & ~work.excused
    still = late & (done == NEVER) & (work.due < day)
    became = late & (work.due >= since) & (work.due < day)
    cleared = late & (done > since) & (done <= day)
    overdue, arrivals, completions = (int(np.count_nonzero(flags)) for flags in (still, became, cleared))
    return clearance(overdue, arrivals, completions, day_of(day), int(work.excused.sum()))


@record(frozen=True, slots=True)
class PaceChange:
    """A change in the weekly numbers of the weeks behind.

    Attributes:
        what: `requests`, or the stage that finished more or fewer cases.
        kind: `break` from one week to the next, or `trend` over all of the weeks.
        since: First day after the break; of a trend, the first day of the weeks.
        before_per_week: Mean before the break; of a trend, of the first 13 weeks. Seasons are evened out.
        after_per_week: Mean from the break on; of a trend, of the last 13 weeks.
        statistic: The largest F; neighbouring weeks alone give more than 12.35 once in a hundred times, and
            more than 18.5 is named.
    """

    what: str
    kind: Literal["break", "trend"]
    since: date
    before_per_week: float = field(metadata=decimals(1))
    after_per_week: float = field(metadata=decimals(1))
    statistic: float = field(metadata=decimals(1))


def pace_changes(now: Present, closures: Sequence[SchoolDays] = ()) -> tuple[PaceChange, ...]:
    """Return what moved more than chance explains: requests, and what stages at which cases wait finished.

    Where nobody waits for hands a stage has no pace of its own: what leaves it is what came weeks before.
    Every place where the weeks could be parted in two is tried, and the largest difference of means is held
    against chance (sup-F). Source of the critical value: D. W. K. Andrews, "Tests for parameter instability
    and structural change with unknown change point", Econometrica 61 (1993), 821-856, table I: one parameter,
    15% left at either end.
    """
    past, changes = now.past, []
    kinds = kinds_of_weeks(past.day - WEEK * past.weeks, past.weeks, closures)
    paced = [
        (step.name, flow.left)
        for place, (step, flow) in enumerate(zip(now.pipeline.steps, now.long.stages, strict=True))
        if step.ordered or place == now.narrowest
    ]
    for what, counts in ((REQUESTS, now.long.requests), *paced):
        long = counts.astype(np.float64)
        values = long[-past.weeks :]
        even = values / factors(values, kinds)[kinds]
        change = largest_change(even) if values.any() else None
        if change is None or change[1] <= NAMED or comes_every_year(long, past.weeks, change[0]):
            continue
        place, statistic, is_trend = change
        first, last = (even[:_QUARTER], even[-_QUARTER:]) if is_trend else (even[:place], even[place:])
        since = day_of(past.day - WEEK * (past.weeks - (0 if is_trend else place)) + 1)
        before, after = float(first.mean()), float(last.mean())
        if max(before, after) >= _MATERIAL * min(before, after):
            kind: Literal["break", "trend"] = "trend" if is_trend else "break"
            changes.append(PaceChange(what, kind, since, before, after, statistic))
    return tuple(changes)


def comes_every_year(values: Rates, weeks: int, place: int) -> bool:
    """Return whether a change in the last so many weeks may be a season: it came a year before as well.

    The weeks a year before changed the same way at the same place, and once they are taken off, scaled to the
    same sum, what is left of the change is within chance (5 in 100). False where less than eight weeks on
    either side have one a year before.

    >>> season = np.tile(np.repeat([20.0, 10.0], 26), 2)
    >>> comes_every_year(season, 52, 26), comes_every_year(np.repeat([20.0, 10.0], [78, 26]), 52, 26)
    (True, False)
    """
    both = min(weeks, values.size - YEAR)
    place -= weeks - both
    if min(place, both - place) < RECENT_WEEKS:
        return False
    here, before = values[-both:], values[-both - YEAR : -YEAR]
    now, _ = _step(here, place, here.mean())
    then, _ = _step(before, place, before.mean())
    rest, left = _step(here - before * here.sum() / max(1.0, before.sum()), place, 2 * here.mean())
    return then * now > 0 and (left <= _CRITICAL_THERE or rest * now <= 0)


def largest_change(values: Rates) -> tuple[int, float, bool] | None:
    """Return where weekly numbers change most, its F, and whether a trend fits better; None of too few weeks.

    >>> place, statistic, is_trend = largest_change(np.repeat([10.0, 30.0], [30, 22]))
    >>> place, statistic > CRITICAL, is_trend
    (30, True, False)
    >>> largest_change(np.full(52, 10.0))[1]
    0.0
    """
    weeks = values.size
    if weeks < _LEAST_WEEKS:
        return None
    least = max(RECENT_WEEKS, ceil(_END * weeks))
    places = np.arange(least, weeks - least + 1)
    before = values.cumsum()[places - 1] / places
    after = (values.sum() - before * places) / (weeks - places)
    gaps = (after - before) ** 2 * places * (weeks - places) / weeks
    best = int(gaps.argmax())
    number, place = np.arange(weeks), int(places[best])
    step = values - np.where(number < place, before[best], after[best])
    line = values - np.polyval(np.polyfit(number, values, 1), number)
    return place, _step(values, place, values.mean())[1], bool(line @ line < step @ step)


def _step(values: Rates, place: int, least: float) -> tuple[float, float]:
    """Return by how much the mean of weekly numbers changes at a place, and the F of that.

    Weeks resemble their neighbours (Bartlett weights), and counts vary by chance by `least` at least.
    """
    before, after = values[:place], values[place:]
    step, weeks = float(after.mean() - before.mean()), values.size
    rest = np.concatenate([before - before.mean(), after - after.mean()])
    spread = rest @ rest / weeks
    for lag in range(1, _LAGS + 1):
        spread += 2 * (1 - lag / (_LAGS + 1)) * (rest[lag:] @ rest[:-lag]) / weeks
    return step, float(step**2 * place * (weeks - place) / weeks / max(spread, least, 1e-9))
