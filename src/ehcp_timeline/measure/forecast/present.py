"""What is known on one day: the weeks behind, the cases in hand, and what weeks to come are drawn from."""

import math
from collections.abc import Sequence

import numpy as np

from ehcp_timeline.measure.answer import decimals
from ehcp_timeline.measure.forecast.caseload import Caseload, OpenAssessments, standing_on
from ehcp_timeline.measure.forecast.days import WEEK, YEAR, Cases, Days
from ehcp_timeline.measure.forecast.pace import History, at_stage, history, weeks_recorded
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.weeks import Drivers, factors, kinds_of_weeks, series
from ehcp_timeline.record import field, record

LONGEST = 3 * YEAR
_TENTH = 10
_FEW = 5
_WAITING = 1.0  # weeks of work


@record(frozen=True, slots=True)
class WorkOrder:
    """How the places of one week are shared out; the three shares add up to 1.

    Attributes:
        oldest: Share that goes to the cases due the longest ago.
        in_time: Share that goes to those that can still become plans in time, the earliest due first; what
            they leave over goes to the oldest.
        spread: Share that is spread over all cases that are ready, whatever their age.
    """

    oldest: float = field(metadata=decimals(3))
    in_time: float = field(metadata=decimals(3))
    spread: float = field(metadata=decimals(3))


OLDEST_FIRST = WorkOrder(1, 0, 0)
IN_TIME_FIRST = WorkOrder(0, 1, 0)


def order_taken(due: Days, ready: Days, left: Days, day: int, weeks: int) -> WorkOrder:
    """Return the order in which cases were taken in so many weeks that end with a day.

    In a week in which n cases left, the n oldest of those ready are what oldest-first would have taken, and
    the n earliest due still in time what in-time-first would have. How many of each left, and how many chance
    would have taken of them, gives the shares. Weeks in which both rules ask for the same cases tell nothing
    and are left out; where none tell anything, the order is taken to be oldest first.
    A case can be taken from the day it is `ready`, in time until the day it is `due`, and `left` when taken.
    """
    gone = by_chance = of_oldest = of_in_time = 0.0
    for week in range(weeks):
        start = day - WEEK * (weeks - week)
        there = (ready <= start) & (left > start)
        dues, taken = due[there], left[there] <= start + WEEK
        many = int(np.count_nonzero(taken))
        oldest = np.argsort(dues, kind="stable")[:many]
        in_time = np.argsort(np.where(dues >= start, dues, np.iinfo(np.int32).max), kind="stable")[:many]
        if many and 2 * np.intersect1d(oldest, in_time).size <= many:
            gone += many
            by_chance += many * many / dues.size
            of_oldest += int(taken[oldest].sum())
            of_in_time += int(taken[in_time].sum())
    # Of the cases a rule asks for, those leave that the rule sent, and by chance some of those that no rule
    # sent: `of_oldest = oldest * gone + spread * by_chance`, and in time alike. The shares add up to 1.
    if gone == 0:
        return OLDEST_FIRST
    if gone <= 2 * by_chance:
        return WorkOrder(0, 0, 1)
    by_rule = (of_oldest + of_in_time - 2 * by_chance) / (gone - 2 * by_chance)
    spread = 1 - min(1.0, max(0.0, by_rule))
    oldest_share, in_time_share = (
        max(0.0, number - spread * by_chance) for number in (of_oldest, of_in_time)
    )
    share = (1 - spread) / max(1e-9, oldest_share + in_time_share)
    return WorkOrder(oldest_share * share, in_time_share * share, spread)


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
class Pipeline:
    """The stages, the cases in hand, and what the weeks to come are drawn from.

    Attributes:
        narrowest: The one stage that can finish only so many a week.
        weeks: Weeks to come.
        to_due: Weeks from a request to its due week.
        due_weeks: The due week of each row, rising; every week in which cases can fall due has one.
        in_hand: Stage, week to come in which they become ready there, row and number of cases alike.
    """

    steps: tuple[SimulatedStage, ...]
    narrowest: int
    weeks: int
    to_due: int
    due_weeks: Days
    in_hand: Sequence[Sequence[int]]
    drivers: Drivers

    def row_of(self, due_week: int) -> int:
        """Return the first row that falls due in this week or later."""
        return int(np.searchsorted(self.due_weeks, due_week))

    @property
    def queues(self) -> tuple[int, ...]:
        """The stages at which cases wait for hands."""
        return tuple(
            place for place, step in enumerate(self.steps) if step.ordered or place == self.narrowest
        )

    @property
    def at_start(self) -> Cases:
        """Open cases at the start, for each row."""
        counts = np.zeros(self.due_weeks.size, dtype=np.int16)
        for _, _, row, cases in self.in_hand:
            counts[row] += cases
        return counts


@record(frozen=True, slots=True)
class Present:
    """What is known on one day.

    Attributes:
        past: The weeks behind that rates are taken over.
        long: Up to three years behind, over which seasons are seen.
        recorded: Whole weeks behind that the file records.
        narrowest: The stage at which cases wait for staff.
        orders: The order in which each stage took its cases.
        unavoidable: Overdue cases there would be at any time if nobody waited for hands.
        asked: What was asked of this day.
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
    asked: ForecastRequest

    @property
    def clear_at(self) -> int:
        """Overdue cases at which the backlog counts as clear: those asked for, or as few as can be.

        None, but for those that the other stages and chance leave even where nobody waits for hands: never
        less than their mean, and two standard deviations more (Poisson) within a tenth of those overdue now.
        """
        if self.asked.clear_at is not None or self.unavoidable < 0.5:
            return self.asked.clear_at or 0
        left = math.ceil(self.unavoidable + 2 * math.sqrt(self.unavoidable))
        return max(math.ceil(self.unavoidable), min(left, self.standing.overdue // _TENTH))

    @property
    def floor_limits(self) -> bool:
        """Whether the other stages keep five cases at least overdue, and a tenth of those now."""
        return self.unavoidable >= _FEW and _TENTH * self.unavoidable > self.standing.overdue


def present(work: Caseload, day: int, weeks: int, asked: ForecastRequest | None = None) -> Present:
    """Return what is known at the end of a day; of what is asked, closures, window and narrowest stage count.

    The narrowest stage, if nobody named it, is the one with the most weeks of work lying ready, the last of
    them where nothing lies ready anywhere.
    """
    asked = asked or ForecastRequest(work.as_at)
    recorded, standing, to_due = weeks_recorded(work, day), standing_on(work, day), work.timetable.weeks
    past = history(work, day, min(asked.window, recorded), asked.closures)
    waits = [(flow.weeks_of(flow.ready), place) for place, flow in enumerate(past.stages)]
    narrowest = work.timetable.names.index(asked.narrowest) if asked.narrowest else max(waits)[1]
    # seasons are seen over three years, rates over the weeks asked for
    longest = min(LONGEST, recorded)
    long = history(work, day, longest, asked.closures) if longest > past.weeks else past
    ahead = kinds_of_weeks(day, weeks, asked.closures)
    skip, drawn = long.weeks - past.weeks, []
    for counts in (long.requests, long.stages[narrowest].left):
        values = counts.astype(np.float64)
        season = factors(values, long.kinds)
        drawn.append(series(values[skip:], season[past.kinds], season[ahead]))
    onward = tuple((flow.onward, int(flow.left.sum())) for flow in past.stages[:narrowest])
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
    ready = np.maximum(1, shortest - (day - standing.since) // WEEK)
    rows = np.searchsorted(due_weeks, standing.due_week)
    keys, counts = np.unique(np.stack([standing.stage, ready, rows], axis=1), axis=0, return_counts=True)
    in_hand = np.column_stack([keys, counts]).tolist()
    drivers = Drivers(drawn[0], drawn[1], onward)
    pipeline = Pipeline(steps, narrowest, weeks, to_due, due_weeks, in_hand, drivers)
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
        asked=asked,
    )


def observed_order(work: Caseload, past: History, stage: int) -> WorkOrder:
    """Return the order in which a stage took its cases in the weeks behind."""
    came, left, there = at_stage(work, stage)
    last_chance = work.due[there] - WEEK * sum(flow.usual for flow in past.stages[stage + 1 :])
    ready = came[there] + WEEK * (past.stages[stage].least - 1)
    return order_taken(last_chance, ready, left[there], past.day, past.weeks)


def overdue_without_queue(pipeline: Pipeline, requests: float) -> float:
    """Return the mean number overdue if so many requests a week came and the narrowest stage had no queue."""
    weeks = pipeline.to_due + 4 * YEAR
    coming, inside = np.zeros(weeks), np.zeros(weeks)
    coming[0] = requests
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
