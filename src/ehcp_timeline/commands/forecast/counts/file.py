"""Read published counts: a small CSV with a date and a count on each line, in whatever way it was saved."""

import calendar
import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from ehcp_timeline.cases.cells.dates import FIRST_EVENT, Window, month_of, read_date
from ehcp_timeline.cases.cells.values import CellFault
from ehcp_timeline.commands.forecast.counts.rates import Snapshot
from ehcp_timeline.errors import CaseFileError, UsageError

_HEADINGS = {
    "date": ("date", "day", "month", "as at", "snapshot", "snapshot date", "week ending"),
    "count": ("count", "value", "number", "total", "cases", "overdue", "backlog", "open"),
    "arrivals": ("arrivals", "arrived", "came in", "in"),
    "completions": ("completions", "completed", "done", "out"),
    "measure": ("measure", "series"),
    "unit": ("unit", "units"),
}
_NO_COUNTS = ("percent", "%", "pct", "per cent", "weeks", "days", "months", "years")
_DELIMITERS = ",;\t|"
_BANNER = 20
_WINDOW = Window(FIRST_EVENT, date(2100, 12, 31))
_BEGIN = "begin the file with  date,count  and, if you have them, ,arrivals,completions"
_NAME = "[A-Za-z]{3,9}"
_MONTH = re.compile(rf"(?P<y>\d{{4}})[-/ ](?P<m>\d{{1,2}}|{_NAME})|(?P<m2>{_NAME})[-/ ](?P<y2>\d{{4}})")
_SEPARATED = re.compile(r"\d{1,3}(?:[, ]\d{3})+(?:\.0+)?|\d+(?:\.0+)?")
_LONGEST = 9
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class CountsFile:
    """Counts as a file holds them.

    Attributes:
        counts: In order of their days.
        remarks: What a person should know about the file.
        measure: What was counted, where the file says.
    """

    counts: tuple[Snapshot, ...]
    remarks: tuple[str, ...]
    measure: str = ""


@dataclass(frozen=True, slots=True)
class _CountsLine:
    """One line of the file under the header: its number and its cells by column."""

    number: int
    cells: Mapping[str, str]


def text_of(raw: bytes, name: str) -> str:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252.

    Raises:
        CaseFileError: It is no text.
    """
    if raw.startswith(b"PK\x03\x04"):
        raise CaseFileError(f"{name} is a workbook or an archive", "save the counts as CSV")
    encoding = next((word for mark, word in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read_counts(text: str, name: str, *, measure: str | None = None, until: date | None = None) -> CountsFile:
    """Return the counts of a CSV; a month without a day stands for its last day.

    Args:
        text: The file.
        name: Its name, for what is said of it.
        measure: Only this measure, where the file holds several.
        until: Counts after this day are left out.

    Raises:
        CaseFileError: It has no dates or no counts, or two different counts on one day.
        UsageError: It holds several measures and none was chosen, or none such.
    """
    lines, chosen = _of_measure(list(_lines(text, name)), name, measure)
    found: dict[date, tuple[int, Snapshot]] = {}
    remarks: list[str] = []
    for line in lines:
        one = _snapshot(line, name, remarks)
        if one is None:
            remarks.append(f"line {line.number}: the count is blank, and the line is left out")
        elif until is not None and one.day > until:
            remarks.append(f"line {line.number}: {one.day} lies after the as-at date and is left out")
        elif one.day in found:
            remarks.append(_same_day(found[one.day], (line.number, one), name))
        else:
            found[one.day] = (line.number, one)
    if not found:
        why = "every line of it is left out" if remarks else "there is no count in it"
        raise CaseFileError(f"{name}: {why}", "one line for each day, as 2024-01-31,8310")
    return CountsFile(tuple(found[day][1] for day in sorted(found)), tuple(remarks), chosen)


def _lines(text: str, name: str) -> Iterator[_CountsLine]:
    """Yield the lines under the header, blank ones left out."""
    if not text.strip("\ufeff \r\n"):
        raise CaseFileError(f"{name} is empty", _BEGIN)
    records = text.removeprefix("\ufeff").splitlines()
    delimiter, header, columns = _header(records[:_BANNER], name)
    try:
        for number, cells in enumerate(csv.reader(records[header:], delimiter=delimiter), header + 1):
            if number > header + 1 and any(cell.strip() for cell in cells):
                yield _CountsLine(number, _by_column(cells, columns))
    except csv.Error:
        raise CaseFileError(f"{name} is no list of counts", _BEGIN) from None


def _by_column(cells: Sequence[str], columns: Mapping[str, int]) -> Mapping[str, str]:
    return {column: cells[at].strip() if at < len(cells) else "" for column, at in columns.items()}


def _header(records: Sequence[str], name: str) -> tuple[str, int, Mapping[str, int]]:
    """Return the delimiter, the place of the header, and the place of each column in it."""
    guesses = [(delimiter, place) for place in range(len(records)) for delimiter in _DELIMITERS]
    best: list[str] = []
    for delimiter, place in guesses:
        cells = [_folded(cell) for cell in records[place].split(delimiter)]
        if _known(cells, "date") and _known(cells, "count"):
            return delimiter, place, _columns(cells, name)
        if not best and (_known(cells, "date") or _known(cells, "count")):
            best = cells
    missing = "count" if best and _known(best, "date") else "date"
    raise CaseFileError(f"{name}: no column is headed `{missing}`", _BEGIN)


def _folded(cell: str) -> str:
    return re.sub(r"[\s_-]+", " ", cell.strip(' "\ufeff')).lower()


def _known(cells: Sequence[str], column: str) -> list[str]:
    """Return which of a column's headings are there: its own name alone where it is."""
    there = [word for word in _HEADINGS[column] if word in cells]
    return there[:1] if there[:1] == [column] else there


def _columns(cells: Sequence[str], name: str) -> Mapping[str, int]:
    """Return the place of each column that is there.

    Raises:
        CaseFileError: Two headings could be the same column.
    """
    found = {}
    for column in _HEADINGS:
        words = _known(cells, column)
        if len(words) > 1 or any(cells.count(word) > 1 for word in words):
            both = " and ".join(f"`{word}`" for word in words) if len(words) > 1 else f"two `{words[0]}`"
            raise CaseFileError(f"{name}: {both} could each be the {column}", f"head one of them `{column}`")
        if words:
            found[column] = cells.index(words[0])
    return found


def _of_measure(
    lines: Sequence[_CountsLine], name: str, measure: str | None
) -> tuple[Iterable[_CountsLine], str]:
    """Return the lines of one measure and its name; a file without measures has one.

    Raises:
        UsageError: It was not said which, or there is none such.
        CaseFileError: It does not count cases.
    """
    units = {line.cells.get("measure", ""): line.cells.get("unit", "").lower() for line in lines}
    counted = [one for one, unit in units.items() if unit not in _NO_COUNTS]
    if measure is None and len(units) > 1:
        raise UsageError(f"{name} holds several measures", f"--measure, one of {', '.join(counted)}")
    if measure is not None and measure not in units:
        near = get_close_matches(measure, counted, n=1)
        tip = f"did you mean {near[0]}?" if near else f"one of {', '.join(one for one in counted if one)}"
        raise UsageError(f"{name} holds no measure `{measure}`", tip)
    chosen = next(iter(units), "") if measure is None else measure
    if units.get(chosen, "") in _NO_COUNTS:
        what = chosen.replace("_", " ") or name
        raise CaseFileError(f"{what} is given in {units[chosen]}", "a backlog is a number of cases")
    return [line for line in lines if line.cells.get("measure", "") == chosen], chosen


def _snapshot(line: _CountsLine, name: str, remarks: list[str]) -> Snapshot | None:
    """Return the count of a line; None where its cell is blank."""
    day = _day(line, name, remarks)
    count = _whole(line, "count", name)
    flows = (_whole(line, one, name) for one in ("arrivals", "completions"))
    return None if count is None else Snapshot(day, count, *flows)


def _day(line: _CountsLine, name: str, remarks: list[str]) -> date:
    """Return the day of a line; a month without a day stands for its last day, and that is remarked."""
    cell = line.cells["date"]
    read = read_date(cell, _WINDOW) if cell else CellFault("blank-date", "is blank", "write it as 2024-01-31")
    if isinstance(read, date):
        return read
    month = _month_end(cell)
    if month is None:
        raise CaseFileError(f"{name} line {line.number}: the date {read.says}", read.try_)
    remarks.append(f"line {line.number}: a month without a day is taken as its last day, {month}")
    return month


def _month_end(cell: str) -> date | None:
    """Return the last day of a month that is written without a day.

    >>> _month_end("2022-09"), _month_end("Sept 2022"), _month_end("2022-13")
    (datetime.date(2022, 9, 30), datetime.date(2022, 9, 30), None)
    """
    found = _MONTH.fullmatch(cell)
    if found is None:
        return None
    year, month = int(found["y"] or found["y2"]), month_of(found["m"] or found["m2"])
    if month is None or not 1 <= month <= 12 or not _WINDOW.first.year <= year <= _WINDOW.last.year:
        return None
    return date(year, month, calendar.monthrange(year, month)[1])


def _whole(line: _CountsLine, column: str, name: str) -> int | None:
    """Return a whole number that may have thousands separators; None of a blank cell."""
    cell = line.cells.get(column, "")
    if not cell:
        return None
    place = f"{name} line {line.number}: the {column}"
    if re.fullmatch(r"[-−]\s*[\d,. ]+", cell):
        raise CaseFileError(f"{place} is below nothing", "a number of cases is 0 or more")
    digits = re.sub(r"[, ]|\.0+$", "", cell) if _SEPARATED.fullmatch(cell) else ""
    if not digits.isascii() or not digits.isdigit():
        raise CaseFileError(f"{place} is not a whole number of cases", "write it as 8310")
    if len(digits) > _LONGEST:
        raise CaseFileError(f"{place} has {len(digits)} digits", "no council has so many cases")
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
