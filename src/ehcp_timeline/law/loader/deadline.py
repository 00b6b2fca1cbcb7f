"""Reads one deadline of the rulebook: its start, its time limits, what answers, ends and excuses it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Annotated, Any, Literal, cast

from ehcp_timeline.clock import ONE_DAY, UNITS, Calendar, Count, Counted, Kind
from ehcp_timeline.law.deadline import (
    BLANK,
    Absence,
    Closure,
    Dates,
    EndSpan,
    EventNames,
    EventPair,
    Excuse,
    Facts,
    Limb,
    Limit,
    Reading,
    StartWhere,
    Version,
)
from ehcp_timeline.law.loader.faults import Location, Table, filled
from ehcp_timeline.law.rulebook import Deadline

Codes = Mapping[str, tuple[str, ...]]
# Words of a vocabulary that are the keys of a mapping: facts to their codes, names to groups of excuses.
FACT, GROUND = "fact with codes", "group of excuses"
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


def read_facts(place: Location, table: Table, *, blank: bool = False) -> Facts:
    """Read `only_if`: facts and the codes that they must hold, which may be a blank where `blank` says so."""
    if "only_if" not in table:
        return ()
    here, facts, codes = place.at("only_if"), [], cast("Codes", place.vocabulary[FACT])
    for fact, listed in place.maybe(table, "only_if", dict).items():
        here.at(fact).known(fact, FACT)
        known = (*codes.get(fact, ()), *((BLANK,) if blank else ()))
        within = Location(here.at(fact).path, here.faults, {"code": known})
        facts.append((fact, within.value(listed, tuple[Annotated[str, "code"], ...])))
    return tuple(facts)


def read_limit(place: Location, table: Table, starts: Dates, *, repeats: bool) -> Limit:
    """Read the one time limit of a version or a reading.

    Args:
        place: Where it stands.
        table: The version or the reading.
        starts: What the clock starts with.
        repeats: Whether the duty repeats, and so looks at several rows that may hold different facts.
    """
    given = [key for key in LIMIT_KEYS if key in table]
    if len(given) != 1:
        place.fault(f"needs exactly one of {', '.join(LIMIT_KEYS)}, has {', '.join(given) or 'none'}")
        return NO_LIMIT
    (key,) = given
    if key == "later_of":
        return _read_later_of(place, table, starts, repeats=repeats)
    for word in ("missing", "rolls"):
        if word in table:
            place.at(word).fault("belongs to later_of only")
    if key == "within" and isinstance(table[key], str) and table[key]:
        return Limit((), words=table[key])
    body = place.maybe(table, key, dict)
    if key == "at_least_before" and (body.get("event"),) != starts.events:
        place.at(key).fault(f"event must be what starts the clock, {starts.events[0]}")
    return Limit((Limb(read_count(place.at(key), key, body)),))


def _read_later_of(place: Location, table: Table, starts: Dates, *, repeats: bool) -> Limit:
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
        count = read_count(here.at(kinds[0]), kinds[0], here.want(body, kinds[0], dict))
        facts = read_facts(here, body, blank="from" in body)
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
    number = place.want(table, unit, int)
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
    month, day = place.want(table, "month", int), place.want(table, "day", int)
    try:
        date(2001, month, day)
    except ValueError:
        if type(table.get("month")) is type(table.get("day")) is int:  # else it is reported already
            place.fault(f"day {day} of month {month} does not stand in every year")
        month, day = 1, 2
    place.want(table, "counted", str)
    counted: Counted = place.at("counted").value(table.get("counted", "excluded"), Counted)
    return Count("before", start_day=counted, month=month, day=day)


FOR_EVER = date(2200, 1, 1)
LIMIT_WORDS = (*LIMIT_KEYS, "missing", "rolls")
Grounds = Mapping[
    str, tuple[tuple[str, Excuse], ...]
]  # a group of excuses, each with its limb of a provision


def spread(table: Table) -> Iterator[tuple[Table, str | None]]:
    """Yield the table once for each source that `each` names, the name put in; or as it is."""
    each = table.get("each")
    sources = each.get("source") if isinstance(each, dict) else None
    if not isinstance(sources, list):
        yield table, None
        return
    for source in map(str, sources):
        yield filled(table, partial(_put_in, source)), source


def _put_in(source: str, text: str, key: str) -> str:
    named = source.replace("_", " ") if key == "duty" else source  # social care, not social_care
    return text.replace("{source}", named)


def read_deadline(
    place: Location, table: Table, source: str | None, *, overlay: str = "", file: str = ""
) -> Deadline:
    """Read one deadline, reporting every fault to `place`.

    Args:
        place: Where it stands. Its vocabulary holds events, flags, deadlines, facts with their codes, groups
            of excuses, and the instruments that a citation may begin with; without these, citations are free
            (an overlay).
        table: What it says.
        source: Whose advice it is about, where it exists once for each.
        overlay: Name of the local rulebook.
        file: Name of its file.
    """
    here = place.at(str(table.get("id", "a deadline without id")))
    starts = read_starts(here, table)
    versions = read_versions(here, table, starts)
    ends, ended_while = _read_ends(here, table)
    _check_wording(here, table)
    answers_from = here.maybe(table, "answers_from", dict)
    deadline = here.record(
        Deadline,
        table,
        ("each", "excused_by"),
        source=source,
        starts=starts,
        starts_where=tuple(_read_start_where(*part) for part in here.tables(table, "starts_where")),
        met_by=read_answers(here, table),
        ends=ends,
        ended_while=ended_while,
        only_if=read_facts(here, table),
        answers_from=read_count(here.at("answers_from"), "at_least_before", answers_from)
        if "answers_from" in table
        else None,
        versions=versions,
        readings=tuple(
            _read_reading(*part, starts, versions, repeats="repeats" in table)
            for part in here.tables(table, "reading")
        ),
        excuses=_read_excuses(here, table),
        overlay=overlay,
        file=file,
    )
    _check_citation(here, deadline.law)
    repeats = deadline.repeats
    if repeats and (starts.which != "earliest" or {*starts.events} != {*repeats.first, *repeats.again}):
        here.at("starts").fault("must name the events of repeats.first and repeats.again")
    if starts.which == "each" and deadline.starts_where:
        here.at("starts_where").fault("cannot stand beside starts.each; name the other starts in each")
    return deadline


def _check_citation(place: Location, law: str) -> None:
    instruments = place.vocabulary.get("instrument")
    if law and instruments and law.split(" ", maxsplit=1)[0].rstrip(",") not in instruments:
        place.at("law").fault(f"{law!r} does not begin with an instrument of instruments.toml")


def _check_wording(place: Location, table: Table) -> None:
    if "says" not in table and "means" not in table:
        place.fault("says is missing; quote the law, or give a paraphrase in means")


def _is_always_disputed(place: Location, table: Table) -> bool:
    disputes = table.get("disputes", "boundary")
    return bool(place.at("disputes").value(disputes, Literal["boundary", "always"]) == "always")


def _read_start_where(here: Location, body: Table) -> StartWhere:
    if not body.get("given"):
        here.fault("given is missing; name what must stand on the row")
    where = here.record(StartWhere, body, ("disputes",), starts=read_dates(here, body, "starts"))
    if not _is_always_disputed(here, body):
        return replace(where, doubt="")
    here.want(body, "source", str)
    return where


def _read_ends(place: Location, table: Table) -> tuple[tuple[str, ...], EndSpan | None]:
    """Return the events of `ends`, and its one `{ from, to, then }`, if it has one."""
    listed, here = table.get("ends", []), place.at("ends")
    spans = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    if len(spans) > 1:
        here.fault("holds two times from a day to a day; one is enough")
    if spans:
        listed = [entry for entry in listed if not isinstance(entry, dict)]
    return here.value(listed, EventNames), here.record(EndSpan, spans[0]) if spans else None


def read_versions(place: Location, table: Table, starts: Dates) -> tuple[Version, ...]:
    """Read a deadline's time limits, each from its day on."""
    versions = []
    if not table.get("version"):
        place.fault("version is missing; say the time limit and from which day it stands")
    for here, body in place.tables(table, "version"):
        limit = read_limit(here, body, starts, repeats="repeats" in table)
        version = here.record(Version, body, LIMIT_WORDS, limit=limit)
        if version.until and version.until >= FOR_EVER:
            here.at("to").fault("leave it out where there is no end")
            version = replace(version, until=None)
        _check_citation(here, version.law)
        versions.append(version)
    for number, (before, version) in enumerate(pairwise(versions), 1):
        if before.until is None or version.since != before.until + ONE_DAY:
            ends = "has no end" if before.until is None else f"ends {before.until}"
            place.at(f"version[{number}]").fault(
                f"begins {version.since}, but the version before {ends}; versions stand next to each other"
            )
    for number, version in enumerate(versions):
        if version.until is not None and version.until < version.since:
            place.at(f"version[{number}]").fault(f"ends {version.until}, before it begins {version.since}")
    if len({(version.limit.minimum, version.limit.looks_back) for version in versions}) > 1:
        place.at("version").fault("all versions must be of one nature: a limit, a minimum or a day before")
    return tuple(versions)


def _read_reading(
    here: Location, body: Table, starts: Dates, versions: tuple[Version, ...], *, repeats: bool
) -> Reading:
    season = _read_season(here, body)
    own_starts = read_dates(here, body, "starts") if "starts" in body else None
    limit: Limit | None = None
    if any(key in body for key in LIMIT_KEYS):
        limit = read_limit(here, body, own_starts or starts, repeats=repeats)
    elif body.get("rolls") == "" and versions:  # the limit itself, but for the day it rolls to
        limit = replace(versions[-1].limit, rolls="")
    if not (limit or body.get("waived_by") or own_starts or "met_by" in body):
        here.fault("changes nothing: a reading changes within, starts, met_by or waived_by")
    days: dict[str, Any] = {"since": None, "until": None} if season else {}
    return here.record(
        Reading,
        body,
        LIMIT_WORDS,
        limit=limit,
        starts=own_starts,
        met_by=read_answers(here, body) if "met_by" in body else None,
        season=season,
        always_disputed=_is_always_disputed(here, body),
        **days,
    )


def _read_season(here: Location, body: Table) -> tuple[Count, Count] | None:
    """Return the days of `from` and `to` where they are days of every year: { month = 8, day = 1 }."""
    given = [key for key in ("from", "to") if isinstance(body.get(key), dict)]
    if not given:
        return None
    if len(given) == 1:
        here.fault("from and to must both be dates, or both days of the year")
        return None
    first, last = (read_count(here.at(key), "before", {**body[key], "counted": "included"}) for key in given)
    if (first.month, first.day) > (last.month, last.day):
        here.at("to").fault("must lie after from in the same year")
    return first, last


def read_grounds(place: Location, table: Table) -> Grounds:
    """Read `excuses.toml`: groups of excuses that several provisions apply, each with its limb."""
    groups = {}
    for _, body in place.tables(table, "group"):
        here = place.at(str(body.get("id", "a group without id")))
        here.keys(body, ("id", "excuse"))
        groups[here.want(body, "id", str)] = tuple(
            (str(limb.get("limb", "")), excuse)
            for inner, limb in here.tables(body, "excuse")
            if (excuse := _read_excuse(inner, limb, law=""))
        )
    return groups


def _read_excuses(place: Location, table: Table) -> tuple[Excuse, ...]:
    excuses: list[Excuse | None] = []
    applied, grounds = place.maybe(table, "excused_by", dict), cast("Grounds", place.vocabulary[GROUND])
    for group in applied:
        place.at("excused_by").known(group, GROUND)
        law = place.at("excused_by").want(applied, group, str)
        excuses += [replace(excuse, law=f"{law} {limb}".strip()) for limb, excuse in grounds.get(group, ())]
    excuses += [
        _read_excuse(here, body, law=here.want(body, "law", str))
        for here, body in place.tables(table, "excuse")
    ]
    return tuple(excuse for excuse in excuses if excuse)


def _read_excuse(here: Location, body: Table, law: str) -> Excuse | None:
    """Read one excuse; None for one that nothing claims, which could not be looked at."""
    proof = here.maybe(body, "evidence", dict)
    evidence = _read_evidence(here.at("evidence"), proof) if proof else None
    if not body.get("flag") and not isinstance(evidence, Absence):
        here.fault("needs a flag, or absence dates as its evidence")
        return None
    _check_wording(here, body)
    return here.record(Excuse, body, ("limb",), law=law, evidence=evidence)


def _read_evidence(here: Location, body: Table) -> Closure | Absence:
    here.keys(body, ("closure_weeks", "margin_weeks", "asked", "closed", "absent_days", "absent"))
    if "absent" in body:
        days = here.want(body, "absent_days", int)
        absent = here.at("absent").value(body["absent"], EventPair)
        return Absence(absent, Count("within", days, "days", "included"))
    return Closure(
        asked=here.at("asked").value(body.get("asked", []), EventNames),
        closed=here.at("closed").value(body.get("closed", []), EventPair),
        length=Count("within", here.want(body, "closure_weeks", int), "weeks", "included"),
        margin=Count("at_least_before", here.want(body, "margin_weeks", int), "weeks"),
    )
