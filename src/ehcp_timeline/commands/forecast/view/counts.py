"""What published counts imply, in sentences that a councillor can read aloud."""

from collections.abc import Iterator
from datetime import date

from ehcp_timeline.commands.forecast.counts.rates import FARTHEST_YEARS, LEAST_PAIRS, Pair, Snapshots
from ehcp_timeline.commands.forecast.results.target import net_needed
from ehcp_timeline.text.words import count, day, listed

ONE_LINE = (
    "A straight line through two counts takes one stretch of the past for the whole future. A count falls "
    "only by what is done beyond what comes in, and two counts show neither. Where work comes back, as a "
    "yearly review does, every case done now is one to do again in twelve months."
)
_OLD_WEEKS = 4


def snapshot_sentences(found: Snapshots, as_at: date, horizon: int) -> Iterator[str]:
    """Yield the answer: how many were counted, and when they are gone by each line through the counts.

    Args:
        found: What the counts imply.
        as_at: The day the question is asked about, not before the last count.
        horizon: Weeks that runs look ahead.
    """
    last = found.counts[-1]
    yield _last_words(found, as_at)
    if not found.pairs:
        yield "A rate needs two counts."
        return
    if last.count == 0:
        yield "It is clear."
        return
    yield _lately_words(found.pairs[-1], as_at)
    if found.whole is not None and len(found.pairs) > 1:
        yield _whole_words(found.whole, as_at)
    yield from _rise_words(found)
    yield from _apart_words(found)
    if found.clearance is not None:
        yield _drawn_words(found, horizon)


def _last_words(found: Snapshots, as_at: date) -> str:
    last = found.counts[-1]
    weeks = (as_at - last.day).days // 7
    old = f"; that is {count(weeks, 'week')} before {day(as_at)}" if weeks >= _OLD_WEEKS else ""
    return (
        f"{count(last.count, 'case')} {'was' if last.count == 1 else 'were'} counted on {day(last.day)}{old}."
    )


def _lately_words(one: Pair, as_at: date) -> str:
    return f"Since the count before, on {day(one.first.day)}, {moved_words(one)}. {_then(one, as_at)}"


def _whole_words(one: Pair, as_at: date) -> str:
    return f"Since the first count, on {day(one.first.day)}, {moved_words(one)}. {_then(one, as_at)}"


def moved_words(one: Pair) -> str:
    """Return how a count moved between two days."""
    change = one.last.count - one.first.count
    if change == 0:
        return f"the count has not moved in {one.weeks:.1f} weeks"
    way = "rose" if change > 0 else "fell"
    return f"the count {way} by {abs(change):,} in {one.weeks:.1f} weeks, {abs(one.per_week):,.1f} a week"


def _then(one: Pair, as_at: date) -> str:
    if one.clear_on is None:
        far = f"not clear within {FARTHEST_YEARS} years" if one.per_week < 0 else "never clear"
        return f"At that pace it is {far}."
    if one.clear_on <= as_at:
        return f"At that pace it was clear on {day(one.clear_on)}: a newer count would tell."
    return f"At that pace it is clear on {day(one.clear_on)}."


def _rise_words(found: Snapshots) -> Iterator[str]:
    """Yield where the count rose or stood still before the last pair."""
    rising = [pair for pair in found.pairs[:-1] if pair.per_week >= 0]
    if len(rising) == 1:
        one = rising[0]
        yield (
            f"Between {day(one.first.day)} and {day(one.last.day)} {moved_words(one)}: "
            "at such a pace it never clears."
        )
    elif rising:
        many = f"{len(rising):,} of {len(found.pairs):,}"
        yield f"In {many} stretches the count rose or stood still: at such a pace it never clears."


def _apart_words(found: Snapshots) -> Iterator[str]:
    """Yield how far apart the dates lie that the pairs give."""
    dates = sorted({when for when in found.from_last if when is not None})
    never = None in found.from_last
    if len(dates) > 1:
        last = ", or never" if never else ""
        yield f"So the same counts give anything from {day(dates[0])} to {day(dates[-1])}{last}."


def _drawn_words(found: Snapshots, horizon: int) -> str:
    """Return when it is clear if the stretches behind come again in any order."""
    clear = found.clearance
    if clear is None or clear.never_share >= 1:
        return f"Drawn at random from all stretches it is not clear within {horizon} weeks."
    dates = (("half", clear.p50), ("85 of 100", clear.p85), ("95 of 100", clear.p95))
    told = [f"{share} by {day(when)}" for share, when in dates if when is not None]
    never = (
        [f"{100 * clear.never_share:.0f} of 100 not within {horizon} weeks"]
        if clear.never_share >= 0.005
        else []
    )
    return f"Drawn at random from all stretches, so many futures are clear: {listed([*told, *never])}."


def snapshot_target_words(found: Snapshots, target: date) -> Iterator[str]:
    """Yield by how much a count must fall to be gone on the target day, beside how it fell so far."""
    last = found.counts[-1]
    if last.count == 0:
        yield f"Nothing is left to clear by {day(target)}."
        return
    needed = net_needed(last.count, last.day, target)
    yield (
        f"To be clear by {day(target)} the count must fall by {needed:,.1f} a week, every week from "
        f"{day(last.day)}, after everything that comes in{_beside(needed, found)}."
    )
    if found.arrivals_per_week is not None:
        done = needed + found.arrivals_per_week
        yield f"With {found.arrivals_per_week:,.1f} a week coming in that is {done:,.1f} to be done a week."


def _beside(needed: float, found: Snapshots) -> str:
    """Return a needed rate beside how the counts moved."""
    paces = [(found.pairs[-1], "between the last two counts")] if found.pairs else []
    if found.whole is not None and len(found.pairs) > 1:
        paces.append((found.whole, "since the first count"))
    words = [
        f"{-100 * needed / one.per_week:.0f}% of the pace {when} ({-one.per_week:,.1f})"
        if one.per_week < 0
        else f"{when} it did not fall at all"
        for one, when in paces
    ]
    return f": {listed(words)}" if words else ""


def caution_words(found: Snapshots) -> Iterator[str]:
    """Yield why a line through two counts misleads, and what these counts say and do not say."""
    for pair in found.pairs:
        if pair.unexplained:
            yield _unexplained_words(pair, pair.unexplained)
    if found.arrivals_per_week is not None and found.completions_per_week is not None:
        yield _flow_words(found.arrivals_per_week, found.completions_per_week)
    if not found.pairs:
        return
    yield ONE_LINE
    if found.clearance is None and found.counts[-1].count:
        many = count(len(found.pairs), "stretch", "stretches")
        yield (
            f"{many} between counts cannot tell chance from change, so no share of futures is given; "
            f"that takes {LEAST_PAIRS}, or a case file."
        )


def _unexplained_words(one: Pair, cases: int) -> str:
    """Return that arrivals less completions do not make up the change between two counts."""
    way = "below" if cases > 0 else "above"
    return (
        f"Between {day(one.first.day)} and {day(one.last.day)} arrivals less completions are "
        f"{abs(cases):,} {way} the change in the count: one of the three is wrong, or cases were re-counted."
    )


def _flow_words(arrivals: float, completions: float) -> str:
    """Return what came and what was done a week."""
    net = completions - arrivals
    rates = f"{arrivals:,.1f} a week came in and {completions:,.1f} were done"
    if net <= 0:
        return f"{rates}: as long as no more is done than comes in, it never clears."
    return f"{rates}, {net:,.1f} a week beyond what came in."
