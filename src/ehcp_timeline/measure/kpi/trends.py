"""Whether a measure went up or down from one period to the next, and whether that is better."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ehcp_timeline.law.kpi.model import Measure
from ehcp_timeline.measure.kpi.facts import GROUP
from ehcp_timeline.measure.kpi.lines import LineLayout
from ehcp_timeline.measure.kpi.periods import period_of
from ehcp_timeline.measure.kpi.rollup import PERIOD, RANK

Direction = Literal["up", "down", "level"]
_TOLD_FROM = 3
ARROWS: Mapping[Direction, str] = {"up": "↑", "down": "↓", "level": "→"}


def direction(before: float, now: float) -> Direction:
    """Return which way a number went.

    >>> direction(41.0, 38.8), direction(2, 2)
    ('down', 'level')
    """
    return "level" if now == before else "up" if now > before else "down"


def judged(measure: Measure, went: Direction) -> Literal["better", "worse", ""]:
    """Return whether that is better or worse; empty where neither is, or nothing moved."""
    if went == "level" or not measure.better:
        return ""
    return "better" if (went == "up") == (measure.better == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class MeasureTrend:
    """How a measure moved since the period before.

    Attributes:
        went: Which way.
        by: How far, in the measure's own unit, never below zero.
        says: `better` or `worse`; empty where neither is.
    """

    went: Direction
    by: float
    says: Literal["better", "worse", ""]

    def __str__(self) -> str:
        """Return the trend as text, as `↓ down 2.2, worse`."""
        by = "" if self.went == "level" else f" {plain(self.by)}"
        return f"{ARROWS[self.went]} {self.went}{by}{', ' if self.says else ''}{self.says}"


def trends(
    lines: pl.DataFrame, layout: LineLayout, measures: Sequence[Measure]
) -> list[dict[str, MeasureTrend]]:
    """Return the trends of each line, by measure: against the line of its group's period before.

    While its period still runs, a number of cases can only grow, and a share of requests of which some are
    undecided can only move one way: neither is compared.
    """
    running = period_of(layout.kind, layout.as_at)
    still = running.number if running.last > layout.as_at else None
    by_period: list[dict[str, MeasureTrend]] = []
    before: Mapping[str, float | None] = {}
    group = None
    for line in lines.iter_rows(named=True):
        mine = [
            measure
            for measure in measures
            if line[PERIOD] != still or layout.every_state or _settled(measure)
        ]
        same = group == (line[RANK], line[GROUP])
        by_period.append(dict(_of_line(before, line, mine)) if same else {})
        before, group = line, (line[RANK], line[GROUP])
    return by_period


def _settled(measure: Measure) -> bool:
    """Say whether a measure can be compared before its period is over."""
    return measure.unit != "count" and bool(measure.better)


def _of_line(
    before: Mapping[str, float | None], now: Mapping[str, float | None], measures: Sequence[Measure]
) -> Iterator[tuple[str, MeasureTrend]]:
    for measure in measures:
        was, is_now = before[measure.id], now[measure.id]
        if was is not None and is_now is not None:
            went = direction(was, is_now)
            yield measure.id, MeasureTrend(went, round(abs(is_now - was), 1), judged(measure, went))


def record(values: Sequence[float | None], labels: Sequence[str]) -> str:
    """Return what the last of a series is the highest or the lowest since, in words; empty for neither.

    It is told where the last beats three periods or more. A series that it beats whole begins with its first
    label, which is no statement about the time before.

    >>> record([5, 1, 2, 1, 3], "ABCDE"), record([1, 1, 2, 3], "ABCD"), record([1, 9, 3], "ABC")
    ('highest since A', 'highest of all since A, where the figures begin', '')
    """
    known = [(value, label) for value, label in zip(values, labels, strict=True) if value is not None]
    if not known or values[-1] is None:
        return ""
    last, before = known[-1][0], known[-2::-1]
    for word, sign in (("highest", 1), ("lowest", -1)):
        beaten = next((n for n, (value, _) in enumerate(before) if sign * (last - value) <= 0), len(before))
        if beaten >= _TOLD_FROM:
            begins = "" if beaten < len(before) else " of all"
            ends = ", where the figures begin" if begins else ""
            return f"{word}{begins} since {before[min(beaten, len(before) - 1)][1]}{ends}"
    return ""


def plain(number: float) -> str:
    """Return a number as it is printed: whole as it is, else with one decimal.

    >>> plain(2.2), plain(1200), plain(3.0)
    ('2.2', '1,200', '3.0')
    """
    return f"{number:,}" if isinstance(number, int) else f"{number:,.1f}"
