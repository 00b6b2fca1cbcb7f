"""What `ehcp explain` tells a person: how each verdict came about, step by step, with the law quoted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ehcp_timeline.audit.single.explain import ExplanationStep
from ehcp_timeline.audit.single.trace import Working
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.output.answers import record, rulebook_values
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.output.verdict_words import standing
from ehcp_timeline.text.words import day

SCHEMA = "ehcp-explain/1"
_COLUMNS = (TableColumn("", "number"), TableColumn("step", "fixed"), TableColumn("what was found"))


@dataclass(frozen=True, slots=True)
class Explained:
    """One clock, how it was judged, and the steps that say so."""

    working: Working
    steps: Sequence[ExplanationStep]


def explain_sections(case_id: str, explained: Iterable[Explained], as_at: date) -> list[Section]:
    """Return one section for each clock of a case."""
    clocks = [_section(one) for one in explained]
    nothing = () if clocks else ("No clock of this case has started.",)
    return [Section(f"Case {case_id} as at {day(as_at)}", before=nothing), *clocks]


def explain_answer(
    case_id: str, explained: Iterable[Explained], as_at: date, rulebook: Rulebook
) -> dict[str, Any]:
    """Return the same as plain values, ready to be written as JSON."""
    return {
        "schema": SCHEMA,
        "as_at": as_at,
        "rulebook": rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays),
        "case_id": case_id,
        "clocks": [_values(one) for one in explained],
    }


def _section(one: Explained) -> Section:
    """Return the steps of one clock below what they lead to."""
    clock, deadline = one.working.clock, one.working.deadline
    return Section(
        title=f"{deadline.id}: {deadline.duty}",
        before=(f"Row {clock.row}: {standing(clock, deadline, one.working.why_not_owed)}.",),
        columns=_COLUMNS,
        rows=tuple(line for step in one.steps for line in _lines(step)),
        alarm=clock.verdict == "overdue",
    )


def _lines(step: ExplanationStep) -> Iterator[tuple[str, str, str]]:
    """Yield a step, and below it the law that it rests on."""
    yield str(step.number), step.title, step.text
    if step.law:
        yield "", "", step.law


def _values(one: Explained) -> dict[str, Any]:
    """Return one clock with its steps."""
    clock = one.working.clock
    found = record(clock, one.working.deadline, {}) | {"row": clock.row}
    steps = [
        {
            "number": step.number,
            "title": step.title,
            "text": step.text,
            "law": step.law or None,
            "gives": dict(step.gives),
            "facts": dict(step.facts),
        }
        for step in one.steps
    ]
    return {**found, "reason": clock.reason, "ended": clock.ended, "steps": steps}
