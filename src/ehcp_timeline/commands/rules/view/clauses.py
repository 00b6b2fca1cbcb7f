"""The clauses of a deadline in words: limits, what starts it again, readings, excuses, their proof."""

from ehcp_timeline.clock.counting import Count
from ehcp_timeline.law.deadline import (
    Absence,
    Closure,
    Dates,
    Excuse,
    Limb,
    Limit,
    PlanByDue,
    Reading,
    Repeats,
)
from ehcp_timeline.text.counting import UNIT_WORDS, said_count
from ehcp_timeline.text.words import count, day, listed

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


def repeats_words(repeats: Repeats) -> str:
    """Return what starts a repeating duty again."""
    parts = [
        f"first from {listed(repeats.first, 'or')}" if repeats.first else "",
        f"again from each {listed(repeats.again, 'or')}" if repeats.again else "",
        f"anew after {listed(repeats.closed_by, 'or')}" if repeats.closed_by else "",
        f"answered without a start by {listed(repeats.unseen, 'or')}" if repeats.unseen else "",
    ]
    return ", ".join(part for part in parts if part)


def plan_words(plan: PlanByDue) -> str:
    """Return what shows that a plan existed by the due day, without which nothing is owed."""
    made, shown, first = (listed(events, "or") for events in (plan.made, plan.shown_by, plan.before_plan))
    return f"made by the due day ({made}), or shown by {shown}; not on the row of a first plan ({first})"


def reading_words(reading: Reading) -> str:
    """Return what one reading counts otherwise, and who published it."""
    parts = [
        limit_words(reading.limit) if reading.limit else "",
        f"from {dates_words(reading.starts)}" if reading.starts else "",
        f"answered by {dates_words(reading.met_by)}" if reading.met_by else "",
        f"ended early by {reading.waived_by}" if reading.waived_by else "",
        f"only after {listed(reading.after, 'or')}" if reading.after else "",
        f"for clocks started from {day(reading.since)}" if reading.since else "",
        f"for clocks started to {day(reading.until)}" if reading.until else "",
        "always disputed" if reading.always_disputed else "",
    ]
    return f"{'; '.join(part for part in parts if part)}. {reading.source}"


def excuse_words(excuse: Excuse) -> str:
    """Return one excuse: its provision, what claims it, for which due days, and which dates prove it."""
    claimed = f"claimed by {excuse.flag}" if excuse.flag else "claimed by its dates"
    since = f" from {day(excuse.since)}" if excuse.since else ""
    until = f" to {day(excuse.until)}" if excuse.until else ""
    due = f", for due days{since}{until}" if since or until else ""
    return f"{excuse.law}, {claimed}{due}; {evidence_words(excuse.evidence)}"


def evidence_words(evidence: Closure | Absence | None) -> str:
    """Return the dates that prove an excuse."""
    match evidence:
        case None:
            return "no dates can prove it"
        case Absence():
            return f"proved by {' to '.join(evidence.absent)} of at least {period_words(evidence.length)}"
        case Closure():
            closed = f"{' to '.join(evidence.closed)} of at least {period_words(evidence.length)}"
            asked = f"{listed(evidence.asked, 'or')} in it or at most {period_words(evidence.margin)} off"
            return f"proved by {closed}, with {asked}"
