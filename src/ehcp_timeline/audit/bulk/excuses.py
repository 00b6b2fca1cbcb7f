"""What the dates of many cases say about claimed excuses: proved, refuted, or neither.

The strongest excuse of a clock is one number, so that the strongest is the smallest: its place in
`audit.single.excuses.STRONGEST_FIRST`, then its place in the deadline.
"""

from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.days import (
    NEVER,
    DayTables,
    between,
    earlier,
    either,
    instead,
    later,
    or_before_all,
    where_true,
)
from ehcp_timeline.audit.bulk.events import EventFrame
from ehcp_timeline.audit.single.excuses import NEXT_DAY, STRONGEST_FIRST
from ehcp_timeline.law.deadline import Absence, Closure, Excuse
from ehcp_timeline.law.rulebook import Deadline

BEST: Final = pl.UInt32
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
        claimed = _claimed(excuse, seen)
        if claimed is None:
            continue
        claimed &= between(due, excuse.since, excuse.until)
        positions = where_true(claimed)
        if positions.is_empty():
            continue
        strength = _strength(excuse, seen.at(positions), start[positions], due[positions], tables)
        mine = strength * len(deadline.excuses) + place
        if best is None:
            best = pl.Series([NONE], dtype=BEST).new_from_index(0, seen.height)
        before = best[positions]
        best = best.scatter(positions, mine.zip_with(mine < before, before))
    return best


def is_strength(best: pl.Series, deadline: Deadline, strongest: int, weakest: int) -> pl.Series:
    """Return which strongest excuses lie between two places in `STRONGEST_FIRST`, both inclusive."""
    steps = len(deadline.excuses)
    return (best >= strongest * steps) & (best < (weakest + 1) * steps)


def said(deadline: Deadline) -> pl.Series:
    """Return what is said of an excuse, by its number, as `absent (evidenced)`, and null at the end."""
    words = [f"{excuse.id} ({strength})" for strength in STRONGEST_FIRST for excuse in deadline.excuses]
    return pl.Series([*words, None], dtype=pl.String)


def _claimed(excuse: Excuse, seen: EventFrame) -> pl.Series | None:
    if excuse.flag is not None:
        return either(seen.flagged(excuse.flag), seen.unreadable_flag(excuse.flag))
    absent = _absence(excuse).absent
    first = seen.first(absent[:1]) < NEVER if seen.holds(absent[:1]) else None
    return either(first, seen.unreadable(absent))


def _strength(
    excuse: Excuse, seen: EventFrame, start: pl.Series, due: pl.Series, tables: DayTables
) -> pl.Series:
    if excuse.flag is None:
        absence = _absence(excuse)
        strength = _absence_strength(absence, seen, start, due, tables)
        unreadable = seen.unreadable(absence.absent)
    else:
        closure = excuse.evidence
        strength = (
            _closure_strength(closure, seen, start, due, tables)
            if isinstance(closure, Closure)
            else _all(CLAIMED, seen)
        )
        unreadable = seen.unreadable_flag(excuse.flag)
    return strength if unreadable is None else instead(strength, unreadable, _all(UNREADABLE, seen))


def _all(strength: int, seen: EventFrame) -> pl.Series:
    return pl.Series([strength], dtype=BEST).new_from_index(0, seen.height)


def _ranked(proved: pl.Series, refuted: pl.Series, seen: EventFrame) -> pl.Series:
    strength = instead(_all(CLAIMED, seen), proved, _all(EVIDENCED, seen))
    return instead(strength, refuted, _all(REFUTED, seen))


def _closure_strength(
    closure: Closure, seen: EventFrame, start: pl.Series, due: pl.Series, tables: DayTables
) -> pl.Series:
    first, last = (seen.first((name,)) for name in closure.closed)
    asked = seen.never
    for name in reversed(closure.asked):  # the first that stands is taken: it is put in last
        day = seen.first((name,))
        asked = instead(asked, day < NEVER, day)
    closed, was_asked = (first < NEVER) & (last < NEVER), asked < NEVER
    too_short = closed & (last < tables.of(closure.length, first))
    earliest = later(start, or_before_all(tables.of(closure.margin, first)))
    latest = earlier(due, tables.of(closure.margin, tables.of(NEXT_DAY, last)))
    outside = was_asked & ((asked < earliest) | (asked > latest))
    return _ranked(was_asked & closed, too_short | outside | (earliest > latest), seen)


def _absence_strength(
    absence: Absence, seen: EventFrame, start: pl.Series, due: pl.Series, tables: DayTables
) -> pl.Series:
    first, last = (seen.first((name,)) for name in absence.absent)
    needed = tables.of(absence.length, later(first, start))
    return _ranked(last < NEVER, (needed > due) | (needed > last), seen)


def _absence(excuse: Excuse) -> Absence:
    assert isinstance(excuse.evidence, Absence)  # noqa: S101  the rulebook's reader sees to it
    return excuse.evidence
