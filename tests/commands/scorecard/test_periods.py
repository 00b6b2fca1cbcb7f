"""Months, quarters and years: where each begins, and what it is called."""

from datetime import date

import polars as pl
import pytest

from ehcp_timeline.measure.kpi.periods import (
    PeriodKind,
    month_number,
    period_number,
    period_of,
)


@pytest.mark.parametrize(
    ("kind", "day", "label", "first", "last"),
    [
        ("week", date(2024, 12, 29), "2024-W52", date(2024, 12, 23), date(2024, 12, 29)),
        ("week", date(2024, 12, 30), "2025-W01", date(2024, 12, 30), date(2025, 1, 5)),
        ("month", date(2024, 2, 29), "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("month", date(2024, 12, 1), "2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("quarter", date(2024, 3, 31), "2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("quarter", date(2024, 4, 1), "2024-Q2", date(2024, 4, 1), date(2024, 6, 30)),
        ("year", date(2024, 12, 31), "2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("academic", date(2024, 8, 31), "2023/24", date(2023, 9, 1), date(2024, 8, 31)),
        ("academic", date(2024, 9, 1), "2024/25", date(2024, 9, 1), date(2025, 8, 31)),
        ("financial", date(2024, 3, 31), "2023/24", date(2023, 4, 1), date(2024, 3, 31)),
        ("financial", date(1999, 4, 1), "1999/00", date(1999, 4, 1), date(2000, 3, 31)),
    ],
)
def test_the_period_of_a_day(kind: PeriodKind, day: date, label: str, first: date, last: date) -> None:
    """Each kind begins and ends where it should, and is called as it should be."""
    period = period_of(kind, day)

    assert (period.label, period.first, period.last) == (label, first, last)


@pytest.mark.parametrize("kind", ["week", "month", "quarter", "year", "academic", "financial"])
def test_frames_are_told_the_same(kind: PeriodKind) -> None:
    """Polars puts every day of five years into the period that Python does."""
    days = pl.date_range(date(2021, 1, 1), date(2025, 12, 31), eager=True).alias("day")
    month = month_number(pl.col("day"), weekly=kind == "week")
    frame = days.to_frame().select("day", month.alias("month"), period_number(kind, month).alias("period"))

    if kind == "month":
        assert [12 * day.year + day.month - 1 for day in frame["day"]] == frame["month"].to_list()
    assert [period_of(kind, day).number for day in frame["day"]] == frame["period"].to_list()
