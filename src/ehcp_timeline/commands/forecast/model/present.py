"""What is known on one day: the work in hand, the weeks behind, the narrowest stage, the order of work."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, Rates
from ehcp_timeline.commands.forecast.model.assessments import Caseload
from ehcp_timeline.commands.forecast.model.bootstrap import Drivers, series
from ehcp_timeline.commands.forecast.model.history import History, history, weeks_recorded
from ehcp_timeline.commands.forecast.model.open_work import OpenAssessments, standing_on
from ehcp_timeline.commands.forecast.model.pipeline import Pipeline, SimulatedStage, narrowest_stage, pipeline
from ehcp_timeline.commands.forecast.model.policy import WorkOrder, observed_order
from ehcp_timeline.commands.forecast.model.seasons import Closed, factors, kinds_of_weeks

YEAR = 52
LONGEST = 3 * YEAR
_TENTH = 10


@dataclass(frozen=True, slots=True)
class Present:
    """What is known on one day.

    Attributes:
        work: The file.
        standing: The work in hand.
        past: The weeks behind that rates are taken over, at most a year.
        recorded: Whole weeks behind that the file records.
        narrowest: The stage at which cases wait for hands.
        order: The order in which it took its cases.
        drivers: What the weeks to come are drawn from.
        pipeline: The start of a simulation.
        unavoidable: Overdue cases there would be at any time if nobody waited for hands.
    """

    work: Caseload
    standing: OpenAssessments
    past: History
    recorded: int
    narrowest: int
    order: WorkOrder
    drivers: Drivers
    pipeline: Pipeline
    unavoidable: float

    @property
    def clear_at(self) -> int:
        """Overdue cases at which the backlog counts as clear, if nobody says another number.

        None, but for those that chance leaves even where nobody waits for hands: their mean and two standard
        deviations (Poisson), and never more than a tenth of those overdue now.
        """
        left = math.ceil(self.unavoidable + 2 * math.sqrt(self.unavoidable)) if self.unavoidable >= 0.5 else 0
        return min(left, self.standing.overdue // _TENTH)


def present(
    work: Caseload,
    day: int,
    weeks: int,
    *,
    closures: Sequence[Closed] = (),
    narrowest: str = "",
    window: int = YEAR,
) -> Present:
    """Return what is known at the end of a day.

    Args:
        work: The file; nothing after the day is looked at.
        day: The day, as a day number.
        weeks: Weeks to come.
        closures: School holidays, which are a season of their own.
        narrowest: Name of the stage that is taken to be the narrowest; by default the data say.
        window: Weeks behind that rates are taken over, where the file records as many.
    """
    recorded = weeks_recorded(work, day)
    past = history(work, day, min(window, recorded))
    names = work.timetable.names
    place = names.index(narrowest) if narrowest else narrowest_stage(past)
    standing = standing_on(work, day)
    line = pipeline(past, standing, weeks, work.timetable.weeks, place)
    drivers = _drivers(work, past, min(LONGEST, recorded), weeks, place, closures)
    return Present(
        work=work,
        standing=standing,
        past=past,
        recorded=recorded,
        narrowest=place,
        order=observed_order(work, past, place),
        drivers=drivers,
        pipeline=line,
        unavoidable=overdue_without_queue(line, drivers.requests.level),
    )


def _drivers(
    work: Caseload, past: History, recorded: int, weeks: int, narrowest: int, closures: Sequence[Closed]
) -> Drivers:
    """Return the weeks behind evened out by season, and the seasons to come."""
    long = history(work, past.day, recorded) if recorded > past.weeks else past
    behind = kinds_of_weeks(past.day - WEEK * long.weeks, long.weeks, closures)
    ahead = kinds_of_weeks(past.day, weeks, closures)
    skip = long.weeks - past.weeks
    values = [one.astype(np.float64) for one in (long.requests, long.stages[narrowest].left)]
    seasons = [factors(value, behind) for value in values]
    parts = [
        series(one[skip:], season[behind[skip:]], season[ahead])
        for one, season in zip(values, seasons, strict=True)
    ]
    onward = tuple((stage.onward, int(stage.left.sum())) for stage in past.stages[:narrowest])
    return Drivers(parts[0], parts[1], onward)


def overdue_without_queue(line: Pipeline, requests: float) -> float:
    """Return the mean number of overdue cases if the narrowest stage took every case as soon as it is ready.

    Args:
        line: The stages.
        requests: Requests a week.
    """
    weeks = line.to_due + 4 * YEAR
    coming = np.zeros(weeks)
    coming[0] = requests
    inside = np.zeros(weeks)
    for place, step in enumerate(line.steps):
        share = 1.0 if place == line.narrowest else step.released
        gone = _gone(coming, step, share)
        inside += np.cumsum(coming) - np.cumsum(gone)
        coming = gone * step.onward
    return float(inside[line.to_due :].sum())


def _gone(coming: Rates, step: SimulatedStage, share: float) -> Rates:
    """Return how many leave a stage in each week if each ready case leaves with the chance `share`."""
    gone = np.zeros_like(coming)
    ready = 0.0
    for week in range(coming.size):
        ready += coming[week - step.least] if week >= step.least else 0.0
        gone[week] = ready * share
        ready -= gone[week]
    return gone
