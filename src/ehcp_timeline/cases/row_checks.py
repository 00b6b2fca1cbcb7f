"""Finds what is odd between the cells of one row: dates in an impossible order, an order without its kind."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import compress

import polars as pl

from ehcp_timeline.cases.cells.vectorised import ReadBlock
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.schema import Vocabulary
from ehcp_timeline.cases.sheet import ROW

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


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One check of each row.

    Attributes:
        rule: Its short permanent id.
        column: The column that its problems name.
        when: Whether a row has the problem.
        says: What is wrong, with the values that it shows in braces.
        try_: What to try.
        shows: Those values, by name.
        once: The file as a whole has the problem, however many rows show it.
        many: What is said where several rows have the problem, with their `count` in braces: one problem
            for the column, on the first of those rows. Empty where every row has a problem of its own.
    """

    rule: str
    column: str
    when: pl.Expr
    says: str
    try_: str
    shows: tuple[pl.Expr, ...] = ()
    once: bool = False
    many: str = ""


class RowChecker:
    """Puts the rows of one file to every check that its columns allow; the rows are judged all the same."""

    def __init__(self, held: frozenset[str], vocabulary: Vocabulary, as_at: date) -> None:
        """Get ready for a file that holds these columns."""
        self._checks: tuple[Check, ...] = (
            *_before_request(held),
            *_before_draft(held),
            *_both_ways(held),
            *_without_kind(held),
            *_ahead(held, vocabulary, as_at),
        )
        self._first: dict[str, Problem] = {}
        self._found: Counter[str] = Counter()

    def find(self, read: ReadBlock) -> Iterator[Problem]:
        """Yield the problems of some rows; a cell that could not be read has its own already."""
        unreadable = {(problem.row, problem.column) for problem in read.problems}
        for check in self._with_problem(read.frame):
            if check.many:
                self._count(read.frame, check)
                continue
            yield from (
                problem
                for problem in _of_check(read.frame, check)
                if (problem.row, problem.column) not in unreadable
            )
            if check.once:
                self._checks = tuple(other for other in self._checks if other is not check)

    def _count(self, frame: pl.DataFrame, check: Check) -> None:
        """Add up the rows with a problem that is told once for its column."""
        rows = frame.filter(check.when)
        self._found[check.column] += rows.height
        if check.column not in self._first:
            self._first[check.column] = next(_of_check(rows.head(1), check))

    def at_the_end(self) -> Iterator[Problem]:
        """Yield the problems that are told once for their column, when every row has been read."""
        for check in self._checks:
            if first := self._first.get(check.column) if check.many else None:
                count = self._found[check.column]
                said = first.problem if count == 1 else check.many.format(count=f"{count:,}")
                yield replace(first, problem=said)

    def _with_problem(self, frame: pl.DataFrame) -> Sequence[Check]:
        """Return the checks that some row fails; all are tried at once, because nearly all rows are sound."""
        if not self._checks:
            return ()
        failed = frame.select(check.when.any().alias(str(place)) for place, check in enumerate(self._checks))
        return list(compress(self._checks, failed.row(0)))


def _of_check(frame: pl.DataFrame, check: Check) -> Iterator[Problem]:
    """Yield the problems of one check."""
    if check.once:
        yield Problem(0, check.column, check.rule, check.says, check.try_, "nothing")
        return
    for values in frame.filter(check.when).select(ROW, *check.shows).iter_rows(named=True):
        says = check.says.format_map(values)
        yield Problem(values[ROW], check.column, check.rule, says, check.try_, "nothing")


def _before_request(held: frozenset[str]) -> Iterator[Check]:
    """Check what follows a request against the request."""
    starts = [name for name in _STARTS if name in held]
    if not starts:
        return
    start = pl.min_horizontal(starts).alias("request")
    for event in _AFTER_REQUEST:
        if event in held:
            when, says = pl.col(event) < start, f"{event} ({{{event}}}) is before the request ({{request}})"
            yield Check("before-request", event, when, says, "check both dates", (pl.col(event), start))


def _before_draft(held: frozenset[str]) -> Iterator[Check]:
    """Check the final plan against its draft."""
    if {"plan_issued", "draft_sent"} <= held:
        plan, draft = pl.col("plan_issued"), pl.col("draft_sent")
        says = "plan_issued ({plan_issued}) is before draft_sent ({draft_sent})"
        yield Check("plan-before-draft", "plan_issued", plan < draft, says, "check both dates", (plan, draft))


def _both_ways(held: frozenset[str]) -> Iterator[Check]:
    """Check that one day did not bring both an agreement and a refusal."""
    if {"assess_agreed", "assess_refused"} <= held:
        agreed, refused = pl.col("assess_agreed"), pl.col("assess_refused")
        says = "assess_agreed and assess_refused are both {assess_refused}"
        tip = "clear the one that did not happen"
        yield Check("agreed-and-refused", "assess_refused", agreed == refused, says, tip, (refused,))


def _without_kind(held: frozenset[str]) -> Iterator[Check]:
    """Check that what was ordered, agreed or conceded is recorded."""
    for event, kind in _KINDS:
        happened = pl.col(event).is_not_null()
        if event in held and kind in held:
            says = f"{event} stands without {kind}, which says what is owed"
            yield Check("kind-missing", kind, happened & pl.col(kind).is_null(), says, f"fill in {kind}")
        elif event in held:
            says = f"the file has {event} but no column {kind}, which says what is owed"
            yield Check("kind-missing", kind, happened, says, f"add the column {kind}", once=True)


def _ahead(held: frozenset[str], vocabulary: Vocabulary, as_at: date) -> Iterator[Check]:
    """Check that nothing has happened after the as-at date."""
    tip = "counted as not yet happened; check the date"
    for column in vocabulary.columns.values():
        if column.id in held and column.kind == "event" and not (column.planned or column.sets_due):
            says = f"{column.id} ({{{column.id}}}) is after the as-at date, {as_at}"
            many = f"{{count}} dates of {column.id} are after the as-at date, {as_at}, the first in this row"
            event = pl.col(column.id)
            yield Check("future-date", column.id, event > as_at, says, tip, (event,), many=many)
