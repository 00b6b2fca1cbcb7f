"""Finds the faults that one row shows by itself: which cells, and the dates or the number that show it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress
from typing import Final

import polars as pl

from ehcp_timeline.cases.schema import Column
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.commands.quality.rules import (
    Age,
    Check,
    DateOrderRule,
    Day,
    Future,
    Lacks,
    Needs,
    Open,
    PatternRule,
    Rule,
    Weeks,
)

BIRTH: Final = "date_of_birth"
AS_AT: Final = "as-at"
FAULT: Final[Mapping[str, pl.DataType]] = {
    "rule": pl.Categorical(),
    "column": pl.Categorical(),
    "other": pl.Categorical(),
    ROW: pl.UInt32(),
    "first": pl.Date(),
    "second": pl.Date(),
    "number": pl.Int32(),
    "words": pl.String(),
}


@dataclass(frozen=True, slots=True, eq=False)
class ColumnCheck:
    """One column, put to one check.

    Attributes:
        column: The column at fault; empty where the row is.
        when: Whether a row has the fault.
        other: The column that it was held against.
        first: The earlier of the two dates that are shown.
        second: The later; as a rule the cell's own.
        number: Weeks, years or the like.
    """

    column: str
    when: pl.Expr
    other: str = ""
    first: pl.Expr | None = None
    second: pl.Expr | None = None
    number: pl.Expr | None = None


class RowChecks:
    """The rules that can be put to every row of one file.

    Attributes:
        looked_at: The rules that the file's columns allow.
    """

    def __init__(self, rules: Sequence[Rule], columns: Mapping[str, Column], as_at: date) -> None:
        self._marks = [(rule.id, mark) for rule in rules for mark in _marks(rule.check, columns, as_at)]
        self.looked_at = frozenset(rule for rule, _ in self._marks)

    def find(self, frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield the faults of some rows, laid out as `FAULT`; `frame` is as `inspect` makes it."""
        if not self._marks:
            return
        hit = frame.select(mark.when.any().alias(str(n)) for n, (_, mark) in enumerate(self._marks)).row(0)
        for rule, mark in compress(self._marks, hit):
            shown = {"first": mark.first, "second": mark.second, "number": mark.number}
            dates = {name: value for name, value in shown.items() if value is not None}
            faulty = frame.filter(mark.when)
            yield laid_out(
                faulty.select(ROW, column=pl.lit(mark.column), other=pl.lit(mark.other), **dates), rule
            )


def laid_out(faults: pl.DataFrame, rule: str = "") -> pl.DataFrame:
    """Return faults with every column of `FAULT`; those of one rule need not name it."""
    there = faults.with_columns(rule=pl.lit(rule)) if rule else faults
    return there.select(
        (pl.col(name) if name in there.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in FAULT.items()
    )


def filled(name: str) -> pl.Expr:
    """Return whether a cell holds something, also something that cannot be read."""
    return pl.col(name).is_not_null() | pl.col(f"{name}?")


def any_filled(names: Sequence[str]) -> pl.Expr:
    """Return whether one of these cells holds something."""
    return pl.any_horizontal(filled(name) for name in names)


def _marks(check: Check, columns: Mapping[str, Column], as_at: date) -> Iterator[ColumnCheck]:
    """Yield what a check comes to in a file with these columns: nothing where it lacks one that it needs."""
    match check:
        case DateOrderRule():
            yield from _order(check, columns)
        case Needs(on="row"):
            yield from _needs(check, columns)
        case Weeks():
            yield from _weeks(check, columns)
        case Open():
            yield from _open(check, columns, as_at)
        case Age():
            yield from _age(check, columns, as_at)
        case Lacks():
            yield from _lacks(check, columns, as_at)
        case Future() | Day():
            yield from _events(check, columns, as_at)
        case PatternRule():
            for name in _held(check.columns, columns):
                yield ColumnCheck(name, ~pl.col(name).str.contains(check.pattern))


def _held(names: Sequence[str], columns: Mapping[str, Column]) -> list[str]:
    return [name for name in names if name in columns]


def _order(check: DateOrderRule, columns: Mapping[str, Column]) -> Iterator[ColumnCheck]:
    for first, second in check.pairs:
        if {first, second} <= columns.keys():
            expression, other = pl.col(first), pl.col(second)
            yield ColumnCheck(second, other < expression, first, expression, other)


def _needs(check: Needs, columns: Mapping[str, Column]) -> Iterator[ColumnCheck]:
    enough, where = _held(check.any_of, columns), _held(check.where, columns)
    if not enough or (check.where and not where):
        return
    lacking = ~any_filled(enough)
    if where:
        lacking &= any_filled(where)
    for name in _held(check.when, columns):
        at_fault = check.any_of[0] if check.any_of == tuple(enough) and len(enough) == 1 else name
        yield ColumnCheck(at_fault, filled(name) & lacking, name)


def _weeks(check: Weeks, columns: Mapping[str, Column]) -> Iterator[ColumnCheck]:
    begin = _held(check.begin, columns)
    if not begin:
        return
    first = pl.min_horizontal(begin)
    for name in _held(check.to, columns):
        weeks = (pl.col(name) - first).dt.total_days() // 7
        when = weeks > check.over if check.over is not None else weeks.is_between(0, (check.under or 0) - 1)
        yield ColumnCheck(name, when, begin[0], first, pl.col(name), weeks)


def _open(check: Open, columns: Mapping[str, Column], as_at: date) -> Iterator[ColumnCheck]:
    begin, unless = _held(check.begin, columns), _held(check.unless, columns)
    if begin and unless:
        first = pl.min_horizontal(begin)
        weeks = (pl.lit(as_at) - first).dt.total_days() // 7
        yield ColumnCheck(begin[0], (weeks > check.over) & ~any_filled(unless), "", first, None, weeks)


def _age(check: Age, columns: Mapping[str, Column], as_at: date) -> Iterator[ColumnCheck]:
    if BIRTH not in columns or not (check.on == AS_AT or check.on in columns):
        return
    years = _years(pl.lit(as_at) if check.on == AS_AT else pl.col(check.on))
    when = years.is_between(check.least, check.most)
    if unless := _held(check.unless, columns):
        when &= ~any_filled(unless)
    yield ColumnCheck(BIRTH, when, "" if check.on == AS_AT else check.on, number=years)


def _years(day: pl.Expr) -> pl.Expr:
    """Return the age in whole years on a day: one less before the birthday."""
    birth = pl.col(BIRTH)
    before = (day.dt.month() * 100 + day.dt.day().cast(pl.Int16)) < (
        birth.dt.month() * 100 + birth.dt.day().cast(pl.Int16)
    )
    return day.dt.year() - birth.dt.year() - before.cast(pl.Int32)


def _lacks(check: Lacks, columns: Mapping[str, Column], as_at: date) -> Iterator[ColumnCheck]:
    held = _held(check.columns, columns)
    if not held or (check.ages and BIRTH not in columns):
        return
    when = ~any_filled(held)
    if check.ages:
        when &= _years(pl.lit(as_at)).is_between(*check.ages).fill_null(value=False)
    yield ColumnCheck(held[0], when)


def _events(check: Future | Day, columns: Mapping[str, Column], as_at: date) -> Iterator[ColumnCheck]:
    """Yield the checks of every event; one that is planned may lie ahead."""
    for name, column in columns.items():
        event = pl.col(name)
        if column.kind != "event":
            continue
        if isinstance(check, Day):
            when = (event.dt.month() == check.month) & (event.dt.day() == check.day)
            yield ColumnCheck(name, when, second=event)
        elif not (column.planned or column.sets_due):
            yield ColumnCheck(name, event > as_at, second=event)
