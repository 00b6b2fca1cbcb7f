"""A scorecard of rows in memory or of a file, made as the command makes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.sheet import Batch
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.law.kpi import Measure, load_kpis
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.kpi.cases import count_file, tallies_of
from ehcp_timeline.measure.kpi.groups import GROUPS, Group
from ehcp_timeline.measure.kpi.lines import PERIOD, lines
from ehcp_timeline.measure.kpi.periods import Period, PeriodKind
from ehcp_timeline.measure.kpi.question import KpiQuestion, People
from ehcp_timeline.measure.kpi.scorecard import Scorecard, make_scorecard, make_series

CASES = Path(__file__).parent / "sixty_cases.csv"
EXAMPLES = Path(__file__).parents[3] / "examples"
PROMISES = EXAMPLES / "local-promises.toml"


@dataclass(frozen=True)
class Read:
    """A case file held in memory."""

    columns: frozenset[str]
    batches: Sequence[Batch]


@cache
def law() -> Rulebook:
    """Return the law with one council's promises, read once."""
    return load_rulebook([PROMISES])


def read(path: Path, as_at: date) -> Read:
    """Read a case file once."""
    source = open_case_file(str(path), vocabulary(), as_at=as_at)
    return Read(source.columns, list(source.batches()))


def question(as_at: date, by: str | Group | None = None, *names: str) -> KpiQuestion:
    """Return a question about these measures, or about all."""
    kpis = load_kpis()
    group = GROUPS[by] if isinstance(by, str) else by
    return KpiQuestion(kpis, law(), as_at, group, chosen(*names))


def chosen(*names: str) -> tuple[Measure, ...]:
    """Return measures by the first part of their ids; all if none is named."""
    return tuple(one for one in load_kpis().measures if not names or one.id.startswith(names))


def count(held: Read, asked: KpiQuestion, kind: PeriodKind) -> pl.DataFrame:
    """Count rows in memory."""
    tallies = tallies_of(asked)
    count_file(asked, held.columns, held.batches, tallies)
    return lines(replace(asked, kind=kind), tallies)


def card(
    path: Path,
    as_at: date,
    kind: PeriodKind,
    by: str | Group | None = None,
    people: People | None = None,
) -> Scorecard:
    """Count a file."""
    asked = replace(question(as_at, by), kind=kind, people=people or People())
    source = open_case_file(str(path), vocabulary(), as_at=as_at)
    return make_scorecard(asked, [source])


def monthly(path: Path, as_at: date, since: date, *names: str) -> Scorecard:
    """Count how things stood at the end of every month."""
    source = open_case_file(str(path), vocabulary(), as_at=as_at)
    return make_series(replace(question(as_at, None, *names), kind="month"), [source], since)


def by_label(frame: pl.DataFrame, kind: PeriodKind, group: str = "Total") -> dict[str, dict[str, Any]]:
    """Return the lines of one group by the label of their period."""
    rows = frame.filter(pl.col("group") == group).iter_rows(named=True)
    return {Period(kind, row[PERIOD]).label: row for row in rows}
