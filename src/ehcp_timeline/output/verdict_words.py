"""How one clock stands, in words that a family can read."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from ehcp_timeline.audit.clock import Clock, Verdict
from ehcp_timeline.audit.single.trace import Working
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.text.words import count, day, listed, reason_words

VERDICT_NAMES: Final[Mapping[Verdict, str]] = {
    "overdue": "Overdue",
    "running": "In time so far",
    "excused": "Past its day, with an exception",
    "unknown": "Cannot be judged",
    "early": "Done too early",
    "late": "Done late",
    "met": "Done in time",
    "not-owed": "Not owed",
    "not-started": "Not started",
}
WAITS = "not until "
GIVES_WAY = " takes its place"


def standing(working: Working, rulebook: Rulebook) -> str:
    """Return how a clock stands on the as-at date.

    Nothing that a family does not do in its own time is called overdue: it has let a right go by.

    Args:
        working: The clock, and how it was judged.
        rulebook: The law that it was judged by.
    """
    clock, deadline = working.clock, working.deadline
    parts = (
        _verdict(working, rulebook),
        *_doubts(working),
        _after_its_event(clock, deadline),
        *(
            f"{excuse.excuse.id} was not claimed: {excuse.why}"
            for excuse in working.excuses
            if excuse.borne_out and clock.verdict not in ("met", "not-owed")
        ),
    )
    return "; ".join(part for part in parts if part)


def reason_named(reason: str | None, deadline: Deadline, start: date | None, rulebook: Rulebook) -> str:
    """Return why a verdict is what it is; a missing date or code is named by its column."""
    needs = rulebook.needs(deadline) if reason == "no-due-day" else ()
    if needs and start and deadline.version_on(start):
        return f"needs {listed(needs, 'or')}"
    return reason_words(reason)


def _verdict(working: Working, rulebook: Rulebook) -> str:
    """Return the verdict in words."""
    clock, deadline = working.clock, working.deadline
    match clock.verdict:
        case "running":
            words = _running(clock, deadline)
        case "overdue":
            words = f"overdue by {_days(clock.days_late)}"
        case "met" | "late" | "early":
            words = _done(working, rulebook)
        case "excused":
            words = f"{_days(clock.days_late)} past its day, with an excuse: {clock.excuse}"
        case "unknown":
            words = f"cannot be judged: {_unknown(working, rulebook)}"
        case "not-owed":
            words = _not_owed(working, rulebook)
        case "not-started":
            words = f"not started: {_not_started(working)}"
    return words


def _running(clock: Clock, deadline: Deadline) -> str:
    """Return how long there is."""
    if clock.due is None:
        words = deadline.versions[-1].limit.words
        return f"to be done {words}" if words else "not yet: its first lawful day has not come"
    if deadline.minimum:
        return f"not before this day, {_days(clock.days_left)} to wait"
    return "due today" if clock.days_left == 0 else f"due in {_days(clock.days_left)}"


def _done(working: Working, rulebook: Rulebook) -> str:
    """Return when it was done, or what ended it undone."""
    clock, deadline = working.clock, working.deadline
    when = clock.answered or clock.ended
    if when is None:
        return reason_words(clock.reason) or "done"
    ended = "" if clock.answered else f": {rulebook.says(working.end_event)}"
    verb = "done" if clock.answered else "ended, not done,"
    if clock.verdict == "late":
        late = "after the time" if deadline.right else "late"
        return f"{verb} {_days(clock.days_late)} {late}, on {day(when)}{ended}"
    if clock.verdict == "early":
        early = f"{_days(clock.days_left)} too early" if clock.due else "too early"
        return f"{verb} {early}, on {day(when)}"
    return f"{verb} in time, on {day(when)}{ended}"


def _unknown(working: Working, rulebook: Rulebook) -> str:
    """Return what is missing, by its column, or what shows that it was done."""
    clock = working.clock
    match clock.reason:
        case "implied" if working.implied_by in working.columns:
            return f"{rulebook.says(working.implied_by)} ({working.columns[working.implied_by]})"
        case "implied":
            return f"{reason_words('implied')}: {rulebook.says(working.implied_by)}"
        case "unreadable" if working.unread:
            return f"{listed(working.unread)} could not be read"
        case "unread-heading":
            return f"{listed(working.unread_headings)} stands in the file and is not read"
        case "unreadable-excuse":
            flags = [
                excuse.excuse.flag or excuse.excuse.id
                for excuse in working.excuses
                if excuse.strength == "unreadable"
            ]
            return f"{listed(flags)} could not be read"
    return reason_named(clock.reason, working.deadline, clock.start, rulebook)


def _not_owed(working: Working, rulebook: Rulebook) -> str:
    """Return what the duty hangs on, what ended it, or what takes its place."""
    clock, why = working.clock, working.why_not_owed
    if clock.reason == "time-passed":
        ended = f"; {rulebook.says(working.end_event)} on {day(clock.ended)}" if clock.ended else ""
        return f"{reason_words(clock.reason)}{ended}"
    name = why.removesuffix(GIVES_WAY)
    if name != why:
        instead = rulebook.by_id[name].duty if name in rulebook.by_id else rulebook.says(name)
        return f"not owed: another duty takes its place: {instead}"
    if clock.ended:
        return f"not owed: {rulebook.says(working.end_event)} on {day(clock.ended)}"
    if why.startswith(WAITS):
        return _choice(working, rulebook)
    return f"not owed: {why or reason_words(clock.reason)}"


def _choice(working: Working, rulebook: Rulebook) -> str:
    """Return on what the duty hangs, and by when it is then to be done."""
    events = [rulebook.events[name] for name in working.deadline.owed_when if name in rulebook.events]
    by = f" by {day(working.clock.due)}" if working.clock.due else ""
    choice = next((event.choice for event in events if event.choice), "")
    return f"if {choice}{by}" if choice else f"only if {' or '.join(event.says for event in events)}{by}"


def _not_started(working: Working) -> str:
    """Return what has not come, or the fact that is blank."""
    facts = [fact for fact, _ in working.deadline.only_if]
    words = reason_words(working.clock.reason)
    return f"{words} ({listed(facts)})" if working.clock.reason == "blank-fact" and facts else words


def _doubts(working: Working) -> tuple[str, ...]:
    """Return what makes the answer less than certain."""
    clock, disputed = working.clock, ""
    first, last = clock.earliest_reading, clock.latest_reading
    if clock.certainty == "disputed":
        span = f": {day(first)} or {day(last)}" if first and last and first != last else ""
        doubt = working.doubt and f"its start is disputed: {working.doubt}"
        disputed = doubt or f"published readings differ{span}"
    provisional = "provisional: later bank holidays are not announced yet" if clock.provisional else ""
    return disputed, provisional


def _after_its_event(clock: Clock, deadline: Deadline) -> str:
    """Return that the day in the law comes after the event that it prepares, as for a move in January."""
    return "this day is after the move itself" if deadline.falls_after_event(clock.start, clock.due) else ""


def _days(number: int | None) -> str:
    """Return a number of days; `some days` where it is not known."""
    return "some days" if number is None else count(number, "day")
