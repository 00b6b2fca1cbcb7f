"""The queue forms give the published numbers, and say why where they do not apply."""

import math

import pytest

from ehcp_timeline.commands.forecast.model.queueing import (
    Queue,
    apply_forms,
    factor_for,
    load,
    pressure,
    relief_capacity,
    target_capacity,
    target_queue,
)


def test_the_published_examples_come_out() -> None:
    """30 a week, 52 weeks: a queue of 390; from 1,200 in 26 weeks 61.15 a week; to keep it 30.077."""
    assert target_queue(30, 52) == 390
    assert relief_capacity(30, 1200, 390, 26) == pytest.approx(61.15, abs=0.005)
    assert target_capacity(30, 52) == pytest.approx(30.077, abs=0.0005)
    assert pressure(63, 52) == pytest.approx(2.423, abs=0.0005)


def test_variation_counts_by_half_its_squares() -> None:
    """The division by 2 that the published text of the form leaves out is there."""
    assert target_capacity(30, 52, cv_demand=2, cv_capacity=0) == pytest.approx(30 + 2 * 4 / 52)


def test_arrivals_are_never_left_out() -> None:
    """One more request a week is one more case a week that relief takes."""
    assert relief_capacity(31, 1200, 390) - relief_capacity(30, 1200, 390) == pytest.approx(1)


def test_a_queue_without_hands_has_an_infinite_load() -> None:
    """No capacity is told as infinite, not as a division by zero."""
    assert math.isinf(load(30, 0))


def test_the_factor_follows_from_the_share_inside_the_target() -> None:
    """F = -ln(1 - p)."""
    assert factor_for(1 - math.exp(-4)) == pytest.approx(4)


@pytest.mark.parametrize(("waiting", "given"), [(779, False), (780, False), (781, True)])
def test_relief_is_for_queues_of_more_than_twice_the_target(waiting: int, given: bool) -> None:
    """At exactly two target queues (780) there is no relief capacity yet; with one case more there is."""
    forms = apply_forms(Queue(demand=30, capacity=40, waiting=waiting, mean_wait=10, target_weeks=52))

    assert (forms.relief_capacity is not None) is given
    assert any("relief capacity" in why for why in forms.why) is not given


def test_no_form_is_given_for_the_whole_way() -> None:
    """The twenty weeks are no queue: every form is left out, with the reason."""
    forms = apply_forms(Queue(30, 40, 500, 10, 20, whole=True))

    assert (forms.load, forms.target_queue, forms.relief_capacity, forms.pressure) == (None,) * 4
    assert forms.why == ("these forms are for one stage's queue; the file has no dates of single stages",)
