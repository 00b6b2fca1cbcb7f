"""From numbers of cases to measures: to one decimal, halves up, and never a number from nothing."""

import polars as pl

from ehcp_timeline.law.kpis import Measure
from ehcp_timeline.measure.scorecard.rolling import OF_GROUP, OF_RECORDED, PERIOD, RANK
from ehcp_timeline.measure.scorecard.tallies import (
    counted,
    days_longest,
    days_median,
    days_summed,
    with_worker,
    workers,
)

PEOPLE = "people"


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
    if measure.unit == "per_10000":
        return one_decimal(10_000 * cases, pl.col(PEOPLE))
    return _weeks(measure)


def _weeks(measure: Measure) -> pl.Expr:
    """Return a wait: its mean and its median to one decimal, the longest in whole weeks, floored."""
    if measure.unit == "oldest_weeks":
        return pl.col(days_longest(measure.part)) // 7
    if measure.unit == "mean_weeks":
        return one_decimal(_number(days_summed(measure.part)), 7 * numerator(measure))
    doubled = (2 * pl.col(days_median(measure.part))).cast(pl.Int64)
    return one_decimal(doubled, pl.lit(14, dtype=pl.Int64))


def _of_recorded_groups(cases: pl.Expr) -> pl.Expr:
    """Return the cases of all groups of the period; null for what is not recorded, and for everything."""
    in_all = pl.when(pl.col(RANK) == OF_GROUP).then(cases).sum().over(PERIOD)
    return pl.when(pl.col(RANK).is_in([OF_GROUP, OF_RECORDED])).then(in_all)


def _number(column: str) -> pl.Expr:
    return pl.col(column).fill_null(0).cast(pl.Int64)
