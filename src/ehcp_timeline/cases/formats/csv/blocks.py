"""Reads the rows of a CSV file block by block: by polars where it can, by the csv module where it cannot."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

import polars as pl

from ehcp_timeline.cases.formats.csv.records import CELL_LIMIT, Record, cut_records, too_long, well_quoted
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Block, Dtypes, as_text

# A row has too many cells, or the first of a block has too few.
_UNEVEN = (pl.exceptions.ComputeError, pl.exceptions.SchemaError)
_FIRST = 4  # the share of the first block
_MOST_AT_ONCE = 1 << 26  # bytes
_BLANK_LINE = re.compile(rb"(?:\A|\n)(?=\r?\n)")


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How the rows of a CSV file are laid out.

    Attributes:
        delimiter: Stands between two cells.
        headings: How many cells a row may have: as many as there are headings, without blank ones at the end
            that the first rows do not reach.
        needed: How many cells a row must have: up to the last heading that is not blank.
        width: How many cells the first rows have, or `needed`; those beyond `headings` must be blank.
        first_line: Physical line of the first row below the header.
        begin: Where it begins, in bytes.
        row_bytes: About how long a row is.
    """

    delimiter: str
    headings: int
    needed: int
    width: int
    first_line: int
    begin: int
    row_bytes: int


class _Supply:
    """Gives out a file in blocks that end where a record ends, as far as quotation marks can tell.

    The first is shorter than the others, so that who waits for it can begin.
    """

    def __init__(self, file: IO[bytes], size: int, shown: str) -> None:
        self._file = file
        self._size = size
        self._next = max(1, size // _FIRST)
        self._shown = shown

    def block(self, line: int) -> bytes:
        """Return some whole records, nothing at the end of the file; `line` is where they begin."""
        begin, size = self._file.tell(), self._next
        self._next = self._size
        while True:
            data = self._lines(begin, size, line)
            end = _record_end(data) if b'"' in data else len(data)
            if end:
                self._file.seek(begin + end)
                return data[:end]
            if len(data) < size or len(data) > CELL_LIMIT:
                return data
            size *= 2

    def line(self) -> bytes:
        """Return one more line, nothing at the end of the file."""
        return self._file.readline()

    def _lines(self, begin: int, size: int, line: int) -> bytes:
        """Return the whole lines of about `size` bytes; the file then stands behind them."""
        self._file.seek(begin + size)
        rest = len(self._file.readline(CELL_LIMIT))
        self._file.seek(begin)
        data = self._file.read(size + rest)
        if rest == CELL_LIMIT:
            raise too_long(self._shown, line + data.count(b"\n"))
        return data


def read_blocks(
    file: IO[bytes], layout: CsvLayout, rows: int, shown: str, dtypes: Dtypes = dict
) -> Iterator[Block]:
    """Yield the rows of a file that stands at the first of them, at least one block.

    Args:
        file: The file.
        layout: How its rows are laid out.
        rows: About how many to give at a time.
        shown: Its name, for messages.
        dtypes: Place to the kind of Categorical that its column had best be, asked for each block. A block
            that polars cannot cut is String throughout.

    Raises:
        CaseFileError: A quoted cell is never closed, or a cell is too long.
    """
    supply = _Supply(file, min(max(1, rows) * layout.row_bytes, _MOST_AT_ONCE), shown)
    line = layout.first_line
    if not (data := supply.block(line)):
        yield _by_hand([], layout)
    while data:
        cells = _by_polars(data, layout, line, dtypes())
        if cells is not None:
            yield _placed(cells, layout)
            line += data.count(b"\n") if b'"' in data else cells.height
        else:
            lines = data.splitlines(keepends=True)
            records, taken = cut_records(lines, layout.delimiter, line, supply.line, shown)
            yield _by_hand(records, layout)
            line += taken
        data = supply.block(line)


def _record_end(data: bytes) -> int:
    """Return where the last whole record of some lines ends: behind an even number of quotation marks."""
    end, odd = len(data), data.count(b'"') % 2
    while odd and end:
        begin = data.rfind(b"\n", 0, end - 1) + 1
        odd ^= data.count(b'"', begin, end) % 2
        end = begin
    return end


def _by_polars(
    data: bytes, layout: CsvLayout, line: int, dtypes: Mapping[int, pl.DataType]
) -> pl.DataFrame | None:
    """Return a block's cells, or None if polars would not read them as the csv module does."""
    quoted = b'"' in data
    if quoted and not well_quoted(layout.delimiter).match(data):
        return None
    schema = {str(place): dtypes.get(place, pl.String()) for place in range(layout.width)}
    try:
        cells = pl.read_csv(data, has_header=False, schema=schema, separator=layout.delimiter).rechunk()
    except _UNEVEN:
        return None
    if _has_giant(cells, data, quoted=quoted) or not _has_all_cells(cells, data, layout, quoted=quoted):
        return None
    if quoted:
        cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))  # as polars reads an empty cell
    return cells.insert_column(0, _first_lines(cells, line, data, quoted=quoted).alias(ROW))


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
    """Return how often a text stands inside the cells of each row."""
    counts = pl.all().str.count_matches(text, literal=True).fill_null(0)
    return as_text(cells).select(pl.sum_horizontal(counts).alias("count")).to_series()


def _first_lines(cells: pl.DataFrame, line: int, data: bytes, *, quoted: bool) -> pl.Series:
    """Return the physical line on which each row begins."""
    lines = pl.int_range(line, line + cells.height, dtype=pl.UInt32, eager=True)
    if not quoted or data.count(b"\n") + (not data.endswith(b"\n")) == cells.height:
        return lines
    inside = _counted(cells, "\n")
    return lines + (inside.cum_sum() - inside)


def _placed(cells: pl.DataFrame, layout: CsvLayout) -> Block:
    """Return a block without the rows that have more cells than there are headings."""
    names = [str(place) for place in range(layout.headings)]
    if layout.width == layout.headings:
        return Block(cells)
    beyond = pl.exclude(ROW, *names).str.strip_chars() != ""  # no heading, so no code
    over = cells.select(pl.any_horizontal(beyond.fill_null(value=False)).alias("over")).to_series()
    problems = tuple(_over_long(row, layout) for row in cells.get_column(ROW).filter(over))
    return Block(cells.filter(~over).select(ROW, *names), problems)


def _by_hand(records: Sequence[Record], layout: CsvLayout) -> Block:
    """Return a block of records that the csv module has cut."""
    names = [str(place) for place in range(layout.headings)]
    over = [record for record in records if any(cell.strip() for cell in record.cells[layout.headings :])]
    kept = [record for record in records if record not in over] if over else records
    blanks = [""] * layout.headings
    rows = [[*record.cells, *blanks][: layout.headings] for record in kept]
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    cells = pl.DataFrame(
        {ROW: [record.line for record in kept]}
        | {name: [cell or None for cell in column] for name, column in zip(names, columns, strict=True)},
        schema_overrides={ROW: pl.UInt32} | dict.fromkeys(names, pl.String),
    )
    short = [record for record in kept if _is_short(record, layout)]
    return Block(cells, (*(_over_long(r.line, layout) for r in over), *(_short(r, layout) for r in short)))


def _is_short(record: Record, layout: CsvLayout) -> bool:
    """Return whether a row that is not blank lacks cells."""
    return len(record.cells) < layout.needed and any(cell.strip() for cell in record.cells)


def _over_long(row: int, layout: CsvLayout) -> Problem:
    """Return the problem of a row with more cells than headings: what belongs where cannot be known."""
    said = f"the row has more cells than the header, which has {layout.headings}"
    tip = "put a cell that holds the delimiter in quotation marks"
    return Problem(row, "", "over-long-row", said, tip, "row")


def _short(record: Record, layout: CsvLayout) -> Problem:
    """Return the problem of a row with fewer cells than headings."""
    cells = "1 cell" if len(record.cells) == 1 else f"{len(record.cells)} cells"
    said = f"the row has {cells}, the header {layout.needed}; the missing ones count as blank"
    return Problem(record.line, "", "short-row", said, "check that the row is whole", "nothing")
