"""A row that repeats another cell for cell is judged once."""

from pathlib import Path

import pytest

from ehcp_timeline.cases.model import Problem
from tests.cases.made import column, opened, read


def test_a_repeated_row_is_judged_once(tmp_path: Path) -> None:
    """The later row is left out, and its problem names the first."""
    batch = read(tmp_path, "case_id,team,Notes\nC1,North,x\nC2,South,\nC1,North,x\nC1,North,x\n")

    assert column(batch, "case_id") == ["C1", "C2"]
    assert (batch.read, batch.judged, batch.not_judged) == (4, 2, 2)
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
    "other", ["C1,North,y", "C1,North,", "C1,,x", "C2,North,x", "C1,North ,x", "C1,n,orthx", "c1,North,x"]
)
def test_a_row_that_differs_anywhere_is_another_row(tmp_path: Path, other: str) -> None:
    """Even in a column that is not read, for one case may have several rows."""
    batch = read(tmp_path, f"case_id,team,Notes\nC1,North,x\n{other}\n")

    assert (batch.judged, batch.problems) == (2, ())


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
