"""What is wrong with a rulebook, all of it at once: faults first, then warnings, then notes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import ClassVar, Final

from ehcp_timeline.clock import Count, apply
from ehcp_timeline.commands.rules.golden.cases import load_fixtures
from ehcp_timeline.commands.rules.golden.edges import uncovered
from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.output.ci import Level, Note
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.record import Whole, record, replace
from ehcp_timeline.text import count, day

WARN_AFTER: Final = Count("within", 12, "months")
FAIL_AFTER: Final = Count("within", 24, "months")


@record(frozen=True, slots=True)
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
    for law in rulebook.instruments:
        if law.made and law.in_force and law.in_force < law.made:
            says = f"in force from {law.in_force}, before it was made on {law.made}"
            yield Remark("error", "instrument-dates", law.id, says, "correct one of the two days")
    for deadline in rulebook.deadlines:
        yield from _citations(deadline, rulebook)
        for why in _never(deadline, rulebook):
            says = f"can never be owed or used: {why}"
            yield Remark("error", "unreachable", deadline.id, says, "correct or remove it")
        supposed = any(deadline.overlay in scenario for scenario in rulebook.scenarios)
        if deadline.overlay and deadline.kind == "statutory" and not supposed:
            says = f"{deadline.overlay} adds it as statutory, but is not law"
            advice = "say kind = local, or mark the file with scenario = ..."
            yield Remark("error", "not-law", deadline.id, says, advice)
        yield from _age(deadline, as_at)


def _citations(deadline: Deadline, rulebook: Rulebook) -> Iterator[Remark]:
    excuses = {f"excuse {excuse.id}": excuse for excuse in deadline.excuses}
    cited = {"law": deadline.law, "says": deadline.says or deadline.means}
    cited |= {clause: excuse.law for clause, excuse in excuses.items()}
    cited |= {f"reading {reading.id}": reading.source for reading in deadline.readings}
    for clause, text in cited.items():
        if not text.strip():
            says = f"{clause} is empty" if clause in ("law", "says") else f"{clause} has no citation"
            advice = "give the provision, as SEND-Regs-2014 reg 5(1)"
            yield Remark("error", "no-citation", deadline.id, says, advice)
    dated: list[tuple[str, str, date | None]] = [
        (f"version from {version.since}", version.law or deadline.law, version.since)
        for version in deadline.versions
        if not version.overlay
    ]
    dated += [(clause, excuse.law, excuse.since) for clause, excuse in excuses.items()]
    instruments = {law.id: law for law in rulebook.instruments}
    for clause, text, since in dated:
        law = instruments.get(text.split(" ", maxsplit=1)[0].rstrip(",;"))
        day = law and (law.in_force or law.made)
        if not law and text and clause in excuses and not deadline.overlay:  # reading saw the others
            says = f"{clause} cites {text!r}, which names no instrument"
            yield Remark(
                "error", "unknown-instrument", deadline.id, says, "name one of instruments.toml first"
            )
        if law and day and since and date.min < since < day:
            says = f"{clause} begins before {law.id} was in force, on {day}"
            advice = f"begin on {day}, or cite the law before it"
            yield Remark("error", "before-in-force", deadline.id, says, advice)


def _never(deadline: Deadline, rulebook: Rulebook) -> Iterator[str]:
    starts = {*deadline.start_events}
    if not deadline.repeats and not deadline.looks_back and starts <= {*deadline.met_by.events}:
        yield "what starts it also answers it"
    if starts and starts <= {*deadline.ends} - {*deadline.revived_by}:
        yield "what starts it also ends it"
    if deadline.id in deadline.displaced_by:
        yield "it gives way to itself"
    for name in deadline.displaced_by:
        other = rulebook.by_id.get(name)
        if other and other is not deadline and starts <= {*other.starts.events}:
            conditions = (other.only_if, other.after, other.during, other.repeats, other.starts_where)
            if not any(conditions):
                yield f"{name} starts whenever it does and takes its place"
    for fact, codes in deadline.only_if:
        if not codes:
            yield f"only_if names no code of {fact}"
    yield from _dead_clauses(deadline)


def _dead_clauses(deadline: Deadline) -> Iterator[str]:
    first, last = deadline.versions[0].since, deadline.versions[-1].until
    for excuse in deadline.excuses:
        if excuse.until and excuse.until < max(excuse.since or first, first) and not deadline.looks_back:
            yield f"excuse {excuse.id} ends on {excuse.until}, before it can begin"
    for reading in deadline.readings:
        if (reading.until and reading.until < first) or (last and reading.since and reading.since > last):
            yield f"reading {reading.id} never applies to the deadline"
        anchored = reading.starts or reading.met_by or reading.waived_by
        alike = all(version.limit == reading.limit for version in deadline.versions)
        if reading.limit and alike and not anchored:
            yield f"reading {reading.id} counts as the deadline itself"


def _age(deadline: Deadline, as_at: date) -> Iterator[Remark]:
    """Yield words that nobody has seen, and a deadline that was last checked too long ago."""
    if deadline.seen == "unverified":
        says, advice = "its words were not seen", "read them, then record that in seen"
        yield Remark("note", "unverified", deadline.id, says, advice)
    for excuse in deadline.excuses:
        if excuse.seen == "unverified":
            yield Remark("note", "unverified", deadline.id, f"the words of excuse {excuse.id} were not seen")
    says, advice = (
        f"last checked on {deadline.checked}",
        "read the law again, then write the day into checked",
    )
    if deadline.checked == date.min:
        return
    if apply(FAIL_AFTER, deadline.checked) < as_at:
        yield Remark("error", "stale", deadline.id, f"{says}, more than two years ago", advice)
    elif apply(WARN_AFTER, deadline.checked) < as_at:
        yield Remark("warning", "stale", deadline.id, f"{says}, more than a year ago", advice)


UNREAD: Final = "cannot-be-read"
_TITLES: Final[Mapping[Level, str]] = {"error": "fault", "warning": "warning", "note": "note"}
_ID: Final = re.compile(r'^\s*(?:id|supersedes)\s*=\s*"([^"]+)"')


@record(frozen=True, slots=True)
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
    """Return everything that a person should look at, in what of a rulebook could be read and what could not.

    Golden cases are looked at where `fixtures` names some. With `local` the local rulebooks alone are
    checked: the installed law is checked where it is kept.
    """
    missing = tuple(fault for fault in faults if fault.endswith(" is missing"))

    def is_told(remark: Remark) -> bool:
        """Return whether reading has said already that the word is not there at all."""
        end = f"{remark.where}: {remark.says.removesuffix(' is empty')} is missing"
        return any(fault.endswith(end) for fault in missing)

    found = [
        *_faults(faults),
        *(remark for remark in remarks(rulebook, as_at) if not is_told(remark)),
        *(_cases(rulebook, faults, fixtures, as_at) if fixtures else ()),
    ]
    if local:
        ours = {deadline.id for deadline in rulebook.deadlines if deadline.overlaid}
        found = [remark for remark in found if remark.rule == UNREAD or remark.where in ours]
    errors = sum(remark.level == "error" for remark in found)
    return RulesCheckAnswer(as_at, RulebookUsed.of(rulebook), errors, tuple(found))


def _faults(faults: Sequence[str]) -> Iterator[Remark]:
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
    """Yield every boundary that no golden case tests; of a local duty that has cases, as a warning."""
    try:
        goldens = load_fixtures(fixtures, rulebook, as_at)
    except RulebookError as error:
        yield from _faults(error.faults)
        return
    tested = {name for golden in goldens for name in golden.expect}
    read_in_full = tuple(  # no golden case can stand on what was not
        deadline
        for deadline in rulebook.deadlines
        if not any(f": {deadline.id}{end}" in fault for fault in faults for end in ".:")
    )
    advice = "add one, the day before, the day and the day after"
    for edge in uncovered(replace(rulebook, deadlines=read_in_full), goldens):
        where, _, says = edge.partition(": ")
        level: Level = "warning" if rulebook.by_id[where].overlaid and where in tested else "error"
        yield Remark(level, "no-golden-case", where, says, advice)


def check_sections(answer: RulesCheckAnswer) -> Iterator[Section]:
    """Yield what was found, the worst first."""
    laid = "".join(f" with {Path(overlay.name).name}" for overlay in answer.rulebook.overlays)
    faults = count(answer.faults, "fault") if answer.faults else "no fault"
    yield Section(f"Rulebook {answer.rulebook.version}{laid} as at {day(answer.as_at)}: {faults}")
    for level, title in _TITLES.items():
        found = [
            {"where": remark.where, "what": remark.says, "try": remark.try_}
            for remark in answer.remarks
            if remark.level == level
        ]
        if found:
            heading = count(len(found), title).capitalize()
            yield table(heading, found, text=("what", "try"), alarm=level == "error")


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
        parts = name.removeprefix("supersedes ").split(".")
        ids = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        places = (
            lines.get(name) or lines.get(f"{name}.{{source}}") for name in ids
        )  # or what it is spread from
        file, line = next(filter(None, places), ("", 0))
        says = f"{remark.says}; {remark.try_}" if remark.try_ else remark.says
        yield Note(remark.level, remark.rule, remark.where, says, file, line)
