"""DfE's headline measures of the as-at calendar year, under the names of its files.

Source: data guidance of "Education, health and care plans", files `requests` and `timeliness_20_week`.
A plan counts in the year in which it was issued; it needs a request date. One that answers an order of the
Tribunal (`order_plan_issued`) is left out, and so is one that another authority made (transferred in).
Leaving exceptions out takes them from both sides of the rate. More than a year is more than 365 days.

`kpis.toml` defines the same measures for `ehcp scorecard`; a test holds the two together. They are counted
here as well because to read that file takes a tenth of the time in which `ehcp check` reads a council's.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.counts import DECIDE, clocks_of, has_exception, one_decimal, percent
from ehcp_timeline.record import field, record

TWENTY_WEEKS = timedelta(weeks=20)
YEAR = timedelta(days=365)


@record(slots=True)
class Rates:
    """What has been counted so far in the calendar year of the as-at day.

    Attributes:
        counts: Numbers of plans or requests, and the days from request to plan, added up.
    """

    as_at: date
    rulebook: Rulebook
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        """Count one batch."""
        year = date(self.as_at.year, 1, 1), self.as_at
        begun, done = pl.col("start").is_between(*year), pl.col("answered").is_between(*year)
        met, answered = pl.col("strict") == "met", pl.col("answered").is_not_null()
        decided = clocks_of(judged, DECIDE, "start", "answered", "strict").select(
            decided=(begun & answered & met).sum(),
            decisions=(done & pl.col("strict").is_in(["met", "late"])).sum(),
            decisions_in_time=(done & met).sum(),
        )
        self.counts.update(decided.row(0, named=True))
        rows = judged.rows
        if not {"request_received", "plan_issued"} <= set(rows.columns):
            return
        issued, received = pl.col("plan_issued"), pl.col("request_received")
        in_year = issued.is_between(*year) & (received <= issued)
        if "plan_transferred" in rows.columns:
            transferred = pl.col("plan_transferred") <= self.as_at
            in_year &= ~transferred.fill_null(value=False)
        plans = rows.lazy().filter(in_year).select(took=issued - received, excepted=has_exception(judged))
        took, excepted = pl.col("took"), pl.col("excepted")
        within, over = took <= TWENTY_WEEKS, took > YEAR
        counted = plans.select(
            issued=pl.len(),
            within=within.sum(),
            issued_ex=(~excepted).sum(),
            within_ex=(within & ~excepted).sum(),
            under_a_year=(~within & ~over).sum(),
            over_a_year=over.sum(),
            days=took.dt.total_days().sum(),
        )
        self.counts.update(counted.collect().row(0, named=True))

    def named(self) -> Mapping[str, float | int | str | None]:
        """Return the measures under DfE's names; a rate with nothing below the line is None."""
        of = self.counts
        return {
            "time_period": str(self.as_at.year),
            "request_outcome_six_weeks": of["decided"],
            "decisions_within_6_weeks": of["decisions_in_time"],
            "pc_decisions_within_6_weeks": percent(of["decisions_in_time"], of["decisions"]),
            "plans_issued_den": of["issued"],
            "plans_issued_within_20_weeks": of["within"],
            "pc_plans_issued_within_20_weeks": percent(of["within"], of["issued"]),
            "pc_plans_issued_20_weeks_ex": percent(of["within_ex"], of["issued_ex"]),
            "plans_issued_gt20weeks_ltyear": of["under_a_year"],
            "plans_issued_gt_1_year": of["over_a_year"],
            "avg_weeks_issue_plan": one_decimal(of["days"], 7 * of["issued"]),
        }
