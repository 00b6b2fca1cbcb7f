"""How many clocks have which verdict, how much was in time, percentages, and the open assessments."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Clocks, Judged
from ehcp_timeline.measure.answer import InTime
from ehcp_timeline.measure.result import Clearance, OpenCase, Stages
from ehcp_timeline.record import field, record
from ehcp_timeline.text import count, day


def percent(part: int, whole: int) -> float | None:
    """Return `part` as a percentage of `whole`, to one decimal; None where there is no whole.

    >>> percent(1, 16), percent(3, 0)
    (6.3, None)
    """
    return one_decimal(100 * part, whole)


def one_decimal(part: int, whole: int) -> float | None:
    """Return `part / whole` to one decimal, halves up; None where there is no whole.

    >>> one_decimal(5, 20)
    0.3
    """
    if whole == 0:
        return None
    return float((Decimal(part) / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def first_that_holds(
    *lines: tuple[pl.Expr, pl.Expr | str], otherwise: pl.Expr | str | None = None
) -> pl.Expr:
    """Return the value beside the first condition that holds, else `otherwise`; a text is itself."""
    value = otherwise if isinstance(otherwise, pl.Expr) else pl.lit(otherwise, dtype=pl.String)
    for condition, held in reversed(lines):
        value = pl.when(condition).then(pl.lit(held) if isinstance(held, str) else held).otherwise(value)
    return value


OF_RATES: Final = "Percent of those answered, ended or past the day; excused deadlines are not counted."
_WAYS: Final = ("strict", "verdict", "evidenced")
_OUT_OF_TIME: Final = ("late", "early", "overdue")


@record(slots=True)
class InTimeTally:
    """Verdicts of one deadline, counted three ways, batch after batch."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, clocks: Clocks) -> None:
        """Count the clocks of one batch."""
        for way in _WAYS:
            for verdict, number in clocks[way].value_counts().iter_rows():
                self.counts[way, verdict] += number

    def rates(self) -> InTime:
        """Return the share that was done in time, each way.

        >>> tally = InTimeTally(Counter({("strict", "met"): 1, ("strict", "late"): 3, ("verdict", "met"): 1}))
        >>> tally.rates()
        InTime(strict=25.0, claimed=100.0, evidenced=None)
        """
        met = [self.counts[way, "met"] for way in _WAYS]
        missed = [sum(self.counts[way, verdict] for verdict in _OUT_OF_TIME) for way in _WAYS]
        return InTime(*(percent(some, some + other) for some, other in zip(met, missed, strict=True)))


ISSUE = ("plan.issue", "detained.issue")
DECIDE = ("assess.decide", "detained.decide")
REVIEW = ("review.annual", "move.review")


STAGES = {
    "draft_not_final": "draft_sent",
    "agreed_no_draft": r"assess_agreed|([a-z_]+_)?advice_(requested|received)",
    "no_decision": "",
}
"""The stages of an open assessment, each with a pattern of the events that begin it, the last first."""


def clocks_of(judged: Judged, deadlines: Sequence[str], *columns: str) -> pl.DataFrame:
    """Return these columns of the clocks of these deadlines in one batch."""
    frames = [judged.clocks[deadline].frame(*columns) for deadline in deadlines if deadline in judged.clocks]
    return pl.concat(frames) if frames else pl.DataFrame(schema={name: CLOCKS[name] for name in columns})


def with_stage(clocks: pl.DataFrame, rows: pl.DataFrame, as_at: date) -> pl.DataFrame:
    """Return open assessments with `case_id` and the `stage` they have reached.

    A stage is reached by its event, on or after the start and by the as-at date: a draft sent makes it
    `draft_not_final`, else an agreement to assess, or advice asked for or in, `agreed_no_draft`, else there
    is `no_decision`.
    """
    events = {
        stage: [name for name in rows.columns if re.fullmatch(since, name)] for stage, since in STAGES.items()
    }
    reached = (
        (pl.any_horizontal(pl.col(begins).is_between(pl.col("start"), pl.lit(as_at))), name)
        for name, begins in events.items()
        if begins
    )
    stage = first_that_holds(*reached, otherwise="no_decision")
    named = (name for begins in events.values() for name in begins)
    held = rows.lazy().select("row", "case_id", *named)
    joined = clocks.lazy().filter("open").join(held, on="row", how="left")
    return joined.select("case_id", "row", stage.alias("stage"), "start", "due").collect()


def has_exception(judged: Judged) -> pl.Expr:
    """Return whether a row has an exception to the 20 weeks, as the DfE's rates leave it out.

    The return's own flag (SEN2 item 3.7, `exception_recorded`), or a claim that the dates do not refute;
    where no clock was judged, no date refutes an absence.
    """
    clocks = [judged.clocks[name] for name in ISSUE if name in judged.clocks]
    rows = [these["row"].filter(these.claiming()) for these in clocks]
    there = set(judged.rows.columns)
    recorded = "exception_recorded"
    claims = [pl.col(recorded).fill_null(value=False)] if recorded in there else []
    claims += [pl.col("row").is_in(pl.concat(rows).implode())] if rows else []
    claims += [pl.col("absent_from").is_not_null()] if "absent_from" in there and not rows else []
    return pl.any_horizontal(claims) if claims else pl.lit(value=False)


BACKLOG_WEEKS = 13
BACKLOG_WINDOW = timedelta(weeks=BACKLOG_WEEKS)


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
        due, since = pl.col("due"), self.as_at - BACKLOG_WINDOW
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
        seen = self.counts
        return clearance(
            seen["overdue"], seen["became_overdue"], seen["cleared"], self.as_at, seen["excused"]
        )


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
    came, went = arrivals / BACKLOG_WEEKS, completions / BACKLOG_WEEKS
    clear: date | None = as_at
    sentence = "No plan is overdue."
    if overdue:
        clear = as_at + timedelta(days=math.ceil(overdue * BACKLOG_WINDOW.days / net)) if net > 0 else None
        sentence = (
            f"{count(overdue, 'plan is', 'plans are')} overdue; over the last {BACKLOG_WEEKS} weeks "
            f"{came:.1f} a week became overdue and {went:.1f} a week were cleared. At the pace of the last "
            f"{BACKLOG_WEEKS} weeks: {f'about {day(clear)}' if clear else 'never clear'}; a straight line, "
            "see `ehcp forecast`."
        )
    if excused:
        sentence += f" {count(excused, 'more is', 'more are')} past the day with a recorded exception."
    return Clearance(overdue, BACKLOG_WEEKS, round(came, 2), round(went, 2), clear, sentence, excused)
