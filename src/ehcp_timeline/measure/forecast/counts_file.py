"""Read published counts: a small CSV with a date and a count on each line."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ehcp_timeline.cases.dates import FIRST_EVENT, Window, read_date
from ehcp_timeline.errors import CaseFileError, UsageError
from ehcp_timeline.measure.forecast.snapshots import Snapshot

_HEADINGS = {
    "date": ("date", "day", "snapshot", "as_at", "as at"),
    "count": ("count", "value", "overdue", "backlog", "open"),
    "arrivals": ("arrivals", "arrived", "in"),
    "completions": ("completions", "completed", "out"),
    "measure": ("measure", "series"),
}
_LAST = date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts as a file holds them.

    Attributes:
        counts: In order of their days.
        remarks: What a person should know about the file.
    """

    counts: tuple[Snapshot, ...]
    remarks: tuple[str, ...]


def read_counts(text: str, name: str, *, measure: str | None = None, until: date | None = None) -> Counted:
    """Return the counts of a CSV.

    Args:
        text: The file.
        name: Its name, for what is said of it.
        measure: Only this measure, where the file holds several.
        until: Counts after this day are left out.

    Raises:
        CaseFileError: It has no dates or no counts, or two different counts on one day.
        UsageError: It holds several measures and none was chosen, or none such.
    """
    reader = csv.reader(text.removeprefix("\ufeff").splitlines())
    header = next(reader, [])
    columns = _columns(header, name)
    lines = [(number, line) for number, line in enumerate(reader, 2) if any(cell.strip() for cell in line)]
    chosen = _of_measure(lines, columns, name, measure)
    remarks: list[str] = []
    found: dict[date, tuple[int, Snapshot]] = {}
    for number, one in _snapshots(chosen, columns, name):
        if until is not None and one.day > until:
            remarks.append(f"line {number}: {one.day} lies after the as-at date and is left out")
        elif one.day in found:
            remarks.append(_same_day(found[one.day], (number, one), name))
        else:
            found[one.day] = (number, one)
    if not found:
        raise CaseFileError(f"{name}: there is no count in it", "one line for each day, as 2024-01-31,8310")
    return Counted(tuple(found[day][1] for day in sorted(found)), tuple(remarks))


def _columns(header: Sequence[str], name: str) -> Mapping[str, int]:
    """Return the place of each column that is there."""
    folded = [cell.strip().lower() for cell in header]
    found = {
        column: next(folded.index(word) for word in words if word in folded)
        for column, words in _HEADINGS.items()
        if any(word in folded for word in words)
    }
    for needed in ("date", "count"):
        if needed not in found:
            raise CaseFileError(
                f"{name}: no column is headed `{needed}`",
                "begin the file with  date,count  and, if you have them, ,arrivals,completions",
            )
    return found


def _of_measure(
    lines: Sequence[tuple[int, list[str]]], columns: Mapping[str, int], name: str, measure: str | None
) -> Sequence[tuple[int, list[str]]]:
    """Return the lines of one measure; a file without measures has one."""
    if "measure" not in columns:
        return lines
    at = columns["measure"]
    known = list(dict.fromkeys(line[at].strip() for _, line in lines if len(line) > at))
    if measure is None and len(known) == 1:
        return lines
    if measure not in known:
        asked = "several measures" if measure is None else f"no measure `{measure}`"
        raise UsageError(f"{name} holds {asked}", f"--measure, one of {', '.join(known)}")
    return [(number, line) for number, line in lines if len(line) > at and line[at].strip() == measure]


def _snapshots(
    lines: Sequence[tuple[int, list[str]]], columns: Mapping[str, int], name: str
) -> Iterator[tuple[int, Snapshot]]:
    for number, line in lines:
        cells = {column: line[at].strip() if at < len(line) else "" for column, at in columns.items()}
        day = read_date(cells["date"], Window(FIRST_EVENT, _LAST))
        if not isinstance(day, date):
            raise CaseFileError(f"{name} line {number}: the date {day.says}", day.try_)
        count = _whole(cells["count"], "count", name, number)
        if count is None:
            raise CaseFileError(f"{name} line {number}: the count is blank", "fill it, or take the line out")
        flows = (_whole(cells.get(one, ""), one, name, number) for one in ("arrivals", "completions"))
        yield number, Snapshot(day, count, *flows)


def _whole(cell: str, column: str, name: str, number: int) -> int | None:
    """Return a whole number that may have thousands separators; None of a blank cell."""
    digits = cell.replace(",", "").replace(" ", "")
    if not digits:
        return None
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise CaseFileError(
            f"{name} line {number}: {column} is not a whole number of cases", "write it as 8310"
        )
    return int(digits)


def _same_day(first: tuple[int, Snapshot], second: tuple[int, Snapshot], name: str) -> str:
    """Return what to say of two equal counts on one day; different ones stop the run."""
    (one, earlier), (two, later) = first, second
    if earlier.count != later.count:
        raise CaseFileError(
            f"{name}: lines {one} and {two} both count {later.day}, {earlier.count:,} and {later.count:,}",
            "a backlog has one size a day: take out the line that is wrong",
        )
    return f"lines {one} and {two} both count {later.day} and agree; one of them is used"
