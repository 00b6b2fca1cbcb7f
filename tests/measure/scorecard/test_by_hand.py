"""Every measure of some 60 cases equals what a person counted."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ehcp_timeline.cases.columns import vocabulary
from ehcp_timeline.cases.frame import open_case_file
from ehcp_timeline.law.kpi_reading import load_kpis
from ehcp_timeline.law.reading import load_rulebook
from ehcp_timeline.measure.scorecard.card import Question
from ehcp_timeline.measure.scorecard.groups import Group
from ehcp_timeline.measure.scorecard.lines import Layout
from ehcp_timeline.measure.scorecard.people import People
from ehcp_timeline.measure.scorecard.scorecard import Scorecard, make_scorecard

from .hand import AS_AT, COUNTS, NUMBERS

CASES = Path(__file__).parent / "sixty_cases.csv"
PROMISES = Path(__file__).parents[3] / "examples" / "local-promises.toml"
CASE = Group("case", "case", ("case_id",))


def _scorecard(group: Group | None, as_at: date = AS_AT) -> Scorecard:
    kpis, rulebook = load_kpis(), load_rulebook([PROMISES])
    question = Question(kpis, rulebook, as_at, group, kpis.measures)
    source = open_case_file(str(CASES), vocabulary(), as_at=as_at)
    return make_scorecard(question, [source], Layout("year", group, as_at, People(22_000)))


@pytest.fixture(scope="module")
def of_2024() -> dict[str, float | None]:
    """The line of 2024."""
    lines = _scorecard(None).lines
    return lines.row(lines.height - 1, named=True)


@pytest.fixture(scope="module")
def cases_of_2024() -> pl.DataFrame:
    """The line of 2024 of each case."""
    lines = _scorecard(CASE).lines
    return lines.filter((pl.col("period") == 2024) & (pl.col("rank") == 0))


@pytest.mark.parametrize("measure", COUNTS)
def test_counts(measure: str, of_2024: dict[str, float | None]) -> None:
    """As many cases are counted as were counted by hand."""
    assert of_2024[measure] == len(COUNTS[measure].split())


@pytest.mark.parametrize("measure", COUNTS)
def test_cases(measure: str, cases_of_2024: pl.DataFrame) -> None:
    """The very cases are counted that were counted by hand."""
    counted = cases_of_2024.filter(pl.col(measure) > 0)["group"].to_list()

    assert counted == sorted(COUNTS[measure].split())


@pytest.mark.parametrize("measure", NUMBERS)
def test_numbers(measure: str, of_2024: dict[str, float | None]) -> None:
    """Percentages, weeks and rates are those worked out by hand."""
    assert of_2024[measure] == NUMBERS[measure]


def test_nothing_is_left_out() -> None:
    """Every measure was worked by hand, but advice that the cases do not have and outcomes nobody had."""
    by_hand = {*COUNTS, *NUMBERS}
    others = {one.id for one in load_kpis().measures} - by_hand

    assert {name.split("_")[0] for name in others if name not in by_hand} <= {"advice", "pc", "transfers", "appeals", "requests"}
