"""What published counts imply, in sentences that a councillor can read aloud, and as a table."""

from collections.abc import Iterator, Sequence
from datetime import date

from ehcp_timeline.measure.forecast.counts import (
    FARTHEST_YEARS,
    LEAST_PAIRS,
    CountPair,
    CountsTaken,
    clear_on,
)
from ehcp_timeline.measure.forecast.forecast import ForecastAnswer
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.text import count, day, listed

ONE_LINE = (
    "A straight line through two counts takes one stretch of the past for the whole future. A count falls "
    "only by what is done beyond what comes in, and two counts show neither. Where work comes back, as a "
    "yearly review does, every case done now is one to do again in twelve months."
)
_OLD_WEEKS = 4
_PAIRS_SHOWN = 12


def counts_sections(answer: ForecastAnswer, taken: CountsTaken) -> Iterator[Section]:
    """Yield a forecast from counts as sections; parts that have nothing to say are left out."""
    what = f" ({taken.measure.replace('_', ' ')})" if taken.measure else ""
    words = tuple(counts_sentences(answer, taken))
    yield Section(title=f"Forecast as at {day(answer.as_at)}{what}", before=words)
    if taken.pairs:
        earlier = len(taken.pairs) - _PAIRS_SHOWN
        rows = [
            {
                "from": pair.first.isoformat(),
                "to": pair.last.isoformat(),
                "first": f"{pair.first_count:,}",
                "last": f"{pair.last_count:,}",
                "weeks": f"{pair.weeks:.1f}",
                "a week": f"{pair.per_week:+,.1f}",
                "clear on": pair.clear_on.isoformat() if pair.clear_on else "never",
            }
            for pair in (*taken.pairs[-_PAIRS_SHOWN:], *_whole(taken))
        ]
        more = (f"{count(earlier, 'earlier pair')} in --format csv.",) if earlier > 0 else ()
        yield table("What each two counts imply", rows, fixed=("to", "clear on"), after=more)
    if caution := tuple(caution_words(answer, taken)):
        yield Section(title="Why a straight line misleads", before=caution)
    if taken.remarks:
        about = tuple(f"{remark[:1].upper()}{remark[1:]}." for remark in taken.remarks)
        yield Section(title="About the file", before=about)


def _whole(taken: CountsTaken) -> Sequence[CountPair]:
    """Return the first count with the last, where that is another pair than the only one."""
    return (taken.whole,) if taken.whole is not None and len(taken.pairs) > 1 else ()


def counts_sentences(answer: ForecastAnswer, taken: CountsTaken) -> Iterator[str]:
    """Yield the answer: how many were counted, when they are gone by each line, and what the target takes."""
    last, as_at = taken.counts[-1], answer.as_at
    weeks = (as_at - last.day).days // 7
    old = f"; that is {count(weeks, 'week')} before {day(as_at)}" if weeks >= _OLD_WEEKS else ""
    were = "was" if last.count == 1 else "were"
    yield f"{count(last.count, 'case')} {were} counted on {day(last.day)}{old}."
    if not taken.pairs:
        yield "A rate needs two counts."
    elif last.count == 0:
        yield "It is clear."
    else:
        yield from _line_words(answer, taken)
    if answer.target is None:
        return
    target, needed = day(answer.target.date), answer.target.needed_per_week
    if last.count == 0:
        yield f"Nothing is left to clear by {target}."
        return
    yield (
        f"To be clear by {target} the count must fall by {needed:,.1f} a week, every week from "
        f"{day(last.day)}, after everything that comes in{_beside(needed, taken)}."
    )
    if taken.arrivals_per_week is not None:
        done = needed + taken.arrivals_per_week
        yield f"With {taken.arrivals_per_week:,.1f} a week coming in that is {done:,.1f} to be done a week."


def _line_words(answer: ForecastAnswer, taken: CountsTaken) -> Iterator[str]:
    lately = taken.pairs[-1]
    then = _then(lately, answer.as_at)
    yield f"Since the count before, on {day(lately.first)}, {moved_words(lately)}. {then}"
    for pair in _whole(taken):
        yield f"Since the first count, on {day(pair.first)}, {moved_words(pair)}. {_then(pair, answer.as_at)}"
    rising = [pair for pair in taken.pairs[:-1] if pair.per_week >= 0]
    if len(rising) == 1:
        span = f"Between {day(rising[0].first)} and {day(rising[0].last)}"
        yield f"{span} {moved_words(rising[0])}: at such a pace it never clears."
    elif rising:
        many = f"{len(rising):,} of {len(taken.pairs):,}"
        yield f"In {many} stretches the count rose or stood still: at such a pace it never clears."
    ends = {clear_on(taken.counts[-1], -pair.per_week) for pair in (*taken.pairs, *_whole(taken))}
    dates = sorted(end for end in ends if end is not None)
    if len(dates) > 1:
        never = ", or never" if None in ends else ""
        yield f"So the same counts give anything from {day(dates[0])} to {day(dates[-1])}{never}."
    clear, horizon = answer.clearance, answer.horizon_weeks
    if clear is not None and clear.never_share >= 1:
        yield f"Drawn at random from all stretches it is not clear within {horizon} weeks."
    elif clear is not None:
        shares = (("half", clear.p50), ("85 of 100", clear.p85), ("95 of 100", clear.p95))
        words = [f"{share} by {day(when)}" for share, when in shares if when is not None]
        if clear.never_share >= 0.005:
            words.append(f"{100 * clear.never_share:.0f} of 100 not within {horizon} weeks")
        yield f"Drawn at random from all stretches, so many futures are clear: {listed(words)}."


def moved_words(pair: CountPair) -> str:
    """Return how a count moved between two days."""
    change = pair.last_count - pair.first_count
    if change == 0:
        return f"the count has not moved in {pair.weeks:.1f} weeks"
    way = "rose" if change > 0 else "fell"
    return f"the count {way} by {abs(change):,} in {pair.weeks:.1f} weeks, {abs(pair.per_week):,.1f} a week"


def _then(pair: CountPair, as_at: date) -> str:
    if pair.clear_on is None:
        far = f"not clear within {FARTHEST_YEARS} years" if pair.per_week < 0 else "never clear"
        return f"At that pace it is {far}."
    if pair.clear_on <= as_at:
        return f"At that pace it was clear on {day(pair.clear_on)}: a newer count would show."
    return f"At that pace it is clear on {day(pair.clear_on)}."


def _beside(needed: float, taken: CountsTaken) -> str:
    paces = [
        *((pair, "between the last two counts") for pair in taken.pairs[-1:]),
        *((pair, "since the first count") for pair in _whole(taken)),
    ]
    words = [
        f"{-100 * needed / pair.per_week:.0f}% of the pace {when} ({-pair.per_week:,.1f})"
        if pair.per_week < 0
        else f"{when} it did not fall at all"
        for pair, when in paces
    ]
    return f": {listed(words)}" if words else ""


def caution_words(answer: ForecastAnswer, taken: CountsTaken) -> Iterator[str]:
    """Yield why a line through two counts misleads, and what these counts say and do not say."""
    for pair in taken.pairs:
        if cases := pair.unexplained:
            yield (
                f"Between {day(pair.first)} and {day(pair.last)} arrivals less completions are "
                f"{abs(cases):,} {'below' if cases > 0 else 'above'} the change in the count: one of the "
                "three is wrong, or cases were re-counted."
            )
    arrivals, completions = taken.arrivals_per_week, taken.completions_per_week
    if arrivals is not None and completions is not None:
        rates = f"{arrivals:,.1f} a week came in and {completions:,.1f} were done"
        net = completions - arrivals
        if net <= 0:
            yield f"{rates}: as long as no more is done than comes in, it never clears."
        else:
            yield f"{rates}, {net:,.1f} a week beyond what came in."
    if not taken.pairs:
        return
    yield ONE_LINE
    if answer.clearance is None and taken.counts[-1].count:
        many = count(len(taken.pairs), "stretch", "stretches")
        yield (
            f"{many} between counts cannot tell chance from change, so no share of futures is given; "
            f"that takes {LEAST_PAIRS}, or a case file."
        )
