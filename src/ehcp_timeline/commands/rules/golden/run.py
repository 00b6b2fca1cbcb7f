"""Golden cases run against a rulebook: which answers differ from the expected ones, and why."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import ClassVar

from ehcp_timeline.audit.single.explain import explain
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.verdicts import Clock
from ehcp_timeline.cases.model import Row
from ehcp_timeline.commands.rules.clauses import change_words
from ehcp_timeline.commands.rules.golden.cases import Expected, Golden
from ehcp_timeline.law.diff import ClauseChange, changes
from ehcp_timeline.law.rulebook import Rulebook, part_of
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.output.ci import CaseRun, Note
from ehcp_timeline.record import Whole, record, replace
from ehcp_timeline.text import visible

Judge = Callable[[Rulebook, Sequence[Row], date], Sequence[Clock]]
Values = Mapping[str, date | int | bool | str | None]


@record(frozen=True, slots=True)
class Failure:
    """One answer that is not the expected one.

    Attributes:
        why: The steps that lead to what came, clock by clock, without the words of the law.
    """

    file: str
    line: Whole
    case: str
    as_at: date
    deadline: str
    expected: Values
    got: Values
    why: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say where, which case, what was expected and what came."""
        return f"{Path(self.file).name}:{self.line}: {self.case}: {self.message}"

    @property
    def message(self) -> str:
        """Which deadline, what was expected and what came."""
        expected, got = (
            ", ".join(f"{key} {value}" for key, value in values.items())
            for values in (self.expected, self.got)
        )
        return f"{self.deadline}: expected {expected}, got {got}"


@record(frozen=True, slots=True)
class OtherFault:
    """What is wrong beside the cases: a rulebook that cannot be read, or a change that no case tells.

    Attributes:
        rule: `rulebook`, or the deadline that changed.
    """

    rule: str
    message: str


@record(frozen=True, slots=True)
class RulesTestAnswer:
    """The answer of `ehcp rules test`."""

    SCHEMA: ClassVar = "ehcp-rules-test/1"

    rulebook: RulebookUsed
    cases: Whole
    wrong: Whole
    failures: tuple[Failure, ...]
    others: tuple[OtherFault, ...]


def run(goldens: Iterable[Golden], rulebook: Rulebook) -> Iterator[tuple[Golden, tuple[Failure, ...]]]:
    """Judge every golden case and compare with what it expects; each failure has its reasons."""
    parts: dict[tuple[str, ...], Rulebook] = {}
    for golden in goldens:
        wanted = tuple(golden.expect)
        part = parts.get(wanted) or parts.setdefault(wanted, part_of(rulebook, wanted))
        failed = failures([golden], part)
        yield golden, tuple(replace(failure, why=_why(golden, failure.deadline, part)) for failure in failed)


def _why(golden: Golden, deadline: str, rulebook: Rulebook) -> tuple[str, ...]:
    """Return the steps of the deadline's clocks; of those that have not started only where all have not."""
    mine = [
        working
        for working in judge_case(rulebook, golden.rows, golden.as_at)
        if working.clock.deadline == deadline and golden.row in (None, working.clock.row)
    ]
    started = [working for working in mine if working.clock.verdict != "not-started"]
    return tuple(
        f"{step.number}. {step.title}: {step.text}"
        for working in started or mine[:1]
        for step in explain(working, golden.as_at)
    )


def untold(old: Rulebook, new: Rulebook, goldens: Sequence[Golden], since: str) -> Iterator[Note]:
    """Yield the deadlines that changed although no golden case expects another answer than before.

    `since` is what the old rulebook is called.
    """
    changed: dict[str, list[ClauseChange]] = {}
    for change in changes(old, new):
        if change.answers and change.deadline in new.by_id:
            changed.setdefault(change.deadline, []).append(change)
    for name, laid in changed.items():
        mine = [golden for golden in goldens if name in golden.expect]
        wrong = (failure for _, several in run(mine, old) for failure in several)
        fails = any(failure.deadline == name for failure in wrong) if name in old.by_id else bool(mine)
        if not fails:
            words = "; ".join(map(change_words, laid))
            said = f"{name} changed since {since} and no fixture tells the two apart: {words}"
            yield Note("error", name, f"{name} without a fixture", said)


def single_reader(rulebook: Rulebook, rows: Sequence[Row], as_at: date) -> tuple[Clock, ...]:
    """Judge one case with the single reader: its clocks, without their workings."""
    return tuple(working.clock for working in judge_case(rulebook, rows, as_at))


def failures(
    goldens: Iterable[Golden], rulebook: Rulebook, judge: Judge = single_reader
) -> Iterator[Failure]:
    """Yield every answer of a reader that is not the expected one; it may leave out clocks not started."""
    for golden in goldens:
        clocks = judge(rulebook, golden.rows, golden.as_at)
        for deadline, expected in golden.expect.items():
            mine = [
                clock for clock in clocks if clock.deadline == deadline and golden.row in (None, clock.row)
            ]
            for wanted, got in _differences(expected, in_question(mine, expected)):
                yield Failure(golden.path, golden.line, golden.name, golden.as_at, deadline, wanted, got)


def in_question(clocks: Iterable[Clock], expected: Sequence[Expected]) -> list[Clock]:
    """Return the clocks that are compared with the expected ones, in order of their start.

    Clocks that have not started are left out unless one is expected: a case of three rows has one clock of
    a deadline that only one row starts.
    """
    waits = any(wanted.get("verdict") == "not-started" for wanted in expected)
    started = [clock for clock in clocks if waits or clock.verdict != "not-started"]
    return sorted(started, key=lambda clock: clock.start or date.min)


def _differences(expected: Sequence[Expected], clocks: Sequence[Clock]) -> Iterator[tuple[Values, Values]]:
    if not any(clock.verdict == "not-started" for clock in clocks):  # this reader leaves them out
        expected = [wanted for wanted in expected if wanted.get("verdict") != "not-started"]
    if len(expected) != len(clocks):
        yield {"clocks": len(expected)}, {"clocks": len(clocks)}
    for wanted, clock in zip(expected, clocks, strict=False):
        got = {key: getattr(clock, key) for key in wanted}
        if any(got[key] != (None if value == "none" else value) for key, value in wanted.items()):
            yield wanted, got  # `none` stands for None: TOML has no null


def answer_of(
    tested: Sequence[tuple[Golden, Sequence[Failure]]], others: Iterable[Note], rulebook: Rulebook
) -> RulesTestAnswer:
    """Return a run, and what is wrong beside the cases."""
    failed = tuple(failure for _, failures in tested for failure in failures)
    wrong = sum(bool(failures) for _, failures in tested)
    faults = tuple(OtherFault(note.rule, note.message) for note in others)
    return RulesTestAnswer(RulebookUsed.of(rulebook), len(tested), wrong, failed, faults)


def plain_lines(wrong: Iterable[Failure]) -> Iterator[str]:
    """Yield each failure in one line, and below it the steps that lead to the answer."""
    for failure in wrong:
        yield visible(str(failure))
        yield from (f"    {visible(line)}" for line in failure.why)


def case_run(golden: Golden, wrong: Iterable[Failure]) -> CaseRun:
    """Return what happened to a golden case as other programs read it."""
    notes = (
        Note(
            "error", failure.deadline, failure.case, failure.message, failure.file, failure.line, failure.why
        )
        for failure in wrong
    )
    return CaseRun(golden.path, golden.line, golden.name, tuple(notes))
