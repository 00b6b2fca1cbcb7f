"""What a target date takes: by arithmetic, and by simulation the least whole number of cases a week more."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.forecast.days import day_number
from ehcp_timeline.measure.forecast.forecast import CapacityNeeded, capacity_needed, net_needed
from ehcp_timeline.measure.forecast.present import IN_TIME_FIRST, OLDEST_FIRST, Pipeline, WorkOrder, present
from ehcp_timeline.measure.forecast.request import WhatIf
from ehcp_timeline.measure.forecast.simulate import start_of
from ehcp_timeline.measure.forecast.weeks import series
from tests.commands.forecast.files import AS_AT, illustrative, work_in
from tests.commands.forecast.forecasted import forecast

ORDERS = {"oldest-first": OLDEST_FIRST, "in-time-first": IN_TIME_FIRST}


@cache
def start(weeks: int = 156, what_if: WhatIf = WhatIf()) -> Pipeline:  # noqa: B008 - frozen
    """Return the illustrative council: 493 open, 15 in and 17 out."""
    with TemporaryDirectory() as folder:
        work = work_in(illustrative(Path(folder) / "c.csv"), AS_AT)
    return start_of(present(work, day_number(AS_AT), weeks), what_if)


def needed(
    line: Pipeline, clear_at: int = 0, orders: Mapping[str, WorkOrder] = ORDERS
) -> tuple[CapacityNeeded, ...]:
    """Return what it takes to be clear in the weeks of a pipeline."""
    return capacity_needed(line, orders, 17.0, clear_at, 1)


def test_needed_per_week_is_the_backlog_over_the_weeks() -> None:
    """220 in 22 weeks is 10 a week; in a day it is 1,540."""
    assert net_needed(220, AS_AT, AS_AT + timedelta(weeks=22)) == 10
    assert net_needed(220, AS_AT, AS_AT + timedelta(days=1)) == 1540


@pytest.mark.parametrize("target", [date(2025, 5, 31), date(2025, 6, 1)])
def test_a_target_that_is_not_ahead_is_refused(target: date) -> None:
    """Yesterday and today are no targets; tomorrow is."""
    with pytest.raises(UsageError):
        net_needed(220, AS_AT, target)


def test_the_capacity_is_that_of_the_arithmetic() -> None:
    """In a year: 193 more than 20 weeks of requests take 2 more than 17; 283 more than 14 weeks take 4.

    With 2 more it takes 193 / 4 = 49 weeks, with 1 more 65. In time first with 4 more it takes 283 / 6 = 48,
    with 3 more 57.
    """
    assert needed(start(52)) == (
        CapacityNeeded("oldest-first", 2, 2, 19.0, 19.0),
        CapacityNeeded("in-time-first", 4, 4, 21.0, 21.0),
    )


@pytest.mark.parametrize(("weeks", "more"), [(48, 3), (49, 2), (64, 2), (65, 1), (96, 1), (97, 0)])
def test_the_week_before_takes_one_more(weeks: int, more: int) -> None:
    """A number that is enough in a week is not in the week before."""
    assert needed(start(weeks), orders={"oldest-first": OLDEST_FIRST})[0].more_p50 == more


def test_85_of_100_runs_need_more_than_half_of_them() -> None:
    """Where completions differ from week to week, P85 takes more hands than P50."""
    random = np.random.default_rng(4)
    seen = random.poisson(17, 52).astype(np.float64)
    drivers = replace(start(60).drivers, capacity=series(seen, np.ones(52), np.ones(60)))

    (found,) = needed(replace(start(60), drivers=drivers), orders={"oldest-first": OLDEST_FIRST})

    assert found.more_p50 is not None
    assert found.more_p85 is not None
    assert found.more_p50 < found.more_p85


def test_what_if_is_counted_in() -> None:
    """With two more a week already, a year takes none more."""
    found = needed(start(52, WhatIf(capacity=2)), orders={"oldest-first": OLDEST_FIRST})

    assert found == (CapacityNeeded("oldest-first", 0, 0, 17.0, 17.0),)


def test_no_number_clears_what_nobody_can_hurry() -> None:
    """A backlog whose last stage takes 14 weeks is not clear in 8, whatever is done before it."""
    line = start(8)
    steps = (replace(line.steps[0], least=1), replace(line.steps[0], name="final", least=14, released=0.5))
    slow = replace(line, steps=steps)

    assert needed(slow, orders={"oldest-first": OLDEST_FIRST}) == (
        CapacityNeeded("oldest-first", None, None, None, None),
    )


def test_a_target_within_the_week_has_no_whole_week(tmp_path: Path) -> None:
    """Six days leave none to do anything in."""
    target = forecast(str(illustrative(tmp_path / "c.csv")), "--target", "2025-06-07")["target"]

    assert [policy["more_p50"] for policy in target["policies"]] == [None] * 4


@pytest.mark.slow
def test_a_target_beyond_the_horizon_is_looked_at_all_the_same(tmp_path: Path) -> None:
    """A horizon of 40 weeks answers the same as one of 60."""
    council = str(illustrative(tmp_path / "c.csv"))

    near, far = (
        forecast(council, "--target", "2026-06-01", "--horizon", weeks)["target"] for weeks in ("40", "60")
    )

    assert near == far
