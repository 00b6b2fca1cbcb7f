"""Reads dates in the formats that a council names for a column, as `%d.%m.%y`, before the usual ones."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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

_DAY, _MONTH, _YEAR = frozenset("de"), frozenset("mbBh"), frozenset("yY")
_TWO_FIGURES = frozenset("demyHIMS")
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


@dataclass(frozen=True, slots=True)
class DateFormats:
    """How a council says that the dates of a column are written.

    Attributes:
        texts: The formats as they were given.
        layouts: What matches each of them.
        order: What dates in figures begin with that are written otherwise.
        settled: The formats leave no doubt whether figures are day-first or month-first.
    """

    texts: tuple[str, ...]
    layouts: tuple[re.Pattern[str], ...]
    order: Order
    settled: bool


def date_formats(texts: Sequence[str]) -> DateFormats:
    """Return formats that have no fault."""
    orders = [order for order in map(_order, texts) if order]
    return DateFormats(
        texts=tuple(texts),
        layouts=tuple(map(_layout, texts)),
        order="month-first" if "month-first" in orders else "day-first",
        settled=bool(orders),
    )


def format_faults(texts: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with some formats, each worded to follow them."""
    for text in texts:
        if said := _fault(text):
            yield f'"{text}" {said}'
    if len({order for text in texts if not _fault(text) and (order := _order(text))}) > 1:
        yield "has formats with the day first and with the month first: what 01/02/2026 means cannot be told"


def read_formatted(cell: str, window: Window, formats: DateFormats) -> date | CellFault:
    """Read a date in one of the formats, or as any other date that leaves no doubt."""
    for layout in formats.layouts:
        for text in (cell, without_time(cell)):
            match = layout.fullmatch(text)
            day = _named(match, window) if match else None
            if isinstance(day, date):
                return plausible(day, window)
    return read_date(cell, window, formats.order)


def _named(match: re.Match[str], window: Window) -> date | CellFault:
    """Return the day that a matching text names."""
    parts = match.groupdict()
    day = in_calendar(year_of(parts["y"], window), month_of(parts["m"]), int(parts["d"]))
    weekday = parts.get("w")
    return on_weekday(day, weekday) if weekday and isinstance(day, date) else day


def _letters(text: str) -> list[str]:
    """Return the letters of a format's directives."""
    return [token["letter"] for token in _TOKEN.finditer(text) if token["letter"]]


def _order(text: str) -> Order | None:
    """Return whether the day or the month comes first in a format that ends with the year, all in figures."""
    letters = [letter for letter in _letters(text) if letter in "demyY"]
    if len(letters) != 3 or letters[2] not in _YEAR:
        return None
    return "day-first" if letters[0] in _DAY else "month-first"


def _fault(text: str) -> str:
    """Return why a text is not a format, or an empty string."""
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
    """Return what matches texts written in a format; the time of day at its end is dropped beforehand."""
    tokens = list(_TOKEN.finditer(_TIME_AT_END.sub("", text)))
    return re.compile("".join(_part(tokens, place) for place in range(len(tokens))), _FLAGS)


def _part(tokens: Sequence[re.Match[str]], place: int) -> str:
    """Return what matches one token; figures with nothing between them keep their leading noughts."""
    token = tokens[place]
    if token["space"]:
        return r"\s+"
    if token["other"]:
        return re.escape(token["other"])
    letter = token["letter"]
    beside = _figures(tokens[max(place - 1, 0) : place]) or _figures(tokens[place + 1 : place + 2])
    return _PARTS[letter].replace("{1,2}", "{2}") if letter in _TWO_FIGURES and beside else _PARTS[letter]


def _figures(tokens: Iterable[re.Match[str]]) -> bool:
    """Return whether a neighbour is all figures."""
    return any(token["letter"] and token["letter"] in "demyYHIMSf" for token in tokens)


_USE = "%d %m %b %B %y %Y"
