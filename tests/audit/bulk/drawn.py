"""Files and small rulebooks drawn at random, in the closed vocabulary, for Hypothesis."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from hypothesis import strategies as st

from ehcp_timeline.cases.model import UNREAD, Row
from ehcp_timeline.clock import Calendar, Count, Kind, Unit
from ehcp_timeline.law.deadline import (
    BLANK,
    Absence,
    Closure,
    Dates,
    EndSpan,
    Excuse,
    Limb,
    Limit,
    PlanByDue,
    Reading,
    Repeats,
    StartWhere,
    Version,
)
from ehcp_timeline.law.rulebook import Deadline, DerivedEvent, Event, EventWhere, Rulebook, texts_in
from tests.audit.bulk.made import TEXTS

FIRST = date(2019, 12, 18)  # bank holidays, a leap day and the edges of months come soon after
OF_REQUESTS = ("request_received", "assess_agreed", "plan_issued", "appeal_lodged", "review_decided")
EVENTS = (*OF_REQUESTS, "asked", "begun", "answered", "answered_too", "stopped", "undone", "shown", "closed")
PLANNED = ("meant_from", "meant_to")
SET_DUE = "agreed_day"
EVERY_EVENT = (*EVENTS, *PLANNED, SET_DUE)
DERIVED = ("seen_through", "seen_through_that")
FACTS = {"kind": ("one", "two", "three"), "way": ("up", "down")}
FLAGS = ("sorry", "ill")
IDS = ("first", "second", "third", "fourth")

days = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number)) | st.sampled_from(
    [date(2019, 2, 28), date(2020, 2, 29), date(2020, 8, 31), date(2021, 1, 4), date(2021, 12, 31)]
)
events = st.sampled_from((*EVERY_EVENT, *EVERY_EVENT, *DERIVED))
few_events = st.lists(events, min_size=1, max_size=3, unique=True).map(tuple)
any_events = st.lists(events, max_size=2, unique=True).map(tuple)
dates = st.builds(Dates, few_events, st.sampled_from(["earliest", "earliest", "latest"]))
each_date = st.builds(Dates, few_events, st.just("each"), any_events)
pairs = st.tuples(events, events)
counted = st.sampled_from(["excluded", "included"])


def periods(kind: Kind) -> st.SearchStrategy[Count]:
    """Return ways to count a period."""
    units: list[tuple[Unit, int]] = [("days", 40), ("weeks", 5), ("months", 13), ("working_days", 13)]
    calendars: list[Calendar] = ["statutory", "statutory", "tribunal"]
    return st.sampled_from(units).flatmap(
        lambda unit: st.builds(
            Count,
            kind=st.just(kind),
            number=st.integers(0, unit[1]),
            unit=st.just(unit[0]),
            start_day=counted,
            calendar=st.sampled_from(calendars),
        )
    )


named_days = st.builds(
    lambda day, start_day: Count("before", start_day=start_day, month=day.month, day=min(day.day, 28)),
    days,
    counted,
)
within = periods("within")
SEASON = (
    Count("before", start_day="included", month=1, day=5),
    Count("before", start_day="included", month=8, day=31),
)
LIMITS = {
    "limit": within,
    "minimum": periods("not_before_end_of"),
    "before": named_days,
    "back": periods("at_least_before"),
}


@st.composite
def limits(draw: st.DrawFn, nature: str) -> Limit:
    """Draw a time limit; one that is a limit may have several limbs."""
    missing: st.SearchStrategy[Literal["skip", "unknown"]] = st.sampled_from(["skip", "unknown"])
    rolls: st.SearchStrategy[Literal["", "tribunal"]] = st.sampled_from(["", "", "tribunal"])
    if nature != "limit":
        return Limit((Limb(draw(LIMITS[nature])),), draw(missing))
    if draw(st.booleans()):
        return Limit((Limb(draw(within)),), draw(missing), draw(rolls))
    limbs = draw(st.lists(st.builds(Limb, within, st.none() | dates), min_size=2, max_size=3))
    return Limit(tuple(limbs), draw(missing), draw(rolls))


conditional_limbs = st.builds(
    Limb,
    within,
    dates,
    few_events,
    st.lists(
        st.sampled_from(sorted(FACTS)).flatmap(
            lambda fact: st.tuples(
                st.just(fact),
                st.lists(st.sampled_from((BLANK, *FACTS[fact])), min_size=1, max_size=2).map(tuple),
            )
        ),
        max_size=1,
    ).map(tuple),
    st.sampled_from(["open", "unknown"]),
)


@st.composite
def with_conditions(draw: st.DrawFn, limit: Limit, nature: str) -> Limit:
    """Draw conditional limbs beside those of a limit or a minimum, or no number at all."""
    if nature not in ("limit", "minimum") or draw(st.integers(0, 3)):
        return limit
    if nature == "limit" and draw(st.booleans()):
        return Limit((), words="as soon as practicable")
    rolls: st.SearchStrategy[Literal["", "tribunal"]] = st.sampled_from(["", "tribunal"])
    limbs = draw(st.lists(conditional_limbs, min_size=1, max_size=2))
    return replace(limit, limbs=(*limit.limbs, *limbs), rolls=draw(rolls))


@st.composite
def versions(draw: st.DrawFn, nature: str, *, repeats: bool) -> tuple[Version, ...]:
    """Draw one to three versions that stand next to each other."""
    edges = sorted(draw(st.lists(days, max_size=2, unique=True)))
    since = [draw(st.sampled_from([date(2014, 9, 1), FIRST + timedelta(days=5)])), *edges]
    since = sorted(set(since))
    until = [day - timedelta(days=1) for day in since[1:]] + [
        draw(st.sampled_from([None, None, date(2020, 6, 1)]))
    ]
    return tuple(
        Version(one, other, draw(_limit_of_version(nature, repeats=repeats)))
        for one, other in zip(since, until, strict=True)
        if other is None or one <= other
    )


def _limit_of_version(nature: str, *, repeats: bool) -> st.SearchStrategy[Limit]:
    plain = limits(nature)
    return plain if repeats else plain.flatmap(lambda limit: with_conditions(limit, nature))


closures = st.builds(Closure, few_events, pairs, periods("within"), periods("at_least_before"))
absences = st.builds(Absence, pairs, st.integers(1, 20).map(lambda n: Count("within", n, "days", "included")))


@st.composite
def excuses(draw: st.DrawFn, place: int) -> Excuse:
    """Draw one ground."""
    flag = draw(st.none() | st.sampled_from(FLAGS))
    evidence = draw(absences if flag is None else st.none() | closures | absences)
    since, until = draw(st.none() | days), draw(st.none() | days)
    return Excuse(f"ground-{place}", "", flag, "primary", since, until, evidence)


@st.composite
def readings(draw: st.DrawFn, place: int, nature: str) -> Reading:
    """Draw one other reading."""
    return Reading(
        f"reading-{place}",
        "",
        limit=draw(st.none() | limits(nature)),
        starts=draw(st.none() | st.none() | dates),
        met_by=draw(st.none() | dates),
        waived_by=draw(st.none() | events),
        after=draw(st.just(()) | any_events),
        since=draw(st.none() | st.none() | days),
        until=draw(st.none() | st.none() | days),
        season=draw(st.none() | st.none() | st.just(SEASON)),
        always_disputed=draw(st.booleans()) and draw(st.booleans()),
    )


spans = st.builds(EndSpan, events, events, st.sampled_from(["owed", "unknown"]))
repeating = st.builds(Repeats, any_events, few_events, any_events, any_events)
only_if = st.lists(
    st.sampled_from(sorted(FACTS)).flatmap(
        lambda fact: st.tuples(
            st.just(fact), st.lists(st.sampled_from(FACTS[fact]), min_size=1, max_size=2).map(tuple)
        )
    ),
    max_size=2,
).map(tuple)
starts_where = st.lists(
    st.builds(StartWhere, few_events, events, dates, st.sampled_from(["", "disputed"])), max_size=2
).map(tuple)
displacing = st.lists(st.sampled_from((*IDS, *EVENTS)), max_size=2, unique=True).map(tuple)


def sometimes(strategy: st.SearchStrategy[Any], otherwise: Any = ()) -> st.SearchStrategy[Any]:
    """Return a strategy that leaves a word of the vocabulary out half of the time."""
    return st.just(otherwise) | strategy


@st.composite
def deadlines(draw: st.DrawFn, name: str) -> Deadline:
    """Draw one deadline with some words of the closed vocabulary."""
    nature = draw(st.sampled_from(["limit", "limit", *LIMITS]))
    repeats = draw(sometimes(repeating, None))
    starts = draw(dates | each_date)
    return Deadline(
        id=name,
        duty="",
        who=draw(st.sampled_from(["authority", "authority", "family"])),
        kind="statutory",
        law="",
        says="",
        seen="primary",
        checked=FIRST,
        starts=starts,
        met_by=draw(dates),
        versions=draw(versions(nature, repeats=repeats is not None)),
        starts_where=draw(sometimes(starts_where)) if starts.which != "each" else (),
        ends=draw(any_events),
        ended_while=draw(sometimes(spans, None)),
        lapses_with=draw(sometimes(few_events)),
        revived_by=draw(sometimes(few_events)),
        revived_unless=draw(sometimes(few_events)),
        implied_by=draw(sometimes(few_events)),
        only_if=draw(sometimes(only_if)),
        shown_by=draw(sometimes(few_events)),
        owed_when=draw(sometimes(few_events)),
        after=draw(sometimes(few_events)),
        during=draw(sometimes(pairs, None)),
        displaced_by=draw(sometimes(displacing)),
        set_by=draw(sometimes(st.just(SET_DUE), None)),
        plan_by_due=draw(
            sometimes(
                st.builds(PlanByDue, any_events, any_events, any_events, st.sampled_from(["due", "start"])),
                None,
            )
        ),
        answers_from=draw(sometimes(periods("at_least_before"), None)),
        repeats=repeats,
        readings=tuple(draw(readings(place, nature)) for place in range(draw(st.integers(0, 2)))),
        excuses=tuple(draw(excuses(place)) for place in range(draw(st.integers(0, 2)))),
    )


@st.composite
def derived_events(draw: st.DrawFn, name: str, known: tuple[str, ...]) -> DerivedEvent:
    """Draw one event that no column holds."""
    fact = st.sampled_from([None, *FACTS])
    where = fact.flatmap(
        lambda one: st.builds(
            EventWhere,
            st.sampled_from(known),
            st.just(one),
            st.lists(st.sampled_from((*FACTS[one], "blank")), max_size=2).map(tuple) if one else st.just(()),
        )
    )
    unless = st.lists(st.sampled_from(known), max_size=2, unique=True).map(tuple)
    parts = draw(st.lists(where, min_size=1, max_size=3).map(tuple))
    return DerivedEvent(name, "", parts, draw(sometimes(unless)), draw(sometimes(unless)))


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    """Draw a small rulebook."""
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    return Rulebook(
        version="",
        sha256="",
        deadlines=tuple(draw(deadlines(name)) for name in ids),
        events={
            name: Event(name, "", planned=name in PLANNED, sets_due=name == SET_DUE) for name in EVERY_EVENT
        },
        codes=FACTS,
        flags=FLAGS,
        derived={
            name: draw(derived_events(name, (*EVERY_EVENT, *DERIVED[:place])))
            for place, name in enumerate(DERIVED)
        },
    )


@st.composite
def files(draw: st.DrawFn, rulebook: Rulebook, some_days: st.SearchStrategy[date]) -> list[Row]:
    """Draw the rows of a file: several of one case, blank rows, unreadable cells and repeats in any column.

    The columns are mostly those of a few deadlines, so that what one clock looks at stands together.
    """
    unread = [f"{name}{UNREAD}3 Closed" for name in ("", *rulebook.events)]
    every = [*rulebook.events, *rulebook.codes, *rulebook.flags, *TEXTS, *unread]
    looked_at = draw(st.lists(st.sampled_from(rulebook.deadlines), max_size=3, unique_by=lambda one: one.id))
    near = [
        name
        for name in every
        if any(name.partition(UNREAD)[0] in {"", *_columns_of(one)} for one in looked_at)
    ]
    some = st.lists(
        st.sampled_from(every), min_size=0 if near else 1, max_size=6 if near else 14, unique=True
    )
    columns = list(
        dict.fromkeys((*draw(st.lists(st.sampled_from(near), unique=True) if near else some), *draw(some)))
    )
    dirty = draw(st.sampled_from([0, 0, 1, 4]))
    rows: list[Row] = []
    for number in sorted(draw(st.sets(st.integers(2, 60), min_size=1, max_size=9))):
        row = draw(_rows(number, columns, rulebook, dirty, some_days))
        rows.append(draw(_repeating(row, rows)) if rows and draw(st.integers(0, 3)) == 0 else row)
    return rows


def _columns_of(deadline: Deadline) -> frozenset[str]:
    return frozenset(texts_in(deadline))


@st.composite
def _rows(
    draw: st.DrawFn,
    number: int,
    columns: list[str],
    rulebook: Rulebook,
    dirty: int,
    some_days: st.SearchStrategy[date],
) -> Row:
    found: dict[str, dict[str, Any]] = {"events": {}, "codes": {}, "flags": {}, "texts": {}}
    unreadable = set()
    filled = draw(st.sampled_from([0, 3, 8, 8]))
    for name in columns:
        lot = draw(st.integers(0, 11))
        if lot < dirty and TEXTS.get(name) != "text" and UNREAD not in name:
            unreadable.add(name)
        elif lot >= filled or TEXTS.get(name) == "date":
            continue
        elif name in rulebook.events or UNREAD in name:
            found["events"][name] = draw(some_days)
        elif name in rulebook.codes:
            codes = st.sampled_from(rulebook.codes[name])
            found["codes"][name] = frozenset(draw(st.lists(codes, min_size=1, max_size=2)))
        elif name in TEXTS:
            found["texts"][name] = "North"
        else:
            found["flags"][name] = draw(st.booleans())
    case = draw(st.sampled_from(["A", "B", "C"]))
    return Row(number, case, unreadable=frozenset(unreadable), **found)


@st.composite
def _repeating(draw: st.DrawFn, row: Row, rows: list[Row]) -> Row:
    """Return a row with the case and some or all of the dates of a row above it."""
    other = draw(st.sampled_from(rows))
    names = draw(st.just(sorted(other.events)) | st.lists(st.sampled_from([*sorted(other.events), "none"])))
    again = {name: day for name, day in other.events.items() if name in names}
    return replace(
        row, case_id=other.case_id, events={**row.events, **again}, unreadable=row.unreadable - set(again)
    )
