"""Reads a time limit: how it is counted, from what, and what a missing date does."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from ehcp_timeline.clock import UNITS, Calendar, Count, Counted, Kind
from ehcp_timeline.law.deadline import BLANK, Dates, EventNames, Facts, Limb, Limit
from ehcp_timeline.law.loader.faults import Location, Table

Codes = Mapping[str, tuple[str, ...]]
PERIODS: tuple[Kind, ...] = ("within", "not_before_end_of")
LIMIT_KEYS: tuple[Kind | Literal["later_of"], ...] = (*PERIODS, "before", "at_least_before", "later_of")
LONGEST = 3660  # ten years of days: a longer period is a slip of the hand
NO_LIMIT = Limit((Limb(Count("within")),))


def read_dates(place: Location, table: Table, key: str) -> Dates:
    """Read `"event"`, `{ earliest = [...] }` or `{ latest = [...] }`."""
    value, here = table.get(key), place.at(key)
    if isinstance(value, str):
        return Dates(here.value(value, EventNames))
    if isinstance(value, dict) and len(value) == 1:
        which: Literal["earliest", "latest"] = here.at("which").value(
            next(iter(value)), Literal["earliest", "latest"]
        )
        if events := here.at(which).value(value.get(which, []), EventNames):
            return Dates(events, which)
    here.fault("must be an event, { earliest = [events] } or { latest = [events] }")
    return Dates(("case_id",))


def read_starts(place: Location, table: Table) -> Dates:
    """Read `starts`: as `read_dates`, or `{ each = [...] }`, which may have `first` beside it."""
    value = table.get("starts")
    if not isinstance(value, dict) or "each" not in value:
        return read_dates(place, table, "starts")
    here = place.at("starts")
    here.keys(value, ("each", "first"))
    each, first = (here.at(key).value(value.get(key, []), EventNames) for key in ("each", "first"))
    return Dates(each or ("case_id",), "each", first)


def read_answers(place: Location, table: Table) -> Dates:
    """Read `met_by`: of several events the first answers."""
    answers = read_dates(place, table, "met_by")
    if answers.which == "latest":
        place.at("met_by").fault("must be an event or { earliest = [events] }: the first answer counts")
    return answers


def read_facts(place: Location, table: Table, codes: Codes, *, blank: bool = False) -> Facts:
    """Read `only_if`: facts and the codes that they must hold, which may be a blank where `blank` says so."""
    if "only_if" not in table:
        return ()
    here, facts = place.at("only_if"), []
    for fact, listed in place.maybe(table, "only_if", dict, {}).items():
        here.known(fact, fact, "fact with codes", codes)
        known = (*codes.get(fact, ()), *((BLANK,) if blank else ()))
        within = Location(here.at(fact).path, here.faults, {"code": known})
        facts.append((fact, within.value(listed, tuple[Annotated[str, "code"], ...])))
    return tuple(facts)


def read_limit(place: Location, table: Table, codes: Codes, starts: Dates, *, repeats: bool) -> Limit:
    """Read the one time limit of a version or a reading.

    Args:
        place: Where it stands.
        table: The version or the reading.
        codes: Fact to its closed list of codes.
        starts: What the clock starts with.
        repeats: Whether the duty repeats, and so looks at several rows that may hold different facts.
    """
    given = [key for key in LIMIT_KEYS if key in table]
    if len(given) != 1:
        place.fault(f"needs exactly one of {', '.join(LIMIT_KEYS)}, has {', '.join(given) or 'none'}")
        return NO_LIMIT
    (key,) = given
    if key == "later_of":
        return _read_later_of(place, table, codes, starts, repeats=repeats)
    for word in ("missing", "rolls"):
        if word in table:
            place.at(word).fault("belongs to later_of only")
    if key == "within" and isinstance(table[key], str) and table[key]:
        return Limit((), words=table[key])
    body = place.maybe(table, key, dict, {})
    if key == "at_least_before" and (body.get("event"),) != starts.events:
        place.at(key).fault(f"event must be what starts the clock, {starts.events[0]}")
    return Limit((Limb(read_count(place.at(key), key, body)),))


def _read_later_of(place: Location, table: Table, codes: Codes, starts: Dates, *, repeats: bool) -> Limit:
    limbs: list[Limb] = []
    if table["later_of"] == []:
        return Limit(())
    for here, body in place.tables(table, "later_of"):
        kinds = [kind for kind in PERIODS if kind in body]
        if len(kinds) != 1:
            here.fault(f"needs exactly one of {', '.join(PERIODS)}")
            continue
        since = read_dates(here, body, "from") if "from" in body else None
        if since and len(since.events) == 1 and since.events == starts.events:
            since = None  # the clock's own start
        count = read_count(here.at(kinds[0]), kinds[0], here.want(body, kinds[0], dict, {}))
        facts = read_facts(here, body, codes, blank="from" in body)
        limb = here.record(Limb, body, PERIODS, count=count, since=since, only_if=facts)
        if (facts or "missing" in body) and not limb.after:
            here.fault("only_if and missing need after: what must have come for this limb to count")
        if (limb.after or limb.unless) and (repeats or since is None or (limb.after and limb.unless)):
            why = "does not go with a duty that repeats, nor with a limb from the start"
            here.at("after" if limb.after else "unless").fault(f"{why}, nor after with unless")
        limbs.append(limb)
    if len(limbs) < 2:
        place.at("later_of").fault("needs at least two limbs")
        return NO_LIMIT
    if limbs[0].after:
        place.at("later_of").fault("begins with a limb that always counts: leave after out of the first")
    kept = {key: table[key] for key in ("missing", "rolls") if key in table}
    return place.record(Limit, kept, limbs=tuple(limbs))


def read_count(place: Location, kind: Kind, table: Table) -> Count:
    """Read how one period, or one day of the year, is counted."""
    if kind == "before":
        return _read_day_of_year(place, table)
    place.keys(table, (*UNITS, "start_day", "calendar", "event"))
    units = [unit for unit in UNITS if unit in table]
    if len(units) != 1:
        place.fault(f"needs exactly one of {', '.join(UNITS)}")
        return Count("within")
    (unit,) = units
    number = place.want(table, unit, int, 0)
    if not 0 <= number <= LONGEST:
        place.at(unit).fault(f"must lie between 0 and {LONGEST}, is {number}")
        number = 0
    if kind != "at_least_before" and "start_day" not in table:
        place.fault("start_day is missing; say excluded (within ... of) or included (beginning with)")
    start_day: Counted = place.at("start_day").value(table.get("start_day", "excluded"), Counted)
    calendar: Calendar = place.at("calendar").value(table.get("calendar", "statutory"), Calendar)
    if number == 0 and (unit, start_day) != ("days", "excluded"):
        place.fault('at once is written { days = 0, start_day = "excluded" }')
    return Count(kind, number, unit, start_day, calendar=calendar)


def _read_day_of_year(place: Location, table: Table) -> Count:
    place.keys(table, ("month", "day", "counted"))
    month, day = place.want(table, "month", int, 1), place.want(table, "day", int, 1)
    try:
        date(2001, month, day)
    except ValueError:
        place.fault(f"day {day} of month {month} does not stand in every year")
        month, day = 1, 2
    place.want(table, "counted", str, "excluded")
    counted: Counted = place.at("counted").value(table.get("counted", "excluded"), Counted)
    return Count("before", start_day=counted, month=month, day=day)
