"""What if a bank holiday were announced late: another list inside a block, and nowhere else."""

import threading
from datetime import date

import pytest

from ehcp_timeline.clock import Count, apply, is_bank_holiday, is_working_day, last_working_day, supposing

CORONATION = date(2023, 5, 8)
ORDINARY = date(2025, 7, 9)


def test_a_day_that_is_added_is_a_bank_holiday_inside_the_block_only() -> None:
    """The day before and the day after are what they were."""
    days = [date(2025, 7, day) for day in (8, 9, 10)]
    with supposing(added=[ORDINARY]):
        inside = [is_working_day(day) for day in days]

    assert inside == [True, False, True]
    assert [is_working_day(day) for day in days] == [True, True, True]


def test_a_day_that_is_left_out_is_an_ordinary_day() -> None:
    """The coronation's bank holiday as it was before it was announced."""
    with supposing(left_out=[CORONATION]):
        assert is_working_day(CORONATION)
        assert last_working_day(CORONATION) == CORONATION

    assert is_bank_holiday(CORONATION)
    assert last_working_day(CORONATION) == date(2023, 5, 5)


def test_a_day_that_is_added_and_left_out_is_added() -> None:
    """To suppose an announcement is stronger than to forget one."""
    with supposing(added=[CORONATION], left_out=[CORONATION]):
        assert is_bank_holiday(CORONATION)


def test_working_day_periods_move_by_the_day() -> None:
    """Fifteen working days end a working day later; weeks do not move."""
    fifteen, weeks = Count("within", 15, "working_days", "included"), Count("within", 6, "weeks")
    start = date(2025, 7, 1)
    with supposing(added=[ORDINARY]):
        inside = apply(fifteen, start), apply(weeks, start)

    assert (apply(fifteen, start), apply(weeks, start)) == (date(2025, 7, 21), date(2025, 8, 12))
    assert inside == (date(2025, 7, 22), date(2025, 8, 12))


def test_the_innermost_block_counts_alone() -> None:
    """A block inside another supposes only what it says itself, and gives way to the other at its end."""
    with supposing(added=[ORDINARY]):
        with supposing(left_out=[CORONATION]):
            assert is_working_day(ORDINARY)
        assert not is_working_day(ORDINARY)


def _fail() -> None:
    with supposing(added=[ORDINARY]):
        raise LookupError("x")


def test_a_block_ends_with_an_error_too() -> None:
    """Nothing is left supposed after something went wrong."""
    with pytest.raises(LookupError, match="x"):
        _fail()

    assert is_working_day(ORDINARY)


def test_another_thread_supposes_nothing() -> None:
    """A supposition does not leak into work that goes on beside it."""
    seen: list[bool] = []
    with supposing(added=[ORDINARY]):
        beside = threading.Thread(target=lambda: seen.append(is_working_day(ORDINARY)))
        beside.start()
        beside.join()

    assert seen == [True]
