"""A scorecard as a person reads it, and what every measure counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ehcp_timeline.commands.scorecard.answer import NO_CASES, MeasureMeant, ScorecardAnswer
from ehcp_timeline.commands.scorecard.wide import WideTable, wide_sections
from ehcp_timeline.law.kpi.model import Measure
from ehcp_timeline.measure.kpi.scorecard import Scorecard
from ehcp_timeline.measure.kpi.trends import plain
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day

_OF_TARGETS = (
    *(TableColumn(heading, "fixed") for heading in ("measure", "group", "period")),
    *(TableColumn(heading, "number") for heading in ("target", "reached")),
    TableColumn("status", "status"),
    TableColumn("missing"),
)
_OF_MEASURES = (TableColumn("measure", "fixed"), *map(TableColumn, ("counted", "out of", "by")))


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a scorecard is shown.

    Attributes:
        last: How many periods, counted back from the last; None for all.
        across: Whether periods stand across, and measures down; only without groups.
        tables: The tables of `--layout wide`, in the place of all others.
    """

    measures: tuple[Measure, ...]
    last: int | None
    across: bool = False
    tables: Sequence[WideTable] = ()


def scorecard_sections(card: Scorecard, answer: ScorecardAnswer, shown: Shown) -> Iterator[Section]:
    """Yield the scorecard, its targets, what could not be measured, and how many problems the files have."""
    periods = list(dict.fromkeys(line.period for line in answer.lines))
    kept = periods[-shown.last :] if shown.last else periods
    lines = [line for line in answer.lines if line.period in kept]
    files = [f"{file.name}: {count(file.rows, 'row')}, {file.judged:,} judged." for file in answer.input]
    if len(kept) < len(periods):
        files.append(f"The last {len(kept)} of {len(periods)} periods; --last {len(periods)} shows all.")
    yield Section(title=f"Scorecard as at {day(answer.as_at)}", before=tuple(files))
    if answer.targets:
        yield _targets(answer, kept)
    yield from wide_sections(shown.tables, card)
    rows = [line.flat() for line in lines]
    for topic, says in () if shown.tables else card.question.kpis.topics.items():
        measures = of_topic(card, shown.measures, topic)
        if measures and shown.across:  # measures down, periods across, and the trend into the last of them
            labels = (TableColumn(line.period, "number") for line in lines)
            yield Section(
                title=says,
                columns=(TableColumn("measure"), *labels, TableColumn("trend")),
                rows=tuple(
                    (
                        measure.name,
                        *(cell(row[measure.id]) for row in rows),
                        str(lines[-1].trends.get(measure.id, "")),
                    )
                    for measure in measures
                ),
            )
        elif measures:
            yield down(says, measures, answer.by or "group", rows)
    if answer.history:
        yield _history(answer, shown.measures)
    yield from _not_measured(card, shown.measures)
    if answer.problems:
        yield Section(
            title=f"To put right in the file: {count(len(answer.problems), 'problem')}",
            before=("What cannot be read is not counted. `ehcp check` shows every problem.",),
        )


def _not_measured(card: Scorecard, measures: Iterable[Measure]) -> Iterator[Section]:
    """Yield what no file could give, those with one reason together."""
    reasons: dict[str, list[str]] = {}
    for measure in measures:
        if why := card.files.not_measured.get(measure.id):
            reasons.setdefault(why, []).append(measure.id)
    rows = tuple((why, ", ".join(names)) for why, names in reasons.items())
    if rows:
        yield Section("Not measured", columns=(TableColumn("why"), TableColumn("measures")), rows=rows)


def of_topic(card: Scorecard, measures: Iterable[Measure], topic: str) -> list[Measure]:
    """Return those measures of a topic that some file could give."""
    lacking = card.files.not_measured
    return [measure for measure in measures if measure.topic == topic and measure.id not in lacking]


def down(says: str, measures: Sequence[Measure], group: str, rows: Iterable[Mapping[str, object]]) -> Section:
    """Return one line for each group and period, measures across."""
    return Section(
        title=says,
        columns=(
            TableColumn(group, "fixed"),
            TableColumn("period", "fixed"),
            *(TableColumn(measure.short, "number") for measure in measures),
        ),
        rows=tuple(
            (str(row["group"]), str(row["period"]), *(cell(row[measure.id]) for measure in measures))
            for row in rows
        ),
        after=tuple(f"{measure.short}: {measure.name}" for measure in measures),
    )


def cell(value: object) -> str:
    """Return a value as a person reads it; a state is of one day, and empty on every other line."""
    if value is None:
        return ""
    return plain(value) if isinstance(value, int | float) else str(value)


def _targets(answer: ScorecardAnswer, periods: Sequence[str]) -> Section:
    """Return how near the shown periods came to their targets."""
    shown = [reached for reached in answer.targets if reached.period in periods]
    rows = tuple(
        (
            *(reached.measure, reached.group, reached.period, plain(reached.target)),
            NO_CASES if reached.value is None else plain(reached.value),
            *(reached.status.upper(), reached.says),
        )
        for reached in shown
    )
    alarm = any(reached.status == "red" for reached in shown)
    return Section("Targets", columns=_OF_TARGETS, rows=rows, alarm=alarm)


def _history(answer: ScorecardAnswer, shown: Iterable[Measure]) -> Section:
    """Return the change on a year before, and since when each figure is the highest or the lowest."""
    ids = {measure.id for measure in shown}
    rows = tuple(
        (
            *(measure.name, cell(measure.value), cell(measure.year_before)),
            "" if measure.change is None else f"{measure.change:+,.1f}".removesuffix(".0"),
            "" if measure.change_pc is None else f"{measure.change_pc:+,.1f}%",
            measure.record,
        )
        for measure in answer.history
        if measure.measure in ids
    )
    headings = (answer.history[0].period, "a year before", "change", "in %")
    numbers = (TableColumn(heading, "number") for heading in headings)
    columns = (TableColumn("measure"), *numbers, TableColumn("record"))
    return Section("Beside the periods before", columns=columns, rows=rows)


def measure_sections(topics: Mapping[str, str], measures: Sequence[MeasureMeant]) -> Iterator[Section]:
    """Yield the measures of each topic: id, what is counted, out of what, and by which day."""
    for topic, says in topics.items():
        rows = tuple(
            (measure.id, measure.numerator, measure.denominator or "", measure.dated_by or "the as-at day")
            for measure in measures
            if measure.topic == topic
        )
        yield Section(title=says, columns=_OF_MEASURES, rows=rows)
