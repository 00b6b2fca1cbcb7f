"""Judge many clocks of one deadline at once: count their due days, then weigh what became of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, constant, earlier, either, instead, literal, only
from ehcp_timeline.audit.bulk.due import answer_of, by_version, due_day
from ehcp_timeline.audit.bulk.events import EventFrame
from ehcp_timeline.audit.bulk.excuses import CLAIMED, EVIDENCED, UNREADABLE, best_excuse, is_strength
from ehcp_timeline.audit.bulk.verdicts import Inquiry, where, worth
from ehcp_timeline.audit.circumstances import nature_of
from ehcp_timeline.audit.single.applicability import cells_that_matter
from ehcp_timeline.law.deadline import Limit
from ehcp_timeline.law.rulebook import Deadline

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
    seen: EventFrame
    start: pl.Series
    lost: pl.Series | None = None
    doubtful: pl.Series | None = None
    waiting: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class ClockOutcomes:
    """What became of each clock, the excuses aside.

    Attributes:
        answered: The day of the answer.
        ended: The day on which something ended it unanswered.
        not_owed: Those that are not owed; None for no clock.
        implied: Those that must have been done, as later events show; None for no clock.
        released: Those of which nobody can say what is owed after a release; None for no clock.
        lapsed: Those that can no longer be answered; None for no clock.
        unseen: Those answered so late that the years between are not in the file; None for no clock.
        twice: Those that several rows of one request answer differently; None for no clock.
        before: Those of requests of which every decision lies before them; None for no clock.
        unread: The first day, from which an answer counts, of a date under an unread heading that may be what
            answered or ended it; None where there is none.
    """

    answered: pl.Series
    ended: pl.Series
    not_owed: pl.Series | None
    implied: pl.Series | None
    released: pl.Series | None = None
    lapsed: pl.Series | None = None
    unseen: pl.Series | None = None
    twice: pl.Series | None = None
    before: pl.Series | None = None
    unread: pl.Series | None = None


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
    seen: EventFrame
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
    on, after = literal(worth("now", "on")), literal(worth("now", "after"))
    now = after.zip_with(due < inquiry.today, on.zip_with(due == inquiry.today, literal(0)))
    return now + _beside("answer", answered, due) + _beside("ended", ended, due)


def _beside(field: str, day: pl.Series, due: pl.Series) -> Numbers:
    stands = day < NEVER
    if not stands.any():
        return 0
    if due.max() == NEVER:
        stands &= due < NEVER
    before, on, after = (literal(worth(field, word)) for word in ("before", "on", "after"))
    words = after.zip_with(day > due, on.zip_with(day == due, before))
    return words.zip_with(stands, literal(0))


Outcomes = Callable[[Inquiry, Started, pl.Series], ClockOutcomes]


def weigh(inquiry: Inquiry, started: Started, outcomes: Outcomes) -> Weighed:
    """Judge clocks that have a start.

    Args:
        inquiry: What is asked.
        started: The clocks.
        outcomes: What became of them, given their due days.
    """
    deadline, seen, start = started.deadline, started.seen, started.start
    due, set_by = _due_of(inquiry, started)
    outcome = outcomes(inquiry, started, due)
    unreadable = _unreadable(started, outcome)
    weighed = Weighed(
        inquiry=inquiry,
        deadline=deadline,
        seen=seen,
        start=start,
        due=due,
        answered=outcome.answered,
        ended=outcome.ended,
        facts=_facts(started, due, outcome, unreadable),
        settled=either(outcome.not_owed, set_by),
        unreadable=unreadable,
        best=best_excuse(deadline, seen, start, due, inquiry.tables),
    )
    return weighed if started.lost is None else _without_start(weighed, started.lost, started.waiting)


def _due_of(inquiry: Inquiry, started: Started) -> tuple[pl.Series, pl.Series | None]:
    """Return the due days, and for which of them a date in the file replaced the counted day."""
    deadline, seen, start = started.deadline, started.seen, started.start
    answer = None
    if any(limb.since for version in deadline.versions for limb in version.limit.limbs):
        answer = answer_of(deadline, deadline.met_by.events, seen, start, inquiry.tables)
    set_day = seen.first((deadline.set_by,)) if deadline.set_by and seen.holds((deadline.set_by,)) else None
    set_by = None if set_day is None else set_day < NEVER

    def due_by(limit: Limit) -> pl.Series:
        due = due_day(limit, start, seen, inquiry.tables, answer)
        return due if set_day is None or set_by is None else instead(due, set_by, set_day)

    return by_version(deadline, start, seen, due_by), set_by


def _unreadable(started: Started, outcome: ClockOutcomes) -> pl.Series | None:
    """Return the clocks with an unreadable cell that matters; None for no clock."""
    deadline, seen = started.deadline, started.seen
    always = cells_that_matter(deadline, ended=False, answered=True)
    doubtful = seen.unreadable(always)
    undone = seen.unreadable(cells_that_matter(deadline, answered=True) - always)
    if undone is not None:
        doubtful = either(doubtful, undone & (outcome.ended < NEVER))
    implied = seen.unreadable(cells_that_matter(deadline, ended=False) - always)
    return doubtful if implied is None else either(doubtful, implied & (outcome.answered == NEVER))


def _facts(
    started: Started, due: pl.Series, outcome: ClockOutcomes, unreadable: pl.Series | None
) -> pl.Series:
    unseen = None if outcome.unseen is None else outcome.unseen & (outcome.answered < NEVER)
    words: Numbers = worth("start", "stands")
    words += worth("nature", nature_of(started.deadline))
    words += where(started.doubtful, worth("applies", "unreadable"))
    words += where(unreadable, worth("readable", "no"))
    words += where(outcome.not_owed, worth("owed", "no"))
    words += where(due == NEVER, worth("known", "no")) if due.max() == NEVER else 0
    words += where(outcome.twice, worth("contradiction", "two-answers"))
    words += where(outcome.before, worth("contradiction", "before-request"))
    words += where(_hangs_on_unread(due, outcome), worth("contradiction", "unread-heading"))
    words += where(unseen, worth("unseen", "yes"))
    shown = None
    for word, mask in (("yes", outcome.implied), ("released", outcome.released), ("lapsed", outcome.lapsed)):
        if mask is not None:
            words += where(mask if shown is None else mask & ~shown, worth("implied", word))
            shown = either(shown, mask)
    return constant(words, len(due)) if isinstance(words, int) else words


def _hangs_on_unread(due: pl.Series, outcome: ClockOutcomes) -> pl.Series | None:
    """Return the clocks still open, or closed late, that a date under an unread heading may have closed."""
    if outcome.unread is None:
        return None
    closed = earlier(outcome.answered, outcome.ended)  # never both
    hangs = (outcome.unread < NEVER) & ((closed == NEVER) | ((closed > due) & (outcome.unread <= due)))
    for mask in (outcome.twice, outcome.before):
        hangs = hangs if mask is None else hangs & ~mask
    return hangs


def _without_start(weighed: Weighed, lost: pl.Series, waiting: pl.Series | None) -> Weighed:
    """Take everything back from the clocks whose start cannot be read."""
    keep = ~lost
    facts = constant(worth("start", "unreadable"), len(lost)) + where(waiting, worth("owed", "no"))
    return replace(
        weighed,
        start=only(weighed.start, keep),
        due=only(weighed.due, keep),
        answered=only(weighed.answered, keep),
        ended=only(weighed.ended, keep),
        facts=instead(weighed.facts, lost, facts),
        best=None if weighed.best is None else only(weighed.best, keep),
    )
