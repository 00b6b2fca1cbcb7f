"""The cases of each population counted by group and month, batch after batch."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.row_events import RowBatch
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.kpi.model import Measure
from ehcp_timeline.measure.kpi.cases import CASEWORKER, DAYS, GROUP, MONTH, all_marked, cases_of, rows_as_at
from ehcp_timeline.measure.kpi.question import KpiQuestion, row_columns
from ehcp_timeline.record import field, record

Marks = tuple[str, ...]
Spread = tuple[str, Marks]
"""A column of cases, and the marks of those cases whose values in it are counted one by one."""
_PLACE: Mapping[str, Any] = {GROUP: pl.Categorical, MONTH: pl.Int32}
_SPREAD: Mapping[str, Any] = {DAYS: pl.Int64, CASEWORKER: pl.Categorical}
_MOST_FRAMES = 32
"""Frames of counts that are kept before they are added together."""


def number_of(marks: Marks) -> str:
    """Return the column with the number of cases that have these marks."""
    return f"number {'+'.join(marks)}"


def spread_of(measure: Measure) -> Spread | None:
    """Return the values that a measure is made of; None where numbers of cases are enough."""
    if measure.unit == "per_caseworker":
        return CASEWORKER, measure.part
    return (DAYS, measure.part) if measure.unit.endswith("_weeks") else None


@record(slots=True)
class PopulationTally:
    """What is counted of one population, for the measures that count it.

    Attributes:
        frames: Numbers by group and month: of cases, under None; for each spread, of cases by value.
    """

    measures: Sequence[Measure]
    frames: dict[Spread | None, list[pl.DataFrame]] = field(init=False)

    def __post_init__(self) -> None:
        spreads = {spread for measure in self.measures if (spread := spread_of(measure))}
        self.frames = {key: [] for key in (None, *sorted(spreads))}

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """The values that some measure is made of."""
        return tuple(key for key in self.frames if key)

    def add(self, cases: pl.LazyFrame) -> None:
        """Count the cases of one batch."""
        numbers = (
            (all_marked(marks).sum() if marks else pl.len()).cast(pl.Int64).alias(number_of(marks))
            for marks in self._combinations()
        )
        counted = pl.collect_all(
            [
                cases.group_by(*_PLACE).agg(*numbers),
                *(
                    cases.filter(all_marked(marks), pl.col(column).is_not_null())
                    .group_by(*_PLACE, column)
                    .len()
                    for column, marks in self.spreads
                ),
            ]
        )
        for key, frame in zip(self.frames, counted, strict=True):
            self.frames[key].append(frame)
            if len(self.frames[key]) >= _MOST_FRAMES:
                self.frames[key] = [self.summed(key)]

    def summed(self, spread: Spread | None = None) -> pl.DataFrame:
        """Return the numbers by group and month, and by value where they are those of a spread."""
        keys = dict(_PLACE) if spread is None else {**_PLACE, spread[0]: _SPREAD[spread[0]]}
        if not self.frames[spread]:
            numbers = ["len"] if spread else [number_of(marks) for marks in self._combinations()]
            return pl.DataFrame(schema={**keys, **dict.fromkeys(numbers, pl.Int64)})
        return pl.concat(self.frames[spread]).group_by(*keys).agg(pl.all().sum())

    def _combinations(self) -> list[Marks]:
        return sorted({marks for measure in self.measures for marks in (measure.part, measure.whole)})


def tallies_of(question: KpiQuestion) -> dict[str, PopulationTally]:
    """Return an empty tally for each population."""
    return {
        name: PopulationTally([measure for measure in question.measures if measure.counts == name])
        for name in question.populations
    }


def count_file(
    question: KpiQuestion,
    columns: frozenset[str],
    batches: Iterable[RowBatch],
    tallies: Mapping[str, PopulationTally],
) -> tuple[Problem, ...]:
    """Judge the batches of one file, and add its cases to the tally of each population.

    Returned is what only shows when rows are held beside each other, as a start on two rows of a case.
    """
    repeating = question.repeating
    once = [name for name in question.populations if name not in repeating]
    looked_at = row_columns(question.populations[name] for name in repeating)
    remembered: list[pl.DataFrame] = []  # rows for the clocks that come with the last batch
    problems: list[Problem] = []
    wanted = question.judged_deadlines(columns)
    for judged in judge(question.rulebook, batches, question.as_at, deadlines=wanted):
        rows = rows_as_at(judged, question)
        counted = [(name, rows) for name in once]
        if repeating:
            remembered.append(rows.select("row", GROUP, CASEWORKER, *sorted(looked_at & set(rows.columns))))
            if judged.last:
                whole_file = pl.concat(remembered)
                counted += [(name, whole_file) for name in question.populations if name in repeating]
        for name, mine in counted:
            cases = cases_of(name, question, judged, mine, columns)
            if cases is not None:
                tallies[name].add(cases)
        problems += judged.problems
    return tuple(problems)
