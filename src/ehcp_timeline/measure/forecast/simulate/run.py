"""All runs of a forecast, with what is changed: the same seed gives the same answer on every machine."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import prod, sqrt

import numpy as np

from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.forecast.model.arrays import WEEK, Rates, day_number
from ehcp_timeline.measure.forecast.model.history import MOST_RELEASED, WorkOrder
from ehcp_timeline.measure.forecast.model.present import Pipeline, Present
from ehcp_timeline.measure.forecast.model.weeks import Drivers, chunks, draw
from ehcp_timeline.measure.forecast.request import NOTHING, WhatIf
from ehcp_timeline.measure.forecast.simulate.record import CaseGroups, Kept, Plan, Watcher, case_groups
from ehcp_timeline.measure.forecast.simulate.world import begin, simulate


@dataclass(frozen=True, slots=True)
class Start:
    """What a simulation is run from.

    Attributes:
        pipeline: The stages, and the cases in hand.
        drivers: What the weeks to come are drawn from.
        factor: Every week's capacity of the narrowest stage is taken times this.
        more: Cases a week on top of it, for each week to come.
    """

    pipeline: Pipeline
    drivers: Drivers
    factor: float
    more: Rates

    def capacity(self, drawn: Rates) -> Rates:
        """Return the capacity of each week and run, shape (weeks, runs), with the change made."""
        return np.asarray(drawn * self.factor + self.more[:, None])


def start_of(now: Present, what_if: WhatIf = NOTHING) -> Start:
    """Return the start of a simulation with the changes made.

    Raises:
        UsageError: Psychologists are asked about, and the file has no dates of advice.
    """
    steps, drivers = list(now.pipeline.steps), now.drivers
    names = [step.name for step in steps]
    if what_if.psychologists and "advice" not in names:
        raise UsageError(
            "--psychologists: the file has no dates of advice",
            "add columns such as psychology_advice_requested and psychology_advice_received",
        )
    weeks = np.arange(1, now.pipeline.weeks + 1)
    begun = weeks >= first_week(now.standing.day, what_if.since)
    caught_up = weeks >= first_week(now.standing.day, what_if.since) + what_if.catch_up_weeks
    more = np.where(begun, what_if.capacity, 0.0) + np.where(begun & ~caught_up, what_if.catch_up, 0.0)
    more /= max(0.01, becoming_plans(now.pipeline))
    if what_if.psychologists:
        place, advice = names.index("advice"), what_if.psychologists * what_if.advice_each
        if place == now.narrowest:
            more += np.where(begun, advice, 0.0)
        elif pace := now.past.stages[place].pace:
            # without a queue at that stage, its cases leave that much sooner
            faster = min(MOST_RELEASED, steps[place].released * (1 + advice / pace))
            steps[place] = replace(steps[place], released=faster)
    factor, requests = 1 - what_if.shrinkage / 100, 1 + what_if.requests / 100
    slowed = tuple(replace(step, released=step.released * factor) for step in steps)
    # chance grows with the root of a number, as that of counts does
    level, chance = drivers.requests.level * requests, drivers.requests.chance * sqrt(requests)
    return Start(
        replace(now.pipeline, steps=slowed),
        replace(drivers, requests=replace(drivers.requests, level=level, chance=chance)),
        factor,
        more,
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


def run(
    start: Start, orders: Mapping[str, WorkOrder], plan: Plan, runs: int, seed: int
) -> tuple[Mapping[str, Kept], CaseGroups]:
    """Simulate so many runs under each order of work and return what is kept of them."""
    kept = {name: Kept() for name in orders}
    groups = case_groups(start.pipeline)
    for size, random in chunks(runs, seed):
        draws = draw(start.drivers, size, random)
        world = begin(start.pipeline, orders, draws, random)
        watcher = Watcher(world, plan, kept, groups)
        watcher.watch(simulate(world, start.capacity(draws.capacity)))
        watcher.finish()
    return kept, groups
