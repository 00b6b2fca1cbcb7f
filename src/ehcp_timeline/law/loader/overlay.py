"""Applies a local rulebook on top of the law: it supersedes time limits from a day on, and nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from ehcp_timeline.law.deadline import Dates, Reading, Version
from ehcp_timeline.law.loader.deadline import read_versions
from ehcp_timeline.law.loader.faults import Location, Table
from ehcp_timeline.law.loader.limit import Codes
from ehcp_timeline.law.rulebook import Deadline

ONE_DAY = timedelta(days=1)
OWN = ("supersedes", "id", "law", "says", "means", "seen", "checked", "note", "version")
THE_LAWS = ("duty", "who", "kind", "starts", "met_by")


def supersede(place: Location, table: Table, standing: Deadline, codes: Codes, overlay: str) -> Deadline:
    """Return a deadline that stands, with an overlay's time limits from their days on.

    Args:
        place: Where faults are reported.
        table: The overlay's table, which says `supersedes`.
        standing: The deadline that it names.
        codes: Fact to its closed list of codes.
        overlay: Name of the local rulebook.
    """
    law = place.want(table, "law", str, "")
    if "law" in table and not law.strip():
        place.at("law").fault("is empty; cite where the new time limit stands, or is proposed")
    place.keys(table, (*OWN, *THE_LAWS))
    for key in THE_LAWS:
        if key in table and table[key] not in _written(getattr(standing, key)):
            place.at(key).fault(
                f"is the law's own; an overlay changes the time limit of {standing.id}, nothing else of it"
            )
    for number, version in enumerate(read_versions(place, table, codes, standing.starts)):
        says, means = (place.maybe(table, key, str, "") for key in ("says", "means"))
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
