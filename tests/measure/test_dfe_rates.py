"""DfE's headline measures, worked by hand."""

from collections.abc import Sequence
from datetime import date

import polars as pl
import pytest

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Judged, ToldClocks
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.audit import Rates
from ehcp_timeline.measure.counts import one_decimal, percent

AS_AT = date(2025, 12, 31)
ROWS = {
    "request_received": pl.Date,
    "plan_issued": pl.Date,
    "plan_transferred": pl.Date,
    "exception_recorded": pl.Boolean,
    "absent_from": pl.Date,
}
RECEIVED = date(2025, 1, 6)


def _rates(rows: Sequence[tuple[object, ...]], decide: Sequence[dict[str, object]] = ()) -> dict[str, object]:
    read = pl.DataFrame(rows, schema=ROWS, orient="row").with_row_index("row")
    clocks = [{name: one.get(name) for name in CLOCKS} for one in decide]
    rates = Rates(AS_AT, load_rulebook())
    rates.add(Judged(read, {"assess.decide": ToldClocks(pl.DataFrame(clocks, schema=dict(CLOCKS)))}))
    return dict(rates.named())


def test_twenty_weeks_are_140_days_and_a_year_is_more_than_365() -> None:
    """139, 140, 141, 365 and 366 days: two within, two over, one more than a year."""
    early = date(2024, 12, 31)
    rows = [
        (RECEIVED, date(2025, 5, 25), None, None, None),  # 139
        (RECEIVED, date(2025, 5, 26), None, None, None),  # 140
        (RECEIVED, date(2025, 5, 27), None, None, None),  # 141
        (early, date(2025, 12, 31), None, None, None),  # 365
        (date(2024, 12, 30), date(2025, 12, 31), None, None, None),  # 366
    ]

    found = _rates(rows)

    assert found["plans_issued_den"] == 5
    assert found["plans_issued_within_20_weeks"] == 2
    assert found["pc_plans_issued_within_20_weeks"] == 40.0
    assert found["plans_issued_gt20weeks_ltyear"] == 2
    assert found["plans_issued_gt_1_year"] == 1
    assert found["avg_weeks_issue_plan"] == 32.9  # 1151 / 35 = 32.886


def test_exceptions_leave_both_sides_of_the_rate() -> None:
    """A flag or absence dates take a plan out of the numerator and the denominator."""
    in_time, late = date(2025, 5, 26), date(2025, 8, 1)
    rows = [
        (RECEIVED, in_time, None, False, None),
        (RECEIVED, late, None, None, None),
        (RECEIVED, late, None, True, None),
        (RECEIVED, in_time, None, None, date(2025, 2, 1)),
    ]

    found = _rates(rows)

    assert found["pc_plans_issued_within_20_weeks"] == 50.0
    assert found["pc_plans_issued_20_weeks_ex"] == 50.0
    assert found["plans_issued_den"] == 4


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        ((date(2024, 12, 1), date(2024, 12, 31), None, None, None), 0),
        ((date(2024, 12, 1), date(2025, 1, 1), None, None, None), 1),
        ((RECEIVED, AS_AT, None, None, None), 1),
        ((RECEIVED, date(2026, 1, 1), None, None, None), 0),
        ((None, date(2025, 6, 1), None, None, None), 0),
        ((RECEIVED, date(2025, 6, 1), date(2025, 12, 31), None, None), 0),
        ((RECEIVED, date(2025, 6, 1), date(2026, 1, 1), None, None), 1),
        ((RECEIVED, date(2025, 1, 5), None, None, None), 0),
    ],
)
def test_a_plan_counts_in_the_year_it_was_issued(row: tuple[object, ...], counted: int) -> None:
    """The year before and after, no request date, a plan transferred in, a plan before its request."""
    assert _rates([row])["plans_issued_den"] == counted


def test_requests_decided_in_six_weeks_count_in_the_year_they_were_received() -> None:
    """Received on 31 December of the year before does not count; decided late does not count."""
    decide = [
        {"row": 0, "start": date(2024, 12, 31), "answered": date(2025, 1, 20), "strict": "met"},
        {"row": 1, "start": date(2025, 1, 1), "answered": date(2025, 1, 20), "strict": "met"},
        {"row": 2, "start": date(2025, 1, 1), "answered": date(2025, 3, 20), "strict": "late"},
        {"row": 3, "start": date(2025, 12, 20), "strict": "running"},
    ]

    assert _rates([], decide)["request_outcome_six_weeks"] == 1


def test_no_plan_issued_is_no_rate() -> None:
    """Nothing below the line gives no percentage, never nought."""
    found = _rates([])

    assert found["pc_plans_issued_within_20_weeks"] is None
    assert found["pc_plans_issued_20_weeks_ex"] is None
    assert found["avg_weeks_issue_plan"] is None
    assert found["time_period"] == "2025"


def test_halves_round_up() -> None:
    """46.05% prints as 46.1%, as published tables do."""
    assert percent(921, 2000) == 46.1
    assert one_decimal(1, 20) == 0.1
