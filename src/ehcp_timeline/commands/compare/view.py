"""A comparison with other authorities, as a person reads it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ehcp_timeline.measure.compare.compare import CompareAnswer, ComparedMeasure
from ehcp_timeline.measure.kpi.trends import plain
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day

_NOT_THERE = "n/a"
_SHORT = ("year", "your file", "its rank", "published", "rank", "England")


def compare_sections(answer: CompareAnswer, *, median: bool) -> Iterator[Section]:
    """Yield every year of each measure, and what there is to say of the latest.

    Args:
        answer: The comparison.
        median: Whether the neighbours are shown as one, by their median.
    """
    read = (f"{file.name}: {count(file.rows, 'row')}, {file.judged:,} judged." for file in answer.input)
    title = f"{answer.authority} beside England, as at {day(answer.as_at)}"
    yield Section(title=title, before=tuple(read))
    by_measure = [list(years) for _, years in groupby(answer.measures, key=lambda measure: measure.measure)]
    numbers = (
        *(TableColumn(name, "number", optional=not answer.input) for name in ("your file", "its rank")),
        *(TableColumn(name, "number") for name in ("published", "rank", "England", answer.region_name)),
        *(TableColumn(name, "number", optional=True) for name in _others(answer, median=median)),
        TableColumn("top quartile", "number"),
    )
    yield Section(
        title=f"The latest year of each measure{_parts(answer.measures)}",
        columns=(TableColumn("measure"), *(TableColumn(name, "number") for name in _SHORT)),
        rows=tuple((years[-1].name, *_short(years[-1])) for years in by_measure),
    )
    for years in by_measure:
        latest = years[-1]
        yield Section(
            title=latest.name,
            columns=(TableColumn("year", "fixed"), *numbers),
            rows=tuple(_row(year, median=median) for year in years),
            after=tuple(_after(latest)),
        )
    neighbours = (f"Neighbours: {', '.join(answer.with_)}.",) if median and answer.with_ else ()
    yield Section(before=(*neighbours, answer.attribution), closing=True)


def _others(answer: CompareAnswer, *, median: bool) -> tuple[str, ...]:
    return ("neighbours' median",) if median and answer.with_ else answer.with_


def _after(latest: ComparedMeasure) -> Iterator[str]:
    """Yield what there is to say of the latest year."""
    if latest.says:
        yield f"{latest.year}: {latest.says}."
    gap = latest.gap_to_england
    if gap is not None:
        place = f"{abs(gap)} {'above' if gap > 0 else 'below'} England" if gap else "the same as England"
        change = "" if latest.change is None else f"; {latest.change:+.1f} on the year before"
        yield f"{latest.year}: {place}{change}{'; ' if latest.record else ''}{latest.record}."


def wide_sections(answer: CompareAnswer) -> Iterator[Section]:
    """Yield a table for each measure: authorities down, the best of the latest year first, years across."""
    for _, group in groupby(answer.measures, key=lambda measure: measure.measure):
        years = list(group)
        yield Section(
            title=years[-1].name,
            columns=(TableColumn("authority"), *(TableColumn(str(year.year), "number") for year in years)),
            rows=tuple(
                (name, *("" if value is None else plain(value) for value in values))
                for name, values in _by_authority(answer, years)
            ),
            after=tuple(_after(years[-1])),
        )
    yield Section(before=(answer.attribution,), closing=True)


def wide_lines(answer: CompareAnswer) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Return the same as columns and lines."""
    labels = tuple(str(year) for year in sorted({measure.year for measure in answer.measures}))
    lines = []
    for name, group in groupby(answer.measures, key=lambda measure: measure.measure):
        years = list(group)
        for authority, values in _by_authority(answer, years):
            cells = dict(zip((str(year.year) for year in years), values, strict=True))
            lines.append({
                "measure": name, "authority": authority, **{label: cells.get(label) for label in labels}
            })  # fmt: skip
    return ("measure", "authority", *labels), lines


def _by_authority(
    answer: CompareAnswer, years: Sequence[ComparedMeasure]
) -> list[tuple[str, tuple[float | None, ...]]]:
    """Return each authority's figures by year, the highest of the latest year first; the own file's too.

    A year that is not published holds nobody's figures but the file's.
    """
    rows: dict[str, tuple[float | None, ...]] = {answer.authority: tuple(year.published for year in years)}
    if any(year.own is not None for year in years):
        rows[f"{answer.authority}, your file"] = tuple(year.own for year in years)
    others = {name: [year.others[name] for year in years] for name in answer.with_}
    others |= {
        "England": [year.england for year in years],
        answer.region_name: [year.region for year in years],
    }
    published = [year.year == year.published_year for year in years]
    for name, values in others.items():
        rows[name] = tuple(value if known else None for value, known in zip(values, published, strict=True))
    rows = {name: row for name, row in rows.items() if any(value is not None for value in row)}
    there = [sum(row[place] is not None for row in rows.values()) for place in range(len(years))]
    latest = max(place for place, number in enumerate(there) if 2 * number > max(there))
    return sorted(rows.items(), key=lambda row: -(row[1][latest] or 0.0))


def _parts(measures: Sequence[ComparedMeasure]) -> str:
    """Return which year is only counted in part, and until when."""
    until = {f"; {one.year} is counted to {one.own_to.day} {one.own_to:%B}" for one in measures if one.own_to}
    return "".join(sorted(until))


def _short(measure: ComparedMeasure) -> tuple[str, ...]:
    """Return one year as `_SHORT` has it: without until when it is counted, ranks without the quarter."""
    return (str(measure.year), *(cell.partition(",")[0] for cell in _row(measure)[1 : len(_SHORT)]))


def _row(measure: ComparedMeasure, *, median: bool = False) -> tuple[str, ...]:
    """Return one year; where the DfE has not published it, with the year it is compared with."""
    others = tuple(measure.others.values())
    if median and others:
        others = (measure.neighbours_median,)
    until = f" to {measure.own_to.day} {measure.own_to:%B}" if measure.own_to else ""
    beside = "" if measure.year == measure.published_year else f" (beside {measure.published_year})"
    return (
        f"{measure.year}{until}{beside}",
        _shown(measure.own),
        _rank(measure.own_rank, measure.own_of, measure.own_quartile),
        _shown(measure.published),
        _rank(measure.rank, measure.of, measure.quartile),
        *map(_shown, (measure.england, measure.region, *others)),
        _shown(measure.top_quartile_from),
    )


def _rank(rank: int | None, of: int | None, quartile: int | None) -> str:
    """Return where the number beside it stands among all authorities, as `81 of 150, quarter 3`."""
    return _NOT_THERE if rank is None else f"{rank} of {of}, quarter {quartile}"


def _shown(value: float | None) -> str:
    return _NOT_THERE if value is None else plain(value)
