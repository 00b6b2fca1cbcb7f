"""What if: more plans a week, more psychologists, more requests, leave and vacancies, a catch-up team."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import prod, sqrt

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, day_number
from ehcp_timeline.commands.forecast.model.bootstrap import Series
from ehcp_timeline.commands.forecast.model.pipeline import Pipeline, SimulatedStage
from ehcp_timeline.commands.forecast.model.present import Present
from ehcp_timeline.commands.forecast.simulate.run import Extra, Start
from ehcp_timeline.errors import UsageError

ADVICE = "advice"
CATCH_UP_WEEKS = 13
_MOST_RELEASED = 0.95


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is changed from how things went so far.

    Attributes:
        capacity: Plans a week more at the narrowest stage.
        since: Day from which more is done; the as-at date if None.
        psychologists: Educational psychologists more.
        advice_each: Advice that each of them gives a week.
        requests: Percent more requests.
        shrinkage: Percent of all working time lost to leave and vacancies beyond what was lost so far.
        catch_up: Plans a week that a catch-up team does.
        catch_up_weeks: For so many weeks.
    """

    capacity: float = 0
    since: date | None = None
    psychologists: float = 0
    advice_each: float = 1
    requests: float = 0
    shrinkage: float = 0
    catch_up: float = 0
    catch_up_weeks: int = CATCH_UP_WEEKS

    @property
    def changed(self) -> bool:
        """Whether anything is changed."""
        return any((self.capacity, self.psychologists, self.requests, self.shrinkage, self.catch_up))


NOTHING = WhatIf()


def start_of(now: Present, what_if: WhatIf = NOTHING) -> Start:
    """Return the start of a simulation with the changes made.

    Raises:
        UsageError: Psychologists are asked about, and the file has no dates of advice.
    """
    names = tuple(step.name for step in now.pipeline.steps)
    if what_if.psychologists and ADVICE not in names:
        raise UsageError(
            "--psychologists: the file has no dates of advice",
            "add columns such as psychology_advice_requested and psychology_advice_received",
        )
    since = first_week(now.standing.day, what_if.since)
    weeks = np.arange(1, now.pipeline.weeks + 1)
    more = np.where(weeks >= since, what_if.capacity, 0.0)
    more += np.where((weeks >= since) & (weeks < since + what_if.catch_up_weeks), what_if.catch_up, 0.0)
    more /= max(0.01, becoming_plans(now.pipeline))
    steps = list(now.pipeline.steps)
    if what_if.psychologists:
        place, advice = names.index(ADVICE), what_if.psychologists * what_if.advice_each
        if place == now.narrowest:
            more += np.where(weeks >= since, advice, 0.0)
        else:
            steps[place] = _hastened(steps[place], advice, float(now.past.stages[place].left.mean()))
    factor = 1 - what_if.shrinkage / 100
    return Start(
        replace(now.pipeline, steps=tuple(_slowed(steps, factor))),
        replace(now.drivers, requests=_scaled(now.drivers.requests, 1 + what_if.requests / 100)),
        Extra(factor, more),
    )


def first_week(day: int, since: date | None) -> int:
    """Return the first week to come that begins on or after a day.

    >>> [first_week(date(2025, 1, 1).toordinal(), date(2025, 1, day)) for day in (2, 3, 9, 10)]
    [1, 2, 2, 3]
    """
    return 1 if since is None else max(1, -(-(day_number(since) - day - 1) // WEEK) + 1)


def becoming_plans(pipeline: Pipeline) -> float:
    """Return the share of the cases that leave the narrowest stage which become plans."""
    return prod(step.onward for step in pipeline.steps[pipeline.narrowest :])


def _hastened(step: SimulatedStage, more: float, pace: float) -> SimulatedStage:
    """Return a stage without a queue that does so many a week more: its cases leave that much sooner."""
    faster = step.released * (1 + more / pace) if pace else step.released
    return replace(step, released=min(_MOST_RELEASED, faster))


def _slowed(steps: Sequence[SimulatedStage], factor: float) -> list[SimulatedStage]:
    return [replace(step, released=step.released * factor) for step in steps]


def _scaled(one: Series, factor: float) -> Series:
    """Return numbers a week times a factor; chance grows with its root, as that of counts does."""
    return Series(one.level * factor, one.chance * sqrt(factor), one.season)
