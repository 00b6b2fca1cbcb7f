"""How dates, counts and verdicts are said."""

from dataclasses import replace
from datetime import date

import pytest

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.audit.verdicts import TABLE
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.output.verdict_words import standing
from ehcp_timeline.text.words import REASONS
from tests.output.made import OVERDUE

LAW = load_rulebook().by_id


def test_every_reason_of_the_decision_table_has_words() -> None:
    """No verdict can come with a reason that has no words, and no words stand without a reason."""
    assert {line.reason for line in TABLE if line.reason} == set(REASONS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "overdue by 148 days"),
        ({"days_late": 1}, "overdue by 1 day"),
        ({"verdict": "running", "days_left": 0}, "due today"),
        ({"verdict": "running", "days_left": 1}, "due in 1 day"),
        ({"verdict": "met", "answered": date(2025, 8, 1)}, "done in time, on 1 August 2025"),
        (
            {"verdict": "late", "answered": date(2025, 9, 1), "days_late": 12},
            "done 12 days late, on 1 September 2025",
        ),
        (
            {"verdict": "late", "ended": date(2025, 8, 21), "days_late": 1},
            "ended, not done, 1 day late, on 21 August 2025",
        ),
        (
            {"verdict": "unknown", "reason": "implied"},
            "cannot be told: it was done, on a day that is not recorded",
        ),
        ({"verdict": "not-started", "reason": "not-yet"}, "not started: its start lies ahead"),
        (
            {"verdict": "excused", "excuse": "absent (claimed)"},
            "148 days past its day, with an excuse: absent (claimed)",
        ),
        (
            {"certainty": "disputed"},
            "overdue by 148 days; published readings differ: 19 August 2025 or 20 August 2025",
        ),
        (
            {"provisional": True},
            "overdue by 148 days; provisional: later bank holidays are not announced yet",
        ),
    ],
)
def test_how_an_authoritys_clock_stands(change: dict[str, object], words: str) -> None:
    """Each verdict is one plain phrase with its days and its date."""
    assert standing(replace(OVERDUE, **change), LAW["plan.issue"]) == words  # type: ignore[arg-type]


def test_a_familys_time_is_never_overdue() -> None:
    """A family that lets its own days go by is told that the time ended, not that it is late."""
    clock = Clock("C-1", 2, "plan.respond", verdict="overdue", days_late=3)
    done = replace(clock, verdict="late", answered=date(2026, 1, 2))

    assert standing(clock, LAW["plan.respond"]) == "the time ended 3 days ago"
    assert standing(done, LAW["plan.respond"]) == "done 3 days after the time, on 2 January 2026"


def test_a_minimum_is_a_first_day() -> None:
    """A window says how long to wait and what came too early."""
    clock = Clock("C-1", 2, "plan.window", verdict="running", days_left=10)
    early = replace(clock, verdict="early", answered=date(2026, 1, 2), days_left=4)

    assert standing(clock, LAW["plan.window"]) == "not before this day, 10 days to wait"
    assert standing(early, LAW["plan.window"]) == "done 4 days too early, on 2 January 2026"


def test_what_is_not_owed_says_why() -> None:
    """The reader's own words come before the general ones."""
    clock = Clock("C-1", 2, "assess.no_plan", verdict="not-owed", reason="not-owed")

    assert (
        standing(clock, LAW["assess.no_plan"], "not until no_plan_notified")
        == "not owed: not until no_plan_notified"
    )
    assert (
        standing(clock, LAW["assess.no_plan"])
        == "not owed: something takes its place, or has not happened yet"
    )
