"""Cases leave a pool in the order that was asked for, none is lost and none is made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_timeline.measure.forecast.days import Cases
from ehcp_timeline.measure.forecast.present import IN_TIME_FIRST, OLDEST_FIRST, WorkOrder
from ehcp_timeline.measure.forecast.simulate import Pool, chosen, serve

SPREAD = WorkOrder(0, 0, 1)


def served(rows: list[int], places: int, order: WorkOrder, in_time: int) -> list[int]:
    """Return how many of each row are taken."""
    pool = Pool(np.array(rows, dtype=np.int16)[:, None], 0, len(rows))
    random = np.random.default_rng(1)
    taken: Cases = np.zeros((len(rows), 1), dtype=np.int16)
    for first, given_ in serve(pool, np.array([places], dtype=np.int16), order, in_time, random):
        taken[first : first + len(given_)] += given_
    assert (taken[:, 0] + pool.ready[:, 0]).tolist() == rows
    found: list[int] = taken[:, 0].tolist()
    return found


def test_oldest_first_takes_the_earliest_due() -> None:
    """Rows are emptied from the top."""
    assert served([3, 3, 3, 3], 5, OLDEST_FIRST, 2) == [3, 2, 0, 0]


def test_in_time_first_takes_the_savable_then_the_oldest() -> None:
    """What the cases in time leave over goes to the oldest."""
    assert served([3, 3, 3, 3], 5, IN_TIME_FIRST, 2) == [0, 0, 3, 2]
    assert served([3, 3, 3, 3], 8, IN_TIME_FIRST, 2) == [2, 0, 3, 3]


def test_a_split_keeps_places_for_both() -> None:
    """Half of six places go to the oldest, half to those in time."""
    assert served([9, 9, 9, 9], 6, WorkOrder(0.5, 0.5, 0), 2) == [3, 0, 3, 0]


def test_spread_takes_the_same_share_of_every_row() -> None:
    """Eight of forty places, ten cases a row: two each."""
    assert served([10, 10, 10, 10], 8, SPREAD, 2) == [2, 2, 2, 2]


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.integers(0, 30), min_size=1, max_size=12),
    places=st.integers(0, 200),
    oldest=st.floats(0, 1),
    in_time=st.floats(0, 1),
    first=st.integers(0, 12),
)
def test_no_place_is_wasted_and_no_case_is_made(
    rows: list[int], places: int, oldest: float, in_time: float, first: int
) -> None:
    """Whatever the order, as many cases are taken as there are places, or all there are."""
    whole = max(1.0, oldest + in_time)
    order = WorkOrder(oldest / whole, in_time / whole, 1 - (oldest + in_time) / whole)

    assert sum(served(rows, places, order, min(first, len(rows)))) == min(places, sum(rows))


@pytest.mark.parametrize("empty", [0, 39])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 0.97, 1.0])
def test_chance_has_the_mean_and_spread_of_a_binomial(share: float, empty: int) -> None:
    """Forty cases, 20,000 draws: mean 40p and variance 40p(1 - p), also where most rows hold none."""
    cases = np.zeros((1 + empty, 20_000), dtype=np.int16)
    cases[0] = 40

    out = chosen(cases, share, np.random.default_rng(2))

    assert out[0].mean() == pytest.approx(40 * share, abs=0.1)
    assert out[0].var() == pytest.approx(40 * share * (1 - share), abs=0.35)
    assert 0 <= out.min() <= out.max() <= 40
    assert not out[1:].any()
    assert (cases[0] == 40).all()
