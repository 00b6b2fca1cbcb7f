"""What changed between two answers about the same cases: newly late, cleared, still late, unknown, gone.

Clocks are matched by case, however its number is spelt, deadline and start, whatever row or column they are
on. A clock without a match is compared with the only other such clock of its case and deadline, if there is
one: its start was changed, and that is noted. A case that is no longer in the file is gone, not cleared.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import make_dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, get_args, get_type_hints

import polars as pl
from polars import selectors

from ehcp_timeline.audit.bulk.clocks import CLOCKS
from ehcp_timeline.audit.selection import WHOSE
from ehcp_timeline.audit.verdicts import VERDICTS, Verdict
from ehcp_timeline.cases.case_numbers import key_of
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import bounded_json, read_whole
from ehcp_timeline.law.rulebook import DutyKind, Who
from ehcp_timeline.measure.acknowledged import Acknowledged, AcknowledgedFile, AcknowledgedTally
from ehcp_timeline.measure.answer import Finding, RowsOf, RulebookUsed, keys
from ehcp_timeline.measure.casework import Casework
from ehcp_timeline.measure.counts import first_that_holds
from ehcp_timeline.measure.findings import LISTED, OF_DEADLINE
from ehcp_timeline.measure.result import Input, NotJudged
from ehcp_timeline.record import Sha256, Whole, record, replace

_NEEDED = ("case_id", "deadline", "verdict")
_MOST = 10_000_000  # of any whole number of a finding: a row of a file, days
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@record(frozen=True, slots=True)
class Side:
    """One of two answers.

    Attributes:
        law: SHA-256 of the rulebook and of each local rulebook applied on top.
        clocks: Every clock, with the columns of a finding.
        not_judged: Deadlines that no column of its file could answer.
        rows_left_out: Rows of its file that could not be judged.
        unlisted: Deadlines whose clocks were counted and not listed, so that it says nothing of them.
    """

    as_at: date
    law: tuple[str, ...]
    clocks: pl.DataFrame
    cases: pl.Series
    districts: frozenset[str]
    not_judged: tuple[str, ...]
    rows_left_out: int
    unlisted: frozenset[str] = frozenset()


@record(frozen=True)
class _SavedSummary:
    verdicts: Mapping[str, Mapping[Verdict, Whole]]
    not_judged: tuple[NotJudged, ...]


# What a finding has is checked; what an older version did not write is null.
_KINDS = {name: kind | None for name, kind in get_type_hints(Finding, include_extras=True).items()}
_SavedFinding = make_dataclass("_SavedFinding", [(name, kind, None) for name, kind in _KINDS.items()])


@record(frozen=True)
class _SavedAcknowledged:
    findings: tuple[_SavedFinding, ...]  # type: ignore[valid-type]


@record(frozen=True)
class _SavedCheck:
    schema: Literal["ehcp-check/1"]
    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    summary: _SavedSummary
    findings: tuple[_SavedFinding, ...]  # type: ignore[valid-type]
    acknowledged: _SavedAcknowledged | None = None


def side_of_file(work: Casework) -> Side:
    """Return a case file that was just judged, all its clocks kept."""
    rows, audit = work.rows, work.audit
    districts = rows["district"].cast(pl.String) if "district" in rows.columns else pl.Series(dtype=pl.String)
    return Side(
        as_at=work.as_at,
        law=_law(audit.rulebook),
        clocks=audit.every_finding,
        cases=rows["case_id"].unique(),
        districts=_recorded(districts),
        not_judged=tuple(not_judged.deadline for not_judged in audit.summary.not_judged),
        rows_left_out=sum(source.not_judged for source in audit.input),
    )


def is_saved_answer(path: Path) -> bool:
    """Return whether a file holds JSON rather than cases, by how it begins."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(64).removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] == b"{"


def side_of_answer(path: Path) -> Side:
    """Read an answer that was saved earlier.

    Raises:
        CaseFileError: It is not an answer of `ehcp check`, or does not hold every clock of its file.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        raw = bounded_json(read_whole(path).removeprefix(_BYTE_ORDER_MARK), str(path))
        saved = TypeAdapter(_SavedCheck).validate_json(raw)
    except ValidationError as error:
        raise _no_answer(path, error.errors(include_url=False, include_input=False)[0]) from None
    not_listed = saved.acknowledged.findings if saved.acknowledged else ()
    findings = [vars(finding) for finding in (*saved.findings, *not_listed)]
    for number, finding in enumerate(findings):
        for key, value in finding.items():
            if (isinstance(value, int) and abs(value) > _MOST) or (value is None and key in _NEEDED):
                raise _no_answer(path, {"loc": ("findings", number, key), "msg": "Input is not plausible"})
    verdicts, listed = saved.summary.verdicts, Counter(finding["deadline"] for finding in findings)
    if not listed or any(sum(verdicts.get(name, {}).values()) != number for name, number in listed.items()):
        raise CaseFileError(
            f"{path} does not hold every clock, so what was cleared looks the same as what was left out",
            "save it with: ehcp check FILE --include all --format json",
        )
    schema = {name: CLOCKS.get(name, pl.String) for name in LISTED}
    clocks = pl.DataFrame(findings, schema=schema, strict=False)
    return Side(
        as_at=saved.as_at,
        law=_law(saved.rulebook),
        clocks=clocks,
        cases=clocks["case_id"].unique(),
        districts=_recorded(clocks["district"]),
        not_judged=tuple(deadline.deadline for deadline in saved.summary.not_judged),
        rows_left_out=sum(file.not_judged for file in saved.input),
        unlisted=frozenset(verdicts) - set(listed),
    )


def _no_answer(path: Path, fault: Mapping[str, Any]) -> CaseFileError:
    place = ".".join(map(str, fault["loc"]))
    said = f"{path} is JSON, and not an answer of ehcp check: {place + ': ' if place else ''}{fault['msg']}"
    return CaseFileError(
        said, "give a case file, or what `ehcp check FILE --include all --format json` wrote"
    )


def _law(rulebook: RulebookUsed) -> tuple[str, ...]:
    return rulebook.sha256, *(overlay.sha256 for overlay in rulebook.overlays)


def _recorded(names: pl.Series) -> frozenset[str]:
    return frozenset(name.strip() for name in names.unique() if name and name.strip())


def spelt_alike(old: Side, new: Side) -> Side:
    """Return the earlier answer with each case number as the later one spells it."""
    texts, known = (side.cases.cast(pl.String).rename("case_id") for side in (old, new))
    later = pl.DataFrame({"key": key_of(known), "spelt": known})
    other = texts.to_frame().with_columns(key=key_of(texts)).join(later, on="key")
    other = other.filter(pl.col("case_id") != pl.col("spelt"))
    if other.is_empty():
        return old
    words = other["case_id"], other["spelt"]
    clocks = old.clocks.with_columns(pl.col("case_id").cast(pl.String).replace(*words))
    return replace(old, clocks=clocks, cases=texts.replace(*words))


def objections(old: Side, new: Side) -> Iterator[str]:
    """Yield why these two should not be compared; nothing if they belong together."""
    if old.as_at > new.as_at:
        yield f"OLD is as at {old.as_at}, after NEW, as at {new.as_at}: are they the wrong way round?"
    if old.law != new.law:
        yield "OLD and NEW were judged under different rulebooks: the law alone may have changed an answer"
    # of one case that is no longer there nothing follows about the rest
    if len(old.cases) >= 2 and not set(old.cases) & set(new.cases):
        yield "OLD and NEW have no case in common: they look like files of different councils"
    elif old.districts and new.districts and not old.districts & new.districts:
        yield "OLD and NEW have no district in common: they look like files of different councils"


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
    key = (*OWNER, "start")
    lone_now, lone_before = (
        frame.join(other, on=key, how="anti", nulls_equal=True).filter(pl.len().over(OWNER) == 1).select(key)
        for frame, other in ((now, before), (before, now))
    )
    moved = lone_now.join(lone_before.rename({"start": "matched"}), on=OWNER)
    matched = now.join(moved, on=key, how="left", nulls_equal=True).with_columns(
        pl.coalesce("matched", "start").alias("matched")
    )
    both = matched.join(
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


def changes_between(old: Side, new: Side, wanted: pl.Expr) -> pl.DataFrame:
    """Return what changed of the clocks that are wanted, without deadlines that one side does not have."""
    every = changes(old.clocks, new.clocks, new.cases, new.not_judged)
    return every.filter(wanted, ~pl.col("deadline").is_in(sorted(old.unlisted | new.unlisted)))


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


def _change(lost: pl.Expr) -> pl.Expr:
    """Return what a change is called; null where it is not reported.

    A closed clock that cannot be judged but was answered is history, and so is one that turns up answered.
    """
    was, now = (
        first_that_holds((verdict.is_null(), ABSENT), (verdict.is_in(OPEN), verdict), otherwise=CLOSED)
        for verdict in (pl.col(f"verdict{_BEFORE}"), pl.col("verdict"))
    )
    history = (now == "unknown") & pl.col("answered").is_not_null() & was.is_in([CLOSED, ABSENT])
    now = first_that_holds(((now == ABSENT) & lost, "unknown"), (history, CLOSED), otherwise=now)
    lines = ((was.is_in(old) & (now == new), change) for old, new, change in TABLE)
    return first_that_holds(*lines).cast(pl.Enum(CHANGES)).alias("change")


def _note(there: pl.Expr, lost: pl.Expr) -> pl.Expr:
    absent = pl.col("verdict").is_null()
    notes: list[tuple[pl.Expr, pl.Expr | str]] = [
        (absent & lost, "no column of the file could answer it any more"),
        (absent & there, "the case is still there, this clock's start is not"),
        (absent, "the case is no longer in the file"),
    ]
    for name, column in (("start", "start"), ("due day", "due")):
        was, now = pl.col(f"{column}{_BEFORE}"), pl.col(column)
        days = (day.dt.to_string("%F") for day in (was, now))
        notes.append((now != was, pl.format(f"the {name} was changed from {{}} to {{}}", *days)))
    return first_that_holds(*notes).alias("note")


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
