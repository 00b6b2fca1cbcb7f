"""Read kpis.toml: TOML in, frozen records out, every fault reported at once."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TypeVar, cast

from ehcp_timeline.law.kpi.marks import Condition, read_mark
from ehcp_timeline.law.kpi.model import AS_AT, Derived, Kpis, Measure, Pack, Population
from ehcp_timeline.law.loader.faults import Location, Table

NAME = "kpis.toml"
CLOCK_DAYS = frozenset(("start", "due", "answered", "ended"))
Pair = tuple[str, str]
PROSE = frozenset(("says", "name", "short", "noun", "dated", "note"))
Read = TypeVar("Read", Derived, Population, Measure)


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
    vocabulary: dict[str, Collection[str]] = {"event": columns}
    place = Location(f"{NAME}:", vocabulary=vocabulary)
    place.keys(table, ("version", "each", "topic", "derived", "population", "measure", "pack"))
    derived = _each_once((here, here.record(Derived, body)) for here, body in place.tables(table, "derived"))
    days = columns | CLOCK_DAYS | frozenset(derived)
    vocabulary |= {"column": days, "day": days}
    populations = _each_once(_population(here, body) for here, body in _spread(place, table, "population"))
    topics = {
        here.want(body, "id", str, ""): here.want(body, "says", str, "")
        for here, body in place.tables(table, "topic")
    }
    vocabulary |= {"population": populations, "topic": topics}
    measures = _each_once(
        _measure(here, body, populations) for here, body in _spread(place, table, "measure")
    )
    vocabulary["measure"] = measures
    packs = [here.record(Pack, body) for here, body in place.tables(table, "pack")]
    place.refuse()
    return Kpis(topics, derived, populations, tuple(measures.values()), {pack.id: pack for pack in packs})


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
        filled = value.replace(slot, said if prose else word)
        return filled[:1].upper() + filled[1:] if prose and value.startswith(slot) else filled
    if isinstance(value, list):
        return [_put_in(item, slot, word, said, prose=prose) for item in value]
    if isinstance(value, Mapping):
        return {key: _put_in(item, slot, word, said, prose=key in PROSE) for key, item in value.items()}
    return value


def _population(place: Location, table: Table) -> tuple[Location, Population]:
    here = place.at(str(table.get("id", "a population without id")))
    if table.get("date"):
        here.want(table, "dated", str, "")
    noun = table.get("noun", ["case", "cases"])
    marks: dict[str, Condition] = {}
    for name, body in here.maybe(table, "mark", dict, {}).items():
        mark = here.at(f"mark.{name}")
        if isinstance(body, Mapping):
            marks[name] = read_mark(mark, body, tuple(marks))  # it may look only at those before it
            mark.want(body, "says", str, "")
        else:
            mark.fault(f"must be a table, not {body!r}")
    return here, here.record(
        Population,
        table,
        ("each",),
        noun=here.at("noun").value([noun[0], noun[-1]] if isinstance(noun, list) and noun else noun, Pair),
        where=read_mark(here.at("where"), here.maybe(table, "where", dict, {}), ()),
        days=_days(here, table),
        marks=marks,
    )


def _days(place: Location, table: Table) -> tuple[str, str]:
    if not (body := place.maybe(table, "days", dict, {})):
        return "", ""
    here = place.at("days")
    here.keys(body, ("from", "to"))
    since, to = here.want(body, "from", str, ""), here.want(body, "to", str, "")
    here.known("from", since, "day")
    here.known("to", to, "day", {*here.vocabulary["day"], AS_AT})
    return since, to


def _measure(
    place: Location, table: Table, populations: Mapping[str, Population]
) -> tuple[Location, Measure]:
    here = place.at(str(table.get("id", "a measure without id")))
    marks = populations[table["counts"]].marks if table.get("counts") in populations else {}
    within = replace(here, vocabulary={**here.vocabulary, "mark": marks})
    measure = within.record(Measure, table, ("each",))
    if measure.whole and measure.unit != "percent":
        here.at("whole").fault("stands only below a percentage")
    return here, measure
