"""The few bytes of each row that repeating duties need once the whole file has gone by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from ehcp_timeline.audit.bulk.days import DAYS, EPOCH, retyped, where_true
from ehcp_timeline.audit.bulk.row_events import RowBatch, unreadable_in
from ehcp_timeline.audit.single.applicability import cells_that_matter
from ehcp_timeline.cases.model import UNREAD
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.law.deadline import Absence, Closure, Limit
from ehcp_timeline.law.rulebook import Deadline

POSITIONS = pl.UInt32
SEEDS = (1, 2)  # two hashes of a case's number, 128 bits: no two cases of any file will share both


@dataclass(slots=True)
class Memory:
    """What is kept of the rows that have gone by.

    Attributes:
        events: The events that repeating duties look at.
        flags: The flags.
        cells: The columns of which an unreadable cell matters.
        rows: The physical line of each row that is kept, batch by batch.
        hashes: Two hashes of its `case_id`, batch by batch.
        days: Event to the positions and the day numbers at which it stands, future ones too.
        flagged: Flag to the positions at which it is yes.
        unreadable: Column to the positions at which its cell could not be read.
        height: How many rows are kept.
    """

    events: tuple[str, ...]
    flags: tuple[str, ...]
    cells: tuple[str, ...]
    rows: list[pl.Series] = field(default_factory=list)
    hashes: list[pl.DataFrame] = field(default_factory=list)
    days: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    flagged: dict[str, list[pl.Series]] = field(default_factory=dict)
    unreadable: dict[str, list[pl.Series]] = field(default_factory=dict)
    height: int = 0

    @classmethod
    def for_deadlines(cls, deadlines: Iterable[Deadline]) -> "Memory":
        """Return an empty memory for what these repeating duties, and those that displace them, look at."""
        every = tuple(deadlines)
        events = dict.fromkeys(name for deadline in every for name in _events_of(deadline))
        flags = dict.fromkeys(excuse.flag for deadline in every for excuse in deadline.excuses if excuse.flag)
        matter = (name for deadline in every for name in sorted(cells_that_matter(deadline)))
        return cls(tuple(events), tuple(flags), tuple(dict.fromkeys((*events, *flags, *matter))))

    def add(self, batch: RowBatch) -> None:
        """Keep what is needed of one batch: rows on which something stands that a repeating duty looks at."""
        unreadable = {name: unreadable_in(batch, name) for name in self.cells}
        events = (*self.events, *(name for name in batch.frame.columns if UNREAD in name))
        kept = self._kept(batch.frame, events, unreadable.values())
        needed = {ROW, "case_id", *events, *self.flags}
        frame = batch.frame.select(name for name in batch.frame.columns if name in needed).filter(kept)
        self.rows.append(frame[ROW].cast(pl.UInt32))
        self.hashes.append(frame.select(pl.col("case_id").hash(seed).alias(str(seed)) for seed in SEEDS))
        there = set(frame.columns)
        for name in events:
            if name in there:
                self._add_days(name, frame[name])
        for name in self.flags:
            if name in there and (flags := frame[name].fill_null(value=False)).any():
                self.flagged.setdefault(name, []).append(where_true(flags) + self.height)
        for name, mask in unreadable.items():
            if mask is not None:
                self.unreadable.setdefault(name, []).append(where_true(mask.filter(kept)) + self.height)
        self.height += frame.height

    def _kept(
        self, frame: pl.DataFrame, events: Iterable[str], unreadable: Iterable[pl.Series | None]
    ) -> pl.Series:
        """Return the rows with one of the events, a flag that is yes, or a cell that could not be read."""
        there = set(frame.columns)
        words = [pl.col(name).is_not_null() for name in events if name in there]
        words += [pl.col(name).fill_null(value=False) for name in self.flags if name in there]
        words += [pl.lit(mask) for mask in unreadable if mask is not None]
        nothing = pl.repeat(value=False, n=pl.len())
        return frame.select(pl.any_horizontal(nothing, *words).alias("kept")).get_column("kept")

    def _add_days(self, name: str, dates: pl.Series) -> None:
        there = dates.is_not_null()
        if there.any():
            days = retyped(dates.filter(there).to_physical() + EPOCH, DAYS)
            frame = pl.DataFrame({"position": where_true(there) + self.height, "day": days})
            self.days.setdefault(name, []).append(frame)


def _events_of(deadline: Deadline) -> Iterator[str]:
    repeats = deadline.repeats
    yield from deadline.start_events
    yield from deadline.answers
    if repeats:
        yield from (*repeats.first, *repeats.again, *repeats.closed_by, *repeats.unseen)
    yield from (*deadline.ends, *deadline.revived_by, *deadline.revived_unless, *deadline.implied_by)
    yield from deadline.lapses_with
    if span := deadline.ended_while:
        yield from (span.first, span.last)
    if plan := deadline.plan_by_due:
        yield from (*plan.made, *plan.shown_by, *plan.before_plan)
    yield from (deadline.set_by,) if deadline.set_by else ()
    for version in deadline.versions:
        yield from _limbs_of(version.limit)
    for reading in deadline.readings:
        yield from _limbs_of(reading.limit)
        yield from (*reading.after, *((reading.waived_by,) if reading.waived_by else ()))
        for dates in (reading.starts, reading.met_by):
            yield from dates.events if dates else ()
    for excuse in deadline.excuses:
        if isinstance(excuse.evidence, Closure):
            yield from (*excuse.evidence.asked, *excuse.evidence.closed)
        elif isinstance(excuse.evidence, Absence):
            yield from excuse.evidence.absent


def _limbs_of(limit: Limit | None) -> Iterator[str]:
    for limb in limit.limbs if limit else ():
        yield from limb.since.events if limb.since else ()
