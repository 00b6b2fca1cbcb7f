"""What clocks judged in bulk have to say, a column at a time, for those that somebody asks about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, Self

import polars as pl

from ehcp_timeline.audit.bulk.applicability import is_disputed_start
from ehcp_timeline.audit.bulk.clocks import CERTAINTY, Clocks
from ehcp_timeline.audit.bulk.days import (
    NEVER,
    NO_NUMBER,
    OPEN_ENDED,
    as_dates,
    between,
    constant,
    earlier,
    instead,
    literal,
    only,
    retyped,
    where_true,
)
from ehcp_timeline.audit.bulk.due import answer_of, by_version, due_day
from ehcp_timeline.audit.bulk.excuses import CLAIMED, EVIDENCED, NONE, is_strength, said
from ehcp_timeline.audit.bulk.judge_deadline import Weighed, beside_due
from ehcp_timeline.audit.bulk.verdicts import REASON_OF, VERDICT_OF, VERDICT_PLACES, among
from ehcp_timeline.audit.clock import VERDICTS, Verdict
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


LATE: Final[frozenset[Verdict]] = frozenset({"late", "overdue", "excused"})
AHEAD: Final[frozenset[Verdict]] = frozenset({"running", "early"})
NOTHING_SAID: Final = pl.Series([None], dtype=pl.String)
CERTAIN: Final = pl.Series(["certain"], dtype=CERTAINTY)
DISPUTED: Final = pl.Series(["disputed"], dtype=CERTAINTY)
OPEN: Final[frozenset[Verdict]] = frozenset({"running", "overdue"})


class WeighedClocks(Clocks):
    """The clocks of one deadline as the bulk reader weighed them.

    Some of them are brought up a column at a time as they are asked for: a list looks at one or two columns
    of many clocks, and at every column of very few.

    Args:
        all_weighed: All the clocks of the deadline.
        positions: Which of them, counted from 0; None for all.
        whole: All of them; None where these are all.
    """

    def __init__(
        self, all_weighed: Weighed, positions: pl.Series | None = None, whole: Self | None = None
    ) -> None:
        self._all_weighed = all_weighed
        self._positions = positions
        self._whole = whole
        self._told: dict[str, pl.Series] = {}

    @property
    def height(self) -> int:
        """How many clocks there are."""
        return self._all_weighed.seen.height if self._positions is None else len(self._positions)

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many have which verdict, in the order of `VERDICTS`, zeros left out."""
        left = self.height
        counts: dict[Verdict, int] = {}
        for word in VERDICTS:
            count = int(self.having(frozenset({word})).sum()) if left else 0
            left -= count
            if count:
                counts[word] = count
        return counts

    def having(self, verdicts: frozenset[Verdict]) -> pl.Series:
        """Return which clocks have one of these verdicts, as a mask."""
        if len(verdicts) == 1:
            return self._verdict.eq(VERDICTS.index(next(iter(verdicts))))
        return among(verdicts)[self.line]

    def claiming(self) -> pl.Series:
        """Return which clocks have a claimed excuse that no date refutes, as a mask, in time or late."""
        if self._all_weighed.best is None:
            return pl.Series([False]).new_from_index(0, self.height)
        best = self._some(self._all_weighed.best)
        return is_strength(best, self._all_weighed.deadline, EVIDENCED, CLAIMED)

    def only(self, mask: pl.Series) -> Self:
        """Return the clocks for which the mask is true."""
        return self.at(where_true(mask))

    def at(self, positions: pl.Series) -> Self:
        """Return some of the clocks, in the order of `positions`."""
        inner = positions if self._positions is None else self._positions[positions]
        return type(self)(self._all_weighed, inner, self._whole or self)

    def __getitem__(self, column: str) -> pl.Series:
        """Return one column; it is worked out when first asked for."""
        if column not in self._told:
            self._told[column] = self._TELLS[column](self).alias(column)
        return self._told[column]

    @cached_property
    def _weighed(self) -> Weighed:
        return self._all_weighed if self._positions is None else self._all_weighed.at(self._positions)

    def _some(self, column: pl.Series) -> pl.Series:
        return column if self._positions is None else column[self._positions]

    @cached_property
    def _due(self) -> pl.Series:
        return self._some(self._all_weighed.due)

    @cached_property
    def _unexcused(self) -> pl.Series:
        return self._weighed.numbers()

    @cached_property
    def line(self) -> pl.Series:
        """The line of the decision table that gives each clock its verdict."""
        if self._whole is not None:
            return self._some(self._whole.line)
        return self._weighed.inquiry.lines.of(self._unexcused + self._weighed.excuse())

    @cached_property
    def _verdict(self) -> pl.Series:
        return VERDICT_PLACES[self.line]

    @cached_property
    def _strict_line(self) -> pl.Series:
        if self._all_weighed.best is None:
            return self.line
        return self._weighed.inquiry.lines.of(self._unexcused)

    @cached_property
    def _span(self) -> ReadingSpan:
        return span_of(self._weighed)

    def _act_by(self) -> pl.Series:
        if self._all_weighed.deadline.minimum:
            return as_dates(constant(NEVER, self.height))
        known = only(self._due, self._due < OPEN_ENDED)
        return as_dates(self._all_weighed.inquiry.tables.working.of(known))

    def _evidenced(self) -> pl.Series:
        if self._all_weighed.best is None:
            return VERDICT_OF[self.line]
        return VERDICT_OF[self._weighed.inquiry.lines.of(self._unexcused + self._weighed.proved())]

    def _until(self) -> pl.Series:
        """Return the day that days are counted to: the answer, the end, or the as-at date."""
        answered, ended = self._some(self._all_weighed.answered), self._some(self._all_weighed.ended)
        stopped = earlier(answered, ended)  # never both
        return instead(stopped, stopped == NEVER, literal(self._all_weighed.inquiry.today))

    def _days(self, verdicts: frozenset[Verdict], first: pl.Series, last: pl.Series) -> pl.Series:
        """Return the days from `first` to `last`: the only subtraction of dates in this reader."""
        days = retyped(last, pl.Int32) - retyped(first, pl.Int32)
        return days.zip_with(self.having(verdicts) & (self._due < OPEN_ENDED), NO_NUMBER)

    def _excuse(self) -> pl.Series:
        if self._all_weighed.best is None:
            return NOTHING_SAID.new_from_index(0, self.height)
        best = self._some(self._all_weighed.best)
        words = said(self._all_weighed.deadline)  # the last is that nothing is said
        mattered = self.having(LATE) & (best != NONE)
        return words[best.zip_with(mattered, literal(len(words) - 1))]

    def _certainty(self) -> pl.Series:
        return DISPUTED.zip_with(self._span.disputed, CERTAIN)

    _TELLS: ClassVar[Mapping[str, Callable[["WeighedClocks"], pl.Series]]] = {
        "row": lambda self: self._some(self._all_weighed.seen.row),
        "start": lambda self: as_dates(self._some(self._all_weighed.start)),
        "due": lambda self: as_dates(self._due),
        "act_by": _act_by,
        "earliest_reading": lambda self: as_dates(self._span.earliest),
        "latest_reading": lambda self: as_dates(self._span.latest),
        "answered": lambda self: as_dates(self._some(self._all_weighed.answered)),
        "ended": lambda self: as_dates(self._some(self._all_weighed.ended)),
        "verdict": lambda self: VERDICT_OF[self.line],
        "strict": lambda self: VERDICT_OF[self._strict_line],
        "evidenced": _evidenced,
        "days_left": lambda self: self._days(AHEAD, self._until(), self._due),
        "days_late": lambda self: self._days(LATE, self._due, self._until()),
        "certainty": _certainty,
        "excuse": _excuse,
        "provisional": lambda self: _between(self._due, self._all_weighed.inquiry.announced, OPEN_ENDED),
        "open": lambda self: among(OPEN)[self._strict_line],
        "reason": lambda self: REASON_OF[self.line],
    }


def _between(day: pl.Series, after: int, before: int) -> pl.Series:
    return (day > after) & (day < before)
