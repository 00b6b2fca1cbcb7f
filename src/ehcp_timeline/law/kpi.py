"""The measures of councils: populations, marks, measures and packs as frozen records, read from kpis.toml."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from typing import Annotated, Literal, TypeVar

from ehcp_timeline.inputs import shipped
from ehcp_timeline.law.loader.faults import Location, Table, filled
from ehcp_timeline.record import field, record

ColumnName = Annotated[str, "column"]
ColumnNames = tuple[ColumnName, ...]
MarkNames = tuple[Annotated[str, "mark"], ...]
MarkVerdict = Literal[
    "not-started", "not-owed", "running", "met", "late", "early", "overdue", "excused", "unknown"
]
MarkStage = Literal["", "no_decision", "agreed_no_draft", "draft_not_final"]
Pairs = tuple[tuple[ColumnName, ColumnName], ...]
Codes = tuple[tuple[Annotated[str, "fact"], tuple[str, ...]], ...]
AS_AT = "as_at"


@record(frozen=True, slots=True)
class Wait:
    """Calendar days between two days, the second perhaps the as-at day."""

    since: ColumnName = field(metadata={"key": "from"})
    to: Annotated[str, "day or as_at"]


@record(frozen=True, slots=True)
class Span(Wait):
    """How long a wait was.

    Attributes:
        more_than: More days than this.
        at_most: At most so many days.
        more_than_months: More calendar months than this, up to the as-at day.
    """

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
        took = {self.took.since, self.took.to} - {AS_AT} if self.took else ()
        facts = (fact for fact, _ in (*self.holds, *self.mentions))
        return frozenset((*self.given, *self.by_now, *self.needs, *pairs, *took, *facts))

    @property
    def columns(self) -> frozenset[str]:
        """Every column that it looks at."""
        return self.wanted | frozenset(self.blank)

    @property
    def marks(self) -> tuple[str, ...]:
        """The other marks that it looks at."""
        return (*self.all, *self.any, *self.none)


Unit = Literal[
    "count",
    "percent",
    "share",
    "mean_weeks",
    "median_weeks",
    "p90_weeks",
    "oldest_weeks",
    "per_caseworker",
    "per_10000",
    "per_10000_children",
]
Better = Literal["higher", "lower", ""]


@record(frozen=True, slots=True)
class Derived:
    """A day worked out from others of the row: the earliest of some events, on or after another."""

    id: str
    says: str
    earliest: tuple[Annotated[str, "event"], ...]
    since: Annotated[str, "event"]


@record(frozen=True, slots=True)
class Division:
    """Marks of which everyone that has the mark `of`, or is of the population, has exactly one."""

    into: tuple[Annotated[str, "mark"], ...]
    of: Annotated[str, "mark"] = ""


@record(frozen=True, slots=True)
class Population:
    """What a measure counts. Every field is a word of the vocabulary at the head of kpis.toml.

    Attributes:
        id: Its name.
        noun: What one and several of it are called.
        says: What it is, in words.
        counts: Rows of the file, or clocks of deadlines.
        where: What every one of them meets.
        deadlines: Whose clocks.
        only: Whether only these ids are meant, not those that begin with them.
        answered_by: Or the clocks of every deadline that this event answers.
        date: The day that puts one in a period; empty for a state on the as-at day.
        dated: The same in words.
        days: What a wait is measured over; None where nothing is.
        marks: Name to what may be true of one.
        divisions: Marks whose numbers add up.
    """

    id: str
    noun: tuple[str, str]
    says: str
    counts: Literal["rows", "clocks"] = "rows"
    where: Condition = field(default_factory=Condition)
    deadlines: tuple[str, ...] = ()
    only: bool = False
    answered_by: str = ""
    date: Annotated[str, "day"] = ""
    dated: str = ""
    days: Wait | None = None
    marks: Mapping[str, Condition] = field(default_factory=dict, metadata={"key": "mark"})
    divisions: tuple[Division, ...] = field(default=(), metadata={"key": "division"})

    @property
    def is_state(self) -> bool:
        """Whether it is counted on the as-at day and not through a period."""
        return not self.date

    @property
    def columns(self) -> frozenset[str]:
        """Every column of a row, and every day of a clock, that it looks at."""
        days = {self.date, self.days.since, self.days.to} if self.days else {self.date}
        return frozenset(days.union(*(mark.columns for mark in (self.where, *self.marks.values()))))

    def said(self, marks: tuple[str, ...]) -> str:
        """Return those of it that have these marks, in words."""
        return ", ".join((self.says, *(self.marks[name].says for name in marks)))

    def columns_of(self, marks: tuple[str, ...]) -> frozenset[str]:
        """Return the columns without which these marks say nothing.

        Of marks joined by `any`, each may say nothing by itself: their columns are not asked for.
        """
        columns: set[str] = set()
        for name in marks:
            mark = self.marks[name]
            columns |= mark.wanted | self.columns_of((*mark.all, *mark.none))
        return frozenset(columns)


@record(frozen=True, slots=True)
class Measure:
    """One number that councils are judged by.

    Attributes:
        id: Its permanent name; DfE's own column name where DfE has the measure.
        dfe: The names that DfE's files have used for it, the latest first.
        name: The same in words.
        short: The heading of a column.
        topic: What it is about.
        counts: The population.
        unit: What the number is.
        part: Marks of the numerator, or of the cases that are counted or waited for.
        whole: Marks of the denominator; only for `percent`.
        better: Whether more or less of it is better; empty where neither is.
        headline: Whether a screen shows it without being asked.
        source: Where the definition comes from.
        note: What else to know.
    """

    id: str
    dfe: tuple[str, ...]
    name: str
    short: str
    topic: Annotated[str, "topic"]
    counts: Annotated[str, "population"]
    unit: Unit
    source: str
    part: MarkNames = ()
    whole: MarkNames = ()
    better: Better = ""
    headline: bool = False
    note: str = ""


@record(frozen=True, slots=True)
class PackSection:
    """One sheet of a pack: some measures through the last so many periods, or as they stand."""

    id: str
    title: str
    measures: tuple[Annotated[str, "measure"], ...]
    period: Literal["", "month", "quarter", "year", "academic", "financial"] = ""
    last: int = 1


@record(frozen=True, slots=True)
class Pack:
    """Sheets that are asked for together."""

    id: str
    says: str
    sheets: tuple[PackSection, ...] = field(metadata={"key": "sheet"})


@record(frozen=True)
class Kpis:
    """Every measure and what it counts.

    Attributes:
        topics: Topic to what it is called, in the order of the answer.
        derived: Days worked out from others, by name.
        populations: By name.
        measures: In the order of the answer.
        packs: By name.
    """

    topics: Mapping[str, str]
    derived: Mapping[str, Derived]
    populations: Mapping[str, Population]
    measures: tuple[Measure, ...]
    packs: Mapping[str, Pack]

    @cached_property
    def by_id(self) -> Mapping[str, Measure]:
        """Measures by their id."""
        return {measure.id: measure for measure in self.measures}

    def numerator(self, measure: Measure) -> str:
        """Return the numerator, or what is counted, in words."""
        return self.populations[measure.counts].said(measure.part)

    def denominator(self, measure: Measure) -> str:
        """Return the denominator in words; empty for a count or a wait."""
        population = self.populations[measure.counts]
        match measure.unit:
            case "percent":
                return population.said(measure.whole)
            case "share":
                return f"{population.said(measure.part)}, whose group is recorded"
            case "per_caseworker":
                return "caseworkers named on any of them"
            case "per_10000":
                return "people aged 0 to 25, in ten thousands"
            case "per_10000_children":
                return "people aged 0 to 17, in ten thousands"
            case _:
                return ""


NAME = "kpis.toml"
CLOCK_DAYS = frozenset(("start", "due", "answered", "ended"))
PROSE = frozenset(("says", "name", "short", "noun", "dated", "note"))
Read = TypeVar("Read", Derived, Population, Measure, Pack)
SpreadWords = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@cache
def load_kpis() -> Kpis:
    """Read the measures that ship with the package.

    Raises:
        RulebookError: With every fault.
    """
    events, codes, measures = (shipped(f"rulebook/{name}") for name in ("events.toml", "codes.toml", NAME))
    known = [word["id"] for word in (*events["event"], *events["derived"], *codes["fact"], *codes["flag"])]
    return read_kpis(measures, frozenset(known))


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
    derived = _read_each(place, table, "derived", lambda here, body: here.record(Derived, body))
    days = columns | CLOCK_DAYS | frozenset(derived)
    vocabulary |= {"column": days, "day": days, "fact": days, "day or as_at": days | {AS_AT}}
    populations = _read_each(place, table, "population", _population)
    topics = {
        here.want(body, "id", str): here.want(body, "says", str)
        for here, body in place.tables(table, "topic")
    }
    vocabulary |= {"population": populations, "topic": topics}
    measures = _read_each(place, table, "measure", lambda here, body: _measure(here, body, populations))
    vocabulary["measure"] = measures
    packs = _read_each(place, table, "pack", lambda here, body: here.record(Pack, body))
    place.refuse()
    return Kpis(topics, derived, populations, tuple(measures.values()), packs)


def _read_each(
    place: Location, table: Table, key: str, read: Callable[[Location, Table], Read]
) -> dict[str, Read]:
    """Read a list of tables, of which each has an id of its own."""
    by_id: dict[str, Read] = {}
    for numbered, body in _spread(place, table, key):
        here = numbered.at(str(body.get("id", f"a {key} without id")))
        entry = read(here, body)
        if entry.id in by_id:
            here.fault(f"{entry.id} stands twice")
        by_id[entry.id] = entry
    return by_id


def _spread(place: Location, table: Table, key: str) -> Iterator[tuple[Location, Table]]:
    """Yield each table of a list, and one with `each` once for every word that it names."""
    words = dict(place.at("each").value(table.get("each", {}), SpreadWords))
    for here, body in place.tables(table, key):
        name = here.maybe(body, "each", str)
        if not name:
            yield here, body
        elif name not in words:
            here.fault(f"there is no [each.{name}]")
        else:
            for word, said in words[name]:
                yield here, filled(body, _filling(f"{{{name}}}", word, said))


def _filling(slot: str, word: str, said: str) -> Callable[[str, str], str]:
    """Return what puts a word in for its slot: what it is called in prose, itself in an id or elsewhere."""

    def fill(text: str, key: str) -> str:
        text = re.sub(rf"(?<=_){re.escape(slot)}|{re.escape(slot)}(?=_)", word, text)
        if key not in PROSE:
            return text.replace(slot, word)
        prose = text.replace(slot, said)
        return prose[:1].upper() + prose[1:] if text.startswith(slot) else prose

    return fill


def _population(here: Location, table: Table) -> Population:
    if table.get("date"):
        here.want(table, "dated", str)
    marks: dict[str, Condition] = {}
    place = replace(here, vocabulary={**here.vocabulary, "mark": marks})  # one may name those before it
    where = _condition(place.at("where"), table.get("where", {}))
    for name, body in here.maybe(table, "mark", dict).items():
        mark = place.at(f"mark.{name}")
        marks[name] = _condition(mark, body)
        if not marks[name].says:
            mark.fault("says is missing")
    return place.record(Population, table, ("each",), where=where, marks=marks)


def _condition(here: Location, table: object) -> Condition:
    mark: Condition = here.value(table, Condition) or Condition()
    if mark.took and (mark.took.more_than, mark.took.at_most, mark.took.more_than_months) == (None,) * 3:
        here.at("took").fault("needs more_than, at_most or more_than_months")
    return mark


def _measure(here: Location, table: Table, populations: Mapping[str, Population]) -> Measure:
    population = populations.get(str(table.get("counts")))
    marks = population.marks if population else {}
    within = replace(here, vocabulary={**here.vocabulary, "mark": marks})
    measure = within.record(Measure, table, ("each",))
    if measure.whole and measure.unit != "percent":
        here.at("whole").fault("stands only below a percentage")
    return measure
