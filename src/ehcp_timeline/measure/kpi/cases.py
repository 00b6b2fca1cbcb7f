"""The cases of each population in a batch, with their marks, counted by group and month."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Judged
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.row_events import with_events
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import Batch
from ehcp_timeline.clock import Count, apply
from ehcp_timeline.law.kpi import AS_AT, Condition, Measure, Wait
from ehcp_timeline.measure.counts import clocks_of, has_exception, with_stage
from ehcp_timeline.measure.kpi.periods import month_number
from ehcp_timeline.measure.kpi.question import VERDICTS, KpiQuestion, row_columns
from ehcp_timeline.record import field, record

GROUP, CASEWORKER, MONTH, DAYS = "group", "caseworker", "month", "days"
_EXCEPTED, _STAGE = "excepted", "stage"
_TRUE, _FALSE = pl.lit(value=True), pl.lit(value=False)


def rows_as_at(judged: Judged, question: KpiQuestion) -> pl.DataFrame:
    """Return `row`, `group`, `caseworker` and the columns looked at; what the file lacks is null.

    An event after the as-at day has not happened: it is null, unless it is one that may be planned.
    """
    rulebook, as_at, group = question.rulebook, question.as_at, question.group
    names = question.row_columns
    derived = [day for name, day in sorted(question.kpis.derived.items()) if name in names]
    held = judged.rows.columns
    wanted = names - {day.id for day in derived} | {CASEWORKER, *(group.columns(held) if group else ())}
    wanted = wanted.union(*((*day.earliest, day.since) for day in derived))
    rows = with_events(judged.rows, rulebook, sorted(wanted))
    columns = []
    for name in sorted(wanted):
        is_event = name in rulebook.events or name in rulebook.derived
        if name not in rows.columns:
            dated = is_event or name == "date_of_birth"
            columns.append(pl.lit(None, dtype=pl.Date if dated else pl.String).alias(name))
        elif not is_event or name in rulebook.planned:
            columns.append(pl.col(name))
        else:
            columns.append(pl.when(pl.col(name) <= as_at).then(pl.col(name)).alias(name))
    days = [
        pl.min_horizontal(
            [
                pl.when((pl.col(name) >= pl.col(day.since)) & (pl.col(name) <= as_at)).then(pl.col(name))
                for name in day.earliest
            ]
        ).alias(day.id)
        for day in derived
    ]
    grouped = group.of(held, as_at) if group else pl.lit(None, dtype=pl.String)
    return rows.select("row", has_exception(judged).alias(_EXCEPTED), *columns).with_columns(
        *days, grouped.cast(pl.Categorical).alias(GROUP), pl.col(CASEWORKER).cast(pl.Categorical)
    )


def cases_of(
    name: str, question: KpiQuestion, judged: Judged, rows: pl.DataFrame, columns: frozenset[str]
) -> pl.LazyFrame | None:
    """Return the cases of a population in one batch, or None where there can be none.

    `rows` are those of `rows_as_at`, with the last batch those of the whole file; `columns` those that the
    file has.
    """
    population, as_at = question.populations[name], question.as_at
    cases = rows.lazy()
    if population.counts == "clocks":
        ids = [deadline.id for deadline in question.deadlines[name] if deadline.id in judged.clocks]
        if not ids:
            return None
        cases = _clocks(name, ids, question, judged, rows)
    cases = cases.filter(_holds(population.where, as_at, columns))
    for mark, said in population.marks.items():  # one after the other, as they look at each other
        cases = cases.with_columns(_holds(said, as_at, columns).alias(_marked(mark)))
    month = month_number(
        pl.col(population.date) if population.date else pl.lit(as_at), weekly=question.kind == "week"
    )
    days = _days(population.days, as_at) if population.days else pl.lit(None, dtype=pl.Int64)
    return cases.with_columns(month.cast(pl.Int32).alias(MONTH), days.alias(DAYS))


def _clocks(
    name: str, ids: list[str], question: KpiQuestion, judged: Judged, rows: pl.DataFrame
) -> pl.LazyFrame:
    population = question.populations[name]
    marks = (population.where, *population.marks.values())
    asked = (population.columns & set(CLOCKS)) | {
        way for way in VERDICTS if any(getattr(mark, way) for mark in marks)
    }
    staged = any(mark.stage for mark in marks)
    if staged:
        asked |= {"open", "start", "due"}
    clocks = clocks_of(judged, ids, "row", *sorted(asked))
    there = [column for column in sorted(row_columns([population])) if column in rows.columns]
    lazy = clocks.lazy().join(rows.lazy().select("row", GROUP, CASEWORKER, *there), on="row", how="left")
    if not staged:
        return lazy
    stages = with_stage(clocks, judged.rows, question.as_at).select("row", "start", _STAGE)
    return lazy.join(stages.lazy(), on=["row", "start"], how="left")


def all_marked(names: tuple[str, ...]) -> pl.Expr:
    """Return whether every one of these marks holds."""
    return pl.all_horizontal(map(_marked, names)) if names else _TRUE


def _marked(name: str) -> str:
    return f"is {name}"


def _holds(mark: Condition, as_at: date, columns: frozenset[str]) -> pl.Expr:
    """Return whether everything that a mark says holds; what cannot be known does not."""
    expressions = [part.fill_null(value=False) for part in _parts_of(mark, as_at)]
    if not columns.issuperset(mark.kept):
        expressions.append(_FALSE)
    return pl.all_horizontal(expressions) if expressions else _TRUE


def _parts_of(mark: Condition, as_at: date) -> Iterator[pl.Expr]:
    yield from (pl.col(name).is_not_null() for name in mark.given)
    yield from (pl.col(name).is_null() for name in mark.blank)
    yield from (pl.col(name) <= as_at for name in mark.by_now)
    yield from (pl.col(name) >= pl.col(other) for name, other in mark.since)
    yield from (pl.col(name) == pl.col(other) for name, other in mark.same)
    if span := mark.took:
        days = _days(span, as_at)
        if span.more_than is not None:
            yield days > span.more_than
        if span.at_most is not None:
            yield days <= span.at_most
        if span.more_than_months is not None:
            yield pl.col(span.since) <= _more_than_months_before(as_at, span.more_than_months)
    yield from (pl.col(fact).is_in(codes) for fact, codes in mark.holds)
    yield from (
        pl.col(fact).cast(pl.String).str.contains_any(list(words), ascii_case_insensitive=True)
        for fact, words in mark.mentions
    )
    yield from (pl.col(way).is_in(getattr(mark, way)) for way in VERDICTS if getattr(mark, way))
    if mark.exception is not None:
        yield pl.col(_EXCEPTED) == mark.exception
    if mark.stage:
        yield pl.col(_STAGE) == mark.stage
    yield from (pl.col(_marked(name)) for name in mark.all)
    yield from (~pl.col(_marked(name)) for name in mark.none)
    if mark.any:
        yield pl.any_horizontal(map(_marked, mark.any))


def _days(wait: Wait, as_at: date) -> pl.Expr:
    until = pl.lit(as_at) if wait.to == AS_AT else pl.col(wait.to)
    return (until - pl.col(wait.since)).dt.total_days()


def _more_than_months_before(as_at: date, months: int) -> date:
    """Return the latest day that lies more than so many calendar months before another.

    >>> _more_than_months_before(date(2024, 8, 29), 6), _more_than_months_before(date(2024, 8, 30), 6)
    (datetime.date(2024, 2, 28), datetime.date(2024, 2, 29))
    """
    count = Count("within", months, "months")
    last = as_at.toordinal()
    days = range(last - 32 * months, last)
    place = bisect_left(days, as_at, key=lambda number: apply(count, date.fromordinal(number)))
    return date.fromordinal(days[place] - 1)


Marks = tuple[str, ...]
Spread = tuple[str, Marks]
"""A column of cases, and the marks of those cases whose values in it are counted one by one."""
_PLACE: Mapping[str, Any] = {GROUP: pl.Categorical, MONTH: pl.Int32}
_SPREAD: Mapping[str, Any] = {DAYS: pl.Int64, CASEWORKER: pl.Categorical}
_MOST_FRAMES = 32
"""Frames of counts that are kept before they are added together."""


def number_of(marks: Marks) -> str:
    """Return the column with the number of cases that have these marks."""
    return f"number {'+'.join(marks)}"


def spread_of(measure: Measure) -> Spread | None:
    """Return the values that a measure is made of; None where numbers of cases are enough."""
    if measure.unit == "per_caseworker":
        return CASEWORKER, measure.part
    return (DAYS, measure.part) if measure.unit.endswith("_weeks") else None


@record(slots=True)
class PopulationTally:
    """What is counted of one population, for the measures that count it.

    Attributes:
        frames: Numbers by group and month: of cases, under None; for each spread, of cases by value.
    """

    measures: Sequence[Measure]
    frames: dict[Spread | None, list[pl.DataFrame]] = field(init=False)

    def __post_init__(self) -> None:
        spreads = {spread for measure in self.measures if (spread := spread_of(measure))}
        self.frames = {key: [] for key in (None, *sorted(spreads))}

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """The values that some measure is made of."""
        return tuple(key for key in self.frames if key)

    def add(self, cases: pl.LazyFrame) -> None:
        """Count the cases of one batch."""
        numbers = (
            (all_marked(marks).sum() if marks else pl.len()).cast(pl.Int64).alias(number_of(marks))
            for marks in self._combinations()
        )
        counted = pl.collect_all(
            [
                cases.group_by(*_PLACE).agg(*numbers),
                *(
                    cases.filter(all_marked(marks), pl.col(column).is_not_null())
                    .group_by(*_PLACE, column)
                    .len()
                    for column, marks in self.spreads
                ),
            ]
        )
        for key, frame in zip(self.frames, counted, strict=True):
            self.frames[key].append(frame)
            if len(self.frames[key]) >= _MOST_FRAMES:
                self.frames[key] = [self.summed(key)]

    def summed(self, spread: Spread | None = None) -> pl.DataFrame:
        """Return the numbers by group and month, and by value where they are those of a spread."""
        keys = dict(_PLACE) if spread is None else {**_PLACE, spread[0]: _SPREAD[spread[0]]}
        if not self.frames[spread]:
            numbers = ["len"] if spread else [number_of(marks) for marks in self._combinations()]
            return pl.DataFrame(schema={**keys, **dict.fromkeys(numbers, pl.Int64)})
        return pl.concat(self.frames[spread]).group_by(*keys).agg(pl.all().sum())

    def _combinations(self) -> list[Marks]:
        return sorted({marks for measure in self.measures for marks in (measure.part, measure.whole)})


def tallies_of(question: KpiQuestion) -> dict[str, PopulationTally]:
    """Return an empty tally for each population."""
    return {
        name: PopulationTally([measure for measure in question.measures if measure.counts == name])
        for name in question.populations
    }


def count_file(
    question: KpiQuestion,
    columns: frozenset[str],
    batches: Iterable[Batch],
    tallies: Mapping[str, PopulationTally],
) -> tuple[Problem, ...]:
    """Judge the batches of one file, and add its cases to the tally of each population.

    Returned is what only shows when rows are held beside each other, as a start on two rows of a case.
    """
    repeating = question.repeating
    once = [name for name in question.populations if name not in repeating]
    looked_at = row_columns(question.populations[name] for name in repeating)
    remembered: list[pl.DataFrame] = []  # rows for the clocks that come with the last batch
    problems: list[Problem] = []
    wanted = question.judged_deadlines(columns)
    for judged in judge(question.rulebook, batches, question.as_at, deadlines=wanted):
        rows = rows_as_at(judged, question)
        counted = [(name, rows) for name in once]
        if repeating:
            remembered.append(rows.select("row", GROUP, CASEWORKER, *sorted(looked_at & set(rows.columns))))
            if judged.last:
                whole_file = pl.concat(remembered)
                counted += [(name, whole_file) for name in question.populations if name in repeating]
        for name, mine in counted:
            cases = cases_of(name, question, judged, mine, columns)
            if cases is not None:
                tallies[name].add(cases)
        problems += judged.problems
    return tuple(problems)
