"""What `ehcp columns` tells: how a file was read, what its columns hold, what ehcp.toml could say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ehcp_timeline.cases.headers import Heading
from ehcp_timeline.cases.schema import Column
from ehcp_timeline.commands.columns.cell_shapes import Look
from ehcp_timeline.commands.columns.profile import Portrait
from ehcp_timeline.commands.columns.suggest_mapping import indented
from ehcp_timeline.measure.result import DateOrder
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.output.summary import date_order_section
from ehcp_timeline.text.words import count, day, listed

SCHEMA = "ehcp-columns/1"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_MOST_FORMATS = 3
_MOST_WORDS = 3


def columns_answer(portrait: Portrait, order: DateOrder | None, mapping: str) -> dict[str, Any]:
    """Return the same as plain values, with the keys of `commands.columns.schema.ColumnsAnswer`."""
    how, stops = portrait.understood, portrait.stops
    return {
        "schema": SCHEMA,
        "name": portrait.name,
        "sha256": portrait.sha256,
        "encoding": how.encoding,
        "delimiter": how.delimiter or None,
        "worksheet": how.worksheet or None,
        "header_row": how.header_row,
        "rows": portrait.rows,
        "headings": [
            asdict(heading) | {"reason": heading.reason or None, "looks": _look_values(portrait, heading)}
            for heading in how.headings
        ],
        "constants": dict(how.constants),
        "stops": {"problem": stops.message, "try": stops.hint or None} if stops else None,
        "date_order": asdict(order) | {"sentence": order.sentence} if order else None,
        "mapping": mapping,
    }


def columns_sections(
    portrait: Portrait, known: Mapping[str, Column], order: DateOrder | None, mapping: str
) -> Iterator[Section]:
    """Yield how the file was read, what was taken, what was not, what it holds, what to write to change that.

    Args:
        portrait: The file.
        known: Column id to what the column records.
        order: What hangs on the order of day and month.
        mapping: The lines for ehcp.toml.
    """
    how = portrait.understood
    cells = f", {_DELIMITERS[how.delimiter]} between cells" if how.delimiter else ""
    sheet = f', sheet "{how.worksheet}"' if how.worksheet else ""
    read = f"{how.encoding}{sheet}{cells}, headings in row {how.header_row}."
    yield Section(portrait.name, before=(read, f"{count(portrait.rows, 'row')} below them."))
    if portrait.stops:
        hint = (f"Try: {portrait.stops.hint}",) if portrait.stops.hint else ()
        yield Section("It cannot be judged as it is", before=(portrait.stops.message, *hint), alarm=True)
    yield _taken(how.headings, known)
    if how.constants or any(heading.gives for heading in how.headings):
        yield _worked_out(how.headings, how.constants)
    left = [heading for heading in how.headings if not (heading.column or heading.gives)]
    if left:
        yield _not_used(left)
    yield _cells(portrait, known)
    if order:
        yield date_order_section([order])
    if mapping:
        yield Section(
            "To have them read, rename them or write this into ehcp.toml",
            before=("A line that begins with # says nothing until it is completed.", *indented(mapping)),
        )


def _taken(headings: Sequence[Heading], known: Mapping[str, Column]) -> Section:
    """Return the headings that mean a column."""
    rows = tuple(
        (heading.text, heading.column, known[heading.column].says) for heading in headings if heading.column
    )
    return Section(
        f"Taken: {count(len(rows), 'column')}",
        columns=(
            TableColumn("heading", "fixed"),
            TableColumn("read as", "fixed"),
            TableColumn("what it records"),
        ),
        rows=rows,
    )


def _worked_out(headings: Sequence[Heading], constants: Mapping[str, str]) -> Section:
    """Return what ehcp.toml makes of headings, and what it says of every row."""
    chosen: dict[str, list[str]] = {}
    for heading in headings:
        for name in heading.gives:
            chosen.setdefault(name, []).append(f'"{heading.text}"')
    rows = [(name, f"from {listed(texts)}") for name, texts in chosen.items()]
    rows += [(name, f"{text} on every row") for name, text in constants.items()]
    return Section(
        "From ehcp.toml", columns=(TableColumn("column", "fixed"), TableColumn("its value")), rows=tuple(rows)
    )


def _not_used(left: Sequence[Heading]) -> Section:
    """Return the headings that mean no column, and why or what they may mean."""
    return Section(
        f"Not used: {count(len(left), 'column')}",
        columns=(TableColumn("heading", "fixed"), TableColumn("why, or what it may mean")),
        rows=tuple((_name(one), _hint(one)) for one in left),
    )


def _name(heading: Heading) -> str:
    return heading.text or f"(column {heading.position})"


def _hint(heading: Heading) -> str:
    """Return why a heading is not taken, or what was perhaps meant."""
    if heading.reason:
        return heading.reason
    if heading.suggestions:
        return f"did you mean {listed(heading.suggestions, 'or')}?"
    return "is no column of a case file; its cells are not read"


def _cells(portrait: Portrait, known: Mapping[str, Column]) -> Section:
    """Return what the cells below each heading look like; no cell is shown."""
    rows = tuple(
        (_name(one), _percent(look.filled, portrait.rows), _in_words(portrait, one, look, known))
        for one, look in zip(portrait.understood.headings, portrait.looks, strict=True)
    )
    return Section(
        "What the cells look like",
        before=("9 stands for a figure, a for letters. D, M and Y are day, month and year.",),
        columns=(
            TableColumn("heading", "fixed"),
            TableColumn("filled", "number"),
            TableColumn("what they hold"),
        ),
        rows=rows,
    )


def _percent(part: int, whole: int) -> str:
    """Return a share in whole per cent; what is nearly all is never called all, nor something nothing."""
    if not whole:
        return "n/a"
    share = round(100 * part / whole)
    return f"{min(max(share, 1), 99) if 0 < part < whole else share}%"


def _in_words(portrait: Portrait, heading: Heading, look: Look, known: Mapping[str, Column]) -> str:
    """Return what a column holds: its kind, the layouts, the days, the blanks, what could not be read."""
    name = heading.column or ""
    shown = list(look.formats.items())[:_MOST_FORMATS]
    alone = len(look.formats) == 1
    formats = [layout if alone else f"{layout} ({cells:,})" for layout, cells in shown]
    more = (
        [f"{count(len(look.formats) - len(shown), 'other layout')}"] if len(look.formats) > len(shown) else []
    )
    parts = [
        f"{look.kind}: {', '.join(formats + more)}" if look.filled else "blank",
        _days(portrait, name, look, personal=bool(name) and known[name].personal),
        *(f"{cells:,} {word}" for word, cells in list(look.blank_words.items())[:_MOST_WORDS]),
        f"{portrait.unreadable[name]:,} cannot be read" if name in portrait.unreadable else "",
    ]
    return "; ".join(part for part in parts if part)


def _days(portrait: Portrait, name: str, look: Look, *, personal: bool) -> str:
    """Return from when to when the dates of a column are; of one that is not taken only the years."""
    if name in portrait.days:
        first, last = portrait.days[name]
        return f"{day(first)} to {day(last)}" if first != last else day(first)
    if look.years is None or personal or look.kind not in ("dates", "dates and others"):
        return ""
    first_year, last_year = look.years
    return f"{first_year} to {last_year}" if first_year != last_year else str(first_year)


def _look_values(portrait: Portrait, heading: Heading) -> dict[str, Any]:
    """Return what the cells below a heading look like as plain values."""
    look, name = portrait.looks[heading.position - 1], heading.column or ""
    first, last = portrait.days.get(name, (None, None))
    return {
        "kind": look.kind,
        "filled": look.filled,
        "share": round(look.filled / portrait.rows, 4) if portrait.rows else None,
        "formats": [{"format": layout, "cells": cells} for layout, cells in look.formats.items()],
        "first": first,
        "last": last,
        "blank_words": [{"word": word, "cells": cells} for word, cells in look.blank_words.items()],
        "unreadable": portrait.unreadable.get(name, 0),
        "words": [{"word": word, "cells": cells} for word, cells in portrait.words.get(name, {}).items()],
    }
