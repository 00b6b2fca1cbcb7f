"""Open assessments: their stages, the oldest of them, and when the overdue ones clear."""

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.measure.counts import ISSUE, STAGES, clocks_of, with_stage
from ehcp_timeline.measure.result import Clearance, OpenCase, Stages

WEEKS = 13
WINDOW = timedelta(weeks=WEEKS)


@dataclass(slots=True)
class Backlog:
    """What has been seen of open assessments so far.

    Attributes:
        as_at: The day the question is asked about.
        keep: How many of the oldest to keep.
        stages: Stage to how many open assessments.
        oldest: The oldest so far.
        overdue: Open and past the due day.
        became_overdue: Became overdue in the last 13 weeks.
        cleared: Were overdue, and were answered or ended in the last 13 weeks.
        excused: Open and past the due day with an exception that no date refutes; not overdue.
    """

    as_at: date
    keep: int
    stages: Counter[str] = field(default_factory=Counter)
    oldest: list[OpenCase] = field(default_factory=list)
    overdue: int = 0
    became_overdue: int = 0
    cleared: int = 0
    excused: int = 0

    def add(self, judged: Judged) -> None:
        """Count one batch."""
        clocks = clocks_of(
            judged, ISSUE, "row", "start", "due", "answered", "ended", "strict", "verdict", "open"
        )
        self._add_open(with_stage(clocks, judged.rows, self.as_at))
        excused = (pl.col("open") & (pl.col("verdict") == "excused")).fill_null(value=False)
        self.excused += clocks.filter(excused).height
        timed = pl.col("strict").is_in(["late", "overdue", "met", "running"])
        self._add_flow(clocks.filter(timed, ~excused))

    def _add_open(self, open_cases: pl.DataFrame) -> None:
        self.stages.update(dict(open_cases["stage"].value_counts().iter_rows()))
        oldest = open_cases.sort("start", "row").head(self.keep).select("case_id", "row", "stage", "start")
        for case_id, row, stage, start in oldest.iter_rows():
            self.oldest.append(OpenCase(case_id, row, stage, start, whole_weeks(start, self.as_at)))
        self.oldest = sorted(self.oldest, key=lambda waiting: (waiting.start, waiting.row))[: self.keep]

    def _add_flow(self, clocks: pl.DataFrame) -> None:
        done = pl.coalesce("answered", "ended")
        since = self.as_at - WINDOW
        late = done.is_null() | (done > pl.col("due"))
        became = late & (pl.col("due") >= since) & (pl.col("due") < self.as_at)
        cleared = late & (done > since) & (done <= self.as_at)
        still = done.is_null() & (pl.col("due") < self.as_at)
        counts = clocks.select(still.sum().alias("a"), became.sum().alias("b"), cleared.sum().alias("c")).row(
            0
        )
        self.overdue += counts[0]
        self.became_overdue += counts[1]
        self.cleared += counts[2]

    def by_stage(self) -> Stages:
        """Return how many open assessments stand at each stage."""
        return Stages(**{stage.name: self.stages[stage.name] for stage in STAGES})

    def clearance(self) -> Clearance:
        """Return when the overdue plans clear at the rate of the last 13 weeks."""
        return clearance(self.overdue, self.became_overdue, self.cleared, self.as_at, self.excused)


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
    arrivals. The whole way there is counted in days, rounded up.

    Args:
        overdue: Overdue plans now.
        arrivals: Plans that became overdue in the last 13 weeks.
        completions: Overdue plans that were issued or ended in the last 13 weeks.
        as_at: The day the question is asked about.
        excused: Plans past their due day with a recorded exception; they are not overdue.

    >>> clearance(26, 13, 26, date(2025, 1, 1)).date
    datetime.date(2025, 7, 2)
    >>> clearance(26, 26, 26, date(2025, 1, 1)).date is None
    True
    """
    net = completions - arrivals
    day: date | None = as_at
    if overdue:
        day = as_at + timedelta(days=math.ceil(overdue * WINDOW.days / net)) if net > 0 else None
    sentence = _sentence(overdue, arrivals, completions, day, excused)
    return Clearance(
        overdue, WEEKS, round(arrivals / WEEKS, 2), round(completions / WEEKS, 2), day, sentence, excused
    )


def _sentence(overdue: int, arrivals: int, completions: int, day: date | None, excused: int) -> str:
    if not overdue:
        return f"No plan is overdue.{_excused(excused)}"
    plans = "1 plan is overdue" if overdue == 1 else f"{overdue:,} plans are overdue"
    rates = f"{arrivals / WEEKS:.1f} a week became overdue and {completions / WEEKS:.1f} a week were cleared"
    when = "never clear" if day is None else f"about {day.day} {day:%B %Y}"
    line = f"At the pace of the last {WEEKS} weeks: {when}; a straight line, see `ehcp forecast`."
    return f"{plans}; over the last {WEEKS} weeks {rates}. {line}{_excused(excused)}"


def _excused(excused: int) -> str:
    are = "is" if excused == 1 else "are"
    return f" {excused:,} more {are} past the day with a recorded exception." if excused else ""
