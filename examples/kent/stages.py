"""Date the psychologist's advice and the draft plan, so that each printed stage holds its number.

Three printed numbers are about the middle of an assessment: how many drafts were out on 31 May 2023, and how
many assessments waited too long for psychological advice on 30 September 2023 and 31 January 2024. (The
papers call the last two the assessment backlog and do not define it. Advice more than six weeks after it was
asked for is the reading that fits the other printed figures; plans more than 20 weeks after the request
cannot be it.) For each such day it is decided first who is counted. That fences in the days on which advice
and draft may lie; the days are then drawn inside the fences.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random

from kent.assessments import NO_PLAN, PLAN, SIX_WEEKS, Assessment
from kent.days import LAST_DAY, pick, plus, room
from kent.published import Published

FAMILY_DAYS = 15
DRAFTING = 5
"""Fewest days from the last advice to the draft."""
SLACK = 11
"""Any so many days in a row hold an office day, over Christmas too, with days to spare."""
BACKLOG_DAYS = (date(2023, 9, 30), date(2024, 1, 31))


@dataclass(slots=True, eq=False)
class Fence:
    """Where the advice and the draft of one assessment may lie, first and last days included.

    Attributes:
        assessment: The assessment.
        asked: The day on which advice was asked for.
        advice_from: First day for the psychologist's advice.
        advice_to: Last day for it.
        draft_from: First day for the draft.
        draft_to: Last day for it.
        drafts: Whether there is to be a draft at all.
    """

    assessment: Assessment
    asked: date
    advice_from: date
    advice_to: date
    draft_from: date
    draft_to: date
    drafts: bool

    def waits(self, day: date) -> bool:
        """Whether, on that day, more than six weeks have gone by since advice was asked for."""
        return self.assessment.open_on(day) and plus(self.asked, SIX_WEEKS) < day


def set_stages(rng: Random, published: Published, assessments: Iterable[Assessment]) -> None:
    """Set the days of asking, advice and draft on every assessment that has them."""
    agreed = [each for each in assessments if each.agreed]
    fences = [_fence(rng, each) for each in agreed if each.ending in {PLAN, NO_PLAN, ""}]
    stage_day = date(2023, 5, 31)
    drafts = published.count("open_assessments_draft_not_final", f"{stage_day}")
    _fence_drafts(rng, fences, stage_day, drafts)
    for day in BACKLOG_DAYS:
        _fence_backlog(rng, fences, day, published.count("assessment_backlog", f"{day}"))
    for fence in fences:
        _draw(rng, fence)


def _fence(rng: Random, assessment: Assessment) -> Fence:
    """What the law's own order leaves: advice, then a draft, then 15 days, then the plan."""
    agreed, ended = assessment.agreed or LAST_DAY, assessment.ended or LAST_DAY
    asked = pick(rng, agreed, plus(agreed, 4))
    draft_to = plus(ended, -FAMILY_DAYS - 1) if assessment.ending == PLAN else ended
    return Fence(
        assessment,
        asked,
        advice_from=plus(asked, 10),
        advice_to=plus(ended, -7) if assessment.ending == NO_PLAN else LAST_DAY,
        draft_from=plus(asked, 10 + DRAFTING),
        draft_to=draft_to,
        drafts=assessment.ending == PLAN or (not assessment.ending and rng.random() < 0.6),
    )


def _fence_drafts(rng: Random, fences: list[Fence], day: date, count: int) -> None:
    """Let exactly so many drafts be out on the day: those first whose plan came soonest after it."""
    could: list[tuple[date, int]] = []
    for number, fence in enumerate(fences):
        each = fence.assessment
        if each.open_on(day) and each.ending != NO_PLAN and plus(fence.asked, 3 * SLACK + DRAFTING) <= day:
            must = fence.draft_to <= day
            scatter = 0 if must else int(60 * rng.random())
            could.append((plus(each.ended or plus(LAST_DAY, 60), scatter), number))
    out = {number for _, number in sorted(could)[:count]}
    for number, fence in enumerate(fences):
        if number in out:
            fence.drafts, fence.draft_to = True, min(fence.draft_to, day)
        elif fence.assessment.open_on(day):
            fence.draft_from = max(fence.draft_from, plus(day, 1))


def _last_advice(fence: Fence) -> date:
    """The last day for advice that leaves room for the draft."""
    return min(fence.advice_to, plus(fence.draft_to, -DRAFTING - SLACK)) if fence.drafts else fence.advice_to


def _fence_backlog(rng: Random, fences: list[Fence], day: date, count: int) -> None:
    """Let exactly so many wait too long for advice on the day: those first that ended last."""
    could = [
        (plus(fence.assessment.ended or plus(LAST_DAY, 60), -int(60 * rng.random())), number)
        for number, fence in enumerate(fences)
        if fence.waits(day) and _last_advice(fence) >= plus(day, SLACK)
    ]
    if len(could) < count:
        raise ValueError(f"{count} assessments must wait for advice on {day}, {len(could)} can")
    waiting = {number for _, number in sorted(could, reverse=True)[:count]}
    for number, fence in enumerate(fences):
        if number in waiting:
            fence.advice_from = max(fence.advice_from, plus(day, 1))
        elif fence.waits(day):
            fence.advice_to = min(fence.advice_to, day)


def _draw(rng: Random, fence: Fence) -> None:
    """Draw the days inside the fence; an open assessment may still lack both."""
    each = fence.assessment
    each.psychology_asked = fence.asked
    usual = plus(max(fence.advice_from, plus(fence.asked, 25)), 45)
    last = min(_last_advice(fence), usual)
    if not room(fence.advice_from, last):
        return
    each.psychology_in = pick(rng, fence.advice_from, last)
    first = max(fence.draft_from, plus(each.psychology_in, DRAFTING))
    if fence.drafts and room(first, fence.draft_to):
        each.draft = pick(rng, max(first, plus(fence.draft_to, -120)), fence.draft_to)
