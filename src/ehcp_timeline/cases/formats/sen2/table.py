"""One table of a SEN2 return, as a CSV file or a worksheet holds it: its items and where they stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import polars as pl

from ehcp_timeline.cases.cells.dates import FIRST_BIRTH, Window, read_date
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, WHITE, shown
from ehcp_timeline.cases.formats.addresses import address
from ehcp_timeline.cases.formats.sen2.columns import ITEMS
from ehcp_timeline.cases.formats.sen2.items import KEY, Module, first_line, may_be_table, sen2
from ehcp_timeline.cases.headers import Spellings, fold, match
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Block
from ehcp_timeline.errors import CaseFileError

PERSON, REQUEST = "persontableid", "requeststableid"

_BESIDE = frozenset(("year", "referencedate", "sentyperank"))
_REVIEWED = ("reviewmeeting", "reviewdraft", "lastreview")
_MONTH = r"[A-Za-z]{3}.*[0-9]{4}|[0-9]{4}.*[A-Za-z]{3}"  # and a year that is written out
_EVER = Window(FIRST_BIRTH, date(2100, 12, 31))
_WHOLE = r"^([0-9]+)\.0+$"
_NAMES = frozenset(("surname", "forename"))  # a word for a blank may be somebody's name


@dataclass(frozen=True, slots=True)
class ReturnTable:
    """One table of a return.

    Attributes:
        module: Which one, as `requests`.
        name: The file or the worksheet that holds it, for messages.
        cells: `row` (UInt32, its row there), then a String column for each item that it has and that is read;
            a blank cell is null, a whole number has no decimal point, a date no name of a month. Rows that
            are blank are left out.
        headings: Item to its heading.
        places: Item to its column, from 0.
        worksheet: Its worksheet; an empty string where a file holds it.
        problems: Rows that could not be cut into cells.
    """

    module: str
    name: str
    cells: pl.DataFrame
    headings: Mapping[str, str]
    places: Mapping[str, int]
    worksheet: str = ""
    problems: tuple[Problem, ...] = ()

    def cell(self, row: int, item: str) -> str:
        """Return where a cell stands, to begin a problem with."""
        if self.worksheet:
            return f"'{self.worksheet}'!{address(row, self.places[item] + 1)}"
        return f"{self.name}, row {row}, {self.headings[item]}"

    def problem(self, row: int, rule: str, says: str, try_: str, stops: str) -> Problem:
        """Return the problem of a whole row; only a row of requests is one that a case can have."""
        of_case = row if self.module == "requests" else 0
        return Problem(of_case, "", rule, f"{self.name}, row {row}: {says}", try_, stops)


def module_of(headings: Sequence[str], spellings: Spellings) -> Module | None:
    """Return the module whose table has these headings, None where they are of no such table.

    A table numbers its persons or requests and has items of its own, more than those of any other module;
    one with a column that only a case file has is a case file.
    """
    if not may_be_table(headings):
        return None
    keys = set(map(fold, headings))
    scores = {
        module.id: (_own(module, headings), module.key in keys, -len(module.spellings))
        for module in sen2().modules.values()
        if is_table_of(module, headings) and not _is_cases(headings, module, spellings)
    }
    best = max(scores, key=lambda name: scores[name], default="")
    return sen2().modules.get(best)


def is_table_of(module: Module, headings: Sequence[str]) -> bool:
    """Return whether headings are of a table of a module: they tie it to others and have its own items."""
    items = set(map(module.item, headings))
    match module.id:
        case "sen2":
            tied = True
        case "person":
            tied = PERSON in items
        case "requests":
            tied = {PERSON, REQUEST} <= items
        case _:
            tied = REQUEST in items or module.parent_key in items
    return tied and _own(module, headings) > 0


def table_of(
    module: Module, name: str, headings: Sequence[str], blocks: Iterable[Block], worksheet: str = ""
) -> ReturnTable:
    """Return a table from its rows under their headings, its items by name.

    Raises:
        CaseFileError: Two headings mean one item.
    """
    places = _places(module, name, headings)
    lines = {item: shown(first_line(headings[place])).strip('"') for item, place in places.items()}
    empty = ReturnTable(module.id, name, pl.DataFrame(), lines, places, worksheet)
    parts: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for block in blocks:
        parts.append(_items(block.cells, places))
        problems += (
            empty.problem(fault.row, fault.rule, fault.problem, fault.try_, fault.stops)
            for fault in block.problems
        )
    return replace(empty, cells=pl.concat(parts), problems=tuple(problems))


def _places(module: Module, name: str, headings: Sequence[str]) -> dict[str, int]:
    """Return where each item that is read stands, from 0."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        item = module.item(heading)
        if not item or not _is_read(item):
            continue
        if item in places:
            first, other = (f"{at + 1} ({shown(headings[at])})" for at in (places[item], place))
            said = f"{name}: columns {first} and {other} both mean {item}"
            raise CaseFileError(said, "rename or remove one of them")
        places[item] = place
    return places


def _items(cells: pl.DataFrame, places: Mapping[str, int]) -> pl.DataFrame:
    """Return the rows that are not blank, their items by name."""
    named = cells.select(ROW, *(_clean(place, item) for item, place in places.items()))
    named = named.with_columns(_spelled_out(named.get_column(item)) for item in places if is_date(item))
    return named.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))


def _is_read(item: str) -> bool:
    """Return whether an item ties the table to others, or some use is made of it."""
    return item in ITEMS or item in _BESIDE or item.endswith(KEY)


def is_date(item: str) -> bool:
    """Return whether an item is a date."""
    return item.endswith("date") or item in _REVIEWED


def _spelled_out(texts: pl.Series) -> pl.Series:
    """Return dates as they are, those with the name of a month, as COLLECT's, as the return has them."""
    named = texts.filter(texts.str.contains(_MONTH)).unique()
    return texts.replace({text: day for text in named if (day := _iso(text))})


@cache
def _iso(text: str) -> str | None:
    """Return a date as `2025-03-01`, None where it is none."""
    day = read_date(text, _EVER)
    return day.isoformat() if isinstance(day, date) else None


def _own(module: Module, headings: Sequence[str]) -> int:
    """Return how many items of a module headings have, beside the numbers of rows."""
    items = {module.item(heading) for heading in headings}
    return sum(item is not None and not item.endswith(KEY) for item in items)


def _is_cases(headings: Sequence[str], module: Module, spellings: Spellings) -> bool:
    """Return whether some heading means a column of a case file and is not an item of the table."""
    columns = match(headings, spellings)
    return any(
        column not in {None, "case_id"} and not module.item(heading)
        for column, heading in zip(columns, headings, strict=True)
    )


def _clean(place: int, item: str) -> pl.Expr:
    """Return a column without white space around its cells, words for a blank, and `.0` after numbers."""
    text = pl.col(str(place)).str.strip_chars(WHITE).str.replace(_WHOLE, "$1")
    blank = text.str.to_lowercase().is_in([""] if item in _NAMES else ["", *sorted(DEFAULT_BLANKS)])
    return pl.when(blank.not_()).then(text).alias(item)
