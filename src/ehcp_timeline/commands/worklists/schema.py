"""The shape of the JSON answers that are lists: work, letters, changes, what may be published."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.audit.clock import Certainty, Verdict
from ehcp_timeline.commands.changes.compare import Change
from ehcp_timeline.law.rulebook import DutyKind, Who
from ehcp_timeline.output.schema import (
    FileRead,
    InTimeShape,
    NotJudgedDeadline,
    ProblemFound,
    RulebookUsed,
    Sha256,
    Shape,
    Whole,
)

Statement = Annotated[
    str | None, Field(description="what must stand on every copy of a pseudonymised list; null otherwise")
]


class Work(Shape):
    """One clock that somebody has to see to, and its next lawful step."""

    case_id: str
    name: str | None
    school: str | None
    referrer: str | None
    district: str | None
    team: str | None
    caseworker: str | None
    deadline: str
    duty: str
    law: str
    start: date | None
    due: date | None
    act_by: date | None
    verdict: Verdict
    days_left: int | None
    days_late: int | None
    certainty: Certainty
    excuse: str | None
    do: Annotated[str, Field(description="the next lawful step")]
    by: Annotated[date | None, Field(description="its last working day, which may have passed")]
    not_before: Annotated[date | None, Field(description="the first lawful day for it, where it lies ahead")]


class WorkAtRisk(Work):
    """One in-time clock, and when it will be met at the present pace."""

    stage: str
    in_stage_since: date
    expected_p50: Annotated[date | None, Field(description="at the median of what the stages took lately")]
    expected_p85: Annotated[date | None, Field(description="at their 85th percentile")]


class LetterLine(Shape):
    """One family to be told before a day is missed."""

    case_id: str
    name: str | None
    school: str | None
    referrer: str | None
    district: str | None
    team: str | None
    caseworker: str | None
    deadline: str
    duty: str
    law: str
    start: date
    weeks_waited: Whole
    due: date
    days_left: Whole
    expected: date
    days_over: Annotated[int, Field(ge=1, description="from the due day to the expected one")]
    still_to_do: str
    also: Annotated[str, Field(description="the case's other deadlines that will be missed")]
    promise: str
    tell: str
    rights: str


class Changed(Shape):
    """One clock that changed between two answers."""

    change: Change
    case_id: str
    deadline: str
    duty: str
    law: str
    kind: DutyKind
    who: Who
    source: str | None
    start: date | None
    due: date | None
    answered: date | None
    before: Annotated[Verdict | None, Field(description="null where there was no such clock")]
    now: Annotated[Verdict | None, Field(description="null where there is none any more")]
    days_late: int | None
    note: str | None
    district: str | None
    team: str | None
    caseworker: str | None


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


class _ListAnswer(Shape):
    as_at: date
    rulebook: RulebookUsed
    input: list[FileRead]
    statement: Statement
    not_judged: list[NotJudgedDeadline]
    problems: list[ProblemFound]


class OverdueCounts(Shape):
    """How much is overdue."""

    overdue: Whole
    cases: Whole


class RiskCounts(Shape):
    """How many in-time clocks are at risk."""

    at_risk: Whole
    in_time: Whole
    cannot_be_told: Annotated[int, Field(ge=0, description="too little was finished lately to tell")]


class NextCounts(Shape):
    """How much there is to do."""

    policy: Literal["oldest-first", "in-time-first", "worst-first"]
    cases: Whole
    cannot_be_told: Annotated[int, Field(ge=0, description="clocks whose verdict is unknown")]


class LetterCounts(Shape):
    """How many families are to be told."""

    families: Whole
    in_time: Whole
    cannot_be_told: Whole


class HolidayCounts(Shape):
    """How much is moved, and by which days."""

    added: list[date]
    moved: Whole
    cases: Whole


class OverdueAnswer(_ListAnswer):
    """The answer of `ehcp overdue --format json`."""

    schema_: Annotated[Literal["ehcp-overdue/1"], Field(alias="schema")]
    summary: OverdueCounts
    work: list[Work]


class SaveListAnswer(_ListAnswer):
    """The answer of `ehcp overdue --save-list --format json`."""

    schema_: Annotated[Literal["ehcp-save-list/1"], Field(alias="schema")]
    summary: RiskCounts
    work: list[WorkAtRisk]


class NextAnswer(_ListAnswer):
    """The answer of `ehcp next --format json`."""

    schema_: Annotated[Literal["ehcp-next/1"], Field(alias="schema")]
    summary: NextCounts
    work: list[Work]


class LettersAnswer(_ListAnswer):
    """The answer of `ehcp letters --format json`."""

    schema_: Annotated[Literal["ehcp-letters/1"], Field(alias="schema")]
    summary: LetterCounts
    letters: list[LetterLine]


class HolidaysAnswer(_ListAnswer):
    """The answer of `ehcp rules holidays --format json`."""

    schema_: Annotated[Literal["ehcp-holidays/1"], Field(alias="schema")]
    summary: HolidayCounts
    moved: list[Moved]


class SideTold(Shape):
    """One of two answers that were held against each other."""

    as_at: date
    rulebook_sha256: Sha256
    overlays_sha256: list[Sha256]
    cases: Whole
    clocks: Whole


class ChangesAnswer(Shape):
    """The answer of `ehcp changes --format json`."""

    schema_: Annotated[Literal["ehcp-changes/1"], Field(alias="schema")]
    old: SideTold
    new: SideTold
    statement: Statement
    summary: dict[Change, Whole]
    changes: list[Changed]


class PublicationAnswer(Shape):
    """The answer of `ehcp overdue --disclosure suppress --format json`."""

    schema_: Annotated[Literal["ehcp-publication/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    by: Literal["district", "team"]
    threshold: Annotated[int, Field(ge=3, description="numbers of people below it are hidden")]
    withheld: Annotated[bool, Field(description="nothing of the table could be published")]
    legend: str
    columns: list[str]
    rows: Annotated[
        list[dict[str, int | float | str | None]],
        Field(description="one for each group and one named Total; [c] stands for what is hidden"),
    ]


class ClaimMade(Shape):
    """One exception claimed for one clock that was late without it."""

    case_id: str
    row: Annotated[int, Field(ge=1, description="physical line of the file")]
    deadline: str
    due: date | None
    days_late: int | None
    excuse: str
    law: str
    condition: Annotated[str, Field(description="in the words of the law")]
    shows: Literal["proved", "refuted", "cannot be shown", "could not be read"]
    why: Annotated[str, Field(description="the dates that say so")]
    verdict: Verdict
    district: str | None
    team: str | None
    caseworker: str | None


class ClaimShare(Shape):
    """How often an exception is claimed for a deadline."""

    deadline: str
    column: Annotated[str, Field(description="district, team or caseworker; empty for the whole file")]
    name: str
    clocks: Whole
    claimed: Whole
    always: Annotated[bool, Field(description="claimed for every one of at least five clocks")]


class ExceptionsAnswer(Shape):
    """The answer of `ehcp check --exceptions --format json`."""

    schema_: Annotated[Literal["ehcp-exceptions/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    rates: dict[str, InTimeShape]
    unneeded: Annotated[dict[str, Whole], Field(description="deadline to claims in time, or not yet due")]
    shares: list[ClaimShare]
    claims: list[ClaimMade]


LIST_ENVELOPES: dict[str, type[BaseModel]] = {
    "ehcp-overdue-1": OverdueAnswer,
    "ehcp-save-list-1": SaveListAnswer,
    "ehcp-next-1": NextAnswer,
    "ehcp-letters-1": LettersAnswer,
    "ehcp-holidays-1": HolidaysAnswer,
    "ehcp-changes-1": ChangesAnswer,
    "ehcp-publication-1": PublicationAnswer,
    "ehcp-exceptions-1": ExceptionsAnswer,
}
