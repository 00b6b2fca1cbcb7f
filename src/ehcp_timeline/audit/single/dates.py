"""The dates of a row, or of all rows of a case, as they stood on the as-at date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.deadline import Dates


@dataclass(frozen=True, slots=True)
class EventHistory:
    """Dated events as somebody standing on the as-at date sees them.

    Attributes:
        as_at: The day the question is asked about.
        events: Event id to its dates, ascending: past dates, and planned dates wherever they lie.
        later: The same for dates that are not planned and have not come yet; they have not happened.
        unreadable: Columns whose cell could not be read.
    """

    as_at: date
    events: Mapping[str, tuple[date, ...]]
    later: Mapping[str, tuple[date, ...]]
    unreadable: frozenset[str]

    def given(self, names: Iterable[str]) -> list[date]:
        """Return the dates of these events, planned ones too, ascending."""
        return sorted(day for name in names for day in self.events.get(name, ()))

    def happened(self, names: Iterable[str]) -> list[date]:
        """Return the dates of these events that have come, ascending."""
        return [day for day in self.given(names) if day <= self.as_at]

    def first(self, name: str) -> date | None:
        """Return the first date of one event, planned or not."""
        days = self.events.get(name)
        return days[0] if days else None

    def pick(self, dates: Dates) -> date | None:
        """Return the earliest or the latest of several events, planned ones too."""
        days = self.given(dates.events)
        if not days:
            return None
        return days[0] if dates.which == "earliest" else days[-1]

    def name_of(self, names: Iterable[str], day: date) -> str:
        """Return which of these events has this date."""
        return next((name for name in names if day in self.events.get(name, ())), "")


def seen_on(rows: Sequence[Row], as_at: date, planned: frozenset[str]) -> EventHistory:
    """Gather the dates of one row, or of all rows of a case, as seen on the as-at date."""
    events: dict[str, set[date]] = {}
    later: dict[str, set[date]] = {}
    for row in rows:
        for name, day in row.events.items():
            held = events if day <= as_at or name in planned else later
            held.setdefault(name, set()).add(day)
    return EventHistory(
        as_at,
        {name: tuple(sorted(days)) for name, days in events.items()},
        {name: tuple(sorted(days)) for name, days in later.items()},
        frozenset(name for row in rows for name in row.unreadable),
    )
