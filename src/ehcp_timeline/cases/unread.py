"""Dates and outcomes under headings that are not read: they may be what answered or ended a deadline."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

import polars as pl

from ehcp_timeline.cases.cells.parser import Reader
from ehcp_timeline.cases.cells.values import WHITE, CellFault, is_blank, read_flag
from ehcp_timeline.cases.cells.vectorised import Lookup, untimed
from ehcp_timeline.cases.headers import Spellings, fold, suggest, why_unread
from ehcp_timeline.cases.model import UNREAD
from ehcp_timeline.record import field, record

Holds = Literal["dates", "outcomes"]
_SAMPLE = 100  # cells
_OUTCOME_WORDS = ("status", "outcome", "stage", "decision")
_DECIDED = "assess_agreed"  # "no" under such a heading is a decision; elsewhere it is "not yet"


@record(slots=True)
class UnreadColumn:
    """A heading that is not read although it has dates or outcomes.

    Attributes:
        events: Those that it may mean; none if it may be any or is only reported.
        lookup: Reads its cells; without one they are only counted.
        cells: On how many rows it has a value that no column that is read gives.
    """

    text: str
    events: tuple[str, ...]
    holds: Holds
    lookup: Lookup | None
    cells: int = 0

    @property
    def decides(self) -> bool:
        """Whether it may be what answered or ended a deadline."""
        return self.lookup is not None


@record(slots=True)
class UnreadColumns:
    """Looks at the columns of one file that are not read, as its rows are read.

    Attributes:
        places: Those columns by the name that their texts have in `dates`, to their place from 0; those that
            hold neither dates nor outcomes in the first rows that have any are left out from then on, and so
            are blank headings behind the last cell of any row.
    """

    headings: Sequence[str]
    taken: Sequence[str | None]
    spellings: Spellings
    events: frozenset[str]
    read: Reader
    blanks: frozenset[str]
    as_at: date
    places: dict[str, int]
    _columns: dict[str, UnreadColumn] = field(default_factory=dict)
    _begun: bool = False

    def dates(self, texts: pl.DataFrame, frame: pl.DataFrame) -> Iterator[pl.Series]:
        """Yield the dates under these headings, named as in `model.UNREAD`.

        A date is left out for an event whose date the row already has. Cells that are no dates count as the
        as-at date: when it happened is not known. `frame` has the same rows as they were read.
        """
        if not self._begun:
            self._begin(texts)
        for name, column in self._columns.items():
            if column.lookup is None:
                column.cells += len(texts) - texts[name].null_count()
                continue
            days = column.lookup.values(texts.select(name))[name]
            mark = f"{UNREAD}{self.places[name] + 1} {column.text}"
            possible: list[pl.Series] = []
            for event in column.events or ("",):
                other = days.set(frame[event].is_not_null(), None) if event in frame.columns else days
                possible.append(other.alias(f"{event}{mark}"))
            some = pl.any_horizontal(pl.all().is_not_null())
            column.cells += int(pl.DataFrame(possible).select(some.sum()).item())
            yield from possible

    def found(self) -> Iterator[tuple[int, UnreadColumn]]:
        """Yield the headings that have a value, each with its place, as far as the rows have been read."""
        return ((self.places[name], column) for name, column in self._columns.items() if column.cells)

    def _begin(self, texts: pl.DataFrame) -> None:
        self._begun = True
        in_block = set(texts.columns)
        self.places = {name: place for name, place in self.places.items() if name in in_block}
        first = pl.col(list(self.places)).cast(pl.String).drop_nulls().head(_SAMPLE).implode()
        samples = texts.select(first).row(0) if self.places else ()
        for (name, place), cells in zip(tuple(self.places.items()), samples, strict=True):
            if column := self._column(self.headings[place].strip(), cells):
                self._columns[name] = column
            else:
                del self.places[name]

    def _column(self, text: str, cells: Sequence[str]) -> UnreadColumn | None:
        """Return a column as it is looked at; None for one that holds neither dates nor outcomes."""
        reason, possible = why_unread(text, self.taken, self.spellings)
        events = tuple(event for event in possible if event in self.events)
        if reason and not events:
            return None
        held = [cell for cell in cells if not is_blank(cell, self.blanks)]
        dates = sum(self._date(cell) is not None for cell in held)
        if 2 * dates > len(held) or (not held and events):
            events = events or tuple(event for event in suggest(text, self.spellings) if event in self.events)
            return UnreadColumn(text, events, "dates", Lookup(self._reader(events), pl.Date, untimed))
        if events and held:
            return UnreadColumn(text, events, "outcomes", Lookup(self._reader(events), pl.Date))
        says_outcome = any(word in fold(text) for word in _OUTCOME_WORDS)
        return UnreadColumn(text, (), "outcomes", None) if says_outcome else None

    def _date(self, cell: str) -> date | None:
        """Return the date of a cell; a bare number is none, because it may not be a day."""
        day = None if cell.strip(WHITE).replace(".", "").isdigit() else self.read(cell)
        return day if isinstance(day, date) else None

    def _reader(self, events: Sequence[str]) -> Reader:
        def read(cell: str) -> date | None:
            day = self._date(cell)
            if day or not events or is_blank(cell, self.blanks):
                return day
            says_no = not isinstance(flag := read_flag(cell.strip(WHITE)), CellFault) and not flag
            return None if says_no and events[0] != _DECIDED else self.as_at

        return read
