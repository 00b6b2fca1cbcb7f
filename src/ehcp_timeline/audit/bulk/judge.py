"""The second reader: the rulebook applied to a whole file, batch by batch.

It gives what `single.judge` gives, clock by clock and column by column, and shares with it everything but
control flow: the rulebook, the counting of days, the decision table. Where the two differ, `single.judge`
is right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import chain
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.case_deadlines import problems_of, weigh_chains
from ehcp_timeline.audit.bulk.case_events import Cases
from ehcp_timeline.audit.bulk.case_store import Memory
from ehcp_timeline.audit.bulk.clocks import CLOCKS, NO_CLOCKS, Clocks, Judged, ToldClocks, due_after_events
from ehcp_timeline.audit.bulk.lazy_clocks import JoinedClocks, WeighedClocks
from ehcp_timeline.audit.bulk.requests import (
    CasesWithMonths,
    Requests,
    join_requests,
    problems_of_requests,
    together,
)
from ehcp_timeline.audit.bulk.row_deadlines import weigh_rows
from ehcp_timeline.audit.bulk.row_events import Columns
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.audit.months import cell_number, ends
from ehcp_timeline.audit.single.events import is_of_request
from ehcp_timeline.cases.model import Problem, month_end
from ehcp_timeline.cases.sheet import ROW, Batch
from ehcp_timeline.law.rulebook import Deadline, DerivedEvent, Rulebook, derived_from, texts_in

LARGE: Final = 20_000  # rows of a first batch


def judge(
    rulebook: Rulebook,
    batches: Iterable[Batch],
    as_at: date,
    *,
    deadlines: Sequence[Deadline] | None = None,
    large: int = LARGE,
) -> Iterator[Judged]:
    """Judge every row of a file.

    Args:
        rulebook: The law.
        batches: The rows of one file, in file order; every batch has the same columns.
        as_at: The day the question is asked about.
        deadlines: Only these deadlines; None for all. Those that a file has no column to answer are to be
            left out here (`audit.selection`): they would all be overdue.
        large: The cases of a file of which the first batch has more rows than this are judged in two halves,
            on two threads.

    Yields:
        Each batch with its clocks as it goes by, then one more: the clocks of repeating duties, for all rows
        of the file, and the rows and clocks of requests that are on several rows.

    Raises:
        RequestInTwoBatchesError: See `requests.repeated_until_known`.
    """
    cases = CasesWithMonths()
    wanted = rulebook.deadlines if deadlines is None else deadlines
    for judged in _judged(rulebook, cases.without(_filled(batches)), as_at, wanted, large):
        if judged.last and cases.held:
            yield _with_months(judged, rulebook, together(cases.held), as_at, wanted, large)
        else:
            yield judged
        del judged


def _filled(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Yield the first batch, and every other that has rows."""
    first = True
    for batch in batches:
        if first or batch.frame.height:
            yield batch
        first = False
        del batch  # large, while the next comes


def _judged(
    rulebook: Rulebook, batches: Iterable[Batch], as_at: date, wanted: Sequence[Deadline], large: int
) -> Iterator[Judged]:
    inquiry = Inquiry(rulebook, as_at)
    once = [deadline for deadline in wanted if not deadline.repeats]
    displacing = [name for deadline in wanted for name in deadline.displaced_by if name in rulebook.by_id]
    looked_at = (*wanted, *(rulebook.by_id[name] for name in displacing))
    derived = derived_from(rulebook, texts_in(looked_at))
    repeating = tuple(deadline for deadline in looked_at if deadline.repeats)
    memory = other = None
    requests = Requests()
    empty = None
    for batch in batches:
        own = requests.without_repeated(batch)
        columns = Columns(own, rulebook, inquiry.today, derived)
        clocks = {clocks.deadline.id: clocks for clocks in weigh_rows(inquiry, once, columns)}
        if len(once) < len(wanted):
            if memory is None:
                memory = Memory.for_deadlines(repeating, rulebook, batch.frame.columns)
                other = Memory(memory.names) if batch.frame.height > large else None
            memory.add(columns if own is batch else Columns(batch, rulebook, inquiry.today, derived), other)
        empty = batch.frame.clear()
        yield Judged(own.frame, clocks, tuple(due_after_events(once, clocks)))
        del batch, own, columns, clocks  # a hundred megabytes, while the next batch comes
    if empty is not None:
        memories = [part for part in (memory, other) if part and part.height]
        yield _last(inquiry, wanted, requests, memories, derived, empty)


def _with_months(
    last: Judged, rulebook: Rulebook, held: Batch, as_at: date, wanted: Sequence[Deadline], large: int
) -> Judged:
    """Return the last batch with the cases that have a month without a day.

    Each is judged at every choice of `months.ends`: a verdict is kept if it is the same for all.
    """
    unsettled, *at_ends = (
        list(_judged(rulebook, [rows], as_at, wanted, large))
        for rows in (Batch(held.frame, held.unreadable), *_at_ends(rulebook, held))
    )
    before, *choices = map(_clocks_of, (unsettled, *at_ends))
    clocks = dict(last.clocks)
    for name in dict.fromkeys(name for each in (before, *choices) for name in each):
        parts = [clocks[name].frame()] if name in clocks else []
        parts.append(_settled(before.get(name, NO_CLOCKS), [each.get(name, NO_CLOCKS) for each in choices]))
        frame = pl.concat(parts).sort(ROW, "start", maintain_order=True)
        if frame.height:
            clocks[name] = ToldClocks(frame)
    problems = (*last.problems, *(problem for judged in unsettled for problem in judged.problems))
    rows = pl.concat([last.rows, *(judged.rows for judged in at_ends[0])])
    return Judged(rows, clocks, problems, last=True)


def _clocks_of(judged: Iterable[Judged]) -> dict[str, pl.DataFrame]:
    parts: dict[str, list[pl.DataFrame]] = {}
    for batch in judged:
        for name, clocks in batch.clocks.items():
            parts.setdefault(name, []).append(clocks.frame())
    return {name: pl.concat(frames) for name, frames in parts.items()}


def _at_ends(rulebook: Rulebook, held: Batch) -> Iterator[Batch]:
    """Yield these rows with a day for each month without one, for each choice of `months.ends`."""
    rows = held.frame[ROW].to_list()
    place = held.frame.select(pl.int_range(pl.len()).over("case_id")).to_series().to_list()
    place_of = dict(zip(rows, place, strict=True))
    events = {name: at for at, name in enumerate(rulebook.events)}
    cells = {
        name: {row: cell_number(events[name], place_of[row]) for row in firsts if row in place_of}
        for name, firsts in held.months.items()
    }
    for bit, value in ends({number for numbers in cells.values() for number in numbers.values()}):
        days = {
            name: {
                row: month_end(first) if numbers[row] >> bit & 1 == value else first
                for row, first in held.months[name].items()
                if row in numbers
            }
            for name, numbers in cells.items()
        }
        yield Batch(
            held.frame.with_columns(
                pl.col(ROW).replace_strict(some, default=pl.col(name), return_dtype=pl.Date).alias(name)
                for name, some in days.items()
            ),
            {
                name: numbers.filter(~numbers.is_in(list(days.get(name, ()))))
                for name, numbers in held.unreadable.items()
            },
        )


def _settled(unsettled: pl.DataFrame, choices: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return clocks of one deadline: of the rows for which all choices give the same verdicts, the mildest.

    The twin of `single.judge`'s: the fewest days late or left, with the readings of all.
    """
    each = pl.concat(
        frame.sort(ROW, "start", maintain_order=True).with_columns(
            choice=pl.lit(number), place=pl.int_range(pl.len()).over(ROW)
        )
        for number, frame in enumerate(choices)
    )
    verdicts = each.group_by(ROW, "choice").agg(pl.col("verdict").cast(pl.String).str.join("+"))
    same = (pl.len() == len(choices)) & (pl.col("verdict").n_unique() == 1)
    agreed = verdicts.group_by(ROW).agg(same.alias("same"))
    settled, differing = (agreed.filter(pl.col("same") == agree)[ROW].implode() for agree in (True, False))
    mildness = [pl.coalesce("days_late", "days_left", 0), "due", "answered", "start", "ended"]
    mildest = (
        each.filter(pl.col(ROW).is_in(settled))
        .sort(mildness, maintain_order=True)
        .with_columns(
            pl.col("earliest_reading").min().over(ROW, "place"),
            pl.col("latest_reading").max().over(ROW, "place"),
            pl.col("certainty").max().over(ROW, "place"),
        )
        .unique([ROW, "place"], keep="first", maintain_order=True)
    )
    return pl.concat([mildest.select(*CLOCKS), unsettled.filter(pl.col(ROW).is_in(differing))])


def _last(
    inquiry: Inquiry,
    wanted: Sequence[Deadline],
    requests: Requests,
    memories: Sequence[Memory],
    derived: Sequence[DerivedEvent],
    rows: pl.DataFrame,
) -> Judged:
    """Return the last batch: requests that are on several rows, each judged as one, and repeating duties.

    `rows` are no rows, with the columns of the file.
    """
    rulebook, problems, parts = inquiry.rulebook, [], []
    repeating = [deadline for deadline in wanted if deadline.repeats]
    of_request = [deadline for deadline in wanted if is_of_request(deadline)]
    others = [deadline for deadline in wanted if not deadline.repeats and not is_of_request(deadline)]
    held = requests.all_held()
    if held is not None:
        joined, rows = join_requests(inquiry, of_request, held)
        for deadlines, batch in ((of_request, joined), (others, held)):
            parts.append(weigh_rows(inquiry, deadlines, Columns(batch, rulebook, inquiry.today, derived)))
        problems.append(problems_of_requests(inquiry, held))
    clocks: dict[str, Clocks] = {clocks.deadline.id: clocks for part in parts for clocks in part}
    problems.append(due_after_events(others, clocks))
    with ThreadPoolExecutor(max_workers=2) as both:
        apart = [both.submit(_of_cases, inquiry, repeating, memory) for memory in memories]
        chains, found = zip(*(half.result() for half in apart), strict=True) if apart else ((), ())
    for deadline in repeating:
        if mine := [half[deadline.id] for half in chains if deadline.id in half]:
            clocks[deadline.id] = JoinedClocks(mine)
    return Judged(rows, clocks, tuple(chain.from_iterable((*problems, *found))), last=True)


def _of_cases(
    inquiry: Inquiry, deadlines: Sequence[Deadline], memory: Memory
) -> tuple[Mapping[str, WeighedClocks], Sequence[Problem]]:
    """Return the clocks of repeating duties of some cases, with tables of their own for their thread."""
    own = Inquiry(inquiry.rulebook, inquiry.as_at)
    cases = Cases(memory, own)
    clocks = {clocks.deadline.id: clocks for clocks in weigh_chains(own, deadlines, cases)}
    return clocks, tuple(problems_of(deadlines, cases, inquiry.rulebook.derived))
