"""Requests on several rows, found by a hash while a file is read and judged at its end.

The rows of such a request are held back, and judged together at the end of the file. A row that was judged
before its request turned up again, some batches later, cannot be held back. The file is then judged again,
with the requests to hold back already known.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from datetime import date
from functools import wraps
from itertools import groupby
from typing import Final, ParamSpec, TypeVar

import polars as pl

from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.audit.single.events import DECISIONS, REQUEST, request_problems
from ehcp_timeline.cases.model import UNREAD, Problem, Row
from ehcp_timeline.cases.sheet import ROW, Batch
from ehcp_timeline.law.rulebook import Deadline
from ehcp_timeline.record import field, record

HASHES: Final = pl.UInt64
NO_HASHES: Final = pl.Series([], dtype=HASHES)
SPREAD: Final = 0x9E3779B97F4A7C15  # odd, so that no two dates of a case share a hash
TWICE: Final = "answered twice: "  # a flag of a request for each deadline; no column of a file has this name
_KNOWN: ContextVar[pl.Series] = ContextVar("requests known to stand in several batches", default=NO_HASHES)

P = ParamSpec("P")
T = TypeVar("T")


class RequestInTwoBatchesError(Exception):
    """A row was judged alone although its request, or a month without a day, is in another batch too."""

    def __init__(self, hashes: pl.Series) -> None:
        self.hashes = hashes


def repeated_until_known(answer: Callable[P, T]) -> Callable[P, T]:
    """Repeat a function that judges whole files if a request is in two batches of a file.

    The function must be repeatable: it reads its files from the first row, and adds to nothing.
    """

    @wraps(answer)
    def answered(*args: P.args, **kwargs: P.kwargs) -> T:
        before = _KNOWN.set(NO_HASHES)
        try:
            while True:
                try:
                    return answer(*args, **kwargs)
                except RequestInTwoBatchesError as error:
                    _KNOWN.set(pl.concat([_KNOWN.get(), error.hashes]).unique())
        finally:
            _KNOWN.reset(before)

    return answered


def together(parts: Sequence[Batch]) -> Batch:
    """Return the rows of several batches as one."""
    unreadable = {
        name: pl.concat([part.unreadable[name] for part in parts if name in part.unreadable])
        for name in dict.fromkeys(name for part in parts for name in part.unreadable)
    }
    months: dict[str, dict[int, date]] = {}
    for part in parts:
        for name, rows in part.months.items():
            months.setdefault(name, {}).update(rows)
    return Batch(pl.concat([part.frame for part in parts]), unreadable, months)


@record(slots=True)
class _HeldBack:
    """Rows that are not judged with their batch.

    Attributes:
        known: Hashes of the cases, or the requests, whose rows are held back.
        held: Those rows, batch by batch.
        seen: Hashes of rows that may have gone by before they were known, batch by batch.
    """

    known: pl.Series = field(default_factory=_KNOWN.get)
    held: list[Batch] = field(default_factory=list)
    seen: list[pl.Series] = field(default_factory=list)

    def rest(self, batch: Batch, hashes: pl.Series) -> Batch:
        """Return a batch without the rows whose hash is known."""
        if not len(self.known):
            return batch
        mask = hashes.is_in(self.known.implode()).fill_null(value=False)
        if not mask.any():
            return batch
        some = batch.frame.filter(mask)
        rows = some[ROW].implode()
        unreadable = {name: numbers.filter(numbers.is_in(rows)) for name, numbers in batch.unreadable.items()}
        self.held.append(Batch(some, unreadable, batch.months))
        return Batch(batch.frame.filter(~mask), batch.unreadable)


class CasesWithMonths(_HeldBack):
    """The cases, among the rows read so far, that have a month without a day."""

    def without(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield each batch without the rows that are held back.

        Raises:
            RequestInTwoBatchesError: A row of such a case may not have been held back.
        """
        for number, batch in enumerate(batches):
            yield self._without(batch, first=number == 0)
            del batch  # large, while the next comes
        if self.seen:
            raise RequestInTwoBatchesError(pl.concat(self.seen).unique())

    def _without(self, batch: Batch, *, first: bool) -> Batch:
        rows = {row for some in batch.months.values() for row in some}
        if not (rows or len(self.known)):
            return batch
        hashes = batch.frame["case_id"].hash()
        mine = hashes.filter(batch.frame[ROW].is_in(sorted(rows)))
        new = mine.filter(~mine.is_in(self.known.implode())).unique()
        if len(new) and not first:
            self.seen.append(new)
        self.known = pl.concat([self.known, new])
        return self.rest(batch, hashes)


class Requests(_HeldBack):
    """The requests, among the rows read so far, that are on several rows."""

    def without_repeated(self, batch: Batch) -> Batch:
        """Return a batch without the rows that are held back."""
        if REQUEST not in batch.frame.columns:
            return batch
        received = batch.frame[REQUEST].to_physical().cast(HASHES, wrap_numerical=True)
        hashes = batch.frame["case_id"].hash() + received * SPREAD
        there = hashes.drop_nulls() if hashes.null_count() else hashes
        if there.n_unique() < len(there):
            self.known = pl.concat([self.known, there.filter(there.is_duplicated()).unique()])
        rest = self.rest(batch, hashes)
        self.seen.append(there if rest is batch else there.filter(~there.is_in(self.known.implode())))
        return rest

    def all_held(self) -> Batch | None:
        """Return every row that was held back, in file order; None for none.

        Raises:
            RequestInTwoBatchesError: A row of such a request was not.
        """
        if len(self.seen) > 1:
            seen = pl.concat(self.seen)
            self.seen.clear()
            lost = seen.is_in(self.known.implode())
            if seen.n_unique() < len(seen):
                lost |= seen.is_duplicated()
            if lost.any():
                raise RequestInTwoBatchesError(seen.filter(lost).unique())
        return together(self.held) if self.held else None


def join_requests(inquiry: Inquiry, deadlines: Iterable[Deadline], held: Batch) -> tuple[Batch, pl.DataFrame]:
    """Put the rows of each request together, with a flag for each deadline that they answer differently.

    Returns:
        One row for each request, as `single.events.one_row` makes it; and the rows as the file has them,
        the request and its decisions on the first row of each alone, for who counts.
    """
    names = [name for name in held.frame.columns if name not in (ROW, "case_id")]
    flags = [
        _answered_twice(inquiry, deadline, set(names)).alias(f"{TWICE}{deadline.id}")
        for deadline in deadlines
    ]
    keyed = held.frame.with_columns(received=pl.col(REQUEST))
    joined = (
        keyed.group_by("case_id", "received", maintain_order=True)
        .agg(pl.col(ROW).first(), *(_as_one(inquiry, name, keyed.schema[name]) for name in names), *flags)
        .drop("received")
        .select(ROW, pl.exclude(ROW))
    )
    first = keyed.select(ROW, first=pl.col(ROW).first().over("case_id", "received"))
    unreadable = {
        name: first.filter(pl.col(ROW).is_in(some.implode()))["first"].unique().sort()
        for name, some in held.unreadable.items()
    }
    return Batch(joined, unreadable), _told(held.frame, joined, names)


def _as_one(inquiry: Inquiry, name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if name in inquiry.rulebook.events or UNREAD in name:
        return pl.coalesce(column.filter(column >= pl.col(REQUEST)).min(), column.min())
    if dtype == pl.Boolean:
        return column.max()
    if name in inquiry.rulebook.codes:
        codes = column.drop_nulls().cast(pl.String).str.split("+").explode(empty_as_null=False)
        return pl.when(column.count() > 0).then(codes.unique().sort().str.join("+"))
    return column.first()


def _answered_twice(inquiry: Inquiry, deadline: Deadline, there: set[str]) -> pl.Expr:
    """Return whether no row of a request has all the answers that its rows have."""
    columns = [pl.col(name) for name in deadline.met_by.events if name in there]
    came = [pl.when(day.is_between(pl.col(REQUEST), inquiry.as_at)).then(day) for day in columns]
    if not came:
        return pl.lit(value=False)
    different = pl.sum_horizontal(day.drop_nulls().n_unique() for day in came)
    return different > pl.sum_horizontal(day.is_not_null().cast(pl.UInt32) for day in came).max()


def _told(rows: pl.DataFrame, joined: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    moved = {name for name in (REQUEST, *DECISIONS) if name in names}
    flags = {name for name in names if rows.schema[name] == pl.Boolean}
    wanted = {name: f"{name} joined" for name in (*moved, *flags)}
    first = joined.select(ROW, *(pl.col(name).alias(new) for name, new in wanted.items()), is_first=True)
    own = {name: None if name in moved else pl.col(name) for name in wanted}
    return rows.join(first, on=ROW, how="left", maintain_order="left").select(
        pl.when("is_first").then(wanted[name]).otherwise(own[name]).alias(name) if name in wanted else name
        for name in rows.columns
    )


def problems_of_requests(inquiry: Inquiry, rows: Batch) -> Iterator[Problem]:
    """Yield what is odd about the rows of each request, in the single reader's words."""
    names = [name for name in (REQUEST, *DECISIONS) if name in rows.frame.columns]
    held = rows.frame.select(ROW, "case_id", *names).sort("case_id", REQUEST, ROW)
    requests = (
        Row(row, case, {name: day for name, day in zip(names, days, strict=True) if day is not None})
        for row, case, *days in held.iter_rows()
    )
    for _, same in groupby(requests, key=lambda row: (row.case_id, row.events[REQUEST])):
        yield from request_problems(tuple(same), inquiry.as_at)
