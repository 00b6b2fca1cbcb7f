"""The due days of many clocks at once, and what became of them: answered, ended, or shown done."""

from collections.abc import Callable
from functools import reduce

import polars as pl

from ehcp_timeline.audit.bulk.day_tables import DayTables
from ehcp_timeline.audit.bulk.days import NEVER, between, instead, later, one, only, or_before_all, or_never
from ehcp_timeline.audit.bulk.events import EventFrame, Names
from ehcp_timeline.audit.single.due import NEXT_DAY
from ehcp_timeline.law.deadline import Dates, Limit
from ehcp_timeline.law.rulebook import Deadline


def due_day(limit: Limit, start: pl.Series, seen: EventFrame, tables: DayTables) -> pl.Series:
    """Return the latest day of the limbs; `NEVER` where one that may not be skipped has no date."""
    limbs = [tables.of(limb.count, _since(limb.since, start, seen)) for limb in limit.limbs]
    if limit.missing == "skip":
        due = or_never(reduce(later, map(or_before_all, limbs)))
    else:
        due = reduce(later, limbs)
    return tables.rolled.of(due) if limit.rolls else due


def _since(dates: Dates | None, start: pl.Series, seen: EventFrame) -> pl.Series:
    if dates is None:
        return start
    return seen.last_until(dates.events, start) if dates.which == "latest" else seen.first(dates.events)


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

    Where the due day lies before the start, answers do too, back to `answers_from`.
    """
    if not seen.holds(names):
        return seen.never
    if not deadline.looks_back:
        return seen.next(names, start)
    return seen.next(names, tables.of(deadline.answers_from, start) if deadline.answers_from else None)


def end_of(
    deadline: Deadline, seen: EventFrame, start: pl.Series, answer: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """Return the day on which the clock was answered, and that on which something ended it unanswered.

    An end may be undone.
    """
    if not seen.holds(deadline.ends):
        return answer, seen.never
    since = None if deadline.looks_back else start
    revival = None
    if seen.holds(deadline.revived_by):
        revival = seen.last_happened(deadline.revived_by)
        if seen.holds(deadline.revived_unless):
            final = seen.next(deadline.revived_unless, since)
            revival = revival.zip_with((final == NEVER) | ((final >= answer) & (answer < NEVER)), one(0))
    standing = seen.next(deadline.ends, since, revival)
    unanswered = standing < answer
    return only(answer, ~unanswered), only(standing, unanswered)


def is_implied(deadline: Deadline, seen: EventFrame, start: pl.Series) -> pl.Series | None:
    """Return which clocks have an event since their start that shows that it must have been done."""
    if not seen.holds(deadline.implied_by):
        return None
    return seen.last_happened(deadline.implied_by) >= start
