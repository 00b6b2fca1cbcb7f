"""What if: each change alone changes what it says, from the week it says, and nothing else."""

from dataclasses import replace
from datetime import date
from functools import cache
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ehcp_timeline.commands.forecast.what_if import what_if
from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.forecast.days import day_number
from ehcp_timeline.measure.forecast.present import OLDEST_FIRST, Present, present
from ehcp_timeline.measure.forecast.request import ForecastRequest, WhatIf
from ehcp_timeline.measure.forecast.simulate import Plan, run, start_of
from ehcp_timeline.measure.pace import percentile
from tests.commands.forecast.files import AS_AT, illustrative, staged, work_in

WEEKS = 156


@cache
def plain() -> Present:
    """Return the illustrative council: one stage."""
    with TemporaryDirectory() as folder:
        return present(work_in(illustrative(Path(folder) / "c.csv"), AS_AT), day_number(AS_AT), WEEKS)


@cache
def stages(narrowest: str = "") -> Present:
    """Return the council with every stage, whose drafts are the narrowest unless another is named."""
    with TemporaryDirectory() as folder:
        work = work_in(staged(Path(folder) / "c.csv"), AS_AT)
    return present(work, day_number(AS_AT), WEEKS, ForecastRequest(AS_AT, narrowest=narrowest))


def clear_in(now: Present, what_if: WhatIf) -> int:
    """Return the week in which half of the runs are clear, oldest first; weeks + 1 for never."""
    plan = Plan(only_clearance=True)
    kept = run(start_of(now, what_if), {"oldest-first": OLDEST_FIRST}, plan, 200, 1)
    return int(percentile(kept["oldest-first"].cleared, 50))


def test_nothing_changed_changes_nothing() -> None:
    """No what if: the drivers and stages as they were, nothing more and every week at its own capacity."""
    start = start_of(plain())

    assert start.drivers.requests.level == plain().pipeline.drivers.requests.level == 15
    assert start.steps == plain().pipeline.steps
    assert (start.drivers.factor, start.drivers.more.tolist()) == (1, [0.0] * WEEKS)
    assert not WhatIf().changed


@pytest.mark.parametrize(
    ("since", "first"), [(None, 1), (date(2025, 6, 2), 1), (date(2025, 6, 3), 2), (date(2025, 6, 9), 2)]
)
def test_capacity_begins_with_the_first_whole_week(since: date | None, first: int) -> None:
    """Three more a week from the first week that begins on or after the day; the as-at date is 1 June."""
    more = start_of(plain(), WhatIf(capacity=3, since=since)).drivers.more

    assert more[: first - 1].tolist() == [0.0] * (first - 1)
    assert more[first - 1 :].tolist() == [3.0] * (WEEKS - first + 1)


def test_a_catch_up_team_goes_when_its_weeks_are_over() -> None:
    """Five a week for four weeks, then none."""
    more = start_of(plain(), WhatIf(catch_up=5, catch_up_weeks=4)).drivers.more

    assert more[:6].tolist() == [5, 5, 5, 5, 0, 0]


def test_plans_a_week_are_cases_a_week_at_a_stage_that_not_all_leave_for_a_plan() -> None:
    """Where 80% of the drafts become plans, three plans more take 3.75 drafts."""
    now = stages()
    steps = tuple(replace(step, onward=0.8) if step.name == "draft" else step for step in now.pipeline.steps)
    fewer = replace(now, pipeline=replace(now.pipeline, steps=steps))

    assert start_of(fewer, WhatIf(capacity=3)).drivers.more[0] == pytest.approx(3.75)


def test_requests_up_by_a_tenth() -> None:
    """The level goes up by 10%, its chance with the root, the season not at all."""
    was, is_ = plain().pipeline.drivers.requests, start_of(plain(), WhatIf(requests=10)).drivers.requests

    assert is_.level == pytest.approx(16.5)
    assert is_.chance == pytest.approx(was.chance * sqrt(1.1))
    assert (is_.season == was.season).all()


def test_shrinkage_is_lost_at_every_stage() -> None:
    """A fifth of all working time lost: four fifths of the capacity, and every stage as much slower."""
    start = start_of(stages(), WhatIf(shrinkage=20))

    assert start.drivers.factor == pytest.approx(0.8)
    assert [one.released for one in start.steps] == pytest.approx(
        [0.8 * one.released for one in stages().pipeline.steps]
    )


def test_psychologists_hasten_advice() -> None:
    """Where advice does not wait for staff, two more who each do one a week shorten it by their share."""
    now = stages()
    place = [one.name for one in now.pipeline.steps].index("advice")
    pace = float(now.past.stages[place].left.mean())
    slow = replace(now.pipeline.steps[place], released=0.1)
    steps = (*now.pipeline.steps[:place], slow, *now.pipeline.steps[place + 1 :])

    found = start_of(
        replace(now, pipeline=replace(now.pipeline, steps=steps)), WhatIf(psychologists=2, advice_each=1)
    )

    assert found.steps[place].released == pytest.approx(0.1 * (1 + 2 / pace))
    assert not found.drivers.more.any()


@pytest.mark.parametrize(("share", "released"), [(-0.5, 0.5), (-1, 0), (-2, 0)])
def test_too_few_psychologists_give_no_advice(share: float, released: float) -> None:
    """More taken away than there are leave none, not fewer than none."""
    now = stages()
    place = [one.name for one in now.pipeline.steps].index("advice")
    pace = float(now.past.stages[place].left.mean())
    before = now.pipeline.steps[place].released

    found = start_of(now, WhatIf(psychologists=share * pace, advice_each=1))

    assert found.steps[place].released == pytest.approx(before * released)


def test_psychologists_are_capacity_where_advice_is_the_narrowest() -> None:
    """There each piece of advice more is a case more that goes on."""
    found = start_of(stages("advice"), WhatIf(psychologists=2, advice_each=1.5))

    assert found.drivers.more[0] == pytest.approx(3)


def test_psychologists_need_dates_of_advice() -> None:
    """A file without them cannot tell, and says what to add."""
    with pytest.raises(UsageError) as told:
        start_of(plain(), WhatIf(psychologists=2))

    assert told.value.message == "--psychologists: the file has no dates of advice"


@pytest.mark.parametrize(
    ("what_if", "weeks"),
    [
        (WhatIf(), 97),
        (WhatIf(capacity=3), 39),
        (WhatIf(catch_up=10, catch_up_weeks=10), 47),
        (WhatIf(capacity=-2), WEEKS + 1),
        (WhatIf(shrinkage=15), WEEKS + 1),
        (WhatIf(requests=20), WEEKS + 1),
    ],
)
def test_the_date_moves_as_arithmetic_says(what_if: WhatIf, weeks: int) -> None:
    """193 more than 20 weeks' requests are open: at 2 a week 97 weeks, at 5 a week 39.

    A team that does 100 leaves 93, 47 weeks. Two fewer, 15% lost or a fifth more requests: it never clears.
    """
    assert clear_in(plain(), what_if) == weeks


@pytest.mark.parametrize("each", [1.3333333333333333, "1.3333333333333333", 4 / 3])
def test_advice_is_read_to_its_last_digit(each: object) -> None:
    """Four pieces in three weeks, as the command line and TOML hand them over."""
    assert what_if({"psychologists": 2, "advice_each": each}) == WhatIf(psychologists=2, advice_each=4 / 3)


@pytest.mark.parametrize(
    "words",
    [
        {"capacity": "+2", "from": "2025-07-01", "requests": "+10%", "catch_up": "5:8"},
        {"capacity": 2, "from": date(2025, 7, 1), "requests": 10, "catch_up": "5:8", "order": None},
        {"capacity": 2.0, "from": "01/07/2025", "requests": "10", "catch_up": "+5:8", "shrinkage": None},
    ],
)
def test_options_and_toml_are_read_as_one(words: dict[str, object]) -> None:
    """Words, numbers and dates of TOML give the same what-if."""
    assert what_if(words) == WhatIf(
        capacity=2, since=date(2025, 7, 1), requests=10, catch_up=5, catch_up_weeks=8
    )
