"""What a file says of the weeks behind: stages, flows, seasons, the order of work, the work in hand."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.forecast.caseload import (
    Caseload,
    Timetable,
    overdue_on,
    standing_on,
    timetable,
    week_overdue,
    work_from_frame,
)
from ehcp_timeline.measure.forecast.days import NEVER, WEEK, Days, day_number
from ehcp_timeline.measure.forecast.pace import history, ready_at, weekly, weeks_recorded
from ehcp_timeline.measure.forecast.present import (
    Pipeline,
    SimulatedStage,
    order_taken,
    overdue_without_queue,
    present,
)
from ehcp_timeline.measure.forecast.weeks import AUGUST, ORDINARY, Drivers, factors, kinds_of_weeks, series

AS_AT = date(2025, 6, 1)
TODAY = day_number(AS_AT)
COLUMNS = {
    "request_received",
    "assess_agreed",
    "advice_requested",
    "advice_received",
    "draft_sent",
    "plan_issued",
}
STAGED = timetable(load_rulebook(), COLUMNS, AS_AT)


def days(*numbers: int) -> Days:
    """Return day numbers as an array."""
    return np.array(numbers, dtype=np.int32)


def work(*lines: dict[str, object], stages: Timetable = STAGED) -> Caseload:
    """Return the work of some lines; what a line does not say is blank."""
    names = ["start", "due", "answered", "ended", *(f"end_{one}" for one in stages.names[:-1])]
    blank: dict[str, object] = {"case_id": "C", "row": 2, **dict.fromkeys(names)}
    kinds = {"case_id": pl.String, "row": pl.UInt32, **dict.fromkeys(names, pl.Date)}
    return work_from_frame(pl.DataFrame([{**blank, **line} for line in lines], schema=kinds), stages, AS_AT)


def test_the_timetable_is_the_laws() -> None:
    """Decision by week 6, advice by 12, draft by 14, plan by 20."""
    assert [(one.name, one.weeks) for one in STAGED.stages] == [
        ("decision", 6), ("advice", 6), ("draft", 2), ("final", 6),
    ]  # fmt: skip
    assert STAGED.weeks == 20


def test_a_file_without_stages_has_one() -> None:
    """Requests and plans only: one stage of 20 weeks, never taken to need more than 14 at least."""
    whole = timetable(load_rulebook(), {"request_received", "plan_issued"}, AS_AT)

    assert [(one.name, one.weeks, one.least) for one in whole.stages] == [("plan", 20, 14)]


@pytest.mark.parametrize(
    ("due", "week"), [(TODAY - 1, 0), (TODAY, 1), (TODAY + 6, 1), (TODAY + 7, 2), (TODAY - 8, -1)]
)
def test_a_case_is_overdue_at_the_first_week_end_after_its_due_day(due: int, week: int) -> None:
    """Due yesterday: now. Due today or in six days: at the end of this week. In seven: a week later."""
    assert week_overdue(days(due), TODAY).tolist() == [week]


def test_a_case_stands_at_the_stage_it_has_reached() -> None:
    """An agreement and a draft behind it, the plan still to come."""
    one = work({
        "start": date(2025, 1, 1), "due": date(2025, 5, 21), "end_decision": date(2025, 2, 5),
        "end_advice": date(2025, 3, 19), "end_draft": date(2025, 4, 2),
    })  # fmt: skip
    found = standing_on(one, TODAY)

    assert [STAGED.names[stage] for stage in found.stage] == ["final"]
    assert found.since.tolist() == [day_number(date(2025, 4, 2))]
    assert found.overdue == 1


def test_the_past_is_seen_as_it_was() -> None:
    """On an earlier day the case stood at an earlier stage, and before its request nowhere."""
    one = work({
        "start": date(2025, 1, 1), "due": date(2025, 5, 21), "end_decision": date(2025, 2, 5),
        "answered": date(2025, 5, 30),
    })  # fmt: skip

    assert standing_on(one, day_number(date(2025, 1, 31))).stage.tolist() == [0]
    assert standing_on(one, day_number(date(2025, 2, 5))).stage.tolist() == [1]
    assert standing_on(one, day_number(date(2024, 12, 31))).place.size == 0
    assert standing_on(one, TODAY).place.size == 0


def test_a_stage_end_that_is_not_recorded_is_that_of_the_next() -> None:
    """A draft without an agreement passed the decision by then, and no length is measured."""
    one = work({"start": date(2025, 1, 1), "due": date(2025, 5, 21), "end_draft": date(2025, 4, 2)})

    assert one.ends[0].tolist() == [*[day_number(date(2025, 4, 2))] * 3, NEVER]
    assert not one.measured[0, 0]


def test_a_date_of_another_episode_does_not_count() -> None:
    """A draft before the request is of an older one."""
    one = work({"start": date(2025, 1, 1), "due": date(2025, 5, 21), "end_draft": date(2024, 4, 2)})

    assert one.ends[0].tolist() == [NEVER] * 4


def test_nothing_after_the_as_at_date_is_known() -> None:
    """A plan of tomorrow is no plan today."""
    one = work({"start": date(2025, 1, 1), "due": date(2025, 5, 21), "answered": date(2025, 6, 2)})

    assert one.done.tolist() == [NEVER]
    assert overdue_on(one, TODAY) == 1


def test_weeks_are_counted_back_from_the_day() -> None:
    """The last week ends with the day; what is older than the weeks asked for is left out."""
    found = weekly(days(TODAY, TODAY - 6, TODAY - 7, TODAY - 13, TODAY - 14), TODAY, 2)

    assert found.tolist() == [2, 2]


def test_a_case_is_ready_in_the_week_in_which_its_shortest_time_ends() -> None:
    """Come on day 0 with two weeks at least: ready for the week that starts on day 7, gone on day 20."""
    assert ready_at(days(0), days(20), 2, [6, 7, 19, 20]).tolist() == [0, 1, 1, 0]


def test_a_file_of_open_and_lately_closed_cases_records_from_its_first_closures() -> None:
    """Requests of years ago do not make weeks behind: only closures do."""
    lines: list[dict[str, object]] = [
        {"start": date(2020, 1, 1), "due": date(2020, 5, 20), "answered": AS_AT.replace(month=month)}
        for month in (3, 4, 5)
    ]

    assert weeks_recorded(work(*lines), TODAY) == (TODAY - day_number(date(2025, 3, 1)) + 1) // WEEK
    assert weeks_recorded(work({"start": date(2025, 1, 1), "due": date(2025, 5, 21)}), TODAY) == 0


def test_one_stray_closure_of_years_ago_is_no_record() -> None:
    """A hundred closures in four weeks and one ten years ago: four weeks are recorded; two are a record."""
    lately: list[dict[str, object]] = [
        {"start": date(2024, 1, 1), "due": date(2024, 5, 20), "answered": date(2025, 5, 31 - number % 28)}
        for number in range(100)
    ]
    stray: dict[str, object] = {
        "start": date(2014, 1, 1), "due": date(2014, 5, 21), "answered": date(2015, 5, 1),
    }  # fmt: skip

    assert weeks_recorded(work(*lately, stray), TODAY) == 4
    assert weeks_recorded(work(*lately, stray, stray), TODAY) > 500


def test_a_stage_without_a_queue_has_usual_weeks_and_a_chance() -> None:
    """Half left after five weeks, half of the others after six, and so on: five weeks, then half a week."""
    starts = pl.date_range(date(2024, 1, 7), date(2025, 1, 5), "7d", eager=True).to_list()
    left = [5] * 32 + [6] * 16 + [7] * 8 + [8] * 4 + [9] * 2 + [10, 11]
    plain = timetable(load_rulebook(), {"request_received", "plan_issued"}, AS_AT)
    lines: list[dict[str, object]] = [
        {"start": start, "due": start + timedelta(weeks=20), "answered": start + timedelta(weeks=weeks)}
        for start in starts
        for weeks in left
    ]

    (stage,) = history(work(*lines, stages=plain), TODAY, 52).stages

    assert stage.usual == 5
    assert stage.released == pytest.approx(0.5, abs=0.02)


def test_flows_hold_what_came_and_went() -> None:
    """One request three weeks ago, refused last week: one came, one left, none went on."""
    one = work({
        "start": date(2025, 5, 12), "due": date(2025, 9, 29), "ended": date(2025, 5, 28),
    })  # fmt: skip
    found = history(one, TODAY, 4)

    assert found.requests.tolist() == [0, 1, 0, 0]
    assert found.stages[0].left.tolist() == [0, 0, 0, 1]
    assert found.stages[0].onward == 0
    assert found.issued.sum() == 0


def taken(oldest: int, in_time: int, any_: int) -> tuple[Days, Days]:
    """Return the due days of a queue and the days on which its cases were taken over a year.

    Every day one case falls due. Each week so many of the oldest go, so many of the earliest due still in
    time, and so many evenly over all that wait.
    """
    due = np.arange(-700, 400, dtype=np.int32)
    left = np.full(due.size, NEVER, dtype=np.int32)
    for start in range(-52 * WEEK, 0, WEEK):
        for wanted, least in ((oldest, NEVER), (in_time, start)):
            waits = np.flatnonzero((left == NEVER) & ((due >= least) | (least == NEVER)))
            left[waits[:wanted]] = start + 1
        waits = np.flatnonzero(left == NEVER)
        left[waits[[(2 * one + 1) * waits.size // (2 * any_) for one in range(any_)]]] = start + 1
    return due, left


@pytest.mark.parametrize(
    "shares", [(8, 0, 0), (0, 8, 0), (4, 4, 0), (6, 2, 0), (0, 0, 8), (4, 0, 4), (2, 2, 4)]
)
def test_the_order_of_work_is_seen(shares: tuple[int, int, int]) -> None:
    """Whatever share of eight places a week each rule had, it is read off the dates to within a tenth."""
    due, left = taken(*shares)

    found = order_taken(due, np.full(due.size, -9000, dtype=np.int32), left, 0, 52)

    assert (found.oldest, found.in_time, found.spread) == pytest.approx(
        tuple(share / 8 for share in shares), abs=0.1
    )


def test_an_even_split_is_seen_as_one() -> None:
    """Half of the places to each rule and none to chance: that, exactly."""
    due, left = taken(4, 4, 0)

    found = order_taken(due, np.full(due.size, -9000, dtype=np.int32), left, 0, 52)

    assert (found.oldest, found.in_time, found.spread) == (0.5, 0.5, 0.0)


def test_august_is_a_season() -> None:
    """A week is of August by its middle day; its factor is its share of the weeks around it."""
    assert kinds_of_weeks(day_number(date(2025, 7, 27)), 1) == [ORDINARY]
    assert kinds_of_weeks(day_number(date(2025, 7, 28)), 1) == [AUGUST]
    kinds = kinds_of_weeks(TODAY - 104 * WEEK, 104)
    values = np.array([4.0 if kind == AUGUST else 10.0 for kind in kinds])

    assert factors(values, kinds)[AUGUST] == pytest.approx(0.46, abs=0.05)


def test_without_a_queue_only_slow_cases_are_overdue() -> None:
    """One stage of exactly 14 weeks leaves none overdue; one that half of the cases outlast by far does."""
    none = series(np.zeros(52), np.ones(52), np.ones(52))
    quick = Pipeline((SimulatedStage("plan", 14, 0.9, 1.0),), 0, 52, 20, days(1), (), Drivers(none, none))
    steps = SimulatedStage("plan", 2, 0.9, 1.0), SimulatedStage("final", 14, 0.1, 1.0)
    slow = replace(quick, steps=steps)

    assert overdue_without_queue(quick, 10) == 0
    assert overdue_without_queue(slow, 10) > 20


def test_a_file_without_closures_is_no_ground_for_a_forecast() -> None:
    """No completions at all: no weeks behind, and nothing breaks."""
    now = present(work({"start": date(2025, 1, 1), "due": date(2025, 5, 21)}), TODAY, 52)

    assert now.past.weeks == 0
    assert now.standing.overdue == 1
