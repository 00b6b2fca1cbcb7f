"""A comparison with other authorities, as a person reads it."""

from collections.abc import Iterator
from itertools import groupby

from ehcp_timeline.measure.compare.compare import CompareAnswer, ComparedMeasure
from ehcp_timeline.measure.kpi.trends import plain
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day

_NOT_THERE = "n/a"
_SHORT = ("year", "your file", "its rank", "published", "rank", "England")


def compare_sections(answer: CompareAnswer) -> Iterator[Section]:
    """Yield every year of each measure, and what the top quartile takes in the latest."""
    read = (f"{file.name}: {count(file.rows, 'row')}, {file.judged:,} judged." for file in answer.input)
    title = f"{answer.authority} beside England, as at {day(answer.as_at)}"
    yield Section(title=title, before=tuple(read))
    by_measure = [list(years) for _, years in groupby(answer.measures, key=lambda measure: measure.measure)]
    numbers = (
        *(TableColumn(name, "number", optional=not answer.input) for name in ("your file", "its rank")),
        *(TableColumn(name, "number") for name in ("published", "rank", "England", answer.region_name)),
        *(TableColumn(name, "number", optional=True) for name in answer.with_),
        TableColumn("top quartile", "number"),
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
    """Return one year as `_SHORT` has it, ranks without the quarter."""
    return tuple(cell.partition(",")[0] for cell in _row(measure)[: len(_SHORT)])


def _row(measure: ComparedMeasure) -> tuple[str, ...]:
    """Return one year: of years that the DfE has not published, the year that it is held against."""
    until = f" to {measure.own_to.day} {measure.own_to:%B}" if measure.own_to else ""
    beside = "" if measure.year == measure.published_year else f" (beside {measure.published_year})"
    return (
        f"{measure.year}{until}{beside}",
        _shown(measure.own),
        _rank(measure.own_rank, measure.own_of, measure.own_quartile),
        _shown(measure.published),
        _rank(measure.rank, measure.of, measure.quartile),
        *map(_shown, (measure.england, measure.region, *measure.others.values())),
        _shown(measure.top_quartile_from),
    )


def _rank(rank: int | None, of: int | None, quartile: int | None) -> str:
    """Return where the number beside it stands among all authorities, as `81 of 150, quarter 3`."""
    return _NOT_THERE if rank is None else f"{rank} of {of}, quarter {quartile}"


def _shown(value: float | None) -> str:
    return _NOT_THERE if value is None else plain(value)
