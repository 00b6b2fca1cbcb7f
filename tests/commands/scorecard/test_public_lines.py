"""A scorecard for publication: every measure protected, and a number hidden in one is hidden in all."""

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ehcp_timeline.commands.scorecard.public import hidden_numbers
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.kpi import Measure
from ehcp_timeline.measure.kpi.lines import OF_ALL, OF_GROUP, OF_RECORDED, OF_UNRECORDED, above, below
from ehcp_timeline.privacy.suppress import HIDDEN, CountTable, Grid, Published
from ehcp_timeline.record import replace
from tests.privacy.attacker import pinned


def _measure(name: str, *, percent: bool = False) -> Measure:
    return Measure(
        name, (), name, name, "t", "plans", "percent" if percent else "count", "here",
        part=("within",), whole=("issued",) if percent else (),
    )  # fmt: skip


COUNT, RATE = _measure("count"), _measure("rate", percent=True)
Numbers = list[tuple[int, int]]


def _sum(numbers: Numbers) -> tuple[int, int]:
    return sum(within for within, _ in numbers), sum(issued for _, issued in numbers)


def _lines(groups: Numbers, unrecorded: tuple[int, int] | None = None, period: int = 1) -> pl.DataFrame:
    """Return the lines of a scorecard in which each group has (within, issued) plans."""
    every = [*groups, *([unrecorded] if unrecorded else [])]
    rows = [(OF_GROUP, f"G{n}", *one) for n, one in enumerate(groups)]
    if unrecorded:
        rows += [(OF_RECORDED, "recorded", *_sum(groups)), (OF_UNRECORDED, "no", *unrecorded)]
    rows.append((OF_ALL, "all", *_sum(every)))
    columns = [list(column) for column in zip(*rows, strict=True)]
    ranks, names, within, issued = columns
    none = pl.Series([None] * len(rows), dtype=pl.Int64)
    return pl.DataFrame({
        "rank": ranks, "group": names, "period": [period] * len(rows),
        "count": within, above("count"): within, below("count"): none,
        "rate": within, above("rate"): within, below("rate"): issued,
    })  # fmt: skip


def test_a_number_hidden_in_one_measure_is_hidden_in_all() -> None:
    """The rate of a group hides its small rest; the count of the same cases would give it back."""
    lines = _lines([(28, 30), (20, 50), (40, 90)])

    assert hidden_numbers(lines, [COUNT, RATE], 5) == {(0, "rate"), (0, "count"), (1, "rate"), (1, "count")}
    assert hidden_numbers(lines, [COUNT], 5) == frozenset()


def test_the_rest_of_a_percentage_is_a_number_of_people_too() -> None:
    """26 of 30 leaves four, 25 of 30 leaves five."""
    four, five = _lines([(26, 30), (20, 50), (40, 90)]), _lines([(25, 30), (20, 50), (40, 90)])

    assert (0, "rate") in hidden_numbers(four, [RATE], 5)
    assert hidden_numbers(five, [RATE], 5) == frozenset()


def test_what_is_not_recorded_is_hidden_with_the_line_that_tells_it() -> None:
    """All less all recorded is what is not recorded."""
    lines = _lines([(20, 50), (40, 90)], unrecorded=(2, 9))

    assert {(2, "count"), (3, "count")} <= hidden_numbers(lines, [COUNT], 5)


def test_periods_are_protected_one_by_one() -> None:
    """A small number of one month hides nothing of another."""
    lines = pl.concat([_lines([(20, 50), (40, 90)]), _lines([(2, 50), (40, 90)], period=2)])

    assert hidden_numbers(lines, [COUNT], 5) == {(3, "count"), (4, "count")}


def test_a_line_of_everybody_alone_hides_its_own_small_numbers() -> None:
    """Without groups there is one line a period."""
    small, large = (_lines([numbers]).filter(pl.col("rank") == OF_ALL) for numbers in ((4, 90), (5, 90)))

    assert hidden_numbers(small, [COUNT, RATE], 5) == {(0, "count"), (0, "rate")}
    assert hidden_numbers(large, [COUNT, RATE], 5) == frozenset()


def test_a_state_that_was_not_counted_hides_nothing() -> None:
    """A line on which a measure was not counted has nothing to hide."""
    lines = _lines([(2, 50), (40, 90)]).with_columns(pl.lit(None, dtype=pl.Int64).alias(above("count")))

    assert hidden_numbers(lines, [COUNT], 5) == frozenset()


def test_a_threshold_that_hides_nothing_is_refused() -> None:
    """0, 1 and 2 protect nobody."""
    with pytest.raises(UsageError, match="--threshold 2 would hide nothing"):
        hidden_numbers(_lines([(2, 50)]), [COUNT], 2)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    groups=st.lists(
        st.integers(0, 25).flatmap(lambda issued: st.tuples(st.integers(0, issued), st.just(issued))),
        min_size=2,
        max_size=5,
    ),
    threshold=st.integers(4, 8),
)
@example(groups=[(0, 1), (0, 1), (0, 1)], threshold=4)
def test_a_solver_cannot_pin_a_hidden_number_of_a_percentage(groups: Numbers, threshold: int) -> None:
    """From the percentages and counts that are printed, no hidden number of cases can be worked out.

    Where nothing at all can be printed, the measure is withheld: there is nothing to work from.
    """
    hidden = hidden_numbers(_lines(groups), [COUNT, RATE], threshold)
    rows = [*groups, _sum(groups)]
    true = tuple((within, issued - within, issued) for within, issued in rows)
    printed: Grid = tuple(
        (HIDDEN, HIDDEN, HIDDEN) if (line, "rate") in hidden else row for line, row in enumerate(true)
    )
    counts = tuple((within, rest) for within, rest, _ in true[:-1])
    table = CountTable(tuple(f"G{n}" for n in range(len(groups))), ("in", "out"), counts)
    published = Published(table, printed, threshold)

    withheld = all((line, "rate") in hidden for line in range(len(true)))
    assert withheld or pinned(published, true, told="small") == []


def test_all_recorded_are_printed_where_all_and_those_not_recorded_are() -> None:
    """The difference of two printed numbers is printed; a small number of another month hides nothing."""
    lines = pl.concat([
        _lines([(2, 50), (3, 90), (40, 90)], unrecorded=(9, 30)),
        _lines([(20, 50), (40, 90), (40, 90)], unrecorded=(2, 30), period=2),
    ])  # fmt: skip

    assert hidden_numbers(lines, [COUNT], 5) == {(place, "count") for place in (0, 1, 6, 9, 10)}


def test_few_recorded_cases_hide_those_not_recorded() -> None:
    """Two and one are three of all recorded, which all less those not recorded would tell."""
    lines = _lines([(2, 50), (1, 90)], unrecorded=(40, 90))

    assert hidden_numbers(lines, [COUNT], 5) == {(place, "count") for place in (0, 1, 2, 3)}


def test_a_share_is_hidden_with_the_number_that_it_is_of() -> None:
    """20 cases that are 33.3% of all recorded say that 60 are, and so that 2 of 62 are not recorded."""
    share = replace(COUNT, id="share", unit="share")
    lines = _lines([(20, 50), (40, 90)], unrecorded=(2, 30)).with_columns(
        share=pl.lit(33.3), **{above("share"): pl.col("count"), below("share"): pl.lit(60)}
    )

    assert {place for place, name in hidden_numbers(lines, [COUNT, share], 5) if name == "share"} >= {0, 1, 2}
    assert hidden_numbers(_lines([(20, 50), (40, 90)]), [COUNT], 5) == frozenset()
