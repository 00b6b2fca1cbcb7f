"""Whether a reader who knows the hiding rules, and tries every table, could still work out a hidden number.

Such a reader takes every possible table, hides its numbers as we do, and rules it out if it is printed
differently. So a table may be published only if other tables are printed just like it, and no hidden number
is the same in all of them. Those tables are found by moving people around in circles of hidden numbers, which
leaves every printed sum as it is. Either all tables that can be reached from each other are published, or
none is. So the fact that a table is published reveals only that it is one of them.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import product

from ehcp_timeline.privacy.secondary import Cell, Edge, Node

MOST_TABLES = 400
Values = tuple[int, ...]
Move = tuple[tuple[int, int], ...]  # place of an edge, and one more or one less


def all_vary(
    edges: Sequence[Edge],
    hidden: frozenset[Cell],
    hides: Callable[[Values], frozenset[Cell] | None],
    most: int,
) -> bool:
    """Return whether every hidden number has another value in some table that is printed alike.

    `hides` says what would be hidden in a table with these values, one for each edge; None for all. At most
    `most` people are moved around a circle at a time. At most `MOST_TABLES` tables are tried; what has not
    varied by then counts as known.
    """
    start = tuple(edge.value for edge in edges)
    places = {place for place, edge in enumerate(edges) if edge.cell in hidden}
    moves, varied = _moves(edges, places), set[int]()
    steps = [sign * size for size in range(1, most + 1) for sign in (1, -1)]
    seen, waiting = {start}, deque([start])
    while waiting and not places <= varied and len(seen) < MOST_TABLES:
        values = waiting.popleft()
        for people, move in product(steps, moves):
            moved = list(values)
            for place, step in move:
                moved[place] += people * step
            other = tuple(moved)
            if other in seen or min(other) < 0:
                continue
            seen.add(other)
            if hides(other) == hidden:
                waiting.append(other)
                varied |= {place for place in places if other[place] != start[place]}
    return places <= varied


def _moves(edges: Sequence[Edge], places: set[int]) -> list[Move]:
    """Return short circles through each hidden number, and others that leave out one number of those."""
    moves: dict[Move, None] = {}
    for place in sorted(places):
        circle = _circle(edges, places, place)
        others = [_circle(edges, places - {left_out}, place) for left_out, _ in circle if left_out != place]
        moves.update((move, None) for move in (circle, *others) if move)
    return list(moves)


def _circle(edges: Sequence[Edge], places: set[int], place: int) -> Move:
    """Return a shortest circle that adds one to a number and keeps every sum; empty where there is none."""
    arcs: dict[Node, list[tuple[Node, int, int]]] = defaultdict(list)
    for other in sorted(places - {place}):
        tail, head = edges[other].tail, edges[other].head
        arcs[tail].append((head, other, 1))
        arcs[head].append((tail, other, -1))
    goal, start = edges[place].tail, edges[place].head
    before: dict[Node, tuple[Node, int, int]] = {start: (start, place, 1)}
    waiting = deque([start])
    while waiting and goal not in before:
        node = waiting.popleft()
        for to, along, step in arcs.get(node, ()):
            if to not in before:
                before[to] = (node, along, step)
                waiting.append(to)
    if goal not in before:
        return ()
    move, node = [(place, 1)], goal
    while node != start:
        node, along, step = before[node]
        move.append((along, step))
    return tuple(sorted(move))
