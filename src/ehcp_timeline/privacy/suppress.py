"""Which numbers of a table may be published: small ones hidden, others with them, totals right.

A number of 1 to threshold - 1 people is hidden (primary). If everybody in a group is in one category, the
group's zeros are hidden with the rest of its row, because they show what everybody in it is. Then other
numbers are hidden until no hidden one can be worked out from sums (secondary), even by a reader who knows
which numbers are hidden for being small. Last comes the reader who knows all this and tries every table
(`alike`): if such a reader would know a number, nothing of the table is published. docs/disclosure.md says
what is promised, from whom it protects, and what is not promised.
"""

from collections.abc import Mapping
from functools import cache
from math import inf
from typing import Final, Literal

from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.counts import percent
from ehcp_timeline.privacy.alike import all_vary
from ehcp_timeline.privacy.columns import ColumnWays
from ehcp_timeline.privacy.secondary import (
    Arcs,
    Network,
    Range,
    Values,
    add_arcs,
    can_vary,
    cheapest_way,
    free_arcs,
    network,
)
from ehcp_timeline.record import record

Cell = tuple[int, int]
LEAST_THRESHOLD = 3
HIDDEN: Final = "[c]"
"""What stands for a number that is not published."""
Count = int | Literal["[c]"]
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
    """A table of counts as it may be published.

    Attributes:
        grid: The numbers; a last row and a last column of totals where the table has them.
        threshold: Numbers of people below it were hidden.
        withheld: Whether nothing of the table may be published; its grid is then hidden altogether.
    """

    table: CountTable
    grid: Grid
    threshold: int
    withheld: bool = False


def suppress(table: CountTable, threshold: int) -> Published:
    """Return the table with everything hidden that could say something about one person.

    >>> table = CountTable(("North", "South"), ("late", "in time"), ((2, 30), (9, 41)))
    >>> for row in suppress(table, 5).grid: print(*row)
    [c] [c] 32
    [c] [c] 50
    11 71 82

    Raises:
        UsageError: The threshold is below 3: 0 and 1 hide nothing, and a number that 2 hides is known to
            be 1.
    """
    hidden = to_hide(table, threshold)
    grid: Grid = tuple(
        tuple(
            HIDDEN if hidden is None or (row, column) in hidden else value
            for column, value in enumerate(line)
        )
        for row, line in enumerate(_with_totals(table))
    )
    return Published(table, grid, threshold, withheld=hidden is None)


def to_hide(
    table: CountTable, threshold: int, also: frozenset[Cell] = frozenset(), *, sums_only: bool = False
) -> frozenset[Cell] | None:
    """Return which numbers of a table must be hidden; None if a reader who knows how could still know one.

    A row or column of totals stands behind the others, as (row, column). `also` are numbers that are hidden
    for a reason of their own, as those hidden in another table. `sums_only` leaves out the reader who tries
    every table.

    Raises:
        UsageError: The threshold is below 3.
    """
    check_threshold(threshold)
    named = {row for row, _ in also}
    # groups that have nobody hide nothing; without them the small tables of many months are worked out once
    lines = [
        (row, line)
        for row, line in enumerate(_with_totals(table))
        if any(line) or row in named or row == len(table.rows)
    ]
    width = len(table.columns) + table.adds_across
    cells = [(row, column) for row, _ in lines for column in range(width)]
    shape = network(len(lines) - table.adds_down, len(table.columns), table.adds_across, table.adds_down)
    values = tuple(value for _, line in lines for value in line)
    hide = _pattern if sums_only else _to_hide
    hidden = hide(shape, values, threshold, frozenset(n for n, cell in enumerate(cells) if cell in also))
    return None if hidden is None else frozenset(cells[place] for place in hidden)


def _with_totals(table: CountTable) -> list[Values]:
    """Return the rows of a table as they are printed."""
    rows = list(table.counts)
    if table.adds_down:
        rows.append(tuple(sum(row[column] for row in rows) for column in range(len(table.columns))))
    return [(*row, sum(row)) for row in rows] if table.adds_across else rows


@cache
def _to_hide(table: Network, values: Values, threshold: int, also: frozenset[int]) -> frozenset[int] | None:
    """Return the places of what must be hidden; `also` as in `to_hide`."""
    hidden = _pattern(table, values, threshold, also)
    if not hidden:
        return hidden

    def alike(other: Values) -> bool:
        return _pattern(table, other, threshold, also, hidden) == hidden

    return hidden if all_vary(table, values, hidden, alike, threshold) else None


@cache
def _pattern(
    table: Network,
    values: Values,
    threshold: int,
    also: frozenset[int],
    within: frozenset[int] | None = None,
) -> frozenset[int] | None:
    """Return which numbers to hide so that none can be worked out from sums; None where there is no way.

    The arguments are those of `_to_hide`; None also where one would be hidden that is not `within`.
    """
    small, large, any_number = Range(1, threshold - 1), Range(threshold, inf), Range(0, inf)
    known = {place: large if values[place] >= threshold else any_number for place in also}
    known |= dict.fromkeys(_one_category(table, values), any_number)
    known |= {place: small for place, value in enumerate(values) if 0 < value < threshold}
    if within is not None and not within.issuperset(known):
        return None
    search = _Search(table, values, known, large)
    for place in range(len(values)):
        if place in known and not search.can_vary(place):
            way = search.cheapest_way(place)
            if way is None:
                return None
            more = {one: large for one in way if one not in known}
            if within is not None and not within.issuperset(more):
                return None
            search.hide(more)
    return frozenset(known)


class _Search:
    """The hidden numbers of a table, and what to hide with one that cannot vary."""

    def __init__(self, table: Network, values: Values, known: dict[int, Range], large: Range) -> None:
        """Take the numbers that are hidden; `large` is the range of any that is hidden later."""
        self.table = table
        self.values = values
        self.known = known
        self.large = large
        self.columns = ColumnWays(table, values, known, large) if table.adds_both else None
        self.arcs = () if self.columns else free_arcs(table, values, known)
        self.every_arc: Arcs = ()
        self.costs: dict[int, int] = {}

    def can_vary(self, place: int) -> bool:
        """Say whether a hidden number could have another value with nothing else hidden."""
        if self.columns:
            return self.columns.can_vary(place)
        return can_vary(self.table, self.values, place, self.known[place], self.arcs)

    def cheapest_way(self, place: int) -> Values | None:
        """Return the cheapest numbers to hide with one that cannot vary, hidden ones among them, or None.

        Few cost less than many, small ones less than large ones, and a total more than any other number.
        """
        if not self.costs:
            one_cell = 1 + sum(self.values)
            one_total = one_cell * (1 + len(self.values))
            prices = (one_cell, one_total, one_total**2)
            self.costs = {
                at: 0 if at in self.known else value + prices[total]
                for at, (value, total) in enumerate(zip(self.values, self.table.totals, strict=True))
                if value >= self.large.least or at in self.known
            }
            self.cheapest = min((cost for cost in self.costs.values() if cost), default=0)
        way = self.columns and self.columns.cheapest_way(place, self.costs, self.cheapest)
        if way:
            return way
        if not self.every_arc:
            may_hide = {at: self.known.get(at, self.large) for at in self.costs}
            self.every_arc = free_arcs(self.table, self.values, may_hide)
        return cheapest_way(self.table, self.values, place, self.known[place], self.every_arc, self.costs)

    def hide(self, more: Mapping[int, Range]) -> None:
        """Hide more numbers."""
        self.known |= more
        self.costs |= dict.fromkeys(more, 0)
        if self.columns:
            for place, own in more.items():
                self.columns.add(place, own)
        else:
            add_arcs(self.arcs, self.table, self.values, more)


def check_threshold(threshold: int) -> None:
    """Raise UsageError if a threshold protects nobody."""
    if threshold < LEAST_THRESHOLD:
        raise UsageError(
            f"--threshold {threshold} would hide nothing that cannot be guessed",
            f"give {LEAST_THRESHOLD} or more; 5 hides numbers of 1 to 4",
        )


def share(part: Count, whole: Count) -> float | Literal["[c]"] | None:
    """Return `part` as a percentage of `whole` to one decimal: hidden if either is, None without a whole.

    >>> share(9, 50), share(HIDDEN, 32), share(0, 0)
    (18.0, '[c]', None)
    """
    if isinstance(part, str) or isinstance(whole, str):
        return HIDDEN
    return percent(part, whole)


def _one_category(table: Network, values: Values) -> list[int]:
    """Return the numbers of those groups, the whole table's among them, that are all of one category.

    A category in which nobody at all stands says nothing of one group, so its zeros are left alone.
    """
    width = table.width
    categories = width - 1
    if not table.adds_across or categories == 1:
        return []
    used = [column for column in range(categories) if any(values[column::width])]
    shown = used if len(used) > 1 else range(categories)
    return [
        start + column
        for start in range(0, len(values), width)
        if categories - values[start : start + categories].count(0) == 1
        for column in shown
    ]


def legend(threshold: int) -> str:
    """Return what `[c]` stands for."""
    most = threshold - 1
    return (
        f"{HIDDEN} = hidden to protect the people counted: a number of 1 to {most}, a group that is "
        "all in one category, or a number from which one of these could be worked out. Percentages built on "
        "a hidden number are hidden. Totals that are shown are exact."
    )
