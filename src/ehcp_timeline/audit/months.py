"""Months without a day: which ends of the months of one case are judged together.

A verdict is kept if it is the same for every choice of month ends. Two dates decide most verdicts, the start
and the answer, so each pair of cells takes each pair of ends. Not every combination of many cells is tried.
"""

from collections.abc import Collection
from typing import Final

CELLS: Final = 11  # bits of the number of a cell: 256 events on 8 rows
_ON_A_ROW: Final = 8


def cell_number(event: int, row: int) -> int:
    """Return the number of a cell: of two that decide a verdict together, no two have the same.

    Args:
        event: Place of its event among all events.
        row: Place of its row among those of its case.

    >>> cell_number(3, 0), cell_number(3, 1)
    (3, 259)
    """
    return event + (row % _ON_A_ROW << CELLS - 3)


def ends(numbers: Collection[int]) -> list[tuple[int, int]]:
    """Return the choices of ends: a bit, and the value that it has in the numbers of cells at the last day.

    The first choice is the first day for every cell, the next the last day for every cell.

    >>> ends([4])
    [(11, 1), (11, 0)]
    >>> ends([4, 5])
    [(11, 1), (11, 0), (0, 1), (0, 0)]
    """
    differing = [bit for bit in range(CELLS) if len({number >> bit & 1 for number in numbers}) > 1]
    return [(bit, value) for bit in (CELLS, *differing) for value in (1, 0)]
