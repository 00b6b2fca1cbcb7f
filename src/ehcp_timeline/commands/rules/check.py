"""What is wrong with a rulebook, all of it at once: faults first, then warnings, then notes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import ClassVar, Final

from ehcp_timeline.commands.rules.golden.cases import load_fixtures
from ehcp_timeline.commands.rules.golden.edges import uncovered
from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.lint import Level, Remark, remarks
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.output.ci import Note
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.shell.open import names
from ehcp_timeline.text.bounds import Whole
from ehcp_timeline.text.words import count, day

UNREAD: Final = "cannot-be-read"
_TITLES: Final[Mapping[Level, str]] = {"error": "fault", "warning": "warning", "note": "note"}
_ID: Final = re.compile(r'^\s*(?:id|supersedes)\s*=\s*"([^"]+)"')


@dataclass(frozen=True, slots=True)
class RulesCheckAnswer:
    """The answer of `ehcp rules check`."""

    SCHEMA: ClassVar = "ehcp-rules-check/1"

    as_at: date
    rulebook: RulebookUsed
    faults: Whole
    remarks: tuple[Remark, ...]


def check_rulebook(
    rulebook: Rulebook, faults: Sequence[str], fixtures: Sequence[Path], as_at: date, *, local: bool
) -> RulesCheckAnswer:
    """Return everything that a person should look at.

    Args:
        rulebook: What could be read.
        faults: What could not.
        fixtures: Files and folders of golden cases; empty where they are not looked at.
        as_at: The day on which it must be fresh.
        local: Whether the local rulebooks alone are checked: the installed law is checked where it is kept.
    """
    missing = tuple(fault for fault in faults if fault.endswith(" is missing"))
    remarked = [
        *_faults(faults),
        # reading has said already of a word that it is not there at all
        *(
            remark
            for remark in remarks(rulebook, as_at)
            if not any(
                f.endswith(f"{remark.where}: {remark.says.removesuffix(' is empty')} is missing")
                for f in missing
            )
        ),
        *(_cases(rulebook, faults, fixtures, as_at) if fixtures else ()),
    ]
    if local:
        ours = {deadline.id for deadline in rulebook.deadlines if deadline.overlaid}
        remarked = [remark for remark in remarked if remark.rule == UNREAD or remark.where in ours]
    errors = sum(remark.level == "error" for remark in remarked)
    return RulesCheckAnswer(as_at, RulebookUsed.of(rulebook), errors, tuple(remarked))


def _faults(faults: Sequence[str]) -> Iterator[Remark]:
    """Yield what kept a part of the rulebook from being read."""
    for fault in faults:
        where, _, said = fault.partition(": ")
        clause, colon, rest = said.partition(": ")
        says, _, advice = (rest if colon else said).partition("; ")
        if says.endswith(" is missing"):
            advice = advice or f"add {says.removesuffix(' is missing')} = ..."
        yield Remark("error", UNREAD, f"{where}: {clause}" if colon else where, says, advice or None)


def _cases(
    rulebook: Rulebook, faults: Sequence[str], fixtures: Sequence[Path], as_at: date
) -> Iterator[Remark]:
    """Yield every edge that no golden case stands on; of a local duty that has cases, as a warning."""
    try:
        goldens = load_fixtures(fixtures, rulebook, names(rulebook), as_at)
    except RulebookError as error:
        yield from _faults(error.faults)
        return
    tested = {name for golden in goldens for name in golden.expect}
    read_in_full = (  # no golden case can stand on what was not
        deadline
        for deadline in rulebook.deadlines
        if not any(f": {deadline.id}{end}" in fault for fault in faults for end in ".:")
    )
    for said in uncovered(replace(rulebook, deadlines=tuple(read_in_full)), goldens):
        where, _, says = said.partition(": ")
        level: Level = "warning" if rulebook.by_id[where].overlaid and where in tested else "error"
        advice = "add one, the day before, the day and the day after"
        yield Remark(level, "no-golden-case", where, says, advice)


def check_sections(answer: RulesCheckAnswer) -> Iterator[Section]:
    """Yield what was found, the worst first."""
    laid = "".join(f" with {Path(overlay.name).name}" for overlay in answer.rulebook.overlays)
    said = count(answer.faults, "fault") if answer.faults else "no fault"
    yield Section(f"Rulebook {answer.rulebook.version}{laid} as at {day(answer.as_at)}: {said}")
    columns = (TableColumn("where", "fixed"), TableColumn("what"), TableColumn("try"))
    for level, title in _TITLES.items():
        rows = tuple(
            (remark.where, remark.says, remark.try_ or "")
            for remark in answer.remarks
            if remark.level == level
        )
        if rows:
            said = count(len(rows), title).capitalize()
            yield Section(said, columns=columns, rows=rows, alarm=level == "error")


def check_notes(answer: RulesCheckAnswer, folder: Path | None, overlays: Sequence[Path]) -> Iterator[Note]:
    """Yield the same for other programs, each with its file and line where they are known."""
    lines: dict[str, tuple[str, int]] = {}
    for path in (*(sorted(folder.glob("*.toml")) if folder else ()), *overlays):
        text = path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else ""
        for number, line in enumerate(text.splitlines(), 1):
            if match := _ID.match(line):
                lines.setdefault(match[1], (str(path), number))
    for remark in answer.remarks:
        name = re.split(r"[.\[]?(?:version|reading|excuse)\b", remark.where.rpartition(": ")[2])[0]
        said = f"{remark.says}; {remark.try_}" if remark.try_ else remark.says
        yield Note(remark.level, remark.rule, remark.where, said, *_nearest(name, lines))


def _nearest(name: str, lines: Mapping[str, tuple[str, int]]) -> tuple[str, int]:
    """Return where an id stands; one that stands for several by the id that it is spread from."""
    parts = name.removeprefix("supersedes ").split(".")
    for length in range(len(parts), 0, -1):
        word = ".".join(parts[:length])
        for known in (word, f"{word}.{{source}}"):
            if known in lines:
                return lines[known]
    return "", 0
