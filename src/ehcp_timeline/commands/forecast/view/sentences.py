"""A forecast in sentences that a councillor can read aloud: when it is clear, and what would change that."""

from collections.abc import Iterator
from datetime import date

from ehcp_timeline.commands.forecast.forecast import Forecast, TargetAnswer
from ehcp_timeline.commands.forecast.model.arrays import after_weeks
from ehcp_timeline.commands.forecast.model.policy import WorkOrder
from ehcp_timeline.commands.forecast.model.stages import SeasonLine, StageLine
from ehcp_timeline.commands.forecast.model.timetable import WHOLE
from ehcp_timeline.commands.forecast.question import ForecastRequest
from ehcp_timeline.commands.forecast.results.outlook import ClearanceDay, Outlook
from ehcp_timeline.commands.forecast.results.reviews import ReviewOutlook
from ehcp_timeline.commands.forecast.results.target import Needed, reviews_needed
from ehcp_timeline.text.words import count, day, listed

WHY_APART = (
    "The orders pull apart because a week has only so many places. Oldest first empties the overdue list "
    "soonest and issues late plans while it does. In time first keeps new families inside twenty weeks and "
    "leaves the overdue ones what is over. Whom a council owes first is no question of arithmetic; none is "
    "recommended here."
)
STAGE_WORDS = {
    "decision": "request to decision",
    "advice": "decision to advice",
    "draft": "advice to draft",
    "final": "draft to plan",
    WHOLE: "to the plan",
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
_YEAR = 52
_NEVER, _RARELY = 0.9995, 0.005


def headline(found: Forecast) -> Iterator[str]:
    """Yield the answer: what is open and overdue, and when it is clear."""
    now, asked = found.now, found.asked
    yield _open_words(len(now.standing.place), now.standing.overdue, asked.as_at)
    if found.left_out:
        yield (
            f"{count(found.left_out, 'assessment')} {_are(found.left_out)} left out: the file does not date "
            "what came or went; `ehcp check` says which."
        )
    if found.newest is not None and (weeks := (asked.as_at - found.newest).days // 7) >= _OLD_WEEKS:
        yield (
            f"Nothing in the file is newer than {day(found.newest)}, {weeks} weeks before: if it was saved "
            "then, what was done since is missing, and the pace looks slower than it is."
        )
    if found.too_little:
        yield f"No forecast: {found.too_little}."
        return
    chosen = next((outlook for outlook in found.outlooks if outlook.policy == "observed"), found.outlooks[0])
    answer = _answer(found, chosen)
    yield f"With the change, {answer[0].lower()}{answer[1:]}" if asked.what_if.changed else answer


def _open_words(open_: int, overdue: int, as_at: date) -> str:
    """Return how many are open and overdue on a day.

    >>> _open_words(1, 1, date(2025, 6, 1)), _open_words(0, 0, date(2025, 6, 1))
    ('On 1 June 2025 1 assessment is open, and overdue.', 'On 1 June 2025 no assessment is open.')
    """
    if not open_:
        return f"On {day(as_at)} no assessment is open."
    late = f"{overdue:,} of them overdue" if overdue else "none overdue"
    words = f"On {day(as_at)} {count(open_, 'assessment')} {_are(open_)} open"
    return f"{words}, and overdue." if open_ == overdue == 1 else f"{words}, {late}."


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _answer(found: Forecast, chosen: Outlook) -> str:
    """Return in one sentence when the backlog clears under one order of work."""
    if found.now.standing.overdue <= found.clear_at:
        return _stays_words(found, chosen)
    clear, end = chosen.clearance, day(_end(found))
    who, futures = _ORDER_WORDS[chosen.policy], f"{found.asked.runs:,} simulated futures"
    if clear.never_share >= _NEVER:
        return f"{who}, {_never_words(found, chosen, f'it is clear by {end} in none of {futures}')}"
    never = f"{100 * clear.never_share:.0f} of 100"
    if clear.p50 is None:
        return f"{who}, it is most likely not clear by {end}: it is not in {never} simulated futures."
    half = f"{who}, it is clear by {day(clear.p50)} in half of {futures}"
    if clear.p85 is None:
        return f"{half}; by {end} it is still not in {never}."
    return f"{half}, and by {day(clear.p85)} in 85 of 100."


def _never_words(found: Forecast, chosen: Outlook, in_none: str) -> str:
    """Return that it is not clear in any run: `never` only where it grows, or stands still, for a year."""
    overdue = found.now.standing.overdue
    last = chosen.path[-1].overdue_p50 if chosen.path else None
    if found.asked.weeks < _YEAR or last is None:
        return f"{in_none}."
    if last < overdue:
        return f"{in_none}; {last:,} are still overdue then in the middle one."
    return f"the backlog never clears at this rate: {in_none}, and {last:,} are overdue then."


def _end(found: Forecast) -> date:
    return after_weeks(found.asked.as_at, found.asked.weeks)


def _in_100(share: float) -> str:
    return f"{100 * share:.0f} of 100 runs"


def _stays_words(found: Forecast, chosen: Outlook) -> str:
    """Return what becomes of a backlog that is clear now."""
    clear = (
        "There is no backlog now."
        if not found.now.standing.overdue
        else f"That counts as clear now: clear means no more than {found.clear_at:,} overdue."
    )
    ahead = [quarter for quarter in chosen.quarters if quarter.overdue_p85 is not None]
    if not ahead:
        return clear
    last = ahead[min(3, len(ahead) - 1)]
    return (
        f"{clear} {_ORDER_WORDS[chosen.policy]}, {last.overdue_p50:,} or fewer are overdue in half of "
        f"{found.asked.runs:,} simulated futures at the end of {last.quarter}, and {last.overdue_p85:,} or "
        "fewer in 85 of 100."
    )


def never_note(found: Forecast) -> str:
    """Return what the columns of the clearance dates mean."""
    return (
        f"That share of the runs is clear by that day; never: not by {day(_end(found))}, "
        f"the {found.asked.weeks} weeks looked at."
    )


def change_sentences(found: Forecast, stages: tuple[StageLine, ...]) -> Iterator[str]:
    """Yield what would change the answer."""
    now = found.now
    yield from _narrowest_words(next(stage for stage in stages if stage.narrowest), now.past.weeks)
    if now.unavoidable > max(1, found.clear_at):
        where = now.past.stages[now.narrowest].name
        yield (
            f"Even if nobody waited at {where}, the time that the other stages take would keep about "
            f"{now.unavoidable:.0f} overdue: more hands at {where} alone do not clear them. --full shows how "
            "long each stage takes."
        )
    if found.target is not None:
        yield from target_words(found.target, changed=found.asked.what_if.changed)


def _narrowest_words(one: StageLine, weeks: int) -> Iterator[str]:
    """Yield where cases wait, and how many a week would keep or shorten the queue there."""
    came, left = one.arrivals_per_week, one.completions_per_week
    rates = f"over the last {weeks} weeks {came:,.1f} a week came to it and {left:,.1f} left it"
    if one.stage == WHOLE:
        yield f"The file has no dates between request and plan, so that is taken as one stage: {rates}."
    else:
        yield f"Cases wait at {one.stage} ({STAGE_WORDS[one.stage]}): {rates}."
    if left < came:
        more = round(came, 1) - round(left, 1)
        yield f"To stand still it must finish {came:,.1f} a week, {more:,.1f} more than it does."
    elif round(left, 1) > round(came, 1):
        more = round(left, 1) - round(came, 1)
        yield f"The {more:,.1f} a week that it finishes beyond what comes are all that shortens its queue."
    if one.relief_capacity is not None and one.target_queue is not None and one.relief_capacity > left:
        yield (
            f"{one.relief_capacity:,.1f} a week would bring the {one.waiting:,} that wait there down to "
            f"{one.target_queue:,.0f}, a queue with which the timetable can be kept, in 26 weeks."
        )


def target_words(target: TargetAnswer, *, changed: bool) -> Iterator[str]:
    """Yield what a target date takes."""
    yield (
        f"To be clear by {day(target.date)} the overdue cases must fall by {target.needed_per_week:,.1f} a "
        "week, after all that become overdue meanwhile."
    )
    if target.needed:
        told = [_needed_words(one, target.capacity, changed=changed) for one in target.needed]
        if len(set(told)) == 1 and len(told) > 1:
            yield f"Whatever the order of work, {told[0]}."
        else:
            for one, words in zip(target.needed, told, strict=True):
                yield f"{one.policy.replace('-', ' ').capitalize()}: {words}."


def _needed_words(one: Needed, pace: float, *, changed: bool) -> str:
    """Return how many a week the narrowest stage must finish for a target."""
    if one.more_p50 is None:
        return "no number of hands at this stage alone makes half of all runs clear by then"
    if one.more_p50 == 0 and one.more_p85 == 0:
        now = "the change is enough" if changed else f"the {pace:,.1f} a week that it finishes now are enough"
        return f"{now} in 85 of 100 runs"
    half, most = (_more_words(more, pace, changed=changed) for more in (one.more_p50, one.more_p85))
    if one.more_p85 is None:
        return f"{half} make half of all runs clear by then; no number makes 85 of 100"
    return f"{half} make half of all runs clear by then, and {most} 85 of 100"


def _more_words(more: int | None, pace: float, *, changed: bool) -> str:
    """Return so many cases a week more than now, or than with the change."""
    return (
        f"{more or 0} a week more than the change"
        if changed
        else f"{pace + (more or 0):,.1f} a week ({more or 0:+d})"
    )


def basis_sentences(found: Forecast) -> Iterator[str]:
    """Yield what the answer rests on: the weeks behind, the order observed, the seasons."""
    past = found.now.past
    yield (
        f"Over the last {past.weeks} weeks {past.requests.mean():.1f} requests a week came in and "
        f"{past.closed.mean():.1f} assessments were closed, {past.issued.mean():.1f} of them by a plan."
    )
    if found.checked is not None and found.checked.overdue_plans:
        yield f"A straight line, as `ehcp check` draws it: {_lower(found.checked.sentence)}"
        yield (
            f"That line takes {found.checked.weeks} weeks for the whole future, without chance, seasons, the "
            "order of work and what is in the pipeline; "
            f"--history {found.checked.weeks} looks back as far as it does."
        )
    for outlook in found.outlooks:
        if outlook.policy in ("observed", "split"):
            yield f"{outlook.policy.capitalize()}: {order_words(outlook.order)}."
    if found.seasons:
        yield season_words(found.seasons)
    if found.clear_at:
        yield (
            f"Clear means no more than {found.clear_at:,} overdue, those that chance leaves; "
            "--clear-at sets another number."
            if found.asked.clear_at is None
            else f"Clear means no more than {found.clear_at:,} overdue, as asked."
        )


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


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
    told = [f"{100 * share:.0f} {words}" for share, words in shares if share >= _RARELY]
    return f"of 100 places {listed([told[0].replace(' to ', ' go to ', 1), *told[1:]])}"


def season_words(seasons: tuple[SeasonLine, ...]) -> str:
    """Return how unlike others some weeks are."""
    told = [
        f"{_SEASON_WORDS[season.kind]} {100 * season.requests:.0f}% of an ordinary week's requests and "
        f"{100 * season.completions:.0f}% of its work ({count(season.weeks_seen, 'week')} seen)"
        for season in seasons
        if season.weeks_seen
    ]
    unseen = [_SEASON_WORDS[season.kind] for season in seasons if not season.weeks_seen]
    none = f"no week seen {listed(unseen, 'or')}, so that is taken as ordinary" if unseen else ""
    return f"Seasons: {'; '.join([*told, *([none] if none else [])])}."


def review_sentences(found: ReviewOutlook, asked: ForecastRequest) -> Iterator[str]:
    """Yield when overdue reviews clear, and what the target date takes."""
    yield (
        f"{found.overdue:,} of {count(found.open, 'review')} {_are(found.overdue)} overdue. "
        f"{found.due_per_week:.1f} a week fall due over the coming year and {found.done_per_week:.1f} a week "
        f"were decided over the last {found.weeks} weeks; each one decided falls due again in twelve months."
    )
    if asked.target is not None and found.overdue:
        needed = reviews_needed(found.overdue, found.due_per_week, asked.as_at, asked.target)
        yield (
            f"To be clear by {day(asked.target)} at least {needed:,.1f} a week must be decided: those "
            "that are overdue, and those that fall due meanwhile."
        )
    told = {policy: _clear_words(one) for policy, one in found.clearance.items()}
    if len(set(told.values())) == 1:
        yield f"Whatever the order of work: {next(iter(told.values()))}."
        return
    for policy, words in told.items():
        yield f"{policy.replace('-', ' ').capitalize()}: {words}."


def _clear_words(found: ClearanceDay) -> str:
    """Return when a backlog clears, percentile by percentile."""
    if found.never_share >= _NEVER:
        return "not clear within the weeks looked at in any run"
    dates = (("half of all runs", found.p50), ("85 of 100", found.p85), ("95 of 100", found.p95))
    told = [f"{share} are clear by {day(when)}" for share, when in dates if when is not None]
    never = f"{_in_100(found.never_share)} are not clear within the weeks looked at"
    return listed([*told, *([never] if found.never_share >= _RARELY else [])])
