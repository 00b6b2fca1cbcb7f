"""What the other published readings of a time limit say of the same clocks, and whether they agree."""

from dataclasses import dataclass

import polars as pl

from ehcp_timeline.audit.bulk.applicability import is_disputed_start
from ehcp_timeline.audit.bulk.days import NEVER, OPEN_ENDED, between, earlier, instead, only
from ehcp_timeline.audit.bulk.due import answer_of, by_version, due_day
from ehcp_timeline.audit.bulk.judge_deadline import Weighed, beside_due
from ehcp_timeline.audit.bulk.verdicts import VERDICT_PLACES
from ehcp_timeline.law.deadline import Limit, Reading


@dataclass(frozen=True, slots=True)
class ReadingSpan:
    """What all published readings say of some clocks.

    Attributes:
        earliest: The earliest due day that any of them gives.
        latest: The latest.
        disputed: Those about whose verdict they differ.
    """

    earliest: pl.Series
    latest: pl.Series
    disputed: pl.Series


@dataclass(frozen=True, slots=True)
class _Read:
    """What one reading says: a due day, `NEVER` where it does not apply, and the days it is held against."""

    due: pl.Series
    answered: pl.Series


def span_of(weighed: Weighed) -> ReadingSpan:
    """Return the span of the readings' due days, and where they differ about the verdict."""
    earliest, latest, differs = weighed.due, weighed.due, weighed.due < 0
    open_to_readings = weighed.due < OPEN_ENDED
    if weighed.settled is not None:
        open_to_readings &= ~weighed.settled
    if not open_to_readings.any():
        return ReadingSpan(earliest, latest, differs)
    disputed = is_disputed_start(weighed.deadline, weighed.seen)
    if disputed is not None:
        differs = open_to_readings & disputed
    excuse = weighed.excuse()
    verdict = _verdict(weighed, weighed.numbers() + excuse)
    for reading in weighed.deadline.readings:
        read = _read(weighed, reading)
        says = open_to_readings & (read.due < OPEN_ENDED)
        days = beside_due(weighed.inquiry, read.due, read.answered, weighed.ended)
        other = _verdict(weighed, weighed.facts + days + excuse)
        differs |= says & _differs(weighed, reading, verdict != other)
        earliest = instead(earliest, says & (read.due < earliest), read.due)
        latest = instead(latest, says & (read.due > latest), read.due)
    readable = differs if weighed.unreadable is None else differs & ~weighed.unreadable
    return ReadingSpan(earliest, latest, readable)


def _verdict(weighed: Weighed, numbers: pl.Series) -> pl.Series:
    return VERDICT_PLACES[weighed.inquiry.lines.of(numbers)]


def _differs(weighed: Weighed, reading: Reading, by_verdict: pl.Series) -> pl.Series:
    if reading.always_disputed:
        return weighed.due < NEVER
    unreadable = weighed.seen.unreadable(_columns(reading))
    return by_verdict if unreadable is None else by_verdict | unreadable


def _read(weighed: Weighed, reading: Reading) -> _Read:
    deadline, seen, tables = weighed.deadline, weighed.seen, weighed.inquiry.tables
    start = _start(weighed, reading)

    def counted(limit: Limit) -> pl.Series:
        return due_day(limit, start, seen, tables, weighed.answered)

    due = counted(reading.limit) if reading.limit else by_version(deadline, weighed.start, seen, counted)
    due = only(due, start < NEVER)
    answered = weighed.answered
    if reading.met_by or reading.starts:
        names = (reading.met_by or deadline.met_by).events
        answered = only(answer_of(deadline, names, seen, start, tables), weighed.ended == NEVER)
    if reading.waived_by:
        waived = seen.next((reading.waived_by,), weighed.start)
        due = instead(due, (due < NEVER) & (waived <= answered), earlier(due, waived))
    return _Read(due, answered)


def _start(weighed: Weighed, reading: Reading) -> pl.Series:
    """Return the day a reading counts from, `NEVER` where it does not apply."""
    start = weighed.start
    if reading.starts:
        start = weighed.seen.pick(reading.starts)
        start = only(start, (weighed.ended == NEVER) & (start <= weighed.inquiry.today))
    if reading.season:
        first, last = (weighed.inquiry.tables.of(count, start) for count in reading.season)
        start = only(start, (first <= start) & (start <= last))
    elif reading.since or reading.until:
        start = only(start, between(start, reading.since, reading.until))
    if reading.after:
        start = only(start, weighed.seen.next(reading.after) <= start)
    return start


def _columns(reading: Reading) -> tuple[str, ...]:
    starts = reading.starts.events if reading.starts else ()
    met_by = reading.met_by.events if reading.met_by else ()
    waived = (reading.waived_by,) if reading.waived_by else ()
    return (*starts, *met_by, *reading.after, *waived)
