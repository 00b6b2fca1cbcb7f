"""Finds where the cells of a CSV file end and which row is the header, and reads it block by block."""

import csv
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, repeat
from typing import IO

import polars as pl

from ehcp_timeline.cases.formats.csv.encoding import Surveyed
from ehcp_timeline.cases.headers import Spellings
from ehcp_timeline.cases.mapping.model import FileMapping
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import (
    DELIMITERS,
    HEADER_SEARCHED,
    NO_HEADER,
    ROW,
    Block,
    Dtypes,
    Header,
    Sheet,
    as_text,
    find_header,
    in_one_cell,
)
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import limit, too_much
from ehcp_timeline.record import record

CELL_LIMIT = 10_000_000  # characters in one cell
# A row has too many cells, or the first of a block has too few.
_UNEVEN = (pl.exceptions.ComputeError, pl.exceptions.SchemaError)
_FIRST = 4  # the share of the first block: who waits for it can begin
_MOST_AT_ONCE = 1 << 26  # bytes
_DATE = re.compile(r"\d{1,4}([-/. ])(\d\d?|[A-Za-z]{3,9})\1\d{2,4}")
_BLANK_LINE = re.compile(rb"(?:\A|\n)(?=\r?\n)")


@record(frozen=True, slots=True)
class CsvLayout:
    """How the rows of a CSV file are laid out.

    Attributes:
        delimiter: The character between two cells.
        headings: How many cells a row may have: as many as there are headings, without blank ones at the end
            that the first rows do not reach.
        needed: How many cells a row must have: up to the last heading that is not blank.
        width: How many cells the first rows have, or `needed`; those beyond `headings` must be blank.
        first_line: Physical line of the first row below the header.
        begin: Where the first row begins, in bytes.
        row_bytes: About how long a row is.
    """

    delimiter: str
    headings: int
    needed: int
    width: int
    first_line: int
    begin: int
    row_bytes: int


@record(frozen=True, slots=True)
class Record:
    """One record; `line` is the physical line on which it begins. A blank line is a record without cells."""

    line: int
    cells: Sequence[str]


def read_blocks(
    file: IO[bytes], layout: CsvLayout, rows: int, shown: str, dtypes: Dtypes = dict
) -> Iterator[Block]:
    """Yield the rows of a file from its present place, about `rows` at a time, at least one block.

    A block that polars cannot cut is String throughout, whatever `dtypes` says.

    Raises:
        CaseFileError: A quoted cell is never closed, or a cell is too long.
    """
    size, line = min(max(1, rows) * layout.row_bytes, _MOST_AT_ONCE), layout.first_line
    if not (data := _whole_records(file, max(1, size // _FIRST), line, shown)):
        yield _by_hand([], layout)
    while data:
        cells = _by_polars(data, layout, line, dtypes())
        if cells is not None:
            block, taken = _placed(cells, layout), data.count(b"\n") if b'"' in data else cells.height
        else:
            lines = data.splitlines(keepends=True)
            records, taken = cut_records(lines, layout.delimiter, line, file.readline, shown)
            block = _by_hand(records, layout)
        if b'"' in data and taken >= block.cells.height + data.endswith(b"\n"):
            block = _without_open_cells(block, layout)
        yield block
        line += taken
        data = _whole_records(file, size, line, shown)


def _whole_records(file: IO[bytes], size: int, line: int, shown: str) -> bytes:
    """Return about so many bytes that end where a record ends, as far as quotation marks can tell.

    Nothing at the end of the file; `line` is where they begin.
    """
    begin = file.tell()
    while True:
        file.seek(begin + size)
        rest = len(file.readline(CELL_LIMIT))
        file.seek(begin)
        data = file.read(size + rest)
        if rest == CELL_LIMIT:
            raise _too_long(shown, line + data.count(b"\n"))
        end, odd = len(data), data.count(b'"') % 2
        while odd and end:  # the last whole record ends behind an even number of quotation marks
            last = data.rfind(b"\n", 0, end - 1) + 1
            odd ^= data.count(b'"', last, end) % 2
            end = last
        if end:
            file.seek(begin + end)
            return data[:end]
        if len(data) < size or len(data) > CELL_LIMIT:
            return data
        size *= 2


@cache
def _well_quoted(delimiter: str) -> re.Pattern[bytes]:
    """Return what matches text whose every quotation mark opens, closes or is doubled inside a quoted cell.

    The csv module and polars read such text alike, and a line feed after an even number of quotation marks
    ends a record.
    """
    cut = re.escape(delimiter.encode())
    quoted = rb'(?:(?<=[%b\n])|\A)"[^"]*+(?:""[^"]*+)*+"(?=[%b\r\n]|\Z)' % (cut, cut)
    return re.compile(rb'[^"]*+(?:%b[^"]*+)*+\Z' % quoted)


def cut_records(
    lines: list[bytes], delimiter: str, first: int, more: Callable[[], bytes], shown: str
) -> tuple[list[Record], int]:
    """Cut lines of UTF-8 text into records as the csv module does; return them, and how many lines they took.

    `first` is the physical line of the first; `more` gives one more, empty at the end of the file, and is
    asked while a quoted cell is open.

    Raises:
        CaseFileError: A quoted cell is never closed, or a cell is longer than `CELL_LIMIT`.
    """
    asked, taken, closed = len(lines), 0, True

    def feed() -> Iterator[str]:
        nonlocal taken, closed
        while taken < len(lines) or (line := more()):
            if taken == len(lines):
                lines.append(line)
            taken += 1
            yield lines[taken - 1].decode()
        closed = False

    reader = csv.reader(feed(), delimiter=delimiter)
    records: list[Record] = []
    limit = csv.field_size_limit(CELL_LIMIT)
    try:
        while taken < asked:
            begin = taken
            records.append(Record(first + begin, next(reader)))
            if taken - begin > 1:  # in one line, a stray quotation mark can do no harm
                closed = closed and _well_quoted(delimiter).match(b"".join(lines[begin:taken])) is not None
            if not closed:
                said = f"{shown}: line {first + begin} opens a quotation mark that is not closed"
                raise CaseFileError(said, "close it, or remove it if it is a stray one")
    except csv.Error:
        raise _too_long(shown, first + begin) from None
    finally:
        csv.field_size_limit(limit)
    return records, taken


def _too_long(shown: str, line: int) -> CaseFileError:
    said = f"{shown}: a cell in line {line} is longer than 10 million characters"
    return CaseFileError(said, "check for a quotation mark that is not closed")


def _by_polars(
    data: bytes, layout: CsvLayout, line: int, dtypes: Mapping[int, pl.DataType]
) -> pl.DataFrame | None:
    """Return a block's cells, or None if polars would not read them as the csv module does."""
    quoted = b'"' in data
    if quoted and not _well_quoted(layout.delimiter).match(data):
        return None
    schema = {str(place): dtypes.get(place, pl.String()) for place in range(layout.width)}
    try:
        cells = pl.read_csv(data, has_header=False, schema=schema, separator=layout.delimiter).rechunk()
    except _UNEVEN:
        return None
    if _has_giant(cells, data, quoted=quoted) or not _has_all_cells(cells, data, layout, quoted=quoted):
        return None
    lines = pl.int_range(line, line + cells.height, dtype=pl.UInt32, eager=True)
    if quoted:
        if data.count(b"\n") + (not data.endswith(b"\n")) != cells.height:
            inside = _counted(cells, "\n")
            lines += inside.cum_sum() - inside
        cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))  # as polars reads an empty cell
    return cells.insert_column(0, lines.alias(ROW))


def _has_giant(cells: pl.DataFrame, data: bytes, *, quoted: bool) -> bool:
    """Return whether a cell is longer than a cell can be; the csv module then names its line."""
    half = CELL_LIMIT // 2
    short_lines = not quoted and all(
        data.find(b"\n", at, at + half) >= 0 for at in range(0, len(data) - half, half)
    )
    if len(data) <= CELL_LIMIT or short_lines:
        return False
    longest = as_text(cells).select(pl.all().str.len_bytes().max()).row(0)
    return any((length or 0) > CELL_LIMIT for length in longest)


def _has_all_cells(cells: pl.DataFrame, data: bytes, layout: CsvLayout, *, quoted: bool) -> bool:
    """Return whether no row is too short; polars fills a short row with nulls and does not say so."""
    if not cells.get_column(str(layout.needed - 1)).null_count():
        return True
    cuts = data.count(layout.delimiter.encode())
    if quoted:
        cuts -= int(_counted(cells, layout.delimiter).sum())
    lacking = (layout.width - 1) * cells.height - cuts
    return lacking == 0 or (not quoted and lacking == (layout.width - 1) * len(_BLANK_LINE.findall(data)))


def _counted(cells: pl.DataFrame, text: str) -> pl.Series:
    counts = pl.all().str.count_matches(text, literal=True).fill_null(0)
    return as_text(cells).select(pl.sum_horizontal(counts).alias("count")).to_series()


def _placed(cells: pl.DataFrame, layout: CsvLayout) -> Block:
    """Return a block without the rows that have more cells than there are headings."""
    if layout.width == layout.headings:
        return Block(cells)
    names = [str(place) for place in range(layout.headings)]
    beyond = pl.exclude(ROW, *names).str.strip_chars() != ""  # no heading, so no code
    over = cells.select(pl.any_horizontal(beyond.fill_null(value=False)).alias("over")).to_series()
    problems = tuple(_over_long(row, layout) for row in cells.get_column(ROW).filter(over))
    return Block(cells.filter(~over).select(ROW, *names), problems)


def _by_hand(records: Sequence[Record], layout: CsvLayout) -> Block:
    rows, over, short = list[Sequence[object]](), list[Problem](), list[Problem]()
    blanks = [""] * layout.headings
    for one in records:
        if any(cell.strip() for cell in one.cells[layout.headings :]):
            over.append(_over_long(one.line, layout))
            continue
        rows.append((one.line, *(cell or None for cell in [*one.cells, *blanks][: layout.headings])))
        if len(one.cells) < layout.needed and any(cell.strip() for cell in one.cells):
            cells = "1 cell" if len(one.cells) == 1 else f"{len(one.cells)} cells"
            said = f"the row has {cells}, the header {layout.needed}; the missing ones count as blank"
            tip = "check that the row is whole"
            short.append(Problem(one.line, "", "short-row", said, tip, "nothing"))
    schema = {ROW: pl.UInt32} | {str(place): pl.String for place in range(layout.headings)}
    return Block(pl.DataFrame(rows, schema=schema, orient="row"), (*over, *short))


def _without_open_cells(block: Block, layout: CsvLayout) -> Block:
    """Return a block without the rows that hold other rows in a quoted cell: its mark stood open."""
    several = pl.any_horizontal(pl.exclude(ROW).str.contains("\n", literal=True))
    held = [
        row
        for row, *cells in as_text(block.cells).filter(several).iter_rows()
        if any(_is_row(line, layout) for cell in cells if cell for line in cell.split("\n")[1:])
    ]
    said = "a quoted cell of the row holds lines that look like rows; none of them is judged"
    tip = "close the quotation mark that the row opens, or take the lines out of the cell"
    found = (Problem(row, "", "open-quotation", said, tip, "row") for row in held)
    return Block(block.cells.filter(~pl.col(ROW).is_in(held)), (*block.problems, *found))


def _is_row(line: str, layout: CsvLayout) -> bool:
    """Return whether a line has the cells of a row, a date among them; notes may begin with a date."""
    cells = line.split(layout.delimiter)
    return layout.needed <= len(cells) <= layout.width and any(
        _DATE.fullmatch(cell.strip()) for cell in cells[1:]
    )


def _over_long(row: int, layout: CsvLayout) -> Problem:
    """Return the problem of a row with more cells than headings: what belongs where cannot be known."""
    said = f"the row has more cells than the header, which has {layout.headings}"
    tip = "put a cell that holds the delimiter in quotation marks"
    return Problem(row, "", "over-long-row", said, tip, "row")


MOST_COLUMNS = 16_384  # as in Excel
_HEAD = 1 << 20  # bytes
_SAMPLE = 60  # lines
_DECLARED = re.compile(rb'"?sep=([!-/:-@\[-`{-~\t ])"?\r?\n', re.IGNORECASE)


def find_csv_sheet(surveyed: Surveyed, spellings: Spellings, mapping: FileMapping) -> Sheet:
    """Find the delimiter and the header row: those under which the most headings are known.

    Raises:
        CaseFileError: The file is blank, its beginning cannot be cut into cells, or the headings do not
            stand where the user says.
    """
    shown, row = surveyed.raw.shown, mapping.header_row
    with surveyed.opened() as file:
        # a line that is longer is refused when it is cut, or when the rows are read
        lines = (file.read(_HEAD) + file.readline(CELL_LIMIT + 1)).splitlines(keepends=True)
    declared = _DECLARED.fullmatch(lines[0]) if lines else None
    delimiters, first = (declared[1].decode(), 2) if declared else (DELIMITERS, 1)
    for until in (_SAMPLE + row, HEADER_SEARCHED + _SAMPLE):
        header, faults = NO_HEADER, list[CaseFileError]()
        for cut in delimiters:
            sample, rest = list(lines[first - 1 : until]), chain(lines[until:], repeat(b""))
            try:
                cells, taken = cut_records(sample, cut, first, rest.__next__, shown)
            except CaseFileError as fault:
                faults.append(fault)
                continue
            if max((len(record.cells) for record in cells), default=0) > limit(MOST_COLUMNS):
                faults.append(too_much(f"{shown}: a line has more than {limit(MOST_COLUMNS):,} cells"))
                continue
            asked = [at for at, record in enumerate(cells) if record.line == row and any(record.cells)]
            found = find_header([record.cells for record in cells], spellings, asked if row else None)
            if header is NO_HEADER or found.score > header.score:
                header, delimiter, records, end = found, cut, cells, first + taken
        if row or len(lines) <= until or header.score[0]:
            break
    if faults and not header.score[0]:
        raise faults[0]
    if header.first < 0:
        raise no_such_row(shown, row) if row else CaseFileError(f"{shown} is empty", "export the cases again")
    if not header.score[0] and in_one_cell([record.cells for record in records], spellings):
        said = f"{shown}: every line is wrapped in one pair of quotation marks"
        raise CaseFileError(said, "export it again without them, or remove them")
    return _sheet(surveyed, delimiter, header, records, end, lines)


def no_such_row(where: str, row: int) -> CaseFileError:
    """Return the error for a header row that is blank or beyond the end."""
    said = f"{where}: row {row}, given as the row of the headings, has none"
    return CaseFileError(said, "correct --header-row, or header_row in ehcp.toml")


def _sheet(
    surveyed: Surveyed,
    delimiter: str,
    header: Header,
    records: Sequence[Record],
    end: int,
    lines: Sequence[bytes],
) -> Sheet:
    headings, below = header.headings, records[header.last + 1 :]
    first_line = below[0].line if below else end
    rows = lines[first_line - 1 :]
    row_bytes = sum(map(len, rows))
    needed = max(place for place, text in enumerate(headings, start=1) if text.strip())
    widest = max((len(record.cells) for record in below), default=0)
    width = min(max(needed, widest), len(headings) + _SAMPLE)
    layout = CsvLayout(
        delimiter=delimiter,
        headings=min(len(headings), width),
        needed=needed,
        width=width,
        first_line=first_line,
        begin=surveyed.begin + sum(map(len, lines[: first_line - 1])),
        row_bytes=max(1, row_bytes // max(1, len(rows))),
    )

    def blocks(rows: int, dtypes: Dtypes = dict) -> Generator[Block]:
        with surveyed.opened() as file:
            file.seek(layout.begin)
            yield from read_blocks(file, layout, rows, surveyed.raw.shown, dtypes)

    return Sheet(
        name=surveyed.raw.name,
        shown=surveyed.raw.shown,
        sha256=surveyed.sha256,
        encoding=surveyed.encoding,
        delimiter=delimiter,
        header_row=records[header.first].line,
        headings=headings,
        blocks=blocks,
        remarks=surveyed.remarks,
        # if all rows are as long as these first ones
        expected=round((surveyed.end - layout.begin) / row_bytes * len(rows)) if row_bytes else 0,
    )
