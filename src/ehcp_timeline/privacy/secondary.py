"""Which further numbers to hide so that no hidden number can be worked out from the sums it stands in.

A table with totals is a network: every sum is a node, every number an edge between the two sums it stands
in. A hidden number can take another value exactly if some round trip through its edge changes only hidden
numbers, each staying in the range that a reader knows for it; moving one unit along the trip keeps every sum
right. Because the network has whole numbers for bounds, this test is exact: where there is no such trip, the
number is known (a cycle of the residual graph; Kelly, Golden and Assad, Networks 22, 1992).
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Cell = tuple[int, int]
Node = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Range:
    """The values that a reader may think possible; `most` is None where nothing bounds it."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    """One number of a table: one more of it flows from `tail` to `head`."""

    cell: Cell
    value: int
    tail: Node
    head: Node


@dataclass(frozen=True, slots=True)
class _Arc:
    """One unit more or less of a number that may change, and what it costs to let it."""

    cell: Cell
    to: Node
    price: int


def cheapest_way(
    edge: Edge,
    edges: Iterable[Edge],
    hidden: Mapping[Cell, Range],
    may_hide: Mapping[Cell, Range],
    prices: Mapping[Cell, int],
) -> tuple[Cell, ...] | None:
    """Return what else must be hidden so that a hidden number could have another value.

    Args:
        edge: The hidden number.
        edges: Every number of the table.
        hidden: What is hidden already, with the range that a reader knows.
        may_hide: What could be hidden besides, with the range that a reader would then know.
        prices: What hiding each of these costs.

    Returns:
        Cells of `may_hide`; none if it could have another value as things stand; None if nothing helps.
    """
    known = {**may_hide, **hidden}
    arcs = _arcs((other for other in edges if other.cell != edge.cell), known, hidden, prices)
    ways = []
    up, down = _can_move(edge, hidden[edge.cell])
    if up:
        ways.append(_cheapest_path(arcs, edge.head, edge.tail))
    if down:
        ways.append(_cheapest_path(arcs, edge.tail, edge.head))
    cheapest = min((way for way in ways if way is not None), default=None)
    return None if cheapest is None else tuple(cell for cell in cheapest[1] if cell not in hidden)


def _can_move(edge: Edge, known: Range) -> tuple[bool, bool]:
    """Return whether the number could be one more, and whether it could be one less."""
    return known.most is None or edge.value < known.most, edge.value > known.least


def _arcs(
    edges: Iterable[Edge],
    known: Mapping[Cell, Range],
    hidden: Mapping[Cell, Range],
    prices: Mapping[Cell, int],
) -> Mapping[Node, list[_Arc]]:
    arcs: dict[Node, list[_Arc]] = {}
    for edge in edges:
        if edge.cell not in known:
            continue
        price = 0 if edge.cell in hidden else prices[edge.cell]
        up, down = _can_move(edge, known[edge.cell])
        if up:
            arcs.setdefault(edge.tail, []).append(_Arc(edge.cell, edge.head, price))
        if down:
            arcs.setdefault(edge.head, []).append(_Arc(edge.cell, edge.tail, price))
    return arcs


def _cheapest_path(
    arcs: Mapping[Node, list[_Arc]], start: Node, goal: Node
) -> tuple[int, tuple[Cell, ...]] | None:
    """Return the price and the cells of the cheapest path (Dijkstra), or None where there is none."""
    paid: dict[Node, int] = {}
    waiting: list[tuple[int, tuple[Cell, ...], Node]] = [(0, (), start)]
    while waiting:
        price, cells, node = heapq.heappop(waiting)
        if node == goal:
            return price, cells
        if node in paid:
            continue
        paid[node] = price
        for arc in arcs.get(node, ()):
            if arc.to not in paid:
                heapq.heappush(waiting, (price + arc.price, (*cells, arc.cell), arc.to))
    return None
