"""Checks rows: leaves out those that cannot be judged, and tells what is odd about the others."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import compress
from typing import Final

import polars as pl

from ehcp_timeline.cases.case_numbers import CaseNumbers
from ehcp_timeline.cases.cells.values import WHITE, excel_error, shown
from ehcp_timeline.cases.cells.vectorised import clean_text
from ehcp_timeline.cases.model import Problem, Vocabulary
from ehcp_timeline.cases.not_cases import NotCases
from ehcp_timeline.cases.sheet import ROW, Batch, Block, as_text
from ehcp_timeline.record import record, replace

_NO_TEXT: Final = pl.Series([0], dtype=pl.UInt64)  # the hash of an empty cell, and of a text not met yet


class DuplicateRows:
    """The rows seen so far: a 64-bit hash of all cells of each, and its line.

    Two different rows of five million have one hash with a chance of less than one in a million.
    """

    def __init__(self) -> None:
        self._seen = pl.DataFrame(schema={"hash": pl.UInt64, ROW: pl.UInt32})
        self._hashes: dict[pl.DataType, pl.Series] = {}

    def find(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return `row` and `first`, the row that it repeats, of the repeating rows among these, in order."""
        strings, coded = pl.col(pl.String), pl.col(pl.Categorical)
        hashed = cells.select(pl.when(strings.is_not_null()).then(strings.hash()).otherwise(0))
        numbered = map(self._hashed, cells.select(coded), cells.select(coded.to_physical()))
        in_order = pl.DataFrame([*hashed, *numbered]).select(cells.drop(ROW).columns)
        rows = pl.DataFrame({"hash": in_order.hash_rows(), ROW: cells.get_column(ROW)})
        before = self._seen.filter(pl.col("hash").is_in(rows.get_column("hash").implode()))
        again = ~rows.get_column("hash").is_first_distinct()
        self._seen = pl.concat([self._seen, rows.filter(~again)], rechunk=False)
        if before.is_empty() and not again.any():
            return rows.clear().select(ROW, pl.col(ROW).alias("first"))
        first = pl.concat([before, rows]).group_by("hash").agg(pl.col(ROW).min().alias("first"))
        return (
            rows.join(first, on="hash").filter(pl.col(ROW) > pl.col("first")).select(ROW, "first").sort(ROW)
        )

    def _hashed(self, texts: pl.Series, numbers: pl.Series) -> pl.Series:
        """Return the hash of each text of a Categorical, the same as of a String; 0 for an empty cell.

        It has a number for each text, but another one in a block of another kind. So each text is
        hashed once, and its hash is kept by its number; last stands that of an empty cell.
        """
        known, last = self._hashes.get(texts.dtype, _NO_TEXT), numbers.max()
        if isinstance(last, int) and last >= len(known) - 1:
            known = pl.concat([known, _NO_TEXT.new_from_index(0, last + 2 - len(known))], rechunk=True)
        places = numbers.zip_with(numbers < len(known), pl.Series([len(known) - 1], dtype=pl.UInt32))
        hashes = known[places]
        unknown = hashes == 0
        if unknown.sum() > numbers.null_count():
            new = texts.filter(unknown & (places < len(known) - 1)).unique()
            known = known.scatter(new.to_physical(), new.cast(pl.String).hash())
            hashes = known[places]
        self._hashes[texts.dtype] = known
        return hashes.alias(texts.name)


def sieve(
    block: Block,
    places: Mapping[str, int],
    blanks: frozenset[str],
    repeats: DuplicateRows,
    not_cases: NotCases,
    case_numbers: CaseNumbers,
) -> tuple[pl.DataFrame, list[Problem]]:
    """Return the rows that can be judged and a problem for each other row that is not blank.

    The rows are `row`, the `case_id` and the text of each other column; `places` are those of the columns
    among the cells, from 0. The problems are those of the block and of its rows.
    """
    cells, problems = block.cells, list(block.problems)
    identity = str(places["case_id"])
    texts = cells.get_column(identity)
    case_ids = clean_text(texts, blanks)
    cells = cells.with_columns(case_ids.alias("case_id"))
    cells, set_aside = not_cases.set_aside(cells, plain=case_ids is texts)
    if set_aside:
        rows = {problem.row for problem in set_aside}
        problems = [problem for problem in problems if problem.row not in rows or problem.stops == "row"]
        problems += set_aside
    named = cells.get_column("case_id").is_not_null()
    if not named.all():
        problems += _without_case_id(cells.filter(~named).drop("case_id"), identity)
        cells = cells.filter(named)
    again = repeats.find(cells.drop("case_id"))
    if not again.is_empty():
        tip = "remove one of them; only the first is judged"
        for row, first in again.iter_rows():
            says = f"the row repeats row {first} cell for cell"
            problems.append(Problem(row, "", "duplicate-row", says, tip, "row"))
        cells = cells.join(again, on=ROW, how="anti", maintain_order="left")
    cells = case_numbers.spelt(cells)
    others = (pl.col(str(place)).alias(name) for name, place in places.items() if name != "case_id")
    return cells.select(ROW, "case_id", *others), problems


def _without_case_id(cells: pl.DataFrame, identity: str) -> Iterator[Problem]:
    filled = (pl.exclude(ROW).str.strip_chars(WHITE) != "").fill_null(value=False)
    for row, text in as_text(cells).filter(pl.any_horizontal(filled)).select(ROW, identity).iter_rows():
        if text and (fault := excel_error(text)):
            says = f"{fault.cell or shown(text)} {fault.says}"
            yield Problem(row, "case_id", fault.rule, says, fault.try_, "row")
        else:
            tip = "give it the number of its case, or remove it"
            yield Problem(row, "case_id", "no-case-id", "the row has no case_id", tip, "row")


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
