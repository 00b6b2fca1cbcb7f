"""Read a time limit: how it is counted, from what, and what a missing date does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from ehcp_timeline.clock.counting import UNITS, Calendar, Count, Counted, Kind
from ehcp_timeline.law.deadline import BLANK, Dates, Limb, Limit
from ehcp_timeline.law.loader.excuse import Grounds
from ehcp_timeline.law.loader.faults import Location, Table

PERIODS = ("within", "not_before_end_of")
LIMIT_KEYS = (*PERIODS, "before", "at_least_before", "later_of")
COUNTED = ("excluded", "included")
LONGEST = 3660  # ten years of days: a longer period is a slip of the hand
NO_LIMIT = Limit((Limb(Count("within")),))


@dataclass(frozen=True, slots=True)
class Words:
    """What a deadline may refer to.

    Attributes:
        events: Every event of the rulebook.
        codes: Fact to its closed list of codes.
        flags: Every flag.
        deadline_ids: Every deadline, for `displaced_by`.
        instruments: Ids that a citation may begin with; empty where citations are free (an overlay).
        grounds: Groups of excuses by their id.
    """

    events: frozenset[str]
    codes: Mapping[str, tuple[str, ...]]
    flags: frozenset[str]
    deadline_ids: frozenset[str]
    instruments: frozenset[str]
    grounds: Mapping[str, Grounds]


def read_dates(place: Location, table: Table, key: str, events: frozenset[str]) -> Dates:
    """Read `"event"`, `{ earliest = [...] }` or `{ latest = [...] }`."""
    value = table.get(key)
    if isinstance(value, str):
        place.known(key, value, events, "event")
        return Dates((value,))
    if isinstance(value, dict) and len(value) == 1:
        which = place.at(key).one_of(
            {"which": next(iter(value))}, "which", ("earliest", "latest"), "earliest"
        )
        names = place.at(key).words(value, which, events, "event")
        if names:
            return Dates(names, cast("Any", which))
    place.at(key).fault("must be an event, { earliest = [events] } or { latest = [events] }")
    return Dates(("case_id",))


def read_starts(place: Location, table: Table, events: frozenset[str]) -> Dates:
    """Read `starts`: as `read_dates`, or `{ each = [...] }`, which may have `first` beside it."""
    value = table.get("starts")
    if not isinstance(value, dict) or "each" not in value:
        return read_dates(place, table, "starts", events)
    here = place.at("starts")
    here.keys(value, ("each", "first"))
    each, first = (here.words(value, key, events, "event") for key in ("each", "first"))
    return Dates(each or ("case_id",), "each", first)


def read_answers(place: Location, table: Table, events: frozenset[str]) -> Dates:
    """Read `met_by`: of several events the first answers."""
    answers = read_dates(place, table, "met_by", events)
    if answers.which == "latest":
        place.at("met_by").fault("must be an event or { earliest = [events] }: the first answer counts")
    return answers


def read_limit(place: Location, table: Table, words: Words, starts: Dates, *, repeats: bool = False) -> Limit:
    """Read the one time limit of a version or a reading.

    Args:
        place: Where it stands.
        table: The version or the reading.
        words: What it may refer to.
        starts: What the clock starts with.
        repeats: Whether the duty repeats, and so looks at several rows that may hold different facts.
    """
    given = [key for key in LIMIT_KEYS if key in table]
    if len(given) != 1:
        place.fault(f"needs exactly one of {', '.join(LIMIT_KEYS)}, has {', '.join(given) or 'none'}")
        return NO_LIMIT
    if given == ["later_of"]:
        return _read_later_of(place, table, words, starts, repeats=repeats)
    for key in ("missing", "rolls"):
        if key in table:
            place.at(key).fault("belongs to later_of only")
    key = given[0]
    if key == "within" and isinstance(table[key], str) and table[key]:
        return Limit((), words=table[key])
    body = place.maybe(table, key, dict, {})
    if key == "at_least_before" and (body.get("event"),) != starts.events:
        place.at(key).fault(f"event must be what starts the clock, {starts.events[0]}")
    return Limit((Limb(read_count(place.at(key), key, body)),))


def _read_later_of(place: Location, table: Table, words: Words, starts: Dates, *, repeats: bool) -> Limit:
    limbs: list[Limb] = []
    if table["later_of"] == []:
        return Limit(())
    for here, body in place.tables(table, "later_of"):
        here.keys(body, ("from", *PERIODS, "after", "only_if", "unless", "missing"))
        kinds = [kind for kind in PERIODS if kind in body]
        if len(kinds) != 1:
            here.fault(f"needs exactly one of {', '.join(PERIODS)}")
            continue
        count = read_count(here.at(kinds[0]), cast("Kind", kinds[0]), here.want(body, kinds[0], dict, {}))
        since = read_dates(here, body, "from", words.events) if "from" in body else None
        if since and len(since.events) == 1 and since.events == starts.events:
            since = None  # the clock's own start
        after, unless = (here.words(body, key, words.events, "event") for key in ("after", "unless"))
        only_if = read_only_if(here, body, words)
        if (only_if or "missing" in body) and not after:
            here.fault("only_if and missing need after: what must have come for this limb to count")
        if (after or unless) and (repeats or since is None or (after and unless)):
            why = "does not go with a duty that repeats, nor with a limb from the start"
            here.at("after" if after else "unless").fault(f"{why}, nor after with unless")
        missing = cast("Any", here.one_of(body, "missing", ("open", "unknown"), "unknown"))
        limbs.append(Limb(count, since, after, only_if, unless, missing))
    if len(limbs) < 2:
        place.at("later_of").fault("needs at least two limbs")
        return NO_LIMIT
    if limbs[0].after:
        place.at("later_of").fault("begins with a limb that always counts: leave after out of the first")
    missing = place.one_of(table, "missing", ("skip", "unknown"), "unknown")
    rolls = place.one_of(table, "rolls", ("", "tribunal"), "")
    return Limit(tuple(limbs), cast("Any", missing), cast("Any", rolls))


def read_only_if(place: Location, table: Table, words: Words) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read facts and the codes that they must hold; a limb may also ask for a blank."""
    here = place.at("only_if")
    facts = []
    for fact in place.maybe(table, "only_if", dict, {}):
        here.known(fact, fact, words.codes, "fact with codes")
        known = {*words.codes.get(fact, ()), *((BLANK,) if "from" in table else ())}
        facts.append((fact, here.words(table["only_if"], fact, known, "code")))
    return tuple(facts)


def read_count(place: Location, kind: str, table: Table) -> Count:
    """Read how one period, or one day of the year, is counted."""
    if kind == "before":
        return _read_day_of_year(place, table)
    place.keys(table, (*UNITS, "start_day", "calendar", "event"))
    units = [unit for unit in UNITS if unit in table]
    if len(units) != 1:
        place.fault(f"needs exactly one of {', '.join(UNITS)}")
        return Count("within")
    number = place.want(table, units[0], int, 0)
    if not 0 <= number <= LONGEST:
        place.at(units[0]).fault(f"must lie between 0 and {LONGEST}, is {number}")
        number = 0
    if kind != "at_least_before" and "start_day" not in table:
        place.fault("start_day is missing; say excluded (within ... of) or included (beginning with)")
    counted = place.one_of(table, "start_day", COUNTED, "excluded")
    calendar = place.one_of(table, "calendar", ("statutory", "tribunal"), "statutory")
    if number == 0 and (units[0], counted) != ("days", "excluded"):
        place.fault('at once is written { days = 0, start_day = "excluded" }')
    return Count(
        cast("Kind", kind),
        number,
        units[0],
        cast("Counted", counted),
        calendar=cast("Calendar", calendar),
    )


def _read_day_of_year(place: Location, table: Table) -> Count:
    place.keys(table, ("month", "day", "counted"))
    month, day = place.want(table, "month", int, 1), place.want(table, "day", int, 1)
    try:
        date(2001, month, day)
    except ValueError:
        place.fault(f"day {day} of month {month} does not stand in every year")
        month, day = 1, 2
    place.want(table, "counted", str, "excluded")
    counted = place.one_of(table, "counted", COUNTED, "excluded")
    return Count("before", start_day=cast("Counted", counted), month=month, day=day)
