"""Targets of a council for its own measures: how near a period came, in red, amber or green, and in cases."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any, Literal

import polars as pl

from ehcp_timeline.errors import ConfigError
from ehcp_timeline.law.kpi import Better, Kpis, Measure
from ehcp_timeline.measure.kpi.cases import GROUP
from ehcp_timeline.measure.kpi.lines import PERIOD, above, below
from ehcp_timeline.measure.kpi.periods import Period, period_of
from ehcp_timeline.measure.kpi.question import MOST_PEOPLE, KpiQuestion
from ehcp_timeline.record import record
from ehcp_timeline.text import did_you_mean

Status = Literal["green", "amber", "red", "no cases"]
_AMBER_POINTS = Fraction(5)  # how far below a target of percent is still amber, where ehcp.toml does not say
_AMBER_SHARE = Fraction(1, 10)  # the same for other targets, as a share of the target
_PERIOD_WORD = {"academic": "academic year", "financial": "financial year"}
_LABEL = re.compile(r"\d{4}(-(0[1-9]|1[0-2])|-Q[1-4]|-W\d\d|/\d\d)?")


@record(frozen=True, slots=True)
class Target:
    """What a council wants one measure to be.

    Attributes:
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
        return next((self.by_period[label] for label in (*labels, "") if label in self.by_period), None)

    def margin(self, target: Fraction) -> Fraction:
        """Return how far from the target is still amber."""
        if self.amber is not None:
            return self.amber
        return _AMBER_POINTS if self.measure.unit in ("percent", "share") else abs(target) * _AMBER_SHARE


@record(frozen=True, slots=True)
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
    """Read the `[targets]` of an ehcp.toml; an error begins with `where`, the file.

    Raises:
        ConfigError: A target is for no measure, for one with no better direction, for no period, or no
            number.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(
            f"{where}: targets is not a table", "write  [targets.pc_plans_issued_within_20_weeks]"
        )
    targets = []
    for name, value in table.items():
        place, measure = f"{where}: targets.{name}", kpis.by_id.get(str(name))
        if measure is None:
            hint = did_you_mean(str(name), (measure.id for measure in kpis.measures if measure.better), 2)
            lists_them = "`ehcp scorecard --list-measures` lists them"
            raise ConfigError(f"{place}: there is no measure `{name}`", hint or lists_them)
        if not measure.better:
            raise ConfigError(
                f"{place}: a target needs a measure for which higher or lower is better",
                "choose a percentage or a wait",
            )
        said: Mapping[str, Any] = value if isinstance(value, Mapping) else {"target": value}
        amounts = {str(key): _amount(amount, measure, f"{place}.{key}") for key, amount in said.items()}
        for key in amounts:
            if key not in ("target", "amber") and not _LABEL.fullmatch(key):
                tip = 'write "2025-Q1" = 60, target or amber'
                raise ConfigError(f"{place}: `{key}` is not a period", tip)
        amber = amounts.pop("amber", None)
        by_period = {"" if key == "target" else key: amount for key, amount in amounts.items()}
        targets.append(Target(measure, kpis.populations[measure.counts].noun, by_period, amber))
    return tuple(targets)


def _amount(value: object, measure: Measure, where: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{where} is not a number", "write it without quotation marks, as 60 or 62.5")
    if not 0 <= value <= (100 if measure.unit == "percent" else MOST_PEOPLE):  # nan is refused too
        raise ConfigError(
            f"{where}: {value} cannot be reached", "give a percentage from 0 to 100, or a number from 0"
        )
    return _fraction(value)


def reached(targets: Sequence[Target], lines: pl.DataFrame, question: KpiQuestion) -> Iterator[Reached]:
    """Yield how near each line came to each target that it has, in the order of the lines."""
    if not targets:
        return
    current = period_of(question.kind, question.as_at)
    for line in lines.iter_rows(named=True):
        period = Period(question.kind, line[PERIOD])
        for aim in targets:
            target, id_ = aim.on(period), aim.measure.id
            if target is not None and line.get(above(id_)) is not None:
                place = (id_, str(line[GROUP]), period.label, float(target))
                when = f"this {_PERIOD_WORD.get(period.kind, period.kind)}"
                yield Reached(
                    *place, *_outcome(aim, target, line, when if period == current else f"in {period.label}")
                )


def _outcome(
    aim: Target, target: Fraction, line: Mapping[str, Any], when: str
) -> tuple[float | None, Status, int | None, str]:
    """Return the value of a line, its status, the cases missing, and these in words: `11 more plans in 2024`.

    A percentage is compared with the target before it is rounded.
    """
    measure = aim.measure
    value, part, whole = (line[key] for key in (measure.id, above(measure.id), below(measure.id)))
    if value is None:
        return None, "no cases", None, "no cases"
    exact = Fraction(100 * part, whole) if whole is not None else _fraction(value)
    short = target - exact if measure.better == "higher" else exact - target
    if short <= 0:
        return float(value), "green", 0, "met"
    status: Status = "amber" if short <= aim.margin(target) else "red"
    more = "more" if measure.better == "higher" else "fewer"
    if measure.unit == "count":
        whole = 100
    if whole is None:  # a wait, which cases do not make
        weeks = " weeks" if measure.unit.endswith("weeks") else ""
        return float(value), status, None, f"{float(round(short, 1)):,.1f}{weeks} {more} {when}"
    missing = cases_short(part, whole, target, measure.better)
    return float(value), status, missing, f"{missing:,} {more} {aim.noun[missing != 1]} {when}"


def cases_short(part: int, whole: int, wanted: float | Fraction, better: Better) -> int:
    """Return how many cases more above the line, or fewer, make a percentage as good as `wanted`.

    What stands below the line stays as it is. 0 where it is as good already.

    >>> cases_short(784, 2424, 79.4, "higher"), cases_short(80, 100, 79.4, "higher")
    (1141, 0)
    >>> cases_short(12, 100, 5.0, "lower")
    7
    """
    enough = _fraction(wanted) * whole / 100
    return max(0, ceil(enough) - part if better == "higher" else part - floor(enough))


def _fraction(number: float | Fraction) -> Fraction:
    """Return a number as it is written: 79.4 is 397/5."""
    return number if isinstance(number, Fraction) else Fraction(Decimal(str(number)))
