"""Reads back an answer that `ehcp check --format json` saved: its day, its law, its clocks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ehcp_timeline.errors import CaseFileError

SCHEMA = "ehcp-check/1"
DATED = ("start", "due", "act_by", "earliest_reading", "latest_reading", "answered")
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


def read_saved_answer(path: Path) -> SavedAnswer:
    """Read a saved answer.

    Raises:
        CaseFileError: It is no answer of `ehcp check`, or does not hold every clock of its file.
    """
    try:
        answer = json.loads(path.read_text(encoding="utf-8-sig"))
        if answer["schema"] != SCHEMA:
            raise _no_answer(path)
        saved = _saved(answer)
        complete = _complete(answer["summary"]["verdicts"], saved.findings)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _no_answer(path) from error
    if not complete:
        raise CaseFileError(
            f"{path} does not hold every clock, so what was cleared cannot be told from what was left out",
            "save it with: ehcp check FILE --include all --format json",
        )
    return saved


def _saved(answer: Mapping[str, Any]) -> SavedAnswer:
    rulebook, findings = answer["rulebook"], tuple(_finding(finding) for finding in answer["findings"])
    return SavedAnswer(
        as_at=date.fromisoformat(answer["as_at"]),
        rulebook_sha256=str(rulebook["sha256"]),
        overlays=tuple(str(overlay["sha256"]) for overlay in rulebook["overlays"]),
        findings=findings,
        not_judged=tuple(str(deadline["deadline"]) for deadline in answer["summary"]["not_judged"]),
        rows_left_out=sum(int(file["not_judged"]) for file in answer["input"]),
        unlisted=frozenset(answer["summary"]["verdicts"]) - {finding["deadline"] for finding in findings},
    )


def _finding(values: Mapping[str, Any]) -> dict[str, Any]:
    dates = {key: date.fromisoformat(values[key]) if values[key] else None for key in DATED}
    return {**values, **dates}


def _complete(verdicts: Mapping[str, Mapping[str, int]], findings: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether every clock that was counted is listed, for each deadline that is listed at all."""
    listed: dict[str, int] = {}
    for finding in findings:
        listed[finding["deadline"]] = listed.get(finding["deadline"], 0) + 1
    return bool(listed) and all(sum(verdicts[name].values()) == number for name, number in listed.items())


def _no_answer(path: Path) -> CaseFileError:
    hint = "give a case file, or what `ehcp check FILE --include all --format json` wrote"
    return CaseFileError(f"{path} is JSON, and not an answer of ehcp check", hint)
