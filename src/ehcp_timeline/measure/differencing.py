"""What two publications of the same table say together that neither says alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ehcp_timeline.measure.disclosure import HIDDEN, Count, Published

TOTAL = "Total"
Numbers = Mapping[tuple[str, str], Count]


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that two publications give away between them.

    Attributes:
        row: The group, or `Total`.
        column: The category, or `Total`.
        says: What a reader of both can tell.
    """

    row: str
    column: str
    says: str


def differences(before: Numbers, after: Numbers, threshold: int) -> tuple[Difference, ...]:
    """Return the numbers that should not be published so soon after the publication before.

    A number that moved by fewer people than the threshold shows how many joined or left; one that is hidden
    in one publication and printed in the other can be guessed from its neighbour in time.
    """
    return tuple(
        Difference(*place, says)
        for place, number in after.items()
        if place in before and (says := _says(before[place], number, threshold))
    )


def by_name(published: Published) -> Numbers:
    """Return every number of a table under the names of its row and its column, totals as `Total`."""
    return dict(_named(published))


def _named(published: Published) -> Iterator[tuple[tuple[str, str], Count]]:
    rows = (*published.rows, TOTAL) if published.adds_down else published.rows
    columns = (*published.columns, TOTAL) if published.adds_across else published.columns
    for row, counts in zip(rows, published.grid, strict=True):
        for column, count in zip(columns, counts, strict=True):
            yield (row, column), count


def _says(old: Count, new: Count, threshold: int) -> str:
    """Return what the two numbers tell together, or an empty string."""
    if old is HIDDEN and new is HIDDEN:
        return ""
    if old is HIDDEN or new is HIDDEN:
        return "hidden in one of the two, printed in the other"
    moved = abs(new - old)
    return (
        f"moved by fewer than {threshold}: the two together count those few" if 0 < moved < threshold else ""
    )
