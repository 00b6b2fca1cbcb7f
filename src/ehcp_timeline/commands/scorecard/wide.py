"""A scorecard as committees print it: periods across, groups down in their order, the % beside its #."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ehcp_timeline.law.kpi.model import Kpis, Measure
from ehcp_timeline.measure.kpi.lines import above
from ehcp_timeline.measure.kpi.periods import Period
from ehcp_timeline.measure.kpi.rollup import PERIOD
from ehcp_timeline.measure.kpi.scorecard import Scorecard
from ehcp_timeline.measure.kpi.trends import plain
from ehcp_timeline.output.document import Document
from ehcp_timeline.output.plain import markdown_page
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.privacy.suppress import HIDDEN

if TYPE_CHECKING:
    from ehcp_timeline.output.receipt import Receipt

Number = int | float | str | None
RATIOS = ("percent", "share")


@dataclass(frozen=True, slots=True)
class WideTable:
    """One measure, a row for each group.

    Attributes:
        measure: The measure.
        periods: Labels of its periods, those before its first case left out.
        rows: Group to the number and the percentage of each period, or to the number alone. The number of a
            percentage is its cases above the line; the percentage is None where there was no case.
    """

    measure: Measure
    periods: tuple[str, ...]
    rows: dict[str, tuple[Number, ...]]

    @property
    def units(self) -> tuple[str, ...]:
        """What stands in each period."""
        return ("#", "%") if self.measure.unit in RATIOS else ("#",)

    @property
    def keys(self) -> tuple[str, ...]:
        """The headings of its numbers."""
        two = len(self.units) > 1
        return tuple(f"{period} {unit}" if two else period for period in self.periods for unit in self.units)

    def explained(self, kpis: Kpis) -> tuple[str, ...]:
        """Return what # and % count, in words."""
        if len(self.units) == 1:
            return ()
        numerator, denominator = kpis.numerator(self.measure), kpis.denominator(self.measure)
        return (f"#: {numerator}. %: out of {denominator}. A blank % means that there was no case.",)


def wide_tables(
    card: Scorecard, measures: Sequence[Measure], hidden: Collection[tuple[int, str]] = ()
) -> Iterator[WideTable]:
    """Yield a table for each measure that some file could give and that has a case.

    A count that a percentage repeats beside it is left out, and so is a group without a case.

    Args:
        card: The scorecard, cut down to the periods that are wanted.
        measures: The measures.
        hidden: Line number and id of the measure of each number that may not be printed.
    """
    beside = {(measure.counts, measure.part) for measure in measures if measure.unit in RATIOS}
    lines = list(card.lines.iter_rows(named=True))
    for measure in measures:
        if measure.unit == "count" and (measure.counts, measure.part) in beside:
            continue
        if measure.id in card.files.not_measured:
            continue
        with_cases = {line[PERIOD] for line in lines if line[above(measure.id)]}
        if not with_cases:
            continue
        ratio = measure.unit in RATIOS
        groups: dict[str, dict[int, tuple[Number, ...]]] = {}
        there = {line["group"] for line in lines if line[above(measure.id)]}
        for place, line in enumerate(lines):
            if line[PERIOD] < min(with_cases) or line["group"] not in there:
                continue
            numbers: tuple[Number, ...] = (
                (line[above(measure.id)], line[measure.id]) if ratio else (line[measure.id],)
            )
            if (place, measure.id) in hidden:
                numbers = (HIDDEN.value,) * len(numbers)
            groups.setdefault(line["group"], {})[line[PERIOD]] = numbers
        periods = sorted({period for row in groups.values() for period in row})
        yield WideTable(
            measure,
            tuple(Period(card.layout.kind, period).label for period in periods),
            {name: tuple(cell for period in periods for cell in row[period]) for name, row in groups.items()},
        )


def wide_sections(tables: Sequence[WideTable], card: Scorecard) -> Iterator[Section]:
    """Yield each table by itself; without groups, the measures of one topic and one kind as one table."""
    kpis = card.question.kpis
    if card.question.group is not None:
        for table in tables:
            yield _section(table.measure.name, card.question.group.id, [table], table.explained(kpis))
        return
    for topic, says in kpis.topics.items():
        mine = [table for table in tables if table.measure.topic == topic]
        for kind, units in (("in numbers", ("#",)), ("in numbers and percent", ("#", "%"))):
            if alike := [table for table in mine if table.units == units]:
                yield _section(f"{says}, {kind}", "measure", alike, ())


def _section(title: str, group: str, tables: Sequence[WideTable], after: tuple[str, ...]) -> Section:
    """Return tables of the same units below each other, each row with its group, or its measure."""
    periods = sorted({period for table in tables for period in table.periods})
    width = len(tables[0].units)
    one = len(tables) == 1 and group != "measure"
    rows = []
    for table in tables:
        blank = ("",) * (width * (len(periods) - len(table.periods)))
        for name, numbers in table.rows.items():
            rows.append((name if one else table.measure.name, *blank, *map(_shown, numbers)))
    headings = (f"{period} #" if width > 1 and unit == "#" else unit if width > 1 else period
                for period in periods for unit in tables[0].units)  # fmt: skip
    columns = (TableColumn(group), *(TableColumn(heading, "number") for heading in headings))
    return Section(title, columns=columns, rows=tuple(rows), after=after)


def _shown(number: Number) -> str:
    return "" if number is None else number if isinstance(number, str) else plain(number)


def wide_document(
    document: Document, tables: Sequence[WideTable], sections: Sequence[Section], card: Scorecard
) -> Document:
    """Return a document with its tables in every format: pages and workbooks have one for each measure."""
    ratio = any(len(table.units) > 1 for table in tables)
    periods = sorted({period for table in tables for period in table.periods})
    keys = tuple(f"{period} {unit}" for period in periods for unit in "#%") if ratio else tuple(periods)
    lines = []
    for table in tables:
        names = table.keys if len(table.units) > 1 or not ratio else [f"{key} #" for key in table.keys]
        for group, numbers in table.rows.items():
            cells = dict(zip(names, numbers, strict=True))
            lines.append(
                {"measure": table.measure.id, "group": group, **{key: cells.get(key) for key in keys}}
            )

    def book(receipt: "Receipt") -> bytes:
        from ehcp_timeline.output.publication import PublishedTable, publication_bytes

        group = card.question.group.id if card.question.group else "group"
        sheets = [
            PublishedTable(
                table.measure.id,
                table.measure.name,
                (group, *table.keys),
                [{group: name, **dict(zip(table.keys, numbers, strict=True))}
                 for name, numbers in table.rows.items()],
                " ".join(("This sheet holds one table.", *table.explained(card.question.kpis))),
                {group: 30},
            )
            for table in tables
        ]  # fmt: skip
        return publication_bytes(document.title, sheets, receipt=receipt, notes=document.notes)

    return replace(
        document,
        keys=("measure", "group", *keys),
        lines=lambda: lines,
        sections=lambda: sections,
        made={**document.made, "xlsx": book, "md": lambda _: markdown_page(sections)},
    )
