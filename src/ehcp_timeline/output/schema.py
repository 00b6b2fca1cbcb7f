"""The shape of every JSON answer, from which the published JSON Schemas are made.

The answers themselves are plain values (`output.answers`); these models are never loaded to write one.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema

from ehcp_timeline.audit.clock import Certainty, Verdict
from ehcp_timeline.law.rulebook import DutyKind, Who

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256, in hexadecimal")]
Whole = Annotated[int, Field(ge=0)]
Percent = Annotated[float | None, Field(ge=0, le=100, description="null where there is nothing to count")]


class Shape(BaseModel):
    """An object that has exactly these keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Overlay(Shape):
    """A local rulebook that was laid over the law."""

    name: str
    sha256: Sha256


class RulebookUsed(Shape):
    """Which law was applied."""

    version: Annotated[str, Field(description="version of the rulebook, not of the software")]
    sha256: Sha256
    overlays: list[Overlay]


class FileRead(Shape):
    """One file that was read: rows = judged + not_judged."""

    name: str
    sha256: Sha256
    rows: Whole
    judged: Whole
    not_judged: Whole


class InTimeShape(Shape):
    """Done in time, in percent of all that was done, ended or is past its day."""

    strict: Percent
    claimed: Percent
    evidenced: Percent


class Stages(Shape):
    """How many open assessments stand at each stage."""

    no_decision: Whole
    agreed_no_draft: Whole
    draft_not_final: Whole


class NotJudgedDeadline(Shape):
    """A deadline that started in the file but that no column of the file could answer."""

    deadline: str
    needs: Annotated[list[str], Field(description="one of these columns would answer it")]
    clocks: Whole


class ClearanceEstimate(Shape):
    """When the overdue plans clear if the last weeks go on."""

    overdue_plans: Whole
    weeks: Annotated[int, Field(description="weeks of the past that the rates are taken over")]
    arrivals_per_week: float
    completions_per_week: float
    date: Annotated[date | None, Field(description="null: never at this rate, or nothing to clear")]
    sentence: str


class DoubtfulDates(Shape):
    """A column whose dates could be day-first or month-first."""

    column: str
    cells: Annotated[int, Field(ge=1, description="cells that mean another day if they are month-first")]


class DateOrderOfFile(Shape):
    """A file in which nothing proves that the dates of some columns are day-first, as they were read."""

    file: str
    columns: list[DoubtfulDates]
    proven: Annotated[list[str], Field(description="columns of the file that can only be day-first")]
    verdicts: Annotated[int, Field(ge=0, description="verdicts given")]
    changed: Annotated[int, Field(ge=0, description="verdicts that would be others, all of them month-first")]
    sentence: str


class Summary(Shape):
    """What is counted over the whole input, whatever was selected."""

    stages: Stages
    rates: Annotated[
        dict[str, int | float | str | None],
        Field(description="measures over the calendar year of as_at, under the names of DfE's files"),
    ]
    verdicts: Annotated[
        dict[str, dict[Verdict, Whole]],
        Field(description="deadline to verdict to number, over every clock that started"),
    ]
    not_judged: list[NotJudgedDeadline]
    clearance: ClearanceEstimate
    date_order: Annotated[
        list[DateOrderOfFile],
        Field(description="files with dates that could be day-first or month-first, and what hangs on it"),
    ]


class ClockShape(Shape):
    """What is said about one clock, whether or not a file holds it."""

    deadline: str
    duty: str
    law: str
    kind: DutyKind
    who: Who
    source: Annotated[str | None, Field(description="whose advice, where a duty stands once for each")]
    start: date | None
    due: Annotated[date | None, Field(description="last lawful day; for a minimum the first lawful day")]
    act_by: Annotated[date | None, Field(description="last working day on or before due")]
    earliest_reading: date | None
    latest_reading: date | None
    answered: date | None
    verdict: Verdict
    days_left: int | None
    days_late: int | None
    certainty: Certainty
    excuse: str | None
    provisional: Annotated[bool, Field(description="rests on bank holidays that are not announced yet")]
    district: str | None
    team: str | None
    caseworker: str | None


class Finding(ClockShape):
    """One clock of a case file that someone should look at, or that was asked for."""

    case_id: str
    row: Annotated[int, Field(ge=1, description="physical line of the file, 1 for its first line")]


class TimelineClock(ClockShape):
    """One clock of a case that was given in words; `not-owed` and `not-started` included."""

    case_id: str | None
    row: None


class OldestCase(Shape):
    """One open assessment."""

    case_id: str
    row: Annotated[int, Field(ge=1)]
    stage: Literal["no_decision", "agreed_no_draft", "draft_not_final"]
    start: date
    weeks: Annotated[int, Field(ge=0, description="whole weeks since the start, floored")]


class ProblemFound(Shape):
    """One thing in a file that a person should put right."""

    row: Annotated[int | None, Field(description="null where the whole file is meant")]
    column: Annotated[str | None, Field(description="null where the whole row is meant")]
    problem: str
    try_: Annotated[str, Field(alias="try")]


class CheckAnswer(Shape):
    """The answer of `ehcp check --format json`."""

    schema_: Annotated[Literal["ehcp-check/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    input: list[FileRead]
    summary: Summary
    findings: list[Finding]
    oldest: list[OldestCase]
    problems: list[ProblemFound]


class TimelineAnswer(Shape):
    """The answer of `ehcp timeline --format json`."""

    schema_: Annotated[Literal["ehcp-timeline/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    clocks: list[TimelineClock]


class StepTaken(Shape):
    """One step from the file to the verdict."""

    number: Annotated[int, Field(ge=1)]
    title: str
    text: str
    law: Annotated[str | None, Field(description="the words or the provision it rests on")]
    gives: Annotated[
        dict[str, str],
        Field(
            description="circumstances that it establishes; all of them lead to the verdict (docs/rules.md)"
        ),
    ]
    facts: Annotated[
        dict[str, date | int | bool | str | None], Field(description="the days, ids and numbers it rests on")
    ]


class ExplainedClock(ClockShape):
    """One clock of a case, and how its verdict came about."""

    case_id: str | None
    row: Annotated[int, Field(ge=0, description="physical line of the file")]
    reason: Annotated[str | None, Field(description="permanent word for why: unknown, not owed, not started")]
    ended: date | None
    steps: list[StepTaken]


class ExplainAnswer(Shape):
    """The answer of `ehcp explain --format json`."""

    schema_: Annotated[Literal["ehcp-explain/1"], Field(alias="schema")]
    as_at: date
    rulebook: RulebookUsed
    case_id: str
    clocks: list[ExplainedClock]


Statement = Annotated[
    str | None, Field(description="what must stand on every copy of a pseudonymised list; null otherwise")
]


class ListAnswer(Shape):
    """What every answer that is a list of clocks holds."""

    as_at: date
    rulebook: RulebookUsed
    input: list[FileRead]
    statement: Statement
    not_judged: list[NotJudgedDeadline]
    problems: list[ProblemFound]


ENVELOPES: dict[str, type[BaseModel]] = {
    "ehcp-check-1": CheckAnswer,
    "ehcp-timeline-1": TimelineAnswer,
    "ehcp-explain-1": ExplainAnswer,
}


class _EveryKey(GenerateJsonSchema):
    """Says of records of the law, whose parts may have a default, that an answer always holds every part."""

    def field_is_required(self, field: object, total: bool) -> bool:  # noqa: ARG002 - pydantic's own
        return True


def json_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one answer, by its name in `ENVELOPES`."""
    return schema_of(name, ENVELOPES[name])


def schema_of(name: str, shape: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a shape, under its published name."""
    schema = shape.model_json_schema(by_alias=True, schema_generator=_EveryKey)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{name}.json", **schema}
