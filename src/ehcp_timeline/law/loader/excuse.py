"""Read the grounds on which the law says that a duty need not be complied with in time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from ehcp_timeline.clock.counting import Count
from ehcp_timeline.law.deadline import Absence, Closure, Excuse, Seen
from ehcp_timeline.law.loader.faults import Location, Table

SEEN = ("primary", "quoted", "unverified")
EXCUSE_KEYS = ("id", "law", "limb", "flag", "says", "means", "seen", "from", "to", "evidence")
EVIDENCE_KEYS = ("closure_weeks", "margin_weeks", "asked", "closed", "absent_days", "absent")


@dataclass(frozen=True, slots=True)
class Grounds:
    """A group of excuses that several provisions apply, each with its limb."""

    limbs: tuple[tuple[str, Excuse], ...]


def read_grounds(
    place: Location, table: Table, events: frozenset[str], flags: frozenset[str]
) -> dict[str, Grounds]:
    """Read `excuses.toml`: the groups by their id."""
    groups = {}
    for _, body in place.tables(table, "group"):
        here = place.at(str(body.get("id", "a group without id")))
        here.keys(body, ("id", "excuse"))
        limbs = tuple(
            (str(limb.get("limb", "")), excuse)
            for inner, limb in here.tables(body, "excuse")
            if (excuse := _read_excuse(inner, limb, events, flags, "group"))
        )
        groups[here.want(body, "id", str, "")] = Grounds(limbs)
    return groups


def read_excuses(
    place: Location,
    table: Table,
    grounds: Mapping[str, Grounds],
    events: frozenset[str],
    flags: frozenset[str],
) -> tuple[Excuse, ...]:
    """Read a deadline's excuses: those of its group first, then its own."""
    excuses: list[Excuse | None] = []
    if "excused_by" in table:
        group = place.maybe(table, "excused_by", str, "")
        place.known("excused_by", group, grounds, "group of excuses")
        law = place.want(table, "excuse_law", str, "")
        limbs = grounds[group].limbs if group in grounds else ()
        excuses += [replace(excuse, law=" ".join(filter(None, (law, limb)))) for limb, excuse in limbs]
    for here, body in place.tables(table, "excuse"):
        excuses.append(_read_excuse(here, body, events, flags, "deadline"))
    return tuple(excuse for excuse in excuses if excuse)


def _read_excuse(
    here: Location, body: Table, events: frozenset[str], flags: frozenset[str], level: str
) -> Excuse | None:
    """Read one excuse; None for one that nothing claims, which could not be looked at."""
    here.keys(body, EXCUSE_KEYS)
    flag = here.maybe(body, "flag", str, "")
    if flag:
        here.known("flag", flag, flags, "flag")
    proof = here.maybe(body, "evidence", dict, {})
    evidence = _read_evidence(here.at("evidence"), proof, events) if proof else None
    if not flag and not isinstance(evidence, Absence):
        here.fault("needs a flag, or absence dates as its evidence")
        return None
    says, means = here.wording(body)
    return Excuse(
        id=here.want(body, "id", str, ""),
        law=here.want(body, "law", str, "") if level == "deadline" else "",
        flag=flag or None,
        seen=cast("Seen", here.one_of(body, "seen", SEEN, "unverified")),
        since=here.maybe(body, "from", date, date.min) if "from" in body else None,
        until=here.maybe(body, "to", date, date.max) if "to" in body else None,
        evidence=evidence,
        says=says,
        means=means,
    )


def _read_evidence(here: Location, body: Table, events: frozenset[str]) -> Closure | Absence | None:
    here.keys(body, EVIDENCE_KEYS)
    if "absent" in body:
        first, last = _pair(here, body, "absent", events)
        days = here.want(body, "absent_days", int, 0)
        return Absence((first, last), Count("within", days, "days", "included"))
    first, last = _pair(here, body, "closed", events)
    return Closure(
        asked=here.words(body, "asked", events, "event"),
        closed=(first, last),
        length=Count("within", here.want(body, "closure_weeks", int, 0), "weeks", "included"),
        margin=Count("at_least_before", here.want(body, "margin_weeks", int, 0), "weeks"),
    )


def _pair(here: Location, body: Table, key: str, events: frozenset[str]) -> tuple[str, str]:
    pair = here.words(body, key, events, "event")
    if len(pair) != 2:
        here.at(key).fault("needs two events, the first and the last day")
        return "", ""
    return pair[0], pair[1]
