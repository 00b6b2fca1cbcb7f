"""What became of a clock that started: what answered it, ended it, or shows that it must have been done."""

from collections.abc import Iterable
from datetime import date

from ehcp_timeline.audit.single.dates import EventHistory
from ehcp_timeline.clock.counting import apply
from ehcp_timeline.law.rulebook import Deadline


def answer_of(deadline: Deadline, names: Iterable[str], seen: EventHistory, start: date) -> date | None:
    """Return the earliest answer on or after the start.

    Where the due day lies before the start, answers do too, back to `answers_from`.
    """
    days = seen.happened(names)
    if not deadline.looks_back:
        return next((day for day in days if day >= start), None)
    if deadline.answers_from:
        earliest = apply(deadline.answers_from, start)
        days = [day for day in days if day >= earliest]
    return days[0] if days else None


def end_of(
    deadline: Deadline, seen: EventHistory, start: date, answer: date | None
) -> tuple[date | None, bool]:
    """Return the day on which something ended the clock unanswered, and whether an end was undone."""
    ends = _since_start(deadline, deadline.ends, seen, start)
    final = _since_start(deadline, deadline.revived_unless, seen, start)
    for_good = any(answer is None or day < answer for day in final)
    revivals = [] if for_good else seen.happened(deadline.revived_by)
    standing = [day for day in ends if not any(day <= revival for revival in revivals)]
    if standing and (answer is None or standing[0] < answer):
        return standing[0], False
    return None, len(standing) < len(ends)


def _since_start(deadline: Deadline, names: Iterable[str], seen: EventHistory, start: date) -> list[date]:
    return [day for day in seen.happened(names) if deadline.looks_back or day >= start]


def implied_by(deadline: Deadline, seen: EventHistory, start: date) -> str:
    """Return the first event since the start that shows that it must have been done, or an empty string."""
    days = [day for day in seen.happened(deadline.implied_by) if day >= start]
    return seen.name_of(deadline.implied_by, days[0]) if days else ""


def came_too_early(deadline: Deadline, seen: EventHistory, start: date) -> tuple[date, ...]:
    """Return the answers that came before the clock started, and so do not answer it."""
    if deadline.looks_back or deadline.repeats:
        return ()
    return tuple(day for day in seen.happened(deadline.met_by.events) if day < start)
