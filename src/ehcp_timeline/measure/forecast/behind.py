"""The weeks behind, as the answer gives them: each stage and its queue, the seasons, the path."""

from datetime import date
from typing import Any

from ehcp_timeline.clock import months_on
from ehcp_timeline.measure.forecast.caseload import WHOLE, Caseload, overdue_on, standing_on
from ehcp_timeline.measure.forecast.days import WEEK, Share, day_number, mean
from ehcp_timeline.measure.forecast.present import Present
from ehcp_timeline.measure.forecast.weeks import ORDINARY, SEASONS, Season, kinds_of_weeks
from ehcp_timeline.measure.pace import MEDIAN, P85, percentile
from ehcp_timeline.record import Whole, record

PAST_MONTHS = 12
FACTOR = 4.0
"""F: with F = -ln(1 - p) a share p of waits is inside the target, if waits are exponential; 4 keeps 98%."""
RELIEF_WEEKS = 26
FORMS = ("load", "target_queue", "relief_capacity", "target_capacity", "pressure")


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


def season_lines(now: Present) -> tuple[SeasonLine, ...]:
    """Return every kind of week ahead that is not an ordinary one."""
    ahead = kinds_of_weeks(now.past.day, now.pipeline.weeks, now.asked.closures)
    drivers = now.pipeline.drivers
    seasons = drivers.requests.season, drivers.capacity.season
    return tuple(
        SeasonLine(
            SEASONS[kind],
            now.long.kinds.count(kind),
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
