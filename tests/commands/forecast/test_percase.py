"""Each open case: when half and 85% of the runs have closed it, and whether it will be late."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from ehcp_timeline.measure.forecast.days import day_number
from ehcp_timeline.measure.forecast.outlook import ProjectedCase, projected
from ehcp_timeline.measure.forecast.present import (
    OLDEST_FIRST,
    Pipeline,
    Present,
    SimulatedStage,
    WorkOrder,
    present,
)
from ehcp_timeline.measure.forecast.simulate import Plan, case_groups, run, start_of
from tests.commands.forecast.files import AS_AT, illustrative, staged, work_in

RUNS = 100


@cache
def now(stages: bool = False) -> Present:
    """Return what the illustrative council's file, or that of the council with every stage, says."""
    with TemporaryDirectory() as folder:
        write = staged if stages else illustrative
        return present(work_in(write(Path(folder) / "c.csv"), AS_AT), day_number(AS_AT), 156)


@cache
def cases(stages: bool = False, order: WorkOrder = OLDEST_FIRST) -> Sequence[ProjectedCase]:
    """Return its open cases under one order of work."""
    kept = run(start_of(now(stages)), {"x": order}, Plan(cases="x"), RUNS, 1)
    return projected(now(stages), kept["x"].finished, RUNS)


@pytest.mark.parametrize("stages", [False, True])
def test_every_open_case_is_told_once(stages: bool) -> None:
    """As many lines as cases are open, no case twice, the earliest due first."""
    told = cases(stages)

    assert len(told) == now(stages).standing.place.size
    assert len({(one.case_id, one.row) for one in told}) == len(told)
    assert [one.due for one in told] == sorted(one.due for one in told)


def test_oldest_first_finishes_in_order_of_due_day() -> None:
    """17 a week: the first seventeen in week 1, the last of the 493, requested today, in week 29."""
    told = cases()
    weeks = [((one.finish_p50 or date.max) - AS_AT).days / 7 for one in told]

    assert weeks == sorted(weeks)
    assert weeks[:14] == [1.0] * 14
    assert weeks[-1] == 29


def test_a_case_that_is_overdue_is_told_so() -> None:
    """220 are overdue; the others of 20 weeks or less are not yet, whatever the runs say."""
    told = [one.breach for one in cases()]

    assert told.count("overdue") == 220
    assert set(told) == {"overdue", "likely"}


def test_the_day_of_the_breach_is_the_day_after_the_due_day() -> None:
    """Twenty weeks after the request is the last lawful day."""
    for one in cases():
        assert one.due == one.start + timedelta(weeks=20)
        assert one.breach_on == one.due + timedelta(days=1)
        assert one.weeks == (AS_AT - one.start).days // 7


@pytest.mark.parametrize(
    ("due_week", "p50", "p85", "breach"),
    [(0, 1, 1, "overdue"), (5, 6, 6, "likely"), (5, 5, 6, "possible"), (5, 5, 5, "unlikely")],
)
def test_a_breach_is_as_likely_as_the_runs_say(due_week: int, p50: int, p85: int, breach: str) -> None:
    """Closed in the week in which it falls due counts as in time; the week after does not."""
    weeks = now().pipeline.due_weeks
    row = int(np.searchsorted(weeks, due_week))
    step, drivers = SimulatedStage("plan", 1, 1.0, 1.0), now().pipeline.drivers
    line = Pipeline((step,), 0, 156, 20, weeks, ((0, 1, row, 1),), drivers)
    finished = np.zeros((1, 157), dtype=np.int64)
    finished[0, p50:] = 50
    finished[0, p85:] = 85
    place = np.flatnonzero(now().standing.due_week == due_week)[:1]
    standing = now().standing
    one = Present(
        **{name: getattr(now(), name) for name in Present.__slots__} | {
            "pipeline": line,
            "standing": type(standing)(
                standing.day, standing.place[place], standing.stage[place], standing.since[place],
                standing.due_week[place],
            ),
        }
    )  # fmt: skip

    assert [told.breach for told in projected(one, finished, RUNS)] == [breach]


def test_cases_further_on_close_before_those_behind_them() -> None:
    """Of one due week, those at a later stage are ahead."""
    in_hand = ((0, 1, 3, 4), (1, 1, 3, 2), (0, 2, 3, 1), (1, 1, 5, 7))
    line = Pipeline(
        (SimulatedStage("a", 1, 1.0, 1.0), SimulatedStage("b", 1, 1.0, 1.0)),
        0,
        10,
        20,
        np.arange(8, dtype=np.int32),
        in_hand,
        now().pipeline.drivers,
    )

    rows, stages, cases, ahead = case_groups(line).tolist()

    assert rows == [3, 3, 5]
    assert stages == [1, 0, 1]
    assert cases == [2, 5, 7]
    assert ahead == [0, 2, 0]
