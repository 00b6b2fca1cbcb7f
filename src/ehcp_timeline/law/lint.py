"""Checks of a rulebook that reads well and may still be wrong: days that do not fit, duties out of reach.

Reading (`law.loader.rulebook`) refuses what cannot be understood; these checks look at what was understood.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from ehcp_timeline.clock.counting import Count, apply
from ehcp_timeline.law.loader.deadline import NO_DAY
from ehcp_timeline.law.rulebook import Deadline, Instrument, Rulebook

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
        if law and day and since and NO_DAY < since < day:
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
        says = f"{deadline.overlay} adds it as statutory, and is no law"
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
    if deadline.checked == NO_DAY:
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
