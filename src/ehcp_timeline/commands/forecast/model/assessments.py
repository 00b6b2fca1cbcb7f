"""Every assessment of a file as days: when it came, when each stage ended, when it was closed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.commands.forecast.model.arrays import NEVER, Days, Flags, day_number
from ehcp_timeline.commands.forecast.model.timetable import PipelineStage, Timetable, answerable
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.counts import ISSUE, clocks_of, exception_claimed

_DAY_ZERO = pl.lit(date(1, 1, 1))
_WHOSE = ("district", "team", "caseworker")


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
        timetable: The stages, in order.
        start: Day each assessment started.
        due: Its due day, as the law's reader found it.
        done: Day it was closed: plan issued, refused, ended.
        issued: Whether a plan closed it.
        ends: Day each stage ended with the next one beginning; shape (assessments, stages).
        measured: Whether both ends of a stage are recorded, so that its length counts; the same shape.
        excepted: Whether the file claims an exception to the twenty weeks.
        exceptions_known: Whether the file has a column that could claim one.
        named: Place in the arrays to case, for those open on the as-at date.
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


def work_of(batches: Iterable[Judged], rulebook: Rulebook, timetable: Timetable, as_at: date) -> Caseload:
    """Return every assessment of judged batches; an assessment is a clock of `plan.issue`.

    Clocks without a due day, or closed on a day that nobody recorded, are left out.
    """
    frames = [frame for judged in batches if (frame := _assessments(judged, rulebook, timetable)) is not None]
    whole = pl.concat(frames, how="diagonal_relaxed") if frames else _nothing(timetable)
    return work_from_frame(whole, timetable, as_at)


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
    there = start <= today
    open_ = np.flatnonzero(there & (done == NEVER))
    excepted = frame["excepted"].fill_null(value=False).to_numpy() if "excepted" in frame.columns else None
    return Caseload(
        as_at=as_at,
        timetable=timetable,
        start=start,
        due=due,
        done=done,
        issued=(answered < NEVER) & (answered <= ended),
        ends=ends,
        measured=measured,
        excepted=np.zeros(frame.height, dtype=np.bool_) if excepted is None else excepted,
        exceptions_known=excepted is not None,
        named=dict(zip(open_.tolist(), _named(frame[open_]), strict=True)),
    )


def _assessments(judged: Judged, rulebook: Rulebook, timetable: Timetable) -> pl.DataFrame | None:
    """Return the assessments of one batch, one line each, or None where there are none."""
    clocks = clocks_of(judged, ISSUE, "row", "start", "due", "answered", "ended", "open")
    if clocks.is_empty():
        return None
    closed = pl.col("answered").is_not_null() | pl.col("ended").is_not_null()
    usable = clocks.filter(pl.col("due").is_not_null() & (pl.col("open") | closed)).drop("open")
    rows = judged.rows
    columns = ["row", "case_id", *(name for name in _WHOSE if name in rows.columns)]
    ends = [_end(stage, rulebook, rows.columns).alias(f"end_{stage.name}") for stage in timetable.stages[:-1]]
    claimed = [exception_claimed(rulebook, rows.columns).alias("excepted")] if _claims(rulebook, rows) else []
    found = rows.select(*columns, *ends, *claimed)
    return usable.join(found, on="row", how="left", maintain_order="left")


def newest_day(work: Caseload) -> date | None:
    """Return the last day on which anything came, moved on or closed; None of a file in which nothing did."""
    days = np.concatenate([work.start, work.done, work.ends.ravel()])
    days = days[days <= day_number(work.as_at)]
    return date.fromordinal(int(days.max())) if days.size else None


def _claims(rulebook: Rulebook, rows: pl.DataFrame) -> bool:
    """Return whether the file has any column in which an exception can be claimed."""
    flags = {excuse.flag for one in ISSUE if one in rulebook.by_id for excuse in rulebook.by_id[one].excuses}
    return bool((flags | {"absent_from"}) & set(rows.columns))


def _end(stage: PipelineStage, rulebook: Rulebook, columns: Sequence[str]) -> pl.Expr:
    """Return the day on which a stage ended: its event, or the last of the advice that was asked for."""
    if stage.ends_with:
        return pl.col(stage.ends_with) if stage.ends_with in columns else pl.lit(None, dtype=pl.Date)
    pairs = answerable(rulebook, columns)
    if not pairs:
        return pl.lit(None, dtype=pl.Date)
    awaited = pl.any_horizontal(pl.col(asked).is_not_null() & pl.col(got).is_null() for asked, got in pairs)
    return pl.when(~awaited).then(pl.max_horizontal(pl.col(got) for _, got in pairs))


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
    ends = np.stack([*recorded, answered], axis=1).astype(np.int32)
    known = ends < NEVER
    ends = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    begun = np.concatenate([np.ones((len(start), 1), dtype=np.bool_), known[:, :-1]], axis=1)
    in_order = known & (ends == np.stack([*recorded, answered], axis=1))
    return np.ascontiguousarray(ends), begun & in_order


def _named(frame: pl.DataFrame) -> Iterator[CaseOwner]:
    """Yield what each line of a frame is called."""
    there = [name for name in _WHOSE if name in frame.columns]
    for case_id, row, *whose in frame.select("case_id", "row", *there).iter_rows():
        yield CaseOwner(case_id, row, **dict(zip(there, whose, strict=True)))


def _nothing(timetable: Timetable) -> pl.DataFrame:
    dates = ("start", "due", "answered", "ended", *(f"end_{name}" for name in timetable.names[:-1]))
    return pl.DataFrame(schema={"case_id": pl.String, "row": pl.UInt32} | dict.fromkeys(dates, pl.Date))
