"""The page of `ehcp explain`: the reasons for each verdict, step by step, with the law quoted."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from ehcp_timeline.audit.single.explain import ExplanationStep
from ehcp_timeline.audit.verdicts import Working
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import ClockRecord, Problems, RulebookUsed
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.output.verdict_words import standing
from ehcp_timeline.record import Whole, record
from ehcp_timeline.text import day


@record(frozen=True, slots=True, kw_only=True)
class ExplainedClock(ClockRecord):
    """One clock of a case, and how its verdict came about.

    Attributes:
        reason: Permanent word for why: unknown, not owed, not started.
    """

    row: Whole
    reason: str | None
    ended: date | None
    steps: tuple[ExplanationStep, ...]


@record(frozen=True, slots=True)
class ExplainAnswer:
    """The answer of `ehcp explain --format json`.

    Attributes:
        problems: The cells of the case that could not be read.
    """

    SCHEMA: ClassVar = "ehcp-explain/1"

    as_at: date
    rulebook: RulebookUsed
    case_id: str
    clocks: tuple[ExplainedClock, ...]
    problems: Problems


Explained = tuple[Working, tuple[ExplanationStep, ...]]
"""One clock, how it was judged, and the steps that say so."""


def explain_sections(
    case_id: str,
    explained: Iterable[Explained],
    as_at: date,
    rulebook: Rulebook,
    unread: Sequence[Problem],
) -> list[Section]:
    """Return the state of every clock of a case, then the steps of each, those that are overdue first."""
    clocks = sorted(explained, key=lambda one: one[0].clock.verdict != "overdue")
    rows = []
    for working, _ in clocks:
        due = f"{'not before' if working.deadline.minimum else 'by'} {working.clock.due}"
        stands = {"deadline": working.deadline.id, "how it stands": standing(working, rulebook)}
        rows.append(stands | {"day": due if working.clock.due else ""})
    nothing = () if clocks else ("No deadline of this case has started.",)
    cells = tuple(f"Row {cell.row}, {cell.column}: {cell.problem}; {cell.try_}." for cell in unread)
    title, several = f"Case {case_id} as at {day(as_at)}", rows if len(rows) > 1 else ()
    first = table(title, several, fixed=("day",), text=("how it stands",), before=(*nothing, *cells))
    return [first, *(_section(working, steps, rulebook) for working, steps in clocks)]


def explain_answer(
    case_id: str,
    explained: Iterable[Explained],
    as_at: date,
    rulebook: Rulebook,
    unread: Sequence[Problem] = (),
) -> ExplainAnswer:
    """Return every clock of a case with its steps."""
    clocks = tuple(
        ExplainedClock.of(
            working.clock,
            working.deadline,
            {},
            reason=working.clock.reason,
            ended=working.clock.ended,
            steps=steps,
        )
        for working, steps in explained
    )
    return ExplainAnswer(as_at, RulebookUsed.of(rulebook), case_id, clocks, tuple(unread))


def _section(working: Working, steps: Sequence[ExplanationStep], rulebook: Rulebook) -> Section:
    clock, deadline = working.clock, working.deadline
    found = "what was found"
    rows = (
        line
        for step in steps
        for line in (
            {"": step.number, "step": step.title, found: step.text},
            {"": None, "step": None, found: step.law},
        )
        if line[found]
    )
    return table(
        f"{deadline.id}: {deadline.duty}",
        rows,
        number=("",),
        fixed=("step",),
        text=(found,),
        before=(f"Row {clock.row}: {standing(working, rulebook)}.",),
        alarm=clock.verdict == "overdue",
    )
