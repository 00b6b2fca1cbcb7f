"""What two publications of the same table, one read back, give away together but not alone."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import read_text
from ehcp_timeline.privacy.suppress import HIDDEN, Count

TOTAL = "Total"
_MOST_WARNINGS = 20
Numbers = Mapping[tuple[str, str], Count]


def differences(before: Numbers, after: Numbers, threshold: int) -> dict[tuple[str, str], str]:
    """Return the numbers that should not be published so soon after the publication before.

    Each is named by its group and its category, or `Total`, with what a reader of both can tell.
    A number that moved by fewer people than the threshold shows how many joined or left; one that is hidden
    in one publication and printed in the other can be guessed from its neighbour in time.
    """
    found = {}
    for place, new in after.items():
        old = before.get(place, new)
        if (old == HIDDEN) != (new == HIDDEN):
            found[place] = "hidden in one of the two, printed in the other"
        elif isinstance(old, int) and isinstance(new, int) and 0 < abs(new - old) < threshold:
            found[place] = f"moved by fewer than {threshold}: the two together count those few"
    return found


_MOST = 10_000_000  # bytes: a published table has some hundred lines


def warnings(
    path: Path | None,
    lines: Iterable[Mapping[str, Any]],
    by: Sequence[str],
    threshold: int,
    lines_of: Callable[[Any], Iterable[Any]] = lambda answer: answer.get("rows", answer.get("lines")),
) -> list[str]:
    """Return what an earlier publication, as CSV or JSON of the same command, gives away with these lines.

    Nothing if there was none. `by` are the columns that name a line; `lines_of` gives the lines of an
    earlier one that is JSON. Call it before anything is written: a file that is no publication is refused.

    Raises:
        CaseFileError: The file cannot be read, or is no such table.
    """
    if path is None:
        return []
    hint = "give what the same command wrote for publication, as JSON or, of a table, CSV"
    no_table = CaseFileError(f"{path} is not a published table by {' and '.join(by)}", hint)
    text = read_text(path, most=_MOST)
    rows: Iterable[Mapping[str, Any]]
    try:
        if text.lstrip().startswith("{"):
            rows = [line for line in lines_of(json.loads(text)) if isinstance(line, dict)]
        else:
            rows = csv.DictReader(text.splitlines())
        before = _numbers(rows, by)
    except (ValueError, AttributeError, LookupError, TypeError, RecursionError, csv.Error) as error:
        raise no_table from error
    if not before:
        raise no_table
    revealing = differences(before, _numbers(lines, by), threshold)
    more = len(revealing) - _MOST_WARNINGS
    return [
        f"{path}: {len(revealing)} numbers that the two publications give away together.",
        *(f"  {row}, {column}: {says}" for (row, column), says in list(revealing.items())[:_MOST_WARNINGS]),
        *([f"  and {more} more; publish less often, or in larger groups"] if more > 0 else []),
    ]


def _numbers(lines: Iterable[Mapping[str, Any]], by: Sequence[str]) -> Numbers:
    """Return the whole numbers and the hidden ones under the names of their lines and columns.

    Percentages say nothing that those do not.
    """
    numbers: dict[tuple[str, str], Count] = {}
    for line in lines:
        if all(name in line for name in by):
            group = " ".join(str(line[name]) for name in by if line[name] is not None)
            for column, value in line.items():
                word = str(value).strip()
                if column not in by and word == HIDDEN:
                    numbers[group, str(column)] = HIDDEN
                elif column not in by and word.isascii() and word.isdigit() and len(word) < 10:
                    numbers[group, str(column)] = int(word)
    return numbers
