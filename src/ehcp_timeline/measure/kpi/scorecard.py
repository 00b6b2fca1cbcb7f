"""Every file read, judged and counted once, as at one day or at the end of every month."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.audit import FileReading
from ehcp_timeline.measure.kpi.cases import PopulationTally, count_file, tallies_of
from ehcp_timeline.measure.kpi.lines import PERIOD, above, below, lines
from ehcp_timeline.measure.kpi.periods import Period, period_of
from ehcp_timeline.measure.kpi.question import KpiQuestion
from ehcp_timeline.measure.multi_file import joint_of, one_history
from ehcp_timeline.measure.result import Input
from ehcp_timeline.record import record, replace

_REQUEST = "request_received"


@record(frozen=True, slots=True)
class Files:
    """What was read.

    Attributes:
        problems: Everything in the files that a person should put right, in file order.
        not_measured: Measures that no file could give, and why, by id.
        group_worked_out: Whether some file lacks the column of the group, which other columns gave instead.
    """

    inputs: tuple[Input, ...]
    problems: tuple[Problem, ...]
    not_measured: Mapping[str, str]
    group_worked_out: bool = False


@record(frozen=True, slots=True)
class Scorecard:
    """Every number that was asked for, as `measure.kpi.lines.lines` lays them out."""

    question: KpiQuestion
    lines: pl.DataFrame
    files: Files


def make_scorecard(question: KpiQuestion, sources: Sequence[CaseFile]) -> Scorecard:
    """Return the scorecard of some files.

    Raises:
        UsageError: A file has no column for the group.
    """
    tallies, files = count_files(question, sources)
    return _scorecard(question, tallies, files)


@repeated_until_known
def count_files(
    question: KpiQuestion, sources: Sequence[CaseFile]
) -> tuple[Mapping[str, PopulationTally], Files]:
    """Return what was counted of some files, by population, and what was read.

    Raises:
        UsageError: A file has no column for the group.
    """
    sources = one_history(question.rulebook, sources)
    _check_group(question, sources)
    tallies = tallies_of(question)
    readings = [FileReading(source) for source in sources]
    problems: list[Problem] = []
    joint = joint_of(sources)
    for reading in readings:
        found = count_file(question, reading.source.columns, reading.batches(), tallies)
        problems += joint.problems_of(found) if joint else found
    return tallies, _files(question, readings, problems)


@repeated_until_known
def make_series(question: KpiQuestion, sources: Sequence[CaseFile], since: date | None = None) -> Scorecard:
    """Return how things stood at the end of every month, each as `--as-at` its last day would give it.

    The first month is that of `since`, or of the first request; the last stands as at the question's own day.
    Only measures of how things stand on a day are kept.

    Raises:
        UsageError: A file has no column for the group.
    """
    populations = question.kpis.populations
    states = tuple(measure for measure in question.measures if populations[measure.counts].is_state)
    asked = replace(question, measures=states, every_state=True)
    sources = one_history(question.rulebook, sources)
    _check_group(question, sources)
    readings = [FileReading(source) for source in sources]
    batches = [list(reading.batches()) for reading in readings]  # each is judged once for every month
    days = [
        batch.frame[_REQUEST].min()
        for reading, held in zip(readings, batches, strict=True)
        if _REQUEST in reading.source.columns
        for batch in held
    ]
    asked_first = min((day for day in days if isinstance(day, date)), default=asked.as_at)
    first = since or asked_first
    tallies = tallies_of(asked)
    for day in _month_ends(first, asked.as_at):
        then = replace(asked, as_at=day)
        for reading, held in zip(readings, batches, strict=True):
            count_file(then, reading.source.columns, held, tallies)
    card = _scorecard(asked, tallies, _files(asked, readings, ()))
    return replace(card, lines=card.lines.filter(pl.col(PERIOD) >= period_of("month", first).number))


def _scorecard(question: KpiQuestion, tallies: Mapping[str, PopulationTally], files: Files) -> Scorecard:
    """Return the scorecard, with nothing where no file could give a number: uncounted is not zero."""
    frame = lines(question, tallies)
    names = [name for id_ in files.not_measured for name in (id_, above(id_), below(id_))]
    blank = (pl.lit(None, dtype=frame.schema[name]).alias(name) for name in names)
    return Scorecard(question, frame.with_columns(blank), files)


def _month_ends(first: date, as_at: date) -> Iterator[date]:
    """Yield the last day of every month from that of `first`, and the as-at day as the last.

    >>> [day.isoformat() for day in _month_ends(date(2024, 1, 9), date(2024, 3, 15))]
    ['2024-01-31', '2024-02-29', '2024-03-15']
    """
    period = period_of("month", first)
    while period.last < as_at:
        yield period.last
        period = Period("month", period.number + 1)
    yield as_at


def _files(question: KpiQuestion, readings: Sequence[FileReading], problems: Iterable[Problem]) -> Files:
    every = [*problems, *(problem for reading in readings for problem in reading.problems)]
    held, group = [reading.source.columns for reading in readings], question.group
    return Files(
        inputs=Input.all_of(reading.source for reading in readings),
        problems=tuple(sorted(every)),
        not_measured=question.not_measured(held),
        group_worked_out=group is not None and any(group.columns(some) != group.needs for some in held),
    )


def _check_group(question: KpiQuestion, sources: Iterable[CaseFile]) -> None:
    if (group := question.group) is None:
        return
    for source in sources:
        if not source.columns.issuperset(group.columns(source.columns)):
            lacking = [name for name in (*group.needs, *group.instead) if name not in source.columns]
            raise UsageError(
                f"{source.name} has no column {' and no column '.join(lacking)}: it cannot be broken down by "
                f"{group.says}",
                "`ehcp columns` shows how its headings are read",
            )
