"""What a person is shown: titled sections of prose and tables, as aligned text and as Markdown."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, Literal

from ehcp_timeline.record import record, replace
from ehcp_timeline.text import visible

if TYPE_CHECKING:
    from ehcp_timeline.output.chart import Chart

Kind = Literal["fixed", "number", "text", "status"]
Row = Mapping[str, Any]


@record(frozen=True, slots=True)
class TableColumn:
    """One column of a table; a table in which no column has a heading is drawn without.

    Attributes:
        kind: `fixed` (ids, dates) and `number` are never broken; `text` may be folded between words;
            `status` is a word as RED or GREEN, which a terminal shows in its colour too.
        optional: Whether a window that is too narrow may leave it out.
    """

    heading: str
    kind: Kind = "text"
    optional: bool = False


@record(frozen=True, slots=True)
class Section:
    """One part of an answer: lines of prose, a table whose cells are words already, lines below it.

    Attributes:
        before: A line that begins with blanks is a command or the like: it is never folded.
        alarm: Whether it holds something that is past its day.
        chart: A picture of the table, for pages.
        caption: What the table holds, where the title does not say it.
        closing: Whether it says what to type next: a screen that is cut short keeps it.
        total: How many rows there are in all, where the heading says how many are shown.
        repeated: How many first columns say what a row is about, if a window that is too narrow shows the
            others in several tables with these before each; 0 if each row is drawn as a record instead.
    """

    title: str = ""
    before: tuple[str, ...] = ()
    columns: tuple[TableColumn, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    after: tuple[str, ...] = ()
    alarm: bool = False
    chart: "Chart | None" = None
    caption: str = ""
    closing: bool = False
    total: int | None = None
    repeated: int = 0

    @property
    def heading(self) -> str:
        """The title, and how many rows are shown of how many.

        >>> Section("Overdue", rows=(("A",),), total=1).heading, Section("Overdue", rows=(), total=7).heading
        ('Overdue: 1', 'Overdue: 0 of 7')
        """
        if self.total is None:
            return self.title
        some = "" if len(self.rows) == self.total else f"{len(self.rows):,} of "
        return f"{self.title}: {some}{self.total:,}"


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


@record(frozen=True, slots=True)
class ListColumn:
    """One column of a list: how it is drawn, and what it says of a row."""

    column: TableColumn
    words: Callable[[Row], str]


def column_of(key: str, heading: str = "", kind: Kind = "text", *, optional: bool = False) -> ListColumn:
    """Return a column with one value of each row as it is, empty where there is none."""
    return ListColumn(
        TableColumn(heading or key, kind, optional), lambda row: "" if row[key] is None else str(row[key])
    )


def number_of(key: str, heading: str = "") -> ListColumn:
    """Return a column with one whole number of each row, empty where there is none."""
    return ListColumn(
        TableColumn(heading or key, "number"), lambda row: "" if row[key] is None else f"{row[key]:,}"
    )


CASE = column_of("case_id", "case", "fixed")
DUE = column_of("due", kind="fixed")
DEADLINE = column_of("deadline", kind="fixed")
WHOSE_COLUMNS = tuple(column_of(key, optional=True) for key in ("caseworker", "team", "district"))


def list_section(
    title: str,
    columns: Sequence[ListColumn],
    rows: Iterable[Row],
    total: int | None,
    *,
    after: tuple[str, ...] = (),
    alarm: bool = False,
) -> Section:
    """Return the first rows of a list of `total` (None: the title says it), without its empty columns."""
    cells = tuple(tuple(column.words(row) for column in columns) for row in rows)
    head = tuple(column.column for column in columns)
    return without_empty_columns(Section(title, (), head, cells, after, alarm, total=total))


def table(
    title: str, records: Iterable[Row], *, fixed: Iterable[str] = (), text: Iterable[str] = (),
    number: Iterable[str] = (), optional: Iterable[str] = (),
    **more: Any,  # noqa: ANN401 - any other field of a section
) -> Section:  # fmt: skip
    """Return a table whose rows name their columns: the first and `fixed` ones, `text`, else numbers.

    A whole number stands with its thousands apart, nothing where a value is None.

    >>> table("", [{"team": "North", "clocks": 1200, "note": None}], text=("note",)).rows
    (('North', '1,200', ''),)
    """
    rows = list(records)
    headings = tuple(rows[0]) if rows else ()
    kinds: dict[str, Kind] = dict.fromkeys((*headings[:1], *fixed), "fixed")
    kinds |= {**dict.fromkeys(text, "text"), **dict.fromkeys(number, "number")}
    columns = tuple(TableColumn(name, kinds.get(name, "number"), name in optional) for name in headings)
    cells = (
        tuple(
            "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
            for value in row.values()
        )
        for row in rows
    )
    return Section(title, columns=columns, rows=tuple(cells), **more)


_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\|`*_<>[]#~&"})
# What becomes a link or calls somebody without a mark; a space that nobody sees stands in it.
_LINKED = re.compile(r"(?<=[a-z]):(?=//)|\bwww(?=\.)|@(?=\w)", re.IGNORECASE)


def plain_text(sections: Iterable[Section]) -> str:
    """Return the sections with a blank line between them; a line is as long as its words."""
    texts = []
    for section in sections:
        lines = [visible(section.heading)] if section.heading else []
        lines += map(visible, section.before)
        if section.rows:
            headed = any(column.heading for column in section.columns)
            padded = []
            for column, cells in zip(section.columns, zip(*section.rows, strict=True), strict=True):
                shown = cells if "".join(cells).isprintable() else map(visible, cells)
                whole = [*([column.heading] if headed else []), *shown]
                pad = str.rjust if column.kind == "number" else str.ljust
                padded.append(map(pad, whole, repeat(max(map(len, whole)))))
            lines += ("  ".join(row).rstrip() for row in zip(*padded, strict=True))
        lines += map(visible, section.after)
        texts.append("\n".join(lines))
    return "\n\n".join(texts) + "\n"


def markdown_page(sections: Iterable[Section], title: str = "") -> str:
    """Return sections as a page; nothing in a cell or line is read as markup."""
    blocks = [f"# {markdown_cell(title)}"] if title else []
    for section in sections:
        if section.heading:
            blocks.append(f"## {markdown_cell(section.heading)}")
        blocks += map(markdown_cell, section.before)
        if section.rows:
            rules = ("--:" if column.kind == "number" else "---" for column in section.columns)
            rows = ([column.heading for column in section.columns], *section.rows)
            head, *lines = (markdown_line(map(markdown_cell, row)) for row in rows)
            blocks.append("\n".join((head, markdown_line(rules), *lines)))
        blocks += map(markdown_cell, section.after)
    return "\n\n".join(blocks) + "\n"


def markdown_cell(text: str) -> str:
    r"""Return text of which nothing is read as markup.

    >>> markdown_cell("a|b *c*")
    'a\\|b \\*c\\*'
    >>> markdown_cell("ask @kent & see www.kent.gov.uk or https://kent.gov.uk")
    'ask @&#8203;kent \\& see www&#8203;.kent.gov.uk or https:&#8203;//kent.gov.uk'
    """
    return _LINKED.sub(r"\g<0>&#8203;", visible(text).translate(_MARKS))


def markdown_line(cells: Iterable[str]) -> str:
    """Return cells as a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"
