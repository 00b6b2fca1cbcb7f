"""The worst few clocks of each verdict, whatever the batches in which they come."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import pytest

from ehcp_timeline.audit.bulk.clocks import CLOCKS, ToldClocks
from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.measure.findings import Worst, bad_as

DUE = date(2025, 1, 1)


def _clocks(rows: Sequence[int], days: Sequence[int | None], column: str = "days_late") -> ToldClocks:
    """Return clocks on these rows, so many days late; `due` counts the days after 1 January 2025."""
    values = [None if one is None else DUE + timedelta(one) for one in days] if column == "due" else days
    told = pl.DataFrame({"row": rows, column: values}, schema_overrides={"row": pl.UInt32})
    absent = (pl.lit(None).alias(name) for name in CLOCKS if name not in told.columns)
    return ToldClocks(told.with_columns(*absent).select(pl.col(n).cast(kind) for n, kind in CLOCKS.items()))


def _added(
    worst: Worst, verdict: Verdict, clocks: ToldClocks, *, order: int = 0, again: bool = False
) -> None:
    """Let a batch go by: clocks of one deadline, the `order`th of the rulebook."""
    told = worst.candidates(clocks, verdict, again=again).frame()
    numbers = {"file": 0, "order": order}
    columns = [pl.lit(number, dtype=pl.UInt16).alias(name) for name, number in numbers.items()]
    worst.add(verdict, told.with_columns(columns))


def _rows(worst: Worst) -> list[int]:
    (kept,) = worst.told()
    return kept["row"].to_list()


def test_the_latest_are_kept_over_all_batches() -> None:
    """The two that are most days late, the latest first, though they came in different batches."""
    worst = Worst(2)
    _added(worst, "overdue", _clocks([2, 3, 4], [10, 30, 20]))
    _added(worst, "overdue", _clocks([5, 6], [40, 5]))

    assert _rows(worst) == [5, 3]
    assert worst.edges == {"overdue": 30}


def test_of_equally_bad_ones_the_first_of_the_file_stay() -> None:
    """A later row that is as late takes no place; on a row, the rulebook's order decides."""
    worst = Worst(2)
    _added(worst, "late", _clocks([4], [7]), order=3)
    _added(worst, "late", _clocks([4], [7]), order=1)
    _added(worst, "late", _clocks([5, 6], [7, 7]))

    (kept,) = worst.told()
    assert kept.select("row", "order").rows() == [(4, 1), (4, 3)]


@pytest.mark.parametrize(("again", "rows"), [(False, [8, 9]), (True, [2, 8])])
def test_a_row_that_comes_late_takes_its_place_among_equals(again: bool, rows: list[int]) -> None:
    """Repeating duties come after all rows have gone by: then an earlier row that is as bad goes first."""
    worst = Worst(2)
    _added(worst, "overdue", _clocks([8, 9], [7, 7]))
    _added(worst, "overdue", _clocks([2], [7]), order=1, again=again)

    assert _rows(worst) == rows


def test_a_day_more_is_worse_and_a_day_less_is_not_told() -> None:
    """Nothing of a clock that cannot be among the worst is worked out."""
    worst = Worst(1)
    _added(worst, "overdue", _clocks([2], [7]))

    assert worst.candidates(_clocks([3, 4, 5], [6, 7, 8]), "overdue", again=False)["row"].to_list() == [5]
    assert worst.candidates(_clocks([3], [6]), "overdue", again=False).height == 0


@pytest.mark.parametrize("verdict", ["running", "early"])
def test_what_is_due_first_comes_first(verdict: Verdict) -> None:
    """The fewest days left are the worst, and a due day before the answer's is worse still."""
    worst = Worst(2)
    _added(worst, verdict, _clocks([2, 3, 4], [9, -1, 3], "days_left"))

    assert _rows(worst) == [3, 4]


def test_what_has_no_due_day_comes_last() -> None:
    """An unknown clock that has a due day goes before one that has none, however late that day is."""
    worst = Worst(3)
    _added(worst, "unknown", _clocks([2, 3, 4, 5], [None, 20_000, None, 1], "due"))

    assert _rows(worst) == [5, 3, 2]


def test_each_verdict_has_its_own_list() -> None:
    """The lists come in the order in which verdicts are listed, not that in which they came."""
    worst = Worst(1)
    _added(worst, "unknown", _clocks([2], [0], "due"))
    _added(worst, "running", _clocks([3], [1], "days_left"))

    assert [kept["row"].to_list() for kept in worst.told()] == [[3], [2]]


def test_none_is_kept_where_none_came() -> None:
    """No clocks, no list; fewer than asked for, all of them and no edge."""
    worst = Worst(5)
    assert list(worst.told()) == []

    _added(worst, "overdue", _clocks([2], [7]))
    assert _rows(worst) == [2]
    assert worst.edges == {}


@pytest.mark.parametrize(("days", "bad"), [([3, 7], [3, 7]), ([None, 1], [-(2**31), 1])])
def test_badness_is_in_days(days: list[int | None], bad: list[int]) -> None:
    """A day later is one worse."""
    assert bad_as(_clocks([2, 3], days), "excused").to_list() == bad
