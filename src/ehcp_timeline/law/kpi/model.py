"""The measures of councils, as frozen records: populations, measures, packs."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from ehcp_timeline.law.kpi.marks import Condition, MarkNames
from ehcp_timeline.record import field, record

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
AS_AT = "as_at"


@record(frozen=True, slots=True)
class Derived:
    """A day worked out from others of the row: the earliest of some events, on or after another."""

    id: str
    says: str
    earliest: tuple[Annotated[str, "event"], ...]
    since: Annotated[str, "event"]


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
        days: From and to: what a wait is measured over; both empty where nothing is.
        marks: Name to what may be true of one.
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
    days: tuple[str, str] = ("", "")
    marks: Mapping[str, Condition] = field(default_factory=dict, metadata={"key": "mark"})

    @property
    def is_state(self) -> bool:
        """Whether it is counted on the as-at day and not through a period."""
        return not self.date

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
        """Return what stands above the line, or is counted, in words."""
        return self.populations[measure.counts].said(measure.part)

    def denominator(self, measure: Measure) -> str:
        """Return what stands below the line in words; empty for a count or a wait."""
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
