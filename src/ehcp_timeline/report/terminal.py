"""Sections on a terminal: as wide as the window, ids and dates whole, meaning never in colour alone."""

import io
from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ehcp_timeline.report.sections import Column, Section
from ehcp_timeline.report.visible import visible

_LEAST_TEXT = 16
_GAP = 2


def terminal_text(sections: Iterable[Section], *, width: int, colour: bool) -> str:
    """Return the sections drawn `width` columns wide.

    A table whose ids and dates do not fit is drawn wider than the window, so that none is ever cut.
    Everything from a file is set as text, never read as markup.
    """
    page = io.StringIO()
    console = Console(
        file=page,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        emoji=False,
        highlight=False,
        markup=False,
        soft_wrap=False,
        _environ={},
    )
    for number, section in enumerate(sections):
        if number:
            console.print()
        _draw(console, section)
    return "\n".join(line.rstrip() for line in page.getvalue().split("\n"))


def _draw(console: Console, section: Section) -> None:
    """Draw one section."""
    if section.title:
        style = "bold red" if section.alarm else "bold"
        console.print(Text(visible(section.title), style=style))
    for line in section.before:
        console.print(_prose(line))
    if section.rows:
        _draw_table(console, section)
    for line in section.after:
        console.print(_prose(line))


def _draw_table(console: Console, section: Section) -> None:
    """Draw the table, wider than the window where its ids and dates need it."""
    widths = _widths(section)
    window = console.width
    console.width = max(window, sum(widths) + _GAP * len(widths))
    console.print(_table(section, widths))
    console.width = window


def _prose(line: str) -> Padding | Text:
    """Return one line of prose; a line that begins with blanks keeps them when it is folded."""
    indent = len(line) - len(line.lstrip(" "))
    text = Text(visible(line.strip(" ")), overflow="fold")
    return Padding(text, (0, 0, 0, indent)) if indent else text


def _widths(section: Section) -> list[int]:
    """Return the least width of each column, in cells of the screen."""
    return [
        _least_width(column, [cell_len(visible(row[place])) for row in section.rows])
        for place, column in enumerate(section.columns)
    ]


def _least_width(column: Column, widths: list[int]) -> int:
    """Return the width of the widest word for ids, dates and numbers; less for prose."""
    widest = max([cell_len(column.heading), *widths])
    return min(widest, _LEAST_TEXT) if column.kind == "text" else widest


def _table(section: Section, widths: list[int]) -> Table:
    """Return the table without rules: headings in bold, two blanks between columns."""
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column, width in zip(section.columns, widths, strict=True):
        table.add_column(
            Text(column.heading),
            justify="right" if column.kind == "number" else "left",
            min_width=width,
            no_wrap=column.kind != "text",
            overflow="fold",
        )
    for row in section.rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    return table
