"""Sections on a terminal: as wide as the window, ids and dates whole, meaning never in colour alone."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ehcp_timeline.output.sections import Section, with_columns
from ehcp_timeline.text import count, visible

_LONGEST_WORD = 24
_SHORT_WORD = 14  # where words of prose are broken rather than a table given up
_GAP = 2
_COLOURS = {"RED": "bold red", "AMBER": "yellow", "GREEN": "green"}


def terminal_text(sections: Iterable[Section], *, width: int, colour: bool) -> str:
    """Return the sections drawn `width` columns wide.

    A table whose ids and dates do not fit is drawn as records, one line a cell, so that none is ever cut.
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
        if section.heading:
            style = "bold red" if section.alarm else "bold"
            console.print(Text(visible(section.heading), style=style))
        _draw_lines(console, section.before)
        if section.rows:
            _draw_table(console, section)
        _draw_lines(console, section.after)
    return "\n".join(line.rstrip() for line in page.getvalue().split("\n"))


def screenful(sections: Iterable[Section], *, width: int, lines: int) -> list[Section]:
    """Return as much as fits so many lines: the first sections, what closes them, and how much is left out.

    The first rows of a table are shown where not all of them fit.
    """
    everything = list(sections)

    def height(shown: Sequence[Section]) -> int:
        return terminal_text(shown, width=width, colour=False).count("\n") + bool(shown)

    tall = height(everything)
    if tall <= lines + 1:
        return everything
    closing = [section for section in everything if section.closing]
    room = lines - 1 - height(closing)
    shown: list[Section] = []
    for section in (section for section in everything if not section.closing):
        cut, rows = section, len(section.rows)
        while height([*shown, cut]) > room and rows > 1:
            rows = max(min(rows - 1, room), 1)  # no row is drawn in less than a line
            cut = replace(section, rows=section.rows[:rows], after=())
        if shown and height([*shown, cut]) > room:
            break
        shown.append(cut)
        if cut is not section:
            break
    more = tall - height([*shown, *closing])
    return [*shown, Section(before=(f"{count(more, 'more line')}: add --full",)), *closing]


def _draw_lines(console: Console, lines: Iterable[str]) -> None:
    """Draw lines of prose, folded; those that begin with blanks are left as they are."""
    for line in lines:
        console.print(Text(visible(line), overflow="fold"), soft_wrap=line.startswith(" "))


def _draw_table(console: Console, section: Section) -> None:
    """Draw the table without rules, or where its ids and dates do not fit, each row as a record."""
    window = console.width
    fitted = _fitted(section, window)
    for longest in (window, _LONGEST_WORD, _SHORT_WORD):  # no word is cut if that can be helped
        if _total(widths := _least_widths(fitted, longest)) <= window:
            break
    if _total(widths) > window and len(widths) > 1:
        _draw_too_wide(console, section)
        return
    natural = [max(map(cell_len, cells)) for cells in _cells(fitted)]
    for _ in range(window - _total(widths)):  # the room that is left goes to whichever column is folded most
        folded = [place for place, width in enumerate(widths) if width < natural[place]]
        if not folded:
            break
        widths[max(folded, key=lambda place: natural[place] / widths[place])] += 1
    headed = any(column.heading for column in fitted.columns)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold", show_header=headed)
    for column, width in zip(fitted.columns, widths, strict=True):
        table.add_column(
            Text(column.heading),
            justify="right" if column.kind == "number" else "left",
            vertical="top",
            width=width,
            overflow="fold",
        )
    for row in fitted.rows:
        cells = zip(row, fitted.columns, strict=True)
        styles = ((cell, _COLOURS.get(cell, "") if column.kind == "status" else "") for cell, column in cells)
        table.add_row(*(Text(visible(cell), style=style) for cell, style in styles))
    console.print(table)
    if left_out := [column.heading for column in section.columns if column not in fitted.columns]:
        _draw_lines(console, [f"Left out, to fit {window} columns: {', '.join(left_out)}."])


def _draw_too_wide(console: Console, section: Section) -> None:
    """Draw as several tables what is too wide for one, the repeated columns first in each.

    Where none that fits the window has room for another column, each row is drawn as a record.
    """
    window, widths = console.width, _least_widths(section, _LONGEST_WORD)
    first, rest = list(range(section.repeated)), range(section.repeated, len(widths))
    if not first or any(_total([widths[kept] for kept in (*first, place)]) > window for place in rest):
        _draw_records(console, section)
        return
    tables: list[list[int]] = [[]]
    for place in rest:
        if tables[-1] and _total([widths[kept] for kept in (*first, *tables[-1], place)]) > window:
            tables.append([])
        tables[-1].append(place)
    for number, places in enumerate(tables):
        if number:
            console.print()
        _draw_table(console, with_columns(section, [*first, *places]))


def _draw_records(console: Console, section: Section) -> None:
    """Draw each row as lines of heading and cell, with a blank line between rows.

    A row of a table without headings stays one line where it fits; a command is never folded.
    """
    if not any(column.heading for column in section.columns):
        label = max(cell_len(row[0]) for row in section.rows)
        for first, *rest in section.rows:
            line = (" " * _GAP).join([first + " " * (label - cell_len(first)), *rest])
            parts = [line] if cell_len(line) <= console.width else [first, *(f"  {cell}" for cell in rest)]
            _draw_lines(console, parts)
        return
    for number, row in enumerate(section.rows):
        if number:
            console.print()
        cells = zip(row, section.columns, strict=True)
        _draw_lines(console, [f"{column.heading}: {cell}" for cell, column in cells if cell])


def _fitted(section: Section, window: int) -> Section:
    """Return the section without as many of its last optional columns as would leave no room for the rest."""
    eased = [
        max(width, min(max(map(cell_len, cells), default=0), _LONGEST_WORD))
        for width, (_, *cells) in zip(_least_widths(section, _LONGEST_WORD), _cells(section), strict=True)
    ]
    places = list(range(len(eased)))
    for place in reversed(places.copy()):
        if _total([eased[kept] for kept in places]) > window and section.columns[place].optional:
            places.remove(place)
    return with_columns(section, places)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _least_widths(section: Section, longest: int) -> list[int]:
    """Return the width that each column must have.

    Prose and headings can be folded between words, and in a word that is longer than `longest`; ids, dates
    and numbers cannot.
    """

    def longest_word(cells: Iterable[str]) -> int:
        return min(max((cell_len(word) for cell in cells for word in cell.split()), default=1), longest)

    return [
        max(
            longest_word(cells) if column.kind == "text" else max(map(cell_len, cells), default=1),
            longest_word([heading]),
        )
        for column, (heading, *cells) in zip(section.columns, _cells(section), strict=True)
    ]


def _cells(section: Section) -> list[list[str]]:
    return [
        [column.heading, *(visible(row[place]) for row in section.rows)]
        for place, column in enumerate(section.columns)
    ]
