"""Judge many clocks of one deadline at once: count their due days, then decide their verdicts."""

from collections.abc import Callable

import polars as pl

from ehcp_timeline.audit.bulk.applicability import awaits
from ehcp_timeline.audit.bulk.days import NEVER, but_not, constant, earlier, either, instead, only
from ehcp_timeline.audit.bulk.due import answer_of, by_version, due_day, end_of
from ehcp_timeline.audit.bulk.events import EventFrame
from ehcp_timeline.audit.bulk.excuses import best_excuse
from ehcp_timeline.audit.bulk.lazy_clocks import WeighedClocks
from ehcp_timeline.audit.bulk.verdicts import Inquiry, where, worth
from ehcp_timeline.audit.single.applicability import cells_that_matter
from ehcp_timeline.audit.verdicts import nature_of
from ehcp_timeline.law.deadline import Limit
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.record import record


@record(frozen=True, slots=True)
class Started:
    """Clocks that have a start, or a start that cannot be read.

    Attributes:
        start: The day each started; any day at all if it cannot be read.
        lost: Those whose start cannot be read; None for no clock.
        doubtful: Those for which it cannot be read whether the deadline applies; None for no clock.
    """

    inquiry: Inquiry
    deadline: Deadline
    seen: EventFrame
    start: pl.Series
    lost: pl.Series | None = None
    doubtful: pl.Series | None = None


@record(slots=True)
class ClockOutcomes:
    """What happened to each clock, except for excuses. Each mask is None for no clock.

    Attributes:
        answered: The day of the answer.
        ended: The day on which something ended it unanswered.
        implied: Those that must have been done, as later events show.
        released: Those of which it is not known what is owed after a release.
        lapsed: Those that can no longer be answered.
        not_owed: Those that are not owed.
        unseen: Those answered so late that the years between are not in the file.
        twice: Those that several rows of one request answer differently.
        before: Those of requests of which every decision lies before them.
        unread: The first day, from which an answer counts, of a date under an unread heading that may be what
            answered or ended it; None where there is none.
    """

    answered: pl.Series
    ended: pl.Series
    implied: pl.Series | None
    released: pl.Series | None
    lapsed: pl.Series | None
    not_owed: pl.Series | None = None
    unseen: pl.Series | None = None
    twice: pl.Series | None = None
    before: pl.Series | None = None
    unread: pl.Series | None = None


def outcomes_of(started: Started, due: pl.Series, since: pl.Series, answer: pl.Series) -> ClockOutcomes:
    """Return the outcomes of clocks, as far as they are the same for rows and for whole cases.

    An answer or an end counts from the day `since` on.
    """
    deadline, seen, inquiry = started.deadline, started.seen, started.inquiry
    answered, ended, released = end_of(deadline, seen, since, answer, due, inquiry.today)
    implied = lapsed = None
    if seen.holds(deadline.implied_by):  # not after an end: what comes later is about something else
        counts_from = inquiry.tables.of(deadline.answers_from, since) if deadline.answers_from else since
        shown = seen.next(deadline.implied_by, counts_from)
        implied = (shown < NEVER) & (shown <= ended)
    if seen.holds(deadline.lapses_with):
        lapsed = seen.last_happened(deadline.lapses_with) >= since
    return ClockOutcomes(answered, ended, implied, released, lapsed)


def weigh(started: Started, outcomes: Callable[[Started, pl.Series], ClockOutcomes]) -> WeighedClocks:
    """Judge clocks that have a start, given their outcomes."""
    deadline, seen, start, lost = started.deadline, started.seen, started.start, started.lost
    due, set_by = _due_of(started)
    outcome = outcomes(started, due)
    unreadable = _unreadable(started, outcome)
    facts = _facts(started, due, outcome, unreadable)
    best = best_excuse(deadline, seen, start, due, started.inquiry.tables)
    if lost is not None:  # nothing is known of those but that
        without_start = constant(worth("start", "unreadable"), len(lost))
        facts = instead(facts, lost, without_start + where(awaits(deadline, seen), "owed", "no"))

    def known(days: pl.Series) -> pl.Series:
        return days if lost is None else only(days, ~lost)

    return WeighedClocks(
        inquiry=started.inquiry,
        deadline=deadline,
        seen=seen,
        start=known(start),
        due=known(due),
        answered=known(outcome.answered),
        ended=known(outcome.ended),
        facts=facts,
        settled=either(outcome.not_owed, set_by),
        unreadable=unreadable,
        best=None if best is None else known(best),
    )


def _due_of(started: Started) -> tuple[pl.Series, pl.Series | None]:
    """Return the due days, and for which of them a date in the file replaced the counted day."""
    deadline, seen, start, tables = started.deadline, started.seen, started.start, started.inquiry.tables
    answer = None
    if any(limb.since for version in deadline.versions for limb in version.limit.limbs):
        answer = answer_of(deadline, deadline.met_by.events, seen, start, tables)
    set_day = seen.first((deadline.set_by,)) if deadline.set_by and seen.holds((deadline.set_by,)) else None
    set_by = None if set_day is None else set_day < NEVER

    def due_by(limit: Limit) -> pl.Series:
        due = due_day(limit, start, seen, tables, answer)
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
    released = but_not(outcome.released, outcome.implied)
    lapsed = but_not(but_not(outcome.lapsed, outcome.implied), outcome.released)
    words: pl.Series | int = worth("start", "stands") + worth("nature", nature_of(started.deadline))
    for mask, name, word in (
        (started.doubtful, "applies", "unreadable"),
        (unreadable, "readable", "no"),
        (outcome.not_owed, "owed", "no"),
        (due == NEVER, "known", "no"),
        (outcome.twice, "contradiction", "two-answers"),
        (outcome.before, "contradiction", "before-request"),
        (_hangs_on_unread(due, outcome), "contradiction", "unread-heading"),
        (unseen, "unseen", "yes"),
        (outcome.implied, "implied", "yes"),
        (released, "implied", "released"),
        (lapsed, "implied", "lapsed"),
    ):
        words += where(mask, name, word)
    return constant(words, len(due)) if isinstance(words, int) else words


def _hangs_on_unread(due: pl.Series, outcome: ClockOutcomes) -> pl.Series | None:
    """Return the clocks still open, or closed late, that a date under an unread heading may have closed."""
    if outcome.unread is None:
        return None
    closed = earlier(outcome.answered, outcome.ended)  # never both
    hangs = (outcome.unread < NEVER) & ((closed == NEVER) | ((closed > due) & (outcome.unread <= due)))
    return but_not(but_not(hangs, outcome.twice), outcome.before)
