"""Reads back an answer that `ehcp check --format json` saved: its day, its law, its clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, make_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_type_hints

from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.inputs import read_whole
from ehcp_timeline.measure.answer import Finding, RulebookUsed
from ehcp_timeline.measure.result import Input, NotJudged
from ehcp_timeline.text.bounds import Whole

_NEEDED = ("case_id", "deadline", "verdict")
_MOST = 10_000_000  # of any whole number of a finding: a row of a file, days
_BEGINS = b"{"


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """What an answer said.

    Attributes:
        as_at: The day it was asked about.
        rulebook_sha256: SHA-256 of the law it was judged under.
        overlays: SHA-256 of each local rulebook that was laid over it.
        findings: Its clocks, with the keys of a finding, dates as dates.
        not_judged: Deadlines that no column of its files could answer.
        rows_left_out: Rows of its files that could not be judged.
        unlisted: Deadlines whose clocks were counted and not listed.
    """

    as_at: date
    rulebook_sha256: str
    overlays: tuple[str, ...]
    findings: tuple[Mapping[str, Any], ...]
    not_judged: tuple[str, ...]
    rows_left_out: int
    unlisted: frozenset[str]


def is_saved_answer(path: Path) -> bool:
    """Say whether a file holds JSON rather than cases, by how it begins."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == _BEGINS


@dataclass(frozen=True)
class _SavedSummary:
    verdicts: Mapping[str, Mapping[Verdict, Whole]]
    not_judged: tuple[NotJudged, ...]


# What a finding has is checked; what an older version did not write is null.
_KINDS = {name: kind | None for name, kind in get_type_hints(Finding, include_extras=True).items()}
_SavedFinding = make_dataclass("_SavedFinding", [(name, kind, None) for name, kind in _KINDS.items()])


@dataclass(frozen=True)
class _SavedCheck:
    schema: Literal["ehcp-check/1"]
    as_at: date
    rulebook: RulebookUsed
    input: tuple[Input, ...]
    summary: _SavedSummary
    findings: tuple[_SavedFinding, ...]  # type: ignore[valid-type]


def read_saved_answer(path: Path) -> SavedAnswer:
    """Read a saved answer.

    Raises:
        CaseFileError: It is no answer of `ehcp check`, or does not hold every clock of its file.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        saved = TypeAdapter(_SavedCheck).validate_json(read_whole(path).removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        raise _no_answer(path, error.errors(include_url=False, include_input=False)[0]) from None
    findings = tuple(vars(finding) for finding in saved.findings)
    for number, finding in enumerate(findings):
        for key, value in finding.items():
            if (isinstance(value, int) and abs(value) > _MOST) or (value is None and key in _NEEDED):
                raise _no_answer(path, {"loc": ("findings", number, key), "msg": "Input is not plausible"})
    if not _complete(saved.summary.verdicts, findings):
        raise CaseFileError(
            f"{path} does not hold every clock, so what was cleared looks the same as what was left out",
            "save it with: ehcp check FILE --include all --format json",
        )
    return SavedAnswer(
        as_at=saved.as_at,
        rulebook_sha256=saved.rulebook.sha256,
        overlays=tuple(overlay.sha256 for overlay in saved.rulebook.overlays),
        findings=findings,
        not_judged=tuple(deadline.deadline for deadline in saved.summary.not_judged),
        rows_left_out=sum(file.not_judged for file in saved.input),
        unlisted=frozenset(saved.summary.verdicts) - {finding["deadline"] for finding in findings},
    )


def _complete(verdicts: Mapping[str, Mapping[Verdict, int]], findings: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether every clock that was counted is listed, for each deadline that is listed at all."""
    listed: dict[str, int] = {}
    for finding in findings:
        listed[finding["deadline"]] = listed.get(finding["deadline"], 0) + 1
    return bool(listed) and all(
        sum(verdicts.get(name, {}).values()) == number for name, number in listed.items()
    )


def _no_answer(path: Path, fault: Mapping[str, Any]) -> CaseFileError:
    place = ".".join(map(str, fault["loc"]))
    said = f"{path} is JSON, and not an answer of ehcp check: {place + ': ' if place else ''}{fault['msg']}"
    return CaseFileError(
        said, "give a case file, or what `ehcp check FILE --include all --format json` wrote"
    )
