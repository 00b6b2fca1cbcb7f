"""Reads the rulebook, local ones laid over it, into frozen records; reports every fault at once.

The package's own law is kept as records when the wheel is built: reading them takes 3 ms, reading TOML 22.
They are taken only if their digest is that of the files here: the TOML, what reads it, and what was kept.
Otherwise, as in a checkout in which the law or its reader has changed, the TOML is read. No command writes.
A local rulebook supersedes time limits from a day on, and changes nothing else.
"""

import hashlib
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from ehcp_timeline.clock import ONE_DAY
from ehcp_timeline.errors import EhcpError, RulebookError
from ehcp_timeline.inputs import MOST_WRITTEN, keep, kept, parse_toml, read_whole
from ehcp_timeline.law.deadline import Dates, Reading, Version
from ehcp_timeline.law.loader.deadline import (
    FACT,
    GROUND,
    read_deadline,
    read_facts,
    read_grounds,
    read_versions,
    spread,
)
from ehcp_timeline.law.loader.faults import Location, Table
from ehcp_timeline.law.rulebook import (
    Deadline,
    DerivedEvent,
    Event,
    EventWhere,
    Instrument,
    NotEncoded,
    Overlay,
    Rulebook,
)
from ehcp_timeline.record import record

_KEPT = ("law", "loader", "law.pickle")
_DECIDES = (("rulebook", ".toml"), ("law", ".py"), ("law/loader", ".py"), ("", "clock.py"), ("", "record.py"))


def read_built(package: Traversable | None = None) -> Rulebook | None:
    """Return the law that was kept, or None where there is none or anything has changed since."""
    package = package or files("ehcp_timeline")
    law: Rulebook | None = kept(package.joinpath(*_KEPT), lambda: _what_decides(package))
    return law


def write_built(law: Rulebook, package: Path) -> Path:
    """Keep the law beside its reader, and return where."""
    path = package.joinpath(*_KEPT)
    keep(path, law, _what_decides(package))
    return path


def _what_decides(package: Traversable) -> bytes:
    """Return every file of the law and of its reader, each after its name and its length."""
    parts: list[bytes] = []
    for folder, ending in _DECIDES:
        entries = (package / folder if folder else package).iterdir()
        for name, entry in sorted((entry.name, entry) for entry in entries if entry.name.endswith(ending)):
            content = entry.read_bytes()
            parts += f"{folder}/{name} {len(content)} ".encode(), content
    return b"".join(parts)


OWN = ("supersedes", "id", "law", "says", "means", "seen", "checked", "note", "version")
THE_LAWS = ("duty", "who", "kind", "starts", "met_by")
Dated = TypeVar("Dated", bound=Version | Reading)


def supersede(place: Location, table: Table, standing: Deadline, overlay: str) -> Deadline:
    """Return a deadline of the law, with an overlay's time limits from their days on.

    Args:
        place: Where faults are reported.
        table: The overlay's table, which says `supersedes`.
        standing: The deadline that it names.
        overlay: Name of the local rulebook.
    """
    law = place.want(table, "law", str)
    if "law" in table and not law.strip():
        place.at("law").fault("is empty; cite where the new time limit stands, or is proposed")
    place.keys(table, (*OWN, *THE_LAWS))
    for key in THE_LAWS:
        if key in table and table[key] not in _written(getattr(standing, key)):
            place.at(key).fault(
                f"is the law's own; an overlay changes the time limit of {standing.id}, nothing else of it"
            )
    for number, version in enumerate(read_versions(place, table, standing.starts)):
        says, means = (place.maybe(table, key, str) for key in ("says", "means"))
        named = replace(version, law=version.law or law, says=says, means=means, overlay=overlay)
        standing = _with_version(place.at(f"version[{number}]"), standing, named)
    return standing


def _written(value: str | Dates) -> tuple[object, ...]:
    """Return the ways in which TOML can say the same."""
    if isinstance(value, str):
        return (value,)
    return ({value.which: list(value.events)}, *(value.events if len(value.events) == 1 else ()))


def _with_version(place: Location, standing: Deadline, new: Version) -> Deadline:
    first = standing.versions[0]
    if new.since <= first.since:
        place.at("from").fault(
            f"must lie after {first.since}, the first day of the law that it supersedes; is {new.since}"
        )
        return standing
    if (new.limit.minimum, new.limit.looks_back) != (first.limit.minimum, first.limit.looks_back):
        place.fault("must be of the same nature as the law's: a limit, a minimum or a day before")
    for version in standing.versions:
        if version.overlay and new.since <= version.since:
            place.at("from").fault(
                f"{version.overlay} supersedes it from {version.since} already;"
                " lay overlays in order of their days"
            )
            return standing
    versions = [new, *(part for version in standing.versions for part in _outside(version, new))]
    readings: list[Reading] = []
    for reading in standing.readings:  # one of the law's own number does not speak of another number
        own_doctrine = reading.limit is None or reading.starts  # which the new number leaves alone
        readings += (reading,) if own_doctrine else _outside(reading, new)
    return replace(
        standing,
        law=f"{standing.law}; from {new.since}: {new.law} ({new.overlay})",
        versions=tuple(sorted(versions, key=lambda version: version.since)),
        readings=tuple(readings),
    )


def _outside(part: Dated, new: Version) -> Iterator[Dated]:
    """Yield what of a version or a reading lies before a new version, and what lies after it."""
    before = new.since - ONE_DAY
    if part.since is None or part.since <= before:
        yield replace(part, until=min(part.until or before, before))
    if new.until and (part.until is None or part.until > new.until):
        after = new.until + ONE_DAY
        yield replace(part, since=max(part.since or after, after))


NOT_LAW = frozenset({"kpis.toml", "bank-holidays.toml"})
LAW_KEYS = (
    *("deadline", "event", "derived", "provision", "instrument", "version"),
    *("fact", "flag", "group", "orders", "absorbs"),
)
OVERLAY_KEYS = ("deadline", "event", "scenario")


@record(frozen=True, slots=True)
class _Source:
    """One TOML file: its name, its bytes, what it says, and its short name if it is laid over the law."""

    name: str
    content: bytes
    table: Table
    overlay: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def load_rulebook(overlays: Sequence[Path] = (), folder: Path | None = None) -> Rulebook:
    """Read the law, with local rulebooks applied on top.

    Args:
        overlays: Local rulebooks. Each may add events and deadlines, and supersede the time limit of a
            deadline from a day on, with a citation; nothing else of the law can be changed.
        folder: Where the law is; the package's own by default.

    Raises:
        RulebookError: With every fault of every file.
    """
    rulebook, faults = read_rulebook(overlays, folder)
    if faults:
        raise RulebookError(faults)
    return rulebook


def read_rulebook(
    overlays: Sequence[Path] = (), folder: Path | None = None
) -> tuple[Rulebook, tuple[str, ...]]:
    """Read as much of the law as can be read, and every fault, each with its file and key path.

    The package's own law is read once in a process, as the build kept it if nothing has changed since.
    """
    return _read(overlays, folder) if overlays or folder else _read_own()


@cache
def _read_own() -> tuple[Rulebook, tuple[str, ...]]:
    kept = read_built()
    return (kept, ()) if kept else _read((), None)


def _read(overlays: Sequence[Path], folder: Path | None) -> tuple[Rulebook, tuple[str, ...]]:
    faults: list[str] = []
    law = _read_folder(folder or files("ehcp_timeline") / "rulebook", faults)
    local: dict[str, _Source] = {}
    for path in overlays:
        if source := _read_file(path, str(path), faults, path.name):
            local.setdefault(source.sha256, source)
    return _assemble(law, tuple(local.values()), faults), tuple(faults)


def _read_folder(folder: Path | Traversable, faults: list[str]) -> list[_Source]:
    if not folder.is_dir():
        faults.append(f"{folder}: is not a folder; name the folder that holds instruments.toml")
        return []
    entries = [
        entry for entry in folder.iterdir() if entry.name.endswith(".toml") and entry.name not in NOT_LAW
    ]
    sources = (
        _read_file(entry, entry.name, faults) for entry in sorted(entries, key=lambda entry: entry.name)
    )
    return [source for source in sources if source]


def _read_file(path: Path | Traversable, name: str, faults: list[str], overlay: str = "") -> _Source | None:
    try:
        content = read_whole(path, most=MOST_WRITTEN) if isinstance(path, Path) else path.read_bytes()
        return _Source(name, content, _parsed(content.decode("utf-8")), overlay)
    except EhcpError as error:
        faults.append(str(error))
    except UnicodeDecodeError:
        faults.append(f"{name}: is not UTF-8 text; save it as UTF-8")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        faults.append(f"{name}: is not TOML: {error}")
    return None


_parsed = lru_cache(64)(parse_toml)  # two versions of the law have most of their files in common


def _assemble(law: Sequence[_Source], local: Sequence[_Source], faults: list[str]) -> Rulebook:
    tables = {source.name: source.table for source in law}
    sources = (*law, *local)
    vocabulary: dict[str, Collection[str]] = {}  # filled from file to file, as places share it

    def place(name: str) -> Location:
        return Location(f"{name}:", faults, vocabulary)

    def entries(name: str, key: str) -> list[tuple[Location, Table]]:
        return place(name).tables(tables.get(name, {}), key)

    faults += [f"{name}: is missing" for name in ("codes.toml", "instruments.toml") if name not in tables]
    facts = {here.want(body, "id", str): body for here, body in entries("codes.toml", "fact")}
    flags = {here.want(body, "id", str) for here, body in entries("codes.toml", "flag")}
    codes = _read_codes(place("codes.toml"), tables.get("codes.toml", {}), facts)
    vocabulary[FACT] = codes
    events: dict[str, Event] = {}
    for source in sources:
        for here, body in place(source.name).tables(source.table, "event"):
            event = here.record(Event, body)
            if event.id in events:
                here.fault(f"{event.id} stands twice")
            if event.id in facts or event.id in flags:
                here.fault(f"{event.id} is the name of a fact or a flag; give the event another")
            events[event.id] = event
    derived: dict[str, DerivedEvent] = {}
    for here, body in entries("events.toml", "derived"):
        vocabulary["event"] = frozenset((*events, *derived))  # each may name those that stand above it
        shown = here.record(DerivedEvent, body, earliest=_read_parts(here, body))
        if shown.id in derived or shown.id in events:
            here.fault(f"{shown.id} stands twice")
        derived[shown.id] = shown
    instruments = tuple(
        here.record(Instrument, body) for here, body in entries("instruments.toml", "instrument")
    )
    ids = {
        str(entry.get("id", ""))
        for source in sources
        for _, table in Location("").tables(source.table, "deadline")  # its faults are reported below
        if "supersedes" not in table
        for entry, _ in spread(table)
    }
    names = frozenset((*events, *derived))
    vocabulary |= {"event": names, "flag": flags, "deadline": ids, "event or deadline": names | ids}
    vocabulary[GROUND] = read_grounds(place("excuses.toml"), tables.get("excuses.toml", {}))
    cited = {"instrument": frozenset(instrument.id for instrument in instruments)}
    deadlines: dict[str, Deadline] = {}
    for source in sources:
        here = Location(f"{source.name}:", faults, vocabulary if source.overlay else vocabulary | cited)
        here.keys(source.table, OVERLAY_KEYS if source.overlay else LAW_KEYS)
        _read_deadlines(here, source, deadlines)
    return Rulebook(
        version=str(tables.get("instruments.toml", {}).get("version", "")),
        sha256=hashlib.sha256(b"".join(source.content for source in law)).hexdigest(),
        deadlines=tuple(deadlines.values()),
        events=events,
        derived=derived,
        codes=codes,
        flags=tuple(sorted(flags)),
        instruments=instruments,
        not_encoded=tuple(
            here.record(NotEncoded, body) for here, body in entries("not-encoded.toml", "provision")
        ),
        overlays=tuple(Overlay(source.name, source.sha256) for source in local),
        scenarios=tuple(
            f"{source.overlay}: {says}"
            for source in local
            if (says := place(source.name).maybe(source.table, "scenario", str))
        ),
    )


def _read_codes(place: Location, table: Table, facts: Mapping[str, Table]) -> dict[str, tuple[str, ...]]:
    """Return each fact with its closed list of codes; several facts may share one list."""
    codes = {}
    for name, body in facts.items():
        listed = body.get("codes")
        listed = table.get(listed) if isinstance(listed, str) else listed
        if isinstance(listed, dict):
            codes[name] = tuple(listed)
        elif listed is not None:
            place.at(name).fault("codes must be a table of codes, or the name of one")
    return codes


def _read_parts(place: Location, table: Table) -> tuple[EventWhere, ...]:
    """Read the events that a derived event is the earliest of, each with at most one fact and its codes."""
    parts = []
    entries = place.maybe(table, "earliest", list)
    listed = [{"event": entry} if isinstance(entry, str) else entry for entry in entries]
    for here, body in place.tables({"earliest": listed}, "earliest"):
        facts = read_facts(here, body, blank=True)
        if len(facts) > 1:
            here.at("only_if").fault("must name one fact")
        fact, held = facts[0] if facts else (None, ())
        parts.append(here.record(EventWhere, body, ("only_if",), fact=fact, codes=held))
    if not parts:
        place.fault("earliest is missing; name the events it is the earliest of")
    return tuple(parts)


def _read_deadlines(place: Location, source: _Source, deadlines: dict[str, Deadline]) -> None:
    """Add the deadlines of a file to those that stand, and lay its time limits over theirs."""
    for _, table in place.tables(source.table, "deadline"):
        if source.overlay and "supersedes" in table:
            name = place.maybe(table, "supersedes", str)
            if name in deadlines:
                here = place.at(f"supersedes {name}")
                deadlines[name] = supersede(here, table, deadlines[name], source.overlay)
            else:
                place.at("supersedes").known(name, "deadline")
            continue
        for entry, advice in spread(table):
            file = source.overlay or source.name
            deadline = read_deadline(place, entry, advice, overlay=source.overlay, file=file)
            before = deadlines.get(deadline.id)
            if not deadline.versions:
                continue
            if before is None:
                deadlines[deadline.id] = deadline
            elif deadline.overlay and not before.overlay:
                place.at(deadline.id).fault(
                    "is the law's own id; give the local duty another, or change the law's time limit from "
                    f'a day on with supersedes = "{deadline.id}"'
                )
            else:
                others = f", in {before.overlay} too" if before.overlay else ""
                place.at(deadline.id).fault(f"stands twice{others}")
