"""Stops a file with a column of dates in the wrong order: it is neither guessed nor read by halves."""

from collections.abc import Iterable, Mapping

import polars as pl

from ehcp_timeline.cases.dates import ACCEPTED, DAY_FIRST, MONTH_FIRST, Order, numeric_order
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.cases.sheet import Sheet
from ehcp_timeline.cases.values import WHITE
from ehcp_timeline.errors import DateOrderError

_ROWS = 100_000
_TURNED: Mapping[str, tuple[Order, Order]] = {
    MONTH_FIRST.rule: ("month-first", "day-first"),
    DAY_FIRST.rule: ("day-first", "month-first"),
}


class Suspects:
    """The columns with a date that makes sense only in the other order, each with the first such cell."""

    def __init__(self) -> None:
        self._first: dict[str, Problem] = {}

    def note(self, problems: Iterable[Problem]) -> None:
        """Remember the columns that the problems of some rows make suspect."""
        for problem in problems:
            if problem.rule in _TURNED:
                self._first.setdefault(problem.column, problem)

    def refuse(self, sheet: Sheet, places: Mapping[str, int]) -> None:
        """Stop unless some other date of each suspect column proves the order in which it is read.

        That is looked for in the whole file only here, because it is hardly ever needed.

        Raises:
            DateOrderError: The dates of a column make sense only in the other order.
        """
        turned = tuple(column for column in self._first if not self._is_right(column, sheet, places))
        if turned:
            problem = self._first[turned[0]]
            found, read = _TURNED[problem.rule]
            said = f"{sheet.shown}: the dates of {turned[0]} make sense only {found}"
            placed = sheet.place(problem) if sheet.place else problem
            example = f"in row {placed.row}, {placed.problem}"
            raise DateOrderError(f"{said}: {example}", _hint(turned[0], read), turned)

    def _is_right(self, column: str, sheet: Sheet, places: Mapping[str, int]) -> bool:
        """Return whether some date of a suspect column proves the order in which it is read."""
        place, (_, read) = str(places[column]), _TURNED[self._first[column].rule]
        return any(_proves(read, block.cells.get_column(place)) for block in sheet.blocks(_ROWS))


def _proves(order: Order, texts: pl.Series) -> bool:
    """Return whether a date in figures among these can only be in this order."""
    return any(numeric_order(text.strip(WHITE)) == order for text in texts.drop_nulls().unique())


def _hint(column: str, read: Order) -> str:
    """Return what to try with a column that was read in this order."""
    if read == "month-first":
        return f"ehcp.toml says that they are month-first; correct date_formats.{column}"
    said = f'date_formats.{column} = "%m/%d/%Y"'
    return f"dates are read day-first; {ACCEPTED}, or say in ehcp.toml: {said}"
