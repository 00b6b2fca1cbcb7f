"""What docs/disclosure.md promises, held against a reader who tries every table of a size: an exact solver.

A class is everything that could have been and is published alike. The reader knows the class, and no more: a
hidden number is safe exactly if it takes two values there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product

import pytest

from ehcp_timeline.commands.report.answer import WaitingCount
from ehcp_timeline.commands.report.public import _row, _waiting
from ehcp_timeline.commands.scorecard.public import hidden_numbers
from ehcp_timeline.measure.counts import percent
from ehcp_timeline.privacy.differencing import differences
from ehcp_timeline.privacy.suppress import HIDDEN, CountTable, suppress
from tests.commands.scorecard.test_public_lines import COUNT, RATE, _lines

Counts = tuple[tuple[int, ...], ...]
Page = tuple[object, ...]
OF_THE_ISSUE = (((3, 0), (5, 2), (0, 5), (3, 4)), ((0, 3), (4, 3), (5, 1)), ((2, 3), (3, 0), (1, 6)))


def known(classes: Mapping[Page, Iterable[Page]]) -> list[tuple[Page, int]]:
    """Return the hidden numbers that have one value in all of their class, as (page, place).

    A class is a page and the numbers that it was printed of, each in the place in which it is printed.
    """
    return [
        (page, place)
        for page, several in classes.items()
        for place, values in enumerate(zip(*several, strict=True))
        if page[place] == HIDDEN and len(set(values)) < 2
    ]


def grid(counts: Counts) -> Iterator[int]:
    """Yield the numbers of a table as it is printed, totals with them."""
    for row in (*counts, tuple(map(sum, zip(*counts, strict=True)))):
        yield from (*row, sum(row))


def parts(total: int, number: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to split a number of people among so many places."""
    if number == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in parts(total - first, number - 1))


def agreeing(page: Page, counts: Counts) -> Iterator[Counts]:
    """Yield every table of a size that has all the numbers of a page; the grand total must be printed."""
    width = len(counts[0])
    rows = [page[at : at + width + 1] for at in range(0, len(page), width + 1)]
    grand = rows[-1][-1]
    assert isinstance(grand, int)

    def could_be(row: Iterable[object], printed: Iterable[object]) -> bool:
        return all(shown in (HIDDEN, one) for one, shown in zip(row, printed, strict=True))

    def below(place: int, left: int) -> Iterator[Counts]:
        if place == len(counts):
            yield ()
            return
        whole = rows[place][-1]
        for total in [whole] if isinstance(whole, int) else range(left + 1):
            if total <= left:
                for row in parts(total, width):
                    if could_be((*row, total), rows[place]):
                        yield from ((row, *rest) for rest in below(place + 1, left - total))

    for table in below(0, grand):
        if could_be(list(grid(table))[-width - 1 :], rows[-1]):
            yield table


@pytest.mark.slow
@pytest.mark.parametrize("threshold", [3, 4])
@pytest.mark.parametrize("counts", OF_THE_ISSUE)
def test_tables_that_were_solved_once(counts: Counts, threshold: int) -> None:
    """Every table with the numbers that are printed is published; those printed alike leave all open."""

    def printed(table: Counts) -> Page:
        rows, columns = (tuple(map(str, range(number))) for number in (len(table), len(table[0])))
        page = suppress(CountTable(rows, columns, table), threshold)
        return () if page.withheld else tuple(one for row in page.grid for one in row)

    page = printed(counts)

    if page:
        alike = [tuple(grid(table)) for table in agreeing(page, counts) if printed(table) == page]
        assert tuple(grid(counts)) in alike
        assert known({page: alike}) == []


Groups = tuple[tuple[int, int], ...]


def scorecard(groups: Groups, threshold: int) -> tuple[tuple[Page, Page], tuple[Page, Page]]:
    """Return what is printed of a count and of a rate that counts the same cases, and their true numbers.

    Each is printed with what is hidden in both: the reader of one is told so much of the other.
    """
    lines = (*groups, (sum(within for within, _ in groups), sum(issued for _, issued in groups)))
    hidden = hidden_numbers(_lines(list(groups)), [COUNT, RATE], threshold)
    places = [(at, name) in hidden for name in ("count", "rate") for at in range(len(lines))]
    true: tuple[Sequence[object], Sequence[object]]
    true = [within for within, _ in lines], [percent(*line) for line in lines]
    pages = [
        (*(HIDDEN if (at, name) in hidden else one for at, one in enumerate(numbers)), *places)
        for name, numbers in zip(("count", "rate"), true, strict=True)
    ]
    return (pages[0], pages[1]), ((*true[0], *places), (*true[1], *places))


def of_groups(most: int) -> Iterator[Groups]:
    """Yield two groups of up to `most` cases, each with how many of them are within the limit."""
    group = [(within, issued) for issued in range(most + 1) for within in range(issued + 1)]
    yield from product(group, repeat=2)


@pytest.mark.slow
@pytest.mark.parametrize(("most", "threshold"), [(5, 3), (6, 4)])
def test_a_scorecard_of_linked_measures(most: int, threshold: int) -> None:
    """Each measure by itself, with what is hidden in the other known, so printed alone as with the other.

    Every scorecard of two groups up to `most`; where those leave a number without a second value, all that
    agree with the printed rates are tried, up to three times that.
    """
    classes: tuple[dict[Page, list[Page]], ...] = defaultdict(list), defaultdict(list)
    for groups in of_groups(most):
        for found, page, true in zip(classes, *scorecard(groups, threshold), strict=True):
            found[page].append(true)
    for measure, found in enumerate(classes):
        for open_page in {page for page, _ in known(found)}:
            rates = open_page[:3] if measure else (HIDDEN,) * 3
            for groups in of_groups(3 * most):
                lines = (*groups, (groups[0][0] + groups[1][0], groups[0][1] + groups[1][1]))
                if all(shown in (HIDDEN, percent(*line)) for shown, line in zip(rates, lines, strict=True)):
                    pages, true_ones = scorecard(groups, threshold)
                    if pages[measure] == open_page:
                        found[open_page].append(true_ones[measure])
                if not known({open_page: found[open_page]}):
                    break

    assert [known(found) for found in classes] == [[], []]


@pytest.mark.slow
@pytest.mark.parametrize("threshold", [3, 4, 5])
@pytest.mark.parametrize(("number", "most"), [(2, 14), (3, 7), (4, 4)])
def test_a_row_of_a_public_page(number: int, most: int, threshold: int) -> None:
    """Every row of up to four numbers with its total, hidden for a reason of its own or not."""
    for hide_total in (False, True):
        classes: dict[Page, list[tuple[int, ...]]] = defaultdict(list)
        for counts in product(range(most + 1), repeat=number):
            page = tuple(_row(counts, threshold, hide_total=hide_total))
            classes[page].append((*counts, sum(counts)))
        inside = {page: found for page, found in classes.items() if page[-1] in (HIDDEN, *range(most + 1))}

        assert known(inside) == []


@pytest.mark.slow
def test_plans_that_two_tables_of_a_page_count() -> None:
    """Plans overdue, among those waiting and by age: each table by itself, hidden in both or in neither."""
    waits: dict[Page, list[tuple[int, ...]]] = defaultdict(list)
    ages: dict[Page, list[tuple[int, ...]]] = defaultdict(list)
    for in_time, young, old in product(range(8), repeat=3):
        overdue = young + old
        waiting = _waiting(WaitingCount(date(2026, 1, 1), in_time + overdue, overdue), 3)
        page = tuple(_row((young, old), 3, hide_total=waiting.overdue == HIDDEN))
        shown = HIDDEN if HIDDEN in (waiting.overdue, page[-1]) else waiting.overdue
        waits[waiting.open, shown, page[-1]].append((in_time + overdue, overdue, overdue))
        ages[*page, shown].append((young, old, overdue, overdue))

    whole = {page: found for page, found in waits.items() if page[0] in (HIDDEN, *range(8))}
    assert known(whole) == []
    assert known({page: found for page, found in ages.items() if page[2] in (HIDDEN, *range(8))}) == []


@pytest.mark.slow
def test_what_two_publications_give_away() -> None:
    """Of every two rows: what is printed in both and moved by few, what is hidden in one; nothing else."""

    def numbers(counts: tuple[int, ...]) -> dict[tuple[str, str], object]:
        (page, *_) = suppress(CountTable(("G",), ("a", "b"), (counts,), adds_down=False), 3).grid
        return {("G", name): one for name, one in zip(("a", "b", "Total"), page, strict=True)}

    for before, after in product(product(range(6), repeat=2), repeat=2):
        old, new = numbers(before), numbers(after)
        told = set(differences(old, new, 3))  # type: ignore[arg-type]
        pairs = {place: (old[place], new[place]) for place in new}
        one_hidden = {place for place, pair in pairs.items() if (pair[0] == HIDDEN) != (pair[1] == HIDDEN)}
        few = {
            place
            for place, (one, other) in pairs.items()
            if isinstance(one, int) and isinstance(other, int) and 1 <= abs(one - other) <= 2
        }
        assert told == one_hidden | few
