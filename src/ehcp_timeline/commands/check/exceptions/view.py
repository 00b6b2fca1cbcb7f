"""The page of `ehcp check --exceptions`: each claim with its condition and dates, and the effect on rates."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.commands.check.exceptions.claims import Claim, ExceptionsAnswer, Share, exceptions_of
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import InTime, lines_of
from ehcp_timeline.output.sections import ListColumn, Section, TableColumn, column_of, list_section
from ehcp_timeline.shell.destination import Output
from ehcp_timeline.text.words import count, day, quoted

NOTE: Final = (
    "The law lets an authority miss the time limit where one of these makes it impractical to keep. Dates "
    "cannot show whether it was impractical: a person must decide."
)


def exceptions_sections(answer: ExceptionsAnswer, top: int) -> Iterator[Section]:
    """Yield the claims, who always claims, what the claims do to the rates, and the conditions."""
    shown = Counter(claim.shows for claim in answer.claims)
    said = ", ".join(f"{number:,} {words}" for words, number in sorted(shown.items()))
    unneeded = sum(answer.unneeded.values())
    claims = count(len(answer.claims), "claim")
    yield Section(
        f"Exceptions claimed on {day(answer.as_at)}: {claims} for late duties",
        before=tuple(
            line
            for line in (
                f"By the dates: {said}." if said else "",
                "A claim that its dates refute is not counted as an exception, here or in the DfE's rates."
                if shown["refuted"]
                else "",
                f"{count(unneeded, 'more clock')} with a claim in time, or not yet due." if unneeded else "",
                NOTE,
            )
            if line
        ),
    )
    if always := [share for share in answer.shares if share.always]:
        yield _always(always)
    if answer.rates:
        yield _rates(answer)
    if answer.claims:
        yield _claims(answer.claims, top)
        yield _conditions(answer.claims)


def _always(shares: Sequence[Share]) -> Section:
    """Return who claims an exception for every clock."""
    columns = (TableColumn("deadline", "fixed"), TableColumn("who"), TableColumn("clocks", "number"))
    rows = tuple((share.deadline, _who(share), f"{share.clocks:,}") for share in shares)
    after = ("A claim made for every case says nothing about any of them: check how the flag is filled in.",)
    return Section("Claimed for every case", columns=columns, rows=rows, after=after, alarm=True)


def _who(share: Share) -> str:
    return f"{share.column} {share.name}" if share.column else "the whole file"


def _rates(answer: ExceptionsAnswer) -> Section:
    """Return what was done in time, with claims counted three ways, and how often each is made."""
    whole = {share.deadline: share for share in answer.shares if not share.column}
    rows = tuple(
        (name, f"{whole[name].claimed:,} of {whole[name].clocks:,}" if name in whole else "", *_ways(rates))
        for name, rates in answer.rates.items()
    )
    columns = (
        TableColumn("deadline", "fixed"),
        TableColumn("claimed", "fixed"),
        TableColumn("claims ignored", "number"),
        TableColumn("as claimed", "number"),
        TableColumn("as proved", "number"),
    )
    after = ("Percent of those answered, ended or past the day; excused ones are left out of both sides.",)
    return Section("In time, in percent", columns=columns, rows=rows, after=after)


def _ways(rates: InTime) -> tuple[str, ...]:
    return tuple(
        "n/a" if rate is None else f"{rate:.1f}" for rate in (rates.strict, rates.claimed, rates.evidenced)
    )


def _claims(claims: Sequence[Claim], top: int) -> Section:
    """Return the claims, those that the dates refute first, then the latest."""
    order = ("refuted", "could not be read", "cannot be shown", "proved")
    ordered = sorted(claims, key=lambda claim: (order.index(claim.shows), -(claim.days_late or 0), claim.row))
    late = TableColumn("days late", "number")
    columns = (
        column_of("case_id", "case", "fixed"),
        column_of("deadline", kind="fixed"),
        ListColumn(late, lambda row: "" if row["days_late"] is None else f"{row['days_late']:,}"),
        column_of("excuse", kind="fixed"),
        column_of("shows", "shown"),
        column_of("why", "by what"),
        *(column_of(key, optional=True) for key in ("caseworker", "team", "district")),
    )
    return list_section("Claims", columns, lines_of(ordered[:top], Claim), len(claims))


def _conditions(claims: Sequence[Claim]) -> Section:
    """Return what the law asks for, once for each ground."""
    rows = {(claim.law, claim.excuse): quoted(claim.condition, claim.means) for claim in claims}
    columns = (TableColumn("the law"), TableColumn("excuse", "fixed"), TableColumn("its condition"))
    return Section(
        "The conditions", columns=columns, rows=tuple((*key, words) for key, words in sorted(rows.items()))
    )


def tell_exceptions(
    to: Output, rulebook: Rulebook, sources: Sequence[CaseFile], as_at: date, top: int
) -> None:
    """Write every claimed exception."""
    answer = exceptions_of(rulebook, sources, as_at)
    title = f"Exceptions claimed as at {as_at}"
    to.send_records(answer, answer.claims, Claim, lambda: exceptions_sections(answer, top), title)
