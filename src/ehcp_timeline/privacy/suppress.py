"""Which numbers of a table may be published: small ones hidden, others with them, totals right.

A number of 1 to threshold - 1 people is hidden (primary). If everybody in a group is in one category, the
group's zeros are hidden with the rest of its row, because they show what everybody in it is. Then other
numbers are hidden until no hidden one can be worked out from sums (secondary), even by a reader who knows
which numbers are hidden for being small. Last comes the reader who knows all this and tries every table
(`alike`): if such a reader would know a number, nothing of the table is published. docs/disclosure.md says
what is promised, from whom it protects, and what is not promised.
"""

from collections import Counter
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Final

from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.counts import percent
from ehcp_timeline.privacy.alike import Values, all_vary
from ehcp_timeline.privacy.secondary import (
    Cell,
    Edge,
    Node,
    Range,
    add_arcs,
    can_vary,
    cheapest_way,
    free_arcs,
)
from ehcp_timeline.record import record, replace

LEAST_THRESHOLD = 3
_OUTSIDE: Node = ("outside", 0)


class Hidden(Enum):
    """The mark for a number that is not published."""

    HIDDEN = "[c]"


HIDDEN: Final = Hidden.HIDDEN
Count = int | Hidden
Grid = tuple[tuple[Count, ...], ...]


@record(frozen=True, slots=True)
class CountTable:
    """Counts of people, none below zero, one tuple for each row.

    Attributes:
        adds_across: Whether everybody of a group is in exactly one column, so that a row has a total.
        adds_down: Whether everybody is in exactly one row, so that a column has a total.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    adds_across: bool = True
    adds_down: bool = True


@record(frozen=True, slots=True)
class Published:
    """A table as it may be published.

    Attributes:
        grid: The numbers; a last row and a last column of totals where the table has them.
        threshold: Numbers of people below it were hidden.
        withheld: Whether nothing of the table may be published; its grid is then hidden altogether.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    grid: Grid
    adds_across: bool
    adds_down: bool
    threshold: int
    withheld: bool = False

    @property
    def hidden(self) -> int:
        """How many numbers are hidden, totals among them."""
        return sum(count is HIDDEN for row in self.grid for count in row)


def suppress(table: CountTable, threshold: int) -> Published:
    """Return the table with everything hidden that could say something about one person.

    >>> table = CountTable(("North", "South"), ("late", "in time"), ((2, 30), (9, 41)))
    >>> for row in suppress(table, 5).grid: print(*(getattr(one, "value", one) for one in row))
    [c] [c] 32
    [c] [c] 50
    11 71 82

    Raises:
        UsageError: The threshold is below 3: 0 and 1 hide nothing, and a number that 2 hides is known to
            be 1.
    """
    hidden = to_hide(table, threshold)
    edges = tuple(_edges(table))
    shown: list[Count] = [HIDDEN if hidden is None or edge.cell in hidden else edge.value for edge in edges]
    width = len(table.columns) + table.adds_across
    grid = tuple(tuple(shown[place : place + width]) for place in range(0, len(shown), width))
    about = (table.rows, table.columns, grid, table.adds_across, table.adds_down, threshold)
    return Published(*about, withheld=hidden is None)


def to_hide(table: CountTable, threshold: int, also: frozenset[Cell] = frozenset()) -> frozenset[Cell] | None:
    """Return which numbers of a table must be hidden; None if a reader who knows how could still know one.

    A row or column of totals stands behind the others, as (row, column). `also` are numbers that are hidden
    for a reason of their own, as those hidden in another table.

    Raises:
        UsageError: The threshold is below 3.
    """
    check_threshold(threshold)
    named = {row for row, _ in also}
    kept = [row for row, counts in enumerate(table.counts) if any(counts) or row in named]
    kept.append(len(table.rows))  # the totals
    place = {row: number for number, row in enumerate(kept)}
    counted = tuple(table.counts[row] for row in kept[:-1])
    nameless = replace(table, rows=("",) * len(counted), columns=("",) * len(table.columns), counts=counted)
    hidden = _to_hide(nameless, threshold, frozenset((place[row], column) for row, column in also))
    return None if hidden is None else frozenset((kept[row], column) for row, column in hidden)


@cache
def _to_hide(table: CountTable, threshold: int, also: frozenset[Cell]) -> frozenset[Cell] | None:
    """Return the same of a table without names and without the groups that have nobody, which hide nothing.

    So the small tables of many months are worked out once.
    """

    def hides(values: Values) -> frozenset[Cell] | None:
        width = len(table.columns)
        step = width + table.adds_across
        rows = tuple(values[at : at + width] for at in range(0, step * len(table.rows), step))
        return _pattern(replace(table, counts=rows), threshold, also)

    hidden = _pattern(table, threshold, also)
    return hidden if hidden is None or all_vary(tuple(_edges(table)), hidden, hides, threshold) else None


@cache
def _pattern(table: CountTable, threshold: int, also: frozenset[Cell]) -> frozenset[Cell] | None:
    """Return which numbers to hide so that none can be worked out from sums; None where there is no way.

    The arguments are those of `to_hide`.
    """
    edges = tuple(_edges(table))
    small, large, any_number = Range(1, threshold - 1), Range(threshold, None), Range(0, None)
    known = {
        edge.cell: large if edge.value >= threshold else any_number for edge in edges if edge.cell in also
    }
    known |= dict.fromkeys(_one_category(table, edges), any_number)
    known |= {edge.cell: small for edge in edges if 0 < edge.value < threshold}
    may_hide = {edge.cell: large for edge in edges if edge.value >= threshold}
    # few before many, small before large, totals only if they must
    one_cell = 1 + sum(edge.value for edge in edges)
    one_total = one_cell * (1 + len(edges))
    prices = (one_cell, one_total, one_total**2)
    costs = dict.fromkeys(known, 0)
    costs |= {
        cell: edge.value + prices[_totals(table, cell)]
        for edge in edges
        if (cell := edge.cell) in may_hide and cell not in known
    }
    arcs, every_arc = free_arcs(edges, known), free_arcs(edges, {**may_hide, **known})
    for edge in edges:
        if edge.cell in known and not can_vary(edge, known[edge.cell], arcs):
            way = cheapest_way(edge, known[edge.cell], every_arc, costs)
            if way is None:
                return None
            more = {cell: may_hide[cell] for cell in way if cell not in known}
            known |= more
            costs |= dict.fromkeys(more, 0)
            add_arcs(arcs, edges, more)
    return frozenset(known)


def check_threshold(threshold: int) -> None:
    """Raise UsageError if a threshold protects nobody."""
    if threshold < LEAST_THRESHOLD:
        raise UsageError(
            f"--threshold {threshold} would hide nothing that cannot be guessed",
            f"give {LEAST_THRESHOLD} or more; 5 hides numbers of 1 to 4",
        )


def share(part: Count, whole: Count) -> float | Hidden | None:
    """Return `part` as a percentage of `whole` to one decimal: hidden if either is, None without a whole.

    >>> share(9, 50), share(HIDDEN, 32), share(0, 0)
    (18.0, <Hidden.HIDDEN: '[c]'>, None)
    """
    if part is HIDDEN or whole is HIDDEN:
        return HIDDEN
    return percent(part, whole)


def _edges(table: CountTable) -> Iterator[Edge]:
    """Yield every number, totals included, with the two sums it stands in.

    A total flows against the numbers that it is the total of, so that what flows into a sum flows out of it.
    """
    grid = list(table.counts)
    if table.adds_down:
        grid.append(tuple(sum(row[column] for row in grid) for column in range(len(table.columns))))
    for row, counts in enumerate(grid):
        for column, value in enumerate((*counts, sum(counts)) if table.adds_across else counts):
            across: Node = ("row", row) if table.adds_across else _OUTSIDE
            down: Node = ("column", column) if table.adds_down else _OUTSIDE
            tail, head = (down, across) if _totals(table, (row, column)) == 1 else (across, down)
            yield Edge((row, column), value, tail, head)


def _totals(table: CountTable, cell: Cell) -> int:
    """Return 0 for a number of one group in one category, 1 for a total, 2 for the grand total."""
    return (cell[0] == len(table.rows)) + (cell[1] == len(table.columns))


def _one_category(table: CountTable, edges: tuple[Edge, ...]) -> Iterator[Cell]:
    """Yield the numbers of those groups, the whole table's among them, that are all of one category.

    A category in which nobody at all stands says nothing of one group, so its zeros are left alone.
    """
    if not table.adds_across or len(table.columns) == 1:
        return
    in_rows = [edge for edge in edges if edge.cell[1] < len(table.columns)]
    people = Counter(edge.cell[0] for edge in in_rows if edge.value)
    used = {edge.cell[1] for edge in in_rows if edge.value}
    for edge in in_rows:
        if people[edge.cell[0]] == 1 and (edge.cell[1] in used or len(used) == 1):
            yield edge.cell


def legend(threshold: int) -> str:
    """Return what `[c]` stands for."""
    most = threshold - 1
    return (
        f"{HIDDEN.value} = hidden to protect the people counted: a number of 1 to {most}, a group that is "
        "all in one category, or a number from which one of these could be worked out. Percentages built on "
        "a hidden number are hidden. Totals that are shown are exact."
    )
