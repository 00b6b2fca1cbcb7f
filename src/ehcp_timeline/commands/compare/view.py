"""A comparison with other authorities, as a person reads it."""

from collections.abc import Iterator
from itertools import groupby

from ehcp_timeline.measure.compare.compare import CompareAnswer, ComparedMeasure
from ehcp_timeline.measure.kpi.trends import plain
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day

_NOT_THERE = "n/a"
_SHORT = ("year", "your file", "published", "England", "rank")


def compare_sections(answer: CompareAnswer) -> Iterator[Section]:
    """Yield every year of each measure, and what the top quartile takes in the latest."""
    read = (f"{file.name}: {count(file.rows, 'row')}, {file.judged:,} judged." for file in answer.input)
    title = f"{answer.authority} beside England, as at {day(answer.as_at)}"
    yield Section(title=title, before=tuple(read))
    by_measure = [list(years) for _, years in groupby(answer.measures, key=lambda measure: measure.measure)]
    numbers = (
        *(TableColumn(name, "number") for name in ("your file", "published", "England", answer.region_name)),
        *(TableColumn(name, "number", optional=True) for name in answer.with_),
        *(TableColumn(name, "number") for name in ("rank", "quartile", "top quartile")),
    )
    yield Section(
        title="The latest year of each measure",
        columns=(TableColumn("measure"), *(TableColumn(name, "number") for name in _SHORT)),
        rows=tuple((years[-1].name, *_short(years[-1])) for years in by_measure),
    )
    for years in by_measure:
        latest = years[-1]
        yield Section(
            title=latest.name,
            columns=(TableColumn("year", "fixed"), *numbers),
            rows=tuple(map(_row, years)),
            after=(f"{latest.year}: {latest.says}.",) if latest.says else (),
        )
    yield Section(before=(answer.attribution,), closing=True)


def _short(measure: ComparedMeasure) -> tuple[str, ...]:
    """Return one year as `_SHORT` has it."""
    year, own, published, england, *_, rank, _, _ = _row(measure)
    return year, own, published, england, rank


def _row(measure: ComparedMeasure) -> tuple[str, ...]:
    """Return one year: of years that the DfE has not published, the year that it is held against."""
    year = (
        str(measure.year)
        if measure.year == measure.published_year
        else f"{measure.year} (beside {measure.published_year})"
    )
    place = (
        (measure.rank, measure.of, measure.quartile)
        if measure.rank
        else (measure.own_rank, measure.own_of, measure.own_quartile)
    )
    return (
        year,
        *(
            _shown(value)
            for value in (
                measure.own,
                measure.published,
                measure.england,
                measure.region,
                *measure.others.values(),
            )
        ),
        *((f"{place[0]} of {place[1]}", str(place[2])) if place[0] else (_NOT_THERE, _NOT_THERE)),
        _shown(measure.top_quartile_from),
    )


def _shown(value: float | None) -> str:
    return _NOT_THERE if value is None else plain(value)
