"""A time limit in words, as the rulebook counts it."""

from ehcp_timeline.clock.counting import Count
from ehcp_timeline.law.terms import Dates, Limb, Limit
from ehcp_timeline.report.phrases import MONTHS, count, listed

_UNITS = {
    "days": ("day", "days"),
    "weeks": ("week", "weeks"),
    "months": ("month", "months"),
    "working_days": ("working day", "working days"),
}


def limit_words(limit: Limit) -> str:
    """Return the whole limit: its limb, or the latest of its limbs."""
    if len(limit.limbs) == 1:
        return _limb_words(limit.limbs[0])
    limbs = "; or ".join(map(_limb_words, limit.limbs))
    return f"the later of: {limbs}{_ROLLS[limit.rolls]}"


def count_words(one: Count) -> str:
    """Return one way to count.

    >>> count_words(Count("within", 6, "weeks"))
    'within 6 weeks, the first day not counted'
    >>> count_words(Count("before", month=2, day=15))
    'before 15 February'
    """
    match one.kind:
        case "before":
            word = "before" if one.start_day == "excluded" else "on or before"
            return f"{word} {one.day} {MONTHS[one.month - 1]}"
        case "at_least_before":
            return f"at least {period_words(one)} before it"
        case "within" if one.number == 0:
            return "at once"
        case "within":
            return f"within {period_words(one)}, {_first_day(one)}{_PAUSES[one.calendar]}"
        case "not_before_end_of":
            return f"not before the end of {period_words(one)}, {_first_day(one)}{_PAUSES[one.calendar]}"


def dates_words(dates: Dates) -> str:
    """Return which of several events counts.

    >>> dates_words(Dates(("request_received", "became_responsible")))
    'the earliest of request_received and became_responsible'
    """
    if len(dates.events) == 1:
        return dates.events[0]
    return f"the {dates.which} of {listed(dates.events)}"


def period_words(one: Count) -> str:
    """Return the length of a period, as `4 weeks`."""
    return count(one.number, *_UNITS[one.unit])


def _limb_words(limb: Limb) -> str:
    """Return one limb, and what it is counted from where that is not the start."""
    words = count_words(limb.count)
    return f"{words}, from {dates_words(limb.since)}" if limb.since else words


def _first_day(one: Count) -> str:
    """Return whether the first day counts, which the words of the law decide."""
    return "the first day not counted" if one.start_day == "excluded" else "the first day counted"


_PAUSES = {"statutory": "", "tribunal": ", August and 25 December to 1 January not counted"}
_ROLLS = {"": "", "tribunal": "; a last day that is no working day rolls forward as the Tribunal Rules say"}
