"""Compares a sample of the bulk reader's clocks with the single reader, and stops if they differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, groupby, islice, zip_longest
from operator import attrgetter, itemgetter
from typing import Any, Final
from zlib import crc32

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, NO_CLOCKS, Clocks, Judged
from ehcp_timeline.audit.bulk.days import where_true
from ehcp_timeline.audit.bulk.judge import LARGE, judge
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.verdicts import Clock, Verdict
from ehcp_timeline.cases.model import Row
from ehcp_timeline.cases.sheet import Batch, rows_of
from ehcp_timeline.errors import ReadersDisagreeError
from ehcp_timeline.law.rulebook import Deadline, Rulebook, part_of
from ehcp_timeline.record import field, record

Told = tuple[Any, ...]

SEED = 3  # any fixed number: the same file always gives the same sample
VALUES_OF: Final = attrgetter(*CLOCKS)
ROW_OF: Final = itemgetter(list(CLOCKS).index("row"))
HINT = "Nothing was written. Please report this with the dates of the row"


def told_by_single(
    rulebook: Rulebook, rows: Sequence[Row], as_at: date, deadlines: Sequence[Deadline]
) -> dict[str, list[Told]]:
    """Return the clocks of some whole cases by deadline, in row order, then by start, as in `CLOCKS`."""
    cases: dict[str, list[Row]] = {}
    for row in rows:
        cases.setdefault(row.case_id, []).append(row)
    by_deadline: dict[str, list[Clock]] = {deadline.id: [] for deadline in deadlines}
    for case in cases.values():
        for working in judge_case(rulebook, case, as_at):
            clock = working.clock
            if clock.deadline in by_deadline and clock.verdict != "not-started":
                by_deadline[clock.deadline].append(clock)
    for clocks in by_deadline.values():
        clocks.sort(key=lambda clock: (clock.row, clock.start or date.min))
    return {name: list(map(VALUES_OF, clocks)) for name, clocks in by_deadline.items() if clocks}


def verified(
    rulebook: Rulebook,
    batches: Iterable[Batch],
    as_at: date,
    sample: int,
    *,
    deadlines: Sequence[Deadline] | None = None,
    large: int = LARGE,
) -> Iterator[Judged]:
    """Judge every row of a file, and judge a sample of its clocks with the single reader too.

    `sample` says how many rows to judge again, spread over deadlines, verdicts and batches, and how many
    whole cases, for the duties that repeat. The other arguments are those of `judge.judge`.

    Raises:
        ReadersDisagreeError: As soon as a clock differs.
    """
    wanted = rulebook.deadlines if deadlines is None else deadlines
    held = _Sample(rulebook, tuple(wanted), as_at, sample, sample)
    being_judged: list[Batch] = []

    def passing() -> Iterator[Batch]:
        for batch in batches:
            being_judged[:] = [batch]
            yield batch
            del batch

    for judged in judge(rulebook, passing(), as_at, deadlines=wanted, large=large):
        if judged.last:
            held.hold_cases(judged)
        else:
            held.hold_rows(being_judged[0], judged)
            held.keep_cases(being_judged.pop())  # let go of before the next comes
        yield judged
        del judged


def verify(rulebook: Rulebook, rows: Sequence[Row], clocks: Mapping[str, pl.DataFrame], as_at: date) -> None:
    """Judge some rows again with the single reader.

    Args:
        rulebook: The law.
        rows: Every row of some whole cases, in file order; single rows do where no duty of `clocks` repeats.
        clocks: Deadline id to the bulk reader's clocks of these rows, each with every column of `CLOCKS`. A
            deadline without a clock has an empty frame.
        as_at: The day the question is asked about.

    Raises:
        ReadersDisagreeError: With the clocks of the first row that differs, from both readers.
    """
    part = part_of(rulebook, clocks)
    singly = told_by_single(part, rows, as_at, [rulebook.by_id[name] for name in clocks])
    for name, frame in clocks.items():
        mine, other = frame[[*CLOCKS]].rows(), singly.get(name, [])
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


@record(slots=True)
class _Sample:
    """The clocks that are judged again.

    Attributes:
        deadlines: Whose clocks.
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
        each = ([(name, verdict) for verdict in clocks.counts] for name, clocks in judged.clocks.items())
        in_turn = chain.from_iterable(zip_longest(*each))  # the first verdict of each deadline first
        untaken = (verdict for verdict in in_turn if verdict is not None and verdict not in self.taken)
        numbers = {
            _pick(judged.clocks[name], name, verdict)
            for name, verdict in islice(untaken, (self.rows + 1) // 2)
        }
        if numbers:
            self.rows -= len(numbers)
            wanted = pl.Series(sorted(numbers), dtype=pl.UInt32)
            rows = _rows(batch, batch.frame["row"].search_sorted(wanted))
            self._hold(rows, judged, repeating=False)

    def keep_cases(self, batch: Batch) -> None:
        hashes = batch.frame[["case_id"]].hash_rows(SEED)
        full = len(self.kept) == self.cases
        low = hashes.filter(hashes < max(self.kept)) if full and self.kept else hashes
        lowest = islice((digest for digest, _ in groupby(low.sort())), self.cases)
        smallest = sorted({*self.kept, *lowest})[: self.cases]
        self.kept = {digest: self.kept.get(digest, []) for digest in smallest}
        candidates = where_true(hashes <= smallest[-1]) if smallest else pl.Series(dtype=pl.UInt32)
        for digest, row in zip(hashes[candidates], _rows(batch, candidates), strict=True):
            self.kept[digest].append(row)

    def hold_cases(self, judged: Judged) -> None:
        rows = sorted((row for case in self.kept.values() for row in case), key=lambda row: row.number)
        self._hold(rows, judged, repeating=True)
        of_requests = set(judged.rows["row"])
        self._hold([row for row in rows if row.number in of_requests], judged, repeating=False)

    def _hold(self, rows: Sequence[Row], judged: Judged, *, repeating: bool) -> None:
        held = frozenset(name for row in rows for name in (*row.events, *row.unreadable))
        numbers = [row.number for row in rows]
        frames = {
            deadline.id: _told(judged.clocks.get(deadline.id), numbers)
            for deadline in self.deadlines
            if bool(deadline.repeats) == repeating
            and held.intersection(self.rulebook.columns_of(deadline.start_events))
        }
        self.taken.update((name, word) for name, frame in frames.items() for word in frame["verdict"])
        verify(self.rulebook, rows, frames, self.as_at)


def _pick(clocks: Clocks, deadline: str, verdict: Verdict) -> int:
    positions = where_true(clocks.having(frozenset({verdict})))
    position = positions[crc32(f"{deadline} {verdict}".encode()) % len(positions)]
    return int(clocks["row"][position])


def _told(clocks: Clocks | None, rows: Sequence[int]) -> pl.DataFrame:
    if clocks is None:
        return NO_CLOCKS
    standing = clocks["row"]  # ascending, as clocks stand in row order
    edges = pl.Series([*rows, *(row + 1 for row in rows)], dtype=pl.UInt32)
    edges_at = standing.search_sorted(edges, "left").to_list()
    spans = zip(edges_at[: len(rows)], edges_at[len(rows) :], strict=True)
    positions = [place for first, last in spans for place in range(first, last)]
    return clocks.at(pl.Series(positions, dtype=pl.UInt32)).frame() if positions else NO_CLOCKS


def _rows(batch: Batch, positions: pl.Series) -> list[Row]:
    some = Batch(batch.frame[positions], batch.unreadable, batch.months, batch.columns)
    return list(rows_of(some))
