"""The shape of the JSON answers that are lists: work, letters, changes, what may be published."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.audit.clock import Certainty, Verdict
from ehcp_timeline.output.schema import (
    ListAnswer,
    RulebookUsed,
    Shape,
    Whole,
)


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


class OverdueAnswer(ListAnswer):
    """The answer of `ehcp overdue --format json`."""

    schema_: Annotated[Literal["ehcp-overdue/1"], Field(alias="schema")]
    summary: OverdueCounts
    work: list[Work]


class SaveListAnswer(ListAnswer):
    """The answer of `ehcp overdue --save-list --format json`."""

    schema_: Annotated[Literal["ehcp-save-list/1"], Field(alias="schema")]
    summary: RiskCounts
    work: list[WorkAtRisk]


class NextAnswer(ListAnswer):
    """The answer of `ehcp next --format json`."""

    schema_: Annotated[Literal["ehcp-next/1"], Field(alias="schema")]
    summary: NextCounts
    work: list[Work]


class LettersAnswer(ListAnswer):
    """The answer of `ehcp letters --format json`."""

    schema_: Annotated[Literal["ehcp-letters/1"], Field(alias="schema")]
    summary: LetterCounts
    letters: list[LetterLine]


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


LIST_ENVELOPES: dict[str, type[BaseModel]] = {
    "ehcp-overdue-1": OverdueAnswer,
    "ehcp-save-list-1": SaveListAnswer,
    "ehcp-next-1": NextAnswer,
    "ehcp-letters-1": LettersAnswer,
    "ehcp-publication-1": PublicationAnswer,
}
