"""A forecast in sentences that a councillor can read aloud: when it is clear, and what would change that."""

from collections.abc import Iterator, Sequence
from datetime import date

from ehcp_timeline.measure.forecast.answer import ForecastAnswer, WeeksBehind, WorkInHand
from ehcp_timeline.measure.forecast.forecast import main_outlook
from ehcp_timeline.measure.forecast.model.arrays import YEAR, after_weeks
from ehcp_timeline.measure.forecast.model.history import WorkOrder
from ehcp_timeline.measure.forecast.model.stages import SeasonLine, StageLine
from ehcp_timeline.measure.forecast.model.timetable import WHOLE
from ehcp_timeline.measure.forecast.request import ForecastRequest
from ehcp_timeline.measure.forecast.results.outlook import ClearanceDay, Outlook
from ehcp_timeline.measure.forecast.results.reviews import ReviewOutlook
from ehcp_timeline.measure.forecast.results.target import CapacityNeeded, TargetAnswer
from ehcp_timeline.text.words import count, day, listed

WHY_APART = (
    "The orders pull apart because a week has only so many places. Oldest first empties the overdue list "
    "soonest and issues late plans while it does. In time first keeps new families inside twenty weeks and "
    "leaves the rest to the overdue ones. Arithmetic cannot say which family comes first, so no order is "
    "recommended."
)
_STAGE_WORDS = {
    "decision": "request to decision",
    "advice": "decision to advice",
    "draft": "advice to draft",
    "final": "draft to plan",
}
_ORDER_WORDS = {
    "observed": "As cases are taken now",
    "oldest-first": "Oldest first",
    "in-time-first": "In time first",
    "split": "Split",
}
_SEASON_WORDS = {
    "august": "in August", "christmas": "at Christmas", "school holiday": "in the school holidays",
}  # fmt: skip
_OLD_WEEKS = 4
_NEVER, _RARELY = 0.9995, 0.005


def headline(answer: ForecastAnswer, now: WorkInHand) -> Iterator[str]:
    """Yield the answer: what is open and overdue, and when it is clear."""
    yield _open_words(now.open, now.overdue, answer.as_at, now.excused)
    if now.left_out:
        yield (
            f"{count(now.left_out, 'assessment')} {_are(now.left_out)} left out: the file does not date "
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


def _open_words(open_: int, overdue: int, as_at: date, excused: int = 0) -> str:
    """Return how many are open and overdue on a day.

    >>> _open_words(1, 1, date(2025, 6, 1)), _open_words(0, 0, date(2025, 6, 1))
    ('On 1 June 2025 1 assessment is open, and overdue.', 'On 1 June 2025 no assessment is open.')
    """
    if not open_:
        return f"On {day(as_at)} no assessment is open."
    words = f"On {day(as_at)} {count(open_, 'assessment')} {_are(open_)} open"
    if open_ == overdue == 1:
        return f"{words}, and overdue."
    more = f"; {excused:,} more {_are(excused)} past the day with a recorded exception" if excused else ""
    return f"{words}, {f'{overdue:,} of them' if overdue else 'none'} overdue{more}."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _answer_words(answer: ForecastAnswer, now: WorkInHand, outlook: Outlook) -> str:
    """Return in one sentence when the backlog clears under one order of work."""
    if now.floor_limits:
        return _floor_words(answer, now, outlook)
    if now.overdue <= answer.clear_at:
        return _stays_words(answer, now, outlook)
    clear, end = outlook.clearance, day(horizon(answer))
    who, futures = _ORDER_WORDS[outlook.policy], f"{answer.runs:,} simulated futures"
    never = f"{100 * clear.never_share:.0f} of 100"
    if clear.never_share >= _NEVER:
        words, after = f"it is clear by {end} in none of {futures}", ""
        last = outlook.path[-1].overdue_p50 if outlook.path else None
        # `never` is said only where it grows, or stands still, for a year
        if answer.horizon_weeks >= YEAR and last is not None and last < now.overdue:
            after = f"; {last:,} are still overdue then in the middle one"
        elif answer.horizon_weeks >= YEAR and last is not None:
            words = f"the backlog never clears at this rate: {words}"
            after = f", and {last:,} are overdue then"
        return f"{who}, {words}{after}."
    if clear.p50 is None:
        return f"{who}, it will probably not be clear by {end}: {never} simulated futures say not."
    half = f"{who}, it is clear by {day(clear.p50)} in half of {futures}"
    if clear.p85 is None:
        return f"{half}; by {end} it is still not in {never}."
    return f"{half}, and by {day(clear.p85)} in 85 of 100."


def _floor_words(answer: ForecastAnswer, now: WorkInHand, outlook: Outlook) -> str:
    """Return the answer where the other stages keep cases overdue, whoever is hired at the narrowest."""
    stay = f"about {now.unavoidable:,.0f} stay overdue because of the other stages"
    alone = f"Recruiting at {now.narrowest} alone cannot clear it: {stay}."
    if outlook.clearance.p50 is None or now.overdue <= answer.clear_at:
        return alone
    who, fewer = _ORDER_WORDS[outlook.policy], f"{answer.clear_at:,} overdue or fewer"
    half = f"{day(outlook.clearance.p50)} in half of {answer.runs:,} simulated futures"
    return f"{who}, it is down to {fewer} by {half}. {alone}"


def horizon(answer: ForecastAnswer) -> date:
    """Return the last day that is looked at."""
    return after_weeks(answer.as_at, answer.horizon_weeks)


def _stays_words(answer: ForecastAnswer, now: WorkInHand, outlook: Outlook) -> str:
    """Return what becomes of a backlog that is clear now."""
    clear = "There is no backlog now."
    if now.overdue:
        clear = f"That counts as clear now: clear means no more than {answer.clear_at:,} overdue."
    ahead = [quarter for quarter in outlook.quarters if quarter.overdue_p85 is not None]
    if not ahead:
        return clear
    last = ahead[:4][-1]
    return (
        f"{clear} {_ORDER_WORDS[outlook.policy]}, {last.overdue_p50:,} or fewer are overdue in half of "
        f"{answer.runs:,} simulated futures at the end of {last.quarter}, and {last.overdue_p85:,} or "
        "fewer in 85 of 100."
    )


def change_sentences(answer: ForecastAnswer, past: WeeksBehind) -> Iterator[str]:
    """Yield what would change the answer."""
    narrowest = next(stage for stage in answer.stages if stage.narrowest)
    yield from _narrowest_words(narrowest, past.weeks)
    if answer.target is not None:
        yield from target_words(answer.target, changed=answer.what_if.changed)


def _narrowest_words(stage: StageLine, weeks: int) -> Iterator[str]:
    """Yield where cases wait, and how many a week would keep or shorten the queue there."""
    came, left = stage.arrivals_per_week, stage.completions_per_week
    rates = f"over the last {weeks} weeks {came:,.1f} a week came to it and {left:,.1f} left it"
    if stage.stage == WHOLE:
        yield f"The file has no dates between request and plan, so that is taken as one stage: {rates}."
    else:
        yield f"Cases wait at {stage.stage} ({_STAGE_WORDS[stage.stage]}): {rates}."
    more = round(came, 1) - round(left, 1)
    if more >= 0.1:
        yield f"To stand still it must finish {came:,.1f} a week, {more:,.1f} more than it does."
    elif more <= -0.1:
        yield f"The {-more:,.1f} a week that it finishes beyond what comes are all that shortens its queue."
    if stage.relief_capacity is not None and stage.target_queue is not None and stage.relief_capacity > left:
        yield (
            f"{stage.relief_capacity:,.1f} a week would bring the {stage.waiting:,} that wait there down to "
            f"{stage.target_queue:,.0f}, a queue with which the timetable can be kept, in 26 weeks."
        )


def target_words(target: TargetAnswer, *, changed: bool) -> Iterator[str]:
    """Yield what a target date takes."""
    yield (
        f"To be clear by {day(target.date)} the overdue cases must fall by {target.needed_per_week:,.1f} a "
        "week, after all that become overdue meanwhile."
    )
    words = {needed.policy: _needed_words(needed, changed=changed) for needed in target.policies}
    if len(words) > 1 and len(set(words.values())) == 1:
        yield f"Whatever the order of work, {words.popitem()[1]}."
        return
    for policy, takes in words.items():
        yield f"{policy.replace('-', ' ').capitalize()}: {takes}."


def _needed_words(needed: CapacityNeeded, *, changed: bool) -> str:
    """Return how many a week the narrowest stage must finish for a target."""
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


def basis_sentences(answer: ForecastAnswer, past: WeeksBehind, asked: ForecastRequest) -> Iterator[str]:
    """Yield what the answer rests on: the weeks behind, the order observed, the seasons."""
    yield (
        f"Over the last {past.weeks} weeks {past.requests_per_week:.1f} requests a week came in and "
        f"{past.closed_per_week:.1f} assessments were closed, {past.issued_per_week:.1f} of them by a plan."
    )
    if past.checked is not None and past.checked.overdue_plans:
        line = past.checked.sentence.replace("; a straight line, see `ehcp forecast`", "")
        yield f"A straight line, as `ehcp check` draws it: {_lower(line)}"
        yield (
            f"That line takes {past.checked.weeks} weeks for the whole future, without chance, seasons, the "
            "order of work and what is in the pipeline; "
            f"--history {past.checked.weeks} looks back as far as it does."
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
            f"Clear means no more than {answer.clear_at:,} overdue, those that chance leaves; "
            "--clear-at sets another number."
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
    yield (
        f"{reviews.overdue:,} of {count(reviews.open, 'review')} {_are(reviews.overdue)} overdue. "
        f"{reviews.due_per_week:.1f} a week fall due over the coming year and {reviews.done_per_week:.1f} a "
        f"week were decided over the last {reviews.weeks} weeks; each one decided falls due again in twelve "
        "months."
    )
    if target is not None and reviews.overdue:
        yield (
            f"To be clear by {day(target.date)} at least {target.reviews_per_week:,.1f} a week must be "
            "decided: those that are overdue, and those that fall due meanwhile."
        )
    words = {policy: _clear_words(clear) for policy, clear in reviews.clearance.items()}
    if len(set(words.values())) == 1:
        yield f"Whatever the order of work: {words.popitem()[1]}."
        return
    for policy, clear in words.items():
        yield f"{policy.replace('-', ' ').capitalize()}: {clear}."


def _clear_words(clear: ClearanceDay) -> str:
    """Return when a backlog clears, percentile by percentile."""
    if clear.never_share >= _NEVER:
        return "not clear within the weeks looked at in any run"
    dates = (("half of all runs", clear.p50), ("85 of 100", clear.p85), ("95 of 100", clear.p95))
    words = [f"{share} are clear by {day(when)}" for share, when in dates if when is not None]
    if clear.never_share >= _RARELY:
        never = f"{100 * clear.never_share:.0f} of 100 runs"
        words.append(f"{never} are not clear within the weeks looked at")
    return listed(words)
