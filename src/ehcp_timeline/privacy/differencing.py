"""What two publications of the same table, one read back, say together that neither says alone."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import read_text
from ehcp_timeline.privacy.suppress import HIDDEN, Count, Published

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


WRITTEN_HIDDEN = "[c]"
_MOST = 10_000_000  # bytes: a published table has some hundred lines

Place = tuple[str, str]


def read_published(path: Path, by: str) -> Mapping[Place, int | None]:
    """Return each number under the names of its row and column; None where it was hidden.

    Args:
        path: A table that `ehcp overdue --disclosure suppress` wrote as CSV or JSON.
        by: The column that holds the names of the rows.

    Raises:
        CaseFileError: The file cannot be read, or is no such table.
    """
    text = read_text(path, most=_MOST)
    numbers = dict(_numbers(_lines(path, by, text), by))
    if not numbers:
        raise _no_table(path, by)
    return numbers


def _lines(path: Path, by: str, text: str) -> Iterable[Mapping[str, Any]]:
    if not text.lstrip().startswith("{"):
        return csv.DictReader(text.splitlines())
    try:
        lines = json.loads(text)["rows"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_table(path, by) from error
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def _numbers(lines: Iterable[Mapping[str, Any]], by: str) -> Iterator[tuple[Place, int | None]]:
    """Yield the whole numbers and the hidden ones; percentages say nothing that those do not."""
    for line in lines:
        name = line.get(by)
        for column, value in line.items():
            word = str(value).strip()
            if name is not None and column != by and (word == WRITTEN_HIDDEN or _is_whole(word)):
                yield (str(name), str(column)), None if word == WRITTEN_HIDDEN else int(word)


def _is_whole(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10


def _no_table(path: Path, by: str) -> CaseFileError:
    hint = f"give what `ehcp overdue --disclosure suppress --by {by}` wrote as CSV or JSON"
    return CaseFileError(f"{path} is not a published table by {by}", hint)
