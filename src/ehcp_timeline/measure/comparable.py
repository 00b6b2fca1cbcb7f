"""Two answers that are to be held against each other, and what speaks against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from ehcp_timeline.audit.bulk.judged import CLOCKS
from ehcp_timeline.cases.saved_answer import SavedAnswer
from ehcp_timeline.measure.casework import Casework
from ehcp_timeline.measure.listing import LISTED

_ENOUGH = 2  # cases: of one case that is no longer there nothing follows about the rest


@dataclass(frozen=True, slots=True)
class Side:
    """One of two answers.

    Attributes:
        as_at: The day it was asked about.
        law: SHA-256 of the rulebook and of each local one laid over it.
        clocks: Every clock, with the columns of a finding.
        cases: Every case number.
        districts: Every district that is recorded.
        not_judged: Deadlines that no column of its file could answer.
        rows_left_out: Rows of its file that could not be judged.
        unlisted: Deadlines of which it says nothing.
    """

    as_at: date
    law: tuple[str, ...]
    clocks: pl.DataFrame
    cases: pl.Series
    districts: frozenset[str]
    not_judged: tuple[str, ...]
    rows_left_out: int
    unlisted: frozenset[str] = frozenset()


def side_of_file(work: Casework) -> Side:
    """Return a case file that was just judged, all its clocks kept."""
    rows, audit = work.rows, work.audit
    districts = (
        rows["district"].cast(pl.String) if "district" in rows.columns else pl.Series([], dtype=pl.String)
    )
    overlays = tuple(digest for _, digest in audit.overlays)
    return Side(
        as_at=work.as_at,
        law=(audit.rulebook_sha256, *overlays),
        clocks=audit.findings,
        cases=rows["case_id"].unique(),
        districts=_recorded(districts),
        not_judged=tuple(one.deadline for one in audit.not_judged),
        rows_left_out=sum(source.not_judged for source in audit.inputs),
    )


def side_of_answer(saved: SavedAnswer) -> Side:
    """Return an answer that was saved earlier."""
    schema = {name: CLOCKS.get(name, pl.String) for name in LISTED}
    clocks = pl.DataFrame(list(saved.findings), schema=schema, strict=False)
    return Side(
        as_at=saved.as_at,
        law=(saved.rulebook_sha256, *saved.overlays),
        clocks=clocks,
        cases=clocks["case_id"].unique(),
        districts=_recorded(clocks["district"]),
        not_judged=saved.not_judged,
        rows_left_out=saved.rows_left_out,
        unlisted=saved.unlisted,
    )


def objections(old: Side, new: Side) -> Sequence[str]:
    """Return what speaks against holding these two against each other; nothing if they belong together."""
    return tuple(_objections(old, new))


def _objections(old: Side, new: Side) -> Iterator[str]:
    if old.as_at != new.as_at:
        yield f"OLD is as at {old.as_at}, NEW as at {new.as_at}: time alone makes cases late between them"
    if old.law != new.law:
        yield "OLD and NEW were judged under different rulebooks: the law alone may have changed an answer"
    if len(old.cases) >= _ENOUGH and not set(old.cases) & set(new.cases):
        yield "OLD and NEW have no case in common: they look like files of different councils"
    elif old.districts and new.districts and not old.districts & new.districts:
        yield "OLD and NEW have no district in common: they look like files of different councils"


def _recorded(names: pl.Series) -> frozenset[str]:
    return frozenset(name.strip() for name in names.unique() if name and name.strip())
