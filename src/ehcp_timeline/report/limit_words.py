"""A time limit in words, as the rulebook counts it."""

from ehcp_timeline.audit.counting_words import UNIT_WORDS, said_count
from ehcp_timeline.clock.counting import Count
from ehcp_timeline.law.clauses import Dates, Limb, Limit
from ehcp_timeline.report.phrases import count, listed

_ROLLS = {"": "", "tribunal": "; a last day that is no working day rolls forward as the Tribunal Rules say"}


def limit_words(limit: Limit) -> str:
    """Return the whole limit: its limb, or the latest of its limbs."""
    if len(limit.limbs) == 1:
        return _limb_words(limit.limbs[0])
    limbs = "; or ".join(map(_limb_words, limit.limbs))
    return f"the later of: {limbs}{_ROLLS[limit.rolls]}"


def dates_words(dates: Dates) -> str:
    """Return which of several events counts.

    >>> dates_words(Dates(("request_received", "became_responsible")))
    'the earliest of request_received and became_responsible'
    """
    if len(dates.events) == 1:
        return dates.events[0]
    return f"the {dates.which} of {listed(dates.events)}"


def period_words(one: Count) -> str:
    """Return the length of a period.

    >>> period_words(Count("within", 4, "weeks"))
    '4 weeks'
    """
    return count(one.number, UNIT_WORDS[one.unit])


def _limb_words(limb: Limb) -> str:
    """Return one limb, and what it is counted from where that is not the start."""
    words = said_count(limb.count)
    if limb.count.kind == "within" and limb.count.number:
        words = f"within {words}"
    return f"{words}, from {dates_words(limb.since)}" if limb.since else words
