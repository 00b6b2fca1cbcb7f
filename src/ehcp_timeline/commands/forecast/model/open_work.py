"""Work in hand on one day: which assessments are open, at which stage, since when, due in which week."""

from dataclasses import dataclass

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import WEEK, Days, Flags
from ehcp_timeline.commands.forecast.model.assessments import Caseload


@dataclass(frozen=True, slots=True)
class OpenAssessments:
    """The open assessments of one day, one entry of each array for each.

    Attributes:
        day: The day, as a day number.
        place: Where each stands in the arrays of `Caseload`.
        stage: Its stage, 0 for the first.
        since: Day it came to that stage.
        due_week: First week, counted from `day`, at whose end it is overdue; 0 or less: it is overdue now.
    """

    day: int
    place: Days
    stage: Days
    since: Days
    due_week: Days

    @property
    def overdue(self) -> int:
        """How many are past their due day."""
        return int(np.count_nonzero(self.due_week <= 0))


def standing_on(work: Caseload, day: int) -> OpenAssessments:
    """Return the work in hand at the end of a day."""
    place = np.flatnonzero((work.start <= day) & (work.done > day)).astype(np.int32)
    past = work.ends[place] <= day
    stage = np.minimum(past.sum(axis=1), past.shape[1] - 1).astype(np.int32)
    begun = np.concatenate([work.start[place, None], work.ends[place, :-1]], axis=1)
    since = np.take_along_axis(begun, stage[:, None], axis=1)[:, 0]
    return OpenAssessments(day, place, stage, since, week_overdue(work.due[place], day))


def week_overdue(due: Days, day: int) -> Days:
    """Return the first week counted from `day` at whose end a due day is past.

    A day due today is past at the end of week 1, one that was due yesterday is past now (week 0).

    >>> week_overdue(np.array([9, 10, 16, 17], dtype=np.int32), 10).tolist()
    [0, 1, 1, 2]
    """
    return ((due - day) // WEEK + 1).astype(np.int32)


def overdue_on(work: Caseload, day: int) -> int:
    """Return how many assessments were open and past their due day at the end of a day."""
    return int(np.count_nonzero((work.start <= day) & (work.done > day) & (work.due < day)))


def at_stage(work: Caseload, stage: int) -> tuple[Days, Days, Flags]:
    """Return the day each assessment came to a stage and left it, and whether it came there at all."""
    came = work.start if stage == 0 else work.ends[:, stage - 1]
    left = np.minimum(work.ends[:, stage], work.done)
    return came, left, came < work.done
