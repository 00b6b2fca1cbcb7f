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


def _instrument(one: Instrument) -> Iterator[Remark]:
    if one.made and one.in_force and one.in_force < one.made:
        says = f"in force from {one.in_force}, before it was made on {one.made}"
        yield Remark("error", "instrument-dates", one.id, says, "correct one of the two days")


def _citations(one: Deadline, _: Rulebook) -> Iterator[Remark]:
    cited = [("law", one.law), ("says", one.says or one.means)]
    cited += [(f"excuse {excuse.id}", excuse.law) for excuse in one.excuses]
    cited += [(f"reading {reading.id}", reading.source) for reading in one.readings]
    for clause, text in cited:
        if not text.strip():
            says = f"{clause} has no citation" if clause not in ("law", "says") else f"{clause} is empty"
            yield Remark(
                "error", "no-citation", one.id, says, "say where it stands, as SEND-Regs-2014 reg 5(1)"
            )


def _in_force(one: Deadline, rulebook: Rulebook) -> Iterator[Remark]:
    """Yield what stands from a day before the law that it cites was in force, or cites no known law."""
    instruments = {law.id: law for law in rulebook.instruments}
    for clause, cited, since in _dated_citations(one):
        law = instruments.get(cited.split(" ", maxsplit=1)[0].rstrip(",;"))
        if (
            law is None and cited and clause.startswith("excuse") and not one.overlay
        ):  # reading saw the others
            says = f"{clause} cites {cited!r}, which names no instrument"
            yield Remark("error", "unknown-instrument", one.id, says, "name one of instruments.toml first")
        day = law and (law.in_force or law.made)
        if law and day and since and NO_DAY < since < day:
            says = f"{clause} begins before {law.id} was in force, on {day}"
            yield Remark(
                "error", "before-in-force", one.id, says, f"begin on {day}, or cite the law before it"
            )


def _dated_citations(one: Deadline) -> Iterator[tuple[str, str, date | None]]:
    for version in one.versions:
        if not version.overlay:
            yield f"version from {version.since}", version.law or one.law, version.since
    for excuse in one.excuses:
        yield f"excuse {excuse.id}", excuse.law, excuse.since


def _reachable(one: Deadline, rulebook: Rulebook) -> Iterator[Remark]:
    starts = frozenset(one.start_events)
    if not one.repeats and not one.looks_back and starts <= set(one.met_by.events):
        yield _never(one, "what starts it also answers it")
    if starts and starts <= set(one.ends) - set(one.revived_by):
        yield _never(one, "what starts it also ends it")
    if one.id in one.displaced_by:
        yield _never(one, "it gives way to itself")
    for name in one.displaced_by:
        other = rulebook.by_id.get(name)
        if other and other is not one and _always_beside(one, other):
            yield _never(one, f"{name} starts whenever it does and takes its place")
    for fact, codes in one.only_if:
        if not codes:
            yield _never(one, f"only_if names no code of {fact}")
    for clause in _dead_clauses(one):
        yield _never(one, clause)


def _always_beside(one: Deadline, other: Deadline) -> bool:
    conditional = other.only_if or other.after or other.during or other.repeats or other.starts_where
    return not conditional and set(one.start_events) <= set(other.starts.events)


def _never(one: Deadline, why: str) -> Remark:
    return Remark("error", "unreachable", one.id, f"can never be owed or used: {why}", "mend or take it out")


def _dead_clauses(one: Deadline) -> Iterator[str]:
    first, last = one.versions[0].since, one.versions[-1].until
    for excuse in one.excuses:
        if excuse.until and excuse.until < max(excuse.since or first, first) and not one.looks_back:
            yield f"excuse {excuse.id} ends on {excuse.until}, before it can begin"
    for reading in one.readings:
        if (reading.until and reading.until < first) or (last and reading.since and reading.since > last):
            yield f"reading {reading.id} stands on no day of the deadline"
        if (
            reading.limit
            and all(version.limit == reading.limit for version in one.versions)
            and not (reading.starts or reading.met_by or reading.waived_by)
        ):
            yield f"reading {reading.id} counts as the deadline itself"


def _promise(one: Deadline, rulebook: Rulebook) -> Iterator[Remark]:
    if (
        one.overlay
        and one.kind == "statutory"
        and not any(one.overlay in said for said in rulebook.scenarios)
    ):
        says = f"{one.overlay} adds it as statutory, and is no law"
        yield Remark(
            "error", "not-law", one.id, says, "say kind = local, or mark the file with scenario = ..."
        )


def _seen(one: Deadline, _: Rulebook) -> Iterator[Remark]:
    if one.seen == "unverified":
        yield Remark("note", "unverified", one.id, "its words were not seen", "read them, and say so in seen")
    for excuse in one.excuses:
        if excuse.seen == "unverified":
            yield Remark("note", "unverified", one.id, f"the words of excuse {excuse.id} were not seen")


def _age(one: Deadline, as_at: date) -> Iterator[Remark]:
    if one.checked == NO_DAY:
        return
    says = f"last checked on {one.checked}"
    advice = "read the law again, then write the day into checked"
    if apply(FAIL_AFTER, one.checked) < as_at:
        yield Remark("error", "stale", one.id, f"{says}, more than two years ago", advice)
    elif apply(WARN_AFTER, one.checked) < as_at:
        yield Remark("warning", "stale", one.id, f"{says}, more than a year ago", advice)


_CHECKS: Final[tuple[Callable[[Deadline, Rulebook], Iterator[Remark]], ...]] = (
    _citations,
    _in_force,
    _reachable,
    _promise,
    _seen,
)
