"""The numbers of months and groups rolled up: to periods, and to the total of all groups."""

from collections.abc import Iterable

import polars as pl

from ehcp_timeline.measure.scorecard.facts import CASEWORKER, GROUP
from ehcp_timeline.measure.scorecard.groups import NOT_RECORDED, RECORDED, TOTAL
from ehcp_timeline.measure.scorecard.periods import PeriodKind, period_number
from ehcp_timeline.measure.scorecard.population import DAYS, MONTH
from ehcp_timeline.measure.scorecard.tallies import Tally, days_median, workers

RANK = "rank"
PERIOD = "period"
LINE = (RANK, GROUP, PERIOD)
OF_GROUP, OF_RECORDED, OF_UNRECORDED, OF_ALL = range(4)
"""What a line is about: one group, all that is recorded, what is not, everything; in this order."""


def rolled(tally: Tally, kind: PeriodKind, *, grouped: bool) -> pl.LazyFrame:
    """Return the numbers of one population by line; a line without a case is left out.

    Args:
        tally: What was counted, by group and month.
        kind: The periods.
        grouped: Whether there is a line for each group, beside the total.
    """
    summed = tally.summed()
    longest = [name for name in summed.columns if name.startswith("longest ")]
    added = [name for name in summed.columns if name not in (GROUP, MONTH, *longest)]
    numbers = (*(pl.col(name).sum() for name in added), *(pl.col(name).max() for name in longest))
    found = _lines(summed, kind, grouped=grouped).group_by(LINE).agg(*numbers)
    for marks in tally.parts("median_weeks"):
        days = pl.col(DAYS).repeat_by("len").explode().median().alias(days_median(marks))
        medians = _lines(tally.waits_of(marks), kind, grouped=grouped).group_by(LINE).agg(days)
        found = found.join(medians, on=LINE, how="left")
    for marks in tally.parts("per_caseworker"):
        people = pl.col(CASEWORKER).n_unique().alias(workers(marks))
        named = _lines(tally.named_of(marks), kind, grouped=grouped).group_by(LINE).agg(people)
        found = found.join(named, on=LINE, how="left")
    return found


def _lines(frame: pl.DataFrame, kind: PeriodKind, *, grouped: bool) -> pl.LazyFrame:
    """Return the numbers with the line that they belong to: that of their group, and those of totals."""
    dated = frame.lazy().with_columns(period_number(kind, pl.col(MONTH)).cast(pl.Int32).alias(PERIOD))
    everything = _about(dated, OF_ALL, pl.lit(TOTAL))
    if not grouped:
        return everything
    known = pl.col(GROUP).is_not_null()
    return pl.concat(
        [
            _about(dated.filter(known), OF_GROUP, pl.col(GROUP).cast(pl.String)),
            _about(dated.filter(known), OF_RECORDED, pl.lit(RECORDED)),
            _about(dated.filter(~known), OF_UNRECORDED, pl.lit(NOT_RECORDED)),
            everything,
        ]
    )


def _about(frame: pl.LazyFrame, rank: int, group: pl.Expr) -> pl.LazyFrame:
    return frame.with_columns(pl.lit(rank, dtype=pl.Int8).alias(RANK), group.alias(GROUP))


def skeleton(groups: Iterable[tuple[int, str]], first: int, last: int) -> pl.DataFrame:
    """Return every line that the answer has: each group in its order, through every period."""
    names = pl.DataFrame(list(groups), schema={RANK: pl.Int8, GROUP: pl.String}, orient="row")
    periods = pl.DataFrame({PERIOD: pl.int_range(first, last + 1, dtype=pl.Int32, eager=True)})
    return names.join(periods, how="cross", maintain_order="left_right")
