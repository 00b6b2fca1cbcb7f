"""How many cases of each population stand in each group and month, added up batch after batch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ehcp_timeline.law.kpi.model import Measure
from ehcp_timeline.measure.kpi.facts import CASEWORKER, GROUP, all_marked
from ehcp_timeline.measure.kpi.population import DAYS, MONTH

Marks = tuple[str, ...]
PLACE: Mapping[str, Any] = {GROUP: pl.Categorical, MONTH: pl.Int32}
_EACH = pl.col(DAYS).repeat_by("len").explode()
QUANTILES: Mapping[str, pl.Expr] = {
    "median_weeks": _EACH.median(),
    "p90_weeks": _EACH.sort().head((9 * pl.col("len").cast(pl.Int64).sum() + 9) // 10).max(),
}
"""What of the days of some cases each unit is; the 90th percentile is the least that 90% took at most."""
_MOST_FRAMES = 32
"""Frames of counts that are kept before they are added together."""


def counted(marks: Marks) -> str:
    """Return the column with the number of cases that have these marks."""
    return f"number {'+'.join(marks)}"


def days_summed(marks: Marks) -> str:
    """Return the column with the days that these cases took, added up."""
    return f"days {'+'.join(marks)}"


def days_longest(marks: Marks) -> str:
    """Return the column with the days of the longest of these cases."""
    return f"longest {'+'.join(marks)}"


def days_within(unit: str, marks: Marks) -> str:
    """Return the column with the median or the 90th percentile of the days that these cases took."""
    return f"{unit} {'+'.join(marks)}"


def with_worker(marks: Marks) -> str:
    """Return the column with the number of these cases that name a caseworker."""
    return f"named {'+'.join(marks)}"


def workers(marks: Marks) -> str:
    """Return the column with the number of caseworkers that these cases name."""
    return f"workers {'+'.join(marks)}"


@dataclass(slots=True)
class PopulationTally:
    """What is counted of one population.

    Attributes:
        measures: The measures that count it.
        sums: Numbers by group and month.
        waits: Marks to how many cases took how many days, by group and month.
        named: Marks to the caseworkers that are named, by group and month.
    """

    measures: Sequence[Measure]
    sums: list[pl.DataFrame] = field(default_factory=list)
    waits: dict[Marks, list[pl.DataFrame]] = field(default_factory=dict)
    named: dict[Marks, list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, cases: pl.LazyFrame) -> None:
        """Count the cases of one batch."""
        medians, workloads = self.parts(*QUANTILES), self.parts("per_caseworker")
        sums = cases.group_by(*PLACE).agg(*self._sums())
        waits = [cases.filter(all_marked(marks)).group_by(*PLACE, DAYS).len() for marks in medians]
        named = [
            cases.filter(all_marked(marks) & pl.col(CASEWORKER).is_not_null())
            .select(*PLACE, CASEWORKER)
            .unique()
            for marks in workloads
        ]
        counted, *others = pl.collect_all([sums, *waits, *named])
        self.sums.append(counted)
        if len(self.sums) >= _MOST_FRAMES:
            self.sums = [self.summed()]
        for marks, frame in zip(medians, others[: len(medians)], strict=True):
            self.waits.setdefault(marks, []).append(frame)
        for marks, frame in zip(workloads, others[len(medians) :], strict=True):
            self.named.setdefault(marks, []).append(frame)

    def summed(self) -> pl.DataFrame:
        """Return the numbers by group and month; no line where no case was counted."""
        if not self.sums:
            return pl.DataFrame(schema={**PLACE, **dict.fromkeys(self._columns(), pl.Int64)})
        added = (
            pl.col(name).max() if name.startswith("longest ") else pl.col(name).sum()
            for name in self._columns()
        )
        return pl.concat(self.sums).group_by(*PLACE).agg(*added)

    def parts(self, *units: str) -> list[Marks]:
        """Return the marks of the cases that measures of some units are about."""
        return sorted({measure.part for measure in self.measures if measure.unit in units})

    def waits_of(self, marks: Marks) -> pl.DataFrame:
        """Return how many of these cases took how many days, by group and month."""
        none = pl.DataFrame(schema={**PLACE, DAYS: pl.Int64, "len": pl.get_index_type()})
        return pl.concat([none, *self.waits.get(marks, [])])

    def named_of(self, marks: Marks) -> pl.DataFrame:
        """Return the caseworkers that these cases name, by group and month."""
        none = pl.DataFrame(schema={**PLACE, CASEWORKER: pl.Categorical})
        return pl.concat([none, *self.named.get(marks, [])])

    def _columns(self) -> list[str]:
        return [expression.meta.output_name() for expression in self._sums()]

    def _sums(self) -> Iterator[pl.Expr]:
        combinations = {marks for measure in self.measures for marks in (measure.part, measure.whole)}
        for marks in sorted(combinations):
            cases = all_marked(marks).sum() if marks else pl.len()
            yield cases.cast(pl.Int64).alias(counted(marks))
        days = pl.col(DAYS)
        for marks in self.parts("mean_weeks"):
            yield days.filter(all_marked(marks)).sum().alias(days_summed(marks))
        for marks in self.parts("oldest_weeks"):
            yield days.filter(all_marked(marks)).max().alias(days_longest(marks))
        for marks in self.parts("per_caseworker"):
            named = pl.col(CASEWORKER).is_not_null() & all_marked(marks)
            yield named.sum().cast(pl.Int64).alias(with_worker(marks))
