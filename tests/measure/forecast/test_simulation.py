"""Runs lose no case and make none, repeat with their seed, and show how orders of work pull apart."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_timeline.measure.forecast.futures import Drivers, draw, series
from ehcp_timeline.measure.forecast.order import IN_TIME_FIRST, OLDEST_FIRST, Order, split
from ehcp_timeline.measure.forecast.pipeline import InHand, Pipeline, Step
from ehcp_timeline.measure.forecast.recording import Kept, Plan
from ehcp_timeline.measure.forecast.runs import Extra, Start, run
from ehcp_timeline.measure.forecast.simulation import begin, simulate

WEEKS = 208
ORDERS = {"oldest-first": OLDEST_FIRST, "in-time-first": IN_TIME_FIRST, "split": split(0.5)}


def spread(cases: int, weeks: int) -> list[int]:
    """Return cases spread over weeks as evenly as whole numbers go."""
    return [cases // weeks + (place < cases % weeks) for place in range(weeks)]


def illustrative(capacity: float = 17, requests: float = 15) -> Start:
    """Return 493 open cases, 220 of them late, 15 in and 17 out a week without chance, 14 weeks at least."""
    due = [*range(-14, 1), *range(1, 21)]
    counts = [*spread(220, 15), *spread(273, 20)]
    rows = np.union1d(due, np.arange(21, 21 + WEEKS)).astype(np.int32)
    in_hand = tuple(
        InHand(0, max(1, 14 - (20 - week)), int(np.searchsorted(rows, week)), count)
        for week, count in zip(due, counts, strict=True)
    )
    come, go = (
        series(np.full(52, float(rate)), np.ones(52), np.ones(WEEKS)) for rate in (requests, capacity)
    )
    pipeline = Pipeline((Step("plan", 14, 0.5, 1.0),), 0, WEEKS, 20, rows, in_hand)
    return Start(pipeline, Drivers(come, go), Extra(1, np.zeros(WEEKS)))


def kept_of(
    start: Start, orders: Mapping[str, Order] = ORDERS, runs: int = 100, seed: int = 1
) -> Mapping[str, Kept]:
    """Return what is kept of some runs, with quarters of 13 weeks."""
    quarters = tuple(week // 13 for week in range(WEEKS))
    return run(start, orders, Plan(quarters=quarters), runs, seed)[0]


def test_the_illustrative_council_clears_as_arithmetic_says() -> None:
    """Oldest first: (493 - 20 x 15) / 2 = 97 weeks. In time first: (493 - 14 x 15) / 2 = 142 weeks.

    The straight line, 220 / (17 - 15) = 110 weeks, lies between: it knows no order.
    """
    found = kept_of(illustrative())

    assert found["oldest-first"].cleared.nearest(0.5) == 97
    assert found["in-time-first"].cleared.nearest(0.5) == 142
    assert 97 < 220 / (17 - 15) < 142


def test_oldest_first_clears_earlier_with_a_poor_rate() -> None:
    """Of the first year's plans none is in time; in time first issues nearly nine in ten in time."""
    found = kept_of(illustrative())

    assert [found["oldest-first"].rates[quarter].percentile(0.5) for quarter in range(4)] == [0, 0, 0, 0]
    assert all((found["in-time-first"].rates[quarter].percentile(0.5) or 0) > 850 for quarter in range(4))


def test_more_plans_a_week_clear_earlier_and_more_requests_later() -> None:
    """Three more a week bring the clearance forward, one more request a week puts it off."""
    usual = kept_of(illustrative())["oldest-first"].cleared.percentile(0.5) or 0

    assert (kept_of(illustrative(capacity=20))["oldest-first"].cleared.percentile(0.5) or 999) < usual
    assert (kept_of(illustrative(requests=16))["oldest-first"].cleared.percentile(0.5) or 0) > usual


def test_as_much_in_as_out_never_clears() -> None:
    """Where completions do not exceed arrivals no run is ever clear."""
    assert kept_of(illustrative(capacity=15))["oldest-first"].cleared.share_above(WEEKS) == 1


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    """Every number kept is the same; another seed gives others."""
    random = np.random.default_rng(3)
    come, go = (
        series(random.poisson(mean, 52).astype(float), np.ones(52), np.ones(WEEKS)) for mean in (15, 17)
    )
    start = Start(illustrative().pipeline, Drivers(come, go), illustrative().extra)

    first, again, other = (kept_of(start, runs=300, seed=seed) for seed in (1, 1, 2))

    assert all((first[name].cleared.counts == again[name].cleared.counts).all() for name in ORDERS)
    assert first["split"].cleared.counts.tolist() != other["split"].cleared.counts.tolist()


def test_runs_beyond_one_chunk_add_up() -> None:
    """2,100 runs are 2,100 runs, and the first thousand of them are those of a shorter forecast."""
    start = illustrative()

    assert kept_of(start, runs=2100)["split"].cleared.runs == 2100


STEPS = st.lists(
    st.builds(
        lambda least, released, onward: (least, released, onward),
        st.integers(1, 6),
        st.floats(0.05, 0.95),
        st.floats(0, 1),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(
    steps=STEPS,
    data=st.data(),
    requests=st.integers(0, 30),
    capacity=st.floats(0, 40),
    seed=st.integers(0, 1000),
)
def test_arrivals_less_departures_are_the_change_in_size(
    steps: Sequence[tuple[int, float, float]], data: st.DataObject, requests: int, capacity: float, seed: int
) -> None:
    """In every run, every week, under every order: open = at the start + arrived - closed."""
    weeks, runs = 30, 20
    narrowest = data.draw(st.integers(0, len(steps) - 1))
    rows = np.arange(-5, 21 + weeks).astype(np.int32)
    in_hand = tuple(
        InHand(data.draw(st.integers(0, len(steps) - 1)), data.draw(st.integers(1, 8)), row, cases)
        for row, cases in enumerate(data.draw(st.lists(st.integers(0, 9), max_size=20)))
    )
    line = Pipeline(tuple(Step("x", *one) for one in steps), narrowest, weeks, 20, rows, in_hand)
    random = np.random.default_rng(seed)
    come = series(random.poisson(requests, 20).astype(float), np.ones(20), np.ones(weeks))
    go = series(np.full(20, capacity), np.ones(20), np.ones(weeks))
    draws = draw(Drivers(come, go), runs, random)
    world = begin(line, {**ORDERS, "spread": Order(0.2, 0.2, 0.6)}, draws, random)
    before = int(line.at_start.sum())

    for _ in simulate(world, draws.capacity):
        for track in world.tracks:
            size = (track.open + world.before).sum(axis=0)
            assert (size == before + world.arrived - world.refused - track.closed).all()
            assert (track.open >= 0).all()
            assert all((pool.ready >= 0).all() for pool in track.pools.values())


@pytest.mark.parametrize("mean", [3.0, 17.5, 60.0])
def test_drawn_weeks_keep_the_level_of_the_weeks_behind(mean: float) -> None:
    """Over many runs the mean of the weeks to come is that of the weeks behind."""
    random = np.random.default_rng(5)
    seen = random.poisson(mean, 52).astype(float)
    both = series(seen, np.ones(52), np.ones(104))

    drawn = draw(Drivers(both, both), 4000, random)

    assert drawn.requests.mean() == pytest.approx(seen.mean(), rel=0.02)
    assert drawn.capacity.mean() == pytest.approx(seen.mean(), rel=0.02)


def test_each_run_doubts_the_level() -> None:
    """The means of runs over ten years differ by at least what a year's mean does from the true one."""
    random = np.random.default_rng(6)
    seen = random.poisson(20, 52).astype(float)
    both = series(seen, np.ones(52), np.ones(520))

    means = draw(Drivers(both, both), 2000, random).capacity.mean(axis=0)

    assert means.std() > 0.7 * seen.std() / np.sqrt(52)
