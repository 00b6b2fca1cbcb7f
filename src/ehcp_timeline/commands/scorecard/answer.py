"""A scorecard as plain values: one line for each group and period, ready for JSON, CSV and the like."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from ehcp_timeline.commands.scorecard.targets import Reached
from ehcp_timeline.law.kpi.model import Kpis, Measure
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.kpi.lines import above, below
from ehcp_timeline.measure.kpi.periods import Period
from ehcp_timeline.measure.kpi.rollup import PERIOD
from ehcp_timeline.measure.kpi.scorecard import Files, Scorecard
from ehcp_timeline.measure.kpi.trends import MeasureTrend
from ehcp_timeline.output.answers import problem_values, rulebook_values

SCHEMA = "ehcp-scorecard/1"
NO_CASES = "no cases"
PLACE_KEYS = ("by", "group", "period", "from", "to")


def scorecard_answer(
    card: Scorecard, trends: Sequence[Mapping[str, MeasureTrend]], reached: Sequence[Reached]
) -> dict[str, Any]:
    """Return the answer of `ehcp scorecard`, with the keys of `schema.ScorecardAnswer`."""
    question = card.question
    moved = ({name: asdict(one) for name, one in found.items()} for found in trends)
    return {
        "schema": SCHEMA,
        **_asked(question.rulebook, question.as_at, card.files),
        "by": question.group.id if question.group else None,
        "period": card.layout.kind,
        "measures": [measure_values(measure, question.kpis) for measure in question.measures],
        "lines": [
            {**place, "values": values, "of": _of(line, question.measures), "no_cases": none, "trends": went}
            for (place, values, none, line), went in zip(_lines(card), moved, strict=True)
        ],
        "targets": [asdict(one) for one in reached],
        "not_measured": [{"measure": name, "why": why} for name, why in card.files.not_measured.items()],
        "problems": [problem_values(problem) for problem in card.files.problems],
    }


def _asked(rulebook: Rulebook, as_at: date, files: Files) -> dict[str, Any]:
    return {
        "as_at": as_at,
        "rulebook": rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays),
        "input": [asdict(source) for source in files.inputs],
    }


def measure_values(measure: Measure, kpis: Kpis) -> dict[str, Any]:
    """Return what one measure means."""
    population = kpis.populations[measure.counts]
    return {
        "id": measure.id,
        "dfe": list(measure.dfe),
        "name": measure.name,
        "topic": measure.topic,
        "unit": measure.unit,
        "better": measure.better or None,
        "numerator": kpis.numerator(measure),
        "denominator": kpis.denominator(measure) or None,
        "dated_by": population.dated or None,
        "source": measure.source,
        "note": measure.note or None,
    }


def scorecard_keys(card: Scorecard) -> tuple[str, ...]:
    """Return the columns of a scorecard as a flat table."""
    return (*PLACE_KEYS, *(measure.id for measure in card.question.measures))


def scorecard_rows(card: Scorecard, *, no_cases: str | None = NO_CASES) -> Iterator[dict[str, Any]]:
    """Yield the lines as flat rows, with the keys of `scorecard_keys`.

    Args:
        card: The scorecard.
        no_cases: What stands where there was no case to measure; None leaves it empty.
    """
    for place, values, none, _ in _lines(card):
        yield {**place, **values, **dict.fromkeys(none, no_cases)}


def _lines(card: Scorecard) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[str], Mapping[str, Any]]]:
    """Yield for each line its place, its values, the measures without a case, and the line itself."""
    by = card.question.group.id if card.question.group else None
    names = [measure.id for measure in card.question.measures]
    measured = [(name, above(name)) for name in names if name not in card.files.not_measured]
    for line in card.lines.iter_rows(named=True):
        period = Period(card.layout.kind, line[PERIOD])
        place = {
            "by": by, "group": line["group"], "period": period.label, "from": period.first, "to": period.last,
        }  # fmt: skip
        values = {name: line[name] for name in names}
        none = [name for name, counted in measured if line[name] is None and line[counted] is not None]
        yield place, values, none, line


def _of(line: Mapping[str, Any], measures: Sequence[Measure]) -> dict[str, list[int]]:
    """Return the cases above and below the line of each percentage that has any."""
    return {
        measure.id: [line[above(measure.id)], line[below(measure.id)]]
        for measure in measures
        if line[below(measure.id)]
    }
