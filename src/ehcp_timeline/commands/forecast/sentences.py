"""A forecast in sentences that a councillor can repeat: when it is clear, what would change it, how sure."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date

from ehcp_timeline.measure.forecast import counts
from ehcp_timeline.measure.forecast.backtest import TrackRecord
from ehcp_timeline.measure.forecast.behind import RECENT_WEEKS, REQUESTS, PaceChange, SeasonLine
from ehcp_timeline.measure.forecast.caseload import WHOLE
from ehcp_timeline.measure.forecast.forecast import (
    CapacityNeeded,
    ForecastAnswer,
    TargetAnswer,
    WeeksBehind,
    WorkInHand,
)
from ehcp_timeline.measure.forecast.outlook import ClearanceDay, Outlook, ScenarioOutlook, main_outlook
from ehcp_timeline.measure.forecast.present import WorkOrder
from ehcp_timeline.measure.forecast.request import EVERY_TEAM, OBSERVED, ForecastRequest, WhatIf
from ehcp_timeline.measure.forecast.reviews import ReviewOutlook
from ehcp_timeline.measure.forecast.weeks import YEAR, after_weeks
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.text import count, day, listed

WHY_APART = (
    "The orders pull apart because a week has only so many places. Oldest first empties the overdue list "
    "soonest and issues late plans while it does. In time first keeps new families inside twenty weeks and "
    "leaves the rest to the overdue ones. Arithmetic cannot say which family comes first, so no order is "
    "recommended."
)
STAGE_WORDS = {
    "decision": "request to decision", "advice": "decision to advice", "draft": "advice to draft",
    "final": "draft to plan", WHOLE: "request to plan",
}  # fmt: skip
ORDER_WORDS = {
    "observed": "As cases are taken now", "oldest-first": "Oldest first",
    "in-time-first": "In time first", "split": "Split",
}  # fmt: skip
_SEASON_WORDS = {
    "august": "in August", "christmas": "at Christmas", "school holiday": "in the school holidays",
}  # fmt: skip
_CHANGED = {
    "capacity": "{capacity:+g} plans a week at the narrowest stage{from}",
    "psychologists": "{psychologists:+g} psychologists, each with {advice_each:g} advice a week{from}",
    "requests": "{requests:+g}% requests",
    "shrinkage": "{shrinkage:g}% of working time lost beyond what was lost so far",
    "catch_up": "a catch-up team: {catch_up:+g} a week for {catch_up_weeks} weeks{from}",
}
_OLD_WEEKS = 4
_NEVER, _RARELY = 0.9995, 0.005
ONE_LINE = (
    "A straight line through two counts takes one stretch of the past for the whole future. A count falls "
    "only by what is done beyond what comes in, and two counts show neither. Where work comes back, as a "
    "yearly review does, every case done now is one to do again in twelve months."
)
_PAIRS_SHOWN = 12


def headline(answer: ForecastAnswer, now: WorkInHand) -> Iterator[str]:
    """Yield the answer: what is open and overdue, and when it is clear."""
    on = f"On {day(answer.as_at)}"
    if not now.open:
        yield f"{on} no assessment is open."
    elif now.open == now.overdue == 1:
        yield f"{on} 1 assessment is open, and overdue."
    else:
        overdue = f"{now.overdue:,} of them" if now.overdue else "none"
        excused = f"; {count(now.excused, 'more is', 'more are')} past the day with a recorded exception"
        yield (
            f"{on} {count(now.open, 'assessment is', 'assessments are')} open, {overdue} overdue"
            f"{excused if now.excused else ''}."
        )
    if now.left_out:
        yield (
            f"{count(now.left_out, 'assessment is', 'assessments are')} left out: the file does not date "
            "what came or went; `ehcp check` says which."
        )
    if now.newest is not None and (weeks := (answer.as_at - now.newest).days // 7) >= _OLD_WEEKS:
        yield (
            f"Nothing in the file is newer than {day(now.newest)}, {weeks} weeks before: if it was saved "
            "then, what was done since is missing, and the pace looks slower than it is."
        )
    if now.too_little:
        yield f"No forecast: {now.too_little}."
        return
    words = _answer_words(answer, now, main_outlook(answer.policies))
    yield f"With the change, {_lower(words)}" if answer.what_if.changed else words


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _answer_words(answer: ForecastAnswer, now: WorkInHand, outlook: Outlook) -> str:
    clear, end, who = outlook.clearance, day(horizon(answer)), ORDER_WORDS[outlook.policy]
    futures, never = f"{answer.runs:,} simulated futures", f"{100 * clear.never_share:.0f} of 100"
    if now.floor_limits:  # the other stages keep cases overdue, whoever is hired at the narrowest
        stay = f"about {now.unavoidable:,.0f} stay overdue because of the other stages"
        alone = f"Recruiting at {now.narrowest} alone cannot clear it: {stay}."
        if clear.p50 is None or now.overdue <= answer.clear_at:
            return alone
        return f"{who}, it is down to {answer.clear_at:,} by {day(clear.p50)} in half of {futures}. {alone}"
    if now.overdue <= answer.clear_at:
        says = "There is no backlog now."
        if now.overdue:
            says = f"That counts as clear now: clear means no more than {answer.clear_at:,} overdue."
        for ahead in [quarter for quarter in outlook.quarters[:4] if quarter.overdue_p85 is not None][-1:]:
            half, most = (
                f"{number:,} at most" if number else "none"
                for number in (ahead.overdue_p50, ahead.overdue_p85)
            )
            says += f" {who}, at the end of {ahead.quarter} {half} are overdue in half of {futures}, and "
            says += f"{most} in 85 of 100."
        return says
    if clear.never_share >= _NEVER:
        says = _never_words(answer, now, outlook)
    elif clear.p50 is None:
        says = f"it will probably not be clear by {end}: {never} simulated futures say not"
    else:
        says = f"it is clear by {day(clear.p50)} in half of {futures}"
        most = f", and by {day(clear.p85)} in 85 of 100" if clear.p85 else ""
        says += most or f"; by {end} it is still not in {never}"
    return f"{who}, {says}."


def _never_words(answer: ForecastAnswer, now: WorkInHand, outlook: Outlook) -> str:
    """Return that it is clear in no run; `never` only where it does not fall for a year."""
    end, last = day(horizon(answer)), outlook.path[-1].overdue_p50 if outlook.path else None
    none = f"it is clear by {end} in none of {answer.runs:,} simulated futures"
    if answer.pace_changes:
        return f"and at the pace of a time in which the pace moved, it is not clear by {end}"
    if answer.horizon_weeks < YEAR or last is None:
        return none
    if last < now.overdue:
        return f"{none}; about {last:,} are still overdue then"
    return f"the backlog never clears at this rate: {none}, and about {last:,} are overdue then"


def horizon(answer: ForecastAnswer) -> date:
    """Return the last day that is looked at."""
    return after_weeks(answer.as_at, answer.horizon_weeks)


def what_if_sentences(change: WhatIf) -> tuple[str, ...]:
    """Return what was changed."""
    asked = asdict(change) | {"from": f" from {day(change.since)}" if change.since else ""}
    return tuple(says.format(**asked) for what, says in _CHANGED.items() if asked[what])


def scenario_words(line: ScenarioOutlook) -> Iterator[str]:
    """Yield what a scenario changes."""
    for team, percent in line.vacancies.items():
        yield f"{percent:g}% of {'all posts' if team == EVERY_TEAM else f'the posts of {team}'} vacant"
    yield from what_if_sentences(replace(line.what_if, shrinkage=0) if line.vacancies else line.what_if)
    if line.outlook.policy != OBSERVED:
        yield ORDER_WORDS[line.outlook.policy].lower()


def change_sentences(answer: ForecastAnswer, past: WeeksBehind) -> Iterator[str]:
    """Yield what would change the answer: what keeps or shortens the queue, and what the target takes."""
    stage = next(stage for stage in answer.stages if stage.narrowest)
    came, left = stage.arrivals_per_week, stage.completions_per_week
    rates = f"over the last {past.weeks} weeks {came:,.1f} a week came to it and {left:,.1f} left it"
    if stage.stage == WHOLE:
        yield f"The file has no dates between request and plan, so that is taken as one stage: {rates}."
    else:
        yield f"Cases wait at {stage.stage} ({STAGE_WORDS[stage.stage]}): {rates}."
    more = round(round(came, 1) - round(left, 1), 1)
    if more > 0:
        yield f"To stand still it must finish {came:,.1f} a week, {more:,.1f} more than it does."
    elif more < 0:
        yield f"The {-more:,.1f} a week that it finishes beyond what comes are all that shortens its queue."
    if stage.relief_capacity is not None and stage.target_queue is not None and stage.relief_capacity > left:
        yield (
            f"{stage.relief_capacity:,.1f} a week would bring the {stage.waiting:,} that wait there down to "
            f"{stage.target_queue:,.0f}, a queue with which the timetable can be kept, in 26 weeks."
        )
    if answer.target is not None:
        yield from target_words(answer.target, changed=answer.what_if.changed)


def target_words(target: TargetAnswer, *, changed: bool) -> Iterator[str]:
    """Yield what a target date takes."""
    yield (
        f"To be clear by {day(target.date)} the overdue cases must fall by {target.needed_per_week:,.1f} a "
        "week, after all that become overdue meanwhile."
    )
    yield from _by_order({need.policy: _needed_words(need, changed=changed) for need in target.policies}, ",")


def _by_order(words: dict[str, str], after_all: str) -> Iterator[str]:
    """Yield what is said of each order of work, once where it is the same of all."""
    if len(words) > 1 and len(set(words.values())) == 1:
        yield f"Whatever the order of work{after_all} {words.popitem()[1]}."
        return
    for policy, says in words.items():
        yield f"{policy.replace('-', ' ').capitalize()}: {says}."


def _needed_words(needed: CapacityNeeded, *, changed: bool) -> str:
    if needed.more_p50 is None:
        return "no number of hands at this stage alone makes half of all runs clear by then"
    if needed.more_p50 == needed.more_p85 == 0:
        now = f"the {needed.capacity_p50:,.1f} a week that it finishes now are enough"
        return f"{'the change is enough' if changed else now} in 85 of 100 runs"
    half, most = (
        f"{more} a week more than the change" if changed else f"{capacity:,.1f} a week ({more:+d})"
        for more, capacity in (
            (needed.more_p50, needed.capacity_p50 or 0.0),
            (needed.more_p85 or 0, needed.capacity_p85 or 0.0),
        )
    )
    if needed.more_p85 is None:
        return f"{half} make half of all runs clear by then; no number makes 85 of 100"
    return f"{half} make half of all runs clear by then, and {most} 85 of 100"


def sure_sentences(answer: ForecastAnswer, past: WeeksBehind) -> Iterator[str]:
    """Yield how far to trust the answer: what moved, how past forecasts did, why a straight line differs."""
    for change in answer.pace_changes:
        yield pace_words(change)
    if answer.pace_changes:
        yield (
            f"The last {past.weeks} weeks are no guide where the pace has moved: read them beside the last "
            f"{RECENT_WEEKS}, which are few."
        )
    if answer.track_record is not None:
        yield record_words(answer.track_record)
    if past.checked is not None and past.checked.overdue_plans:
        line = past.checked.sentence.replace("; a straight line, see `ehcp forecast`", "")
        yield f"A straight line, as `ehcp check` draws it: {_lower(line)}"
        yield (
            f"That line takes {past.checked.weeks} weeks for the whole future, without chance, seasons, the "
            f"order of work and what is in the pipeline; --history {past.checked.weeks} looks back as far as "
            "it does."
        )


def pace_words(change: PaceChange) -> str:
    """Return what moved in the weeks behind.

    >>> pace_words(PaceChange("final", "break", date(2023, 11, 30), 31.4, 67.9, 37.5))
    'The pace has moved: since 30 November 2023 67.9 a week left final (draft to plan), before that 31.4.'
    """
    what = "requests came" if change.what == REQUESTS else f"left {change.what} ({STAGE_WORDS[change.what]})"
    before, after = f"{change.before_per_week:,.1f}", f"{change.after_per_week:,.1f}"
    if change.kind == "break":
        return f"The pace has moved: since {day(change.since)} {after} a week {what}, before that {before}."
    return (
        f"The pace drifts: {before} a week {what} in the 13 weeks from {day(change.since)}, {after} lately."
    )


def record_words(record: TrackRecord) -> str:
    """Return how past forecasts did.

    >>> record_words(TrackRecord(12, 10, 0.552, 0.953))[:56]
    'Past forecasts: at 10 of 12 month-ends no more were over'
    """
    return (
        f"Past forecasts: at {record.held} of {count(record.forecasts, 'month-end')} no more were overdue 13 "
        f"weeks on than 85 of 100 futures said; that fits {100 * record.low:.0f} to "
        f"{100 * record.high:.0f} in 100 (95% interval), and 85 is right."
    )


def basis_sentences(answer: ForecastAnswer, past: WeeksBehind, asked: ForecastRequest) -> Iterator[str]:
    """Yield what the answer rests on: the weeks behind, the order observed, the seasons."""
    yield (
        f"Over the last {past.weeks} weeks {past.requests_per_week:.1f} requests a week came in and "
        f"{past.closed_per_week:.1f} assessments were closed, {past.issued_per_week:.1f} of them by a plan."
    )
    for outlook in answer.policies:
        if outlook.policy in ("observed", "split"):
            yield f"{outlook.policy.capitalize()}: {order_words(outlook.order)}."
    if past.seasons:
        yield season_words(past.seasons)
    if answer.clear_at and asked.clear_at is not None:
        yield f"Clear means no more than {answer.clear_at:,} overdue, as asked."
    elif answer.clear_at:
        yield (
            f"Clear means no more than {answer.clear_at:,} overdue, those that the other stages and chance "
            "leave; --clear-at sets another number."
        )


def order_words(order: WorkOrder) -> str:
    """Return how the places of a week are shared out.

    >>> order_words(WorkOrder(0.5, 0.5, 0))
    'of 100 places 50 go to the oldest case and 50 to those still in time'
    """
    shares = (
        (order.oldest, "to the oldest case"),
        (order.in_time, "to those still in time"),
        (order.spread, "to cases in no order of age"),
    )
    first, *others = [f"{100 * share:.0f} {words}" for share, words in shares if share >= _RARELY]
    return f"of 100 places {listed([first.replace(' to ', ' go to ', 1), *others])}"


def season_words(seasons: Sequence[SeasonLine]) -> str:
    """Return how unlike others some weeks are."""
    words = [
        f"{_SEASON_WORDS[season.kind]} {100 * season.requests:.0f}% of an ordinary week's requests and "
        f"{100 * season.completions:.0f}% of its work ({count(season.weeks_seen, 'week')} seen)"
        for season in seasons
        if season.weeks_seen
    ]
    unseen = [_SEASON_WORDS[season.kind] for season in seasons if not season.weeks_seen]
    if unseen:
        words.append(f"no week seen {listed(unseen, 'or')}, so that is taken as ordinary")
    return f"Seasons: {'; '.join(words)}."


def review_sentences(reviews: ReviewOutlook, target: TargetAnswer | None) -> Iterator[str]:
    """Yield when overdue reviews clear, and what the target date takes."""
    are = "is" if reviews.overdue == 1 else "are"
    yield (
        f"{reviews.overdue:,} of {count(reviews.open, 'review')} {are} overdue. {reviews.due_per_week:.1f} a "
        f"week fall due over the coming year and {reviews.done_per_week:.1f} a week were decided over the "
        f"last {reviews.weeks} weeks; each one decided falls due again in twelve months."
    )
    if target is not None and reviews.overdue:
        yield (
            f"To be clear by {day(target.date)} at least {target.reviews_per_week:,.1f} a week must be "
            "decided: those that are overdue, and those that fall due meanwhile."
        )
    yield from _by_order({name: _clear_words(clear) for name, clear in reviews.clearance.items()}, ":")


def _clear_words(clear: ClearanceDay) -> str:
    if clear.never_share >= _NEVER:
        return "not clear within the weeks looked at in any run"
    not_clear = "runs are not clear within the weeks looked at"
    return _dates_words(clear, "half of all runs", "are clear by", not_clear)


def _dates_words(clear: ClearanceDay, half: str, by: str, never: str) -> str:
    dates = ((half, clear.p50), ("85 of 100", clear.p85), ("95 of 100", clear.p95))
    words = [f"{share} {by} {day(when)}" for share, when in dates if when is not None]
    if clear.never_share >= _RARELY:
        words.append(f"{100 * clear.never_share:.0f} of 100 {never}")
    return listed(words)


def counts_sections(answer: ForecastAnswer, taken: counts.CountsTaken) -> Iterator[Section]:
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


def _whole(taken: counts.CountsTaken) -> Sequence[counts.CountPair]:
    """Return the first count with the last, where that is another pair than the only one."""
    return (taken.whole,) if taken.whole is not None and len(taken.pairs) > 1 else ()


def counts_sentences(answer: ForecastAnswer, taken: counts.CountsTaken) -> Iterator[str]:
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


def _line_words(answer: ForecastAnswer, taken: counts.CountsTaken) -> Iterator[str]:
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
    ends = {counts.clear_on(taken.counts[-1], -pair.per_week) for pair in (*taken.pairs, *_whole(taken))}
    dates = sorted(end for end in ends if end is not None)
    if len(dates) > 1:
        never = ", or never" if None in ends else ""
        yield f"So the same counts give anything from {day(dates[0])} to {day(dates[-1])}{never}."
    clear = answer.clearance
    if clear is not None and clear.never_share >= 1:
        yield f"Drawn at random from all stretches it is not clear within {answer.horizon_weeks} weeks."
    elif clear is not None:
        words = _dates_words(clear, "half", "by", f"not within {answer.horizon_weeks} weeks")
        yield f"Drawn at random from all stretches, so many futures are clear: {words}."


def moved_words(pair: counts.CountPair) -> str:
    """Return how a count moved between two days."""
    change = pair.last_count - pair.first_count
    if change == 0:
        return f"the count has not moved in {pair.weeks:.1f} weeks"
    way = "rose" if change > 0 else "fell"
    return f"the count {way} by {abs(change):,} in {pair.weeks:.1f} weeks, {abs(pair.per_week):,.1f} a week"


def _then(pair: counts.CountPair, as_at: date) -> str:
    if pair.clear_on is None:
        far = f"not clear within {counts.FARTHEST_YEARS} years" if pair.per_week < 0 else "never clear"
        return f"At that pace it is {far}."
    if pair.clear_on <= as_at:
        return f"At that pace it was clear on {day(pair.clear_on)}: a newer count would show."
    return f"At that pace it is clear on {day(pair.clear_on)}."


def _beside(needed: float, taken: counts.CountsTaken) -> str:
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


def caution_words(answer: ForecastAnswer, taken: counts.CountsTaken) -> Iterator[str]:
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
            f"that takes {counts.LEAST_PAIRS}, or a case file."
        )
