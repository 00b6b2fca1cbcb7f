"""The few bytes of each row that repeating duties need once the whole file has been read."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, where_true
from ehcp_timeline.audit.bulk.row_events import Columns
from ehcp_timeline.cases.model import UNREAD
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.law.rulebook import Deadline, texts_in
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
    def for_deadlines(cls, deadlines: Iterable[Deadline]) -> "Memory":
        """Return an empty memory for what these repeating duties, and those that displace them, look at."""
        return cls(frozenset(texts_in(tuple(deadlines))))

    def add(self, batch: Columns, other: "Memory | None" = None) -> None:
        """Keep the rows of a batch that have something that a repeating duty looks at.

        With `other`, it keeps those of about half of the cases instead.
        """
        days = {name: days for name, days in batch.dates.items() if name in self.names or UNREAD in name}
        flags = {name: mask for name, mask in batch.flags.items() if name in self.names}
        unreadable = {name: mask for name, mask in batch.unreadable.items() if name in self.names}
        standing = [some < NEVER for some in days.values()]
        masks = (*standing, *flags.values(), *unreadable.values())
        if not masks:
            return
        kept = where_true(reduce(or_, masks))
        ids = batch.frame[["case_id"]][kept]
        hashes = pl.DataFrame({str(seed): ids.hash_rows(seed) for seed in SEEDS})
        parts = [(self, kept, hashes)]
        if other:
            mine = hashes[str(SEEDS[0])] < 2**63
            parts = [
                (memory, kept.filter(mask), pl.DataFrame([series.filter(mask) for series in hashes]))
                for memory, mask in ((self, mine), (other, ~mine))
            ]
        for memory, positions, hashes_of in parts:
            memory.rows.append(batch.frame[ROW][positions].cast(pl.UInt32))
            memory.hashes.append(hashes_of)
            for name, every_day in days.items():
                some = every_day[positions]
                there = where_true(some < NEVER)
                if len(there):
                    frame = pl.DataFrame({"position": there + memory.height, "day": some[there]})
                    memory.days.setdefault(name, []).append(frame)
            for masks_of, kept_of in ((flags, memory.flagged), (unreadable, memory.unreadable)):
                for name, mask in masks_of.items():
                    kept_of.setdefault(name, []).append(where_true(mask[positions]) + memory.height)
            memory.height += len(positions)
