"""Many clocks of one deadline, with everything that decides their verdict in columns."""

from dataclasses import dataclass, replace
from typing import Self

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, one
from ehcp_timeline.audit.bulk.evidence import CLAIMED, EVIDENCED, UNREADABLE, is_strength
from ehcp_timeline.audit.bulk.inquiry import Inquiry
from ehcp_timeline.audit.bulk.lines import where, worth
from ehcp_timeline.audit.bulk.seen import Seen
from ehcp_timeline.law.terms import Deadline

Numbers = pl.Series | int


@dataclass(frozen=True, slots=True)
class Started:
    """Clocks that have a start, or whose start cannot be read.

    Attributes:
        deadline: The deadline.
        seen: The dates around them.
        start: The day each started; any day at all for those whose start cannot be read.
        lost: Those whose start cannot be read; None for no clock.
        doubtful: Those for which it cannot be read whether the deadline applies; None for no clock.
        waiting: Those that would not be owed whatever day they started; None for no clock.
    """

    deadline: Deadline
    seen: Seen
    start: pl.Series
    lost: pl.Series | None = None
    doubtful: pl.Series | None = None
    waiting: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each clock, the excuses aside.

    Attributes:
        answered: The day of the answer.
        ended: The day on which something ended it unanswered.
        not_owed: Those that are not owed; None for no clock.
        implied: Those that must have been done, as later events show; None for no clock.
        unseen: Those answered so late that the years between are not in the file; None for no clock.
    """

    answered: pl.Series
    ended: pl.Series
    not_owed: pl.Series | None
    implied: pl.Series | None
    unseen: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """Clocks of one deadline, judged.

    Attributes:
        inquiry: What was asked.
        deadline: The deadline.
        seen: The dates around them.
        start: The day each started; `NEVER` where that cannot be read.
        due: The due day; `NEVER` where none could be found.
        answered: The day of the answer.
        ended: The day on which something ended it unanswered.
        facts: What decides the verdict but for days and excuses, packed.
        settled: Those that no other reading could change: their due day is a date in the file, or nothing
            is owed; None for no clock.
        unreadable: Those with an unreadable cell that matters; None for no clock.
        best: The strongest claimed excuse, as `bulk.evidence` numbers it; None for no clock.
    """

    inquiry: Inquiry
    deadline: Deadline
    seen: Seen
    start: pl.Series
    due: pl.Series
    answered: pl.Series
    ended: pl.Series
    facts: pl.Series
    settled: pl.Series | None
    unreadable: pl.Series | None
    best: pl.Series | None

    def at(self, positions: pl.Series) -> Self:
        """Return some of the clocks, in the order of `positions`."""
        return replace(
            self,
            seen=self.seen.at(positions),
            start=self.start[positions],
            due=self.due[positions],
            answered=self.answered[positions],
            ended=self.ended[positions],
            facts=self.facts[positions],
            settled=None if self.settled is None else self.settled[positions],
            unreadable=None if self.unreadable is None else self.unreadable[positions],
            best=None if self.best is None else self.best[positions],
        )

    def numbers(self) -> pl.Series:
        """Return the packed circumstances but for the word for the excuse."""
        return self.facts + beside_due(self.inquiry, self.due, self.answered, self.ended)

    def excuse(self) -> Numbers:
        """Return the word for the strongest excuse that was claimed, packed."""
        if self.best is None:
            return 0
        stands = is_strength(self.best, self.deadline, EVIDENCED, CLAIMED)
        doubtful = is_strength(self.best, self.deadline, UNREADABLE, UNREADABLE)
        return where(stands, worth("excuse", "stands")) + where(doubtful, worth("excuse", "unreadable"))

    def proved(self) -> Numbers:
        """Return the word for the strongest excuse where only what is proved counts, packed."""
        if self.best is None:
            return 0
        proved = is_strength(self.best, self.deadline, EVIDENCED, EVIDENCED)
        return where(proved, worth("excuse", "stands"))


def beside_due(inquiry: Inquiry, due: pl.Series, answered: pl.Series, ended: pl.Series) -> pl.Series:
    """Return the words that set every day beside the due day, packed; 0 where there is no due day."""
    on, after = one(worth("now", "on")), one(worth("now", "after"))
    now = after.zip_with(due < inquiry.today, on.zip_with(due == inquiry.today, one(0)))
    return now + _beside("answer", answered, due) + _beside("ended", ended, due)


def _beside(field: str, day: pl.Series, due: pl.Series) -> Numbers:
    stands = day < NEVER
    if not stands.any():
        return 0
    if due.max() == NEVER:
        stands &= due < NEVER
    before, on, after = (one(worth(field, word)) for word in ("before", "on", "after"))
    words = after.zip_with(day > due, on.zip_with(day == due, before))
    return words.zip_with(stands, one(0))
