"""A case file: opened, its columns found, its rows read batch by batch."""

from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from functools import cached_property
from threading import current_thread
from typing import TypeVar

import polars as pl

from ehcp_timeline.cases import headers
from ehcp_timeline.cases.case_numbers import CaseNumbers
from ehcp_timeline.cases.cells.parser import NOTHING, Reader, cell_reader
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, blank_words
from ehcp_timeline.cases.cells.vectorised import TURNED, CellReading, ColumnCounts, refuse_turned
from ehcp_timeline.cases.formats.detect import find_sheet
from ehcp_timeline.cases.formats.sen2.items import may_be_table
from ehcp_timeline.cases.mapping.model import NO_MAPPINGS, NOTHING_SAID, FileMapping, Mappings
from ehcp_timeline.cases.mapping.validate import check_mappings, is_settled, lay, said_of, turned, usual
from ehcp_timeline.cases.model import NO_ROWS, Column, Problem, Vocabulary, require_date
from ehcp_timeline.cases.row_checks import NO_CASES, DuplicateRows, NotCases, RowChecker, sieve
from ehcp_timeline.cases.sheet import ROW, Batch, Sheet, address, read_once, sliced
from ehcp_timeline.cases.unread import UnreadColumn, UnreadColumns
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.text import listed

Item = TypeVar("Item")


def ahead(items: Generator[Item]) -> Generator[Item]:
    """Yield the items of a generator in order, each made at most one step ahead.

    The first is begun at once. An error in the generator is raised here, in its turn. The generator is closed
    when this one is, if it had begun.
    """
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"ahead-{id(items)}")
    return _following(items, worker, worker.submit(next, items, None))


def _following(
    items: Generator[Item], worker: ThreadPoolExecutor, following: Future[Item | None]
) -> Generator[Item]:
    try:
        while (item := following.result()) is not None:
            following = worker.submit(next, items, None)
            yield item
            del item  # it may be large, while the next is waited for
    finally:
        # Where nobody closed this, it is collected: then the worker takes no order any more, and the thread
        # that collects may be the worker's own, in the middle of the step.
        following.cancel()
        own = current_thread().name.startswith(f"ahead-{id(items)}")
        if own:
            following.add_done_callback(lambda _: items.close())
        else:
            wait((following,))
            items.close()
        worker.shutdown(wait=not own)


class CaseFile:
    """One case file, its columns known, its rows not yet read.

    Attributes:
        name: The file as the user named it; `-` is standard input.
        sha256: Of its bytes, in hexadecimal.
        sheet: How it was opened; `headings` says what each of its headings means.
        columns: The columns of the vocabulary that it has.
        constants: Those that ehcp.toml gives one value on every row, with its text.
        expected: About how many rows it has; 0 where that is not known before they are read.
        known_until: The last day of which it can know anything, where it says so, as a SEN2 return does.
        rows: Rows that are not blank, as far as the last call of `batches` has read.
        judged: Those of them that can be judged.
    """

    def __init__(
        self,
        sheet: Sheet,
        vocabulary: Vocabulary,
        spellings: headers.Spellings,
        as_at: date,
        blanks: Iterable[str],
        mapping: FileMapping = NOTHING_SAID,
        month_first: Collection[str] = (),
        looked_at: Mapping[str, int] | None = None,
    ) -> None:
        """Find the columns of an opened file; the dates of some may have to be read month-first.

        `looked_at` are the columns that are not read and hold dates or outcomes, where that is known.

        Raises:
            CaseFileError: Two headings mean one column, none means `case_id`, or what the mapping says does
                not fit the file.
        """
        self.sheet = sheet
        self._vocabulary = vocabulary
        self._spellings = spellings
        self._as_at = as_at
        self._blanks = blank_words((*blanks, *mapping.blanks))
        self._mapping = mapping
        self._said = said_of(mapping, vocabulary) if mapping != NOTHING_SAID else {}
        self._said |= {name: turned(self._said.get(name, NOTHING)) for name in month_first}
        self._laid = lay(sheet, mapping, spellings, self._blanks)
        own = headers.positions(sheet.headings, spellings, sheet.where)
        self._places = {**own, **self._laid.places}
        self._seen = {**own, **self._laid.seen}
        self._reading: CellReading | None = None
        self._unread: UnreadColumns | None = None
        self._looked_at = looked_at
        self._begun: Generator[Batch] | None = None
        self._kept: list[Batch] = []
        self.name = sheet.name
        self.sha256 = sheet.sha256
        self.columns = frozenset(self._places)
        self.constants = self._laid.constants
        self.expected = sheet.expected
        self.known_until = sheet.known_until
        self.rows = self.judged = 0

    @cached_property
    def headings(self) -> tuple[headers.Heading, ...]:
        """The header row, with suggestions for the headings that are not read."""
        return tuple(map(self._heading, range(len(self.sheet.headings))))

    def _heading(self, place: int) -> headers.Heading:
        """Return the heading at a place, from 0, with what it may have meant."""
        heading = headers.describe_one(self.sheet.headings, place, self._spellings)
        gives = self._laid.given(place)
        return replace(heading, gives=gives, suggestions=()) if gives else heading

    @property
    def counts(self) -> Mapping[str, ColumnCounts]:
        """What the cells of each column held, as far as the last call of `batches` has read."""
        return self._reading.counts if self._reading else {}

    def refuse_without_events(self) -> None:
        """Raise CaseFileError if no heading means an event: then nothing in the file can be judged."""
        if self.columns.intersection(self._vocabulary.of_kind("event")):
            return
        found: list[str] = []
        for heading in (heading for heading in self.headings if heading.text):
            possible = heading.may_be or heading.suggestions
            guess = f" ({listed(possible, 'or')}?)" if possible else ""
            found.append(f'"{headers.one_line(heading.text)}"{guess}')
        said = f"{self.sheet.where}: no heading means an event, so nothing can be judged"
        said += f"; found {', '.join(found)}"
        raise CaseFileError(
            said, f"`ehcp columns {self.name} -o ehcp.toml` writes the lines that make ehcp read them"
        )

    @property
    def unread(self) -> tuple[tuple[headers.Heading, UnreadColumn], ...]:
        """Headings that are not read, with dates or outcomes, as far as `batches` has read."""
        found = self._unread.found() if self._unread else ()
        return tuple((self._heading(place), column) for place, column in found)

    @property
    def doubtful(self) -> Mapping[str, int]:
        """Events whose dates prove neither day-first nor month-first, as far as `batches` has read.

        Each with how many of its cells mean another day if they are month-first; they are read day-first.
        """
        return self._reading.orders.doubtful if self._reading else {}

    @property
    def proven_day_first(self) -> tuple[str, ...]:
        """Events with a date in figures that can only be day-first, where some date could be either."""
        return self._reading.orders.day_first if self._reading else ()

    def both_ways(self, columns: Collection[str], *, some: bool = False) -> tuple["CaseFile", ...]:
        """Return the same file twice: as it is, and with the dates in figures of these columns month-first.

        They are to be read side by side.

        Args:
            columns: Those that are `doubtful`.
            some: Whether rows that are the same both ways may be left out.
        """
        kept = self._reading.orders.undecided() if some and self._reading else None
        sheet = read_once(self.sheet if kept is None else replace(self.sheet, blocks=sliced(kept)))
        known = (sheet, self._vocabulary, self._spellings, self._as_at, self._blanks, self._mapping)
        looked_at = self._unread.places if self._unread else None
        return tuple(CaseFile(*known, month_first, looked_at) for month_first in ((), columns))

    def batches(self, rows: int = 115_000) -> Generator[Batch]:
        """Yield the rows of the file from the first, about `rows` of them at a time; at least one batch.

        What can only be said of the whole file is a problem of one more batch, without rows.

        A batch is read while the one before it is in use, the first as soon as this is called.

        Raises:
            CaseFileError: A quoted cell is never closed, a cell is too long, or the dates of a column make
                sense only month-first (known when all of them are read).
        """
        if self._kept:
            return (batch for batch in self._kept)
        begun, self._begun = self._begun, None
        return begun or ahead(self._batches(rows))

    def keep(self, batches: list[Batch]) -> None:
        """Take rows that were read, or some of them, for all that the file has: `batches` gives these."""
        self._kept = batches

    def add(self, problems: Iterable[Problem]) -> None:
        """Say more of what is kept."""
        *before, last = self._kept
        self._kept = [*before, replace(last, problems=(*last.problems, *problems))]

    def begin(self) -> None:
        """Begin to read; the next call of `batches` gets these, whatever their size."""
        self._begun = self.batches()

    def _batches(self, rows: int) -> Generator[Batch]:
        columns = [self._vocabulary.columns[name] for name in self._places]
        apart = [name for name, said in self._said.items() if said != usual(self._mapping)]
        settled = [name for name, said in self._said.items() if is_settled(said)]
        reading = CellReading(columns, self._reader_of, self._blanks, apart, settled)
        order = RowChecker(self.columns, self._vocabulary, self._as_at)
        not_cases = NotCases(
            self.sheet.headings,
            self._places,
            self._spellings,
            self._vocabulary.of_kind("event"),
            self._blanks,
        )
        repeats, case_numbers, turned = DuplicateRows(), CaseNumbers(), dict[str, Problem]()
        self._reading = reading
        self._unread = unread = self._unread_columns()
        self.rows = self.judged = 0
        end, odd = Batch(pl.DataFrame()), False

        def dtypes() -> Mapping[int, pl.DataType]:
            return {self._places[name]: kind for name, kind in reading.takes().items()}

        for block in ahead(self._laid.sheet.blocks(rows, dtypes)):  # cut while the one before it is typed
            in_block = set(block.cells.columns)
            there = {name: place for name, place in unread.places.items() if name in in_block}
            places = {**self._places, **there}
            texts, problems = sieve(block, places, self._blanks, repeats, not_cases, case_numbers)
            read = reading.read(texts)
            reading.orders.keep(block.cells, texts.get_column(ROW))
            for problem in read.problems:
                if problem.rule in TURNED:
                    turned.setdefault(problem.column, problem)
            problems += (*read.problems, *order.find(read))
            problems = self._placed(problems, placed=len(block.problems))
            judged = read.frame.height
            lost = sum(problem.stops == "row" and problem.rule not in NO_CASES for problem in problems)
            self.rows += judged + lost
            self.judged += judged
            batch = replace(
                read,
                frame=read.frame.with_columns(unread.dates(texts, read.frame)),
                problems=tuple(sorted(problems)),
                read=judged + lost,
                raw=block.cells,
            )
            end = Batch(batch.frame.clear(), columns=read.columns, raw=block.cells.clear())
            odd = bool(problems)
            yield batch
            del batch, block, texts, read  # a hundred megabytes, while the next is cut
        at_the_end = self._placed([*order.at_the_end(), *case_numbers.at_the_end()])
        at_the_end += (*self.sheet.remarks, *self.sheet.outdated(self._as_at))
        if not (self.rows or odd):
            at_the_end.append(NO_ROWS)
        if at_the_end:
            yield replace(end, problems=tuple(sorted(at_the_end)))
        refuse_turned(turned, self._laid.sheet, self._places)

    def _unread_columns(self) -> UnreadColumns:
        """Return what looks at the columns that are not read."""
        headings, spellings = self.sheet.headings, self._spellings
        taken = headers.match(headings, spellings)
        events = self._vocabulary.of_kind("event")
        read = self._reader_of(Column("", "", "event"))
        if self._looked_at is None:
            places = {
                str(place): place
                for place, (text, column) in enumerate(zip(headings, taken, strict=True))
                if not (column or self._laid.given(place)) and headers.fold(text) not in spellings.ignored
            }
        else:
            places = {**self._looked_at}
        return UnreadColumns(
            headings, taken, spellings, frozenset(events), read, self._blanks, self._as_at, places
        )

    def _placed(self, problems: list[Problem], placed: int = 0) -> list[Problem]:
        """Return problems with where they are in the file; the first `placed` of them say so themselves."""
        if self.sheet.place:
            return [*problems[:placed], *map(self.sheet.place, problems[placed:])]
        if not self.sheet.worksheet:
            return problems
        return [
            replace(problem, problem=f"{address(problem.row, place + 1)}: {problem.problem}")
            if problem.stops == "cell" and (place := self._seen.get(problem.column)) is not None
            else problem
            for problem in problems
        ]

    def _reader_of(self, column: Column) -> Reader:
        said = self._said.get(column.id, NOTHING)
        absorbs = self._vocabulary.absorbs
        return cell_reader(column, absorbs, self._spellings, self._as_at, self._blanks, said)


def open_case_file(
    path: str,
    vocabulary: Vocabulary,
    *,
    as_at: date,
    blanks: Iterable[str] = DEFAULT_BLANKS,
    aliases: Mapping[str, Sequence[str]] = headers.NO_ALIASES,
    mapping: FileMapping = NOTHING_SAID,
) -> CaseFile:
    """Open a case file and find its columns.

    Args:
        path: Its name; `-` is standard input.
        vocabulary: The columns that it may have.
        as_at: Dates long after it are not plausible, and events after it have not happened.
        blanks: Words that count as a blank, beside an empty cell.
        aliases: More headings for a column; they win over those that ship with the package.
        mapping: What else is said about the file.

    Raises:
        CaseFileError: It cannot be read as a case file at all.
        ConfigError: The aliases or the mapping do not fit the vocabulary.
        UsageError: `as_at` is not a date.
    """
    require_date("as_at", as_at)
    if mapping != NOTHING_SAID:
        check_mappings(Mappings(every=mapping), vocabulary, as_at)
    spellings = headers.load_spellings(vocabulary, {**mapping.columns, **aliases}, mapping.ignore)
    (sheet,) = _gathered([find_sheet(path, spellings, vocabulary, mapping)], spellings)
    return CaseFile(sheet, vocabulary, spellings, as_at, blanks, mapping)


def open_case_files(
    paths: Sequence[str],
    vocabulary: Vocabulary,
    *,
    as_at: date,
    mappings: Mappings = NO_MAPPINGS,
) -> list[CaseFile]:
    """Open case files as `open_case_file` does; files that are tables of one SEN2 return are one case file.

    Raises:
        CaseFileError: One cannot be read as a case file at all, no heading of one means an event, or a return
            is not whole.
        ConfigError: A mapping does not fit the vocabulary.
    """
    if mappings != NO_MAPPINGS:
        check_mappings(mappings, vocabulary, as_at)

    def known(name: str) -> tuple[FileMapping, headers.Spellings]:
        mapping = mappings.of_file(name)
        if mapping is not mappings.every:  # parts that go by themselves may not go together
            check_mappings(Mappings(every=mapping), vocabulary, as_at)
        return mapping, headers.load_spellings(vocabulary, mapping.columns, mapping.ignore)

    each = {path: known(path) for path in paths}
    sheets = [find_sheet(path, spellings, vocabulary, mapping) for path, (mapping, spellings) in each.items()]
    sources: list[CaseFile] = []
    for sheet in _gathered(sheets, each[paths[0]][1]) if paths else ():
        mapping, spellings = each.get(sheet.name) or known(sheet.name)
        sources.append(CaseFile(sheet, vocabulary, spellings, as_at, DEFAULT_BLANKS, mapping))
        sources[-1].refuse_without_events()
    return sources


def _gathered(sheets: Sequence[Sheet], spellings: headers.Spellings) -> Sequence[Sheet]:
    """Return the files, the tables of one return as one; what joins them is loaded only for them."""
    if not any(may_be_table(sheet.headings) for sheet in sheets):
        return sheets
    from ehcp_timeline.cases.formats.sen2.files import gathered

    return gathered(sheets, spellings)
