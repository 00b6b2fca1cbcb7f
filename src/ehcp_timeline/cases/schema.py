"""The columns that a case file may hold, under the names that the rulebook gives them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

from ehcp_timeline.record import field, record

Kind = Literal["event", "date", "codes", "text", "flag"]


@record(frozen=True, slots=True)
class Column:
    """One column that a case file may hold.

    Attributes:
        id: The name in the rulebook, as `request_received`.
        says: What it records, in words.
        kind: `event` for something that happens on a day, `date` for a dated fact (date of birth), `codes`
            for a fact with a closed list, `text` for any other fact, `flag` for yes or no.
        planned: An event that may lie after the as-at date.
        sets_due: A due day that somebody set, not something that happens.
        personal: Its values are never printed.
        several: A fact that may hold more than one code.
        labels: Codes of the DfE that a text may hold, to what each is called.
    """

    id: str
    says: str
    kind: Kind
    planned: bool = False
    sets_due: bool = False
    personal: bool = False
    several: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@record(frozen=True, slots=True)
class Vocabulary:
    """Every column that a case file may hold, in the rulebook's order.

    A code `absorbs` another where both are in one cell.
    """

    columns: Mapping[str, Column]
    absorbs: Mapping[str, str]

    def of_kind(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the ids of the columns of these kinds, in the rulebook's order."""
        return tuple(column.id for column in self.columns.values() if column.kind in kinds)


@cache
def vocabulary() -> Vocabulary:
    """Read the vocabulary that ships with the package: events, codes, and what no deadline rests on."""
    package = resources.files("ehcp_timeline")
    events, codes, characteristics = (
        tomllib.loads((package / name).read_text(encoding="utf-8"))
        for name in ("rulebook/events.toml", "rulebook/codes.toml", "cases/characteristics.toml")
    )
    return vocabulary_of(events, {**codes, "fact": [*codes["fact"], *characteristics["fact"]]})


def vocabulary_of(events: Mapping[str, Any], codes: Mapping[str, Any]) -> Vocabulary:
    """Build a vocabulary from the parsed `events.toml` and `codes.toml`."""
    columns: list[Column] = []
    for fact in codes["fact"]:
        listed = fact.get("codes", {})
        allowed = codes[listed] if isinstance(listed, str) else listed
        kind: Kind = "codes" if allowed else "date" if fact.get("is_date", False) else "text"
        columns.append(
            Column(
                fact["id"],
                fact["says"],
                kind,
                personal=fact.get("personal", False),
                several=fact.get("several", False),
                codes=MappingProxyType(dict(allowed)),
                labels=MappingProxyType(fact.get("labels", {})),
            )
        )
    for event in events["event"]:
        planned, sets_due = event.get("planned", False), event.get("sets_due", False)
        columns.append(Column(event["id"], event["says"], "event", planned=planned, sets_due=sets_due))
    columns += [Column(flag["id"], flag["says"], "flag") for flag in codes["flag"]]
    return Vocabulary(
        columns=MappingProxyType({column.id: column for column in columns}),
        absorbs=MappingProxyType({rule["code"]: rule["takes_in"] for rule in codes.get("absorbs", ())}),
    )
