"""Targets of a council for its own measures: how near a period came, in red, amber or green, and in cases."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from math import ceil, floor
from typing import Any, Literal

import polars as pl

from ehcp_timeline.errors import ConfigError
from ehcp_timeline.law.kpi.model import Kpis, Measure
from ehcp_timeline.measure.kpi.facts import GROUP
from ehcp_timeline.measure.kpi.lines import MOST_PEOPLE, LineLayout, above, below
from ehcp_timeline.measure.kpi.periods import Period, PeriodKind, period_of
from ehcp_timeline.measure.kpi.rollup import PERIOD

Status = Literal["green", "amber", "red", "no cases"]
AMBER_POINTS = Fraction(5)
"""How far below a target of percent is still amber, where ehcp.toml does not say."""
AMBER_SHARE = Fraction(1, 10)
"""The same for other targets, as a share of the target."""
_LABEL = re.compile(r"\d{4}(-(0[1-9]|1[0-2])|-Q[1-4]|-W\d\d|/\d\d)?")
_KEYS = ("target", "amber")
_SAID: Mapping[PeriodKind, str] = {
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
    "academic": "academic year",
    "financial": "financial year",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a council wants one measure to be.

    Attributes:
        measure: The measure.
        noun: What one and several of its cases are called.
        by_period: Label of a period to the target for it; the one for every other period has an empty label.
        amber: How far from the target is still amber, in the measure's own unit; None for the default.
    """

    measure: Measure
    noun: tuple[str, str]
    by_period: Mapping[str, Fraction]
    amber: Fraction | None = None

    def on(self, period: Period) -> Fraction | None:
        """Return the target for a period; that of its quarter stands for a month without its own."""
        labels = [period.label]
        if period.kind == "month":
            labels.append(period_of("quarter", period.first).label)
        amounts = (self.by_period[label] for label in (*labels, "") if label in self.by_period)
        return next(amounts, None)

    def margin(self, target: Fraction) -> Fraction:
        """Return how far from the target is still amber."""
        if self.amber is not None:
            return self.amber
        return AMBER_POINTS if self.measure.unit in ("percent", "share") else abs(target) * AMBER_SHARE


@dataclass(frozen=True, slots=True)
class Reached:
    """How near one line came to its target.

    Attributes:
        measure: Id of the measure.
        group: The group.
        period: Label of the period.
        target: The target, in the measure's own unit.
        value: What was reached; None where there was no case.
        status: In colours, as text.
        cases: How many cases are missing, all other things equal; None where cases do not make it, 0 if met.
        says: The same in words.
    """

    measure: str
    group: str
    period: str
    target: float
    value: float | None
    status: Status
    cases: int | None
    says: str


def read_targets(table: object, kpis: Kpis, where: str) -> tuple[Target, ...]:
    """Read the `[targets]` of an ehcp.toml.

    Args:
        table: What it says.
        kpis: The measures that there are.
        where: The file, to begin an error with.

    Raises:
        ConfigError: A target is for no measure, for one with no better direction, for no period, or no
            number.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(
            f"{where}: targets is not a table", "write  [targets.pc_plans_issued_within_20_weeks]"
        )
    return tuple(_target(str(name), value, kpis, f"{where}: targets.{name}") for name, value in table.items())


def _target(name: str, value: object, kpis: Kpis, where: str) -> Target:
    measure = kpis.by_id.get(name)
    if measure is None:
        near = get_close_matches(name, [measure.id for measure in kpis.measures if measure.better], n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else "`ehcp scorecard --list-measures` lists them"
        raise ConfigError(f"{where}: there is no measure `{name}`", hint)
    if not measure.better:
        raise ConfigError(
            f"{where}: a target needs a measure of which more or less is better",
            "choose a percentage or a wait",
        )
    said: Mapping[str, Any] = value if isinstance(value, Mapping) else {"target": value}
    amounts = {str(key): _amount(amount, measure, f"{where}.{key}") for key, amount in said.items()}
    for key in amounts:
        if key not in _KEYS and not _LABEL.fullmatch(key):
            raise ConfigError(f"{where}: `{key}` is not a period", 'write "2025-Q1" = 60, target or amber')
    amber = amounts.pop("amber", None)
    noun = kpis.populations[measure.counts].noun
    return Target(
        measure, noun, {"" if key == "target" else key: amount for key, amount in amounts.items()}, amber
    )


def _amount(value: object, measure: Measure, where: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{where} is not a number", "write it without quotation marks, as 60 or 62.5")
    if not 0 <= value <= (100 if measure.unit == "percent" else MOST_PEOPLE):  # nan is refused too
        raise ConfigError(
            f"{where}: {value} cannot be reached", "give a percentage from 0 to 100, or a number from 0"
        )
    return Fraction(Decimal(str(value)))


def reached(targets: Sequence[Target], lines: pl.DataFrame, layout: LineLayout) -> Iterator[Reached]:
    """Yield how near each line came to each target that it has, in the order of the lines."""
    current = period_of(layout.kind, layout.as_at)
    there = [target for target in targets if target.measure.id in lines.columns]
    for line in lines.iter_rows(named=True):
        period = Period(layout.kind, line[PERIOD])
        for aimed in there:
            target = aimed.on(period)
            if target is not None and line[above(aimed.measure.id)] is not None:
                yield _reached(aimed, target, line, period, now=period == current)


def _reached(aim: Target, target: Fraction, line: Mapping[str, Any], period: Period, *, now: bool) -> Reached:
    place = (aim.measure.id, str(line[GROUP]), period.label, float(target))
    exact = _exact(aim.measure, line)
    if exact is None:
        return Reached(*place, None, "no cases", None, "no cases")
    value = float(line[aim.measure.id])
    short = target - exact if aim.measure.better == "higher" else exact - target
    if short <= 0:
        return Reached(*place, value, "green", 0, "met")
    status: Status = "amber" if short <= aim.margin(target) else "red"
    missing = _missing(aim.measure, target, line)
    return Reached(*place, value, status, missing, _in_words(aim, short, missing, period, now=now))


def _exact(measure: Measure, line: Mapping[str, Any]) -> Fraction | None:
    """Return what was reached, a percentage before it is rounded; None where there was no case."""
    if line[measure.id] is None:
        return None
    if line[below(measure.id)] is not None:
        return Fraction(100 * line[above(measure.id)], line[below(measure.id)])
    return Fraction(Decimal(str(line[measure.id])))


def _missing(measure: Measure, target: Fraction, line: Mapping[str, Any]) -> int | None:
    """Return how many cases more above the line, or fewer, would have met the target; None for a wait.

    What stands below the line stays as it is: 49 of 100 plans are 11 short of a target of 60 percent.
    """
    part: int = line[above(measure.id)]
    whole: int | None = 100 if measure.unit == "count" else line[below(measure.id)]
    if whole is None:
        return None
    wanted = target * whole / 100
    return ceil(wanted) - part if measure.better == "higher" else part - floor(wanted)


def _in_words(target: Target, short: Fraction, missing: int | None, period: Period, *, now: bool) -> str:
    """Return what is missing in words, as `11 more plans this quarter`."""
    more = "more" if target.measure.better == "higher" else "fewer"
    when = f"this {_SAID[period.kind]}" if now else f"in {period.label}"
    if missing is None:
        weeks = " weeks" if target.measure.unit.endswith("weeks") else ""
        return f"{float(round(short, 1)):,.1f}{weeks} {more} {when}"
    return f"{missing:,} {more} {target.noun[missing != 1]} {when}"
