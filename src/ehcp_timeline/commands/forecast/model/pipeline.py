"""What a simulation starts from: the stages as they work now, and the cases in hand laid out by due week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, Cases, Days
from ehcp_timeline.commands.forecast.model.history import History
from ehcp_timeline.commands.forecast.model.open_work import OpenAssessments


@dataclass(frozen=True, slots=True)
class SimulatedStage:
    """One stage as it works in a simulation.

    Attributes:
        name: The stage.
        least: Whole weeks that a case spends in it at least.
        released: Share of its ready cases that leave in a week, where it is not the narrowest.
        onward: Share of those that leave which go on to the next stage; of the last, plans issued.
    """

    name: str
    least: int
    released: float
    onward: float


@dataclass(frozen=True, slots=True)
class InHand:
    """Cases of one due week that stand at one stage and become ready there in one week to come."""

    stage: int
    ready_week: int
    row: int
    cases: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages, and the cases in hand.

    Attributes:
        steps: The stages, in order.
        narrowest: The one stage that can finish only so many a week.
        weeks: Weeks to come.
        to_due: Weeks from a request to its due week.
        due_weeks: The due week of each row, rising; every week in which cases can fall due has one.
        in_hand: The cases in hand.
    """

    steps: tuple[SimulatedStage, ...]
    narrowest: int
    weeks: int
    to_due: int
    due_weeks: Days
    in_hand: tuple[InHand, ...]

    @property
    def weeks_after(self) -> int:
        """Whole weeks that the stages after the narrowest take at least."""
        return sum(step.least for step in self.steps[self.narrowest + 1 :])

    def row_of(self, due_week: int) -> int:
        """Return the first row that falls due in this week or later."""
        return int(np.searchsorted(self.due_weeks, due_week))

    @property
    def at_start(self) -> Cases:
        """Open cases at the start, for each row."""
        counts = np.zeros(self.due_weeks.size, dtype=np.int16)
        for one in self.in_hand:
            counts[one.row] += one.cases
        return counts


def narrowest_stage(past: History) -> int:
    """Return the stage with the most weeks of work lying ready: there cases wait for hands.

    Where nothing lies ready anywhere it is the last one.
    """
    waits = [stage.weeks_of_work for stage in past.stages]
    return max(range(len(waits)), key=lambda place: (waits[place], place))


def pipeline(past: History, standing: OpenAssessments, weeks: int, to_due: int, narrowest: int) -> Pipeline:
    """Return the start of a simulation: stages as they worked in the weeks behind, cases as they stand.

    Args:
        past: The weeks behind.
        standing: The work in hand.
        weeks: Weeks to come.
        to_due: Whole weeks from request to due day.
        narrowest: The stage that can finish only so many a week.
    """
    steps = tuple(
        SimulatedStage(one.name, one.least if place == narrowest else one.usual, one.released, one.onward)
        for place, one in enumerate(past.stages)
    )
    future = np.arange(to_due + 1, to_due + weeks + 1)
    due_weeks = np.union1d(standing.due_week, future).astype(np.int32)
    rows = np.searchsorted(due_weeks, standing.due_week)
    ready = ready_weeks(standing, [step.least for step in steps])
    counted = _counted(np.stack([standing.stage, ready, rows], axis=1))
    in_hand = tuple(InHand(*key, count) for key, count in counted.items())
    return Pipeline(steps, narrowest, weeks, to_due, due_weeks, in_hand)


def ready_weeks(standing: OpenAssessments, least: Sequence[int]) -> Days:
    """Return the week to come in which each case in hand can leave its stage, 1 for the first."""
    spent = (standing.day - standing.since) // WEEK
    shortest = np.asarray(least, dtype=np.int32)[standing.stage]
    return np.asarray(np.maximum(1, shortest - spent), dtype=np.int32)


def _counted(keys: Days) -> Mapping[tuple[int, int, int], int]:
    if not len(keys):
        return {}
    found, counts = np.unique(keys, axis=0, return_counts=True)
    lines = zip(found.tolist(), counts.tolist(), strict=True)
    return {(stage, week, row): count for (stage, week, row), count in lines}
