"""Whether a measure went up or down from one period to the next, and whether that is better."""

from collections.abc import Mapping, Sequence
from typing import Literal

import polars as pl

from ehcp_timeline.law.kpi import Better
from ehcp_timeline.measure.kpi.cases import GROUP
from ehcp_timeline.measure.kpi.lines import PERIOD, RANK
from ehcp_timeline.measure.kpi.periods import period_of
from ehcp_timeline.measure.kpi.question import KpiQuestion
from ehcp_timeline.record import record
from ehcp_timeline.text import plain

Direction = Literal["up", "down", "level"]
_ARROWS: Mapping[Direction, str] = {"up": "↑", "down": "↓", "level": "→"}
_JUDGED: Mapping[Better, tuple[str, str]] = {
    "higher": ("better", "worse"), "lower": ("worse", "better"), "": ("", "")
}  # fmt: skip
"""What a rise and a fall are called."""
_WENT, _SAYS = pl.Enum(list(_ARROWS)), pl.Enum(["better", "worse", ""])


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


def trends(lines: pl.DataFrame, question: KpiQuestion) -> pl.DataFrame:
    """Return the trend of each line by measure: against the line of its group's period before.

    A trend is a struct with the fields of a `MeasureTrend`, null where nothing is compared. While its period
    still runs, a number of cases can only grow, and a share of requests of which some are undecided can only
    move one way: neither is compared.
    """
    running = period_of(question.kind, question.as_at)
    still = running.number if running.last > question.as_at and not question.every_state else None
    same = (pl.col(RANK) == pl.col(RANK).shift()) & (pl.col(GROUP) == pl.col(GROUP).shift())
    ended = same & (pl.col(PERIOD) != still) if still is not None else same
    columns = []
    for measure in question.measures:
        compared = same if measure.unit != "count" and measure.better else ended
        moved = pl.col(measure.id) - pl.col(measure.id).shift()
        up, down = pl.when(moved > 0), moved < 0
        more, less = _JUDGED[measure.better]
        went = up.then(pl.lit("up", _WENT)).when(down).then(pl.lit("down", _WENT))
        says = up.then(pl.lit(more, _SAYS)).when(down).then(pl.lit(less, _SAYS))
        trend = pl.struct(
            went=went.otherwise(pl.lit("level", _WENT)),
            by=moved.abs().round(1),
            says=says.otherwise(pl.lit("", _SAYS)),
        )
        columns.append(pl.when(compared & moved.is_not_null()).then(trend).alias(measure.id))
    return lines.select(columns)


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
