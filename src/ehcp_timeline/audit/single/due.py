"""The due day of one clock: the limbs of its time limit, each counted from its own date."""

from datetime import date

from ehcp_timeline.audit.single.dates import EventHistory
from ehcp_timeline.audit.single.trace import CountedPeriod
from ehcp_timeline.clock.counting import Count, apply
from ehcp_timeline.clock.workdays import roll_for_tribunal
from ehcp_timeline.law.deadline import Dates, Limit

NEXT_DAY = Count("within", 1, "days")


def due_day(limit: Limit, start: date, seen: EventHistory) -> tuple[tuple[CountedPeriod, ...], date | None]:
    """Return how each limb was counted, and the latest of them.

    The due day is None where a limb has no date to be counted from and the law does not let it be skipped.
    """
    counted = []
    for limb in limit.limbs:
        since = _since(limb.since, start, seen)
        if since is not None:
            event = seen.name_of(limb.since.events, since) if limb.since else ""
            counted.append(CountedPeriod(event, since, apply(limb.count, since), limb.count))
        elif limit.missing == "unknown":
            return tuple(counted), None
    due = max((one.to for one in counted), default=None)
    return tuple(counted), roll_for_tribunal(due) if due and limit.rolls else due


def _since(dates: Dates | None, start: date, seen: EventHistory) -> date | None:
    if dates is None:
        return start
    days = seen.given(dates.events)
    if dates.which == "latest":
        days = [day for day in days if day <= start][-1:]
    return days[0] if days else None


def one_period_more(limit: Limit, due: date, seen: EventHistory) -> date | None:
    """Return the due day of a clock that starts on the day after `due`."""
    return due_day(limit, apply(NEXT_DAY, due), seen)[1]
