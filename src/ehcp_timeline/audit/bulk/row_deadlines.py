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
from ehcp_timeline.audit.bulk.days import NEVER, constant, instead, where_true
from ehcp_timeline.audit.bulk.due import answer_of, end_of, is_implied
from ehcp_timeline.audit.bulk.judge_deadline import ClockOutcomes, Started, Weighed, weigh
from ehcp_timeline.audit.bulk.row_events import Columns, RowBatch, RowsSeen
from ehcp_timeline.audit.bulk.verdicts import Inquiry
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
    whole = RowsSeen(Columns(batch, inquiry))
    begun: dict[Start, _Begun | None] = {}
    for deadline in deadlines:
        key = (deadline.starts, deadline.starts_where)
        if key not in begun:
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


def _started(deadline: Deadline, begun: _Begun | None) -> Started | None:
    """Return the clocks that are the rows' own; a row that the deadline does not apply to is left out."""
    if begun is None:
        return None
    seen, start, lost = begun.seen, begun.start, begun.lost
    if not (deadline.only_if or deadline.after or deadline.during):
        return Started(deadline, seen, start, lost, waiting=_waiting(deadline, seen, lost))
    found = applies(deadline, seen, start)
    stays = found.yes | found.unreadable
    if lost is not None:
        could = could_apply(deadline, seen)
        stays = (stays & ~lost) | ((could.yes | could.unreadable) & lost)
    positions = where_true(stays)
    if positions.is_empty():
        return None
    seen, lost = seen.at(positions), None if lost is None else lost[positions]
    doubtful, waiting = found.unreadable[positions], _waiting(deadline, seen, lost)
    return Started(deadline, seen, start[positions], lost, doubtful, waiting)


def _waiting(deadline: Deadline, seen: RowsSeen, lost: pl.Series | None) -> pl.Series | None:
    return None if lost is None else awaits(deadline, seen)


def _outcome(inquiry: Inquiry, started: Started, due: pl.Series) -> ClockOutcomes:
    deadline, seen, start = started.deadline, started.seen, started.start
    assert isinstance(seen, RowsSeen)  # noqa: S101  as `_started` makes it
    since = answers_since(deadline, seen, start)
    answer = answer_of(deadline, deadline.met_by.events, seen, since, inquiry.tables)
    answered, ended = end_of(deadline, seen, start, answer)
    return ClockOutcomes(
        answered=answered,
        ended=ended,
        not_owed=not_owed(inquiry, deadline, seen, start, due),
        implied=is_implied(deadline, seen, start),
    )
