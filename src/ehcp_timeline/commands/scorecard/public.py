"""Which numbers of a scorecard may be published: each measure protected, shared numbers hidden in all.

A percentage is a table of two columns: the cases it counts and the rest of its cases. Any other measure has
one column. Groups add up to the line of everybody if their numbers do. Measures of which one is the sum of
others, by the divisions of kpis.toml, are a table for each line. A number of cases in several measures is
hidden in all of them if it is hidden in one. Each is then checked again, until nothing changes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType

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
from ehcp_timeline.law.kpi import Measure, Population
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.kpi.lines import (
    OF_ALL,
    OF_GROUP,
    OF_RECORDED,
    OF_UNRECORDED,
    PERIOD,
    RANK,
    PeriodRange,
    above,
    below,
)
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
Key = tuple[str, tuple[str, ...]]
"""What a number of cases is of: its population and marks, on any line."""
_Sheet = tuple[CountTable, Mapping[Cell, Number]]
"""Numbers of one period as a table, with the numbers of cases that its printed cells are."""


def _keys(measure: Measure) -> tuple[Key, ...]:
    """Return what is counted for a measure: its part, and of a percentage its whole."""
    marked = (measure.part, measure.whole) if measure.unit == "percent" else (measure.part,)
    return tuple((measure.counts, tuple(sorted(marks))) for marks in marked)


def _sums(keys: Collection[Key], populations: Mapping[str, Population]) -> Iterator[tuple[Key, ...]]:
    """Yield numbers that add up to another of them, and that one last, by the divisions of kpis.toml.

    A part that no measure counts is left out.
    """
    found: dict[tuple[Key, ...], None] = {}
    for name, marks in sorted(keys):
        for division in populations[name].divisions if name in populations else ():
            for rest in (set(marks) - {one} for one in division.into if one in marks):
                parts = ((name, tuple(sorted(rest | {one}))) for one in division.into)
                whole = (name, tuple(sorted(rest | {division.of} - {""})))
                counted = tuple(key for key in parts if key in keys)
                if whole in keys and len(counted) > 1:
                    found[*counted, whole] = None
    yield from found


def bound_to(
    measures: Sequence[Measure], every: Sequence[Measure], populations: Mapping[str, Population]
) -> tuple[Measure, ...]:
    """Return those of all measures that share a number with these, or with one that does: what hides them.

    Numbers that add up are shared too.
    """
    sums = [set(numbers) for numbers in _sums({key for one in every for key in _keys(one)}, populations)]
    links = [*(set(_keys(one)) for one in every), *sums]
    shared: set[Key] = set()
    more = {key for one in measures for key in _keys(one)}
    while more - shared:
        shared |= more
        more = set().union(*(link for link in links if link & shared))
    return tuple(measure for measure in every if not shared.isdisjoint(_keys(measure)))


def hidden_numbers(
    lines: pl.DataFrame,
    measures: Sequence[Measure],
    threshold: int,
    populations: Mapping[str, Population] = MappingProxyType({}),
) -> frozenset[Place]:
    """Return the places of lines, as `measure.kpi.lines.lines` gives them, that must not be printed.

    Numbers of `populations` that add up to another are protected together.

    Raises:
        UsageError: The threshold hides nothing.
    """
    check_threshold(threshold)
    numbered = lines.with_row_index(_LINE)
    columns = {
        key: column
        for measure in measures
        for key, column in zip(_keys(measure), (above(measure.id), below(measure.id)), strict=False)
        if numbered[column].count()
    }
    asked = [(_keys(one)[:1], _keys(one)[1:]) for one in measures if columns.keys() >= set(_keys(one))]
    of_measures = len(asked)
    asked += [(numbers[:-1], numbers[-1:]) for numbers in _sums(columns.keys(), populations)]
    sheets = [
        (table, numbers, place >= of_measures)
        for place, (parts, whole) in enumerate(asked)
        for table, numbers in _sheets(numbered, columns, parts, whole)
    ]
    hidden = {number for counted in measures for number in _told_by_recorded(numbered, counted, threshold)}
    look_at = sheets
    while look_at:
        more: set[Number] = set()
        for table, numbers, is_sum in look_at:
            also = frozenset(cell for cell, number in numbers.items() if number in hidden)
            cells = to_hide(table, threshold, also, sums_only=is_sum)
            more |= {number for cell, number in numbers.items() if cells is None or cell in cells}
        more -= hidden
        hidden |= more
        look_at = [sheet for sheet in sheets if not more.isdisjoint(sheet[1].values())]
    using: dict[Key, list[str]] = defaultdict(list)
    for measure in measures:
        for key in _keys(measure):
            using[key].append(measure.id)
    places = {(line, measure) for line, name, marks in hidden for measure in using[name, marks]}
    return frozenset(places | set(_tell_recorded(numbered, measures, places)))


def _told_by_recorded(numbered: pl.DataFrame, measure: Measure, threshold: int) -> Iterator[Number]:
    """Yield what is not recorded where all less that would be a small number: of all recorded groups."""
    part = pl.col(above(measure.id))
    rest = pl.col(below(measure.id)) - part if measure.unit == "percent" else None
    small = pl.any_horizontal(
        number.is_between(1, threshold - 1) for number in (part, rest) if number is not None
    )
    periods = numbered.filter(pl.col(RANK) == OF_RECORDED, small)[PERIOD].to_list()
    unrecorded = numbered.filter(pl.col(RANK) == OF_UNRECORDED, pl.col(PERIOD).is_in(periods))
    yield from ((line, *key) for line in unrecorded[_LINE].to_list() for key in _keys(measure))


def _tell_recorded(
    numbered: pl.DataFrame, measures: Sequence[Measure], hidden: Collection[Place]
) -> Iterator[Place]:
    """Yield the places that tell how many are recorded where that is hidden: all, or those not recorded, are.

    They are the line of all recorded groups, and every share of it.
    """
    ranks = (OF_UNRECORDED, OF_ALL)
    of_period = {
        period: lines.select(_LINE, RANK).rows()
        for (period,), lines in numbered.partition_by(PERIOD, as_dict=True).items()
    }
    for lines in of_period.values():
        for measure in measures:
            if any((line, measure.id) in hidden for line, rank in lines if rank in ranks):
                told = (OF_RECORDED, OF_GROUP) if measure.unit == "share" else (OF_RECORDED,)
                yield from ((line, measure.id) for line, rank in lines if rank in told)


def _sheets(
    numbered: pl.DataFrame, columns: Mapping[Key, str], parts: Sequence[Key], whole: Sequence[Key]
) -> Iterator[_Sheet]:
    """Yield numbers as tables: one for each period in which they were counted, or line if of several parts.

    A part alone of a whole stands beside the rest of it; lines whose parts do not add up are left out.
    Everybody is last, as the total of the groups where they add up.
    """
    printed = [pl.col(columns[key]) for key in (*parts, *whole)]
    counted = numbered.filter(printed[0].is_not_null(), pl.col(RANK) != OF_RECORDED)
    cells = list(enumerate(parts))
    if whole:
        of_all = printed.pop()
        width = len(parts) + (len(parts) == 1)
        cells.append((width, whole[0]))
        if width > len(parts):
            printed.append(of_all - printed[0])
        else:
            counted = counted.filter(of_all == pl.sum_horizontal(printed))
    ordered = counted.sort(PERIOD, pl.col(RANK) == OF_ALL, _LINE)
    numbers_of = [column.alias(str(place)) for place, column in enumerate(printed)]
    rows = ordered.select(PERIOD, _LINE, *numbers_of).rows()
    names = tuple(map(str, range(len(printed))))
    for _, together in groupby(rows, key=itemgetter(1 if len(parts) > 1 else 0)):
        counts: list[tuple[int, ...]] = []
        numbers: dict[Cell, Number] = {}
        for row, (_, line, *values) in enumerate(together):
            counts.append(tuple(values))
            numbers |= {(row, cell): (line, *key) for cell, key in cells}
        adds_down = len(counts) > 1 and counts[-1] == tuple(map(sum, zip(*counts[:-1], strict=True)))
        inner = tuple(counts[:-1] if adds_down else counts)
        yield CountTable(tuple(map(str, range(len(inner)))), names, inner, bool(whole), adds_down), numbers


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
    every_hidden = hidden_numbers(lines, question.measures, threshold, question.kpis.populations)
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
