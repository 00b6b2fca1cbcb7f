"""What `ehcp convert` tells: what is in the new file, and all that is not there as it was."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from ehcp_timeline.commands.convert.canonical import Converted, InFile, Rewritten, Unused
from ehcp_timeline.commands.convert.write import COPY
from ehcp_timeline.output.answers import problem_values
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text.words import count, listed

SCHEMA: Final = "ehcp-convert/1"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A canonical file that was written.

    Attributes:
        name: The file; `-` is standard output.
        form: csv, xlsx or parquet.
        sha256: Of its bytes, in hexadecimal.
        as_at: The day for which dates were read.
        apostrophes: Cells with an apostrophe in front, lest a spreadsheet run them as a formula.
        statement: What must be said of a pseudonymised file; empty for any other.
    """

    name: str
    form: str
    sha256: str
    as_at: date
    apostrophes: int
    statement: str = ""


def convert_answer(converted: Converted, written: WrittenFile) -> dict[str, Any]:
    """Return the report as plain values, complete, ready to be written as JSON."""
    return {
        "schema": SCHEMA,
        "as_at": written.as_at,
        "input": [asdict(input_) for input_ in converted.inputs],
        "output": {
            "name": written.name,
            "format": written.form,
            "sha256": written.sha256,
            "rows": converted.frame.height,
            "columns": [column.id for column in converted.columns],
            "copies_told_apart": converted.copies,
            "apostrophes": written.apostrophes,
        },
        "statement": written.statement or None,
        "left_behind": [asdict(one) for one in converted.unused],
        "blank_words": [asdict(one) for one in converted.rewritten if one.word],
        "times_dropped": [
            {"file": one.file, "column": one.column, "cells": one.cells}
            for one in converted.rewritten
            if not one.word
        ],
        "cells": [_values(cell) for cell in converted.cells],
        "rows": [_values(row) | {"kept": row.kept} for row in converted.rows],
        "remarks": [_values(remark) for remark in converted.remarks],
    }


def convert_sections(converted: Converted, written: WrittenFile, top: int) -> Iterator[Section]:
    """Yield what a person is told; lists of cells and rows show the first `top` of them."""
    several = len(converted.inputs) > 1
    size = f"{count(converted.frame.height, 'row')} of {count(len(converted.columns), 'column')}"
    name = "standard output" if written.name == "-" else written.name
    yield Section(f"Wrote {name}: {size}", before=tuple(_notes(converted, written)))
    if converted.unused:
        yield _unused(converted.unused, several=several)
    if converted.cells:
        said = "could not be read; the new file holds the same words"
        if written.statement:
            said = "could not be read, and say so in one word"
        yield _problems(
            f"{count(len(converted.cells), 'cell')} {said}", converted.cells, top, several=several
        )
    if converted.rows:
        kept = sum(row.kept for row in converted.rows)
        title = f"{count(len(converted.rows), 'row')} not judged, {kept:,} of them kept"
        yield _problems(title, converted.rows, top, several=several)
    if converted.rewritten:
        yield _rewritten(converted.rewritten, several=several)


def _notes(converted: Converted, written: WrittenFile) -> Iterator[str]:
    for input_ in converted.inputs:
        rows = count(input_.rows, "row")
        yield f"{input_.name}: {rows}, {input_.judged:,} judged, {input_.not_judged:,} not judged."
    if len(converted.inputs) > 1:
        yield "Rows of one case are one case now, whichever file they came from."
    if written.statement:
        yield written.statement
    yield from (f"{remark.problem.problem}: {remark.problem.try_}." for remark in converted.remarks)
    if converted.copies:
        yield f"Rows that differ only in what was left behind have a number in column `{COPY}`."
    if written.apostrophes:
        cells = count(written.apostrophes, "cell begins", "cells begin")
        yield f"{cells} like a formula: an apostrophe stands in front (not so in .xlsx)."


def _unused(unused: Sequence[Unused], *, several: bool) -> Section:
    filled = [one for one in unused if one.filled]
    bare = [one.heading for one in unused if not one.filled]
    columns = (TableColumn("heading"), TableColumn("filled cells", "number"), TableColumn("file"))
    rows = tuple(
        (one.heading or f"(column {one.position})", f"{one.filled:,}", one.file if several else "")
        for one in filled
    )
    after = (f"Without a filled cell: {listed(bare)}.",) if bare else ()
    title = f"Left behind: {count(len(unused), 'heading')} read as no column; `ehcp columns` says why"
    return without_empty_columns(Section(title, columns=columns, rows=rows, after=after))


def _problems(title: str, found: Sequence[InFile], top: int, *, several: bool) -> Section:
    columns = (
        TableColumn("row", "number"),
        TableColumn("column", "fixed"),
        TableColumn("what"),
        TableColumn("file"),
    )
    rows = tuple(
        (
            str(one.problem.row or ""),
            one.problem.column,
            one.problem.problem,
            one.file if several else "",
        )
        for one in found[:top]
    )
    more = len(found) - len(rows)
    after = (f"... and {more:,} more; --format json lists them all.",) if more else ()
    return without_empty_columns(Section(title, columns=columns, rows=rows, after=after))


def _rewritten(rewritten: Sequence[Rewritten], *, several: bool) -> Section:
    columns = (
        TableColumn("column", "fixed"),
        TableColumn("what"),
        TableColumn("cells", "number"),
        TableColumn("file"),
    )
    rows = tuple(
        (
            one.column,
            f'"{one.word}" is a blank' if one.word else "the time of day is dropped",
            f"{one.cells:,}",
            one.file if several else "",
        )
        for one in rewritten
    )
    return without_empty_columns(Section("Said with less", columns=columns, rows=rows))


def _values(one: InFile) -> dict[str, Any]:
    return {"file": one.file, **problem_values(one.problem)}
