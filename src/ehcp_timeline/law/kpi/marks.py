"""A mark: one condition on a counted case, in the closed vocabulary of kpis.toml."""

from collections.abc import Collection
from typing import Annotated, Literal

from ehcp_timeline.law.loader.faults import Location, Table
from ehcp_timeline.record import field, record

ColumnName = Annotated[str, "column"]
ColumnNames = tuple[ColumnName, ...]
MarkNames = tuple[Annotated[str, "mark"], ...]
MarkVerdict = Literal[
    "not-started", "not-owed", "running", "met", "late", "early", "overdue", "excused", "unknown"
]
MarkStage = Literal["", "no_decision", "agreed_no_draft", "draft_not_final"]
Pairs = tuple[tuple[str, str], ...]
Codes = tuple[tuple[str, tuple[str, ...]], ...]


@record(frozen=True, slots=True)
class Span:
    """Calendar days between two days, `to` the as-at day where it is empty.

    Attributes:
        more_than: More days than this.
        at_most: At most so many days.
        more_than_months: More calendar months than this.
    """

    since: ColumnName = field(metadata={"key": "from"})
    to: ColumnName = ""
    more_than: int | None = None
    at_most: int | None = None
    more_than_months: int | None = None


@record(frozen=True, slots=True)
class Condition:
    """What may be true of a case; every field that is not empty must hold. See the head of kpis.toml."""

    says: str = ""
    given: ColumnNames = ()
    blank: ColumnNames = ()
    by_now: ColumnNames = ()
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
    kept: ColumnNames = ()
    needs: ColumnNames = ()
    all: MarkNames = ()
    any: MarkNames = ()
    none: MarkNames = ()

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


def read_mark(place: Location, table: Table, names: Collection[str]) -> Condition:
    """Read one mark, reporting every fault to `place`.

    Args:
        place: Where it stands. Its vocabulary holds the columns that a mark may look at: events, facts,
            flags, derived days and the days of a clock.
        table: What it says.
        names: The marks of the same population.
    """
    here = Location(place.path, place.faults, {**place.vocabulary, "mark": names})
    return here.record(
        Condition,
        table,
        since=_pairs(here, table, "since"),
        same=_pairs(here, table, "same"),
        took=_span(here, table, "took"),
        waited=_span(here, table, "waited"),
        holds=_codes(here, table, "holds"),
        mentions=_codes(here, table, "mentions"),
    )


def _pairs(place: Location, table: Table, key: str) -> Pairs:
    pairs = tuple((str(name), str(other)) for name, other in place.maybe(table, key, dict, {}).items())
    for name in (name for pair in pairs for name in pair):
        place.known(key, name, "column")
    return pairs


def _codes(place: Location, table: Table, key: str) -> Codes:
    facts = place.maybe(table, key, dict, {})
    for fact in facts:
        place.known(key, fact, "fact", place.vocabulary["column"])
    return tuple((fact, tuple(map(str, codes))) for fact, codes in facts.items())


def _span(place: Location, table: Table, key: str) -> Span | None:
    if key not in table:
        return None
    here, body = place.at(key), place.maybe(table, key, dict, {})
    if key == "took":
        here.want(body, "to", str, "")
    else:
        body = {"from" if name == "since" else name: value for name, value in body.items()}
    span = here.record(Span, body)
    if span.more_than is None and span.at_most is None and span.more_than_months is None:
        here.fault("needs more_than, at_most or more_than_months")
    return span
