"""The columns that a case file may hold, under the names that the rulebook gives them."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["event", "date", "codes", "text", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column that a case file may hold.

    Attributes:
        id: The name that the rulebook gives it, as `request_received`.
        says: What it records, in words.
        kind: `event` for something that happens on a day, `date` for a dated fact (date of birth), `codes`
            for a fact with a closed list, `text` for any other fact, `flag` for yes or no.
        planned: An event that may lie after the as-at date.
        sets_due: A due day that somebody set, not something that happens.
        personal: Its values are never printed.
        several: A fact that may hold more than one code.
        codes: Each allowed code and what it means.
    """

    id: str
    says: str
    kind: Kind
    planned: bool = False
    sets_due: bool = False
    personal: bool = False
    several: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every column that a case file may hold, in the rulebook's order.

    Attributes:
        columns: Column id to column.
        absorbs: A code to the code that it takes in where both stand in one cell.
    """

    columns: Mapping[str, Column]
    absorbs: Mapping[str, str]

    def of_kind(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the ids of the columns of these kinds, in the rulebook's order."""
        return tuple(column.id for column in self.columns.values() if column.kind in kinds)


@cache
def vocabulary() -> Vocabulary:
    """Read the vocabulary that ships with the package from its `events.toml` and `codes.toml`."""
    rulebook = resources.files("ehcp_timeline") / "rulebook"
    return vocabulary_of(
        tomllib.loads((rulebook / "events.toml").read_text(encoding="utf-8")),
        tomllib.loads((rulebook / "codes.toml").read_text(encoding="utf-8")),
    )


def vocabulary_of(events: Mapping[str, Any], codes: Mapping[str, Any]) -> Vocabulary:
    """Build a vocabulary from the parsed `events.toml` and `codes.toml`."""
    columns = [*_facts(codes), *_events(events), *_flags(codes)]
    return Vocabulary(
        columns=MappingProxyType({column.id: column for column in columns}),
        absorbs=MappingProxyType({rule["code"]: rule["takes_in"] for rule in codes.get("absorbs", ())}),
    )


def _events(events: Mapping[str, Any]) -> Iterator[Column]:
    for event in events["event"]:
        yield Column(
            id=event["id"],
            says=event["says"],
            kind="event",
            planned=event.get("planned", False),
            sets_due=event.get("sets_due", False),
        )


def _facts(codes: Mapping[str, Any]) -> Iterator[Column]:
    for fact in codes["fact"]:
        listed = fact.get("codes", {})
        allowed = codes[listed] if isinstance(listed, str) else listed
        dated = fact.get("is_date", False)
        yield Column(
            id=fact["id"],
            says=fact["says"],
            kind="codes" if allowed else "date" if dated else "text",
            personal=fact.get("personal", False),
            several=fact.get("several", False),
            codes=MappingProxyType(dict(allowed)),
        )


def _flags(codes: Mapping[str, Any]) -> Iterator[Column]:
    for flag in codes["flag"]:
        yield Column(id=flag["id"], says=flag["says"], kind="flag")
