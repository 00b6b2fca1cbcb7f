"""The few bytes of each row that repeating duties need once the whole file has been read."""

from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from operator import or_

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, all_positions, constant, where_true
from ehcp_timeline.audit.bulk.row_events import Columns
from ehcp_timeline.cases.model import UNREAD
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.law.rulebook import Deadline, Rulebook, texts_in
from ehcp_timeline.record import field, record

SEEDS = (1, 2)  # two hashes of a case's number, 128 bits: no two cases of any file will share both


@record(slots=True)
class Memory:
    """What is kept of the rows that have been read.

    Attributes:
        names: The events, flags and columns that repeating duties look at.
        rows: The physical line of each row that is kept, batch by batch.
        hashes: Two hashes of its `case_id`, batch by batch.
        days: Event to its positions and day numbers, future ones too.
        flagged: Flag to the positions at which it is yes.
        unreadable: Column to the positions at which its cell could not be read.
        height: How many rows are kept.
    """

    names: frozenset[str]
    rows: list[pl.Series] = field(default_factory=list)
    hashes: list[pl.DataFrame] = field(default_factory=list)
    days: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    flagged: dict[str, list[pl.Series]] = field(default_factory=dict)
    unreadable: dict[str, list[pl.Series]] = field(default_factory=dict)
    height: int = 0

    @classmethod
    def for_deadlines(
        cls, deadlines: Iterable[Deadline], rulebook: Rulebook, columns: Collection[str]
    ) -> "Memory":
        """Return an empty memory for what repeating duties look at that one of these columns can start."""
        starts = {one: texts_in((one.start_events, one.repeats)) for one in deadlines}
        begun = tuple(one for one, names in starts.items() if {*rulebook.columns_of(names)} & {*columns})
        return cls(frozenset(texts_in(begun)))

    def add(self, batch: Columns, other: "Memory | None" = None) -> None:
        """Keep the rows of a batch that have something that a repeating duty looks at.

        With `other`, it keeps those of about half of the cases instead.
        """
        days = {
            name: days < NEVER for name, days in batch.dates.items() if name in self.names or UNREAD in name
        }
        flags = {name: mask for name, mask in batch.flags.items() if name in self.names}
        unreadable = {name: mask for name, mask in batch.unreadable.items() if name in self.names}
        marks = (days, flags, unreadable)
        masks = [mask for of_kind in marks for mask in of_kind.values()]
        if not masks:
            return
        kept = where_true(reduce(or_, masks))
        there = [{name: where_true(mask) for name, mask in of_kind.items()} for of_kind in marks]
        ids = batch.frame[["case_id"]][kept]
        hashes = pl.DataFrame({str(seed): ids.hash_rows(seed) for seed in SEEDS})
        if not other:
            self.keep(batch, kept, hashes, *there)
            return
        mine = hashes[str(SEEDS[0])] < 2**63
        for memory, mask in ((self, mine), (other, ~mine)):
            own = pl.DataFrame([series.filter(mask) for series in hashes])
            memory.keep(batch, kept.filter(mask), own, *there)

    def keep(
        self,
        batch: Columns,
        kept: pl.Series,
        hashes: pl.DataFrame,
        days: Mapping[str, pl.Series],
        flags: Mapping[str, pl.Series],
        unreadable: Mapping[str, pl.Series],
    ) -> None:
        """Keep these rows of a batch; of what is marked, the positions in the batch are given."""
        numbers = all_positions(len(kept)) + self.height
        place = constant(NEVER, batch.frame.height).scatter(kept, numbers)
        for name, there in days.items():
            position = place[there]
            mine = position < NEVER
            if mine.any():
                day = batch.dates[name][there].filter(mine)
                frame = pl.DataFrame({"position": position.filter(mine), "day": day})
                self.days.setdefault(name, []).append(frame)
        for marked, kept_of in ((flags, self.flagged), (unreadable, self.unreadable)):
            for name, there in marked.items():
                position = place[there]
                kept_of.setdefault(name, []).append(position.filter(position < NEVER))
        self.rows.append(batch.frame[ROW][kept].cast(pl.UInt32))
        self.hashes.append(hashes)
        self.height += len(kept)
