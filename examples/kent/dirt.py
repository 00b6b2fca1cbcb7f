"""Spoil about one in a hundred dates and codes, in the ways in which real files are spoilt."""

from collections.abc import Sequence
from datetime import date
from random import Random

SHARE = 0.01
NOT_A_DATE = ("31/02/2025", "TBC", "N/A", "#N/A", "1900-01-01")
NOT_A_CODE = ("unknown", "other", "see notes")
CODED = frozenset(
    {"review_outcome", "transfer_kind", "order_kind", "agreement_kind", "appeal_ground", "appeal_outcome"}
)


def spoil(rng: Random, header: Sequence[str], lines: list[list[str]]) -> None:
    """Spoil cells of the lines in place; half of the spoilt dates are only written day first."""
    coded = [column in CODED for column in header]
    for line in lines:
        for number, cell in enumerate(line):
            if not cell or rng.random() >= SHARE:
                continue
            if coded[number]:
                line[number] = rng.choice(NOT_A_CODE)
            elif cell[4:5] == "-":
                line[number] = _spoilt_date(rng, cell)


def _spoilt_date(rng: Random, cell: str) -> str:
    if rng.random() < 0.5:
        day = date.fromisoformat(cell)
        return f"{day.day}/{day.month}/{day.year}"
    return rng.choice(NOT_A_DATE)
