"""Which further numbers to hide so that no hidden number can be worked out from its sums.

A table with totals is a network: every sum is a node, every number an edge between its two sums. A hidden
number can take another value exactly if some round trip through its edge changes only hidden numbers, each
staying in the range that a reader knows for it; moving one unit along the trip keeps every sum right. Because
the network has whole numbers for bounds, this test is exact: if there is no such trip, the number is known (a
cycle of the residual graph; Kelly, Golden and Assad, Networks 22, 1992).
"""

import heapq
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from ehcp_timeline.record import record

Values = tuple[int, ...]
"""All numbers of a table, row by row, totals included: each has its place in them."""
Arcs = Sequence[list[tuple[int, int]]]
"""For each node the places along which one unit may leave it, each with the node it comes to."""
_OUTSIDE = 0


class Range(NamedTuple):
    """The values that a reader may think possible; `most` is infinite where nothing bounds it."""

    least: int
    most: float


@record(frozen=True, eq=False, slots=True)
class Network:
    """The places of a table's numbers: one more of a number flows from its `tails` to its `heads`.

    Attributes:
        width: How many numbers stand in a row, its total included.
        adds_across: Whether the last of them is a total.
        totals: 0 for a number of one group in one category, 1 for a total, 2 for the grand total.
    """

    width: int
    adds_across: bool
    tails: Values
    heads: Values
    totals: Values
    nodes: int

    @property
    def adds_both(self) -> bool:
        """Whether it adds up across and down, so that every number stands between a row and a column."""
        return self.totals[-1:] == (2,)


@cache
def network(groups: int, categories: int, adds_across: bool, adds_down: bool) -> Network:
    """Return the network of all tables of a shape.

    A total flows against the numbers that it is the total of, so that what flows into a sum flows out of it.
    """
    height, width = groups + adds_down, categories + adds_across
    tails, heads, totals = list[int](), list[int](), list[int]()
    for row in range(height):
        for column in range(width):
            total = (row == groups) + (column == categories)
            across = 1 + row if adds_across else _OUTSIDE
            down = 1 + height + column if adds_down else _OUTSIDE
            tails.append(down if total == 1 else across)
            heads.append(across if total == 1 else down)
            totals.append(total)
    return Network(width, adds_across, tuple(tails), tuple(heads), tuple(totals), 1 + height + width)


def free_arcs(table: Network, values: Values, hidden: Mapping[int, Range]) -> Arcs:
    """Return the ways in which one unit may move along hidden numbers, each staying in its range."""
    arcs: Arcs = [[] for _ in range(table.nodes)]
    add_arcs(arcs, table, values, hidden)
    return arcs


def add_arcs(arcs: Arcs, table: Network, values: Values, hidden: Mapping[int, Range]) -> None:
    """Add the ways along those of some numbers that are hidden."""
    for place, (least, most) in hidden.items():
        tail, head = table.tails[place], table.heads[place]
        if values[place] < most:
            arcs[tail].append((place, head))
        if values[place] > least:
            arcs[head].append((place, tail))


def can_vary(table: Network, values: Values, place: int, own: Range, arcs: Arcs) -> bool:
    """Say whether a hidden number could have another value with nothing else hidden: whether it is safe."""
    tail, head = table.tails[place], table.heads[place]
    return (values[place] < own.most and _is_way(arcs, place, head, tail)) or (
        values[place] > own.least and _is_way(arcs, place, tail, head)
    )


def _is_way(arcs: Arcs, without: int, start: int, goal: int) -> bool:
    met, waiting = {start}, [start]
    while waiting:
        for place, to in arcs[waiting.pop()]:
            if place != without and to not in met:
                if to == goal:
                    return True
                met.add(to)
                waiting.append(to)
    return start == goal


def cheapest_way(
    table: Network, values: Values, place: int, own: Range, arcs: Arcs, costs: Mapping[int, int]
) -> Values | None:
    """Return the cheapest way for one unit to move so that a hidden number has another value, or None.

    `own` is the range that a reader knows of it; `arcs` are the ways along every number that is hidden, or
    may be, and `costs` what each costs: nothing for one that is hidden.
    """
    tail, head = table.tails[place], table.heads[place]
    ways = []
    if values[place] < own.most:
        ways.append(_cheapest_path(arcs, costs, place, head, tail))
    if values[place] > own.least:
        ways.append(_cheapest_path(arcs, costs, place, tail, head))
    cheapest = min((way for way in ways if way is not None), default=None)
    return None if cheapest is None else cheapest[1]


def _cheapest_path(
    arcs: Arcs, costs: Mapping[int, int], without: int, start: int, goal: int
) -> tuple[int, Values] | None:
    """Return the price and the places of the cheapest path (Dijkstra), or None where there is none."""
    paid = set[int]()
    waiting: list[tuple[int, Values, int]] = [(0, (), start)]
    while waiting:
        price, places, node = heapq.heappop(waiting)
        if node == goal:
            return price, places
        if node not in paid:
            paid.add(node)
            for place, to in arcs[node]:
                if to not in paid and place != without:
                    heapq.heappush(waiting, (price + costs[place], (*places, place), to))
    return None
