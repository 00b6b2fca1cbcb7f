"""Gathers case files in the canonical form, a value or the file's own words in each cell, and writes it.

The CSV file is safe to open in a spreadsheet.
"""

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, ClassVar, Final, Literal, Self

import polars as pl

from ehcp_timeline.cases.cells.dates import MONTH_FIRST, TIMED_PATTERN
from ehcp_timeline.cases.cells.parser import Reader, cell_reader
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, WHITE, CellFault, blank_words, shown
from ehcp_timeline.cases.headers import load_spellings
from ehcp_timeline.cases.model import Column, Problem, Vocabulary
from ehcp_timeline.cases.sheet import ROW, Batch, address
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.errors import CaseFileError, OutputError
from ehcp_timeline.measure.answer import NOT_IN_JSON
from ehcp_timeline.measure.result import Input
from ehcp_timeline.output.workbook import safe_book
from ehcp_timeline.privacy.pseudonyms import DROPPED, KEPT_TEXTS, STATEMENT, Key
from ehcp_timeline.record import Ge, Sha256, Whole, field, record, replace
from ehcp_timeline.text import count

PLACE = "place"
UNREADABLE = "unreadable"

_MIDNIGHT = r"[tT ]0?0:00(?::00(?:[.,]0+)?)?(?: ?[aA][mM])?$"
COPY: Final = "copy"
_FORMULA: Final = r"^\s*[=+\-@＝＋－＠]"
_MADE = datetime(2014, 9, 1)  # noqa: DTZ001 - the day the law came into force: every copy is the same
_MOST_CELLS: Final = 5_000_000  # of a workbook, as they are read
_LONGEST_CELL: Final = 32_767  # characters, of Excel's own
_LAST_ROW: Final = 1_048_576
_INSTEAD: Final = "write cases.csv or cases.parquet"


UNREAD = "unread-heading"
"""The rule of a remark on a heading that leaves deadlines unknown."""


@record(frozen=True, slots=True)
class HeadingLeft:
    """A heading whose cells are not in the canonical file.

    Attributes:
        filled: Cells that are not empty.
    """

    file: str
    position: Annotated[int, Ge(1)]
    heading: str
    filled: Whole


@record(frozen=True, slots=True)
class BlankWord:
    """A word that was read as a blank."""

    file: str
    column: str
    word: str
    cells: Annotated[int, Ge(1)]


@record(frozen=True, slots=True)
class TimesDropped:
    """Dates that had a time of day."""

    file: str
    column: str
    cells: Annotated[int, Ge(1)]


@record(frozen=True, slots=True)
class CellKept:
    """A cell that could not be read (the canonical file holds its words), or the place of a remark.

    Attributes:
        row: Physical row; null for none, and in a pseudonymised report.
        try_: What to try.
    """

    file: str
    row: Annotated[int | None, Ge(1)]
    column: str | None
    problem: str
    try_: str
    rule: str = field(metadata=NOT_IN_JSON)

    @classmethod
    def of(cls, file: str, problem: Problem, **more: bool) -> Self:
        """Return a problem of a file."""
        row, column = problem.row or None, problem.column or None
        return cls(file, row, column, problem.problem, problem.try_, problem.rule, **more)

    def bare(self) -> Self:
        """Return it without the row and the words by which the case could be found."""
        return replace(self, row=None, problem=self.rule, try_="")


@record(frozen=True, slots=True)
class RowFound(CellKept):
    """A row that is not judged.

    Attributes:
        row: Physical row; null for none, and in a pseudonymised report.
        kept: Whether it is in the canonical file.
    """

    kept: bool


@record(frozen=True, slots=True)
class FileWritten:
    """The canonical file.

    Attributes:
        name: `-` is standard output.
        copies_told_apart: Rows that differ only in what was left behind are counted by `copy`.
        apostrophes: Cells that a spreadsheet would run as a formula, made safe.
    """

    name: str
    format: Literal["csv", "xlsx", "parquet"]
    sha256: Sha256
    rows: Whole
    columns: tuple[str, ...]
    copies_told_apart: bool
    apostrophes: Whole


@record(frozen=True, slots=True)
class ConvertAnswer:
    """The answer of `ehcp convert --format json`.

    Attributes:
        statement: What must be on every copy of a pseudonymised list; null otherwise.
        remarks: What is said of a file or column as a whole.
        rewritten: Blanks and times of day, file by file and column by column.
    """

    SCHEMA: ClassVar = "ehcp-convert/1"

    as_at: date
    input: tuple[Input, ...]
    output: FileWritten
    statement: str | None
    left_behind: tuple[HeadingLeft, ...]
    blank_words: tuple[BlankWord, ...]
    times_dropped: tuple[TimesDropped, ...]
    cells: tuple[CellKept, ...]
    rows: tuple[RowFound, ...]
    remarks: tuple[CellKept, ...]
    rewritten: tuple[BlankWord | TimesDropped, ...] = field(metadata=NOT_IN_JSON)


_UNWRITTEN = FileWritten("-", "csv", "", 0, (), copies_told_apart=False, apostrophes=0)


@record(frozen=True, slots=True)
class Converted:
    """The rows of some files as the canonical file holds them, in file order.

    Attributes:
        columns: In the vocabulary's order.
        frame: The columns by name, typed as in `batch.Batch`; null for what is blank or stands in `texts`.
            A row that cannot be judged has no value at all here.
        texts: Column to `place` (UInt32, of the row in `frame`, from 0, ascending) and `text`, for cells that
            are kept as they were.
        copies: Some judged rows hold the same and differed only in what was left behind.
        answer: What is said of them, before the file is written.
    """

    columns: tuple[Column, ...]
    frame: pl.DataFrame
    texts: Mapping[str, pl.DataFrame]
    copies: bool
    answer: ConvertAnswer

    def text_of(self, column: str) -> pl.Series | None:
        """Return a column's cells that are kept as they were, null for all others; None if there are none."""
        if column not in self.texts:
            return None
        empty = pl.Series([None], dtype=pl.String).new_from_index(0, self.frame.height)
        return empty.scatter(self.texts[column][PLACE], self.texts[column]["text"])


@record(frozen=True, slots=True)
class _Gathering:
    columns: Mapping[str, Column]
    readers: Mapping[str, Reader]
    frames: list[pl.DataFrame] = field(default_factory=list)
    texts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    left_behind: list[HeadingLeft] = field(default_factory=list)
    rewritten: list[BlankWord | TimesDropped] = field(default_factory=list)
    cells: list[CellKept] = field(default_factory=list)
    rows: list[RowFound] = field(default_factory=list)
    remarks: list[CellKept] = field(default_factory=list)

    def add(self, source: CaseFile) -> None:
        headings = source.headings
        places = {heading.column: str(heading.position - 1) for heading in headings if heading.column}
        dated = [name for name in places if self.columns[name].kind in {"event", "date"}]
        filled, timed = Counter[str](), Counter[str]()
        for batch in source.batches():
            self._add_rows(source.name, batch, places)
            stripped = batch.cells.select(pl.exclude(ROW).str.strip_chars(WHITE))
            filled.update(stripped.select((pl.all() != "").sum()).row(0, named=True))
            for name in dated:
                text = pl.col(places[name])
                with_time = text.str.contains(f"^{TIMED_PATTERN}$") & ~text.str.contains(_MIDNIGHT)
                timed[name] += stripped.select(with_time.sum()).item()
        for heading in headings:
            number = filled[str(heading.position - 1)]
            if heading.column is None and not heading.gives and (number or heading.text):
                self.left_behind.append(HeadingLeft(source.name, heading.position, heading.text, number))
        for name, counts in source.counts.items():
            words = sorted(counts.blank_words.items())
            self.rewritten.extend(BlankWord(source.name, name, word, cells) for word, cells in words)
            if timed[name]:
                self.rewritten.append(TimesDropped(source.name, name, timed[name]))

    def _add_rows(self, file: str, batch: Batch, places: Mapping[str, str]) -> None:
        kept = _kept(batch, places)
        frame = pl.concat([batch.frame, kept.select(ROW)], how="diagonal").sort(ROW)
        begin = sum(before.height for before in self.frames)
        numbers = frame.select(ROW).with_row_index(PLACE, offset=begin)
        for name in self.columns:
            texts = [self._unread(batch, name, places.get(name))]
            if name in places:
                texts.append(_of_heading(kept, places[name]))
            stands = pl.concat(texts)
            if stands.height:
                placed = stands.join(numbers, on=ROW).sort(PLACE).select(PLACE, "text")
                self.texts.setdefault(name, []).append(placed)
        self.frames.append(frame.select(*self.columns))
        kept_rows = frozenset(kept[ROW])
        for problem in batch.problems:
            if problem.stops == "cell":
                self.cells.append(CellKept.of(file, problem))
            elif problem.stops == "row":
                self.rows.append(RowFound.of(file, problem, kept=problem.row in kept_rows))
            elif not problem.row:
                self.remarks.append(CellKept.of(file, problem))

    def _unread(self, batch: Batch, name: str, place: str | None) -> pl.DataFrame:
        """Return `row` and `text` of the unreadable cells, worded so that no later reader can read them.

        A word is put in front if a later reader might: if only the settings make the cell unreadable, or if
        only the other figures of its column show that a month-first date is the odd one.
        """
        frame = batch.unreadable.get(name, pl.Series(dtype=pl.UInt32)).to_frame(ROW)
        if place is None:
            return frame.with_columns(pl.lit(UNREADABLE).alias("text"))
        frame = frame.join(_of_heading(batch.cells_of(frame[ROW]), place), on=ROW, how="left")
        worded: dict[str, str] = {}
        for text in frame["text"].drop_nulls().unique():
            read = self.readers[name](text)
            stays = isinstance(read, CellFault) and read.rule != MONTH_FIRST.rule
            worded[text] = text if stays else f"{UNREADABLE}: {text}"
        return frame.with_columns(
            pl.col("text").replace_strict(worded, default=UNREADABLE, return_dtype=pl.String)
        )


def _kept(batch: Batch, places: Mapping[str, str]) -> pl.DataFrame:
    """Return the cells of the rows that cannot be judged and still say something.

    A row that repeats another says nothing; neither does one without a cell in any column.
    """
    rules = {problem.row: problem.rule for problem in batch.problems if problem.stops == "row"}
    cells = batch.cells_of([row for row, rule in rules.items() if rule != "duplicate-row"])
    own = places["case_id"]
    nameless = [row for row, rule in rules.items() if rule == "no-case-id"]
    cells = cells.with_columns(pl.when(~pl.col(ROW).is_in(nameless)).then(pl.col(own)).alias(own))
    says = [pl.col(place).str.strip_chars(WHITE) != "" for place in places.values()]
    return cells.filter(pl.any_horizontal(says).fill_null(value=False))


def _of_heading(cells: pl.DataFrame, place: str) -> pl.DataFrame:
    text = pl.col(place).str.strip_chars(WHITE).alias("text")
    return cells.select(ROW, text).filter(pl.col("text") != "")


def _undecided(source: CaseFile) -> Iterator[CellKept]:
    """Yield a remark for each heading left behind that leaves deadlines of its own file unknown."""
    tip = "say what it means in ehcp.toml, or list it under ignore, and convert again"
    for heading, unread in source.unread:
        if unread.decides:
            held = count(unread.cells, unread.holds.removesuffix("s"))
            said = (
                f"{shown(heading.text)} has {held} that may have answered a deadline; the new file has none"
            )
            yield CellKept(source.name, None, None, said, tip, UNREAD)


def convert(sources: Sequence[CaseFile], vocabulary: Vocabulary, as_at: date) -> Converted:
    """Read some files whole, one after another; at least one.

    Raises:
        CaseFileError: A file cannot be read, or has other columns than the first: a column that one of them
            lacks would read as if what it records had not happened.
    """
    first = sources[0]
    for source in sources[1:]:
        for case_file, other in ((source, first), (first, source)):
            if lacking := sorted(other.columns - case_file.columns):
                said = f"{case_file.name} has no column {lacking[0]}, {other.name} has"
                hint = "convert them one by one: in one file it would read as not yet done"
                raise CaseFileError(said, hint)
    columns = {name: column for name, column in vocabulary.columns.items() if name in first.columns}
    spellings, blanks = load_spellings(vocabulary), blank_words(DEFAULT_BLANKS)
    readers = {
        name: cell_reader(column, vocabulary.absorbs, spellings, as_at, blanks)
        for name, column in columns.items()
    }
    gathered = _Gathering(columns, readers)
    for source in sources:
        gathered.add(source)
        gathered.remarks.extend(_undecided(source))
    frame = pl.concat(gathered.frames)
    judged = frame.filter(pl.col("case_id").is_not_null())
    rewritten = tuple(gathered.rewritten)
    answer = ConvertAnswer(
        as_at=as_at,
        input=tuple(Input.of(source) for source in sources),
        output=_UNWRITTEN,
        statement=None,
        left_behind=tuple(gathered.left_behind),
        blank_words=tuple(word for word in rewritten if isinstance(word, BlankWord)),
        times_dropped=tuple(times for times in rewritten if isinstance(times, TimesDropped)),
        cells=tuple(gathered.cells),
        rows=tuple(gathered.rows),
        remarks=tuple(gathered.remarks),
        rewritten=rewritten,
    )
    texts = {name: pl.concat(gathered.texts[name]) for name in columns if name in gathered.texts}
    return Converted(tuple(columns.values()), frame, texts, judged.n_unique() < judged.height, answer)


def pseudonymised_cases(converted: Converted, key: Key) -> Converted:
    """Return the judged rows in the order of their pseudonyms, without names, birth dates and free text.

    An unreadable cell may contain anything, so it becomes one word that cannot be read either; in a column of
    plain text it is one of Excel's own errors, which stays. Rows that cannot be judged have no case for a
    pseudonym, and are left out.
    """
    columns = tuple(
        column
        for column in converted.columns
        if not (column.id in DROPPED or column.personal)
        and (column.kind != "text" or column.id in {"case_id", *KEPT_TEXTS})
    )
    names = {case: key.pseudonym(case) for case in converted.frame["case_id"].drop_nulls().unique()}
    pseudonym = pl.col("case_id").replace_strict(names, default=None, return_dtype=pl.String)
    rows = (
        converted.frame.with_row_index(PLACE)
        .filter(pl.col("case_id").is_not_null())
        .with_columns(pseudonym)
        .sort("case_id", PLACE)
    )
    moved = rows.select(PLACE).with_row_index("to")
    kept = rows.select(column.id for column in columns)
    texts = {}
    for column in columns:
        if column.id in converted.texts:
            word = pl.col("text") if column.kind == "text" else pl.lit(UNREADABLE).alias("text")
            there = converted.texts[column.id].join(moved, on=PLACE)
            texts[column.id] = there.select(pl.col("to").alias(PLACE), word).sort(PLACE)
    return replace(
        converted,
        columns=columns,
        frame=kept,
        texts=texts,
        copies=kept.n_unique() < kept.height,
        answer=replace(
            converted.answer,
            statement=STATEMENT,
            cells=tuple(cell.bare() for cell in converted.answer.cells if cell.column in kept.columns),
            rows=tuple(replace(row, kept=False).bare() for row in converted.answer.rows),
        ),
    )


def case_file_bytes(converted: Converted, form: str) -> bytes:
    """Return the canonical file as csv, xlsx or parquet.

    CSV and the workbook have no type for a date that could not be read, so that cell is text; a column of a
    Parquet file with such a cell is text throughout. Copies are counted in a column of their own.

    Raises:
        OutputError: A workbook cannot hold so much.
    """
    copies: list[pl.Series] = []
    if converted.copies:
        number = pl.int_range(1, pl.len() + 1).over(converted.frame.columns)
        judged = pl.col("case_id").is_not_null()
        copies = [converted.frame.select(pl.when(judged).then(number).alias(COPY))[COPY]]
    if form == "xlsx":
        return _workbook(converted, [*converted.frame, *copies])
    page = io.BytesIO()
    if form == "csv":
        texts = pl.DataFrame([_as_text(converted, name) for name in converted.frame.columns])
        safe = (
            pl.when(pl.col(name).str.contains(_FORMULA)).then("'" + pl.col(name)).otherwise(name).alias(name)
            for name in _may_be_formulas(converted)
        )
        texts.with_columns(*safe, *copies).write_csv(page)
    else:
        columns = [
            _as_text(converted, column.name) if column.name in converted.texts else column
            for column in converted.frame
        ]
        pl.DataFrame([*columns, *copies]).write_parquet(page)
    return page.getvalue()


def apostrophes(converted: Converted) -> int:
    """Return how many cells of the CSV file have an apostrophe in front, so that none is run as a formula."""
    texts = (_as_text(converted, name) for name in _may_be_formulas(converted))
    return sum(int(column.str.contains(_FORMULA).sum()) for column in texts)


def _may_be_formulas(converted: Converted) -> list[str]:
    return [
        name
        for name, dtype in converted.frame.schema.items()
        if name in converted.texts or dtype == pl.String
    ]


def _as_text(converted: Converted, name: str) -> pl.Series:
    """Return a column as words: dates as 2026-01-31, flags as yes and no."""
    value = pl.col(name)
    if converted.frame.schema[name] == pl.Date:
        value = value.dt.to_string("%Y-%m-%d")
    elif converted.frame.schema[name] == pl.Boolean:
        value = pl.when(value).then(pl.lit("yes")).when(~value).then(pl.lit("no")).alias(name)
    column = converted.frame.select(value).to_series()
    kept = converted.text_of(name)
    return column if kept is None else kept.zip_with(kept.is_not_null(), column).alias(name)


def _workbook(converted: Converted, columns: list[pl.Series]) -> bytes:
    rows = converted.frame.height
    if rows >= _LAST_ROW or (rows + 1) * len(columns) > _MOST_CELLS:
        raise OutputError(f"{rows:,} rows of {len(columns)} columns are too many for a workbook", _INSTEAD)
    with safe_book("Case file", _MADE) as (book, page):
        dated = book.add_format({"num_format": "dd/mm/yyyy"})
        bold, sheet = book.add_format({"bold": True}), book.add_worksheet("Cases")
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 16)
            sheet.write_string(0, place, column.name, bold)
            _write_column(sheet, place, column, dated)
            kept = converted.text_of(column.name)
            if kept is not None:
                _write_column(sheet, place, kept, dated)
        sheet.freeze_panes(1, 1)
    return page.getvalue()


def _write_column(sheet: Any, place: int, column: pl.Series, dated: Any) -> None:  # noqa: ANN401
    for row, value in enumerate(column, start=1):
        if isinstance(value, date):
            sheet.write_datetime(row, place, datetime.combine(value, time.min), dated)
        elif isinstance(value, bool):
            sheet.write_string(row, place, "yes" if value else "no")
        elif isinstance(value, int):
            sheet.write_number(row, place, value)
        elif value is not None:
            if len(value) > _LONGEST_CELL:
                said = f"{address(row + 1, place + 1)} would be longer than a cell of a workbook can be"
                raise OutputError(said, _INSTEAD)
            sheet.write_string(row, place, value)
