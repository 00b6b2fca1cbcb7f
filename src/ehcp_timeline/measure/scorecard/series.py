"""How things stood at the end of every month, rebuilt from the events alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.rows import Batch
from ehcp_timeline.measure.scorecard.card import Question, count_file
from ehcp_timeline.measure.scorecard.lines import Layout, lines
from ehcp_timeline.measure.scorecard.periods import Period, period_of
from ehcp_timeline.measure.scorecard.rolling import PERIOD
from ehcp_timeline.measure.scorecard.tallies import Tally


@dataclass(frozen=True)
class Held:
    """One file held in memory, because it is judged once for every month."""

    columns: frozenset[str]
    batches: Sequence[Batch]


def states_of(question: Question) -> Question:
    """Return the question cut down to measures of how things stand on a day."""
    states = (one for one in question.measures if question.kpis.populations[one.counts].is_state)
    return replace(question, measures=tuple(states))


def series(
    question: Question, files: Sequence[Held], layout: Layout, since: date | None = None
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
    found = lines(replace(layout, every_state=True), tallies, asked.populations, asked.measures)
    return found.filter(pl.col(PERIOD) >= period_of("month", first).number)


def _count_on(question: Question, files: Iterable[Held], tallies: dict[str, Tally]) -> None:
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
