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
from dataclasses import dataclass

Cell = tuple[int, int]
Node = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Range:
    """The values that a reader may think possible; `most` is None where nothing bounds it."""

    least: int
    most: int | None

    def allows_more(self, value: int) -> bool:
        """Return whether a number with this value could be one more."""
        return self.most is None or value < self.most


@dataclass(frozen=True, slots=True)
class Edge:
    """One number of a table: one more of it flows from `tail` to `head`."""

    cell: Cell
    value: int
    tail: Node
    head: Node


Arcs = Mapping[Node, list[tuple[Cell, Node]]]


def free_arcs(edges: Iterable[Edge], hidden: Mapping[Cell, Range]) -> Arcs:
    """Return the ways in which one unit may move along hidden numbers, each staying in its range."""
    arcs: dict[Node, list[tuple[Cell, Node]]] = defaultdict(list)
    for edge in edges:
        if edge.cell in hidden:
            if hidden[edge.cell].allows_more(edge.value):
                arcs[edge.tail].append((edge.cell, edge.head))
            if edge.value > hidden[edge.cell].least:
                arcs[edge.head].append((edge.cell, edge.tail))
    return arcs


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


def cheapest_way(
    edge: Edge,
    edges: Iterable[Edge],
    hidden: Mapping[Cell, Range],
    may_hide: Mapping[Cell, Range],
    prices: Mapping[Cell, int],
) -> tuple[Cell, ...] | None:
    """Return what else must be hidden so that a hidden number could have another value.

    `hidden` and `may_hide` give the range that a reader knows, or would then know, of each number. Returned
    are cells of `may_hide`: none if it could have another value as things stand; None if nothing helps.
    """
    known = {**may_hide, **hidden}
    arcs = free_arcs((other for other in edges if other.cell != edge.cell), known)
    own, ways = hidden[edge.cell], []
    costs = {cell: 0 if cell in hidden else prices[cell] for cell in known}
    if own.allows_more(edge.value):
        ways.append(_cheapest_path(arcs, costs, edge.head, edge.tail))
    if edge.value > own.least:
        ways.append(_cheapest_path(arcs, costs, edge.tail, edge.head))
    cheapest = min((way for way in ways if way is not None), default=None)
    return None if cheapest is None else tuple(cell for cell in cheapest[1] if cell not in hidden)


def _cheapest_path(
    arcs: Arcs, costs: Mapping[Cell, int], start: Node, goal: Node
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
                if to not in paid:
                    heapq.heappush(waiting, (price + costs[cell], (*cells, cell), to))
    return None
