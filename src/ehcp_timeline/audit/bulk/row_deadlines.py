"""Clocks that each stand on one row: every deadline but those that repeat, on one batch of rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from ehcp_timeline.audit.bulk.applicability import (
    answers_since,
    applies,
    awaits,
    could_apply,
    not_owed,
    start_of,
)
from ehcp_timeline.audit.bulk.days import NEVER, all_positions, constant, instead, only, where_true
from ehcp_timeline.audit.bulk.due import answer_of, end_of, has_lapsed, is_implied
from ehcp_timeline.audit.bulk.judge_deadline import ClockOutcomes, Started, Weighed, weigh
from ehcp_timeline.audit.bulk.requests import TWICE
from ehcp_timeline.audit.bulk.row_events import Columns, RowBatch, RowsSeen, spans_of
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.audit.circumstances import may_decide
from ehcp_timeline.audit.single.requests import (
    DECIDED,
    DECISIONS,
    EXPLAIN,
    OLDER_PLAN,
    REQUEST,
    is_of_request,
)
from ehcp_timeline.law.deadline import Dates, StartWhere
from ehcp_timeline.law.rulebook import Deadline

Start = tuple[Dates, tuple[StartWhere, ...]]


@dataclass(frozen=True, slots=True)
class _Begun:
    """The rows on which something of the same start has begun, shared by all deadlines that start so."""

    seen: RowsSeen
    start: pl.Series
    lost: pl.Series | None


def weigh_rows(inquiry: Inquiry, deadlines: Iterable[Deadline], batch: RowBatch) -> Iterator[Weighed]:
    """Yield the clocks of each deadline that has any on this batch, in row order."""
    columns = Columns(batch, inquiry)
    whole = RowsSeen(columns)
    begun: dict[Start, _Begun | None] = {}
    for deadline in deadlines:
        key = (deadline.starts, deadline.starts_where)
        if key not in begun and deadline.starts.which == "each":
            begun[key] = _begin_each(inquiry, deadline, columns)
        elif key not in begun:
            begun[key] = _begin(inquiry, deadline, whole)
        started = _started(deadline, begun[key])
        if started is not None:
            yield weigh(inquiry, started, _outcome)


def _begin(inquiry: Inquiry, deadline: Deadline, whole: RowsSeen) -> _Begun | None:
    lost = whole.unreadable(deadline.start_events)
    if lost is None and not whole.holds(deadline.start_events):
        return None
    start = start_of(deadline, whole)
    begun = start < NEVER if lost is None else (start < NEVER) | lost
    if not begun.any():
        return None
    if lost is not None:
        start = instead(start, lost, constant(inquiry.today, len(start)))
    if begun.all():
        return _Begun(whole, start, lost)
    positions = where_true(begun)
    return _Begun(whole.at(positions), start[positions], None if lost is None else lost[positions])


def _begin_each(inquiry: Inquiry, deadline: Deadline, columns: Columns) -> _Begun | None:
    """Return each date that starts a clock of its own, with what came until the next of them."""
    lost = RowsSeen(columns).unreadable(deadline.start_events)
    spans = spans_of(columns, deadline.starts, lost)
    if not spans.height:
        return None
    start = start_of(deadline, spans)
    if lost is None:
        return _Begun(spans, start, None)
    lost = lost[spans.positions]
    return _Begun(spans, instead(start, lost, constant(inquiry.today, spans.height)), lost)


def _started(deadline: Deadline, begun: _Begun | None) -> Started | None:
    """Return the clocks that are the rows' own; a row that the deadline does not apply to is left out."""
    if begun is None:
        return None
    seen, start, lost = begun.seen, begun.start, begun.lost
    if not (deadline.only_if or deadline.after or deadline.during):
        return Started(deadline, seen, start, lost, waiting=_waiting(deadline, seen, lost))
    applied = applies(deadline, seen, start)
    stays = applied.yes | applied.unreadable
    if lost is not None:
        could = could_apply(deadline, seen)
        stays = (stays & ~lost) | ((could.yes | could.unreadable) & lost)
    positions = where_true(stays)
    if positions.is_empty():
        return None
    seen, lost = seen.at(positions), None if lost is None else lost[positions]
    doubtful, waiting = applied.unreadable[positions], _waiting(deadline, seen, lost)
    return Started(deadline, seen, start[positions], lost, doubtful, waiting)


def _waiting(deadline: Deadline, seen: RowsSeen, lost: pl.Series | None) -> pl.Series | None:
    return None if lost is None else awaits(deadline, seen)


def _outcome(inquiry: Inquiry, started: Started, due: pl.Series) -> ClockOutcomes:
    deadline, seen, start = started.deadline, started.seen, started.start
    assert isinstance(seen, RowsSeen)  # noqa: S101  as `_started` makes it
    since = answers_since(deadline, seen, start)
    answer = answer_of(deadline, deadline.met_by.events, seen, since, inquiry.tables)
    ends = end_of(deadline, seen, since, answer, due, inquiry.today)
    unread = may_decide(deadline, inquiry.rulebook, seen.unread)
    answered, ended = ends.answered, ends.day
    before, twice = _decided_before(deadline, seen, start), seen.flagged(f"{TWICE}{deadline.id}")
    if twice is not None:
        answered, ended = only(answered, ~twice), only(ended, ~twice)
        before = None if before is None else before & ~twice
    return ClockOutcomes(
        answered=answered,
        ended=ended,
        not_owed=not_owed(inquiry, deadline, seen, start, due),
        implied=is_implied(deadline, seen, since, ends.day, inquiry.tables),
        released=ends.released,
        lapsed=has_lapsed(deadline, seen, since),
        twice=twice,
        before=before,
        unread=answer_of(deadline, unread, seen, since, inquiry.tables) if unread else None,
    )


def _decided_before(deadline: Deadline, seen: RowsSeen, start: pl.Series) -> pl.Series | None:
    """Return which clocks are of requests of which every decision lies before them, unexplained."""
    if not is_of_request(deadline) or not seen.holds(DECIDED):
        return None
    candidates = where_true((seen.next(DECIDED) < start) & (seen.first((REQUEST,)) == start))
    if candidates.is_empty():
        return None
    rows, day = seen.at(candidates), start[candidates]
    before = (rows.last_happened(DECISIONS) < day) & (rows.first(EXPLAIN) == NEVER)
    before &= ~(rows.next(OLDER_PLAN) < day)
    return all_positions(seen.height).is_in(candidates.filter(before).implode())
