"""Puts worksheets with cases below one another: columns that mean the same become one."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from ehcp_timeline.cases.formats.addresses import address
from ehcp_timeline.cases.headers import Spellings, fold, match, positions
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Sheet, sliced

_STEP = 100_000  # the rows of a further sheet are counted from a multiple of this


def stacked(
    sheet: Sheet, parts: Sequence[tuple[str, Sequence[str], pl.DataFrame]], spellings: Spellings
) -> Sheet:
    """Return a workbook as one sheet of several, each with its name, its headings and the rows below them.

    Raises:
        CaseFileError: Two headings of a sheet mean one column.
    """
    headings: dict[str, str] = {}  # by what they mean
    cells, begins, places = list[pl.DataFrame](), list[int](), list[Mapping[str, int]]()
    for name, texts, rows in parts:
        places.append(positions(texts, spellings, f'{sheet.shown}, sheet "{name}"'))
        own: dict[str, str] = {}
        for place, (text, column) in enumerate(zip(texts, match(texts, spellings), strict=True)):
            key = column or fold(text) or f"{name} {place}"
            key = f"{key} {name} {place}" if key in own.values() else key
            own[str(place)] = key
            headings.setdefault(key, text)
        last = int(cells[-1][ROW].max() or 0) if cells and cells[-1].height else 0  # type: ignore[arg-type]
        begins.append((last // _STEP + 1) * _STEP if cells else 0)
        cells.append(rows.select(pl.col(ROW) + begins[-1], pl.col(*own)).rename(own))
    numbers = {key: str(place) for place, key in enumerate(headings)}
    whole = pl.concat(cells, how="diagonal").select(ROW, *headings).rename(numbers)

    def place_of(problem: Problem) -> Problem:
        if not problem.row:
            return problem
        at = bisect_right(begins, problem.row) - 1
        name, row, column = parts[at][0], problem.row - begins[at], places[at].get(problem.column)
        if problem.stops == "cell" and column is not None:
            where = f"'{name}'!{address(row, column + 1)}"
        else:
            where = f'sheet "{name}", row {row}'
        return replace(problem, problem=f"{where}: {problem.problem}")

    further = (
        Problem(
            0,
            "",
            "further-sheet",
            f'sheet "{name}" is read too; its rows are counted from {begin}, so row 2 is {begin + 2}',
            "--sheet reads one sheet alone",
            "nothing",
        )
        for (name, _, _), begin in zip(parts[1:], begins[1:], strict=True)
    )
    return replace(
        sheet,
        headings=tuple(headings.values()),
        blocks=sliced(whole),
        place=place_of,
        remarks=(*further, *sheet.remarks),
    )
