"""What happened to a clock that started: what answered it, ended it, or shows that it was done."""

from collections.abc import Iterable
from datetime import date

from ehcp_timeline.audit.single.dates import EventHistory
from ehcp_timeline.clock import apply
from ehcp_timeline.law.deadline import EndSpan
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
    revivals = [] if for_good else seen.happened(deadline.revived_by)
    standing = [day for day in ends if not any(day <= revival for revival in revivals)]
    ending = Ending(revived=len(standing) < len(ends))
    if standing and (answer is None or standing[0] < answer):
        ending = Ending(standing[0], seen.name_of(deadline.ends, standing[0]))
    span = deadline.ended_while
    return (
        ending
        if span is None or due is None
        else _ended_while(span, deadline, seen, since, answer, due, ending)
    )


def _ended_while(
    span: EndSpan,
    deadline: Deadline,
    seen: EventHistory,
    since: date,
    answer: date | None,
    due: date,
    ending: Ending,
) -> Ending:
    """Return the end, given what else ended the clock and the times in which nothing is owed."""
    firsts, lasts = seen.happened((span.first,)), seen.happened((span.last,))
    if (
        span.then == "unknown"
        and firsts
        and lasts
        and since <= lasts[-1]
        and firsts[0] <= lasts[-1] >= firsts[-1]
    ):
        began = [day for day in firsts if day <= lasts[-1]][-1]
        settled = _is_settled(deadline, ending.day or answer, began, due, ended=ending.day is not None)
        return ending if settled else Ending(released=True)
    day = _first_day_within(firsts, lasts, due)
    if day is None:
        day = next((day for day in firsts if day > due and (deadline.looks_back or day >= since)), None)
    elif not deadline.looks_back:
        day = max(day, since)
    sooner = day is not None and all(other is None or day < other for other in (ending.day, answer))
    return Ending(day, span.first) if sooner else ending


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


def has_lapsed(deadline: Deadline, seen: EventHistory, start: date) -> bool:
    """Return whether the purpose of the duty has passed since the start, so that it can no longer be done."""
    return any(day >= start for day in seen.happened(deadline.lapses_with))


def came_too_early(deadline: Deadline, seen: EventHistory, start: date) -> tuple[date, ...]:
    """Return the answers that came before the clock started, and so do not answer it."""
    if deadline.looks_back or deadline.repeats:
        return ()
    since = _counts_from(deadline, start)
    return tuple(day for day in seen.happened(deadline.met_by.events) if day < since)
