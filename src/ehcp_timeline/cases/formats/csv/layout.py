"""Finds where the cells of a CSV file end and which of its rows is the header."""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from ehcp_timeline.cases.formats.csv.blocks import CsvLayout, read_blocks
from ehcp_timeline.cases.formats.csv.encoding import Surveyed
from ehcp_timeline.cases.formats.csv.records import Record, cut_records
from ehcp_timeline.cases.headers import HEADER_WITHIN, Score, Spellings, fold, header_score
from ehcp_timeline.cases.sheet import ANYWHERE, Block, Coded, Dtypes, Sheet, SheetOptions
from ehcp_timeline.errors import CaseFileError

DELIMITERS = ",;\t|"
_HEAD = 1 << 20  # bytes
_SAMPLE = 60  # lines
_DECLARED = re.compile(rb'"?sep=([!-/:-@\[-`{-~\t ])"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Guess:
    """One way to read the beginning of a file.

    Attributes:
        delimiter: Stands between two cells.
        records: What it cuts the beginning into.
        end: Physical line behind them.
        header: Place of the record that looks most like a header.
        score: How much it does.
        error: Why the beginning cannot be cut.
    """

    delimiter: str
    records: Sequence[Record] = ()
    end: int = 0
    header: int = 0
    score: Score = (False, 0, 0)
    error: CaseFileError | None = None


def find_sheet(surveyed: Surveyed, spellings: Spellings, asked: SheetOptions = ANYWHERE) -> Sheet:
    """Find the delimiter and the header row: those under which the most headings are known.

    Raises:
        CaseFileError: The file is blank, its beginning cannot be cut into cells, or the headings do not
            stand where the user says.
    """
    with surveyed.opened() as file:
        lines = (file.read(_HEAD) + file.readline()).splitlines(keepends=True)
    declared = _DECLARED.fullmatch(lines[0]) if lines else None
    delimiters = declared[1].decode() if declared else DELIMITERS
    first = 2 if declared else 1
    guesses = [
        _guess(lines, delimiter, first, spellings, surveyed.shown, asked.header_row)
        for delimiter in delimiters
    ]
    best = max(guesses, key=lambda guess: guess.score)
    failed = next((guess.error for guess in guesses if guess.error), None)
    if failed and not best.score[0]:
        raise failed
    if not best.records and asked.header_row:
        raise no_such_row(surveyed.shown, asked.header_row)
    if not best.records:
        raise CaseFileError(f"{surveyed.shown} is empty", "export the cases again")
    return _sheet(surveyed, best, lines)


def no_such_row(where: str, row: int) -> CaseFileError:
    """Return the error for a header row that is blank or beyond the end."""
    said = f"{where}: there are no headings in row {row}, where ehcp.toml says they stand"
    return CaseFileError(said, "correct header_row in ehcp.toml")


def _guess(
    lines: Sequence[bytes], delimiter: str, first: int, spellings: Spellings, shown: str, asked: int
) -> _Guess:
    """Take the record of the beginning that looks most like a header, or the one asked for by its line."""
    until = _SAMPLE + asked
    sample, rest = list(lines[first - 1 : until]), iter(lines[until:])
    try:
        records, taken = cut_records(sample, delimiter, first, lambda: next(rest, b""), shown)
    except CaseFileError as error:
        return _Guess(delimiter, error=error)
    filled = [place for place, record in enumerate(records) if any(fold(cell) for cell in record.cells)]
    possible = (
        [place for place in filled if records[place].line == asked] if asked else filled[:HEADER_WITHIN]
    )
    scores = {place: header_score(records[place].cells, spellings) for place in possible}
    if not scores:
        return _Guess(delimiter)
    header = max(scores, key=lambda place: scores[place])
    return _Guess(delimiter, records, first + taken, header, scores[header])


def _sheet(surveyed: Surveyed, guess: _Guess, lines: Sequence[bytes]) -> Sheet:
    """Return the file as it is read under a guess."""
    header = guess.records[guess.header]
    layout = _layout(guess, lines, surveyed.begin)
    return Sheet(
        name=surveyed.name,
        shown=surveyed.shown,
        sha256=surveyed.sha256,
        encoding=surveyed.encoding,
        delimiter=guess.delimiter,
        header_row=header.line,
        headings=tuple(header.cells),
        blocks=_Rows(surveyed, layout),
        remarks=surveyed.remarks,
        expected=_expected(surveyed, layout, lines[layout.first_line - 1 :]),
    )


def _expected(surveyed: Surveyed, layout: CsvLayout, below: Sequence[bytes]) -> int:
    """Return about how many rows there are, if they all are as long as these first ones."""
    size = sum(map(len, below))
    return round((surveyed.end - layout.begin) / size * len(below)) if size else 0


def _layout(guess: _Guess, lines: Sequence[bytes], begin: int) -> CsvLayout:
    """Return how the rows below the header are laid out; the file's text begins at byte `begin`."""
    header, below = guess.records[guess.header].cells, guess.records[guess.header + 1 :]
    first_line = below[0].line if below else guess.end
    bytes_above = sum(map(len, lines[: first_line - 1]))
    bytes_below = sum(map(len, lines[first_line - 1 :]))
    needed = max(place for place, text in enumerate(header, start=1) if text.strip())
    widest = max((len(record.cells) for record in below), default=0)
    width = min(max(needed, widest), len(header) + _SAMPLE)
    return CsvLayout(
        delimiter=guess.delimiter,
        headings=min(len(header), width),
        needed=needed,
        width=width,
        first_line=first_line,
        begin=begin + bytes_above,
        row_bytes=max(1, bytes_below // max(1, len(lines) - first_line + 1)),
    )


@dataclass(frozen=True, slots=True)
class _Rows(Coded):
    """The rows below the header."""

    surveyed: Surveyed
    layout: CsvLayout

    def __call__(self, rows: int) -> Generator[Block]:
        """Give about `rows` of them at a time."""
        return self.coded(rows, dict)

    def coded(self, rows: int, dtypes: Dtypes) -> Generator[Block]:
        """Give the same, the columns at some places as Categorical of some kind."""
        with self.surveyed.opened() as file:
            file.seek(self.layout.begin)
            yield from read_blocks(file, self.layout, rows, self.surveyed.shown, dtypes)
