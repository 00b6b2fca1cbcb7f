"""Finds the tables of a SEN2 return in an Excel workbook: one on each sheet, or all on one, stacked.

The pre-submission workbook has a sheet for each table. The DfE's template has one sheet, on which a cell of
column A names the table below it, as `Requests Records`. Macros are never run; only cells are read.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from ehcp_timeline.cases.formats.sen2.items import Module, sen2
from ehcp_timeline.cases.formats.sen2.join import LEAST
from ehcp_timeline.cases.formats.sen2.sheet import Return, return_sheet
from ehcp_timeline.cases.formats.sen2.table import ReturnTable, is_date, is_table_of, module_of, table_of
from ehcp_timeline.cases.formats.stream import Raw
from ehcp_timeline.cases.header_rows import HEADER_WITHIN
from ehcp_timeline.cases.headers import Spellings
from ehcp_timeline.cases.sheet import Block, Sheet
from ehcp_timeline.errors import CaseFileError

Worksheets = Sequence[tuple[str, pl.DataFrame]]
Day = Callable[[str], str]

_RECORDS = r"(?i)records?\s*$"


@dataclass(frozen=True, slots=True)
class _Part:
    """A table, and the part of a worksheet that holds it.

    Attributes:
        module: Which table it is.
        name: The sheet, or the sheet and the record, for messages.
        worksheet: The sheet.
        cells: The header row and what stands below it, as a worksheet's own.
    """

    module: Module
    name: str
    worksheet: str
    cells: pl.DataFrame


def find_return(raw: Raw, worksheets: Worksheets, spellings: Spellings, day: Day | None) -> Sheet | None:
    """Return the cases of the return that a workbook holds, None where it holds none.

    Args:
        raw: The workbook.
        worksheets: Each visible worksheet and its cells: `row`, then each column from A on, named by its
            place from "0"; blank rows are left out.
        spellings: What headings may mean.
        day: Gives the day that a bare number means where the workbook counts days its own way.

    Raises:
        CaseFileError: Two sheets or parts of a sheet are the same table.
    """
    stacked = [part for name, cells in worksheets for part in _stacked(name, cells)]
    parts = stacked or [part for name, cells in worksheets for part in _on_a_sheet(name, cells, spellings)]
    if not {part.module.id for part in parts}.issuperset(LEAST):
        return None
    return return_sheet(
        Return(
            name=raw.name,
            shown=raw.shown,
            sha256=raw.sha256(),
            shape="DfE template" if stacked else "pre-submission workbook",
            parts=tuple(name for name in sen2().modules if name != "sen2"),
            tables=_tables(parts, raw.shown, day),
        )
    )


def _stacked(worksheet: str, cells: pl.DataFrame) -> Iterator[_Part]:
    """Yield the tables that stand one below the other, each under a cell of column A that names it."""
    named = list(_records(cells))
    ends = [*(place for place, _, _ in named), cells.height][1:]
    for (begin, text, module), end in zip(named, ends, strict=True):
        below = cells[begin + 1 : end]
        for header, row in _top(below):
            if is_table_of(module, row):
                yield _Part(module, f"{worksheet}, {text}", worksheet, below[header:])
                break


def _records(cells: pl.DataFrame) -> Iterator[tuple[int, str, Module]]:
    """Yield where a cell of column A announces the records of a module, its text and the module."""
    if "0" not in cells.columns:
        return
    beside = cells.with_row_index("place").filter(pl.col("0").str.contains(_RECORDS))
    for place, text in beside.select("place", pl.col("0").str.strip_chars()).iter_rows():
        module = sen2().module(text) or sen2().module(re.sub(_RECORDS, "", text))
        if module:
            yield place, text, module


def _on_a_sheet(worksheet: str, cells: pl.DataFrame, spellings: Spellings) -> Iterator[_Part]:
    """Yield the table that a worksheet holds, if it holds one."""
    for header, row in _top(cells):
        module = module_of(row, spellings)
        if module:
            yield _Part(module, f'sheet "{worksheet}"', worksheet, cells[header:])
            return


def _top(cells: pl.DataFrame) -> Iterator[tuple[int, list[str]]]:
    """Yield the first rows, each with its place from 0, of which one may be the header."""
    for place, row in enumerate(cells.head(HEADER_WITHIN).iter_rows()):
        yield place, [text or "" for text in row[1:]]


def _tables(parts: Sequence[_Part], shown: str, day: Day | None) -> dict[str, ReturnTable]:
    """Return the parts of the worksheets as tables, by module."""
    tables: dict[str, ReturnTable] = {}
    for part in parts:
        if part.module.id in tables:
            first, other = tables[part.module.id].name, part.name
            said = f"{shown}: {first} and {other} are both the {part.module.id} table of a SEN2 return"
            raise CaseFileError(said, "hide the sheet that is not to be read, or remove it")
        headings = [text or "" for text in part.cells.row(0)[1:]]
        table = table_of(part.module, part.name, headings, [Block(part.cells[1:])], part.worksheet)
        tables[part.module.id] = _dated(table, day) if day else table
    return tables


def _dated(table: ReturnTable, day: Day) -> ReturnTable:
    """Return a table with its bare numbers in items of dates written out."""
    items = [item for item in table.places if is_date(item)]
    days = pl.col(items).map_elements(day, return_dtype=pl.String)
    return replace(table, cells=table.cells.with_columns(days))
