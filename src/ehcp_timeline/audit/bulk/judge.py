"""The second reader: the rulebook applied to a whole file, batch by batch.

It gives what `single.judge` gives, clock by clock and column by column, and shares with it everything but
control flow: the rulebook, the counting of days, the decision table. Where the two differ, `single.judge`
is right.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.case_deadlines import in_file_order, problems_of, weigh_chains
from ehcp_timeline.audit.bulk.case_events import Cases
from ehcp_timeline.audit.bulk.case_store import Memory
from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge_deadline import Weighed
from ehcp_timeline.audit.bulk.lazy_clocks import WeighedClocks
from ehcp_timeline.audit.bulk.row_deadlines import weigh_rows
from ehcp_timeline.audit.bulk.row_events import RowBatch
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.law.rulebook import Deadline, Rulebook


def judge(
    rulebook: Rulebook,
    batches: Iterable[RowBatch],
    as_at: date,
    *,
    deadlines: Sequence[Deadline] | None = None,
) -> Iterator[Judged]:
    """Judge every row of a file.

    Args:
        rulebook: The law.
        batches: The rows of one file, in file order; every batch has the same columns.
        as_at: The day the question is asked about.
        deadlines: Only these deadlines; None for all. Those that a file has no column to answer are to be
            left out here (`audit.selection`): they would all be overdue.

    Yields:
        Each batch with its clocks as it goes by, then one more without rows: the clocks of repeating
        duties, for all rows of the file.
    """
    inquiry = Inquiry(rulebook, as_at)
    wanted = rulebook.deadlines if deadlines is None else deadlines
    once = [one for one in wanted if not one.repeats]
    repeating = [one for one in wanted if one.repeats]
    displacing = [
        rulebook.by_id[name] for one in repeating for name in one.displaced_by if name in rulebook.by_id
    ]
    memory = Memory.for_deadlines([*repeating, *(one for one in displacing if one.repeats)])
    empty = None
    for batch in batches:
        clocks = {weighed.deadline.id: WeighedClocks(weighed) for weighed in weigh_rows(inquiry, once, batch)}
        if repeating:
            memory.add(batch)
        empty = batch.frame.clear()
        yield Judged(batch.frame, clocks)
        del batch, clocks  # a hundred megabytes, while the next batch comes
    if empty is not None:
        yield _last(inquiry, repeating, memory, empty)


def _last(inquiry: Inquiry, repeating: Sequence[Deadline], memory: Memory, no_rows: pl.DataFrame) -> Judged:
    if not memory.height:
        return Judged(no_rows, {}, last=True)
    cases = Cases(memory, inquiry)
    clocks = {weighed.deadline.id: _ordered(weighed) for weighed in weigh_chains(inquiry, repeating, cases)}
    return Judged(no_rows, clocks, tuple(problems_of(repeating, cases)), last=True)


def _ordered(weighed: Weighed) -> WeighedClocks:
    """Return clocks in file order; only the columns that are asked for are put in it."""
    order, clocks = in_file_order(weighed), WeighedClocks(weighed)
    return clocks if order is None else clocks.at(order)
