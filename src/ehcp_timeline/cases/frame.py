"""A case file as batches of typed rows, its problems beside them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial

import polars as pl

from ehcp_timeline.cases.addresses import with_address
from ehcp_timeline.cases.ahead import ahead
from ehcp_timeline.cases.annex_a import with_open_review
from ehcp_timeline.cases.cells import cell_reader
from ehcp_timeline.cases.columns import Column, Vocabulary
from ehcp_timeline.cases.formats import find_sheet
from ehcp_timeline.cases.headings import NO_ALIASES, Heading, Spellings, describe, load_spellings, positions
from ehcp_timeline.cases.month_first import Suspects
from ehcp_timeline.cases.order import Order
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.cases.reading import CellReading, ColumnCounts
from ehcp_timeline.cases.record import BLANK, Row
from ehcp_timeline.cases.repeats import Repeats
from ehcp_timeline.cases.sheet import ROW, Sheet
from ehcp_timeline.cases.sieve import sieve
from ehcp_timeline.cases.values import DEFAULT_BLANKS, blank_words, parted


@dataclass(frozen=True, slots=True)
class Understood:
    """How a file was understood before its rows were read; `columns` of the file as in `headings.Heading`."""

    encoding: str
    delimiter: str
    header_row: int
    headings: tuple[Heading, ...]
    worksheet: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a case file, in file order. Rows add up: `read` = `judged` + `not_judged`.

    Attributes:
        frame: `row` (UInt32, the physical line on which the row begins), `case_id` (String) and each column
            of the file under its own name: events and the date of birth Date, flags Boolean, codes String
            (several are sorted, with a plus between them), other facts String. A cell that is blank or
            cannot be read is null.
        columns: The columns of the file, in its order.
        unreadable: Column to the rows (UInt32, ascending) whose cell cannot be read; columns without such
            rows are absent.
        problems: Everything that a person should put right, in file order.
        read: Rows that are not blank.
        judged: Rows in `frame`.
        not_judged: Rows left out; each has a problem that `stops` the row.
        cells: The same rows and those left out, blank ones too, as the file writes them: as in
            `sheet.Block`, headings as in `Understood`.
    """

    frame: pl.DataFrame
    columns: Mapping[str, Column]
    unreadable: Mapping[str, pl.Series]
    problems: tuple[Problem, ...]
    read: int
    judged: int
    not_judged: int
    cells: pl.DataFrame = field(default_factory=pl.DataFrame)


class CaseSource:
    """One case file, its columns known, its rows not yet read.

    Attributes:
        name: The file as the user named it; `-` is standard input.
        sha256: Of its bytes, in hexadecimal.
        columns: The columns of the vocabulary that it has.
    """

    def __init__(
        self, sheet: Sheet, vocabulary: Vocabulary, spellings: Spellings, as_at: date, blanks: Iterable[str]
    ) -> None:
        """Find the columns of an opened file.

        Raises:
            CaseFileError: Two headings mean one column, or none means `case_id`.
        """
        self._sheet = sheet
        self._vocabulary = vocabulary
        self._spellings = spellings
        self._as_at = as_at
        self._blanks = blank_words(blanks)
        self._reader_of = partial(
            cell_reader, absorbs=vocabulary.absorbs, spellings=spellings, as_at=as_at, blanks=self._blanks
        )
        self._places = positions(sheet.headings, spellings, sheet.where)
        self._counts: Mapping[str, ColumnCounts] = {}
        self.name = sheet.name
        self.sha256 = sheet.sha256
        self.columns = frozenset(self._places)

    @cached_property
    def understood(self) -> Understood:
        """How the file was understood, with suggestions for the headings that are not read."""
        sheet, headings = self._sheet, describe(self._sheet.headings, self._spellings)
        return Understood(sheet.encoding, sheet.delimiter, sheet.header_row, headings, sheet.worksheet)

    @property
    def counts(self) -> Mapping[str, ColumnCounts]:
        """What the cells of each column held, as far as the last call of `batches` has read."""
        return self._counts

    def batches(self, rows: int = 100_000) -> Iterator[Batch]:
        """Yield the rows of the file from the first, about `rows` of them at a time; at least one batch.

        Raises:
            CaseFileError: A quoted cell is never closed, a cell is too long, or the dates of a column make
                sense only month-first (known when all of them are read).
        """
        columns = {name: self._vocabulary.columns[name] for name in self._places}
        reading = CellReading(columns.values(), self._reader_of, self._blanks)
        order = Order(self.columns, self._vocabulary, self._as_at)
        repeats, suspects = Repeats(), Suspects()
        self._counts = reading.counts
        held: Batch | None = None
        for block in ahead(self._sheet.blocks(rows)):
            texts, found = sieve(block, self._places, self._blanks, repeats)
            read = reading.read(texts)
            suspects.note(read.problems)
            found += (*read.problems, *order.find(read))
            if self._sheet.worksheet:
                found = [with_address(problem, self._places) for problem in found]
            judged, lost = read.frame.height, sum(problem.stops == "row" for problem in found)
            if held:
                yield held
            held = Batch(
                frame=read.frame,
                columns=columns,
                unreadable=read.unreadable,
                problems=tuple(sorted(found)),
                read=judged + lost,
                judged=judged,
                not_judged=lost,
                cells=block.cells,
            )
        if held:
            yield replace(held, problems=tuple(sorted((*held.problems, *order.at_the_end()))))
        suspects.refuse(self._sheet, self._places)


def open_case_file(
    path: str,
    vocabulary: Vocabulary,
    *,
    as_at: date,
    blanks: Iterable[str] = DEFAULT_BLANKS,
    aliases: Mapping[str, Sequence[str]] = NO_ALIASES,
) -> CaseSource:
    """Open a case file and find its columns.

    Args:
        path: Its name; `-` is standard input.
        vocabulary: The columns that it may have.
        as_at: Dates long after it are not plausible, and events after it have not happened.
        blanks: Words that count as a blank, beside an empty cell.
        aliases: More headings for a column; they win over those that ship with the package.

    Raises:
        CaseFileError: It cannot be read as a case file at all.
        ConfigError: The aliases do not fit the vocabulary.
    """
    spellings = load_spellings(vocabulary, aliases)
    sheet = with_open_review(find_sheet(path, spellings, vocabulary), spellings)
    return CaseSource(sheet, vocabulary, spellings, as_at, blanks)


def rows_of(batch: Batch) -> Iterator[Row]:
    """Yield the rows of a batch one by one, as the single reader wants them."""
    kinds = {name: column.kind for name, column in batch.columns.items()}
    unreadable: dict[int, set[str]] = {}
    for name, numbers in batch.unreadable.items():
        for number in numbers:
            unreadable.setdefault(number, set()).add(name)
    for cells in batch.frame.iter_rows(named=True):
        held = {name: value for name, value in cells.items() if value is not None}
        number, case_id = held.pop(ROW), held.pop("case_id")
        yield Row(
            number=number,
            case_id=case_id,
            events={name: value for name, value in held.items() if kinds[name] == "event"},
            codes={name: parted(value) for name, value in held.items() if kinds[name] == "codes"},
            texts={name: value for name, value in held.items() if kinds[name] == "text"},
            flags={name: value for name, value in held.items() if kinds[name] == "flag"},
            unreadable=frozenset(unreadable.get(number, BLANK)),
        )
