"""A scorecard as a person reads it, and what every measure counts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ehcp_timeline.commands.scorecard.answer import NO_CASES, measure_values
from ehcp_timeline.commands.scorecard.targets import Reached
from ehcp_timeline.law.kpi.model import Kpis, Measure
from ehcp_timeline.measure.kpi.lines import above
from ehcp_timeline.measure.kpi.periods import Period
from ehcp_timeline.measure.kpi.rollup import PERIOD
from ehcp_timeline.measure.kpi.scorecard import Scorecard
from ehcp_timeline.measure.kpi.trends import MeasureTrend, plain
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.words import count, day

_OF_TARGETS = (
    TableColumn("measure", "fixed"),
    TableColumn("group", "fixed"),
    TableColumn("period", "fixed"),
    TableColumn("target", "number"),
    TableColumn("reached", "number"),
    TableColumn("status", "status"),
    TableColumn("missing"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a scorecard is shown.

    Attributes:
        measures: Which measures.
        last: How many periods, counted back from the last; None for all.
        across: Whether periods stand across, and measures down; only without groups.
    """

    measures: tuple[Measure, ...]
    last: int | None
    across: bool = False


def scorecard_sections(
    card: Scorecard, shown: Shown, trends: Sequence[Mapping[str, MeasureTrend]], reached: Sequence[Reached]
) -> Iterator[Section]:
    """Yield the scorecard, its targets, and what could not be measured."""
    lines = _kept(card, shown)
    yield _opening(card, len({line[PERIOD] for line in lines}))
    if reached:
        yield _targets(reached, {_label(card, line) for line in lines})
    for topic, says in card.question.kpis.topics.items():
        measures = [measure for measure in shown.measures if measure.topic == topic]
        measured = [measure for measure in measures if measure.id not in card.files.not_measured]
        if measured and shown.across:
            yield _across(says, card, measured, lines, trends[-1])
        elif measured:
            yield _down(says, card, measured, lines)
    yield from _not_measured(card, shown)
    yield from _problems(card)


def _opening(card: Scorecard, shown: int) -> Section:
    """Return the day that was asked about, the files, and how much of the answer is shown."""
    periods = card.lines[PERIOD].n_unique()
    files = (
        f"{input_.name}: {count(input_.rows, 'row')}, {input_.judged:,} judged."
        for input_ in card.files.inputs
    )
    cut = (f"The last {shown} of {periods} periods; --last {periods} shows all.",) if shown < periods else ()
    return Section(title=f"Scorecard as at {day(card.question.as_at)}", before=(*files, *cut))


def _kept(card: Scorecard, shown: Shown) -> list[Mapping[str, Any]]:
    """Return the lines of the periods that are shown."""
    lines: list[Mapping[str, Any]] = list(card.lines.iter_rows(named=True))
    newest = lines[-1][PERIOD]
    return lines if shown.last is None else [line for line in lines if line[PERIOD] > newest - shown.last]


def _label(card: Scorecard, line: Mapping[str, Any]) -> str:
    return Period(card.layout.kind, line[PERIOD]).label


def _across(
    says: str,
    card: Scorecard,
    measures: Sequence[Measure],
    lines: Sequence[Mapping[str, Any]],
    trends: Mapping[str, MeasureTrend],
) -> Section:
    """Return measures down, periods across, and the trend into the last of them."""
    labels = [TableColumn(_label(card, line), "number") for line in lines]
    return Section(
        title=says,
        columns=(TableColumn("measure"), *labels, TableColumn("trend")),
        rows=tuple(
            (measure.name, *(_cell(measure, line) for line in lines), str(trends.get(measure.id, "")))
            for measure in measures
        ),
    )


def _down(
    says: str, card: Scorecard, measures: Sequence[Measure], lines: Sequence[Mapping[str, Any]]
) -> Section:
    """Return one line for each group and period, measures across."""
    group = card.question.group
    return Section(
        title=says,
        columns=(
            TableColumn(group.id if group else "group", "fixed"),
            TableColumn("period", "fixed"),
            *(TableColumn(measure.short, "number") for measure in measures),
        ),
        rows=tuple(
            (line["group"], _label(card, line), *(_cell(measure, line) for measure in measures))
            for line in lines
        ),
        after=tuple(f"{measure.short}: {measure.name}" for measure in measures),
    )


def _cell(measure: Measure, line: Mapping[str, Any]) -> str:
    """Return a value as a person reads it; a state is of one day, and empty on every other line."""
    value = line[measure.id]
    if value is not None:
        return plain(value)
    return "" if line[above(measure.id)] is None else NO_CASES


def _targets(reached: Sequence[Reached], labels: Collection[str]) -> Section:
    """Return how near the shown periods came to their targets."""
    rows = tuple(_target(one) for one in reached if one.period in labels)
    return Section(
        title="Targets", columns=_OF_TARGETS, rows=rows, alarm=any(row[5] == "RED" for row in rows)
    )


def _target(one: Reached) -> tuple[str, ...]:
    value = NO_CASES if one.value is None else plain(one.value)
    return (one.measure, one.group, one.period, plain(one.target), value, one.status.upper(), one.says)


def _not_measured(card: Scorecard, shown: Shown) -> Iterator[Section]:
    """Yield what no file could give, those with one reason together."""
    reasons: dict[str, list[str]] = {}
    for measure in shown.measures:
        if measure.id in card.files.not_measured:
            reasons.setdefault(card.files.not_measured[measure.id], []).append(measure.id)
    if reasons:
        yield Section(
            title="Not measured",
            columns=(TableColumn("why"), TableColumn("measures")),
            rows=tuple((why, ", ".join(names)) for why, names in reasons.items()),
        )


def _problems(card: Scorecard) -> Iterator[Section]:
    """Yield how many problems the files have, and where they are listed."""
    found = len(card.files.problems)
    if found:
        yield Section(
            title=f"To put right in the file: {count(found, 'problem')}",
            before=("What cannot be read is not counted. `ehcp check` shows every problem.",),
        )


SCHEMA = "ehcp-measures/1"
MEASURE_KEYS = (
    *("id", "dfe", "name", "topic", "unit", "better", "numerator", "denominator", "dated_by", "source"),
    "note",
)


def measures_answer(kpis: Kpis) -> dict[str, Any]:
    """Return the answer of `ehcp scorecard --list-measures`."""
    return {"schema": SCHEMA, "measures": [measure_values(measure, kpis) for measure in kpis.measures]}


def measure_rows(kpis: Kpis) -> Iterator[dict[str, Any]]:
    """Yield one flat row for each measure, with the keys of `MEASURE_KEYS`."""
    for measure in kpis.measures:
        values = measure_values(measure, kpis)
        yield {**values, "dfe": ", ".join(values["dfe"]) or None}


def measure_sections(kpis: Kpis) -> Iterator[Section]:
    """Yield the measures of each topic: id, what is counted, out of what, and by which day."""
    for topic, says in kpis.topics.items():
        rows = [row for row in measure_rows(kpis) if row["topic"] == topic]
        yield Section(
            title=says,
            columns=(
                TableColumn("measure", "fixed"),
                TableColumn("counted"),
                TableColumn("out of"),
                TableColumn("by"),
            ),
            rows=tuple(
                (row["id"], row["numerator"], row["denominator"] or "", row["dated_by"] or "the as-at day")
                for row in rows
            ),
        )
