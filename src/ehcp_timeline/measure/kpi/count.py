"""A scorecard counted: every wanted measure, from the batches of one file as they go by."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.row_events import RowBatch
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.kpi.model import Kpis, Measure, Population
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.counts import ISSUE
from ehcp_timeline.measure.kpi.coverage import judged_deadlines
from ehcp_timeline.measure.kpi.facts import CASEWORKER, GROUP, Facts, row_columns
from ehcp_timeline.measure.kpi.groups import Group
from ehcp_timeline.measure.kpi.population import Before, cases_of, deadlines_of
from ehcp_timeline.measure.kpi.tallies import PopulationTally


@dataclass(frozen=True)
class KpiQuestion:
    """What a scorecard is asked.

    Attributes:
        kpis: Every measure, and what it counts.
        rulebook: The law.
        as_at: The day the question is asked about.
        group: What it is broken down by; None for nothing.
        measures: The measures that are wanted.
        weekly: Whether cases are counted by week; else by month.
    """

    kpis: Kpis
    rulebook: Rulebook
    as_at: date
    group: Group | None
    measures: tuple[Measure, ...]
    weekly: bool = False

    @cached_property
    def populations(self) -> Mapping[str, Population]:
        """The populations that the measures count, in the order of kpis.toml."""
        counted = {measure.counts for measure in self.measures}
        return {name: population for name, population in self.kpis.populations.items() if name in counted}

    @cached_property
    def deadlines(self) -> Mapping[str, tuple[Deadline, ...]]:
        """Population to the deadlines whose clocks it holds."""
        return {
            name: deadlines_of(population, self.rulebook) for name, population in self.populations.items()
        }

    @cached_property
    def needed(self) -> tuple[Deadline, ...]:
        """Every deadline that has to be judged, in rulebook order."""
        ids = {deadline.id for group in self.deadlines.values() for deadline in group}
        marks = (mark for population in self.populations.values() for mark in population.marks.values())
        if any(mark.exception is not None for mark in marks):
            ids.update(ISSUE)
        return tuple(deadline for deadline in self.rulebook.deadlines if deadline.id in ids)

    def tallies(self) -> dict[str, PopulationTally]:
        """Return an empty tally for each population."""
        return {
            name: PopulationTally([measure for measure in self.measures if measure.counts == name])
            for name in self.populations
        }

    def facts(self) -> Facts:
        """Return how rows are cut down to what is looked at."""
        return Facts(
            self.rulebook,
            self.kpis.derived,
            self.group,
            self.as_at,
            row_columns(self.populations.values()),
        )

    def repeats(self, population: str) -> bool:
        """Say whether the clocks of a population look across rows, and so come with the last batch."""
        return any(deadline.repeats for deadline in self.deadlines[population])


@dataclass(slots=True)
class FileCount:
    """What is counted while the batches of one file go by.

    Attributes:
        question: What is asked.
        kept: The columns that the file has.
        tallies: Population to what is counted of it; all files of one answer share them.
        facts: How rows are cut down.
        remembered: What earlier batches say of their rows, for the clocks that come with the last batch.
    """

    question: KpiQuestion
    kept: frozenset[str]
    tallies: Mapping[str, PopulationTally]
    facts: Facts
    remembered: list[pl.DataFrame] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Count one batch."""
        facts = self.facts.of(judged)
        repeating = [self.question.populations[name] for name in self._populations(repeating=True)]
        if repeating:
            columns = sorted(row_columns(repeating) & set(facts.columns))
            self.remembered.append(facts.select("row", GROUP, CASEWORKER, *columns))
        self._count(self._populations(repeating=False), judged, facts)
        if judged.last and self.remembered:
            self._count(self._populations(repeating=True), judged, pl.concat(self.remembered))

    def _populations(self, *, repeating: bool) -> Iterator[str]:
        return (name for name in self.question.populations if self.question.repeats(name) == repeating)

    def _count(self, populations: Iterable[str], judged: Judged, facts: pl.DataFrame) -> None:
        before = Before(judged, facts, self.question.as_at, self.kept, self.question.weekly)
        for name in populations:
            cases = cases_of(self.question.populations[name], self.question.deadlines[name], before)
            if cases is not None:
                self.tallies[name].add(cases)


def count_file(
    question: KpiQuestion,
    columns: frozenset[str],
    batches: Iterable[RowBatch],
    tallies: Mapping[str, PopulationTally],
) -> tuple[Problem, ...]:
    """Judge and count the batches of one file.

    Args:
        question: What is asked.
        columns: The columns that the file has.
        batches: Its rows.
        tallies: Population to what is counted of it, which this adds to.

    Returns:
        What only shows when rows are held beside each other, as a start on two rows of a case.
    """
    count = FileCount(question, columns, tallies, question.facts())
    wanted = judged_deadlines(question.needed, question.rulebook, columns)
    problems: list[Problem] = []
    for judged in judge(question.rulebook, batches, question.as_at, deadlines=wanted):
        count.add(judged)
        problems += judged.problems
    return tuple(problems)
