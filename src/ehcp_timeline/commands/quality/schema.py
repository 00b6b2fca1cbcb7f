"""The shape of the JSON answers of `ehcp quality`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.commands.quality.rules import Severity
from ehcp_timeline.output.schema import DateOrderOfFile, FileRead, Shape, Whole


class QualityRule(Shape):
    """One thing that a file is looked through for."""

    id: str
    severity: Severity
    says: Annotated[str, Field(description="{column}, {other}, {first}, {second}, {number} are filled in")]
    why: str
    source: str
    try_: Annotated[str, Field(alias="try")]


class QualityRuleFound(QualityRule):
    """One rule, and what it found in all files."""

    faults: Whole
    rows: Annotated[int, Field(ge=0, description="rows with a fault; one of a whole column is on none")]
    percent: Annotated[float | None, Field(description="of all rows; null where there are none")]
    columns: Annotated[dict[str, Whole], Field(description="faults by column, the most first")]


class QualitySizes(Shape):
    """How many rows have a fault, and the score."""

    rows: Whole
    with_error: Whole
    with_warning_only: Whole
    score: Annotated[float | None, Field(ge=0, le=100, description="null where there are no rows")]


class FaultCount(Shape):
    """What one rule found."""

    faults: Whole
    rows: Whole


class QualityOf(QualitySizes):
    """One file or group."""

    name: str
    counts: Annotated[dict[str, FaultCount], Field(description="by rule, every one that was looked at")]


class FaultFound(Shape):
    """One fault."""

    file: str
    row: Annotated[int | None, Field(ge=1, description="null where a column or the file is meant")]
    case_id: str | None
    group: str | None
    rule: str
    severity: Severity
    column: str
    fault: str
    try_: Annotated[str, Field(alias="try")]


class QualityAnswer(Shape):
    """The answer of `ehcp quality --format json`."""

    schema_: Annotated[Literal["ehcp-quality/1"], Field(alias="schema")]
    as_at: date
    input: list[FileRead]
    by: Literal["district", "team", "caseworker"] | None
    summary: QualitySizes
    files: Annotated[list[QualityOf], Field(description="the worst score first")]
    groups: Annotated[list[QualityOf], Field(description="the worst score first; empty without --by")]
    rules: list[QualityRuleFound]
    not_looked_at: Annotated[list[str], Field(description="rules for which no file has the columns")]
    date_order: Annotated[
        list[DateOrderOfFile],
        Field(description="files with dates that could be day-first or month-first, and what hangs on it"),
    ]
    faults: Annotated[list[FaultFound], Field(description="of the rules of --rule, in file order")]


class QualityRulesAnswer(Shape):
    """The answer of `ehcp quality --list-rules --format json`."""

    schema_: Annotated[Literal["ehcp-quality-rules/1"], Field(alias="schema")]
    rules: list[QualityRule]


QUALITY_ENVELOPES: dict[str, type[BaseModel]] = {
    "ehcp-quality-1": QualityAnswer,
    "ehcp-quality-rules-1": QualityRulesAnswer,
}
