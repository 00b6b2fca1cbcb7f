"""The days of a count, named so that a person can check them on a calendar."""

from datetime import date

import pytest

from ehcp_timeline.clock import Count
from ehcp_timeline.text import days_named

APRIL = date(2025, 4, 2)


@pytest.mark.parametrize(
    ("count", "since", "said"),
    [
        (
            Count("within", 20, "weeks"),
            APRIL,
            "Day 1 is Thursday 3 April 2025, day 140 is Wednesday 20 August 2025.",
        ),
        (
            Count("within", 15, "days", "included"),
            date(2024, 2, 1),
            "Day 1 is Thursday 1 February 2024, day 15 is Thursday 15 February 2024.",
        ),
        (
            Count("within", 3, "working_days"),
            date(2025, 4, 16),
            "Not counted: Saturdays, Sundays, Friday 18 April 2025 and Monday 21 April 2025.",
        ),
        (Count("within", 3, "working_days"), APRIL, "Not counted: Saturdays and Sundays."),
        (
            Count("within", 30, "working_days", calendar="tribunal"),
            date(2025, 7, 28),
            "Not counted: Saturdays, Sundays and the days of the Tribunal's vacation.",
        ),
        (Count("within", 2, "months"), APRIL, "The corresponding date 2 months on."),
        (
            Count("within", 2, "months"),
            date(2024, 12, 31),
            "February 2025 has no day 31, so its last day counts.",
        ),
        (
            Count("within", 12, "months", "included"),
            date(2024, 3, 10),
            "The months begin with Sunday 10 March 2024 and end the day before the same date.",
        ),
        (Count("before", month=2, day=15), APRIL, ""),
        (Count("at_least_before", 5, "months"), APRIL, ""),
        (Count("within", 0, "days"), APRIL, ""),
    ],
)
def test_the_days_are_named(count: Count, since: date, said: str) -> None:
    """The first and the last day, or the days that do not count, as a calendar has them."""
    assert days_named(count, since) == said
