"""Stops a file with a column of month-first dates: it is neither guessed nor read by halves."""

from collections.abc import Iterable, Mapping

import polars as pl

from ehcp_timeline.cases.dates import ACCEPTED, MONTH_FIRST, numeric_order
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.cases.sheet import Sheet
from ehcp_timeline.cases.values import WHITE
from ehcp_timeline.errors import CaseFileError

_ROWS = 100_000


class Suspects:
    """The columns with a date that makes sense only month-first, each with the first such cell."""

    def __init__(self) -> None:
        self._first: dict[str, Problem] = {}

    def note(self, problems: Iterable[Problem]) -> None:
        """Remember the columns that the problems of some rows make suspect."""
        for problem in problems:
            if problem.rule == MONTH_FIRST.rule:
                self._first.setdefault(problem.column, problem)

    def refuse(self, sheet: Sheet, places: Mapping[str, int]) -> None:
        """Stop unless some other date of each suspect column can only be day-first.

        That is looked for in the whole file only here, because it is hardly ever needed.

        Raises:
            CaseFileError: The dates of a column make sense only month-first.
        """
        for column, problem in self._first.items():
            place = str(places[column])
            if not any(_proves_day_first(block.cells.get_column(place)) for block in sheet.blocks(_ROWS)):
                said = f"{sheet.shown}: the dates of {column} make sense only month-first"
                example = f"in row {problem.row}, {problem.problem}"
                raise CaseFileError(f"{said}: {example}", f"dates are read day-first; {ACCEPTED}")


def _proves_day_first(texts: pl.Series) -> bool:
    """Return whether a date in figures among these can only be day-first."""
    return any(numeric_order(text.strip(WHITE)) == "day-first" for text in texts.drop_nulls().unique())
