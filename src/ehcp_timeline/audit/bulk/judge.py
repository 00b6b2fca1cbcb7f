"""The second reader: the rulebook applied to a whole file, batch by batch.

It gives what `single.judge` gives, clock by clock and column by column, and shares with it everything but
control flow: the rulebook, the counting of days, the decision table. Where the two differ, `single.judge`
is right.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.case_deadlines import in_file_order, problems_of, weigh_chains
from ehcp_timeline.audit.bulk.case_events import Cases
from ehcp_timeline.audit.bulk.case_store import Memory
from ehcp_timeline.audit.bulk.clocks import Judged, due_after_events
from ehcp_timeline.audit.bulk.judge_deadline import Weighed
from ehcp_timeline.audit.bulk.lazy_clocks import WeighedClocks
from ehcp_timeline.audit.bulk.requests import Requests, join_requests, problems_of_requests
from ehcp_timeline.audit.bulk.row_deadlines import weigh_rows
from ehcp_timeline.audit.bulk.row_events import RowBatch, with_derived
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.audit.single.requests import is_of_request
from ehcp_timeline.law.rulebook import Deadline, DerivedEvent, Rulebook
from ehcp_timeline.law.subset import derived_from, texts_in


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
        Each batch with its clocks as it goes by, then one more: the clocks of repeating duties, for all rows
        of the file, and the rows and clocks of requests that stand on several rows.

    Raises:
        RequestInTwoBatchesError: See `requests.repeated_until_known`.
    """
    inquiry = Inquiry(rulebook, as_at)
    wanted = rulebook.deadlines if deadlines is None else deadlines
    once = [deadline for deadline in wanted if not deadline.repeats]
    repeating = [deadline for deadline in wanted if deadline.repeats]
    displacing = [
        rulebook.by_id[name]
        for deadline in repeating
        for name in deadline.displaced_by
        if name in rulebook.by_id
    ]
    giving_way = {name for deadline in wanted for name in deadline.displaced_by if name in rulebook.by_id}
    looked_at = (*wanted, *(rulebook.by_id[name] for name in giving_way))
    derived = derived_from(rulebook, (text for deadline in looked_at for text in texts_in(deadline)))
    memory = Memory.for_deadlines([*repeating, *(deadline for deadline in displacing if deadline.repeats)])
    requests = Requests()
    empty = None
    for batch in batches:
        own = requests.without_repeated(batch)
        seen = with_derived(own, derived)
        clocks = {weighed.deadline.id: WeighedClocks(weighed) for weighed in weigh_rows(inquiry, once, seen)}
        if repeating:
            memory.add(seen if own is batch else with_derived(batch, derived))
        empty = batch.frame.clear()
        yield Judged(own.frame, clocks, due_after_events(once, clocks))
        del batch, own, seen, clocks  # a hundred megabytes, while the next batch comes
    if empty is not None:
        yield _last(_of_requests(inquiry, once, requests, derived, empty), inquiry, repeating, memory)


def _of_requests(
    inquiry: Inquiry,
    once: Sequence[Deadline],
    requests: Requests,
    derived: Sequence[DerivedEvent],
    no_rows: pl.DataFrame,
) -> Judged:
    """Return the rows of the requests that stand on several, each request judged as one row."""
    held = requests.all_held()
    if held is None:
        return Judged(no_rows, {})
    of_request = [deadline for deadline in once if is_of_request(deadline)]
    others = [deadline for deadline in once if not is_of_request(deadline)]
    requested = join_requests(inquiry, of_request, held)
    weighed = (
        *weigh_rows(inquiry, of_request, with_derived(requested.joined, derived)),
        *weigh_rows(inquiry, others, with_derived(held, derived)),
    )
    clocks = {weighing.deadline.id: WeighedClocks(weighing) for weighing in weighed}
    problems = (*problems_of_requests(inquiry, held), *due_after_events(others, clocks))
    return Judged(requested.counted, clocks, problems)


def _last(requested: Judged, inquiry: Inquiry, repeating: Sequence[Deadline], memory: Memory) -> Judged:
    if not memory.height:
        return replace(requested, last=True)
    cases = Cases(memory, inquiry)
    clocks = {weighed.deadline.id: _ordered(weighed) for weighed in weigh_chains(inquiry, repeating, cases)}
    problems = (*requested.problems, *problems_of(repeating, cases, inquiry.rulebook.derived))
    return Judged(requested.rows, {**requested.clocks, **clocks}, problems, last=True)


def _ordered(weighed: Weighed) -> WeighedClocks:
    """Return clocks in file order; only the columns that are asked for are put in it."""
    order, clocks = in_file_order(weighed), WeighedClocks(weighed)
    return clocks if order is None else clocks.at(order)
