"""The same answer from the first reader, in the shape of the second, to hold the one against the other."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import polars as pl

from ehcp_timeline.audit.bulk.judged import CLOCKS, Judged, ToldClocks
from ehcp_timeline.audit.chains import started_twice
from ehcp_timeline.audit.clocks import Clock
from ehcp_timeline.audit.single import judge_case
from ehcp_timeline.cases.batch import Batch, rows_of
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.cases.record import Row
from ehcp_timeline.law.terms import Deadline, Rulebook

Told = tuple[Any, ...]


def judge_by_single(
    rulebook: Rulebook,
    batches: Iterable[Batch],
    as_at: date,
    *,
    deadlines: Sequence[Deadline] | None = None,
) -> Iterator[Judged]:
    """Judge every row of a file with the single reader.

    Args:
        rulebook: The law.
        batches: The rows of one file, in file order.
        as_at: The day the question is asked about.
        deadlines: Only these deadlines; None for all.

    Yields:
        What `judge.judge` yields, of the same clocks. It holds the whole file in memory.
    """
    wanted = rulebook.deadlines if deadlines is None else deadlines
    held = list(batches)
    rows = [row for batch in held for row in rows_of(batch)]
    told = clocks_by_single(rulebook, rows, as_at, wanted)
    repeating = {one.id for one in wanted if one.repeats}
    for batch in held:
        there = pl.col("row").is_in(batch.frame["row"].implode())
        mine = {name: clocks.filter(there) for name, clocks in told.items() if name not in repeating}
        yield Judged(batch.frame, {name: ToldClocks(one) for name, one in mine.items() if one.height})
    if held:
        last = {name: ToldClocks(clocks) for name, clocks in told.items() if name in repeating}
        problems = tuple(_problems(rows, [one for one in wanted if one.repeats]))
        yield Judged(held[-1].frame.clear(), last, problems, last=True)


def clocks_by_single(
    rulebook: Rulebook, rows: Sequence[Row], as_at: date, deadlines: Sequence[Deadline]
) -> dict[str, pl.DataFrame]:
    """Return the clocks of some whole cases, deadline by deadline, in row order, then by start.

    Args:
        rulebook: The law.
        rows: Every row of each case, in file order.
        as_at: The day the question is asked about.
        deadlines: Whose clocks.
    """
    told = told_by_single(rulebook, rows, as_at, deadlines)
    return {name: pl.DataFrame(clocks, schema=dict(CLOCKS), orient="row") for name, clocks in told.items()}


def told_by_single(
    rulebook: Rulebook, rows: Sequence[Row], as_at: date, deadlines: Sequence[Deadline]
) -> dict[str, list[Told]]:
    """Return the same clock by clock, each with its values in the order of `CLOCKS`."""
    found: dict[str, list[Clock]] = {one.id: [] for one in deadlines}
    for case in _cases(rows).values():
        for working in judge_case(rulebook, case, as_at):
            clock = working.clock
            if clock.deadline in found and clock.verdict != "not-started":
                found[clock.deadline].append(clock)
    return {name: _told(clocks) for name, clocks in found.items() if clocks}


def _told(clocks: Iterable[Clock]) -> list[Told]:
    ordered = sorted(clocks, key=lambda one: (one.row, one.start or date.min))
    return [tuple(getattr(clock, name) for name in CLOCKS) for clock in ordered]


def _cases(rows: Iterable[Row]) -> dict[str, list[Row]]:
    cases: dict[str, list[Row]] = {}
    for row in rows:
        cases.setdefault(row.case_id, []).append(row)
    return cases


def _problems(rows: Iterable[Row], repeating: Sequence[Deadline]) -> Iterator[Problem]:
    found = (
        problem for case in _cases(rows).values() for one in repeating for problem in started_twice(one, case)
    )
    yield from dict.fromkeys(found)
