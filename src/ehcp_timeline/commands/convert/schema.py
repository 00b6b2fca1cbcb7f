"""The shape of the JSON answer of `ehcp convert`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.output.schema import FileRead, Sha256, Shape, Statement, Whole

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


CONVERT_ENVELOPES: dict[str, type[BaseModel]] = {
    "ehcp-convert-1": ConvertAnswer,
}
