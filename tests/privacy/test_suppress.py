"""No hidden number of a published table can be worked out, and what is published is true."""

from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ehcp_timeline.errors import UsageError
from ehcp_timeline.privacy.differencing import Numbers, differences
from ehcp_timeline.privacy.suppress import HIDDEN, CountTable, Grid, Published, share, suppress
from tests.privacy.attacker import pinned

TOLD = ("all", "small", "nothing")
GROUPS, KINDS = ("North", "South", "East", "West", "Mid"), ("late", "in time", "excused", "unknown")
Counts = tuple[tuple[int, ...], ...]
c: Final = HIDDEN


def _table(counts: Counts, *, across: bool = True, down: bool = True) -> CountTable:
    return CountTable(GROUPS[: len(counts)], KINDS[: len(counts[0])], counts, across, down)


def _true(table: CountTable) -> Counts:
    """Return the counts with their totals, added up once more."""
    rows = table.counts
    if table.adds_down:
        rows = (*rows, tuple(map(sum, zip(*rows, strict=True))))
    return tuple((*row, sum(row)) for row in rows) if table.adds_across else rows


@st.composite
def tables(draw: st.DrawFn) -> CountTable:
    """Draw a table of small, middling and larger numbers, with many zeros."""
    height, width = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    most = draw(st.sampled_from((2, 5, 9, 60)))
    number = st.one_of(st.just(0), st.integers(0, most))
    counts = draw(st.lists(st.tuples(*[number] * width), min_size=height, max_size=height))
    shape = draw(st.sampled_from(((True, True), (True, True), (True, False), (False, True), (False, False))))
    return _table(tuple(counts), across=shape[0], down=shape[1])


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(table=tables(), threshold=st.integers(3, 10))
@example(table=_table(((2, 30), (9, 41))), threshold=5)
@example(table=_table(((5, 0), (0, 9))), threshold=5)
@example(table=_table(((4, 1), (4, 1), (30, 7))), threshold=5)
def test_a_solver_cannot_pin_any_hidden_number(table: CountTable, threshold: int) -> None:
    """Whatever a reader is told beside the table, every hidden number has at least two possible values."""
    published = suppress(table, threshold)

    found = {told: pinned(published, _true(table), told=told) for told in TOLD}

    assert published.withheld or found == {"all": [], "small": [], "nothing": []}


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(table=tables(), threshold=st.integers(3, 10))
def test_what_is_printed_is_true(table: CountTable, threshold: int) -> None:
    """A number or total that is printed is the true one, and none of 1 to threshold - 1 is printed."""
    published = suppress(table, threshold)

    printed = [
        (count, true)
        for row, true_row in zip(published.grid, _true(table), strict=True)
        for count, true in zip(row, true_row, strict=True)
        if count != HIDDEN
    ]

    assert [pair for pair in printed if pair[0] != pair[1]] == []
    assert [count for count, _ in printed if 0 < count < threshold] == []


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(table=tables(), threshold=st.integers(4, 10))
def test_the_zeros_of_a_mixed_group_are_shown(table: CountTable, threshold: int) -> None:
    """A zero is hidden only in a group whose people all stand in one category."""
    published = suppress(table, threshold)

    hidden = [
        row
        for row, counts in zip(published.grid, _true(table), strict=True)
        if sum(map(bool, counts[: len(table.columns)])) > 1
        for count, true in zip(row, counts, strict=True)
        if true == 0 and count == HIDDEN
    ]

    assert published.withheld or hidden == []


def test_the_solver_can_pin_what_is_hidden_badly() -> None:
    """The attacker is no straw man: hiding the small number alone gives it away."""
    true = ((2, 30, 32), (9, 41, 50), (11, 71, 82))
    badly = Published(_table(((2, 30), (9, 41))), ((c, 30, 32), *true[1:]), 5)

    assert pinned(badly, true, told="nothing") == [(0, 0)]


def test_the_solver_uses_the_threshold_as_everybody_can() -> None:
    """Four numbers hidden in a square are safe for one reader and not for one who knows the threshold."""
    true = ((4, 1, 5), (1, 4, 5), (5, 5, 10))
    square = Published(_table(((4, 1), (1, 4))), ((c, c, 5), (c, c, 5), (5, 5, 10)), 5)
    edge = ((1, 4, 5), (4, 8, 12), (5, 12, 17))
    of_edge = Published(_table(((1, 4), (4, 8))), ((c, c, 5), (c, 8, 12), (5, 12, 17)), 5)

    assert pinned(square, true, told="small") == []
    assert pinned(of_edge, edge, told="small") == [(0, 0), (0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("counts", "grid"),
    [
        (((2, 30), (9, 41)), ((c, c, 32), (c, c, 50), (11, 71, 82))),
        (((4, 30), (9, 41)), ((c, c, 34), (c, c, 50), (13, 71, 84))),
        (((5, 30), (9, 41)), ((5, 30, 35), (9, 41, 50), (14, 71, 85))),
        (((0, 30), (9, 41), (8, 8)), ((c, c, 30), (9, 41, 50), (c, c, 16), (17, 79, 96))),
        (((0, 0), (9, 41)), ((0, 0, 0), (9, 41, 50), (9, 41, 50))),
        (((12, 0), (7, 0)), ((c, c, 12), (c, c, 7), (c, c, 19))),
    ],
    ids=["2 is hidden", "4 is hidden", "5 is shown", "all of one category", "nobody", "everybody is late"],
)
def test_what_is_hidden(counts: Counts, grid: Grid) -> None:
    """Small numbers, groups of one category, and no more than it takes to protect them."""
    assert suppress(_table(counts), 5).grid == grid


def test_the_cheapest_protection_is_taken() -> None:
    """The smallest neighbours are hidden, and totals only where nothing else helps."""
    published = suppress(_table(((3, 20, 90), (50, 8, 70), (60, 40, 6))), 5)
    lone = suppress(_table(((3,), (20,), (9,))), 5)

    assert published.grid == (
        (c, c, 90, 113), (c, c, 70, 128), (60, 40, 6, 106), (113, 68, 166, 347),
    )  # fmt: skip
    assert lone.grid[1] == (20, 20)
    assert lone.grid[3] == (32, 32)


def test_a_table_that_cannot_be_protected_is_withheld() -> None:
    """Two single persons make a total of two: with a threshold of three nothing can hide them."""
    published = suppress(_table(((1,), (0,), (1,)), across=False), 3)

    assert published.withheld
    assert published.grid == ((c,), (c,), (c,), (c,))


@pytest.mark.parametrize("threshold", [-1, 0, 1, 2])
def test_a_threshold_that_protects_nobody_is_refused(threshold: int) -> None:
    """0 and 1 hide nothing, and 2 hides only ones."""
    with pytest.raises(UsageError) as caught:
        suppress(_table(((2, 30),)), threshold)

    assert str(caught.value) == (
        f"--threshold {threshold} would hide nothing that cannot be guessed. "
        "give 3 or more; 5 hides numbers of 1 to 4"
    )


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(9, 50, 18.0), (c, 50, c), (9, c, c), (0, 0, None), (c, 0, c)]
)
def test_a_percentage_built_on_a_hidden_number_is_hidden(part: int, whole: int, expected: object) -> None:
    """A percentage would give back the number it is built on."""
    assert share(part, whole) == expected


def by_name(published: Published) -> Numbers:
    """Return every number under the names of its row and column, totals as `Total`."""
    rows, columns = (*published.table.rows, "Total"), (*published.table.columns, "Total")
    return {
        (row, column): count
        for row, counts in zip(rows, published.grid, strict=True)
        for column, count in zip(columns, counts, strict=True)
    }


def _published(*rows: tuple[int, int]) -> Published:
    return suppress(_table(rows), 5)


def test_a_small_move_between_two_publications_is_told() -> None:
    """One more late case between two weeks is one person; five more are not told."""
    before, after = _published((20, 40), (30, 50)), _published((21, 40), (35, 50))

    told = "moved by fewer than 5: the two together count those few"
    assert differences(by_name(before), by_name(after), 5) == {
        ("North", "late"): told,
        ("North", "Total"): told,
    }


def test_a_number_hidden_in_one_publication_only_is_told() -> None:
    """Last week's 5 is a good guess at this week's hidden 4."""
    before, after = _published((5, 40), (30, 50)), _published((4, 40), (30, 50))

    told = "hidden in one of the two, printed in the other"
    hidden = {
        place for place, says in differences(by_name(before), by_name(after), 5).items() if says == told
    }
    assert ("North", "late") in hidden


def test_the_same_publication_twice_tells_nothing() -> None:
    """No change, no warning; a group that is new has nothing to be compared with."""
    before = _published((5, 40), (2, 50))

    assert differences(by_name(before), by_name(before), 5) == {}


@pytest.mark.parametrize("down", [True, False])
def test_nobody_at_all(down: bool) -> None:
    """A table without people has nothing to hide, with a line of totals and without."""
    assert suppress(_table(((0, 0), (0, 0)), down=down), 5).grid == ((0, 0, 0),) * (2 + down)
