"""Read the rulebook: TOML in, frozen records out, every fault told at once."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.clauses import Seen
from ehcp_timeline.law.deadlines import SEEN, Words, all_ids, read_deadline, spread
from ehcp_timeline.law.excuses import read_grounds
from ehcp_timeline.law.faults import Place, Table
from ehcp_timeline.law.terms import Deadline, Event, Instrument, NotEncoded, Rulebook

NOT_LAW = frozenset({"kpis.toml", "bank-holidays.toml"})
EVENT_KEYS = ("id", "says", "planned", "sets_due")


@dataclass(frozen=True, slots=True)
class _Source:
    """One TOML file: its name, its bytes, what it says."""

    name: str
    content: bytes
    table: Table
    overlay: str = ""


def load_rulebook(overlays: Sequence[Path] = (), folder: Path | None = None) -> Rulebook:
    """Read the law, with local rulebooks laid over it.

    Args:
        overlays: Local rulebooks; each may add deadlines, none may change the law's.
        folder: Where the law is; the package's own by default.

    Raises:
        RulebookError: With every fault of every file.
    """
    faults: list[str] = []
    law = _read_folder(folder or files("ehcp_timeline") / "rulebook", faults)
    local = [one for path in overlays if (one := _read_file(path, str(path), faults, path.name))]
    rulebook = _assemble(law, local, faults)
    if faults:
        raise RulebookError(tuple(faults))
    return rulebook


def _read_folder(folder: Path | Traversable, faults: list[str]) -> dict[str, _Source]:
    entries = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name
    )
    sources = (_read_file(one, one.name, faults) for one in entries if one.name not in NOT_LAW)
    return {one.name: one for one in sources if one}


def _read_file(path: Path | Traversable, name: str, faults: list[str], overlay: str = "") -> _Source | None:
    try:
        content = path.read_bytes()
        return _Source(name, content, tomllib.loads(content.decode("utf-8")), overlay)
    except OSError as error:
        faults.append(f"{name}: cannot be read ({error.strerror}); check the path")
    except UnicodeDecodeError:
        faults.append(f"{name}: is not UTF-8 text; save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{name}: is not TOML: {error}")
    return None


def _assemble(law: Mapping[str, _Source], local: Sequence[_Source], faults: list[str]) -> Rulebook:
    events = _read_events([*law.values(), *local], faults)
    codes, flags = _read_codes(law.get("codes.toml"), faults)
    instruments = _read_instruments(law.get("instruments.toml"), faults)
    grounds_file = law.get("excuses.toml")
    place = Place("excuses.toml:", faults)
    grounds = read_grounds(place, grounds_file.table if grounds_file else {}, frozenset(events), flags)
    sources = [*law.values(), *local]
    ids = [one for source in sources for one in all_ids(_tables(source))]
    words = Words(
        frozenset(events), codes, flags, frozenset(ids), frozenset(one.id for one in instruments), grounds
    )
    deadlines = [one for source in sources for one in _read_deadlines(source, words, faults)]
    head = law.get("instruments.toml")
    return Rulebook(
        version=str(head.table.get("version", "")) if head else "",
        sha256=hashlib.sha256(b"".join(one.content for one in law.values())).hexdigest(),
        deadlines=_each_once(deadlines, faults),
        events=events,
        codes=codes,
        flags=tuple(sorted(flags)),
        instruments=instruments,
        not_encoded=_read_not_encoded(law.get("not-encoded.toml"), faults),
        overlays=tuple((one.name, hashlib.sha256(one.content).hexdigest()) for one in local),
    )


def _tables(source: _Source) -> list[Table]:
    found = source.table.get("deadline", [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _read_deadlines(source: _Source, words: Words, faults: list[str]) -> Iterable[Deadline]:
    place = Place(f"{source.name}:", faults)
    known = (
        "deadline",
        "event",
        "provision",
        "instrument",
        "version",
        "fact",
        "flag",
        "group",
        "orders",
        "absorbs",
    )
    place.keys(source.table, known)
    if source.overlay:
        words = Words(words.events, words.codes, words.flags, words.deadline_ids, frozenset(), words.grounds)
    for table in _tables(source):
        for one, name in spread(table):
            yield read_deadline(place, one, name, words, source.overlay)


def _each_once(deadlines: Sequence[Deadline], faults: list[str]) -> tuple[Deadline, ...]:
    found: dict[str, Deadline] = {}
    for deadline in deadlines:
        before = found.get(deadline.id)
        if before is None or (deadline.overlay and before.kind == "local"):
            found[deadline.id] = deadline
        elif deadline.overlay and not before.overlay:
            faults.append(
                f"{deadline.overlay}: {deadline.id}: is the law's own id; give the local duty another"
            )
        else:
            faults.append(f"{deadline.overlay or 'rulebook'}: {deadline.id}: stands twice")
    return tuple(found.values())


def _read_events(sources: Sequence[_Source], faults: list[str]) -> dict[str, Event]:
    events: dict[str, Event] = {}
    for source in sources:
        for number, body in enumerate(source.table.get("event", [])):
            here = Place(f"{source.name}: event[{number}]", faults)
            here.keys(body, EVENT_KEYS)
            name = here.want(body, "id", str, "")
            if name in events:
                here.fault(f"{name} stands twice")
            planned, sets_due = (
                here.maybe(body, "planned", bool, False),
                here.maybe(body, "sets_due", bool, False),
            )
            events[name] = Event(name, here.want(body, "says", str, ""), planned, sets_due)
    return events


def _read_codes(
    source: _Source | None, faults: list[str]
) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    if source is None:
        faults.append("codes.toml: is missing")
        return {}, frozenset()
    codes = {}
    for body in source.table.get("fact", []):
        listed = body.get("codes")
        if listed is not None:
            codes[body["id"]] = tuple(source.table.get(listed, {}) if isinstance(listed, str) else listed)
    return codes, frozenset(body["id"] for body in source.table.get("flag", []))


def _read_instruments(source: _Source | None, faults: list[str]) -> tuple[Instrument, ...]:
    if source is None:
        faults.append("instruments.toml: is missing")
        return ()
    place = Place("instruments.toml:", faults)
    found = []
    for number, body in enumerate(source.table.get("instrument", [])):
        here = place.at(f"instrument[{number}]")
        here.keys(body, ("id", "title", "made", "in_force", "url"))
        made, in_force = _day(here, body, "made"), _day(here, body, "in_force")
        name, title = here.want(body, "id", str, ""), here.want(body, "title", str, "")
        found.append(Instrument(name, title, made, in_force, here.want(body, "url", str, "")))
    return tuple(found)


def _day(here: Place, body: Mapping[str, Any], key: str) -> date | None:
    return here.maybe(body, key, date, date.min) if key in body else None


def _read_not_encoded(source: _Source | None, faults: list[str]) -> tuple[NotEncoded, ...]:
    if source is None:
        return ()
    place = Place("not-encoded.toml:", faults)
    found = []
    for number, body in enumerate(source.table.get("provision", [])):
        here = place.at(f"provision[{number}]")
        here.keys(body, ("law", "about", "why", "seen"))
        law, about, why = (here.want(body, key, str, "") for key in ("law", "about", "why"))
        seen = cast("Seen", here.one_of(body, "seen", SEEN, "unverified"))
        found.append(NotEncoded(law, about, why, seen))
    return tuple(found)
