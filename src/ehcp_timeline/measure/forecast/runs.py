"""All runs of a forecast, a chunk at a time: the same seed gives the same answer, whatever the machine."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ehcp_timeline.measure.forecast.arrays import Rates
from ehcp_timeline.measure.forecast.futures import Drivers, draw
from ehcp_timeline.measure.forecast.order import Order
from ehcp_timeline.measure.forecast.pipeline import Pipeline
from ehcp_timeline.measure.forecast.recording import CaseGroups, Kept, Plan, case_groups, watcher
from ehcp_timeline.measure.forecast.simulation import begin, simulate

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


def run(
    pipeline: Pipeline, drivers: Drivers, orders: Mapping[str, Order], plan: Plan, runs: int, seed: int, extra: Extra
) -> tuple[Mapping[str, Kept], CaseGroups]:
    """Simulate so many runs under each order of work and return what is kept of them.

    Memory does not grow with the runs: they go by in chunks of a thousand, each with a seed of its own.
    """
    kept = {name: Kept() for name in orders}
    groups = case_groups(pipeline)
    for number, first in enumerate(range(0, runs, CHUNK)):
        random = np.random.Generator(np.random.PCG64([seed, number]))
        draws = draw(drivers, min(CHUNK, runs - first), random)
        world = begin(pipeline, orders, draws, random)
        watch = watcher(world, plan, kept, groups)
        for _ in simulate(world, draws.capacity * extra.factor + extra.more[:, None]):
            if not watch.look():
                break
        watch.finish()
    return kept, groups
