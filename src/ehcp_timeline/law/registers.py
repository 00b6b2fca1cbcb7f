"""Read what deadlines refer to: events, codes and flags, instruments, and what is left out and why."""

from collections.abc import Iterable
from datetime import date
from typing import cast

from ehcp_timeline.law.clauses import Seen
from ehcp_timeline.law.deadlines import SEEN
from ehcp_timeline.law.faults import Place, Table
from ehcp_timeline.law.terms import Event, Instrument, NotEncoded

EVENT_KEYS = ("id", "says", "planned", "sets_due")


def read_events(
    files: Iterable[tuple[str, Table]], taken: frozenset[str], faults: list[str]
) -> dict[str, Event]:
    """Read the `[[event]]` tables of every file.

    Args:
        files: The name of each file and what it says.
        taken: Names of facts and flags, which are columns of a case file too.
        faults: Where faults are reported.
    """
    events: dict[str, Event] = {}
    for name, table in files:
        for here, body in Place(f"{name}:", faults).tables(table, "event"):
            here.keys(body, EVENT_KEYS)
            event = _read_event(here, body)
            if event.id in events:
                here.fault(f"{event.id} stands twice")
            if event.id in taken:
                here.fault(f"{event.id} is the name of a fact or a flag; give the event another")
            events[event.id] = event
    return events


def _read_event(here: Place, body: Table) -> Event:
    planned, sets_due = (here.maybe(body, key, bool, False) for key in ("planned", "sets_due"))
    return Event(here.want(body, "id", str, ""), here.want(body, "says", str, ""), planned, sets_due)


def read_codes(
    table: Table | None, faults: list[str]
) -> tuple[dict[str, tuple[str, ...]], frozenset[str], frozenset[str]]:
    """Read `codes.toml`: each fact with its codes, every flag, and the names of all facts and flags."""
    if table is None:
        faults.append("codes.toml: is missing")
        return {}, frozenset(), frozenset()
    place = Place("codes.toml:", faults)
    facts = {here.want(body, "id", str, ""): body for here, body in place.tables(table, "fact")}
    flags = frozenset(here.want(body, "id", str, "") for here, body in place.tables(table, "flag"))
    codes = {}
    for name, body in facts.items():
        listed = body.get("codes")
        if isinstance(listed, str):  # several facts may share one list
            listed = table.get(listed)
        if isinstance(listed, dict):
            codes[name] = tuple(listed)
        elif listed is not None:
            place.at(name).fault("codes must be a table of codes, or the name of one")
    return codes, flags, flags.union(facts)


def read_instruments(table: Table | None, faults: list[str]) -> tuple[Instrument, ...]:
    """Read `instruments.toml`."""
    if table is None:
        faults.append("instruments.toml: is missing")
        return ()
    place = Place("instruments.toml:", faults)
    found = []
    for here, body in place.tables(table, "instrument"):
        here.keys(body, ("id", "title", "made", "in_force", "url"))
        made, in_force = _day(here, body, "made"), _day(here, body, "in_force")
        name, title = here.want(body, "id", str, ""), here.want(body, "title", str, "")
        found.append(Instrument(name, title, made, in_force, here.want(body, "url", str, "")))
    return tuple(found)


def _day(here: Place, body: Table, key: str) -> date | None:
    return here.maybe(body, key, date, date.min) if key in body else None


def read_not_encoded(table: Table | None, faults: list[str]) -> tuple[NotEncoded, ...]:
    """Read `not-encoded.toml`."""
    place = Place("not-encoded.toml:", faults)
    found = []
    for here, body in place.tables(table or {}, "provision"):
        here.keys(body, ("law", "about", "why", "seen"))
        law, about, why = (here.want(body, key, str, "") for key in ("law", "about", "why"))
        seen = cast("Seen", here.one_of(body, "seen", SEEN, "unverified"))
        found.append(NotEncoded(law, about, why, seen))
    return tuple(found)
