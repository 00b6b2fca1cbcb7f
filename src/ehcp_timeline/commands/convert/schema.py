"""The shape of the JSON answers that are about files: what a conversion left behind, how good the data is."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.commands.quality.rules import Severity
from ehcp_timeline.commands.worklists.schema import Statement
from ehcp_timeline.output.schema import DateOrderOfFile, FileRead, Sha256, Shape, Whole

Row = Annotated[
    int | None, Field(ge=1, description="physical row; null for none, and in a pseudonymised report")
]


class FileWritten(Shape):
    """The canonical file."""

    name: Annotated[str, Field(description="`-` is standard output")]
    format: Literal["csv", "xlsx", "parquet"]
    sha256: Sha256
    rows: Whole
    columns: list[str]
    copies_told_apart: Annotated[
        bool, Field(description="rows that differ only in what was left behind are counted by `copy`")
    ]
    apostrophes: Annotated[
        int, Field(ge=0, description="cells that a spreadsheet would run as a formula, made safe")
    ]


class HeadingLeft(Shape):
    """A heading whose cells are not in the canonical file."""

    file: str
    position: Annotated[int, Field(ge=1)]
    heading: str
    filled: Annotated[int, Field(ge=0, description="cells that are not empty")]


class BlankWord(Shape):
    """A word that was read as a blank."""

    file: str
    column: str
    word: str
    cells: Annotated[int, Field(ge=1)]


class TimesDropped(Shape):
    """Dates that had a time of day."""

    file: str
    column: str
    cells: Annotated[int, Field(ge=1)]


class CellKept(Shape):
    """A cell that could not be read (the canonical file holds its words), or the place of a remark."""

    file: str
    row: Row
    column: str | None
    problem: str
    try_: Annotated[str, Field(alias="try")]


class RowFound(CellKept):
    """A row that is not judged."""

    kept: Annotated[bool, Field(description="whether it stands in the canonical file")]


class ConvertAnswer(Shape):
    """The answer of `ehcp convert --format json`."""

    schema_: Annotated[Literal["ehcp-convert/1"], Field(alias="schema")]
    as_at: date
    input: list[FileRead]
    output: FileWritten
    statement: Statement
    left_behind: list[HeadingLeft]
    blank_words: list[BlankWord]
    times_dropped: list[TimesDropped]
    cells: list[CellKept]
    rows: list[RowFound]
    remarks: Annotated[list[CellKept], Field(description="what is said of a file or column as a whole")]


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


FILE_ENVELOPES: dict[str, type[BaseModel]] = {
    "ehcp-convert-1": ConvertAnswer,
    "ehcp-quality-1": QualityAnswer,
    "ehcp-quality-rules-1": QualityRulesAnswer,
}
