"""Read one `[[deadline]]` table into a frozen record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, cast

from ehcp_timeline.clock.counting import Count
from ehcp_timeline.law.deadline import (
    Dates,
    EndSpan,
    Limit,
    PlanByDue,
    Reading,
    Repeats,
    Seen,
    StartWhere,
    Version,
)
from ehcp_timeline.law.loader.excuse import read_excuses
from ehcp_timeline.law.loader.faults import Known, Location, Table
from ehcp_timeline.law.loader.limit import (
    LIMIT_KEYS,
    Words,
    read_answers,
    read_count,
    read_dates,
    read_limit,
    read_only_if,
    read_starts,
)
from ehcp_timeline.law.rulebook import Deadline, DutyKind, Who

WHO = ("authority", "other authority", "family", "school", "adviser", "health")
KINDS = ("statutory", "guidance", "local")
SEEN = ("primary", "quoted", "unverified")
NO_DAY = date(1, 1, 1)
FOR_EVER = date(2200, 1, 1)
EVENT_LISTS = ("revived_by", "revived_unless", "implied_by", "lapses_with", "shown_by", "owed_when", "after")
KEYS = frozenset(
    (
        *("id", "duty", "who", "kind", "law", "says", "means", "seen", "checked", "note", "each", "starts"),
        *(
            "starts_where",
            "met_by",
            "ends",
            "only_if",
            "during",
            "displaced_by",
            "set_by",
            "plan_by_due",
            "repeats",
        ),
        "answers_from",
        *("excused_by", "excuse_law", "version", "reading", "excuse"),
        *EVENT_LISTS,
    )
)
READING_KEYS = frozenset(
    (*LIMIT_KEYS, *("id", "source", "starts", "met_by", "waived_by", "after", "from", "to"))
)
LIMIT_WORDS = frozenset((*LIMIT_KEYS, "missing", "rolls"))


def spread(table: Table) -> Iterator[tuple[Table, str | None]]:
    """Yield the table once for each source that `each` names, the name put in; or as it is."""
    each = table.get("each")
    sources = each.get("source") if isinstance(each, dict) else None
    if not isinstance(sources, list):
        yield table, None
        return
    for source in sources:
        yield cast("Table", _put_in(table, str(source))), str(source)


def _put_in(value: object, source: str) -> object:
    if isinstance(value, str):
        spoken = value.startswith("Supply")  # in the duty's words: social care, not social_care
        return value.replace("{source}", source.replace("_", " ") if spoken else source)
    if isinstance(value, list):
        return [_put_in(item, source) for item in value]
    if isinstance(value, dict):
        return {key: _put_in(item, source) for key, item in value.items()}
    return value


def read_deadline(place: Location, table: Table, source: str | None, words: Words, overlay: str) -> Deadline:
    """Read one deadline, reporting every fault to `place`."""
    here = place.at(str(table.get("id", "a deadline without id")))
    here.keys(table, KEYS)
    starts = read_starts(here, table, words.events)
    law = here.want(table, "law", str, "")
    says, means = here.wording(table)
    _cited(here, "law", law, words)
    lists: Any = {key: here.words(table, key, words.events, "event") for key in EVENT_LISTS}
    versions = read_versions(here, table, words, starts)
    events, ended_while = _read_ended_while(here, table, words)
    deadline_words = words.events | words.deadline_ids
    return Deadline(
        id=here.want(table, "id", str, ""),
        duty=here.want(table, "duty", str, ""),
        who=cast("Who", here.one_of(table, "who", WHO, "authority")),
        kind=cast("DutyKind", here.one_of(table, "kind", KINDS, "statutory")),
        law=law,
        says=says,
        means=means,
        seen=cast("Seen", here.one_of(table, "seen", SEEN, "unverified")),
        checked=here.want(table, "checked", date, NO_DAY),
        note=here.maybe(table, "note", str, ""),
        source=source,
        starts=starts,
        starts_where=_read_starts_where(here, table, words),
        met_by=read_answers(here, table, words.events),
        ends=here.words({"ends": events}, "ends", words.events, "event"),
        ended_while=ended_while,
        only_if=read_only_if(here, table, words),
        during=_read_during(here, table, words),
        displaced_by=here.words(table, "displaced_by", deadline_words, "event or deadline"),
        set_by=_read_set_by(here, table, words),
        plan_by_due=_read_plan_by_due(here, table, words),
        answers_from=_read_answers_from(here, table),
        repeats=_read_repeats(here, table, words, starts),
        versions=versions,
        readings=_read_readings(here, table, words, starts, versions),
        excuses=read_excuses(here, table, words.grounds, words.events, words.flags),
        overlay=overlay,
        **lists,
    )


def _cited(place: Location, key: str, law: str, words: Words) -> None:
    if law and words.instruments and law.split(" ", maxsplit=1)[0].rstrip(",") not in words.instruments:
        place.at(key).fault(f"{law!r} does not begin with an instrument of instruments.toml")


def _read_starts_where(place: Location, table: Table, words: Words) -> tuple[StartWhere, ...]:
    starts = []
    for here, body in place.tables(table, "starts_where"):
        here.keys(body, ("given", "absent", "starts", "disputes", "source"))
        given, absent = here.words(body, "given", words.events, "event"), here.want(body, "absent", str, "")
        here.known("absent", absent, words.events, "event")
        if not given:
            here.fault("given is missing; name what must stand on the row")
        disputed = here.one_of(body, "disputes", ("boundary", "always"), "boundary") == "always"
        doubt = here.want(body, "source", str, "") if disputed else ""
        starts.append(StartWhere(given, absent, read_dates(here, body, "starts", words.events), doubt))
    return tuple(starts)


def _read_ended_while(place: Location, table: Table, words: Words) -> tuple[object, EndSpan | None]:
    """Return the events of `ends`, and its one `{ from, to, then }`, if it has one."""
    listed = table.get("ends", [])
    spans = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    if not spans:
        return listed, None
    here = place.at("ends")
    if len(spans) > 1:
        here.fault("holds two times from a day to a day; one is enough")
    known: Known = dict.fromkeys(("first", "last"), ("event", words.events))
    return [entry for entry in listed if not isinstance(entry, dict)], here.record(EndSpan, spans[0], known)


def _read_during(place: Location, table: Table, words: Words) -> tuple[str, str] | None:
    if "during" not in table:
        return None
    pair = place.words(table, "during", words.events, "event")
    if len(pair) != 2:
        place.at("during").fault("needs two events, the first and the last day")
        return None
    return pair[0], pair[1]


def _read_set_by(place: Location, table: Table, words: Words) -> str | None:
    if "set_by" not in table:
        return None
    event = place.maybe(table, "set_by", str, "")
    place.known("set_by", event, words.events, "event")
    return event


def _read_plan_by_due(place: Location, table: Table, words: Words) -> PlanByDue | None:
    if "plan_by_due" not in table:
        return None
    body = place.maybe(table, "plan_by_due", dict, {})
    known: Known = dict.fromkeys(("made", "shown_by", "before_plan"), ("event", words.events))
    return place.at("plan_by_due").record(PlanByDue, body, known)


def _read_answers_from(place: Location, table: Table) -> Count | None:
    if "answers_from" not in table:
        return None
    return read_count(
        place.at("answers_from"), "at_least_before", place.maybe(table, "answers_from", dict, {})
    )


def _read_repeats(place: Location, table: Table, words: Words, starts: Dates) -> Repeats | None:
    if "repeats" not in table:
        return None
    body = place.maybe(table, "repeats", dict, {})
    known: Known = dict.fromkeys(("first", "again", "closed_by", "unseen"), ("event", words.events))
    repeats = place.at("repeats").record(Repeats, body, known)
    if starts.which != "earliest" or set(starts.events) != {*repeats.first, *repeats.again}:
        place.at("starts").fault("must name the events of repeats.first and repeats.again")
    return repeats


def read_versions(place: Location, table: Table, words: Words, starts: Dates) -> tuple[Version, ...]:
    """Read a deadline's time limits, each from its day on."""
    versions = []
    if not table.get("version"):
        place.fault("version is missing; say the time limit and from which day it stands")
    for here, body in place.tables(table, "version"):
        here.keys(body, LIMIT_WORDS | {"from", "to", "law"})
        since = here.want(body, "from", date, NO_DAY)
        until = here.maybe(body, "to", date, NO_DAY) if "to" in body else None
        if until and until >= FOR_EVER:
            here.at("to").fault("leave it out where there is no end")
            until = None
        if "law" in body:
            _cited(here, "law", here.maybe(body, "law", str, ""), words)
        limit = read_limit(here, body, words, starts, repeats="repeats" in table)
        versions.append(Version(since, until, limit, body.get("law", "")))
    _stand_next_to_each_other(place, versions)
    return tuple(versions)


def _stand_next_to_each_other(place: Location, versions: list[Version]) -> None:
    for number, (version, two) in enumerate(pairwise(versions)):
        if version.until is None or two.since != version.until + timedelta(days=1):
            ends = "has no end" if version.until is None else f"ends {version.until}"
            place.at(f"version[{number + 1}]").fault(
                f"begins {two.since}, but the version before {ends}; versions stand next to each other"
            )
    for number, version in enumerate(versions):
        if version.until is not None and version.until < version.since:
            place.at(f"version[{number}]").fault(f"ends {version.until}, before it begins {version.since}")
    if len({(v.limit.minimum, v.limit.looks_back) for v in versions}) > 1:
        place.at("version").fault("all versions must be of one nature: a limit, a minimum or a day before")


def _read_readings(
    place: Location, table: Table, words: Words, starts: Dates, versions: tuple[Version, ...]
) -> tuple[Reading, ...]:
    repeats, limit = "repeats" in table, versions[-1].limit if versions else None
    return tuple(
        _read_reading(here, body, words, starts, limit, repeats=repeats)
        for here, body in place.tables(table, "reading")
    )


def _read_reading(
    here: Location, body: Table, words: Words, starts: Dates, latest: Limit | None, *, repeats: bool
) -> Reading:
    here.keys(body, READING_KEYS | {"missing", "rolls", "disputes"})
    own_starts = read_dates(here, body, "starts", words.events) if "starts" in body else None
    limited = any(key in body for key in LIMIT_KEYS)
    waived = here.maybe(body, "waived_by", str, "")
    if waived:
        here.known("waived_by", waived, words.events, "event")
    limit = read_limit(here, body, words, own_starts or starts, repeats=repeats) if limited else None
    if not limited and body.get("rolls") == "" and latest:  # the limit itself, but for the day it rolls to
        limit = replace(latest, rolls="")
    changed = limit or waived or own_starts or "met_by" in body
    if not changed:
        here.fault("changes nothing: a reading changes within, starts, met_by or waived_by")
    season = _read_season(here, body)
    return Reading(
        id=here.want(body, "id", str, ""),
        source=here.want(body, "source", str, ""),
        limit=limit,
        starts=own_starts,
        met_by=read_answers(here, body, words.events) if "met_by" in body else None,
        waived_by=waived or None,
        after=here.words(body, "after", words.events, "event"),
        since=here.maybe(body, "from", date, NO_DAY) if "from" in body and not season else None,
        until=here.maybe(body, "to", date, NO_DAY) if "to" in body and not season else None,
        season=season,
        always_disputed=here.one_of(body, "disputes", ("boundary", "always"), "boundary") == "always",
    )


def _read_season(here: Location, body: Table) -> tuple[Count, Count] | None:
    """Return the days of `from` and `to` where they are days of every year: { month = 8, day = 1 }."""
    given = [key for key in ("from", "to") if isinstance(body.get(key), dict)]
    if not given:
        return None
    if len(given) == 1:
        here.fault("from and to must both be dates, or both days of the year")
        return None
    first, last = (
        read_count(here.at(key), "before", {**body[key], "counted": "included"}) for key in ("from", "to")
    )
    if (first.month, first.day) > (last.month, last.day):
        here.at("to").fault("must lie after from in the same year")
    return first, last


def all_ids(tables: list[Table]) -> list[str]:
    """Return the ids that the tables will have once `each` is spread."""
    return [str(cast("Any", entry).get("id", "")) for table in tables for entry, _ in spread(table)]
