"""One chunk of runs, week by week: every open case and every request to come goes through the stages."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ehcp_timeline.measure.forecast.model.arrays import Cases, Counts, Rates
from ehcp_timeline.measure.forecast.model.history import WorkOrder
from ehcp_timeline.measure.forecast.model.present import Pipeline
from ehcp_timeline.measure.forecast.model.weeks import Draws, rounded
from ehcp_timeline.measure.forecast.simulate.pools import (
    Chance,
    Parcel,
    Pool,
    chance,
    chosen,
    release,
    serve,
)


@dataclass(slots=True)
class StagePools:
    """Cases in some stages, whatever their order of work.

    Attributes:
        open: Open cases in these stages, shape (rows, runs).
        pools: Cases ready at each stage.
        coming: For each stage, week to parcels that become ready in it.
        closed: Cases closed so far in these stages, for each run.
    """

    open: Cases
    pools: dict[int, Pool]
    coming: dict[int, defaultdict[int, list[Parcel]]]
    closed: Counts

    @staticmethod
    def empty(stages: Sequence[int], rows: int, runs: int) -> "StagePools":
        """Return these stages without a case."""
        return StagePools(
            open=np.zeros((rows, runs), np.int16),
            pools={stage: Pool(np.zeros((rows, runs), np.int16)) for stage in stages},
            coming={stage: defaultdict(list) for stage in stages},
            closed=np.zeros(runs, np.int64),
        )

    def ripen(self, week: int) -> None:
        """Lay ready what has been in its stage for the shortest time."""
        for stage, pool in self.pools.items():
            for parcel in self.coming[stage].pop(week, ()):
                pool.add(parcel)

    def enter(self, stage: int, ready: int, parcel: Parcel) -> None:
        """Let cases come to a stage, in which they are ready in a week to come."""
        first, cases = parcel
        self.open[first : first + len(cases)] += cases
        self.coming[stage][ready].append(parcel)


@dataclass(slots=True)
class Track:
    """The narrowest stage and those behind it, under one order of work.

    Attributes:
        issued: Plans issued this week, for each run.
        in_time: Of these, in time.
    """

    name: str
    order: WorkOrder
    stages: StagePools
    issued: Counts
    in_time: Counts


@dataclass(slots=True)
class World:
    """All that is going on in one chunk of runs.

    Attributes:
        before: The stages before the narrowest, which all orders of work share.
        tracks: The narrowest stage and those behind it, once for each order of work.
        released: For each stage, the chance of a ready case to leave in a week.
        onward: For each stage, the chance of a case that leaves to go on to the next one.
        arrived: Requests so far, for each run.
        week: The week that was simulated last.
    """

    pipeline: Pipeline
    draws: Draws
    random: np.random.Generator
    before: StagePools
    tracks: tuple[Track, ...]
    released: tuple[Chance, ...]
    onward: tuple[Chance, ...]
    arrived: Counts
    week: int = 0

    def open_in(self, track: Track, rows: slice = slice(None)) -> Cases:
        """Return the open cases of some rows under one order, shape (rows, runs)."""
        return track.stages.open[rows] + self.before.open[rows]

    def enter(self, stage: int, week: int, parcel: Parcel) -> None:
        """Let cases come to a stage, under every order of work, in which they are ready in a week to come."""
        before = stage < self.pipeline.narrowest
        for stages in (self.before,) if before else (track.stages for track in self.tracks):
            stages.enter(stage, week, parcel)


def begin(
    pipeline: Pipeline, orders: Mapping[str, WorkOrder], draws: Draws, random: np.random.Generator
) -> World:
    """Return the cases in hand laid out for so many runs, nothing simulated yet."""
    rows, runs = pipeline.due_weeks.size, draws.requests.shape[1]
    most = int(pipeline.at_start.max(initial=0)) + int(draws.requests.max(initial=0))
    behind = range(pipeline.narrowest, len(pipeline.steps))
    world = World(
        pipeline, draws, random,
        before=StagePools.empty(range(pipeline.narrowest), rows, runs),
        tracks=tuple(
            Track(name, order, StagePools.empty(behind, rows, runs), *np.zeros((2, runs), np.int64))
            for name, order in orders.items()
        ),
        released=tuple(chance(step.released, most) for step in pipeline.steps),
        onward=tuple(chance(step.onward, most) for step in pipeline.steps),
        arrived=np.zeros(runs, np.int64),
    )  # fmt: skip
    for group in pipeline.in_hand:
        cases = np.full((1, runs), group.cases, dtype=np.int16)
        world.enter(group.stage, group.ready_week, (group.row, cases))
    return world


def simulate(world: World, capacity: Rates) -> Iterator[int]:
    """Simulate week after week and yield the number of each that is over.

    Within a week the last stage works first, so that a case moves on by one stage a week at most.

    Args:
        world: Where it begins; it is changed.
        capacity: What the narrowest stage can finish in each week, shape (weeks, runs).
    """
    pipeline, steps, narrowest = world.pipeline, world.pipeline.steps, world.pipeline.narrowest
    places = rounded(capacity, world.random)
    for week in range(1, pipeline.weeks + 1):
        world.week = week
        savable = pipeline.row_of(week + pipeline.weeks_after)
        for track in world.tracks:
            track.issued[:] = track.in_time[:] = 0
            track.stages.ripen(week)
            pools = track.stages.pools
            for stage in range(len(steps) - 1, narrowest, -1):
                for parcel in release(pools[stage], world.released[stage], world.random):
                    _leave(world, track, stage, parcel)
            for parcel in serve(pools[narrowest], places[week - 1], track.order, savable, world.random):
                _leave(world, track, narrowest, parcel)
        world.before.ripen(week)
        for stage in range(narrowest - 1, -1, -1):
            for first, out in release(world.before.pools[stage], world.released[stage], world.random):
                onward = chosen(out, world.onward[stage], world.random)
                world.before.open[first : first + len(out)] -= out
                world.before.closed += (out - onward).sum(axis=0, dtype=np.int32)
                world.enter(stage + 1, week + steps[stage + 1].least, (first, onward))
        requests = world.draws.requests[week - 1][None, :]
        world.arrived += requests[0]
        world.enter(0, week + steps[0].least, (pipeline.row_of(week + pipeline.to_due), requests))
        yield week


def _leave(world: World, track: Track, stage: int, parcel: Parcel) -> None:
    """Move cases that leave a stage of a track to the next one, or close them."""
    first, out = parcel
    steps, stages = world.pipeline.steps, track.stages
    onward = chosen(out, world.onward[stage], world.random)
    if stage + 1 < len(steps):
        closed = out - onward
        stages.coming[stage + 1][world.week + steps[stage + 1].least].append((first, onward))
    else:
        closed = out
        track.issued += onward.sum(axis=0, dtype=np.int32)
        in_time = world.pipeline.row_of(world.week)
        track.in_time += onward[max(0, in_time - first) :].sum(axis=0, dtype=np.int32)
    stages.open[first : first + len(out)] -= closed
    stages.closed += closed.sum(axis=0, dtype=np.int32)
