"""The page of `ehcp columns`: how a file was read, what its columns hold, lines for ehcp.toml."""

from collections.abc import Iterator, Mapping

from ehcp_timeline.cases.headers import Heading, one_line
from ehcp_timeline.cases.model import Column
from ehcp_timeline.commands.columns.profile import ColumnsAnswer, HeadingProfile
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.output.summary import date_order_section
from ehcp_timeline.text import count, day, listed

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
        yield Section(
            f"Not used: {count(len(left), 'column')}",
            columns=(TableColumn("heading"), TableColumn("why, or what it may mean")),
            rows=tuple(
                (
                    _name(heading),
                    f"did you mean {listed(heading.suggestions, 'or')}?"
                    if heading.suggestions and not heading.reason
                    else heading.reason or "is not a column of a case file; its cells are not read",
                )
                for heading in left
            ),
        )
    if answer.date_order:
        yield date_order_section([answer.date_order])
    if answer.mapping:
        yield Section(
            "To have them read, rename them or write this into ehcp.toml",
            before=(
                "A line that begins with # has no effect until it is completed.",
                *(f"  {line}".rstrip() for line in answer.mapping.splitlines()),
            ),
        )
    if answer.constants or any(heading.gives for heading in answer.headings):
        yield _worked_out(answer)
    if answer.not_read:
        yield Section("Other sheets and rows", before=answer.not_read)
    taken = tuple(
        (_name(heading), heading.column, known[heading.column].says)
        for heading in answer.headings
        if heading.column
    )
    columns = (TableColumn("heading"), TableColumn("read as"), TableColumn("what it records"))
    yield Section(f"Taken: {count(len(taken), 'column')}", columns=columns, rows=taken)
    yield Section(
        "What the cells look like",
        before=("9 stands for a figure, a for letters. D, M and Y are day, month and year.",),
        columns=(TableColumn("heading"), TableColumn("filled", "number"), TableColumn("what they hold")),
        rows=tuple(
            (_name(profile), _percent(profile.looks.filled, answer.rows), _in_words(profile, known))
            for profile in answer.headings
        ),
    )


def _worked_out(answer: ColumnsAnswer) -> Section:
    chosen: dict[str, list[str]] = {}
    for heading in answer.headings:
        for name in heading.gives:
            chosen.setdefault(name, []).append(f'"{one_line(heading.text)}"')
    rows = [(name, f"from {listed(texts)}") for name, texts in chosen.items()]
    rows += [(name, f"{text} on every row") for name, text in answer.constants.items()]
    columns = (TableColumn("column", "fixed"), TableColumn("its value"))
    return Section("From ehcp.toml", columns=columns, rows=tuple(rows))


def _name(heading: Heading) -> str:
    return one_line(heading.text) or f"(column {heading.position})"


def _percent(part: int, whole: int) -> str:
    if not whole:
        return "n/a"
    share = round(100 * part / whole)
    return f"{min(max(share, 1), 99) if 0 < part < whole else share}%"


def _in_words(heading: HeadingProfile, known: Mapping[str, Column]) -> str:
    looks = heading.looks
    formats = [f"{layout.format} ({layout.cells:,})" for layout in looks.formats[:_MOST_FORMATS]]
    if len(looks.formats) == 1:
        formats = [looks.formats[0].format]
    if more := len(looks.formats) - len(formats):
        formats.append(count(more, "other layout"))
    days = ""
    if looks.first and looks.last:
        days = _from_to(day(looks.first), day(looks.last))
    elif looks.years and looks.kind in ("dates", "dates and others"):
        personal = heading.column is not None and known[heading.column].personal
        days = "" if personal else _from_to(*map(str, looks.years))
    parts = [
        f"{looks.kind}: {', '.join(formats)}" if looks.filled else "blank",
        days,
        *(f"{word.cells:,} {word.word}" for word in looks.blank_words[:_MOST_WORDS]),
        f"{looks.unreadable:,} cannot be read" if looks.unreadable else "",
    ]
    return "; ".join(part for part in parts if part)


def _from_to(first: str, last: str) -> str:
    return f"{first} to {last}" if first != last else first
