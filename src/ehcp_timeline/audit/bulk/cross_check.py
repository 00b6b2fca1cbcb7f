"""Hold a sample of the second reader's clocks against the first reader: nothing is told if the two differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from operator import itemgetter
from typing import Any, Final
from zlib import crc32

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Clocks, Judged, ToldClocks, due_after_events
from ehcp_timeline.audit.bulk.days import where_true
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.clock import VERDICTS, Clock, Verdict
from ehcp_timeline.audit.single.chains import started_twice
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.single.requests import request_problems, requests_on_rows
from ehcp_timeline.cases.batch import Batch, rows_of
from ehcp_timeline.cases.model import Problem, Row
from ehcp_timeline.errors import ReadersDisagreeError
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.law.subset import part_of

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
    frames = clocks_by_single(rulebook, rows, as_at, wanted)
    repeating = {deadline.id for deadline in wanted if deadline.repeats}
    cases = _cases(rows).values()
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
        yield Judged(batch.frame, clocks, due_after_events(wanted, clocks))
    if held:
        at_the_end = {
            name: clocks if name in repeating else clocks.filter(pl.col("row").is_in(together))
            for name, clocks in frames.items()
        }
        last = {name: ToldClocks(clocks) for name, clocks in at_the_end.items() if clocks.height}
        problems = (
            *_problems(rows, [deadline for deadline in wanted if deadline.repeats]),
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


def told_by_single(
    rulebook: Rulebook, rows: Sequence[Row], as_at: date, deadlines: Sequence[Deadline]
) -> dict[str, list[Told]]:
    """Return the same clock by clock, each with its values in the order of `CLOCKS`."""
    by_deadline: dict[str, list[Clock]] = {deadline.id: [] for deadline in deadlines}
    for case in _cases(rows).values():
        for working in judge_case(rulebook, case, as_at):
            clock = working.clock
            if clock.deadline in by_deadline and clock.verdict != "not-started":
                by_deadline[clock.deadline].append(clock)
    return {name: _as_told(clocks) for name, clocks in by_deadline.items() if clocks}


def _as_told(clocks: Iterable[Clock]) -> list[Told]:
    ordered = sorted(clocks, key=lambda clock: (clock.row, clock.start or date.min))
    return [tuple(getattr(clock, name) for name in CLOCKS) for clock in ordered]


def _cases(rows: Iterable[Row]) -> dict[str, list[Row]]:
    cases: dict[str, list[Row]] = {}
    for row in rows:
        cases.setdefault(row.case_id, []).append(row)
    return cases


def _problems(rows: Iterable[Row], repeating: Sequence[Deadline]) -> Iterator[Problem]:
    problems = (
        problem
        for case in _cases(rows).values()
        for deadline in repeating
        for problem in started_twice(deadline, case)
    )
    yield from dict.fromkeys(problems)


SEED = 3  # any fixed number: the same file always gives the same sample
ROW_OF: Final = itemgetter(list(CLOCKS).index("row"))
HINT = "Nothing was written. Please report this with the dates of the row"


def verified(
    rulebook: Rulebook,
    batches: Iterable[Batch],
    as_at: date,
    sample: int,
    *,
    deadlines: Sequence[Deadline] | None = None,
) -> Iterator[Judged]:
    """Judge every row of a file, and judge a sample of its clocks with the single reader too.

    Args:
        rulebook: The law.
        batches: The rows of one file, in file order.
        as_at: The day the question is asked about.
        sample: How many rows to judge again, spread over deadlines, verdicts and batches, and how many
            whole cases, for the duties that repeat.
        deadlines: Only these deadlines; None for all.

    Raises:
        ReadersDisagreeError: As soon as a clock differs.
    """
    wanted = rulebook.deadlines if deadlines is None else deadlines
    held = _Sample(rulebook, tuple(wanted), as_at, sample, sample)
    passing = _SampledBatch()
    for judged in judge(rulebook, passing.by(batches), as_at, deadlines=wanted):
        if judged.last:
            held.hold_cases(judged)
        elif passing.batch is not None:
            held.hold_rows(passing.batch, judged)
            held.keep_cases(passing.batch)
            passing.batch = None
        yield judged
        del judged


def verify(rulebook: Rulebook, rows: Sequence[Row], clocks: Mapping[str, pl.DataFrame], as_at: date) -> None:
    """Judge some rows again with the single reader.

    Args:
        rulebook: The law.
        rows: Every row of some whole cases, in file order; single rows do where no duty of `clocks` repeats.
        clocks: Deadline id to what the second reader says of these rows, each with every column of
            `CLOCKS`. A deadline without a clock stands with an empty frame.
        as_at: The day the question is asked about.

    Raises:
        ReadersDisagreeError: With the clocks of the first row that differs, from both readers.
    """
    part = part_of(rulebook, clocks)
    singly = told_by_single(part, rows, as_at, [rulebook.by_id[name] for name in clocks])
    for name, frame in clocks.items():
        mine, other = frame.select(*CLOCKS).rows(), singly.get(name, [])
        if mine != other:
            raise ReadersDisagreeError(_differing(name, mine, other), HINT)


def _differing(deadline: str, bulk: Sequence[Told], single: Sequence[Told]) -> str:
    """Return the first row about which the readers differ, with what each says of it."""
    for row in sorted({*map(ROW_OF, bulk), *map(ROW_OF, single)}):
        both = [[clock for clock in clocks_of if ROW_OF(clock) == row] for clocks_of in (bulk, single)]
        if both[0] != both[1]:
            differences = (
                f"{reader}: {_said(clocks)}" for reader, clocks in zip(("bulk", "single"), both, strict=True)
            )
            return "\n  ".join(
                (f"the two readers of the law differ about {deadline} on row {row}", *differences)
            )
    return f"the two readers of the law put the clocks of {deadline} in different orders"


def _said(clocks: Iterable[Told]) -> str:
    named = (zip(CLOCKS, clock, strict=True) for clock in clocks)
    said = (
        ", ".join(f"{name} {value}" for name, value in clock if value is not None and name != "row")
        for clock in named
    )
    return "; ".join(said) or "no clock"


@dataclass(slots=True)
class _SampledBatch:
    """The batch that is being judged."""

    batch: Batch | None = None

    def by(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        for batch in batches:
            self.batch = batch
            yield batch
            del batch


@dataclass(slots=True)
class _Sample:
    """The clocks that are judged again.

    Attributes:
        rulebook: The law.
        deadlines: Whose clocks.
        as_at: The day the question is asked about.
        rows: How many rows are still to be judged again.
        cases: How many whole cases are.
        taken: Which verdicts of which deadlines have been.
        kept: Hash of a case to its rows so far: those with the smallest hashes, so that a case is kept
            from its first row on or not at all.
    """

    rulebook: Rulebook
    deadlines: tuple[Deadline, ...]
    as_at: date
    rows: int
    cases: int
    taken: set[tuple[str, Verdict]] = field(default_factory=set)
    kept: dict[int, list[Row]] = field(default_factory=dict)

    def hold_rows(self, batch: Batch, judged: Judged) -> None:
        """Hold some rows of a batch against the single reader; leave half of the sample for later batches."""
        numbers = {
            self._pick(judged.clocks[deadline], deadline, verdict)
            for deadline, verdict in islice(self._untaken(judged), (self.rows + 1) // 2)
        }
        if numbers:
            self.rows -= len(numbers)
            rows = _rows(batch, batch.frame["row"].is_in(sorted(numbers)))
            self._hold([deadline for deadline in self.deadlines if not deadline.repeats], rows, judged)

    def _untaken(self, judged: Judged) -> Iterator[tuple[str, Verdict]]:
        """Yield what has not been sampled yet, the first verdict of each deadline first."""
        verdicts_of = {name: list(clocks.counts) for name, clocks in judged.clocks.items()}
        for place in range(len(VERDICTS)):
            at_place = ((name, words[place]) for name, words in verdicts_of.items() if place < len(words))
            yield from (untaken for untaken in at_place if untaken not in self.taken)

    def _pick(self, clocks: Clocks, deadline: str, verdict: Verdict) -> int:
        positions = where_true(clocks.having(frozenset({verdict})))
        position = positions[crc32(f"{deadline} {verdict}".encode()) % len(positions)]
        return int(clocks["row"][position])

    def keep_cases(self, batch: Batch) -> None:
        """Keep the rows of the cases with the smallest hashes."""
        hashes = batch.frame["case_id"].hash(SEED)
        full = len(self.kept) == self.cases
        low = hashes.filter(hashes < max(self.kept)) if full and self.kept else hashes
        smallest = sorted({*self.kept, *low.unique().bottom_k(self.cases)})[: self.cases]
        self.kept = {digest: self.kept.get(digest, []) for digest in smallest}
        mask = hashes.is_in(pl.Series(smallest, dtype=pl.UInt64).implode())
        for digest, row in zip(hashes.filter(mask), _rows(batch, mask), strict=True):
            self.kept[digest].append(row)

    def hold_cases(self, judged: Judged) -> None:
        """Hold what comes with the last batch against the single reader, of the cases that were kept."""
        rows = sorted((row for case in self.kept.values() for row in case), key=lambda row: row.number)
        self._hold([deadline for deadline in self.deadlines if deadline.repeats], rows, judged)
        of_requests = set(judged.rows["row"])
        rows = [row for row in rows if row.number in of_requests]
        if rows:
            self._hold([deadline for deadline in self.deadlines if not deadline.repeats], rows, judged)

    def _hold(self, deadlines: Iterable[Deadline], rows: Sequence[Row], judged: Judged) -> None:
        held = frozenset(name for row in rows for name in (*row.events, *row.unreadable))
        numbers = [row.number for row in rows]
        frames = {
            deadline.id: _told(judged.clocks.get(deadline.id), numbers)
            for deadline in deadlines
            if held.intersection(self.rulebook.columns_of(deadline.start_events))
        }
        self.taken.update(
            (name, word) for name, frame in frames.items() for word in frame["verdict"].unique()
        )
        verify(self.rulebook, rows, frames, self.as_at)


def _told(clocks: Clocks | None, rows: Sequence[int]) -> pl.DataFrame:
    if clocks is None:
        return pl.DataFrame(schema=dict(CLOCKS))
    standing = clocks["row"]  # ascending, as clocks stand in row order
    edges = pl.Series([*rows, *(row + 1 for row in rows)], dtype=pl.UInt32)
    edges_at = standing.search_sorted(edges, "left").to_list()
    spans = zip(edges_at[: len(rows)], edges_at[len(rows) :], strict=True)
    positions = [place for first, last in spans for place in range(first, last)]
    return clocks.at(pl.Series(positions, dtype=pl.UInt32)).frame()


def _rows(batch: Batch, mask: pl.Series) -> list[Row]:
    some = Batch(batch.frame.filter(mask), batch.columns, batch.unreadable, (), 0, 0, 0, batch.months)
    return list(rows_of(some))
