"""Gathers case files as a canonical file holds them: values, or the file's own words where it has none."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.cells.dates import MONTH_FIRST, TIMED_PATTERN
from ehcp_timeline.cases.cells.parser import Reader, cell_reader
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, WHITE, CellFault, blank_words
from ehcp_timeline.cases.headers import load_spellings
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.schema import Column, Vocabulary
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.errors import CaseFileError

PLACE = "place"
UNREADABLE = "unreadable"

_MIDNIGHT = r"[tT ]0?0:00(?::00(?:[.,]0+)?)?(?: ?[aA][mM])?$"


@dataclass(frozen=True, slots=True)
class ConvertedFile:
    """One file that was read: rows = judged + not_judged."""

    name: str
    sha256: str
    rows: int
    judged: int
    not_judged: int


@dataclass(frozen=True, slots=True)
class Unused:
    """A heading that is no column of a case file: its cells are not in the canonical file."""

    file: str
    position: int
    heading: str
    filled: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Cells of one column that say less than they did: `word` was read as a blank, or a time was dropped."""

    file: str
    column: str
    word: str
    cells: int


@dataclass(frozen=True, slots=True)
class InFile:
    """A problem, and in which file it stands.

    Attributes:
        file: The file.
        problem: The problem.
        kept: Whether the cell or row stands in the canonical file as it was.
    """

    file: str
    problem: Problem
    kept: bool


@dataclass(frozen=True, slots=True)
class Converted:
    """The rows of some files as the canonical file holds them, in file order.

    Attributes:
        columns: The columns, in the vocabulary's order.
        frame: The columns by name, typed as in `batch.Batch`; null for what is blank or stands in `texts`.
            A row that cannot be judged has no value at all here.
        texts: Column to `place` (UInt32, of the row in `frame`, from 0, ascending) and `text`, for cells that
            stand as they were.
        copies: Some judged rows hold the same and differed only in what was left behind.
        inputs: The files.
        unused: Headings left behind.
        rewritten: Blanks by word, and times of day that were dropped.
        cells: Cells that could not be read; all are kept.
        rows: Rows that cannot be judged; those that are kept have the file's own words.
        remarks: What is said of a file or column as a whole, as of a return that ends before the as-at date.
    """

    columns: tuple[Column, ...]
    frame: pl.DataFrame
    texts: Mapping[str, pl.DataFrame]
    copies: bool
    inputs: tuple[ConvertedFile, ...]
    unused: tuple[Unused, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    cells: tuple[InFile, ...] = ()
    rows: tuple[InFile, ...] = ()
    remarks: tuple[InFile, ...] = ()

    def text_of(self, column: str) -> pl.Series | None:
        """Return a column's cells that stand as they were, null for all others; None if there are none."""
        if column not in self.texts:
            return None
        held = self.texts[column]
        return (
            pl.Series([None], dtype=pl.String)
            .new_from_index(0, self.frame.height)
            .scatter(held[PLACE], held["text"])
        )


@dataclass(slots=True)
class _Gathering:
    """What has been gathered of one file so far."""

    columns: Mapping[str, Column]
    readers: Mapping[str, Reader]
    places: Mapping[str, str]
    name: str
    begin: int
    frames: list[pl.DataFrame] = field(default_factory=list)
    texts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    sizes: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    timed: Counter[str] = field(default_factory=Counter)
    cells: list[InFile] = field(default_factory=list)
    rows: list[InFile] = field(default_factory=list)
    remarks: list[InFile] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        """Take the rows of a batch, judged or not, in file order."""
        kept = self._kept(batch)
        frame = pl.concat([batch.frame, kept.select(ROW)], how="diagonal").sort(ROW)
        numbers = frame.select(ROW).with_row_index(PLACE, offset=self.begin)
        for name in self.columns:
            texts = pl.concat([self._unread(batch, name), _of_column(kept, self.places.get(name))])
            if texts.height:
                placed = texts.join(numbers, on=ROW).sort(PLACE).select(PLACE, "text")
                self.texts.setdefault(name, []).append(placed)
        self.frames.append(frame.select(*self.columns))
        self.begin += frame.height
        self.sizes.update(rows=batch.read, judged=batch.judged, not_judged=batch.not_judged)
        self._tell(batch, frozenset(kept[ROW]))
        self._count(batch.cells)

    def _kept(self, batch: Batch) -> pl.DataFrame:
        """Return the cells of the rows that cannot be judged and say something all the same.

        A row that repeats another says nothing; neither does one without a cell in any column.
        """
        rules = {problem.row: problem.rule for problem in batch.problems if problem.stops == "row"}
        rows = [row for row, rule in rules.items() if rule != "duplicate-row"]
        cells = batch.cells_of(rows)
        own = self.places["case_id"]
        nameless = [row for row in rows if rules[row] == "no-case-id"]
        without = pl.when(~pl.col(ROW).is_in(nameless)).then(pl.col(own)).alias(own)
        cells = cells.with_columns(without)
        says = [pl.col(place).str.strip_chars(WHITE) != "" for place in self.places.values()]
        return cells.filter(pl.any_horizontal(says).fill_null(value=False))

    def _unread(self, batch: Batch, name: str) -> pl.DataFrame:
        """Return `row` and `text` of the cells that could not be read, worded so that nobody else can."""
        rows = batch.unreadable.get(name, pl.Series(dtype=pl.UInt32))
        found = rows.to_frame(ROW)
        if name in self.places:
            texts = _of_column(batch.cells_of(rows), self.places[name])
            found = found.join(texts, on=ROW, how="left")
        else:
            found = found.with_columns(pl.lit(None, pl.String).alias("text"))
        distinct = found["text"].drop_nulls().unique().to_list()
        worded = {text: self._worded(name, text) for text in distinct}
        return found.with_columns(
            pl.col("text").replace_strict(worded, default=UNREADABLE, return_dtype=pl.String)
        )

    def _worded(self, name: str, text: str) -> str:
        """Return what cannot be read; a word in front where it might be elsewhere.

        That is where the settings alone say that it cannot, and where only the figures beside a month-first
        date, as the file wrote them, show that it is the odd one in its column.
        """
        read = self.readers[name](text)
        stays = isinstance(read, CellFault) and read.rule != MONTH_FIRST.rule
        return text if stays else f"{UNREADABLE}: {text}"

    def _tell(self, batch: Batch, kept: frozenset[int]) -> None:
        for problem in batch.problems:
            if problem.stops == "cell":
                self.cells.append(InFile(self.name, problem, kept=True))
            elif problem.stops == "row":
                self.rows.append(InFile(self.name, problem, kept=problem.row in kept))
            elif not problem.row:
                self.remarks.append(InFile(self.name, problem, kept=False))

    def _count(self, cells: pl.DataFrame) -> None:
        """Count the filled cells of every heading, and the dates with a time of day."""
        says = pl.exclude(ROW).str.strip_chars(WHITE)
        filled = cells.select((says != "").sum()).row(0, named=True)
        self.filled.update(filled)
        dated = [name for name, one in self.columns.items() if one.kind in {"event", "date"}]
        for name in dated:
            if place := self.places.get(name):
                text = pl.col(place).str.strip_chars(WHITE)
                with_time = text.str.contains(f"^{TIMED_PATTERN}$") & ~text.str.contains(_MIDNIGHT)
                self.timed[name] += cells.select(with_time.sum()).item()


def convert(sources: Sequence[CaseFile], vocabulary: Vocabulary, as_at: date) -> Converted:
    """Read some files whole, one after another.

    Args:
        sources: The files, opened; at least one.
        vocabulary: The columns that they may have.
        as_at: The day that the files were opened for.

    Raises:
        CaseFileError: A file cannot be read, or has other columns than the first: a column that one of them
            lacks would read as if what it records had not happened.
    """
    _check_alike(sources)
    columns = {name: one for name, one in vocabulary.columns.items() if name in sources[0].columns}
    spellings, blanks = load_spellings(vocabulary), blank_words(DEFAULT_BLANKS)
    readers = {
        name: cell_reader(one, vocabulary.absorbs, spellings, as_at, blanks) for name, one in columns.items()
    }
    parts: list[_Gathering] = []
    for source in sources:
        parts.append(_gathered(source, columns, readers, parts[-1].begin if parts else 0))
    frame = pl.concat(batch for part in parts for batch in part.frames)
    judged = frame.filter(pl.col("case_id").is_not_null())
    beside = list(zip(sources, parts, strict=True))
    return Converted(
        columns=tuple(columns.values()),
        frame=frame,
        texts=_joined(parts),
        copies=judged.n_unique() < judged.height,
        inputs=tuple(ConvertedFile(source.name, source.sha256, **part.sizes) for source, part in beside),
        unused=tuple(one for source, part in beside for one in _unused(source, part)),
        rewritten=tuple(one for source, part in beside for one in _rewritten(source, part)),
        cells=tuple(cell for part in parts for cell in part.cells),
        rows=tuple(row for part in parts for row in part.rows),
        remarks=tuple(remark for part in parts for remark in part.remarks),
    )


def _gathered(
    source: CaseFile, columns: Mapping[str, Column], readers: Mapping[str, Reader], begin: int
) -> _Gathering:
    """Read one file; its first row is to stand at place `begin`."""
    places = {
        heading.column: str(heading.position - 1) for heading in source.understood.headings if heading.column
    }
    part = _Gathering(columns, readers, places, source.name, begin)
    for batch in source.batches():
        part.add(batch)
    return part


def _check_alike(sources: Sequence[CaseFile]) -> None:
    first = sources[0]
    for source in sources[1:]:
        for one, other in ((source, first), (first, source)):
            if lacking := sorted(other.columns - one.columns):
                said = f"{one.name} has no column {lacking[0]}, {other.name} has"
                raise CaseFileError(
                    said, "convert them one by one: in one file it would read as not yet done"
                )


def _unused(source: CaseFile, gathering: _Gathering) -> Iterator[Unused]:
    for heading in source.understood.headings:
        filled = gathering.filled[str(heading.position - 1)]
        if heading.column is None and not heading.gives and (filled or heading.text):
            yield Unused(source.name, heading.position, heading.text, filled)


def _rewritten(source: CaseFile, gathering: _Gathering) -> Iterator[Rewritten]:
    for name, counts in source.counts.items():
        for word, cells in sorted(counts.blank_words.items()):
            yield Rewritten(source.name, name, word, cells)
        if gathering.timed[name]:
            yield Rewritten(source.name, name, "", gathering.timed[name])


def _of_column(cells: pl.DataFrame, place: str | None) -> pl.DataFrame:
    """Return `row` and `text` of the cells of one heading that are not blank."""
    if place is None:
        return pl.DataFrame(schema={ROW: pl.UInt32, "text": pl.String})
    text = pl.col(place).str.strip_chars(WHITE).alias("text")
    return cells.select(ROW, text).filter(pl.col("text") != "")


def _joined(gathered: Sequence[_Gathering]) -> dict[str, pl.DataFrame]:
    names = [name for name in gathered[0].columns if any(name in one.texts for one in gathered)]
    return {name: pl.concat(part for one in gathered for part in one.texts.get(name, ())) for name in names}
