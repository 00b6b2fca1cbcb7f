"""A council's own figures, year by year, beside what the DfE publishes, and where they stand among all."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from statistics import median
from typing import Annotated, Any, ClassVar

import polars as pl

from ehcp_timeline.law.kpi.model import Better, Kpis, Measure
from ehcp_timeline.measure.answer import NOT_IN_JSON, ProblemFound, RulebookUsed
from ehcp_timeline.measure.compare.figures import Area, Figures, per_10000
from ehcp_timeline.measure.kpi.lines import above, below
from ehcp_timeline.measure.kpi.rollup import OF_ALL, PERIOD, RANK
from ehcp_timeline.measure.kpi.trends import record
from ehcp_timeline.measure.result import Input
from ehcp_timeline.text.bounds import Ge, Le


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMeasure:
    """One measure in one year, beside what the DfE publishes.

    Attributes:
        published_year: The published year it is held against, at most `year`.
        own: From the council's own file.
        published: What the DfE publishes of the council.
        region: Of the council's region.
        rank: Of the published figure; 1 is best, ties share the best.
        quartile: 1 for the best quarter.
        own_rank: That the own figure would have in its place.
        own_of: How many figures the own one would stand among.
        cases_short: Own cases missing to the top quartile; null where there is no own figure.
        says: The same in words.
        others: Of the neighbours, by name.
        neighbours_median: The median of the neighbours that have a figure.
        gap_to_england: The own figure, or the published one, less England's, in the measure's own unit.
        change: The published figure, or the own one in the years since, less that of the year before.
        record: Since when that figure is the highest or the lowest, in words; empty for neither.
        own_to: The last day of the own figure, where the year was not over; null where it was.
    """

    measure: str
    name: str
    year: int
    published_year: int
    own: float | None
    own_part: int | None
    own_whole: int | None
    published: float | None
    england: float | None
    region: float | None
    rank: int | None
    of: int | None
    quartile: Annotated[int | None, Ge(1), Le(4)]
    own_rank: int | None
    own_of: int | None = field(metadata=NOT_IN_JSON)
    own_quartile: int | None
    top_quartile_from: float | None
    cases_short: int | None
    says: str | None
    others: Mapping[str, float | None]
    own_to: date | None = None
    neighbours_median: float | None = None
    gap_to_england: float | None = None
    change: float | None = None
    record: str = ""


@dataclass(frozen=True, slots=True)
class CompareAnswer:
    """The answer of `ehcp compare --format json`."""

    SCHEMA: ClassVar = "ehcp-compare/1"

    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    authority: str
    region_name: str
    with_: tuple[str, ...]
    attribution: str
    measures: tuple[ComparedMeasure, ...]
    problems: tuple[ProblemFound, ...]


def comparable(measures: Sequence[Measure], figures: Figures) -> tuple[Measure, ...]:
    """Return the percentages and the rates that are published."""
    there = {name for values in figures.values.values() for name in values}
    units = ("percent", "per_10000_children")
    return tuple(measure for measure in measures if measure.unit in units and measure.id in there)


def own_figures(
    lines: pl.DataFrame, measures: Sequence[Measure], people: Callable[[int], int | None] = lambda _: None
) -> Mapping[tuple[str, int], Own]:
    """Return the council's own figures by measure and calendar year.

    Args:
        lines: Those of a scorecard by year.
        measures: The measures.
        people: Gives the people aged 0 to 17 of a year.
    """
    figures: dict[tuple[str, int], Own] = {}
    for line in lines.filter(pl.col(RANK) == OF_ALL).iter_rows(named=True):
        for measure in measures:
            if line[below(measure.id)]:
                own = Own(line[measure.id], line[above(measure.id)], line[below(measure.id)])
                figures[measure.id, line[PERIOD]] = own
            elif measure.unit == "per_10000_children" and line[above(measure.id)] and people(line[PERIOD]):
                cases, whole = line[above(measure.id)], people(line[PERIOD]) or 1
                figures[measure.id, line[PERIOD]] = Own(per_10000(cases, whole), cases, whole)
    return figures


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: published figures, own ones by measure and year up to a day, for whom."""

    figures: Figures
    beside: Beside
    own: Mapping[tuple[str, int], Own]
    kpis: Kpis
    as_at: date = date.max

    def of(self, measures: Sequence[Measure]) -> Iterator[ComparedMeasure]:
        """Yield measures in each year that the DfE publishes, and in the years since that the file has."""
        for measure in measures:
            of_year = {
                year: len(self.figures.of(measure.id, year, "Local authority")) for year in self.figures.years
            }
            published = [year for year, authorities in of_year.items() if authorities]
            most = max(of_year.values())
            whole = [year for year in published if 2 * of_year[year] > most]
            years = [self._in_year(measure, year, year, ranked=year in whole) for year in published]
            own_years = sorted(year for name, year in self.own if name == measure.id)
            since = (year for year in own_years if published and year > published[-1])
            years += (self._in_year(measure, year, whole[-1]) for year in since)
            yield from _with_history(years)

    def _in_year(self, measure: Measure, year: int, against: int, *, ranked: bool = True) -> ComparedMeasure:
        """Compare a measure in one year with the published figures of that year or the latest before it.

        A year of which the package holds a few authorities only is not `ranked`.
        """
        figures, authority, own = self.figures, self.beside.authority, self.own.get((measure.id, year))
        among = figures.of(measure.id, against, "Local authority")
        here = among.get(authority.key) if year == against else None
        nowhere = (None, None, None)
        others = [value for key, value in among.items() if key != authority.key]
        ranked = ranked and bool(measure.better)
        wanted = top_quartile_from(among.values(), measure.better) if ranked else None
        mine = own.value if own else None
        place = own_place = nowhere
        if here is not None and ranked:
            place = astuple(standing(here, among.values(), measure.better))
        if mine is not None and ranked:
            own_place = astuple(standing(mine, [*others, mine], measure.better))
        short = None
        if own is not None and wanted is not None:
            short = cases_short(own.part, own.whole, wanted, measure.better)
        england = figures.value(measure.id, against, figures.england())
        beside = {other.name: figures.value(measure.id, against, other) for other in self.beside.others}
        known = [value for value in beside.values() if value is not None]
        shown = here if mine is None else mine
        return ComparedMeasure(
            measure=measure.id,
            name=measure.name,
            year=year,
            published_year=against,
            own=mine,
            own_part=own.part if own else None,
            own_whole=own.whole if own else None,
            published=here,
            england=england,
            region=figures.value(measure.id, against, figures.region_of(authority)),
            rank=place[0],
            of=place[1],
            quartile=place[2],
            own_rank=own_place[0],
            own_of=own_place[1],
            own_quartile=own_place[2],
            top_quartile_from=wanted,
            cases_short=short,
            says=None if short is None else self._says(measure, short),
            own_to=self.as_at if own and self.as_at < date(year, 12, 31) else None,
            others=beside,
            neighbours_median=round(median(known), 1) if known else None,
            gap_to_england=None if shown is None or england is None else round(shown - england, 1),
        )

    def _says(self, measure: Measure, short: int) -> str:
        """Return what the top quartile takes, in words."""
        if not short:
            return "in the top quartile"
        more = "more" if measure.better == "higher" else "fewer"
        noun = self.kpis.populations[measure.counts].noun
        return f"{short:,} {more} {noun[short != 1]} for the top quartile"


def _with_history(years: Sequence[ComparedMeasure]) -> Iterator[ComparedMeasure]:
    """Yield each year with its change on the year before, and what it is the highest or the lowest since."""
    values = [year.own if year.published is None else year.published for year in years]
    for place, year in enumerate(years):
        now = values[place]
        before = values[place - 1] if place and years[place - 1].year == year.year - 1 else None
        change = None if now is None or before is None else round(now - before, 1)
        labels = [str(earlier.year) for earlier in years[: place + 1]]
        yield replace(year, change=change, record=record(values[: place + 1], labels))


def flat(compared: ComparedMeasure, line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a comparison as a row with a column for each neighbour."""
    return {**{key: value for key, value in line.items() if key != "others"}, **compared.others}
