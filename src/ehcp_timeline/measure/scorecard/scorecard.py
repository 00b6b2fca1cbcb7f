"""The whole scorecard of one or more case files: each read and judged once, counted on the way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from ehcp_timeline.audit.result import Input
from ehcp_timeline.cases.frame import Batch, CaseSource
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.law.kpis import Measure
from ehcp_timeline.measure.scorecard.card import Question, count_file
from ehcp_timeline.measure.scorecard.coverage import not_measured
from ehcp_timeline.measure.scorecard.lines import Layout, lines


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Every number that was asked for.

    Attributes:
        question: What was asked.
        layout: How the lines are laid out.
        lines: One line for each group and period; see `lines.lines`.
        not_measured: Measures that no file could give, and why; their columns are null.
        inputs: The files that were read.
        problems: Everything in the files that a person should put right, in file order.
    """

    question: Question
    layout: Layout
    lines: pl.DataFrame
    not_measured: Mapping[str, str]
    inputs: tuple[Input, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that were wanted, in their order."""
        return self.question.measures


@dataclass(slots=True)
class _Reading:
    """What is read of one file while its batches go by."""

    source: CaseSource
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    judged: int = 0

    def batches(self) -> Iterator[Batch]:
        """Yield the batches, counting what goes by."""
        for batch in self.source.batches():
            self.rows += batch.read
            self.judged += batch.judged
            self.problems += batch.problems
            yield batch

    def input(self) -> Input:
        """Return the file's own line of the answer."""
        return Input(self.source.name, self.source.sha256, self.rows, self.judged, self.rows - self.judged)


def scorecard(question: Question, sources: Sequence[CaseSource], layout: Layout) -> Scorecard:
    """Read, judge and count every file.

    Args:
        question: What is asked.
        sources: The files, opened.
        layout: How the lines are laid out.
    """
    tallies = question.tallies()
    readings = [_Reading(source) for source in sources]
    problems: list[Problem] = []
    for reading in readings:
        problems += count_file(question, reading.source.columns, reading.batches(), tallies)
        problems += reading.problems
    return Scorecard(
        question=question,
        layout=layout,
        lines=lines(layout, tallies, question.populations, question.measures),
        not_measured=_not_measured(question, sources),
        inputs=tuple(reading.input() for reading in readings),
        problems=tuple(sorted(problems)),
    )


def _not_measured(question: Question, sources: Sequence[CaseSource]) -> Mapping[str, str]:
    files = [source.columns for source in sources]
    return not_measured(question.kpis, question.rulebook, question.measures, files, question.group)
