"""The shape of the JSON answer of `ehcp columns`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ehcp_timeline.commands.columns.cell_shapes import Kind
from ehcp_timeline.output.schema import DateOrderOfFile, Sha256, Shape, Whole

Cells = Annotated[int, Field(ge=1)]


class LayoutSeen(Shape):
    """How some cells are written; no cell is shown."""

    format: Annotated[
        str, Field(description="D, M, Y: day, month, year; Mon: a month in words; 9: a figure; a: letters")
    ]
    cells: Cells


class WordSeen(Shape):
    """A word that means a blank, or that is no code of its column."""

    word: str
    cells: Cells


class CellsSeen(Shape):
    """What the cells below a heading look like."""

    kind: Kind
    filled: Annotated[int, Field(ge=0, description="words that mean a blank left out")]
    share: Annotated[float | None, Field(ge=0, le=1, description="of the rows; null where there are none")]
    formats: Annotated[list[LayoutSeen], Field(description="the most frequent first")]
    first: Annotated[date | None, Field(description="first day of an event that is read")]
    last: date | None
    blank_words: list[WordSeen]
    unreadable: Whole
    words: Annotated[list[WordSeen], Field(description="words that are no code, or neither yes nor no")]


class HeadingSeen(Shape):
    """One heading of the file."""

    position: Annotated[int, Field(ge=1)]
    text: str
    column: Annotated[str | None, Field(description="the column that it means; null where it is not read")]
    suggestions: Annotated[list[str], Field(description="columns that it looks like; never taken")]
    reason: Annotated[str | None, Field(description="why it is not taken although it looks like a column")]
    gives: Annotated[list[str], Field(description="events that ehcp.toml takes from it by an outcome")]
    looks: CellsSeen


class Stopping(Shape):
    """Why the file cannot be judged."""

    problem: str
    try_: Annotated[str | None, Field(alias="try")]


class ColumnsAnswer(Shape):
    """The answer of `ehcp columns --format json`."""

    schema_: Annotated[Literal["ehcp-columns/1"], Field(alias="schema")]
    name: str
    sha256: Sha256
    encoding: str
    delimiter: str | None
    worksheet: str | None
    header_row: Annotated[int, Field(ge=0)]
    rows: Annotated[int, Field(ge=0, description="rows below the headings that are not blank")]
    headings: list[HeadingSeen]
    constants: Annotated[dict[str, str], Field(description="columns that ehcp.toml fills on every row")]
    stops: Stopping | None
    date_order: DateOrderOfFile | None
    mapping: Annotated[str, Field(description="lines for ehcp.toml, ready to paste; empty for none")]


COLUMNS_ENVELOPES: dict[str, type[BaseModel]] = {"ehcp-columns-1": ColumnsAnswer}
