"""What a person is shown, before it is known on what: titled sections of prose and tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["fixed", "number", "text", "status"]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table.

    Attributes:
        heading: Its heading; a table in which no column has one is drawn without.
        kind: `fixed` (ids, dates) and `number` are never broken; `text` may be folded between words;
            `status` is a word as RED or GREEN, which a terminal shows in its colour too.
        optional: Whether a window that is too narrow may leave it out.
    """

    heading: str
    kind: Kind = "text"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One part of an answer.

    Attributes:
        title: What it is about; empty for none.
        before: Lines of prose above the table. A line that begins with blanks is a command or the like: it
            is never folded, so that it can be copied.
        columns: The table's columns; empty for no table.
        rows: Its cells, already words, one tuple as long as `columns` each.
        after: Lines below the table, as `before`.
        alarm: Whether it holds something that is past its day.
    """

    title: str = ""
    before: tuple[str, ...] = ()
    columns: tuple[TableColumn, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    after: tuple[str, ...] = ()
    alarm: bool = False


def without_empty_columns(section: Section) -> Section:
    """Return the section without those columns in which no row has a word."""
    places = range(len(section.columns))
    return with_columns(section, [place for place in places if any(row[place] for row in section.rows)])


def with_columns(section: Section, places: Sequence[int]) -> Section:
    """Return the section with only the columns at these places."""
    return replace(
        section,
        columns=tuple(section.columns[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in section.rows),
    )
