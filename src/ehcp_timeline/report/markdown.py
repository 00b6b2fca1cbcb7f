"""Sections as Markdown: for pull requests, e-mails and pages of documentation."""

from collections.abc import Iterable, Iterator

from ehcp_timeline.report.sections import Column, Section
from ehcp_timeline.report.visible import visible

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\|`*_<>[]#~"})


def markdown_page(sections: Iterable[Section], title: str = "", level: int = 2) -> str:
    """Return sections as a page; nothing in a cell or a line is read as markup.

    Args:
        sections: The sections.
        title: Heading of the page; empty for none.
        level: How deep the sections' own headings stand.
    """
    heading = [f"# {markdown_cell(title)}"] if title else []
    blocks = [*heading, *(block for section in sections for block in _blocks(section, level))]
    return "\n\n".join(blocks) + "\n"


def markdown_cell(text: str) -> str:
    r"""Return text of which nothing is read as markup.

    >>> markdown_cell("a|b *c*")
    'a\\|b \\*c\\*'
    """
    return visible(text).translate(_MARKS)


def _blocks(section: Section, level: int) -> Iterator[str]:
    if section.title:
        yield f"{'#' * level} {markdown_cell(section.title)}"
    yield from map(markdown_cell, section.before)
    if section.rows:
        yield "\n".join(_table(section))
    yield from map(markdown_cell, section.after)


def _table(section: Section) -> Iterator[str]:
    yield _line(column.heading for column in section.columns)
    yield f"| {' | '.join(map(_rule, section.columns))} |"
    for row in section.rows:
        yield _line(row)


def _rule(column: Column) -> str:
    return "--:" if column.kind == "number" else "---"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(markdown_cell, cells))} |"
