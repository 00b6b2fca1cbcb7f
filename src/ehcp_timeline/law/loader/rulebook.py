"""Read the rulebook and its registers: TOML in, frozen records out, every fault told at once."""

import hashlib
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ehcp_timeline.errors import EhcpError, RulebookError
from ehcp_timeline.inputs import read_whole
from ehcp_timeline.law.deadline import BLANK, Reading, Version
from ehcp_timeline.law.loader.deadline import all_ids, read_deadline, read_versions, spread
from ehcp_timeline.law.loader.excuse import read_grounds
from ehcp_timeline.law.loader.faults import Location, Table
from ehcp_timeline.law.loader.limit import Words
from ehcp_timeline.law.rulebook import (
    Deadline,
    DerivedEvent,
    Event,
    EventWhere,
    Instrument,
    NotEncoded,
    Rulebook,
)


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
        for here, body in Location(f"{name}:", faults).tables(table, "event"):
            event = here.record(Event, body)
            if event.id in events:
                here.fault(f"{event.id} stands twice")
            if event.id in taken:
                here.fault(f"{event.id} is the name of a fact or a flag; give the event another")
            events[event.id] = event
    return events


def read_derived(
    place: Location, table: Table, events: Collection[str], codes: Mapping[str, tuple[str, ...]]
) -> dict[str, DerivedEvent]:
    """Read the `[[derived]]` tables: each may name the events of columns, and those that stand above it."""
    derived: dict[str, DerivedEvent] = {}
    for here, body in place.tables(table, "derived"):
        name = str(body.get("id", ""))
        if name in derived or name in events:
            here.fault(f"{name} stands twice")
        known = frozenset((*events, *derived))
        listed = body.get("earliest", [])
        tables = [{"event": entry} if isinstance(entry, str) else entry for entry in listed]
        parts = tuple(
            _read_where(*table, known, codes) for table in here.tables({"earliest": tables}, "earliest")
        )
        if not parts:
            here.fault("earliest is missing; name the events it is the earliest of")
        derived[name] = here.record(DerivedEvent, body, {"unless": ("event", known)}, earliest=parts)
    return derived


def _read_where(
    here: Location, body: Table, events: frozenset[str], codes: Mapping[str, tuple[str, ...]]
) -> EventWhere:
    here.keys(body, ("event", "only_if"))
    event = here.want(body, "event", str, "")
    here.known("event", event, events, "event")
    facts = here.maybe(body, "only_if", dict, {})
    if not facts:
        return EventWhere(event)
    fact = next(iter(facts))
    here.known("only_if", fact, codes, "fact with codes")
    if len(facts) > 1:
        here.at("only_if").fault("must name one fact")
    return EventWhere(event, fact, here.words(facts, fact, (*codes.get(fact, ()), BLANK), "code"))


def read_codes(
    table: Table | None, faults: list[str]
) -> tuple[dict[str, tuple[str, ...]], frozenset[str], frozenset[str]]:
    """Read `codes.toml`: each fact with its codes, every flag, and the names of all facts and flags."""
    if table is None:
        faults.append("codes.toml: is missing")
        return {}, frozenset(), frozenset()
    place = Location("codes.toml:", faults)
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
    place = Location("instruments.toml:", faults)
    return tuple(here.record(Instrument, body) for here, body in place.tables(table, "instrument"))


def read_not_encoded(table: Table | None, faults: list[str]) -> tuple[NotEncoded, ...]:
    """Read `not-encoded.toml`."""
    place = Location("not-encoded.toml:", faults)
    return tuple(here.record(NotEncoded, body) for here, body in place.tables(table or {}, "provision"))


NOT_LAW = frozenset({"kpis.toml", "bank-holidays.toml"})
LAW_KEYS = (
    *("deadline", "event", "derived", "provision", "instrument", "version"),
    *("fact", "flag", "group", "orders", "absorbs"),
)
OVERLAY_KEYS = ("deadline", "event", "scenario")


@dataclass(frozen=True, slots=True)
class _Source:
    """One TOML file: its name, its bytes, what it says, and its short name if it is laid over the law."""

    name: str
    content: bytes
    table: Table
    overlay: str = ""

    @property
    def sha256(self) -> str:
        """Of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def tables(self) -> list[Table]:
        """Its `[[deadline]]` tables."""
        entries = self.table.get("deadline", [])
        return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def load_rulebook(overlays: Sequence[Path] = (), folder: Path | None = None) -> Rulebook:
    """Read the law, with local rulebooks laid over it.

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
    """Read as much of the law as can be read, and every fault, each with its file and key path."""
    faults: list[str] = []
    law = _read_folder(folder or files("ehcp_timeline") / "rulebook", faults)
    local: dict[str, _Source] = {}
    for path in overlays:
        if source := _read_file(path, str(path), faults, path.name):
            local.setdefault(source.sha256, source)
    return _assemble(law, tuple(local.values()), faults), tuple(faults)


def _read_folder(folder: Path | Traversable, faults: list[str]) -> dict[str, _Source]:
    if not folder.is_dir():
        faults.append(f"{folder}: is not a folder; name the folder that holds instruments.toml")
        return {}
    entries = sorted(
        (resource for resource in folder.iterdir() if resource.name.endswith(".toml")),
        key=lambda file: file.name,
    )
    sources = (_read_file(entry, entry.name, faults) for entry in entries if entry.name not in NOT_LAW)
    return {source.name: source for source in sources if source}


def _read_file(path: Path | Traversable, name: str, faults: list[str], overlay: str = "") -> _Source | None:
    try:
        content = read_whole(path) if isinstance(path, Path) else path.read_bytes()
        return _Source(name, content, tomllib.loads(content.decode("utf-8")), overlay)
    except EhcpError as error:
        faults.append(str(error))
    except UnicodeDecodeError:
        faults.append(f"{name}: is not UTF-8 text; save it as UTF-8")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        faults.append(f"{name}: is not TOML: {error}")
    return None


def _assemble(law: Mapping[str, _Source], local: Sequence[_Source], faults: list[str]) -> Rulebook:
    sources = (*law.values(), *local)
    codes, flags, columns = read_codes(_table(law, "codes.toml"), faults)
    events = read_events(((source.name, source.table) for source in sources), columns, faults)
    derived = read_derived(Location("events.toml:", faults), _table(law, "events.toml") or {}, events, codes)
    instruments = read_instruments(_table(law, "instruments.toml"), faults)
    place = Location("excuses.toml:", faults)
    grounds = read_grounds(place, _table(law, "excuses.toml") or {}, frozenset(events), flags)
    ids = frozenset(
        all_ids([table for source in sources for table in source.tables if "supersedes" not in table])
    )
    cited = frozenset(instrument.id for instrument in instruments)
    words = Words(frozenset((*events, *derived)), codes, flags, ids, cited, grounds)
    return Rulebook(
        version=str((_table(law, "instruments.toml") or {}).get("version", "")),
        sha256=hashlib.sha256(b"".join(source.content for source in law.values())).hexdigest(),
        deadlines=_read_all(sources, words, faults),
        events=events,
        derived=derived,
        codes=codes,
        flags=tuple(sorted(flags)),
        instruments=instruments,
        not_encoded=read_not_encoded(_table(law, "not-encoded.toml"), faults),
        overlays=tuple((source.name, source.sha256) for source in local),
        scenarios=tuple(said for source in local if (said := _scenario(source, faults))),
    )


def _table(law: Mapping[str, _Source], name: str) -> Table | None:
    return law[name].table if name in law else None


def _scenario(source: _Source, faults: list[str]) -> str:
    said = Location(f"{source.name}:", faults).maybe(source.table, "scenario", str, "")
    return f"{source.overlay}: {said}" if said else ""


def _read_all(sources: Iterable[_Source], words: Words, faults: list[str]) -> tuple[Deadline, ...]:
    """Read the deadlines of the law, then those of each overlay, then what each supersedes."""
    deadlines: dict[str, Deadline] = {}
    for source in sources:
        place = Location(f"{source.name}:", faults)
        place.keys(source.table, OVERLAY_KEYS if source.overlay else LAW_KEYS)
        mine = replace(words, instruments=frozenset()) if source.overlay else words
        for table in source.tables:
            if source.overlay and "supersedes" in table:
                _supersede(place, table, deadlines, mine, source.overlay)
                continue
            for entry, name in spread(table):
                deadline = read_deadline(place, entry, name, mine, source.overlay)
                _add(place, replace(deadline, file=source.overlay or source.name), deadlines)
    return tuple(deadlines.values())


def _add(place: Location, deadline: Deadline, deadlines: dict[str, Deadline]) -> None:
    before = deadlines.get(deadline.id)
    if not deadline.versions:
        return
    if before is None:
        deadlines[deadline.id] = deadline
    elif deadline.overlay and not before.overlay:
        place.at(deadline.id).fault(
            "is the law's own id; give the local duty another, or change the law's time limit from a day on "
            f'with supersedes = "{deadline.id}"'
        )
    else:
        place.at(deadline.id).fault(f"stands twice{f', in {before.overlay} too' if before.overlay else ''}")


def _supersede(
    place: Location, table: Table, deadlines: dict[str, Deadline], words: Words, overlay: str
) -> None:
    name = place.maybe(table, "supersedes", str, "")
    here = place.at(f"supersedes {name}")
    if name in deadlines:
        deadlines[name] = supersede(here, table, deadlines[name], words, overlay)
    else:
        place.known("supersedes", name, words.deadline_ids, "deadline")


ONE_DAY = timedelta(days=1)
OWN = ("supersedes", "id", "law", "says", "means", "seen", "checked", "note", "version")
THE_LAWS = ("duty", "who", "kind", "starts", "met_by")


def supersede(place: Location, table: Table, standing: Deadline, words: Words, overlay: str) -> Deadline:
    """Return a deadline that stands, with an overlay's time limits from their days on.

    Args:
        place: Where faults are reported.
        table: The overlay's table, which says `supersedes`.
        standing: The deadline that it names.
        words: What it may refer to.
        overlay: Name of the local rulebook.
    """
    law = place.want(table, "law", str, "")
    if "law" in table and not law.strip():
        place.at("law").fault("is empty; cite where the new time limit stands, or is proposed")
    _changes_nothing_else(place, table, standing)
    read = read_versions(place, table, words, standing.starts)
    for number, version in enumerate(read):
        says, means = (place.maybe(table, key, str, "") for key in ("says", "means"))
        named = replace(version, law=version.law or law, says=says, means=means, overlay=overlay)
        standing = _with_version(place.at(f"version[{number}]"), standing, named)
    return standing


def _changes_nothing_else(place: Location, table: Table, standing: Deadline) -> None:
    place.keys(table, (*OWN, *THE_LAWS))
    laws = {
        "duty": (standing.duty,),
        "who": (standing.who,),
        "kind": (standing.kind,),
        "starts": _written(standing.starts.events, standing.starts.which),
        "met_by": _written(standing.met_by.events, standing.met_by.which),
    }
    for key in THE_LAWS:
        if key in table and table[key] not in laws[key]:
            place.at(key).fault(
                f"is the law's own; an overlay changes the time limit of {standing.id}, nothing else of it"
            )


def _written(events: tuple[str, ...], which: str) -> tuple[object, ...]:
    """Return the ways in which TOML can say the same dates."""
    return ({which: list(events)}, *(events if len(events) == 1 else ()))


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
    cited = f"{standing.law}; from {new.since}: {new.law} ({new.overlay})"
    return replace(
        standing,
        law=cited,
        versions=tuple(_spliced(standing.versions, new)),
        readings=tuple(part for reading in standing.readings for part in _outside(reading, new)),
    )


def _spliced(versions: Iterable[Version], new: Version) -> list[Version]:
    """Return the versions with a new one put in: each keeps what lies before it and what lies after."""
    kept = [new]
    for version in versions:
        if version.since < new.since:
            kept.append(replace(version, until=_earlier(version.until, new.since - ONE_DAY)))
        if new.until and (version.until is None or version.until > new.until):
            kept.append(replace(version, since=max(version.since, new.until + ONE_DAY)))
    return sorted(kept, key=lambda change: change.since)


def _outside(reading: Reading, new: Version) -> Iterator[Reading]:
    """Yield what is left of a reading: one of the law's own number does not speak of another number.

    A reading that counts from an event of its own is another doctrine, which the new number leaves alone.
    """
    if reading.limit is None or reading.starts:
        yield reading
        return
    if reading.since is None or reading.since < new.since:
        yield replace(reading, until=_earlier(reading.until, new.since - ONE_DAY))
    if new.until and (reading.until is None or reading.until > new.until):
        since = new.until + ONE_DAY
        yield replace(reading, since=max(reading.since, since) if reading.since else since)


def _earlier(day: date | None, other: date) -> date:
    return other if day is None else min(day, other)
