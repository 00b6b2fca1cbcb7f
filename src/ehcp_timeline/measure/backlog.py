"""Open assessments: their stages, the oldest of them, and when the overdue ones clear."""

import math
from collections import Counter
from datetime import date, timedelta

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.measure.counts import ISSUE, STAGES, clocks_of, with_stage
from ehcp_timeline.measure.result import Clearance, OpenCase, Stages
from ehcp_timeline.record import field, record
from ehcp_timeline.text import count, day

WEEKS = 13
WINDOW = timedelta(weeks=WEEKS)
_COUNTED = ("overdue", "became_overdue", "cleared", "excused")


@record(slots=True)
class Backlog:
    """What has been seen of open assessments so far.

    Attributes:
        counts: Of plans `overdue` (open and past the due day), `became_overdue` in the last 13 weeks,
            `cleared` (answered or ended in these weeks, and late) and `excused` (open and past the day with
            an exception that no date refutes; not overdue).
    """

    as_at: date
    keep: int
    stages: Counter[str] = field(default_factory=Counter)
    oldest: list[OpenCase] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        """Count one batch."""
        clocks = clocks_of(
            judged, ISSUE, "row", "start", "due", "answered", "ended", "strict", "verdict", "open"
        )
        open_cases = with_stage(clocks, judged.rows, self.as_at)
        self.stages.update(open_cases["stage"])
        oldest = open_cases.lazy().sort("start", "row").head(self.keep).collect()
        for case_id, row, stage, start, _ in oldest.iter_rows():
            self.oldest.append(OpenCase(case_id, row, stage, start, whole_weeks(start, self.as_at)))
        self.oldest = sorted(self.oldest, key=lambda waiting: (waiting.start, waiting.row))[: self.keep]

        excused = (pl.col("open") & (pl.col("verdict") == "excused")).fill_null(value=False)
        timed = ~excused & pl.col("strict").is_in(["late", "overdue", "met", "running"])
        due, since = pl.col("due"), self.as_at - WINDOW
        done = pl.coalesce("answered", "ended")
        late = timed & (done.is_null() | (done > due))
        counts = clocks.select(
            excused=excused.sum(),
            overdue=(timed & done.is_null() & (due < self.as_at)).sum(),
            became_overdue=(late & (due >= since) & (due < self.as_at)).sum(),
            cleared=(late & (done > since) & (done <= self.as_at)).sum(),
        ).row(0, named=True)
        self.counts.update(counts)

    def by_stage(self) -> Stages:
        """Return how many open assessments stand at each stage."""
        return Stages(**{stage: self.stages[stage] for stage in STAGES})

    def clearance(self) -> Clearance:
        """Return when the overdue plans clear at the rate of the last 13 weeks."""
        overdue, arrived, cleared, excused = (self.counts[name] for name in _COUNTED)
        return clearance(overdue, arrived, cleared, self.as_at, excused)


def whole_weeks(start: date, as_at: date) -> int:
    """Return the whole weeks from one day to another, floored.

    >>> whole_weeks(date(2023, 1, 2), date(2023, 1, 15)), whole_weeks(date(2023, 1, 2), date(2023, 1, 16))
    (1, 2)
    """
    return (as_at - start).days // 7


def clearance(overdue: int, arrivals: int, completions: int, as_at: date, excused: int = 0) -> Clearance:
    """Return when `overdue` plans clear if the last 13 weeks go on.

    Each week `completions / 13` overdue plans are issued and `arrivals / 13` more become overdue; they
    clear after `overdue / (completions - arrivals) * 13` weeks, or never where completions do not exceed
    arrivals. The whole way there is counted in days, rounded up. Plans past their due day with a recorded
    exception are `excused`, not overdue.

    >>> clearance(26, 13, 26, date(2025, 1, 1)).date
    datetime.date(2025, 7, 2)
    >>> clearance(26, 26, 26, date(2025, 1, 1)).date is None
    True
    """
    net = completions - arrivals
    clear: date | None = as_at
    sentence = "No plan is overdue."
    if overdue:
        clear = as_at + timedelta(days=math.ceil(overdue * WINDOW.days / net)) if net > 0 else None
        sentence = (
            f"{count(overdue, 'plan is', 'plans are')} overdue; over the last {WEEKS} weeks "
            f"{arrivals / WEEKS:.1f} a week became overdue and {completions / WEEKS:.1f} a week were cleared."
            f" At the pace of the last {WEEKS} weeks: {f'about {day(clear)}' if clear else 'never clear'}; a "
            "straight line, see `ehcp forecast`."
        )
    if excused:
        sentence += f" {count(excused, 'more is', 'more are')} past the day with a recorded exception."
    arrivals_per_week, completions_per_week = round(arrivals / WEEKS, 2), round(completions / WEEKS, 2)
    return Clearance(overdue, WEEKS, arrivals_per_week, completions_per_week, clear, sentence, excused)
