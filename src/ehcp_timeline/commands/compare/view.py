"""A comparison with other authorities, for a person."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ehcp_timeline.measure.compare.compare import CompareAnswer, ComparedMeasure
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.text import day, plain

_LATEST = "The latest year of each measure"
_OF_FILE = ("your file", "its rank")
_SHORT = (*_OF_FILE, "published", "rank", "England")
_MEDIAN = "neighbours' median"


def compare_sections(answer: CompareAnswer, *, median: bool) -> Iterator[Section]:
    """Yield every year of each measure, and a comment on the latest.

    `median` shows the neighbours as one, by their median.
    """
    title = f"{answer.authority} beside England, as at {day(answer.as_at)}"
    yield Section(title=title, before=tuple(file.words for file in answer.input))
    median = median and bool(answer.with_)
    optional = (*answer.with_, _MEDIAN, *(() if answer.input else _OF_FILE))
    by_measure = _by_measure(answer)
    shown = []  # of each the last year of which the file has the whole, or some, or that is published
    for years in by_measure:
        in_file = [year for year in years if year.own is not None]
        shown.append(([year for year in in_file if not year.own_to] or in_file or years)[-1])
    until = {f"; {year.year} is counted{_until(year)}" for year in shown if year.own_to}
    # one year of each without until when it is counted, and ranks without the quarter
    rows = (
        {"measure": year.name, "year": str(year.year)}
        | {name: row[name].partition(",")[0] for name in _SHORT}
        for year in shown
        for row in [_row(year, answer)]
    )
    latest = "The latest whole year of each measure in your file" if answer.input else _LATEST
    yield table(f"{latest}{''.join(sorted(until))}", rows, text=("measure",))
    for years in by_measure:
        of_years = (_row(year, answer, median=median) for year in years)
        yield table(years[-1].name, of_years, optional=optional, after=tuple(_after(years[-1])))
    neighbours = (f"Neighbours: {', '.join(answer.with_)}.",) if median else ()
    yield Section(before=(*neighbours, answer.attribution), closing=True)


def _by_measure(answer: CompareAnswer) -> list[list[ComparedMeasure]]:
    return [list(years) for _, years in groupby(answer.measures, key=lambda measure: measure.measure)]


def _after(latest: ComparedMeasure) -> Iterator[str]:
    if latest.says:
        yield f"{latest.year}: {latest.says}."
    gap = latest.gap_to_england
    if gap is not None:
        place = f"{abs(gap)} {'above' if gap > 0 else 'below'} England" if gap else "the same as England"
        changed = () if latest.change is None else (f"{latest.change:+.1f} on the year before",)
        since = "; ".join((*changed, *([latest.record] if latest.record else ())))
        of = "the published figure " if latest.own is not None and latest.published is not None else ""
        yield f"{latest.year}: {place}{f'; {of}{since}' if since else ''}."


def wide_sections(answer: CompareAnswer) -> Iterator[Section]:
    """Yield a table for each measure: authorities down, highest of the latest year first, years across."""
    for years in _by_measure(answer):
        rows = (
            {"authority": name}
            | {
                str(year.year): "" if value is None else plain(value)
                for year, value in zip(years, values, strict=True)
            }
            for name, values in _by_authority(answer, years)
        )
        yield table(years[-1].name, rows, text=("authority",), after=tuple(_after(years[-1])))
    yield Section(before=(answer.attribution,), closing=True)


def wide_lines(answer: CompareAnswer) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Return the same as columns and lines."""
    labels = tuple(str(year) for year in sorted({measure.year for measure in answer.measures}))
    lines = [
        {
            "measure": years[0].measure,
            "authority": authority,
            **dict.fromkeys(labels),
            **dict(zip((str(year.year) for year in years), values, strict=True)),
        }
        for years in _by_measure(answer)
        for authority, values in _by_authority(answer, years)
    ]
    return ("measure", "authority", *labels), lines


def _by_authority(
    answer: CompareAnswer, years: Sequence[ComparedMeasure]
) -> list[tuple[str, list[float | None]]]:
    """Return each authority's figures by year, the highest of the latest year first; the own file's too.

    A year that is not published has only the file's figures.
    """
    rows = {
        answer.authority: [year.published for year in years],
        f"{answer.authority}, your file": [year.own for year in years],
    }
    others = {
        **{name: [year.others[name] for year in years] for name in answer.with_},
        "England": [year.england for year in years],
        answer.region_name: [year.region for year in years],
    }
    published = [year.year == year.published_year for year in years]
    for name, values in others.items():
        rows[name] = [value if known else None for value, known in zip(values, published, strict=True)]
    rows = {name: row for name, row in rows.items() if any(value is not None for value in row)}
    there = [sum(row[place] is not None for row in rows.values()) for place in range(len(years))]
    latest = max(place for place, number in enumerate(there) if 2 * number > max(there))
    return sorted(rows.items(), key=lambda row: -(row[1][latest] or 0.0))


def _row(measure: ComparedMeasure, answer: CompareAnswer, *, median: bool = False) -> dict[str, str]:
    """Return one year; where the DfE has not published it, with the year it is compared with."""
    others = {_MEDIAN: measure.neighbours_median} if median else measure.others
    beside = "" if measure.year == measure.published_year else f" (beside {measure.published_year})"
    return {
        "year": f"{measure.year}{_until(measure)}{beside}",
        "your file": _shown(measure.own),
        "its rank": _rank(measure.own_rank, measure.own_of, measure.own_quartile),
        "published": _shown(measure.published),
        "rank": _rank(measure.rank, measure.of, measure.quartile),
        "England": _shown(measure.england),
        answer.region_name: _shown(measure.region),
        **{name: _shown(value) for name, value in others.items()},
        "top quartile": _shown(measure.top_quartile_from),
    }


def _until(measure: ComparedMeasure) -> str:
    """Return until when a year is counted, where that is in part."""
    return f" to {measure.own_to.day} {measure.own_to:%B}" if measure.own_to else ""


def _rank(rank: int | None, of: int | None, quartile: int | None) -> str:
    """Return where the number ranks among all authorities, as `81 of 150, quarter 3`."""
    return "n/a" if rank is None else f"{rank} of {of}, quarter {quartile}"


def _shown(value: float | None) -> str:
    return "n/a" if value is None else plain(value)
