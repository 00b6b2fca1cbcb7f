"""Judge many clocks of one deadline at once: count their due days, then weigh what became of them."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from ehcp_timeline.audit.bulk.days import NEVER, constant, either, instead, only
from ehcp_timeline.audit.bulk.due import by_version, due_day
from ehcp_timeline.audit.bulk.evidence import best_excuse
from ehcp_timeline.audit.bulk.inquiry import Inquiry
from ehcp_timeline.audit.bulk.lines import where, worth
from ehcp_timeline.audit.bulk.weighed import Numbers, Outcome, Started, Weighed
from ehcp_timeline.audit.standing import cells_that_matter

Outcomes = Callable[[Inquiry, Started, pl.Series], Outcome]


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
    due = by_version(deadline, start, seen, lambda limit: due_day(limit, start, seen, inquiry.tables))
    if not deadline.set_by or not seen.holds((deadline.set_by,)):
        return due, None
    set_day = seen.first((deadline.set_by,))
    set_by = set_day < NEVER
    return instead(due, set_by, set_day), set_by


def _unreadable(started: Started, outcome: Outcome) -> pl.Series | None:
    """Return the clocks with an unreadable cell that matters; None for no clock."""
    always = cells_that_matter(started.deadline, ended=False)
    undone = started.seen.unreadable(cells_that_matter(started.deadline) - always)
    ended = None if undone is None else undone & (outcome.ended < NEVER)
    return either(started.seen.unreadable(always), ended)


def _facts(started: Started, due: pl.Series, outcome: Outcome, unreadable: pl.Series | None) -> pl.Series:
    unseen = None if outcome.unseen is None else outcome.unseen & (outcome.answered < NEVER)
    words: Numbers = worth("start", "stands")
    words += worth("nature", "minimum" if started.deadline.minimum else "limit")
    words += where(started.doubtful, worth("applies", "unreadable"))
    words += where(unreadable, worth("readable", "no"))
    words += where(outcome.not_owed, worth("owed", "no"))
    words += where(due == NEVER, worth("known", "no")) if due.max() == NEVER else 0
    words += where(unseen, worth("unseen", "yes"))
    words += where(outcome.implied, worth("implied", "yes"))
    return constant(words, len(due)) if isinstance(words, int) else words


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
