"""The numbers of months and groups rolled up to periods and totals, and then to measures."""

from collections.abc import Iterable

import polars as pl

from ehcp_timeline.law.kpi.model import Measure
from ehcp_timeline.measure.kpi.facts import CASEWORKER, GROUP
from ehcp_timeline.measure.kpi.groups import NOT_RECORDED, RECORDED, TOTAL
from ehcp_timeline.measure.kpi.periods import PeriodKind, period_number
from ehcp_timeline.measure.kpi.population import MONTH
from ehcp_timeline.measure.kpi.tallies import (
    QUANTILES,
    PopulationTally,
    counted,
    days_longest,
    days_summed,
    days_within,
    with_worker,
    workers,
)

RANK = "rank"
PERIOD = "period"
LINE = (RANK, GROUP, PERIOD)
OF_GROUP, OF_RECORDED, OF_UNRECORDED, OF_ALL = range(4)
"""What a line is about: one group, all that is recorded, what is not, everything; in this order."""


def rolled(tally: PopulationTally, kind: PeriodKind, *, grouped: bool) -> pl.LazyFrame:
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
    lazy = _lines(summed, kind, grouped=grouped).group_by(LINE).agg(*numbers)
    for marks in tally.parts(*QUANTILES):
        days = (within.alias(days_within(unit, marks)) for unit, within in QUANTILES.items())
        waits = _lines(tally.waits_of(marks), kind, grouped=grouped).group_by(LINE).agg(*days)
        lazy = lazy.join(waits, on=LINE, how="left")
    for marks in tally.parts("per_caseworker"):
        people = pl.col(CASEWORKER).n_unique().alias(workers(marks))
        named = _lines(tally.named_of(marks), kind, grouped=grouped).group_by(LINE).agg(people)
        lazy = lazy.join(named, on=LINE, how="left")
    return lazy


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


PEOPLE, CHILDREN = "people", "children"
_PEOPLE = {"per_10000": PEOPLE, "per_10000_children": CHILDREN}


def one_decimal(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return `part / whole` of whole numbers to one decimal, halves up; null where there is no whole."""
    tenths = (20 * part + whole) // (2 * whole)
    return pl.when(whole > 0).then(
        (tenths / 10).round(1)
    )  # polars divides by ten times a tenth, and rounding mends it


def numerator(measure: Measure) -> pl.Expr:
    """Return the number above the line, in cases."""
    return _number(counted(measure.part))


def denominator(measure: Measure) -> pl.Expr:
    """Return the number below the line, in cases; null for what has none."""
    match measure.unit:
        case "percent":
            return _number(counted(measure.whole))
        case "share":
            return _of_recorded_groups(numerator(measure))
        case _:
            return pl.lit(None, dtype=pl.Int64)


def value(measure: Measure) -> pl.Expr:
    """Return a measure from the numbers of its population; null where there is nothing to measure."""
    cases = numerator(measure)
    if measure.unit == "count":
        return cases
    if measure.unit in ("percent", "share"):
        return one_decimal(100 * cases, denominator(measure))
    if measure.unit == "per_caseworker":
        return one_decimal(_number(with_worker(measure.part)), _number(workers(measure.part)))
    if measure.unit in _PEOPLE:
        return one_decimal(10_000 * cases, pl.col(_PEOPLE[measure.unit]))
    return _weeks(measure)


def _weeks(measure: Measure) -> pl.Expr:
    """Return a wait to one decimal, the longest in whole weeks, floored."""
    if measure.unit == "oldest_weeks":
        return pl.col(days_longest(measure.part)) // 7
    if measure.unit == "mean_weeks":
        return one_decimal(_number(days_summed(measure.part)), 7 * numerator(measure))
    doubled = (2 * pl.col(days_within(measure.unit, measure.part))).cast(pl.Int64)
    return one_decimal(doubled, pl.lit(14, dtype=pl.Int64))


def _of_recorded_groups(cases: pl.Expr) -> pl.Expr:
    """Return the cases of all groups of the period; null for what is not recorded, and for everything."""
    in_all = pl.when(pl.col(RANK) == OF_GROUP).then(cases).sum().over(PERIOD)
    return pl.when(pl.col(RANK).is_in([OF_GROUP, OF_RECORDED])).then(in_all)


def _number(column: str) -> pl.Expr:
    return pl.col(column).fill_null(0).cast(pl.Int64)
