"""The dates that both kinds of clocks use: those of one row, and those of a whole case."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cached_property
from typing import Literal, Self

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, constant, instead, or_never
from ehcp_timeline.cases.model import UNREAD
from ehcp_timeline.law.deadline import Dates

Names = Iterable[str]
Cut = Literal["given", "happened"]


class EventFrame(ABC):
    """Dated events as known on the as-at date, for many clocks at once.

    The bulk form of `dates.EventHistory`: an event has `happened` if it has come by the as-at date, and is
    `given` if it has, or is planned. Every answer is a column of day numbers, one for each clock; `NEVER` is
    no such date.

    Args:
        row: The physical line of each clock's row.
        there: Every event that has a date anywhere.
    """

    def __init__(self, row: pl.Series, there: Names) -> None:
        self.row = row
        self.there = there
        self.height = len(row)

    @cached_property
    def never(self) -> pl.Series:
        """`NEVER` for every clock."""
        return constant(NEVER, self.height)

    @property
    def unread(self) -> Names:
        """The dates under unread headings that there are, as `cases.model.UNREAD` names them."""
        return (name for name in self.there if UNREAD in name)

    def holds(self, names: Names) -> bool:
        """Return whether the file has a date of any of these events; if not, nothing need be looked up."""
        return any(name in self.there for name in names)

    def pick(self, dates: Dates) -> pl.Series:
        """Return the earliest or the latest of several events, planned ones too."""
        if dates.which == "latest":
            return self.last(dates.events)
        days = self.first(dates.events)
        if not dates.first:
            return days
        given = self.last(dates.first)
        return instead(days, given < NEVER, given)

    def first(self, names: Names) -> pl.Series:
        """Return the earliest given date of these events."""
        return self._earliest(names, "given")

    def last(self, names: Names) -> pl.Series:
        """Return the latest given date of these events."""
        return or_never(self._latest(names, "given"))

    def last_until(self, names: Names, day: pl.Series) -> pl.Series:
        """Return the latest given date of these events on or before a day."""
        return or_never(self._latest(names, "given", day))

    def next(self, names: Names, since: pl.Series | None = None, after: pl.Series | None = None) -> pl.Series:
        """Return the earliest date on which one of these happened, on or after `since` and after `after`."""
        return self._earliest(names, "happened", since, after)

    def last_happened(self, names: Names, until: pl.Series | None = None) -> pl.Series:
        """Return the latest date, `until` a day, on which one of these happened; 0 where none did."""
        return self._latest(names, "happened", until)

    @abstractmethod
    def _earliest(
        self, names: Names, cut: Cut, since: pl.Series | None = None, after: pl.Series | None = None
    ) -> pl.Series: ...

    @abstractmethod
    def _latest(self, names: Names, cut: Cut, until: pl.Series | None = None) -> pl.Series: ...

    @abstractmethod
    def holds_code(self, fact: str, codes: Names) -> pl.Series:
        """Return which clocks' own row holds one of these codes; `deadline.BLANK` for a fact not given."""

    @abstractmethod
    def unreadable(self, names: Names) -> pl.Series | None:
        """Return which clocks have an unreadable cell in one of these columns; None for no clock."""

    @abstractmethod
    def flagged(self, name: str) -> pl.Series | None:
        """Return which clocks' own row has this flag at yes; None for no clock."""

    @abstractmethod
    def unreadable_flag(self, name: str) -> pl.Series | None:
        """Return which clocks' own row has this flag unreadable; None for no clock."""

    @abstractmethod
    def at(self, positions: pl.Series) -> Self:
        """Return the same for some of the clocks, in the order of `positions`."""
