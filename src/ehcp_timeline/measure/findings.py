"""The list of clocks that a check shows: selected batch by batch, cut to the worst or put in file order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Clocks, Judged
from ehcp_timeline.audit.clock import VERDICTS, Verdict
from ehcp_timeline.audit.selection import Selection
from ehcp_timeline.law.rulebook import Deadline, Rulebook

LATEST_FIRST: frozenset[Verdict] = frozenset({"late", "overdue", "excused"})
FIRST_DUE_FIRST = {"running": "days_left", "early": "days_left"}
WITHOUT_DAY = -(2**31)  # a clock without a due day comes last


@dataclass(slots=True)
class Worst:
    """The worst clocks so far.

    Attributes:
        top: How many of each verdict to keep.
        kept: Verdict to the worst of them, worst first; in file order where they are equally bad.
        edges: Verdict to how bad the least bad of `top` kept ones is.
    """

    top: int
    kept: dict[Verdict, pl.DataFrame] = field(default_factory=dict)
    edges: dict[Verdict, int] = field(default_factory=dict)

    def candidates(self, clocks: Clocks, verdict: Verdict, *, again: bool) -> Clocks:
        """Return those clocks of one verdict and deadline that may be among the worst.

        Args:
            clocks: The clocks, in row order.
            verdict: Their verdict.
            again: Whether they stand on rows that have gone by before: then one that is as bad as the least
                bad kept may take its place.
        """
        badness = bad_as(clocks, verdict)
        edge = self.edges.get(verdict)
        if edge is not None:
            mask = badness >= edge if again else badness > edge
            if not mask.any():
                return clocks.only(mask)
            clocks, badness = clocks.only(mask), badness.filter(mask)
        return _worst(clocks, badness, self.top)

    def worst_of(self, candidates: Sequence[Clocks], verdict: Verdict) -> Iterator[Clocks]:
        """Yield of each deadline's candidates those that may be among the worst of them all."""
        badness = [bad_as(clocks, verdict) for clocks in candidates]
        edge = pl.concat(badness).top_k(self.top).min()
        for clocks, bad in zip(candidates, badness, strict=True):
            yield clocks.only(bad >= edge)

    def add(self, verdict: Verdict, clocks: pl.DataFrame) -> None:
        """Sort in what a batch has brought: every column that a list shows, and `file` and `order`."""
        held = [self.kept[verdict]] if verdict in self.kept else []
        worst = _sorted(pl.concat([*held, clocks], how="vertical_relaxed"), verdict).head(self.top)
        self.kept[verdict] = worst
        if worst.height == self.top:
            self.edges[verdict] = int(_bad(worst[_by(verdict)], verdict)[-1])

    def told(self) -> Iterator[pl.DataFrame]:
        """Yield the worst of each verdict."""
        yield from (self.kept[verdict] for verdict in VERDICTS if verdict in self.kept)


def bad_as(clocks: Clocks, verdict: Verdict) -> pl.Series:
    """Return how bad each clock of one verdict is, in days: the larger, the worse."""
    return _bad(clocks[_by(verdict)], verdict)


def _bad(days: pl.Series, verdict: Verdict) -> pl.Series:
    numbers = days if days.dtype == pl.Int32 else days.cast(pl.Int32)
    worse = numbers if verdict in LATEST_FIRST else 0 - numbers
    return worse.fill_null(WITHOUT_DAY) if worse.null_count() else worse


def _worst(clocks: Clocks, badness: pl.Series, top: int) -> Clocks:
    """Return the worst `top` clocks, those of the first rows where they are equally bad."""
    if clocks.height <= top:
        return clocks
    edge = badness.top_k(top).min()
    worse = badness > edge
    level = badness == edge
    return clocks.only(worse | (level & (level.cum_sum() <= top - worse.sum())))


def _sorted(clocks: pl.DataFrame, verdict: Verdict) -> pl.DataFrame:
    descending = [verdict in LATEST_FIRST, False, False, False, False]
    return clocks.sort(_by(verdict), "file", "row", "order", "start", descending=descending, nulls_last=True)


def _by(verdict: Verdict) -> str:
    return "days_late" if verdict in LATEST_FIRST else FIRST_DUE_FIRST.get(verdict, "due")


WHOSE = ("district", "team", "caseworker")
OF_DEADLINE = ("duty", "law", "kind", "who", "source")
LISTED = (*CLOCKS, "case_id", "deadline", *OF_DEADLINE, *WHOSE)


@dataclass(slots=True)
class Listing:
    """The selected clocks so far.

    Attributes:
        rulebook: The law; its order breaks ties between clocks of one row.
        selection: What is asked for.
        top: Keep only this many of each verdict, the worst; None keeps all.
        found: How many clocks of each verdict were selected.
        chosen: The selected clocks, where all are kept, batch by batch.
        worst: The worst of them, where only those are kept.
        named: Who each row of this file is about, for clocks that come after their batch.
        file: How many files have gone by.
    """

    rulebook: Rulebook
    selection: Selection
    top: int | None
    found: Counter[str] = field(default_factory=Counter)
    chosen: list[pl.DataFrame] = field(default_factory=list)
    worst: Worst = field(init=False)
    named: list[pl.DataFrame] = field(default_factory=list)
    file: int = 0

    def __post_init__(self) -> None:
        self.worst = Worst(self.top or 0)

    def add(self, judged: Judged) -> None:
        """Select from one batch."""
        names = self._names(judged)
        found: dict[Verdict, dict[int, Clocks]] = {}
        for order, verdict, clocks in self._asked_for(judged, names):
            self.found[verdict] += clocks.height
            some = clocks if self.top is None else self.worst.candidates(clocks, verdict, again=judged.last)
            if some.height:
                found.setdefault(verdict, {})[order] = some
        for verdict, parts in found.items():
            some_of = parts.values() if self.top is None else self.worst.worst_of([*parts.values()], verdict)
            told = zip(parts, some_of, strict=True)
            frames = [one.frame().with_columns(self._place(order)) for order, one in told if one.height]
            self._keep(verdict, with_names(pl.concat(frames), names))
        if judged.last:
            self.named.clear()
            self.file += 1

    def _asked_for(self, judged: Judged, names: pl.DataFrame) -> Iterator[tuple[int, Verdict, Clocks]]:
        mine = rows_of_group(names, self.selection)
        for order, deadline in enumerate(self.rulebook.deadlines):
            if deadline.id in judged.clocks and is_wanted(deadline, self.selection):
                for verdict, clocks in by_verdict(judged.clocks[deadline.id], self.selection, mine):
                    yield order, verdict, clocks

    def _place(self, order: int) -> list[pl.Expr]:
        numbers = {"file": self.file, "order": order}
        return [pl.lit(number, dtype=pl.UInt16).alias(name) for name, number in numbers.items()]

    def _keep(self, verdict: Verdict, clocks: pl.DataFrame) -> None:
        if self.top is None:
            self.chosen.append(clocks)
        else:
            self.worst.add(verdict, clocks)

    def _names(self, judged: Judged) -> pl.DataFrame:
        """Return who the rows are about on which the clocks of this batch stand."""
        if judged.last:
            return pl.concat(self.named) if self.named else _named(judged.rows)
        names = _named(judged.rows)
        if any(
            deadline.repeats and is_wanted(deadline, self.selection) for deadline in self.rulebook.deadlines
        ):
            self.named.append(names)
        return names

    def finished(self) -> pl.DataFrame:
        """Return the list in file order, then rulebook order, then by start; columns as in `LISTED`."""
        told: Sequence[pl.DataFrame] = self.chosen if self.top is None else list(self.worst.told())
        if not told:
            return pl.DataFrame(schema={name: CLOCKS.get(name, pl.String) for name in LISTED})
        clocks = pl.concat(told, how="vertical_relaxed").sort("file", "row", "order", "start")
        return clocks.with_columns(*self._of_deadlines(clocks["order"])).select(LISTED)

    def _of_deadlines(self, order: pl.Series) -> Iterator[pl.Series]:
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


def rows_of_group(names: pl.DataFrame, selection: Selection) -> pl.Series | None:
    """Return the rows of the districts, teams and caseworkers that a list asks for; None for all rows."""
    groups = (selection.districts, selection.teams, selection.caseworkers)
    asked = {column: group for column, group in zip(WHOSE, groups, strict=True) if group}
    if not asked:
        return None
    wanted = (pl.col(column).cast(pl.String).is_in(sorted(group)) for column, group in asked.items())
    return names.filter(*wanted)["row"]


def by_verdict(
    clocks: Clocks, selection: Selection, rows: pl.Series | None = None
) -> Iterator[tuple[Verdict, Clocks]]:
    """Yield the clocks that a list asks for, verdict by verdict.

    A running clock is asked for if it is due soon. One that is `unknown` though something answered it is
    closed history: it is asked for only with everything.

    Args:
        clocks: The clocks of one deadline.
        selection: What is asked for.
        rows: Only the clocks on these rows; None for all.
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
        if rows is not None:
            mine = mine.only(mine["row"].is_in(rows.implode()))
        if mine.height:
            yield verdict, mine


def with_names(clocks: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return clocks with who they are about; `names` has every row of theirs, in ascending order."""
    return clocks.hstack(names[names["row"].search_sorted(clocks["row"])].drop("row").get_columns())


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """Return who each row is about: the few columns that are kept until the file has been read."""
    absent = pl.lit(None, dtype=pl.Categorical)
    there = {name: pl.col(name).cast(pl.Categorical) if name in rows.columns else absent for name in WHOSE}
    return rows.select("row", "case_id", **there)
