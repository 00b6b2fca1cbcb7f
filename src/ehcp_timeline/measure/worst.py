"""The worst few clocks of each verdict, kept while the batches of a file go by; the rest is never told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from ehcp_timeline.audit.bulk.judged import Clocks
from ehcp_timeline.audit.clocks import VERDICTS, Verdict

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
