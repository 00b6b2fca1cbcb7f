"""Says in which table of a SEN2 return, in which row and column of it, a cell of a case stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import polars as pl

from ehcp_timeline.cases.formats.sen2.join import Joined
from ehcp_timeline.cases.formats.sen2.table import ReturnTable
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW

_UNDATED = '"undated: '

# The items that a column may come from: first its date, then the outcome that tells what the date is of.
_COMES_FROM: Mapping[str, tuple[str, ...]] = {
    "name": ("surname", "forename"),
    "date_of_birth": ("personbirthdate",),
    "referrer": ("requestsource",),
    "sen_need": ("sentype",),
    "request_received": ("receiveddate",),
    "assess_agreed": ("requestoutcomedate", "requestoutcome"),
    "assess_refused": ("requestoutcomedate", "requestoutcome"),
    "withdrawn": ("requestoutcomedate", "requestoutcome"),
    "moved_away": ("exported",),
    "exception_recorded": ("week20",),
    "no_plan_notified": ("assessmentoutcomedate", "assessmentoutcome"),
    "plan_issued": ("assessmentoutcomedate", "assessmentoutcome"),
    "plan_ceased": ("ceasedate",),
    "plan_transferred": ("transferla",),
    "previous_review_decided": ("lastreview", "transferla"),
    "review_meeting": ("reviewmeeting",),
    "review_decided": ("lastreview", "reviewoutcome"),
    "review_outcome": ("reviewoutcome",),
    "amendment_notice_sent": ("reviewdraft",),
    "transfer_plan_issued": ("phasetransferfinaldate",),
}


class Places:
    """The place of every cell in the tables of one return; what is looked up is made ready once."""

    def __init__(self, tables: Mapping[str, ReturnTable], whole: Joined) -> None:
        self._tables = tables
        self._flat = whole.flat
        self._rows = whole.rows.with_columns(pl.col(ROW).alias("requests"))
        self._home = {item: name for name, table in tables.items() for item in table.places}
        self._filled: dict[str, list[bool]] = {}
        self._numbers: dict[str, list[int | None]] = {}

    def place(self, problem: Problem) -> Problem:
        """Return a problem with the table, the row of it and the heading under which its cell stands.

        Its own row stays that of the request. The problem of a whole row is one of the requests table; that
        of the whole file has no place.
        """
        if not problem.row:
            return problem
        at = self._at[problem.row] if problem.column in _COMES_FROM else 0
        for item in self._items(problem, at):
            name = self._home[item]
            if self._is_filled(item, at) and (row := self._number(name, at)):
                return replace(problem, problem=f"{self._tables[name].cell(row, item)}: {problem.problem}")
        requests = f"{self._tables['requests'].name}, row {problem.row}"
        return replace(problem, problem=f"{requests}: {problem.problem}")

    def _items(self, problem: Problem, at: int) -> Sequence[str]:
        """Return the items of the file that the column of a problem may come from, the likeliest first."""
        items = _COMES_FROM.get(problem.column, ())
        if problem.column == "withdrawn" and not self._is_withdrawn_request(at):
            items = _COMES_FROM["plan_issued"]
        there = [item for item in items if item in self._home]
        return there[::-1] if _UNDATED in problem.problem else there

    def _is_withdrawn_request(self, at: int) -> bool:
        """Return whether the request was withdrawn, and not its assessment."""
        outcome = self._flat.get_column("requestoutcome") if "requestoutcome" in self._home else None
        return outcome is not None and str(outcome[at]).upper() == "W"

    @cached_property
    def _at(self) -> dict[int, int]:
        """Row of the joined table to its place in it."""
        return {row: place for place, row in enumerate(self._rows.get_column(ROW))}

    def _is_filled(self, item: str, at: int) -> bool:
        """Return whether an item is filled in a row of the joined table."""
        if item not in self._filled:
            there = item in self._flat.columns
            self._filled[item] = self._flat.get_column(item).is_not_null().to_list() if there else []
        return bool(self._filled[item]) and self._filled[item][at]

    def _number(self, table: str, at: int) -> int | None:
        """Return the row of a table that belongs to a row of the joined one."""
        if table not in self._numbers:
            self._numbers[table] = self._rows.get_column(table).to_list()
        return self._numbers[table][at]
