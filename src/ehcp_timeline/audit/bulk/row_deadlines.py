"""Clocks of one row each: every deadline except those that repeat, on one batch of rows."""

from collections.abc import Iterable, Iterator

import polars as pl

from ehcp_timeline.audit.bulk.applicability import answers_since, applies, not_owed, start_of
from ehcp_timeline.audit.bulk.days import (
    NEVER,
    but_not,
    constant,
    either,
    instead,
    is_at,
    only,
    some_of,
    where_true,
)
from ehcp_timeline.audit.bulk.due import answer_of
from ehcp_timeline.audit.bulk.judge_deadline import ClockOutcomes, Started, outcomes_of, weigh
from ehcp_timeline.audit.bulk.lazy_clocks import WeighedClocks
from ehcp_timeline.audit.bulk.requests import TWICE
from ehcp_timeline.audit.bulk.row_events import Columns, RowsSeen, spans_of
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.audit.single.events import (
    DECIDED,
    DECISIONS,
    EXPLAIN,
    OLDER_PLAN,
    REQUEST,
    is_of_request,
)
from ehcp_timeline.audit.verdicts import may_decide
from ehcp_timeline.law.deadline import Dates, StartWhere
from ehcp_timeline.law.rulebook import Deadline

Begun = tuple[RowsSeen, pl.Series, pl.Series | None]


def weigh_rows(inquiry: Inquiry, deadlines: Iterable[Deadline], columns: Columns) -> Iterator[WeighedClocks]:
    """Yield the clocks of each deadline that has any on this batch, in row order."""
    whole = RowsSeen(columns)
    begun: dict[tuple[Dates, tuple[StartWhere, ...]], Begun | None] = {}
    for deadline in deadlines:
        key = deadline.starts, deadline.starts_where
        if key not in begun:
            begun[key] = _begin(inquiry, deadline, whole)
        started = _started(inquiry, deadline, begun[key])
        if started is not None:
            yield weigh(started, _outcome)


def _begin(inquiry: Inquiry, deadline: Deadline, whole: RowsSeen) -> Begun | None:
    """Return the rows on which something has begun, shared by all deadlines that start so, and the start.

    Rows whose start cannot be read come last; None for no row.
    """
    lost = whole.unreadable(deadline.start_events)
    if lost is None and not whole.holds(deadline.start_events):
        return None
    seen = whole
    if deadline.starts.which == "each":
        row, seen = spans_of(whole.columns, deadline.starts, lost)
        lost = some_of(lost, row)
    start = start_of(deadline, seen)
    begun = either(start < NEVER, lost)
    if lost is not None:
        start = instead(start, lost, constant(inquiry.today, len(start)))
    if begun is None or not begun.any():
        return None
    if begun.all():
        return seen, start, lost
    positions = where_true(begun)
    return seen.at(positions), start[positions], some_of(lost, positions)


def _started(inquiry: Inquiry, deadline: Deadline, begun: Begun | None) -> Started | None:
    """Return the clocks that are the rows' own; a row that the deadline does not apply to is left out."""
    if begun is None:
        return None
    seen, start, lost = begun
    if not (deadline.only_if or deadline.after or deadline.during):
        return Started(inquiry, deadline, seen, start, lost)
    applied, doubtful = applies(deadline, seen, start, lost)
    positions = where_true(applied if doubtful is None else applied | doubtful)
    if positions.is_empty():
        return None
    return Started(
        inquiry,
        deadline,
        seen.at(positions),
        start[positions],
        some_of(lost, positions),
        some_of(doubtful, positions),
    )


def _outcome(started: Started, due: pl.Series) -> ClockOutcomes:
    deadline, seen, start, inquiry = started.deadline, started.seen, started.start, started.inquiry
    assert isinstance(seen, RowsSeen)  # noqa: S101  as `_begin` makes it
    since = answers_since(deadline, seen, start)
    answer = answer_of(deadline, deadline.met_by.events, seen, since, inquiry.tables)
    outcome = outcomes_of(started, due, since, answer)
    outcome.before = _decided_before(deadline, seen, start)
    outcome.not_owed = not_owed(inquiry.rulebook, deadline, seen, start, due, outcome.before)
    if unread := may_decide(deadline, inquiry.rulebook, seen.unread):
        outcome.unread = answer_of(deadline, unread, seen, since, inquiry.tables)
    if (twice := seen.flagged(f"{TWICE}{deadline.id}")) is not None:
        outcome.twice = twice
        outcome.answered, outcome.ended = only(outcome.answered, ~twice), only(outcome.ended, ~twice)
        outcome.before = but_not(outcome.before, twice)
    return outcome


def _decided_before(deadline: Deadline, seen: RowsSeen, start: pl.Series) -> pl.Series | None:
    """Return which clocks belong to requests whose every decision is before them, unexplained."""
    if not is_of_request(deadline) or not seen.holds(DECIDED):
        return None
    candidates = where_true((seen.next(DECIDED) < start) & (seen.first((REQUEST,)) == start))
    if candidates.is_empty():
        return None
    rows, day = seen.at(candidates), start[candidates]
    before = (rows.last_happened(DECISIONS) < day) & (rows.first(EXPLAIN) == NEVER)
    before &= ~(rows.next(OLDER_PLAN) < day)
    return is_at(candidates.filter(before), seen.height)
