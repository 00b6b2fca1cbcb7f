"""What changed between two rulebooks, which cases it flips, and the effect on the rates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import date
from typing import Annotated, Any, ClassVar, Self

from ehcp_timeline.audit.verdicts import Verdict
from ehcp_timeline.commands.rules.clauses import change_words
from ehcp_timeline.law.diff import ClauseChange, changes
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import InTime, Overlay, RulebookUsed
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.record import Ge, Sha256, Whole, record
from ehcp_timeline.text import count, day


@record(frozen=True, slots=True)
class NamedRulebook:
    """A rulebook, and the word that it was named by.

    Attributes:
        version: Version of the rulebook, not of the software.
    """

    name: str
    version: str
    sha256: Sha256
    overlays: tuple[Overlay, ...]

    @classmethod
    def of(cls, name: str, rulebook: Rulebook) -> Self:
        """Return what the answer says of a rulebook."""
        used = RulebookUsed.of(rulebook)
        return cls(name, used.version, used.sha256, used.overlays)


@record(frozen=True, slots=True)
class ClauseChanged:
    """One clause that is not the same in two rulebooks.

    Attributes:
        deadline: Null where the change is not one deadline's.
        name: Which reading, excuse, event or instrument.
        from_: First start for which a limit differs.
        to: Last such start.
        answers: Whether a case may get another answer because of it.
    """

    deadline: str | None
    part: str
    name: str | None
    from_: date | None
    to: date | None
    old: Any
    new: Any
    words: str
    answers: bool

    @classmethod
    def of(cls, change: ClauseChange) -> Self:
        """Return a change, and what it is in words."""
        return cls(
            *(change.deadline or None, change.part, change.name or None, change.since, change.until),
            *(change.old, change.new, change_words(change), change.answers),
        )


@record(frozen=True, slots=True)
class FlipsOfKind:
    """How many clocks of a deadline flip from one verdict to another."""

    from_: Verdict
    to: Verdict
    clocks: Whole


@record(frozen=True, slots=True)
class Flip:
    """One clock that gets another verdict."""

    case_id: str
    row: Annotated[int, Ge(1)]
    deadline: str
    start: date | None
    answered: date | None
    due_before: date | None
    due_after: date | None
    verdict_before: Verdict
    verdict_after: Verdict
    days_late_before: int | None
    days_late_after: int | None
    district: str | None
    team: str | None
    caseworker: str | None


@record(frozen=True, slots=True)
class Effect:
    """What the change does to the cases that were given.

    Attributes:
        judged: Deadline to how many clocks were held against both rulebooks.
        moved: Deadline to how many clocks have another due day.
        flipped: Deadline to how many clocks flip, from which verdict to which.
        groups: District, team and caseworker: to how many clocks flip in each, most first.
        rates: Before, then after, by deadline.
        flips: The clocks whose verdict differs, in file order.
    """

    judged: Mapping[str, Whole]
    moved: Mapping[str, Whole]
    flipped: Mapping[str, tuple[FlipsOfKind, ...]]
    groups: Mapping[str, Mapping[str, Whole]]
    rates: Mapping[str, tuple[InTime, ...]]
    flips: tuple[Flip, ...]


@record(frozen=True, slots=True)
class RulesDiffAnswer:
    """The answer of `ehcp rules diff`.

    Attributes:
        cases: Null where no case file was given.
    """

    SCHEMA: ClassVar = "ehcp-rules-diff/1"

    as_at: date
    before: NamedRulebook
    after: NamedRulebook
    changes: tuple[ClauseChanged, ...]
    cases: Effect | None


def diff_answer(
    old: tuple[str, Rulebook], new: tuple[str, Rulebook], effect: Effect | None, as_at: date
) -> RulesDiffAnswer:
    """Return what changed between two rulebooks, each after the word that it was named by."""
    changed = tuple(map(ClauseChanged.of, changes(old[1], new[1])))
    return RulesDiffAnswer(as_at, NamedRulebook.of(*old), NamedRulebook.of(*new), changed, effect)


def diff_sections(
    answer: RulesDiffAnswer, scenarios: Sequence[str], *, top: int, by: str
) -> Iterator[Section]:
    """Yield what changed in the law and, where cases were given, what that does to them, group `by` group.

    `scenarios` say that the later rulebook is a supposition, not law; `top` flipped clocks are listed.
    """
    laid = "".join(f" {said}." for said in scenarios)
    changed = count(len(answer.changes), "clause")
    yield Section(
        f"What changed from {answer.before.name} to {answer.after.name}: {changed}",
        before=(f"Scenario, not law:{laid}",) if laid else (),
        columns=(TableColumn("deadline", "fixed"), TableColumn("what changed")) if answer.changes else (),
        rows=tuple((change.deadline or "all", change.words) for change in answer.changes),
        after=() if answer.changes else ("Nothing: the two say the same.",),
    )
    if effect := answer.cases:
        yield from _effect_sections(effect, answer.as_at, top, by)


def _effect_sections(effect: Effect, as_at: date, top: int, by: str) -> Iterator[Section]:
    flips, judged, moved = len(effect.flips), sum(effect.judged.values()), sum(effect.moved.values())
    yield Section(
        f"Cases as at {day(as_at)}: {count(flips, 'answer')} of {judged:,} flip",
        before=(f"{count(moved, 'due day')} moved.",),
    )
    if flips:
        kinds = [(name, kind) for name, several in effect.flipped.items() for kind in several]
        counted = tuple((name, kind.from_, kind.to, f"{kind.clocks:,}") for name, kind in kinds)
        columns = (*_columns("deadline", "from", "to"), TableColumn("clocks", "number"))
        yield Section("How many flip", columns=columns, rows=counted)
    groups = effect.groups[by]
    if groups.keys() - {""}:
        grouped = tuple((name or "not given", f"{number:,}") for name, number in groups.items())
        columns = (TableColumn(by), TableColumn("clocks", "number"))
        yield Section(f"How many flip, by {by}", columns=columns, rows=grouped)
    if effect.rates:
        rates = tuple(
            (name, *(f"{_rate(old)} → {_rate(new)}" for old, new in zip(*map(astuple, pair), strict=True)))
            for name, pair in effect.rates.items()
        )
        note = "Percent of those answered, ended or past the day; excused deadlines are not counted."
        columns = _columns("deadline", "excuses ignored", "as claimed", "as proved")
        yield Section("In time, in percent", columns=columns, rows=rates, after=(note,))
    if flips:
        left = flips - min(flips, top)
        more = f"{left:,} more: --format json, or -o flips.csv, has every one."
        columns = (*_columns("case"), TableColumn("row", "number"))
        columns += _columns("deadline", "started", "due before", "due after", "from", "to")
        rows = tuple(
            (
                *(flip.case_id, str(flip.row), flip.deadline),
                *(str(day or "") for day in (flip.start, flip.due_before, flip.due_after)),
                *(flip.verdict_before, flip.verdict_after),
            )
            for flip in effect.flips[:top]
        )
        yield Section("Which flip", columns=columns, rows=rows, after=(more,) if left else ())


def _columns(*names: str) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, "fixed") for name in names)


def _rate(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.1f}"
