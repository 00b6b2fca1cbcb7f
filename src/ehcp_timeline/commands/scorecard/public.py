"""Which numbers of a scorecard may be published: each measure protected, what they share hidden in all.

A percentage is a table of two columns, those it counts and the rest of those it is of; any other measure has
one. Groups add up to the line of everybody where their numbers do. A number of cases that several measures
are made of is hidden in all of them if it is in one, and each is then looked at again, until nothing changes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import polars as pl

from ehcp_timeline.commands.scorecard.answer import ScorecardPublication, meanings, scorecard_lines
from ehcp_timeline.commands.scorecard.view import down, of_topic
from ehcp_timeline.commands.scorecard.wide import WideTable, wide_sections
from ehcp_timeline.law.kpi.model import Measure
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.kpi.lines import PeriodRange, above, below
from ehcp_timeline.measure.kpi.rollup import OF_ALL, OF_RECORDED, PERIOD, RANK
from ehcp_timeline.measure.kpi.scorecard import Scorecard
from ehcp_timeline.output.sections import Section
from ehcp_timeline.privacy.secondary import Cell
from ehcp_timeline.privacy.suppress import HIDDEN, CountTable, check_threshold, legend, to_hide
from ehcp_timeline.text.words import day

Number = tuple[int, str, tuple[str, ...]]
Place = tuple[int, str]
_LINE = "_line"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One measure in one period as a table.

    Attributes:
        measure: The measure.
        table: Its numbers.
        names: Cell of the table to the number of cases it is: line, population and marks; a cell that is
            never printed by itself has none.
        lines: The lines of the scorecard that its rows stand for, that of everybody last.
    """

    measure: Measure
    table: CountTable
    names: Mapping[Cell, Number]
    lines: tuple[int, ...]


def hidden_numbers(lines: pl.DataFrame, measures: Sequence[Measure], threshold: int) -> frozenset[Place]:
    """Return the places of a scorecard that must not be printed, as line number and id of the measure.

    Args:
        lines: The lines of the scorecard, as `scorecard.lines.lines` gives them.
        measures: Its measures.
        threshold: Numbers of 1 to threshold - 1 cases are hidden.

    Raises:
        UsageError: The threshold hides nothing.
    """
    check_threshold(threshold)
    numbered = lines.with_row_index(_LINE)
    sheets = [sheet for measure in measures for sheet in _sheets(numbered, measure)]
    hidden = _hidden(sheets, threshold)
    places = {place for sheet in sheets for place in _places(sheet, hidden)}
    return frozenset(places | _recorded(numbered, measures, places))


def part_of(
    card: Scorecard, hidden: Collection[Place], measures: tuple[Measure, ...], window: PeriodRange
) -> tuple[Scorecard, frozenset[Place]]:
    """Return some measures, in some periods, and the places of what is hidden in that part."""
    numbered = card.lines.with_row_index(_LINE)
    kept = window.of(numbered, card.layout.kind)
    places = {line: place for place, line in enumerate(kept[_LINE])}
    ids = {measure.id for measure in measures}
    part = replace(card, lines=kept.drop(_LINE), question=replace(card.question, measures=measures))
    return part, frozenset((places[line], name) for line, name in hidden if line in places and name in ids)


def _hidden(sheets: Sequence[_Sheet], threshold: int) -> set[Number]:
    """Return the numbers of cases that must not be known, looking again where one stands elsewhere."""
    hidden: set[Number] = set()
    look_at = list(sheets)
    while look_at:
        more = {name for sheet in look_at for name in _hidden_in(sheet, hidden, threshold)} - hidden
        hidden |= more
        look_at = [sheet for sheet in sheets if not more.isdisjoint(sheet.names.values())]
    return hidden


def _hidden_in(sheet: _Sheet, hidden: set[Number], threshold: int) -> Iterator[Number]:
    """Return what must be hidden in one table, given what is hidden in others."""
    also = frozenset(cell for cell, name in sheet.names.items() if name in hidden)
    cells = to_hide(sheet.table, threshold, also)
    return (name for cell, name in sheet.names.items() if cells is None or cell in cells)


def _sheets(numbered: pl.DataFrame, measure: Measure) -> Iterator[_Sheet]:
    """Yield a measure as tables, one for each period in which it was counted."""
    counted = numbered.filter(pl.col(above(measure.id)).is_not_null(), pl.col(RANK) != OF_RECORDED)
    mine = counted.sort(pl.col(RANK) == OF_ALL, _LINE)
    periods: dict[int, list[tuple[int, int, int]]] = {}
    for period, *numbers in mine.select(PERIOD, _LINE, above(measure.id), below(measure.id)).iter_rows():
        periods.setdefault(period, []).append(cast("tuple[int, int, int]", tuple(numbers)))
    for numbered_counts in periods.values():
        yield _sheet(numbered_counts, measure)


def _sheet(numbered: Sequence[tuple[int, int, int]], measure: Measure) -> _Sheet:
    """Return a measure in one period: its groups, with everybody as their total where they add up.

    Args:
        numbered: The number of each line, its cases that are counted and those that they are part of.
        measure: The measure.
    """
    split = measure.unit == "percent"
    rows = [(part, whole - part) if split else (part,) for _, part, whole in numbered]
    adds_down = len(rows) > 1 and rows[-1] == tuple(map(sum, zip(*rows[:-1], strict=True)))
    inner = rows[:-1] if adds_down else rows
    columns = ("part", "rest") if split else ("part",)
    names = tuple(str(number) for number in range(len(inner)))
    lines = tuple(line for line, _, _ in numbered)
    table = CountTable(names, columns, tuple(inner), adds_across=split, adds_down=adds_down)
    return _Sheet(measure, table, dict(_names(measure, lines, split=split)), lines)


def _names(measure: Measure, lines: Sequence[int], *, split: bool) -> Iterator[tuple[Cell, Number]]:
    for row, line in enumerate(lines):
        yield (row, 0), (line, measure.counts, tuple(sorted(measure.part)))
        if split:
            yield (row, 2), (line, measure.counts, tuple(sorted(measure.whole)))


def _places(sheet: _Sheet, hidden: set[Number]) -> Iterator[Place]:
    """Yield the lines on which a measure is made of a hidden number."""
    for (row, _), name in sheet.names.items():
        if name in hidden:
            yield sheet.lines[row], sheet.measure.id


def _recorded(numbered: pl.DataFrame, measures: Sequence[Measure], places: set[Place]) -> set[Place]:
    """Return the places of the line of all recorded groups, which tells what is not recorded."""
    lines = numbered.filter(pl.col(RANK) == OF_RECORDED)[_LINE].to_list()
    hidden = {measure for _, measure in places}
    return {(line, measure.id) for line in lines for measure in measures if measure.id in hidden}


def publication(
    card: Scorecard, hidden: Collection[Place], threshold: int, no_cases: str | None
) -> ScorecardPublication:
    """Return the scorecard with `[c]` in the places that are hidden.

    Args:
        card: The scorecard.
        hidden: Line number and id of the measure of each hidden number.
        threshold: Numbers of people below it are hidden.
        no_cases: What stands where there was no case to measure; None leaves it empty.
    """
    rows = tuple(line.flat(no_cases) for line in scorecard_lines(card))
    for number, measure in hidden:
        rows[number][measure] = HIDDEN.value
    return ScorecardPublication(
        as_at=card.question.as_at,
        rulebook=RulebookUsed.of(card.question.rulebook),
        threshold=threshold,
        legend=legend(threshold),
        measures=meanings(card),
        lines=rows,
    )


def public_sections(
    card: Scorecard, answer: ScorecardPublication, measures: Sequence[Measure], tables: Sequence[WideTable]
) -> Iterator[Section]:
    """Yield the scorecard topic by topic; nothing names the file it was made from."""
    yield Section(title=f"Scorecard as at {day(answer.as_at)}", before=(answer.legend,))
    yield from wide_sections(tables, card)
    for topic, says in () if tables else card.question.kpis.topics.items():
        if mine := of_topic(card, measures, topic):
            yield down(says, mine, "group", answer.lines)
