"""Sections on a terminal: as wide as the window, ids and dates whole, meaning never in colour alone."""

import io
from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ehcp_timeline.report.sections import Column, Section, with_columns
from ehcp_timeline.report.visible import visible

_LONGEST_WORD = 24
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
    _draw_lines(console, section.before)
    if section.rows:
        _draw_table(console, section)
    _draw_lines(console, section.after)


def _draw_lines(console: Console, lines: Iterable[str]) -> None:
    """Draw lines of prose, folded; those that begin with blanks are left as they are."""
    for line in lines:
        console.print(Text(visible(line), overflow="fold"), soft_wrap=line.startswith(" "))


def _draw_table(console: Console, section: Section) -> None:
    """Draw the table, wider than the window where its ids and dates need it."""
    window = console.width
    fitted = _fitted(section, window)
    widths = _widths(fitted)
    console.width = max(window, _least(widths))
    console.print(_table(fitted, widths))
    console.width = window


def _fitted(section: Section, window: int) -> Section:
    """Return the section without as many of its last optional columns as do not fit."""
    widths = _widths(section)
    places = list(range(len(widths)))
    for place in reversed(places.copy()):
        if _least([widths[kept] for kept in places]) > window and section.columns[place].optional:
            places.remove(place)
    return with_columns(section, places)


def _least(widths: list[int]) -> int:
    """Return how wide a table with these columns is at least."""
    return sum(widths) + _GAP * (len(widths) - 1)


def _widths(section: Section) -> list[int]:
    """Return the least width of each column, in cells of the screen."""
    return [
        _least_width(column, [visible(row[place]) for row in section.rows])
        for place, column in enumerate(section.columns)
    ]


def _least_width(column: Column, cells: list[str]) -> int:
    """Return the width of the widest cell of ids, dates and numbers; of the longest word of prose."""
    if column.kind == "text":
        words = (word for cell in (column.heading, *cells) for word in cell.split())
        return min(max(map(cell_len, words), default=1), _LONGEST_WORD)
    return max(map(cell_len, (column.heading, *cells)))


def _table(section: Section, widths: list[int]) -> Table:
    """Return the table without rules: headings in bold, two blanks between columns."""
    headed = any(column.heading for column in section.columns)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold", show_header=headed)
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
