"""Which clocks are judged otherwise under another rulebook, whose they are, and what it does to the rates."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import tee
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Clocks, Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.counts import InTime, InTimeTally

NO_CLOCK: Final = "not-started"
GROUPS: Final = ("district", "team", "caseworker")
TOLD: Final = ("start", "due", "answered", "verdict", "days_left", "days_late")
FLIP_KEYS: Final = (
    *("case_id", "row", "deadline", "start", "answered", "due_before", "due_after"),
    *("verdict_before", "verdict_after", "days_late_before", "days_late_after", *GROUPS),
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What another rulebook does to the cases of some files.

    Attributes:
        flips: The clocks whose verdict differs, columns as in `FLIP_KEYS`, in file order.
        moved: Deadline id to how many clocks have another due day.
        judged: Deadline id to how many clocks were held against both.
        verdicts: Deadline id to (verdict before, verdict after) to how many clocks flip so.
        rates: Deadline id to its rates before and after.
    """

    flips: pl.DataFrame
    moved: Mapping[str, int]
    judged: Mapping[str, int]
    verdicts: Mapping[str, Mapping[tuple[str, str], int]]
    rates: Mapping[str, tuple[InTime, InTime]]

    def by_group(self, column: str) -> Mapping[str, int]:
        """Return how many clocks flip in each district, team or caseworker's list, most first."""
        counts = Counter(self.flips[column].fill_null("").to_list())
        return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


@dataclass(slots=True)
class _ImpactCount:
    """What has been counted so far; `flips` and `named` of this file, `found` of the files before."""

    flips: list[pl.DataFrame] = field(default_factory=list)
    named: list[pl.DataFrame] = field(default_factory=list)
    found: list[pl.DataFrame] = field(default_factory=list)
    moved: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    ways: defaultdict[tuple[str, int], InTimeTally] = field(default_factory=lambda: defaultdict(InTimeTally))

    def add(self, before: Judged, after: Judged, order: Mapping[str, Deadline]) -> None:
        """Hold one batch, judged under both rulebooks, against itself."""
        self.named.append(_named(before.rows))
        for place, name in enumerate(order):
            pair = before.clocks.get(name), after.clocks.get(name)
            if any(pair):
                self._add_clocks(place, order[name], *pair)

    def _add_clocks(
        self, place: int, deadline: Deadline, before: Clocks | None, after: Clocks | None
    ) -> None:
        for which, clocks in enumerate((before, after)):
            if clocks is not None:
                self.ways[deadline.id, which].add(clocks)
        both = _side_by_side(before, after, repeating=deadline.repeats is not None)
        self.judged[deadline.id] += both.height
        self.moved[deadline.id] += both.filter(pl.col("due_before").ne_missing(pl.col("due_after"))).height
        flipped = both.filter(pl.col("verdict_before") != pl.col("verdict_after"))
        if flipped.height:
            self.flips.append(flipped.with_columns(deadline=pl.lit(deadline.id), place=pl.lit(place)))

    def end_of_file(self) -> None:
        """Say whose the clocks are; the next file counts its rows from 1 again."""
        if self.flips:
            named = pl.concat(self.named)
            joined = pl.concat(self.flips).join(named, on="row", how="left")
            self.found.append(joined.sort("row", "place", "start").select(FLIP_KEYS))
        self.flips, self.named = [], []

    def finished(self, order: Collection[str]) -> Effect:
        """Return what was counted."""
        flips = (
            pl.concat(self.found) if self.found else pl.DataFrame(schema=dict.fromkeys(FLIP_KEYS, pl.String))
        )
        pairs = Counter(flips.select("deadline", "verdict_before", "verdict_after").iter_rows())
        verdicts: dict[str, dict[tuple[str, str], int]] = {}
        for (deadline, old, new), number in sorted(pairs.items()):
            verdicts.setdefault(deadline, {})[old, new] = number
        there = [name for name in order if self.judged[name]]
        return Effect(
            flips=flips,
            moved={name: self.moved[name] for name in there},
            judged={name: self.judged[name] for name in there},
            verdicts={name: verdicts[name] for name in there if name in verdicts},
            rates={name: (self.ways[name, 0].rates(), self.ways[name, 1].rates()) for name in there},
        )


def effect_of(
    old: Rulebook, new: Rulebook, deadlines: Collection[str], sources: Sequence[CaseFile], as_at: date
) -> Effect:
    """Judge some files under two rulebooks and return what differs.

    Args:
        old: One rulebook.
        new: The other.
        deadlines: Ids of the deadlines that may differ; no others are judged.
        sources: The files, opened.
        as_at: The day the question is asked about.
    """
    order = {
        deadline.id: deadline
        for book in (new, old)
        for deadline in book.deadlines
        if deadline.id in deadlines
    }
    counting = _ImpactCount()
    for source in sources:
        batches = tee(source.batches())
        pair = [
            judge(book, mine, as_at, deadlines=tuple(_judgeable(book, source, order)))
            for book, mine in zip((old, new), batches, strict=True)
        ]
        for before, after in zip(*pair, strict=True):
            counting.add(before, after, order)
        counting.end_of_file()
    return counting.finished(order)


def _judgeable(book: Rulebook, source: CaseFile, wanted: Collection[str]) -> Iterator[Deadline]:
    without = {one.id for one in unjudgeable(book, source.columns)}
    return (deadline for deadline in book.deadlines if deadline.id in wanted and deadline.id not in without)


def _side_by_side(before: Clocks | None, after: Clocks | None, *, repeating: bool) -> pl.DataFrame:
    """Return the clocks of one deadline under both rulebooks, row by row; a repeating duty also by start."""
    keys = ["row", "start"] if repeating else ["row"]
    frames = [_told(clocks) for clocks in (before, after)]
    both = frames[0].join(frames[1], on=keys, how="full", suffix="_after", coalesce=True, nulls_equal=True)
    alike = ("answered",) if repeating else ("start", "answered")
    both = both.rename({name: f"{name}_before" for name in TOLD if name not in ("start", "answered")})
    return both.with_columns(
        *(pl.coalesce(name, f"{name}_after").alias(name) for name in alike),
        *(pl.col(f"verdict_{when}").cast(pl.String).fill_null(NO_CLOCK) for when in ("before", "after")),
    )


def _told(clocks: Clocks | None) -> pl.DataFrame:
    if clocks is None:
        return pl.DataFrame(schema={name: CLOCKS[name] for name in ("row", *TOLD)})
    return clocks.frame("row", *TOLD)


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in GROUPS if name not in rows.columns]
    return rows.with_columns(*absent).select("row", "case_id", *GROUPS)
