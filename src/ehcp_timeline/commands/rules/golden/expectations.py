"""What a cell of a fixture expects of a clock: a verdict, days, a due day, or several clocks of these."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ehcp_timeline.audit.clock import VERDICTS
from ehcp_timeline.cases.cells.dates import Window, read_date
from ehcp_timeline.law.loader.faults import Location, did_you_mean

CERTAINTIES = ("certain", "disputed")
LATE = ("late", "overdue", "excused")
LEFT = ("running", "early")
BETWEEN_CLOCKS = ";"
FILLERS = frozenset(("due", "by", "day", "days"))
ANY_DAY = Window(date(1995, 1, 1), date(2199, 12, 31))
KEYS = ("verdict", "days_late", "days_left", "certainty", "due")


def read_expected(place: Location, text: str) -> tuple[Mapping[str, Any], ...]:
    """Read one cell: `late`, `late 90`, `2025-07-23`, `overdue 1 2025-05-26`, `met; running 12`.

    Returns:
        What each clock must be, in order of their start; keys are fields of `Clock`.

    >>> read_expected(Location("line 2"), "late 90")
    ({'verdict': 'late', 'days_late': 90},)
    """
    return tuple(_read_clock(place, part) for part in text.split(BETWEEN_CLOCKS) if part.strip())


def _read_clock(place: Location, text: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    days: int | None = None
    for word in text.casefold().replace(",", " ").replace("not ", "not-").split():
        if word in VERDICTS:
            found["verdict"] = word
        elif word in CERTAINTIES:
            found["certainty"] = word
        elif word.isascii() and word.isdecimal():
            days = int(word)
        elif word not in FILLERS:
            found["due"] = _day(place, word)
    if days is not None:
        found[_days_field(place, found.get("verdict", ""), days)] = days
    return found


def _days_field(place: Location, verdict: str, days: int) -> str:
    if verdict not in LATE + LEFT:
        place.fault(f"{days} needs a verdict that has days; write late {days}, or running {days}")
    return "days_left" if verdict in LEFT else "days_late"


def _day(place: Location, word: str) -> date | None:
    read = read_date(word, ANY_DAY)
    if isinstance(read, date):
        return read
    place.fault(f"{word!r} is no verdict, number of days or date as 2025-07-23{did_you_mean(word, VERDICTS)}")
    return None


def write_expected(clock: Mapping[str, Any]) -> str:
    """Return what a cell says of one clock: the inverse of `read_expected`.

    >>> write_expected({"verdict": "late", "days_late": 90, "due": date(2025, 7, 23)})
    'late 90 2025-07-23'
    """
    return " ".join(str(clock[key]) for key in KEYS if clock.get(key) is not None)
