"""Percentages and means as published tables print them: one decimal, halves up."""

from decimal import ROUND_HALF_UP, Decimal

ONE_DECIMAL = Decimal("0.1")


def percent(part: int, whole: int) -> float | None:
    """Return `part` as a percentage of `whole`, to one decimal; None where there is no whole.

    >>> percent(1, 16), percent(3, 0)
    (6.3, None)
    """
    return one_decimal(100 * part, whole)


def one_decimal(part: int, whole: int) -> float | None:
    """Return `part / whole` to one decimal, halves up; None where there is no whole.

    >>> one_decimal(5, 20)
    0.3
    """
    if whole == 0:
        return None
    return float((Decimal(part) / Decimal(whole)).quantize(ONE_DECIMAL, ROUND_HALF_UP))
