"""Which rows a deadline applies to: has it started, does it apply, is it owed?"""

from collections.abc import Iterator

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, between, but_not, earlier, either, instead, literal
from ehcp_timeline.audit.bulk.events import EventFrame
from ehcp_timeline.audit.bulk.row_events import RowsSeen
from ehcp_timeline.law.deadline import PlanByDue, StartWhere
from ehcp_timeline.law.rulebook import Deadline, Rulebook


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
    """Return the first day from which an answer or an end counts: the ordinary start, if another is later."""
    return earlier(start, seen.pick(deadline.starts)) if deadline.starts_where else start


def applies(
    deadline: Deadline, seen: RowsSeen, start: pl.Series, lost: pl.Series | None = None
) -> tuple[pl.Series, pl.Series | None]:
    """Return the rows to which a deadline applies, and those for which that is unreadable; None for no row.

    A row is left out at the first condition that it fails. For the `lost` rows, whose start cannot be read,
    the question is whether the deadline could apply on any day.
    """
    yes = seen.never == NEVER
    doubtful: pl.Series | None = None
    for fits, unreadable in _conditions(deadline, seen, start, lost):
        if unreadable is None:
            yes &= fits
        else:
            doubtful = either(doubtful, yes & unreadable)
            yes &= fits & ~unreadable
    return yes, doubtful


def _conditions(
    deadline: Deadline, seen: RowsSeen, start: pl.Series, lost: pl.Series | None
) -> Iterator[tuple[pl.Series, pl.Series | None]]:
    if deadline.only_if:
        since = start if lost is None else start.zip_with(~lost, literal(0))
        shown = seen.next(deadline.shown_by, since) < NEVER
        for fact, codes in deadline.only_if:
            yield shown | seen.holds_code(fact, codes), but_not(seen.unreadable((fact,)), shown)
    if deadline.after:
        came = seen.next(deadline.after) <= start
        if lost is not None:
            came = came.zip_with(~lost, seen.first(deadline.after) < NEVER)
        yield came, but_not(seen.unreadable(deadline.after), came)
    if deadline.during:
        first, last = (seen.first((name,)) for name in deadline.during)
        inside, unreadable = (first <= start) & (start <= last), seen.unreadable(deadline.during)
        if lost is not None:
            came, unread = first < NEVER, seen.unreadable(deadline.during[:1])
            inside = inside.zip_with(~lost, came)
            unreadable = but_not(unreadable, lost)
            unreadable = either(unreadable, None if unread is None else unread & lost & ~came)
        yield inside, unreadable


def awaits(deadline: Deadline, seen: EventFrame) -> pl.Series | None:
    """Return the rows on which no event has made the duty owed yet; None if it is owed on all."""
    if deadline.repeats or not deadline.owed_when:
        return None
    return but_not(seen.next(deadline.owed_when) == NEVER, seen.unreadable(deadline.owed_when))


def not_owed(
    rulebook: Rulebook,
    deadline: Deadline,
    seen: RowsSeen,
    start: pl.Series,
    due: pl.Series,
    doubtful: pl.Series | None,
) -> pl.Series | None:
    """Return which rows do not owe the duty: something replaces it, or has not come yet.

    Where the day of the request is `doubtful`, what makes the duty owed may have come since.
    """
    series: pl.Series | None = None
    for name in deadline.displaced_by:
        other = rulebook.by_id.get(name)
        if not seen.holds(other.start_events if other else (name,)):
            continue
        if other is None:
            undone = seen.last_happened(deadline.revived_by) if seen.holds(deadline.revived_by) else None
            series = either(series, seen.next((name,), after=undone) < NEVER)
        else:
            day = start_of(other, seen)
            series = either(series, (day < NEVER) & applies(other, seen, day)[0])
    if deadline.owed_when:
        waits = seen.last_happened(deadline.owed_when) < answers_since(deadline, seen, start)
        series = either(series, but_not(waits, doubtful))
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


def _had_plan(plan: PlanByDue, by: pl.Series, seen: EventFrame) -> pl.Series:
    made, shown, before = (seen.next(names) for names in (plan.made, plan.shown_by, plan.before_plan))
    in_time = (made <= by) | (shown <= by)
    if plan.by == "start":
        in_time |= shown < made
    return in_time | ((made == NEVER) & ((shown < NEVER) | (before == NEVER)))
