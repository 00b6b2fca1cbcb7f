"""The columns of clocks judged in bulk, each worked out when it is first asked for."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final, Self

import polars as pl

from ehcp_timeline.audit.bulk.applicability import is_disputed_start
from ehcp_timeline.audit.bulk.case_events import ordered
from ehcp_timeline.audit.bulk.clocks import CERTAINTY, Clocks
from ehcp_timeline.audit.bulk.days import (
    NEVER,
    NO_NUMBER,
    OPEN_ENDED,
    all_positions,
    as_dates,
    between,
    constant,
    earlier,
    instead,
    literal,
    only,
    retyped,
    some_of,
    where_true,
)
from ehcp_timeline.audit.bulk.due import answer_of, by_version, due_day
from ehcp_timeline.audit.bulk.events import EventFrame
from ehcp_timeline.audit.bulk.excuses import CLAIMED, EVIDENCED, NONE, UNREADABLE, is_strength, said
from ehcp_timeline.audit.bulk.verdicts import (
    REASON_OF,
    VERDICT_OF,
    VERDICT_PLACES,
    Inquiry,
    among,
    where,
    worth,
)
from ehcp_timeline.audit.single.due import columns_of_reading
from ehcp_timeline.audit.verdicts import VERDICTS, Verdict
from ehcp_timeline.clock import last_working_day
from ehcp_timeline.law.deadline import Limit, Reading
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.record import field, record, replace

LATE: Final[frozenset[Verdict]] = frozenset({"late", "overdue", "excused"})
AHEAD: Final[frozenset[Verdict]] = frozenset({"running", "early"})
OPEN: Final[frozenset[Verdict]] = frozenset({"running", "overdue"})
NOTHING_SAID: Final = pl.Series([None], dtype=pl.String)
CERTAIN: Final = pl.Series(["certain"], dtype=CERTAINTY)
DISPUTED: Final = pl.Series(["disputed"], dtype=CERTAINTY)
PER_CLOCK: Final = ("start", "due", "answered", "ended", "facts", "settled", "unreadable", "best")


@record(frozen=True, eq=False)
class WeighedClocks(Clocks):
    """The clocks of one deadline as the bulk reader judged them.

    Columns are worked out as they are asked for: a list looks at one or two columns of many clocks, and at
    every column of very few.

    Attributes:
        start: The day each started; `NEVER` if it cannot be read.
        due: The due day; `NEVER` where none could be found.
        answered: The day of the answer.
        ended: The day on which something ended it unanswered.
        facts: What decides the verdict, except for days and excuses, packed.
        settled: Those that no other reading could change: their due day is a date in the file, or nothing
            is owed; None for no clock.
        unreadable: Those with an unreadable cell that matters; None for no clock.
        best: The strongest claimed excuse, as `bulk.excuses` numbers it; None for no clock.
        known_line: The line of the decision table that gives each its verdict, where it is known already.
    """

    inquiry: Inquiry
    deadline: Deadline
    seen: EventFrame
    start: pl.Series
    due: pl.Series
    answered: pl.Series
    ended: pl.Series
    facts: pl.Series
    settled: pl.Series | None
    unreadable: pl.Series | None
    best: pl.Series | None
    known_line: pl.Series | None = None
    _told: dict[str, pl.Series] = field(default_factory=dict, init=False)

    @property
    def height(self) -> int:
        """How many clocks there are."""
        return self.seen.height

    def having(self, verdicts: frozenset[Verdict]) -> pl.Series:
        """Return which clocks have one of these verdicts, as a mask."""
        if len(verdicts) == 1:
            return self._verdict.eq(VERDICTS.index(next(iter(verdicts))))
        return among(verdicts)[self.line]

    def claiming(self) -> pl.Series:
        """Return which clocks have a claimed excuse that no date refutes, as a mask, in time or late."""
        if self.best is None:
            return pl.Series([False]).new_from_index(0, self.height)
        return is_strength(self.best, self.deadline, EVIDENCED, CLAIMED)

    def at(self, positions: pl.Series) -> Self:
        """Return some of the clocks, in the order of `positions`."""
        columns: dict[str, Any] = {name: some_of(getattr(self, name), positions) for name in PER_CLOCK}
        return replace(self, seen=self.seen.at(positions), known_line=self.line[positions], **columns)

    def __getitem__(self, column: str) -> pl.Series:
        """Return one column; it is worked out when first asked for."""
        if column not in self._told:
            self._told[column] = self._COLUMNS[column](self).alias(column)
        return self._told[column]

    @cached_property
    def _unexcused(self) -> pl.Series:
        return self.facts + _beside_due(self, self.due, self.answered)

    @cached_property
    def _excuse(self) -> pl.Series | int:
        if self.best is None:
            return 0
        stands = is_strength(self.best, self.deadline, EVIDENCED, CLAIMED)
        doubtful = is_strength(self.best, self.deadline, UNREADABLE, UNREADABLE)
        return where(stands, "excuse", "stands") + where(doubtful, "excuse", "unreadable")

    @cached_property
    def line(self) -> pl.Series:
        """The line of the decision table that gives each clock its verdict."""
        if self.known_line is not None:
            return self.known_line
        return self.inquiry.lines.of(self._unexcused + self._excuse)

    @cached_property
    def _verdict(self) -> pl.Series:
        return VERDICT_PLACES[self.line]

    @cached_property
    def _strict_line(self) -> pl.Series:
        return self.line if self.best is None else self.inquiry.lines.of(self._unexcused)

    def _evidenced(self) -> pl.Series:
        if self.best is None:
            return VERDICT_OF[self.line]
        proved = is_strength(self.best, self.deadline, EVIDENCED, EVIDENCED)
        return VERDICT_OF[self.inquiry.lines.of(self._unexcused + where(proved, "excuse", "stands"))]

    def _act_by(self) -> pl.Series:
        if self.deadline.minimum:
            return as_dates(constant(NEVER, self.height))
        return as_dates(self.inquiry.tables.of(last_working_day, only(self.due, self.due < OPEN_ENDED)))

    def _until(self) -> pl.Series:
        """Return the day that days are counted to: the answer, the end, or the as-at date."""
        stopped = earlier(self.answered, self.ended)  # never both
        return instead(stopped, stopped == NEVER, literal(self.inquiry.today))

    def _days(self, verdicts: frozenset[Verdict], first: pl.Series, last: pl.Series) -> pl.Series:
        """Return the days from `first` to `last`: the only subtraction of dates in this reader."""
        days = retyped(last, pl.Int32) - retyped(first, pl.Int32)
        return days.zip_with(self.having(verdicts) & (self.due < OPEN_ENDED), NO_NUMBER)

    def _excuse_said(self) -> pl.Series:
        if self.best is None:
            return NOTHING_SAID.new_from_index(0, self.height)
        words = said(self.deadline)  # the last is that nothing is said
        mattered = self.having(LATE) & (self.best != NONE)
        return words[self.best.zip_with(mattered, literal(len(words) - 1))]

    @cached_property
    def _readings(self) -> tuple[pl.Series, pl.Series, pl.Series]:
        """The earliest and the latest due day of all readings, and where they differ about the verdict."""
        earliest, latest, differs = self.due, self.due, self.due < 0
        open_to_readings = self.due < OPEN_ENDED
        if self.settled is not None:
            open_to_readings &= ~self.settled
        if not open_to_readings.any():
            return earliest, latest, differs
        disputed = is_disputed_start(self.deadline, self.seen)
        if disputed is not None:
            differs = open_to_readings & disputed
        for reading in self.deadline.readings:
            due, answered = _read(self, reading)
            says = open_to_readings & (due < OPEN_ENDED)
            if reading.always_disputed:
                differs |= says
            else:
                beside = _beside_due(self, due, answered)
                other = VERDICT_PLACES[self.inquiry.lines.of(self.facts + beside + self._excuse)]
                unreadable = self.seen.unreadable(columns_of_reading(reading))
                verdict_differs = self._verdict != other
                differs |= says & (verdict_differs if unreadable is None else verdict_differs | unreadable)
            earliest = instead(earliest, says & (due < earliest), due)
            latest = instead(latest, says & (due > latest), due)
        return earliest, latest, differs if self.unreadable is None else differs & ~self.unreadable

    _COLUMNS: ClassVar[Mapping[str, Callable[["WeighedClocks"], pl.Series]]] = {
        "row": lambda self: self.seen.row,
        "start": lambda self: as_dates(self.start),
        "due": lambda self: as_dates(self.due),
        "act_by": _act_by,
        "earliest_reading": lambda self: as_dates(self._readings[0]),
        "latest_reading": lambda self: as_dates(self._readings[1]),
        "answered": lambda self: as_dates(self.answered),
        "ended": lambda self: as_dates(self.ended),
        "verdict": lambda self: VERDICT_OF[self.line],
        "strict": lambda self: VERDICT_OF[self._strict_line],
        "evidenced": _evidenced,
        "days_left": lambda self: self._days(AHEAD, self._until(), self.due),
        "days_late": lambda self: self._days(LATE, self.due, self._until()),
        "certainty": lambda self: DISPUTED.zip_with(self._readings[2], CERTAIN),
        "excuse": _excuse_said,
        "provisional": lambda self: (self.due > self.inquiry.announced) & (self.due < OPEN_ENDED),
        "open": lambda self: among(OPEN)[self._strict_line],
        "reason": lambda self: REASON_OF[self.line],
    }


class JoinedClocks(Clocks):
    """Clocks of one deadline that were judged in several parts and are told in row order.

    Args:
        parts: At least one.
        order: The places of the clocks, counted through the parts; None for row order.
    """

    def __init__(self, parts: Sequence[WeighedClocks], order: pl.Series | None = None) -> None:
        self.parts = parts
        self._order = ordered(pl.concat([part.seen.row for part in parts])) if order is None else order

    @property
    def height(self) -> int:
        """How many clocks there are."""
        return len(self._order)

    def _joined(self, column: Callable[[WeighedClocks], pl.Series]) -> pl.Series:
        return pl.concat([column(part) for part in self.parts], rechunk=True)[self._order]

    def having(self, verdicts: frozenset[Verdict]) -> pl.Series:
        """Return which clocks have one of these verdicts, as a mask."""
        return self._joined(lambda part: part.having(verdicts))

    def claiming(self) -> pl.Series:
        """Return which clocks have a claimed excuse that no date refutes, as a mask, in time or late."""
        return self._joined(WeighedClocks.claiming)

    def at(self, positions: pl.Series) -> Self:
        """Return some of the clocks, in the order of `positions`."""
        wanted, begin = self._order[positions], 0
        parts, places = [], []
        for part in self.parts:
            mine = where_true((wanted >= begin) & (wanted < begin + part.height))
            parts.append(part.at(wanted[mine] - begin))
            places.append(mine)
            begin += part.height
        height = len(wanted)
        order = constant(0, height).scatter(pl.concat(places, rechunk=True), all_positions(height))
        return type(self)(parts, order)

    def __getitem__(self, column: str) -> pl.Series:
        """Return one column."""
        return self._joined(lambda part: part[column])


def _beside_due(clocks: WeighedClocks, due: pl.Series, answered: pl.Series) -> pl.Series:
    """Return the words that set every day beside the due day, packed; 0 where there is no due day."""
    on, after, today = literal(worth("now", "on")), literal(worth("now", "after")), clocks.inquiry.today
    words = after.zip_with(due < today, on.zip_with(due == today, literal(0)))
    for name, day in (("answer", answered), ("ended", clocks.ended)):
        stands = day < NEVER
        if stands.any():
            before, on, after = (literal(worth(name, word)) for word in ("before", "on", "after"))
            beside = after.zip_with(day > due, on.zip_with(day == due, before))
            words += beside.zip_with(stands & (due < NEVER), literal(0))
    return words


def _read(clocks: WeighedClocks, reading: Reading) -> tuple[pl.Series, pl.Series]:
    """Return a reading's due days, `NEVER` where it does not apply, and the answers they are held against."""
    deadline, seen, tables = clocks.deadline, clocks.seen, clocks.inquiry.tables
    start = _start(clocks, reading)

    def counted(limit: Limit) -> pl.Series:
        return due_day(limit, start, seen, tables, clocks.answered)

    due = counted(reading.limit) if reading.limit else by_version(deadline, clocks.start, seen, counted)
    due = only(due, start < NEVER)
    answered = clocks.answered
    if reading.met_by or reading.starts:
        names = (reading.met_by or deadline.met_by).events
        answered = only(answer_of(deadline, names, seen, start, tables), clocks.ended == NEVER)
    if reading.waived_by:
        waived = seen.next((reading.waived_by,), clocks.start)
        due = instead(due, (due < NEVER) & (waived <= answered), earlier(due, waived))
    return due, answered


def _start(clocks: WeighedClocks, reading: Reading) -> pl.Series:
    """Return the day a reading counts from, `NEVER` where it does not apply."""
    start = clocks.start
    if reading.starts:
        start = clocks.seen.pick(reading.starts)
        start = only(start, (clocks.ended == NEVER) & (start <= clocks.inquiry.today))
    if reading.season:
        first, last = (clocks.inquiry.tables.of(count, start) for count in reading.season)
        start = only(start, (first <= start) & (start <= last))
    elif reading.since or reading.until:
        start = only(start, between(start, reading.since, reading.until))
    if reading.after:
        start = only(start, clocks.seen.next(reading.after) <= start)
    return start
