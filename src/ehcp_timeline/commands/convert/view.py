"""The report of `ehcp convert`: what is in the new file, and what was left out or changed."""

from collections.abc import Iterator, Sequence

from ehcp_timeline.cases.headers import one_line
from ehcp_timeline.commands.convert.canonical import COPY, CellKept, ConvertAnswer
from ehcp_timeline.measure.answer import values
from ehcp_timeline.output.sections import ListColumn, Section, TableColumn, column_of, list_section, number_of
from ehcp_timeline.text import count, listed

_FILE = column_of("file")


def convert_sections(answer: ConvertAnswer, top: int) -> Iterator[Section]:
    """Yield what a person reads; lists of cells and rows show the first `top` of them."""
    output = answer.output
    written = "standard output" if output.name == "-" else output.name
    size = f"{count(output.rows, 'row')} of {count(len(output.columns), 'column')}"
    yield Section(f"Wrote {written}: {size}", before=tuple(_notes(answer)))
    of_file = (_FILE,) if len(answer.input) > 1 else ()
    if answer.left_behind:
        name = ListColumn(
            TableColumn("heading"), lambda row: one_line(row["heading"]) or f"(column {row['position']})"
        )
        filled = (values(heading) for heading in answer.left_behind if heading.filled)
        bare = [one_line(heading.heading) for heading in answer.left_behind if not heading.filled]
        after = (f"Without a filled cell: {listed(bare)}.",) if bare else ()
        headings = count(len(answer.left_behind), "heading")
        title = f"Left behind: {headings} not read as a column; `ehcp columns` says why"
        columns = (name, number_of("filled", "filled cells"), *of_file)
        yield list_section(title, columns, filled, None, after=after)
    if answer.cells:
        said = "could not be read; the new file holds the same words"
        if answer.statement:
            said = "could not be read, and hold one word that says so"
        title = f"{count(len(answer.cells), 'cell')} {said}"
        yield _problems(title, answer.cells, top, of_file)
    if answer.rows:
        kept = sum(row.kept for row in answer.rows)
        title = f"{count(len(answer.rows), 'row')} not judged, {kept:,} of them kept"
        yield _problems(title, answer.rows, top, of_file)
    if answer.rewritten:
        what = ListColumn(
            TableColumn("what"),
            lambda row: f'"{row["word"]}" is a blank' if "word" in row else "the time of day is dropped",
        )
        columns = (column_of("column", kind="fixed"), what, number_of("cells"), *of_file)
        yield list_section("Shortened", columns, map(values, answer.rewritten), None)


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


def _problems(title: str, cells: Sequence[CellKept], top: int, of_file: Sequence[ListColumn]) -> Section:
    columns = (
        column_of("row", kind="number"),
        column_of("column", kind="fixed"),
        column_of("problem", "what"),
    )
    more = len(cells[top:])
    after = (f"... and {more:,} more; --format json lists them all.",) if more else ()
    return list_section(title, (*columns, *of_file), map(values, cells[:top]), None, after=after)
