"""The due day of one clock: the limbs of its time limit, each counted from its own date."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ehcp_timeline.audit.single.dates import EventHistory
from ehcp_timeline.audit.single.trace import CountedPeriod
from ehcp_timeline.clock.counting import Count, apply
from ehcp_timeline.clock.workdays import roll_first_lawful_day, roll_for_tribunal
from ehcp_timeline.law.deadline import BLANK, Dates, Limb, Limit

NEXT_DAY = Count("within", 1, "days")
OPEN_ENDED: Final = (
    date.max
)  # the time limit has not ended yet, or has no number: every day comes before its end


def due_day(
    limit: Limit, start: date, seen: EventHistory, answer: date | None = None
) -> tuple[tuple[CountedPeriod, ...], date | None]:
    """Return how each limb was counted, and the latest of them; `OPEN_ENDED` where it has not ended yet.

    The due day is None where a limb has no date to be counted from and the law does not let it be skipped.

    Args:
        limit: The time limit.
        start: The day the clock started.
        seen: The dates around it.
        answer: The day of its answer; what comes later does not move the due day.
    """
    if not limit.limbs:
        return (), OPEN_ENDED if limit.words else None
    counted, due = _latest_limb(limit, start, seen)
    for limb in limit.limbs if due else ():
        for since in _conditional_since(limb, start, seen, answer):
            if since is None and limb.missing == "unknown":
                return tuple(counted), None
            if since is not None:
                counted.append(_counted(limb, since, seen))
            due = max(due, counted[-1].to) if since and due else OPEN_ENDED
    return tuple(counted), due


def _latest_limb(limit: Limit, start: date, seen: EventHistory) -> tuple[list[CountedPeriod], date | None]:
    """Return how the limbs without a condition were counted, and the latest of them, rolled."""
    counted = []
    for limb in limit.limbs:
        since = None if limb.after else _since(limb.since, start, seen)
        if since is not None:
            counted.append(_counted(limb, since, seen))
        elif limit.missing == "unknown" and not limb.after:
            return counted, None
    due = max((counted_period.to for counted_period in counted), default=None)
    if due and limit.rolls:
        due = roll_first_lawful_day(due) if limit.minimum else roll_for_tribunal(due)
    return counted, due


def _counted(limb: Limb, since: date, seen: EventHistory) -> CountedPeriod:
    event = seen.name_of(limb.since.events, since) if limb.since else ""
    return CountedPeriod(event, since, apply(limb.count, since), limb.count)


def _conditional_since(
    limb: Limb, start: date, seen: EventHistory, answer: date | None
) -> Iterator[date | None]:
    """Yield the day that a limb with a condition is counted from, or None; nothing if it does not count."""
    came = next((day for day in seen.happened(limb.after) if day >= start), None)
    facts = all(seen.codes.get(fact, frozenset({BLANK})).intersection(codes) for fact, codes in limb.only_if)
    if came and facts and (answer is None or came < answer):
        events = limb.since.events if limb.since else ()
        yield next((day for day in seen.happened(events) if day >= came), None)


def _since(dates: Dates | None, start: date, seen: EventHistory) -> date | None:
    if dates is None:
        return start
    days = seen.given(dates.events)
    if dates.which == "latest":
        days = [day for day in days if day <= start][-1:]
    return days[0] if days else None


def one_period_more(limit: Limit, due: date, seen: EventHistory) -> date | None:
    """Return the due day of a clock that starts on the day after `due`."""
    return None if due == OPEN_ENDED else due_day(limit, apply(NEXT_DAY, due), seen)[1]
