"""One case worked through for each deadline, from dates that are always the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from ehcp_timeline.audit.counting_words import said_day
from ehcp_timeline.audit.single import judge_case
from ehcp_timeline.audit.wording import explain
from ehcp_timeline.cases.record import Row
from ehcp_timeline.law.clauses import Dates
from ehcp_timeline.law.terms import Deadline, Rulebook

START: Final = date(2025, 4, 2)  # a Wednesday, with two bank holidays and a summer after it
AHEAD: Final = date(2026, 9, 1)  # for what is counted back from a day that is planned
BEFORE: Final = date(2024, 9, 10)
BETWEEN: Final = date(2025, 4, 23)


@dataclass(frozen=True, slots=True)
class Example:
    """One case worked through.

    Attributes:
        given: The dates it starts from, in words.
        counted: How they were counted, sentence by sentence.
        due: The last lawful day; for a minimum the first one.
    """

    given: str
    counted: tuple[str, ...]
    due: date


def example_of(deadline: Deadline, rulebook: Rulebook) -> Example | None:
    """Return a deadline's worked example, or None where it cannot be counted from a start alone."""
    start = max(AHEAD if deadline.looks_back else START, deadline.versions[-1].since)
    row = _row(deadline, start)
    as_at = max(row.events.values())
    for working in judge_case(rulebook, [row], as_at):
        if working.clock.deadline == deadline.id and working.clock.due and working.clock.start:
            counted = tuple(step.text for step in explain(working, as_at) if step.title in ("Count", "Due"))
            return Example(_given(row), counted, working.clock.due)
    return None


def _row(deadline: Deadline, start: date) -> Row:
    """Return a case in which the deadline's clock starts on a day, and applies."""
    events = dict.fromkeys(deadline.after[:1], BEFORE)
    if deadline.during:
        events[deadline.during[0]] = BEFORE
    for dates in _others(deadline):
        events[dates.events[0]] = BEFORE if dates.which == "latest" else BETWEEN
    if deadline.plan_by_due:
        events[deadline.plan_by_due.made[0]] = BEFORE
    first = (*(deadline.repeats.first if deadline.repeats else ()), *deadline.starts.events)[0]
    events[first] = start
    codes = {fact: frozenset(listed[:1]) for fact, listed in deadline.only_if}
    return Row(1, "example", events, codes)


def _others(deadline: Deadline) -> Iterator[Dates]:
    for limb in deadline.versions[-1].limit.limbs:
        if limb.since is not None and not set(limb.since.events) & set(deadline.starts.events):
            yield limb.since


def _given(row: Row) -> str:
    facts = [f"{fact} {' '.join(codes)}" for fact, codes in row.codes.items()]
    days = [f"{name} on {said_day(day)}" for name, day in sorted(row.events.items(), key=lambda one: one[1])]
    return ", ".join((*days, *facts))
