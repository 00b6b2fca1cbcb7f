"""Finds the tables of a SEN2 return in an Excel workbook, and makes one sheet of cases from such tables.

The pre-submission workbook has a sheet for each table. The DfE's template has one sheet, on which a cell of
column A names the table below it, as `Requests Records`. Macros are never run; only cells are read.
"""

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

import polars as pl

from ehcp_timeline.cases.cells.dates import FIRST_EVENT, Window, read_date
from ehcp_timeline.cases.formats.sen2.columns import SETTINGS, case_block, case_headings, is_date, origins
from ehcp_timeline.cases.formats.sen2.items import Module, sen2, year_of
from ehcp_timeline.cases.formats.sen2.table import (
    LEAST,
    READ,
    ReturnTable,
    joined,
    module_of,
    own_items,
    table_of,
)
from ehcp_timeline.cases.formats.stream import Raw
from ehcp_timeline.cases.headers import Spellings
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import HEADER_WITHIN, ROW, Block, Dtypes, Sheet
from ehcp_timeline.errors import CaseFileError

_OF_OUTCOMES = ("undated", "unknown-code")


def return_sheet(
    tables: Mapping[str, ReturnTable],
    *,
    name: str,
    shown: str,
    sha256: str,
    shape: str,
    parts: Sequence[str],
    unread: Sequence[str] = (),
) -> Sheet:
    """Return the cases of a return from its tables, by module.

    `parts` are the tables that its shape has, and `unread` the files beside it that are no tables of it.

    Raises:
        CaseFileError: It lacks the persons or the requests, without which there are no cases.
    """
    if lacking := [part for part in LEAST if part not in tables]:
        found = ", ".join(table.name for table in tables.values())
        said = f"{shown}: a SEN2 return without its {' and '.join(lacking)} table; found {found}"
        raise CaseFileError(said, "give all the tables of the return together, or the folder they are in")
    flat, faults = joined(tables)
    header = tables["sen2"].cells.head(1).to_dicts() if "sen2" in tables else []
    about = {item: text for row in header for item, text in row.items() if isinstance(text, str)}
    filled = (
        column.name
        for table in tables.values()
        for column in table.cells.iter_columns()
        if column.null_count() < len(column)
    )
    year = about.get("year", "")
    placed = (item for item in SETTINGS.values() if item in flat.columns and flat[item].count())
    held = sen2().held((*filled, *placed), year_of(year))  # not what is blank for everybody
    known_until = read_date(about.get("referencedate", ""), Window(FIRST_EVENT, date.max))
    problems = (*_missing([part for part in parts if part not in tables], unread), *faults)

    def blocks(rows: int, _: Dtypes = dict) -> Generator[Block]:
        size = max(1, rows)
        for begin in range(0, max(1, flat.height), size):
            yield case_block(flat.slice(begin, size), held, () if begin else problems)

    return Sheet(
        name=name,
        shown=shown,
        sha256=sha256,
        encoding=f"SEN2 return{year and f' of {year}'}, {shape}",
        headings=case_headings(held),
        blocks=blocks,
        place=_placing(tables, flat),
        known_until=known_until if isinstance(known_until, date) else None,
    )


def _missing(parts: Sequence[str], unread: Sequence[str]) -> Iterator[Problem]:
    """Yield what is said of the return as a whole: the tables that it lacks, what beside them is not read."""
    for part in parts:
        decides = part in READ and part not in SETTINGS
        known = "what it would contain is not known" if decides else "no deadline needs it"
        said = f"the return has no {part} table; {known}"
        yield Problem(0, "", "missing-table", said, "add it, if there is one", "nothing")
    for name in unread:
        said = f"{name} is not a table of the return, and is not read"
        yield Problem(0, "", "unread-file", said, "give it by itself if it is a case file", "nothing")


def _placing(tables: Mapping[str, ReturnTable], flat: pl.DataFrame) -> Callable[[Problem], Problem]:
    """Return what puts the table, the row of it and the heading of its cell before a problem."""
    home = {item: name for name, table in tables.items() if name not in SETTINGS for item in table.places}

    @cache
    def at_row() -> dict[int, int]:
        return {row: place for place, row in enumerate(flat.get_column(ROW))}

    def place(problem: Problem) -> Problem:
        """Place a problem; its row stays that of the request. That of the whole file has no place."""
        if not problem.row:
            return problem
        requests = f"{tables['requests'].name}, row {problem.row}"
        where = next(cells_of(problem), requests)
        return replace(problem, problem=f"{where}: {problem.problem}")

    def cells_of(problem: Problem) -> Iterator[str]:
        """Yield the filled cells that the column of a problem may come from, the likeliest first."""
        if problem.column not in origins():
            return
        cells = flat.row(at_row()[problem.row], named=True)
        of_plan = problem.column == "withdrawn" and str(cells.get("requestoutcome")).upper() != "W"
        items = origins()["plan_issued" if of_plan else problem.column].items
        for item in reversed(items) if problem.rule in _OF_OUTCOMES else items:
            if item in home and cells.get(item) is not None:
                row = cells[ROW if home[item] == "requests" else f"{home[item]}_row"]
                if row:
                    yield tables[home[item]].cell(row, item)

    return place


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
