"""A comparison with other authorities: as plain values, and as a person reads it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from ehcp_timeline.commands.compare.compare import Beside, Compared
from ehcp_timeline.commands.compare.figures import ATTRIBUTION
from ehcp_timeline.law.kpi.model import Kpis
from ehcp_timeline.measure.kpi.count import KpiQuestion
from ehcp_timeline.measure.kpi.scorecard import Files
from ehcp_timeline.measure.kpi.trends import plain
from ehcp_timeline.output.answers import problem_values, rulebook_values
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day

SCHEMA = "ehcp-compare/1"
KEYS = (
    *("measure", "name", "year", "published_year", "own", "own_part", "own_whole", "published", "england"),
    *(
        "region",
        "rank",
        "of",
        "quartile",
        "own_rank",
        "own_quartile",
        "top_quartile_from",
        "cases_short",
        "says",
    ),
)
_NOT_THERE = "n/a"


def compare_keys(beside: Beside) -> tuple[str, ...]:
    """Return the columns of a comparison as a flat table: those of `KEYS`, then one for each neighbour."""
    return (*KEYS, *(other.name for other in beside.others))


def compare_rows(found: Sequence[Compared], kpis: Kpis) -> Iterator[dict[str, Any]]:
    """Yield one flat row for each measure and year."""
    for one in found:
        yield {
            "measure": one.measure.id,
            "name": one.measure.name,
            "year": one.year,
            "published_year": one.against,
            "own": one.own.value if one.own else None,
            "own_part": one.own.part if one.own else None,
            "own_whole": one.own.whole if one.own else None,
            "published": one.published,
            "england": one.england,
            "region": one.region,
            "rank": one.standing.rank if one.standing else None,
            "of": one.standing.of if one.standing else None,
            "quartile": one.standing.quartile if one.standing else None,
            "own_rank": one.own_standing.rank if one.own_standing else None,
            "own_quartile": one.own_standing.quartile if one.own_standing else None,
            "top_quartile_from": one.top_quartile_from,
            "cases_short": one.cases_short,
            "says": _says(one, kpis),
            **one.others,
        }


def _says(one: Compared, kpis: Kpis) -> str | None:
    """Return what the top quartile takes, in words."""
    if one.cases_short is None:
        return None
    if not one.cases_short:
        return "in the top quartile"
    more = "more" if one.measure.better == "higher" else "fewer"
    noun = kpis.populations[one.measure.counts].noun
    return f"{one.cases_short:,} {more} {noun[one.cases_short != 1]} for the top quartile"


def compare_answer(
    found: Sequence[Compared], beside: Beside, question: KpiQuestion, files: Files
) -> dict[str, Any]:
    """Return the answer of `ehcp compare`, with the keys of `schema.CompareAnswer`."""
    law, names = question.rulebook, {other.name for other in beside.others}
    rows = zip(compare_rows(found, question.kpis), found, strict=True)
    return {
        "schema": SCHEMA,
        "as_at": question.as_at,
        "rulebook": rulebook_values(law.version, law.sha256, law.overlays),
        "input": [asdict(source) for source in files.inputs],
        "authority": beside.authority.name,
        "region_name": beside.authority.region,
        "with": [other.name for other in beside.others],
        "attribution": ATTRIBUTION,
        "measures": [
            {**{key: value for key, value in row.items() if key not in names}, "others": dict(one.others)}
            for row, one in rows
        ],
        "problems": [problem_values(problem) for problem in files.problems],
    }


def compare_sections(
    found: Sequence[Compared], beside: Beside, question: KpiQuestion, files: Files
) -> Iterator[Section]:
    """Yield every year of each measure, and what the top quartile takes in the latest."""
    read = (
        f"{input_.name}: {count(input_.rows, 'row')}, {input_.judged:,} judged." for input_ in files.inputs
    )
    title = f"{beside.authority.name} beside England, as at {day(question.as_at)}"
    yield Section(title=title, before=(*read, ATTRIBUTION))
    for measure in dict.fromkeys(one.measure for one in found):
        mine = [one for one in found if one.measure == measure]
        yield Section(
            title=measure.name,
            columns=(
                TableColumn("year", "fixed"),
                *(TableColumn(name, "number") for name in ("your file", "published", "England")),
                TableColumn(beside.authority.region, "number"),
                *(TableColumn(other.name, "number", optional=True) for other in beside.others),
                *(TableColumn(name, "number") for name in ("rank", "quartile")),
                TableColumn("top quartile", "number"),
            ),
            rows=tuple(_row(one) for one in mine),
            after=_takes(mine[-1], question.kpis),
        )


def _row(one: Compared) -> tuple[str, ...]:
    """Return one year: of years that the DfE has not published, the year that it is held against."""
    year = str(one.year) if one.year == one.against else f"{one.year} (beside {one.against})"
    place = one.standing or one.own_standing
    return (
        year,
        _shown(one.own.value if one.own else None),
        *(_shown(value) for value in (one.published, one.england, one.region, *one.others.values())),
        f"{place.rank} of {place.of}" if place else _NOT_THERE,
        str(place.quartile) if place else _NOT_THERE,
        _shown(one.top_quartile_from),
    )


def _shown(value: float | None) -> str:
    return _NOT_THERE if value is None else plain(value)


def _takes(latest: Compared, kpis: Kpis) -> tuple[str, ...]:
    """Return what the top quartile takes in the latest year, from the council's own file."""
    says = _says(latest, kpis)
    return (f"{latest.year}: {says}.",) if says else ()
