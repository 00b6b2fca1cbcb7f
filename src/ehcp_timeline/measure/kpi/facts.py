"""The rows of a batch as they stood on the as-at day, and the marks of kpis.toml as conditions on them."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ehcp_timeline.audit.bulk.clocks import Judged
from ehcp_timeline.audit.bulk.row_events import with_events
from ehcp_timeline.clock.counting import Count, apply
from ehcp_timeline.law.kpi.loader import CLOCK_DAYS
from ehcp_timeline.law.kpi.marks import Condition, Span
from ehcp_timeline.law.kpi.model import AS_AT, Derived, Population
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.counts import has_exception
from ehcp_timeline.measure.kpi.groups import Group

EXCEPTED = "excepted"
STAGE = "stage"
_NEVER = pl.lit(value=False)


def condition(mark: Condition, as_at: date, kept: frozenset[str]) -> pl.Expr:
    """Return whether everything that a mark says holds; what cannot be told does not.

    Args:
        mark: The mark; other marks that it looks at are columns, under `marked`.
        as_at: The day the question is asked about.
        kept: The columns that the file has.
    """
    expressions = [part.fill_null(value=False) for part in _parts(mark, as_at)]
    if not kept.issuperset(mark.kept):
        expressions.append(_NEVER)
    return pl.all_horizontal(expressions) if expressions else pl.lit(value=True)


def marked(name: str) -> str:
    """Return the column that says whether a mark holds."""
    return f"is {name}"


def all_marked(names: tuple[str, ...]) -> pl.Expr:
    """Return whether every one of these marks holds."""
    return pl.all_horizontal([marked(name) for name in names]) if names else pl.lit(value=True)


def with_marks(
    frame: pl.LazyFrame, marks: Mapping[str, Condition], as_at: date, kept: frozenset[str]
) -> pl.LazyFrame:
    """Return the frame with a column for each mark, one after the other, as they look at each other."""
    for name, mark in marks.items():
        frame = frame.with_columns(condition(mark, as_at, kept).alias(marked(name)))
    return frame


def _parts(mark: Condition, as_at: date) -> Iterator[pl.Expr]:
    """Yield each thing that a mark says."""
    yield from (pl.col(name).is_not_null() for name in mark.given)
    yield from (pl.col(name).is_null() for name in mark.blank)
    yield from (pl.col(name) <= as_at for name in mark.by_now)
    yield from (pl.col(name) >= pl.col(other) for name, other in mark.since)
    yield from (pl.col(name) == pl.col(other) for name, other in mark.same)
    yield from (pl.col(fact).is_in(codes) for fact, codes in mark.holds)
    yield from (
        pl.col(fact).cast(pl.String).str.contains_any(list(words), ascii_case_insensitive=True)
        for fact, words in mark.mentions
    )
    for column, verdicts in (
        ("strict", mark.strict),
        ("verdict", mark.verdict),
        ("evidenced", mark.evidenced),
    ):
        if verdicts:
            yield pl.col(column).is_in(verdicts)
    if mark.took:
        yield from _took(mark.took)
    if mark.waited:
        yield from _waited(mark.waited, as_at)
    if mark.exception is not None:
        yield pl.col(EXCEPTED) == mark.exception
    if mark.stage:
        yield pl.col(STAGE) == mark.stage
    yield from _of_others(mark)


def _of_others(mark: Condition) -> Iterator[pl.Expr]:
    """Yield what a mark says of other marks."""
    yield from (pl.col(marked(name)) for name in mark.all)
    yield from (~pl.col(marked(name)) for name in mark.none)
    if mark.any:
        yield pl.any_horizontal([marked(name) for name in mark.any])


def _took(span: Span) -> Iterator[pl.Expr]:
    days = (pl.col(span.to) - pl.col(span.since)).dt.total_days()
    if span.more_than is not None:
        yield days > span.more_than
    if span.at_most is not None:
        yield days <= span.at_most


def _waited(span: Span, as_at: date) -> Iterator[pl.Expr]:
    since = pl.col(span.since)
    if span.more_than is not None:
        yield since < as_at - timedelta(days=span.more_than)
    if span.at_most is not None:
        yield since >= as_at - timedelta(days=span.at_most)
    if span.more_than_months is not None:
        yield since <= more_than_months_before(as_at, span.more_than_months)


def more_than_months_before(as_at: date, months: int) -> date:
    """Return the latest day that lies more than so many calendar months before another.

    >>> more_than_months_before(date(2024, 8, 29), 6), more_than_months_before(date(2024, 8, 30), 6)
    (datetime.date(2024, 2, 28), datetime.date(2024, 2, 29))
    """
    count = Count("within", months, "months")
    last = as_at.toordinal()
    days = range(last - 32 * months, last)
    place = bisect_left(days, as_at, key=lambda number: apply(count, date.fromordinal(number)))
    return date.fromordinal(days[place] - 1)


GROUP = "group"
CASEWORKER = "caseworker"
_OF_CLOCKS = CLOCK_DAYS | {"strict", "verdict", "evidenced", AS_AT, ""}


@dataclass(frozen=True)
class Facts:
    """How rows are cut down.

    Attributes:
        rulebook: The law: which events may lie after the as-at day.
        derived: Days worked out from others, by name.
        group: What the scorecard is broken down by; None for nothing.
        as_at: The day the question is asked about.
        names: The columns of rows that some population looks at, derived days among them.
    """

    rulebook: Rulebook
    derived: Mapping[str, Derived]
    group: Group | None
    as_at: date
    names: frozenset[str]

    def of(self, judged: Judged) -> pl.DataFrame:
        """Return `row`, `group`, `caseworker` and the columns looked at; what the file lacks is null.

        An event after the as-at day has not happened: it is null, unless it is one that may be planned.
        """
        excepted = has_exception(judged).alias(EXCEPTED)
        wanted = sorted(self._read_from_file())
        rows = with_events(judged.rows, self.rulebook, wanted)
        cut = rows.select("row", excepted, *(self._as_it_stood(name, rows.columns) for name in wanted))
        made = [self._worked_out(self.derived[name]) for name in sorted(self.names & self.derived.keys())]
        group = self.group.of() if self.group else pl.lit(None, dtype=pl.String)
        return cut.with_columns(
            *made,
            group.cast(pl.Categorical).alias(GROUP),
            pl.col(CASEWORKER).cast(pl.Categorical),
        )

    def _read_from_file(self) -> set[str]:
        inputs = {
            name
            for derived in self.derived.values()
            if derived.id in self.names
            for name in (*derived.earliest, derived.since)
        }
        grouped = set(self.group.needs) if self.group else set()
        return (set(self.names) - self.derived.keys()) | inputs | grouped | {CASEWORKER}

    def _as_it_stood(self, name: str, there: Sequence[str]) -> pl.Expr:
        event = name in self.rulebook.events or name in self.rulebook.derived
        if name not in there:
            dated = event or name == "date_of_birth"
            return pl.lit(None, dtype=pl.Date if dated else pl.String).alias(name)
        if not event or name in self.rulebook.planned:
            return pl.col(name)
        return pl.when(pl.col(name) <= self.as_at).then(pl.col(name)).alias(name)

    def _worked_out(self, derived: Derived) -> pl.Expr:
        since = pl.col(derived.since)
        days = (pl.col(name) for name in derived.earliest)
        happened = (pl.when((day >= since) & (day <= self.as_at)).then(day) for day in days)
        return pl.min_horizontal(list(happened)).alias(derived.id)


def row_columns(populations: Iterable[Population]) -> frozenset[str]:
    """Return the columns of rows that these populations look at."""
    columns: set[str] = set()
    for population in populations:
        for mark in (population.where, *population.marks.values()):
            columns |= mark.columns
        columns |= {population.date, *population.days}
    return frozenset(columns - _OF_CLOCKS - {EXCEPTED, STAGE})
