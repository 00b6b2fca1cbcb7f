"""A mark: one thing that may be true of a case that is counted, in the closed vocabulary of kpis.toml."""

from dataclasses import dataclass
from typing import Literal

from ehcp_timeline.law.loader.faults import Location, Table

COLUMN_LISTS = ("given", "blank", "by_now", "kept", "needs")
MARK_LISTS = ("all", "any", "none")
MarkVerdict = Literal[
    "not-started", "not-owed", "running", "met", "late", "early", "overdue", "excused", "unknown"
]
MarkStage = Literal["", "no_decision", "agreed_no_draft", "draft_not_final"]
Pairs = tuple[tuple[str, str], ...]
Codes = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar days between two days, `to` the as-at day where it is empty.

    Attributes:
        since: The day they are counted from.
        to: The day they are counted to.
        more_than: More days than this.
        at_most: At most so many days.
        more_than_months: More calendar months than this.
    """

    since: str
    to: str = ""
    more_than: int | None = None
    at_most: int | None = None
    more_than_months: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What may be true of a case; every field that is not empty must hold. See the head of kpis.toml."""

    says: str = ""
    given: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    by_now: tuple[str, ...] = ()
    since: Pairs = ()
    same: Pairs = ()
    took: Span | None = None
    waited: Span | None = None
    holds: Codes = ()
    mentions: Codes = ()
    strict: tuple[MarkVerdict, ...] = ()
    verdict: tuple[MarkVerdict, ...] = ()
    evidenced: tuple[MarkVerdict, ...] = ()
    exception: bool | None = None
    stage: MarkStage = ""
    kept: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    @property
    def wanted(self) -> frozenset[str]:
        """The columns without which the mark says nothing."""
        pairs = (name for pair in (*self.since, *self.same) for name in pair)
        spans = (name for span in (self.took, self.waited) if span for name in (span.since, span.to) if name)
        facts = (fact for fact, _ in (*self.holds, *self.mentions))
        return frozenset((*self.given, *self.by_now, *self.needs, *pairs, *spans, *facts))

    @property
    def columns(self) -> frozenset[str]:
        """Every column that it looks at."""
        return self.wanted | frozenset(self.blank)

    @property
    def marks(self) -> tuple[str, ...]:
        """The other marks that it looks at."""
        return (*self.all, *self.any, *self.none)


def read_mark(place: Location, table: Table, columns: frozenset[str], names: frozenset[str]) -> Condition:
    """Read one mark, reporting every fault to `place`.

    Args:
        place: Where it stands.
        table: What it says.
        columns: What it may look at: events, facts, flags, derived days and the days of a clock.
        names: The marks of the same population.
    """
    known = dict.fromkeys(COLUMN_LISTS, ("column", columns)) | dict.fromkeys(MARK_LISTS, ("mark", names))
    return place.record(
        Condition,
        table,
        known,
        since=_pairs(place, table, "since", columns),
        same=_pairs(place, table, "same", columns),
        took=_span(place, table, "took", columns),
        waited=_span(place, table, "waited", columns),
        holds=_codes(place, table, "holds", columns),
        mentions=_codes(place, table, "mentions", columns),
    )


def _pairs(place: Location, table: Table, key: str, columns: frozenset[str]) -> Pairs:
    pairs = place.maybe(table, key, dict, {})
    for name in (name for pair in pairs.items() for name in pair):
        place.known(key, str(name), columns, "column")
    return tuple((str(name), str(other)) for name, other in pairs.items())


def _codes(place: Location, table: Table, key: str, columns: frozenset[str]) -> Codes:
    facts = place.maybe(table, key, dict, {})
    for fact in facts:
        place.known(key, fact, columns, "fact")
    return tuple((fact, tuple(map(str, codes))) for fact, codes in facts.items())


def _span(place: Location, table: Table, key: str, columns: frozenset[str]) -> Span | None:
    if key not in table:
        return None
    here, body = place.at(key), place.maybe(table, key, dict, {})
    since, to = ("from", "to") if key == "took" else ("since", "")
    here.keys(body, {since, to, "more_than", "at_most", "more_than_months"} - {""})
    days = [here.want(body, name, str, "") for name in (since, to) if name]
    for name in days:
        here.known(key, name, columns, "column")
    numbers = {
        name: here.maybe(body, name, int, 0) if name in body else None
        for name in ("more_than", "at_most", "more_than_months")
    }
    if all(number is None for number in numbers.values()):
        here.fault("needs more_than, at_most or more_than_months")
    return Span(days[0], days[1] if to else "", **numbers)
