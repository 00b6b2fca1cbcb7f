"""What became of many clocks at once: what answered each, ended it, or shows that it must have been done."""

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, one, only
from ehcp_timeline.audit.bulk.seen import Names, Seen
from ehcp_timeline.audit.bulk.tables import DayTables
from ehcp_timeline.law.terms import Deadline


def answer_of(deadline: Deadline, names: Names, seen: Seen, start: pl.Series, tables: DayTables) -> pl.Series:
    """Return the earliest answer on or after the start.

    Where the due day lies before the start, answers do too, back to `answers_from`.
    """
    if not seen.holds(names):
        return seen.never
    if not deadline.looks_back:
        return seen.next(names, start)
    return seen.next(names, tables.of(deadline.answers_from, start) if deadline.answers_from else None)


def end_of(
    deadline: Deadline, seen: Seen, start: pl.Series, answer: pl.Series
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


def is_implied(deadline: Deadline, seen: Seen, start: pl.Series) -> pl.Series | None:
    """Return which clocks have an event since their start that shows that it must have been done."""
    if not seen.holds(deadline.implied_by):
        return None
    return seen.last_happened(deadline.implied_by) >= start
