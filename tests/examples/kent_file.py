"""Write and read the file of `examples/make_kent.py`, and count in it without its help."""

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
Case = dict[str, str]
"""One row of the file by column; a blank cell is an empty text."""


def run(out: Path, *options: str) -> list[Case]:
    """Run the script as a user does and read what it wrote."""
    subprocess.run(
        [sys.executable, EXAMPLES / "make_kent.py", out, *options], check=True, capture_output=True
    )
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(name: str) -> list[Case]:
    """A published table."""
    with (EXAMPLES / "kent" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(case: Case, column: str) -> date | None:
    """The date in a cell."""
    return date.fromisoformat(case[column]) if case[column] else None


def by(case: Case, column: str, as_at: date) -> bool:
    """Whether it had happened by that day."""
    return bool(case[column]) and case[column] <= as_at.isoformat()


def percent(part: int, whole: int) -> str:
    """A percentage as printed: one decimal, rounded half up."""
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"


def days_between(case: Case, first: str, last: str) -> int | None:
    """Calendar days from one event to the other; None unless the row holds both."""
    start, end = day(case, first), day(case, last)
    return (end - start).days if start and end else None


def is_open(case: Case, as_at: date) -> bool:
    """Whether an assessment was open on that day."""
    refused = by(case, "assess_refused", as_at)
    if refused and by(case, "assess_agreed", as_at) and case["assess_agreed"] > case["assess_refused"]:
        refused = False
    ended = any(
        by(case, end, as_at) for end in ("plan_issued", "no_plan_notified", "withdrawn", "moved_away")
    )
    return by(case, "request_received", as_at) and not refused and not ended


def stages(cases: list[Case], as_at: date) -> Counter[str]:
    """Open assessments by stage."""
    return Counter(
        "draft_not_final"
        if by(case, "draft_sent", as_at)
        else "agreed_no_draft"
        if by(case, "assess_agreed", as_at)
        else "no_decision"
        for case in cases
        if is_open(case, as_at)
    )


def reviews(cases: list[Case], as_at: date) -> tuple[int, int]:
    """How many plans have an open review clock on that day, and how many of these are overdue."""
    starts: defaultdict[str, set[date]] = defaultdict(set)
    gone: set[str] = set()
    for case in cases:
        for column in ("plan_issued", "previous_review_decided", "review_decided"):
            if by(case, column, as_at):
                starts[case["case_id"]].add(date.fromisoformat(case[column]))
        if by(case, "plan_ceased", as_at) or by(case, "moved_away", as_at):
            gone.add(case["case_id"])
    latest = [max(days) for case_id, days in starts.items() if case_id not in gone]
    return len(latest), sum(last_day_of_twelve_months(start) < as_at for start in latest)


def last_day_of_twelve_months(start: date) -> date:
    """The last day of the twelve months that start with a day."""
    leap_day = (start.month, start.day) == (2, 29)
    return start.replace(year=start.year + 1, day=28 if leap_day else start.day) - timedelta(days=1)


def waiting_for_advice(cases: list[Case], as_at: date) -> int:
    """Psychological advice asked for more than six weeks before and not in."""
    return sum(
        (asked := day(case, "psychology_advice_requested")) is not None
        and asked + timedelta(weeks=6) < as_at
        and not by(case, "psychology_advice_received", as_at)
        for case in cases
    )
