"""How one clock stands, in words that a family can read."""

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.text.words import count, day, reason_words


def standing(clock: Clock, deadline: Deadline, why_not_owed: str = "") -> str:
    """Return how a clock stands on the as-at date.

    Nothing that a family does not do in its own time is called overdue: it has let a right go by.

    Args:
        clock: The clock.
        deadline: What it is a clock of.
        why_not_owed: What takes its place, or what has not come yet.
    """
    return "; ".join(part for part in (_verdict(clock, deadline, why_not_owed), *_doubts(clock)) if part)


def _verdict(clock: Clock, deadline: Deadline, why_not_owed: str) -> str:
    """Return the verdict in words."""
    reason = reason_words(clock.reason)
    match clock.verdict:
        case "running":
            words = _running(clock, deadline)
        case "overdue":
            words = _overdue(clock, deadline)
        case "met" | "late" | "early":
            words = _done(clock, deadline)
        case "excused":
            words = f"{_days(clock.days_late)} past its day, with an excuse: {clock.excuse}"
        case "unknown":
            words = f"cannot be told: {reason}"
        case "not-owed":
            words = f"not owed: {why_not_owed or reason}"
        case "not-started":
            words = f"not started: {reason}"
    return words


def _running(clock: Clock, deadline: Deadline) -> str:
    """Return how long there is."""
    if deadline.minimum:
        return f"not before this day, {_days(clock.days_left)} to wait"
    return "due today" if clock.days_left == 0 else f"due in {_days(clock.days_left)}"


def _overdue(clock: Clock, deadline: Deadline) -> str:
    """Return how long the day has passed."""
    if deadline.who == "family":
        return f"the time ended {_days(clock.days_late)} ago"
    return f"overdue by {_days(clock.days_late)}"


def _done(clock: Clock, deadline: Deadline) -> str:
    """Return when it was done, or that it ended undone."""
    when = clock.answered or clock.ended
    if when is None:
        return reason_words(clock.reason) or "done"
    verb = "done" if clock.answered else "ended, not done,"
    if clock.verdict == "late":
        late = "after the time" if deadline.who == "family" else "late"
        return f"{verb} {_days(clock.days_late)} {late}, on {day(when)}"
    if clock.verdict == "early":
        return f"{verb} {_days(clock.days_left)} too early, on {day(when)}"
    return f"{verb} in time, on {day(when)}"


def _doubts(clock: Clock) -> tuple[str, str]:
    """Return what makes the answer less than certain."""
    first, last = clock.earliest_reading, clock.latest_reading
    disputed = ""
    if clock.certainty == "disputed":
        span = f": {day(first)} or {day(last)}" if first and last and first != last else ""
        disputed = f"published readings differ{span}"
    return disputed, "provisional: later bank holidays are not announced yet" if clock.provisional else ""


def _days(number: int | None) -> str:
    """Return a number of days; `some days` where it is not known."""
    return "some days" if number is None else count(number, "day")
