"""One table of a SEN2 return, as a CSV file or a worksheet holds it: its items and where they are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache

import polars as pl

from ehcp_timeline.cases.cells.dates import FIRST_BIRTH, Window, read_date
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, WHITE, shown
from ehcp_timeline.cases.formats.addresses import address
from ehcp_timeline.cases.formats.sen2.columns import ITEMS, LOST, SETTINGS, is_date
from ehcp_timeline.cases.formats.sen2.items import (
    DATE,
    ELSEWHERE,
    KEY,
    OUTCOMES,
    RENAME,
    UNKNOWN,
    Module,
    first_line,
    may_be_table,
    outcome_codes,
    sen2,
)
from ehcp_timeline.cases.headers import Spellings, fold, match
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Block
from ehcp_timeline.errors import CaseFileError
from ehcp_timeline.record import record, replace

PERSON, REQUEST = "persontableid", "requeststableid"

OF_SETTING = ("sensetting", "urn", "ukprn", "placementrank", "leavingdate")
NUMBERED = "URN"  # stands for the setting that is given by its number alone
_BESIDE = frozenset(("year", "referencedate", "sentyperank", *OF_SETTING))
_MONTH = r"[A-Za-z]{3}.*[0-9]{4}|[0-9]{4}.*[A-Za-z]{3}"  # and a year that is written out
_EVER = Window(FIRST_BIRTH, date(2100, 12, 31))
_WHOLE = r"^([0-9]+)\.0+$"
_NAMES = frozenset(("surname", "forename"))  # a word for a blank may be somebody's name


@record(frozen=True, slots=True)
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
    keys, columns = set(map(fold, headings)), match(headings, spellings)
    best, best_score = None, (0, False, 0)
    for module in sen2().modules.values():
        is_cases = any(
            column not in {None, "case_id"} and not module.item(heading)
            for column, heading in zip(columns, headings, strict=True)
        )
        score = (own_items(module, headings), module.key in keys, -len(module.spellings))
        if score[0] and not is_cases and score > best_score:
            best, best_score = module, score
    return best


def own_items(module: Module, headings: Sequence[str]) -> int:
    """Return how many items a table with these headings has of a module, beside the numbers of rows.

    0 where nothing ties it to other tables, as the module's table is tied.
    """
    items = set(map(module.item, headings))
    tied = {
        "sen2": True,
        "person": PERSON in items,
        "requests": {PERSON, REQUEST} <= items,
    }.get(module.id, REQUEST in items or module.parent_key in items)
    return sum(item is not None and not item.endswith(KEY) for item in items) if tied else 0


def table_of(
    module: Module, name: str, headings: Sequence[str], blocks: Iterable[Block], worksheet: str = ""
) -> ReturnTable:
    """Return a table from its rows under their headings, its items by name.

    Raises:
        CaseFileError: Two headings mean one item.
    """
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        item = module.item(heading)
        if not item or not (item in ITEMS or item in _BESIDE or item.endswith(KEY)):
            continue
        if item in places:
            first, other = (f"{at + 1} ({shown(headings[at])})" for at in (places[item], place))
            said = f"{name}: columns {first} and {other} both mean {item}"
            raise CaseFileError(said, "rename or remove one of them")
        places[item] = place
    lines = {item: shown(first_line(headings[place])).strip('"') for item, place in places.items()}
    decides = module.id not in SETTINGS  # on a setting no deadline rests
    unknown = [
        str(place)
        for place, heading in enumerate(headings)
        if decides and heading and not sen2().knows(heading)
    ]
    clean: list[pl.Expr] = []  # without white space around cells, words for a blank, and `.0` after numbers
    for item, place in places.items():
        text = pl.col(str(place)).str.strip_chars(WHITE).str.replace(_WHOLE, "$1")
        blank = text.str.to_lowercase().is_in([""] if item in _NAMES else ["", *sorted(DEFAULT_BLANKS)])
        clean.append(pl.when(blank.not_()).then(text).alias(item))
    dated: dict[str, None] = {}
    table = ReturnTable(module.id, name, pl.DataFrame(), lines, places, worksheet)
    parts: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for block in blocks:
        cells = block.cells.select(ROW, *clean)
        cells = cells.with_columns(_spelled_out(cells.get_column(item)) for item in places if is_date(item))
        for column in unknown:
            held = block.cells[column]
            holds = held.str.contains(DATE) | held.str.to_uppercase().is_in([*outcome_codes()])
            holds = holds.fill_null(value=False)
            if holds.any():  # what is missing may stand there; a blank would say "not yet"
                dated[column] = None
                cells = cells.with_columns(
                    pl.when(pl.col(item).is_not_null() | ~holds)
                    .then(item)
                    .otherwise(pl.lit(LOST if item in OUTCOMES else ELSEWHERE))
                    for item in places
                    if item in OUTCOMES
                    or (is_date(item) and item not in _BESIDE and item != "personbirthdate")
                )
        parts.append(cells.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null())))
        problems += (
            table.problem(
                fault.row, fault.rule, fault.problem, fault.try_, fault.stops if decides else "nothing"
            )
            for fault in block.problems
        )
    for column in dated:
        heading = shown(first_line(headings[int(column)]))
        says = f"{name}: {heading} is not a heading of a SEN2 return; its dates or outcomes are not read"
        problems.append(Problem(0, "", UNKNOWN, says, RENAME, "nothing"))
    return replace(table, cells=pl.concat(parts), problems=tuple(problems))


def _spelled_out(texts: pl.Series) -> pl.Series:
    """Return dates as they are, those with the name of a month, as COLLECT's, as the return has them."""
    named = texts.filter(texts.str.contains(_MONTH)).unique()
    return texts.replace({text: day for text in named if (day := _iso(text))})


@cache
def _iso(text: str) -> str | None:
    day = read_date(text, _EVER)
    return day.isoformat() if isinstance(day, date) else None
