"""A row that repeats another cell for cell is judged once."""

from itertools import product
from pathlib import Path

import polars as pl
import pytest

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.row_checks import DuplicateRows
from tests.cases.made import column, opened, read


def test_a_repeated_row_is_judged_once(tmp_path: Path) -> None:
    """The later row is left out, and its problem names the first."""
    batch = read(tmp_path, "case_id,team,Notes\nC1,North,x\nC2,South,\nC1,North,x\nC1,North,x\n")

    assert column(batch, "case_id") == ["C1", "C2"]
    assert (batch.read, batch.frame.height) == (4, 2)
    assert batch.problems == tuple(
        Problem(
            row,
            "",
            "duplicate-row",
            "the row repeats row 2 cell for cell",
            "remove one of them; only the first is judged",
            "row",
        )
        for row in (4, 5)
    )


@pytest.mark.parametrize(
    "other", ["C1,North,y", "C1,North,", "C1,,x", "C2,North,x", "C1,North ,x", "C1,n,orthx"]
)
def test_a_row_that_differs_anywhere_is_another_row(tmp_path: Path, other: str) -> None:
    """Even in a column that is not read, for one case may have several rows."""
    batch = read(tmp_path, f"case_id,team,Notes\nC1,North,x\n{other}\n")

    assert (batch.frame.height, batch.problems) == (2, ())


@pytest.mark.parametrize("rows", [1, 2, 100_000])
def test_a_repeat_is_found_across_batches(tmp_path: Path, rows: int) -> None:
    """However far apart; quotation marks are no part of a cell."""
    content = 'case_id,team\nC1,North\nC2,\nC3,East\nC4,West\n"C1","North"\n"C2",""\nC1,North\n'

    batches = list(opened(tmp_path, content).batches(rows))

    assert [problem.problem for batch in batches for problem in batch.problems] == [
        "the row repeats row 2 cell for cell",
        "the row repeats row 3 cell for cell",
        "the row repeats row 2 cell for cell",
    ]
    assert [case for batch in batches for case in column(batch, "case_id")] == ["C1", "C2", "C3", "C4"]


def test_a_row_without_a_case_id_repeats_nothing(tmp_path: Path) -> None:
    """It is left out for that reason alone."""
    batch = read(tmp_path, "case_id,team\n,North\n,North\n")

    assert [problem.rule for problem in batch.problems] == ["no-case-id", "no-case-id"]


ONE, OTHER = pl.Categorical(pl.Categories.random()), pl.Categorical(pl.Categories.random())
KINDS = (pl.String(), ONE, OTHER)


@pytest.mark.parametrize("kinds", list(product(product(KINDS, repeat=2), repeat=2)))
def test_every_kind_of_block_meets_every_other(kinds: tuple[tuple[pl.DataType, ...], ...]) -> None:
    """Texts are compared, whichever numbers a Categorical gives them; no text is not an empty text."""
    first, again = ({"0": one, "1": other} for one, other in kinds)
    rows = [("C1", "North"), ("C2", None), ("C3", "C1")]
    held = [pl.Series(text, ["East", "C3", "North"], kind) for text, kind in (*first.items(), *again.items())]
    repeats = DuplicateRows()

    assert repeats.find(_block(2, rows, first)).is_empty()
    found = repeats.find(_block(5, [("C2", ""), ("North", "C1"), *reversed(rows)], again))

    assert found.rows() == [(7, 4), (8, 3), (9, 2)]
    assert len(held) == 4  # polars forgets the numbers of a Categorical that no column holds


def _block(begin: int, rows: list[tuple[str, str | None]], kinds: dict[str, pl.DataType]) -> pl.DataFrame:
    cells = pl.DataFrame(rows, schema=kinds, orient="row")
    return cells.with_columns(pl.int_range(begin, begin + pl.len(), dtype=pl.UInt32).alias("row"))


ROWS = {
    "cut by polars": "C1,North,2025-01-06\n",
    "quoted": '"C1","North",2025-01-06\n',
    "a text of its own": "C2,South,2025-01-07\n",
    "cut by the csv module": 'C3,the "new" team,2025-01-08\n',
}


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
@pytest.mark.parametrize("between", list(product(ROWS.values(), repeat=2)))
def test_a_repeat_is_found_however_its_block_is_cut(
    tmp_path: Path, between: tuple[str, str], rows: int
) -> None:
    """An inner quotation mark makes the csv module cut a block; what repeats is found on both sides of it."""
    content = "case_id,team,request_received\n" + "".join([*ROWS.values(), *between, *ROWS.values()])

    batches = list(opened(tmp_path, content).batches(rows))

    assert [case for batch in batches for case in column(batch, "case_id")] == ["C1", "C2", "C3"]
    repeated = [problem.row for batch in batches for problem in batch.problems]
    assert repeated == [3, *range(6, 12)]
