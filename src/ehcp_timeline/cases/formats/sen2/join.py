"""Joins the tables of a SEN2 return to one, a row for each request, and says what belongs to none.

The COLLECT export numbers the rows of every table and names the row above; the other shapes name the person
and the request in every table. Nothing is lost in silence: a row that belongs to no request has a problem
that keeps it from being judged, and so has the second of two rows that belong to one request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from ehcp_timeline.cases.formats.sen2.columns import LOST
from ehcp_timeline.cases.formats.sen2.table import PERSON, REQUEST, ReturnTable
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW

ORDINAL = "person"
LEAST = ("person", "requests")
HUNG = ("assessment", "namedplan", "activeplans", "senneed")
READ = ("sen2", *LEAST, *HUNG)

_ABOVE = {"assessmenttableid": "assessment", "activeplanstableid": "activeplans"}
_OF, _PERSON_ROW, _FIRST = "request", "person_row", "first"
_HERE = "\0"
_RANK, _OUTCOME, _NOT_YET = "sentyperank", "assessmentoutcome", "A"
_REQUESTED, _REVIEWED = "requestoutcome", "lastreview"
_TRY = {
    "duplicate-id": "remove one of the two, or correct its number",
    "no-person": "add the person, or correct the number of the person",
    "no-request": "add the request that led to the plan; outcome H if it was decided in an earlier year",
    "orphan-row": "add the request, or correct the number of the request",
}


@dataclass(frozen=True, slots=True)
class Joined:
    """The tables of one return, joined.

    Attributes:
        flat: `row` (UInt32, the row of the requests table), `person` (UInt32, which person of the person
            table it is, from 1; null where none is) and a String column for each item that was joined.
        rows: For each row of `flat`, in its order, `row` and under the name of each other table that was
            joined the row of it (UInt32) that belongs to the request; null where none does.
        problems: What belongs to nothing, stands twice, or could not be cut into cells.
    """

    flat: pl.DataFrame
    rows: pl.DataFrame
    problems: tuple[Problem, ...]


def joined(tables: Mapping[str, ReturnTable]) -> Joined:
    """Join the tables of a return by their names; `person` and `requests` must be among them."""
    joining = _Joining(tables)
    requests = joining.requests()
    rows = requests.select(ROW, pl.col(_PERSON_ROW).alias("person"))
    flat = requests.drop(_PERSON_ROW)
    for module in HUNG:
        hung = joining.hung(module)
        if hung is not None:
            places = hung.select(_OF, pl.col(ROW).alias(module))
            rows = rows.join(places, left_on=ROW, right_on=_OF, how="left", maintain_order="left")
            cells = hung.select(_OF, pl.exclude(_OF, *flat.columns))
            flat = flat.join(cells, left_on=ROW, right_on=_OF, how="left", maintain_order="left")
            flat = _doubted(module, flat, rows.get_column(module).is_null() & joining.doubted(module, flat))
    return Joined(flat, rows, tuple(joining.problems))


class _Joining:
    """The tables of a return while they are joined.

    Attributes:
        problems: What has been found on the way.
    """

    def __init__(self, tables: Mapping[str, ReturnTable]) -> None:
        self._tables = tables
        self._placed: dict[str, pl.DataFrame] = {}
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

    def hung(self, module: str) -> pl.DataFrame | None:
        """Return the rows of a table that are joined, each with its `request`; None if none can be."""
        table = self._tables.get(module)
        above = self._above(table) if table else None
        if table is None or above is None:
            return None
        cells, stops = _primary(table.cells), "nothing" if module == "senneed" else "row"
        keys = [name for name in above.columns if name != _OF]
        placed = cells.join(above, on=keys, how="left", maintain_order="left")
        self._placed[module] = placed = self._belonging(table, placed, stops)
        again = placed.filter(pl.col(ROW) != pl.col(_FIRST))
        self._say(table, again, "duplicate-id", f"row {_HERE} belongs to the same request", stops)
        once = placed.filter(pl.col(ROW) == pl.col(_FIRST))
        return once.drop(_FIRST, PERSON, REQUEST, *_ABOVE, strict=False)

    def _belonging(self, table: ReturnTable, placed: pl.DataFrame, stops: str) -> pl.DataFrame:
        """Return the rows that belong to a request, each with the `first` of it that counts."""
        lost = placed.filter(pl.col(_OF).is_null())
        self._lose(table.module, lost)
        self._say(table, lost, "orphan-row", "the row belongs to no row of the requests table", stops)
        placed = placed.filter(pl.col(_OF).is_not_null())
        first = pl.col(ROW).sort_by(_undecided(placed), ROW).first().over(_OF)
        return placed.with_columns(first.alias(_FIRST))

    def doubted(self, module: str, flat: pl.DataFrame) -> pl.Series:
        """Return which requests the rows of a table may belong to that could be joined to none."""
        persons = self._lost.get(module, pl.Series(dtype=pl.String))
        if persons is None:
            return pl.repeat(True, flat.height, eager=True)
        return flat.get_column(PERSON).is_in(persons.implode())

    def _lose(self, module: str, lost: pl.DataFrame) -> None:
        """Remember whose rows of a table are lost."""
        if lost.height and module not in self._lost:
            named = PERSON in lost.columns and not lost.get_column(PERSON).null_count()
            self._lost[module] = lost.get_column(PERSON) if named else None

    def _above(self, table: ReturnTable) -> pl.DataFrame | None:
        """Return the keys of the table that the rows of this one belong to, and the `request` of each."""
        if REQUEST in table.cells.columns:
            return self._placed["requests"]
        for key, module in _ABOVE.items():
            if key in table.cells.columns and module in self._placed:
                return self._placed[module].select(key, _OF).unique(key, keep="first", maintain_order=True)
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
        says = f"its {table.headings[keys[-1]]} stands in row {_HERE} already"
        self._say(table, again, "duplicate-id", says, stops)
        return cells.filter(pl.col(ROW) == pl.col(_FIRST)).drop(_FIRST)

    def _say(self, table: ReturnTable, rows: pl.DataFrame, rule: str, says: str, stops: str) -> None:
        """Note a problem of each of some rows of a table; `_HERE` is the row that counts in its place."""
        firsts = rows.get_column(_FIRST) if _FIRST in rows.columns else rows.get_column(ROW)
        for row, first in zip(rows.get_column(ROW), firsts, strict=True):
            self.problems.append(table.problem(row, rule, says.replace(_HERE, str(first)), _TRY[rule], stops))


def _doubted(module: str, flat: pl.DataFrame, doubted: pl.Series) -> pl.DataFrame:
    """Return requests with what they lack in words where it may stand in a row that is lost.

    A blank would say "not yet", and make a breach of it.
    """
    if module == "assessment" and {_REQUESTED, _OUTCOME} <= set(flat.columns):
        lacks, item, word = _is(_REQUESTED, "Y"), _OUTCOME, LOST
    elif module == "activeplans" and {_OUTCOME, _REVIEWED} <= set(flat.columns):
        lacks, item, word = _is(_OUTCOME, "Y", "H"), _REVIEWED, "undated: lost"
    else:
        return flat
    marked = pl.when(doubted & lacks).then(pl.lit(word)).otherwise(item)
    return flat.with_columns(marked.alias(item))


def _is(item: str, *codes: str) -> pl.Expr:
    """Return whether an item is one of some codes."""
    return pl.col(item).str.to_uppercase().is_in(codes)


def _primary(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a table without those of needs that are not the primary one."""
    return cells.filter(pl.col(_RANK) == "1") if _RANK in cells.columns else cells


def _undecided(cells: pl.DataFrame) -> pl.Expr:
    """Return whether a row only says that nothing is decided yet: any other of the request counts first."""
    if _OUTCOME not in cells.columns:
        return pl.lit(False)
    return pl.col(_OUTCOME).str.to_uppercase().fill_null(_NOT_YET) == _NOT_YET
