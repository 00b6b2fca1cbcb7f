"""The list of clocks that a check shows: selected batch by batch, then put in file order or cut to the worst."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from ehcp_timeline.audit.bulk.judged import CLOCKS, Judged
from ehcp_timeline.audit.clocks import VERDICTS
from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.law.terms import Deadline, Rulebook

WHOSE = ("district", "team", "caseworker")
LISTED = (*CLOCKS, "case_id", "deadline", "source", "duty", "law", "kind", "who", *WHOSE)
WORST_FIRST = {"running": "days_left", "early": "days_left"}


@dataclass(slots=True)
class Listing:
    """The selected clocks so far.

    Attributes:
        rulebook: The law; its order breaks ties between clocks of one row.
        selection: What is asked for.
        top: Keep only this many of each verdict, the worst; None keeps all.
        found: How many clocks of each verdict were selected.
        frames: The selected clocks of each batch.
        named: Who each row is about, for clocks that come after their batch.
    """

    rulebook: Rulebook
    selection: Selection
    top: int | None
    found: Counter[str] = field(default_factory=Counter)
    frames: list[pl.DataFrame] = field(default_factory=list)
    named: list[pl.DataFrame] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Select from one batch."""
        self.named.append(_named(judged.rows))
        names = pl.concat(self.named) if judged.last else self.named[-1]
        chosen = [self._choose(one, judged.clocks[one.id], names) for one in self._wanted(judged.clocks)]
        if not chosen:
            return
        clocks = pl.concat(chosen)
        self.found.update(dict(clocks["verdict"].value_counts().iter_rows()))
        self.frames.append(clocks if self.top is None else worst(pl.concat([*self.frames, clocks]), self.top))
        if self.top is not None:
            self.frames = self.frames[-1:]

    def _wanted(self, ids: Iterable[str]) -> Iterator[Deadline]:
        there = set(ids)
        return (one for one in self.rulebook.deadlines if one.id in there and is_wanted(one, self.selection))

    def _choose(self, deadline: Deadline, clocks: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
        chosen = clocks.filter(is_listed(self.selection)).join(names, on="row", how="left")
        for column, asked in zip(WHOSE, self._groups(), strict=True):
            if asked:
                chosen = chosen.filter(pl.col(column).is_in(list(asked)))
        order = self.rulebook.deadlines.index(deadline)
        return chosen.with_columns(
            pl.lit(deadline.id).alias("deadline"),
            pl.lit(deadline.source, dtype=pl.String).alias("source"),
            *(pl.lit(getattr(deadline, name)).alias(name) for name in ("duty", "law", "kind", "who")),
            pl.lit(order, dtype=pl.UInt16).alias("order"),
        ).select(*LISTED, "order")

    def _groups(self) -> tuple[frozenset[str], ...]:
        return self.selection.districts, self.selection.teams, self.selection.caseworkers

    def finished(self) -> pl.DataFrame:
        """Return the list in file order, then rulebook order, then by start."""
        if not self.frames:
            return pl.DataFrame(schema={name: CLOCKS.get(name, pl.String) for name in LISTED})
        return pl.concat(self.frames).sort("row", "order", "start").drop("order")


def is_wanted(deadline: Deadline, selection: Selection) -> bool:
    """Say whether the list asks for clocks of this deadline: by kind, by who, by id or the first part of one."""
    return (
        (not selection.kinds or deadline.kind in selection.kinds)
        and (not selection.who or deadline.who in selection.who)
        and (not selection.deadlines or any(_names(asked, deadline.id) for asked in selection.deadlines))
    )


def _names(asked: str, deadline: str) -> bool:
    return deadline == asked or deadline.startswith(f"{asked}.")


def is_listed(selection: Selection) -> pl.Expr:
    """Return whether the list asks for a clock with this verdict.

    An `unknown` clock that something answered is closed history: it is listed only with everything.
    """
    if selection.everything:
        return pl.lit(value=True)
    verdict = pl.col("verdict").cast(pl.String)
    closed = (verdict == "unknown") & pl.col("answered").is_not_null()
    soon = (verdict == "running") & (pl.col("days_left") <= selection.due_within)
    return (verdict.is_in(sorted(selection.verdicts)) & ~closed) | soon


def worst(clocks: pl.DataFrame, top: int) -> pl.DataFrame:
    """Return the worst clocks of each verdict, at most `top` of each: latest first, or first due first."""
    kept = []
    for verdict in VERDICTS:
        mine = clocks.filter(pl.col("verdict") == verdict)
        if verdict in ("late", "overdue", "excused"):
            kept.append(mine.sort("days_late", "row", "order", descending=[True, False, False]).head(top))
        else:
            kept.append(mine.sort(WORST_FIRST.get(verdict, "due"), "row", "order", nulls_last=True).head(top))
    return pl.concat(kept)


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    there = [name for name in WHOSE if name in rows.columns]
    absent = (pl.lit(None, dtype=pl.String).alias(name) for name in WHOSE if name not in there)
    return rows.select("row", "case_id", *there).with_columns(*absent).select("row", "case_id", *WHOSE)
