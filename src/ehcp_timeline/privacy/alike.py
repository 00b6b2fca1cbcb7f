"""Whether a reader who knows the hiding rules, and tries every table, could still work out a hidden number.

Such a reader takes every possible table, hides its numbers as we do, and rules it out if it is printed
differently. So a table may be published only if other tables are printed just like it, and no hidden number
is the same in all of them. Those tables are found by moving people around in circles of hidden numbers, which
leaves every printed sum as it is. Either all tables that can be reached from each other are published, or
none is. So the fact that a table is published reveals only that it is one of them.
"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from math import inf

from ehcp_timeline.privacy.secondary import Arcs, Network, Range, Values, free_arcs

MOST_IN_VAIN = 100
Move = tuple[tuple[int, int], ...]  # place of a number, and one more or one less


def all_vary(
    table: Network,
    start: Values,
    hidden: frozenset[int],
    is_alike: Callable[[Values], bool],
    most: int,
) -> bool:
    """Return whether every hidden number has another value in some table that is printed alike.

    `is_alike` says whether in a table with these values the same would be hidden. At most `most` people are
    moved around a circle at a time. When `MOST_IN_VAIN` tables in a row have let no further number vary,
    those left count as known.
    """
    missing = set(hidden)
    seen, alike, in_vain = {start}, [start], 0
    for everywhere in (False, True):
        for values in alike:
            for people, move in _steps(table, hidden, missing, most, everywhere=everywhere):
                other = _moved(values, people, move)
                if other is None or other in seen:
                    continue
                seen.add(other)
                in_vain += 1
                if is_alike(other):
                    alike.append(other)
                    varied = {place for place in missing if other[place] != start[place]}
                    missing -= varied
                    in_vain = 0 if varied else in_vain
                if not missing or in_vain == MOST_IN_VAIN:
                    return not missing
    return False


def _moved(values: Values, people: int, move: Move) -> Values | None:
    """Return a table after so many people moved around a circle; None if a number would be below zero."""
    moved = list(values)
    for place, step in move:
        moved[place] += people * step
        if moved[place] < 0:
            return None
    return tuple(moved)


def _steps(
    table: Network, hidden: frozenset[int], missing: set[int], most: int, *, everywhere: bool
) -> Iterator[tuple[int, Move]]:
    """Yield how many people to move around which circle: those of numbers not yet varied, or all."""
    people = [sign * size for size in range(1, most + 1) for sign in (1, -1)]
    for place in sorted(missing):
        for number in people:
            if place in missing:
                yield number, _circle(table, hidden, place)
    for number, place in product(people, sorted(hidden)):
        for move in _moves(table, hidden, place) if everywhere or place in missing else ():
            if everywhere or place in missing:
                yield number, move


@cache
def _moves(table: Network, hidden: frozenset[int], place: int) -> tuple[Move, ...]:
    """Return a shortest circle through a hidden number, and those without one of its others or by one row."""
    width = table.width
    rows = [frozenset(range(start, start + width)) for start in range(0, len(table.tails), width)]
    without = [hidden - {other} for other, _ in _circle(table, hidden, place) if other != place]
    pairs = [hidden & (rows[place // width] | row) for row in rows]
    return tuple(dict.fromkeys(_circle(table, some, place) for some in (hidden, *without, *pairs)))


@cache
def _circle(table: Network, hidden: frozenset[int], place: int) -> Move:
    """Return a shortest circle that adds one to a number and keeps every sum; empty where there is none."""
    arcs = _arcs(table, hidden)
    goal, start = table.tails[place], table.heads[place]
    before: dict[int, tuple[int, int, int]] = {start: (start, place, 1)}
    waiting = deque([start])
    while waiting and goal not in before:
        node = waiting.popleft()
        for along, to in arcs[node]:
            if to not in before and along != place:
                before[to] = (node, along, 1 if table.tails[along] == node else -1)
                waiting.append(to)
    if goal not in before:
        return ()
    move, node = [(place, 1)], goal
    while node != start:
        node, along, step = before[node]
        move.append((along, step))
    return tuple(sorted(move))


@cache
def _arcs(table: Network, hidden: frozenset[int]) -> Arcs:
    """Return every way along hidden numbers, however small they are."""
    return free_arcs(table, (0,) * len(table.tails), dict.fromkeys(sorted(hidden), Range(-1, inf)))
