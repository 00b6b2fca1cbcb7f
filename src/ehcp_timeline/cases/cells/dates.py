"""Reads a date as English councils write it: day first, in a plausible year, never guessed month-first.

This is the definition: every reader of a file asks it about each distinct text. Nothing else reads dates.
Formats that a council names for a column, as `%d.%m.%y`, are tried first.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from ehcp_timeline.cases.cells.values import CellFault, unguarded
from ehcp_timeline.cases.model import month_end
from ehcp_timeline.record import record
from ehcp_timeline.text import MONTHS, WEEKDAYS
from ehcp_timeline.text import day as in_words

Order = Literal["day-first", "month-first"]

ACCEPTED = "write it as YYYY-MM-DD or DD/MM/YYYY"
FIRST_EVENT = date(1995, 1, 1)
FIRST_BIRTH = date(1985, 1, 1)

# Excel counts from 1 January 1900 as day 1, and counts a 29 February 1900 that never was.
_EXCEL_DAY_0 = date(1899, 12, 30)
_MONTH = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_MONTH |= {name[:3]: number for name, number in _MONTH.items()} | {"sept": 9}

# These mean the same to Python and to polars. Oracle writes 00.00.00.000000000, SQL Server 12:00:00:000AM.
_TIME = "(?:[01]?[0-9]|2[0-3])[:.][0-5][0-9](?:[:.][0-5][0-9](?:[.,:][0-9]{1,9})?)?(?: ?[aApP][mM])?"
TIME_PATTERN = f"(?:[tT]|,? +){_TIME}"
TIMED_PATTERN = f"([^:]*[0-9]){TIME_PATTERN}"

_FLAGS = re.ASCII | re.IGNORECASE
_TIMED = re.compile(TIMED_PATTERN)
_WITH_TIME = rf".*\d(?:t|,? +){_TIME}"
_ZONED = re.compile(
    rf"(?:{_WITH_TIME}|.*\d) ?(?:z|utc|gmt|bst|\+\d\d:?\d\d)|{_WITH_TIME} ?-\d\d:?\d\d", _FLAGS
)
_WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs?|ur)?(?:day)?\.?,? +(?=\S)", _FLAGS)
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})([-/.])(?P<m>\d{1,2})\2(?P<y>\d{4}|\d\d)", _FLAGS)
_NTH = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_LAYOUTS = (
    re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})", _FLAGS),
    _DAY_FIRST,
    re.compile(rf"{_NTH}[-/., ]*(?:of )?(?P<m>[a-z]{{3,9}})[-/., ]*(?P<y>\d{{4}}|\d\d)", _FLAGS),
    re.compile(r"(?P<y>\d{4})[-/ ](?P<m>[a-z]{3,9})[-/ ](?P<d>\d{1,2})", _FLAGS),
    re.compile(rf"(?P<m>[a-z]{{3,9}})\.? +{_NTH},? +(?P<y>\d{{4}})", _FLAGS),
)
# A year of two figures only as Excel shows a month, Mar-25: "Mar 25" may as well be a day of March.
_MONTHS_ONLY = (
    re.compile(r"(?P<m>[a-z]{3,9})-(?P<y>\d\d)", _FLAGS),
    re.compile(r"(?P<m>[a-z]{3,9})[-/., ]*(?P<y>\d{4})", _FLAGS),
    re.compile(r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})", _FLAGS),
    re.compile(r"(?P<y>\d{4})[-/. ](?P<m>\d{1,2}|[a-z]{3,9})", _FLAGS),
)
_AS_TYPED = {"Pd": "-", "Zs": " "}  # every dash, every blank
_SIGNS = str.maketrans({"\u2212": "-", "\u2044": "/", "\u2215": "/", "\u2019": "'"})
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", _FLAGS)

# As the readers of a return write it.
_NO_CODE = re.compile(r"undated: (?P<code>.+?) (?P<says>is not a code of \w+); (?P<try>.+)", re.DOTALL)
NOT_A_DATE = CellFault("unreadable-date", "is not a date", ACCEPTED)
# Written by the readers of files that say what happened, but not when; anybody else may write it too.
UNDATED = CellFault("undated", "has no date", "give the date; deadlines that need it are unknown until then")
TIME_ZONE = CellFault(
    "unreadable-date", "has a time zone, which can move the day", "export local dates without a time zone"
)
NOT_IN_CALENDAR = CellFault("impossible-date", "is not a real date", ACCEPTED)
WRONG_WEEKDAY = CellFault("impossible-date", "falls on another weekday", "correct the date or the weekday")
MONTH_FIRST = CellFault(
    "month-first-date",
    "is a date only if the month comes first",
    f"dates are read day first; {ACCEPTED}",
)
DAY_FIRST = CellFault(
    "day-first-date",
    "is a date only if the day comes first",
    "ehcp.toml says that the month comes first; write it as YYYY-MM-DD",
)
_IF_TURNED = {"day-first": MONTH_FIRST, "month-first": DAY_FIRST}


@record(frozen=True, slots=True)
class Window:
    """The days between which a date is plausible, both inclusive."""

    first: date
    last: date


def event_window(as_at: date) -> Window:
    """Return when a dated event may be: from 1 January 1995 to five years after the as-at date."""
    ahead = min(as_at.year + 5, date.max.year)
    leap_day = (as_at.month, as_at.day) == (2, 29)
    return Window(FIRST_EVENT, date(ahead, 2, 28) if leap_day else as_at.replace(year=ahead))


def birth_window(as_at: date) -> Window:
    """Return when a child or young person may have been born: from 1 January 1985 to the as-at date."""
    return Window(FIRST_BIRTH, as_at)


def read_date(cell: str, window: Window, order: Order = "day-first") -> date | CellFault:
    """Read a date; the cell is not blank and has no white space around it.

    Accepted, with a time after it or not (the time is dropped): 2024-03-01, 01/03/2024, 1-3-24, 1.3.2024,
    1-Mar-2024, 1 March 2024, Fri 1st Mar 2024, 2024-Mar-01, Mar 1 2024, and Excel's number for it, 45352.
    `order` is what a date in figures that ends with its year begins with.
    """
    cell = typed(cell)
    day = _day(cell, window, order)
    if day is None:
        if _ZONED.fullmatch(cell):
            return TIME_ZONE
        text = without_time(cell)
        weekday = _WEEKDAY.match(text)
        day = _day(text[weekday.end() :] if weekday else text, window, order)
        if day is None:
            return _without_day(text, window)
        if weekday and isinstance(day, date):
            day = on_weekday(day, weekday[1])
    return day if isinstance(day, CellFault) else plausible(day, window)


def typed(cell: str) -> str:
    """Return a date as it would be typed: with plain blanks, hyphens and figures, no marks that do not show.

    >>> typed("14\u2011\u200e03\u20132026")
    '14-03-2026'
    """
    if cell.isascii():
        return cell
    marks = (mark for mark in unicodedata.normalize("NFKC", cell) if unicodedata.category(mark) != "Cf")
    return "".join(_AS_TYPED.get(unicodedata.category(mark), mark) for mark in marks).translate(_SIGNS)


def numeric_order(cell: str) -> Order | None:
    """Return what a date in figures proves about the order of day and month; None where it proves nothing."""
    first, second = _first_two(cell)
    if 31 >= first > 12 >= second > 0:
        return "day-first"
    return "month-first" if 31 >= second > 12 >= first > 0 else None


def reads_both_ways(cell: str) -> bool:
    """Return whether a date in figures means one day if it is day-first and another if it is month-first."""
    first, second = _first_two(cell)
    return first != second and 12 >= first > 0 and 12 >= second > 0


def _first_two(cell: str) -> tuple[int, int]:
    """Return the first two numbers of a date in figures that ends with its year; else noughts."""
    figures = _DAY_FIRST.fullmatch(without_time(typed(unguarded(cell))))
    return (int(figures["d"]), int(figures["m"])) if figures else (0, 0)


def without_time(cell: str) -> str:
    """Return the date without the time of day after it."""
    timed = _TIMED.fullmatch(cell)
    return timed[1] if timed else cell


def _without_day(text: str, window: Window) -> CellFault:
    if code := _NO_CODE.fullmatch(text):
        return CellFault("unknown-code", code["says"], code["try"], f'"{code["code"]}"')
    if text.lower().startswith("undated"):
        return UNDATED
    match = next((match for layout in _MONTHS_ONLY if (match := layout.fullmatch(text))), None)
    month = in_calendar(year_of(match["y"], window), month_of(match["m"]), 1) if match else NOT_A_DATE
    if isinstance(month, CellFault) or not window.first <= month <= window.last:
        return NOT_A_DATE
    says = f"is a month without a day: judged at both ends, {month} and {month_end(month)}"
    return CellFault("month-only", says, "give the day", month=month)


def on_weekday(day: date, name: str) -> date | CellFault:
    """Return the day if it falls on the day of the week whose name begins so."""
    return day if WEEKDAYS[day.weekday()][:3].lower() == name[:3].lower() else WRONG_WEEKDAY


def _day(text: str, window: Window, order: Order) -> date | CellFault | None:
    """Return the day that a text names, plausible or not; None if it has the layout of no date."""
    for layout in _LAYOUTS:
        if match := layout.fullmatch(text):
            year, month, day = year_of(match["y"], window), month_of(match["m"]), int(match["d"])
            if layout is not _DAY_FIRST or month is None:
                return in_calendar(year, month, day)
            if order == "month-first":
                day, month = month, day
            read = in_calendar(year, month, day)
            only_turned = isinstance(read, CellFault) and isinstance(in_calendar(year, day, month), date)
            return _IF_TURNED[order] if only_turned else read
    if serial := _SERIAL.fullmatch(text):
        excel_day = _EXCEL_DAY_0 + timedelta(days=int(serial[1]))
        return excel_day if window.first <= excel_day <= window.last else NOT_A_DATE
    return None


def month_of(text: str) -> int | None:
    """Return the number of a month in figures or in words."""
    return int(text) if text.isdigit() else _MONTH.get(text.lower())


def in_calendar(year: int, month: int | None, day: int) -> date | CellFault:
    """Return the date if the calendar has it."""
    if month is None:
        return NOT_A_DATE
    try:
        return date(year, month, day)
    except ValueError:
        return NOT_IN_CALENDAR


def year_of(figures: str, window: Window) -> int:
    """Return the year; one of two figures is in this century unless that is after the window."""
    year = int(figures)
    if len(figures) == 4:
        return year
    return 2000 + year if 2000 + year <= window.last.year else 1900 + year


def plausible(day: date, window: Window) -> date | CellFault:
    """Return the day if it is in the window."""
    tip = "correct it, or clear the cell"
    if day < window.first:
        return CellFault("impossible-date", f"is before {in_words(window.first)}", tip)
    if day > window.last:
        return CellFault("impossible-date", f"is after {in_words(window.last)}", tip)
    return day


_DAY_LETTERS, _MONTH_LETTERS, _YEAR_LETTERS = frozenset("de"), frozenset("mbBh"), frozenset("yY")
_TWO_FIGURES = frozenset("demyHIMS")
_FIGURES = _TWO_FIGURES | frozenset("Yf")
_PARTS = {
    **dict.fromkeys("de", r"(?P<d>\d{1,2})"),
    "m": r"(?P<m>\d{1,2})",
    **dict.fromkeys("bBh", r"(?P<m>[a-z]{3,9})"),
    "y": r"(?P<y>\d\d)",
    "Y": r"(?P<y>\d{4})",
    **dict.fromkeys("aA", r"(?P<w>[a-z]{3,9})"),
    **dict.fromkeys("HIMS", r"\d{1,2}"),
    "f": r"\d{1,9}",
    "p": r"[ap]\.?m\.?",
    "%": "%",
}
_TOKEN = re.compile(r"%-?(?P<letter>.)|(?P<space>\s+)|(?P<other>[^%\s]+)|(?P<stray>%)", re.DOTALL)
_TIME_AT_END = re.compile(r"(?:[T ]|, ?)+%-?[HI]:%M(?::%S(?:[.,]%f)?)?(?: ?%p)?$")


@record(frozen=True, slots=True)
class DateFormats:
    """The formats of the dates of a column, as a council's settings give them.

    Attributes:
        layouts: What matches each of them.
        order: Whether other dates in figures begin with the day or the month.
        settled: Whether the formats settle if figures are day-first or month-first.
    """

    texts: tuple[str, ...]
    layouts: tuple[re.Pattern[str], ...]
    order: Order
    settled: bool


def date_formats(texts: Sequence[str]) -> DateFormats:
    """Return formats that have no fault."""
    orders = {_order(text) for text in texts} - {None}
    order: Order = "month-first" if "month-first" in orders else "day-first"
    return DateFormats(tuple(texts), tuple(map(_layout, texts)), order, settled=bool(orders))


def format_faults(texts: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with some formats, each worded to follow them."""
    for text in texts:
        if said := _fault(text):
            yield f'"{text}" {said}'
    if len({order for text in texts if not _fault(text) and (order := _order(text))}) > 1:
        yield "has formats with the day first and with the month first: 01/02/2026 could then mean two days"


def read_formatted(cell: str, window: Window, formats: DateFormats) -> date | CellFault:
    """Read a date in one of the formats, or as any other date that leaves no doubt."""
    for layout in formats.layouts:
        for text in (cell, without_time(cell)):
            if match := layout.fullmatch(text):
                parts = match.groupdict()
                day = in_calendar(year_of(parts["y"], window), month_of(parts["m"]), int(parts["d"]))
                if (weekday := parts.get("w")) and isinstance(day, date):
                    day = on_weekday(day, weekday)
                if isinstance(day, date):
                    return plausible(day, window)
    return read_date(cell, window, formats.order)


def _letters(text: str) -> list[str]:
    return [token["letter"] for token in _TOKEN.finditer(text) if token["letter"]]


def _order(text: str) -> Order | None:
    """Return what comes first in a format that ends with the year, all in figures."""
    letters = [letter for letter in _letters(text) if letter in "demyY"]
    if len(letters) != 3 or letters[2] not in _YEAR_LETTERS:
        return None
    return "day-first" if letters[0] in _DAY_LETTERS else "month-first"


def _fault(text: str) -> str:
    letters = _letters(text)
    if any(letter in "zZ" for letter in letters):
        return "has a time zone, which can move the day; export local dates"
    unknown = [letter for letter in letters if letter not in _PARTS]
    if unknown or any(token["stray"] for token in _TOKEN.finditer(text)):
        return f"has %{unknown[0] if unknown else ''}, which is not known; use {_USE}"
    for wanted, name in ((_DAY_LETTERS, "day"), (_MONTH_LETTERS, "month"), (_YEAR_LETTERS, "year")):
        if sum(letter in wanted for letter in letters) != 1:
            return f"does not have the {name} once; use {_USE}, as %d.%m.%y"
    repeated = sum(letter in "aA" for letter in letters) > 1
    return "has the day of the week twice" if repeated else ""


def _layout(text: str) -> re.Pattern[str]:
    """Return what matches texts written in a format; the time of day at its end is dropped beforehand.

    Figures with nothing between them keep their leading noughts.
    """
    tokens = list(_TOKEN.finditer(_TIME_AT_END.sub("", text)))
    figures = [False, *(token["letter"] in _FIGURES for token in tokens), False]
    parts: list[str] = []
    for token, before, after in zip(tokens, figures, figures[2:], strict=False):
        if letter := token["letter"]:
            part = _PARTS[letter]
            beside = letter in _TWO_FIGURES and (before or after)
            parts.append(part.replace("{1,2}", "{2}") if beside else part)
        else:
            parts.append(r"\s+" if token["space"] else re.escape(token["other"]))
    return re.compile("".join(parts), _FLAGS)


_USE = "%d %m %b %B %y %Y"
