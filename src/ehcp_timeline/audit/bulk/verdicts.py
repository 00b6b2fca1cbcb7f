"""The decision table for many clocks at once, and the one question put to the law about whole files."""

from datetime import date
from functools import cache, cached_property
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import VERDICT
from ehcp_timeline.audit.bulk.days import DayTables, literal
from ehcp_timeline.audit.verdicts import TABLE, VERDICTS, WORDS, Verdict, decide_packed, place
from ehcp_timeline.clock import announced_until
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.record import field, record

HOW_MANY: Final = place("excuse") * len(WORDS["excuse"])
NOT_ASKED: Final = 255


VERDICT_PLACES: Final = pl.Series([VERDICTS.index(line.verdict) for line in TABLE], dtype=pl.UInt8)
VERDICT_OF: Final = pl.Series([line.verdict for line in TABLE], dtype=VERDICT)
REASON_OF: Final = pl.Series([line.reason or None for line in TABLE], dtype=pl.String)


@cache
def worth(field: str, word: str) -> int:
    """Return what a word of a field adds to a packed number.

    >>> worth("applies", "no"), worth("start", "none")
    (8, 0)
    """
    return place(field) * WORDS[field].index(word)


def where(mask: pl.Series | None, field: str, word: str) -> pl.Series | int:
    """Return what a word adds for the clocks of a mask, 0 for others: one number if all are alike."""
    if mask is None or not mask.any():
        return 0
    value = worth(field, word)
    return value if mask.all() else literal(value).zip_with(mask, literal(0))


class Lines:
    """The line of the decision table for each packed number, looked up once for each number."""

    def __init__(self) -> None:
        self._lines = pl.Series([NOT_ASKED], dtype=pl.UInt8).new_from_index(0, HOW_MANY)

    def of(self, numbers: pl.Series) -> pl.Series:
        """Return the index in `verdicts.TABLE` of the line for each number."""
        series = self._lines[numbers]
        if series.max() == NOT_ASKED:
            left, lines = numbers.filter(series == NOT_ASKED), dict[int, int]()
            while len(left):  # a batch has few different numbers
                number = left[0]
                lines[number] = TABLE.index(decide_packed(number))
                left = left.filter(left != number)
            self._lines = self._lines.scatter([*lines], pl.Series(lines.values(), dtype=pl.UInt8))
            series = self._lines[numbers]
        return series


@cache
def among(verdicts: frozenset[Verdict]) -> pl.Series:
    """Return, line by line of the table, whether its verdict is one of these."""
    return pl.Series([line.verdict in verdicts for line in TABLE], dtype=pl.Boolean)


@record(frozen=True)
class Inquiry:
    """The as-at date of a run, with the tables that it has filled so far."""

    rulebook: Rulebook
    as_at: date
    tables: DayTables = field(default_factory=DayTables)
    lines: Lines = field(default_factory=Lines)

    @cached_property
    def today(self) -> int:
        """The as-at date as a day number."""
        return self.as_at.toordinal()

    @cached_property
    def announced(self) -> int:
        """The last day whose bank holidays have been announced, as a day number."""
        return announced_until().toordinal()
