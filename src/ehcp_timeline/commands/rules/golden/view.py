"""What `ehcp rules test` tells: each answer that is not the expected one, where it stands, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ehcp_timeline.commands.rules.golden.run import FixtureResult, Wrong
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.output.answers import rulebook_values
from ehcp_timeline.output.ci import CaseRun, Note
from ehcp_timeline.text.safe import visible

SCHEMA = "ehcp-rules-test/1"


def plain_lines(outcomes: Iterable[FixtureResult]) -> Iterator[str]:
    """Yield each failure in one line, and below it the steps that lead to the answer."""
    for outcome in outcomes:
        for wrong in outcome.wrong:
            yield visible(str(wrong.failure))
            yield from (f"    {visible(line)}" for line in _why(wrong))


def tested(outcomes: Iterable[FixtureResult]) -> list[CaseRun]:
    """Return the run as other programs read it."""
    found = []
    for outcome in outcomes:
        golden, path = outcome.fixture.golden, outcome.fixture.path
        notes = tuple(_note(wrong, path) for wrong in outcome.wrong)
        found.append(CaseRun(path, golden.line, golden.name, notes))
    return found


def other_tests(others: Iterable[Note]) -> list[CaseRun]:
    """Return what is wrong beside the cases as other programs read it: a failed test each."""
    return [CaseRun("rulebook", 0, note.title, (note,)) for note in others]


def fixtures_answer(
    outcomes: Sequence[FixtureResult], others: Sequence[Note], rulebook: Rulebook
) -> dict[str, Any]:
    """Return the run as plain values, ready to be written as JSON."""
    wrong = [(outcome, one) for outcome in outcomes for one in outcome.wrong]
    return {
        "schema": SCHEMA,
        "rulebook": rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays),
        "cases": len(outcomes),
        "wrong": sum(bool(outcome.wrong) for outcome in outcomes),
        "failures": [_values(outcome, one) for outcome, one in wrong],
        "others": [{"rule": note.rule, "message": note.message} for note in others],
    }


def _values(outcome: FixtureResult, wrong: Wrong) -> dict[str, Any]:
    golden = outcome.fixture.golden
    return {
        "file": outcome.fixture.path,
        "line": golden.line,
        "case": golden.name,
        "as_at": golden.as_at,
        "deadline": wrong.failure.deadline,
        "expected": dict(wrong.failure.expected),
        "got": dict(wrong.failure.got),
        "why": list(_why(wrong)),
    }


def _note(wrong: Wrong, path: str) -> Note:
    failure = wrong.failure
    return Note(
        level="error",
        rule=failure.deadline,
        title=failure.golden.name,
        message=f"{failure.deadline}: expected {_said(failure.expected)}, got {_said(failure.got)}",
        file=path,
        line=failure.golden.line,
        more=_why(wrong),
    )


def _said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())


def _why(wrong: Wrong) -> tuple[str, ...]:
    """Return the steps of a failure, clock by clock, without the words of the law."""
    return tuple(f"{step.number}. {step.title}: {step.text}" for steps in wrong.why for step in steps)
