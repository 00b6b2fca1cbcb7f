"""A reader of a published table who wants to know what was hidden, and knows everything but that.

Written without a look at how numbers are chosen for hiding: ranges narrowed by every sum until nothing
narrows any more, then a search through what is left. All answers are exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ehcp_timeline.privacy.suppress import HIDDEN, Published

FAR = 10_000
Bounds = list[list[int]]


@dataclass(frozen=True)
class Sum:
    """The cells (numbered through the whole grid) whose values add up to that of another cell."""

    parts: tuple[int, ...]
    total: int


def pinned(published: Published, true: Sequence[Sequence[int]], *, told: str) -> list[tuple[int, int]]:
    """Return the hidden cells that can have one value only.

    Args:
        published: What was published.
        true: The whole true grid, totals included: says which hidden cells are small.
        told: What the reader is told: `nothing` but that hidden numbers are no negative ones; `small`: which
            hidden numbers are below the threshold and above zero; `all`: that, and which of the others are
            at or above the threshold and which stand in a group that is all of one category.
    """
    width = len(published.grid[0])
    sums = list(_sums(published, width))
    start = [
        _known(published, row, column, true, told)
        for row in range(len(published.grid))
        for column in range(width)
    ]
    return [
        divmod(place, width)
        for place, (row, column) in enumerate(divmod(one, width) for one in range(len(start)))
        if published.grid[row][column] == HIDDEN and len(_two_values(start, sums, place)) < 2
    ]


def _known(
    published: Published, row: int, column: int, true: Sequence[Sequence[int]], told: str
) -> list[int]:
    count, value = published.grid[row][column], true[row][column]
    if count != HIDDEN:
        return [count, count]
    if told == "nothing":
        return [0, FAR]
    if 0 < value < published.threshold:
        return [1, published.threshold - 1]
    if told == "small" or _all_in_one(published, true[row]):
        return [0, FAR]
    return [published.threshold, FAR]


def _all_in_one(published: Published, row: Sequence[int]) -> bool:
    return sum(value > 0 for value in row[: len(published.table.columns)]) == 1


def _sums(published: Published, width: int) -> Iterator[Sum]:
    height = len(published.grid)
    if published.table.adds_across:
        for row in range(height):
            yield Sum(tuple(row * width + one for one in range(width - 1)), row * width + width - 1)
    if published.table.adds_down:
        for column in range(width):
            yield Sum(tuple(one * width + column for one in range(height - 1)), (height - 1) * width + column)


def _two_values(start: Bounds, sums: list[Sum], place: int) -> set[int]:
    """Return two values that a cell can have, or the only one."""
    found: set[int] = set()
    least, most = start[place]
    narrowed = _narrow([list(one) for one in start], sums)
    if narrowed is not None:
        least, most = narrowed[place]
    for value in range(least, min(most, least + 40) + 1):
        trial = [list(one) for one in start]
        trial[place] = [value, value]
        if _solvable(trial, sums):
            found.add(value)
        if len(found) == 2:
            break
    return found


def _solvable(bounds: Bounds, sums: list[Sum]) -> bool:
    narrowed = _narrow(bounds, sums)
    if narrowed is None:
        return False
    widths = [(high - low, place) for place, (low, high) in enumerate(narrowed) if high > low]
    if not widths:
        return True
    _, place = min(widths)
    low, high = narrowed[place]
    for value in range(low, high + 1):
        trial = [list(one) for one in narrowed]
        trial[place] = [value, value]
        if _solvable(trial, sums):
            return True
    return False


def _narrow(bounds: Bounds, sums: list[Sum]) -> Bounds | None:
    """Narrow every range by every sum until nothing moves; None where a range is empty."""
    moved = True
    while moved:
        moved = False
        for one in sums:
            terms = [(place, 1) for place in one.parts] + [(one.total, -1)]
            for place, sign in terms:
                least = -sum(_most(bounds, other, of) for other, of in terms if other != place)
                most = -sum(_least(bounds, other, of) for other, of in terms if other != place)
                low, high = (least, most) if sign == 1 else (-most, -least)
                new = [max(bounds[place][0], low), min(bounds[place][1], high)]
                if new[0] > new[1]:
                    return None
                moved = moved or new != bounds[place]
                bounds[place] = new
    return bounds


def _most(bounds: Bounds, place: int, sign: int) -> int:
    return bounds[place][1] if sign == 1 else -bounds[place][0]


def _least(bounds: Bounds, place: int, sign: int) -> int:
    return bounds[place][0] if sign == 1 else -bounds[place][1]
