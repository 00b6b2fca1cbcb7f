"""A forecast in sentences that a councillor can repeat: when it is clear, what would change it, how sure."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date

from ehcp_timeline.measure.forecast.backtest import TrackRecord
from ehcp_timeline.measure.forecast.behind import RECENT_WEEKS, REQUESTS, PaceChange, SeasonLine
from ehcp_timeline.measure.forecast.caseload import WHOLE
from ehcp_timeline.measure.forecast.forecast import ForecastAnswer, WeeksBehind, WorkInHand
from ehcp_timeline.measure.forecast.outlook import ClearanceDay, Outlook, ScenarioOutlook, main_outlook
from ehcp_timeline.measure.forecast.present import WorkOrder
from ehcp_timeline.measure.forecast.request import EVERY_TEAM, OBSERVED, ForecastRequest, WhatIf
from ehcp_timeline.measure.forecast.reviews import ReviewOutlook
from ehcp_timeline.measure.forecast.target import CapacityNeeded, TargetAnswer
from ehcp_timeline.measure.forecast.weeks import YEAR, after_weeks
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
        return _stays_words(answer, now, outlook)
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
    end = day(horizon(answer))
    if answer.pace_changes:
        return f"and at the pace of a time in which the pace moved, it is not clear by {end}"
    none = f"it is clear by {end} in none of {answer.runs:,} simulated futures"
    last = outlook.path[-1].overdue_p50 if outlook.path else None
    if answer.horizon_weeks < YEAR or last is None:
        return none
    if last < now.overdue:
        return f"{none}; about {last:,} are still overdue then"
    return f"the backlog never clears at this rate: {none}, and about {last:,} are overdue then"


def _stays_words(answer: ForecastAnswer, now: WorkInHand, outlook: Outlook) -> str:
    clear = "There is no backlog now."
    if now.overdue:
        clear = f"That counts as clear now: clear means no more than {answer.clear_at:,} overdue."
    ahead = [quarter for quarter in outlook.quarters[:4] if quarter.overdue_p85 is not None]
    if not ahead:
        return clear
    half, most = (
        f"{number:,} at most" if number else "none"
        for number in (ahead[-1].overdue_p50, ahead[-1].overdue_p85)
    )
    return (
        f"{clear} {ORDER_WORDS[outlook.policy]}, at the end of {ahead[-1].quarter} {half} are overdue in "
        f"half of {answer.runs:,} simulated futures, and {most} in 85 of 100."
    )


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
    dates = (("half of all runs", clear.p50), ("85 of 100", clear.p85), ("95 of 100", clear.p95))
    words = [f"{share} are clear by {day(when)}" for share, when in dates if when is not None]
    if clear.never_share >= _RARELY:
        never = f"{100 * clear.never_share:.0f} of 100 runs"
        words.append(f"{never} are not clear within the weeks looked at")
    return listed(words)
