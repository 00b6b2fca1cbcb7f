"""The save list: cases in time whose remaining stages, at their 85th percentile, take longer than is left."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from ehcp_timeline.clock.counting import Count, apply
from ehcp_timeline.clock.workdays import last_working_day
from ehcp_timeline.law.terms import Rulebook
from ehcp_timeline.measure.forecast.arrays import WEEK, Days, day_of
from ehcp_timeline.measure.forecast.present import Present
from ehcp_timeline.measure.forecast.work import Named

_SLOW = 85
_DRAFTS = ("decision", "advice", "draft", "plan")


@dataclass(frozen=True, slots=True)
class ToSave:
    """One case in time that will be late unless it is hurried.

    Attributes:
        named: The case.
        stage: Its stage.
        start: Day of its request.
        due: Its due day.
        days_left: Calendar days from the as-at date to the due day.
        days_needed: Calendar days that its remaining stages take at their 85th percentile.
        last_safe_draft: Last working day on which the draft can be sent so that the plan is in time, at the
            85th percentile of the last stage and never within the family's days; None once it was sent.
    """

    named: Named
    stage: str
    start: date
    due: date
    days_left: int
    days_needed: int
    last_safe_draft: date | None


def save_list(now: Present, rulebook: Rulebook) -> tuple[ToSave, ...]:
    """Return the cases to save, those whose draft must go first at the top."""
    lengths = [stage.lengths for stage in now.past.stages]
    window = draft_window(rulebook, day_of(now.standing.day))
    after_draft = max(window, _percentile(lengths[-1])) if now.work.timetable.names[-1] == "final" else window
    found = []
    standing, day = now.standing, now.standing.day
    for place, stage, since, week in zip(
        *(one.tolist() for one in (standing.place, standing.stage, standing.since, standing.due_week)),
        strict=True,
    ):
        due = int(now.work.due[place])
        needed = remaining(lengths[stage], day - since) + sum(
            _percentile(one) for one in lengths[stage + 1 :]
        )
        if week > 0 and needed > due - day:
            found.append(_one(now, place, stage, needed, after_draft))
    return tuple(sorted(found, key=lambda one: (one.last_safe_draft or one.due, one.due, one.named.row)))


def remaining(lengths: Days, spent: int) -> int:
    """Return the days that a case in a stage still needs there, at the 85th percentile of those it is like.

    Like it are the cases that were in the stage for longer than it has been; where there are none, a week.

    >>> remaining(np.array([10, 20, 30, 40], dtype=np.int32), 15)
    25
    """
    longer = lengths[lengths > spent]
    return _percentile(longer) - spent if longer.size else WEEK


def draft_window(rulebook: Rulebook, day: date) -> int:
    """Return the days that must lie between the draft and the plan, as the law gives them to the family."""
    deadline = rulebook.by_id.get("plan.window")
    version = deadline.version_on(day) if deadline else None
    return (apply(version.limit.limbs[0].count, day) - day).days if version else 0


def _percentile(lengths: Days) -> int:
    return int(np.percentile(lengths, _SLOW, method="higher")) if lengths.size else 0


def _one(now: Present, place: int, stage: int, needed: int, after_draft: int) -> ToSave:
    due = day_of(int(now.work.due[place]))
    name = now.work.timetable.names[stage]
    draft = last_working_day(apply(Count("at_least_before", after_draft, "days"), due))
    return ToSave(
        named=now.work.named.get(place, Named("", 0)),
        stage=name,
        start=day_of(int(now.work.start[place])),
        due=due,
        days_left=int(now.work.due[place]) - now.standing.day,
        days_needed=needed,
        last_safe_draft=draft if name in _DRAFTS else None,
    )
