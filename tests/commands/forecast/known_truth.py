"""Invented councils whose truth is known: case by case, with rules of their own, not those of the forecast.

Requests come in clumps (a negative binomial), each stage takes a drawn number of days (normal, lognormal), a
plan-writing team finishes so many a week (Poisson) in one of three orders. For years the team is too small;
a year before the day of the forecast it grows. Nothing here is drawn from the model that is being tested:
all that is shared with it is the record `Caseload`, in which a file is read.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from ehcp_timeline.measure.forecast.caseload import Caseload, PipelineStage, Timetable
from ehcp_timeline.measure.forecast.days import NEVER, WEEK, Days, Rates, day_number, day_of

ONE = Timetable((PipelineStage("plan", "", 20, 14),), 20)
FOUR = Timetable(
    (
        PipelineStage("decision", "assess_agreed", 6, 6),
        PipelineStage("advice", "", 6, 6),
        PipelineStage("draft", "draft_sent", 2, 2),
        PipelineStage("final", "", 6, 6),
    ),
    20,
)
KINDS = ("steady", "seasonal", "bumpy", "drifting", "breaking", "school year")
ORDERS = ("oldest", "half in time", "loose")
GROWN_WEEKS = 54
SMALL_WEEKS = 150
YEARS_AFTER = 8
DUE_DAYS = 140
LEAST_DAYS = 98


@dataclass(frozen=True, slots=True)
class Council:
    """One council.

    Attributes:
        kind: One of `KINDS`.
        order: One of `ORDERS`.
        work: Everything that ever happens in it.
        day: The day its forecast stands at, as a day number.
    """

    kind: str
    order: str
    work: Caseload
    day: int


@dataclass(frozen=True, slots=True)
class _Weeks:
    """What each week of a council is like: its first day, requests, and cases that the team can finish."""

    first: Days
    requests: Days
    places: Days


def council(kind: str, timetable: Timetable, seed: int) -> Council:
    """Return a council made from a seed."""
    random = np.random.default_rng([seed, KINDS.index(kind), len(timetable.stages)])
    start = day_number(date(2018, 1, 1)) + WEEK * int(random.integers(0, 300))
    planned = random.uniform(0.55, 0.8) if timetable is FOUR else 1.0
    weeks = _weeks(kind, start, planned, random)
    begun = np.sort(
        np.repeat(weeks.first, weeks.requests) + random.integers(1, 8, int(weeks.requests.sum()))
    ).astype(np.int32)
    order = str(random.choice(ORDERS))
    make = _four_stages if timetable is FOUR else _one_stage
    return Council(kind, order, make(begun, weeks, order, planned, random), start)


def _weeks(kind: str, start: int, planned: float, random: np.random.Generator) -> _Weeks:
    many = GROWN_WEEKS + SMALL_WEEKS + 52 * YEARS_AFTER
    first = (start - WEEK * (GROWN_WEEKS + SMALL_WEEKS) + WEEK * np.arange(many)).astype(np.int32)
    requests, places = _level(kind, first, random)
    plans = random.uniform(8, 40)
    clumps = random.uniform(1.01, 2)
    mean = plans / planned * requests
    came = random.poisson(random.gamma(mean / (clumps - 1)) * (clumps - 1))
    grown = first >= start - WEEK * GROWN_WEEKS
    team = np.where(grown, random.uniform(1.15, 1.45), random.uniform(0.62, 0.74))
    usual = 1.0 if kind == "breaking" else requests.mean() / places.mean()
    done = random.poisson(team * plans * places * usual)
    return _Weeks(first, came.astype(np.int32), done.astype(np.int32))


def _level(kind: str, first: Days, random: np.random.Generator) -> tuple[Rates, Rates]:
    """Return how much of the usual comes, and can be done, in each week."""
    even = np.ones(first.size)
    if kind == "seasonal":
        days = [day_of(int(one)) + timedelta(days=4) for one in first]
        august = np.array([one.month == 8 for one in days])
        feast = np.array([(one.month, one.day) >= (12, 22) or (one.month, one.day) <= (1, 2) for one in days])
        return (
            np.where(august, 0.35, np.where(feast, 0.3, even)),
            np.where(august, 0.7, np.where(feast, 0.2, even)),
        )
    if kind == "school year":  # a fifth more in spring and a fifth less in autumn, no week unlike the next
        year = 1 + 0.2 * np.sin(
            2 * np.pi * (first - first[0] + day_of(int(first[0])).timetuple().tm_yday) / 365
        )
        return year, year
    if kind == "bumpy":
        return _wander(first.size, 0.10, 0.7, random), _wander(first.size, 0.08, 0.7, random)
    if kind == "breaking":  # the team grows by half, or loses a third, once in the last half-year
        broke = first >= first[GROWN_WEEKS + SMALL_WEEKS] - WEEK * int(random.integers(9, 27))
        return even, np.where(broke, random.choice([0.67, 1.5]), even)
    if kind == "drifting":
        return even, _wander(first.size, 0.02, 0.995, random)
    return even, even


def _wander(weeks: int, step: float, keeps: float, random: np.random.Generator) -> Rates:
    """Return a level around 1 that keeps so much of its distance from it from week to week."""
    at = np.zeros(weeks)
    for week, push in enumerate(random.normal(0, step, weeks)[1:], 1):
        at[week] = keeps * at[week - 1] + push
    return np.asarray(np.exp(at - at.var() / 2))


def _one_stage(
    begun: Days, weeks: _Weeks, order: str, planned: float, random: np.random.Generator
) -> Caseload:
    del planned
    done = _served(begun + LEAST_DAYS, begun + DUE_DAYS, weeks, order, 0, random)
    return _work(ONE, begun, done, done < NEVER, done[:, None])


def _four_stages(
    begun: Days, weeks: _Weeks, order: str, planned: float, random: np.random.Generator
) -> Caseload:
    many = begun.size
    goes_on = random.random(many) < planned
    decided = begun + np.clip(random.normal(33, 6, many), 14, 60).astype(np.int32)
    advised = decided + np.clip(random.lognormal(np.log(42), 0.3, many), 21, 150).astype(np.int32)
    takes = np.clip(random.lognormal(np.log(24), 0.25, many), 15, 70).astype(np.int32)
    ready = np.where(goes_on, advised + WEEK, NEVER).astype(np.int32)
    drafted = _served(ready, begun + DUE_DAYS, weeks, order, 21, random)
    issued = np.where(drafted < NEVER, drafted + takes, NEVER)
    done = np.where(goes_on, issued, decided).astype(np.int32)
    gone_on = [np.where(goes_on, one, NEVER) for one in (decided, advised, drafted, issued)]
    return _work(FOUR, begun, done, issued < NEVER, np.stack(gone_on, axis=1).astype(np.int32))


def _work(
    timetable: Timetable, begun: Days, done: Days, issued: npt.NDArray[np.bool_], ends: Days
) -> Caseload:
    due = (begun + DUE_DAYS).astype(np.int32)
    claimed = np.zeros(begun.size, dtype=np.bool_)
    return Caseload(
        date.max,
        timetable,
        begun,
        due,
        done,
        issued,
        ends,
        ends < NEVER,
        claimed,
        claimed,
        exceptions_known=False,
    )


def _served(
    ready: Days, due: Days, weeks: _Weeks, order: str, slack: int, random: np.random.Generator
) -> Days:
    """Return the day on which the team finishes each case, one week after the other."""
    queue = np.argsort(ready, kind="stable")
    opens = ready[queue]
    done = np.full(ready.size, NEVER, dtype=np.int32)
    waiting = np.zeros(0, dtype=np.int64)
    for first, places, before, upto in zip(
        weeks.first.tolist(), weeks.places.tolist(), *_arrivals(opens, weeks.first), strict=True
    ):
        waiting = np.concatenate([waiting, queue[before:upto]])
        taken = _chosen(due[waiting], min(places, waiting.size), order, first + slack, random)
        done[waiting[taken]] = first + random.integers(1, 8, taken.size)
        waiting = np.delete(waiting, taken)
    return done


def _arrivals(opens: Days, first: Days) -> tuple[list[int], list[int]]:
    """Return for each week the cases that were ready before it and those that are ready at its start."""
    upto = np.searchsorted(opens, first, "right")
    return [0, *upto[:-1].tolist()], upto.tolist()


def _chosen(
    due: Days, places: int, order: str, in_time: int, random: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return which of the waiting cases are taken."""
    oldest = np.argsort(due, kind="stable")
    if order == "oldest" or places == 0:
        return oldest[:places]
    if order == "half in time":
        savable = oldest[due[oldest] >= in_time][: round(places / 2)]
        return np.concatenate([savable, np.setdiff1d(oldest, savable, assume_unique=True)])[:places]
    in_turn = int(random.binomial(places, 0.6))
    others = random.permutation(oldest[in_turn:])
    return np.concatenate([oldest[:in_turn], others[: places - in_turn]])


def known_on(whole: Caseload, day: int) -> Caseload:
    """Return what a file written at the end of a day would hold."""
    there = whole.start <= day
    ends, done = whole.ends[there], whole.done[there]
    return replace(
        whole,
        as_at=day_of(day),
        start=whole.start[there],
        due=whole.due[there],
        done=np.where(done <= day, done, NEVER).astype(np.int32),
        issued=whole.issued[there] & (done <= day),
        ends=np.where(ends <= day, ends, NEVER).astype(np.int32),
        measured=whole.measured[there] & (ends <= day),
        excepted=whole.excepted[there],
        excused=whole.excused[there],
    )


def closed_since(known: Caseload, day: int) -> Caseload:
    """Return what a file would hold that has the open cases, and those closed since a day."""
    kept = known.done > day
    names = ("start", "due", "done", "issued", "ends", "measured", "excepted", "excused")
    return replace(known, **{name: getattr(known, name)[kept] for name in names})
