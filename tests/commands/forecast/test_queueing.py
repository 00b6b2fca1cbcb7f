"""The queue forms give the published numbers, and say why where they do not apply."""

from pathlib import Path

import pytest

from ehcp_timeline.measure.forecast.model.arrays import day_number
from ehcp_timeline.measure.forecast.model.present import present
from ehcp_timeline.measure.forecast.model.stages import (
    queue_forms,
    relief_capacity,
    stage_lines,
    target_capacity,
    target_queue,
)
from tests.commands.forecast.files import AS_AT, illustrative, work_in


def test_the_published_examples_come_out() -> None:
    """30 a week, 52 weeks: a queue of 390; from 1,200 in 26 weeks 61.15 a week; to keep it 30.077."""
    assert target_queue(30, 52) == 390
    assert relief_capacity(30, 1200, 390) == pytest.approx(61.15, abs=0.005)
    assert target_capacity(30, 52) == pytest.approx(30.077, abs=0.0005)
    assert queue_forms(30, 40, 1200, 63, 52).pressure == pytest.approx(2.423, abs=0.0005)


def test_variation_counts_by_half_its_squares() -> None:
    """The division by 2 that the published text of the form leaves out is there."""
    assert target_capacity(30, 52, cv_demand=2, cv_capacity=0) == pytest.approx(30 + 2 * 4 / 52)


def test_arrivals_are_never_left_out() -> None:
    """One more request a week is one more case a week that relief takes."""
    assert relief_capacity(31, 1200, 390) - relief_capacity(30, 1200, 390) == pytest.approx(1)


def test_a_queue_without_hands_has_an_infinite_load() -> None:
    """No capacity is told as infinite, not as a division by zero."""
    assert queue_forms(30, 0, 1200, 63, 52).load == float("inf")


@pytest.mark.parametrize(("waiting", "given"), [(779, False), (780, False), (781, True)])
def test_relief_is_for_queues_of_more_than_twice_the_target(waiting: int, given: bool) -> None:
    """At exactly two target queues (780) there is no relief capacity yet; with one case more there is."""
    forms = queue_forms(demand=30, capacity=40, waiting=waiting, mean_wait=10, target_weeks=52)

    assert (forms.relief_capacity is not None) is given
    assert any("relief capacity" in why for why in forms.why) is not given


def test_no_form_is_given_for_the_whole_way(tmp_path: Path) -> None:
    """The twenty weeks are no queue: every form is left out, with the reason."""
    work = work_in(illustrative(tmp_path / "c.csv"), AS_AT)

    (whole,) = stage_lines(present(work, day_number(AS_AT), 60))

    assert (whole.load, whole.target_queue, whole.relief_capacity, whole.pressure) == (None,) * 4
    assert whole.why == ("these forms are for one stage's queue; the file has no dates of single stages",)
