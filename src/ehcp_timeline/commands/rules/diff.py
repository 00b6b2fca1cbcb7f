"""What changed between two rulebooks, which cases it flips, and the effect on the rates."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Self

from ehcp_timeline.audit.verdicts import Verdict
from ehcp_timeline.commands.rules.clauses import change_words
from ehcp_timeline.law.diff import ClauseChange, changes
from ehcp_timeline.law.rulebook import Overlay, Rulebook
from ehcp_timeline.measure.answer import InTime, RulebookUsed
from ehcp_timeline.measure.counts import OF_RATES
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.record import Ge, Sha256, Whole, record
from ehcp_timeline.text import count, day, one_decimal_words


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
    yield table(
        f"What changed from {answer.before.name} to {answer.after.name}: {changed}",
        ({"deadline": change.deadline or "all", "what changed": change.words} for change in answer.changes),
        text=("what changed",),
        before=(f"Scenario, not law:{laid}",) if laid else (),
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
        kinds = (
            {"deadline": name, "from": kind.from_, "to": kind.to, "clocks": kind.clocks}
            for name, several in effect.flipped.items()
            for kind in several
        )
        yield table("How many flip", kinds, fixed=("from", "to"))
    groups = effect.groups[by]
    if groups.keys() - {""}:
        grouped = ({by: name or "not given", "clocks": number} for name, number in groups.items())
        yield table(f"How many flip, by {by}", grouped, text=(by,))
    if effect.rates:
        ways = {"excuses ignored": "strict", "as claimed": "claimed", "as proved": "evidenced"}
        rates = (
            {"deadline": name}
            | {
                says: " → ".join(one_decimal_words(getattr(rate, way)) for rate in pair)
                for says, way in ways.items()
            }
            for name, pair in effect.rates.items()
        )
        yield table("In time, in percent", rates, fixed=ways, after=(OF_RATES,))
    if flips:
        more = f"{flips - top:,} more: --format json, or -o flips.csv, has every one."
        days = {"started": "start", "due before": "due_before", "due after": "due_after"}
        words = {"from": "verdict_before", "to": "verdict_after"}
        clocks = (
            {"case": flip.case_id, "row": str(flip.row), "deadline": flip.deadline}
            | {heading: getattr(flip, key) for heading, key in (days | words).items()}
            for flip in effect.flips[:top]
        )
        fixed = ("deadline", *days, *words)
        yield table("Which flip", clocks, fixed=fixed, after=(more,) if flips > top else ())
