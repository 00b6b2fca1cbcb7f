"""A scorecard that may be published: `[c]` where a number is hidden, and nothing worked out from it."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from ehcp_timeline.law.kpis import Measure
from ehcp_timeline.measure.disclosure import HIDDEN
from ehcp_timeline.measure.scorecard.scorecard import Scorecard
from ehcp_timeline.measure.scorecard.trends import plain
from ehcp_timeline.report.answers import rulebook_values
from ehcp_timeline.report.phrases import day
from ehcp_timeline.report.publication_view import legend
from ehcp_timeline.report.scorecard_answer import measure_values, scorecard_rows
from ehcp_timeline.report.sections import Column, Section

SCHEMA = "ehcp-scorecard-publication/1"
Place = tuple[int, str]


def public_rows(card: Scorecard, hidden: Collection[Place], *, no_cases: str | None) -> list[dict[str, Any]]:
    """Return the lines as flat rows, with `[c]` in the places that are hidden.

    Args:
        card: The scorecard.
        hidden: Line number and id of the measure of each hidden number.
        no_cases: What stands where there was no case to measure; None leaves it empty.
    """
    rows = list(scorecard_rows(card, no_cases=no_cases))
    for number, measure in hidden:
        rows[number][measure] = HIDDEN.value
    return rows


def public_sections(
    card: Scorecard, hidden: Collection[Place], measures: Sequence[Measure], threshold: int
) -> Iterator[Section]:
    """Yield the scorecard topic by topic; nothing names the file it was made from."""
    rows = public_rows(card, hidden, no_cases="no cases")
    yield Section(title=f"Scorecard as at {day(card.question.as_at)}", before=(legend(threshold),))
    for topic, says in card.question.kpis.topics.items():
        mine = [one for one in measures if one.topic == topic and one.id not in card.files.not_measured]
        if mine:
            yield _topic(says, mine, rows)


def public_answer(card: Scorecard, hidden: Collection[Place], threshold: int) -> dict[str, Any]:
    """Return the scorecard as `ehcp-scorecard-publication/1`."""
    question = card.question
    return {
        "schema": SCHEMA,
        "as_at": question.as_at,
        "rulebook": rulebook_values(
            question.rulebook.version, question.rulebook.sha256, question.rulebook.overlays
        ),
        "threshold": threshold,
        "legend": legend(threshold),
        "measures": [measure_values(one, question.kpis) for one in question.measures],
        "lines": public_rows(card, hidden, no_cases=None),
    }


def _topic(says: str, measures: Sequence[Measure], rows: Sequence[dict[str, Any]]) -> Section:
    numbers = (Column(one.short, "number") for one in measures)
    return Section(
        title=says,
        columns=(Column("group", "fixed"), Column("period", "fixed"), *numbers),
        rows=tuple((row["group"], row["period"], *(_cell(row[one.id]) for one in measures)) for row in rows),
        after=tuple(f"{one.short}: {one.name}" for one in measures),
    )


def _cell(value: object) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    return plain(value) if isinstance(value, int | float) else str(value)
