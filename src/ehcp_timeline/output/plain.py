"""Sections as aligned text with nothing cut, and as Markdown."""

import re
from collections.abc import Iterable, Iterator

from ehcp_timeline.output.sections import Section
from ehcp_timeline.text import visible

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\|`*_<>[]#~&"})
# What becomes a link or calls somebody without a mark; a space that nobody sees stands in it.
_LINKED = re.compile(r"(?<=[a-z]):(?=//)|\bwww(?=\.)|@(?=\w)", re.IGNORECASE)


def plain_text(sections: Iterable[Section]) -> str:
    """Return the sections with a blank line between them; a line is as long as its words."""
    return "\n\n".join("\n".join(_plain_lines(section)) for section in sections) + "\n"


def _plain_lines(section: Section) -> Iterator[str]:
    if section.heading:
        yield visible(section.heading)
    yield from map(visible, section.before)
    if section.rows:
        cells = [tuple(map(visible, row)) for row in section.rows]
        if any(column.heading for column in section.columns):
            cells.insert(0, tuple(column.heading for column in section.columns))
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for row in cells:
            padded = (
                cell.rjust(width) if column.kind == "number" else cell.ljust(width)
                for cell, column, width in zip(row, section.columns, widths, strict=True)
            )
            yield "  ".join(padded).rstrip()
    yield from map(visible, section.after)


def markdown_page(sections: Iterable[Section], title: str = "", level: int = 2) -> str:
    """Return sections, headings at this level, as a page; nothing in a cell or line is read as markup."""
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


def markdown_line(cells: Iterable[str]) -> str:
    """Return cells as a line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def _markdown_blocks(section: Section, level: int) -> Iterator[str]:
    if section.heading:
        yield f"{'#' * level} {markdown_cell(section.heading)}"
    yield from map(markdown_cell, section.before)
    if section.rows:
        rules = ("--:" if column.kind == "number" else "---" for column in section.columns)
        rows = ([column.heading for column in section.columns], *section.rows)
        head, *lines = (markdown_line(map(markdown_cell, row)) for row in rows)
        yield "\n".join((head, markdown_line(rules), *lines))
    yield from map(markdown_cell, section.after)
