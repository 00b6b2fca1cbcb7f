"""The shape in which a judged batch leaves either reader: the clocks of each deadline, told as far as needed.

A file has some ten million clocks and a list of twenty. So a batch is judged as far as the verdict, which is
counted; whatever else a clock has to say is worked out for the clocks, and the columns, that are asked for::

    for judged in judge(rulebook, batches, as_at):
        for deadline, clocks in judged.clocks.items():
            clocks.counts                                     # {"met": 90211, "overdue": 412, ...}: free
            late = clocks.having(frozenset({"overdue"}))      # a mask: nearly free
            clocks["due"]                                     # one column of all clocks
            clocks.only(late).frame()                         # every column of some clocks
            clocks.only(late & (clocks["due"] < day)).frame("row", "due")
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, Self

import polars as pl

from ehcp_timeline.audit.bulk.days import where_true
from ehcp_timeline.audit.verdicts import VERDICTS, Verdict
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.record import record

VERDICT: Final = pl.Enum(VERDICTS)
NOT_OWED: Final[frozenset[Verdict]] = frozenset({"not-owed"})
CERTAINTY: Final = pl.Enum(["certain", "disputed"])

CLOCKS: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "row": pl.UInt32,
    "start": pl.Date,
    "due": pl.Date,
    "act_by": pl.Date,
    "earliest_reading": pl.Date,
    "latest_reading": pl.Date,
    "answered": pl.Date,
    "ended": pl.Date,
    "verdict": VERDICT,
    "strict": VERDICT,
    "evidenced": VERDICT,
    "days_left": pl.Int32,
    "days_late": pl.Int32,
    "certainty": CERTAINTY,
    "excuse": pl.String,
    "provisional": pl.Boolean,
    "open": pl.Boolean,
    "reason": pl.String,
}

NO_CLOCKS: Final = pl.DataFrame(schema=dict(CLOCKS))


class Clocks(ABC):
    """The clocks of one deadline, in row order; those of one row by their start.

    A clock that has not started is not among them. Columns are those of `CLOCKS`.
    """

    @property
    @abstractmethod
    def height(self) -> int:
        """How many clocks there are."""

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many have which verdict, in the order of `VERDICTS`, zeros left out."""
        left = self.height
        counts: dict[Verdict, int] = {}
        for word in VERDICTS:
            count = int(self.having(frozenset({word})).sum()) if left else 0
            left -= count
            if count:
                counts[word] = count
        return counts

    @abstractmethod
    def having(self, verdicts: frozenset[Verdict]) -> pl.Series:
        """Return which clocks have one of these verdicts, as a mask."""

    @abstractmethod
    def claiming(self) -> pl.Series:
        """Return which clocks have a claimed excuse that no date refutes, as a mask, in time or late."""

    @abstractmethod
    def at(self, positions: pl.Series) -> Self:
        """Return some of the clocks, in the order of `positions`."""

    @abstractmethod
    def __getitem__(self, column: str) -> pl.Series:
        """Return one column; it is worked out when first asked for."""

    def only(self, mask: pl.Series) -> Self:
        """Return the clocks for which the mask is true."""
        return self.at(where_true(mask))

    def frame(self, *columns: str) -> pl.DataFrame:
        """Return these columns, or all of them."""
        return pl.DataFrame([self[name].alias(name) for name in columns or CLOCKS])


class ToldClocks(Clocks):
    """Clocks whose columns are all known already.

    Args:
        told: Every column of `CLOCKS`.
    """

    def __init__(self, told: pl.DataFrame) -> None:
        self._told = told

    @property
    def height(self) -> int:
        """How many clocks there are."""
        return self._told.height

    def having(self, verdicts: frozenset[Verdict]) -> pl.Series:
        """Return which clocks have one of these verdicts, as a mask."""
        return self._told["verdict"].cast(pl.String).is_in(sorted(verdicts))

    def claiming(self) -> pl.Series:
        """Return which clocks have a claimed excuse that no date refutes, as far as it was told."""
        return self._told["excuse"].str.contains(r"\((?:evidenced|claimed)\)$").fill_null(value=False)

    def at(self, positions: pl.Series) -> Self:
        """Return some of the clocks, in the order of `positions`."""
        return type(self)(self._told[positions])

    def __getitem__(self, column: str) -> pl.Series:
        """Return one column."""
        return self._told[column]


def due_after_events(deadlines: Iterable[Deadline], clocks: Mapping[str, Clocks]) -> Iterator[Problem]:
    """Yield a problem for each clock that is due after the event that it prepares, such as a January move."""
    for deadline in deadlines:
        if not deadline.looks_back or deadline.id not in clocks:
            continue
        mine, event = clocks[deadline.id], deadline.starts.events[0]
        late = mine["due"] > mine["start"]  # null where a day is missing
        if not late.any():
            continue
        late &= ~mine.having(NOT_OWED)
        for row, start, due in mine.only(late).frame("row", "start", "due").iter_rows():
            said = f"the last day of {deadline.id}, {due}, is after {event} itself, {start}"
            tip = f"check {event}; if it is right, the plan is needed before that day"
            yield Problem(row, event, "due-after-event", said, tip, "nothing")


@record(frozen=True, slots=True)
class Judged:
    """One batch of rows with its clocks.

    Attributes:
        rows: The batch as it was read: `row`, `case_id` and every column of the file.
        clocks: Deadline id to its clocks; a deadline without any is left out. The clocks of repeating
            duties, which look across batches, come with the last batch, for all rows of the file.
        problems: Problems that need several rows, such as a start on two rows of a case, or the law, such as
            a last day after the move that it prepares.
        last: Whether this is the last batch. Its `rows` are those of requests on several rows, with the
            request and its decisions on the first of them only.
    """

    rows: pl.DataFrame
    clocks: Mapping[str, Clocks]
    problems: tuple[Problem, ...] = ()
    last: bool = False
