"""What a scorecard is asked, and which of its measures a file can give."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.errors import ConfigError
from ehcp_timeline.law.kpi import AS_AT, CLOCK_DAYS, Kpis, Measure, Population
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.counts import ISSUE
from ehcp_timeline.measure.kpi.groups import Group
from ehcp_timeline.measure.kpi.periods import PeriodKind
from ehcp_timeline.record import field, record

VERDICTS = ("strict", "verdict", "evidenced")
MOST_PEOPLE = 1_000_000_000  # more than any country has


@record(frozen=True, slots=True)
class People:
    """People aged 0 to 25 in the area, and in each of its groups; None where that is not known.

    Attributes:
        children: People aged 0 to 17 in the area.
    """

    total: int | None = None
    groups: Mapping[str, int] = field(default_factory=dict)
    children: int | None = None


def read_people(said: object, where: str) -> People:
    """Read the `population` of an ehcp.toml: one number, or a total and a number for each group.

    Raises:
        ConfigError: A number is missing, is not a whole number, or is not above zero.
    """
    where = f"{where}: population"
    if not isinstance(said, Mapping):
        return People(_people(said, where))
    for key in said:
        if key not in ("total", "groups"):
            raise ConfigError(f"{where}.{key} is not known", "write  total = 480000")
    groups = said.get("groups", {})
    if not isinstance(groups, Mapping):
        raise ConfigError(f"{where}.groups is not a table", 'write  "Ashford" = 40000  below it')
    counts = {str(name): _people(count, f"{where}.groups.{name}") for name, count in groups.items()}
    return People(_people(said["total"], f"{where}.total") if "total" in said else None, counts)


def _people(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PEOPLE:
        raise ConfigError(f"{where} is not a number of people", "write a whole number above zero, as 480000")
    return value


@record(frozen=True)
class KpiQuestion:
    """What a scorecard is asked.

    Attributes:
        as_at: The day that states are of; the last period is the one that it lies in.
        group: What it is broken down by; None for nothing.
        every_state: Whether states are counted at the end of every period, and so stand on every line.
    """

    kpis: Kpis
    rulebook: Rulebook
    as_at: date
    group: Group | None
    measures: tuple[Measure, ...]
    kind: PeriodKind = "year"
    people: People = field(default_factory=People)
    every_state: bool = False

    @cached_property
    def populations(self) -> Mapping[str, Population]:
        """The populations that the measures count, in the order of kpis.toml."""
        counted = {measure.counts for measure in self.measures}
        return {name: population for name, population in self.kpis.populations.items() if name in counted}

    @cached_property
    def deadlines(self) -> Mapping[str, tuple[Deadline, ...]]:
        """Population to the deadlines whose clocks it holds."""
        return {
            name: deadlines_of(population, self.rulebook) for name, population in self.populations.items()
        }

    @cached_property
    def repeating(self) -> frozenset[str]:
        """The populations whose clocks look across rows, and so come with the last batch."""
        return frozenset(
            name
            for name, deadlines in self.deadlines.items()
            if any(deadline.repeats for deadline in deadlines)
        )

    @cached_property
    def row_columns(self) -> frozenset[str]:
        """The columns of rows that some population looks at, derived days among them."""
        return row_columns(self.populations.values())

    def judged_deadlines(self, columns: frozenset[str]) -> list[Deadline]:
        """Return the deadlines to judge that a file with these columns can answer, in rulebook order."""
        ids = {deadline.id for deadlines in self.deadlines.values() for deadline in deadlines}
        marks = [mark for population in self.populations.values() for mark in population.marks.values()]
        if any(mark.exception is not None for mark in marks):
            ids.update(ISSUE)
        ids -= {deadline.id for deadline in unjudgeable(self.rulebook, columns)}
        return [deadline for deadline in self.rulebook.deadlines if deadline.id in ids]

    def not_measured(self, files: Iterable[frozenset[str]]) -> Mapping[str, str]:
        """Return the measures that no file with one of these sets of columns can give, and why not."""
        held = list(files)
        reasons = {
            measure.id: [self._why_not_measured(measure, columns) for columns in held]
            for measure in self.measures
        }
        return {name: why[0] for name, why in reasons.items() if why and all(why)}

    def _why_not_measured(self, measure: Measure, columns: frozenset[str]) -> str:
        population = self.populations[measure.counts]
        if measure.unit == "share" and self.group is None:
            return "it needs a group: --by"
        if population.counts == "clocks" and (why := self._why_no_clocks(measure.counts, columns)):
            return why
        wanted = population.columns_of((*measure.part, *measure.whole)) | population.where.wanted
        wanted |= {population.date, *(("caseworker",) if measure.unit == "per_caseworker" else ())}
        needed: set[tuple[str, ...]] = set()
        for name in wanted - CLOCK_DAYS - {""}:
            derived = self.kpis.derived.get(name)
            columns_of = self.rulebook.columns_of((name,))
            needed |= {(derived.since,), derived.earliest} if derived else {tuple(columns_of)}
        missing = [names for names in needed if not columns.intersection(names)]
        # where one column is missing, a choice between it and others is not said again
        lacking = sorted(
            _either(names) for names in missing if not any(set(other) < set(names) for other in missing)
        )
        return f"the file has no column {' and no column '.join(lacking)}" if lacking else ""

    def _why_no_clocks(self, population: str, columns: frozenset[str]) -> str:
        starts = [
            (deadline, self.rulebook.columns_of(deadline.start_events))
            for deadline in self.deadlines[population]
        ]
        if not starts:
            return "no rulebook promises an answer by a day: --rules"
        starting = [deadline for deadline, names in starts if columns.intersection(names)]
        if not starting:
            return f"the file has no column {_either(name for _, names in starts for name in names)}"
        without = {deadline.id for deadline in unjudgeable(self.rulebook, columns)}
        if all(deadline.id in without for deadline in starting):
            answers = (name for deadline in starting for name in deadline.answers)
            return f"the file has no column {_either(answers)}"
        return ""


def deadlines_of(population: Population, rulebook: Rulebook) -> tuple[Deadline, ...]:
    """Return the deadlines whose clocks a population holds; none for a population of rows."""
    if population.counts == "rows":
        return ()
    if population.answered_by:
        return tuple(
            deadline for deadline in rulebook.deadlines if population.answered_by in deadline.answers
        )
    begins = () if population.only else tuple(f"{name}." for name in population.deadlines)
    return tuple(
        deadline
        for deadline in rulebook.deadlines
        if deadline.id in population.deadlines
        or (deadline.kind == "statutory" and deadline.id.startswith(begins))
    )


def row_columns(populations: Iterable[Population]) -> frozenset[str]:
    """Return the columns of rows that these populations look at."""
    columns = {name for population in populations for name in population.columns}
    return frozenset(columns - CLOCK_DAYS - {*VERDICTS, AS_AT, ""})


def _either(names: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(names))
