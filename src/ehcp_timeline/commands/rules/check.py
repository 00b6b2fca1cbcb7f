"""What is wrong with a rulebook, all of it at once: faults first, then warnings, then notes."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import ClassVar, Final, Literal

from ehcp_timeline.clock.counting import Count, apply
from ehcp_timeline.commands.rules.golden.cases import load_fixtures
from ehcp_timeline.commands.rules.golden.edges import uncovered
from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.rulebook import Deadline, Instrument, Rulebook
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.output.ci import Note
from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.shell.open import names
from ehcp_timeline.text.bounds import Whole
from ehcp_timeline.text.words import count, day

Level = Literal["error", "warning", "note"]
WARN_AFTER: Final = Count("within", 12, "months")
FAIL_AFTER: Final = Count("within", 24, "months")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a rulebook that a person should look at.

    Attributes:
        level: `error` fails a check, `warning` and `note` do not.
        rule: Short permanent id of the check, as `stale`.
        where: The deadline or instrument, and the clause of it.
        says: What is wrong.
        try_: What to try.
    """

    level: Level
    rule: str
    where: str
    says: str
    try_: str | None = None


def remarks(rulebook: Rulebook, as_at: date) -> Iterator[Remark]:
    """Yield everything that the checks find, deadline by deadline."""
    for instrument in rulebook.instruments:
        yield from _instrument(instrument)
    for deadline in rulebook.deadlines:
        for check in _CHECKS:
            yield from check(deadline, rulebook)
        yield from _age(deadline, as_at)


def _instrument(instrument: Instrument) -> Iterator[Remark]:
    if instrument.made and instrument.in_force and instrument.in_force < instrument.made:
        says = f"in force from {instrument.in_force}, before it was made on {instrument.made}"
        yield Remark("error", "instrument-dates", instrument.id, says, "correct one of the two days")


def _citations(deadline: Deadline, _: Rulebook) -> Iterator[Remark]:
    cited = [("law", deadline.law), ("says", deadline.says or deadline.means)]
    cited += [(f"excuse {excuse.id}", excuse.law) for excuse in deadline.excuses]
    cited += [(f"reading {reading.id}", reading.source) for reading in deadline.readings]
    for clause, text in cited:
        if not text.strip():
            says = f"{clause} has no citation" if clause not in ("law", "says") else f"{clause} is empty"
            yield Remark(
                "error", "no-citation", deadline.id, says, "say where it stands, as SEND-Regs-2014 reg 5(1)"
            )


def _in_force(deadline: Deadline, rulebook: Rulebook) -> Iterator[Remark]:
    """Yield what stands from a day before the law that it cites was in force, or cites no known law."""
    instruments = {law.id: law for law in rulebook.instruments}
    for clause, cited, since in _dated_citations(deadline):
        law = instruments.get(cited.split(" ", maxsplit=1)[0].rstrip(",;"))
        if (
            law is None and cited and clause.startswith("excuse") and not deadline.overlay
        ):  # reading saw the others
            says = f"{clause} cites {cited!r}, which names no instrument"
            yield Remark(
                "error", "unknown-instrument", deadline.id, says, "name one of instruments.toml first"
            )
        day = law and (law.in_force or law.made)
        if law and day and since and date.min < since < day:
            says = f"{clause} begins before {law.id} was in force, on {day}"
            yield Remark(
                "error", "before-in-force", deadline.id, says, f"begin on {day}, or cite the law before it"
            )


def _dated_citations(deadline: Deadline) -> Iterator[tuple[str, str, date | None]]:
    for version in deadline.versions:
        if not version.overlay:
            yield f"version from {version.since}", version.law or deadline.law, version.since
    for excuse in deadline.excuses:
        yield f"excuse {excuse.id}", excuse.law, excuse.since


def _reachable(deadline: Deadline, rulebook: Rulebook) -> Iterator[Remark]:
    starts = frozenset(deadline.start_events)
    if not deadline.repeats and not deadline.looks_back and starts <= set(deadline.met_by.events):
        yield _never(deadline, "what starts it also answers it")
    if starts and starts <= set(deadline.ends) - set(deadline.revived_by):
        yield _never(deadline, "what starts it also ends it")
    if deadline.id in deadline.displaced_by:
        yield _never(deadline, "it gives way to itself")
    for name in deadline.displaced_by:
        other = rulebook.by_id.get(name)
        if other and other is not deadline and _always_beside(deadline, other):
            yield _never(deadline, f"{name} starts whenever it does and takes its place")
    for fact, codes in deadline.only_if:
        if not codes:
            yield _never(deadline, f"only_if names no code of {fact}")
    for clause in _dead_clauses(deadline):
        yield _never(deadline, clause)


def _always_beside(deadline: Deadline, other: Deadline) -> bool:
    conditional = other.only_if or other.after or other.during or other.repeats or other.starts_where
    return not conditional and set(deadline.start_events) <= set(other.starts.events)


def _never(deadline: Deadline, why: str) -> Remark:
    return Remark(
        "error", "unreachable", deadline.id, f"can never be owed or used: {why}", "mend or take it out"
    )


def _dead_clauses(deadline: Deadline) -> Iterator[str]:
    first, last = deadline.versions[0].since, deadline.versions[-1].until
    for excuse in deadline.excuses:
        if excuse.until and excuse.until < max(excuse.since or first, first) and not deadline.looks_back:
            yield f"excuse {excuse.id} ends on {excuse.until}, before it can begin"
    for reading in deadline.readings:
        if (reading.until and reading.until < first) or (last and reading.since and reading.since > last):
            yield f"reading {reading.id} stands on no day of the deadline"
        if (
            reading.limit
            and all(version.limit == reading.limit for version in deadline.versions)
            and not (reading.starts or reading.met_by or reading.waived_by)
        ):
            yield f"reading {reading.id} counts as the deadline itself"


def _promise(deadline: Deadline, rulebook: Rulebook) -> Iterator[Remark]:
    if (
        deadline.overlay
        and deadline.kind == "statutory"
        and not any(deadline.overlay in said for said in rulebook.scenarios)
    ):
        says = f"{deadline.overlay} adds it as statutory, but is not law"
        yield Remark(
            "error", "not-law", deadline.id, says, "say kind = local, or mark the file with scenario = ..."
        )


def _seen(deadline: Deadline, _: Rulebook) -> Iterator[Remark]:
    if deadline.seen == "unverified":
        yield Remark(
            "note", "unverified", deadline.id, "its words were not seen", "read them, and say so in seen"
        )
    for excuse in deadline.excuses:
        if excuse.seen == "unverified":
            yield Remark("note", "unverified", deadline.id, f"the words of excuse {excuse.id} were not seen")


def _age(deadline: Deadline, as_at: date) -> Iterator[Remark]:
    if deadline.checked == date.min:
        return
    says = f"last checked on {deadline.checked}"
    advice = "read the law again, then write the day into checked"
    if apply(FAIL_AFTER, deadline.checked) < as_at:
        yield Remark("error", "stale", deadline.id, f"{says}, more than two years ago", advice)
    elif apply(WARN_AFTER, deadline.checked) < as_at:
        yield Remark("warning", "stale", deadline.id, f"{says}, more than a year ago", advice)


_CHECKS: Final[tuple[Callable[[Deadline, Rulebook], Iterator[Remark]], ...]] = (
    _citations,
    _in_force,
    _reachable,
    _promise,
    _seen,
)


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
