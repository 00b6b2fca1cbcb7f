"""All runs of a forecast, a chunk at a time: the same seed gives the same answer, whatever the machine."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import Rates
from ehcp_timeline.commands.forecast.model.bootstrap import Drivers, draw
from ehcp_timeline.commands.forecast.model.pipeline import Pipeline
from ehcp_timeline.commands.forecast.model.policy import WorkOrder
from ehcp_timeline.commands.forecast.simulate.chunk import begin, simulate
from ehcp_timeline.commands.forecast.simulate.record import CaseGroups, Kept, Plan, case_groups, watcher

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Extra:
    """What is added to, or taken from, the capacity of the narrowest stage.

    Attributes:
        factor: Every week's capacity is taken times this.
        more: Cases a week on top, for each week to come.
    """

    factor: float
    more: Rates

    def of(self, capacity: Rates) -> Rates:
        """Return the capacity of each week and run, shape (weeks, runs), with the change made."""
        return np.asarray(capacity * self.factor + self.more[:, None])


@dataclass(frozen=True, slots=True)
class Start:
    """What a simulation is run from: stages, drivers, and what is added to the narrowest stage."""

    pipeline: Pipeline
    drivers: Drivers
    extra: Extra


def run(
    start: Start, orders: Mapping[str, WorkOrder], plan: Plan, runs: int, seed: int
) -> tuple[Mapping[str, Kept], CaseGroups]:
    """Simulate so many runs under each order of work and return what is kept of them.

    Memory does not grow with the runs: they go by in chunks of a thousand, each with a seed of its own.
    """
    kept = {name: Kept() for name in orders}
    groups = case_groups(start.pipeline)
    for number, first in enumerate(range(0, runs, CHUNK)):
        random = np.random.Generator(np.random.PCG64([seed, number]))
        draws = draw(start.drivers, min(CHUNK, runs - first), random)
        world = begin(start.pipeline, orders, draws, random)
        watch = watcher(world, plan, kept, groups)
        for _ in simulate(world, start.extra.of(draws.capacity)):
            if not watch.look():
                break
        watch.finish()
    return kept, groups
