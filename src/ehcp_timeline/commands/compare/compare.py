"""A council's own figures, year by year, beside what the DfE publishes, and where they stand among all."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import polars as pl

from ehcp_timeline.commands.compare.figures import Area, Figures
from ehcp_timeline.law.kpi.model import Better, Measure
from ehcp_timeline.measure.kpi.lines import above, below
from ehcp_timeline.measure.kpi.rollup import OF_ALL, PERIOD, RANK


@dataclass(frozen=True, slots=True)
class Ranking:
    """Where a figure stands.

    Attributes:
        rank: 1 for the best; equal figures share the better rank.
        of: How many figures there are.
        quartile: 1 for the best quarter, 4 for the last.
    """

    rank: int
    of: int
    quartile: int


def standing(value: float, values: Collection[float], better: Better) -> Ranking:
    """Return where a figure stands among others, itself one of them.

    A quartile is a quarter of the ranks: of 150, ranks 1 to 37 are the first, 38 to 75 the second.

    >>> standing(33.3, [80.0, 70.0, 33.3, 10.0], "higher")
    Ranking(rank=3, of=4, quartile=3)
    >>> standing(5.0, [5.0, 5.0, 7.0, 9.0], "lower").rank
    1
    """
    above = sum(other > value if better == "higher" else other < value for other in values)
    rank, of = above + 1, len(values)
    return Ranking(rank, of, ceil(4 * rank / of))


def top_quartile_from(values: Collection[float], better: Better) -> float | None:
    """Return the figure that is last in the top quartile; None where there are fewer than four.

    >>> top_quartile_from([90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0], "higher")
    80.0
    """
    ordered = sorted(values, reverse=better == "higher")
    places = len(ordered) // 4
    return ordered[places - 1] if places else None


def cases_short(part: int, whole: int, wanted: float, better: Better) -> int:
    """Return how many cases more above the line, or fewer, make a percentage as good as `wanted`.

    What stands below the line stays as it is. 0 where it is as good already.

    >>> cases_short(784, 2424, 79.4, "higher"), cases_short(80, 100, 79.4, "higher")
    (1141, 0)
    >>> cases_short(12, 100, 5.0, "lower")
    7
    """
    enough = Fraction(Decimal(str(wanted))) * whole / 100
    return max(0, ceil(enough) - part if better == "higher" else part - floor(enough))


@dataclass(frozen=True, slots=True)
class Beside:
    """Who the council is compared with.

    Attributes:
        authority: The council, as the DfE knows it.
        others: Neighbours that were chosen.
    """

    authority: Area
    others: tuple[Area, ...] = ()


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
    standing: Ranking | None = None
    own_standing: Ranking | None = None
    top_quartile_from: float | None = None
    cases_short: int | None = None


def comparable(measures: Sequence[Measure], figures: Figures) -> tuple[Measure, ...]:
    """Return the percentages with a better direction that the DfE publishes."""
    there = {name for values in figures.values.values() for name in values}
    return tuple(
        measure
        for measure in measures
        if measure.unit == "percent" and measure.better and measure.id in there
    )


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
        others={other.name: figures.value(measure.id, against, other) for other in beside.others},
        standing=None if here is None else standing(here, list(among.values()), measure.better),
        own_standing=None if mine is None else standing(mine, [*others, mine], measure.better),
        top_quartile_from=wanted,
        cases_short=short,
    )
