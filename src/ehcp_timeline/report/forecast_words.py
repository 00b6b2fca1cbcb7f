"""A forecast in sentences that a councillor can read aloud: what was counted, what follows, what does not."""

from collections.abc import Iterator, Sequence
from datetime import date

from ehcp_timeline.measure.forecast.backtest import CLEARANCE, Backtest, Score
from ehcp_timeline.measure.forecast.forecast import Forecast, Target
from ehcp_timeline.measure.forecast.order import Order
from ehcp_timeline.measure.forecast.outlook import Clearance
from ehcp_timeline.measure.forecast.reviews import ReviewOutlook
from ehcp_timeline.measure.forecast.snapshots import LEAST_PAIRS, Pair, Snapshots
from ehcp_timeline.measure.forecast.target import Needed, net_needed
from ehcp_timeline.report.phrases import count, day, listed

WHY_APART = (
    "The orders pull apart because a week has only so many places. Oldest first empties the overdue list "
    "soonest and issues late plans while it does. In time first keeps new families inside twenty weeks and "
    "leaves the overdue ones what is over. Whom a council owes first is no question of arithmetic; none is "
    "recommended here."
)
ONE_LINE = (
    "A straight line through two counts misleads: it takes one stretch of the past for the whole future. A "
    "count falls only by what is done beyond what comes in, and two counts show neither. Where work comes "
    "back, as a yearly review does, every case done now is one to do again in twelve months."
)
STAGE_WORDS = {
    "decision": "request to decision",
    "advice": "decision to advice",
    "draft": "advice to draft",
    "final": "draft to plan",
    "plan": "to the plan",
}


def snapshot_sentences(found: Snapshots, target: date | None) -> Iterator[str]:
    """Yield what counts imply, pair by pair, and what they do not."""
    last = found.counts[-1]
    if not found.pairs:
        yield f"One count, {last.count:,} on {day(last.day)}: a rate needs two."
    for one in found.pairs:
        yield pair_words(one)
        if one.unexplained:
            yield unexplained_words(one)
    if found.whole is not None and len(found.pairs) > 1:
        yield f"From the first count to the last: {pair_words(found.whole)}"
    if found.arrivals_per_week is not None and found.completions_per_week is not None:
        yield flow_words(found.arrivals_per_week, found.completions_per_week)
    if target is not None:
        yield from snapshot_target_words(found, target)
    if found.pairs:
        yield from _spread_words(found)
        yield ONE_LINE
        yield drawn_words(found)


def pair_words(one: Pair) -> str:
    """Return what two counts imply, in a sentence."""
    change = one.last.count - one.first.count
    seen = f"{one.first.count:,} on {day(one.first.day)}, {one.last.count:,} on {day(one.last.day)}"
    if change == 0:
        moved = f"no change in {one.weeks:.1f} weeks"
    else:
        way = "up" if change > 0 else "down"
        moved = f"{way} {abs(change):,} in {one.weeks:.1f} weeks, {abs(one.per_week):,.1f} a week"
    return f"{seen}: {moved}. {_then(one)}"


def _then(one: Pair) -> str:
    if one.last.count == 0:
        return "It is clear."
    if one.clear_on is None:
        return "At that rate it never clears."
    return f"At that rate it is clear on {day(one.clear_on)}."


def unexplained_words(one: Pair) -> str:
    """Return that arrivals less completions do not make up the change between two counts."""
    way = "below" if (one.unexplained or 0) > 0 else "above"
    return (
        f"Between {day(one.first.day)} and {day(one.last.day)} arrivals less completions are "
        f"{abs(one.unexplained or 0):,} {way} the change in the count: "
        "one of the three is wrong, or cases were re-counted."
    )


def flow_words(arrivals: float, completions: float) -> str:
    """Return what came and what was done a week."""
    net = completions - arrivals
    rates = f"{arrivals:,.1f} a week came in and {completions:,.1f} were done"
    if net <= 0:
        return f"{rates}: as long as no more is done than comes in, it never clears."
    return f"{rates}, {net:,.1f} a week beyond what came in."


def snapshot_target_words(found: Snapshots, target: date) -> Iterator[str]:
    """Yield by how much a count must fall to be gone on the target day, beside how it fell so far."""
    last = found.counts[-1]
    needed = net_needed(last.count, last.day, target)
    if last.count == 0:
        yield f"Nothing is left to clear by {day(target)}."
        return
    words = (
        f"To be clear by {day(target)} the {last.count:,} must fall by {needed:,.1f} a week, every week from "
        f"{day(last.day)}, after everything that comes in"
    )
    paces = [(found.pairs[-1], "between the last two counts")] if found.pairs else []
    if found.whole is not None and len(found.pairs) > 1:
        paces.append((found.whole, "since the first count"))
    yield f"{words}{_beside(needed, paces)}."
    if found.arrivals_per_week is not None:
        done = needed + found.arrivals_per_week
        yield f"With {found.arrivals_per_week:,.1f} a week coming in that is {done:,.1f} to be done a week."


def _beside(needed: float, paces: Sequence[tuple[Pair, str]]) -> str:
    """Return a needed rate beside the rates of some pairs."""
    words = []
    for one, when in paces:
        if one.per_week < 0:
            words.append(f"{-100 * needed / one.per_week:.0f}% of the pace {when} ({-one.per_week:,.1f})")
        else:
            words.append(f"{when} it did not fall at all")
    return f": {listed(words)}" if words else ""


def _spread_words(found: Snapshots) -> Iterator[str]:
    """Yield the dates that the pairs give, side by side."""
    every = [*found.pairs, *([found.whole] if found.whole and len(found.pairs) > 1 else [])]
    dates = sorted(one.clear_on for one in every if one.clear_on is not None)
    never = len(dates) < len(every)
    if len(every) < 2 or not dates:
        return
    span = day(dates[0]) if dates[0] == dates[-1] else f"{day(dates[0])} to {day(dates[-1])}"
    yield f"The same counts give {span}{' and never' if never else ''}, by which pair is taken."


def drawn_words(found: Snapshots) -> str:
    """Return the percentiles of counts, or why there are none."""
    if found.clearance is None:
        return (
            f"{count(len(found.pairs), 'pair')} of counts cannot tell chance from change, so no percentiles "
            f"are given; that takes {LEAST_PAIRS}, or a case file."
        )
    return f"Drawing the pairs at random: {clearance_words(found.clearance)}."


def clearance_words(found: Clearance) -> str:
    """Return when a backlog clears, percentile by percentile."""
    if found.p50 is None and found.never_share >= 1:
        return "never within the weeks looked at"
    dates = (("half", found.p50), ("85%", found.p85), ("95%", found.p95))
    told = [f"{share} of the runs by {day(when)}" for share, when in dates if when is not None]
    never = f"{100 * found.never_share:.0f}% never within the weeks looked at"
    return listed([*told, *([never] if found.never_share >= 0.005 else [])])


def case_sentences(found: Forecast) -> Iterator[str]:
    """Yield what a case file says about the backlog."""
    now, asked = found.now, found.asked
    yield (
        f"On {day(asked.as_at)} {count(len(now.standing.place), 'assessment')} "
        f"{'is' if len(now.standing.place) == 1 else 'are'} open, {now.standing.overdue:,} of them overdue."
    )
    if found.too_little:
        yield f"No forecast: {found.too_little}."
        return
    yield flows_words(found)
    yield narrowest_words(found)
    if found.clear_at:
        yield (f"Clear means no more than {found.clear_at:,} overdue; --clear-at sets another number.")
    if now.unavoidable > max(1, found.clear_at):
        yield (
            f"Even if nobody waited at {now.past.stages[now.narrowest].name}, the time that the other stages "
            f"take would keep about {now.unavoidable:.0f} overdue: more hands there alone do not clear them."
        )
    for one in found.outlooks:
        yield f"{policy_words(one.policy, one.order)}: {clearance_words(one.clearance)}."
    if len(found.outlooks) > 1:
        yield WHY_APART


def flows_words(found: Forecast) -> str:
    """Return what came and went a week, and what a straight line makes of it."""
    past = found.now.past
    rates = (
        f"Over the last {past.weeks} weeks {past.requests.mean():.1f} requests a week came in and "
        f"{past.closed.mean():.1f} assessments were closed, {past.issued.mean():.1f} of them by a plan"
    )
    if found.naive_weeks is None:
        return f"{rates}: more came in than was closed, so a straight line never clears."
    return f"{rates}; a straight line would clear the overdue ones in {found.naive_weeks:.0f} weeks."


def narrowest_words(found: Forecast) -> str:
    """Return where cases wait."""
    stage = found.now.past.stages[found.now.narrowest]
    words = STAGE_WORDS[stage.name]
    return (
        f"The narrowest stage is {stage.name} ({words}): {stage.weeks_of_work:.1f} weeks of its work lie "
        f"ready, at {stage.left.mean():.1f} cases a week."
    )


def policy_words(policy: str, order: Order) -> str:
    """Return an order of work; the observed one with its shares."""
    name = policy.replace("-", " ").capitalize()
    if policy not in ("observed", "split"):
        return name
    shares = (
        (order.oldest, "to the oldest"),
        (order.in_time, "to those still in time"),
        (order.spread, "to no order"),
    )
    told = [f"{100 * share:.0f}% {words}" for share, words in shares if share >= 0.005]
    return f"{name} ({listed(told)})"


def target_words(target: Target) -> Iterator[str]:
    """Yield what a target date takes."""
    yield (
        f"To be clear by {day(target.date)} the overdue cases must fall by {target.needed_per_week:,.1f} a "
        "week, after all that become overdue meanwhile."
    )
    for one in target.needed:
        yield f"{one.policy.replace('-', ' ').capitalize()}: {needed_words(one, target.capacity)}."


def needed_words(one: Needed, pace: float) -> str:
    """Return how many a week the narrowest stage must finish for a target."""
    told = []
    for more, share in ((one.more_p50, "half"), (one.more_p85, "85%")):
        if more is None:
            told.append(f"no number clears {share} of the runs by then")
        else:
            told.append(f"{pace + more:,.1f} a week ({more:+d}) clear {share} of the runs")
    return listed(told)


def review_sentences(found: ReviewOutlook) -> Iterator[str]:
    """Yield when overdue reviews clear."""
    yield (
        f"Reviews: {found.overdue:,} of {found.open:,} are overdue. {found.due_per_week:.1f} a week fall due "
        f"over the coming year and {found.done_per_week:.1f} a week were decided over the last {found.weeks} "
        "weeks. "
        "Every review decided falls due again in twelve months."
    )
    for policy, one in found.clearance.items():
        yield f"Reviews, {policy.replace('-', ' ')}: {clearance_words(one)}."


def backtest_sentences(found: Backtest) -> Iterator[str]:
    """Yield how past forecasts did, and say so where they were no better than the baselines."""
    if not found.standpoints:
        yield "Backtest: no past month had enough weeks behind it and after it, and a backlog."
        return
    yield f"Backtest: forecasts at {count(len(found.standpoints), 'past month')}."
    for one in found.scores:
        if one.forecasts:
            yield score_words(one)


def score_words(one: Score) -> str:
    """Return how forecasts of one thing did."""
    what = "clearance" if one.what == CLEARANCE else one.what.replace("_", " ")
    held = [
        f"{share} held {100 * covered:.0f}% of {judged}"
        for share, covered, judged in zip(("P50", "P85", "P95"), one.coverage, one.judged, strict=True)
        if covered is not None
    ]
    if not held:
        return f"{what}: no forecast date lies in the past yet, so none can be judged."
    words = f"{what}: {listed(held)}"
    if one.forecast.error_weeks is None:
        return f"{words}."
    off = f"{one.forecast.error_weeks:.1f} weeks off ({one.forecast.bias_weeks:+.1f} on average)"
    words += f"; the median was {off}"
    others = [f"{rival.method.replace('_', ' ')} {rival.error_weeks:.1f}" for rival in one.baselines
              if rival.error_weeks is not None]  # fmt: skip
    verdict = "It beats both baselines" if one.beats_baselines else "It does NOT beat the baselines"
    return f"{words}. {verdict} ({listed(others)} weeks off)."
