"""Draw the requests of every month, the decision on each, and how each one ended."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from random import Random

from kent.days import FIRST_DAY, pick, plus, room
from kent.flows import OPENING_UNDECIDED, Flow, Flows
from kent.published import District, Published

SIX_WEEKS, SIXTEEN_WEEKS, TWENTY_WEEKS, YEAR = 42, 112, 140, 365
ASSESSING = 60
"""Fewest days from the decision to assess to a plan: advice, a draft, the family's 15 days."""
PLAN, NO_PLAN, WITHDRAWN, MOVED_AWAY = "plan_issued", "no_plan_notified", "withdrawn", "moved_away"
"""How an assessment ends, by the column that says so."""
OPENED = date(2021, 5, 4)
"""Whoever was open on the first day asked no earlier than this, but for the oldest case."""
REVERSALS = (
    (date(2022, 6, 1), date(2022, 10, 31)),
    (date(2023, 6, 1), date(2023, 8, 30)),
    (date(2023, 9, 1), date(2023, 12, 29)),
)
"""A refusal and its reversal lie in one of these spans. So no reversed refusal is among the decisions of a
printed six-week table, and none is half reversed on a day for which open assessments were printed."""


@dataclass(slots=True, eq=False)
class Assessment:
    """One request and what became of it.

    Attributes:
        request: The day it was received.
        district: Blank until somebody decides, or until the draw is over.
        refused: The day of a refusal.
        agreed: The day of the decision to assess, which may reverse a refusal.
        ending: What ended it, as a column; blank where nothing did.
        ended: The day of that.
        exception: Whether an exception to the 20 weeks is recorded.
        psychology_asked: The day psychological advice was asked for.
        psychology_in: The day it came in.
        draft: The day the draft plan was sent.
        held_until: It does not end before this day.
    """

    request: date
    district: str = ""
    refused: date | None = None
    agreed: date | None = None
    ending: str = ""
    ended: date | None = None
    exception: bool = False
    psychology_asked: date | None = None
    psychology_in: date | None = None
    draft: date | None = None
    held_until: date = FIRST_DAY

    @property
    def decided(self) -> date:
        """The first decision; only for an assessment that has one."""
        days = [day for day in (self.refused, self.agreed) if day]
        return min(days)

    def open_on(self, day: date) -> bool:
        """Whether it had been agreed to and had not ended on that day."""
        return self.agreed is not None and self.agreed <= day and (self.ended is None or self.ended > day)


@dataclass(slots=True)
class Desk:
    """What waits: requests without a decision, and assessments agreed to and not ended."""

    rng: Random
    undecided: list[Assessment]
    agreed: list[Assessment]
    done: list[Assessment]


def draw(rng: Random, published: Published, flows: Flows) -> list[Assessment]:
    """Draw every assessment that was open on the first day or began later, in order of request."""
    desk = Desk(rng, _opening_undecided(rng), _opening_agreed(rng, published, flows.opening_agreed), [])
    for flow in flows.months:
        asked = [pick(rng, flow.month.first, flow.month.last) for _ in range(flow.requests)]
        desk.undecided.extend(Assessment(day) for day in sorted(asked))
        _withdraw_undecided(desk, flow)
        _decide(desk, flow)
        _end(desk, flow)
    everyone = sorted([*desk.done, *desk.agreed, *desk.undecided], key=attrgetter("request"))
    _fill_districts(rng, everyone, published.districts)
    return everyone


def _opening_undecided(rng: Random) -> list[Assessment]:
    return [Assessment(pick(rng, date(2022, 3, 14), date(2022, 4, 29))) for _ in range(OPENING_UNDECIDED)]


def _opening_agreed(rng: Random, published: Published, count: int) -> list[Assessment]:
    """Assessments agreed to before the first day, more of them lately; and the oldest case."""
    opening = [_oldest(published)]
    while len(opening) < count:
        asked = plus(OPENED, int(310 * rng.random() ** 0.6))
        opening.append(Assessment(pick(rng, asked, plus(asked, 11))))
    for assessment in opening:
        soonest = plus(assessment.request, 20)
        assessment.agreed = pick(rng, soonest, min(plus(soonest, 50), plus(FIRST_DAY, -2)))
    return opening


def _oldest(published: Published) -> Assessment:
    """The one case of the printed age in weeks; it ends in October 2023."""
    as_at = date(2023, 8, 31)
    weeks = int(published.series["oldest_case_age", as_at])
    return Assessment(plus(as_at, -7 * weeks - 3), held_until=date(2023, 10, 9))


Window = Callable[[Assessment], tuple[date, date]]
"""The first and last day on which something may happen to an assessment."""


def _take(
    desk: Desk, pool: list[Assessment], count: int, window: Window, scatter: int
) -> list[tuple[Assessment, date]]:
    """Take assessments for which the window has room, and a day in it for each.

    The longest waiting come first, each put up to `scatter` days out of turn.

    Raises:
        ValueError: There are too few.
    """
    turns = [each.request.toordinal() + scatter * desk.rng.random() for each in pool]
    taken: dict[int, tuple[Assessment, date]] = {}
    for number in sorted(range(len(pool)), key=turns.__getitem__):
        if len(taken) == count:
            break
        first, last = window(pool[number])
        if room(first, last):
            taken[number] = (pool[number], pick(desk.rng, first, last))
    if len(taken) < count:
        raise ValueError(f"{count} assessments wanted, {len(taken)} have room")
    pool[:] = [each for number, each in enumerate(pool) if number not in taken]
    return list(taken.values())


def _withdraw_undecided(desk: Desk, flow: Flow) -> None:
    first, last = flow.month.first, flow.month.last

    def window(each: Assessment) -> tuple[date, date]:
        return max(first, plus(each.request, 5)), min(last, plus(each.request, SIX_WEEKS))

    for each, day in _take(desk, desk.undecided, flow.withdrawn_undecided, window, 300):
        each.ending, each.ended = WITHDRAWN, day
        desk.done.append(each)


def _decide(desk: Desk, flow: Flow) -> None:
    """Decide late what is oldest, in time what still can be; then refuse some and reverse a few refusals."""
    first, last = flow.month.first, flow.month.last

    def late(each: Assessment) -> tuple[date, date]:
        return max(first, plus(each.request, SIX_WEEKS + 1)), last

    def in_time(each: Assessment) -> tuple[date, date]:
        latest = min(last, plus(each.request, SIX_WEEKS))
        return max(first, plus(each.request, 14)), latest

    decided: list[tuple[Assessment, date]] = []
    for window, districts in ((late, _slots(flow, late=True)), (in_time, _slots(flow, late=False))):
        taken = _take(desk, desk.undecided, len(districts), window, 20)
        desk.rng.shuffle(districts)
        for (each, _), district in zip(taken, districts, strict=True):
            each.district = district
        decided += taken
    desk.rng.shuffle(decided)
    for each, day in decided[: flow.refused]:
        each.refused = day
        desk.done.append(each)
    for each, day in decided[flow.refused :]:
        _agree(desk.rng, each, day)
        desk.agreed.append(each)


def _slots(flow: Flow, *, late: bool) -> list[str]:
    """The district of each decision that is late, or of each that is in time."""
    return [
        district
        for district, share in flow.decisions.items()
        for _ in range(share.whole - share.part if late else share.part)
    ]


def _agree(rng: Random, assessment: Assessment, day: date) -> None:
    """Agree to assess; now and then only after a refusal, reversed within one of the spans."""
    assessment.agreed = day
    for first, last in REVERSALS:
        if first <= day and room(plus(day, 30), min(last, plus(day, 80))) and rng.random() < 0.04:
            assessment.refused = day
            assessment.agreed = pick(rng, plus(day, 30), min(last, plus(day, 80)))


def _end(desk: Desk, flow: Flow) -> None:
    """End as many assessments as the month needs, each in the way and within the time it needs."""
    first, last = flow.month.first, flow.month.last

    def between(days: int, soonest: int = 0, latest: int = 9999) -> Window:
        """So many days after agreement, and so many after the request at the soonest and the latest."""

        def window(each: Assessment) -> tuple[date, date]:
            agreed = each.agreed or last
            from_ = max(first, each.held_until, plus(agreed, days), plus(each.request, soonest))
            return from_, min(last, plus(each.request, latest))

        return window

    plans = flow.plans
    long, in_time, soon = flow.over_a_year, plans.part, flow.no_plan // 3
    ends: tuple[tuple[str, int, Window, int], ...] = (
        (PLAN, long, between(ASSESSING, YEAR + 1), 60),
        (PLAN, in_time, between(ASSESSING, 0, TWENTY_WEEKS), 200),
        (PLAN, plans.whole - long - in_time, between(ASSESSING, TWENTY_WEEKS + 1, YEAR), 3000),
        (NO_PLAN, soon, between(ASSESSING, 0, SIXTEEN_WEEKS), 500),
        (NO_PLAN, flow.no_plan - soon, between(ASSESSING, SIXTEEN_WEEKS + 1, YEAR), 500),
        (WITHDRAWN, flow.withdrawn, between(10, 0, YEAR), 500),
        (MOVED_AWAY, flow.moved_away, between(10, 0, YEAR), 500),
    )
    for ending, count, window, scatter in ends:
        for each, day in _take(desk, desk.agreed, count, window, scatter):
            each.ending, each.ended = ending, day
            desk.done.append(each)
    _record_exceptions(desk, flow)


def _record_exceptions(desk: Desk, flow: Flow) -> None:
    """Record the month's exceptions on its plans, as many in time as the month needs."""
    issued = [
        each for each in desk.done if each.ended and each.ended >= flow.month.first and each.ending == PLAN
    ]
    in_time = [each for each in issued if each.ended and (each.ended - each.request).days <= TWENTY_WEEKS]
    late = [each for each in issued if each not in in_time]
    share = flow.exceptions
    chosen = desk.rng.sample(in_time, share.part) + desk.rng.sample(late, share.whole - share.part)
    for each in chosen:
        each.exception = True


def _fill_districts(rng: Random, everyone: Iterable[Assessment], districts: tuple[District, ...]) -> None:
    names = [district.name for district in districts]
    weights = [district.share_pct for district in districts]
    for each in everyone:
        each.district = each.district or rng.choices(names, weights)[0]
