"""Finds the faults that one row shows by itself: which cells, and the dates or the number that show it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import compress
from typing import Final

import polars as pl

from ehcp_timeline.cases.model import Column
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.commands.quality import rules as checks
from ehcp_timeline.record import record

Columns = Mapping[str, Column]

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


@record(frozen=True, slots=True, eq=False)
class ColumnCheck:
    """One column, put to one check.

    Attributes:
        column: The column at fault; empty where the row is.
        when: Whether a row has the fault.
        other: The column that it was held against.
        first: The earlier of the two dates that are shown.
        second: The later; as a rule the cell's own.
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

    def __init__(self, rules: Sequence[checks.Rule], columns: Columns, as_at: date) -> None:
        self._checks = [
            (rule.id, check) for rule in rules for check in _column_checks(rule.check, columns, as_at)
        ]
        self.looked_at = frozenset(rule for rule, _ in self._checks)

    def find(self, frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield the faults of some rows, laid out as `FAULT`; `frame` is as `inspect` makes it."""
        if not self._checks:
            return
        hit = frame.select(check.when.any().alias(str(n)) for n, (_, check) in enumerate(self._checks)).row(0)
        for rule, check in compress(self._checks, hit):
            shown = {"first": check.first, "second": check.second, "number": check.number}
            values = {name: value for name, value in shown.items() if value is not None}
            faulty = frame.filter(check.when)
            yield laid_out(
                faulty.select(ROW, column=pl.lit(check.column), other=pl.lit(check.other), **values), rule
            )


def laid_out(faults: pl.DataFrame, rule: str = "") -> pl.DataFrame:
    """Return faults with every column of `FAULT`; those of one rule need not name it."""
    there = faults.with_columns(rule=pl.lit(rule)) if rule else faults
    return there.select(
        (pl.col(name) if name in there.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in FAULT.items()
    )


def names_held(names: Sequence[str], columns: Columns) -> list[str]:
    """Return those of some names that are columns of the file."""
    return [name for name in names if name in columns]


def filled(name: str) -> pl.Expr:
    """Return whether a cell holds something, also something that cannot be read."""
    return pl.col(name).is_not_null() | pl.col(f"{name}?")


def any_filled(names: Sequence[str]) -> pl.Expr:
    """Return whether one of these cells holds something."""
    return pl.any_horizontal(filled(name) for name in names)


def _column_checks(check: checks.Check, columns: Columns, as_at: date) -> Iterator[ColumnCheck]:
    """Yield what a check comes to in a file with these columns: nothing where it lacks one that it needs."""
    match check:
        case checks.DateOrderRule():
            for first, second in check.pairs:
                if {first, second} <= columns.keys():
                    begin, end = pl.col(first), pl.col(second)
                    yield ColumnCheck(second, end < begin, first, begin, end)
        case checks.Needs(on="row"):
            yield from _needs(check, columns)
        case checks.Weeks() | checks.Open():
            yield from _weeks(check, columns, as_at)
        case checks.Age() | checks.Lacks():
            yield from _of_child(check, columns, as_at)
        case checks.Future() | checks.Day():
            yield from _events(check, columns, as_at)
        case checks.PatternRule():
            for name in names_held(check.columns, columns):
                yield ColumnCheck(name, ~pl.col(name).str.contains(check.pattern))


def _needs(check: checks.Needs, columns: Columns) -> Iterator[ColumnCheck]:
    enough, where = names_held(check.any_of, columns), names_held(check.where, columns)
    if not enough or (check.where and not where):
        return
    lacking = ~any_filled(enough)
    if where:
        lacking &= any_filled(where)
    for name in names_held(check.when, columns):
        at_fault = enough[0] if len(check.any_of) == 1 else name
        yield ColumnCheck(at_fault, filled(name) & lacking, name)


def _weeks(check: checks.Weeks | checks.Open, columns: Columns, as_at: date) -> Iterator[ColumnCheck]:
    begin = names_held(check.begin, columns)
    if not begin:
        return
    first = pl.min_horizontal(begin)
    if isinstance(check, checks.Open):
        weeks = (pl.lit(as_at) - first).dt.total_days() // 7
        if unless := names_held(check.unless, columns):
            when = (weeks > check.over) & ~any_filled(unless)
            yield ColumnCheck(begin[0], when, first=first, number=weeks)
        return
    for name in names_held(check.to, columns):
        weeks = (pl.col(name) - first).dt.total_days() // 7
        when = weeks > check.over if check.over is not None else weeks.is_between(0, (check.under or 0) - 1)
        yield ColumnCheck(name, when, begin[0], first, pl.col(name), weeks)


def _of_child(check: checks.Age | checks.Lacks, columns: Columns, as_at: date) -> Iterator[ColumnCheck]:
    """Yield the check of an age, or of what is asked of children of some ages."""
    on = check.on if isinstance(check, checks.Age) and check.on != AS_AT else ""
    years = _years(pl.col(on) if on else pl.lit(as_at))
    if isinstance(check, checks.Age):
        if BIRTH in columns and (not on or on in columns):
            when = years.is_between(check.least, check.most)
            if unless := names_held(check.unless, columns):
                when &= ~any_filled(unless)
            yield ColumnCheck(BIRTH, when, on, number=years)
    elif (held := names_held(check.columns, columns)) and (BIRTH in columns or not check.ages):
        when = ~any_filled(held)
        if check.ages:
            when &= years.is_between(*check.ages).fill_null(value=False)
        yield ColumnCheck(held[0], when)


def _years(day: pl.Expr) -> pl.Expr:
    """Return the age in whole years on a day: one less before the birthday."""
    birth = pl.col(BIRTH)
    before = (day.dt.month() * 100 + day.dt.day().cast(pl.Int16)) < (
        birth.dt.month() * 100 + birth.dt.day().cast(pl.Int16)
    )
    return day.dt.year() - birth.dt.year() - before.cast(pl.Int32)


def _events(check: checks.Future | checks.Day, columns: Columns, as_at: date) -> Iterator[ColumnCheck]:
    for name, column in columns.items():
        event = pl.col(name)
        if column.kind != "event":
            continue
        if isinstance(check, checks.Day):
            when = (event.dt.month() == check.month) & (event.dt.day() == check.day)
            yield ColumnCheck(name, when, second=event)
        elif not (column.planned or column.sets_due):
            yield ColumnCheck(name, event > as_at, second=event)
