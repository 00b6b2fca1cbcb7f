"""How one clock stands, in words that a family can read."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from ehcp_timeline.audit.verdicts import Verdict, Working
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.text import count, day, listed, reason_words

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


def standing(working: Working, rulebook: Rulebook) -> str:
    """Return the state of a clock on the as-at date, by the law that it was judged by.

    What a family does not do in its own time is never called overdue: its time has passed.
    """
    clock, deadline = working.clock, working.deadline
    parts = [_verdict(working, rulebook)]
    if clock.certainty == "disputed":
        first, last = clock.earliest_reading, clock.latest_reading
        span = f": {day(first)} or {day(last)}" if first and last and first != last else ""
        disputed = f"published readings differ{span}"
        parts.append(f"its start is disputed: {working.doubt}" if working.doubt else disputed)
    if clock.provisional:
        parts.append("provisional: later bank holidays are not announced yet")
    if deadline.falls_after_event(clock.start, clock.due):  # as for a move in January
        parts.append("this day is after the move itself")
    for excuse in working.excuses if clock.verdict not in ("met", "not-owed") else ():
        if excuse.borne_out:
            parts.append(f"{excuse.excuse.id} was not claimed: {excuse.why}")
        elif excuse.strength == "refuted":
            parts.append(f"{excuse.excuse.id} does not apply: {excuse.why}")
    return "; ".join(parts)


def reason_named(reason: str | None, deadline: Deadline, start: date | None, rulebook: Rulebook) -> str:
    """Return why a verdict is what it is; a missing date or code is named by its column."""
    if reason in ("implied", "lapsed"):
        return f"{reason_words(reason)}: needs {listed(rulebook.columns_of(deadline.answers), 'or')}"
    needs = rulebook.needs(deadline) if reason == "no-due-day" else ()
    if needs and start and deadline.version_on(start):
        return f"needs {listed(needs, 'or')}"
    return reason_words(reason)


def _verdict(working: Working, rulebook: Rulebook) -> str:
    clock = working.clock
    match clock.verdict:
        case "running":
            words = _running(working)
        case "overdue":
            words = f"overdue by {_days(clock.days_late)}"
        case "met" | "late" | "early":
            words = _done(working, rulebook)
        case "excused":
            ground, _, strength = (clock.excuse or "").partition(" ")
            shown = "that the dates support" if strength == "(evidenced)" else "that is claimed"
            words = f"{_days(clock.days_late)} past its day, with an exception {shown}: {ground}"
        case "unknown":
            words = f"cannot be judged: {_unknown(working, rulebook)}"
        case "not-owed":
            words = _not_owed(working, rulebook)
        case "not-started":
            facts = [fact for fact, _ in working.deadline.only_if] if clock.reason == "blank-fact" else []
            words = f"not started: {reason_words(clock.reason)}{f' ({listed(facts)})' if facts else ''}"
    return words


def _running(working: Working) -> str:
    clock, deadline = working.clock, working.deadline
    if clock.due is None:
        words = deadline.versions[-1].limit.words
        return f"to be done {words}" if words else "not yet: its first lawful day has not come"
    if deadline.minimum:
        return f"not before this day, {_days(clock.days_left)} to wait{_or_later(working)}"
    if deadline.right:
        left = "today is the last day" if clock.days_left == 0 else f"{_days(clock.days_left)} left"
        return f"{left}{_or_later(working)}"
    return "due today" if clock.days_left == 0 else f"due in {_days(clock.days_left)}"


def _or_later(working: Working) -> str:
    """Return which blank columns could give a later day, as a mediation certificate does for an appeal."""
    limit, counted = working.version and working.version.limit, {limb.event for limb in working.limbs}
    if not limit or limit.missing != "skip":
        return ""
    names = [name for limb in limit.limbs if limb.since and not limb.only_if for name in limb.since.events]
    blank = [name for name in names if name not in counted]
    return f", unless {listed(blank, 'or')} gives a later day" if blank else ""


def _done(working: Working, rulebook: Rulebook) -> str:
    clock = working.clock
    when = clock.answered or clock.ended
    if when is None:
        return reason_words(clock.reason) or "done"
    if clock.verdict == "early":
        early = f"{_days(clock.days_left)} too early" if clock.due else "too early"
        return f"{early}: {rulebook.says(working.answer_event)} on {day(when)}"
    ended = "" if clock.answered else f": {rulebook.says(working.end_event)}"
    verb = "done" if clock.answered else "ended, not done,"
    if clock.verdict == "late":
        late = "after the time" if working.deadline.right else "late"
        return f"{verb} {_days(clock.days_late)} {late}, on {day(when)}{ended}"
    return f"{verb} in time, on {day(when)}{ended}"


def _unknown(working: Working, rulebook: Rulebook) -> str:
    clock = working.clock
    match clock.reason:
        case "implied" if working.implied_by in working.columns:
            return f"{rulebook.says(working.implied_by)} ({working.columns[working.implied_by]})"
        case "implied":
            named = reason_named("implied", working.deadline, clock.start, rulebook)
            return f"{named} (shown by: {rulebook.says(working.implied_by)})"
        case "unreadable" if working.unread:
            return f"{listed(working.unread)} could not be read"
        case "unread-heading":
            return f"{listed(working.unread_headings)} stands in the file and is not read"
        case "unreadable-excuse":
            unread = [excuse.excuse for excuse in working.excuses if excuse.strength == "unreadable"]
            return f"{listed([excuse.flag or excuse.id for excuse in unread])} could not be read"
    return reason_named(clock.reason, working.deadline, clock.start, rulebook)


def _not_owed(working: Working, rulebook: Rulebook) -> str:
    clock, why = working.clock, working.not_owed
    ended = f"{rulebook.says(working.end_event)} {working.ended_on} {day(clock.ended)}" if clock.ended else ""
    if clock.reason == "time-passed":
        passed = f"{reason_words(clock.reason)}{_or_later(working)}"
        return "; ".join(filter(None, (passed, ended)))
    if why and (name := why.displaced_by):
        instead = rulebook.by_id[name].duty if name in rulebook.by_id else rulebook.says(name)
        return f"not owed: another duty takes its place: {instead}"
    if ended:
        return f"not owed: {ended}"
    if not why or not why.awaits:
        return f"not owed: {why.words if why else reason_words(clock.reason)}"
    events = [rulebook.events[name] for name in working.deadline.owed_when if name in rulebook.events]
    choice = next((event.choice for event in events if event.choice), "")
    condition = f"if {choice}" if choice else f"only if {' or '.join(event.says for event in events)}"
    gone = ", a day that has passed" if working.circumstances.now == "after" else ""
    return f"{condition} by {day(clock.due)}{gone}" if clock.due else condition


def _days(number: int | None) -> str:
    return "some days" if number is None else count(number, "day")
