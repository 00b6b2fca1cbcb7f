"""The dates around links of a chain, each link seeing the dates of its whole case."""

from typing import Self

import polars as pl

from ehcp_timeline.audit.bulk.cases import Cases, Towards
from ehcp_timeline.audit.bulk.days import NEVER, later, one
from ehcp_timeline.audit.bulk.seen import Names, Seen


class CasesSeen(Seen):
    """The dates of the cases of some links.

    Args:
        cases: Every case of the file.
        case: The case of each link.
        position: The position of the row on which each link's start stands.
    """

    def __init__(self, cases: Cases, case: pl.Series, position: pl.Series) -> None:
        self.cases = cases
        self.case = case
        self.position = position
        self.row = cases.row[position]
        self._edge = cases.edge(case)

    def holds(self, names: Names) -> bool:
        """Say whether any of these events stands on any row of the file."""
        return self.cases.holds(names)

    def first(self, names: Names) -> pl.Series:
        """Return the earliest given date of these events."""
        return self.find(self.cases.keys(names, "given"), 0, "forward")

    def last(self, names: Names) -> pl.Series:
        """Return the latest given date of these events."""
        return self.find(self.cases.keys(names, "given"), NEVER, "backward")

    def last_until(self, names: Names, day: pl.Series) -> pl.Series:
        """Return the latest given date of these events on or before a day."""
        return self.find(self.cases.keys(names, "given"), day, "backward")

    def next(self, names: Names, since: pl.Series | None = None, after: pl.Series | None = None) -> pl.Series:
        """Return the earliest date on which one of these happened, on or after `since` and after `after`."""
        day: pl.Series | int = 0 if since is None else since
        if after is not None:
            follows = after + 1
            day = follows if since is None else later(since, follows)
        return self.find(self.cases.keys(names, "happened"), day, "forward")

    def last_happened(self, names: Names) -> pl.Series:
        """Return the latest date on which one of these happened; 0 where none did."""
        days = self.find(self.cases.keys(names, "happened"), NEVER, "backward")
        return days.zip_with(days < NEVER, one(0))

    def find(self, keys: pl.Series, day: pl.Series | int, towards: Towards) -> pl.Series:
        """Return each case's first key on or after a day, or its last on or before it, as a day."""
        return self.cases.find(keys, self._edge, day, towards) if len(keys) else self.never

    def unreadable(self, names: Names) -> pl.Series | None:
        """Return which links' case has an unreadable cell in one of these columns; None for no link."""
        return _among(self.case, self.cases.unreadable(names))

    def flagged(self, name: str) -> pl.Series | None:
        """Return which links' own row has this flag at yes; None for no link."""
        return _among(self.position, self.cases.flagged_rows(name))

    def unreadable_flag(self, name: str) -> pl.Series | None:
        """Return which links' own row has this flag unreadable; None for no link."""
        return _among(self.position, self.cases.unreadable_rows(name))

    def at(self, positions: pl.Series) -> Self:
        """Return some of these links."""
        return type(self)(self.cases, self.case[positions], self.position[positions])


def _among(numbers: pl.Series, some: pl.Series | None) -> pl.Series | None:
    mask = None if some is None else numbers.is_in(some.implode())
    return mask if mask is not None and mask.any() else None
