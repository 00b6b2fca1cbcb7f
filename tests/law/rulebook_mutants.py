"""Every way to change one number, unit, word, day, event, flag or code of the law, one at a time, as TOML."""

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ehcp_timeline.clock import UNITS
from ehcp_timeline.commands.rules.golden.cases import Golden
from ehcp_timeline.commands.rules.golden.run import failures
from ehcp_timeline.law.loader.deadline import FACT, GROUND, read_deadline, read_grounds, spread
from ehcp_timeline.law.loader.faults import Location
from ehcp_timeline.law.rulebook import Deadline, Rulebook, part_of

FOLDER = Path(__file__).parents[2] / "src" / "ehcp_timeline" / "rulebook"
WORDING = frozenset(
    (
        *("id", "duty", "who", "kind", "law", "limb", "says", "means", "seen", "checked", "note", "source"),
        "each",
    )
)
OTHER = {
    "excluded": "included", "included": "excluded", "skip": "unknown", "unknown": "skip",
    "always": "boundary", "statutory": "tribunal", "earliest": "latest", "latest": "earliest",
}  # fmt: skip
OTHER_UNIT = {"days": "weeks", "weeks": "days", "months": "weeks", "working_days": "days"}
UNRELATED = {"event": "complaint_answered", "flag": "coronavirus", "group": "advice"}
ONE_DAY = timedelta(days=1)
Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    """The law with one thing changed.

    Attributes:
        what: Where, from what, to what.
        deadlines: The deadlines as they read now; empty where reading refuses the change.
        refused: Why reading refuses it.
    """

    what: str
    deadlines: tuple[Deadline, ...]
    refused: tuple[str, ...] = ()


class Law:
    """The law as TOML, and what its deadlines may refer to."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Read the tables of the law's own files."""
        self.rulebook = rulebook
        self.tables: list[Table] = []
        self.grounds: Table = {}
        for path in sorted(FOLDER.glob("*.toml")):
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            self.tables += table.get("deadline", [])
            if path.name == "excuses.toml":
                self.grounds = table

    def mutants(self) -> Iterator[Mutant]:
        """Yield every mutant of every statutory deadline, then of every group of excuses."""
        for table in self.tables:
            if table["kind"] == "statutory":
                for what, changed in _changed(table, table["id"], self.rulebook):
                    yield self._read(what, [changed], self.grounds)
        for what, grounds in _changed(self.grounds, "excuses", self.rulebook):
            group = what.split("[")[1].split("]")[0]
            users = [one for one in self.tables if group in one.get("excused_by", ())]
            yield self._read(what, users, grounds)

    def _read(self, what: str, tables: Sequence[Table], grounds: Table) -> Mutant:
        book, faults = self.rulebook, list[str]()
        events, ids = frozenset((*book.events, *book.derived)), frozenset(book.by_id)
        vocabulary: dict[str, Collection[str]] = {
            FACT: book.codes,
            "event": events,
            "flag": book.flags,
            "event or deadline": events | ids,
            "instrument": tuple(one.id for one in book.instruments),
        }
        vocabulary[GROUND] = read_grounds(Location("excuses.toml:", faults, vocabulary), grounds)
        read = [
            read_deadline(Location("law:", faults, vocabulary), one, source)
            for table in tables
            for one, source in spread(table)
        ]
        return Mutant(what, () if faults else tuple(read), tuple(faults))


def _changed(value: Any, path: str, book: Rulebook) -> Iterator[tuple[str, Any]]:
    """Yield a value of the TOML with one thing in it changed, and where."""
    if isinstance(value, dict):
        yield from _tables(value, path, book)
    elif isinstance(value, list):
        yield from _lists(value, path, book)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from ((f"{path}: {value} -> {other}", other) for other in (value - 1, value + 1))
    elif isinstance(value, date):
        yield from ((f"{path}: {value} -> {day}", day) for day in (value - ONE_DAY, value + ONE_DAY))
    elif value in OTHER:
        yield f"{path}: {value} -> {OTHER[value]}", OTHER[value]
    elif isinstance(value, str):
        yield from _names(value, path, book)


def _names(name: str, path: str, book: Rulebook) -> Iterator[tuple[str, str]]:
    for kind, known in (("event", book.events), ("flag", book.flags)):
        other = UNRELATED[kind] if name != UNRELATED[kind] else "missed_appointment"
        if name in known or (kind == "event" and "{source}" in name):
            yield f"{path}: {name} -> {other}", other


def _tables(table: Mapping[str, Any], path: str, book: Rulebook) -> Iterator[tuple[str, Table]]:
    for key, value in table.items():
        if key in WORDING:
            continue
        for where, changed in _changed(value, f"{path}.{key}", book):
            yield where, {**table, key: changed}
        new = OTHER_UNIT.get(key) if key in UNITS else OTHER.get(key)
        if path.endswith("excused_by"):
            new = UNRELATED["group"] if key != UNRELATED["group"] else "order"
        if new:
            renamed = {new if name == key else name: held for name, held in table.items()}
            yield f"{path}: {key} -> {new}", renamed


def _lists(values: list[Any], path: str, book: Rulebook) -> Iterator[tuple[str, list[Any]]]:
    for place, value in enumerate(values):
        name = value.get("id", place) if isinstance(value, dict) else value
        rest = [*values[:place], *values[place + 1 :]]
        yield f"{path}[{name}]: taken out", rest
        for where, changed in _changed(value, f"{path}[{name}]", book):
            yield where, [*values[:place], changed, *values[place + 1 :]]


def _alone(golden: Golden, deadline: str) -> Golden:
    return replace(golden, expect={deadline: golden.expect[deadline]})


class Judges:
    """The golden cases, put to mutants of the law."""

    def __init__(self, rulebook: Rulebook, goldens: Sequence[Golden]) -> None:
        """Sort the golden cases by what they expect."""
        self._rulebook = rulebook
        self._cases = {
            one.id: [_alone(golden, one.id) for golden in goldens if one.id in golden.expect]
            for one in rulebook.deadlines
        }
        self._parts = {one.id: part_of(rulebook, [one.id]) for one in rulebook.deadlines}

    def first_failure(self, mutant: Mutant) -> str:
        """Return the first message that a golden case fails with, or an empty string if all pass."""
        for changed in mutant.deadlines:
            part = self._parts[changed.id]
            deadlines = (changed if one.id == changed.id else one for one in part.deadlines)
            book = replace(part, deadlines=tuple(deadlines))
            for failure in failures(self._cases[changed.id], book):
                return str(failure)
        return ""
