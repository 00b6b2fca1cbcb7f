"""Sections on a terminal: as wide as the window, ids and dates whole, meaning never in colour alone."""

import io
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ehcp_timeline.output.sections import Section, TableColumn, with_columns
from ehcp_timeline.text.safe import visible

_LONGEST_WORD = 24
_GAP = 2
_COLOURS = {"RED": "bold red", "AMBER": "yellow", "GREEN": "green"}


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
    widths = _shared_out(_least_widths(fitted), _natural_widths(fitted), window)
    console.width = max(window, _total(widths))
    console.print(_table(fitted, widths))
    console.width = window


def _fitted(section: Section, window: int) -> Section:
    """Return the section without as many of its last optional columns as do not fit."""
    least = _least_widths(section)
    places = list(range(len(least)))
    for place in reversed(places.copy()):
        if _total([least[kept] for kept in places]) > window and section.columns[place].optional:
            places.remove(place)
    return with_columns(section, places)


def _total(widths: Sequence[int]) -> int:
    """Return how wide a table with these columns is."""
    return sum(widths) + _GAP * (len(widths) - 1)


def _natural_widths(section: Section) -> list[int]:
    """Return the width of each column's widest cell, in cells of the screen."""
    return [max(map(cell_len, cells)) for cells in _cells(section)]


def _least_widths(section: Section) -> list[int]:
    """Return the width that each column must have: prose can be folded between words, the rest cannot."""
    natural = _natural_widths(section)
    return [
        min(_longest_word(cells), _LONGEST_WORD) if column.kind == "text" else width
        for column, cells, width in zip(section.columns, _cells(section), natural, strict=True)
    ]


def _cells(section: Section) -> list[list[str]]:
    """Return what stands in each column, its heading first."""
    return [
        [column.heading, *(visible(row[place]) for row in section.rows)]
        for place, column in enumerate(section.columns)
    ]


def _longest_word(cells: Iterable[str]) -> int:
    """Return the width of the longest word."""
    return max((cell_len(word) for cell in cells for word in cell.split()), default=1)


def _shared_out(least: Sequence[int], natural: Sequence[int], window: int) -> list[int]:
    """Return the columns' widths: the room that is left goes to whichever column is folded most."""
    widths = list(least)
    for _ in range(window - _total(widths)):
        folded = [place for place in range(len(widths)) if widths[place] < natural[place]]
        if not folded:
            break
        widths[max(folded, key=lambda place: natural[place] / widths[place])] += 1
    return widths


def _table(section: Section, widths: Sequence[int]) -> Table:
    """Return the table without rules: headings in bold, two blanks between columns."""
    headed = any(column.heading for column in section.columns)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold", show_header=headed)
    for column, width in zip(section.columns, widths, strict=True):
        table.add_column(
            Text(column.heading),
            justify="right" if column.kind == "number" else "left",
            width=width,
            overflow="fold",
        )
    for row in section.rows:
        cells = zip(row, section.columns, strict=True)
        table.add_row(*(Text(visible(cell), style=_style(cell, column)) for cell, column in cells))
    return table


def _style(cell: str, column: TableColumn) -> str:
    """Return the colour that a status is named after; the word says the same without it."""
    return _COLOURS.get(cell, "") if column.kind == "status" else ""
