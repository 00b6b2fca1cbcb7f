"""The tables of this folder, read."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
TOTAL = "Total"


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_tenths(printed: str) -> int:
    """`61.5` as 615: percentages are compared in tenths, as printed."""
    whole, _, tenth = printed.partition(".")
    return 10 * int(whole) + int(tenth or 0)


@dataclass(frozen=True, slots=True)
class AssumedMonth:
    """What the papers do not print of one month; None where they do, or where it follows from the rest."""

    month: str
    requests: int | None
    withdrawn_undecided: int
    decisions: int | None
    undecided_at_end: int | None
    in_6_weeks_pct: int | None
    refused_pct: int | None
    plans: int
    in_20_weeks: int | None
    over_a_year: int
    no_plan: int
    withdrawn: int
    moved_away: int


@dataclass(frozen=True, slots=True)
class District:
    """A district, its team, and its share of requests in percent."""

    name: str
    team: str
    share_pct: int


@dataclass(frozen=True, slots=True)
class Published:
    """Every table, months as `2023-04`.

    Attributes:
        series: Measure and date to the printed value.
        referrers: Month to referrer to requests.
        ages: Month to age at request, in whole years, to requests.
        six_weeks: Month to district (and `Total`) to the printed percentage in tenths.
        months: What is assumed of each month, in order.
        districts: The districts and their assumed shares.
    """

    series: Mapping[tuple[str, date], str]
    referrers: Mapping[str, Mapping[str, int]]
    ages: Mapping[str, Mapping[int, int]]
    six_weeks: Mapping[str, Mapping[str, int]]
    months: tuple[AssumedMonth, ...]
    districts: tuple[District, ...]

    def count(self, measure: str, day: str) -> int:
        """A whole number of the series."""
        return int(self.series[measure, date.fromisoformat(day)])

    def tenths(self, measure: str, day: date) -> int | None:
        """A percentage of the series in tenths; None where the papers print none for that day."""
        printed = self.series.get((measure, day))
        return None if printed is None else in_tenths(printed)

    def share(self, measure: str, day: date) -> int:
        """A percentage of the series that the papers do print, in tenths."""
        return in_tenths(self.series[measure, day])

    def requests(self, assumed: AssumedMonth) -> int | None:
        """How many requests a month must have: the larger of the two tables that count them."""
        tables = (self.referrers.get(assumed.month, {}), self.ages.get(assumed.month, {}))
        return max(sum(table.values()) for table in tables) or assumed.requests


def _by_month(
    rows: list[dict[str, str]], label: str, number: Callable[[str], int]
) -> dict[str, dict[str, int]]:
    """Month to label to number, blank cells left out; month columns are headed `2023-04`."""
    months = [column for column in rows[0] if column[:2] == "20"]
    return {month: {row[label]: number(row[month]) for row in rows if row[month]} for month in months}


def _ages() -> dict[str, dict[int, int]]:
    rows = [row for row in _rows("requests_by_age") if row["age_at_request"] != "total"]
    tables = _by_month(rows, "age_at_request", int)
    return {month: {int(age): count for age, count in table.items()} for month, table in tables.items()}


def _referrers() -> dict[str, dict[str, int]]:
    counts = [row for row in _rows("requests_by_referrer") if row["measure"] == "count"]
    return _by_month([row for row in counts if row["referrer"] != TOTAL], "referrer", int)


def _assumed_month(row: dict[str, str]) -> AssumedMonth:
    month = row.pop("month")
    numbers: dict[str, Any] = {column: int(cell) if cell else None for column, cell in row.items()}
    return AssumedMonth(month=month, **numbers)


def read() -> Published:
    """Read every table of this folder."""
    return Published(
        series={
            (row["measure"], date.fromisoformat(row["date"])): row["value"]
            for row in _rows("published_series")
        },
        referrers=_referrers(),
        ages=_ages(),
        six_weeks=_by_month(_rows("decisions_within_6_weeks_pct_by_district"), "district", in_tenths),
        months=tuple(_assumed_month(row) for row in _rows("assumed_months")),
        districts=tuple(
            District(row["district"], row["team"], int(row["share_pct"]))
            for row in _rows("assumed_districts")
        ),
    )
