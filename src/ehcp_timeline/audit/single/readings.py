"""What the other published readings of a time limit say of the same clock, and whether they agree."""

from dataclasses import dataclass, replace
from datetime import date

from ehcp_timeline.audit.circumstances import Circumstances, beside
from ehcp_timeline.audit.single.dates import EventHistory
from ehcp_timeline.audit.single.due import OPEN_ENDED, due_day
from ehcp_timeline.audit.single.excuses import ExcuseResult
from ehcp_timeline.audit.single.outcome import answer_of
from ehcp_timeline.audit.single.trace import ReadingResult, Working
from ehcp_timeline.audit.verdicts import decide
from ehcp_timeline.law.deadline import Reading

EXCUSE = {"claimed": "stands", "evidenced": "stands", "unreadable": "unreadable"}


@dataclass(frozen=True, slots=True)
class Days:
    """The days of one clock that a verdict turns on."""

    due: date
    answered: date | None
    ended: date | None
    as_at: date


def against(circumstances: Circumstances, days: Days, best: ExcuseResult | None) -> Circumstances:
    """Return the circumstances with every day set beside the due day."""
    return replace(
        circumstances,
        answer=beside(days.answered, days.due) if days.answered else "none",
        ended=beside(days.ended, days.due) if days.ended else "no",
        now=beside(days.as_at, days.due),
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
    circumstances = against(working.circumstances, Days(due, answered, clock.ended, seen.as_at), best)
    doubtful = reading.always_disputed or not seen.unreadable.isdisjoint(_columns(reading))
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


def _columns(reading: Reading) -> tuple[str, ...]:
    starts = reading.starts.events if reading.starts else ()
    met_by = reading.met_by.events if reading.met_by else ()
    waived = (reading.waived_by,) if reading.waived_by else ()
    return (*starts, *met_by, *reading.after, *waived)
