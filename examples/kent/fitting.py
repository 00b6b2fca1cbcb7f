"""Find whole numbers behind printed percentages.

A committee paper prints 61.5% and not the count it came from. Only few small fractions round to 61.5
(8/13, 16/26, 24/39 ...), and the printed total of a column must come out of the sums of its rows: that
leaves numbers close to what a district of its size must have had. Percentages are held in tenths (615) and
rounded half up, in whole numbers, so that nothing depends on binary fractions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Way:
    """A choice of fractions and its sums.

    `cost` adds up the squared distances from the wanted wholes, each in proportion to what is wanted.
    """

    cost: float
    part: int
    whole: int
    chosen: tuple[Share, ...]


def tenths(part: int, whole: int) -> int:
    """Percentage in tenths, rounded half up: 1 of 16 (6.25%) is 63, printed 6.3."""
    return (2000 * part + whole) // (2 * whole)


def shares(printed: int, wanted: int) -> list[Share]:
    """Every fraction that prints so with a whole of at most twice what is wanted, nearest to it first."""
    fits = [
        Share(part, whole)
        for whole in range(1, 2 * wanted + 6)
        for part in (printed * whole // 1000, printed * whole // 1000 + 1)
        if part <= whole and tenths(part, whole) == printed
    ]
    return sorted(fits, key=lambda share: (abs(share.whole - wanted), share.whole))


def share_of(printed: int, whole: int) -> Share:
    """The fraction of this whole that prints so.

    Raises:
        ValueError: No part of this whole prints so.
    """
    for share in shares(printed, whole):
        if share.whole == whole:
            return share
    raise ValueError(f"no part of {whole} is printed {printed / 10}%")


def shares_of_one_whole(printed: Sequence[int], wanted: int) -> tuple[Share, ...]:
    """Fractions of one common whole, nearest to what is wanted, that print as the given percentages."""
    candidates = [{share.whole: share for share in shares(one, wanted)} for one in printed]
    common = set.intersection(*(set(by_whole) for by_whole in candidates))
    whole = min(common, key=lambda each: (abs(each - wanted), each))
    return tuple(by_whole[whole] for by_whole in candidates)


def shares_with_total(printed: Mapping[str, int], total: int, wanted: Mapping[str, int]) -> dict[str, Share]:
    """One fraction for each printed row such that their sums print as the total.

    Rows are joined one by one. A way to choose is known by how far its sums stand from the printed total
    (0 is exactly on it); of the ways that stand about equally far, only the one nearest to what is wanted
    is kept.

    Raises:
        ValueError: No way that was kept prints as the total.
    """
    ways = [Way(0.0, 0, 0, ())]
    for row, percent in printed.items():
        ways = _join(ways, shares(percent, wanted[row])[:12], wanted[row], total)
    fits = [way for way in ways if tenths(way.part, way.whole) == total]
    if not fits:
        raise ValueError(f"no denominators near {dict(wanted)} print the total {total / 10}%")
    return dict(zip(printed, min(fits, key=lambda way: way.cost).chosen, strict=True))


def _join(ways: list[Way], options: list[Share], wanted: int, total: int) -> list[Way]:
    """Every way with every fraction of one more row: the nearest at about each distance from the total."""
    nearest: dict[int, Way] = {}
    for way in ways:
        for share in options:
            part, whole = way.part + share.part, way.whole + share.whole
            cost = way.cost + (share.whole - wanted) ** 2 / wanted
            distance = (1000 * part - total * whole) // 50
            if distance not in nearest or cost < nearest[distance].cost:
                nearest[distance] = Way(cost, part, whole, (*way.chosen, share))
    return list(nearest.values())
