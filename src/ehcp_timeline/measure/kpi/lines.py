"""The lines of a scorecard: one for each group and period, with a column for each measure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from ehcp_timeline.errors import ConfigError
from ehcp_timeline.law.kpi.model import Measure, Population
from ehcp_timeline.measure.kpi.facts import GROUP
from ehcp_timeline.measure.kpi.groups import NOT_RECORDED, RECORDED, TOTAL, Group
from ehcp_timeline.measure.kpi.periods import PeriodKind, period_of
from ehcp_timeline.measure.kpi.rollup import (
    CHILDREN,
    LINE,
    OF_ALL,
    OF_GROUP,
    OF_RECORDED,
    OF_UNRECORDED,
    PEOPLE,
    PERIOD,
    RANK,
    denominator,
    numerator,
    rolled,
    skeleton,
    value,
)
from ehcp_timeline.measure.kpi.tallies import PopulationTally

_KEYS = ("total", "groups")
MOST_PEOPLE = 1_000_000_000  # more than any country has


@dataclass(frozen=True, slots=True)
class People:
    """People aged 0 to 25 in the area, and in each of its groups; None where that is not known.

    Attributes:
        total: In the area.
        groups: In each group.
        children: People aged 0 to 17 in the area.
    """

    total: int | None = None
    groups: Mapping[str, int] = field(default_factory=dict)
    children: int | None = None


def read_people(said: object, where: str) -> People:
    """Read the `population` of an ehcp.toml: one number, or a total and a number for each group.

    Args:
        said: What it says.
        where: The file, to begin an error with.

    Raises:
        ConfigError: A number is missing, is not a whole number, or is not above zero.
    """
    if not isinstance(said, Mapping):
        return People(_count(said, f"{where}: population"))
    for key in said:
        if key not in _KEYS:
            raise ConfigError(f"{where}: population.{key} is not known", "write  total = 480000")
    groups = said.get("groups", {})
    if not isinstance(groups, Mapping):
        raise ConfigError(f"{where}: population.groups is not a table", 'write  "Ashford" = 40000  below it')
    counts = {
        str(name): _count(count, f"{where}: population.groups.{name}") for name, count in groups.items()
    }
    total = _count(said["total"], f"{where}: population.total") if "total" in said else None
    return People(total, counts)


def _count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PEOPLE:
        raise ConfigError(f"{where} is not a number of people", "write a whole number above zero, as 480000")
    return value


@dataclass(frozen=True, slots=True)
class LineLayout:
    """How the lines are laid out.

    Attributes:
        kind: The periods.
        group: What they are broken down by; None for nothing.
        as_at: The day that states are of; the last period is the one that it lies in.
        people: For measures per 10,000.
        every_state: Whether states were counted at the end of every period, and so stand on every line.
    """

    kind: PeriodKind
    group: Group | None
    as_at: date
    people: People = field(default_factory=People)
    every_state: bool = False


def above(measure: str) -> str:
    """Return the column with the cases above the line of a measure."""
    return f"{measure} above"


def below(measure: str) -> str:
    """Return the column with the cases below the line of a measure."""
    return f"{measure} below"


def lines(
    layout: LineLayout,
    tallies: Mapping[str, PopulationTally],
    populations: Mapping[str, Population],
    measures: Sequence[Measure],
) -> pl.DataFrame:
    """Return `rank`, `group`, `period` (its number), each measure, and the cases above and below its line.

    Lines stand in the order of the groups, and of the periods within each. A period without a case is a line
    like others. A state stands on the line of the last period, or of every period if it was counted for each.
    """
    rolls = [rolled(tally, layout.kind, grouped=bool(layout.group)) for tally in tallies.values()]
    counts = dict(zip(tallies, pl.collect_all(rolls), strict=True))
    last = period_of(layout.kind, layout.as_at).number
    first = min((*_first(counts.values()), last))
    frame = skeleton(_groups(counts.values(), layout, last), first, last).with_columns(
        *_people(layout.people)
    )
    lazies = [frame.lazy().select(LINE)]
    for name, numbers in counts.items():
        mine = [measure for measure in measures if measure.counts == name]
        once = populations[name].is_state and not layout.every_state
        shown = pl.col(PERIOD) == last if once else pl.lit(value=True)
        joined = frame.lazy().join(numbers.lazy(), on=LINE, how="left", maintain_order="left")
        lazies.append(
            joined.select(pl.when(shown).then(column) for measure in mine for column in _columns(measure))
        )
    return pl.concat(pl.collect_all(lazies), how="horizontal")


def _columns(measure: Measure) -> Iterator[pl.Expr]:
    yield value(measure).alias(measure.id)
    yield numerator(measure).alias(above(measure.id))
    yield denominator(measure).alias(below(measure.id))


def _first(counts: Iterable[pl.DataFrame]) -> Iterator[int]:
    """Yield the first period of each population that has any."""
    return (frame.select(pl.col(PERIOD).min()).item() for frame in counts if not frame.is_empty())


def _groups(counts: Iterable[pl.DataFrame], layout: LineLayout, last: int) -> Iterator[tuple[int, str]]:
    """Yield the groups in order: each that has a case, and the totals."""
    group = layout.group
    there = [frame.filter(pl.col(PERIOD) <= last).select(RANK, GROUP).unique() for frame in counts]
    groups = set(pl.concat(there).iter_rows()) if there else set()
    if group:
        yield from (
            (OF_GROUP, name) for name in group.in_order(name for rank, name in groups if rank == OF_GROUP)
        )
        if any(rank == OF_UNRECORDED for rank, _ in groups):
            yield OF_RECORDED, RECORDED
            yield OF_UNRECORDED, NOT_RECORDED
    yield OF_ALL, TOTAL


def _people(people: People) -> Iterator[pl.Expr]:
    """Return how many people each line is about; null where it is not known."""
    known = pl.col(GROUP).replace_strict(dict(people.groups), default=None, return_dtype=pl.Int64)
    everybody = pl.when(pl.col(RANK) == OF_ALL)
    whole = everybody.then(pl.lit(people.total, dtype=pl.Int64))
    yield whole.when(pl.col(RANK) == OF_GROUP).then(known).alias(PEOPLE)
    yield everybody.then(pl.lit(people.children, dtype=pl.Int64)).alias(CHILDREN)


@dataclass(frozen=True, slots=True)
class PeriodRange:
    """Which periods are shown: from the one with a day to the one with another, and of these the last few."""

    since: date | None = None
    to: date | None = None
    last: int | None = None

    def of(self, lines: pl.DataFrame, kind: PeriodKind) -> pl.DataFrame:
        """Return the lines of those periods."""
        if self.since:
            lines = lines.filter(pl.col(PERIOD) >= period_of(kind, self.since).number)
        if self.to:
            lines = lines.filter(pl.col(PERIOD) <= period_of(kind, self.to).number)
        return lines.filter(pl.col(PERIOD) > pl.col(PERIOD).max() - self.last) if self.last else lines
