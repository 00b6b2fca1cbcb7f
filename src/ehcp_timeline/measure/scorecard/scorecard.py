"""Every file read, judged and counted once: what scorecards, packs and series are made from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from ehcp_timeline.audit.result import Input
from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.frame import CaseSource
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.kpis import Pack
from ehcp_timeline.measure.scorecard.card import Question, count_file
from ehcp_timeline.measure.scorecard.coverage import not_measured
from ehcp_timeline.measure.scorecard.groups import Group
from ehcp_timeline.measure.scorecard.lines import Layout, above, below, lines
from ehcp_timeline.measure.scorecard.packs import PackSheet, sheets
from ehcp_timeline.measure.scorecard.series import Held, series, states_of
from ehcp_timeline.measure.scorecard.tallies import Tally


@dataclass(frozen=True, slots=True)
class Files:
    """What was read.

    Attributes:
        inputs: The files. Rows add up.
        problems: Everything in them that a person should put right, in file order.
        not_measured: Measures that no file could give, and why, by id.
    """

    inputs: tuple[Input, ...]
    problems: tuple[Problem, ...]
    not_measured: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Every number that was asked for.

    Attributes:
        question: What was asked.
        layout: How the lines are laid out.
        lines: One line for each group and period; see `lines.lines`.
        files: What was read.
    """

    question: Question
    layout: Layout
    lines: pl.DataFrame
    files: Files


@dataclass(slots=True)
class Reading:
    """What is read of one file while its batches go by.

    Attributes:
        source: The file.
        problems: Everything in it that a person should put right.
        rows: Rows read.
        judged: Rows of them that could be judged.
    """

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


def make_scorecard(question: Question, sources: Sequence[CaseSource], layout: Layout) -> Scorecard:
    """Return the scorecard of some files.

    Raises:
        UsageError: A file has no column for the group.
    """
    tallies, files = _counted(question, sources)
    found = lines(layout, tallies, question.populations, question.measures)
    return Scorecard(question, layout, _measured(found, files.not_measured), files)


def make_series(
    question: Question, sources: Sequence[CaseSource], layout: Layout, since: date | None = None
) -> Scorecard:
    """Return how things stood at the end of every month since a day, or since the first request.

    Raises:
        UsageError: A file has no column for the group.
    """
    asked = states_of(question)
    _check_group(question.group, sources)
    readings = [Reading(source) for source in sources]
    held = [Held(one.source.columns, list(one.batches())) for one in readings]
    found = series(asked, held, layout, since)
    files = _files(asked, readings, ())
    laid = replace(layout, every_state=True)
    return Scorecard(asked, laid, _measured(found, files.not_measured), files)


def make_pack(
    pack: Pack, question: Question, sources: Sequence[CaseSource], layout: Layout
) -> tuple[tuple[PackSheet, ...], Files]:
    """Return the sheets of a pack, and what was read for them."""
    tallies, files = _counted(question, sources)
    return tuple(sheets(pack, question, tallies, files.not_measured, layout)), files


def _measured(found: pl.DataFrame, lacking: Iterable[str]) -> pl.DataFrame:
    """Return the lines with nothing where no file could give a number: uncounted is not nought."""
    names = [name for one in lacking for name in (one, above(one), below(one))]
    return found.with_columns(pl.lit(None, dtype=found.schema[name]).alias(name) for name in names)


def _counted(question: Question, sources: Sequence[CaseSource]) -> tuple[Mapping[str, Tally], Files]:
    _check_group(question.group, sources)
    tallies = question.tallies()
    readings = [Reading(source) for source in sources]
    found: list[Problem] = []
    for reading in readings:
        found += count_file(question, reading.source.columns, reading.batches(), tallies)
    return tallies, _files(question, readings, found)


def _files(question: Question, readings: Sequence[Reading], found: Iterable[Problem]) -> Files:
    problems = [*found, *(problem for reading in readings for problem in reading.problems)]
    columns = [reading.source.columns for reading in readings]
    lacking = not_measured(question.kpis, question.rulebook, question.measures, columns, question.group)
    return Files(tuple(reading.input() for reading in readings), tuple(sorted(problems)), lacking)


def _check_group(group: Group | None, sources: Iterable[CaseSource]) -> None:
    """Raise UsageError if a file has no column for the group."""
    for source in sources if group else ():
        lacking = [name for name in group.needs if name not in source.columns] if group else []
        if lacking:
            raise UsageError(
                f"{source.name} has no column {' and no column '.join(lacking)}: it cannot be broken down by "
                f"{group.says if group else ''}",
                "`ehcp columns` shows how its headings are read",
            )
