"""A scorecard for a person, period by period or wide, and what every measure counts.

Wide is as committees print it: periods across, groups down in their order, the % beside its #.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any

from ehcp_timeline.commands.scorecard.answer import (
    NO_CASES,
    MeasureList,
    MeasureMeant,
    ScorecardAnswer,
    flat_frame,
    flat_keys,
    flat_lines,
    history_of,
    scorecard_answer,
)
from ehcp_timeline.law.kpi import Kpis, Measure, load_kpis
from ehcp_timeline.measure.answer import keys, values
from ehcp_timeline.measure.kpi.lines import PERIOD, PeriodRange, above
from ehcp_timeline.measure.kpi.periods import Period
from ehcp_timeline.measure.kpi.scorecard import Scorecard
from ehcp_timeline.measure.kpi.targets import Target
from ehcp_timeline.measure.kpi.trends import MeasureTrend, trends
from ehcp_timeline.output.document import Document
from ehcp_timeline.output.html import page_of
from ehcp_timeline.output.publication import NOT_APPLICABLE, PublishedTable, publication_bytes
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.sections import Section, TableColumn, markdown_page, table
from ehcp_timeline.output.workbook import ListChart
from ehcp_timeline.privacy.suppress import HIDDEN
from ehcp_timeline.record import record, replace
from ehcp_timeline.shell.destination import Output, say
from ehcp_timeline.text import count, day, plain

Number = int | float | str | None
_RATE = "pc_plans_issued_within_20_weeks"
_CHART = ListChart(
    title="Plans issued within 20 weeks",
    alt="Plans issued within 20 weeks, in each period. The numbers are in the table above.",
    across="period",
    lines={_RATE: "within 20 weeks"},
    unit="% of plans issued",
)
_LAST_WIDE = 3
_LAST = {True: 2, False: 5}
"""How many periods a screen shows: broken down by group, and not."""
_OF_TARGETS = (
    *(TableColumn(heading, "fixed") for heading in ("measure", "group", "period")),
    *(TableColumn(heading, "number") for heading in ("target", "reached")),
    TableColumn("status", "status"),
    TableColumn("missing"),
)


@record(frozen=True, slots=True)
class WideTable:
    """One measure, a row for each group.

    Attributes:
        periods: Labels of its periods, those before its first case left out.
        rows: Group to the number and the percentage of each period, or to the number alone. The number of a
            percentage is its cases above the line; the percentage is None where there was no case.
    """

    measure: Measure
    periods: tuple[str, ...]
    rows: dict[str, tuple[Number, ...]]

    @property
    def units(self) -> str:
        """The units of each period."""
        return "#%" if _is_ratio(self.measure) else "#"

    def keys(self, *, marked: bool) -> tuple[str, ...]:
        """Return the headings of its numbers; `marked`, a lone # is named too."""
        named = marked or len(self.units) > 1
        return tuple(
            f"{period} {unit}" if named else period for period in self.periods for unit in self.units
        )

    def explained(self, kpis: Kpis, blank: str = "A blank %") -> tuple[str, ...]:
        """Return what # and % count, in words."""
        if len(self.units) == 1:
            return ()
        numerator, denominator = kpis.numerator(self.measure), kpis.denominator(self.measure)
        return (f"#: {numerator}. %: out of {denominator}. {blank} means that there was no case.",)


def _is_ratio(measure: Measure) -> bool:
    return measure.unit in ("percent", "share")


def wide_tables(
    card: Scorecard, measures: Sequence[Measure], hidden: Collection[tuple[int, str]] = ()
) -> Iterator[WideTable]:
    """Yield a table for each measure that some file could give and that has a case.

    A count that a percentage repeats beside it is left out, and so is a group without a case. `hidden` are
    the places that may not be printed: line number and id of the measure.
    """
    beside = {(measure.counts, measure.part) for measure in measures if _is_ratio(measure)}
    lines = list(card.lines.iter_rows(named=True))
    for measure in measures:
        repeated = measure.unit == "count" and (measure.counts, measure.part) in beside
        with_cases = [line for line in lines if line[above(measure.id)]]
        if repeated or measure.id in card.files.not_measured or not with_cases:
            continue
        first = min(line[PERIOD] for line in with_cases)
        there = {line["group"] for line in with_cases}
        keys = (above(measure.id), measure.id) if _is_ratio(measure) else (measure.id,)
        rows: dict[str, dict[int, list[Number]]] = {}
        for place, line in enumerate(lines):
            if line[PERIOD] >= first and line["group"] in there:
                numbers = [HIDDEN if (place, measure.id) in hidden else line[key] for key in keys]
                rows.setdefault(line["group"], {})[line[PERIOD]] = numbers
        periods = sorted({period for row in rows.values() for period in row})
        yield WideTable(
            measure,
            tuple(Period(card.question.kind, period).label for period in periods),
            {name: tuple(cell for period in periods for cell in row[period]) for name, row in rows.items()},
        )


def wide_sections(tables: Sequence[WideTable], card: Scorecard) -> Iterator[Section]:
    """Yield each table by itself; without groups, the measures of one topic and one kind as one table."""
    kpis = card.question.kpis
    if card.question.group is not None:
        for wide in tables:
            rows, after = list(wide.rows.items()), wide.explained(kpis)
            yield _section(wide.measure.name, card.question.group.id, [wide], rows, after)
        return
    for topic, says in kpis.topics.items():
        for kind, units in (("in numbers", "#"), ("in numbers and percent", "#%")):
            alike = [wide for wide in tables if wide.measure.topic == topic and wide.units == units]
            rows = [(wide.measure.name, numbers) for wide in alike for numbers in wide.rows.values()]
            if alike:
                yield _section(f"{says}, {kind}", "measure", alike, rows, ())


def _section(
    title: str,
    heading: str,
    tables: Sequence[WideTable],
    rows: Sequence[tuple[str, tuple[Number, ...]]],
    after: tuple[str, ...],
) -> Section:
    """Return the rows of tables of the same units below each other, blank before a table's first period."""
    periods = sorted({period for wide in tables for period in wide.periods})
    ratio = len(tables[0].units) > 1
    numbers = [name for period in periods for name in ((f"{period} #", "%") if ratio else (period,))]
    cells = ((name, *[""] * (len(numbers) - len(row)), *map(cell, row)) for name, row in rows)
    columns = (TableColumn(heading), *(TableColumn(name, "number") for name in numbers))
    return Section(title, columns=columns, rows=tuple(cells), after=after)


def wide_document(
    document: Document, tables: Sequence[WideTable], sections: Sequence[Section], card: Scorecard
) -> Document:
    """Return a document with its tables in every format: pages and workbooks have one for each measure."""
    ratio = any(len(wide.units) > 1 for wide in tables)
    periods = sorted({period for wide in tables for period in wide.periods})
    keys = tuple(f"{period} {unit}" for period in periods for unit in "#%") if ratio else tuple(periods)
    lines = [
        {
            "measure": wide.measure.id,
            "group": group,
            **dict.fromkeys(keys),
            **dict(zip(wide.keys(marked=ratio), numbers, strict=True)),
        }
        for wide in tables
        for group, numbers in wide.rows.items()
    ]

    def book(receipt: Receipt) -> bytes:
        group = card.question.group.id if card.question.group else "group"
        sheets = []
        for wide in tables:
            headings = wide.keys(marked=False)
            rows = [
                {group: name, **dict(zip(headings, numbers, strict=True))}
                for name, numbers in wide.rows.items()
            ]
            purpose = " ".join(
                ("This sheet holds one table.", *wide.explained(card.question.kpis, NOT_APPLICABLE))
            )
            about = (wide.measure.id, wide.measure.name)
            sheets.append(PublishedTable(*about, (group, *headings), rows, purpose, {group: 30}))
        return publication_bytes(document.title, sheets, receipt=receipt, notes=document.notes)

    return replace(
        document,
        keys=("measure", "group", *keys),
        lines=lambda: lines,
        sections=lambda: sections,
        made={**document.made, "xlsx": book, "md": lambda _: markdown_page(sections)},
    )


def write_scorecard(
    to: Output,
    every: Scorecard,
    shown: Sequence[Measure],
    window: PeriodRange,
    targets: Sequence[Target],
    *,
    wide: bool,
    history: bool,
    full: bool,
) -> None:
    """Write a scorecard of the periods in the window; across, few enough for a screen unless `full`."""
    last = window.last
    if to.for_people and not wide:  # what moved into the first period shown needs the one before
        window = replace(window, last=None)
    elif to.for_people and not (full or window.since or last):
        say(f"The last {_LAST_WIDE} periods are shown; --last N, --from DATE or --full shows more.")
        window = replace(window, last=_LAST_WIDE)
    card = replace(every, lines=window.of(every.lines, every.question.kind))
    answer = scorecard_answer(card, targets, tuple(history_of(every, card.lines)) if history else ())
    grouped, columns = card.question.group is not None, flat_keys(card)
    tables = tuple(wide_tables(card, shown)) if wide else ()
    for target in to:
        on_terminal = target.format == "table"
        few = last or (_LAST[grouped] if on_terminal and not wide else None)
        across = on_terminal and not grouped
        sections = partial(scorecard_sections, card, answer, shown, last=few, across=across, tables=tables)
        lines: Mapping[str, Callable[[], Any]] = {
            "md": partial(flat_lines, card),
            "xlsx": lambda: blank_before_first_case(card, list(flat_lines(card, None))),
        }
        document = Document(
            f"Scorecard as at {answer.as_at}",
            answer,
            columns,
            lines.get(target.format, partial(flat_frame, card)),
            sections,
            chart=_CHART if _RATE in columns and not grouped else None,
            made={"html": page_of(f"Scorecard as at {day(answer.as_at)}", sections)},
        )
        target.write(wide_document(document, tables, tuple(sections()), card) if wide else document)


def scorecard_sections(
    card: Scorecard,
    answer: ScorecardAnswer,
    shown: Sequence[Measure],
    *,
    last: int | None,
    across: bool,
    tables: Sequence[WideTable],
) -> Iterator[Section]:
    """Yield the scorecard, its targets, what could not be measured, and how many problems the files have.

    The last so many periods are shown, or all; `across`, periods are across and measures down, which needs
    one group. The tables of `--layout wide` replace all others.
    """
    seen = replace(card, question=replace(card.question, measures=tuple(shown)))
    every = list(flat_lines(seen))
    periods = list(dict.fromkeys(line["period"] for line in every))
    kept = frozenset(periods[-last:] if last else periods)
    lines = [line for line in every if line["period"] in kept]
    moved = trends(card.lines.tail(2), card.question).row(-1, named=True) if across and lines else {}
    files = [file.words for file in answer.input]
    if len(kept) < len(periods):
        files.append(f"The last {len(kept)} of {len(periods)} periods; --last {len(periods)} shows all.")
    yield Section(title=f"Scorecard as at {day(answer.as_at)}", before=(*files, *answer.notes))
    if answer.targets:
        reached = [target for target in answer.targets if target.period in kept]
        targets = tuple(
            (
                *(target.measure, target.group, target.period, plain(target.target)),
                NO_CASES if target.value is None else plain(target.value),
                *(target.status.upper(), target.says),
            )
            for target in reached
        )
        alarm = any(target.status == "red" for target in reached)
        yield Section("Targets", columns=_OF_TARGETS, rows=targets, alarm=alarm)
    yield from wide_sections(tables, card)
    for topic, says in () if tables else card.question.kpis.topics.items():
        measures = of_topic(card, shown, topic)
        counted, begins = from_first_case(card, measures, every)
        shown_rows = [row for row in counted if row["period"] in kept]
        begins = begins if len(shown_rows) < len(lines) else ()
        if measures and across:  # measures down, periods across, and the trend into the last of them
            across_rows = (
                {"measure": measure.name}
                | {str(row["period"]): cell(row[measure.id]) for row in shown_rows}
                | {"trend": MeasureTrend(**went) if (went := moved.get(measure.id)) else None}
                for measure in measures
            )
            yield table(says, across_rows, text=("measure", "trend"), after=begins)
        elif measures:
            yield down(says, measures, answer.by or "group", shown_rows, begins)
    if answer.history:
        yield _history(answer, shown)
    lacking = card.files.not_measured
    why_not = dict.fromkeys(lacking[measure.id] for measure in shown if measure.id in lacking)
    if why_not:
        rows = (
            {
                "why": why,
                "measures": ", ".join(measure.id for measure in shown if lacking.get(measure.id) == why),
            }
            for why in why_not
        )
        yield table("Not measured", rows, text=("why", "measures"))
    if answer.problems:
        yield Section(
            title=f"To put right in the file: {count(len(answer.problems), 'problem')}",
            before=("What cannot be read is not counted. `ehcp check` shows every problem.",),
        )


def of_topic(card: Scorecard, measures: Iterable[Measure], topic: str) -> list[Measure]:
    """Return those measures of a topic that some file could give."""
    lacking = card.files.not_measured
    return [measure for measure in measures if measure.topic == topic and measure.id not in lacking]


def from_first_case(
    card: Scorecard, measures: Sequence[Measure], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[Mapping[str, Any]], tuple[str, ...]]:
    """Return the rows from the first period in which one of these measures has a case, and a line about it.

    If none has a case, only the last period is kept.
    """
    empty = {
        measure.id: (None, NO_CASES) if _is_ratio(measure) else (None, NO_CASES, 0) for measure in measures
    }
    first = max((row["period"] for row in rows), default="")
    for row in rows:
        if row["period"] < first and any(row[name] not in without for name, without in empty.items()):
            first = row["period"]
    kept = [row for row in rows if row["period"] >= first]
    if len(kept) == len(rows):
        return kept, ()
    asked = card.question
    if not asked.every_state and all(asked.populations[measure.counts].is_state for measure in measures):
        return kept, (f"Counted on {day(asked.as_at)}.",)
    return kept, (f"Counted from {first}: no case in the periods before it.",)


def blank_before_first_case(card: Scorecard, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows with each measure blank in the periods before its first case."""
    measures = card.question.measures
    first = {
        measure.id: from_first_case(card, [measure], rows)[0][0]["period"] for measure in measures if rows
    }
    for row in rows:
        yield {key: None if row["period"] < first.get(key, "") else value for key, value in row.items()}


def down(
    says: str,
    measures: Sequence[Measure],
    group: str,
    rows: Iterable[Mapping[str, Any]],
    begins: tuple[str, ...],
) -> Section:
    """Return one line for each group and period, measures across."""
    numbers = itemgetter("group", "period", *(measure.id for measure in measures))
    return Section(
        title=says,
        columns=(
            TableColumn(group, "fixed"),
            TableColumn("period", "fixed"),
            *(TableColumn(measure.short, "number") for measure in measures),
        ),
        rows=tuple(tuple(map(cell, numbers(row))) for row in rows),
        after=(*begins, *(f"{measure.short}: {measure.name}" for measure in measures)),
        repeated=2,
    )


@lru_cache(maxsize=4096, typed=True)  # 3 and 3.0 are two texts
def cell(value: Number) -> str:
    """Return a value as a person reads it; a state is of one day, and empty on every other line."""
    if value is None:
        return ""
    return plain(value) if isinstance(value, int | float) else str(value)


def _history(answer: ScorecardAnswer, shown: Iterable[Measure]) -> Section:
    ids = {measure.id for measure in shown}
    rows = (
        {
            "measure": measure.name,
            answer.history[0].period: cell(measure.value),
            "a year before": cell(measure.year_before),
            "change": "" if measure.change is None else f"{measure.change:+,.1f}".removesuffix(".0"),
            "in %": "" if measure.change_pc is None else f"{measure.change_pc:+,.1f}%",
            "record": measure.record,
        }
        for measure in answer.history
        if measure.measure in ids
    )
    return table("Beside the periods before", rows, text=("measure", "record"))


def measures_document() -> Document:
    """Return what every measure counts, topic by topic."""
    kpis = load_kpis()
    measures = tuple(MeasureMeant.of(measure, kpis) for measure in kpis.measures)
    lines = [values(measure) | {"dfe": ", ".join(measure.dfe) or None} for measure in measures]

    def sections() -> Iterator[Section]:
        for topic, says in kpis.topics.items():
            rows = (
                {"measure": measure.id, "counted": measure.numerator, "out of": measure.denominator}
                | {"by": measure.dated_by or "the as-at day"}
                for measure in measures
                if measure.topic == topic
            )
            yield table(says, rows, text=("counted", "out of", "by"))

    return Document("Measures", MeasureList(measures), keys(MeasureMeant), lines.__iter__, sections)
