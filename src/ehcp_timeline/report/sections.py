"""What a person is shown, before it is known on what: titled sections of prose and tables."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["fixed", "number", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `fixed` (ids, dates) and `number` are never broken; `text` may be folded."""

    heading: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of an answer.

    Attributes:
        title: What it is about; empty for none.
        before: Lines of prose above the table.
        columns: The table's columns; empty for no table.
        rows: Its cells, already words, one tuple as long as `columns` each.
        after: Lines of prose below the table.
        alarm: Whether it holds something that is past its day.
    """

    title: str = ""
    before: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    after: tuple[str, ...] = ()
    alarm: bool = False


def without_empty_columns(section: Section) -> Section:
    """Return the section without those columns in which no row has a word."""
    kept = [place for place in range(len(section.columns)) if any(row[place] for row in section.rows)]
    return Section(
        title=section.title,
        before=section.before,
        columns=tuple(section.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in section.rows),
        after=section.after,
        alarm=section.alarm,
    )
