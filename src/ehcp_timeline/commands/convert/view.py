"""The report of `ehcp convert`: what is in the new file, and what was left out or changed."""

from collections.abc import Iterator, Sequence

from ehcp_timeline.cases.headers import one_line
from ehcp_timeline.commands.convert.canonical import BlankWord, CellKept, ConvertAnswer
from ehcp_timeline.commands.convert.write import COPY
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text import count, listed

_FILE = TableColumn("file")


def convert_sections(answer: ConvertAnswer, top: int) -> Iterator[Section]:
    """Yield what a person reads; lists of cells and rows show the first `top` of them."""
    output = answer.output
    name = "standard output" if output.name == "-" else output.name
    size = f"{count(output.rows, 'row')} of {count(len(output.columns), 'column')}"
    yield Section(f"Wrote {name}: {size}", before=tuple(_notes(answer)))
    several = len(answer.input) > 1
    if answer.left_behind:
        yield _left_behind(answer, several=several)
    if answer.cells:
        said = "could not be read; the new file holds the same words"
        if answer.statement:
            said = "could not be read, and hold one word that says so"
        title = f"{count(len(answer.cells), 'cell')} {said}"
        yield _problems(title, answer.cells, top, several=several)
    if answer.rows:
        kept = sum(row.kept for row in answer.rows)
        title = f"{count(len(answer.rows), 'row')} not judged, {kept:,} of them kept"
        yield _problems(title, answer.rows, top, several=several)
    if answer.rewritten:
        columns = (TableColumn("column", "fixed"), TableColumn("what"), TableColumn("cells", "number"), _FILE)
        dropped = "the time of day is dropped"
        rows = tuple(
            (
                change.column,
                f'"{change.word}" is a blank' if isinstance(change, BlankWord) else dropped,
                f"{change.cells:,}",
                change.file if several else "",
            )
            for change in answer.rewritten
        )
        yield without_empty_columns(Section("Shortened", columns=columns, rows=rows))


def _notes(answer: ConvertAnswer) -> Iterator[str]:
    for file in answer.input:
        rows = count(file.rows, "row")
        yield f"{file.name}: {rows}, {file.judged:,} judged, {file.not_judged:,} not judged."
    if len(answer.input) > 1:
        yield "Rows of one case are one case now, whichever file they came from."
    if answer.statement:
        yield answer.statement
    yield from (f"{remark.problem}: {remark.try_}." for remark in answer.remarks)
    if answer.output.copies_told_apart:
        yield f"Rows that differ only in what was left behind have a number in column `{COPY}`."
    if number := answer.output.apostrophes:
        them = "it" if number == 1 else "them"
        began = f"{count(number, 'cell')} began with = + - or @"
        yield f"{began}; a ' was put before {them} so that Excel shows {them} as text."


def _left_behind(answer: ConvertAnswer, *, several: bool) -> Section:
    rows = tuple(
        (
            one_line(heading.heading) or f"(column {heading.position})",
            f"{heading.filled:,}",
            heading.file if several else "",
        )
        for heading in answer.left_behind
        if heading.filled
    )
    bare = [one_line(heading.heading) for heading in answer.left_behind if not heading.filled]
    after = (f"Without a filled cell: {listed(bare)}.",) if bare else ()
    headings = count(len(answer.left_behind), "heading")
    title = f"Left behind: {headings} not read as a column; `ehcp columns` says why"
    columns = (TableColumn("heading"), TableColumn("filled cells", "number"), _FILE)
    return without_empty_columns(Section(title, columns=columns, rows=rows, after=after))


def _problems(title: str, cells: Sequence[CellKept], top: int, *, several: bool) -> Section:
    columns = (TableColumn("row", "number"), TableColumn("column", "fixed"), TableColumn("what"), _FILE)
    rows = tuple(
        (str(cell.row or ""), cell.column or "", cell.problem, cell.file if several else "")
        for cell in cells[:top]
    )
    more = len(cells) - len(rows)
    after = (f"... and {more:,} more; --format json lists them all.",) if more else ()
    return without_empty_columns(Section(title, columns=columns, rows=rows, after=after))
