"""Each stage as a line of the answer: what came, what left, how long it takes, the queue, the seasons."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK
from ehcp_timeline.commands.forecast.model.history import StageFlow
from ehcp_timeline.commands.forecast.model.present import LONGEST, Present
from ehcp_timeline.commands.forecast.model.queueing import Queue, apply_forms
from ehcp_timeline.commands.forecast.model.seasons import KINDS, ORDINARY, Closed, kinds_of_weeks
from ehcp_timeline.commands.forecast.model.timetable import WHOLE


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage; weeks are weeks, rates are cases a week, forms are those of `model.queueing`.

    Attributes:
        stage: Its name.
        narrowest: Whether cases wait for hands here.
        in_hand: Cases in it now.
        waiting: Of these, past the shortest time in it.
        arrivals_per_week: Cases that came to it.
        completions_per_week: Cases that left it.
        onward: Share of those that left which went on.
        law_weeks: Weeks that the law's timetable gives it.
        least_weeks: Shortest time in it, in whole weeks.
        weeks_p50: Median time of those that went on; None where it was never measured.
        weeks_p85: Their 85th percentile.
        load: Arrivals over completions.
        target_queue: Waiting cases at which the timetable is kept.
        relief_capacity: Cases a week that get the queue there in 26 weeks.
        target_capacity: Cases a week that keep it there.
        pressure: Twice the mean wait over the timetable.
        why: Why a form is missing.
    """

    stage: str
    narrowest: bool
    in_hand: int
    waiting: int
    arrivals_per_week: float
    completions_per_week: float
    onward: float
    law_weeks: int
    least_weeks: int
    weeks_p50: float | None
    weeks_p85: float | None
    load: float | None
    target_queue: float | None
    relief_capacity: float | None
    target_capacity: float | None
    pressure: float | None
    why: tuple[str, ...]


def stage_lines(now: Present) -> tuple[StageLine, ...]:
    """Return every stage, in order."""
    return tuple(_line(now, place, flow) for place, flow in enumerate(now.past.stages))


def _line(now: Present, place: int, flow: StageFlow) -> StageLine:
    stage = now.work.timetable.stages[place]
    spent = (now.standing.day - now.standing.since[now.standing.stage == place]) / WEEK
    waits = spent[spent >= flow.least] - flow.least
    came, left = (float(one.mean()) if one.size else 0.0 for one in (flow.came, flow.left))
    queue = Queue(
        demand=came,
        capacity=left,
        waiting=waits.size,
        mean_wait=float(waits.mean()) if waits.size else 0.0,
        target_weeks=stage.weeks,
        whole=stage.name == WHOLE,
    )
    forms = apply_forms(queue)
    return StageLine(
        stage=flow.name,
        narrowest=place == now.narrowest,
        in_hand=int(spent.size),
        waiting=int(waits.size),
        arrivals_per_week=round(came, 2),
        completions_per_week=round(left, 2),
        onward=round(flow.onward, 3),
        law_weeks=stage.weeks,
        least_weeks=flow.least,
        weeks_p50=_weeks(flow, 50),
        weeks_p85=_weeks(flow, 85),
        load=_finite(forms.load),
        target_queue=_finite(forms.target_queue),
        relief_capacity=_finite(forms.relief_capacity),
        target_capacity=_finite(forms.target_capacity),
        pressure=_finite(forms.pressure),
        why=forms.why,
    )


def _weeks(flow: StageFlow, percent: int) -> float | None:
    return round(float(np.percentile(flow.lengths, percent)) / WEEK, 1) if flow.lengths.size else None


def _finite(value: float | None) -> float | None:
    """Return a number to three decimals; an infinite load has no number."""
    return None if value is None or not np.isfinite(value) else round(value, 3)


@dataclass(frozen=True, slots=True)
class SeasonLine:
    """One kind of week that lies ahead.

    Attributes:
        kind: `august`, `christmas` or `school holiday`.
        weeks_seen: Weeks of that kind in the weeks behind; of none, it is taken to be like any other.
        requests: Requests in such a week, as a share of an ordinary week's.
        completions: Cases that the narrowest stage finishes in it, as a share of an ordinary week's.
    """

    kind: str
    weeks_seen: int
    requests: float
    completions: float


def season_lines(now: Present, closures: Sequence[Closed] = ()) -> tuple[SeasonLine, ...]:
    """Return every kind of week ahead that is no ordinary one."""
    ahead = kinds_of_weeks(now.past.day, now.pipeline.weeks, closures)
    recorded = min(LONGEST, now.recorded)
    behind = kinds_of_weeks(now.past.day - WEEK * recorded, recorded, closures)
    return tuple(
        SeasonLine(
            kind=KINDS[kind],
            weeks_seen=behind.count(kind),
            requests=round(float(now.drivers.requests.season[ahead.index(kind)]), 2),
            completions=round(float(now.drivers.capacity.season[ahead.index(kind)]), 2),
        )
        for kind in range(len(KINDS))
        if kind != ORDINARY and kind in ahead
    )
