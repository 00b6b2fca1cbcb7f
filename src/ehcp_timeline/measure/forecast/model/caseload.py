"""Every assessment of some files as days: when it came, when each stage ended, when it was closed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.counts import ISSUE, REVIEW, clocks_of, has_exception
from ehcp_timeline.measure.forecast.model.arrays import NEVER, WEEK, Days, Flags, day_number, day_of
from ehcp_timeline.measure.forecast.model.timetable import PipelineStage, Timetable, answerable
from ehcp_timeline.measure.result import Input

WHOSE = ("district", "team", "caseworker")
_BEGINS = {"request_received", "became_responsible"}
_DAY_ZERO = pl.lit(date(1, 1, 1))
_HAS_DUE_DAY = pl.col("due").is_not_null()
# open, or closed on a day that somebody recorded
_DATED = pl.col("open") | pl.col("answered").is_not_null() | pl.col("ended").is_not_null()
_EXCUSED = (pl.col("open") & (pl.col("verdict") == "excused")).alias("excused")
_FAR = 9_999  # weeks: later than any horizon


@dataclass(frozen=True, slots=True)
class CaseOwner:
    """The case that an assessment belongs to, and whose work it is, where the file says."""

    case_id: str
    row: int
    district: str | None = None
    team: str | None = None
    caseworker: str | None = None


@dataclass(frozen=True, slots=True)
class Caseload:
    """Every assessment that started by the as-at date. Days are day numbers, `NEVER` where there is none.

    Attributes:
        as_at: The day the file is read for; nothing after it is in here.
        start: Day each assessment started.
        due: Its due day, as the law's reader found it.
        done: Day it was closed: plan issued, refused, ended.
        issued: Whether a plan closed it.
        ends: Day each stage ended with the next one beginning; shape (assessments, stages).
        measured: Whether both ends of a stage are recorded, so that its length counts; the same shape.
        excepted: Whether the file claims an exception to the twenty weeks.
        exceptions_known: Whether the file has a column that could claim one.
        named: Place in the arrays to case, for those open on the as-at date.
        team: The team of each assessment; empty where the file has no such column.
        excused: Places of those open past their due day with an exception that no date refutes: not overdue.
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
    exceptions_known: bool
    named: dict[int, CaseOwner] = field(default_factory=dict)
    excused: frozenset[int] = frozenset()
    team: tuple[str | None, ...] = ()

    @property
    def day(self) -> int:
        """The as-at date as a day number."""
        return day_number(self.as_at)


@repeated_until_known
def read(
    rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date
) -> tuple[list[Judged], tuple[Input, ...]]:
    """Return the clocks of plans and reviews in some files, and how many rows of each were judged.

    Raises:
        CaseFileError: A file says when nothing ended, or when assessments began and not when they ended.
    """
    batches: list[Judged] = []
    inputs = []
    for source in sources:
        begins = not _BEGINS.isdisjoint(source.columns)
        unanswerable = {deadline.id for deadline in unjudgeable(rulebook, source.columns)}
        wanted = [
            deadline
            for deadline in rulebook.deadlines
            if deadline.id in ((*ISSUE, *REVIEW) if begins else REVIEW) and deadline.id not in unanswerable
        ]
        if not wanted or (begins and "plan_issued" not in source.columns):
            raise CaseFileError(
                f"{source.name}: a forecast needs the days on which plans were issued",
                "add the column plan_issued, blank where there is no plan yet",
            )
        counts: list[tuple[int, int]] = []
        batches += judge(rulebook, _counted(source, counts), as_at, deadlines=wanted)
        rows, judged = sum(rows for rows, _ in counts), sum(judged for _, judged in counts)
        inputs.append(Input(source.name, source.sha256, rows, judged, rows - judged))
    return batches, tuple(inputs)


def _counted(source: CaseFile, counts: list[tuple[int, int]]) -> Iterator[Batch]:
    for batch in source.batches():
        counts.append((batch.read, batch.judged))
        yield batch


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
    return dated.with_columns(_EXCUSED).drop("open", "verdict")


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
        ends = [_end(stage, rulebook, rows.columns) for stage in timetable.stages[:-1]]
        if (flags | {"absent_from"}) & set(rows.columns):
            ends.append(has_exception(judged).alias("excepted"))
        clocks = clocks.join(rows.select(*columns, *ends), on="row", how="left", maintain_order="left")
        frames.append(clocks)
    return work_from_frame(pl.concat(frames, how="diagonal_relaxed"), timetable, as_at)


def _end(stage: PipelineStage, rulebook: Rulebook, columns: Sequence[str]) -> pl.Expr:
    """Return the day on which a stage ended: its event, or the last of the advice that was asked for."""
    ended = pl.lit(None, dtype=pl.Date)
    if stage.ends_with in columns:
        ended = pl.col(stage.ends_with)
        if stage.ends_with == "assess_agreed":  # advice is asked for once it was decided to assess
            ended = pl.coalesce(
                ended, pl.min_horizontal(ended, *(asked for asked, _ in answerable(rulebook, columns)))
            )
    elif not stage.ends_with and (pairs := answerable(rulebook, columns)):
        asked_only = (pl.col(asked).is_not_null() & pl.col(got).is_null() for asked, got in pairs)
        ended = pl.when(~pl.any_horizontal(asked_only)).then(pl.max_horizontal(got for _, got in pairs))
    return ended.alias(f"end_{stage.name}")


def work_from_frame(frame: pl.DataFrame, timetable: Timetable, as_at: date) -> Caseload:
    """Return every assessment of a frame with one line each.

    Args:
        frame: `case_id`, `row`, `start`, `due`, `answered`, `ended`, a column `end_<stage>` for every stage
            but the last, and, where the file says, `excepted`, `district`, `team`, `caseworker`.
        timetable: The stages.
        as_at: Nothing after this day is taken in.
    """
    today = day_number(as_at)
    start, due = days_of(frame, "start", today), days_of(frame, "due", NEVER)
    answered, ended = days_of(frame, "answered", today), days_of(frame, "ended", today)
    done = np.minimum(answered, ended)
    columns = [days_of(frame, f"end_{name}", today) for name in timetable.names[:-1]]
    ends, measured = _stage_ends(columns, start, answered, done)
    open_ = np.flatnonzero((start <= today) & (done == NEVER))
    whose = [name for name in WHOSE if name in frame.columns]
    lines = frame[open_].select("case_id", "row", *whose).iter_rows(named=True)
    known = "excepted" in frame.columns
    none = np.zeros(frame.height, dtype=np.bool_)
    return Caseload(
        as_at=as_at,
        timetable=timetable,
        start=start,
        due=due,
        done=done,
        issued=(answered < NEVER) & (answered <= ended),
        ends=ends,
        measured=measured,
        excepted=frame["excepted"].fill_null(value=False).to_numpy() if known else none,
        exceptions_known=known,
        named={place: CaseOwner(**line) for place, line in zip(open_.tolist(), lines, strict=True)},
        excused=frozenset(np.flatnonzero(frame["excused"].fill_null(value=False)).tolist())
        if "excused" in frame.columns
        else frozenset(),
        team=tuple(frame["team"]) if "team" in frame.columns else (),
    )


def days_of(frame: pl.DataFrame, column: str, latest: int) -> Days:
    """Return a column of dates as day numbers; a date after `latest` has not come."""
    if column not in frame.columns:
        return np.full(frame.height, NEVER, dtype=np.int32)
    numbers = (pl.col(column).cast(pl.Date) - _DAY_ZERO).dt.total_days() + 1
    days = frame.select(numbers.fill_null(NEVER).cast(pl.Int32)).to_series().to_numpy().copy()
    days[days > latest] = NEVER
    return days


def _stage_ends(columns: list[Days], start: Days, answered: Days, done: Days) -> tuple[Days, Flags]:
    """Return the day each stage ended, in order, and whether both its ends were recorded.

    A stage whose end is not recorded ends with the next one that is. A date before the start, or after the
    case was closed, is of another episode and does not count.
    """
    recorded = [np.where((days >= start) & (days <= done), days, NEVER) for days in columns]
    days = np.stack([*recorded, answered], axis=1).astype(np.int32)
    known = days < NEVER
    ends = np.minimum.accumulate(days[:, ::-1], axis=1)[:, ::-1]
    begun = np.concatenate([np.ones((len(start), 1), dtype=np.bool_), known[:, :-1]], axis=1)
    return np.ascontiguousarray(ends), begun & known & (ends == days)


def newest_day(work: Caseload) -> date | None:
    """Return the last day on which anything came, moved on or closed; None of a file in which nothing did."""
    days = np.concatenate([work.start, work.done, work.ends.ravel()])
    days = days[days <= day_number(work.as_at)]
    return day_of(int(days.max())) if days.size else None


@dataclass(frozen=True, slots=True)
class OpenAssessments:
    """The open assessments of one day, one entry of each array for each.

    Attributes:
        day: The day, as a day number.
        place: Where each stands in the arrays of `Caseload`.
        stage: Its stage, 0 for the first.
        since: Day it came to that stage.
        due_week: First week, counted from `day`, at whose end it is overdue; 0 or less: it is overdue now;
            far ahead for what is excused.
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
    due_week[np.isin(place, sorted(work.excused))] = _FAR
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
    past = np.flatnonzero((work.start <= day) & (work.done > day) & (work.due < day))
    return int(np.count_nonzero(~np.isin(past, sorted(work.excused))))
