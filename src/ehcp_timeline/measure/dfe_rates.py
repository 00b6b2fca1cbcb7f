"""DfE's headline measures of the as-at calendar year, under the names of its files.

Source: data guidance of "Education, health and care plans", files `requests` and `timeliness_20_week`.
A plan counts in the year in which it was issued; it needs a request date, and a plan that another authority
made (transferred in) is left out. Leaving exceptions out takes them from both sides of the rate. More than a
year is more than 365 days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.counts import DECIDE, clocks_of, exception_claimed, one_decimal, percent

TWENTY_WEEKS = timedelta(weeks=20)
YEAR = timedelta(days=365)


@dataclass(slots=True)
class Rates:
    """What has been counted so far; every number is of plans or requests.

    Attributes:
        as_at: The day the question is asked about; its calendar year so far is the period.
        rulebook: The law, for the columns that claim an exception.
        six_weeks: Requests received in the year and decided within 6 weeks.
        issued: Plans issued in the year.
        within: Of those, within 20 weeks.
        issued_ex: Plans issued in the year without an exception.
        within_ex: Of those, within 20 weeks.
        under_a_year: Issued after more than 20 weeks, up to 365 days.
        over_a_year: Issued after more than 365 days.
        days: Days from request to plan, added up.
    """

    as_at: date
    rulebook: Rulebook
    six_weeks: int = 0
    issued: int = 0
    within: int = 0
    issued_ex: int = 0
    within_ex: int = 0
    under_a_year: int = 0
    over_a_year: int = 0
    days: int = 0

    def add(self, judged: Judged) -> None:
        """Count one batch."""
        in_year = pl.col("start").is_between(date(self.as_at.year, 1, 1), self.as_at)
        in_time = pl.col("answered").is_not_null() & (pl.col("strict") == "met")
        decided = clocks_of(judged, DECIDE, "start", "answered", "strict")
        self.six_weeks += decided.filter(in_year & in_time).height
        if {"request_received", "plan_issued"} <= set(judged.rows.columns):
            self._add_plans(self._issued(judged.rows))

    def _issued(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the plans issued in the year: `took` from the request, and whether `excepted`."""
        issued, received = pl.col("plan_issued"), pl.col("request_received")
        in_year = issued.is_between(date(self.as_at.year, 1, 1), self.as_at) & (received <= issued)
        if "plan_transferred" in rows.columns:
            transferred = pl.col("plan_transferred") <= self.as_at
            in_year &= ~transferred.fill_null(value=False)
        excepted = exception_claimed(self.rulebook, rows.columns).alias("excepted")
        return rows.filter(in_year).select((issued - received).alias("took"), excepted)

    def _add_plans(self, plans: pl.DataFrame) -> None:
        within, excepted = pl.col("took") <= TWENTY_WEEKS, pl.col("excepted")
        over = pl.col("took") > YEAR
        counted = plans.select(
            issued=pl.len(),
            within=within.sum(),
            issued_ex=(~excepted).sum(),
            within_ex=(within & ~excepted).sum(),
            under_a_year=(~within & ~over).sum(),
            over_a_year=over.sum(),
            days=pl.col("took").dt.total_days().sum(),
        ).row(0, named=True)
        for name, value in counted.items():
            setattr(self, name, getattr(self, name) + int(value or 0))

    def named(self) -> Mapping[str, float | int | str | None]:
        """Return the measures under DfE's names; a rate with nothing below the line is None."""
        return {
            "time_period": str(self.as_at.year),
            "request_outcome_six_weeks": self.six_weeks,
            "plans_issued_den": self.issued,
            "plans_issued_within_20_weeks": self.within,
            "pc_plans_issued_within_20_weeks": percent(self.within, self.issued),
            "pc_plans_issued_20_weeks_ex": percent(self.within_ex, self.issued_ex),
            "plans_issued_gt20weeks_ltyear": self.under_a_year,
            "plans_issued_gt_1_year": self.over_a_year,
            "avg_weeks_issue_plan": one_decimal(self.days, 7 * self.issued),
        }
