"""The rulebook, as frozen records: the closed vocabulary of a time limit; and a part of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from ehcp_timeline.clock import Count
from ehcp_timeline.law.deadline import (
    NOT_IN_FILE,
    Dates,
    EndSpan,
    EventName,
    EventNames,
    EventPair,
    Excuse,
    Facts,
    PlanByDue,
    Reading,
    Repeats,
    Seen,
    StartWhere,
    Version,
)
from ehcp_timeline.record import Sha256, field, record
from ehcp_timeline.text import listed

Who = Literal["authority", "other authority", "family", "school", "adviser", "health"]
DutyKind = Literal["statutory", "guidance", "local"]


@record(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One duty with a time limit, as the law words it. Every field is a word of the closed vocabulary.

    Attributes:
        id: Permanent id.
        duty: What is owed, in plain words.
        who: Who owes it.
        kind: Statute, guidance or a local promise.
        law: The provision.
        says: The words of the law themselves, `...` where they are cut; empty where none were seen.
        seen: How the words were checked.
        checked: The day they were last checked.
        means: The same in other words, which are not the law's; empty where its own words are enough.
        note: What a reader of the answer should know; may be empty.
        source: Whose advice, where there is one deadline for each.
        starts: What starts the clock. Each of several events may start one of its own: what comes before the
            next of them belongs to it, and nothing else does.
        starts_where: Later starts for some rows; the first that fits is taken.
        met_by: What answers it: the earliest on or after the start.
        ends: What ends it; nothing is owed any more.
        ended_while: A time in which nothing is owed; part of `ends` in a rulebook's file.
        revived_by: What makes an earlier end undone; if the due day lies before the start, by the due day.
        revived_unless: Ends that are final: an end is not revived where one of these is before the answer.
        implied_by: What shows that it must have been done, at a date that is not recorded.
        lapses_with: What its purpose dies with: once one of these has come since the start, an unanswered
            clock is unknown, not overdue by a number that grows.
        only_if: Fact to the codes that it must hold.
        shown_by: Events that from the start on show the condition of `only_if`, whatever the fact says.
        owed_when: Not owed until one of these has a date; the due day is shown all the same.
        after: Runs only if one of these came on or before the start.
        during: Runs only if the start lies between these two events; the second may be open.
        displaced_by: Events or deadlines that take its place; an event does so until `revived_by` undoes it.
        set_by: A date in the file that replaces the due day.
        plan_by_due: Owed only if a plan existed by the due day, or by the start.
        answers_from: How long before the start an answer counts; None for all time where the due day lies
            before the start, else from the start on.
        repeats: How it starts again; None for a duty that a row has once.
        versions: The time limit through the years.
        readings: Other published readings.
        excuses: Grounds on which the authority need not comply.
        overlay: Name of the local rulebook that it comes from; empty for the law itself.
        file: Name of its file; no part of what it says.
    """

    id: str
    duty: str
    who: Who = "authority"
    kind: DutyKind = "statutory"
    law: str
    says: str = ""
    seen: Seen = "unverified"
    checked: date
    starts: Dates
    met_by: Dates
    versions: tuple[Version, ...] = field(metadata={"key": "version"})
    means: str = ""
    note: str = ""
    source: str | None = field(default=None, metadata=NOT_IN_FILE)
    starts_where: tuple[StartWhere, ...] = ()
    ends: EventNames = ()
    ended_while: EndSpan | None = field(default=None, metadata=NOT_IN_FILE)
    revived_by: EventNames = ()
    revived_unless: EventNames = ()
    implied_by: EventNames = ()
    lapses_with: EventNames = ()
    only_if: Facts = ()
    shown_by: EventNames = ()
    owed_when: EventNames = ()
    after: EventNames = ()
    during: EventPair | None = None
    displaced_by: tuple[Annotated[str, "event or deadline"], ...] = ()
    set_by: EventName | None = None
    plan_by_due: PlanByDue | None = None
    answers_from: Count | None = None
    repeats: Repeats | None = None
    readings: tuple[Reading, ...] = field(default=(), metadata={"key": "reading"})
    excuses: tuple[Excuse, ...] = field(default=(), metadata={"key": "excuse"})
    overlay: str = field(default="", metadata=NOT_IN_FILE)
    file: str = field(default="", compare=False, metadata=NOT_IN_FILE)

    @property
    def right(self) -> bool:
        """Whether it is what a family may do until a day, and no duty: nothing of it is ever overdue."""
        return self.who == "family"

    @property
    def minimum(self) -> bool:
        """Whether every version of its limit is a minimum."""
        return self.versions[0].limit.minimum

    @property
    def looks_back(self) -> bool:
        """Whether its due day lies before the event it is counted from."""
        limit = self.versions[0].limit
        return limit.looks_back or (not limit.limbs and self.answers_from is not None)

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns that can answer it."""
        return self.met_by.events + (self.repeats.unseen if self.repeats else ())

    @property
    def start_events(self) -> tuple[str, ...]:
        """The columns that can start it."""
        where = tuple(event for case in self.starts_where for event in case.starts.events)
        return tuple(dict.fromkeys((*self.starts.events, *self.starts.first, *where)))

    @property
    def overlaid(self) -> bool:
        """Whether a local rulebook adds it, or supersedes one of its time limits."""
        return bool(self.overlay) or any(version.overlay for version in self.versions)

    def falls_after_event(self, start: date | None, due: date | None) -> bool:
        """Return whether a day of the year, as "before 15 February", is after the event that it prepares."""
        return bool(self.looks_back and start and due and start < due)

    def version_on(self, start: date) -> Version | None:
        """Return the version in force on the day the clock started, or None outside coverage."""
        return next((version for version in self.versions if version.covers(start)), None)


@record(frozen=True, slots=True)
class Event:
    """One dated event that a case file may hold.

    Attributes:
        id: Its name, which is that of the column.
        says: What it means.
        planned: Whether it may lie after the as-at date.
        sets_due: Whether it is a due date that somebody set.
        choice: Where a duty is owed only once it has come: on what that hangs, and what is then to be done.
    """

    id: str
    says: str
    planned: bool = False
    sets_due: bool = False
    choice: str = ""


@record(frozen=True, slots=True)
class EventWhere:
    """One event, as far as a fact holds one of some codes.

    Attributes:
        fact: The fact; None where it does not matter.
        codes: The codes, `blank` among them where the fact may be blank.
    """

    event: EventName
    fact: str | None = field(default=None, metadata=NOT_IN_FILE)
    codes: tuple[str, ...] = field(default=(), metadata=NOT_IN_FILE)


@record(frozen=True, slots=True)
class DerivedEvent:
    """One event that no column holds: what the columns of a row show to have happened.

    Attributes:
        id: Its name, which a deadline may use like that of any event.
        says: What it means.
        earliest: The events it is the earliest of; one may be a derived event defined before it.
        unless: None of them counts that one of these events came before, or on the same day.
        undone_by: None of them counts that one of these events came after, or on the same day.
    """

    id: str
    says: str
    earliest: tuple[EventWhere, ...]
    unless: EventNames = ()
    undone_by: EventNames = ()


@record(frozen=True, slots=True)
class Instrument:
    """One Act, set of regulations, code or decision that deadlines cite."""

    id: str
    title: str
    made: date | None
    in_force: date | None
    url: str


@record(frozen=True, slots=True)
class NotEncoded:
    """One provision about time that no deadline encodes, and why."""

    law: str
    about: str
    why: str
    seen: Seen = "unverified"


@record(frozen=True, slots=True)
class Overlay:
    """A local rulebook that was laid over the law."""

    name: str
    sha256: Sha256


def rulebook_name(version: str, overlays: Sequence[Overlay]) -> str:
    """Return which law was applied: its version, and the local rulebooks laid over it.

    >>> rulebook_name("2026.11", ()), rulebook_name("2026.11", (Overlay("ours.toml", "ab12"),))
    ('rulebook 2026.11', 'rulebook 2026.11 with ours.toml')
    """
    local = listed([Path(overlay.name).name for overlay in overlays])
    return f"rulebook {version} with {local}" if local else f"rulebook {version}"


@record(frozen=True)
class Rulebook:
    """The law, read once.

    Attributes:
        version: Version of the rulebook, as `2026.11`; not that of the software.
        sha256: SHA-256 of its files in order, in hexadecimal.
        overlays: Local rulebooks laid over it.
        scenarios: What those of them that are not law but a supposition say of themselves.
        deadlines: Every deadline, in the order of the files.
        events: Every event that a column may hold.
        derived: Every event that no column holds, in the order in which they are worked out.
        codes: Fact to its closed list of codes.
        flags: Every flag.
        instruments: What the citations refer to.
        not_encoded: What is left out, and why.
    """

    version: str
    sha256: str
    deadlines: tuple[Deadline, ...]
    events: Mapping[str, Event]
    codes: Mapping[str, tuple[str, ...]]
    flags: tuple[str, ...]
    instruments: tuple[Instrument, ...] = ()
    not_encoded: tuple[NotEncoded, ...] = ()
    derived: Mapping[str, DerivedEvent] = field(default_factory=dict)
    overlays: tuple[Overlay, ...] = ()
    scenarios: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return which law it is, in a few words."""
        return f"<Rulebook {self.version}: {len(self.deadlines)} deadlines, {len(self.overlays)} overlays>"

    @cached_property
    def by_id(self) -> Mapping[str, Deadline]:
        """Deadlines by their id."""
        return {deadline.id: deadline for deadline in self.deadlines}

    @cached_property
    def planned(self) -> frozenset[str]:
        """Events that may lie after the as-at date, set due dates among them."""
        columns = {event.id for event in self.events.values() if event.planned or event.sets_due}
        derived = {name for name in self.derived if columns.issuperset(self.columns_of((name,)))}
        return frozenset(columns | derived)

    def columns_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the columns that hold these events, for a derived event those that it is worked out from."""
        columns: dict[str, None] = {}
        for name in names:
            event = self.derived.get(name)
            sources = self.columns_of(where.event for where in event.earliest) if event else (name,)
            columns.update(dict.fromkeys(sources))
        return tuple(columns)

    def needs(self, deadline: Deadline) -> tuple[str, ...]:
        """Return the facts or events of which one must be given before a due day can be found."""
        limits = [version.limit for version in deadline.versions]
        limbs = [(limb, limit) for limit in limits for limb in limit.limbs]
        events = [
            name
            for limb, limit in limbs
            if limb.since and (limb.missing if limb.after else limit.missing) == "unknown"
            for name in limb.since.events
        ]
        starts = [self.derived[name] for name in deadline.start_events if name in self.derived]
        facts = [where.fact for event in starts for where in event.earliest if where.fact and not limbs]
        return tuple(dict.fromkeys((*facts, *(name for name in events if name not in deadline.start_events))))

    def says(self, name: str) -> str:
        """Return what an event means."""
        return (self.derived.get(name) or self.events[name]).says


def part_of(rulebook: Rulebook, wanted: Collection[str]) -> Rulebook:
    """Return the rulebook with these deadlines alone, and those that may take their place."""
    mine = {name: rulebook.by_id[name] for name in wanted if name in rulebook.by_id}
    needed = {*mine, *(name for deadline in mine.values() for name in deadline.displaced_by)}
    return replace(
        rulebook, deadlines=tuple(deadline for deadline in rulebook.deadlines if deadline.id in needed)
    )


def derived_from(rulebook: Rulebook, names: Iterable[str]) -> tuple[DerivedEvent, ...]:
    """Return the derived events among some names, and those that these are worked out from."""
    named = set(names)
    needed: list[DerivedEvent] = []
    for event in reversed(tuple(rulebook.derived.values())):  # each may name those that stand above it
        if event.id in named:
            named.update(texts_in(event))
            needed.append(event)
    return tuple(reversed(needed))


def texts_in(value: object) -> Iterator[str]:
    """Yield every text of a record, whatever it holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_in(item)
    elif hasattr(value, "__dataclass_fields__"):
        for field in value.__dataclass_fields__:
            yield from texts_in(getattr(value, field))
