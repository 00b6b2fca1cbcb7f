"""Read kpis.toml: TOML in, frozen records out, every fault told at once."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, cast, get_args

from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.kpi.marks import Condition, read_mark
from ehcp_timeline.law.kpi.model import (
    AS_AT,
    Better,
    Derived,
    Kpis,
    Measure,
    Pack,
    PackSection,
    Population,
    Unit,
)
from ehcp_timeline.law.loader.faults import Location, Table

NAME = "kpis.toml"
CLOCK_DAYS = frozenset(("start", "due", "answered", "ended"))
POPULATION_KEYS = (
    *("id", "noun", "says", "counts", "deadlines", "only", "answered_by", "where", "date", "dated", "days"),
    *("mark", "each"),
)
MEASURE_KEYS = (
    *("id", "dfe", "name", "short", "topic", "counts", "unit", "part", "whole", "better", "headline"),
    *("source", "note", "each"),
)
PERIODS = ("month", "quarter", "year", "academic", "financial")
PROSE = frozenset(("says", "name", "short", "noun", "dated", "note"))
Read = TypeVar("Read", Derived, Population, Measure, Pack)


@cache
def load_kpis() -> Kpis:
    """Read the measures that ship with the package.

    Raises:
        RulebookError: With every fault.
    """
    folder = files("ehcp_timeline") / "rulebook"
    events = tomllib.loads((folder / "events.toml").read_text(encoding="utf-8"))
    codes = tomllib.loads((folder / "codes.toml").read_text(encoding="utf-8"))
    known = [word["id"] for word in (*events["event"], *events["derived"], *codes["fact"], *codes["flag"])]
    return read_kpis(tomllib.loads((folder / NAME).read_text(encoding="utf-8")), frozenset(known))


def read_kpis(table: Table, columns: frozenset[str]) -> Kpis:
    """Read what a kpis.toml says.

    Args:
        table: The parsed file.
        columns: Every column that a case file may hold.

    Raises:
        RulebookError: With every fault.
    """
    place = Location(f"{NAME}:")
    place.keys(table, ("version", "each", "topic", "derived", "population", "measure", "pack"))
    derived = _each_once(_derived(here, body, columns) for here, body in place.tables(table, "derived"))
    known = columns | CLOCK_DAYS | frozenset(derived)
    populations = _each_once(
        _population(here, body, known) for here, body in _spread(place, table, "population")
    )
    topics = {
        here.want(body, "id", str, ""): here.want(body, "says", str, "")
        for here, body in place.tables(table, "topic")
    }
    measures = _each_once(
        _measure(here, body, topics, populations) for here, body in _spread(place, table, "measure")
    )
    packs = _each_once(_pack(here, body, measures) for here, body in place.tables(table, "pack"))
    if place.faults:
        raise RulebookError(tuple(place.faults))
    return Kpis(topics, derived, populations, tuple(measures.values()), packs)


def _each_once(entries: Iterable[tuple[Location, Read]]) -> dict[str, Read]:
    by_id: dict[str, Read] = {}
    for here, entry in entries:
        if entry.id in by_id:
            here.fault(f"{entry.id} stands twice")
        by_id[entry.id] = entry
    return by_id


def _spread(place: Location, table: Table, key: str) -> Iterator[tuple[Location, Table]]:
    """Yield each table of a list, and one with `each` once for every word that it names."""
    words = place.maybe(table, "each", dict, {})
    for here, body in place.tables(table, key):
        name = here.maybe(body, "each", str, "")
        if not name:
            yield here, body
        elif name not in words:
            here.fault(f"there is no [each.{name}]")
        else:
            for word, said in words[name].items():
                yield here, cast("Table", _put_in(body, f"{{{name}}}", word, str(said), prose=False))


def _put_in(value: object, slot: str, word: str, said: str, *, prose: bool) -> object:
    """Put a word in for its slot: what it is called in prose, itself in an id and everywhere else."""
    if isinstance(value, str):
        value = re.sub(rf"(?<=_){re.escape(slot)}|{re.escape(slot)}(?=_)", word, value)
        return (
            _capital(value.replace(slot, said))
            if prose and value.startswith(slot)
            else value.replace(slot, said if prose else word)
        )
    if isinstance(value, list):
        return [_put_in(item, slot, word, said, prose=prose) for item in value]
    if isinstance(value, Mapping):
        return {key: _put_in(item, slot, word, said, prose=key in PROSE) for key, item in value.items()}
    return value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _derived(place: Location, table: Table, columns: frozenset[str]) -> tuple[Location, Derived]:
    place.keys(table, ("id", "says", "earliest", "since"))
    since = place.want(table, "since", str, "")
    place.known("since", since, columns, "event")
    earliest = place.words(table, "earliest", columns, "event")
    return place, Derived(
        place.want(table, "id", str, ""), place.want(table, "says", str, ""), earliest, since
    )


def _population(place: Location, table: Table, columns: frozenset[str]) -> tuple[Location, Population]:
    here = place.at(str(table.get("id", "a population without id")))
    here.keys(table, POPULATION_KEYS)
    noun = here.maybe(table, "noun", list, ["case", "cases"])
    marks = here.maybe(table, "mark", dict, {})
    date = here.maybe(table, "date", str, "")
    if date:
        here.known("date", date, columns, "day")
        here.want(table, "dated", str, "")
    return here, Population(
        id=here.want(table, "id", str, ""),
        noun=(str(noun[0]), str(noun[-1])),
        says=here.want(table, "says", str, ""),
        counts=cast("Any", here.one_of(table, "counts", ("rows", "clocks"), "rows")),
        where=read_mark(here.at("where"), here.maybe(table, "where", dict, {}), columns, frozenset()),
        deadlines=tuple(map(str, here.maybe(table, "deadlines", list, []))),
        only=here.maybe(table, "only", bool, False),
        answered_by=here.maybe(table, "answered_by", str, ""),
        date=date,
        dated=here.maybe(table, "dated", str, ""),
        days=_days(here, table, columns),
        marks=_marks(here, marks, columns),
    )


def _marks(place: Location, marks: Table, columns: frozenset[str]) -> dict[str, Condition]:
    """Read the marks of a population; one may look only at those that stand before it."""
    conditions: dict[str, Condition] = {}
    for name, body in marks.items():
        here = place.at(f"mark.{name}")
        if isinstance(body, Mapping):
            conditions[name] = read_mark(here, body, columns, frozenset(conditions))
            here.want(body, "says", str, "")
        else:
            here.fault(f"must be a table, not {body!r}")
    return conditions


def _days(place: Location, table: Table, columns: frozenset[str]) -> tuple[str, str]:
    body = place.maybe(table, "days", dict, {})
    if not body:
        return "", ""
    here = place.at("days")
    here.keys(body, ("from", "to"))
    since, to = here.want(body, "from", str, ""), here.want(body, "to", str, "")
    here.known("from", since, columns, "day")
    here.known("to", to, columns | {AS_AT}, "day")
    return since, to


def _measure(
    place: Location, table: Table, topics: Mapping[str, str], populations: Mapping[str, Population]
) -> tuple[Location, Measure]:
    here = place.at(str(table.get("id", "a measure without id")))
    here.keys(table, MEASURE_KEYS)
    counts = here.want(table, "counts", str, "")
    here.known("counts", counts, populations, "population")
    marks = populations[counts].marks if counts in populations else {}
    unit = here.one_of(table, "unit", get_args(Unit), "count")
    whole = here.words(table, "whole", marks, "mark")
    if whole and unit != "percent":
        here.at("whole").fault("stands only below a percentage")
    topic = here.want(table, "topic", str, "")
    here.known("topic", topic, topics, "topic")
    return here, Measure(
        id=here.want(table, "id", str, ""),
        dfe=tuple(map(str, here.maybe(table, "dfe", list, []))),
        name=here.want(table, "name", str, ""),
        short=here.want(table, "short", str, ""),
        topic=topic,
        counts=counts,
        unit=cast("Unit", unit),
        part=here.words(table, "part", marks, "mark"),
        whole=whole,
        better=cast("Better", here.one_of(table, "better", get_args(Better), "")),
        headline=here.maybe(table, "headline", bool, False),
        source=here.want(table, "source", str, ""),
        note=here.maybe(table, "note", str, ""),
    )


def _pack(place: Location, table: Table, measures: Mapping[str, Measure]) -> tuple[Location, Pack]:
    place.keys(table, ("id", "says", "sheet"))
    sheets = tuple(_sheet(here, body, measures) for here, body in place.tables(table, "sheet"))
    return place, Pack(place.want(table, "id", str, ""), place.want(table, "says", str, ""), sheets)


def _sheet(place: Location, table: Table, measures: Mapping[str, Measure]) -> PackSection:
    place.keys(table, ("id", "title", "period", "last", "measures"))
    return PackSection(
        id=place.want(table, "id", str, ""),
        title=place.want(table, "title", str, ""),
        period=place.one_of(table, "period", ("", *PERIODS), ""),
        last=place.maybe(table, "last", int, 1),
        measures=place.words(table, "measures", measures, "measure"),
    )
