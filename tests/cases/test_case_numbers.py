"""Case numbers that differ only in case, kind of hyphen or kind of blank are one case; others are not."""

from pathlib import Path

import pytest

from tests.cases.made import briefly, column, opened, read

HEAD = "case_id,plan_issued\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SEN-45", "sen-45"),
        ("sen-45", "SEN-45"),
        ("SEN 46", "SEN\u00a046"),
        ("SEN-45", "SEN\u201145"),
        ("SEN–45", "Sen-45"),
        ("Éa1", "éA1"),
    ],
)
def test_two_spellings_of_one_number_are_one_case(tmp_path: Path, one: str, other: str) -> None:
    """The case goes by the first, in whatever blocks of the file the two stand; and it is said."""
    content = f"{HEAD}{one},01/02/2024\nX-9,\n{other},01/02/2025\n"
    for size in (1, 100):
        batches = list(opened(tmp_path, content).batches(size))
        assert [text for batch in batches for text in column(batch, "case_id")] == [one, "X-9", one]
        assert [briefly(batch.problems) for batch in batches if batch.problems] == [
            [(4, "case_id", "case-number-spelling")]
        ]
    assert batches[-1].problems[-1].problem == f'"{other}" and "{one}" (row 2) are read as one case'


@pytest.mark.parametrize(
    ("one", "other", "row"),
    [("SEN 45", "SEN-45", 2), ("00123", "123", 2), ("A/123", "A/0123", 3), ("123.0", "123", 2)],
)
def test_what_may_be_one_case_is_warned_of_and_kept_apart(
    tmp_path: Path, one: str, other: str, row: int
) -> None:
    """A blank against a hyphen, leading noughts, a decimal point that Excel added."""
    batch = read(tmp_path, f"{HEAD}{one},01/02/2024\n{other},01/02/2025\n")

    assert column(batch, "case_id") == [one, other]
    assert briefly(batch.problems) == [(row, "case_id", "alike-case-numbers")]


@pytest.mark.parametrize(
    ("one", "other"), [("SEN45", "SEN-45"), ("A-1", "A-10"), ("A 1", "B-1"), ("1", "10")]
)
def test_other_numbers_are_other_cases(tmp_path: Path, one: str, other: str) -> None:
    """A hyphen or a blank is never deleted."""
    batch = read(tmp_path, f"{HEAD}{one},01/02/2024\n{other},01/02/2025\n")

    assert (column(batch, "case_id"), batch.problems) == ([one, other], ())


@pytest.mark.parametrize("text", ["1.23E+12", "1E+15", "9.99999e+20"])
def test_a_shortened_number_is_no_case(tmp_path: Path, text: str) -> None:
    """Two children may be shown as one."""
    batch = read(tmp_path, f"{HEAD}{text},01/02/2024\n12E3,01/02/2025\n")

    assert (column(batch, "case_id"), batch.read) == (["12E3"], 2)
    assert briefly(batch.problems) == [(2, "case_id", "shortened-number")]
