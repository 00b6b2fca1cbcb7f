"""Leaves out the rows that cannot be judged: blank, without a case_id, no case, or repeating another."""

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from ehcp_timeline.cases.case_numbers import CaseNumbers
from ehcp_timeline.cases.cells.values import WHITE, excel_error, shown
from ehcp_timeline.cases.cells.vectorised import clean_text
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.not_cases import NotCases
from ehcp_timeline.cases.sheet import ROW, Block, as_text

_NO_TEXT: Final = pl.Series([0], dtype=pl.UInt64)  # the hash of an empty cell, and of a text not met yet


class DuplicateRows:
    """The rows seen so far: a 64-bit hash of all cells of each, and its line.

    Two different rows of five million have one hash with a chance of less than one in a million.
    """

    def __init__(self) -> None:
        self._seen = pl.DataFrame(schema={"hash": pl.UInt64, ROW: pl.UInt32})
        self._hashes: dict[pl.DataType, pl.Series] = {}

    def find(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return `row` and `first`, the row that it repeats, of the repeating rows among these, in order."""
        strings, coded = pl.col(pl.String), pl.col(pl.Categorical)
        hashed = cells.select(pl.when(strings.is_not_null()).then(strings.hash()).otherwise(0))
        numbered = map(self._hashed, cells.select(coded), cells.select(coded.to_physical()))
        in_order = pl.DataFrame([*hashed, *numbered]).select(cells.drop(ROW).columns)
        rows = pl.DataFrame({"hash": in_order.hash_rows(), ROW: cells.get_column(ROW)})
        before = self._seen.filter(pl.col("hash").is_in(rows.get_column("hash").implode()))
        again = ~rows.get_column("hash").is_first_distinct()
        self._seen = pl.concat([self._seen, rows.filter(~again)], rechunk=False)
        if before.is_empty() and not again.any():
            return rows.clear().select(ROW, pl.col(ROW).alias("first"))
        first = pl.concat([before, rows]).group_by("hash").agg(pl.col(ROW).min().alias("first"))
        return (
            rows.join(first, on="hash").filter(pl.col(ROW) > pl.col("first")).select(ROW, "first").sort(ROW)
        )

    def _hashed(self, texts: pl.Series, numbers: pl.Series) -> pl.Series:
        """Return the hash of each text of a Categorical, the same as of a String; 0 for an empty cell.

        It has a number for each text, but another one in a block of another kind. So each text is
        hashed once, and its hash is kept by its number; last stands that of an empty cell.
        """
        known, last = self._hashes.get(texts.dtype, _NO_TEXT), numbers.max()
        if isinstance(last, int) and last >= len(known) - 1:
            known = pl.concat([known, _NO_TEXT.new_from_index(0, last + 2 - len(known))], rechunk=True)
        places = numbers.zip_with(numbers < len(known), pl.Series([len(known) - 1], dtype=pl.UInt32))
        hashes = known[places]
        unknown = hashes == 0
        if unknown.sum() > numbers.null_count():
            new = texts.filter(unknown & (places < len(known) - 1)).unique()
            known = known.scatter(new.to_physical(), new.cast(pl.String).hash())
            hashes = known[places]
        self._hashes[texts.dtype] = known
        return hashes.alias(texts.name)


def sieve(
    block: Block,
    places: Mapping[str, int],
    blanks: frozenset[str],
    repeats: DuplicateRows,
    not_cases: NotCases,
    case_numbers: CaseNumbers,
) -> tuple[pl.DataFrame, list[Problem]]:
    """Return the rows that can be judged and a problem for each other row that is not blank.

    The rows are `row`, the `case_id` and the text of each other column; `places` are those of the columns
    among the cells, from 0. The problems are those of the block and of its rows.
    """
    cells, problems = block.cells, list(block.problems)
    identity = str(places["case_id"])
    texts = cells.get_column(identity)
    case_ids = clean_text(texts, blanks)
    cells = cells.with_columns(case_ids.alias("case_id"))
    cells, set_aside = not_cases.set_aside(cells, plain=case_ids is texts)
    if set_aside:
        rows = {problem.row for problem in set_aside}
        problems = [problem for problem in problems if problem.row not in rows or problem.stops == "row"]
        problems += set_aside
    named = cells.get_column("case_id").is_not_null()
    if not named.all():
        problems += _without_case_id(cells.filter(~named).drop("case_id"), identity)
        cells = cells.filter(named)
    again = repeats.find(cells.drop("case_id"))
    if not again.is_empty():
        tip = "remove one of them; only the first is judged"
        for row, first in again.iter_rows():
            says = f"the row repeats row {first} cell for cell"
            problems.append(Problem(row, "", "duplicate-row", says, tip, "row"))
        cells = cells.join(again, on=ROW, how="anti", maintain_order="left")
    cells = case_numbers.spelt(cells)
    others = (pl.col(str(place)).alias(name) for name, place in places.items() if name != "case_id")
    return cells.select(ROW, "case_id", *others), problems


def _without_case_id(cells: pl.DataFrame, identity: str) -> Iterator[Problem]:
    """Yield the problems of rows without a case_id; a row without anything is not a row."""
    filled = (pl.exclude(ROW).str.strip_chars(WHITE) != "").fill_null(value=False)
    for row, text in as_text(cells).filter(pl.any_horizontal(filled)).select(ROW, identity).iter_rows():
        if text and (fault := excel_error(text)):
            says = f"{fault.cell or shown(text)} {fault.says}"
            yield Problem(row, "case_id", fault.rule, says, fault.try_, "row")
        else:
            tip = "give it the number of its case, or remove it"
            yield Problem(row, "case_id", "no-case-id", "the row has no case_id", tip, "row")
