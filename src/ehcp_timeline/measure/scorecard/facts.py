"""The rows of a batch as they stood on the as-at day, cut down to what the measures look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from ehcp_timeline.law.kpi_reading import CLOCK_DAYS
from ehcp_timeline.law.kpis import AS_AT, Derived, Population
from ehcp_timeline.law.terms import Rulebook
from ehcp_timeline.measure.assessments import exception_claimed
from ehcp_timeline.measure.scorecard.conditions import EXCEPTED, STAGE
from ehcp_timeline.measure.scorecard.groups import Group

GROUP = "group"
CASEWORKER = "caseworker"
_OF_CLOCKS = CLOCK_DAYS | {"strict", "verdict", "evidenced", AS_AT, ""}


@dataclass(frozen=True)
class Facts:
    """How rows are cut down.

    Attributes:
        rulebook: The law: which events may lie after the as-at day, which columns claim an exception.
        derived: Days worked out from others, by name.
        group: What the scorecard is broken down by; None for nothing.
        as_at: The day the question is asked about.
        names: The columns of rows that some population looks at, derived days among them.
    """

    rulebook: Rulebook
    derived: Mapping[str, Derived]
    group: Group | None
    as_at: date
    names: frozenset[str]

    def of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return `row`, `group`, `caseworker` and the columns looked at; what the file lacks is null.

        An event after the as-at day has not happened: it is null, unless it is one that may be planned.
        """
        excepted = exception_claimed(self.rulebook, rows.columns).alias(EXCEPTED)
        wanted = sorted(self._read_from_file())
        cut = rows.select("row", excepted, *(self._as_it_stood(name, rows.columns) for name in wanted))
        made = [self._worked_out(self.derived[name]) for name in sorted(self.names & self.derived.keys())]
        group = self.group.of() if self.group else pl.lit(None, dtype=pl.String)
        return cut.with_columns(
            *made,
            group.cast(pl.Categorical).alias(GROUP),
            pl.col(CASEWORKER).cast(pl.Categorical),
        )

    def _read_from_file(self) -> set[str]:
        inputs = {
            name
            for one in self.derived.values()
            if one.id in self.names
            for name in (*one.earliest, one.since)
        }
        grouped = set(self.group.needs) if self.group else set()
        return (set(self.names) - self.derived.keys()) | inputs | grouped | {CASEWORKER}

    def _as_it_stood(self, name: str, there: Sequence[str]) -> pl.Expr:
        event = name in self.rulebook.events
        if name not in there:
            dated = event or name == "date_of_birth"
            return pl.lit(None, dtype=pl.Date if dated else pl.String).alias(name)
        if not event or name in self.rulebook.planned:
            return pl.col(name)
        return pl.when(pl.col(name) <= self.as_at).then(pl.col(name)).alias(name)

    def _worked_out(self, derived: Derived) -> pl.Expr:
        since = pl.col(derived.since)
        days = (pl.col(name) for name in derived.earliest)
        happened = (pl.when((day >= since) & (day <= self.as_at)).then(day) for day in days)
        return pl.min_horizontal(list(happened)).alias(derived.id)


def row_columns(populations: Iterable[Population]) -> frozenset[str]:
    """Return the columns of rows that these populations look at."""
    found: set[str] = set()
    for population in populations:
        for mark in (population.where, *population.marks.values()):
            found |= mark.columns
        found |= {population.date, *population.days}
    return frozenset(found - _OF_CLOCKS - {EXCEPTED, STAGE})
