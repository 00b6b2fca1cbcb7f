"""Makes one sheet of cases, a row for each request, from the tables of a SEN2 return."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

import polars as pl

from ehcp_timeline.cases.cells.dates import FIRST_EVENT, Window, read_date
from ehcp_timeline.cases.formats.sen2.columns import ORIGINS, SETTINGS, case_block, case_headings
from ehcp_timeline.cases.formats.sen2.items import sen2, year_of
from ehcp_timeline.cases.formats.sen2.join import LEAST, READ, joined
from ehcp_timeline.cases.formats.sen2.table import ReturnTable
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Block, Dtypes, Sheet
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

    @cache
    def is_filled(item: str) -> list[bool]:
        there = item in flat.columns
        return flat.get_column(item).is_not_null().to_list() if there else [False] * flat.height

    @cache
    def rows_of(table: str) -> list[int | None]:
        return flat.get_column(ROW if table == "requests" else f"{table}_row").to_list()

    def place(problem: Problem) -> Problem:
        """Place a problem; its row stays that of the request. That of the whole file has no place."""
        if not problem.row:
            return problem
        requests = f"{tables['requests'].name}, row {problem.row}"
        where = next(cells_of(problem), requests)
        return replace(problem, problem=f"{where}: {problem.problem}")

    def cells_of(problem: Problem) -> Iterator[str]:
        """Yield the filled cells that the column of a problem may come from, the likeliest first."""
        if problem.column not in ORIGINS:
            return
        at = at_row()[problem.row]
        outcome = flat.get_column("requestoutcome")[at] if "requestoutcome" in home else None
        of_plan = problem.column == "withdrawn" and str(outcome).upper() != "W"
        items = ORIGINS["plan_issued" if of_plan else problem.column].items
        for item in reversed(items) if problem.rule in _OF_OUTCOMES else items:
            if item in home and is_filled(item)[at] and (row := rows_of(home[item])[at]):
                yield tables[home[item]].cell(row, item)

    return place
