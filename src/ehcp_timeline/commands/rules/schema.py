"""The shape of the JSON answers about the rulebook itself: its tests, its checks, two side by side."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.law.rulebook import Deadline, DutyKind, NotEncoded, Who
from ehcp_timeline.output.schema import InTimeShape, ListAnswer, RulebookUsed, Shape, Whole, schema_of


class FixtureFailure(Shape):
    """One answer that is not the expected one."""

    file: str
    line: Whole
    case: str
    as_at: date
    deadline: str
    expected: dict[str, date | int | bool | str | None]
    got: dict[str, date | int | bool | str | None]
    why: Annotated[list[str], Field(description="the steps that lead to what came")]


class OtherFault(Shape):
    """What is wrong beside the cases: a rulebook that cannot be read, or a change that no case tells."""

    rule: Annotated[str, Field(description="`rulebook`, or the deadline that changed")]
    message: str


class RulesTestAnswer(Shape):
    """The answer of `ehcp rules test --format json`."""

    schema_: Annotated[Literal["ehcp-rules-test/1"], Field(alias="schema")]
    rulebook: RulebookUsed
    cases: Whole
    wrong: Whole
    failures: list[FixtureFailure]
    others: list[OtherFault]


class RemarkMade(Shape):
    """Something about a rulebook that a person should look at."""

    level: Literal["error", "warning", "note"]
    rule: str
    where: str
    says: str
    try_: Annotated[str | None, Field(alias="try")]


class RulesCheckAnswer(Shape):
    """The answer of `ehcp rules check --format json`."""

    schema_: Annotated[Literal["ehcp-rules-check/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    faults: Whole
    remarks: list[RemarkMade]


class NamedRulebook(RulebookUsed):
    """A rulebook, and the word that it was named by."""

    name: str


class ClauseChanged(Shape):
    """One clause that is not the same in two rulebooks."""

    deadline: Annotated[str | None, Field(description="null where the change is not one deadline's")]
    part: str
    name: Annotated[str | None, Field(description="which reading, excuse, event or instrument")]
    from_: Annotated[date | None, Field(alias="from", description="first start for which a limit differs")]
    to: Annotated[date | None, Field(description="last such start")]
    old: Any
    new: Any
    words: str
    answers: Annotated[bool, Field(description="whether a case may be answered otherwise for it")]


class FlipsOfKind(Shape):
    """How many clocks of a deadline flip from one verdict to another."""

    from_: Annotated[Verdict, Field(alias="from")]
    to: Verdict
    clocks: Whole


class Flip(Shape):
    """One clock that is judged otherwise."""

    case_id: str
    row: Annotated[int, Field(ge=1)]
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


class EffectShape(Shape):
    """What the change does to the cases that were given."""

    judged: dict[str, Whole]
    moved: Annotated[dict[str, Whole], Field(description="clocks with another due day, by deadline")]
    flipped: dict[str, list[FlipsOfKind]]
    groups: dict[str, dict[str, Whole]]
    rates: Annotated[dict[str, list[InTimeShape]], Field(description="before, then after, by deadline")]
    flips: list[Flip]


class RulesDiffAnswer(Shape):
    """The answer of `ehcp rules diff --format json`."""

    schema_: Annotated[Literal["ehcp-rules-diff/1"], Field(alias="schema")]
    as_at: date
    before: NamedRulebook
    after: NamedRulebook
    changes: list[ClauseChanged]
    cases: Annotated[EffectShape | None, Field(description="null where no case file was given")]


class DeadlineListed(Shape):
    """One deadline in a line."""

    deadline: str
    duty: str
    who: Who
    kind: DutyKind
    limit: Annotated[str, Field(description="of its latest version, in words")]
    law: str
    seen: Annotated[Literal["primary", "quoted", "unverified"], Field(description="how the words were seen")]
    checked: Annotated[date, Field(description="when the words were last held against the law")]


class RulesAnswer(Shape):
    """The answer of `ehcp rules list --format json`."""

    schema_: Annotated[Literal["ehcp-rules/1"], Field(alias="schema")]
    rulebook: RulebookUsed
    deadlines: list[DeadlineListed]


class StaleAnswer(Shape):
    """The answer of `ehcp rules stale --format json`."""

    schema_: Annotated[Literal["ehcp-stale/1"], Field(alias="schema")]
    rulebook: RulebookUsed
    deadlines: list[DeadlineListed]


class RuleAnswer(Shape):
    """The answer of `ehcp rules show DEADLINE --format json`: each deadline as `law.terms` holds it."""

    schema_: Annotated[Literal["ehcp-rule/1"], Field(alias="schema")]
    rulebook: RulebookUsed
    deadlines: list[Deadline]


class LeftOut(Shape):
    """What of a regulation is not encoded."""

    about: str
    why: str


class RegulationCovered(Shape):
    """One regulation, and what became of it."""

    regulation: str
    deadlines: list[str]
    applied: Annotated[list[str], Field(description="deadlines of another regulation that it applies")]
    not_encoded: list[LeftOut]


class EncodedDeadline(Shape):
    """One deadline by the law it comes from."""

    law: str
    deadline: str
    seen: Literal["primary", "quoted", "unverified"]


class CoverageAnswer(Shape):
    """The answer of `ehcp rules coverage --format json`."""

    schema_: Annotated[Literal["ehcp-coverage/1"], Field(alias="schema")]
    rulebook: RulebookUsed
    regulations: list[RegulationCovered]
    encoded: list[EncodedDeadline]
    not_encoded: list[NotEncoded]


class Moved(Shape):
    """One clock that a bank holiday moves."""

    case_id: str
    row: Annotated[int, Field(ge=1)]
    deadline: str
    duty: str
    law: str
    kind: DutyKind
    who: Who
    start: date | None
    due_before: date | None
    due: date | None
    act_by_before: date | None
    act_by: date | None
    verdict_before: Verdict
    verdict: Verdict
    district: str | None
    team: str | None
    caseworker: str | None


class HolidayCounts(Shape):
    """How much is moved, and by which days."""

    added: list[date]
    moved: Whole
    cases: Whole


class HolidaysAnswer(ListAnswer):
    """The answer of `ehcp rules holidays --format json`."""

    schema_: Annotated[Literal["ehcp-holidays/1"], Field(alias="schema")]
    summary: HolidayCounts
    moved: list[Moved]


RULES_ENVELOPES: Final[dict[str, type[BaseModel]]] = {
    "ehcp-holidays-1": HolidaysAnswer,
    "ehcp-rules-1": RulesAnswer,
    "ehcp-rule-1": RuleAnswer,
    "ehcp-stale-1": StaleAnswer,
    "ehcp-coverage-1": CoverageAnswer,
    "ehcp-rules-test-1": RulesTestAnswer,
    "ehcp-rules-check-1": RulesCheckAnswer,
    "ehcp-rules-diff-1": RulesDiffAnswer,
}


def rules_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one answer, by its name in `RULES_ENVELOPES`."""
    return schema_of(name, RULES_ENVELOPES[name])
