"""Whether a deadline is a row's own: has it started, does it apply, is it owed? For many rows at once."""

from dataclasses import dataclass

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, between, earlier, either, instead
from ehcp_timeline.audit.bulk.events import EventFrame
from ehcp_timeline.audit.bulk.row_events import RowsSeen
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.law.deadline import PlanByDue, StartWhere
from ehcp_timeline.law.rulebook import Deadline


def start_of(deadline: Deadline, seen: RowsSeen) -> pl.Series:
    """Return the day on which each row's clock started, planned days included."""
    ordinary = start = seen.pick(deadline.starts)
    for where in reversed(deadline.starts_where):  # the first that fits is taken: it is put in last
        if all(seen.holds((name,)) for name in where.given):
            start = instead(start, _starts_later(where, seen, ordinary), seen.pick(where.starts))
    return start


def _starts_later(where: StartWhere, seen: EventFrame, ordinary: pl.Series) -> pl.Series:
    start = seen.pick(where.starts)
    fits = (
        (start < NEVER) & ((ordinary == NEVER) | (start > ordinary)) & (seen.first((where.absent,)) == NEVER)
    )
    for name in where.given:
        fits &= seen.first((name,)) < NEVER
    return fits


def is_disputed_start(deadline: Deadline, seen: EventFrame) -> pl.Series | None:
    """Return which clocks have a later start that is disputed; None where no start ever is."""
    if deadline.repeats or not any(where.doubt for where in deadline.starts_where):
        return None
    ordinary = seen.pick(deadline.starts)
    disputed = seen.never < NEVER
    for where in reversed(deadline.starts_where):  # the first that fits is taken: it is put in last
        fits = _starts_later(where, seen, ordinary)
        disputed = disputed | fits if where.doubt else disputed & ~fits
    return disputed


def answers_since(deadline: Deadline, seen: RowsSeen, start: pl.Series) -> pl.Series:
    """Return the first day on which an answer or an end counts: the ordinary start, if another is later."""
    return earlier(start, seen.pick(deadline.starts)) if deadline.starts_where else start


@dataclass(frozen=True, slots=True)
class Applies:
    """Which rows a deadline applies to, and for which that cannot be said; neither for the others."""

    yes: pl.Series
    unreadable: pl.Series


def applies(deadline: Deadline, seen: RowsSeen, start: pl.Series) -> Applies:
    """Ask the conditions of a deadline one after another; a row leaves at the first that it fails."""
    yes = pl.Series([True]).new_from_index(0, seen.height)
    applied = Applies(yes, ~yes)
    if deadline.only_if:
        applied = _holds_facts(deadline, seen, applied)
    if deadline.after:
        came = seen.next(deadline.after) <= start
        applied = _narrowed(applied, came, seen.unreadable(deadline.after), came_first=True)
    if deadline.during:
        first, last = (seen.first((name,)) for name in deadline.during)
        inside = (first <= start) & (start <= last)
        applied = _narrowed(applied, inside, seen.unreadable(deadline.during), came_first=False)
    return applied


def could_apply(deadline: Deadline, seen: RowsSeen) -> Applies:
    """Ask the same of clocks whose start cannot be read: whatever day it was."""
    yes = pl.Series([True]).new_from_index(0, seen.height)
    applied = Applies(yes, ~yes)
    if deadline.only_if:
        applied = _holds_facts(deadline, seen, applied)
    for names in (deadline.after, deadline.during[:1] if deadline.during else ()):
        if names:
            came = seen.first(names) < NEVER
            applied = _narrowed(applied, came, seen.unreadable(names), came_first=True)
    return applied


def awaits(deadline: Deadline, seen: RowsSeen) -> pl.Series | None:
    """Return the rows on which none of the events that make the duty owed has come; None where all have."""
    if not deadline.owed_when:
        return None
    waiting = seen.next(deadline.owed_when) == NEVER
    unreadable = seen.unreadable(deadline.owed_when)
    return waiting if unreadable is None else waiting & ~unreadable


def _narrowed(so_far: Applies, fits: pl.Series, unreadable: pl.Series | None, *, came_first: bool) -> Applies:
    """Keep the rows that fit; an unreadable cell matters to all of them, or only to those that do not."""
    if unreadable is None:
        return Applies(so_far.yes & fits, so_far.unreadable)
    doubtful = so_far.yes & unreadable & ~fits if came_first else so_far.yes & unreadable
    return Applies(so_far.yes & fits & ~doubtful, so_far.unreadable | doubtful)


def _holds_facts(deadline: Deadline, seen: RowsSeen, so_far: Applies) -> Applies:
    shown = seen.next(deadline.shown_by) < NEVER
    for fact, codes in deadline.only_if:
        unreadable = seen.unreadable((fact,))
        so_far = _narrowed(
            so_far,
            shown | seen.holds_code(fact, codes),
            None if unreadable is None else unreadable & ~shown,
            came_first=False,
        )
    return so_far


def not_owed(
    inquiry: Inquiry, deadline: Deadline, seen: RowsSeen, start: pl.Series, due: pl.Series
) -> pl.Series | None:
    """Return which rows do not owe the duty: something takes its place, or has not come yet."""
    series: pl.Series | None = None
    for name in deadline.displaced_by:
        other = inquiry.rulebook.by_id.get(name)
        if seen.holds(other.start_events if other else (name,)):
            series = either(series, _stands(other, seen) if other else seen.next((name,)) < NEVER)
    if deadline.owed_when:
        series = either(series, seen.last_happened(deadline.owed_when) < answers_since(deadline, seen, start))
    return either(series, without_plan(deadline, seen, start, due))


def without_plan(deadline: Deadline, seen: EventFrame, start: pl.Series, due: pl.Series) -> pl.Series | None:
    """Return which clocks had no plan by the due day or the start; None where none is needed."""
    plan = deadline.plan_by_due
    if plan is None:
        return None
    if plan.by == "due":
        return (due < NEVER) & ~_had_plan(plan, due, seen)
    covered = between(start, deadline.versions[0].since, deadline.versions[-1].until)
    return covered & ~_had_plan(plan, start, seen)


def _stands(deadline: Deadline, seen: RowsSeen) -> pl.Series:
    """Return the rows on which a clock of this deadline has started and is their own."""
    start = start_of(deadline, seen)
    return (start < NEVER) & applies(deadline, seen, start).yes


def _had_plan(plan: PlanByDue, by: pl.Series, seen: EventFrame) -> pl.Series:
    made, shown, before = (seen.next(names) for names in (plan.made, plan.shown_by, plan.before_plan))
    in_time = (made <= by) | (shown <= by)
    if plan.by == "start":
        in_time |= shown < made
    return in_time | ((made == NEVER) & ((shown < NEVER) | (before == NEVER)))
