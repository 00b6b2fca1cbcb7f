"""Which further numbers to hide so that no hidden number can be worked out from its sums.

A table with totals is a network: every sum is a node, every number an edge between its two sums. A hidden
number can take another value exactly if some round trip through its edge changes only hidden numbers, each
staying in the range that a reader knows for it; moving one unit along the trip keeps every sum right. Because
the network has whole numbers for bounds, this test is exact: if there is no such trip, the number is known (a
cycle of the residual graph; Kelly, Golden and Assad, Networks 22, 1992).
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Cell = tuple[int, int]
Node = tuple[str, int]


class Range(NamedTuple):
    """The values that a reader may think possible; `most` is None where nothing bounds it."""

    least: int
    most: int | None

    def allows_more(self, value: int) -> bool:
        """Return whether a number with this value could be one more."""
        return self.most is None or value < self.most


class Edge(NamedTuple):
    """One number of a table: one more of it flows from `tail` to `head`."""

    cell: Cell
    value: int
    tail: Node
    head: Node


Arcs = dict[Node, list[tuple[Cell, Node]]]


def free_arcs(edges: Iterable[Edge], hidden: Mapping[Cell, Range]) -> Arcs:
    """Return the ways in which one unit may move along hidden numbers, each staying in its range."""
    arcs: Arcs = defaultdict(list)
    add_arcs(arcs, edges, hidden)
    return arcs


def add_arcs(arcs: Arcs, edges: Iterable[Edge], hidden: Mapping[Cell, Range]) -> None:
    """Add the ways along those of some numbers that are hidden."""
    for edge in edges:
        own = hidden.get(edge.cell)
        if own is not None:
            if own.allows_more(edge.value):
                arcs[edge.tail].append((edge.cell, edge.head))
            if edge.value > own.least:
                arcs[edge.head].append((edge.cell, edge.tail))


def can_vary(edge: Edge, own: Range, arcs: Arcs) -> bool:
    """Say whether a hidden number could have another value with nothing else hidden: whether it is safe."""
    return (own.allows_more(edge.value) and _is_way(arcs, edge.cell, edge.head, edge.tail)) or (
        edge.value > own.least and _is_way(arcs, edge.cell, edge.tail, edge.head)
    )


def _is_way(arcs: Arcs, without: Cell, start: Node, goal: Node) -> bool:
    met, waiting = {start}, [start]
    while waiting:
        for cell, to in arcs.get(waiting.pop(), ()):
            if cell != without and to not in met:
                if to == goal:
                    return True
                met.add(to)
                waiting.append(to)
    return start == goal


def cheapest_way(edge: Edge, own: Range, arcs: Arcs, costs: Mapping[Cell, int]) -> tuple[Cell, ...] | None:
    """Return the numbers along which one unit could move so that a hidden number has another value.

    Args:
        edge: The hidden number.
        own: The range that a reader knows of it.
        arcs: The ways along every number that is hidden, or may be.
        costs: What each of them costs; nothing for one that is hidden.

    Returns:
        The cheapest of such ways; None if there is none.
    """
    ways = []
    if own.allows_more(edge.value):
        ways.append(_cheapest_path(arcs, costs, edge.cell, edge.head, edge.tail))
    if edge.value > own.least:
        ways.append(_cheapest_path(arcs, costs, edge.cell, edge.tail, edge.head))
    cheapest = min((way for way in ways if way is not None), default=None)
    return None if cheapest is None else cheapest[1]


def _cheapest_path(
    arcs: Arcs, costs: Mapping[Cell, int], without: Cell, start: Node, goal: Node
) -> tuple[int, tuple[Cell, ...]] | None:
    """Return the price and the cells of the cheapest path (Dijkstra), or None where there is none."""
    paid = set[Node]()
    waiting: list[tuple[int, tuple[Cell, ...], Node]] = [(0, (), start)]
    while waiting:
        price, cells, node = heapq.heappop(waiting)
        if node == goal:
            return price, cells
        if node not in paid:
            paid.add(node)
            for cell, to in arcs.get(node, ()):
                if to not in paid and cell != without:
                    heapq.heappush(waiting, (price + costs[cell], (*cells, cell), to))
    return None
