"""A file as it was understood, and the page: its headings, their cells, what is doubtful, what stops it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, ClassVar

from ehcp_timeline import __version__
from ehcp_timeline.cases.cells.dates import date_formats
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, blank_words
from ehcp_timeline.cases.formats.detect import find_sheet
from ehcp_timeline.cases.headers import Heading, describe, load_spellings, one_line
from ehcp_timeline.cases.mapping.model import EVERY, FileMapping
from ehcp_timeline.cases.model import Column, Vocabulary
from ehcp_timeline.cases.sheet import Sheet
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.columns.cell_shapes import CellProfile, CellShapes, WordSeen
from ehcp_timeline.errors import CaseFileError, DateOrderError
from ehcp_timeline.measure.answer import NOT_IN_JSON
from ehcp_timeline.measure.result import DateOrder
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.output.summary import date_order_section
from ehcp_timeline.record import Ge, Sha256, Whole, field, record, replace
from ehcp_timeline.text import count, day, listed

_AT_ONCE = 100_000
_MOST_WORDS = 12
_SHEETS = ("unread-sheet", "further-sheet", "hidden-sheet", "hidden-rows")
_ROWS = {
    "repeated-heading": "repeats the headings",
    "text-row": "a heading or a note, not a case",
    "total-row": "a total, not a case",
    "second-table": "of a second table, with other headings",
    "shortened-number": "its case number was shortened by Excel",
    "no-case-id": "has no case number",
    "duplicate-row": "repeats an earlier row",
    "over-long-row": "has more cells than the header",
    "open-quotation": "holds other rows in a quoted cell",
}
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_SHOWN = 3  # layouts of a column, and its words for a blank


@record(frozen=True, slots=True)
class HeadingProfile(Heading):
    """One heading of the file, and what the cells below it look like."""

    looks: CellProfile = field(kw_only=True)


@record(frozen=True, slots=True)
class Stopping:
    """Why the file cannot be judged."""

    problem: str
    try_: str | None


@record(frozen=True, slots=True)
class ColumnsAnswer:
    """The answer of `ehcp columns --format json`.

    Attributes:
        rows: Rows below the headings that are not blank.
        constants: Columns that ehcp.toml fills on every row.
        date_order: Which verdicts depend on the order of day and month; null if the dates prove it.
        mapping: Lines for ehcp.toml, ready to paste; empty for none.
        turned: Events whose dates make sense only in the other order of day and month.
        not_read: The sheets and the rows that hold no case or cannot be read, without their cells.
    """

    SCHEMA: ClassVar = "ehcp-columns/1"

    name: str
    sha256: Sha256
    encoding: str
    delimiter: str | None
    worksheet: str | None
    header_row: Annotated[int, Ge(0)]
    rows: Whole
    headings: tuple[HeadingProfile, ...]
    constants: Mapping[str, str]
    stops: Stopping | None
    date_order: DateOrder | None = None
    mapping: str = ""
    turned: tuple[str, ...] = field(default=(), metadata=NOT_IN_JSON)
    not_read: tuple[str, ...] = ()


def profile_of(source: CaseFile, vocabulary: Vocabulary, mapping: FileMapping, as_at: date) -> ColumnsAnswer:
    """Read every row of a file, and return what it looks like."""
    shapes = CellShapes(len(source.headings), blank_words((*DEFAULT_BLANKS, *mapping.blanks)), as_at)
    places = {heading.column: str(heading.position - 1) for heading in source.headings if heading.column}
    days = defaultdict[str, set[date]](set)
    words = defaultdict[str, Counter[str]](Counter)
    stops: CaseFileError | None = None
    not_read: list[str] = []
    try:
        for batch in source.batches(_AT_ONCE):
            shapes.add(batch.cells)
            for name in (name for name, column in batch.columns.items() if column.kind == "event"):
                first, last = batch.frame[name].min(), batch.frame[name].max()
                days[name] |= {day for day in (first, last) if isinstance(day, date)}
            for name, rows in batch.unreadable.items():
                if name in places and vocabulary.columns[name].kind in ("codes", "flag"):
                    texts = batch.cells_of(rows).get_column(places[name]).drop_nulls()
                    words[name].update(dict(texts.value_counts(sort=True).iter_rows()))
            for problem in batch.problems:
                if problem.stops == "row" or problem.rule in _SHEETS:
                    said = f"row {problem.row}: {_ROWS.get(problem.rule, problem.rule)}"
                    not_read.append(said if problem.row else problem.problem)
    except CaseFileError as error:
        stops = error
    turned = stops.columns if isinstance(stops, DateOrderError) else ()
    profiles = list(shapes.profiles())
    for column, place in places.items():
        profile = profiles[int(place)]
        formats = date_formats(mapping.date_formats.get(column, mapping.date_formats.get(EVERY, ())))
        is_month_first = (formats.order == "month-first") != (column in turned)
        if is_month_first and vocabulary.columns[column].kind == "event":
            profile = profile.month_first()
        profiles[int(place)] = replace(
            profile,
            first=min(days[column], default=None),
            last=max(days[column], default=None),
            unreadable=source.counts[column].unreadable if column in source.counts else 0,
            words=tuple(WordSeen(*word) for word in words[column].most_common(_MOST_WORDS)),
        )
    answer = _answer(source.sheet, source.headings, shapes.rows, profiles, stops)
    return replace(answer, constants=source.constants, turned=turned, not_read=tuple(not_read))


def profile_of_stopped(
    path: str, vocabulary: Vocabulary, mapping: FileMapping, as_at: date, stops: CaseFileError
) -> ColumnsAnswer:
    """Return what a file looks like whose columns do not make a case file.

    Raises:
        CaseFileError: It cannot even be cut into cells.
    """
    spellings = load_spellings(vocabulary, mapping.columns, mapping.ignore)
    sheet = find_sheet(path, spellings, vocabulary, mapping)
    shapes = CellShapes(len(sheet.headings), blank_words((*DEFAULT_BLANKS, *mapping.blanks)), as_at)
    for block in sheet.blocks(_AT_ONCE):
        shapes.add(block.cells)
    return _answer(sheet, describe(sheet.headings, spellings), shapes.rows, shapes.profiles(), stops)


def _answer(
    sheet: Sheet,
    headings: Iterable[Heading],
    rows: int,
    profiles: Iterable[CellProfile],
    stops: CaseFileError | None,
) -> ColumnsAnswer:
    looked_at = (
        HeadingProfile(*(getattr(heading, name) for name in Heading.__slots__), looks=looks)
        for heading, looks in zip(headings, profiles, strict=True)
    )
    return ColumnsAnswer(
        name=sheet.name,
        sha256=sheet.sha256,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter or None,
        worksheet=sheet.worksheet or None,
        header_row=sheet.header_row,
        rows=rows,
        headings=tuple(looked_at),
        constants={},
        stops=Stopping(stops.message, stops.hint or None) if stops else None,
    )


def safe_report_of(answer: ColumnsAnswer) -> dict[str, object]:
    """Return headings and layouts alone: no cell, no word, no day and no name of a file.

    Headings that nothing is known of are left out where no heading means `case_id`: they may be data.
    """
    is_header = any(heading.column == "case_id" for heading in answer.headings)
    return {
        "version": __version__,
        **{name: getattr(answer, name) for name in ("encoding", "delimiter", "header_row", "rows")},
        "headings": [
            {
                "position": heading.position,
                "text": heading.text if is_header or heading.column or heading.reason else None,
                "column": heading.column,
                "may_be": heading.may_be or heading.suggestions,
                "kind": heading.looks.kind,
                "share": heading.looks.share,
                "formats": [(layout.format, layout.cells) for layout in heading.looks.formats],
                "unreadable": heading.looks.unreadable,
            }
            for heading in answer.headings
        ],
    }


def columns_sections(answer: ColumnsAnswer, known: Mapping[str, Column]) -> Iterator[Section]:
    """Yield how the file was read, what was taken, what was not, what it holds, and lines to change that."""
    between = f", {_DELIMITERS[answer.delimiter]} between cells" if answer.delimiter else ""
    sheet = f', sheet "{answer.worksheet}"' if answer.worksheet else ""
    read = f"{answer.encoding}{sheet}{between}, headings in row {answer.header_row}."
    left = [heading for heading in answer.headings if not (heading.column or heading.gives)]
    used = f"{len(answer.headings) - len(left):,} of {count(len(answer.headings), 'heading')} used"
    yield Section(answer.name, before=(read, f"{used}, {count(answer.rows, 'row')} below them."))
    if answer.stops:
        hint = (f"Try: {answer.stops.try_}",) if answer.stops.try_ else ()
        yield Section("It cannot be judged as it is", before=(answer.stops.problem, *hint), alarm=True)
    if left:
        why = "why, or what it may mean"
        not_used = (
            {
                "heading": _name(heading),
                why: f"did you mean {listed(heading.suggestions, 'or')}?"
                if heading.suggestions and not heading.reason
                else heading.reason or "is not a column of a case file; its cells are not read",
            }
            for heading in left
        )
        yield table(f"Not used: {count(len(left), 'column')}", not_used, text=("heading", why))
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
        chosen: dict[str, list[str]] = {}
        for heading in answer.headings:
            for name in heading.gives:
                chosen.setdefault(name, []).append(f'"{one_line(heading.text)}"')
        given = {name: f"from {listed(texts)}" for name, texts in chosen.items()}
        given |= {name: f"{text} on every row" for name, text in answer.constants.items()}
        values = ({"column": name, "its value": value} for name, value in given.items())
        yield table("From ehcp.toml", values, text=("its value",))
    if answer.not_read:
        yield Section("Other sheets and rows", before=answer.not_read)
    taken = [
        {
            "heading": _name(heading),
            "read as": heading.column,
            "what it records": known[heading.column].says,
        }
        for heading in answer.headings
        if heading.column
    ]
    text = ("heading", "read as", "what it records", "what they hold")
    yield table(f"Taken: {count(len(taken), 'column')}", taken, text=text)
    cells = (
        {
            "heading": _name(profile),
            "filled": _percent(profile.looks.filled, answer.rows),
            "what they hold": _in_words(profile, known),
        }
        for profile in answer.headings
    )
    explained = "9 stands for a figure, a for letters. D, M and Y are day, month and year."
    yield table("What the cells look like", cells, text=text, before=(explained,))


def _name(heading: Heading) -> str:
    return one_line(heading.text) or f"(column {heading.position})"


def _percent(part: int, whole: int) -> str:
    if not whole:
        return "n/a"
    share = round(100 * part / whole)
    return f"{min(max(share, 1), 99) if 0 < part < whole else share}%"


def _in_words(heading: HeadingProfile, known: Mapping[str, Column]) -> str:
    looks = heading.looks
    formats = [f"{layout.format} ({layout.cells:,})" for layout in looks.formats[:_SHOWN]]
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
        *(f"{word.cells:,} {word.word}" for word in looks.blank_words[:_SHOWN]),
        f"{looks.unreadable:,} cannot be read" if looks.unreadable else "",
    ]
    return "; ".join(part for part in parts if part)


def _from_to(first: str, last: str) -> str:
    return f"{first} to {last}" if first != last else first
