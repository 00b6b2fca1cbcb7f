"""When each open case is closed: the weeks by which half, and 85%, of the runs have closed it."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, Counts, Rates, after_weeks, day_of
from ehcp_timeline.commands.forecast.model.assessments import CaseOwner
from ehcp_timeline.commands.forecast.model.present import Present
from ehcp_timeline.commands.forecast.simulate.record import CaseGroups

OVERDUE, LIKELY, POSSIBLE, UNLIKELY = "overdue", "likely", "possible", "unlikely"


@dataclass(frozen=True, slots=True)
class Projected:
    """One open case and when it is closed, by plan or otherwise.

    Attributes:
        named: The case.
        stage: Its stage.
        start: Day of its request.
        due: Its due day.
        weeks: Whole weeks it has been open.
        finish_p50: End of the week by which half of the runs have closed it; None is not by the horizon.
        finish_p85: End of the week by which 85% have.
        breach: `overdue` now; `likely` if half of the runs close it late, `possible` if 15% do;
            else `unlikely`.
        breach_on: First day on which it is late: the day after its due day.
    """

    named: CaseOwner
    stage: str
    start: date
    due: date
    weeks: int
    finish_p50: date | None
    finish_p85: date | None
    breach: str
    breach_on: date


def projected(now: Present, finished: Rates, groups: CaseGroups, runs: int) -> tuple[Projected, ...]:
    """Return every open case, the earliest due first.

    Args:
        now: What is known.
        finished: Cases closed by the end of each week, added up over the runs; shape (groups, weeks + 1).
        groups: The groups of alike cases.
        runs: How many runs there were.
    """
    shares = finished / (groups.cases[:, None] * runs)
    weeks = [_first_week(shares, share) for share in (0.5, 0.85)]
    keys = zip(groups.row.tolist(), groups.stage.tolist(), strict=True)
    place = {key: at for at, key in enumerate(keys)}
    rows = np.searchsorted(now.pipeline.due_weeks, now.standing.due_week)
    standing = now.standing
    lines = zip(
        *(one.tolist() for one in (standing.place, rows, standing.stage, standing.due_week)), strict=True
    )
    found = []
    for at, row, stage, due_week in lines:
        group = place[row, stage]
        found.append(_one(now, at, stage, due_week, int(weeks[0][group]), int(weeks[1][group])))
    return tuple(sorted(found, key=lambda one: (one.due, one.named.row)))


def _first_week(shares: Rates, share: float) -> Counts:
    """Return for each group the first week by which a share is closed; one past the last where none is."""
    reached = shares >= share - 1e-9
    return np.asarray(np.where(reached.any(axis=1), reached.argmax(axis=1), shares.shape[1]))


def _one(now: Present, place: int, stage: int, due_week: int, p50: int, p85: int) -> Projected:
    work, horizon = now.work, now.pipeline.weeks
    day, due = day_of(now.standing.day), day_of(int(work.due[place]))
    start = int(work.start[place])
    return Projected(
        named=work.named.get(place, CaseOwner("", 0)),
        stage=work.timetable.names[stage],
        start=day_of(start),
        due=due,
        weeks=(now.standing.day - start) // WEEK,
        finish_p50=after_weeks(day, p50) if p50 <= horizon else None,
        finish_p85=after_weeks(day, p85) if p85 <= horizon else None,
        breach=_breach(due_week, p50, p85),
        breach_on=day_of(int(work.due[place]) + 1),
    )


def _breach(due_week: int, p50: int, p85: int) -> str:
    """Return how likely a case is to be late; closed in the week in which it falls due counts as in time."""
    if due_week <= 0:
        return OVERDUE
    if p50 > due_week:
        return LIKELY
    return POSSIBLE if p85 > due_week else UNLIKELY
