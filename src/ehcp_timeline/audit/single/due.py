"""The due day of one clock by the adopted reading and by the others, and whether the readings agree."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from ehcp_timeline.audit.circumstances import Circumstances, beside
from ehcp_timeline.audit.single.dates import EventHistory
from ehcp_timeline.audit.single.excuses import ExcuseResult
from ehcp_timeline.audit.single.outcome import answer_of
from ehcp_timeline.audit.single.trace import CountedPeriod, ReadingResult, Working
from ehcp_timeline.audit.verdicts import decide
from ehcp_timeline.clock import Count, apply, roll_first_lawful_day, roll_for_tribunal
from ehcp_timeline.law.deadline import BLANK, Limb, Limit, Reading

NEXT_DAY = Count("within", 1, "days")
OPEN_ENDED: Final = date.max  # not over yet, or without a number: every day comes before its end


def due_day(
    limit: Limit, start: date, seen: EventHistory, answer: date | None = None
) -> tuple[tuple[CountedPeriod, ...], date | None]:
    """Return how each limb was counted, and the latest of them; `OPEN_ENDED` if it has not ended yet.

    The due day is None if a limb has no date to be counted from and the law does not let it be skipped. What
    comes later than the answer does not move it.
    """
    if not limit.limbs:
        return (), OPEN_ENDED if limit.words else None
    plain = [(limb, _since(limb, start, seen)) for limb in limit.limbs if not limb.after]
    counted = [_counted(limb, since, seen) for limb, since in plain if since]
    due = max((counted_period.to for counted_period in counted), default=None)
    if limit.missing == "unknown" and len(counted) < len(plain):
        return tuple(counted), OPEN_ENDED if answer and due and answer <= due else None
    if due and limit.rolls:
        due = roll_first_lawful_day(due) if limit.minimum else roll_for_tribunal(due)
    for limb in limit.limbs if due else ():
        for since in _conditional_since(limb, start, seen, answer):
            if since is None and limb.missing == "unknown":
                return tuple(counted), None
            if since is not None:
                counted.append(_counted(limb, since, seen))
            due = max(due, counted[-1].to) if since and due else OPEN_ENDED
    return tuple(counted), due


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


def _since(limb: Limb, start: date, seen: EventHistory) -> date | None:
    if limb.since is None:
        return start
    days = seen.given(limb.since.events)
    if limb.since.which == "latest":
        days = [day for day in days if day <= start][-1:]
    over = next((day for day in seen.given(limb.unless) if day > start), date.max)
    return next((day for day in days if day < over), None)


def one_period_more(limit: Limit, due: date, seen: EventHistory) -> date | None:
    """Return the due day of a clock that starts on the day after `due`."""
    return None if due == OPEN_ENDED else due_day(limit, apply(NEXT_DAY, due), seen)[1]


EXCUSE = {"claimed": "stands", "evidenced": "stands", "unreadable": "unreadable"}


def against(
    circumstances: Circumstances,
    due: date,
    answered: date | None,
    ended: date | None,
    as_at: date,
    best: ExcuseResult | None,
) -> Circumstances:
    """Return the circumstances with every day compared with the due day, and the strongest claimed excuse."""
    return replace(
        circumstances,
        answer=beside(answered, due) if answered else "none",
        ended=beside(ended, due) if ended else "no",
        now=beside(as_at, due),
        excuse=EXCUSE.get(best.strength, "none") if best else "none",
    )


def with_readings(working: Working, seen: EventHistory, best: ExcuseResult | None) -> Working:
    """Return the working with every reading that applies, the span of their due days, and the certainty."""
    clock = working.clock
    if working.set_by or working.circumstances.owed == "no" or clock.due is None:
        return working
    read = [so for reading in working.deadline.readings if (so := _read(working, reading, seen, best))]
    days = [clock.due, *(reading.due for reading in read)]
    differs = bool(working.doubt) or any(
        reading.doubtful or reading.verdict != clock.verdict for reading in read
    )
    clock = replace(
        clock,
        earliest_reading=min(days),
        latest_reading=max(days),
        certainty="disputed" if differs and working.circumstances.readable == "yes" else "certain",
    )
    return replace(working, clock=clock, read=tuple(read))


def _read(
    working: Working, reading: Reading, seen: EventHistory, best: ExcuseResult | None
) -> ReadingResult | None:
    start = _start(working, reading, seen)
    limit = reading.limit or (working.version.limit if working.version else None)
    clock = working.clock
    due = due_day(limit, start, seen, clock.answered)[1] if start and limit else None
    if start is None or due is None or due == OPEN_ENDED:
        return None
    answered = clock.answered
    if reading.met_by or reading.starts:
        names = reading.met_by or working.deadline.met_by
        answered = None if clock.ended else answer_of(working.deadline, names.events, seen, start)
    if reading.waived_by:
        waived = [day for day in seen.happened((reading.waived_by,)) if clock.start and day >= clock.start]
        due = min([due, *(day for day in waived if answered is None or day <= answered)])
    circumstances = against(working.circumstances, due, answered, clock.ended, seen.as_at, best)
    doubtful = reading.always_disputed or not seen.unreadable.isdisjoint(columns_of_reading(reading))
    return ReadingResult(reading, start, due, decide(circumstances).verdict, doubtful)


def _start(working: Working, reading: Reading, seen: EventHistory) -> date | None:
    """Return the day a reading counts from, or None where it does not apply."""
    if reading.starts is None:
        start = working.clock.start
    else:
        start = None if working.clock.ended else seen.pick(reading.starts)
    if start is None or not reading.stood_on(start) or (reading.starts and start > seen.as_at):
        return None
    came_before = any(day <= start for day in seen.happened(reading.after))
    return start if came_before or not reading.after else None


def columns_of_reading(reading: Reading) -> tuple[str, ...]:
    """Return the columns that a reading looks at beside those of its deadline."""
    starts = reading.starts.events if reading.starts else ()
    met_by = reading.met_by.events if reading.met_by else ()
    waived = (reading.waived_by,) if reading.waived_by else ()
    return (*starts, *met_by, *reading.after, *waived)
