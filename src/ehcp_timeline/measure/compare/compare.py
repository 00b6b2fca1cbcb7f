"""A council's own figures, year by year, beside what the DfE publishes, and where they stand among all."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from math import ceil
from statistics import median
from typing import Annotated, ClassVar

import polars as pl

from ehcp_timeline.law.kpi import Better, Kpis, Measure
from ehcp_timeline.measure.answer import NOT_IN_JSON, Problems, RulebookUsed
from ehcp_timeline.measure.compare.figures import Area, Figures, per_10000
from ehcp_timeline.measure.kpi.lines import OF_ALL, PERIOD, RANK, above, below
from ehcp_timeline.measure.kpi.targets import cases_short
from ehcp_timeline.measure.kpi.trends import record_since
from ehcp_timeline.measure.result import Input
from ehcp_timeline.record import Ge, Le, field, record, replace


def standing(value: float, values: Collection[float], better: Better) -> tuple[int, int, int]:
    """Return the rank, of how many, and the quartile of a figure among others, itself one of them.

    Rank and quartile are 1 for the best; equal figures share a rank. A quartile is a quarter
    of the ranks: of 150, ranks 1 to 37 are the first, 38 to 75 the second.

    >>> standing(33.3, [80.0, 70.0, 33.3, 10.0], "higher")
    (3, 4, 3)
    >>> standing(5.0, [5.0, 5.0, 7.0, 9.0], "lower")
    (1, 4, 1)
    """
    ahead = sum(other > value if better == "higher" else other < value for other in values)
    rank, of = ahead + 1, len(values)
    return rank, of, ceil(4 * rank / of)


def top_quartile_from(values: Collection[float], better: Better) -> float | None:
    """Return the figure that is last in the top quartile; None where there are fewer than four.

    >>> top_quartile_from([90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0], "higher")
    80.0
    """
    ordered = sorted(values, reverse=better == "higher")
    places = len(ordered) // 4
    return ordered[places - 1] if places else None


@record(frozen=True, slots=True)
class Own:
    """What the council's own file gives for one measure and year."""

    value: float
    part: int
    whole: int


@record(frozen=True, slots=True, kw_only=True)
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
        gap_to_england: The own figure, or the published one, less England's, in the measure's own unit. What
            happened in part of a year, per 10,000 people, is not held against a whole year.
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


@record(frozen=True, slots=True)
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
    problems: Problems


def comparable(measures: Sequence[Measure], figures: Figures) -> tuple[Measure, ...]:
    """Return the percentages and the rates that are published."""
    there = {name for values in figures.values.values() for name in values}
    units = ("percent", "per_10000_children")
    return tuple(measure for measure in measures if measure.unit in units and measure.id in there)


def own_figures(
    lines: pl.DataFrame, measures: Sequence[Measure], people: Callable[[int], int | None] = lambda _: None
) -> Mapping[tuple[str, int], Own]:
    """Return the council's own figures by measure and calendar year, from a scorecard by year.

    `people` gives the people aged 0 to 17 of a year.
    """
    figures: dict[tuple[str, int], Own] = {}
    for line in lines.filter(pl.col(RANK) == OF_ALL).iter_rows(named=True):
        year = line[PERIOD]
        for measure in measures:
            part, whole = line[above(measure.id)], line[below(measure.id)]
            if whole:
                figures[measure.id, year] = Own(line[measure.id], part, whole)
            elif measure.unit == "per_10000_children" and part and (children := people(year)):
                figures[measure.id, year] = Own(per_10000(part, children), part, children)
    return figures


@record(frozen=True, slots=True)
class Comparison:
    """Compares an authority's own figures, by measure and year, with published ones, up to a day."""

    figures: Figures
    authority: Area
    own: Mapping[tuple[str, int], Own]
    kpis: Kpis
    others: tuple[Area, ...] = ()
    as_at: date = date.max

    def of(self, measures: Sequence[Measure]) -> Iterator[ComparedMeasure]:
        """Yield measures in each year that the DfE publishes, and in the years since that the file has."""
        for measure in measures:
            of_year = {
                year: len(self.figures.of(measure.id, year, "Local authority")) for year in self.figures.years
            }
            published = [year for year, authorities in of_year.items() if authorities]
            # a year of which the package holds a few authorities only is not ranked
            whole = [year for year in published if 2 * of_year[year] > max(of_year.values())]
            own_years = sorted(year for name, year in self.own if name == measure.id)
            since = [year for year in own_years if published and year > published[-1]]
            years = [self._in_year(measure, year, year, ranked=year in whole) for year in published]
            years += [self._in_year(measure, year, whole[-1], ranked=True) for year in since]
            part_years = {year.year for year in years if self._is_part(measure, year.own_to)}
            values = [
                year.published if year.published is not None or year.year in part_years else year.own
                for year in years
            ]
            labels = [str(year.year) for year in years]
            for place, year in enumerate(years):
                now = values[place]
                before = values[place - 1] if place and years[place - 1].year == year.year - 1 else None
                change = None if now is None or before is None else round(now - before, 1)
                yield replace(
                    year, change=change, record=record_since(values[: place + 1], labels[: place + 1])
                )

    def _in_year(self, measure: Measure, year: int, against: int, *, ranked: bool) -> ComparedMeasure:
        figures, own, better = self.figures, self.own.get((measure.id, year)), measure.better
        among = dict(figures.of(measure.id, against, "Local authority"))
        wanted = top_quartile_from(among.values(), better) if ranked and better else None
        mine = own.value if own else None
        here = among.pop(self.authority.key, None)
        published = here if year == against else None
        places = [
            (None, None, None)
            if value is None or not ranked or not better
            else standing(value, [*among.values(), value], better)
            for value in (published, mine)
        ]
        (rank, of, quartile), (own_rank, own_of, own_quartile) = places
        short = says = None
        if own is not None and wanted is not None:
            short = cases_short(own.part, own.whole, wanted, better)
            more = "more" if better == "higher" else "fewer"
            noun = self.kpis.populations[measure.counts].noun[short != 1]
            says = f"{short:,} {more} {noun} for the top quartile" if short else "in the top quartile"
        england = figures.value(measure.id, against, figures.england())
        others = {other.name: figures.value(measure.id, against, other) for other in self.others}
        known = [value for value in others.values() if value is not None]
        own_to = self.as_at if own and self.as_at < date(year, 12, 31) else None
        shown = published if mine is None or self._is_part(measure, own_to) else mine
        return ComparedMeasure(
            measure=measure.id,
            name=measure.name,
            year=year,
            published_year=against,
            own=mine,
            own_part=own.part if own else None,
            own_whole=own.whole if own else None,
            published=published,
            england=england,
            region=figures.value(measure.id, against, figures.region_of(self.authority)),
            rank=rank,
            of=of,
            quartile=quartile,
            own_rank=own_rank,
            own_of=own_of,
            own_quartile=own_quartile,
            top_quartile_from=wanted,
            cases_short=short,
            says=says,
            own_to=own_to,
            others=others,
            neighbours_median=round(median(known), 1) if known else None,
            gap_to_england=None if shown is None or england is None else round(shown - england, 1),
        )

    def _is_part(self, measure: Measure, own_to: date | None) -> bool:
        """Return whether a figure up to a day holds only part of what a whole year's does."""
        is_state = self.kpis.populations[measure.counts].is_state
        return own_to is not None and measure.unit == "per_10000_children" and not is_state
