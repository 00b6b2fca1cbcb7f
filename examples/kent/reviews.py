"""Draw the plans that are maintained, when each was reviewed, and which of them ended.

A plan is past its twelve months on a day if its last start (the day it was made, or its last decision letter)
lies a year or more back. The papers print how many were so on three days. Between two of them every plan
that would be counted on the later day is known beforehand; all but the printed number of these are reviewed.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from random import Random

from kent.assessments import PLAN, Assessment
from kent.days import LAST_DAY, pick, plus, year_before
from kent.published import Published

MADE, REVIEWED = PLAN, "previous_review_decided"
OPENING = date(2022, 5, 31)
"""The day for which the papers print how many plans there were before the file's own plans were issued."""
SPANS = (OPENING, date(2022, 9, 30), date(2023, 5, 31), date(2024, 1, 31), LAST_DAY)
MAINTAINED = 19_078
"""Plans on 31 May 2023 by paragraph 2.27 of the paper of 6 June 2023, which counts the reviews; paragraph 2.3
says 19,124."""
REVIEWS_IN_FIRST_SPAN = 1450
REVIEWS_IN_LAST_SPAN = 900
CEASED_AFTER_COUNT = 930
"""Plans that ended between 31 May 2023 and 31 January 2024: the DfE counts some 19,400 plans that January."""
OLDEST_START = date(2017, 1, 4)
NOTICE = 64
"""Days from the notice that a plan will cease to its end: more than the two months of an appeal."""


@dataclass(slots=True, eq=False)
class Plan:
    """A plan that the authority maintains.

    Attributes:
        start: What its twelve months ran from when the file began, or the day it was made.
        start_column: The column that says so.
        assessment: The assessment that led to it; None where that was before the file began.
        reviews: Decision letters since, in order.
        notified: The day of the notice that it will cease.
        ended: The day it ceased or the child moved away.
    """

    start: date
    start_column: str
    assessment: Assessment | None = None
    reviews: list[date] = field(default_factory=list)
    notified: date | None = None
    ended: date | None = None

    @property
    def latest(self) -> date:
        """What its twelve months run from."""
        return self.reviews[-1] if self.reviews else self.start

    def open_on(self, day: date) -> bool:
        """Whether it had been made and had not ended."""
        return self.start <= day and (self.ended is None or self.ended > day)


def draw(rng: Random, published: Published, assessments: list[Assessment]) -> list[Plan]:
    """Draw every plan maintained since 31 May 2022."""
    new = [Plan(each.ended, MADE, each) for each in assessments if each.ended and each.ending == PLAN]
    before = published.count("plans_maintained", f"{OPENING}")
    old = [Plan(OPENING, REVIEWED) for _ in range(before - sum(plan.start <= OPENING for plan in new))]
    _end_plans(rng, old, new)
    _set_starts(rng, published, old)
    plans = [*old, *new]
    for (first, last), count in zip(pairwise(SPANS), _past_twelve_months(published), strict=True):
        _review(rng, plans, plus(first, 1), last, count)
    _review_before_ceasing(rng, old)
    return plans


def _past_twelve_months(published: Published) -> list[int | None]:
    """How many plans are past their twelve months at the end of each span."""
    return [
        int(printed) if (printed := published.series.get(("annual_reviews_past_12_months", day))) else None
        for day in SPANS[1:]
    ]


def _end_plans(rng: Random, old: list[Plan], new: list[Plan]) -> None:
    """End as many old plans as the printed numbers of plans leave over, each within one span.

    Notice and end lie in one span, so that no printed count depends on which of the two ends a plan.
    """
    counted = SPANS[2]
    made = sum(plan.start <= counted for plan in new)
    gone = len(old) + made - MAINTAINED
    leaving = rng.sample(old, gone + CEASED_AFTER_COUNT)
    for number, plan in enumerate(leaving):
        span = 0 if number < gone // 3 else 1 if number < gone else 2
        first, last = plus(SPANS[span], 1), SPANS[span + 1]
        plan.ended = pick(rng, plus(first, NOTICE + 11), last)
        if rng.random() < 0.94:
            plan.notified = pick(rng, max(first, plus(plan.ended, -NOTICE - 60)), plus(plan.ended, -NOTICE))


def _set_starts(rng: Random, published: Published, old: list[Plan]) -> None:
    """Give each old plan its last start, so that the first span holds the reviews that it is to hold."""
    counted = SPANS[1]
    early = published.count("annual_reviews_past_12_months", f"{counted}") + REVIEWS_IN_FIRST_SPAN
    staying = [plan for plan in old if plan.open_on(counted)]
    share = early / len(staying)
    late = {id(plan) for plan in rng.sample(staying, len(staying) - early)}
    late |= {id(plan) for plan in old if not plan.open_on(counted) and rng.random() > share}
    latest = year_before(counted)
    for plan in old:
        if id(plan) in late:
            plan.start = pick(rng, plus(latest, 1), OPENING)
        else:
            day = max(plus(latest, -int(rng.expovariate(1 / 430))), plus(OLDEST_START, rng.randrange(900)))
            plan.start = pick(rng, plus(day, -11), day)
        plan.start_column = MADE if rng.random() < (0.33 if id(plan) in late else 0.1) else REVIEWED


def _review(rng: Random, plans: list[Plan], first: date, last: date, count: int | None) -> None:
    """Review plans from the first day to the last, so that `count` are past their twelve months at the end.

    Three in twenty fall due in the span and are reviewed about then; the others have waited longest.
    """
    year = year_before(last)
    due = [plan for plan in plans if plan.open_on(last) and plan.latest <= year]
    reviewed = REVIEWS_IN_LAST_SPAN if count is None else len(due) - count
    fresh = [plan for plan in due if plan.latest >= year_before(first) and not (plan.ended and plan.reviews)]
    about_then = rng.sample(fresh, min(reviewed * 3 // 20, len(fresh)))
    for plan in about_then:
        due_day = plus(plan.latest, 365)
        plan.reviews.append(pick(rng, max(first, plus(due_day, -60)), min(last, plus(due_day, 120))))
    waiting = sorted(
        (plus(plan.latest, rng.randrange(900)), number)
        for number, plan in enumerate(due)
        if plan.latest < year_before(first) and not (plan.ended and plan.reviews)
    )
    for _, number in waiting[: reviewed - len(about_then)]:
        due[number].reviews.append(pick(rng, first, last))


def _review_before_ceasing(rng: Random, old: list[Plan]) -> None:
    """Let the notice that some plans will cease follow a review."""
    for plan in old:
        if (
            plan.notified
            and not plan.reviews
            and plus(plan.start, 150) < plan.notified
            and rng.random() < 0.5
        ):
            plan.reviews.append(plan.notified)
