"""Published counts: a small CSV with a date and a count on each line, and what each two counts imply."""

import codecs
import csv
import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise, product

import numpy as np

from ehcp_timeline.cases.cells.dates import FIRST_EVENT, Window, read_date
from ehcp_timeline.cases.model import month_end
from ehcp_timeline.errors import CaseFileError, UsageError
from ehcp_timeline.measure.answer import NOT_IN_JSON, decimals
from ehcp_timeline.measure.forecast.days import WEEK
from ehcp_timeline.measure.forecast.outlook import ClearanceDay
from ehcp_timeline.measure.forecast.weeks import PERCENTS, chunks
from ehcp_timeline.measure.pace import percentile
from ehcp_timeline.record import Whole, field, record
from ehcp_timeline.text import did_you_mean

LEAST_PAIRS = 6
"""Pairs of counts below which no percentiles are given: chance cannot be told from so few."""
FARTHEST_YEARS = 20
"""Years beyond which no date is named: nothing that was counted says anything of them."""
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
_SEPARATED = re.compile(r"\d{1,3}(?:[, ]\d{3})+(?:\.0+)?|\d+(?:\.0+)?")
_LONGEST = 9
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@record(frozen=True, slots=True)
class PublishedCount:
    """One published count.

    Attributes:
        count: Cases in the backlog.
        arrivals: Cases that came since the count before; null where it does not say.
        completions: Cases that were done since the count before; null where it does not say.
    """

    day: date
    count: Whole
    arrivals: int | None = None
    completions: int | None = None


@record(frozen=True, slots=True)
class CountPair:
    """What two counts imply.

    Attributes:
        per_week: Change a week; below zero the backlog falls.
        clear_on: Day on which the backlog is gone if it goes on so from the later count; null: never at this
            rate, or not in 20 years.
        unexplained: Cases by which the change differs from arrivals less completions; null where the counts
            do not say what came and went.
    """

    first: date
    last: date
    first_count: Whole
    last_count: Whole
    weeks: float = field(metadata=decimals(2))
    per_week: float = field(metadata=decimals(2))
    clear_on: date | None
    unexplained: int | None


@record(frozen=True, slots=True)
class CountsTaken:
    """What a series of counts implies.

    Attributes:
        measure: What was counted, where the file says.
        remarks: Lines left out, dates completed.
        counts: In order of their days.
        pairs: Each count with the next one.
        whole: The first with the last; null of a single count.
        arrivals_per_week: Mean over the counts that say so; null where none does.
    """

    measure: str | None
    remarks: tuple[str, ...]
    counts: tuple[PublishedCount, ...]
    pairs: tuple[CountPair, ...]
    whole: CountPair | None
    arrivals_per_week: float | None = field(metadata=decimals(2))
    completions_per_week: float | None = field(metadata=decimals(2))
    name: str = field(default="", metadata=NOT_IN_JSON)
    sha256: str = field(default="", metadata=NOT_IN_JSON)


def read_counts(
    raw: bytes, name: str, *, measure: str | None = None, until: date | None = None
) -> CountsTaken:
    """Return the counts of a CSV in UTF-8, UTF-16 or Windows-1252, and what they imply.

    A month without a day stands for its last day. Counts after the day `until` are left out.

    Raises:
        CaseFileError: It has no dates or no counts, or two different counts on one day.
        UsageError: It holds several measures and none was chosen, or none such.
    """
    lines, chosen = _of_measure(_lines(raw, name), name, measure)
    known: dict[date, tuple[int, PublishedCount]] = {}
    remarks: list[str] = []
    for number, cells in lines:
        where = f"line {number}"
        day, remark = _day(cells["date"], f"{name} {where}")
        if remark:
            remarks.append(f"{where}: {remark}")
        count = _whole(cells, "count", f"{name} {where}")
        if count is None:
            remarks.append(f"{where}: the count is blank, and the line is left out")
            continue
        flows = (_whole(cells, column, f"{name} {where}") for column in ("arrivals", "completions"))
        told = PublishedCount(day, count, *flows)
        first, before = known.get(day, (0, None))
        if until is not None and day > until:
            remarks.append(f"{where}: {day} lies after the as-at date and is left out")
        elif before is None:
            known[day] = number, told
        elif before.count != count:
            raise CaseFileError(
                f"{name}: lines {first} and {number} both count {day}, {before.count:,} and {count:,}",
                "a backlog has one size a day: take out the line that is wrong",
            )
        else:
            remarks.append(f"lines {first} and {number} both count {day} and agree; one of them is used")
    if not known:
        why = "every line of it is left out" if remarks else "there is no count in it"
        raise CaseFileError(f"{name}: {why}", "one line for each day, as 2024-01-31,8310")
    counts = [known[day][1] for day in sorted(known)]
    sha256 = hashlib.sha256(raw).hexdigest()
    return counts_taken(counts, remarks=remarks, measure=chosen, name=name, sha256=sha256)


_Line = tuple[int, Mapping[str, str]]
"""Number of a line under the header, and its cells by column."""


def _lines(raw: bytes, name: str) -> list[_Line]:
    """Return the lines under the header, blank ones left out.

    Raises:
        CaseFileError: It has no header, or two of its headings could be the same column.
    """
    records, missing = _text(raw, name).splitlines(), ""
    for place, delimiter in product(range(min(_BANNER, len(records))), _DELIMITERS):
        cells = [
            re.sub(r"[\s_-]+", " ", cell.strip(' "')).lower() for cell in records[place].split(delimiter)
        ]
        found = {column: [word for word in known if word in cells] for column, known in _HEADINGS.items()}
        if found["date"] and found["count"]:
            break
        if found["date"] or found["count"]:
            missing = missing or ("count" if found["date"] else "date")
    else:
        raise CaseFileError(f"{name}: no column is headed `{missing or 'date'}`", _BEGIN)
    for column, words in found.items():
        if words[:1] == [column]:  # its own name decides
            del words[1:]
        if len(words) > 1 or any(cells.count(word) > 1 for word in words):
            both = " and ".join(f"`{word}`" for word in words) if words[1:] else f"two `{words[0]}`"
            raise CaseFileError(f"{name}: {both} could each be the {column}", f"head one of them `{column}`")
    places = {column: cells.index(words[0]) for column, words in found.items() if words}
    try:
        rows = [*csv.reader(records[place + 1 :], delimiter=delimiter)]
    except csv.Error:
        raise CaseFileError(f"{name} is not a list of counts", _BEGIN) from None
    return [
        (number, {column: row[at].strip() if at < len(row) else "" for column, at in places.items()})
        for number, row in enumerate(rows, place + 2)
        if any(cell.strip() for cell in row)
    ]


def _text(raw: bytes, name: str) -> str:
    if raw.startswith(b"PK\x03\x04"):
        raise CaseFileError(f"{name} is a workbook or an archive", "save the counts as CSV")
    try:
        text = raw.decode("utf-16" if raw[:2] in _UTF16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if not text.strip("\ufeff \r\n"):
        raise CaseFileError(f"{name} is empty", _BEGIN)
    return text


def _of_measure(lines: list[_Line], name: str, measure: str | None) -> tuple[list[_Line], str]:
    """Return the lines of one measure and its name; a file without measures has one.

    Raises:
        UsageError: It was not said which, or there is none such.
        CaseFileError: It does not count cases.
    """
    units = {cells.get("measure", ""): cells.get("unit", "").lower() for _, cells in lines}
    counted = [word for word, unit in units.items() if unit not in _NO_COUNTS]
    if measure is None and len(units) > 1:
        raise UsageError(f"{name} holds several measures", f"--measure, one of {', '.join(counted)}")
    if measure is not None and measure not in units:
        tip = did_you_mean(measure, counted, 1) or f"one of {', '.join(filter(None, counted))}"
        raise UsageError(f"{name} holds no measure `{measure}`", tip)
    chosen = next(iter(units), "") if measure is None else measure
    if units.get(chosen, "") in _NO_COUNTS:
        what = chosen.replace("_", " ") or name
        raise CaseFileError(f"{what} is given in {units[chosen]}", "a backlog is a number of cases")
    return [line for line in lines if line[1].get("measure", "") == chosen], chosen


def _day(cell: str, place: str) -> tuple[date, str]:
    """Return the day of a line, and a remark where it is the last day of a month."""
    if not cell:
        raise CaseFileError(f"{place}: the date is blank", "write it as 2024-01-31")
    read = read_date(cell, _WINDOW)
    if isinstance(read, date):
        return read, ""
    if read.month is None:
        raise CaseFileError(f"{place}: the date {read.says}", read.try_)
    last = month_end(read.month)
    return last, f"a month without a day is taken as its last day, {last}"


def _whole(cells: Mapping[str, str], column: str, place: str) -> int | None:
    """Return a whole number that may have thousands separators; None of a blank cell."""
    cell, place = cells.get(column, ""), f"{place}: the {column}"
    if not cell:
        return None
    if re.fullmatch(r"[-−]\s*[\d,. ]+", cell):
        raise CaseFileError(f"{place} is below nothing", "a number of cases is 0 or more")
    digits = re.sub(r"[, ]|\.0+$", "", cell) if _SEPARATED.fullmatch(cell) else ""
    if not digits.isascii() or not digits.isdigit():
        raise CaseFileError(f"{place} is not a whole number of cases", "write it as 8310")
    if len(digits) > _LONGEST:
        raise CaseFileError(f"{place} has {len(digits)} digits", "no council has so many cases")
    return int(digits)


def counts_taken(
    counts: Sequence[PublishedCount], *, remarks: Sequence[str] = (), measure: str = "", name: str = "",
    sha256: str = "",
) -> CountsTaken:  # fmt: skip
    """Return what counts imply, in order of their days."""
    return CountsTaken(
        measure=measure or None,
        remarks=tuple(remarks),
        counts=tuple(counts),
        pairs=tuple(pair(first, last) for first, last in pairwise(counts)),
        whole=pair(counts[0], counts[-1]) if len(counts) > 1 else None,
        arrivals_per_week=_per_week(counts, "arrivals"),
        completions_per_week=_per_week(counts, "completions"),
        name=name,
        sha256=sha256,
    )


def pair(first: PublishedCount, last: PublishedCount) -> CountPair:
    """Return what two counts of different days imply.

    >>> half_year = pair(PublishedCount(date(2023, 5, 31), 12419), PublishedCount(date(2024, 1, 31), 8310))
    >>> round(half_year.per_week, 1), half_year.clear_on
    (-117.4, datetime.date(2025, 6, 10))
    """
    days, change = (last.day - first.day).days, last.count - first.count
    per_week = change * WEEK / days
    unexplained, clear = None, clear_on(last, -per_week)
    if last.arrivals is not None and last.completions is not None:
        unexplained = change - (last.arrivals - last.completions)
    return CountPair(first.day, last.day, first.count, last.count, days / WEEK, per_week, clear, unexplained)


def clear_on(start: PublishedCount, net: float) -> date | None:
    """Return the day on which a backlog is gone if it falls by `net` a week; None where it never is.

    Later than twenty years counts as never.

    >>> clear_on(PublishedCount(date(2025, 1, 1), 20), 10), clear_on(PublishedCount(date(2025, 1, 1), 20), 0)
    (datetime.date(2025, 1, 15), None)
    """
    if start.count == 0:
        return start.day
    if net <= 0 or start.count / net > FARTHEST_YEARS * 52:
        return None
    return start.day + timedelta(days=math.ceil(start.count / net * WEEK))


def _per_week(counts: Sequence[PublishedCount], what: str) -> float | None:
    """Return a mean a week over the pairs whose later count says it."""
    known = [
        (getattr(last, what), (last.day - first.day).days / WEEK)
        for first, last in pairwise(counts)
        if getattr(last, what) is not None
    ]
    return sum(number for number, _ in known) / sum(weeks for _, weeks in known) if known else None


def drawn_clearance(taken: CountsTaken, runs: int, seed: int, weeks: int) -> ClearanceDay | None:
    """Return clearance dates by drawing pairs of counts; None where there are too few.

    Each run first draws its own past from the pairs and then its future from that past: its pairs one after
    another, each as long as it was. A backlog is gone when the line between two counts touches zero.
    """
    last = taken.counts[-1]
    if len(taken.pairs) < LEAST_PAIRS:
        return None
    if last.count == 0:
        return ClearanceDay(last.day, last.day, last.day, 0.0)
    changes = np.array([pair.last_count - pair.first_count for pair in taken.pairs], dtype=np.float64)
    lengths = np.array([pair.weeks for pair in taken.pairs])
    many, steps = len(taken.pairs), math.ceil(weeks / float(lengths.min()))
    clear: list[float] = []
    for size, random in chunks(runs, seed):
        past = random.integers(0, many, size=(size, many))
        ahead = np.take_along_axis(past, random.integers(0, many, size=(size, steps)), axis=1)
        left, passed = last.count + changes[ahead].cumsum(axis=1), lengths[ahead].cumsum(axis=1)
        gone = left <= 0
        rows, at = np.arange(size), gone.argmax(axis=1)
        over = left[rows, at] / np.minimum(changes[ahead[rows, at]], -1e-9)
        week = np.where(gone.any(axis=1), passed[rows, at] - over * lengths[ahead[rows, at]], np.inf)
        clear += np.where(week > weeks, np.inf, week).tolist()
    clear.sort()
    p50, p85, p95 = (
        None if math.isinf(week) else last.day + timedelta(days=math.ceil(week * WEEK))
        for week in (percentile(clear, percent) for percent in PERCENTS)
    )
    return ClearanceDay(p50, p85, p95, round(sum(map(math.isinf, clear)) / len(clear), 4))
