"""Every measure of some 60 cases equals what a person counted."""

from typing import Any

import polars as pl
import pytest

from ehcp_timeline.law.kpi import load_kpis
from ehcp_timeline.measure.audit import Rates
from ehcp_timeline.measure.kpi.groups import Group
from ehcp_timeline.measure.kpi.question import People
from tests.commands.scorecard.counted import CASES, by_label, card, read
from tests.commands.scorecard.hand import AS_AT, COUNTS, NUMBERS

CASE = Group("case", "case", ("case_id",))
NOBODY = (
    "advice",
    "pc_advice",
    "transfers",
    "pc_transfers",
    "appeals_closed",
    "pc_complaints",
    "requests_share",
    "review_reports",
    "pc_review_reports",
)
"""First parts of measures that these cases do not have: other advice, other transfers, other outcomes."""


@pytest.fixture(scope="module")
def of_2024() -> dict[str, Any]:
    """The line of 2024."""
    return by_label(card(CASES, AS_AT, "year", people=People(22_000, children=10_000)).lines, "year")["2024"]


@pytest.fixture(scope="module")
def cases_of_2024() -> pl.DataFrame:
    """The line of 2024 of each case."""
    lines = card(CASES, AS_AT, "year", CASE).lines
    return lines.filter((pl.col("period") == 2024) & (pl.col("rank") == 0))


@pytest.mark.slow
@pytest.mark.parametrize("measure", COUNTS)
def test_counts(measure: str, of_2024: dict[str, Any]) -> None:
    """As many cases are counted as were counted by hand."""
    assert of_2024[measure] == len(COUNTS[measure].split())


@pytest.mark.slow
@pytest.mark.parametrize("measure", COUNTS)
def test_cases(measure: str, cases_of_2024: pl.DataFrame) -> None:
    """The very cases are counted that were counted by hand."""
    counted = cases_of_2024.filter(pl.col(measure) > 0)["group"].to_list()

    assert counted == sorted(COUNTS[measure].split())


@pytest.mark.parametrize("measure", NUMBERS)
def test_numbers(measure: str, of_2024: dict[str, Any]) -> None:
    """Percentages, weeks and rates are those worked out by hand."""
    assert of_2024[measure] == NUMBERS[measure]


def test_nothing_is_left_out() -> None:
    """Every measure was worked by hand, but those of which these cases have nothing."""
    others = [one.id for one in load_kpis().measures if one.id not in {*COUNTS, *NUMBERS}]

    assert [name for name in others if not name.startswith(NOBODY)] == []


def test_every_dfe_measure_of_plans_and_decisions_is_worked_by_hand() -> None:
    """No measure that has a DfE column is among those left out."""
    named = {one.id for one in load_kpis().measures if one.dfe}

    assert named - {*COUNTS, *NUMBERS} == set()


def test_the_headline_rates_of_check_are_the_same(of_2024: dict[str, Any]) -> None:
    """`ehcp check` gives the same numbers under the same names."""
    from ehcp_timeline.audit.bulk.judge import judge
    from ehcp_timeline.law.loader.rulebook import load_rulebook

    rulebook, held = load_rulebook(), read(CASES, AS_AT)
    rates = Rates(AS_AT, rulebook)
    for judged in judge(rulebook, held.batches, AS_AT):
        rates.add(judged)
    named = {name: value for name, value in rates.named().items() if name != "time_period"}

    assert {name: of_2024[name] for name in named} == named
