"""Duties that repeat: one clock for each date that starts it, over all the rows of each case."""

from collections.abc import Collection, Iterable, Iterator

import polars as pl

from ehcp_timeline.audit.bulk.applicability import without_plan
from ehcp_timeline.audit.bulk.case_events import Cases, CasesSeen, changes, held_at, merged
from ehcp_timeline.audit.bulk.days import (
    NEVER,
    OPEN_ENDED,
    as_dates,
    constant,
    earlier,
    either,
    is_at,
    where_true,
)
from ehcp_timeline.audit.bulk.due import one_period_more
from ehcp_timeline.audit.bulk.judge_deadline import ClockOutcomes, Started, outcomes_of, weigh
from ehcp_timeline.audit.bulk.lazy_clocks import WeighedClocks
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.audit.single.events import started_twice
from ehcp_timeline.audit.verdicts import may_decide
from ehcp_timeline.cases.model import Problem, Row
from ehcp_timeline.law.deadline import Repeats
from ehcp_timeline.law.rulebook import Deadline


def weigh_chains(inquiry: Inquiry, deadlines: Iterable[Deadline], cases: Cases) -> Iterator[WeighedClocks]:
    """Yield the clocks of each repeating duty that has any among some cases; those of one row by their start.

    A case without a clock has one for each row whose start cannot be read; its verdict is unknown.
    """
    for deadline in deadlines:
        starts = start_keys(deadline, cases)
        case, start = cases.split(starts)
        position = _first_rows(deadline, starts, cases)
        unreadable = cases.unreadable_rows(deadline.start_events)
        lost = None
        if unreadable is not None:
            unreadable = unreadable.filter(~cases.of(unreadable).is_in(case.implode()))
            lost = pl.concat([start < 0, unreadable >= 0])
            case, position = pl.concat([case, cases.of(unreadable)]), pl.concat([position, unreadable])
            start = pl.concat([start, constant(inquiry.today, len(unreadable))])
        if start.is_empty():
            continue
        lost = lost if lost is not None and lost.any() else None
        seen = CasesSeen(cases, case, position)
        yield weigh(Started(inquiry, deadline, seen, start, lost), _outcome)


def start_keys(deadline: Deadline, cases: Cases) -> pl.Series:
    """Return the dates that start a clock of a duty, by case; none for a duty that does not repeat."""
    repeats = deadline.repeats or Repeats()
    return merged(
        [*(cases.keys((name,), "happened") for name in repeats.again), _first_starts(repeats, cases)]
    )


def _first_starts(repeats: Repeats, cases: Cases) -> pl.Series:
    """Return the dates on which a chain begins: nothing came before, or what came before closed it.

    Every step of a case is one number: its date, then its kind. On one day, what closes a chain comes after
    all else.
    """
    if cases.there.keys().isdisjoint(repeats.first):
        return merged([])
    names = (*repeats.again, *repeats.first)
    kinds = [name for name in names if name not in repeats.closed_by]
    kinds += [name for name in names if name in repeats.closed_by]
    kinds += repeats.closed_by
    steps = merged([cases.keys((name,), "happened") * len(kinds) + place for place, name in enumerate(kinds)])
    first = pl.Series([name in repeats.first for name in kinds])[steps % len(kinds)]
    begins, before = steps.filter(first), steps.shift(1).filter(first)
    closed = pl.Series([name in repeats.closed_by for name in kinds])[(before % len(kinds)).fill_null(0)]
    key, key_before = begins // len(kinds), before // len(kinds)
    other_case = (cases.split(key)[0] != cases.split(key_before)[0]).fill_null(value=True)
    starts = key.filter(other_case | closed)
    return starts.filter(changes(starts))


def _first_rows(deadline: Deadline, starts: pl.Series, cases: Cases) -> pl.Series:
    repeats = deadline.repeats or Repeats()
    series: pl.Series | None = None
    for name in (*repeats.first, *repeats.again):
        if name in cases.there:
            dates = cases.dates(name)
            mine = held_at(starts, dates.key.filter(dates.first), dates.position.filter(dates.first))
            series = mine if series is None else earlier(series, mine)
    return pl.Series([], dtype=pl.UInt32) if series is None else series


def _outcome(started: Started, due: pl.Series) -> ClockOutcomes:
    deadline, seen, start, inquiry = started.deadline, started.seen, started.start, started.inquiry
    assert isinstance(seen, CasesSeen)  # noqa: S101  as `weigh_chains` makes it
    recorded = seen.next(deadline.met_by.events, after=start)
    answer = recorded
    if deadline.repeats and seen.holds(deadline.repeats.unseen):
        answer = earlier(recorded, seen.next(deadline.repeats.unseen, after=start))
    outcome = outcomes_of(started, due, start, answer)
    displaced = _displaced(inquiry, deadline, seen, start, answer)
    outcome.not_owed = either(displaced, without_plan(deadline, seen, start, due))
    outcome.unseen = _unseen(started, due, outcome.answered, answer < recorded)
    if unread := may_decide(deadline, inquiry.rulebook, seen.unread):
        outcome.unread = seen.next(unread, after=start)
    return outcome


def _displaced(
    inquiry: Inquiry, deadline: Deadline, seen: CasesSeen, start: pl.Series, answer: pl.Series
) -> pl.Series | None:
    displaced = None
    for name in deadline.displaced_by:
        if name in inquiry.rulebook.by_id:
            keys = start_keys(inquiry.rulebook.by_id[name], seen.cases)
            day = seen.find(keys, start, "forward")
            displaced = either(displaced, (day < NEVER) & (day <= answer))
    return displaced


def _unseen(
    started: Started, due: pl.Series, answered: pl.Series, not_in_full: pl.Series
) -> pl.Series | None:
    """Return which clocks were answered more than one period after their due day, as far as is known.

    The answer is not recorded in full, or is the only one to the first clock of its case.
    """
    deadline, tables = started.deadline, started.inquiry.tables
    positions = where_true((answered > due) & (answered < NEVER) & (due < OPEN_ENDED))
    if positions.is_empty():
        return None
    limit = one_period_more(
        deadline, started.start[positions], due[positions], started.seen.at(positions), tables
    )
    positions = positions.filter((limit < NEVER) & (answered[positions] > limit))
    seen, start = started.seen.at(positions), started.start[positions]
    is_first = seen.next(deadline.repeats.first if deadline.repeats else (), start) == start
    only_one = seen.next(deadline.answers) == seen.last_happened(deadline.answers)
    return is_at(positions.filter(not_in_full[positions] | (is_first & only_one)), started.seen.height)


def problems_of(deadlines: Iterable[Deadline], cases: Cases, derived: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each start that is on two rows of a case: it is one clock.

    Derived events have no column, so they have no problem.
    """
    asked = set(derived)
    for deadline in deadlines:
        repeats = deadline.repeats or Repeats()
        for name in (*repeats.first, *repeats.again):
            if name not in asked:
                asked.add(name)
                for rows in _same_start(name, cases):
                    yield from dict.fromkeys(started_twice(deadline, rows))


def _same_start(name: str, cases: Cases) -> Iterator[tuple[Row, ...]]:
    """Yield the rows of each case that hold the same date of one event, if there are several."""
    if name not in cases.there:
        return
    dates = cases.dates(name)
    again = dates.key.filter(~dates.first)
    if again.is_empty():
        return
    twice = dates.key.is_in(again.implode())
    key, position = dates.key.filter(twice), dates.position.filter(twice)
    frame = pl.DataFrame({"key": key, "row": cases.row[position], "day": as_dates(cases.split(key)[1])})
    for _, rows in frame.group_by("key", maintain_order=True):
        yield tuple(Row(row, "", {name: day}) for _, row, day in rows.iter_rows())
