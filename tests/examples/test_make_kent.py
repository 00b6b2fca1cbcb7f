"""`examples/make_kent.py` writes a file that holds every number Kent published."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from tests.examples.kent_file import (
    Case,
    day,
    days_between,
    is_open,
    percent,
    reviews,
    stages,
    table,
    waiting_for_advice,
)


@pytest.mark.slow
def test_open_assessments_by_stage(cases: list[Case]) -> None:
    """On 31 May 2023, 2,062 assessments are open: 492 undecided, 852 without a draft, 718 with one."""
    assert stages(cases, date(2023, 5, 31)) == {
        "no_decision": 492,
        "agreed_no_draft": 852,
        "draft_not_final": 718,
    }


@pytest.mark.parametrize(
    ("as_at", "count"), [(date(2023, 5, 31), 2062), (date(2023, 12, 31), 2192), (date(2024, 1, 31), 2066)]
)
def test_outstanding_cases(cases: list[Case], as_at: date, count: int) -> None:
    """As many assessments are open as the papers say."""
    assert stages(cases, as_at).total() == count


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_at", "maintained", "overdue"),
    [
        (date(2022, 5, 31), 18422, None),
        (date(2022, 9, 30), None, 12180),
        (date(2023, 5, 31), 19078, 12419),
        (date(2024, 1, 31), None, 8310),
    ],
)
def test_plans_and_overdue_reviews(
    cases: list[Case], as_at: date, maintained: int | None, overdue: int | None
) -> None:
    """As many plans are maintained, and past their twelve months, as the papers say."""
    plans, late = reviews(cases, as_at)
    assert maintained in {plans, None}
    assert overdue in {late, None}


@pytest.mark.parametrize("as_at", [date(2023, 8, 31)])
def test_oldest_open_case(cases: list[Case], as_at: date) -> None:
    """The oldest open case is 124 whole weeks old on 31 August 2023, and still open."""
    oldest = min(case["request_received"] for case in cases if is_open(case, as_at))
    assert (as_at - date.fromisoformat(oldest)).days // 7 == 124


@pytest.mark.parametrize(("as_at", "count"), [(date(2023, 9, 30), 1080), (date(2024, 1, 31), 397)])
def test_assessment_backlog(cases: list[Case], as_at: date, count: int) -> None:
    """The backlog, read as overdue psychological advice, is as printed."""
    assert waiting_for_advice(cases, as_at) == count


def test_requests_by_referrer(cases: list[Case]) -> None:
    """Counts and percentages of requests by referrer are as printed, for every month of the table."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        if case["referrer"]:
            counted[case["request_received"][:7]][case["referrer"]] += 1
            counted[case["request_received"][:7]]["Total"] += 1
    for row in table("requests_by_referrer"):
        for month in list(row)[2:]:
            count, total = counted[month][row["referrer"]], counted[month]["Total"]
            if row["measure"] == "count":
                assert count == int(row[month] or 0)
            else:
                assert percent(count, total) == (row[month] or "0.0")


def test_requests_by_age(cases: list[Case]) -> None:
    """Counts of requests by age at request are as printed; April 2023's printed rows add to 208, not 210."""
    counted: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for case in cases:
        asked, born = day(case, "request_received"), day(case, "date_of_birth")
        if asked and born:
            birthday_past = (asked.month, asked.day) >= (born.month, born.day)
            counted[f"{asked:%Y-%m}"][asked.year - born.year - (not birthday_past)] += 1
    *rows, totals = table("requests_by_age")
    for month in list(totals)[1:]:
        printed = {int(row["age_at_request"]): int(row[month]) for row in rows if row[month]}
        assert counted[month] == printed
        assert counted[month].total() == (208 if month == "2023-04" else int(totals[month]))


@pytest.mark.parametrize(
    ("month", "requests", "no_age", "no_referrer"),
    [
        ("2022-11", 399, 0, 0),
        ("2022-12", 346, 52, 0),
        ("2023-01", 371, 31, 0),
        ("2023-02", 359, 0, 128),
        ("2023-03", 460, 0, 75),
        ("2023-04", 280, 72, 0),
    ],
)
def test_the_two_tables_differ_in_blanks(
    cases: list[Case], month: str, requests: int, no_age: int, no_referrer: int
) -> None:
    """Where the two tables count differently, the fact that one does not count is blank."""
    asked = [case for case in cases if case["request_received"][:7] == month]
    assert len(asked) == requests
    assert sum(not case["date_of_birth"] for case in asked) == no_age
    assert sum(not case["referrer"] for case in asked) == no_referrer


def test_decisions_within_six_weeks(cases: list[Case]) -> None:
    """Decisions within six weeks are as printed, by district and in total; no printed figure, no decision."""
    decided: Counter[tuple[str, str]] = Counter()
    in_time: Counter[tuple[str, str]] = Counter()
    for case in cases:
        decision = min(filter(None, (case["assess_agreed"], case["assess_refused"])), default="")
        asked = day(case, "request_received")
        if decision and asked:
            for group in (case["district"], "Total"):
                decided[decision[:7], group] += 1
                in_time[decision[:7], group] += decision <= (asked + timedelta(days=42)).isoformat()
    for row in table("decisions_within_6_weeks_pct_by_district"):
        for month in list(row)[1:]:
            key = (month, row["district"])
            assert (percent(in_time[key], decided[key]) if decided[key] else "") == row[month]


@pytest.mark.parametrize(("month", "printed"), [("2023-04", "38.8"), ("2023-08", "2.3")])
def test_plans_within_twenty_weeks(cases: list[Case], month: str, printed: str) -> None:
    """The month's plans within 20 weeks print as published, with exceptions and without."""
    issued = [case for case in cases if case["request_received"] and case["plan_issued"][:7] == month]
    plain = [case for case in issued if case["exception_recorded"] == "no"]
    assert 0 < len(plain) < len(issued)
    for group in (issued, plain):
        in_time = sum((days_between(case, "request_received", "plan_issued") or 0) <= 140 for case in group)
        assert percent(in_time, len(group)) == printed


def test_year_2023_as_the_dfe_counts_it(cases: list[Case]) -> None:
    """In 2023, 3,988 requests; 1,804 plans: 324 within 20 weeks, 1,268 later, 212 after more than a year."""
    issued = [case for case in cases if case["request_received"] and case["plan_issued"][:4] == "2023"]
    took = [days_between(case, "request_received", "plan_issued") or 0 for case in issued]
    assert sum(case["request_received"][:4] == "2023" for case in cases) == 3988
    assert len(took) == 1804
    assert sum(days <= 140 for days in took) == 324
    assert sum(140 < days <= 365 for days in took) == 1268
    assert sum(days > 365 for days in took) == 212


def test_january_2024(cases: list[Case]) -> None:
    """In January 2024, 38.2% of requests come from parents and 56% from schools."""
    asked = Counter(case["referrer"] for case in cases if case["request_received"][:7] == "2024-01")
    assert percent(asked["Parent/Guardian"], asked.total()) == "38.2"
    assert percent(asked["School"], asked.total()) == "56.0"


def test_december_2023(cases: list[Case]) -> None:
    """More than 300 plans are issued in December 2023."""
    assert (
        sum(bool(case["request_received"]) and case["plan_issued"][:7] == "2023-12" for case in cases) == 305
    )


@pytest.mark.parametrize(
    ("year", "by_day", "whole_percent"),
    [("2023", "2023-02-14", 70), ("2024", "2024-02-01", 81), ("2024", "2024-02-14", 92)],
)
def test_transfers_to_secondary_school(cases: list[Case], year: str, by_day: str, whole_percent: int) -> None:
    """So many percent of the year's transfers to secondary school are named by the day."""
    moves = [
        case
        for case in cases
        if case["transfer_kind"] == "primary_secondary" and case["transfer_date"][:4] == year
    ]
    named = sum("" < case["transfer_plan_issued"] <= by_day for case in moves)
    assert (200 * named + len(moves)) // (2 * len(moves)) == whole_percent
    assert not any(case["transfer_plan_issued"] == f"{year}-02-15" for case in moves)


def test_shares_that_are_only_realistic(cases: list[Case]) -> None:
    """Refusals, reversals, exceptions and other ends have the shares of a county, not of a toy."""
    requests = [case for case in cases if case["request_received"]]
    refused = [case for case in requests if case["assess_refused"][:7] in {"2023-10", "2023-11", "2023-12"}]
    decided = [case for case in requests if case["assess_agreed"][:7] in {"2023-10", "2023-11", "2023-12"}]
    plans = [case for case in requests if case["plan_issued"]]
    assert 0.44 < len(refused) / (len(refused) + len(decided)) < 0.52
    assert 30 < sum(bool(case["assess_refused"] and case["assess_agreed"]) for case in requests) < 120
    assert 0.05 < sum(case["exception_recorded"] == "yes" for case in plans) / len(plans) < 0.07
    for column, least in (("no_plan_notified", 400), ("withdrawn", 80), ("order_made", 30), ("moved_in", 20)):
        assert sum(bool(case[column]) for case in cases) >= least
