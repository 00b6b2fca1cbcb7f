"""A council's own figures, year by year, beside what the DfE publishes of it and of everybody else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from ehcp_timeline.law.kpis import Measure
from ehcp_timeline.measure.comparison.figures import Figures, Place
from ehcp_timeline.measure.comparison.placing import (
    Standing,
    cases_short,
    standing,
    top_quartile_from,
)
from ehcp_timeline.measure.scorecard.lines import above, below
from ehcp_timeline.measure.scorecard.rolling import OF_ALL, PERIOD, RANK


@dataclass(frozen=True, slots=True)
class Beside:
    """Who the council is compared with.

    Attributes:
        authority: The council, as the DfE knows it.
        others: Neighbours that were chosen.
    """

    authority: Place
    others: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """What the council's own file gives for one measure and year; None where there was no case."""

    value: float | None
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure in one year.

    Attributes:
        measure: The measure.
        year: The calendar year.
        against: The year that the published figures are of: the same, or the latest before it.
        own: The council's own figure, from its file.
        published: The figure that the DfE publishes of the council for that year.
        england: Of England.
        region: Of the council's region.
        others: Of the neighbours, by name.
        standing: Where the published figure stands among all authorities.
        own_standing: Where the own figure would stand, in the place of the published one.
        top_quartile_from: The last figure of the top quartile.
        cases_short: How many of the own cases are missing to it; None where there is no own figure.
    """

    measure: Measure
    year: int
    against: int
    own: Own | None
    published: float | None
    england: float | None
    region: float | None
    others: Mapping[str, float | None] = field(default_factory=dict)
    standing: Standing | None = None
    own_standing: Standing | None = None
    top_quartile_from: float | None = None
    cases_short: int | None = None


def comparable(measures: Sequence[Measure], figures: Figures) -> tuple[Measure, ...]:
    """Return the percentages with a better direction that the DfE publishes."""
    there = {name for values in figures.values.values() for name in values}
    return tuple(one for one in measures if one.unit == "percent" and one.better and one.id in there)


def own_figures(lines: pl.DataFrame, measures: Sequence[Measure]) -> Mapping[tuple[str, int], Own]:
    """Return the council's own figures by measure and calendar year, from a scorecard by year."""
    found: dict[tuple[str, int], Own] = {}
    for line in lines.filter(pl.col(RANK) == OF_ALL).iter_rows(named=True):
        for measure in measures:
            if line[below(measure.id)]:
                own = Own(line[measure.id], line[above(measure.id)], line[below(measure.id)])
                found[measure.id, line[PERIOD]] = own
    return found


def compare(
    figures: Figures, beside: Beside, own: Mapping[tuple[str, int], Own], measures: Sequence[Measure]
) -> Iterator[Compared]:
    """Yield each measure in each year that the DfE publishes, and in the years since that the file has."""
    for measure in measures:
        published = [year for year in figures.years if figures.of(measure.id, year, "Local authority")]
        later = sorted(year for name, year in own if name == measure.id and year > max(published, default=0))
        for year in published:
            yield _compared(figures, beside, measure, (year, year), own.get((measure.id, year)))
        for year in later if published else ():
            yield _compared(figures, beside, measure, (year, published[-1]), own[measure.id, year])


def _compared(
    figures: Figures, beside: Beside, measure: Measure, years: tuple[int, int], own: Own | None
) -> Compared:
    """Compare one measure in one year with the published figures of that year or the latest before it."""
    year, against = years
    among = figures.of(measure.id, against, "Local authority")
    here = among.get(beside.authority.key) if year == against else None
    others = [value for key, value in among.items() if key != beside.authority.key]
    mine = own.value if own else None
    wanted = top_quartile_from(list(among.values()), measure.better)
    short = None
    if own is not None and wanted is not None:
        short = cases_short(own.part, own.whole, wanted, measure.better)
    return Compared(
        measure=measure,
        year=year,
        against=against,
        own=own,
        published=here,
        england=figures.value(measure.id, against, figures.england()),
        region=figures.value(measure.id, against, figures.region_of(beside.authority)),
        others={one.name: figures.value(measure.id, against, one) for one in beside.others},
        standing=None if here is None else standing(here, list(among.values()), measure.better),
        own_standing=None if mine is None else standing(mine, [*others, mine], measure.better),
        top_quartile_from=wanted,
        cases_short=short,
    )
