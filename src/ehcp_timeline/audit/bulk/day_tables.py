"""What the law's own counting says, asked once for each day that occurs and looked up from then on.

`clock.counting` maps one date to one date, and a file holds only some thousand different days. So nothing is
counted in polars: each distinct way to count has one table, filled as days turn up, from `counting` itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import polars as pl

from ehcp_timeline.audit.bulk.days import DAYS, NEVER, constant, different, only
from ehcp_timeline.clock import counting, workdays
from ehcp_timeline.clock.counting import Count

Ask = Callable[[Sequence[date]], Sequence[date]]

NOT_ASKED = 0


class DayTable:
    """A table from day to day, filled from `ask` with the days that are looked up.

    Args:
        ask: Answers some days, in their order.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._first = 0
        self._answers = pl.Series([], dtype=DAYS)

    def of(self, days: pl.Series) -> pl.Series:
        """Return the day that each day leads to; `NEVER` leads to `NEVER`."""
        if days.is_empty():
            return days
        if days.max() == NEVER:
            return self._of_some(days)
        return self._look_up(days)

    def _of_some(self, days: pl.Series) -> pl.Series:
        known = days < NEVER
        if not known.any():
            return days
        stand_in = days.filter(known).head(1)
        return only(self._look_up(days.zip_with(known, stand_in)), known)

    def _look_up(self, days: pl.Series) -> pl.Series:
        self._reach(days.min(), days.max())  # type: ignore[arg-type]  # of day numbers, not empty
        series = self._answers[days - self._first]
        if series.min() == NOT_ASKED:
            self._learn(days.filter(series == NOT_ASKED) - self._first)
            series = self._answers[days - self._first]
        return series

    def _reach(self, first: int, last: int) -> None:
        """Let the table stretch from `first` to `last` at least."""
        if self._answers.is_empty():
            self._first, self._answers = first, constant(NOT_ASKED, last - first + 1)
        if first < self._first:
            self._answers = pl.concat([constant(NOT_ASKED, self._first - first), self._answers], rechunk=True)
            self._first = first
        short = last - (self._first + len(self._answers) - 1)
        if short > 0:
            self._answers = pl.concat([self._answers, constant(NOT_ASKED, short)], rechunk=True)

    def _learn(self, places: pl.Series) -> None:
        new = different(places, len(self._answers))
        asked = [date.fromordinal(self._first + place) for place in new]
        answers = [answer.toordinal() for answer in self._ask(asked)]
        self._answers = self._answers.scatter(new, pl.Series(answers, dtype=DAYS))


def _counted(count: Count, days: Sequence[date]) -> list[date]:
    return [to for _, to in counting.table(count, days)]


def _each(function: Callable[[date], date], days: Sequence[date]) -> list[date]:
    return [function(day) for day in days]


@dataclass(frozen=True, slots=True)
class DayTables:
    """Every table of one run.

    Attributes:
        counts: A way to count to its table.
        rolled: `workdays.roll_for_tribunal`.
        rolled_first: `workdays.roll_first_lawful_day`.
        working: `workdays.last_working_day`.
    """

    counts: dict[Count, DayTable] = field(default_factory=dict)
    rolled: DayTable = field(default_factory=lambda: DayTable(partial(_each, workdays.roll_for_tribunal)))
    rolled_first: DayTable = field(
        default_factory=lambda: DayTable(partial(_each, workdays.roll_first_lawful_day))
    )
    working: DayTable = field(default_factory=lambda: DayTable(partial(_each, workdays.last_working_day)))

    def of(self, count: Count, days: pl.Series) -> pl.Series:
        """Return where `count` leads from each day; `NEVER` leads to `NEVER`."""
        if count not in self.counts:
            self.counts[count] = DayTable(partial(_counted, count))
        return self.counts[count].of(days)
