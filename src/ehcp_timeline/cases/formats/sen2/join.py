"""Joins the tables of a SEN2 return to one, a row for each request, and reports rows without a place.

The COLLECT export numbers the rows of every table and names the row above; the other shapes name the person
and the request in every table. Nothing is lost in silence: a row that belongs to no request has a problem and
is not judged, and so has the second of two rows that belong to one request.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from ehcp_timeline.cases.formats.sen2.columns import LOST, SETTINGS
from ehcp_timeline.cases.formats.sen2.table import NUMBERED, OF_SETTING, PERSON, REQUEST, ReturnTable
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW

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


class Joined(NamedTuple):
    """The tables of one return, joined.

    Attributes:
        flat: `row` (UInt32, the row of the requests table), `person` (UInt32, which person of the person
            table it is, from 1; null where none is), a String column for each item that was joined, and as
            `person_row`, `assessment_row` and so on the row of each other table that belongs to the request
            (UInt32); null where none does.
        problems: What belongs to nothing, stands twice, or could not be cut into cells.
    """

    flat: pl.DataFrame
    problems: list[Problem]


def joined(tables: Mapping[str, ReturnTable]) -> Joined:
    """Join the tables of a return by their names; `person` and `requests` must be among them."""
    joining = _Joining(tables)
    flat = joining.requests()
    for module in HUNG:
        hung = joining.hung(tables[module]) if module in tables else None
        if hung is not None:
            cells = hung.select(_OF, pl.col(ROW).alias(f"{module}_row"), pl.exclude(_OF, *flat.columns))
            flat = flat.join(cells, left_on=ROW, right_on=_OF, how="left", maintain_order="left")
            flat = joining.doubted(module, flat)
    for module, item in SETTINGS.items():
        placed = joining.placed(tables[module], item) if module in tables else None
        if placed is not None:
            flat = flat.join(placed, left_on=ROW, right_on=_OF, how="left", maintain_order="left")
    return Joined(flat, joining.problems)


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
        above = self._above(table)
        if above is None:
            return None
        cells, stops = table.cells, "nothing" if table.module == "senneed" else "row"
        if _RANK in cells.columns:
            cells = cells.filter(pl.col(_RANK) == "1")
        keys = [name for name in above.columns if name != _OF]
        placed = cells.join(above, on=keys, how="left", maintain_order="left")
        lost = placed.filter(pl.col(_OF).is_null())
        if lost.height and table.module not in self._lost:
            named = PERSON in lost.columns and not lost.get_column(PERSON).null_count()
            self._lost[table.module] = lost.get_column(PERSON) if named else None
        self._say(table, lost, "orphan-row", "the row belongs to no row of the requests table", stops)
        # A row that only says that nothing is decided yet gives way to any other of its request.
        undecided = pl.lit(False)
        if _OUTCOME in placed.columns:
            undecided = pl.col(_OUTCOME).str.to_uppercase().fill_null(_NOT_YET) == _NOT_YET
        placed = placed.filter(pl.col(_OF).is_not_null())
        placed = placed.with_columns(pl.col(ROW).sort_by(undecided, ROW).first().over(_OF).alias(_FIRST))
        self._placed[table.module] = placed
        again = placed.filter(pl.col(ROW) != pl.col(_FIRST))
        self._say(table, again, "duplicate-id", f"row {_HERE} belongs to the same request", stops)
        once = placed.filter(pl.col(ROW) == pl.col(_FIRST))
        return once.drop(_FIRST, PERSON, REQUEST, *_ABOVE, strict=False)

    def placed(self, table: ReturnTable, item: str) -> pl.DataFrame | None:
        """Return each `request` with its setting as an item: one that was not left, of the first rank."""
        above = self._above(table)
        if above is None:
            return None
        cells = table.cells.with_columns(
            pl.lit(None, pl.String).alias(name) for name in OF_SETTING if name not in table.cells.columns
        )
        keys = [name for name in above.columns if name != _OF]
        found = cells.join(above, on=keys, how="left", maintain_order="left")
        lost = found.filter(pl.col(_OF).is_null())
        self._say(table, lost, "orphan-row", "the row belongs to no row of the requests table", "nothing")
        numbered = pl.any_horizontal(pl.col("urn", "ukprn").is_not_null())
        code = pl.coalesce("sensetting", pl.when(numbered).then(pl.lit(NUMBERED))).alias(item)
        order = (pl.col("leavingdate").is_not_null(), "placementrank", ROW)
        kept = found.with_columns(code).filter(pl.col(_OF).is_not_null(), pl.col(item).is_not_null())
        return kept.sort(order, nulls_last=True).unique(_OF, keep="first").select(_OF, item)

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
        says = f"its {table.headings[keys[-1]]} is already in row {_HERE}"
        self._say(table, again, "duplicate-id", says, stops)
        return cells.filter(pl.col(ROW) == pl.col(_FIRST)).drop(_FIRST)

    def _say(self, table: ReturnTable, rows: pl.DataFrame, rule: str, says: str, stops: str) -> None:
        """Note a problem of each of some rows of a table; `_HERE` is the row that counts in its place."""
        firsts = rows.get_column(_FIRST) if _FIRST in rows.columns else rows.get_column(ROW)
        for row, first in zip(rows.get_column(ROW), firsts, strict=True):
            self.problems.append(table.problem(row, rule, says.replace(_HERE, str(first)), _TRY[rule], stops))
