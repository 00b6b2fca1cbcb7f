"""Sections as aligned text with nothing cut, and as Markdown."""

import re
from collections.abc import Iterable, Iterator

from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.text.safe import visible

_GAP = "  "


def plain_text(sections: Iterable[Section]) -> str:
    """Return the sections with a blank line between them; a line is as long as its words."""
    return "\n\n".join("\n".join(_plain_lines(section)) for section in sections) + "\n"


def _plain_lines(section: Section) -> Iterable[str]:
    """Yield the lines of one section."""
    if section.heading:
        yield visible(section.heading)
    yield from map(visible, section.before)
    if section.rows:
        yield from _plain_table(section)
    yield from map(visible, section.after)


def _plain_table(section: Section) -> Iterable[str]:
    """Yield the table's lines: headings, then rows, two blanks between columns."""
    headings = tuple(column.heading for column in section.columns)
    cells = [tuple(visible(cell) for cell in row) for row in section.rows]
    if any(headings):
        cells.insert(0, headings)
    widths = [max(len(row[place]) for row in cells) for place in range(len(headings))]
    for row in cells:
        yield _GAP.join(map(_padded, row, section.columns, widths)).rstrip()


def _padded(cell: str, column: TableColumn, width: int) -> str:
    """Return the cell at its column's width, numbers to the right."""
    return cell.rjust(width) if column.kind == "number" else cell.ljust(width)


_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\|`*_<>[]#~&"})
# What becomes a link or calls somebody without a mark; a space that nobody sees stands in it.
_LINKED = re.compile(r"(?<=[a-z]):(?=//)|\bwww(?=\.)|@(?=\w)", re.IGNORECASE)


def markdown_page(sections: Iterable[Section], title: str = "", level: int = 2) -> str:
    """Return sections as a page; nothing in a cell or a line is read as markup.

    Args:
        sections: The sections.
        title: Heading of the page; empty for none.
        level: How deep the sections' own headings stand.
    """
    heading = [f"# {markdown_cell(title)}"] if title else []
    blocks = [*heading, *(block for section in sections for block in _markdown_blocks(section, level))]
    return "\n\n".join(blocks) + "\n"


def markdown_cell(text: str) -> str:
    r"""Return text of which nothing is read as markup.

    >>> markdown_cell("a|b *c*")
    'a\\|b \\*c\\*'
    >>> markdown_cell("ask @kent & see www.kent.gov.uk or https://kent.gov.uk")
    'ask @&#8203;kent \\& see www&#8203;.kent.gov.uk or https:&#8203;//kent.gov.uk'
    """
    return _LINKED.sub(r"\g<0>&#8203;", visible(text).translate(_MARKS))


def _markdown_blocks(section: Section, level: int) -> Iterator[str]:
    if section.heading:
        yield f"{'#' * level} {markdown_cell(section.heading)}"
    yield from map(markdown_cell, section.before)
    if section.rows:
        yield "\n".join(_markdown_table(section))
    yield from map(markdown_cell, section.after)


def _markdown_table(section: Section) -> Iterator[str]:
    yield _markdown_line(column.heading for column in section.columns)
    yield f"| {' | '.join(map(_markdown_rule, section.columns))} |"
    for row in section.rows:
        yield _markdown_line(row)


def _markdown_rule(column: TableColumn) -> str:
    return "--:" if column.kind == "number" else "---"


def _markdown_line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(markdown_cell, cells))} |"
