"""A scorecard reproduces every table that Kent published, from the generated file, to the printed digit."""

import csv
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.measure.kpi.groups import NOT_RECORDED, RECORDED
from tests.commands.scorecard.counted import EXAMPLES, by_label, card, monthly

LAST = date(2024, 2, 29)


@pytest.fixture(scope="session")
def kent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated county file, made once."""
    out = tmp_path_factory.mktemp("kent") / "kent.csv"
    subprocess.run([sys.executable, EXAMPLES / "make_kent.py", out], check=True, capture_output=True)
    return out


def _table(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / "kent" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _printed(value: float | None) -> str:
    """Return a percentage as the paper prints it; an empty cell where there was no case."""
    return "" if value is None else f"{value:.1f}"


def _months(row: dict[str, str]) -> list[str]:
    return [column for column in row if column.startswith("20")]


@pytest.mark.slow
def test_decisions_within_six_weeks_by_district(kent: Path) -> None:
    """Every district and month, and the printed totals; no figure where nothing was decided."""
    lines = card(kent, LAST, "month", "district").lines
    for row in _table("decisions_within_6_weeks_pct_by_district"):
        mine = by_label(lines, "month", row["district"])
        for month in _months(row):
            assert _printed(mine[month]["pc_decisions_within_6_weeks"]) == row[month]


@pytest.mark.slow
def test_requests_by_referrer(kent: Path) -> None:
    """Counts and shares of every referrer and month; the printed total is that of recorded referrers."""
    lines = card(kent, LAST, "month", "referrer").lines
    for row in _table("requests_by_referrer"):
        mine = by_label(lines, "month", RECORDED if row["referrer"] == "Total" else row["referrer"])
        for month in _months(row):
            if row["measure"] == "count":
                assert mine[month]["requests_received_in_year"] == int(row[month] or 0)
            else:
                assert _printed(mine[month]["requests_share"]) == (row[month] or "0.0")


@pytest.mark.slow
def test_requests_by_age(kent: Path) -> None:
    """Every age and month; April's printed ages add to 208, under a printed 210."""
    lines = card(kent, LAST, "month", "age_at_request").lines
    for row in _table("requests_by_age"):
        total = row["age_at_request"] == "total"
        mine = by_label(lines, "month", RECORDED if total else row["age_at_request"])
        for month in _months(row):
            printed = 208 if total and month == "2023-04" else int(row[month] or 0)
            assert mine[month]["requests_received_in_year"] == printed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("by", "month", "not_recorded", "everybody"),
    [
        ("age_at_request", "2022-12", 52, 346),
        ("age_at_request", "2023-01", 31, 371),
        ("age_at_request", "2023-04", 72, 280),
        ("referrer", "2023-02", 128, 359),
        ("referrer", "2023-03", 75, 460),
        ("referrer", "2022-12", 0, 346),
    ],
)
def test_what_is_not_recorded_is_a_line_of_its_own(
    kent: Path, by: str, month: str, not_recorded: int, everybody: int
) -> None:
    """Where the two tables count differently, the difference stands under `not recorded`."""
    lines = card(kent, LAST, "month", by).lines

    assert by_label(lines, "month", NOT_RECORDED)[month]["requests_received_in_year"] == not_recorded
    assert by_label(lines, "month")[month]["requests_received_in_year"] == everybody


@pytest.mark.slow
def test_single_figures_of_months(kent: Path) -> None:
    """38.8% of April 2023's plans in 20 weeks, with exceptions and without; 2.3% of August's."""
    mine = by_label(card(kent, LAST, "month").lines, "month")
    for month, printed in (("2023-04", 38.8), ("2023-08", 2.3)):
        assert mine[month]["pc_plans_issued_within_20_weeks"] == printed
        assert mine[month]["pc_plans_issued_20_weeks_ex"] == printed
    assert mine["2023-12"]["plans_issued_den"] == 305
    year = by_label(card(kent, LAST, "year").lines, "year")["2023"]
    assert year["requests_received_in_year"] == 3988
    assert year["plans_issued_den"] == 1804
    assert year["plans_issued_within_20_weeks"] == 324
    assert year["plans_issued_gt20weeks_ltyear"] == 1268
    assert year["plans_issued_gt_1_year"] == 212


@pytest.mark.slow
def test_january_2024s_referrers(kent: Path) -> None:
    """38.2% of January 2024's requests come from parents and 56% from schools."""
    lines = card(kent, LAST, "month", "referrer").lines

    assert by_label(lines, "month", "Parent/Guardian")["2024-01"]["requests_share"] == 38.2
    assert by_label(lines, "month", "School")["2024-01"]["requests_share"] == 56.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_at", "expected"),
    [
        (date(2022, 5, 31), {"plans_maintained": 18422}),
        (date(2022, 9, 30), {"reviews_overdue": 12180}),
        (
            date(2023, 5, 31),
            {
                "open_assessments": 2062,
                "open_no_decision": 492,
                "open_agreed_no_draft": 852,
                "open_draft_not_final": 718,
                "plans_maintained": 19078,
                "reviews_overdue": 12419,
            },
        ),
        (date(2023, 8, 31), {"oldest_open_weeks": 124}),
        (date(2023, 9, 30), {"advice_psychology_overdue": 1080}),
        (date(2023, 12, 31), {"open_assessments": 2192}),
        (
            date(2024, 1, 31),
            {"open_assessments": 2066, "reviews_overdue": 8310, "advice_psychology_overdue": 397},
        ),
    ],
)
def test_how_things_stood(kent: Path, as_at: date, expected: dict[str, Any]) -> None:
    """On every day that the papers print, as many are open, overdue and waiting as they say."""
    lines = card(kent, as_at, "month").lines
    last = lines.row(lines.height - 1, named=True)

    assert {name: last[name] for name in expected} == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_at", "year", "whole_percent"),
    [(date(2023, 2, 15), "2023", 70), (date(2024, 2, 1), "2024", 81), (date(2024, 2, 15), "2024", 92)],
)
def test_transfers_to_secondary_school(kent: Path, as_at: date, year: str, whole_percent: int) -> None:
    """So many percent were named by the deadline, or so far two weeks before it."""
    mine = by_label(card(kent, as_at, "year").lines, "year")[year]

    assert round(mine["pc_transfers_primary_secondary_in_time"]) == whole_percent


@pytest.mark.slow
def test_transfers_to_post16(kent: Path) -> None:
    """Of 2023 a quarter were named by 30 March: the county's reply to a petition says 20 to 30%."""
    mine = by_label(card(kent, date(2023, 3, 31), "year").lines, "year")["2023"]

    assert mine["transfers_secondary_post16"] > 500
    assert 20 <= mine["pc_transfers_secondary_post16_in_time"] <= 30


@pytest.mark.slow
def test_the_series_gives_every_month_at_once(kent: Path) -> None:
    """One run of --series monthly holds what was printed for six different days."""
    mine = by_label(
        monthly(kent, LAST, date(2022, 5, 1), "open_", "oldest", "reviews_overdue", "plans_m").lines, "month"
    )

    assert mine["2022-05"]["plans_maintained"] == 18422
    assert mine["2022-09"]["reviews_overdue"] == 12180
    assert mine["2023-05"]["open_draft_not_final"] == 718
    assert mine["2023-08"]["oldest_open_weeks"] == 124
    assert mine["2023-12"]["open_assessments"] == 2192
    assert mine["2024-01"]["reviews_overdue"] == 8310
