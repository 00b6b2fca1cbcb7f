"""The dates of a row, or of all rows of a case, as known on the as-at date."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.deadline import BLANK, Dates
from ehcp_timeline.law.rulebook import DerivedEvent, EventWhere
from ehcp_timeline.record import field, record, replace


@record(frozen=True, slots=True)
class EventHistory:
    """Dated events as known on the as-at date.

    Attributes:
        events: Event id to its dates, ascending: past dates, and planned dates whenever they are.
        later: The same for dates that are not planned and have not come yet; they have not happened.
        unreadable: Columns whose cell could not be read.
        codes: Fact to its codes, for one row; empty for several.
    """

    as_at: date
    events: Mapping[str, tuple[date, ...]]
    later: Mapping[str, tuple[date, ...]]
    unreadable: frozenset[str]
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)

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
        days = self.given(dates.first)[-1:] or self.given(dates.events)
        if not days:
            return None
        return days[-1] if dates.which == "latest" else days[0]

    def spans(self, dates: Dates) -> "tuple[EventHistory, ...]":
        """Return, for each date that starts its own clock, the dates from it until the next such date."""
        days = set(self.given(dates.events))
        before_all = [day for day in self.given(dates.first) if day < min(days, default=date.max)]
        starts = [*sorted({*days, *before_all[:1]}), date.max]
        return tuple(self._between(start, until) for start, until in pairwise(starts))

    def _between(self, start: date, until: date) -> "EventHistory":
        inside = {
            name: tuple(day for day in days if start <= day < until) for name, days in self.events.items()
        }
        return replace(self, events={name: days for name, days in inside.items() if days})

    def name_of(self, names: Iterable[str], day: date) -> str:
        """Return which of these events has this date."""
        return next((name for name in names if day in self.events.get(name, ())), "")


def seen_on(rows: Sequence[Row], as_at: date, planned: frozenset[str]) -> EventHistory:
    """Gather the dates of one row, or of all rows of a case, as known on the as-at date."""
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
        rows[0].codes if len(rows) == 1 else {},
    )


def with_derived(row: Row, derived: Iterable[DerivedEvent]) -> Row:
    """Return a row with the events that have no column.

    A derived event is unreadable if a cell that it depends on is: a date, the fact beside a date, or an event
    that would rule that date out. If the event is ruled out whatever the cell holds, it does not depend on
    it.
    """
    for event in derived:
        days = [row.events[where.event] for where in event.earliest if _counts(where, event.unless, row)]
        if days:
            row = replace(row, events={**row.events, event.id: min(days)})
        if any(_is_in_doubt(where, event.unless, row) for where in event.earliest):
            row = replace(row, unreadable=row.unreadable | {event.id})
    return row


def _counts(where: EventWhere, unless: Iterable[str], row: Row) -> bool:
    day = row.events.get(where.event)
    return day is not None and _holds(where, row) and not _is_ruled_out(day, unless, row)


def _holds(where: EventWhere, row: Row) -> bool:
    if where.fact is None:
        return True
    held = row.codes.get(where.fact, frozenset())
    return bool(held.intersection(where.codes)) or (not held and BLANK in where.codes)


def _is_ruled_out(day: date, unless: Iterable[str], row: Row) -> bool:
    return any(row.events.get(name, date.max) <= day for name in unless)


def _is_in_doubt(where: EventWhere, unless: Iterable[str], row: Row) -> bool:
    if where.event in row.unreadable:
        return not any(name in row.events for name in unless)
    day = row.events.get(where.event)
    if day is None or _is_ruled_out(day, unless, row):
        return False
    return where.fact in row.unreadable or (_holds(where, row) and not row.unreadable.isdisjoint(unless))
