"""The two answers that are compared: a case file just judged, or an answer that `ehcp check` saved."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import make_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_type_hints

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS
from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import read_whole
from ehcp_timeline.measure.answer import Finding, RulebookUsed
from ehcp_timeline.measure.casework import Casework
from ehcp_timeline.measure.findings import LISTED
from ehcp_timeline.measure.result import Input, NotJudged
from ehcp_timeline.record import record
from ehcp_timeline.text.bounds import Whole

_NEEDED = ("case_id", "deadline", "verdict")
_MOST = 10_000_000  # of any whole number of a finding: a row of a file, days
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@record(frozen=True, slots=True)
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
        CaseFileError: It is no answer of `ehcp check`, or does not hold every clock of its file.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        saved = TypeAdapter(_SavedCheck).validate_json(read_whole(path).removeprefix(_BYTE_ORDER_MARK))
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


def objections(old: Side, new: Side) -> Iterator[str]:
    """Yield what speaks against holding these two against each other; nothing if they belong together."""
    if old.as_at > new.as_at:
        yield f"OLD is as at {old.as_at}, after NEW, as at {new.as_at}: are they the wrong way round?"
    if old.law != new.law:
        yield "OLD and NEW were judged under different rulebooks: the law alone may have changed an answer"
    # of one case that is no longer there nothing follows about the rest
    if len(old.cases) >= 2 and not set(old.cases) & set(new.cases):
        yield "OLD and NEW have no case in common: they look like files of different councils"
    elif old.districts and new.districts and not old.districts & new.districts:
        yield "OLD and NEW have no district in common: they look like files of different councils"
