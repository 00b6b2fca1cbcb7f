"""The rulebook for a reader: its list, what it leaves out, what was checked too long ago."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar, Final, Self

from ehcp_timeline.clock import Count, apply
from ehcp_timeline.commands.rules.clauses import limit_words
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.deadline import Seen
from ehcp_timeline.law.rulebook import Deadline, DutyKind, NotEncoded, Rulebook, Who, rulebook_name
from ehcp_timeline.measure.answer import RulebookUsed, values
from ehcp_timeline.output.sections import DEADLINE, Section, column_of, list_section
from ehcp_timeline.record import record
from ehcp_timeline.text import count, did_you_mean

REGULATIONS: Final = "SEND-Regs-2014"
_NUMBER: Final = re.compile(r"(?:\breg |, |\band )(\d+[A-Z]?)\b(?!\s+(?:September|March|May|weeks|days))")


@record(frozen=True, slots=True)
class DeadlineListed:
    """One deadline in a line.

    Attributes:
        limit: Of its latest version, in words.
        seen: How the words were seen.
        checked: When the words were last held against the law.
    """

    deadline: str
    duty: str
    who: Who
    kind: DutyKind
    limit: str
    law: str
    seen: Seen
    checked: date

    @classmethod
    def all_of(cls, deadlines: Iterable[Deadline]) -> tuple[Self, ...]:
        """Return a line for each deadline."""
        return tuple(
            cls(
                *(deadline.id, deadline.duty, deadline.who, deadline.kind),
                *(limit_words(deadline.versions[-1].limit), deadline.law, deadline.seen, deadline.checked),
            )
            for deadline in deadlines
        )


@record(frozen=True, slots=True)
class RulesAnswer:
    """The answer of `ehcp rules list`."""

    SCHEMA: ClassVar = "ehcp-rules/1"

    rulebook: RulebookUsed
    deadlines: tuple[DeadlineListed, ...]


class StaleAnswer(RulesAnswer):
    """The answer of `ehcp rules stale`."""

    __slots__ = ()
    SCHEMA: ClassVar = "ehcp-stale/1"


@record(frozen=True, slots=True)
class RuleAnswer:
    """The answer of `ehcp rules show DEADLINE`: each deadline as `law.rulebook` holds it."""

    SCHEMA: ClassVar = "ehcp-rule/1"

    rulebook: RulebookUsed
    deadlines: tuple[Deadline, ...]


@record(frozen=True, slots=True)
class LeftOut:
    """What of a regulation is not encoded."""

    about: str
    why: str


@record(frozen=True, slots=True)
class RegulationCovered:
    """One regulation, and what happened to it.

    Attributes:
        applied: Deadlines of another regulation that it applies.
    """

    regulation: str
    deadlines: tuple[str, ...]
    applied: tuple[str, ...]
    not_encoded: tuple[LeftOut, ...]


@record(frozen=True, slots=True)
class EncodedDeadline:
    """One deadline by the law it comes from."""

    law: str
    deadline: str
    seen: Seen


@record(frozen=True, slots=True)
class CoverageAnswer:
    """The answer of `ehcp rules coverage`."""

    SCHEMA: ClassVar = "ehcp-coverage/1"

    rulebook: RulebookUsed
    regulations: tuple[RegulationCovered, ...]
    encoded: tuple[EncodedDeadline, ...]
    not_encoded: tuple[NotEncoded, ...]

    @classmethod
    def of(cls, rulebook: Rulebook) -> Self:
        """Return which regulations and deadlines are encoded, and which are not and why."""
        encoded = (
            EncodedDeadline(deadline.law, deadline.id, deadline.seen) for deadline in rulebook.deadlines
        )
        return cls(RulebookUsed.of(rulebook), regulations(rulebook), tuple(encoded), rulebook.not_encoded)


def find_deadlines(rulebook: Rulebook, word: str) -> tuple[Deadline, ...]:
    """Return the deadline with this id, or those whose ids begin with it.

    Raises:
        UsageError: There is none.
    """
    if word in rulebook.by_id:
        return (rulebook.by_id[word],)
    deadlines = tuple(deadline for deadline in rulebook.deadlines if deadline.id.startswith(f"{word}."))
    if not deadlines:
        advice = did_you_mean(word, rulebook.by_id) or "ehcp rules list"
        raise UsageError(f"there is no deadline `{word}`", advice)
    return deadlines


def checked_long_ago(rulebook: Rulebook, as_at: date) -> list[Deadline]:
    """Return the deadlines that were last checked more than twelve months before a day."""
    year = Count("within", 12, "months")
    return [deadline for deadline in rulebook.deadlines if apply(year, deadline.checked) < as_at]


def regulations(rulebook: Rulebook) -> tuple[RegulationCovered, ...]:
    """Return every regulation that a deadline or a line of `not-encoded.toml` cites, in their order."""
    encoded, applied = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for deadline in rulebook.deadlines:
        for law in (deadline.law, *(version.law for version in deadline.versions)):
            own, _, others = law.partition("applying")
            for number in _cited(own):
                encoded[number].append(deadline.id)
            for number in _NUMBER.findall(others):
                applied[number].append(deadline.id)
    left_out = defaultdict[str, list[LeftOut]](list)
    for provision in rulebook.not_encoded:
        for number in dict.fromkeys(_cited(provision.law)):
            left_out[number].append(LeftOut(provision.about, provision.why))
    numbers = {*encoded, *applied, *left_out}
    return tuple(
        RegulationCovered(
            number,
            tuple(dict.fromkeys(encoded[number])),
            tuple(dict.fromkeys(applied[number])),
            tuple(left_out[number]),
        )
        for number in sorted(numbers, key=lambda number: (int(re.sub(r"\D", "", number)), number))
    )


def _cited(law: str) -> list[str]:
    """Return the regulations that a citation names.

    >>> _cited("SEND-Regs-2014 reg 20(3), 21(3)"), _cited("CFA-2014 s 44(1)")
    (['20', '21'], [])
    """
    return _NUMBER.findall(law) if law.startswith(REGULATIONS) else []


def list_sections(rulebook: Rulebook, deadlines: Sequence[DeadlineListed]) -> list[Section]:
    """Return every deadline, one line each."""
    name = rulebook_name(rulebook.version, rulebook.overlays)
    return [
        list_section(
            f"R{name[1:]}: {count(len(rulebook.deadlines), 'deadline')}",
            (DEADLINE, column_of("who"), column_of("law"), column_of("limit", "time limit")),
            map(values, deadlines),
            None,
            after=("Everything about one of them:", "  ehcp rules show plan.issue"),
        )
    ]


def stale_sections(stale: Sequence[DeadlineListed], total: int) -> list[Section]:
    """Return the deadlines whose words were last checked too long ago."""
    title = f"Last checked more than a year before: {len(stale)} of {count(total, 'deadline')}"
    columns = (DEADLINE, column_of("checked", kind="fixed"), column_of("law"))
    return [list_section(title, columns, map(values, stale), None)]


def coverage_sections(answer: CoverageAnswer) -> list[Section]:
    """Return every deadline by the law it comes from, then what is left out and why."""
    return [
        list_section(
            f"Encoded: {count(len(answer.encoded), 'deadline')}",
            (column_of("law"), DEADLINE, column_of("seen", "words seen", "fixed")),
            map(values, answer.encoded),
            None,
            after=(
                "primary: seen in the law itself; quoted: seen where it is quoted; unverified: not seen.",
            ),
        ),
        list_section(
            f"Not encoded: {count(len(answer.not_encoded), 'provision')}",
            (column_of("law"), column_of("about"), column_of("why", "why not")),
            map(values, answer.not_encoded),
            None,
        ),
    ]
