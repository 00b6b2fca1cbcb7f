"""The straight line that `ehcp check` draws through the last 13 weeks, drawn from the same assessments."""

import numpy as np

from ehcp_timeline.commands.forecast.model.arrays import NEVER, day_of
from ehcp_timeline.commands.forecast.model.assessments import Caseload
from ehcp_timeline.measure.backlog import WINDOW, clearance
from ehcp_timeline.measure.result import Clearance


def straight_line(work: Caseload, day: int) -> Clearance:
    """Return when the overdue plans clear if the last 13 weeks go on, as `measure.backlog` counts it.

    Args:
        work: The file.
        day: The day it stands at, as a day number.
    """
    since = day - WINDOW.days
    there = work.start <= day
    done = np.where(work.done <= day, work.done, NEVER)
    late = there & (done > work.due)
    became = late & (work.due >= since) & (work.due < day)
    cleared = late & (done > since) & (done <= day)
    still = there & (done == NEVER) & (work.due < day)
    overdue, arrivals, completions = (int(np.count_nonzero(one)) for one in (still, became, cleared))
    return clearance(overdue, arrivals, completions, day_of(day))
