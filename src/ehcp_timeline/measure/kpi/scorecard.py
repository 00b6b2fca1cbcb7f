"""Every file read, judged and counted once, as at one day or at the end of every month."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.bulk.row_events import RowBatch as AnyBatch
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.kpi.count import KpiQuestion, count_file
from ehcp_timeline.measure.kpi.coverage import not_measured
from ehcp_timeline.measure.kpi.groups import Group
from ehcp_timeline.measure.kpi.lines import LineLayout, above, below, lines
from ehcp_timeline.measure.kpi.periods import Period, period_of
from ehcp_timeline.measure.kpi.rollup import PERIOD
from ehcp_timeline.measure.kpi.tallies import PopulationTally
from ehcp_timeline.measure.reading import FileReading
from ehcp_timeline.measure.result import Input


@dataclass(frozen=True)
class Held:
    """One file held in memory, because it is judged once for every month."""

    columns: frozenset[str]
    batches: Sequence[AnyBatch]


def states_of(question: KpiQuestion) -> KpiQuestion:
    """Return the question cut down to measures of how things stand on a day."""
    states = (measure for measure in question.measures if question.kpis.populations[measure.counts].is_state)
    return replace(question, measures=tuple(states))


@repeated_until_known
def series(
    question: KpiQuestion, files: Sequence[Held], layout: LineLayout, since: date | None = None
) -> pl.DataFrame:
    """Return one line for each group and month, each as `--as-at` its last day would give it.

    The last month stands as at the question's own day.

    Args:
        question: What is asked; of its measures those that are states.
        files: The files.
        layout: How the lines are laid out; its periods are months.
        since: A day of the first month; None for the month of the first request.
    """
    asked = states_of(question)
    tallies = asked.tallies()
    first = since or first_day(files) or question.as_at
    for day in month_ends(first, question.as_at):
        _count_on(replace(asked, as_at=day), files, tallies)
    frame = lines(replace(layout, every_state=True), tallies, asked.populations, asked.measures)
    return frame.filter(pl.col(PERIOD) >= period_of("month", first).number)


def _count_on(question: KpiQuestion, files: Iterable[Held], tallies: dict[str, PopulationTally]) -> None:
    for file in files:
        count_file(question, file.columns, file.batches, tallies)


def month_ends(first: date, as_at: date) -> Iterator[date]:
    """Yield the last day of every month from that of `first`, and the as-at day as the last.

    >>> [day.isoformat() for day in month_ends(date(2024, 1, 9), date(2024, 3, 15))]
    ['2024-01-31', '2024-02-29', '2024-03-15']
    """
    period = period_of("month", first)
    while period.last < as_at:
        yield period.last
        period = Period("month", period.number + 1)
    yield as_at


def first_day(files: Iterable[Held]) -> date | None:
    """Return the day of the first request that a file holds; None if it holds none."""
    asked = "request_received"
    frames = (batch.frame for file in files if asked in file.columns for batch in file.batches)
    days = [day for frame in frames if (day := frame.select(pl.col(asked).min()).item()) is not None]
    return min(days, default=None)


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

    question: KpiQuestion
    layout: LineLayout
    lines: pl.DataFrame
    files: Files


def make_scorecard(question: KpiQuestion, sources: Sequence[CaseFile], layout: LineLayout) -> Scorecard:
    """Return the scorecard of some files.

    Raises:
        UsageError: A file has no column for the group.
    """
    tallies, files = count_files(question, sources)
    frame = lines(layout, tallies, question.populations, question.measures)
    return Scorecard(question, layout, _measured(frame, files.not_measured), files)


def make_series(
    question: KpiQuestion, sources: Sequence[CaseFile], layout: LineLayout, since: date | None = None
) -> Scorecard:
    """Return how things stood at the end of every month since a day, or since the first request.

    Raises:
        UsageError: A file has no column for the group.
    """
    asked = states_of(question)
    _check_group(question.group, sources)
    readings = [FileReading(source) for source in sources]
    held = [Held(reading.source.columns, list(reading.batches())) for reading in readings]
    frame = series(asked, held, layout, since)
    files = _files(asked, readings, ())
    laid = replace(layout, every_state=True)
    return Scorecard(asked, laid, _measured(frame, files.not_measured), files)


def _measured(frame: pl.DataFrame, lacking: Iterable[str]) -> pl.DataFrame:
    """Return the lines with nothing where no file could give a number: uncounted is not nought."""
    names = [name for name_ in lacking for name in (name_, above(name_), below(name_))]
    return frame.with_columns(pl.lit(None, dtype=frame.schema[name]).alias(name) for name in names)


@repeated_until_known
def count_files(
    question: KpiQuestion, sources: Sequence[CaseFile]
) -> tuple[Mapping[str, PopulationTally], Files]:
    """Return what was counted of some files, by population, and what was read.

    Raises:
        UsageError: A file has no column for the group.
    """
    _check_group(question.group, sources)
    tallies = question.tallies()
    readings = [FileReading(source) for source in sources]
    problems: list[Problem] = []
    for reading in readings:
        problems += count_file(question, reading.source.columns, reading.batches(), tallies)
    return tallies, _files(question, readings, problems)


def _files(question: KpiQuestion, readings: Sequence[FileReading], told_problems: Iterable[Problem]) -> Files:
    problems = [*told_problems, *(problem for reading in readings for problem in reading.problems)]
    columns = [reading.source.columns for reading in readings]
    lacking = not_measured(question.kpis, question.rulebook, question.measures, columns, question.group)
    return Files(tuple(Input.of(reading.source) for reading in readings), tuple(sorted(problems)), lacking)


def _check_group(group: Group | None, sources: Iterable[CaseFile]) -> None:
    """Raise UsageError if a file has no column for the group."""
    for source in sources if group else ():
        lacking = [name for name in group.needs if name not in source.columns] if group else []
        if lacking:
            raise UsageError(
                f"{source.name} has no column {' and no column '.join(lacking)}: it cannot be broken down by "
                f"{group.says if group else ''}",
                "`ehcp columns` shows how its headings are read",
            )
