"""What changed between two rulebooks, clause by clause, and which deadlines may get other answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from ehcp_timeline.clock import ONE_DAY
from ehcp_timeline.law.deadline import Excuse, Reading
from ehcp_timeline.law.rulebook import Deadline, Rulebook, texts_in
from ehcp_timeline.record import fields, record, replace

WORDING: Final = frozenset({"duty", "law", "says", "means", "seen", "checked", "note", "source", "overlay"})
LISTING: Final = frozenset({"who", "kind"})
CLAUSES: Final = ("readings", "excuses")
WORDS_OF_A_CLAUSE: Final = frozenset({"law", "says", "means", "seen", "source"})


@record(frozen=True, slots=True)
class ClauseChange:
    """One clause that is not the same in two rulebooks.

    Attributes:
        deadline: Id of the deadline; empty where the change is not one deadline's.
        part: The clause: a field of `Deadline`, `limit`, `deadline`, `events`, `codes`, `flags` or
            `instruments`.
        name: Which reading, excuse, event, fact or instrument; empty if there is one such clause.
        old: What it was; None where there was none.
        new: What it is; None where there is none any more.
        since: For a time limit: the first start for which it differs.
        until: For a time limit: the last such start; None for no end.
    """

    deadline: str
    part: str
    name: str = ""
    old: object = None
    new: object = None
    since: date | None = None
    until: date | None = None

    @property
    def answers(self) -> bool:
        """Whether a case may be answered otherwise for it: it is not only wording or a heading."""
        return self.part not in WORDING | LISTING | {"instruments"} and _answers(self.old) != _answers(
            self.new
        )


def _answers(value: object) -> object:
    """Return what of a reading or an excuse can decide a case: everything but its words and its sources."""
    if not isinstance(value, Excuse | Reading):
        return value
    return tuple(getattr(value, field.name) for field in fields(value) if field.name not in WORDS_OF_A_CLAUSE)


def changes(old: Rulebook, new: Rulebook) -> tuple[ClauseChange, ...]:
    """Return every change, in the order of the new rulebook, what was taken out at the end."""
    changes_made: list[ClauseChange] = []
    for name in dict.fromkeys((*new.by_id, *old.by_id)):
        before, after = old.by_id.get(name), new.by_id.get(name)
        changes_made += (
            _between(before, after)
            if before and after
            else [ClauseChange(name, "deadline", old=before, new=after)]
        )
    for (part, held), (_, holds) in zip(_registers(old), _registers(new), strict=True):
        changes_made += _named("", part, held, holds)
    return tuple(changes_made)


def _registers(book: Rulebook) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """Return what deadlines share, by name, under the part that a change of it is."""
    instruments = {instrument.id: instrument for instrument in book.instruments}
    return (
        ("events", book.events),
        ("events", book.derived),
        ("codes", book.codes),
        ("flags", {flag: flag for flag in book.flags}),
        ("instruments", instruments),
    )


def _between(old: Deadline, new: Deadline) -> Iterator[ClauseChange]:
    for field in fields(Deadline):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after or not field.compare:
            continue
        if field.name == "versions":
            yield from _limits(old, new)
        elif field.name in CLAUSES:
            clauses = [{clause.id: clause for clause in part} for part in (before, after)]
            yield from _named(new.id, field.name, *clauses)
        else:
            yield ClauseChange(new.id, field.name, old=before, new=after)


def _named(
    deadline: str, part: str, old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[ClauseChange]:
    for name in dict.fromkeys((*new, *old)):
        if old.get(name) != new.get(name):
            yield ClauseChange(deadline, part, name, old.get(name), new.get(name))


def _limits(old: Deadline, new: Deadline) -> Iterable[ClauseChange]:
    """Return each span of starts for which the time limit, or only its provision, differs."""
    dated = (*old.versions, *new.versions)
    begins = sorted({part.since for part in dated} | {part.until + ONE_DAY for part in dated if part.until})
    found: list[ClauseChange] = []
    for since, following in zip(begins, (*begins[1:], None), strict=True):
        until = following - ONE_DAY if following else None
        before, after = old.version_on(since), new.version_on(since)
        limits = [part and part.limit for part in (before, after)]
        if limits[0] != limits[1]:
            change = ClauseChange(new.id, "limit", "", limits[0], limits[1], since, until)
            if found and found[-1] == replace(change, since=found[-1].since, until=since - ONE_DAY):
                change = replace(found.pop(), until=until)
            found.append(change)
        elif before and after and before.law != after.law:
            found.append(ClauseChange(new.id, "law", "", before.law, after.law, since, until))
    return found


def affected(changes_made: Sequence[ClauseChange], old: Rulebook, new: Rulebook) -> frozenset[str]:
    """Return the deadlines whose answers may differ: those that changed, and those that give way to them."""
    ids = {change.deadline for change in changes_made if change.answers and change.deadline}
    words = {change.name for change in changes_made if change.answers and not change.deadline}
    for book in (old, new):  # a worked-out event may name those that stand above it
        for event in book.derived.values():
            if not words.isdisjoint(texts_in(event)):
                words.add(event.id)
    deadlines = (*old.deadlines, *new.deadlines)
    ids |= {deadline.id for deadline in deadlines if not words.isdisjoint(texts_in(deadline))}
    return frozenset(ids).union(
        deadline.id for deadline in deadlines if not ids.isdisjoint(deadline.displaced_by)
    )
