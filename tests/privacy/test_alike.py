"""A reader who knows how numbers are hidden and tries every table never knows a hidden number."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest

from ehcp_timeline.privacy.suppress import HIDDEN, Count, CountTable, suppress

Counts = tuple[tuple[int, ...], ...]
Page = tuple[tuple[Count, ...], ...]
c = HIDDEN


def published(counts: Counts, threshold: int, *, across: bool, down: bool) -> Page | None:
    """Return what is printed of a table, or None if nothing is."""
    rows, columns = (tuple(map(str, range(number))) for number in (len(counts), len(counts[0])))
    page = suppress(CountTable(rows, columns, counts, across, down), threshold)
    return None if page.withheld else page.grid


def with_totals(counts: Counts, *, across: bool, down: bool) -> Counts:
    """Return a table with the totals that it is printed with."""
    rows = (*counts, tuple(map(sum, zip(*counts, strict=True)))) if down else counts
    return tuple((*row, sum(row)) for row in rows) if across else rows


def every_table(height: int, width: int, most: int) -> Iterator[Counts]:
    """Yield every table of numbers from 0 to `most`."""
    for numbers in product(range(most + 1), repeat=height * width):
        yield tuple(numbers[row * width : (row + 1) * width] for row in range(height))


def could_be(page: Page, counts: Counts, *, across: bool, down: bool) -> bool:
    """Return whether a table agrees with every number that is shown."""
    true = with_totals(counts, across=across, down=down)
    pairs = [pair for rows in zip(page, true, strict=True) for pair in zip(*rows, strict=True)]
    return all(shown in (HIDDEN, number) for shown, number in pairs)


SHAPES = [
    (1, 2, 7, 3, True, True), (1, 2, 9, 4, True, False), (1, 3, 6, 3, True, True), (2, 1, 7, 3, False, True),
    (3, 1, 6, 3, True, True), (3, 1, 6, 3, False, True), (2, 2, 4, 3, True, True), (2, 2, 4, 3, True, False),
    (2, 2, 4, 3, False, True),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("height", "width", "most", "threshold", "across", "down"), SHAPES)
def test_no_table_of_all_small_ones_can_be_solved(
    height: int, width: int, most: int, threshold: int, across: bool, down: bool
) -> None:
    """Of all tables that are printed alike, at least two differ in each hidden number.

    Numbers up to `most` are tried; where those leave a number without a second value, all that agree with
    the page are, up to three times that.
    """
    alike: dict[Page | None, list[Counts]] = defaultdict(list)
    for counts in every_table(height, width, most):
        alike[published(counts, threshold, across=across, down=down)].append(counts)
    alike.pop(None, None)
    for page, tables in alike.items():
        assert page is not None
        if _known(page, tables, across=across, down=down):
            more = (
                counts
                for counts in every_table(height, width, 3 * most)
                if could_be(page, counts, across=across, down=down)
            )
            tables += [t for t in more if published(t, threshold, across=across, down=down) == page]
        assert _known(page, tables, across=across, down=down) == [], page

    assert alike


def _known(page: Page, tables: list[Counts], *, across: bool, down: bool) -> list[tuple[int, int]]:
    """Return the hidden numbers that are the same in all of these tables."""
    full = [with_totals(counts, across=across, down=down) for counts in tables]
    return [
        (row, column)
        for row, counts in enumerate(page)
        for column, count in enumerate(counts)
        if count == HIDDEN and full and len({table[row][column] for table in full}) < 2
    ]


def test_what_could_be_solved_is_withheld() -> None:
    """Of `[c] 3 [c]` a reader would know the 1: with a 2 the 3 would have been hidden and the total shown."""
    assert published(((1, 3),), 3, across=True, down=False) is None
    assert published(((2, 3),), 3, across=True, down=False) == ((c, c, 5),)


@pytest.mark.parametrize(
    ("counts", "threshold", "page"),
    [
        (((2, 30), (9, 41)), 5, ((c, c, 32), (c, c, 50), (11, 71, 82))),
        (
            ((9, 0, 30), (3, 0, 20), (12, 0, 0)),
            5,
            ((9, 0, 30, 39), (c, 0, c, 23), (c, 0, c, 12), (24, 0, 50, 74)),
        ),
        (((4, 30), (9, 41), (20, 50)), 5, ((c, c, 34), (c, c, 50), (20, 50, 70), (33, 121, 154))),
    ],
)
def test_tables_of_a_councils_size_are_published(counts: Counts, threshold: int, page: Page) -> None:
    """Where many tables are printed alike, no more is hidden than before."""
    assert published(counts, threshold, across=True, down=True) == page
