"""The list of clocks that a check shows: selected batch by batch, cut to the worst or put in file order."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from ehcp_timeline.audit.bulk.judged import CLOCKS, Clocks, Judged
from ehcp_timeline.audit.clocks import VERDICTS, Verdict
from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.law.terms import Deadline, Rulebook

WHOSE = ("district", "team", "caseworker")
OF_DEADLINE = ("duty", "law", "kind", "who", "source")
LISTED = (*CLOCKS, "case_id", "deadline", *OF_DEADLINE, *WHOSE)
LATEST_FIRST: frozenset[Verdict] = frozenset({"late", "overdue", "excused"})
FIRST_DUE_FIRST = {"running": "days_left", "early": "days_left"}


@dataclass(slots=True)
class Listing:
    """The selected clocks so far.

    Attributes:
        rulebook: The law; its order breaks ties between clocks of one row.
        selection: What is asked for.
        top: Keep only this many of each verdict, the worst; None keeps all.
        found: How many clocks of each verdict were selected.
        chosen: The selected clocks, and which deadline each is of.
        named: Who each row is about, for clocks that come after their batch.
    """

    rulebook: Rulebook
    selection: Selection
    top: int | None
    found: Counter[str] = field(default_factory=Counter)
    chosen: list[pl.DataFrame] = field(default_factory=list)
    named: list[pl.DataFrame] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Select from one batch."""
        if not judged.last:
            self.named.append(_named(judged.rows))
        names = pl.concat(self.named) if judged.last and self.named else _named(judged.rows)
        names = names if judged.last else self.named[-1]
        for order, deadline in self._wanted(judged.clocks):
            clocks = self._of_group(judged.clocks[deadline.id], names)
            self._choose(order, clocks, names)
        if judged.last:
            self.named.clear()

    def _wanted(self, there: Collection[str]) -> Iterator[tuple[int, Deadline]]:
        for order, deadline in enumerate(self.rulebook.deadlines):
            if deadline.id in there and is_wanted(deadline, self.selection):
                yield order, deadline

    def _of_group(self, clocks: Clocks, names: pl.DataFrame) -> Clocks:
        groups = (self.selection.districts, self.selection.teams, self.selection.caseworkers)
        asked = {column: group for column, group in zip(WHOSE, groups, strict=True) if group}
        if not asked:
            return clocks
        mine = names.filter(
            *(pl.col(column).cast(pl.String).is_in(sorted(of)) for column, of in asked.items())
        )
        return clocks.only(clocks["row"].is_in(mine["row"].implode()))

    def _choose(self, order: int, clocks: Clocks, names: pl.DataFrame) -> None:
        """Keep what the list asks for of one deadline; where only the worst are, tell only those in full."""
        for verdict, wanted in by_verdict(clocks, self.selection):
            self.found[verdict] += wanted.height
            kept = wanted if self.top is None else worst(wanted, verdict, self.top)
            frame = kept.frame().join(names, on="row", how="left", maintain_order="left")
            self.chosen.append(frame.with_columns(order=pl.lit(order, dtype=pl.UInt16)))
        if self.top is not None and len(self.chosen) > len(VERDICTS):
            self.chosen = [_cut(pl.concat(self.chosen, how="vertical_relaxed"), self.top)]

    def finished(self) -> pl.DataFrame:
        """Return the list in file order, then rulebook order, then by start; columns as in `LISTED`."""
        if not self.chosen:
            return pl.DataFrame(schema={name: CLOCKS.get(name, pl.String) for name in LISTED})
        clocks = pl.concat(self.chosen, how="vertical_relaxed")
        if self.top is not None:
            clocks = _cut(clocks, self.top)
        clocks = clocks.sort("row", "order", "start")
        return clocks.with_columns(*self._told(clocks["order"])).select(LISTED)

    def _told(self, order: pl.Series) -> Iterator[pl.Series]:
        for name in ("id", *OF_DEADLINE):
            told = [getattr(deadline, name) for deadline in self.rulebook.deadlines]
            kind = pl.Enum(list(dict.fromkeys(one for one in told if one is not None)))
            yield pl.Series("deadline" if name == "id" else name, told, kind).gather(order)


def is_wanted(deadline: Deadline, selection: Selection) -> bool:
    """Say whether a list asks for this deadline: by kind, by who, by its id or the first part of one."""
    return (
        (not selection.kinds or deadline.kind in selection.kinds)
        and (not selection.who or deadline.who in selection.who)
        and (not selection.deadlines or any(_names(asked, deadline.id) for asked in selection.deadlines))
    )


def _names(asked: str, deadline: str) -> bool:
    return deadline == asked or deadline.startswith(f"{asked}.")


def by_verdict(clocks: Clocks, selection: Selection) -> Iterator[tuple[Verdict, Clocks]]:
    """Yield the clocks that a list asks for, verdict by verdict.

    A running clock is asked for if it is due soon. One that is `unknown` though something answered it is
    closed history: it is asked for only with everything.
    """
    for verdict in VERDICTS:
        asked = selection.everything or verdict in selection.verdicts
        if not clocks.counts.get(verdict) or not (asked or verdict == "running"):
            continue
        mine = clocks.only(clocks.having(frozenset({verdict})))
        if not selection.everything and verdict == "unknown":
            mine = mine.only(mine["answered"].is_null())
        if not asked:
            mine = mine.only(mine["days_left"] <= selection.due_within)
        if mine.height:
            yield verdict, mine


def worst(clocks: Clocks, verdict: Verdict, top: int) -> Clocks:
    """Return the worst clocks of one verdict, at most `top`, those of the first rows where they are equal."""
    if clocks.height <= top:
        return clocks
    by = _by(verdict)
    days = clocks[by].to_physical()
    days = days.fill_null(days.max() or 0) if verdict not in LATEST_FIRST else -days
    edge = days.bottom_k(top).max()
    mask = days < edge
    ties = (days == edge) & ((days == edge).cum_sum() <= top - mask.sum())
    return clocks.only(mask | ties)


def _by(verdict: Verdict) -> str:
    return "days_late" if verdict in LATEST_FIRST else FIRST_DUE_FIRST.get(verdict, "due")


def _cut(clocks: pl.DataFrame, top: int) -> pl.DataFrame:
    """Return the worst `top` clocks of each verdict."""
    kept = []
    for verdict in VERDICTS:
        mine = clocks.filter(pl.col("verdict") == verdict)
        descending = [verdict in LATEST_FIRST, False, False]
        kept.append(mine.sort(_by(verdict), "row", "order", descending=descending, nulls_last=True).head(top))
    return pl.concat(kept)


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """Return who each row is about: the few columns that are kept until the file has been read."""
    there: Mapping[str, pl.Expr] = {
        name: pl.col(name) if name in rows.columns else pl.lit(None, dtype=pl.String) for name in WHOSE
    }
    return rows.select("row", "case_id", **{name: one.cast(pl.Categorical) for name, one in there.items()})
