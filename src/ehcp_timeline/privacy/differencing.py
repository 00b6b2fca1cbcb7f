"""What two publications of the same table, one read back, say together that neither says alone."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import read_text
from ehcp_timeline.privacy.suppress import HIDDEN, Count

TOTAL = "Total"
_MOST_WARNINGS = 20
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


_MOST = 10_000_000  # bytes: a published table has some hundred lines


def warnings(
    path: Path,
    lines: Iterable[Mapping[str, Any]],
    by: Sequence[str],
    threshold: int,
    lines_of: Callable[[Any], Iterable[Any]] = lambda answer: answer.get("rows", answer.get("lines")),
) -> Iterator[str]:
    """Yield what an earlier publication gives away together with this one.

    Args:
        path: The earlier one, as the same command wrote it as CSV or JSON.
        lines: This one, line by line.
        by: The columns that name a line.
        threshold: Numbers of people below it are hidden.
        lines_of: Gives the lines of the earlier one, where it is JSON.

    Raises:
        CaseFileError: The file cannot be read, or is no such table.
    """
    before = numbers(_read(path, by, lines_of), by)
    if not before:
        raise _no_table(path, by)
    revealing = differences(before, numbers(lines, by), threshold)
    yield f"{path}: {len(revealing)} numbers that the two publications give away together."
    for difference in revealing[:_MOST_WARNINGS]:
        yield f"  {difference.row}, {difference.column}: {difference.says}"
    if len(revealing) > _MOST_WARNINGS:
        yield f"  and {len(revealing) - _MOST_WARNINGS} more; publish less often, or in larger groups"


def numbers(lines: Iterable[Mapping[str, Any]], by: Sequence[str]) -> Numbers:
    """Return the whole numbers and the hidden ones under the names of their lines and columns.

    Percentages say nothing that those do not.
    """
    return {
        (" ".join(str(line[name]) for name in by if line[name] is not None), str(column)): number
        for line in lines
        if all(name in line for name in by)
        for column, value in line.items()
        if column not in by and (number := _number(str(value).strip())) is not None
    }


def _number(word: str) -> Count | None:
    if word == HIDDEN.value:
        return HIDDEN
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else None


def _read(
    path: Path, by: Sequence[str], lines_of: Callable[[Any], Iterable[Any]]
) -> Iterable[Mapping[str, Any]]:
    text = read_text(path, most=_MOST)
    if not text.lstrip().startswith("{"):
        return csv.DictReader(text.splitlines())
    try:
        return [line for line in lines_of(json.loads(text)) if isinstance(line, dict)]
    except (ValueError, AttributeError, LookupError, TypeError, RecursionError) as error:
        raise _no_table(path, by) from error


def _no_table(path: Path, by: Sequence[str]) -> CaseFileError:
    hint = "give what the same command wrote for publication, as JSON or, of a table, CSV"
    return CaseFileError(f"{path} is not a published table by {' and '.join(by)}", hint)
