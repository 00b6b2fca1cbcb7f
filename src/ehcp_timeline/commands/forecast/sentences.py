"""A forecast in sentences that a councillor can repeat: when it is clear, what would change it, how sure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from string import Formatter
from typing import Any

from ehcp_timeline.inputs import shipped
from ehcp_timeline.measure.forecast import counts
from ehcp_timeline.measure.forecast.behind import SeasonLine
from ehcp_timeline.measure.forecast.caseload import WHOLE
from ehcp_timeline.measure.forecast.days import YEAR, after_weeks
from ehcp_timeline.measure.forecast.forecast import (
    CapacityNeeded,
    ForecastAnswer,
    TargetAnswer,
    WeeksBehind,
    WorkInHand,
)
from ehcp_timeline.measure.forecast.outlook import ClearanceDay, Outlook, ScenarioOutlook, main_outlook
from ehcp_timeline.measure.forecast.pace import RECENT_WEEKS, REQUESTS, PaceChange
from ehcp_timeline.measure.forecast.present import WorkOrder
from ehcp_timeline.measure.forecast.request import EVERY_TEAM, OBSERVED, ForecastRequest, WhatIf
from ehcp_timeline.measure.forecast.reviews import ReviewOutlook
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.text import count, day, listed

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
_CHANGES = ("capacity", "psychologists", "requests", "shrinkage", "catch_up")
_OLD_WEEKS = 4
_NEVER, _RARELY = 0.9995, 0.005
_PAIRS_SHOWN = 12


@cache
def templates() -> Mapping[str, str]:
    """Return every sentence by its name."""
    return shipped("commands/forecast/sentences.toml")


class _Template(Formatter):
    """Fills a sentence from records and named values: days in prose, numbers as they are read out."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Return a named value, or the field of the first record that has it."""
        if key in kwargs:
            return kwargs[str(key)]
        return next(getattr(part, str(key)) for part in args if hasattr(part, str(key)))

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - as Formatter has it
        """Return a value in words; whole numbers without a format have separators."""
        if format_spec == "%":
            return f"{100 * value:.0f}"
        if isinstance(value, date):
            return day(value)
        if len(format_spec) > 1 and format_spec[0].isalpha():
            return count(value, *format_spec.split("|"))
        return format(value, format_spec or ("," if isinstance(value, int) else ""))


def say(name: str, /, *records: object, **fields: object) -> str:
    """Return a sentence: its fields are those of the records, the first that has one, or given here.

    >>> say("counted_old", weeks=1, as_at=date(2025, 6, 1)), say("rose_often", many=1200, of=1500)[:14]
    ('; that is 1 week before 1 June 2025', 'In 1,200 of 1,')
    """
    return _Template().vformat(templates()[name], records, fields)


def headline(answer: ForecastAnswer, now: WorkInHand) -> Iterator[str]:
    """Yield the answer: what is open and overdue, and when it is clear."""
    if not now.open:
        yield say("none_open", answer)
    elif now.open == now.overdue == 1:
        yield say("one_open", answer)
    else:
        late = f"{now.overdue:,} of them" if now.overdue else "none"
        yield say("open", answer, now, late=late, excused=say("excused", now) if now.excused else "")
    if now.left_out:
        yield say("left_out", now)
    if now.newest is not None and (weeks := (answer.as_at - now.newest).days // 7) >= _OLD_WEEKS:
        yield say("old_file", now, weeks=weeks)
    if now.too_little:
        yield say("no_forecast", now)
        return
    words = _answer_words(answer, now, main_outlook(answer.policies))
    yield f"With the change, {_lower(words)}" if answer.what_if.changed else words


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _answer_words(answer: ForecastAnswer, now: WorkInHand, outlook: Outlook) -> str:
    clear, who, is_clear = outlook.clearance, ORDER_WORDS[outlook.policy], now.overdue <= answer.clear_at
    known: dict[str, Any] = {"who": who, "end": horizon(answer)}
    if now.floor_limits:  # the other stages keep cases overdue, whoever is hired at the narrowest
        alone = say("floor", now)
        return (
            alone if clear.p50 is None or is_clear else say("floor_half", answer, clear, who=who, alone=alone)
        )
    if is_clear:
        says = say("clear_now", answer) if now.overdue else say("no_backlog")
        for ahead in [quarter for quarter in outlook.quarters[:4] if quarter.overdue_p85 is not None][-1:]:
            half, most = (
                f"{number:,} at most" if number else "none"
                for number in (ahead.overdue_p50, ahead.overdue_p85)
            )
            says = say("year_ahead", answer, ahead, says=says, who=who, half=half, most=most)
        return says
    if clear.never_share < _NEVER:
        name = "not_likely" if clear.p50 is None else "clear_p85" if clear.p85 else "clear_half"
        return say(name, answer, clear, **known)
    # clear in no run; `never` only where it does not fall for a year
    last = outlook.path[-1].overdue_p50 if outlook.path else None
    if answer.pace_changes:
        name = "never_moved"
    elif answer.horizon_weeks < YEAR or last is None:
        name = "none_clear"
    else:
        name = "none_clear_falling" if last < now.overdue else "never_clears"
    return say(name, answer, last=last, **known)


def horizon(answer: ForecastAnswer) -> date:
    """Return the last day that is looked at."""
    return after_weeks(answer.as_at, answer.horizon_weeks)


def what_if_sentences(change: WhatIf) -> tuple[str, ...]:
    """Return what was changed."""
    begins = f" from {day(change.since)}" if change.since else ""
    return tuple(say(what, change, begins=begins) for what in _CHANGES if getattr(change, what))


def scenario_words(line: ScenarioOutlook) -> Iterator[str]:
    """Yield what a scenario changes."""
    for team, percent in line.asked.vacancies:
        posts = "all posts" if team == EVERY_TEAM else f"the posts of {team}"
        yield say("vacant", percent=percent, posts=posts)
    yield from what_if_sentences(line.asked)
    if line.asked.policy != OBSERVED:
        yield ORDER_WORDS[line.asked.policy].lower()


def change_sentences(answer: ForecastAnswer, past: WeeksBehind) -> Iterator[str]:
    """Yield what would change the answer: what keeps or shortens the queue, and what the target takes."""
    stage = next(stage for stage in answer.stages if stage.narrowest)
    came, left = stage.arrivals_per_week, stage.completions_per_week
    name = "one_stage" if stage.stage == WHOLE else "waits_at"
    yield say(name, stage, past, words=STAGE_WORDS[stage.stage])
    more = round(round(came, 1) - round(left, 1), 1)
    if more:
        yield say("stand_still" if more > 0 else "shortens", stage, more=abs(more))
    if stage.relief_capacity is not None and stage.target_queue is not None and stage.relief_capacity > left:
        yield say("relief", stage)
    if answer.target is not None:
        # what the other stages keep overdue no hands at this one can clear
        floor = answer.clear_at if answer.now is not None and answer.now.floor_limits else None
        yield from target_words(answer.target, changed=answer.what_if.changed, floor=floor)


def target_words(target: TargetAnswer, *, changed: bool, floor: int | None = None) -> Iterator[str]:
    """Yield what a target date takes: to be clear, or to be down to what the other stages keep overdue."""
    way = (
        {"make": "make", "goal": "clear"}
        if floor is None
        else {"make": "bring", "goal": f"down to {floor:,}"}
    )
    yield say("target", target, **way)
    words = {need.policy: _needed_words(need, way, changed=changed) for need in target.policies}
    yield from _by_order(words, ",")


def _by_order(words: dict[str, str], after_all: str) -> Iterator[str]:
    """Yield what is said of each order of work, once where it is the same of all."""
    if len(words) > 1 and len(set(words.values())) == 1:
        yield f"Whatever the order of work{after_all} {words.popitem()[1]}."
        return
    for policy, says in words.items():
        yield f"{policy.replace('-', ' ').capitalize()}: {says}."


def _needed_words(needed: CapacityNeeded, way: Mapping[str, str], *, changed: bool) -> str:
    if needed.more_p50 is None:
        return say("no_number", **way)
    if needed.more_p50 == needed.more_p85 == 0:
        return say("change_enough" if changed else "enough", needed)
    half, most = (
        f"{more} a week more than the change" if changed else f"{capacity:,.1f} a week ({more:+d})"
        for more, capacity in (
            (needed.more_p50, needed.capacity_p50 or 0.0),
            (needed.more_p85 or 0, needed.capacity_p85 or 0.0),
        )
    )
    return say("half_only" if needed.more_p85 is None else "half_and_most", half=half, most=most, **way)


def sure_sentences(answer: ForecastAnswer, past: WeeksBehind) -> Iterator[str]:
    """Yield how far to trust the answer: what moved, how past forecasts did, why a straight line differs."""
    yield from map(pace_words, answer.pace_changes)
    if answer.pace_changes:
        yield say("no_guide", past, recent=RECENT_WEEKS)
    if answer.track_record is not None:
        yield say("track_record", answer.track_record)
    if past.checked is not None and past.checked.overdue_plans:
        line = past.checked.sentence.replace("; a straight line, see `ehcp forecast`", "")
        yield say("line", sentence=_lower(line))
        yield say("line_weeks", past.checked)


def pace_words(change: PaceChange) -> str:
    """Return what moved in the weeks behind."""
    moved = "requests came" if change.what == REQUESTS else f"left {change.what} ({STAGE_WORDS[change.what]})"
    return say(f"pace_{change.kind}", change, moved=moved)


def basis_sentences(answer: ForecastAnswer, past: WeeksBehind, asked: ForecastRequest) -> Iterator[str]:
    """Yield what the answer rests on: the weeks behind, the order observed, the seasons."""
    yield say("rates", past)
    for outlook in answer.policies:
        if outlook.policy in ("observed", "split"):
            yield f"{outlook.policy.capitalize()}: {order_words(outlook.order)}."
    if past.seasons:
        yield season_words(past.seasons)
    if answer.clear_at:
        yield say("clear_left" if asked.clear_at is None else "clear_asked", answer)
    if len(answer.policies) > 1:
        yield say("why_apart")


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
    words = [say("season", line, name=_SEASON_WORDS[line.kind]) for line in seasons if line.weeks_seen]
    unseen = [_SEASON_WORDS[line.kind] for line in seasons if not line.weeks_seen]
    if unseen:
        words.append(say("unseen", names=listed(unseen, "or")))
    return f"Seasons: {'; '.join(words)}."


def review_sentences(reviews: ReviewOutlook, target: TargetAnswer | None) -> Iterator[str]:
    """Yield when overdue reviews clear, and what the target date takes."""
    yield say("reviews", reviews, are="is" if reviews.overdue == 1 else "are")
    if target is not None and reviews.overdue:
        yield say("reviews_target", target)
    not_clear = "runs are not clear within the weeks looked at"
    words = {
        name: say("reviews_never")
        if clear.never_share >= _NEVER
        else _dates_words(clear, "half of all runs", "are clear by", not_clear)
        for name, clear in reviews.clearance.items()
    }
    yield from _by_order(words, ":")


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
                "from": pair.first,
                "to": pair.last,
                "first": pair.first_count,
                "last": pair.last_count,
                "weeks": f"{pair.weeks:.1f}",
                "a week": f"{pair.per_week:+,.1f}",
                "clear on": pair.clear_on or "never",
            }
            for pair in (*taken.pairs[-_PAIRS_SHOWN:], *_whole(taken))
        ]
        more = (say("earlier_pairs", earlier=earlier),) if earlier > 0 else ()
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
    last, target, came = taken.counts[-1], answer.target, taken.arrivals_per_week
    weeks = (answer.as_at - last.day).days // 7
    old = say("counted_old", answer, weeks=weeks) if weeks >= _OLD_WEEKS else ""
    yield say("counted", last, were="was" if last.count == 1 else "were", old=old)
    if not taken.pairs:
        yield say("two_counts")
    elif last.count == 0:
        yield say("is_clear")
    else:
        yield from _line_words(answer, taken)
    if target is not None and last.count == 0:
        yield say("nothing_left", target)
    elif target is not None:
        yield say("must_fall", target, last, beside=_beside(target.needed_per_week, taken))
        if came is not None:
            yield say("to_be_done", taken, done=target.needed_per_week + came)


def _line_words(answer: ForecastAnswer, taken: counts.CountsTaken) -> Iterator[str]:
    named = (("since_before", taken.pairs[-1]), *(("since_first", pair) for pair in _whole(taken)))
    for name, pair in named:
        yield say(name, pair, moved=moved_words(pair), then=_then(pair, answer.as_at))
    rising = [pair for pair in taken.pairs[:-1] if pair.per_week >= 0]
    if len(rising) == 1:
        yield say("rose_once", rising[0], moved=moved_words(rising[0]))
    elif rising:
        yield say("rose_often", many=len(rising), of=len(taken.pairs))
    ends = {counts.clear_on(taken.counts[-1], -pair.per_week) for pair in (*taken.pairs, *_whole(taken))}
    dates = sorted(end for end in ends if end is not None)
    if len(dates) > 1:
        never = ", or never" if None in ends else ""
        yield say("anything", first=dates[0], last=dates[-1], never=never)
    clear = answer.clearance
    if clear is not None and clear.never_share >= 1:
        yield say("drawn_never", answer)
    elif clear is not None:
        words = _dates_words(clear, "half", "by", f"not within {answer.horizon_weeks} weeks")
        yield say("drawn", dates=words)


def moved_words(pair: counts.CountPair) -> str:
    """Return how a count moved between two days."""
    change = pair.last_count - pair.first_count
    name = "rose" if change > 0 else "fell" if change else "not_moved"
    return say(name, pair, change=abs(change), pace=abs(pair.per_week))


def _then(pair: counts.CountPair, as_at: date) -> str:
    if pair.clear_on is None:
        return say("then_far" if pair.per_week < 0 else "then_never", years=counts.FARTHEST_YEARS)
    return say("then_was" if pair.clear_on <= as_at else "then_is", pair)


def _beside(needed: float, taken: counts.CountsTaken) -> str:
    paces = [
        *((pair.per_week, "between the last two counts") for pair in taken.pairs[-1:]),
        *((pair.per_week, "since the first count") for pair in _whole(taken)),
    ]
    words = [
        say("of_the_pace", needed=-needed / pace, when=when, pace=-pace)
        if pace < 0
        else say("did_not_fall", when=when)
        for pace, when in paces
    ]
    return f": {listed(words)}" if words else ""


def caution_words(answer: ForecastAnswer, taken: counts.CountsTaken) -> Iterator[str]:
    """Yield why a line through two counts misleads, and what these counts say and do not say."""
    for pair in taken.pairs:
        if cases := pair.unexplained:
            yield say("unexplained", pair, cases=abs(cases), way="below" if cases > 0 else "above")
    if taken.arrivals_per_week is not None and taken.completions_per_week is not None:
        more = taken.completions_per_week - taken.arrivals_per_week
        yield say("more_done" if more > 0 else "no_more_done", taken, more=more)
    if taken.pairs:
        yield say("one_line")
    if taken.pairs and answer.clearance is None and taken.counts[-1].count:
        yield say("few_pairs", pairs=len(taken.pairs), least=counts.LEAST_PAIRS)
