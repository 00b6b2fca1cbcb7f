"""What is known on one day, and what a simulation starts from: stages as they work, cases by due week."""

import math

import numpy as np

from ehcp_timeline.measure.forecast.arrays import WEEK, YEAR, Cases, Days
from ehcp_timeline.measure.forecast.caseload import Caseload, OpenAssessments, standing_on
from ehcp_timeline.measure.forecast.history import (
    History,
    WorkOrder,
    history,
    observed_order,
    weeks_recorded,
)
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.weeks import Drivers, factors, kinds_of_weeks, series
from ehcp_timeline.record import record

LONGEST = 3 * YEAR
_TENTH = 10
_FEW = 5
_WAITING = 1.0  # weeks of work


@record(frozen=True, slots=True)
class SimulatedStage:
    """One stage as it works in a simulation.

    Attributes:
        least: Whole weeks that a case spends in it at least.
        released: Share of its ready cases that leave in a week, where it is not the narrowest.
        onward: Share of those that leave which go on to the next stage; of the last, plans issued.
        ordered: Whether cases wait here for hands too, so that an order of work says which leave first.
    """

    name: str
    least: int
    released: float
    onward: float
    ordered: bool = False


@record(frozen=True, slots=True)
class InHand:
    """Cases of one due week that stand at one stage and become ready there in one week to come."""

    stage: int
    ready_week: int
    row: int
    cases: int


@record(frozen=True, slots=True)
class Pipeline:
    """The stages, and the cases in hand.

    Attributes:
        narrowest: The one stage that can finish only so many a week.
        weeks: Weeks to come.
        to_due: Weeks from a request to its due week.
        due_weeks: The due week of each row, rising; every week in which cases can fall due has one.
        drivers: What the weeks to come are drawn from.
    """

    steps: tuple[SimulatedStage, ...]
    narrowest: int
    weeks: int
    to_due: int
    due_weeks: Days
    in_hand: tuple[InHand, ...]
    drivers: Drivers

    def weeks_after(self, stage: int) -> int:
        """Return the whole weeks that the stages after one take at least."""
        return sum(step.least for step in self.steps[stage + 1 :])

    def row_of(self, due_week: int) -> int:
        """Return the first row that falls due in this week or later."""
        return int(np.searchsorted(self.due_weeks, due_week))

    @property
    def at_start(self) -> Cases:
        """Open cases at the start, for each row."""
        counts = np.zeros(self.due_weeks.size, dtype=np.int16)
        for group in self.in_hand:
            counts[group.row] += group.cases
        return counts


@record(frozen=True, slots=True)
class Present:
    """What is known on one day.

    Attributes:
        past: The weeks behind that rates are taken over, at most a year.
        long: Up to three years behind, over which seasons are seen.
        recorded: Whole weeks behind that the file records.
        narrowest: The stage at which cases wait for staff.
        orders: The order in which each stage took its cases.
        unavoidable: Overdue cases there would be at any time if nobody waited for hands.
    """

    work: Caseload
    standing: OpenAssessments
    past: History
    long: History
    recorded: int
    narrowest: int
    orders: tuple[WorkOrder, ...]
    pipeline: Pipeline
    unavoidable: float

    @property
    def clear_at(self) -> int:
        """Overdue cases at which the backlog counts as clear, if nobody says another number.

        None, but for those that the other stages and chance leave even where nobody waits for hands: never
        less than their mean, and two standard deviations more (Poisson) within a tenth of those overdue now.
        """
        if self.unavoidable < 0.5:
            return 0
        left = math.ceil(self.unavoidable + 2 * math.sqrt(self.unavoidable))
        return max(math.ceil(self.unavoidable), min(left, self.standing.overdue // _TENTH))

    @property
    def floor_limits(self) -> bool:
        """Whether the other stages keep five cases at least overdue, and a tenth of those now."""
        return self.unavoidable >= _FEW and _TENTH * self.unavoidable > self.standing.overdue


def present(work: Caseload, day: int, weeks: int, asked: ForecastRequest | None = None) -> Present:
    """Return what is known at the end of a day; nothing of the file after it is looked at.

    The narrowest stage, if nobody named it, is the one with the most weeks of work lying ready, and the last
    of them where nothing lies ready anywhere. Of what is asked, the closures, the window (where the file
    records as much) and the narrowest stage count.
    """
    asked = asked or ForecastRequest(work.as_at)
    recorded = weeks_recorded(work, day)
    past = history(work, day, min(asked.window, recorded))
    waits = [(flow.weeks_of(flow.ready), place) for place, flow in enumerate(past.stages)]
    narrowest = work.timetable.names.index(asked.narrowest) if asked.narrowest else max(waits)[1]
    standing = standing_on(work, day)
    # seasons are seen over three years, rates over the weeks asked for
    longest = min(LONGEST, recorded)
    long = history(work, day, longest) if longest > past.weeks else past
    behind = kinds_of_weeks(day - WEEK * long.weeks, long.weeks, asked.closures)
    ahead = kinds_of_weeks(day, weeks, asked.closures)
    skip = long.weeks - past.weeks
    parts = []
    for counts in (long.requests, long.stages[narrowest].left):
        values = counts.astype(np.float64)
        season = factors(values, behind)
        parts.append(series(values[skip:], season[behind[skip:]], season[ahead]))
    onward = tuple((flow.onward, int(flow.left.sum())) for flow in past.stages[:narrowest])
    drivers = Drivers(parts[0], parts[1], onward)
    pipeline = _pipeline(past, standing, weeks, work.timetable.weeks, narrowest, drivers)
    return Present(
        work=work,
        standing=standing,
        past=past,
        long=long,
        recorded=recorded,
        narrowest=narrowest,
        orders=tuple(observed_order(work, past, stage) for stage in range(len(past.stages))),
        pipeline=pipeline,
        unavoidable=overdue_without_queue(pipeline, drivers.requests.level),
    )


def _pipeline(
    past: History, standing: OpenAssessments, weeks: int, to_due: int, narrowest: int, drivers: Drivers
) -> Pipeline:
    """Return the start of a simulation: stages as they worked in the weeks behind, cases as they stand."""
    steps = tuple(
        SimulatedStage(
            flow.name,
            flow.least if place == narrowest else flow.usual,
            flow.released,
            flow.onward,
            flow.weeks_of(flow.late) >= _WAITING,
        )
        for place, flow in enumerate(past.stages)
    )
    due_weeks = np.union1d(standing.due_week, np.arange(to_due + 1, to_due + weeks + 1)).astype(np.int32)
    shortest = np.array([step.least for step in steps], dtype=np.int32)[standing.stage]
    ready = np.maximum(1, shortest - (standing.day - standing.since) // WEEK)
    rows = np.searchsorted(due_weeks, standing.due_week)
    keys, counts = np.unique(np.stack([standing.stage, ready, rows], axis=1), axis=0, return_counts=True)
    in_hand = tuple(InHand(*group) for group in np.column_stack([keys, counts]).tolist())
    return Pipeline(steps, narrowest, weeks, to_due, due_weeks, in_hand, drivers)


def overdue_without_queue(pipeline: Pipeline, requests: float) -> float:
    """Return the mean number of overdue cases if the narrowest stage took every case as soon as it is ready.

    `requests` come a week.
    """
    weeks = pipeline.to_due + 4 * YEAR
    coming = np.zeros(weeks)
    coming[0] = requests
    inside = np.zeros(weeks)
    for place, step in enumerate(pipeline.steps):
        share = 1.0 if place == pipeline.narrowest else step.released
        gone = np.zeros(weeks)
        ready = 0.0
        for week in range(step.least, weeks):
            ready += coming[week - step.least]
            gone[week] = ready * share
            ready -= gone[week]
        inside += np.cumsum(coming) - np.cumsum(gone)
        coming = gone * step.onward
    return float(inside[pipeline.to_due :].sum())
