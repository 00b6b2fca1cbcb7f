"""The lines of a scorecard: one for each group and period, with a column for each measure."""

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from ehcp_timeline.law.kpi import Measure
from ehcp_timeline.measure.kpi.cases import (
    CASEWORKER,
    DAYS,
    GROUP,
    MONTH,
    Marks,
    PopulationTally,
    number_of,
    spread_of,
)
from ehcp_timeline.measure.kpi.groups import NOT_RECORDED, RECORDED, TOTAL
from ehcp_timeline.measure.kpi.periods import PeriodKind, period_number, period_of
from ehcp_timeline.measure.kpi.question import KpiQuestion
from ehcp_timeline.record import record

RANK, PERIOD = "rank", "period"
OF_GROUP, OF_RECORDED, OF_UNRECORDED, OF_ALL = range(4)
"""What a line is about: one group, all that is recorded, what is not, everything; in this order."""
_LINE = (RANK, GROUP, PERIOD)
_PEOPLE = {"per_10000": "people", "per_10000_children": "children"}


def above(measure: str) -> str:
    """Return the column with the cases above the line of a measure."""
    return f"{measure} above"


def below(measure: str) -> str:
    """Return the column with the cases below the line of a measure."""
    return f"{measure} below"


def lines(question: KpiQuestion, tallies: Mapping[str, PopulationTally]) -> pl.DataFrame:
    """Return `rank`, `group`, `period` (its number), each measure, and the cases above and below its line.

    Lines stand in the order of the groups, and of the periods within each. A period without a case is a line
    like others. A state stands on the line of the last period, or of every period if it was counted for each.
    """
    rolled = [_rolled(tally, question) for tally in tallies.values()]
    counts = dict(zip(tallies, pl.collect_all(rolled), strict=True))
    last = period_of(question.kind, question.as_at).number
    firsts = (frame[PERIOD].min() for frame in counts.values() if not frame.is_empty())
    first = min((*(number for number in firsts if isinstance(number, int)), last))
    there = {
        place
        for frame in counts.values()
        for place in frame.filter(pl.col(PERIOD) <= last).select(RANK, GROUP).unique().iter_rows()
    }
    about = [(OF_ALL, TOTAL)]
    if question.group:
        names = (name for rank, name in there if rank == OF_GROUP)
        if any(rank == OF_UNRECORDED for rank, _ in there):
            about = [(OF_RECORDED, RECORDED), (OF_UNRECORDED, NOT_RECORDED), *about]
        about = [*((OF_GROUP, name) for name in question.group.in_order(names)), *about]
    frame = pl.DataFrame(about, schema={RANK: pl.Int8, GROUP: pl.String}, orient="row").join(
        pl.DataFrame({PERIOD: pl.int_range(first, last + 1, dtype=pl.Int32, eager=True)}),
        how="cross",
        maintain_order="left_right",
    )
    people, everybody = question.people, pl.when(pl.col(RANK) == OF_ALL)
    of_group = pl.col(GROUP).replace_strict(dict(people.groups), default=None, return_dtype=pl.Int64)
    total = everybody.then(pl.lit(people.total, dtype=pl.Int64))
    peopled = frame.lazy().with_columns(
        total.when(pl.col(RANK) == OF_GROUP).then(of_group).alias(_PEOPLE["per_10000"]),
        everybody.then(pl.lit(people.children, dtype=pl.Int64)).alias(_PEOPLE["per_10000_children"]),
    )
    numbers = []
    for name, counted in counts.items():
        once = question.populations[name].is_state and not question.every_state
        shown = pl.col(PERIOD) == last if once else pl.lit(value=True)
        mine = (measure for measure in question.measures if measure.counts == name)
        columns = (column for measure in mine for column in _columns(measure))
        joined = peopled.join(counted.lazy(), on=_LINE, how="left", maintain_order="left")
        numbers.append(joined.select(pl.when(shown).then(column) for column in columns))
    return pl.concat([frame, *pl.collect_all(numbers)], how="horizontal")


def _rolled(tally: PopulationTally, question: KpiQuestion) -> pl.LazyFrame:
    """Return the numbers of one population by line; a line without a case is left out."""
    rolled = _by_line(tally.summed(), question).agg(pl.col("^number .*$").sum())
    for spread in tally.spreads:
        units = {measure.unit for measure in tally.measures if spread_of(measure) == spread}
        of_cases = (_OF_SPREAD[unit].alias(_value_of(unit, spread[1])) for unit in sorted(units))
        rolled = rolled.join(_by_line(tally.summed(spread), question).agg(*of_cases), on=_LINE, how="left")
    return rolled


def _by_line(counted: pl.DataFrame, question: KpiQuestion) -> "pl.lazyframe.group_by.LazyGroupBy":
    period = period_number(question.kind, pl.col(MONTH)).cast(pl.Int32).alias(PERIOD)
    dated, known = counted.lazy().with_columns(period), pl.col(GROUP).is_not_null()
    about = [(OF_ALL, dated, pl.lit(TOTAL))]
    if question.group:
        about += [
            (OF_GROUP, dated.filter(known), pl.col(GROUP).cast(pl.String)),
            (OF_RECORDED, dated.filter(known), pl.lit(RECORDED)),
            (OF_UNRECORDED, dated.filter(~known), pl.lit(NOT_RECORDED)),
        ]
    return pl.concat(
        [
            frame.with_columns(pl.lit(rank, dtype=pl.Int8).alias(RANK), group.alias(GROUP))
            for rank, frame, group in about
        ]
    ).group_by(_LINE)


def _one_decimal(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return `part / whole` of whole numbers to one decimal, halves up; null where there is no whole."""
    tenths = (20 * part + whole) // (2 * whole)
    # polars multiplies by 0.1 instead of dividing by 10: rounding corrects it
    return pl.when(whole > 0).then((tenths / 10).round(1))


def _weeks(days: pl.Expr) -> pl.Expr:
    """Return days, whole or with a half, in weeks to one decimal."""
    return _one_decimal((2 * days).cast(pl.Int64), pl.lit(14, dtype=pl.Int64))


_CASES = pl.col("len").cast(pl.Int64)
_EACH_DAYS = pl.col(DAYS).repeat_by("len").explode()
_OF_SPREAD: Mapping[str, pl.Expr] = {
    "mean_weeks": _one_decimal((pl.col(DAYS) * _CASES).sum(), 7 * _CASES.sum()),
    "median_weeks": _weeks(_EACH_DAYS.median()),
    # the least number of days that 90% took at most
    "p90_weeks": _weeks(_EACH_DAYS.sort().head((9 * _CASES.sum() + 9) // 10).max()),
    "oldest_weeks": pl.col(DAYS).max() // 7,
    "per_caseworker": _one_decimal(_CASES.sum(), pl.col(CASEWORKER).n_unique().cast(pl.Int64)),
}
"""Each unit that is made of values one by one, over `len` cases of each value."""


def _value_of(unit: str, marks: Marks) -> str:
    return f"{unit} {'+'.join(marks)}"


def _columns(measure: Measure) -> Iterator[pl.Expr]:
    unit = measure.unit
    numerator = pl.col(number_of(measure.part)).fill_null(0).cast(pl.Int64)
    denominator = pl.lit(None, dtype=pl.Int64)
    value = numerator
    if unit == "percent":
        denominator = pl.col(number_of(measure.whole)).fill_null(0).cast(pl.Int64)
    elif unit == "share":  # of the cases of all recorded groups of the period
        in_all = pl.when(pl.col(RANK) == OF_GROUP).then(numerator).sum().over(PERIOD)
        denominator = pl.when(pl.col(RANK).is_in([OF_GROUP, OF_RECORDED])).then(in_all)
    if unit in ("percent", "share"):
        value = _one_decimal(100 * numerator, denominator)
    elif unit in _PEOPLE:
        value = _one_decimal(10_000 * numerator, pl.col(_PEOPLE[unit]))
    elif unit in _OF_SPREAD:
        value = pl.col(_value_of(unit, measure.part))
    yield value.alias(measure.id)
    yield numerator.alias(above(measure.id))
    yield denominator.alias(below(measure.id))


@record(frozen=True, slots=True)
class PeriodRange:
    """Which periods are shown: from the one with a day to the one with another, and of these the last few."""

    since: date | None = None
    to: date | None = None
    last: int | None = None

    def of(self, lines: pl.DataFrame, kind: PeriodKind) -> pl.DataFrame:
        """Return the lines of those periods."""
        if self.since:
            lines = lines.filter(pl.col(PERIOD) >= period_of(kind, self.since).number)
        if self.to:
            lines = lines.filter(pl.col(PERIOD) <= period_of(kind, self.to).number)
        return lines.filter(pl.col(PERIOD) > pl.col(PERIOD).max() - self.last) if self.last else lines
