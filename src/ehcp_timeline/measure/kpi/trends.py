"""Whether a measure went up or down from one period to the next, and whether that is better."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import polars as pl

from ehcp_timeline.law.kpi import Measure
from ehcp_timeline.measure.kpi.cases import GROUP
from ehcp_timeline.measure.kpi.lines import PERIOD, RANK
from ehcp_timeline.measure.kpi.periods import period_of
from ehcp_timeline.measure.kpi.question import KpiQuestion
from ehcp_timeline.record import record

Direction = Literal["up", "down", "level"]
_ARROWS: Mapping[Direction, str] = {"up": "↑", "down": "↓", "level": "→"}


@record(frozen=True, slots=True)
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
        return f"{_ARROWS[self.went]} {self.went}{by}{', ' if self.says else ''}{self.says}"


def trends(lines: pl.DataFrame, question: KpiQuestion) -> Iterator[dict[str, MeasureTrend]]:
    """Yield the trends of each line, by measure: against the line of its group's period before.

    While its period still runs, a number of cases can only grow, and a share of requests of which some are
    undecided can only move one way: neither is compared.
    """
    measures, running = question.measures, period_of(question.kind, question.as_at)
    still = running.number if running.last > question.as_at and not question.every_state else None
    settled = tuple(measure for measure in measures if measure.unit != "count" and measure.better)
    before: Mapping[str, float | None] = {}
    for line in lines.iter_rows(named=True):
        same = before and (before[RANK], before[GROUP]) == (line[RANK], line[GROUP])
        compared = settled if line[PERIOD] == still else measures
        yield {
            measure.id: _trend(measure, was, now)
            for measure in (compared if same else ())
            if (was := before[measure.id]) is not None and (now := line[measure.id]) is not None
        }
        before = line


def _trend(measure: Measure, was: float, now: float) -> MeasureTrend:
    went: Direction = "level" if now == was else "up" if now > was else "down"
    if went == "level" or not measure.better:
        return MeasureTrend(went, round(abs(now - was), 1), "")
    better = (went == "up") == (measure.better == "higher")
    return MeasureTrend(went, round(abs(now - was), 1), "better" if better else "worse")


def record_since(values: Sequence[float | None], labels: Sequence[str]) -> str:
    """Return what the last of a series is the highest or the lowest since, in words; empty for neither.

    It is said where the last beats three periods or more. A series that it beats whole begins with its first
    label, which says nothing about the time before.

    >>> record_since([5, 1, 2, 1, 3], "ABCDE"), record_since([1, 9, 3], "ABC")
    ('highest since A', '')
    >>> record_since([1, 1, 2, 3], "ABCD")
    'highest of all since A, where the figures begin'
    """
    known = [(value, label) for value, label in zip(values, labels, strict=True) if value is not None]
    if not known or values[-1] is None:
        return ""
    last, before = known[-1][0], known[-2::-1]
    for word, sign in (("highest", 1), ("lowest", -1)):
        beaten = next((n for n, (value, _) in enumerate(before) if sign * (last - value) <= 0), len(before))
        if beaten < 3:
            continue
        if beaten < len(before):
            return f"{word} since {before[beaten][1]}"
        return f"{word} of all since {before[-1][1]}, where the figures begin"
    return ""


def plain(number: float) -> str:
    """Return a number as it is printed: whole as it is, else with one decimal.

    >>> plain(2.2), plain(1200), plain(3.0)
    ('2.2', '1,200', '3.0')
    """
    return f"{number:,}" if isinstance(number, int) else f"{number:,.1f}"
