"""Runs lose no case and make none, repeat with their seed, and show how orders of work pull apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_timeline.measure.forecast.caseload import Timetable
from ehcp_timeline.measure.forecast.days import Counts, Rates
from ehcp_timeline.measure.forecast.present import (
    IN_TIME_FIRST,
    OLDEST_FIRST,
    Pipeline,
    SimulatedStage,
    WorkOrder,
    present,
)
from ehcp_timeline.measure.forecast.request import WhatIf
from ehcp_timeline.measure.forecast.simulate import Kept, Parcel, Plan, StageWork, Watcher, run, start_of
from ehcp_timeline.measure.forecast.weeks import Drivers, draw, rounded, series
from ehcp_timeline.measure.pace import percentile
from tests.commands.forecast.known_truth import FOUR, KINDS, ONE, council, known_on

WEEKS = 208
ORDERS = {"oldest-first": OLDEST_FIRST, "in-time-first": IN_TIME_FIRST, "split": WorkOrder(0.5, 0.5, 0)}


def spread(cases: int, weeks: int) -> list[int]:
    """Return cases spread over weeks as evenly as whole numbers go."""
    return [cases // weeks + (place < cases % weeks) for place in range(weeks)]


def illustrative(capacity: float = 17, requests: float = 15) -> Pipeline:
    """Return 493 open cases, 220 of them late, 15 in and 17 out a week without chance, 14 weeks at least."""
    due = [*range(-14, 1), *range(1, 21)]
    counts = [*spread(220, 15), *spread(273, 20)]
    rows = np.union1d(due, np.arange(21, 21 + WEEKS)).astype(np.int32)
    in_hand = tuple(
        (0, max(1, 14 - (20 - week)), int(np.searchsorted(rows, week)), count)
        for week, count in zip(due, counts, strict=True)
    )
    come, go = (
        series(np.full(52, float(rate)), np.ones(52), np.ones(WEEKS)) for rate in (requests, capacity)
    )
    step = SimulatedStage("plan", 14, 0.5, 1.0)
    return Pipeline((step,), 0, WEEKS, 20, rows, in_hand, Drivers(come, go))


def kept_of(
    start: Pipeline, orders: Mapping[str, WorkOrder] = ORDERS, runs: int = 100, seed: int = 1
) -> Mapping[str, Kept]:
    """Return what is kept of some runs, with quarters of 13 weeks."""
    quarters = tuple(str(week // 13) for week in range(WEEKS))
    return run(start, orders, Plan(quarters=quarters), runs, seed)


def test_the_illustrative_council_clears_as_arithmetic_says() -> None:
    """Oldest first: (493 - 20 x 15) / 2 = 97 weeks. In time first: (493 - 14 x 15) / 2 = 142 weeks.

    The straight line, 220 / (17 - 15) = 110 weeks, lies between: it knows no order.
    """
    found = kept_of(illustrative())

    assert found["oldest-first"].cleared.nearest(50) == 97
    assert found["in-time-first"].cleared.nearest(50) == 142
    assert 97 < 220 / (17 - 15) < 142


def test_oldest_first_clears_earlier_with_a_poor_rate() -> None:
    """Of the first year's plans none is in time; in time first issues nearly nine in ten in time."""
    found = kept_of(illustrative())

    assert [percentile(found["oldest-first"].rates[quarter], 50) for quarter in "0123"] == [0, 0, 0, 0]
    assert all(percentile(found["in-time-first"].rates[quarter], 50) > 850 for quarter in "0123")


def test_more_plans_a_week_clear_earlier_and_more_requests_later() -> None:
    """Three more a week bring the clearance forward, one more request a week puts it off."""
    usual = percentile(kept_of(illustrative())["oldest-first"].cleared, 50)

    assert percentile(kept_of(illustrative(capacity=20))["oldest-first"].cleared, 50) < usual
    assert percentile(kept_of(illustrative(requests=16))["oldest-first"].cleared, 50) > usual


def test_as_much_in_as_out_never_clears() -> None:
    """Where completions do not exceed arrivals no run is ever clear."""
    assert kept_of(illustrative(capacity=15))["oldest-first"].cleared.share_above(WEEKS) == 1


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    """Every number kept is the same; another seed gives others."""
    random = np.random.default_rng(3)
    come, go = (
        series(random.poisson(mean, 52).astype(float), np.ones(52), np.ones(WEEKS)) for mean in (15, 17)
    )
    start = replace(illustrative(), drivers=Drivers(come, go))

    first, again, other = (kept_of(start, runs=300, seed=seed) for seed in (1, 1, 2))

    assert all((first[name].cleared.counts == again[name].cleared.counts).all() for name in ORDERS)
    assert first["split"].cleared.counts.tolist() != other["split"].cleared.counts.tolist()


def test_runs_beyond_one_chunk_add_up() -> None:
    """2,100 runs are 2,100 runs, and the first thousand of them are those of a shorter forecast."""
    start = illustrative()

    assert len(kept_of(start, runs=2100)["split"].cleared) == 2100


@pytest.mark.parametrize(("due_week", "first"), [(3, False), (4, True), (5, True)])
def test_in_time_first_takes_whom_the_stages_to_come_leave_time(due_week: int, first: bool) -> None:
    """Drafted in week 1, final three weeks at least: due in week 4 is saved, due in week 3 is not."""
    rows = np.array([0, due_week, 30], dtype=np.int32)
    steps = (SimulatedStage("draft", 1, 0.5, 1.0), SimulatedStage("final", 3, 1.0, 1.0))
    none, five = (series(np.full(52, rate), np.ones(52), np.ones(1)) for rate in (0.0, 5.0))
    in_hand = ((0, 1, 0, 5), (0, 1, 1, 5))
    line = Pipeline(steps, 0, 1, 20, rows, in_hand, Drivers(none, five))
    random = np.random.default_rng(1)
    places = draw(line.drivers, 3, random)[1].astype(np.int16)
    work = StageWork(line, range(2), (IN_TIME_FIRST,) * 2, places, random)

    work.week(1, [])

    assert work.pools[0].ready[:2].tolist() == ([[5] * 3, [0] * 3] if first else [[0] * 3, [5] * 3])


def cases_in(parcels: Iterable[Parcel], runs: int) -> Counts:
    """Return how many cases some parcels hold, for each run."""
    return sum((cases.sum(axis=0, dtype=np.int64) for _, cases in parcels), np.zeros(runs, np.int64))


def sizes(work: StageWork, runs: int) -> Counts:
    """Return how many cases stand at each stage, shape (stages, runs)."""
    return np.stack(
        [
            pool.ready.sum(axis=0, dtype=np.int64) + cases_in(chain(*pool.coming.values()), runs)
            for pool in work.pools.values()
        ]
    )


def conserved(line: Pipeline, orders: Mapping[str, WorkOrder | tuple[WorkOrder, ...]], seed: int) -> None:
    """Simulate twenty runs and check after every week that no stage of any order lost or made a case."""
    runs = 20
    for order in orders.values():
        random = np.random.default_rng(seed)
        requests, capacity = draw(line.drivers, runs, random)
        each = order if isinstance(order, tuple) else (order,) * len(line.steps)
        places = rounded(capacity, random)
        work = StageWork(line, range(len(line.steps)), each, places, random)
        watcher = Watcher(line, Plan(), Kept(), requests, cases=False)
        before = sizes(work, runs)
        for week, row in enumerate(requests, 1):
            came = [(line.row_of(week + line.to_due), row[None, :])]
            issued, closed = work.week(week, came)
            watcher.look(week, came, issued, closed)
            now = sizes(work, runs)
            gone = cases_in(issued, runs) + cases_in(closed, runs)
            assert (now.sum(axis=0) == before.sum(axis=0) + row - gone).all()
            # what leaves a stage goes to the next one: no stage behind gains more than those before it lose
            assert (np.cumsum(now - before, axis=0) <= row).all()
            assert (watcher.open.sum(axis=0) == now.sum(axis=0)).all()
            assert (watcher.open >= 0).all()
            assert all((pool.ready >= 0).all() for pool in work.pools.values())
            before = now


STEPS = st.lists(
    st.builds(
        SimulatedStage, st.just("x"), st.integers(1, 6), st.floats(0.05, 0.95), st.floats(0, 1), st.booleans()
    ),
    min_size=1,
    max_size=4,
)
ANY_ORDER = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(
    lambda shares: WorkOrder(min(shares), max(shares) - min(shares), 1 - max(shares))
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    steps=STEPS,
    data=st.data(),
    requests=st.integers(0, 30),
    capacity=st.floats(0, 40),
    order=ANY_ORDER,
    seed=st.integers(0, 1000),
)
def test_arrivals_less_departures_are_the_change_in_size(
    steps: Sequence[SimulatedStage],
    data: st.DataObject,
    requests: int,
    capacity: float,
    order: WorkOrder,
    seed: int,
) -> None:
    """In every run, every week, at every stage, under every order and what if."""
    weeks = 30
    narrowest = data.draw(st.integers(0, len(steps) - 1))
    rows = np.arange(-5, 21 + weeks).astype(np.int32)
    in_hand = tuple(
        (data.draw(st.integers(0, len(steps) - 1)), data.draw(st.integers(1, 8)), row, cases)
        for row, cases in enumerate(data.draw(st.lists(st.integers(0, 9), max_size=20)))
    )
    random = np.random.default_rng(seed)
    come = series(random.poisson(requests, 20).astype(float), np.ones(20), np.ones(weeks))
    go = series(np.full(20, capacity), np.ones(20), np.ones(weeks))
    factor, more = data.draw(st.floats(0, 1)), np.linspace(0, data.draw(st.floats(0, 9)), weeks)
    drivers = Drivers(come, go, (), factor, more)
    line = Pipeline(tuple(steps), narrowest, weeks, 20, rows, in_hand, drivers)

    conserved(line, {**ORDERS, "any": order}, seed)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    stages=st.sampled_from([ONE, FOUR]),
    seed=st.integers(0, 10_000),
    capacity=st.floats(-5, 20),
    requests=st.floats(-50, 50),
    shrinkage=st.floats(0, 95),
)
def test_a_council_forecast_loses_no_case(
    kind: str, stages: Timetable, seed: int, capacity: float, requests: float, shrinkage: float
) -> None:
    """The same of whole councils, as they are read from a file, with more or less of everything."""
    one = council(kind, stages, seed)
    now = present(known_on(one.work, one.day), one.day, 52)
    what_if = WhatIf(capacity=capacity, requests=requests, shrinkage=shrinkage, catch_up=3)

    assert now.pipeline.at_start.sum() == now.standing.place.size
    conserved(start_of(now, what_if), {**ORDERS, "observed": now.orders}, seed)


@pytest.mark.parametrize("mean", [3.0, 17.5, 60.0])
def test_drawn_weeks_keep_the_level_of_the_weeks_behind(mean: float) -> None:
    """Over many runs the mean of the weeks to come is that of the weeks behind."""
    random = np.random.default_rng(5)
    seen = random.poisson(mean, 52).astype(float)
    both = series(seen, np.ones(52), np.ones(104))

    requests, capacity = draw(Drivers(both, both), 4000, random)

    assert requests.mean() == pytest.approx(seen.mean(), rel=0.02)
    assert capacity.mean() == pytest.approx(seen.mean(), rel=0.02)


def test_each_run_doubts_the_level() -> None:
    """Means of ten drawn years differ by more than a year's mean does: blocks are few, and say so."""
    found = []
    for seed in range(8):
        random = np.random.default_rng(seed)
        seen = random.poisson(20, 52).astype(float)
        both = series(seen, np.ones(52), np.ones(520))
        means = draw(Drivers(both, both), 1000, random)[1].mean(axis=0)
        found.append(means.std() / (seen.std() / np.sqrt(52)))

    assert 1.08 < np.mean(found) < 1.3


def test_a_share_seen_on_few_cases_is_doubted_too() -> None:
    """Half of 40 went on: the share of a run is 0.5 give or take 0.078, so that plans differ by a sixth."""
    steady = series(np.full(52, 100.0), np.ones(52), np.ones(20))

    requests, capacity = draw(Drivers(steady, steady, ((0.5, 40),)), 4000, np.random.default_rng(7))
    means = requests.mean(axis=0)

    assert means.mean() == pytest.approx(100, rel=0.01)
    assert means.std() == pytest.approx(100 * np.sqrt(0.25 / 43) / 0.5, rel=0.05)
    assert capacity.std() < 1e-6


def test_what_lasts_for_weeks_stays_together() -> None:
    """A good half-year and a bad one: eight drawn weeks are mostly of one kind, as eight real ones are.

    Sums of eight weeks drawn one by one would have a variance of 8 x 25; if all were of one kind, 64 x 25.
    """
    half = np.repeat([5.0, 15.0], 26)
    both = series(half, np.ones(52), np.ones(8))

    sums = draw(Drivers(both, both), 4000, np.random.default_rng(7))[1].sum(axis=0)

    assert 4 * 8 * 25 < sums.var() < 64 * 25


def test_requests_and_completions_of_one_week_are_drawn_together() -> None:
    """Weeks in which both were high stay so: their correlation is that of the weeks behind."""
    random = np.random.default_rng(8)
    values = random.poisson(20, 52).astype(float)
    both = series(values, np.ones(52), np.ones(104))

    requests, capacity = draw(Drivers(both, both), 200, random)

    assert np.corrcoef(requests.ravel(), capacity.ravel())[0, 1] > 0.95


@pytest.mark.parametrize(("weeks", "cases"), [(13, 493), (52, 120)])
def test_little_behind_makes_wide_intervals(weeks: int, cases: int) -> None:
    """A quarter of the history, or of the cases, leaves the date far less certain than a year of many."""
    whole, little = interval(52, 1.0), interval(weeks, cases / 493)

    assert little[1] - little[0] > 1.4 * (whole[1] - whole[0])


def interval(weeks: int, size: float) -> tuple[int, int]:
    """Return P15 and P85 of the clearance week: a share of 60 in and 80 out, seen for so many weeks."""
    random = np.random.default_rng(9)
    drivers = (
        series(poisson_like(rate * size, weeks, random), np.ones(weeks), np.ones(WEEKS)) for rate in (60, 80)
    )
    come, go = drivers
    line = illustrative()
    in_hand = tuple((*one[:3], round(6 * one[3] * size)) for one in line.in_hand)
    start = replace(line, in_hand=in_hand, drivers=Drivers(come, go))
    cleared = kept_of(start, {"oldest-first": OLDEST_FIRST}, runs=1000)["oldest-first"].cleared
    return percentile(cleared, 15), percentile(cleared, 85)


def poisson_like(mean: float, weeks: int, random: np.random.Generator) -> Rates:
    """Return numbers with exactly this mean and the variance of counts, in chance order."""
    evenly = (np.arange(weeks) + 0.5) / weeks
    normal = np.array([NormalDist().inv_cdf(share) for share in evenly.tolist()])
    return random.permutation(mean + np.sqrt(mean) * normal / normal.std())
