"""One chunk of runs, week by week: every open case and every request to come goes through the stages."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import Cases, Counts, Rates
from ehcp_timeline.commands.forecast.model.bootstrap import Draws, rounded
from ehcp_timeline.commands.forecast.model.pipeline import Pipeline
from ehcp_timeline.commands.forecast.model.policy import WorkOrder
from ehcp_timeline.commands.forecast.simulate.queues import (
    Chance,
    Parcel,
    Pool,
    chance,
    chosen,
    release,
    serve,
)

Coming = defaultdict[int, list[Parcel]]


@dataclass(slots=True)
class Track:
    """The narrowest stage and those behind it, under one order of work.

    Attributes:
        name: The order's name.
        order: The order.
        open: Open cases in these stages, shape (rows, runs).
        pools: Cases ready at each stage; those before the narrowest are shared by all tracks.
        coming: For each stage, week to parcels that become ready in it.
        issued: Plans issued this week, for each run.
        in_time: Of these, in time.
        closed: Cases closed so far, for each run.
    """

    name: str
    order: WorkOrder
    open: Cases
    pools: dict[int, Pool]
    coming: dict[int, Coming]
    issued: Counts
    in_time: Counts
    closed: Counts

    def forget_week(self) -> None:
        """Begin a new week."""
        self.issued[:] = 0
        self.in_time[:] = 0


@dataclass(slots=True)
class World:
    """All that is going on in one chunk of runs.

    Attributes:
        pipeline: The stages.
        draws: Requests and capacity of the weeks to come.
        random: Where chance comes from.
        before: Open cases in the stages before the narrowest, shape (rows, runs).
        pools: Cases ready at each of these stages.
        coming: For each of these stages, week to parcels that become ready in it.
        tracks: The narrowest stage and those behind it, once for each order of work.
        released: For each stage, the chance of a ready case to leave in a week.
        onward: For each stage, the chance of a case that leaves to go on to the next one.
        week: The week that was simulated last.
        arrived: Requests so far, for each run.
        refused: Cases closed so far before the narrowest stage, for each run.
    """

    pipeline: Pipeline
    draws: Draws
    random: np.random.Generator
    before: Cases
    pools: dict[int, Pool]
    coming: dict[int, Coming]
    tracks: tuple[Track, ...]
    released: tuple[Chance, ...]
    onward: tuple[Chance, ...]
    week: int = 0
    arrived: Counts = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    refused: Counts = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def open_in(self, track: Track, rows: slice) -> Cases:
        """Return the open cases of some rows under one order, shape (rows, runs)."""
        return track.open[rows] + self.before[rows]


def begin(
    pipeline: Pipeline, orders: Mapping[str, WorkOrder], draws: Draws, random: np.random.Generator
) -> World:
    """Return the cases in hand laid out for so many runs, nothing simulated yet."""
    runs = draws.requests.shape[1]
    shape = (pipeline.due_weeks.size, runs)
    behind = range(pipeline.narrowest, len(pipeline.steps))
    tracks = tuple(
        Track(name, order, np.zeros(shape, np.int16), _pools(behind, shape), _coming(behind),
              *(np.zeros(runs, np.int64) for _ in range(3)))
        for name, order in orders.items()
    )  # fmt: skip
    ahead = range(pipeline.narrowest)
    most = int(pipeline.at_start.max(initial=0)) + int(draws.requests.max(initial=0))
    world = World(
        pipeline, draws, random, np.zeros(shape, np.int16), _pools(ahead, shape), _coming(ahead), tracks,
        tuple(chance(step.released, most) for step in pipeline.steps),
        tuple(chance(step.onward, most) for step in pipeline.steps),
        arrived=np.zeros(runs, np.int64), refused=np.zeros(runs, np.int64),
    )  # fmt: skip
    for one in pipeline.in_hand:
        cases = np.full((1, runs), one.cases, dtype=np.int16)
        _enter(world, one.stage, one.ready_week, (one.row, cases))
    return world


def _pools(stages: Sequence[int], shape: tuple[int, int]) -> dict[int, Pool]:
    return {stage: Pool(np.zeros(shape, np.int16)) for stage in stages}


def _coming(stages: Sequence[int]) -> dict[int, Coming]:
    return {stage: defaultdict(list) for stage in stages}


def simulate(world: World, capacity: Mapping[str, Rates] | Rates) -> Iterator[int]:
    """Simulate week after week and yield the number of each that is over.

    Within a week the last stage works first, so that a case moves on by one stage a week at most.

    Args:
        world: Where it begins; it is changed.
        capacity: What the narrowest stage can finish in each week, shape (weeks, runs).
    """
    places = rounded(np.asarray(capacity), world.random)
    for week in range(1, world.pipeline.weeks + 1):
        world.week = week
        in_time = world.pipeline.row_of(week)
        for track in world.tracks:
            track.forget_week()
            _ripen(track.pools, track.coming, week)
            _work(world, track, places[week - 1], in_time)
        _ripen(world.pools, world.coming, week)
        _work_before(world)
        _request(world)
        yield week


def _ripen(pools: dict[int, Pool], coming: dict[int, Coming], week: int) -> None:
    """Lay ready what has been in its stage for the shortest time."""
    for stage, pool in pools.items():
        for parcel in coming[stage].pop(week, ()):
            pool.add(parcel)


def _work(world: World, track: Track, places: Cases, in_time: int) -> None:
    """Let the narrowest stage and those behind it work for a week."""
    steps, narrowest = world.pipeline.steps, world.pipeline.narrowest
    for stage in range(len(steps) - 1, narrowest, -1):
        for parcel in release(track.pools[stage], world.released[stage], world.random):
            _leave(world, track, stage, parcel, in_time)
    savable = world.pipeline.row_of(world.week + world.pipeline.weeks_after)
    for parcel in serve(track.pools[narrowest], places, track.order, savable, world.random):
        _leave(world, track, narrowest, parcel, in_time)


def _leave(world: World, track: Track, stage: int, parcel: Parcel, in_time: int) -> None:
    """Move cases that leave a stage to the next one, or close them."""
    first, out = parcel
    onward = chosen(out, world.onward[stage], world.random)
    closed = out
    if stage + 1 < len(world.pipeline.steps):
        closed = out - onward
        ready = world.week + world.pipeline.steps[stage + 1].least
        track.coming[stage + 1][ready].append((first, onward))
    else:
        track.issued += onward.sum(axis=0, dtype=np.int32)
        track.in_time += onward[max(0, in_time - first) :].sum(axis=0, dtype=np.int32)
    track.open[first : first + len(out)] -= closed
    track.closed += closed.sum(axis=0, dtype=np.int32)


def _work_before(world: World) -> None:
    """Let the stages before the narrowest work for a week."""
    steps = world.pipeline.steps
    for stage in range(world.pipeline.narrowest - 1, -1, -1):
        for first, out in release(world.pools[stage], world.released[stage], world.random):
            onward = chosen(out, world.onward[stage], world.random)
            world.before[first : first + len(out)] -= out
            world.refused += (out - onward).sum(axis=0, dtype=np.int32)
            _enter(world, stage + 1, world.week + steps[stage + 1].least, (first, onward))


def _request(world: World) -> None:
    """Let the requests of the week come in."""
    cases = world.draws.requests[world.week - 1][None, :]
    world.arrived += cases[0]
    row = world.pipeline.row_of(world.week + world.pipeline.to_due)
    _enter(world, 0, world.week + world.pipeline.steps[0].least, (row, cases))


def _enter(world: World, stage: int, ready: int, parcel: Parcel) -> None:
    """Let cases come to a stage, in which they are ready in a week to come."""
    first, cases = parcel
    rows = slice(first, first + len(cases))
    if stage < world.pipeline.narrowest:
        world.before[rows] += cases
        world.coming[stage][ready].append(parcel)
        return
    for track in world.tracks:
        track.open[rows] += cases
        track.coming[stage][ready].append(parcel)
