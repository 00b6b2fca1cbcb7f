"""`ehcp check --exceptions`: what the dates show about each claimed exception, and who always claims one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, ClassVar, Final, Literal

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.selection import WHOSE, unjudgeable
from ehcp_timeline.audit.single.judge import judge_case
from ehcp_timeline.audit.verdicts import Verdict
from ehcp_timeline.cases.model import Row
from ehcp_timeline.cases.sheet import Batch, rows_of
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.deadline import Absence
from ehcp_timeline.law.rulebook import Rulebook, part_of
from ehcp_timeline.measure.answer import InTime, RulebookUsed, lines_of
from ehcp_timeline.measure.counts import OF_RATES, InTimeTally
from ehcp_timeline.output.sections import (
    CASE,
    DEADLINE,
    WHOSE_COLUMNS,
    Section,
    column_of,
    list_section,
    number_of,
    table,
)
from ehcp_timeline.record import Ge, Whole, field, record, replace
from ehcp_timeline.text import count, day, one_decimal_words, quoted

_REFUTED = "A claim that its dates refute is not counted as an exception, here or in the DfE's rates."
_ALWAYS = "A claim made for every case says nothing about any of them: check how the flag is filled in."
_NOTE = (
    "The law lets an authority miss the time limit where one of these makes it impractical to keep. Dates "
    "cannot show whether it was impractical: a person must decide."
)
_WORST_FIRST: Final = ("refuted", "could not be read", "cannot be shown", "proved")
_COLUMNS = (
    CASE,
    DEADLINE,
    number_of("days_late", "days late"),
    column_of("excuse", kind="fixed"),
    column_of("shows", "shown"),
    column_of("why", "by what"),
    *WHOSE_COLUMNS,
)
Shows = Literal["proved", "refuted", "cannot be shown", "could not be read"]
WHOLE_FILE: Final = ("", "")
_ENOUGH = 5
_SHOWS: Final[Mapping[str, Shows]] = {
    "evidenced": "proved",
    "claimed": "cannot be shown",
    "refuted": "refuted",
    "unreadable": "could not be read",
}


@record(frozen=True, slots=True)
class Claim:
    """One exception that was claimed for one clock that was late without it.

    Attributes:
        row: Physical line of the file.
        days_late: Calendar days from the due day to the answer, the end or the as-at date.
        excuse: The ground.
        law: The provision.
        condition: In the words of the law; empty if none were seen.
        means: The condition in other words; may be empty.
        shows: What the dates show.
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
    shows: Shows
    why: str
    verdict: Verdict
    district: str | None
    team: str | None
    caseworker: str | None


@record(frozen=True, slots=True)
class Share:
    """How often one district, team or caseworker claims an exception for a deadline.

    Attributes:
        column: `district`, `team` or `caseworker`; empty for the whole file.
        clocks: Clocks that started.
        claimed: Of these, with a claim.
        always: Claimed for every one of at least five clocks: a flag that is always set carries no
            information.
    """

    deadline: str
    column: str
    name: str
    clocks: Whole
    claimed: Whole
    always: bool


@record(frozen=True, slots=True)
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


@record(slots=True)
class _ClaimCount:
    """What has been counted so far; `held` are requests on several rows, by case, until their file ends."""

    part: Rulebook
    as_at: date
    batch: Batch | None = None
    held: dict[str, list[Row]] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    unneeded: Counter[str] = field(default_factory=Counter)
    clocks: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    claimed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    tallies: dict[str, InTimeTally] = field(default_factory=dict)

    def passing(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        for batch in batches:
            self.batch = batch
            yield batch

    def add_judged(self, judged: Judged) -> None:
        for name, clocks in judged.clocks.items():
            self.tallies.setdefault(name, InTimeTally()).add(clocks)
            self.clocks[name, *WHOLE_FILE] += clocks.height
            there = [column for column in WHOSE if column in judged.rows.columns]
            named = clocks.frame("row").join(judged.rows.select("row", *there), on="row", how="left")
            for column in there:
                for group, number in named[column].drop_nulls().value_counts().iter_rows():
                    self.clocks[name, column, group] += number

    def add_claims(self, judged: Judged) -> None:
        """Look at every row that claims anything, with the reader that gives its reasons.

        The rows of a request on several rows wait for the end of the file, and are looked at together.
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
            claimed = [excuse for excuse in working.excuses if excuse.strength in _SHOWS]
            clock = working.clock
            if not claimed or clock.verdict in ("not-started", "not-owed"):
                continue
            texts = by_number[clock.row].texts
            groups = ((column, texts[column]) for column in WHOSE if column in texts)
            for group in (WHOLE_FILE, *groups):
                self.claimed[clock.deadline, *group] += 1
            if clock.strict not in ("late", "overdue"):
                self.unneeded[clock.deadline] += 1
                continue
            for excuse in claimed:
                claim = Claim(
                    case_id=by_number[clock.row].case_id,
                    row=clock.row,
                    deadline=clock.deadline,
                    due=clock.due,
                    days_late=clock.days_late,
                    excuse=excuse.excuse.id,
                    law=excuse.excuse.law,
                    condition=excuse.excuse.says,
                    means=excuse.excuse.means,
                    shows=_SHOWS[excuse.strength],
                    why=excuse.why,
                    verdict=clock.verdict,
                    **{column: texts.get(column) for column in WHOSE},
                )
                self.claims.append(claim)

    def finished(self) -> ExceptionsAnswer:
        order = [deadline.id for deadline in self.part.deadlines if self.claimed[deadline.id, *WHOLE_FILE]]
        places = sorted((place, clocks) for place, clocks in self.clocks.items() if self.claimed[place])
        places.sort(key=lambda counted: order.index(counted[0][0]))
        shares = (
            Share(*place, clocks, claimed, always=clocks >= _ENOUGH and claimed == clocks)
            for place, clocks in places
            for claimed in [self.claimed[place]]
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
    """Look at every exception that some files claim for the authority's own statutory duties."""
    excusable = [
        deadline
        for deadline in rulebook.deadlines
        if deadline.excuses and not deadline.repeats
        if (deadline.who, deadline.kind) == ("authority", "statutory")
    ]
    whole = part_of(rulebook, [deadline.id for deadline in excusable])
    counting = _ClaimCount(whole, as_at)
    for source in sources:
        without = {deadline.id for deadline in unjudgeable(rulebook, source.columns)}
        wanted = [deadline for deadline in excusable if deadline.id not in without]
        counting.part = part_of(rulebook, [deadline.id for deadline in wanted])
        before = len(counting.claims)
        for judged in judge(rulebook, counting.passing(source.batches()), as_at, deadlines=wanted):
            counting.add_judged(judged)
            counting.add_claims(judged)
        counting.claims[before:] = sorted(counting.claims[before:], key=lambda claim: claim.row)
    counting.part = whole
    return counting.finished()


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


def exceptions_sections(answer: ExceptionsAnswer, top: int) -> Iterator[Section]:
    """Yield the claims, who always claims, what the claims do to the rates, and the conditions."""
    shown = Counter(claim.shows for claim in answer.claims)
    said = ", ".join(f"{number:,} {words}" for words, number in sorted(shown.items()))
    before = [f"By the dates: {said}."] if said else []
    if shown["refuted"]:
        before.append(_REFUTED)
    if unneeded := sum(answer.unneeded.values()):
        before.append(f"{count(unneeded, 'more clock')} with a claim in time, or not yet due.")
    claims = count(len(answer.claims), "claim")
    title = f"Exceptions claimed on {day(answer.as_at)}: {claims} for late duties"
    yield Section(title, before=(*before, _NOTE))
    if always := [share for share in answer.shares if share.always]:
        shares = (
            {
                "deadline": share.deadline,
                "who": f"{share.column} {share.name}" if share.column else "the whole file",
                "clocks": share.clocks,
            }
            for share in always
        )
        yield table("Claimed for every case", shares, text=("who",), after=(_ALWAYS,), alarm=True)
    if answer.rates:
        whole = {share.deadline: share for share in answer.shares if not share.column}
        rates = (
            {
                "deadline": name,
                "claimed": f"{whole[name].claimed:,} of {whole[name].clocks:,}" if name in whole else "",
                "claims ignored": one_decimal_words(rate.strict),
                "as claimed": one_decimal_words(rate.claimed),
                "as proved": one_decimal_words(rate.evidenced),
            }
            for name, rate in answer.rates.items()
        )
        yield table("In time, in percent", rates, fixed=("claimed",), after=(OF_RATES,))
    if answer.claims:
        ordered = sorted(
            answer.claims,
            key=lambda claim: (_WORST_FIRST.index(claim.shows), -(claim.days_late or 0), claim.row),
        )
        yield list_section("Claims", _COLUMNS, lines_of(ordered[:top], Claim), len(ordered))
        conditions = {
            (claim.law, claim.excuse): quoted(claim.condition, claim.means) for claim in answer.claims
        }
        grounds = (
            {"the law": law, "excuse": excuse, "its condition": words}
            for (law, excuse), words in sorted(conditions.items())
        )
        yield table("The conditions", grounds, fixed=("excuse",), text=("the law", "its condition"))
