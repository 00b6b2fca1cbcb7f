"""Finds the rows of a file that are no case: repeated headings, a second table, totals, footers, notes.

Only rows that look odd are checked one by one: nothing but the case number is filled, it has no digit, or it
begins as reports end.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import polars as pl

from ehcp_timeline.cases.cells.values import WHITE, is_blank, shown
from ehcp_timeline.cases.headers import Spellings, fold, match
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, as_text

NO_CASES: Final = frozenset({"repeated-heading", "text-row", "total-row"})
"""Rules of rows that are no row of a case at all; the rows of a second table may be."""

_SHORTENED = r"^[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}$"
_LABEL = (
    r"(?i)^[^0-9a-z]*(?:textbox ?[0-9]|page [0-9]|[0-9,]+ (?:rows?|records?|cases?)\b|\([0-9,]+ rows?\b|"
    r"(?:(?:report|data|date|last|applied|this) ?)*(?:filters?|filtered|run|printed|generated|created|"
    r"exported|produced|extracted|refreshed|updated|as at|source|key|legend|notes?|end of|footnotes?)\b|"
    r"(?:grand |sub-? ?)?totals?\b|(?:count|sum)\b[ :=]*[0-9,.]*$|official|confidential|©|copyright)"
)
_DATED = r"[0-9]{1,4}[-/. ][0-9A-Za-z]{1,9}[-/. ][0-9]{2,4}|[0-9]{5}"
_LABELLED, _LOST, _DIGIT = re.compile(_LABEL), re.compile(_SHORTENED), re.compile("[0-9]")
_TOTAL = re.compile(
    r"(?:(?:grand |sub-? ?)?totals?|count|sum)\b[ :=]*[0-9,.]*|[^0-9]*\b(?:sub-?)?totals?", re.IGNORECASE
)
_TEXTBOX = re.compile(r"textbox ?[0-9]+", re.IGNORECASE)
_SAMPLE = 1_000
_SHORT = 3  # letters
_AT = "at"


class NotCases:
    """Sets rows of one file aside, block by block, and remembers whether a second table has begun."""

    def __init__(
        self,
        headings: Sequence[str],
        places: Mapping[str, int],
        spellings: Spellings,
        events: Collection[str],
        blanks: frozenset[str],
    ) -> None:
        """Get ready for a file with these headings, its columns at these places."""
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
