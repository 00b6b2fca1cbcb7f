"""Fixture cases run against a rulebook: which answers are not the expected ones, and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from ehcp_timeline.audit.clock import Clock
from ehcp_timeline.audit.single.explain import ExplanationStep, explain
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.cases.model import Row
from ehcp_timeline.commands.rules.golden.model import Failure, Golden, failures
from ehcp_timeline.law.diff import ClauseChange, changes
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.law.subset import part_of


@dataclass(frozen=True, slots=True)
class Fixture:
    """One case with what the law must answer.

    Attributes:
        golden: The case.
        path: The file it stands in, as it was named.
        row: The row whose clocks are expected, where a file has a line of its own for each; None for all.
    """

    golden: Golden
    path: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """One answer that is not the expected one.

    Attributes:
        failure: What was expected, and what came.
        why: The steps that lead to what came, clock by clock.
    """

    failure: Failure
    why: tuple[tuple[ExplanationStep, ...], ...]


@dataclass(frozen=True, slots=True)
class FixtureResult:
    """What became of one fixture: nothing wrong, or this."""

    fixture: Fixture
    wrong: tuple[Wrong, ...] = ()


def run(fixtures: Iterable[Fixture], rulebook: Rulebook) -> Iterator[FixtureResult]:
    """Judge every fixture and compare with what it expects."""
    parts: dict[tuple[str, ...], Rulebook] = {}
    for fixture in fixtures:
        wanted = tuple(fixture.golden.expect)
        part = parts.get(wanted) or parts.setdefault(wanted, part_of(rulebook, wanted))
        found = failures([fixture.golden], part, partial(_judge, fixture.row))
        yield FixtureResult(fixture, tuple(Wrong(one, _why(fixture, one.deadline, part)) for one in found))


def untold(old: Rulebook, new: Rulebook, fixtures: Sequence[Fixture]) -> tuple[tuple[ClauseChange, ...], ...]:
    """Return the changes of each deadline that changed without a fixture that tells the two apart.

    A fixture tells if it expects something of the deadline that the old rulebook does not answer.
    """
    changed: dict[str, list[ClauseChange]] = {}
    for change in changes(old, new):
        if change.answers and change.deadline in new.by_id:
            changed.setdefault(change.deadline, []).append(change)
    return tuple(tuple(found) for name, found in changed.items() if not _is_told(name, old, fixtures))


def _is_told(deadline: str, old: Rulebook, fixtures: Sequence[Fixture]) -> bool:
    mine = [fixture for fixture in fixtures if deadline in fixture.golden.expect]
    if deadline not in old.by_id:
        return bool(mine)
    wrong = (wrong for outcome in run(mine, old) for wrong in outcome.wrong)
    return any(one.failure.deadline == deadline for one in wrong)


def _judge(row: int | None, rulebook: Rulebook, rows: Sequence[Row], as_at: date) -> tuple[Clock, ...]:
    clocks = (working.clock for working in judge_case(rulebook, rows, as_at))
    return tuple(clock for clock in clocks if row in (None, clock.row))


def _why(fixture: Fixture, deadline: str, rulebook: Rulebook) -> tuple[tuple[ExplanationStep, ...], ...]:
    """Return the steps of the deadline's clocks; of those that have not started only where all have not."""
    golden = fixture.golden
    mine = [
        one
        for one in judge_case(rulebook, golden.rows, golden.as_at)
        if one.clock.deadline == deadline and fixture.row in (None, one.clock.row)
    ]
    started = [one for one in mine if one.clock.verdict != "not-started"]
    return tuple(explain(one, golden.as_at) for one in started or mine[:1])
