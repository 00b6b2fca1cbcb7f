"""Reads dates in the formats that a council names for a column, as `%d.%m.%y`, before the usual ones."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ehcp_timeline.cases.cells.dates import (
    Order,
    Window,
    in_calendar,
    month_of,
    on_weekday,
    plausible,
    read_date,
    without_time,
    year_of,
)
from ehcp_timeline.cases.cells.values import CellFault
from ehcp_timeline.record import record

_DAY, _MONTH, _YEAR = frozenset("de"), frozenset("mbBh"), frozenset("yY")
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
_FLAGS = re.ASCII | re.IGNORECASE


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
    if len(letters) != 3 or letters[2] not in _YEAR:
        return None
    return "day-first" if letters[0] in _DAY else "month-first"


def _fault(text: str) -> str:
    letters = _letters(text)
    if any(letter in "zZ" for letter in letters):
        return "has a time zone, which can move the day; export local dates"
    unknown = [letter for letter in letters if letter not in _PARTS]
    if unknown or any(token["stray"] for token in _TOKEN.finditer(text)):
        return f"has %{unknown[0] if unknown else ''}, which is not known; use {_USE}"
    for wanted, name in ((_DAY, "day"), (_MONTH, "month"), (_YEAR, "year")):
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
