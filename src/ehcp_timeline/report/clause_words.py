"""The clauses of a deadline in words: what starts it again, its readings, its excuses, what proves them."""

from ehcp_timeline.law.clauses import Absence, Closure, Excuse, PlanByDue, Reading, Repeats
from ehcp_timeline.report.limit_words import dates_words, limit_words, period_words
from ehcp_timeline.report.phrases import day, listed


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
