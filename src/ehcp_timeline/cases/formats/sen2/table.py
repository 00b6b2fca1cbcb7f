"""The tables of a SEN2 return, in CSV files or worksheets, and how they are joined to one.

The COLLECT export numbers the rows of every table and names the row above; the other shapes name the person
and the request in every table. Nothing is lost in silence: a row that belongs to no request has a problem and
is not judged, and so has the second of two rows that belong to one request.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from ehcp_timeline.cases.cells.dates import FIRST_BIRTH, Window, read_date
from ehcp_timeline.cases.cells.values import DEFAULT_BLANKS, WHITE, shown
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
from ehcp_timeline.cases.sheet import ROW, Block, address
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
    days = {text: read_date(text, _EVER) for text in texts.filter(texts.str.contains(_MONTH)).unique()}
    return texts.replace({text: day.isoformat() for text, day in days.items() if isinstance(day, date)})


ORDINAL = "person"
LEAST = ("person", "requests")
HUNG = ("assessment", "namedplan", "activeplans", "senneed")
READ = ("sen2", *LEAST, *HUNG, *SETTINGS)

_ABOVE = {
    "assessmenttableid": "assessment",
    "activeplanstableid": "activeplans",
    "namedplantableid": "namedplan",
}
_OF, _PERSON_ROW, _FIRST = "request", "person_row", "first"
_HERE = "\0"
_RANK, _OUTCOME, _NOT_YET = "sentyperank", "assessmentoutcome", "A"
_REQUESTED, _REVIEWED = "requestoutcome", "lastreview"
# Where the row of a module may be lost: the item that decides whether a request should have one, its codes
# that say so, the item that is then missing, and what is written there. A blank would say "not yet", and make
# a breach of it.
_MISSED = {
    "assessment": (_REQUESTED, ("Y",), _OUTCOME, LOST),
    "activeplans": (_OUTCOME, ("Y", "H"), _REVIEWED, "undated: lost"),
}
_TRY = {
    "duplicate-id": "remove one of the two, or correct its number",
    "no-person": "add the person, or correct the number of the person",
    "no-request": "add the request that led to the plan; outcome H if it was decided in an earlier year",
    "orphan-row": "add the request, or correct the number of the request",
}


def joined(tables: Mapping[str, ReturnTable]) -> tuple[pl.DataFrame, list[Problem]]:
    """Join the tables of a return by their names; `person` and `requests` must be among them.

    Returns:
        `row` (UInt32, the row of the requests table), `person` (UInt32, which person of the person table it
        is, from 1; null where none is), a String column for each item that was joined, and as `person_row`,
        `assessment_row` and so on the row of each other table that belongs to the request (UInt32; null where
        none does); then a problem for what belongs to nothing, stands twice, or could not be cut into cells.
    """
    joining = _Joining(tables)
    flat = joining.requests()
    for module in HUNG:
        hung = joining.hung(tables[module]) if module in tables else None
        if hung is not None:
            cells = hung.select(_OF, pl.col(ROW).alias(f"{module}_row"), pl.exclude(_OF, *flat.columns))
            flat = flat.join(cells, left_on=ROW, right_on=_OF, how="left", maintain_order="left")
            flat = joining.doubted(module, flat)
    for module, item in SETTINGS.items():
        placed = joining.settings(tables[module], item) if module in tables else None
        if placed is not None:
            flat = flat.join(placed, left_on=ROW, right_on=_OF, how="left", maintain_order="left")
    return flat, joining.problems


class _Joining:
    """The tables of a return while they are joined; `problems` is what has been found on the way."""

    def __init__(self, tables: Mapping[str, ReturnTable]) -> None:
        self._tables = tables
        self._placed: dict[str, pl.DataFrame] = {}
        # By module: the numbers of the persons whose rows are lost, None where it may be anybody's.
        self._lost: dict[str, pl.Series | None] = {
            name: None
            for name, table in tables.items()
            if any(problem.stops == "row" for problem in table.problems)
        }
        self.problems = [problem for table in tables.values() for problem in table.problems]
        in_pairs = all(PERSON in tables[module].cells.columns for module in HUNG if module in tables)
        self._keys = [PERSON, REQUEST] if in_pairs else [REQUEST]

    def requests(self) -> pl.DataFrame:
        """Return each request once, with the items of its person, `person` and `person_row`."""
        table, person = self._tables["requests"], self._tables["person"]
        people = self._once(person, [PERSON], "nothing")
        people = people.with_row_index(ORDINAL, offset=1).rename({ROW: _PERSON_ROW})
        own = self._once(table, self._keys, "row")
        self._placed["requests"] = own.select(*self._keys, pl.col(ROW).alias(_OF))
        idle = people.join(own, on=PERSON, how="anti", maintain_order="left").rename({_PERSON_ROW: ROW})
        self._say(person, idle, "no-request", "the person has no request", "row")
        flat = own.join(people, on=PERSON, how="left", maintain_order="left")
        alone = flat.filter(pl.col(ORDINAL).is_null())
        self._say(table, alone, "no-person", "the request belongs to nobody in the person table", "nothing")
        strange = pl.when(pl.col(ORDINAL).is_null()).then(PERSON).rank("dense") + people.height
        return flat.with_columns(pl.coalesce(ORDINAL, strange).alias(ORDINAL))

    def hung(self, table: ReturnTable) -> pl.DataFrame | None:
        """Return the rows of a table that are joined, each with its `request`; None if none can be."""
        cells, stops = table.cells, "nothing" if table.module == "senneed" else "row"
        if _RANK in cells.columns:
            cells = cells.filter(pl.col(_RANK) == "1")
        placed = self._placed_rows(table, cells, stops)
        if placed is None:
            return None
        # A row that only says that nothing is decided yet gives way to any other of its request.
        undecided = pl.lit(False)
        if _OUTCOME in placed.columns:
            undecided = pl.col(_OUTCOME).str.to_uppercase().fill_null(_NOT_YET) == _NOT_YET
        placed = placed.with_columns(pl.col(ROW).sort_by(undecided, ROW).first().over(_OF).alias(_FIRST))
        self._placed[table.module] = placed
        again = placed.filter(pl.col(ROW) != pl.col(_FIRST))
        self._say(table, again, "duplicate-id", f"row {_HERE} belongs to the same request", stops)
        once = placed.filter(pl.col(ROW) == pl.col(_FIRST))
        return once.drop(_FIRST, PERSON, REQUEST, *_ABOVE, strict=False)

    def settings(self, table: ReturnTable, item: str) -> pl.DataFrame | None:
        """Return each `request` with its setting as an item: one that was not left, of the first rank."""
        cells = table.cells.with_columns(
            pl.lit(None, pl.String).alias(name) for name in OF_SETTING if name not in table.cells.columns
        )
        placed = self._placed_rows(table, cells, "nothing")
        if placed is None:
            return None
        numbered = pl.any_horizontal(pl.col("urn", "ukprn").is_not_null())
        code = pl.coalesce("sensetting", pl.when(numbered).then(pl.lit(NUMBERED))).alias(item)
        order = (pl.col("leavingdate").is_not_null(), "placementrank", ROW)
        kept = placed.with_columns(code).filter(pl.col(item).is_not_null())
        return kept.sort(order, nulls_last=True).unique(_OF, keep="first").select(_OF, item)

    def _placed_rows(self, table: ReturnTable, cells: pl.DataFrame, stops: str) -> pl.DataFrame | None:
        """Return the rows that belong to a request, with its `request`; None if none can be joined."""
        above = self._above(table)
        if above is None:
            return None
        keys = [name for name in above.columns if name != _OF]
        placed = cells.join(above, on=keys, how="left", maintain_order="left")
        lost = placed.filter(pl.col(_OF).is_null())
        if lost.height and table.module not in self._lost:
            named = PERSON in lost.columns and not lost.get_column(PERSON).null_count()
            self._lost[table.module] = lost.get_column(PERSON) if named else None
        self._say(table, lost, "orphan-row", "the row belongs to no row of the requests table", stops)
        return placed.filter(pl.col(_OF).is_not_null())

    def doubted(self, module: str, flat: pl.DataFrame) -> pl.DataFrame:
        """Return requests, those in doubt that have no row of a table and may have one among the lost."""
        item, codes, missing, words = _MISSED.get(module, ("", (), "", ""))
        if not {item, missing} <= set(flat.columns):
            return flat
        persons = self._lost.get(module, pl.Series(dtype=pl.String))
        doubt = flat.get_column(f"{module}_row").is_null()
        if persons is not None:
            doubt &= flat.get_column(PERSON).is_in(persons.implode())
        lacks = doubt & pl.col(item).str.to_uppercase().is_in(codes)
        return flat.with_columns(pl.when(lacks).then(pl.lit(words)).otherwise(missing).alias(missing))

    def _above(self, table: ReturnTable) -> pl.DataFrame | None:
        """Return the keys of the table that the rows of this one belong to, and the `request` of each."""
        if REQUEST in table.cells.columns:
            return self._placed["requests"]
        for key, module in _ABOVE.items():
            above = self._placed.get(module)
            if above is not None and key in table.cells.columns and key in above.columns:
                return above.select(key, _OF).unique(key, keep="first", maintain_order=True)
        said = f"{table.name}: it cannot be joined without the table above it, and is not read"
        tip = "add the tables that are missing"
        self.problems.append(Problem(0, "", "missing-table", said, tip, "nothing"))
        return None

    def _once(self, table: ReturnTable, keys: Sequence[str], stops: str) -> pl.DataFrame:
        """Return the rows of a table without those that repeat the keys of an earlier one."""
        complete = pl.all_horizontal(pl.col(keys).is_not_null())
        first = pl.when(complete).then(pl.col(ROW).min().over(keys)).otherwise(ROW)
        cells = table.cells.with_columns(first.alias(_FIRST))
        again = cells.filter(pl.col(ROW) != pl.col(_FIRST))
        says = f"its {table.headings[keys[-1]]} is already in row {_HERE}"
        self._say(table, again, "duplicate-id", says, stops)
        return cells.filter(pl.col(ROW) == pl.col(_FIRST)).drop(_FIRST)

    def _say(self, table: ReturnTable, rows: pl.DataFrame, rule: str, says: str, stops: str) -> None:
        """Note a problem of each of some rows of a table; `_HERE` is the row that counts in its place."""
        firsts = rows.get_column(_FIRST) if _FIRST in rows.columns else rows.get_column(ROW)
        for row, first in zip(rows.get_column(ROW), firsts, strict=True):
            self.problems.append(table.problem(row, rule, says.replace(_HERE, str(first)), _TRY[rule], stops))
