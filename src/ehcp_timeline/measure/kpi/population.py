"""The cases that a population holds in one batch, each with its group, its month and its marks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Judged
from ehcp_timeline.law.kpi.marks import Condition
from ehcp_timeline.law.kpi.model import AS_AT, Population
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.counts import clocks_of, with_stage
from ehcp_timeline.measure.kpi.facts import (
    CASEWORKER,
    GROUP,
    STAGE,
    condition,
    row_columns,
    with_marks,
)
from ehcp_timeline.measure.kpi.periods import month_number

MONTH = "month"
DAYS = "days"


def deadlines_of(population: Population, rulebook: Rulebook) -> tuple[Deadline, ...]:
    """Return the deadlines whose clocks a population holds; none for a population of rows."""
    return tuple(deadline for deadline in rulebook.deadlines if _is_of(deadline, population))


def _is_of(deadline: Deadline, population: Population) -> bool:
    if population.counts == "rows":
        return False
    if population.answered_by:
        return population.answered_by in deadline.answers
    begins = () if population.only else tuple(f"{name}." for name in population.deadlines)
    named = deadline.id in population.deadlines
    return named or (deadline.kind == "statutory" and deadline.id.startswith(begins))


@dataclass(frozen=True, slots=True)
class Before:
    """What lies before whoever counts a batch.

    Attributes:
        judged: The batch.
        facts: Its rows, cut down; of the whole file with the last batch, whose clocks lie anywhere.
        as_at: The day the question is asked about.
        kept: The columns that the file has.
        weekly: Whether cases are put in weeks; else in months.
    """

    judged: Judged
    facts: pl.DataFrame
    as_at: date
    kept: frozenset[str]
    weekly: bool = False


def cases_of(population: Population, deadlines: Iterable[Deadline], before: Before) -> pl.LazyFrame | None:
    """Return the population's cases in one batch, or None where there can be none.

    Args:
        population: What is counted.
        deadlines: Whose clocks it holds.
        before: The batch.
    """
    as_at, kept = before.as_at, before.kept
    ids = tuple(deadline.id for deadline in deadlines if deadline.id in before.judged.clocks)
    if population.counts == "clocks" and not ids:
        return None
    month = month_number(pl.col(population.date) if population.date else pl.lit(as_at), weekly=before.weekly)
    lazy = before.facts.lazy() if population.counts == "rows" else _clocks(population, ids, before)
    counted = lazy.filter(condition(population.where, as_at, kept))
    return with_marks(counted, population.marks, as_at, kept).with_columns(
        month.cast(pl.Int32).alias(MONTH), _days(population, as_at).alias(DAYS)
    )


def _days(population: Population, as_at: date) -> pl.Expr:
    """Return the days that each case took or has waited; null where nothing is waited for."""
    since, to = population.days
    if not since:
        return pl.lit(None, dtype=pl.Int64)
    end = pl.lit(as_at) if to == AS_AT else pl.col(to)
    return (end - pl.col(since)).dt.total_days()


def _clocks(population: Population, ids: tuple[str, ...], before: Before) -> pl.LazyFrame:
    """Return the clocks of some deadlines with what their rows say."""
    asked = {column for mark in (population.where, *population.marks.values()) for column in _of_clock(mark)}
    asked |= {name for name in (population.date, *population.days) if name in CLOCKS}
    staged = any(mark.stage for mark in population.marks.values())
    columns = ["row", *sorted(asked | ({"open", "start", "due"} if staged else set()))]
    clocks = clocks_of(before.judged, ids, *columns)
    there = [name for name in sorted(row_columns([population])) if name in before.facts.columns]
    rows = before.facts.lazy().select("row", GROUP, CASEWORKER, *there)
    lazy = clocks.lazy().join(rows, on="row", how="left")
    if not staged:
        return lazy
    stages = with_stage(clocks, before.judged.rows, before.as_at).select("row", "start", STAGE)
    return lazy.join(stages.lazy(), on=["row", "start"], how="left")


def _of_clock(mark: Condition) -> Iterator[str]:
    """Yield the columns of a clock that a mark looks at."""
    yield from (name for name in mark.columns if name in CLOCKS)
    for name in ("strict", "verdict", "evidenced"):
        if getattr(mark, name):
            yield name
