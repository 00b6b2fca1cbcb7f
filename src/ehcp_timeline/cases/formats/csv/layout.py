"""Finds where the cells of a CSV file end and which of its rows is the header."""

import re
from collections.abc import Generator, Sequence
from itertools import chain, repeat
from typing import NamedTuple

from ehcp_timeline.cases.formats.csv.blocks import CsvLayout, Record, cut_records, read_blocks
from ehcp_timeline.cases.formats.csv.encoding import Surveyed
from ehcp_timeline.cases.header_rows import (
    DELIMITERS,
    HEADER_SEARCHED,
    Header,
    find_header,
    in_one_cell,
)
from ehcp_timeline.cases.headers import Spellings
from ehcp_timeline.cases.sheet import ANYWHERE, Block, Coded, Dtypes, Sheet, SheetOptions
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import limit, too_much
from ehcp_timeline.record import record

MOST_COLUMNS = 16_384  # as in Excel
_HEAD = 1 << 20  # bytes
_SAMPLE = 60  # lines
_DECLARED = re.compile(rb'"?sep=([!-/:-@\[-`{-~\t ])"?\r?\n', re.IGNORECASE)


class _Guess(NamedTuple):
    """One way to read the beginning of a file.

    Attributes:
        delimiter: Stands between two cells.
        records: What it cuts the beginning into.
        end: Physical line behind them.
        header: The record, or the two records, that look most like a header.
    """

    delimiter: str
    records: Sequence[Record]
    end: int
    header: Header


def find_csv_sheet(surveyed: Surveyed, spellings: Spellings, asked: SheetOptions = ANYWHERE) -> Sheet:
    """Find the delimiter and the header row: those under which the most headings are known.

    Raises:
        CaseFileError: The file is blank, its beginning cannot be cut into cells, or the headings do not
            stand where the user says.
    """
    shown, row = surveyed.raw.shown, asked.header_row
    with surveyed.opened() as file:
        lines = (file.read(_HEAD) + file.readline()).splitlines(keepends=True)
    declared = _DECLARED.fullmatch(lines[0]) if lines else None
    delimiters, first = (declared[1].decode(), 2) if declared else (DELIMITERS, 1)
    for until in (_SAMPLE + row, HEADER_SEARCHED + _SAMPLE):
        guesses, faults = list[_Guess](), list[CaseFileError]()
        for delimiter in delimiters:
            try:
                guesses.append(_guess(lines, until, delimiter, first, spellings, shown, row))
            except CaseFileError as fault:
                faults.append(fault)
        best = max(guesses, key=lambda guess: guess.header.score, default=None)
        if row or len(lines) <= until or (best and best.header.score[0]):
            break
    if faults and not (best and best.header.score[0]):
        raise faults[0]
    if not best or best.header.first < 0:
        raise no_such_row(shown, row) if row else CaseFileError(f"{shown} is empty", "export the cases again")
    if not best.header.score[0] and in_one_cell([record.cells for record in best.records], spellings):
        said = f"{shown}: every line is wrapped in one pair of quotation marks"
        raise CaseFileError(said, "export it again without them, or remove them")
    return _sheet(surveyed, best, lines)


def no_such_row(where: str, row: int) -> CaseFileError:
    """Return the error for a header row that is blank or beyond the end."""
    said = f"{where}: row {row}, given as the row of the headings, has none"
    return CaseFileError(said, "correct --header-row, or header_row in ehcp.toml")


def _guess(
    lines: Sequence[bytes],
    until: int,
    delimiter: str,
    first: int,
    spellings: Spellings,
    shown: str,
    asked: int,
) -> _Guess:
    """Take what looks most like a header in the first lines, or the record asked for by its line."""
    sample, rest = list(lines[first - 1 : until]), chain(lines[until:], repeat(b""))
    records, taken = cut_records(sample, delimiter, first, rest.__next__, shown)
    rows = [record.cells for record in records]
    if (widest := max(map(len, rows), default=0)) > limit(MOST_COLUMNS):
        raise too_much(f"{shown}: a line has {widest:,} cells, more than {limit(MOST_COLUMNS):,}")
    places = [at for at, record in enumerate(records) if record.line == asked and any(record.cells)]
    header = find_header(rows, spellings, places if asked else None)
    return _Guess(delimiter, records, first + taken, header)


def _sheet(surveyed: Surveyed, guess: _Guess, lines: Sequence[bytes]) -> Sheet:
    headings, below = guess.header.headings, guess.records[guess.header.last + 1 :]
    first_line = below[0].line if below else guess.end
    rows = lines[first_line - 1 :]
    row_bytes = sum(map(len, rows))
    needed = max(place for place, text in enumerate(headings, start=1) if text.strip())
    widest = max((len(record.cells) for record in below), default=0)
    width = min(max(needed, widest), len(headings) + _SAMPLE)
    layout = CsvLayout(
        delimiter=guess.delimiter,
        headings=min(len(headings), width),
        needed=needed,
        width=width,
        first_line=first_line,
        begin=surveyed.begin + sum(map(len, lines[: first_line - 1])),
        row_bytes=max(1, row_bytes // max(1, len(rows))),
    )
    return Sheet(
        name=surveyed.raw.name,
        shown=surveyed.raw.shown,
        sha256=surveyed.sha256,
        encoding=surveyed.encoding,
        delimiter=guess.delimiter,
        header_row=guess.records[guess.header.first].line,
        headings=headings,
        blocks=_Rows(surveyed, layout),
        remarks=surveyed.remarks,
        # if all rows are as long as these first ones
        expected=round((surveyed.end - layout.begin) / row_bytes * len(rows)) if row_bytes else 0,
    )


@record(frozen=True, slots=True)
class _Rows(Coded):
    surveyed: Surveyed
    layout: CsvLayout

    def __call__(self, rows: int) -> Generator[Block]:
        return self.coded(rows, dict)

    def coded(self, rows: int, dtypes: Dtypes) -> Generator[Block]:
        """Give the same, the columns at some places as Categorical of some kind."""
        with self.surveyed.opened() as file:
            file.seek(self.layout.begin)
            yield from read_blocks(file, self.layout, rows, self.surveyed.raw.shown, dtypes)
