"""Which clocks get another verdict under another rulebook, whose they are, and the effect on the rates."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import tee
from pathlib import Path
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Clocks, Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.selection import WHOSE, unjudgeable
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.rules.diff import Effect, Flip, FlipsOfKind
from ehcp_timeline.law.diff import affected, changes
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.answer import keys
from ehcp_timeline.measure.counts import InTimeTally
from ehcp_timeline.record import field, record, replace
from ehcp_timeline.shell.open import CaseRequest, settings

NO_CLOCK: Final = "not-started"
TOLD: Final = ("start", "due", "answered", "verdict", "days_left", "days_late")


@record(slots=True)
class _ImpactCount:
    """What has been counted so far; `frames` and `named` of this file, `flips` of the files before."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    named: list[pl.DataFrame] = field(default_factory=list)
    flips: list[Flip] = field(default_factory=list)
    moved: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    ways: defaultdict[tuple[str, int], InTimeTally] = field(default_factory=lambda: defaultdict(InTimeTally))

    def add(self, before: Judged, after: Judged, order: Mapping[str, Deadline]) -> None:
        absent = [pl.lit(None, pl.String).alias(name) for name in WHOSE if name not in before.rows.columns]
        self.named.append(before.rows.with_columns(*absent).select("row", "case_id", *WHOSE))
        for place, deadline in enumerate(order.values()):
            pair = before.clocks.get(deadline.id), after.clocks.get(deadline.id)
            if not any(pair):
                continue
            for which, clocks in enumerate(pair):
                if clocks is not None:
                    self.ways[deadline.id, which].add(clocks)
            both = _side_by_side(*pair, repeating=deadline.repeats is not None)
            self.judged[deadline.id] += both.height
            moved = both.filter(pl.col("due_before").ne_missing(pl.col("due_after")))
            self.moved[deadline.id] += moved.height
            flipped = both.filter(pl.col("verdict_before") != pl.col("verdict_after"))
            if flipped.height:
                self.frames.append(flipped.with_columns(deadline=pl.lit(deadline.id), place=pl.lit(place)))

    def end_of_file(self) -> None:
        """Say whose the clocks are; the next file counts its rows from 1 again."""
        if self.frames:
            joined = pl.concat(self.frames).join(pl.concat(self.named), on="row", how="left")
            rows = joined.sort("row", "place", "start").select(keys(Flip)).iter_rows()
            self.flips += (Flip(*row) for row in rows)
        self.frames, self.named = [], []

    def effect(self, order: Collection[str]) -> Effect:
        pairs = Counter((flip.deadline, flip.verdict_before, flip.verdict_after) for flip in self.flips)
        flipped: defaultdict[str, list[FlipsOfKind]] = defaultdict(list)
        for (deadline, old, new), number in sorted(pairs.items()):
            flipped[deadline].append(FlipsOfKind(old, new, number))
        there = [name for name in order if self.judged[name]]
        groups = {column: Counter(getattr(flip, column) or "" for flip in self.flips) for column in WHOSE}
        return Effect(
            judged={name: self.judged[name] for name in there},
            moved={name: self.moved[name] for name in there},
            flipped={name: tuple(flipped[name]) for name in there if name in flipped},
            groups={
                column: dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
                for column, counts in groups.items()
            },
            rates={name: tuple(self.ways[name, which].rates() for which in (0, 1)) for name in there},
            flips=tuple(self.flips),
        )


def effect_of(
    old: Rulebook, new: Rulebook, files: Sequence[Path], as_at: date, config: Path | None
) -> Effect:
    """Judge some files under two rulebooks, as far as their deadlines differ, and return what differs."""
    known = replace(new, events={**old.events, **new.events})
    sources = CaseRequest(as_at, known, settings(config)).sources(files)
    return _judged_under_both(old, new, affected(changes(old, new), old, new), sources, as_at)


@repeated_until_known
def _judged_under_both(
    old: Rulebook, new: Rulebook, deadlines: Collection[str], sources: Sequence[CaseFile], as_at: date
) -> Effect:
    order = {
        deadline.id: deadline
        for book in (new, old)
        for deadline in book.deadlines
        if deadline.id in deadlines
    }
    counting = _ImpactCount()
    for source in sources:
        pair = [
            judge(book, mine, as_at, deadlines=[line for line in book.deadlines if line.id in asked])
            for book, mine in zip((old, new), tee(source.batches()), strict=True)
            for asked in [order.keys() - {line.id for line in unjudgeable(book, source.columns)}]
        ]
        for before, after in zip(*pair, strict=True):
            counting.add(before, after, order)
        counting.end_of_file()
    return counting.effect(order)


def _side_by_side(before: Clocks | None, after: Clocks | None, *, repeating: bool) -> pl.DataFrame:
    """Return the clocks of one deadline under both rulebooks, row by row; a repeating duty also by start."""
    on = ["row", "start"] if repeating else ["row"]
    empty = pl.DataFrame(schema={name: CLOCKS[name] for name in ("row", *TOLD)})
    old, new = (empty if clocks is None else clocks.frame("row", *TOLD) for clocks in (before, after))
    both = old.join(new, on=on, how="full", suffix="_after", coalesce=True, nulls_equal=True)
    alike = ("answered",) if repeating else ("start", "answered")
    both = both.rename({name: f"{name}_before" for name in TOLD if name not in ("start", "answered")})
    return both.with_columns(
        *(pl.coalesce(name, f"{name}_after").alias(name) for name in alike),
        *(pl.col(f"verdict_{when}").cast(pl.String).fill_null(NO_CLOCK) for when in ("before", "after")),
    )
