"""What `ehcp columns` tells: how a file was read, what its columns hold, what ehcp.toml could say."""

from collections.abc import Iterator, Mapping, Sequence

from ehcp_timeline.cases.headers import Heading, one_line
from ehcp_timeline.cases.schema import Column
from ehcp_timeline.commands.columns.profile import ColumnsAnswer, HeadingProfile
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.output.summary import date_order_section
from ehcp_timeline.text.words import count, day, listed

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_MOST_FORMATS = 3
_MOST_WORDS = 3


def columns_sections(answer: ColumnsAnswer, known: Mapping[str, Column]) -> Iterator[Section]:
    """Yield how the file was read, what was taken, what was not, what it holds, and lines to change that."""
    cells = f", {_DELIMITERS[answer.delimiter]} between cells" if answer.delimiter else ""
    sheet = f', sheet "{answer.worksheet}"' if answer.worksheet else ""
    read = f"{answer.encoding}{sheet}{cells}, headings in row {answer.header_row}."
    left = [heading for heading in answer.headings if not (heading.column or heading.gives)]
    used = f"{len(answer.headings) - len(left):,} of {count(len(answer.headings), 'heading')} used"
    yield Section(answer.name, before=(read, f"{used}, {count(answer.rows, 'row')} below them."))
    if answer.stops:
        hint = (f"Try: {answer.stops.try_}",) if answer.stops.try_ else ()
        yield Section("It cannot be judged as it is", before=(answer.stops.problem, *hint), alarm=True)
    if left:
        yield _not_used(left)
    if answer.date_order:
        yield date_order_section([answer.date_order])
    if answer.mapping:
        yield Section(
            "To have them read, rename them or write this into ehcp.toml",
            before=(
                "A line that begins with # says nothing until it is completed.",
                *(f"  {line}".rstrip() for line in answer.mapping.splitlines()),
            ),
        )
    if answer.constants or any(heading.gives for heading in answer.headings):
        yield _worked_out(answer.headings, answer.constants)
    if answer.not_read:
        yield Section("Other sheets and rows", before=answer.not_read)
    yield _taken(answer.headings, known)
    yield _cells(answer, known)


def _taken(headings: Sequence[Heading], known: Mapping[str, Column]) -> Section:
    rows = tuple(
        (_name(heading), heading.column, known[heading.column].says) for heading in headings if heading.column
    )
    return Section(
        f"Taken: {count(len(rows), 'column')}",
        columns=(
            TableColumn("heading"),
            TableColumn("read as"),
            TableColumn("what it records"),
        ),
        rows=rows,
    )


def _worked_out(headings: Sequence[Heading], constants: Mapping[str, str]) -> Section:
    """Return what ehcp.toml makes of headings, and what it says of every row."""
    chosen: dict[str, list[str]] = {}
    for heading in headings:
        for name in heading.gives:
            chosen.setdefault(name, []).append(f'"{one_line(heading.text)}"')
    rows = [(name, f"from {listed(texts)}") for name, texts in chosen.items()]
    rows += [(name, f"{text} on every row") for name, text in constants.items()]
    return Section(
        "From ehcp.toml", columns=(TableColumn("column", "fixed"), TableColumn("its value")), rows=tuple(rows)
    )


def _not_used(left: Sequence[Heading]) -> Section:
    """Return the headings that mean no column, and why or what they may mean."""
    return Section(
        f"Not used: {count(len(left), 'column')}",
        columns=(TableColumn("heading"), TableColumn("why, or what it may mean")),
        rows=tuple((_name(heading), _hint(heading)) for heading in left),
    )


def _name(heading: Heading) -> str:
    return one_line(heading.text) or f"(column {heading.position})"


def _hint(heading: Heading) -> str:
    """Return why a heading is not taken, or what was perhaps meant."""
    if heading.reason:
        return heading.reason
    if heading.suggestions:
        return f"did you mean {listed(heading.suggestions, 'or')}?"
    return "is not a column of a case file; its cells are not read"


def _cells(answer: ColumnsAnswer, known: Mapping[str, Column]) -> Section:
    """Return what the cells below each heading look like; no cell is shown."""
    return Section(
        "What the cells look like",
        before=("9 stands for a figure, a for letters. D, M and Y are day, month and year.",),
        columns=(
            TableColumn("heading"),
            TableColumn("filled", "number"),
            TableColumn("what they hold"),
        ),
        rows=tuple(
            (_name(profile), _percent(profile.looks.filled, answer.rows), _in_words(profile, known))
            for profile in answer.headings
        ),
    )


def _percent(part: int, whole: int) -> str:
    """Return a share in whole per cent; what is nearly all is never called all, nor something nothing."""
    if not whole:
        return "n/a"
    share = round(100 * part / whole)
    return f"{min(max(share, 1), 99) if 0 < part < whole else share}%"


def _in_words(heading: HeadingProfile, known: Mapping[str, Column]) -> str:
    """Return what a column holds: its kind, the layouts, the days, the blanks, what could not be read."""
    looks = heading.looks
    alone = len(looks.formats) == 1
    formats = [
        layout.format if alone else f"{layout.format} ({layout.cells:,})"
        for layout in looks.formats[:_MOST_FORMATS]
    ]
    if more := len(looks.formats) - len(formats):
        formats.append(count(more, "other layout"))
    parts = [
        f"{looks.kind}: {', '.join(formats)}" if looks.filled else "blank",
        _days(heading, personal=heading.column is not None and known[heading.column].personal),
        *(f"{word.cells:,} {word.word}" for word in looks.blank_words[:_MOST_WORDS]),
        f"{looks.unreadable:,} cannot be read" if looks.unreadable else "",
    ]
    return "; ".join(part for part in parts if part)


def _days(heading: HeadingProfile, *, personal: bool) -> str:
    """Return from when to when the dates of a column are; of one that is not taken only the years."""
    looks = heading.looks
    if looks.first and looks.last:
        return f"{day(looks.first)} to {day(looks.last)}" if looks.first != looks.last else day(looks.first)
    if looks.years is None or personal or looks.kind not in ("dates", "dates and others"):
        return ""
    first_year, last_year = looks.years
    return f"{first_year} to {last_year}" if first_year != last_year else str(first_year)
