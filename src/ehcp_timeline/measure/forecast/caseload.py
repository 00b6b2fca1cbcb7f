"""Every assessment of some files as days: when it came, when each stage ended, when it was closed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.selection import WHOSE, unjudgeable
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.clock import apply
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.counts import ISSUE, REVIEW, clocks_of, has_exception
from ehcp_timeline.measure.forecast.days import NEVER, WEEK, Days, Flags, day_number, day_of
from ehcp_timeline.measure.multi_file import one_history
from ehcp_timeline.measure.result import Input
from ehcp_timeline.record import field, record

ADVICE = "assess.advice"
WHOLE = "plan"
_BEGINS = {"request_received", "became_responsible"}
_HAS_DUE_DAY = pl.col("due").is_not_null()
# open, or closed on a day that somebody recorded
_DATED = pl.col("open") | pl.col("answered").is_not_null() | pl.col("ended").is_not_null()
_FAR = 9_999  # weeks: later than any horizon


@record(frozen=True, slots=True)
class PipelineStage:
    """One stage between a request and a plan.

    Attributes:
        name: `decision`, `advice`, `draft` or `final`; `plan` where the file has no date of a draft.
        ends_with: The event that ends it; empty for advice, which has many, and for the last stage.
        weeks: Whole weeks that the law's timetable gives it.
        least: Most that its shortest time is ever taken to be, in whole weeks: whoever takes longer, waits.
    """

    name: str
    ends_with: str
    weeks: int
    least: int


@record(frozen=True, slots=True)
class Timetable:
    """The law's own stages of an assessment, in order, and the whole weeks from request to plan."""

    stages: tuple[PipelineStage, ...]
    weeks: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the stages, in order."""
        return tuple(stage.name for stage in self.stages)


def timetable(rulebook: Rulebook, columns: Collection[str], as_at: date) -> Timetable:
    """Return the stages that a file with these columns can show, with the weeks of the law on the as-at date.

    Decision by week 6, advice by week 12, draft by week 14, plan by week 20.
    """
    decide, advice, draft, issue = (
        days_given(rulebook, deadline, as_at) // WEEK
        for deadline in ("assess.decide", ADVICE, "plan.draft", "plan.issue")
    )
    drafted = "draft_sent" in columns
    stages, before = list[PipelineStage](), 0
    for name, event, by, there in (
        ("decision", "assess_agreed", decide, "assess_agreed" in columns),
        ("advice", "", decide + advice, bool(_advice_columns(rulebook, columns))),
        ("draft", "draft_sent", draft, drafted),
    ):
        if there:
            stages.append(PipelineStage(name, event, by - before, max(1, by - before)))
            before = by
    least = issue - before if drafted else max(1, draft - before)
    stages.append(PipelineStage("final" if drafted else WHOLE, "", issue - before, least))
    return Timetable(tuple(stages), issue)


def days_given(rulebook: Rulebook, deadline: str, as_at: date) -> int:
    """Return the days that a deadline gives from a day on; 0 where the rulebook does not have it."""
    known = rulebook.by_id.get(deadline)
    version = known.version_on(as_at) if known else None
    return (apply(version.limit.limbs[0].count, as_at) - as_at).days if version else 0


def _advice_columns(rulebook: Rulebook, columns: Collection[str]) -> list[tuple[str, str]]:
    """Return the columns in which advice, whoever gives it, was asked for and came in; both must be there."""
    pairs = (
        (deadline.starts.events[0], deadline.met_by.events[0])
        for deadline in rulebook.deadlines
        if deadline.id == ADVICE or deadline.id.startswith(f"{ADVICE}.")
    )
    return [pair for pair in pairs if set(pair) <= set(columns)]


@record(frozen=True, slots=True)
class Caseload:
    """Every assessment of a file as it is known on the as-at date. Days are day numbers, or `NEVER`.

    Attributes:
        done: Day it was closed: plan issued, refused, ended.
        issued: Whether a plan closed it.
        ends: Day each stage ended, shape (assessments, stages).
        measured: Whether both ends of a stage are recorded, so that its length counts; the same shape.
        excepted: Whether the file claims an exception to the twenty weeks.
        exceptions_known: Whether the file has a column that could claim one.
        excused: Whether it is open past its due day with an exception that no date refutes: not overdue.
        named: Place in the arrays to `case_id`, `row` and whose work it is, for those open on the as-at date.
        team: The team of each assessment; empty where the file has no such column.
    """

    as_at: date
    timetable: Timetable
    start: Days
    due: Days
    done: Days
    issued: Flags
    ends: Days
    measured: Flags
    excepted: Flags
    excused: Flags
    exceptions_known: bool
    named: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    team: tuple[str | None, ...] = ()

    @property
    def newest(self) -> date | None:
        """The last day on which anything came, moved on or closed; None of a file in which nothing did."""
        days = np.concatenate([self.start, self.done, self.ends.ravel()])
        days = days[days <= day_number(self.as_at)]
        return day_of(int(days.max())) if days.size else None


@repeated_until_known
def read(
    rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date
) -> tuple[list[Judged], tuple[Input, ...]]:
    """Return the clocks of plans and reviews in some files, and how many rows of each were judged.

    Raises:
        CaseFileError: A file says when nothing ended, or when assessments began and not when they ended.
    """
    batches: list[Judged] = []
    sources = one_history(rulebook, sources)
    for source in sources:
        begins = not _BEGINS.isdisjoint(source.columns)
        answerable = {*((*ISSUE, *REVIEW) if begins else REVIEW)}
        answerable -= {deadline.id for deadline in unjudgeable(rulebook, source.columns)}
        wanted = [deadline for deadline in rulebook.deadlines if deadline.id in answerable]
        if not wanted or (begins and "plan_issued" not in source.columns):
            raise CaseFileError(
                f"{source.name}: a forecast needs the days on which plans were issued",
                "add the column plan_issued, blank where there is no plan yet",
            )
        batches += judge(rulebook, source.batches(), as_at, deadlines=wanted)
    return batches, Input.all_of(sources)


def undated(batches: Iterable[Judged]) -> int:
    """Return how many assessments the file does not date: unreadable, or not recorded."""
    unknown = ~(_HAS_DUE_DAY & _DATED) & (pl.col("strict") == "unknown")
    wanted = ("due", "answered", "ended", "strict", "open")
    return sum(clocks_of(judged, ISSUE, *wanted).filter(unknown).height for judged in batches)


def dated_clocks(judged: Judged, deadlines: tuple[str, ...], *columns: str) -> pl.DataFrame:
    """Return the clocks that have a due day and are open, or were closed on a day that is recorded.

    `excused` says which are open past their day with an exception that no date refutes: they are not overdue.
    """
    wanted = (*columns, "start", "due", "answered", "ended", "open", "verdict")
    dated = clocks_of(judged, deadlines, *wanted).filter(_HAS_DUE_DAY & _DATED)
    excused = pl.col("open") & (pl.col("verdict") == "excused")
    return dated.with_columns(excused.alias("excused")).drop("open", "verdict")


def work_of(batches: Iterable[Judged], rulebook: Rulebook, timetable: Timetable, as_at: date) -> Caseload:
    """Return every assessment of judged batches: each dated clock of `plan.issue` is one."""
    dates = ("start", "due", "answered", "ended", *(f"end_{name}" for name in timetable.names[:-1]))
    frames = [pl.DataFrame(schema={"case_id": pl.String, "row": pl.UInt32} | dict.fromkeys(dates, pl.Date))]
    flags = {
        excuse.flag for name in ISSUE if name in rulebook.by_id for excuse in rulebook.by_id[name].excuses
    }
    for judged in batches:
        clocks, rows = dated_clocks(judged, ISSUE, "row"), judged.rows
        if clocks.is_empty():
            continue
        columns = ["row", "case_id", *(name for name in WHOSE if name in rows.columns)]
        ends = [
            _end(stage.ends_with, rulebook, rows.columns).alias(f"end_{stage.name}")
            for stage in timetable.stages[:-1]
        ]
        if (flags | {"absent_from"}) & set(rows.columns):
            ends.append(has_exception(judged).alias("excepted"))
        clocks = clocks.join(rows.select(*columns, *ends), on="row", how="left", maintain_order="left")
        frames.append(clocks)
    return work_from_frame(pl.concat(frames, how="diagonal_relaxed"), timetable, as_at)


def _end(event: str, rulebook: Rulebook, columns: Sequence[str]) -> pl.Expr:
    pairs = _advice_columns(rulebook, columns)
    if event == "assess_agreed" and event in columns:
        # advice is asked for once it was decided to assess
        return pl.coalesce(event, pl.min_horizontal(event, *(asked for asked, _ in pairs)))
    if event in columns:
        return pl.col(event)
    if event or not pairs:
        return pl.lit(None, dtype=pl.Date)
    asked_only = (pl.col(asked).is_not_null() & pl.col(got).is_null() for asked, got in pairs)
    return pl.when(~pl.any_horizontal(asked_only)).then(pl.max_horizontal(got for _, got in pairs))


def work_from_frame(frame: pl.DataFrame, timetable: Timetable, as_at: date) -> Caseload:
    """Return every assessment of a frame with one line each; nothing after the as-at date is taken in.

    It has `case_id`, `row`, `start`, `due`, `answered`, `ended`, a column `end_<stage>` for every stage but
    the last, and, where the file says, `excused`, `excepted`, `district`, `team`, `caseworker`.
    """
    today = day_number(as_at)
    start, due = days_of(frame, "start", today), days_of(frame, "due", NEVER)
    answered, ended = days_of(frame, "answered", today), days_of(frame, "ended", today)
    done = np.minimum(answered, ended)
    columns = [days_of(frame, f"end_{name}", today) for name in timetable.names[:-1]]
    ends, measured = _stage_ends(columns, start, answered, done)
    open_ = np.flatnonzero((start <= today) & (done == NEVER))
    whose = [name for name in WHOSE if name in frame.columns]
    owners = frame[open_].select("case_id", "row", *whose).iter_rows(named=True)
    missing = [
        pl.lit(value=False).alias(name) for name in ("excused", "excepted") if name not in frame.columns
    ]
    flags = frame.with_columns(missing).select(pl.col("excused", "excepted").fill_null(value=False))
    return Caseload(
        as_at=as_at,
        timetable=timetable,
        start=start,
        due=due,
        done=done,
        issued=(answered < NEVER) & (answered <= ended),
        ends=ends,
        measured=measured,
        excepted=flags["excepted"].to_numpy(),
        excused=flags["excused"].to_numpy(),
        exceptions_known="excepted" in frame.columns,
        named=dict(zip(open_.tolist(), owners, strict=True)),
        team=tuple(frame["team"]) if "team" in frame.columns else (),
    )


def days_of(frame: pl.DataFrame, column: str, latest: int) -> Days:
    """Return a column of dates as day numbers; a date after `latest` has not come."""
    numbers = (pl.col(column).cast(pl.Date) - pl.lit(date(1, 1, 1))).dt.total_days() + 1
    days = frame.select(numbers.fill_null(NEVER).cast(pl.Int32)).to_series().to_numpy().copy()
    days[days > latest] = NEVER
    return days


def _stage_ends(columns: list[Days], start: Days, answered: Days, done: Days) -> tuple[Days, Flags]:
    """Return the day each stage ended, the next recorded end where its own is not; and whether both its are.

    A date before the start, or after the case was closed, is of another episode and does not count.
    """
    recorded = [np.where((days >= start) & (days <= done), days, NEVER) for days in columns]
    days = np.stack([*recorded, answered], axis=1).astype(np.int32)
    known = days < NEVER
    ends = np.minimum.accumulate(days[:, ::-1], axis=1)[:, ::-1]
    begun = np.concatenate([np.ones((len(start), 1), dtype=np.bool_), known[:, :-1]], axis=1)
    return np.ascontiguousarray(ends), begun & known & (ends == days)


@record(frozen=True, slots=True)
class OpenAssessments:
    """The open assessments of one day (a day number), one entry of each array for each.

    Attributes:
        place: Where each stands in the arrays of `Caseload`.
        stage: Its stage, 0 for the first.
        since: Day it came to that stage.
        due_week: First week at whose end it is overdue, 0 or less: now; far ahead for what is excused.
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
    due_week = week_overdue(work.due[place], day)
    due_week[work.excused[place]] = _FAR
    return OpenAssessments(day, place, stage, since, due_week)


def week_overdue(due: Days, day: int) -> Days:
    """Return the first week counted from `day` at whose end a due day is past.

    A day due today is past at the end of week 1, one that was due yesterday is past now (week 0).

    >>> week_overdue(np.array([9, 10, 16, 17], dtype=np.int32), 10).tolist()
    [0, 1, 1, 2]
    """
    return ((due - day) // WEEK + 1).astype(np.int32)


def overdue_on(work: Caseload, day: int) -> int:
    """Return how many assessments were overdue at the end of a day."""
    return int(np.count_nonzero((work.start <= day) & (work.done > day) & (work.due < day) & ~work.excused))
