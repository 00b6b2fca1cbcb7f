"""Checks rows: leaves out those that cannot be judged, and tells what is odd about the others."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import compress
from typing import Final

import polars as pl

from ehcp_timeline.cases.case_numbers import CaseNumbers
from ehcp_timeline.cases.cells.values import WHITE, excel_error, is_blank, shown
from ehcp_timeline.cases.cells.vectorised import clean_text
from ehcp_timeline.cases.headers import Spellings, fold, match
from ehcp_timeline.cases.model import Problem, Vocabulary
from ehcp_timeline.cases.sheet import ROW, Batch, Block, as_text
from ehcp_timeline.record import record, replace

NO_CASES: Final = frozenset({"repeated-heading", "text-row", "total-row"})
"""Rules of rows that are no row of a case at all; the rows of a second table may be."""

_SHORTENED = r"^[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}$"
_SUMS = "count|sum|average|mean|median"
_LABEL = (
    r"(?i)^[^0-9a-z]*(?:textbox ?[0-9]|page [0-9]|[0-9,]+ (?:rows?|records?|cases?)\b|\([0-9,]+ rows?\b|"
    r"(?:(?:report|data|date|last|applied|this) ?)*(?:filters?|filtered|run|printed|generated|created|"
    r"exported|produced|extracted|refreshed|updated|as at|source|key|legend|notes?|end of|footnotes?)\b|"
    rf"(?:grand |sub-? ?)?totals?\b|(?:{_SUMS})\b[ :=]*[0-9,.]*$|official|confidential|©|copyright)"
)
_DATED = r"[0-9]{1,4}[-/. ][0-9A-Za-z]{1,9}[-/. ][0-9]{2,4}|[0-9]{5}"
_LABELLED, _LOST, _DIGIT = re.compile(_LABEL), re.compile(_SHORTENED), re.compile("[0-9]")
_TOTAL = re.compile(
    rf"(?:(?:grand |sub-? ?)?totals?|{_SUMS})\b[ :=]*[0-9,.]*|[^0-9]*\b(?:sub-?)?totals?", re.IGNORECASE
)
_TEXTBOX = re.compile(r"textbox ?[0-9]+", re.IGNORECASE)
_SAMPLE = 1_000
_SHORT = 3  # letters
_AT = "at"


class NotCases:
    """Sets rows of one file aside: repeated headings, a second table, totals, footers, notes.

    Only rows that look odd are checked one by one: nothing but the case number is filled, it has no digit, or
    it begins as reports end. It remembers from block to block whether a second table has begun.
    """

    def __init__(
        self,
        headings: Sequence[str],
        places: Mapping[str, int],
        spellings: Spellings,
        events: Collection[str],
        blanks: frozenset[str],
    ) -> None:
        self._headings = [fold(text) for text in headings]
        self._columns = match(headings, spellings)
        self._identity = places["case_id"]
        self._events = {place for name, place in places.items() if name in events}
        self._spellings, self._blanks = spellings, blanks
        self._second = 0  # the row of the headings of a second table, once one has begun
        self._shapes: set[str] = set()

    def set_aside(self, cells: pl.DataFrame, *, plain: bool) -> tuple[pl.DataFrame, list[Problem]]:
        """Return the rows that may be cases, and a problem for each other row.

        The cells have the `case_id` too; `plain` is whether every row has one with a digit in it.
        """
        identity = pl.col("case_id")
        places = [name for name in cells.columns if name.isdigit() and name != str(self._identity)]
        may_be = cells.get_column("case_id").str.contains("[ +:(]|extbox").any()  # it is fast
        odd = identity.str.contains(f"{_LABEL}|{_SHORTENED}") if may_be else pl.lit(value=False)
        if places:
            odd |= pl.all_horizontal(pl.col(places).is_null())
        if not plain:
            odd |= ~identity.str.contains("[0-9]")
        mask = cells.select(odd.fill_null(value=True).alias("odd")).to_series()
        if not (mask.any() or self._second):
            return cells, []
        rest = pl.concat_str(pl.col(places), separator=" ", ignore_nulls=True) if places else pl.lit("")
        labelled = identity.str.contains(f"{_LABEL}|{_SHORTENED}").fill_null(value=False)
        looked_at = as_text(cells.with_row_index(_AT).filter(mask)).filter(
            ~rest.str.contains(_DATED) | labelled
        )
        if looked_at.is_empty() and not self._second:
            return cells, []
        return self._without(cells, self._among(looked_at, cells))

    def _among(self, looked_at: pl.DataFrame, cells: pl.DataFrame) -> dict[int, Problem | int]:
        """Return place of a row to its problem, or to the row of the headings of a table that begins.

        That is negative where a text box of a report begins.
        """
        dated = cells.filter(~pl.col(ROW).is_in(looked_at.get_column(ROW).implode()))
        numbers = (dated if dated.height else cells).get_column("case_id").drop_nulls()
        by_name = numbers.str.contains("[0-9]").sum() * 2 <= len(numbers)
        set_aside: dict[int, Problem | int] = {}
        for row in looked_at.iter_rows(named=True):
            texts = [(row.get(str(place)) or "").strip(WHITE) for place in range(len(self._headings))]
            filled = [place for place, text in enumerate(texts) if text]
            if not filled:
                continue
            number, text = row[ROW], row["case_id"] or ""
            pairs = [(fold(texts[place]), self._headings[place]) for place in filled]
            same = sum(word == own or (len(word) > _SHORT and own.endswith(word)) for word, own in pairs)
            if same * 2 > len(filled) and same >= min(2, len(self._headings)):
                set_aside[row[_AT]] = _problem(number, "repeated-heading", "the row repeats the headings")
            elif all(_TEXTBOX.fullmatch(texts[place]) for place in filled):
                set_aside[row[_AT]] = -number
            elif self._begins_table(texts, filled):
                set_aside[row[_AT]] = number
            elif _LOST.fullmatch(text):
                says = f"{shown(text)} is a number that Excel shortened: the full case number is lost"
                tip = "format the column as a whole number or as text, and export again"
                set_aside[row[_AT]] = Problem(number, "case_id", "shortened-number", says, tip, "row")
            elif _TOTAL.fullmatch(text):
                says = f"{shown(text)} looks like a total, not a case"
                set_aside[row[_AT]] = _problem(number, "total-row", says, "case_id")
            elif text and self._is_text(text, filled, texts, cells, by_name=by_name):
                says = f"{shown(text)} looks like a heading or a note, not a case"
                set_aside[row[_AT]] = _problem(number, "text-row", says)
        return set_aside

    def _begins_table(self, texts: Sequence[str], filled: Sequence[int]) -> bool:
        """Return whether a row holds the headings of another table: known, or words where dates belong."""
        columns = [column for column in match(texts, self._spellings) if column]
        if len(columns) > 1 and ("case_id" in columns or len(columns) == len(filled)):
            return True
        words = [place for place in filled if not is_blank(texts[place], self._blanks)]
        for_dates = self._events.intersection(words)
        digits = any(_DIGIT.search(texts[place]) for place in words)
        return len(words) > 2 and len(for_dates) > 1 and not digits

    def _is_text(
        self, text: str, filled: Sequence[int], texts: Sequence[str], cells: pl.DataFrame, *, by_name: bool
    ) -> bool:
        """Return whether a row is a line of text: a label alone, or no case number and no date."""
        if _LABELLED.match(text):
            return len(filled) < 3
        if not _DIGIT.search(text):
            dated = any(_DIGIT.search(texts[at]) for at in self._events.intersection(filled))
            return bool(self._events) and not by_name and not dated
        if len(filled) > 1 or len(self._headings) == 1 or not (text.isdigit() or " " in text):
            return False
        if not self._shapes:
            others = pl.any_horizontal(pl.exclude(ROW, "case_id", str(self._identity)).is_not_null())
            self._shapes = set(map(_shape, cells.filter(others).head(_SAMPLE)["case_id"].drop_nulls()))
        return bool(self._shapes) and _shape(text) not in self._shapes

    def _without(
        self, cells: pl.DataFrame, set_aside: Mapping[int, Problem | int]
    ) -> tuple[pl.DataFrame, list[Problem]]:
        """Return the rows without those set aside, and their problems.

        A second table ends where the headings of the first are repeated.
        """
        problems = [problem for problem in set_aside.values() if isinstance(problem, Problem)]
        begin = 0
        second: list[tuple[int, int, int]] = []
        for at, what in set_aside.items():
            if isinstance(what, int) or what.rule == "repeated-heading":
                second.append((begin, at, self._second))
                self._second = what if isinstance(what, int) else 0
                begin = at
        second.append((begin, cells.height, self._second))
        rows = cells.with_row_index(_AT)
        left_out = pl.col(_AT).is_in(list(set_aside))
        for begin, end, header in (part for part in second if part[2]):
            inside = pl.col(_AT).is_between(begin, end, closed="left")
            left_out |= inside
            filled = pl.any_horizontal(pl.exclude(_AT, ROW).is_not_null())
            for at, row in rows.filter(inside & filled).select(_AT, ROW).iter_rows():
                if isinstance(set_aside.get(at), Problem):
                    continue
                if header < 0:
                    says = "the row belongs to a text box of a report, not to the cases"
                    problems.append(_problem(row, "text-row", says))
                    continue
                says = (
                    f"the row belongs to a second table, with other headings in row {header}, and is not read"
                )
                tip = "save the second table as a file or a sheet of its own"
                problems.append(Problem(row, "", "second-table", says, tip, "row"))
        return rows.filter(~left_out).drop(_AT), problems


def _shape(text: str) -> str:
    """Return how a case number is written.

    >>> _shape("SEN/00415")
    'A/9'
    """
    return re.sub("[A-Za-z]+", "A", re.sub("[0-9]+", "9", text))


def _problem(row: int, rule: str, says: str, column: str = "") -> Problem:
    return Problem(row, column, rule, says, "remove the row, or give it the number of its case", "row")


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
        self._checks = tuple(_checks_of(held, vocabulary, as_at))
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


def _checks_of(held: frozenset[str], vocabulary: Vocabulary, as_at: date) -> Iterator[Check]:
    """Yield the checks that the columns of a file allow: of the order of dates, of kinds, of future dates."""
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
    for event, kind in _KINDS:
        happened = pl.col(event).is_not_null()
        if event in held and kind in held:
            says = f"{event} has a date, but {kind}, which says what is owed, is blank"
            yield Check("kind-missing", kind, happened & pl.col(kind).is_null(), says, f"fill in {kind}")
        elif event in held:
            says = f"the file has {event} but no column {kind}, which says what is owed"
            yield Check("kind-missing", kind, happened, says, f"add the column {kind}", once=True)
    tip = "treated as not having happened yet; check the date"
    for column in vocabulary.columns.values():
        if column.id in held and column.kind == "event" and not (column.planned or column.sets_due):
            says = f"{column.id} ({{{column.id}}}) is after the as-at date, {as_at}"
            many = f"{{count}} dates of {column.id} are after the as-at date, {as_at}, the first in this row"
            day = pl.col(column.id)
            yield Check("future-date", column.id, day > as_at, says, tip, (day,), many=many)
