"""Targets: red, amber or green, and how many cases are missing."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from ehcp_timeline.errors import ConfigError
from ehcp_timeline.law.kpi import load_kpis
from ehcp_timeline.measure.kpi.periods import PeriodKind, period_of
from ehcp_timeline.measure.kpi.question import KpiQuestion, People, read_people
from ehcp_timeline.measure.kpi.targets import Reached, reached, read_targets
from ehcp_timeline.measure.kpi.trends import MeasureTrend, trends
from tests.commands.scorecard.counted import question

RATE = "pc_plans_issued_within_20_weeks"
LATE = "pc_plans_issued_gt_1_year"
DURING = date(2025, 2, 10)
AFTER = date(2025, 5, 10)


def _line(
    measure: str, part: int | None, whole: int | None, value: float | None, day: date
) -> dict[str, Any]:
    return {
        "rank": 3,
        "group": "Total",
        "period": period_of("quarter", day).number,
        measure: value,
        f"{measure} above": part,
        f"{measure} below": whole,
    }


def _reached(
    said: dict[str, Any], line: dict[str, Any], as_at: date = DURING, kind: PeriodKind = "quarter"
) -> list[Reached]:
    targets = read_targets(said, load_kpis(), "ehcp.toml")
    return list(reached(targets, pl.DataFrame([line]), replace(question(as_at), kind=kind)))


@pytest.mark.parametrize(
    ("part", "status", "missing", "says"),
    [
        (60, "green", 0, "met"),
        (59, "amber", 1, "1 more plan this quarter"),
        (55, "amber", 5, "5 more plans this quarter"),
        (54, "red", 6, "6 more plans this quarter"),
        (49, "red", 11, "11 more plans this quarter"),
    ],
)
def test_red_amber_and_green(part: int, status: str, missing: int, says: str) -> None:
    """Of 100 plans with a target of 60%: met at 60, amber to 5 points below, red from there on."""
    (found,) = _reached({RATE: 60}, _line(RATE, part, 100, float(part), DURING))

    assert (found.status, found.cases, found.says) == (status, missing, says)


def test_a_target_is_not_met_by_rounding() -> None:
    """1,999 of 3,999 prints as 50.0% and is one plan short of 50%."""
    (found,) = _reached({RATE: 50}, _line(RATE, 1999, 3999, 50.0, DURING))

    assert (found.value, found.status, found.cases) == (50.0, "amber", 1)


def test_less_may_be_better() -> None:
    """12 of 100 plans took more than a year; at most 5% may: 7 fewer."""
    (found,) = _reached({LATE: {"target": 5, "amber": 2}}, _line(LATE, 12, 100, 12.0, DURING))

    assert (found.status, found.says) == ("red", "7 fewer plans this quarter")


def test_a_past_quarter_is_named() -> None:
    """A quarter that is over is called by its name."""
    (found,) = _reached({RATE: 60}, _line(RATE, 50, 100, 50.0, DURING), AFTER)

    assert found.says == "10 more plans in 2025-Q1"


def test_a_quarter_has_its_own_target() -> None:
    """The target of 2025-Q1 goes before that of every other quarter."""
    said = {RATE: {"target": 60, "2025-Q1": 40}}

    assert _reached(said, _line(RATE, 50, 100, 50.0, DURING))[0].target == 40
    assert _reached(said, _line(RATE, 50, 100, 50.0, AFTER), AFTER)[0].target == 60


def test_a_month_takes_the_target_of_its_quarter() -> None:
    """February 2025 is held against 2025-Q1."""
    (target,) = read_targets({RATE: {"2025-Q1": 40}}, load_kpis(), "ehcp.toml")

    assert target.on(period_of("month", DURING)) == Fraction(40)
    assert target.on(period_of("month", AFTER)) is None
    assert target.on(period_of("year", DURING)) is None


def test_no_cases_are_no_red() -> None:
    """A quarter without a plan is neither met nor missed."""
    (found,) = _reached({RATE: 60}, _line(RATE, 0, 0, None, DURING))

    assert (found.value, found.status, found.cases, found.says) == (None, "no cases", None, "no cases")


def test_a_wait_is_missed_by_weeks_not_cases() -> None:
    """A mean of 30 weeks is 10 above a target of 20."""
    measure = "avg_weeks_issue_plan"
    (found,) = _reached({measure: 20}, _line(measure, 40, None, 30.0, DURING))

    assert (found.status, found.cases, found.says) == ("red", None, "10.0 weeks fewer this quarter")


def test_a_count_is_missed_by_cases() -> None:
    """2,062 open assessments are 62 above a target of 2,000, within a tenth of it."""
    measure = "open_assessments"
    (found,) = _reached({measure: 2000}, _line(measure, 2062, None, 2062, DURING))

    assert (found.status, found.says) == ("amber", "62 fewer assessments this quarter")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            {"pc_plans_issued_within_20_week": 60},
            (
                "ehcp.toml: targets.pc_plans_issued_within_20_week: there is no measure "
                "`pc_plans_issued_within_20_week`. did you mean pc_plans_issued_within_20_weeks or "
                "plans_issued_within_20_weeks?"
            ),
        ),
        (
            {"decisions": 60},
            (
                "ehcp.toml: targets.decisions: a target needs a measure for which higher or lower is better. "
                "choose a percentage or a wait"
            ),
        ),
        (
            {RATE: {"spring": 60}},
            f'ehcp.toml: targets.{RATE}: `spring` is not a period. write "2025-Q1" = 60, target or amber',
        ),
        (
            {RATE: {"2025-Q5": 60}},
            f'ehcp.toml: targets.{RATE}: `2025-Q5` is not a period. write "2025-Q1" = 60, target or amber',
        ),
        (
            {RATE: "60%"},
            (
                f"ehcp.toml: targets.{RATE}.target is not a number. "
                "write it without quotation marks, as 60 or 62.5"
            ),
        ),
        (
            {RATE: 101},
            (
                f"ehcp.toml: targets.{RATE}.target: 101 cannot be reached. "
                "give a percentage from 0 to 100, or a number from 0"
            ),
        ),
        (
            [],
            "ehcp.toml: targets is not a table. write  [targets.pc_plans_issued_within_20_weeks]",
        ),
    ],
)
def test_what_is_no_target(said: object, message: str) -> None:
    """A target for no measure, no period or no number is one clear line."""
    with pytest.raises(ConfigError) as error:
        read_targets(said, load_kpis(), "ehcp.toml")

    assert str(error.value) == message


def test_trends() -> None:
    """Up, down and level against the period before, better or worse; a running count is not compared."""
    kpis = load_kpis()
    measures = [kpis.by_id[RATE], kpis.by_id["plans_issued_den"]]
    numbers = [(41.1, 185), (41.1, 190), (38.8, 12)]
    lines = pl.DataFrame(
        {"rank": 3, "group": "Total", "period": number, RATE: rate, "plans_issued_den": plans}
        for number, (rate, plans) in enumerate(numbers, start=period_of("quarter", DURING).number - 2)
    )

    asked = replace(question(DURING), kind="quarter", measures=tuple(measures))
    first, second, third = _moved(lines, asked)

    assert first == {}
    assert second == {RATE: MeasureTrend("level", 0.0, ""), "plans_issued_den": MeasureTrend("up", 5, "")}
    assert third == {RATE: MeasureTrend("down", 2.3, "worse")}
    assert [str(one) for one in second.values()] == ["→ level", "↑ up 5"]
    assert str(third[RATE]) == "↓ down 2.3, worse"


def test_a_trend_does_not_cross_groups_or_gaps() -> None:
    """The first line of the next group has no trend, nor has a value after a period without a case."""
    measure = load_kpis().by_id[RATE]
    rows = [("North", 1, 50.0), ("North", 2, None), ("North", 3, 60.0), ("South", 1, 10.0)]
    lines = pl.DataFrame(
        [{"rank": 0, "group": group, "period": number, RATE: rate} for group, number, rate in rows]
    )

    moved = _moved(lines, replace(question(DURING), kind="quarter", measures=(measure,)))

    assert moved == [{}, {}, {}, {}]


def _moved(lines: pl.DataFrame, asked: KpiQuestion) -> list[dict[str, MeasureTrend]]:
    """Return the trends of each line that has some."""
    every = trends(lines, asked).iter_rows(named=True)
    return [{name: MeasureTrend(**trend) for name, trend in line.items() if trend} for line in every]


def test_the_population() -> None:
    """One number, or a total with groups."""
    assert read_people(480_000, "ehcp.toml") == People(480_000)
    assert read_people({"groups": {"North": 1000}}, "ehcp.toml") == People(None, {"North": 1000})


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (0, "ehcp.toml: population is not a number of people. write a whole number above zero, as 480000"),
        (
            {"groups": {"North": "many"}},
            (
                "ehcp.toml: population.groups.North is not a number of people. "
                "write a whole number above zero, as 480000"
            ),
        ),
        ({"all": 5}, "ehcp.toml: population.all is not known. write  total = 480000"),
    ],
)
def test_what_is_no_population(said: object, message: str) -> None:
    """Nothing is divided by zero people."""
    with pytest.raises(ConfigError) as error:
        read_people(said, "ehcp.toml")

    assert str(error.value) == message
