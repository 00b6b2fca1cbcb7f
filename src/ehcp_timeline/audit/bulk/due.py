"""The due days of many clocks at once, and what happened to them: answered, ended, or shown to be done."""

from collections.abc import Callable
from functools import reduce

import polars as pl

from ehcp_timeline.audit.bulk.days import (
    NEVER,
    OPEN_ENDED,
    DayTables,
    between,
    constant,
    earlier,
    instead,
    later,
    literal,
    only,
    or_before_all,
    or_never,
)
from ehcp_timeline.audit.bulk.events import EventFrame, Names
from ehcp_timeline.audit.single.due import NEXT_DAY
from ehcp_timeline.clock import roll_first_lawful_day, roll_for_tribunal
from ehcp_timeline.law.deadline import EndSpan, Limb, Limit
from ehcp_timeline.law.rulebook import Deadline


def due_day(
    limit: Limit, start: pl.Series, seen: EventFrame, tables: DayTables, answer: pl.Series | None = None
) -> pl.Series:
    """Return the latest day of the limbs; `NEVER` where one that may not be skipped has no date.

    What comes later than the answer of a clock does not move its due day.
    """
    if not limit.limbs:
        return only(constant(OPEN_ENDED, seen.height), start < NEVER) if limit.words else seen.never
    plain = [limb for limb in limit.limbs if not limb.after]
    limbs = [tables.of(limb.count, _since(limb, start, seen)) for limb in plain]
    known = or_never(reduce(later, map(or_before_all, limbs))) if len(limbs) > 1 else limbs[0]
    due = known if limit.missing == "skip" else reduce(later, limbs)
    if limit.rolls:
        due = tables.of(roll_first_lawful_day if limit.minimum else roll_for_tribunal, due)
    if limit.missing == "unknown" and len(limbs) > 1 and answer is not None:
        due = instead(due, (due == NEVER) & (answer <= known) & (known < NEVER), literal(OPEN_ENDED))
    for limb in limit.limbs:
        if limb.after and seen.holds(limb.after):
            due = _with_conditional(limb, due, start, seen, tables, answer)
    return due


def _with_conditional(
    limb: Limb,
    due: pl.Series,
    start: pl.Series,
    seen: EventFrame,
    tables: DayTables,
    answer: pl.Series | None,
) -> pl.Series:
    came = seen.next(limb.after, start)
    counts = (came < NEVER) & (due < NEVER)
    if answer is not None:
        counts &= came < answer
    for fact, codes in limb.only_if:
        counts &= seen.holds_code(fact, codes)
    since = seen.next(limb.since.events if limb.since else (), came)
    missing = literal(OPEN_ENDED if limb.missing == "open" else NEVER)
    day = instead(tables.of(limb.count, since), since == NEVER, missing)
    return instead(due, counts, later(due, day))


def _since(limb: Limb, start: pl.Series, seen: EventFrame) -> pl.Series:
    if limb.since is None:
        return start
    names = limb.since.events
    day = seen.last_until(names, start) if limb.since.which == "latest" else seen.first(names)
    return only(day, day < seen.next(limb.unless, after=start)) if limb.unless else day


def by_version(
    deadline: Deadline, start: pl.Series, seen: EventFrame, due_by: Callable[[Limit], pl.Series]
) -> pl.Series:
    """Return what the version in force on the day of the start says; `NEVER` outside coverage."""
    days = seen.never
    for version in reversed(deadline.versions):  # the first that fits is taken: it is put in last
        in_force = between(start, version.since, version.until)
        if in_force.all():
            days = due_by(version.limit)
        elif in_force.any():
            days = instead(days, in_force, due_by(version.limit))
    return days


def one_period_more(
    deadline: Deadline, start: pl.Series, due: pl.Series, seen: EventFrame, tables: DayTables
) -> pl.Series:
    """Return the due days of clocks that start on the day after `due`, by the version of the first start."""
    next_start = tables.of(NEXT_DAY, due)
    return by_version(deadline, start, seen, lambda limit: due_day(limit, next_start, seen, tables))


def answer_of(
    deadline: Deadline, names: Names, seen: EventFrame, start: pl.Series, tables: DayTables
) -> pl.Series:
    """Return the earliest answer on or after the start.

    Answers before the start count back to `answers_from` or, if the due day is before it, for all time.
    """
    if not seen.holds(names):
        return seen.never
    if deadline.answers_from:
        return seen.next(names, tables.of(deadline.answers_from, start))
    return seen.next(names, None if deadline.looks_back else start)


def end_of(
    deadline: Deadline,
    seen: EventFrame,
    start: pl.Series,
    answer: pl.Series,
    due: pl.Series,
    today: int,
) -> tuple[pl.Series, pl.Series, pl.Series | None]:
    """Return each clock's day of answer, its day of unanswered end, and which clocks were released.

    A clock is answered or ended, never both; an end may be undone. A clock is released if it was open when a
    period in which nothing is owed began, that period is over, and it is not known what is owed now.
    """
    standing = _standing_ends(deadline, seen, start, answer, earlier(due, literal(today)))
    span, released = deadline.ended_while, None
    if span and seen.holds((span.first,)):
        held = _held_in(span, deadline, seen, start, due, today)
        if span.then == "unknown" and seen.holds((span.last,)):
            began, free = _release(span, seen, start, due)
            first, ended = earlier(standing, answer), standing < answer
            in_time = (ended | (first >= due)) if deadline.minimum else first <= due
            released = free & ~((first < NEVER) & ((first < began) | in_time))
            held, standing = only(held, ~free), only(standing, ~released)
        standing = earlier(standing, held)
    elif not seen.holds(deadline.ends):
        return answer, seen.never, None
    unanswered = standing < answer
    return only(answer, ~unanswered), only(standing, unanswered), released


def _standing_ends(
    deadline: Deadline, seen: EventFrame, start: pl.Series, answer: pl.Series, until: pl.Series
) -> pl.Series:
    """Return the first end that nothing undid; of a duty done before an event, `until` that day."""
    if not seen.holds(deadline.ends):
        return seen.never
    since = None if deadline.looks_back else start
    revival = None
    if seen.holds(deadline.revived_by):
        revival = seen.last_happened(deadline.revived_by, until if deadline.looks_back else None)
        if seen.holds(deadline.revived_unless):
            final = seen.next(deadline.revived_unless, since)
            revival = revival.zip_with((final == NEVER) | ((final >= answer) & (answer < NEVER)), literal(0))
    return seen.next(deadline.ends, since, revival)


def _held_in(
    span: EndSpan, deadline: Deadline, seen: EventFrame, start: pl.Series, due: pl.Series, today: int
) -> pl.Series:
    """Return the first day of a time in which nothing is owed: the one that holds the due day, or a later."""
    known = due < NEVER
    began = only(seen.last_until((span.first,), earlier(due, literal(today))), known)
    over = seen.next((span.last,), began)
    within = only(began if deadline.looks_back else later(began, start), over >= due)
    since = None if deadline.looks_back else start
    return instead(only(seen.next((span.first,), since, due), known), within < NEVER, within)


def _release(
    span: EndSpan, seen: EventFrame, start: pl.Series, due: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """Return the day on which the last such time began, and which clocks started before it was over."""
    last, again = seen.last_happened((span.last,)), seen.last_happened((span.first,))
    began = seen.last_until((span.first,), last)
    return began, (due < NEVER) & (began < NEVER) & (last >= start) & (again <= last)
