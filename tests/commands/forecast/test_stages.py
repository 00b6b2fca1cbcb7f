"""What a file with every stage says of each: what came, what left, what lies ready, and how long it takes."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from ehcp_timeline.measure.forecast.behind import StageLine, stage_lines
from ehcp_timeline.measure.forecast.caseload import standing_on
from ehcp_timeline.measure.forecast.days import day_number, day_of
from ehcp_timeline.measure.forecast.present import Present, present
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.weeks import AUGUST, CHRISTMAS, HOLIDAY, factors, kinds_of_weeks
from ehcp_timeline.measure.terms import SchoolDays
from tests.commands.forecast.files import AS_AT, staged, work_in
from tests.commands.forecast.known_truth import ONE, council, known_on

TODAY = day_number(AS_AT)


@cache
def now(narrowest: str = "") -> Present:
    """Return the council with six requests a week, whose draft team does five."""
    with TemporaryDirectory() as folder:
        return present(
            work_in(staged(Path(folder) / "c.csv"), AS_AT),
            TODAY,
            156,
            ForecastRequest(AS_AT, narrowest=narrowest),
        )


@cache
def lines() -> dict[str, StageLine]:
    """Return its stages as lines of the answer."""
    return {one.stage: one for one in stage_lines(now())}


def test_weekly_arrivals_and_completions_are_those_of_the_file() -> None:
    """Six requests a week; what leaves a stage comes to the next in the same week; five drafts and plans."""
    decision, advice, draft, final = now().past.stages

    assert now().past.weeks == 52
    assert set(now().past.requests[:-1].tolist()) == {6}
    assert decision.left.tolist() == advice.came.tolist()
    assert advice.left.tolist() == draft.came.tolist()
    assert draft.left.tolist() == final.came.tolist() == [5] * 52
    assert final.left.tolist() == now().past.issued.tolist() == [5] * 52


def test_times_are_those_of_the_file() -> None:
    """35 days to decide, 38 to 46 for advice, 25 from draft to plan; the draft waits for hands."""
    assert [(one.lengths.min(), one.lengths.max()) for one in now().past.stages] == [
        (35, 35), (38, 46), (41, 106), (25, 25),
    ]  # fmt: skip
    assert [one.least for one in now().past.stages] == [5, 5, 2, 3]


def test_the_narrowest_stage_is_where_work_lies_ready() -> None:
    """Drafts: over the last quarter 15 weeks of work lay there, at the other stages two or less."""
    waits = [one.weeks_of(one.ready) for one in now().past.stages]

    assert (now().narrowest, round(waits[2])) == (2, 15)
    assert max(waits[0], waits[1], waits[3]) < 2.1
    assert now("final").narrowest == 3


def test_a_stage_is_a_line() -> None:
    """89 drafts to write, 77 of them past their two weeks, six in and five out, and the queue forms."""
    draft = lines()["draft"]

    assert (draft.narrowest, draft.in_hand, draft.waiting, draft.law_weeks) == (True, 89, 77, 2)
    assert (draft.arrivals_per_week, draft.completions_per_week, draft.onward) == (5.98, 5.0, 1.0)
    assert (draft.weeks_p50, draft.weeks_p85) == (10.6, 13.6)
    assert draft.load == pytest.approx(5.98 / 5, abs=0.001)
    assert draft.target_queue == pytest.approx(5.98 * 2 / 4, abs=0.01)
    assert draft.relief_capacity == pytest.approx(5.98 + (77 - 2.99) / 26, abs=0.01)
    assert draft.target_capacity == pytest.approx(5.98 + 4 / 2, abs=0.01)


def test_all_that_is_open_is_in_hand_at_one_stage() -> None:
    """The stages' cases add up to the open ones."""
    assert sum(one.in_hand for one in lines().values()) == now().standing.place.size == 172


@pytest.mark.parametrize(
    ("psychology", "medical", "stage", "since"),
    [
        ("2025-05-20", "2025-05-12", "plan", "2025-05-20"),
        ("2025-05-20", "", "advice", "2025-04-14"),
        ("", "", "advice", "2025-04-14"),
        ("2025-06-02", "2025-05-12", "advice", "2025-04-14"),
    ],
)
def test_advice_ends_with_the_last_that_was_asked_for(
    psychology: str, medical: str, stage: str, since: str, tmp_path: Path
) -> None:
    """All in: the plan's turn, since the later day. One awaited, or in after the as-at day: still advice."""
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,request_received,assess_agreed,psychology_advice_requested,psychology_advice_received,"
        "medical_advice_requested,medical_advice_received,social_care_advice_requested,"
        "social_care_advice_received,plan_issued\n"
        f"A,2025-03-03,2025-04-14,2025-04-15,{psychology},2025-04-15,{medical},,,\n",
        encoding="utf-8",
    )
    work = work_in(path, AS_AT)

    found = standing_on(work, TODAY)

    assert work.timetable.names == ("decision", "advice", "plan")
    assert [work.timetable.names[one] for one in found.stage] == [stage]
    assert [day_of(one).isoformat() for one in found.since.tolist()] == [since]


def test_what_if_nobody_waited() -> None:
    """Whoever is never kept waiting takes 5, 6, 2 and 3 weeks and is in time: none would be overdue."""
    assert now().unavoidable < 0.5
    assert now().clear_at == 0


@pytest.mark.parametrize(
    ("unavoidable", "overdue", "clear_at"),
    [
        (0.4, 300, 0),
        (9.0, 300, 15),
        (9.0, 150, 15),
        (9.0, 149, 14),
        (9.0, 20, 9),
        (9.0, 9, 9),
        (893.4, 1020, 894),
    ],
)
def test_clear_is_never_less_than_the_other_stages_leave(
    unavoidable: float, overdue: int, clear_at: int
) -> None:
    """A mean of 9 and two standard deviations are 15: within a tenth of those overdue, at least 9."""
    standing = replace(now().standing, due_week=np.zeros(overdue, dtype=np.int32))

    assert replace(now(), unavoidable=unavoidable, standing=standing).clear_at == clear_at


def test_august_and_christmas_of_a_council_are_found() -> None:
    """In a council whose Augusts bring 35% of the requests and 70% of the work, about that is found."""
    one = council("seasonal", ONE, 11)
    drivers = present(known_on(one.work, one.day), one.day, 104).pipeline.drivers
    kinds = np.asarray(kinds_of_weeks(one.day, 104))

    assert drivers.requests.season[kinds == AUGUST] == pytest.approx(0.35, abs=0.12)
    assert drivers.capacity.season[kinds == AUGUST] == pytest.approx(0.7, abs=0.12)
    assert drivers.requests.season[kinds == CHRISTMAS] == pytest.approx(0.3, abs=0.2)


def test_term_dates_are_a_season() -> None:
    """A week whose middle lies in a named closure is a holiday; its factor is that of the others like it."""
    closed = (
        SchoolDays("x", date(2025, 2, 17), date(2025, 2, 21)),
        SchoolDays("x", date(2025, 4, 7), date(2025, 4, 18)),
    )
    first = day_number(date(2024, 12, 29))

    kinds = kinds_of_weeks(first, 18, closed)
    values = np.array([2.0 if kind == HOLIDAY else 8.0 for kind in kinds])

    assert [day_of(first + 7 * week + 4) for week, kind in enumerate(kinds) if kind == HOLIDAY] == [
        date(2025, 2, 20), date(2025, 4, 10), date(2025, 4, 17),
    ]  # fmt: skip
    assert factors(values, kinds)[HOLIDAY] == pytest.approx((3 * 2 + 8) / (3 * 8 + 8))
    assert HOLIDAY not in kinds_of_weeks(first, 18)
