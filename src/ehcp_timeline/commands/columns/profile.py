"""A file as it was understood: its headings, what stands below each, what is doubtful, what stops it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.cells.date_formats import date_formats
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, blank_words
from ehcp_timeline.cases.formats.annex_a import with_open_review
from ehcp_timeline.cases.formats.detect import find_sheet
from ehcp_timeline.cases.headers import describe, load_spellings
from ehcp_timeline.cases.mapping.model import EVERY, FileMapping
from ehcp_timeline.cases.schema import Vocabulary
from ehcp_timeline.cases.sheet import Sheet, SheetOptions
from ehcp_timeline.cases.source import CaseFile, Understood
from ehcp_timeline.commands.columns.cell_shapes import Look, Looking
from ehcp_timeline.errors import CaseFileError, DateOrderError

_AT_ONCE = 100_000
_MOST_WORDS = 12
_CODED = frozenset(("codes", "flag"))


@dataclass(frozen=True, slots=True)
class Portrait:
    """What a file looks like.

    Attributes:
        name: The file as the user named it.
        sha256: Of its bytes, in hexadecimal.
        understood: How it was read.
        rows: Rows that are not blank.
        looks: What the cells below each heading look like.
        days: Event to its first and its last day.
        unreadable: Column to how many of its cells could not be read.
        words: Column of codes or yes and no to words that are none, with how many cells hold them.
        turned: Events whose dates make sense only in the other order of day and month.
        stops: Why the file cannot be judged; None where it can.
    """

    name: str
    sha256: str
    understood: Understood
    rows: int
    looks: tuple[Look, ...]
    days: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    unreadable: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    turned: tuple[str, ...] = ()
    stops: CaseFileError | None = None


def portrait_of(source: CaseFile, vocabulary: Vocabulary, mapping: FileMapping, as_at: date) -> Portrait:
    """Read every row of a file, and return what it looks like."""
    understood = source.understood
    blanks = blank_words((*DEFAULT_BLANKS, *mapping.blanks))
    looking = Looking(len(understood.headings), blanks, as_at)
    told = _Told(
        {heading.column: heading.position - 1 for heading in understood.headings if heading.column},
        vocabulary,
    )
    stops: CaseFileError | None = None
    try:
        for batch in source.batches(_AT_ONCE):
            looking.add(batch.cells)
            told.add(batch)
    except CaseFileError as error:
        stops = error
    turned = stops.columns if isinstance(stops, DateOrderError) else ()
    month_first = {name for name in told.events if _is_month_first(mapping, name) != (name in turned)}
    looks = zip(understood.headings, looking.looks(), strict=True)
    return Portrait(
        name=source.name,
        sha256=source.sha256,
        understood=understood,
        rows=looking.rows,
        looks=tuple(look.month_first() if one.column in month_first else look for one, look in looks),
        days=told.days,
        unreadable={name: held.unreadable for name, held in source.counts.items() if held.unreadable},
        words={name: dict(words.most_common(_MOST_WORDS)) for name, words in told.words.items()},
        turned=turned,
        stops=stops,
    )


def portrait_of_stopped(
    path: str, vocabulary: Vocabulary, mapping: FileMapping, as_at: date, stops: CaseFileError
) -> Portrait:
    """Return what a file looks like whose columns do not make a case file.

    Raises:
        CaseFileError: It cannot even be cut into cells.
    """
    spellings = load_spellings(vocabulary, mapping.columns, mapping.ignore)
    asked = SheetOptions(mapping.sheet, mapping.header_row)
    sheet = with_open_review(find_sheet(path, spellings, vocabulary, asked), spellings)
    headings = describe(sheet.headings, spellings)
    looking = Looking(len(headings), blank_words((*DEFAULT_BLANKS, *mapping.blanks)), as_at)
    for cells in _cells(sheet):
        looking.add(cells)
    understood = Understood(sheet.encoding, sheet.delimiter, sheet.header_row, headings, sheet.worksheet)
    return Portrait(sheet.name, sheet.sha256, understood, looking.rows, looking.looks(), stops=stops)


def _is_month_first(mapping: FileMapping, name: str) -> bool:
    """Return whether it is said that the dates of a column are month-first."""
    formats = mapping.date_formats.get(name, mapping.date_formats.get(EVERY, ()))
    return bool(formats) and date_formats(formats).order == "month-first"


def _cells(sheet: Sheet) -> Iterator[pl.DataFrame]:
    """Yield the cells of a file."""
    for block in sheet.blocks(_AT_ONCE):
        yield block.cells


class _Told:
    """What the values of a file tell as they go by: the days of each event, the words that are no codes."""

    def __init__(self, places: Mapping[str, int], vocabulary: Vocabulary) -> None:
        self._places = places
        self._coded = [name for name in places if vocabulary.columns[name].kind in _CODED]
        self.events = vocabulary.of_kind("event")
        self.days: dict[str, tuple[date, date]] = {}
        self.words: dict[str, Counter[str]] = {}

    def add(self, batch: Batch) -> None:
        """Take note of some rows."""
        for name in self.events:
            if name in batch.columns:
                self._add_days(name, batch.frame.get_column(name))
        for name in self._coded:
            if name in batch.unreadable:
                unread = batch.cells_of(batch.unreadable[name])
                texts = unread.get_column(str(self._places[name])).drop_nulls()
                counted = dict(texts.value_counts(sort=True).iter_rows())
                self.words.setdefault(name, Counter()).update(counted)

    def _add_days(self, name: str, days: pl.Series) -> None:
        first, last = days.min(), days.max()
        if isinstance(first, date) and isinstance(last, date):
            known = self.days.get(name, (first, last))
            self.days[name] = (min(first, known[0]), max(last, known[1]))
