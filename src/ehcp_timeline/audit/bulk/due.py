"""The due days of many clocks at once: the limbs of a time limit, each looked up from its own date."""

from collections.abc import Callable
from functools import reduce

import polars as pl

from ehcp_timeline.audit.bulk.days import between, instead, later, or_before_all, or_never
from ehcp_timeline.audit.bulk.seen import Seen
from ehcp_timeline.audit.bulk.tables import DayTables
from ehcp_timeline.audit.due import NEXT_DAY
from ehcp_timeline.law.clauses import Dates, Limit
from ehcp_timeline.law.terms import Deadline


def due_day(limit: Limit, start: pl.Series, seen: Seen, tables: DayTables) -> pl.Series:
    """Return the latest day of the limbs; `NEVER` where one that may not be skipped has no date."""
    limbs = [tables.of(limb.count, _since(limb.since, start, seen)) for limb in limit.limbs]
    if limit.missing == "skip":
        due = or_never(reduce(later, map(or_before_all, limbs)))
    else:
        due = reduce(later, limbs)
    return tables.rolled.of(due) if limit.rolls else due


def _since(dates: Dates | None, start: pl.Series, seen: Seen) -> pl.Series:
    if dates is None:
        return start
    return seen.last_until(dates.events, start) if dates.which == "latest" else seen.first(dates.events)


def by_version(
    deadline: Deadline, start: pl.Series, seen: Seen, due_by: Callable[[Limit], pl.Series]
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
    deadline: Deadline, start: pl.Series, due: pl.Series, seen: Seen, tables: DayTables
) -> pl.Series:
    """Return the due days of clocks that start on the day after `due`, by the version of the first start."""
    next_start = tables.of(NEXT_DAY, due)
    return by_version(deadline, start, seen, lambda limit: due_day(limit, next_start, seen, tables))
