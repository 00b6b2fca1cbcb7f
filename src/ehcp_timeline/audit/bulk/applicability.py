"""Whether a deadline is a row's own: has it started, does it apply, is it owed? For many rows at once."""

from dataclasses import dataclass

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, earlier, either, instead
from ehcp_timeline.audit.bulk.row_events import RowsSeen
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.law.deadline import PlanByDue
from ehcp_timeline.law.rulebook import Deadline


def start_of(deadline: Deadline, seen: RowsSeen) -> pl.Series:
    """Return the day on which each row's clock started, planned days included."""
    start = seen.pick(deadline.starts)
    for where in reversed(deadline.starts_where):  # the first that fits is taken: it is put in last
        if not all(seen.holds((name,)) for name in where.given):
            continue
        fits = seen.first((where.absent,)) == NEVER
        for name in where.given:
            fits &= seen.first((name,)) < NEVER
        start = instead(start, fits, seen.pick(where.starts))
    return start


def answers_since(deadline: Deadline, seen: RowsSeen, start: pl.Series) -> pl.Series:
    """Return the first day on which an answer counts: the ordinary start, where another start is later."""
    return earlier(start, seen.pick(deadline.starts)) if deadline.starts_where else start


@dataclass(frozen=True, slots=True)
class Applies:
    """Which rows a deadline applies to, and for which that cannot be said; neither for the others."""

    yes: pl.Series
    unreadable: pl.Series


def applies(deadline: Deadline, seen: RowsSeen, start: pl.Series) -> Applies:
    """Ask the conditions of a deadline one after another; a row leaves at the first that it fails."""
    yes = pl.Series([True]).new_from_index(0, seen.height)
    found = Applies(yes, ~yes)
    if deadline.only_if:
        found = _holds_facts(deadline, seen, found)
    if deadline.after:
        came = seen.next(deadline.after) <= start
        found = _narrowed(found, came, seen.unreadable(deadline.after), came_first=True)
    if deadline.during:
        first, last = (seen.first((name,)) for name in deadline.during)
        inside = (first <= start) & (start <= last)
        found = _narrowed(found, inside, seen.unreadable(deadline.during), came_first=False)
    return found


def could_apply(deadline: Deadline, seen: RowsSeen) -> Applies:
    """Ask the same of clocks whose start cannot be read: whatever day it was."""
    yes = pl.Series([True]).new_from_index(0, seen.height)
    found = Applies(yes, ~yes)
    if deadline.only_if:
        found = _holds_facts(deadline, seen, found)
    for names in (deadline.after, deadline.during[:1] if deadline.during else ()):
        if names:
            came = seen.first(names) < NEVER
            found = _narrowed(found, came, seen.unreadable(names), came_first=True)
    return found


def awaits(deadline: Deadline, seen: RowsSeen) -> pl.Series | None:
    """Return the rows on which none of the events that make the duty owed has come; None where all have."""
    if not deadline.owed_when:
        return None
    waiting = seen.next(deadline.owed_when) == NEVER
    unreadable = seen.unreadable(deadline.owed_when)
    return waiting if unreadable is None else waiting & ~unreadable


def _narrowed(found: Applies, fits: pl.Series, unreadable: pl.Series | None, *, came_first: bool) -> Applies:
    """Keep the rows that fit; an unreadable cell matters to all of them, or only to those that do not."""
    if unreadable is None:
        return Applies(found.yes & fits, found.unreadable)
    doubtful = found.yes & unreadable & ~fits if came_first else found.yes & unreadable
    return Applies(found.yes & fits & ~doubtful, found.unreadable | doubtful)


def _holds_facts(deadline: Deadline, seen: RowsSeen, found: Applies) -> Applies:
    shown = seen.next(deadline.shown_by) < NEVER
    for fact, codes in deadline.only_if:
        unreadable = seen.unreadable((fact,))
        found = _narrowed(
            found,
            shown | _holds_code(fact, codes, seen),
            None if unreadable is None else unreadable & ~shown,
            came_first=False,
        )
    return found


def _holds_code(fact: str, codes: tuple[str, ...], seen: RowsSeen) -> pl.Series:
    """Return which rows hold one of the codes; a cell may hold several, joined by `+`."""
    cells, places = seen.cells(fact)
    holds = [cell is not None and not set(codes).isdisjoint(cell.split("+")) for cell in cells]
    return pl.Series(holds, dtype=pl.Boolean)[places]


def not_owed(
    inquiry: Inquiry, deadline: Deadline, seen: RowsSeen, start: pl.Series, due: pl.Series
) -> pl.Series | None:
    """Return which rows do not owe the duty: something takes its place, or has not come yet."""
    found: pl.Series | None = None
    for name in deadline.displaced_by:
        other = inquiry.rulebook.by_id.get(name)
        if seen.holds(other.start_events if other else (name,)):
            found = either(found, _stands(other, seen) if other else seen.next((name,)) < NEVER)
    if deadline.owed_when:
        found = either(found, seen.last_happened(deadline.owed_when) < start)
    if deadline.plan_by_due:
        found = either(found, (due < NEVER) & ~_had_plan(deadline.plan_by_due, due, seen))
    return found


def _stands(deadline: Deadline, seen: RowsSeen) -> pl.Series:
    """Return the rows on which a clock of this deadline has started and is their own."""
    start = start_of(deadline, seen)
    return (start < NEVER) & applies(deadline, seen, start).yes


def _had_plan(plan: PlanByDue, due: pl.Series, seen: RowsSeen) -> pl.Series:
    made, shown, before = (seen.next(names) for names in (plan.made, plan.shown_by, plan.before_plan))
    by_due = (made <= due) | (shown <= due)
    return by_due | ((made == NEVER) & ((shown < NEVER) | (before == NEVER)))
