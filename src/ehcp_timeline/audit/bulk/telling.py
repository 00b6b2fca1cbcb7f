"""What clocks judged in bulk have to say, a column at a time, for those that somebody asks about."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import ClassVar, Final, Self

import polars as pl

from ehcp_timeline.audit.bulk.days import (
    NEVER,
    NO_NUMBER,
    as_dates,
    constant,
    earlier,
    instead,
    one,
    where_true,
)
from ehcp_timeline.audit.bulk.evidence import NONE, said
from ehcp_timeline.audit.bulk.judged import CERTAINTY, Clocks
from ehcp_timeline.audit.bulk.lines import REASON_OF, VERDICT_OF, VERDICT_PLACES, among
from ehcp_timeline.audit.bulk.readings import Span, span_of
from ehcp_timeline.audit.bulk.weighed import Weighed
from ehcp_timeline.audit.clocks import VERDICTS, Verdict

LATE: Final[frozenset[Verdict]] = frozenset({"late", "overdue", "excused"})
AHEAD: Final[frozenset[Verdict]] = frozenset({"running", "early"})
NOTHING_SAID: Final = pl.Series([None], dtype=pl.String)
CERTAIN: Final = pl.Series(["certain"], dtype=CERTAINTY)
DISPUTED: Final = pl.Series(["disputed"], dtype=CERTAINTY)
OPEN: Final[frozenset[Verdict]] = frozenset({"running", "overdue"})


class WeighedClocks(Clocks):
    """The clocks of one deadline as the bulk reader weighed them.

    Args:
        weighed: The clocks.
    """

    def __init__(self, weighed: Weighed) -> None:
        self._weighed = weighed
        self._told: dict[str, pl.Series] = {}

    @property
    def height(self) -> int:
        """How many clocks there are."""
        return self._weighed.seen.height

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many have which verdict, in the order of `VERDICTS`, zeros left out."""
        verdict, left = VERDICT_PLACES[self._line], self.height
        found: dict[Verdict, int] = {}
        for place, word in enumerate(VERDICTS):
            count = int((verdict == place).sum()) if left else 0
            left -= count
            if count:
                found[word] = count
        return found

    def having(self, verdicts: frozenset[Verdict]) -> pl.Series:
        """Return which clocks have one of these verdicts, as a mask."""
        return among(verdicts)[self._line]

    def only(self, mask: pl.Series) -> Self:
        """Return the clocks for which the mask is true."""
        return self.at(where_true(mask))

    def at(self, positions: pl.Series) -> Self:
        """Return some of the clocks, in the order of `positions`."""
        return type(self)(self._weighed.at(positions))

    def __getitem__(self, column: str) -> pl.Series:
        """Return one column; it is worked out when first asked for."""
        if column not in self._told:
            self._told[column] = self._TELLS[column](self).alias(column)
        return self._told[column]

    @cached_property
    def _unexcused(self) -> pl.Series:
        return self._weighed.numbers()

    @cached_property
    def _line(self) -> pl.Series:
        return self._weighed.inquiry.lines.of(self._unexcused + self._weighed.excuse())

    @cached_property
    def _strict_line(self) -> pl.Series:
        return self._weighed.inquiry.lines.of(self._unexcused)

    @cached_property
    def _span(self) -> Span:
        return span_of(self._weighed)

    def _act_by(self) -> pl.Series:
        due = self._weighed.due
        if self._weighed.deadline.minimum:
            return as_dates(self._weighed.seen.never)
        return as_dates(self._weighed.inquiry.tables.working.of(due))

    def _evidenced(self) -> pl.Series:
        return VERDICT_OF[self._weighed.inquiry.lines.of(self._unexcused + self._weighed.proved())]

    def _until(self) -> pl.Series:
        """Return the day that days are counted to: the answer, the end, or the as-at date."""
        stopped = earlier(self._weighed.answered, self._weighed.ended)  # never both
        return instead(stopped, stopped == NEVER, constant(self._weighed.inquiry.today, self.height))

    def _days(self, verdicts: frozenset[Verdict], first: pl.Series, last: pl.Series) -> pl.Series:
        """Return the days from `first` to `last`: the only subtraction of dates in this reader."""
        days = last.cast(pl.Int32) - first.cast(pl.Int32)
        return days.zip_with(self.having(verdicts), NO_NUMBER)

    def _excuse(self) -> pl.Series:
        best = self._weighed.best
        if best is None:
            return NOTHING_SAID.new_from_index(0, self.height)
        words = said(self._weighed.deadline)  # the last is that nothing is said
        mattered = self.having(LATE) & (best != NONE)
        return words[best.zip_with(mattered, one(len(words) - 1))]

    def _certainty(self) -> pl.Series:
        return DISPUTED.zip_with(self._span.disputed, CERTAIN)

    _TELLS: ClassVar[Mapping[str, Callable[["WeighedClocks"], pl.Series]]] = {
        "row": lambda self: self._weighed.seen.row,
        "start": lambda self: as_dates(self._weighed.start),
        "due": lambda self: as_dates(self._weighed.due),
        "act_by": _act_by,
        "earliest_reading": lambda self: as_dates(self._span.earliest),
        "latest_reading": lambda self: as_dates(self._span.latest),
        "answered": lambda self: as_dates(self._weighed.answered),
        "ended": lambda self: as_dates(self._weighed.ended),
        "verdict": lambda self: VERDICT_OF[self._line],
        "strict": lambda self: VERDICT_OF[self._strict_line],
        "evidenced": _evidenced,
        "days_left": lambda self: self._days(AHEAD, self._until(), self._weighed.due),
        "days_late": lambda self: self._days(LATE, self._weighed.due, self._until()),
        "certainty": _certainty,
        "excuse": _excuse,
        "provisional": lambda self: _between(self._weighed.due, self._weighed.inquiry.announced, NEVER),
        "open": lambda self: among(OPEN)[self._strict_line],
        "reason": lambda self: REASON_OF[self._line],
    }


def _between(day: pl.Series, after: int, before: int) -> pl.Series:
    return (day > after) & (day < before)
