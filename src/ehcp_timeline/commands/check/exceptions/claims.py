"""Every exception that a file claims: its condition, what dates show, who always claims it, what it does."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, ClassVar, Final, Literal

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.audit.selection import WHOSE, unjudgeable
from ehcp_timeline.audit.single.excuses import ExcuseResult
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.single.trace import Working
from ehcp_timeline.cases.batch import Batch, rows_of
from ehcp_timeline.cases.model import Row
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.deadline import Absence
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.law.subset import part_of
from ehcp_timeline.measure.answer import InTime, RulebookUsed
from ehcp_timeline.measure.counts import InTimeTally
from ehcp_timeline.text.bounds import Ge, Whole

WHOLE_FILE: Final = ""
ENOUGH: Final = 5
LATE: Final = ("late", "overdue")
STRENGTHS: Final = ("evidenced", "claimed", "refuted", "unreadable")
SHOWS: Final[Mapping[str, Literal["proved", "refuted", "cannot be shown", "could not be read"]]] = {
    "evidenced": "proved",
    "claimed": "cannot be shown",
    "refuted": "refuted",
    "unreadable": "could not be read",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One exception that was claimed for one clock that was late without it.

    Attributes:
        row: Physical line of the file.
        days_late: Calendar days from the due day to the answer, the end or the as-at date.
        excuse: The ground.
        law: The provision.
        condition: In the words of the law; empty where none were seen.
        means: The condition in other words; may be empty.
        shows: What the dates say.
        why: The dates that say so.
        verdict: The answer with the strongest of the row's claims.
    """

    case_id: str
    row: Annotated[int, Ge(1)]
    deadline: str
    due: date | None
    days_late: int | None
    excuse: str
    law: str
    condition: str
    means: str
    shows: Literal["proved", "refuted", "cannot be shown", "could not be read"]
    why: str
    verdict: Verdict
    district: str | None
    team: str | None
    caseworker: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """How often one district, team or caseworker claims an exception for a deadline.

    Attributes:
        column: `district`, `team` or `caseworker`; empty for the whole file.
        clocks: Clocks that started.
        claimed: Of these, with a claim.
        always: Claimed for every one of at least five clocks: a flag that is always set says nothing.
    """

    deadline: str
    column: str
    name: str
    clocks: Whole
    claimed: Whole
    always: bool


@dataclass(frozen=True, slots=True)
class ExceptionsAnswer:
    """The answer of `ehcp check --exceptions --format json`: what a file claims, and what that does.

    Attributes:
        rates: Deadline to what was done in time; only deadlines with a claim.
        unneeded: Deadline to claims in time, or not yet due.
        shares: How often it is claimed, by deadline, then for the whole file and each group.
        claims: Every claim for a clock that was late without it, in file order.
    """

    SCHEMA: ClassVar = "ehcp-exceptions/1"

    as_at: date
    rulebook: RulebookUsed
    rates: Mapping[str, InTime]
    unneeded: Mapping[str, Whole]
    shares: tuple[Share, ...]
    claims: tuple[Claim, ...]


@dataclass(slots=True)
class _ClaimCount:
    """What has been counted so far.

    Attributes:
        batch: The rows that are being judged.
        held: Case to its rows of requests that stand on several, until the end of their file.
    """

    part: Rulebook
    as_at: date
    batch: Batch | None = None
    held: dict[str, list[Row]] = field(default_factory=dict)
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
            there = [column for column in WHOSE if column in judged.rows.columns]
            named = clocks.frame("row").join(judged.rows.select("row", *there), on="row", how="left")
            for column in there:
                for group, number in named[column].drop_nulls().value_counts().iter_rows():
                    self.clocks[name, column, group] += number

    def add_claims(self, judged: Judged) -> None:
        """Look at every row that claims anything, with the reader that gives its reasons.

        The rows of a request that stands on several wait for the end of the file, and are looked at together.
        """
        if judged.last:
            for rows in self.held.values():
                self._look_at(rows)
            self.held.clear()
        elif self.batch is not None:
            frame, claiming = self.batch.frame, _claiming(self.batch, self.part)
            if judged.rows.height < frame.height:
                is_held = ~pl.col("row").is_in(judged.rows["row"].implode())
                for row in rows_of(replace(self.batch, frame=frame.filter(is_held))):
                    self.held.setdefault(row.case_id, []).append(row)
                frame = frame.filter(~is_held)
            if claiming is not None:
                for row in rows_of(replace(self.batch, frame=frame.filter(claiming))):
                    self._look_at([row])

    def _look_at(self, rows: Sequence[Row]) -> None:
        by_number = {row.number: row for row in rows}
        for working in judge_case(self.part, rows, self.as_at):
            self._add_claim(by_number[working.clock.row], working)

    def _add_claim(self, row: Row, working: Working) -> None:
        claimed = [excuse for excuse in working.excuses if excuse.strength in STRENGTHS]
        if not claimed or working.clock.verdict in ("not-started", "not-owed"):
            return
        name = working.deadline.id
        for column, group in _groups(row):
            self.claimed[name, column, group] += 1
        if working.clock.strict not in LATE:
            self.unneeded[name] += 1
            return
        self.claims += (_claim(row, working, excuse) for excuse in claimed)

    def finished(self) -> ExceptionsAnswer:
        """Return what was counted, deadlines in the order of the rulebook."""
        order = [
            deadline.id
            for deadline in self.part.deadlines
            if self.claimed[deadline.id, WHOLE_FILE, WHOLE_FILE]
        ]
        shares = []
        for name in order:
            for place, clocks in sorted(self.clocks.items()):
                if place[0] == name and (claimed := self.claimed[place]):
                    shares.append(
                        Share(*place, clocks, claimed, always=clocks >= ENOUGH and claimed == clocks)
                    )
        return ExceptionsAnswer(
            as_at=self.as_at,
            rulebook=RulebookUsed.of(self.part),
            rates={name: self.tallies[name].rates() for name in order if name in self.tallies},
            unneeded={name: self.unneeded[name] for name in order if self.unneeded[name]},
            shares=tuple(shares),
            claims=tuple(self.claims),
        )


@repeated_until_known
def exceptions_of(rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date) -> ExceptionsAnswer:
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
        without = {deadline.id for deadline in unjudgeable(rulebook, source.columns)}
        wanted = [
            deadline
            for deadline in rulebook.deadlines
            if deadline.id in excusable and deadline.id not in without
        ]
        counting.part = part_of(rulebook, [deadline.id for deadline in wanted])
        before = len(counting.claims)
        for judged in judge(rulebook, _passing(source.batches(), counting), as_at, deadlines=wanted):
            counting.add_judged(judged)
            counting.add_claims(judged)
        counting.claims[before:] = sorted(counting.claims[before:], key=lambda claim: claim.row)
    counting.part = part_of(rulebook, excusable)
    return counting.finished()


def _passing(batches: Iterable[Batch], counting: _ClaimCount) -> Iterator[Batch]:
    for batch in batches:
        counting.batch = batch
        yield batch


def _claiming(batch: Batch, part: Rulebook) -> pl.Expr | None:
    """Return which rows claim anything: a flag at yes, a first day of absence, an unread cell of these."""
    excuses = [excuse for deadline in part.deadlines for excuse in deadline.excuses]
    there = set(batch.frame.columns)
    flags = {excuse.flag for excuse in excuses if excuse.flag} & there
    days = {excuse.evidence.absent[0] for excuse in excuses if isinstance(excuse.evidence, Absence)}
    claims = [pl.col(flag).fill_null(value=False) for flag in sorted(flags)]
    claims += [pl.col(day).is_not_null() for day in sorted(days & there)]
    unread = [batch.unreadable[name] for name in sorted((flags | days) & set(batch.unreadable))]
    claims += [pl.col("row").is_in(rows.implode()) for rows in unread]
    return pl.any_horizontal(claims) if claims else None


def _groups(row: Row) -> Iterator[tuple[str, str]]:
    yield WHOLE_FILE, WHOLE_FILE
    yield from ((column, row.texts[column]) for column in WHOSE if column in row.texts)


def _claim(row: Row, working: Working, excuse: ExcuseResult) -> Claim:
    clock = working.clock
    return Claim(
        case_id=row.case_id,
        row=row.number,
        deadline=clock.deadline,
        due=clock.due,
        days_late=clock.days_late,
        excuse=excuse.excuse.id,
        law=excuse.excuse.law,
        condition=excuse.excuse.says,
        means=excuse.excuse.means,
        shows=SHOWS[excuse.strength],
        why=excuse.why,
        verdict=clock.verdict,
        **{column: row.texts.get(column) for column in WHOSE},
    )
