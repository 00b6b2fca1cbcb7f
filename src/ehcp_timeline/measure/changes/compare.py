"""What changed between two answers about the same cases: newly late, cleared, still late, unknown, gone.

Clocks are matched by case, deadline and start, whatever row or column they are on. A clock without a match is
compared with the only other such clock of its case and deadline, if there is one: its start was changed, and
that is noted. A case that is no longer in the file was not cleared: it is gone.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal, Self, get_args

import polars as pl
from polars import selectors

from ehcp_timeline.audit.clock import VERDICTS, Verdict
from ehcp_timeline.audit.selection import WHOSE
from ehcp_timeline.law.rulebook import DutyKind, Who
from ehcp_timeline.measure.acknowledged import Acknowledged, AcknowledgedFile, AcknowledgedTally
from ehcp_timeline.measure.answer import RowsOf, keys
from ehcp_timeline.measure.changes.sides import Side
from ehcp_timeline.measure.findings import OF_DEADLINE
from ehcp_timeline.record import record
from ehcp_timeline.text.bounds import Sha256, Whole

Change = Literal["new", "still-late", "cleared", "excused", "moved", "unjudgeable", "gone"]
CHANGES: tuple[Change, ...] = get_args(Change)
OWNER = ("case_id", "deadline")
OPEN = ("overdue", "unknown", "excused", "running")
ABSENT, CLOSED = "absent", "closed"
ANY = (*OPEN, CLOSED, ABSENT)


@record(frozen=True, slots=True)
class Changed:
    """One clock that changed between two answers.

    Attributes:
        before: Null where there was no such clock.
        now: Null where there is none any more.
    """

    change: Change
    case_id: str
    deadline: str
    duty: str
    law: str
    kind: DutyKind
    who: Who
    source: str | None
    start: date | None
    due: date | None
    answered: date | None
    before: Verdict | None
    now: Verdict | None
    days_late: int | None
    note: str | None
    district: str | None
    team: str | None
    caseworker: str | None


# What it was before, what it is now, and what that is called: the first line that fits. The rest is no news.
TABLE: tuple[tuple[tuple[str, ...], str, Change], ...] = (
    (("overdue",), "overdue", "still-late"),
    (ANY, "overdue", "new"),
    (("overdue",), CLOSED, "cleared"),
    (("overdue",), "excused", "excused"),
    (("overdue",), "running", "moved"),
    (("overdue", "excused", "running", CLOSED, ABSENT), "unknown", "unjudgeable"),
    (OPEN, ABSENT, "gone"),
)
_SHOWN = (*OF_DEADLINE, "start", "due", "answered", "days_late", *WHOSE)
_WORST_FIRST = pl.Enum([*OPEN, *(verdict for verdict in VERDICTS if verdict not in OPEN)])
_BEFORE = "_before"


def changes(
    old: pl.DataFrame, new: pl.DataFrame, cases: pl.Series, not_judged: Collection[str] = ()
) -> pl.DataFrame:
    """Return what changed, one line for each clock; what is gone is shown as it stood before.

    `old` and `new` hold every clock of the answers, with the columns of a finding; `cases` every `case_id` of
    the later file; `not_judged` the deadlines that no column of it could answer. Columns are as in `Changed`,
    in the order of `CHANGES`, then the latest first, then by case, deadline and start.
    """
    before, now = _one_each(old), _one_each(new)
    both = _matched(now, before).join(
        before.with_columns(pl.col("start").alias("matched")),
        on=[*OWNER, "matched"], how="full", suffix=_BEFORE, nulls_equal=True, coalesce=True,
    )  # fmt: skip
    there = pl.col("case_id").is_in(cases.unique().to_list())
    lost = there & pl.col("deadline").is_in(sorted(not_judged))
    still_there = pl.col("verdict").is_not_null()
    shown = (pl.when(still_there).then(name).otherwise(f"{name}{_BEFORE}").alias(name) for name in _SHOWN)
    return (
        both.with_columns(*shown, _change(lost), _note(there, lost))
        .filter(pl.col("change").is_not_null())
        .rename({f"verdict{_BEFORE}": "before", "verdict": "now"})
        .sort("change", "days_late", *OWNER, "start", descending=[False, True, *[False] * 3], nulls_last=True)
        .select(keys(Changed))
        .with_columns(pl.col("change", "before", "now").cast(pl.String))
    )


def counted(changed: pl.DataFrame) -> Mapping[Change, int]:
    """Return how many clocks changed in each way, none left out."""
    counts = dict(changed["change"].value_counts().iter_rows())
    return {change: counts.get(change, 0) for change in CHANGES}


def without_acknowledged(
    changed: pl.DataFrame, later: Side, accepted: AcknowledgedFile
) -> tuple[pl.DataFrame, Acknowledged]:
    """Return changes without those that are overdue and accepted on the day of the later answer."""
    tally = AcknowledgedTally(accepted, later.as_at)
    tally.note(later.clocks, later.cases)
    left_out = tally.note(changed.with_columns(verdict="now"), later.cases)
    told = Acknowledged(accepted.name, accepted.sha256, int(left_out.sum()), tally.problems())
    return changed.filter(~left_out), told


def _one_each(clocks: pl.DataFrame) -> pl.DataFrame:
    """Return one clock for each case, deadline and start: the worst, where a start is on several rows."""
    return (
        clocks.select(*OWNER, "verdict", *_SHOWN)
        .with_columns((selectors.enum() | selectors.categorical()).cast(pl.String))
        .sort(pl.col("verdict").cast(_WORST_FIRST), "due", "answered", "days_late", *WHOSE, nulls_last=True)
        .unique(subset=[*OWNER, "start"], keep="first", maintain_order=True)
    )


def _matched(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return the later clocks with the start that each is `matched` by."""
    key = (*OWNER, "start")
    lone_now, lone_before = (
        frame.join(other, on=key, how="anti", nulls_equal=True).filter(pl.len().over(OWNER) == 1).select(key)
        for frame, other in ((now, before), (before, now))
    )
    moved = lone_now.join(lone_before.rename({"start": "matched"}), on=OWNER)
    with_moved = now.join(moved, on=key, how="left", nulls_equal=True)
    return with_moved.with_columns(pl.coalesce("matched", "start").alias("matched"))


def _change(lost: pl.Expr) -> pl.Expr:
    """Return what a change is called; null where it is no news.

    A closed clock that cannot be judged but was answered is history, and so is one that turns up answered.
    """
    was, now = (
        pl.when(pl.col(verdict).is_null())
        .then(pl.lit(ABSENT))
        .when(pl.col(verdict).is_in(OPEN))
        .then(pl.col(verdict))
        .otherwise(pl.lit(CLOSED))
        for verdict in (f"verdict{_BEFORE}", "verdict")
    )
    history = (now == "unknown") & pl.col("answered").is_not_null() & was.is_in([CLOSED, ABSENT])
    now = (
        pl.when((now == ABSENT) & lost)
        .then(pl.lit("unknown"))
        .when(history)
        .then(pl.lit(CLOSED))
        .otherwise(now)
    )
    name = pl.lit(None, dtype=pl.String)
    for old, new, change in reversed(TABLE):
        name = pl.when(was.is_in(old) & (now == new)).then(pl.lit(change)).otherwise(name)
    return name.cast(pl.Enum(CHANGES)).alias("change")


def _note(there: pl.Expr, lost: pl.Expr) -> pl.Expr:
    absent = pl.col("verdict").is_null()
    note = (
        pl.when(absent & lost).then(pl.lit("no column of the file could answer it any more"))
        .when(absent & there).then(pl.lit("the case is still there, this clock's start is not"))
        .when(absent).then(pl.lit("the case is no longer in the file"))
    )  # fmt: skip
    for name, column in (("start", "start"), ("due day", "due")):
        was, now = pl.col(f"{column}{_BEFORE}"), pl.col(column)
        days = (day.dt.to_string("%F") for day in (was, now))
        note = note.when(now != was).then(pl.format(f"the {name} was changed from {{}} to {{}}", *days))
    return note.alias("note")


@record(frozen=True, slots=True)
class SideTold:
    """One of two answers that were held against each other: nothing hangs on its file's name or order."""

    as_at: date
    rulebook_sha256: Sha256
    overlays_sha256: tuple[Sha256, ...]
    cases: Whole
    clocks: Whole

    @classmethod
    def of(cls, side: Side) -> Self:
        """Return what an answer says of a side."""
        return cls(side.as_at, side.law[0], side.law[1:], len(side.cases), side.clocks.height)


@record(frozen=True, slots=True)
class ChangesAnswer:
    """The answer of `ehcp changes --format json`.

    Attributes:
        statement: What must be on every copy of a pseudonymised list; null otherwise.
        summary: How many clocks changed in each way, those not listed among them.
    """

    SCHEMA: ClassVar = "ehcp-changes/1"

    old: SideTold
    new: SideTold
    statement: str | None
    summary: Mapping[Change, Whole]
    changes: Annotated[pl.DataFrame, RowsOf(Changed)]
    acknowledged: Acknowledged | None = None
