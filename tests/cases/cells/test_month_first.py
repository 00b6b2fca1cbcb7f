"""A column of month-first dates stops the file; a slip in a day-first column spoils its own cell."""

from pathlib import Path

import pytest

from ehcp_timeline.errors import CaseFileError
from tests.cases.made import briefly, column, opened, read


def tip(column: str) -> str:
    """Return what to try with a column that makes sense only month-first."""
    said = f'date_formats.{column} = "%m/%d/%Y"'
    return f"dates are read day-first; write it as YYYY-MM-DD or DD/MM/YYYY, or say in ehcp.toml: {said}"


@pytest.mark.parametrize("rows", [1, 100_000])
def test_a_column_that_makes_sense_only_month_first(tmp_path: Path, rows: int) -> None:
    """It is never guessed: the error names the column and an example."""
    content = (
        "case_id,draft_sent,plan_issued\nC1,01/02/2024,25/12/2024\nC2,03/14/2024,01/02/2024\nC3,12/25/2024,\n"
    )

    with pytest.raises(CaseFileError) as error:
        list(opened(tmp_path, content).batches(rows))

    assert str(error.value) == (
        f"{tmp_path / 'cases.csv'}: the dates of draft_sent make sense only month-first: "
        f'in row 3, "03/14/2024" is a date only if the month comes first. {tip("draft_sent")}'
    )


@pytest.mark.parametrize("rows", [1, 100_000])
@pytest.mark.parametrize("order", [1, -1])
def test_one_slip_in_a_day_first_column(tmp_path: Path, rows: int, order: int) -> None:
    """One date that can only be day-first, before or after it, shows that the rest are day-first too."""
    lines = ["C1,01/02/2024", "C2,03/14/2024", "C3,25/12/2024 10:00"][::order]

    batches = list(opened(tmp_path, "\n".join(["case_id,draft_sent", *lines])).batches(rows))

    assert briefly(problem for batch in batches for problem in batch.problems) == [
        (3, "draft_sent", "month-first-date"),
    ]


def test_dates_that_prove_nothing_do_not_rescue_a_column(tmp_path: Path) -> None:
    """Dates in words, ISO dates and impossible ones say nothing about the order of figures."""
    content = "case_id,draft_sent\nC1,2024-12-25\nC2,25 Dec 2024\nC3,45/03/2024\nC4,03/14/2024\n"

    with pytest.raises(CaseFileError, match="make sense only month-first: in row 5"):
        list(opened(tmp_path, content).batches())


def test_dates_that_could_be_either_are_day_first(tmp_path: Path) -> None:
    """Where both readings are possible nothing is said."""
    batch = read(tmp_path, "case_id,draft_sent\nC1,01/02/2024\nC2,05/06/2024\n")

    assert [str(day) for day in column(batch, "draft_sent")] == ["2024-02-01", "2024-06-05"]
    assert batch.problems == ()


def test_a_date_of_birth_is_not_printed(tmp_path: Path) -> None:
    """The error gives the row, not the date."""
    with pytest.raises(CaseFileError) as error:
        list(opened(tmp_path, "case_id,date_of_birth\nC1,03/14/2015\n").batches())

    assert str(error.value) == (
        f"{tmp_path / 'cases.csv'}: the dates of date_of_birth make sense only month-first: "
        f"in row 2, the cell is a date only if the month comes first. {tip('date_of_birth')}"
    )


def test_the_file_can_be_read_again_after_the_error(tmp_path: Path) -> None:
    """The error comes each time."""
    source = opened(tmp_path, "case_id,draft_sent\nC1,03/14/2015\n")

    for _ in range(2):
        with pytest.raises(CaseFileError):
            list(source.batches())
