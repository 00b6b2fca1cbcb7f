"""What the rulebook says, as frozen records: the closed vocabulary of a time limit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from ehcp_timeline.clock.counting import Count
from ehcp_timeline.law.deadline import Dates, Excuse, PlanByDue, Reading, Repeats, Seen, StartWhere, Version

Who = Literal["authority", "other authority", "family", "school", "adviser", "health"]
DutyKind = Literal["statutory", "guidance", "local"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """One duty with a time limit, as the law words it. Every field is a word of the closed vocabulary.

    Attributes:
        id: Permanent id.
        duty: What is owed, in plain words.
        who: Who owes it.
        kind: Statute, guidance or a local promise.
        law: The provision.
        says: The words of the law.
        seen: How the words were checked.
        checked: The day they were last checked.
        note: What a reader of the answer should know; may be empty.
        source: Whose advice, where the deadline stands once for each.
        starts: What starts the clock.
        starts_where: Other starts for some rows; the first that fits is taken.
        met_by: What answers it: the earliest on or after the start.
        ends: What ends it; nothing is owed any more.
        revived_by: What makes an earlier end undone.
        revived_unless: Ends that stand for good: an end is not revived where one of these stands before
            the answer.
        implied_by: What shows that it must have been done, at a date that is not recorded.
        only_if: Fact to the codes that it must hold.
        shown_by: Events that show the condition of `only_if` though the fact is blank or says otherwise.
        owed_when: Not owed until one of these stands; its date is shown all the same.
        after: Runs only if one of these came on or before the start.
        during: Runs only if the start lies between these two events; the second may be open.
        displaced_by: Events or deadlines that take its place.
        set_by: A date in the file that replaces the due day.
        plan_by_due: Owed only if a plan existed by the due day.
        answers_from: For a due day that lies before the start: how long before the start an answer counts.
        repeats: How it starts again; None for a duty that stands once on a row.
        versions: The time limit through the years.
        readings: Other published readings.
        excuses: Grounds on which the authority need not comply.
        overlay: Name of the local rulebook that it comes from; empty for the law itself.
    """

    id: str
    duty: str
    who: Who
    kind: DutyKind
    law: str
    says: str
    seen: Seen
    checked: date
    starts: Dates
    met_by: Dates
    versions: tuple[Version, ...]
    note: str = ""
    source: str | None = None
    starts_where: tuple[StartWhere, ...] = ()
    ends: tuple[str, ...] = ()
    revived_by: tuple[str, ...] = ()
    revived_unless: tuple[str, ...] = ()
    implied_by: tuple[str, ...] = ()
    only_if: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shown_by: tuple[str, ...] = ()
    owed_when: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    during: tuple[str, str] | None = None
    displaced_by: tuple[str, ...] = ()
    set_by: str | None = None
    plan_by_due: PlanByDue | None = None
    answers_from: Count | None = None
    repeats: Repeats | None = None
    readings: tuple[Reading, ...] = ()
    excuses: tuple[Excuse, ...] = ()
    overlay: str = ""

    @property
    def minimum(self) -> bool:
        """Whether every version of its limit is a minimum."""
        return self.versions[0].limit.minimum

    @property
    def looks_back(self) -> bool:
        """Whether its due day lies before the event it is counted from."""
        return self.versions[0].limit.looks_back

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns that can answer it."""
        return self.met_by.events + (self.repeats.unseen if self.repeats else ())

    @property
    def start_events(self) -> tuple[str, ...]:
        """The columns that can start it."""
        where = tuple(event for case in self.starts_where for event in case.starts.events)
        return tuple(dict.fromkeys(self.starts.events + where))

    @property
    def overlaid(self) -> bool:
        """Whether a local rulebook adds it, or supersedes one of its time limits."""
        return bool(self.overlay) or any(version.overlay for version in self.versions)

    def version_on(self, start: date) -> Version | None:
        """Return the version in force on the day the clock started, or None outside coverage."""
        return next((version for version in self.versions if version.covers(start)), None)


@dataclass(frozen=True, slots=True)
class Event:
    """One dated event that a case file may hold."""

    id: str
    says: str
    planned: bool = False
    sets_due: bool = False


@dataclass(frozen=True, slots=True)
class Instrument:
    """One Act, set of regulations, code or decision that deadlines cite."""

    id: str
    title: str
    made: date | None
    in_force: date | None
    url: str


@dataclass(frozen=True, slots=True)
class NotEncoded:
    """One provision about time that no deadline encodes, and why."""

    law: str
    about: str
    why: str
    seen: Seen


@dataclass(frozen=True)
class Rulebook:
    """The law, read once.

    Attributes:
        version: Version of the rulebook, as `2026.11`; not that of the software.
        sha256: SHA-256 of its files in order, in hexadecimal.
        overlays: Local rulebooks laid over it, as (name, sha256).
        scenarios: What those of them that are not law but a supposition say of themselves.
        deadlines: Every deadline, in the order of the files.
        events: Every event.
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
    overlays: tuple[tuple[str, str], ...] = field(default=())
    scenarios: tuple[str, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Deadline]:
        """Deadlines by their id."""
        return {deadline.id: deadline for deadline in self.deadlines}

    @cached_property
    def planned(self) -> frozenset[str]:
        """Events that may lie after the as-at date, set due dates among them."""
        return frozenset(event.id for event in self.events.values() if event.planned or event.sets_due)
