"""The queue forms give the published numbers, and say why where they do not apply."""

from pathlib import Path

import pytest

from ehcp_timeline.measure.forecast.behind import queue_forms, stage_lines
from ehcp_timeline.measure.forecast.days import day_number
from ehcp_timeline.measure.forecast.present import present
from tests.commands.forecast.files import AS_AT, illustrative, work_in


def test_the_published_examples_come_out() -> None:
    """30 a week, 52 weeks: a queue of 390; from 1,200 in 26 weeks 61.15 a week; to keep it 30.077."""
    forms = queue_forms(30, 40, 1200, 63, 52)

    assert forms == {
        "load": 0.75, "target_queue": 390, "relief_capacity": 61.154, "target_capacity": 30.077,
        "pressure": 2.423, "why": (),
    }  # fmt: skip


def test_arrivals_are_never_left_out() -> None:
    """One more case a week is one more that relief takes, less the 13 that its longer target queue leaves."""
    more, usual = (queue_forms(demand, 40, 1200, 63, 52)["relief_capacity"] for demand in (31, 30))

    assert more - usual == pytest.approx(1 - 13 / 26, abs=0.001)


def test_a_queue_without_hands_has_no_load() -> None:
    """No capacity is no number, not a division by zero."""
    assert queue_forms(30, 0, 1200, 63, 52)["load"] is None


@pytest.mark.parametrize(("waiting", "given"), [(779, False), (780, False), (781, True)])
def test_relief_is_for_queues_of_more_than_twice_the_target(waiting: int, given: bool) -> None:
    """At exactly two target queues (780) there is no relief capacity yet; with one case more there is."""
    forms = queue_forms(demand=30, capacity=40, waiting=waiting, mean_wait=10, weeks=52)

    assert (forms["relief_capacity"] is not None) is given
    assert any("relief capacity" in why for why in forms["why"]) is not given


def test_no_form_is_given_for_the_whole_way(tmp_path: Path) -> None:
    """The twenty weeks are no queue: every form is left out, with the reason."""
    work = work_in(illustrative(tmp_path / "c.csv"), AS_AT)

    (whole,) = stage_lines(present(work, day_number(AS_AT), 60))

    assert (whole.load, whole.target_queue, whole.relief_capacity, whole.pressure) == (None,) * 4
    assert whole.why == ("these forms are for one stage's queue; the file has no dates of single stages",)
