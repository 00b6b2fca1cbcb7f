"""Puts worksheets with cases below one another: columns that mean the same become one."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from ehcp_timeline.cases.formats.addresses import address
from ehcp_timeline.cases.headers import Spellings, fold, match, positions
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW

_STEP = 100_000  # the rows of a further sheet are counted from a multiple of this


@dataclass(frozen=True, slots=True)
class Stacked:
    """Worksheets below one another.

    Attributes:
        headings: One for each column of the cells.
        cells: As in `sheet.Block`.
        begins: What the rows of each sheet are counted from: 0 for the first.
        names: The sheets.
        places: For each sheet, column to its place in the worksheet, from 0.
    """

    headings: tuple[str, ...]
    cells: pl.DataFrame
    begins: tuple[int, ...]
    names: tuple[str, ...]
    places: tuple[Mapping[str, int], ...]

    @classmethod
    def of(
        cls, sheets: Sequence[tuple[str, Sequence[str], pl.DataFrame]], spellings: Spellings, shown: str
    ) -> "Stacked":
        """Return sheets, each with its name, its headings and the rows below them; one stays as it is.

        Raises:
            CaseFileError: Two headings of a sheet mean one column.
        """
        if len(sheets) == 1:
            name, headings, cells = sheets[0]
            return cls(tuple(headings), cells, (0,), (name,), ({},))
        keys: dict[str, str] = {}
        parts, begins, places = list[pl.DataFrame](), list[int](), list[Mapping[str, int]]()
        for name, headings, cells in sheets:
            places.append(positions(headings, spellings, f'{shown}, sheet "{name}"'))
            own: dict[str, str] = {}
            for place, (text, column) in enumerate(zip(headings, match(headings, spellings), strict=True)):
                key = column or fold(text) or f"{name} {place}"
                key = f"{key} {name} {place}" if key in own.values() else key
                own[str(place)] = key
                keys.setdefault(key, text)
            last = int(parts[-1][ROW].max() or 0) if parts and parts[-1].height else 0  # type: ignore[arg-type]
            begins.append((last // _STEP + 1) * _STEP if parts else 0)
            parts.append(cells.select(pl.col(ROW) + begins[-1], pl.col(*own)).rename(own))
        numbers = {key: str(place) for place, key in enumerate(keys)}
        whole = pl.concat(parts, how="diagonal").select(ROW, *keys).rename(numbers)
        names = tuple(name for name, _, _ in sheets)
        return cls(tuple(keys.values()), whole, tuple(begins), names, tuple(places))

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """How the rows of the further sheets are counted."""
        return tuple(
            Problem(
                0,
                "",
                "further-sheet",
                f'sheet "{name}" is read too; its rows are counted from {begin}, so row 2 is {begin + 2}',
                "--sheet reads one sheet alone",
                "nothing",
            )
            for name, begin in zip(self.names[1:], self.begins[1:], strict=True)
        )

    def place(self, problem: Problem) -> Problem:
        """Return a problem with its sheet, and the address of its cell where it is one of a cell."""
        if not problem.row:
            return problem
        at = bisect_right(self.begins, problem.row) - 1
        row, column = problem.row - self.begins[at], self.places[at].get(problem.column)
        if problem.stops == "cell" and column is not None:
            where = f"'{self.names[at]}'!{address(row, column + 1)}"
        else:
            where = f'sheet "{self.names[at]}", row {row}'
        return replace(problem, problem=f"{where}: {problem.problem}")
