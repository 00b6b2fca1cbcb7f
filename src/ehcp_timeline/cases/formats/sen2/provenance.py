"""Says in which table of a SEN2 return, in which row and column of it, a cell of a case stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import polars as pl

from ehcp_timeline.cases.formats.sen2.columns import ORIGINS
from ehcp_timeline.cases.formats.sen2.join import Joined
from ehcp_timeline.cases.formats.sen2.table import ReturnTable
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW

_OF_OUTCOMES = ("undated", "unknown-code")


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
        at = self._at[problem.row] if problem.column in ORIGINS else 0
        for item in self._items(problem, at):
            name = self._home[item]
            if self._is_filled(item, at) and (row := self._number(name, at)):
                return replace(problem, problem=f"{self._tables[name].cell(row, item)}: {problem.problem}")
        requests = f"{self._tables['requests'].name}, row {problem.row}"
        return replace(problem, problem=f"{requests}: {problem.problem}")

    def _items(self, problem: Problem, at: int) -> Sequence[str]:
        """Return the items of the file that the column of a problem may come from, the likeliest first."""
        items = ORIGINS[problem.column].items if problem.column in ORIGINS else ()
        if problem.column == "withdrawn" and not self._is_withdrawn_request(at):
            items = ORIGINS["plan_issued"].items
        there = [item for item in items if item in self._home]
        return there[::-1] if problem.rule in _OF_OUTCOMES else there

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
