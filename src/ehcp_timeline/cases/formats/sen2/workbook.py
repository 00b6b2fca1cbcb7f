"""Finds the tables of a SEN2 return in an Excel workbook: one on each sheet, or all on one, stacked.

The pre-submission workbook has a sheet for each table. The DfE's template has one sheet, on which a cell of
column A names the table below it, as `Requests Records`. Macros are never run; only cells are read.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from ehcp_timeline.cases.formats.sen2.columns import is_date
from ehcp_timeline.cases.formats.sen2.items import Module, sen2
from ehcp_timeline.cases.formats.sen2.join import LEAST
from ehcp_timeline.cases.formats.sen2.sheet import return_sheet
from ehcp_timeline.cases.formats.sen2.table import ReturnTable, module_of, own_items, table_of
from ehcp_timeline.cases.formats.stream import Raw
from ehcp_timeline.cases.header_rows import HEADER_WITHIN
from ehcp_timeline.cases.headers import Spellings
from ehcp_timeline.cases.sheet import Block, Sheet
from ehcp_timeline.errors import CaseFileError

_RECORDS = r"(?i)records?\s*$"

# A table, its name for messages, its worksheet, and the header row with what stands below it there.
_Part = tuple[Module, str, str, pl.DataFrame]


def find_return(
    raw: Raw,
    worksheets: Sequence[tuple[str, pl.DataFrame]],
    spellings: Spellings,
    day: Callable[[str], str] | None,
) -> Sheet | None:
    """Return the cases of the return that a workbook holds, None where it holds none.

    The cells of its visible worksheets are as in `Block`, without the blank rows; `day` gives the day that a
    bare number means where the workbook counts days its own way.

    Raises:
        CaseFileError: Two sheets or parts of a sheet are the same table.
    """
    stacked = [part for name, cells in worksheets for part in _stacked(name, cells)]
    parts = stacked or [part for name, cells in worksheets for part in _on_a_sheet(name, cells, spellings)]
    if not {module.id for module, *_ in parts}.issuperset(LEAST):
        return None
    tables: dict[str, ReturnTable] = {}
    for module, name, worksheet, cells in parts:
        if module.id in tables:
            first = tables[module.id].name
            said = f"{raw.shown}: {first} and {name} are both the {module.id} table of a SEN2 return"
            raise CaseFileError(said, "hide the sheet that is not to be read, or remove it")
        headings = [text or "" for text in cells.row(0)[1:]]
        table = table_of(module, name, headings, [Block(cells[1:])], worksheet)
        if day:
            items = [item for item in table.places if is_date(item)]
            days = pl.col(items).map_elements(day, return_dtype=pl.String)
            table = replace(table, cells=table.cells.with_columns(days))
        tables[module.id] = table
    return return_sheet(
        tables,
        name=raw.name,
        shown=raw.shown,
        sha256=raw.sha256(),
        shape="DfE template" if stacked else "pre-submission workbook",
        parts=[name for name in sen2().modules if name != "sen2"],
    )


def _stacked(worksheet: str, cells: pl.DataFrame) -> Iterator[_Part]:
    """Yield the tables below one another, each under a cell of column A that names it."""
    if "0" not in cells.columns:
        return
    records = cells.with_row_index("place").filter(pl.col("0").str.contains(_RECORDS))
    named = [
        (place, text, module)
        for place, text in records.select("place", pl.col("0").str.strip_chars()).iter_rows()
        if (module := sen2().module(text) or sen2().module(re.sub(_RECORDS, "", text)))
    ]
    ends = [*(place for place, _, _ in named), cells.height][1:]
    for (begin, text, module), end in zip(named, ends, strict=True):
        below = cells[begin + 1 : end]
        for header, row in _top(below):
            if own_items(module, row):
                yield module, f"{worksheet}, {text}", worksheet, below[header:]
                break


def _on_a_sheet(worksheet: str, cells: pl.DataFrame, spellings: Spellings) -> Iterator[_Part]:
    for header, row in _top(cells):
        if module := module_of(row, spellings):
            yield module, f'sheet "{worksheet}"', worksheet, cells[header:]
            return


def _top(cells: pl.DataFrame) -> Iterator[tuple[int, list[str]]]:
    """Yield the first rows, each with its place from 0, of which one may be the header."""
    for place, row in enumerate(cells.head(HEADER_WITHIN).iter_rows()):
        yield place, [text or "" for text in row[1:]]
