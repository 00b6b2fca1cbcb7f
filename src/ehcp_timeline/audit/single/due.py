"""When a deadline is due by every reading of the law, and what answered, ended or implied it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from ehcp_timeline.audit.single.events import EventHistory
from ehcp_timeline.audit.verdicts import (
    Circumstances,
    CountedPeriod,
    ExcuseResult,
    ExcuseWord,
    ReadingResult,
    Working,
    beside,
    decide,
)
from ehcp_timeline.clock import Count, apply, roll_first_lawful_day, roll_for_tribunal
from ehcp_timeline.law.deadline import BLANK, Limb, Limit, Reading
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.record import record


def answer_of(deadline: Deadline, names: Iterable[str], seen: EventHistory, start: date) -> date | None:
    """Return the earliest answer on or after the start.

    Answers before the start count back to `answers_from` or, if the due day is before it, for all time.
    """
    since = date.min if deadline.looks_back and not deadline.answers_from else _counts_from(deadline, start)
    return next((day for day in seen.happened(names) if day >= since), None)


def _counts_from(deadline: Deadline, start: date) -> date:
    return apply(deadline.answers_from, start) if deadline.answers_from else start


@record(frozen=True, slots=True)
class Ending:
    """What ended a clock unanswered.

    Attributes:
        day: The day; None if nothing ended it.
        event: Which event.
        revived: Whether an end was undone.
        released: Whether the clock was open when a period in which nothing is owed began, that period is
            over, and it is not known what is owed now.
    """

    day: date | None = None
    event: str = ""
    revived: bool = False
    released: bool = False


def end_of(
    deadline: Deadline, seen: EventHistory, since: date, answer: date | None, due: date | None
) -> Ending:
    """Return what ended the clock unanswered; an answer or an end counts from the day `since` on."""
    ends = _since_start(deadline, deadline.ends, seen, since)
    final = _since_start(deadline, deadline.revived_unless, seen, since)
    for_good = any(answer is None or day < answer for day in final)
    revivals = [] if for_good else _revivals(deadline, seen, due)
    standing = [day for day in ends if not any(day <= revival for revival in revivals)]
    ending = Ending(revived=len(standing) < len(ends))
    if standing and (answer is None or standing[0] < answer):
        ending = Ending(standing[0], seen.name_of(deadline.ends, standing[0]))
    span = deadline.ended_while
    if span is None or due is None:
        return ending
    # There are times in which nothing is owed.
    firsts, lasts = seen.happened((span.first,)), seen.happened((span.last,))
    if span.then == "unknown" and firsts and lasts and lasts[-1] >= max(since, firsts[-1]):
        settled = _is_settled(deadline, ending.day or answer, firsts[-1], due, ended=ending.day is not None)
        return ending if settled else Ending(released=True)
    day = _first_day_within(firsts, lasts, due)
    if day is None:
        day = next((day for day in firsts if day > due and (deadline.looks_back or day >= since)), None)
    elif not deadline.looks_back:
        day = max(day, since)
    sooner = day is not None and all(other is None or day < other for other in (ending.day, answer))
    return Ending(day, span.first) if sooner else ending


def _revivals(deadline: Deadline, seen: EventHistory, due: date | None) -> list[date]:
    """Return the days that undo an earlier end; of a duty done before an event, those up to its due day."""
    until = due if due and deadline.looks_back else date.max
    return [day for day in seen.happened(deadline.revived_by) if day <= until]


def _is_settled(deadline: Deadline, day: date | None, began: date, due: date, *, ended: bool) -> bool:
    """Return whether an answer or an end of this day settles the clock, whatever the release changes."""
    if day is None:
        return False
    in_time = (ended or day >= due) if deadline.minimum else day <= due
    return day < began or in_time


def _first_day_within(firsts: list[date], lasts: list[date], due: date) -> date | None:
    """Return the first day of the time in which nothing is owed that holds the due day."""
    began = next((day for day in reversed(firsts) if day <= due), None)
    if began is None:
        return None
    over = next((day for day in lasts if day >= began), None)
    return began if over is None or over >= due else None


def _since_start(deadline: Deadline, names: Iterable[str], seen: EventHistory, start: date) -> list[date]:
    return [day for day in seen.happened(names) if deadline.looks_back or day >= start]


def implied_by(deadline: Deadline, seen: EventHistory, start: date, end: date | None) -> str:
    """Return the first event that shows that it must have been done, or an empty string.

    It counts from the start, or from the day from which an answer does; not after an end, as what comes
    later is about something else.
    """
    since = _counts_from(deadline, start)
    days = [day for day in seen.happened(deadline.implied_by) if since <= day <= (end or day)]
    return seen.name_of(deadline.implied_by, days[0]) if days else ""


def came_too_early(deadline: Deadline, seen: EventHistory, start: date) -> tuple[date, ...]:
    """Return the answers that came before the clock started, and so do not answer it."""
    if deadline.looks_back or deadline.repeats:
        return ()
    since = _counts_from(deadline, start)
    return tuple(day for day in seen.happened(deadline.met_by.events) if day < since)


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
        came = next((day for day in seen.happened(limb.after) if day >= start), None)
        facts = all(
            seen.codes.get(fact, frozenset({BLANK})).intersection(codes) for fact, codes in limb.only_if
        )
        if came and facts and (answer is None or came < answer):
            events = limb.since.events if limb.since else ()
            since = next((day for day in seen.happened(events) if day >= came), None)
            if since is None and limb.missing == "unknown":
                return tuple(counted), None
            if since is not None:
                counted.append(_counted(limb, since, seen))
            due = max(due, counted[-1].to) if since and due else OPEN_ENDED
    return tuple(counted), due


def _counted(limb: Limb, since: date, seen: EventHistory) -> CountedPeriod:
    event = seen.name_of(limb.since.events, since) if limb.since else ""
    return CountedPeriod(event, since, apply(limb.count, since), limb.count)


def _since(limb: Limb, start: date, seen: EventHistory) -> date | None:
    if limb.since is None:
        return start
    days = seen.given(limb.since.events)
    if limb.since.which == "latest":
        days = [day for day in days if day <= start][-1:]
    over = next((day for day in seen.given(limb.unless) if day > start), date.max)
    return next((day for day in days if day < over), None)


EXCUSE: Final[Mapping[str, ExcuseWord]] = {
    "claimed": "stands",
    "evidenced": "stands",
    "unreadable": "unreadable",
}


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
    """Return what a reading comes to; None where it does not apply or gives no due day."""
    clock = working.clock
    start = clock.start
    if reading.starts:
        start = None if clock.ended else seen.pick(reading.starts)
    if start is None or not reading.stood_on(start) or (reading.starts and start > seen.as_at):
        return None
    if reading.after and not any(day <= start for day in seen.happened(reading.after)):
        return None
    limit = reading.limit or (working.version.limit if working.version else None)
    due = due_day(limit, start, seen, clock.answered)[1] if limit else None
    if due is None or due == OPEN_ENDED:
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


def columns_of_reading(reading: Reading) -> tuple[str, ...]:
    """Return the columns that a reading looks at beside those of its deadline."""
    starts = reading.starts.events if reading.starts else ()
    met_by = reading.met_by.events if reading.met_by else ()
    waived = (reading.waived_by,) if reading.waived_by else ()
    return (*starts, *met_by, *reading.after, *waived)
