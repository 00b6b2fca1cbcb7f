"""Some rows of a case file, typed, their problems beside them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import polars as pl

from ehcp_timeline.cases.model import BLANK, UNREAD, Column, Problem, Row, parted
from ehcp_timeline.cases.sheet import ROW, as_text
from ehcp_timeline.record import field, record


@record(frozen=True, slots=True)
class Batch:
    """Some rows of a case file, in file order.

    Attributes:
        frame: `row` (UInt32, the physical line on which the row begins), `case_id` (String) and each column
            of the file under its own name: events and the date of birth Date, flags Boolean, codes String
            (several are sorted, with a plus between them), other facts String. A cell that is blank or
            cannot be read is null. Dates under unread headings stand there too, under such names as
            `plan_issued?7 Date EHCP` (`model.UNREAD`).
        unreadable: Column to the rows (UInt32, ascending) whose cell cannot be read; columns without such
            rows are absent.
        read: Rows that are not blank: those in `frame`, and those left out, each with a problem that `stops`
            the row.
        months: Event to the rows whose cell is a month without a day, with its first day; they are among the
            `unreadable`.
        raw: The same rows and those left out, blank ones too, as the file writes them: as in
            `sheet.Block`.
    """

    frame: pl.DataFrame
    unreadable: Mapping[str, pl.Series] = field(default_factory=dict)
    months: Mapping[str, Mapping[int, date]] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    read: int = 0
    raw: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def judged(self) -> int:
        """How many rows `frame` holds."""
        return self.frame.height

    @property
    def not_judged(self) -> int:
        """How many rows were left out."""
        return self.read - self.frame.height

    @property
    def cells(self) -> pl.DataFrame:
        """The rows of `raw` with every text spelled out."""
        return as_text(self.raw)

    def cells_of(self, rows: Iterable[int]) -> pl.DataFrame:
        """Return the same of some rows; only theirs are spelled out."""
        wanted = pl.Series(ROW, rows, pl.UInt32)
        return as_text(self.raw.filter(pl.col(ROW).is_in(wanted.implode())))


def rows_of(batch: Batch) -> Iterator[Row]:
    """Yield the rows of a batch one by one, in the form that the single reader takes."""
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
            events={name: value for name, value in held.items() if UNREAD in name or kinds[name] == "event"},
            codes={name: parted(value) for name, value in held.items() if kinds.get(name) == "codes"},
            texts={name: value for name, value in held.items() if kinds.get(name) == "text"},
            flags={name: value for name, value in held.items() if kinds.get(name) == "flag"},
            unreadable=frozenset(unreadable.get(number, BLANK)),
            months={name: rows[number] for name, rows in batch.months.items() if number in rows},
        )
