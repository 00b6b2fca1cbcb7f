"""What `ehcp check --exceptions` tells: each claim with its condition and its dates, and what claims do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any, Final

from ehcp_timeline.commands.check.exceptions.claims import Claim, ExceptionAudit, Share
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.counts import InTime
from ehcp_timeline.output.answers import rulebook_values
from ehcp_timeline.output.sections import Section, TableColumn, without_empty_columns
from ehcp_timeline.text.words import count, day

SCHEMA: Final = "ehcp-exceptions/1"
CLAIM_KEYS: Final = tuple(field.name for field in fields(Claim))
NOTE: Final = (
    "The law says that an authority need not comply where it is impractical because of these. No date shows "
    "whether it was impractical: that is for a person to say."
)


def exceptions_sections(found: ExceptionAudit, as_at: date, top: int) -> Iterator[Section]:
    """Yield the claims, who always claims, what the claims do to the rates, and the conditions."""
    shown = Counter(claim.shows for claim in found.claims)
    said = ", ".join(f"{number:,} {words}" for words, number in sorted(shown.items()))
    unneeded = sum(found.unneeded.values())
    claims = count(len(found.claims), "claim")
    yield Section(
        f"Exceptions claimed as at {day(as_at)}: {claims} for what is late without",
        before=tuple(
            line
            for line in (
                f"The dates: {said}." if said else "",
                f"{count(unneeded, 'more clock')} with a claim in time, or not yet due." if unneeded else "",
                NOTE,
            )
            if line
        ),
    )
    if found.always:
        yield _always(found.always)
    if found.rates:
        yield _rates(found)
    if found.claims:
        yield _claims(found.claims, top)
        yield _conditions(found.claims)


def _always(shares: Sequence[Share]) -> Section:
    """Return who claims an exception for every clock."""
    columns = (TableColumn("deadline", "fixed"), TableColumn("who"), TableColumn("clocks", "number"))
    rows = tuple((share.deadline, _who(share), f"{share.clocks:,}") for share in shares)
    after = ("A claim that is always made says nothing about any case: look at how the flag is set.",)
    return Section("Claimed for every case", columns=columns, rows=rows, after=after, alarm=True)


def _who(share: Share) -> str:
    return f"{share.column} {share.name}" if share.column else "the whole file"


def _rates(found: ExceptionAudit) -> Section:
    """Return what was done in time, with claims counted three ways, and how often each is made."""
    whole = {share.deadline: share for share in found.shares if not share.column}
    rows = tuple(
        (name, f"{whole[name].claimed:,} of {whole[name].clocks:,}" if name in whole else "", *_ways(rates))
        for name, rates in found.rates.items()
    )
    columns = (
        TableColumn("deadline", "fixed"),
        TableColumn("claimed", "fixed"),
        TableColumn("claims ignored", "number"),
        TableColumn("as claimed", "number"),
        TableColumn("as proved", "number"),
    )
    after = (
        "Of all that was answered, ended or is past its day; what is excused is left out of both sides.",
    )
    return Section("In time, in percent", columns=columns, rows=rows, after=after)


def _ways(rates: InTime) -> tuple[str, ...]:
    return tuple(
        "n/a" if one is None else f"{one:.1f}" for one in (rates.strict, rates.claimed, rates.evidenced)
    )


def _claims(claims: Sequence[Claim], top: int) -> Section:
    """Return the claims, those that the dates refute first, then the latest."""
    order = ("refuted", "could not be read", "cannot be shown", "proved")
    ordered = sorted(claims, key=lambda one: (order.index(one.shows), -(one.days_late or 0), one.row))
    rows = tuple(_claim(one) for one in ordered[:top])
    columns = (
        *(TableColumn(name, "fixed") for name in ("case", "deadline")),
        TableColumn("days late", "number"),
        *(TableColumn(name, "fixed") for name in ("excuse", "shown")),
        *(TableColumn(name) for name in ("by what", "caseworker", "team", "district")),
    )
    title = (
        f"Claims: {len(claims):,}"
        if len(rows) == len(claims)
        else f"Claims: {len(rows):,} of {len(claims):,} shown"
    )
    return without_empty_columns(Section(title, columns=columns, rows=rows))


def _claim(one: Claim) -> tuple[str, ...]:
    late = "" if one.days_late is None else f"{one.days_late:,}"
    whose = (one.caseworker or "", one.team or "", one.district or "")
    return one.case_id, one.deadline, late, one.excuse, one.shows, one.why, *whose


def _conditions(claims: Sequence[Claim]) -> Section:
    """Return what the law asks for, once for each ground."""
    rows = {(claim.law, claim.excuse): claim.condition for claim in claims}
    columns = (TableColumn("the law"), TableColumn("excuse", "fixed"), TableColumn("its condition"))
    return Section(
        "The conditions", columns=columns, rows=tuple((*key, words) for key, words in sorted(rows.items()))
    )


def exceptions_answer(found: ExceptionAudit, rulebook: Rulebook, as_at: date) -> dict[str, Any]:
    """Return the same as plain values, complete, ready to be written as JSON."""
    return {
        "schema": SCHEMA,
        "as_at": as_at,
        "rulebook": rulebook_values(rulebook.version, rulebook.sha256, rulebook.overlays),
        "rates": {name: asdict(rates) for name, rates in found.rates.items()},
        "unneeded": dict(found.unneeded),
        "shares": [{**asdict(share), "always": share.always} for share in found.shares],
        "claims": [asdict(claim) for claim in found.claims],
    }
