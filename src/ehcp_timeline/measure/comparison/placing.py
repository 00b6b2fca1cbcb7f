"""Where one figure stands among those of all authorities: rank, quartile, and what the top quartile takes."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from ehcp_timeline.law.kpis import Better


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a figure stands.

    Attributes:
        rank: 1 for the best; equal figures share the better rank.
        of: How many figures there are.
        quartile: 1 for the best quarter, 4 for the last.
    """

    rank: int
    of: int
    quartile: int


def standing(value: float, values: Collection[float], better: Better) -> Standing:
    """Return where a figure stands among others, itself one of them.

    A quartile is a quarter of the ranks: of 150, ranks 1 to 37 are the first, 38 to 75 the second.

    >>> standing(33.3, [80.0, 70.0, 33.3, 10.0], "higher")
    Standing(rank=3, of=4, quartile=3)
    >>> standing(5.0, [5.0, 5.0, 7.0, 9.0], "lower").rank
    1
    """
    above = sum(other > value if better == "higher" else other < value for other in values)
    rank, of = above + 1, len(values)
    return Standing(rank, of, ceil(4 * rank / of))


def top_quartile_from(values: Collection[float], better: Better) -> float | None:
    """Return the figure that is last in the top quartile; None where there are fewer than four.

    >>> top_quartile_from([90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0], "higher")
    80.0
    """
    ordered = sorted(values, reverse=better == "higher")
    places = len(ordered) // 4
    return ordered[places - 1] if places else None


def cases_short(part: int, whole: int, wanted: float, better: Better) -> int:
    """Return how many cases more above the line, or fewer, make a percentage as good as `wanted`.

    What stands below the line stays as it is. 0 where it is as good already.

    >>> cases_short(784, 2424, 79.4, "higher"), cases_short(80, 100, 79.4, "higher")
    (1141, 0)
    >>> cases_short(12, 100, 5.0, "lower")
    7
    """
    enough = Fraction(Decimal(str(wanted))) * whole / 100
    return max(0, ceil(enough) - part if better == "higher" else part - floor(enough))
