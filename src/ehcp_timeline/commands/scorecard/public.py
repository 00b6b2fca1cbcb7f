"""Which numbers of a scorecard may be published: each measure protected, shared numbers hidden in all.

A percentage is a table of two columns: the cases it counts and the rest of its cases. Any other measure has
one column. Groups add up to the line of everybody if their numbers do. A number of cases in several measures
is hidden in all of them if it is hidden in one. Each is then checked again, until nothing changes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

import polars as pl

from ehcp_timeline.commands.scorecard.answer import (
    NO_CASES,
    ScorecardPublication,
    flat_keys,
    flat_lines,
    group_notes,
    meanings,
)
from ehcp_timeline.commands.scorecard.view import (
    WideTable,
    down,
    from_first_case,
    of_topic,
    wide_document,
    wide_sections,
    wide_tables,
)
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.kpi import Measure
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.kpi.lines import OF_ALL, OF_RECORDED, PERIOD, RANK, PeriodRange, above, below
from ehcp_timeline.measure.kpi.scorecard import Scorecard
from ehcp_timeline.output.data import markdown_text
from ehcp_timeline.output.document import Document
from ehcp_timeline.output.html import page_of
from ehcp_timeline.output.receipt import MadeFrom, Receipt, read_of
from ehcp_timeline.output.sections import Section, markdown_cell
from ehcp_timeline.privacy.differencing import warnings
from ehcp_timeline.privacy.suppress import HIDDEN, Cell, CountTable, check_threshold, legend, to_hide
from ehcp_timeline.record import replace
from ehcp_timeline.shell.destination import Output, say
from ehcp_timeline.shell.options import DisclosureOptions
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


def publish(
    to: Output,
    whole: Scorecard,
    measures: tuple[Measure, ...],
    shown: Sequence[Measure],
    window: PeriodRange,
    disclosure: DisclosureOptions,
    *,
    wide: bool,
    why: Sequence[str],
) -> None:
    """Write a scorecard without the numbers that give away a child, and without targets and trends.

    The whole is protected first: a part of its measures and periods hides what the whole hides. What is
    hidden in a period, and in measures that share no number, does not depend on any other.

    Raises:
        UsageError: The threshold hides nothing, or the groups are people.
    """
    question, threshold = whole.question, disclosure.threshold
    if question.group is not None and question.group.id == "caseworker":
        raise UsageError("a table by caseworker is about staff: it is not for publication", "--by team")
    lines = window.of(whole.lines, question.kind)
    ids = {measure.id for measure in measures}
    every_hidden = hidden_numbers(lines, question.measures, threshold)
    hidden = frozenset((line, measure) for line, measure in every_hidden if measure in ids)
    card = replace(whole, lines=lines, question=replace(question, measures=measures))
    columns, tables = flat_keys(card), tuple(wide_tables(card, shown, hidden)) if wide else ()
    title = f"Scorecard as at {question.as_at}"

    def markdown(answer: ScorecardPublication, _: Receipt) -> str:
        """Return the lines as a page of Markdown, what must be known of them below."""
        notes = (f"\n{markdown_cell(note)}\n" for note in (answer.legend, *answer.notes))
        return markdown_text(answer.lines, columns, title) + "".join(notes)

    told = warnings(
        disclosure.previous,
        publication(card, hidden, threshold, None).lines,
        ("group", "period"),
        threshold,
    )
    for target in to:
        no_cases = None if target.format in ("json", "ndjson") else NO_CASES
        answer = publication(card, hidden, threshold, no_cases, why)
        sections = partial(public_sections, card, answer, shown, tables)
        names = (f"{measure.id}: {measure.name}" for measure in answer.measures)
        document = Document(
            title,
            answer,
            columns,
            answer.lines.__iter__,
            sections,
            notes=(answer.legend, *answer.notes, *names),
            nameless=True,
            published="This sheet holds one table: a line for each group and period.",
            made_from=MadeFrom(answer.as_at, answer.rulebook, read_of(card.files.inputs)),
            made={
                "html": page_of(f"Scorecard as at {day(answer.as_at)}", sections),
                "md": partial(markdown, answer),
            },
        )
        target.write(wide_document(document, tables, tuple(sections()), card) if wide else document)
    if not to.for_people:
        say(f"{len(hidden)} numbers hidden. {legend(threshold)}", *why, *group_notes(card))
    say(*told)


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
        rows[number][measure] = HIDDEN
    return ScorecardPublication(
        as_at=card.question.as_at,
        rulebook=RulebookUsed.of(card.question.rulebook),
        threshold=threshold,
        legend=legend(threshold),
        measures=meanings(card),
        lines=rows,
        notes=(*why, *group_notes(card)),
    )


def public_sections(
    card: Scorecard, answer: ScorecardPublication, measures: Sequence[Measure], tables: Sequence[WideTable]
) -> Iterator[Section]:
    """Yield the scorecard topic by topic; nothing names the file it was made from."""
    yield Section(title=f"Scorecard as at {day(answer.as_at)}", before=(answer.legend, *answer.notes))
    yield from wide_sections(tables, card)
    for topic, says in () if tables else card.question.kpis.topics.items():
        if mine := of_topic(card, measures, topic):
            yield down(says, mine, "group", *from_first_case(card, mine, answer.lines))
