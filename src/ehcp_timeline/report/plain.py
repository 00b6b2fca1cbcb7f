"""Sections as aligned text with nothing cut: for pipes, logs, e-mail and screen readers."""

from collections.abc import Iterable

from ehcp_timeline.report.sections import Column, Section
from ehcp_timeline.report.visible import visible

_GAP = "  "


def plain_text(sections: Iterable[Section]) -> str:
    """Return the sections with a blank line between them; a line is as long as its words."""
    return "\n\n".join("\n".join(_lines(section)) for section in sections) + "\n"


def _lines(section: Section) -> Iterable[str]:
    """Yield the lines of one section."""
    if section.title:
        yield visible(section.title)
    yield from map(visible, section.before)
    if section.rows:
        yield from _table(section)
    yield from map(visible, section.after)


def _table(section: Section) -> Iterable[str]:
    """Yield the table's lines: headings, then rows, two blanks between columns."""
    headings = tuple(column.heading for column in section.columns)
    cells = [tuple(visible(cell) for cell in row) for row in section.rows]
    if any(headings):
        cells.insert(0, headings)
    widths = [max(len(row[place]) for row in cells) for place in range(len(headings))]
    for row in cells:
        yield _GAP.join(map(_padded, row, section.columns, widths)).rstrip()


def _padded(cell: str, column: Column, width: int) -> str:
    """Return the cell at its column's width, numbers to the right."""
    return cell.rjust(width) if column.kind == "number" else cell.ljust(width)
