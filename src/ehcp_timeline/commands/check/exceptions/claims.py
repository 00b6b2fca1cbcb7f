"""Every exception that a file claims: its condition, what dates show, who always claims it, what it does."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.audit.single.excuses import ExcuseResult
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.single.trace import Working
from ehcp_timeline.cases.batch import Batch, rows_of
from ehcp_timeline.cases.model import Row
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.deadline import Absence
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.law.subset import part_of
from ehcp_timeline.measure.counts import InTime, InTimeTally

GROUPS: Final = ("district", "team", "caseworker")
WHOLE_FILE: Final = ""
ENOUGH: Final = 5
LATE: Final = ("late", "overdue")
STRENGTHS: Final = ("evidenced", "claimed", "refuted", "unreadable")
SHOWS: Final[Mapping[str, str]] = {
    "evidenced": "proved",
    "claimed": "cannot be shown",
    "refuted": "refuted",
    "unreadable": "could not be read",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One exception that was claimed for one clock that was late without it.

    Attributes:
        case_id: The authority's own number for the case.
        row: Physical line of the row.
        deadline: The deadline.
        due: Its due day.
        days_late: Calendar days from the due day to the answer, the end or the as-at date.
        excuse: The ground.
        law: The provision.
        condition: The condition, in the words of the law.
        shows: What the dates say: proved, refuted, cannot be shown, could not be read.
        why: The dates that say so.
        verdict: The answer with the strongest of the row's claims.
        district: Of the row.
        team: Of the row.
        caseworker: Of the row.
    """

    case_id: str
    row: int
    deadline: str
    due: date | None
    days_late: int | None
    excuse: str
    law: str
    condition: str
    shows: str
    why: str
    verdict: str
    district: str | None
    team: str | None
    caseworker: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """How often one district, team or caseworker claims an exception for a deadline.

    Attributes:
        deadline: The deadline.
        column: `district`, `team` or `caseworker`; empty for the whole file.
        name: Which of them.
        clocks: Clocks that started.
        claimed: Of these, with a claim.
        always: Whether every one of at least five has a claim: a flag that is always set says nothing.
    """

    deadline: str
    column: str
    name: str
    clocks: int
    claimed: int

    @property
    def always(self) -> bool:
        """Whether every one of at least five clocks has a claim."""
        return self.clocks >= ENOUGH and self.claimed == self.clocks


@dataclass(frozen=True, slots=True)
class ExceptionAudit:
    """What a file claims, and what that does.

    Attributes:
        claims: Every claim for a clock that was late without it, in file order.
        unneeded: Deadline id to how many clocks have a claim and were in time, or still may be.
        shares: How often it is claimed, by deadline, then for the whole file and each group.
        rates: Deadline id to what was done in time, three ways; only deadlines with a claim.
    """

    claims: tuple[Claim, ...]
    unneeded: Mapping[str, int]
    shares: tuple[Share, ...]
    rates: Mapping[str, InTime]

    @property
    def always(self) -> tuple[Share, ...]:
        """Who claims an exception for every case."""
        return tuple(share for share in self.shares if share.always)


@dataclass(slots=True)
class _ClaimCount:
    """What has been counted so far."""

    part: Rulebook
    as_at: date
    claims: list[Claim] = field(default_factory=list)
    unneeded: Counter[str] = field(default_factory=Counter)
    clocks: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    claimed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    tallies: dict[str, InTimeTally] = field(default_factory=dict)

    def add_judged(self, judged: Judged) -> None:
        """Count the clocks that started, by group."""
        for name, clocks in judged.clocks.items():
            self.tallies.setdefault(name, InTimeTally()).add(clocks)
            self.clocks[name, WHOLE_FILE, WHOLE_FILE] += clocks.height
            there = [column for column in GROUPS if column in judged.rows.columns]
            named = clocks.frame("row").join(judged.rows.select("row", *there), on="row", how="left")
            for column in there:
                for group, number in named[column].drop_nulls().value_counts().iter_rows():
                    self.clocks[name, column, group] += number

    def add_claims(self, batch: Batch) -> None:
        """Look at every row that claims anything, with the reader that gives its reasons."""
        claiming = _claiming(batch, self.part)
        if claiming is not None:
            for row in rows_of(replace(batch, frame=batch.frame.filter(claiming))):
                for working in judge_case(self.part, [row], self.as_at):
                    self._add_claim(row, working)

    def _add_claim(self, row: Row, working: Working) -> None:
        claimed = [one for one in working.looked if one.strength in STRENGTHS]
        if not claimed or working.clock.verdict in ("not-started", "not-owed"):
            return
        name = working.deadline.id
        for column, group in _groups(row):
            self.claimed[name, column, group] += 1
        if working.clock.strict not in LATE:
            self.unneeded[name] += 1
            return
        self.claims += (_claim(row, working, one) for one in claimed)

    def finished(self) -> ExceptionAudit:
        """Return what was counted, deadlines in the order of the rulebook."""
        order = [one.id for one in self.part.deadlines if self.claimed[one.id, WHOLE_FILE, WHOLE_FILE]]
        shares = [
            Share(name, column, group, number, self.claimed[name, column, group])
            for name in order
            for (deadline, column, group), number in sorted(self.clocks.items())
            if deadline == name and self.claimed[name, column, group]
        ]
        return ExceptionAudit(
            claims=tuple(self.claims),
            unneeded={name: self.unneeded[name] for name in order if self.unneeded[name]},
            shares=tuple(shares),
            rates={name: self.tallies[name].rates() for name in order if name in self.tallies},
        )


def exceptions_of(rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date) -> ExceptionAudit:
    """Look at every exception that some files claim for the authority's own statutory duties.

    Args:
        rulebook: The law.
        sources: The files, opened.
        as_at: The day the question is asked about.
    """
    excusable = [
        deadline.id
        for deadline in rulebook.deadlines
        if deadline.excuses
        and deadline.kind == "statutory"
        and deadline.who == "authority"
        and not deadline.repeats
    ]
    counting = _ClaimCount(part_of(rulebook, excusable), as_at)
    for source in sources:
        without = {one.id for one in unjudgeable(rulebook, source.columns)}
        wanted = [
            deadline
            for deadline in rulebook.deadlines
            if deadline.id in excusable and deadline.id not in without
        ]
        counting.part = part_of(rulebook, [one.id for one in wanted])
        for judged in judge(rulebook, _seen(source.batches(), counting), as_at, deadlines=wanted):
            counting.add_judged(judged)
    counting.part = part_of(rulebook, excusable)
    return counting.finished()


def _seen(batches: Iterable[Batch], counting: _ClaimCount) -> Iterator[Batch]:
    for batch in batches:
        counting.add_claims(batch)
        yield batch


def _claiming(batch: Batch, part: Rulebook) -> pl.Expr | None:
    """Return which rows claim anything: a flag at yes, a first day of absence, an unread cell of these."""
    excuses = [excuse for deadline in part.deadlines for excuse in deadline.excuses]
    there = set(batch.frame.columns)
    flags = {excuse.flag for excuse in excuses if excuse.flag} & there
    days = {one.evidence.absent[0] for one in excuses if isinstance(one.evidence, Absence)}
    claims = [pl.col(flag).fill_null(value=False) for flag in sorted(flags)]
    claims += [pl.col(day).is_not_null() for day in sorted(days & there)]
    unread = [batch.unreadable[name] for name in sorted((flags | days) & set(batch.unreadable))]
    claims += [pl.col("row").is_in(rows.implode()) for rows in unread]
    return pl.any_horizontal(claims) if claims else None


def _groups(row: Row) -> Iterator[tuple[str, str]]:
    yield WHOLE_FILE, WHOLE_FILE
    yield from ((column, row.texts[column]) for column in GROUPS if column in row.texts)


def _claim(row: Row, working: Working, looked: ExcuseResult) -> Claim:
    clock = working.clock
    return Claim(
        case_id=row.case_id,
        row=row.number,
        deadline=clock.deadline,
        due=clock.due,
        days_late=clock.days_late,
        excuse=looked.excuse.id,
        law=looked.excuse.law,
        condition=looked.excuse.says,
        shows=SHOWS[looked.strength],
        why=looked.why,
        verdict=clock.verdict,
        **{column: row.texts.get(column) for column in GROUPS},
    )
