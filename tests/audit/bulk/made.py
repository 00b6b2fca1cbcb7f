"""Case files made for tests, and both readers put to them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import ParamSpec

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Judged, ToldClocks, due_after_events
from ehcp_timeline.audit.bulk.cross_check import told_by_single
from ehcp_timeline.audit.bulk.judge import LARGE, judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.single.events import request_problems, requests_on_rows, started_twice
from ehcp_timeline.audit.verdicts import Clock
from ehcp_timeline.cases.model import UNREAD, Column, Kind, Problem, Row
from ehcp_timeline.cases.sheet import Batch, rows_of
from ehcp_timeline.law.rulebook import Deadline, Rulebook

P = ParamSpec("P")
NOTHING = pl.DataFrame(schema=dict(CLOCKS))
TEXTS: Mapping[str, Kind] = {"district": "text", "date_of_birth": "date"}  # no deadline looks at these


def batch_of(rows: Sequence[Row], rulebook: Rulebook, columns: Iterable[str] = ()) -> Batch:
    """Return rows as one batch of a file.

    Args:
        rows: The rows, in file order.
        rulebook: What its columns mean.
        columns: The columns of the file; those that hold something are there anyway.
    """
    held = {*_columns(rows), *columns}
    names = [name for name in _kinds(rulebook) if name in held]
    kinds = {name: _kinds(rulebook)[name] for name in names}
    types = {"event": pl.Date, "date": pl.Date, "flag": pl.Boolean}
    unread = sorted(name for name in held if UNREAD in name)
    schema = {name: types.get(kinds[name], pl.String) for name in names} | dict.fromkeys(unread, pl.Date)
    frame = pl.DataFrame(
        {
            "row": [row.number for row in rows],
            "case_id": [row.case_id for row in rows],
            **{name: [_cell(row, name) for row in rows] for name in (*names, *unread)},
        },
        schema={"row": pl.UInt32, "case_id": pl.String, **schema},
    )
    unreadable = {name: [row.number for row in rows if name in row.unreadable] for name in names}
    return Batch(
        frame=frame,
        columns={name: Column(name, name, kind) for name, kind in kinds.items()},
        unreadable={name: pl.Series(found, dtype=pl.UInt32) for name, found in unreadable.items() if found},
        problems=(),
        read=len(rows),
        months={
            name: found
            for name in names
            if (found := {row.number: row.months[name] for row in rows if name in row.months})
        },
    )


def _columns(rows: Iterable[Row]) -> set[str]:
    parts = (part for row in rows for part in (row.events, row.codes, row.flags, row.texts, row.unreadable))
    return {name for part in parts for name in part}


def _kinds(rulebook: Rulebook) -> Mapping[str, Kind]:
    kinds: dict[str, Kind] = dict.fromkeys(rulebook.events, "event")
    kinds.update(dict.fromkeys(rulebook.codes, "codes"))
    kinds.update(dict.fromkeys(rulebook.flags, "flag"))
    kinds.update(TEXTS)
    return kinds


def _cell(row: Row, name: str) -> object:
    if name in row.codes:
        return "+".join(sorted(row.codes[name]))
    return row.events.get(name, row.flags.get(name, row.texts.get(name)))


def batches_of(rows: Sequence[Row], rulebook: Rulebook, size: int) -> list[Batch]:
    """Return rows as the batches of one file, `size` rows each."""
    names = _columns(rows)
    return [batch_of(rows[at : at + size], rulebook, names) for at in range(0, len(rows), size)]


def part_of(rulebook: Rulebook, *ids: str) -> Rulebook:
    """Return the rulebook with these deadlines alone, and those that may take their place."""
    mine = {name: rulebook.by_id[name] for name in ids}
    needed = {*mine, *(name for one in mine.values() for name in one.displaced_by)}
    return replace(rulebook, deadlines=tuple(one for one in rulebook.deadlines if one.id in needed))


def bulk_reader(rulebook: Rulebook, rows: Sequence[Row], as_at: date) -> tuple[Clock, ...]:
    """Judge one case with the second reader, in the shape of `model.single_reader`."""
    judged = judge(rulebook, [batch_of(rows, rulebook)], as_at)
    cases = {row.number: row.case_id for row in rows}
    return tuple(
        Clock(case_id=cases[told["row"]], deadline=name, source=rulebook.by_id[name].source, **told)
        for one in judged
        for name, clocks in one.clocks.items()
        for told in clocks.frame().iter_rows(named=True)
    )


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
    frames = clocks_by_single(rulebook, rows, as_at, wanted)
    repeating = {deadline.id for deadline in wanted if deadline.repeats}
    cases = cases_of(rows).values()
    requests = [
        same for case in cases for number, same in requests_on_rows(case).items() if number == same[0].number
    ]
    at_last = {row.number for same in requests for row in same}
    at_last |= {row.number for case in cases for row in case if any(other.months for other in case)}
    together = pl.Series(sorted(at_last), dtype=pl.UInt32).implode()
    for batch in held:
        there = pl.col("row").is_in(batch.frame["row"].implode()) & ~pl.col("row").is_in(together)
        mine = {name: clocks.filter(there) for name, clocks in frames.items() if name not in repeating}
        clocks = {name: ToldClocks(frame) for name, frame in mine.items() if frame.height}
        yield Judged(batch.frame, clocks, tuple(due_after_events(wanted, clocks)))
    if held:
        at_the_end = {
            name: clocks if name in repeating else clocks.filter(pl.col("row").is_in(together))
            for name, clocks in frames.items()
        }
        last = {name: ToldClocks(clocks) for name, clocks in at_the_end.items() if clocks.height}
        problems = (
            *_started_twice(rows, [deadline for deadline in wanted if deadline.repeats]),
            *(problem for same in requests for problem in request_problems(same, as_at)),
            *due_after_events((deadline for deadline in wanted if not deadline.repeats), last),
        )
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
    singly = told_by_single(rulebook, rows, as_at, deadlines)
    return {name: pl.DataFrame(clocks, schema=dict(CLOCKS), orient="row") for name, clocks in singly.items()}


def cases_of(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each case."""
    cases: dict[str, list[Row]] = {}
    for row in rows:
        cases.setdefault(row.case_id, []).append(row)
    return cases


def _started_twice(rows: Iterable[Row], repeating: Sequence[Deadline]) -> Iterator[Problem]:
    problems = (
        problem
        for case in cases_of(rows).values()
        for deadline in repeating
        for problem in started_twice(deadline, case)
    )
    yield from dict.fromkeys(problems)


def whole_file(judging: Callable[P, Iterable[Judged]]) -> Callable[P, list[Judged]]:
    """Return what judges all batches of a file, again where a request stands in two of them."""
    return repeated_until_known(lambda *args, **words: list(judging(*args, **words)))


def differences(
    rulebook: Rulebook,
    batches: Sequence[Batch],
    as_at: date,
    deadlines: Sequence[Deadline] | None = None,
    large: int = LARGE,
) -> list[str]:
    """Put a file to both readers; return every clock, count and problem about which they differ."""
    bulk = whole_file(judge)(rulebook, batches, as_at, deadlines=deadlines, large=large)
    single = list(judge_by_single(rulebook, batches, as_at, deadlines=deadlines))
    found = [f"{len(bulk)} batches against {len(single)}"] if len(bulk) != len(single) else []
    for one, other in zip(bulk, single, strict=False):
        found += _differing(one, other)
    return found


def _differing(bulk: Judged, single: Judged) -> list[str]:
    found = []
    for name in sorted({*bulk.clocks, *single.clocks}):
        clocks, others = (judged.clocks.get(name) for judged in (bulk, single))
        mine, theirs = (one.frame() if one else NOTHING for one in (clocks, others))
        found += [f"{name}: {said}" for said in _unequal(mine, theirs)]
        if clocks and others and clocks.counts != others.counts:
            found.append(f"{name}: counts {clocks.counts} against {others.counts}")
    if sorted(bulk.problems) != sorted(single.problems):
        found.append(f"problems {bulk.problems} against {single.problems}")
    return found


def _unequal(bulk: pl.DataFrame, single: pl.DataFrame) -> list[str]:
    if bulk.schema != single.schema:
        return [f"schema {bulk.schema} against {single.schema}"]
    if bulk.height != single.height:
        return [f"{bulk.height} clocks against {single.height}: {bulk.rows()} against {single.rows()}"]
    return [
        f"row {mine['row']}: {name} {mine[name]} against {theirs[name]} of {theirs}"
        for mine, theirs in zip(bulk.iter_rows(named=True), single.iter_rows(named=True), strict=True)
        for name in CLOCKS
        if mine[name] != theirs[name]
    ]
