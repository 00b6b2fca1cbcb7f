"""Which numbers of a scorecard may be published: each measure protected, shared numbers hidden in all.

A percentage is a table of two columns: the cases it counts and the rest of its cases. Any other measure has
one column. Groups add up to the line of everybody if their numbers do. A number of cases in several measures
is hidden in all of them if it is hidden in one. Each is then checked again, until nothing changes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

import polars as pl

from ehcp_timeline.commands.scorecard.answer import (
    ScorecardPublication,
    flat_lines,
    group_notes,
    meanings,
)
from ehcp_timeline.commands.scorecard.view import WideTable, down, from_first_case, of_topic, wide_sections
from ehcp_timeline.law.kpi import Measure
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.kpi.lines import OF_ALL, OF_RECORDED, PERIOD, RANK, PeriodRange, above, below
from ehcp_timeline.measure.kpi.scorecard import Scorecard
from ehcp_timeline.output.data import markdown_text
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.sections import Section, markdown_cell
from ehcp_timeline.privacy.suppress import HIDDEN, Cell, CountTable, check_threshold, legend, to_hide
from ehcp_timeline.record import replace
from ehcp_timeline.text import day

Number = tuple[int, str, tuple[str, ...]]
"""A number of cases: its line, population and marks."""
Place = tuple[int, str]
"""The line of a number, and the id of its measure."""
_LINE = "_line"


_Sheet = tuple[str, CountTable, Mapping[Cell, Number]]
"""One measure in one period as a table, with the numbers of cases that its printed cells are."""


def bound_to(measures: Sequence[Measure], every: Sequence[Measure]) -> tuple[Measure, ...]:
    """Return those of all measures that share a number with these, or with one that does: what hides them."""

    def numbers(measure: Measure) -> set[tuple[str, tuple[str, ...]]]:
        return {(measure.counts, tuple(sorted(marks))) for marks in (measure.part, measure.whole)}

    shared: set[tuple[str, tuple[str, ...]]] = set()
    more = set().union(*map(numbers, measures)) if measures else set()
    while more - shared:
        shared |= more
        more = set().union(*(own for own in map(numbers, every) if own & shared))
    return tuple(measure for measure in every if numbers(measure) & shared)


def hidden_numbers(lines: pl.DataFrame, measures: Sequence[Measure], threshold: int) -> frozenset[Place]:
    """Return the places of lines, as `measure.kpi.lines.lines` gives them, that must not be printed.

    Raises:
        UsageError: The threshold hides nothing.
    """
    check_threshold(threshold)
    numbered = lines.with_row_index(_LINE)
    sheets = [sheet for counted in measures for sheet in _sheets(numbered, counted)]
    hidden: set[Number] = set()
    look_at = sheets
    while look_at:
        more: set[Number] = set()
        for _, table, numbers in look_at:
            also = frozenset(cell for cell, number in numbers.items() if number in hidden)
            cells = to_hide(table, threshold, also)
            more |= {number for cell, number in numbers.items() if cells is None or cell in cells}
        more -= hidden
        hidden |= more
        look_at = [sheet for sheet in sheets if not more.isdisjoint(sheet[2].values())]
    places = {
        (number[0], measure)
        for measure, _, numbers in sheets
        for number in numbers.values()
        if number in hidden
    }
    # the line of all recorded groups tells what is not recorded
    recorded = numbered.filter(pl.col(RANK) == OF_RECORDED)[_LINE].to_list()
    return frozenset(places | {(line, measure) for line in recorded for _, measure in places})


def _sheets(numbered: pl.DataFrame, measure: Measure) -> Iterator[_Sheet]:
    """Yield a measure as tables, one for each period in which it was counted.

    Everybody is last, as the total of the groups where they add up.
    """
    split = measure.unit == "percent"
    columns = ("part", "rest") if split else ("part",)
    counted = numbered.filter(pl.col(above(measure.id)).is_not_null(), pl.col(RANK) != OF_RECORDED)
    ordered = counted.sort(PERIOD, pl.col(RANK) == OF_ALL, _LINE)
    rows = ordered.select(PERIOD, _LINE, above(measure.id), below(measure.id)).rows()
    for _, of_period in groupby(rows, key=lambda row: row[0]):
        counts: list[tuple[int, ...]] = []
        numbers: dict[Cell, Number] = {}
        for row, (_, line, part, whole) in enumerate(of_period):
            counts.append((part, whole - part) if split else (part,))
            numbers[row, 0] = (line, measure.counts, tuple(sorted(measure.part)))
            if split:
                numbers[row, 2] = (line, measure.counts, tuple(sorted(measure.whole)))
        adds_down = len(counts) > 1 and counts[-1] == tuple(map(sum, zip(*counts[:-1], strict=True)))
        inner = tuple(counts[:-1] if adds_down else counts)
        names = tuple(map(str, range(len(inner))))
        yield measure.id, CountTable(names, columns, inner, split, adds_down), numbers


def part_of(
    card: Scorecard, hidden: Collection[Place], measures: tuple[Measure, ...], window: PeriodRange
) -> tuple[Scorecard, frozenset[Place]]:
    """Return some measures, in some periods, and the places of what is hidden in that part."""
    kept = window.of(card.lines.with_row_index(_LINE), card.question.kind)
    places = {line: place for place, line in enumerate(kept[_LINE])}
    ids = {measure.id for measure in measures}
    part = replace(card, lines=kept.drop(_LINE), question=replace(card.question, measures=measures))
    return part, frozenset((places[line], name) for line, name in hidden if line in places and name in ids)


def publication(
    card: Scorecard,
    hidden: Collection[Place],
    threshold: int,
    no_cases: str | None,
    why: Sequence[str] = (),
) -> ScorecardPublication:
    """Return the scorecard with `[c]` in the hidden places, `no_cases` where nothing was to measure.

    `why` says why numbers are hidden although nobody asked for it.
    """
    rows = tuple(flat_lines(card, no_cases))
    for number, measure in hidden:
        rows[number][measure] = HIDDEN.value
    return ScorecardPublication(
        as_at=card.question.as_at,
        rulebook=RulebookUsed.of(card.question.rulebook),
        threshold=threshold,
        legend=legend(threshold),
        measures=meanings(card),
        lines=rows,
        notes=(*why, *group_notes(card)),
    )


def public_table(answer: ScorecardPublication, keys: Sequence[str], title: str, _: Receipt) -> str:
    """Return the lines as a page of Markdown, what must be known of them below."""
    notes = (answer.legend, *answer.notes)
    return markdown_text(answer.lines, keys, title) + "".join(f"\n{markdown_cell(note)}\n" for note in notes)


def public_sections(
    card: Scorecard, answer: ScorecardPublication, measures: Sequence[Measure], tables: Sequence[WideTable]
) -> Iterator[Section]:
    """Yield the scorecard topic by topic; nothing names the file it was made from."""
    yield Section(title=f"Scorecard as at {day(answer.as_at)}", before=(answer.legend, *answer.notes))
    yield from wide_sections(tables, card)
    for topic, says in () if tables else card.question.kpis.topics.items():
        if mine := of_topic(card, measures, topic):
            yield down(says, mine, "group", *from_first_case(card, mine, answer.lines))
