"""What the dates of many cases show about claimed excuses: proved, refuted, or neither.

The strongest excuse of a clock is one number, so that the strongest is the smallest: its place in
`audit.single.applicability.STRONGEST_FIRST`, then its place in the deadline.
"""

from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.days import (
    NEVER,
    DayTables,
    between,
    constant,
    earlier,
    either,
    instead,
    later,
    or_before_all,
    where_true,
)
from ehcp_timeline.audit.bulk.events import EventFrame
from ehcp_timeline.audit.single.applicability import STRONGEST_FIRST
from ehcp_timeline.audit.single.due import NEXT_DAY
from ehcp_timeline.law.deadline import Absence, Closure, Excuse
from ehcp_timeline.law.rulebook import Deadline

NONE: Final = 2**30
EVIDENCED, CLAIMED, UNREADABLE, REFUTED = (
    STRONGEST_FIRST.index(word) for word in ("evidenced", "claimed", "unreadable", "refuted")
)


def best_excuse(
    deadline: Deadline, seen: EventFrame, start: pl.Series, due: pl.Series, tables: DayTables
) -> pl.Series | None:
    """Return the strongest claimed excuse of each clock, `NONE` where there is none; None for no clock."""
    best: pl.Series | None = None
    for place, excuse in enumerate(deadline.excuses):
        claimed, unreadable = _claimed(excuse, seen)
        claimed = either(claimed, unreadable)
        if claimed is None:
            continue
        positions = where_true(claimed & between(due, excuse.since, excuse.until))
        if positions.is_empty():
            continue
        rows = seen.at(positions)
        proved, refuted = _evidence(excuse, rows, start[positions], due[positions], tables)
        strength = constant(CLAIMED, rows.height)
        for mask, word in ((proved, EVIDENCED), (refuted, REFUTED), (_claimed(excuse, rows)[1], UNREADABLE)):
            if mask is not None:
                strength = instead(strength, mask, constant(word, rows.height))
        mine = strength * len(deadline.excuses) + place
        best = constant(NONE, seen.height) if best is None else best
        before = best[positions]
        best = best.scatter(positions, mine.zip_with(mine < before, before))
    return best


def is_strength(best: pl.Series, deadline: Deadline, strongest: int, weakest: int) -> pl.Series:
    """Return which strongest excuses are between two places in `STRONGEST_FIRST`, both inclusive."""
    steps = len(deadline.excuses)
    return (best >= strongest * steps) & (best < (weakest + 1) * steps)


def said(deadline: Deadline) -> pl.Series:
    """Return the words for an excuse, by its number, as `absent (evidenced)`, and null at the end."""
    words = [f"{excuse.id} ({strength})" for strength in STRONGEST_FIRST for excuse in deadline.excuses]
    return pl.Series([*words, None], dtype=pl.String)


def _claimed(excuse: Excuse, seen: EventFrame) -> tuple[pl.Series | None, pl.Series | None]:
    """Return which clocks claim an excuse, and which have a cell of it that cannot be read."""
    if excuse.flag is not None:
        return seen.flagged(excuse.flag), seen.unreadable_flag(excuse.flag)
    assert isinstance(excuse.evidence, Absence)  # noqa: S101  the rulebook's reader sees to it
    first = excuse.evidence.absent[:1]
    claimed = seen.first(first) < NEVER if seen.holds(first) else None
    return claimed, seen.unreadable(excuse.evidence.absent)


def _evidence(
    excuse: Excuse, seen: EventFrame, start: pl.Series, due: pl.Series, tables: DayTables
) -> tuple[pl.Series | None, pl.Series | None]:
    """Return which clocks have dates that prove an excuse, and which have dates that refute it."""
    if isinstance(excuse.evidence, Closure):
        return _closure(excuse.evidence, seen, start, due, tables)
    if excuse.flag is None and isinstance(excuse.evidence, Absence):
        first, last = (seen.first((name,)) for name in excuse.evidence.absent)
        needed = tables.of(excuse.evidence.length, later(first, start))
        return last < NEVER, (needed > due) | (needed > last)
    return None, None


def _closure(
    closure: Closure, seen: EventFrame, start: pl.Series, due: pl.Series, tables: DayTables
) -> tuple[pl.Series, pl.Series]:
    first, last = (seen.first((name,)) for name in closure.closed)
    asked = seen.never
    for name in reversed(closure.asked):  # the first with a date is taken: it is put in last
        day = seen.first((name,))
        asked = instead(asked, day < NEVER, day)
    closed, was_asked = (first < NEVER) & (last < NEVER), asked < NEVER
    too_short = closed & (last < tables.of(closure.length, first))
    earliest = later(start, or_before_all(tables.of(closure.margin, first)))
    latest = earlier(due, tables.of(closure.margin, tables.of(NEXT_DAY, last)))
    outside = was_asked & ((asked < earliest) | (asked > latest))
    return was_asked & closed, too_short | outside | (earliest > latest)
