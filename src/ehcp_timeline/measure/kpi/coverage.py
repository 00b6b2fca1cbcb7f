"""Which measures a file can give, and why it cannot give the others."""

from collections.abc import Collection, Iterable, Mapping

from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.law.kpi.loader import CLOCK_DAYS
from ehcp_timeline.law.kpi.model import Kpis, Measure, Population
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.kpi.groups import Group
from ehcp_timeline.measure.kpi.population import deadlines_of

_NOT_OF_ROWS = CLOCK_DAYS | {""}


def why_not_measured(
    kpis: Kpis, rulebook: Rulebook, measure: Measure, columns: frozenset[str], group: Group | None
) -> str:
    """Return why a file with these columns cannot give a measure, in words; empty where it can."""
    population = kpis.populations[measure.counts]
    if measure.unit == "share" and group is None:
        return "it needs a group: --by"
    if population.counts == "clocks":
        why = _why_no_clocks(population, rulebook, columns)
        if why:
            return why
    wanted = population.columns_of((*measure.part, *measure.whole)) | population.where.wanted
    wanted |= {population.date}
    if measure.unit == "per_caseworker":
        wanted |= {"caseworker"}
    lacking = _lacking(wanted - _NOT_OF_ROWS, kpis, rulebook, columns)
    return f"the file has no column {' and no column '.join(lacking)}" if lacking else ""


def _why_no_clocks(population: Population, rulebook: Rulebook, columns: frozenset[str]) -> str:
    """Return why no clock of a population can be judged; empty where one can."""
    deadlines = deadlines_of(population, rulebook)
    if not deadlines:
        return "no rulebook promises an answer by a day: --rules"
    starts = {deadline.id: rulebook.columns_of(deadline.start_events) for deadline in deadlines}
    starting = [deadline for deadline in deadlines if columns.intersection(starts[deadline.id])]
    if not starting:
        return f"the file has no column {_either(name for names in starts.values() for name in names)}"
    without = {deadline.id for deadline in unjudgeable(rulebook, columns)}
    if all(deadline.id in without for deadline in starting):
        return f"the file has no column {_either(name for deadline in starting for name in deadline.answers)}"
    return ""


def _lacking(wanted: Collection[str], kpis: Kpis, rulebook: Rulebook, columns: frozenset[str]) -> list[str]:
    """Return the columns that are wanted and not there; where one is, a choice with it is not said again."""
    needed: set[tuple[str, ...]] = set()
    for name in wanted:
        derived = kpis.derived.get(name)
        needed |= {(derived.since,), derived.earliest} if derived else {tuple(rulebook.columns_of((name,)))}
    missing = [names for names in needed if not columns.intersection(names)]
    return sorted(
        _either(names) for names in missing if not any(set(other) < set(names) for other in missing)
    )


def _either(names: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def not_measured(
    kpis: Kpis,
    rulebook: Rulebook,
    measures: Iterable[Measure],
    files: Iterable[frozenset[str]],
    group: Group | None,
) -> Mapping[str, str]:
    """Return the measures that none of these files can give, and why, by id.

    Args:
        kpis: Every measure and what it counts.
        rulebook: The law.
        measures: Those that are wanted.
        files: The columns of each file.
        group: What the scorecard is broken down by; None for nothing.
    """
    held = list(files)
    reasons = {
        measure.id: [why_not_measured(kpis, rulebook, measure, columns, group) for columns in held]
        for measure in measures
    }
    return {name: why[0] for name, why in reasons.items() if why and all(why)}


def judged_deadlines(
    deadlines: Iterable[Deadline], rulebook: Rulebook, columns: frozenset[str]
) -> list[Deadline]:
    """Return those deadlines that a file with these columns can answer."""
    without = {deadline.id for deadline in unjudgeable(rulebook, columns)}
    return [deadline for deadline in deadlines if deadline.id not in without]
