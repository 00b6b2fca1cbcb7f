"""A pack as sheets: some measures each, with what is counted of what, through the last so many periods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

import polars as pl

from ehcp_timeline.law.kpi.model import Measure, Pack, PackSection
from ehcp_timeline.measure.kpi.count import KpiQuestion
from ehcp_timeline.measure.kpi.lines import LineLayout, lines
from ehcp_timeline.measure.kpi.periods import Period, PeriodKind, period_of
from ehcp_timeline.measure.kpi.rollup import OF_ALL, PERIOD, RANK
from ehcp_timeline.measure.kpi.tallies import PopulationTally

Value = float | None


@dataclass(frozen=True, slots=True)
class PackRow:
    """One measure of a sheet: its values in the order of the sheet's columns, None where there was no case.

    Attributes:
        measure: The measure.
        counted: What is counted, or stands above the line.
        out_of: What stands below it; empty for a count or a wait.
        values: The values.
        why_not: Why no file could give it; empty where one could.
    """

    measure: Measure
    counted: str
    out_of: str
    values: tuple[Value, ...]
    why_not: str


@dataclass(frozen=True, slots=True)
class PackSheet:
    """One sheet.

    Attributes:
        id: Its name, as a file may be called.
        title: Its heading.
        columns: Labels of the periods, or the as-at day for how things stand.
        rows: One for each measure.
    """

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[PackRow, ...]


def measures_of(pack: Pack) -> frozenset[str]:
    """Return the ids of every measure that a pack needs."""
    return frozenset(name for sheet in pack.sheets for name in sheet.measures)


def sheets(
    pack: Pack,
    question: KpiQuestion,
    tallies: Mapping[str, PopulationTally],
    lacking: Mapping[str, str],
    layout: LineLayout,
) -> Iterator[PackSheet]:
    """Yield the sheets of a pack, all from one count.

    Args:
        pack: What is asked for.
        question: What was counted; its measures hold those of the pack.
        tallies: What was counted.
        lacking: Measures that no file could give, and why.
        layout: As-at day and population; each sheet has periods of its own.
    """
    for sheet in pack.sheets:
        kind = cast("PeriodKind", sheet.period or "year")
        laid = replace(layout, kind=kind, group=None)
        numbers = lines(laid, tallies, question.populations, question.measures)
        yield _sheet(sheet, question, numbers.filter(pl.col(RANK) == OF_ALL), lacking, laid)


def _sheet(
    sheet: PackSection,
    question: KpiQuestion,
    numbers: pl.DataFrame,
    lacking: Mapping[str, str],
    layout: LineLayout,
) -> PackSheet:
    last = period_of(layout.kind, layout.as_at).number
    shown = range(last - sheet.last + 1, last + 1) if sheet.period else range(last, last + 1)
    labels = tuple(Period(layout.kind, number).label for number in shown)
    by_period = {line[PERIOD]: line for line in numbers.iter_rows(named=True)}
    rows = []
    for name in sheet.measures:
        measure = question.kpis.by_id[name]
        values = tuple(by_period.get(number, {}).get(name) for number in shown)
        counted, out_of = question.kpis.numerator(measure), question.kpis.denominator(measure)
        rows.append(PackRow(measure, counted, out_of, values, lacking.get(name, "")))
    return PackSheet(
        sheet.id, sheet.title, labels if sheet.period else (layout.as_at.isoformat(),), tuple(rows)
    )
