"""Makes one sheet of cases, a row for each request, of the tables of a SEN2 return."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import polars as pl

from ehcp_timeline.cases.cells.dates import FIRST_EVENT, Window, read_date
from ehcp_timeline.cases.formats.sen2.columns import case_block, case_headings
from ehcp_timeline.cases.formats.sen2.items import sen2
from ehcp_timeline.cases.formats.sen2.join import LEAST, READ, joined
from ehcp_timeline.cases.formats.sen2.provenance import Places
from ehcp_timeline.cases.formats.sen2.table import ReturnTable
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import Block, Sheet
from ehcp_timeline.errors import CaseFileError


@dataclass(frozen=True, slots=True)
class Return:
    """The tables of one return, in whatever shape they came.

    Attributes:
        name: The file, or the files, as the user named them.
        shown: The same for messages.
        sha256: Of their bytes, in hexadecimal.
        shape: What they are, as `COLLECT export`.
        parts: The tables that this shape has.
        tables: Those that were found, by module.
        unread: Files beside them that are no tables of the return.
    """

    name: str
    shown: str
    sha256: str
    shape: str
    parts: tuple[str, ...]
    tables: Mapping[str, ReturnTable]
    unread: tuple[str, ...] = ()


def return_sheet(census: Return) -> Sheet:
    """Return the cases of a return.

    Raises:
        CaseFileError: It lacks the persons or the requests, without which there are no cases.
    """
    _refuse_without_cases(census)
    whole, about = joined(census.tables), _about(census.tables)
    held = _held(census.tables, about.get("year", ""))
    return Sheet(
        name=census.name,
        shown=census.shown,
        sha256=census.sha256,
        encoding=" of ".join(filter(None, ("SEN2 return", about.get("year")))) + f", {census.shape}",
        delimiter="",
        header_row=1,
        headings=case_headings(held),
        blocks=partial(_blocks, whole.flat, held, (*_missing(census), *whole.problems)),
        place=Places(census.tables, whole).place,
        known_until=_day(about.get("referencedate", "")),
    )


def _refuse_without_cases(census: Return) -> None:
    """Refuse a return without the tables that make a case."""
    lacking = [part for part in LEAST if part not in census.tables]
    if lacking:
        held = ", ".join(table.name for table in census.tables.values())
        said = f"{census.shown}: a SEN2 return without its {' and '.join(lacking)} table; found {held}"
        raise CaseFileError(said, "give all the tables of the return together, or the folder they are in")


def _blocks(
    flat: pl.DataFrame, held: frozenset[str], problems: tuple[Problem, ...], rows: int
) -> Generator[Block]:
    """Yield the cases, about so many at a time; the problems of the tables come with the first."""
    size = max(1, rows)
    for begin in range(0, max(1, flat.height), size):
        yield case_block(flat.slice(begin, size), held, () if begin else problems)


def _about(tables: Mapping[str, ReturnTable]) -> dict[str, str]:
    """Return what the return says of itself: the items of its first table that are filled."""
    rows = tables["sen2"].cells.head(1).to_dicts() if "sen2" in tables else []
    return {item: text for row in rows for item, text in row.items() if isinstance(text, str)}


def _held(tables: Mapping[str, ReturnTable], year: str) -> frozenset[str]:
    """Return the items that the return of a year knows: not those that are blank for everybody."""
    filled = (
        column.name
        for table in tables.values()
        for column in table.cells.iter_columns()
        if column.null_count() < len(column)
    )
    return sen2().held(filled, int(year) if len(year) == 4 and year.isascii() and year.isdigit() else None)


def _day(text: str) -> date | None:
    """Return the day as of which the return was made, None where it does not say one."""
    day = read_date(text, Window(FIRST_EVENT, date.max))
    return day if isinstance(day, date) else None


def _missing(census: Return) -> Iterator[Problem]:
    """Yield what is said of the return as a whole: the tables that it lacks, what beside them is not read."""
    lacking = [part for part in census.parts if part not in census.tables]
    for part in lacking:
        known = "what it would say is not known" if part in READ else "no deadline rests on it"
        said = f"the return has no {part} table; {known}"
        yield Problem(0, "", "missing-table", said, "add it, if there is one", "nothing")
    for name in census.unread:
        said = f"{name} is not a table of the return, and is not read"
        yield Problem(0, "", "unread-file", said, "give it by itself if it is a case file", "nothing")
