"""Finds rows that repeat an earlier row of the file cell for cell, keeping twelve bytes a row."""

import polars as pl

from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.cases.sheet import ROW


class Repeats:
    """The rows seen so far: a 64-bit hash of all cells of each, and its line.

    Two different rows of five million have one hash with a chance of less than one in a million.
    """

    def __init__(self) -> None:
        self._seen = pl.DataFrame(schema={"hash": pl.UInt64, ROW: pl.UInt32})

    def find(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return `row` and `first`, the row that it repeats, of the repeating rows among these, in order."""
        numbered = cells.select(pl.exclude(ROW).to_physical())
        rows = pl.DataFrame({"hash": numbered.hash_rows(), ROW: cells.get_column(ROW)})
        before = self._seen.filter(pl.col("hash").is_in(rows.get_column("hash").implode()))
        again = ~rows.get_column("hash").is_first_distinct()
        self._seen = pl.concat([self._seen, rows.filter(~again)], rechunk=False)
        if before.is_empty() and not again.any():
            return rows.clear().select(ROW, pl.col(ROW).alias("first"))
        first = pl.concat([before, rows]).group_by("hash").agg(pl.col(ROW).min().alias("first"))
        return (
            rows.join(first, on="hash").filter(pl.col(ROW) > pl.col("first")).select(ROW, "first").sort(ROW)
        )


def repeat_problem(row: int, first: int) -> Problem:
    """Return the problem of a row that repeats an earlier one: it is judged once."""
    said = f"the row repeats row {first} cell for cell"
    return Problem(row, "", "duplicate-row", said, "remove one of them; only the first is judged", "row")
