"""Finds where the cells of a CSV file end and which of its rows is the header."""

import re
from collections.abc import Generator, Sequence
from itertools import chain, repeat

from ehcp_timeline.cases.formats.csv.blocks import CsvLayout, Record, cut_records, read_blocks
from ehcp_timeline.cases.formats.csv.encoding import Surveyed
from ehcp_timeline.cases.header_rows import (
    DELIMITERS,
    HEADER_SEARCHED,
    NO_HEADER,
    Header,
    find_header,
    in_one_cell,
)
from ehcp_timeline.cases.headers import Spellings
from ehcp_timeline.cases.mapping.model import NOTHING_SAID, FileMapping
from ehcp_timeline.cases.sheet import Block, Dtypes, Sheet
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import limit, too_much

MOST_COLUMNS = 16_384  # as in Excel
_HEAD = 1 << 20  # bytes
_SAMPLE = 60  # lines
_DECLARED = re.compile(rb'"?sep=([!-/:-@\[-`{-~\t ])"?\r?\n', re.IGNORECASE)


def find_csv_sheet(surveyed: Surveyed, spellings: Spellings, mapping: FileMapping = NOTHING_SAID) -> Sheet:
    """Find the delimiter and the header row: those under which the most headings are known.

    Raises:
        CaseFileError: The file is blank, its beginning cannot be cut into cells, or the headings do not
            stand where the user says.
    """
    shown, row = surveyed.raw.shown, mapping.header_row
    with surveyed.opened() as file:
        lines = (file.read(_HEAD) + file.readline()).splitlines(keepends=True)
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
            if (widest := max((len(record.cells) for record in cells), default=0)) > limit(MOST_COLUMNS):
                said = f"{shown}: a line has {widest:,} cells, more than {limit(MOST_COLUMNS):,}"
                faults.append(too_much(said))
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
