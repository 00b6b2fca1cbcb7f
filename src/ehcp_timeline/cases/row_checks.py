"""Finds what is odd between the cells of one row: dates in an impossible order, an order without its kind."""

from collections.abc import Iterator
from datetime import date
from itertools import compress

import polars as pl

from ehcp_timeline.cases.batch import Batch
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.schema import Vocabulary
from ehcp_timeline.cases.sheet import ROW
from ehcp_timeline.record import record, replace

_STARTS = ("request_received", "became_responsible")
_ADVICE = ("education", "medical", "psychology", "social_care", "sensory", "adulthood")
_AFTER_REQUEST = (
    *("assess_agreed", "assess_refused", "advice_requested", "advice_received"),
    *(f"{source}_advice_{step}" for source in _ADVICE for step in ("requested", "received")),
    *("no_plan_notified", "draft_sent", "representations_received", "consultation_sent"),
    *("consultation_replied", "plan_issued", "withdrawn", "moved_away"),
)
_KINDS = (
    ("mediation_agreed", "agreement_kind"),
    ("order_made", "order_kind"),
    ("tribunal_told_unopposed", "appeal_ground"),
)


@record(frozen=True, slots=True, eq=False)
class Check:
    """One check of each row.

    Attributes:
        column: The column that its problems name.
        when: Whether a row has the problem.
        says: What is wrong, with the values that it shows in braces.
        shows: Those values, by name.
        once: The file as a whole has the problem, however many rows show it.
        many: What is reported if several rows have the problem, with their `count` in braces: one problem for
            the column, on the first of those rows. Empty if every row has a problem of its own.
    """

    rule: str
    column: str
    when: pl.Expr
    says: str
    try_: str
    shows: tuple[pl.Expr, ...] = ()
    once: bool = False
    many: str = ""

    def problems(self, frame: pl.DataFrame) -> Iterator[Problem]:
        """Yield the problems of some rows."""
        if self.once:
            yield Problem(0, self.column, self.rule, self.says, self.try_, "nothing")
            return
        for values in frame.filter(self.when).select(ROW, *self.shows).iter_rows(named=True):
            says = self.says.format_map(values)
            yield Problem(values[ROW], self.column, self.rule, says, self.try_, "nothing")


class RowChecker:
    """Applies every check that the columns of a file allow to its rows; the rows are judged anyway."""

    def __init__(self, held: frozenset[str], vocabulary: Vocabulary, as_at: date) -> None:
        """Get ready for a file that holds these columns."""
        checks = (*_orders(held), *_without_kind(held), *_ahead(held, vocabulary, as_at))
        self._checks: tuple[Check, ...] = checks
        self._counted: dict[str, tuple[Problem, int]] = {}

    def find(self, read: Batch) -> Iterator[Problem]:
        """Yield the problems of some rows; a cell that could not be read has its own already.

        All checks are tried at once, because nearly all rows are sound.
        """
        if not self._checks:
            return
        unreadable = {(problem.row, problem.column) for problem in read.problems}
        failed = read.frame.select(check.when.any().alias(str(n)) for n, check in enumerate(self._checks))
        for check in compress(self._checks, failed.row(0)):
            if check.many:
                rows = read.frame.filter(check.when)
                first, count = self._counted.get(check.column) or (next(check.problems(rows.head(1))), 0)
                self._counted[check.column] = first, count + rows.height
                continue
            for problem in check.problems(read.frame):
                if (problem.row, problem.column) not in unreadable:
                    yield problem
            if check.once:
                self._checks = tuple(other for other in self._checks if other is not check)

    def at_the_end(self) -> Iterator[Problem]:
        """Yield the problems that are reported once for their column, when every row has been read."""
        for check in self._checks:
            if check.many and check.column in self._counted:
                first, count = self._counted[check.column]
                said = first.problem if count == 1 else check.many.format(count=f"{count:,}")
                yield replace(first, problem=said)


def _orders(held: frozenset[str]) -> Iterator[Check]:
    tip = "check both dates"
    if starts := [name for name in _STARTS if name in held]:
        start = pl.min_horizontal(starts).alias("request")
        for event in (name for name in _AFTER_REQUEST if name in held):
            says = f"{event} ({{{event}}}) is before the request ({{request}})"
            yield Check("before-request", event, pl.col(event) < start, says, tip, (pl.col(event), start))
    if {"plan_issued", "draft_sent"} <= held:
        plan, draft = pl.col("plan_issued"), pl.col("draft_sent")
        says = "plan_issued ({plan_issued}) is before draft_sent ({draft_sent})"
        yield Check("plan-before-draft", "plan_issued", plan < draft, says, tip, (plan, draft))
    if {"assess_agreed", "assess_refused"} <= held:
        agreed, refused = pl.col("assess_agreed"), pl.col("assess_refused")
        says = "assess_agreed and assess_refused are both {assess_refused}"
        tip = "clear the one that did not happen"
        yield Check("agreed-and-refused", "assess_refused", agreed == refused, says, tip, (refused,))


def _without_kind(held: frozenset[str]) -> Iterator[Check]:
    for event, kind in _KINDS:
        happened = pl.col(event).is_not_null()
        if event in held and kind in held:
            says = f"{event} has a date, but {kind}, which says what is owed, is blank"
            yield Check("kind-missing", kind, happened & pl.col(kind).is_null(), says, f"fill in {kind}")
        elif event in held:
            says = f"the file has {event} but no column {kind}, which says what is owed"
            yield Check("kind-missing", kind, happened, says, f"add the column {kind}", once=True)


def _ahead(held: frozenset[str], vocabulary: Vocabulary, as_at: date) -> Iterator[Check]:
    tip = "treated as not having happened yet; check the date"
    for column in vocabulary.columns.values():
        if column.id in held and column.kind == "event" and not (column.planned or column.sets_due):
            says = f"{column.id} ({{{column.id}}}) is after the as-at date, {as_at}"
            many = f"{{count}} dates of {column.id} are after the as-at date, {as_at}, the first in this row"
            event = pl.col(column.id)
            yield Check("future-date", column.id, event > as_at, says, tip, (event,), many=many)
