"""The inspection pack lists each child with a plan, in the columns that inspectors ask for."""

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.command import ehcp, said

CASES = """\
case_id,date_of_birth,sen_need,plan_issued,amended_plan_issued,review_decided,plan_ceased
C-1,2015-03-04,SPLD,2023-06-01,,,
C-1,,,,2024-08-01,2024-06-03,
C-1,,,,2025-08-01,2025-06-02,
C-2,2014-01-02,,2026-05-30,,,
C-3,2013-01-02,,2022-05-30,,,2025-01-15
C-4,2016-01-02,,2026-06-02,,,
C-5,2016-01-02,,2023-05-30,,soon,
"""


def _pack(tmp_path: Path, *words: str, out: str = "pack") -> Path:
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    command = (
        "scorecard",
        str(path),
        "--as-at",
        "2026-06-01",
        "--pack",
        "inspection",
        "-o",
        str(tmp_path / out),
    )
    run = ehcp(*command, *words)
    assert run.returncode in (0, 3), said(run)
    return tmp_path / out


@pytest.mark.slow
def test_each_child_with_a_plan_has_one_line(tmp_path: Path) -> None:
    """Whose plan has ended or is issued tomorrow is not on it; whose review cannot be read is."""
    text = (_pack(tmp_path) / "inspection-12-children.csv").read_text(encoding="utf-8-sig")
    rows = {row["Unique ID"]: row for row in csv.DictReader(text.splitlines())}

    assert list(rows) == ["C-1", "C-2", "C-5"]
    first = rows["C-1"]
    assert first["Date of birth"] == "2015-03-04"
    assert first["Date initial EHC plan issued"] == "2023-06-01"
    assert first["Date updated EHC plan issued"] == "2025-08-01"
    assert first["Date EHC plan last reviewed"] == "2025-06-02"
    assert first["Annual review due"] == "2026-06-01"
    assert first["How the review stands"] == "in time"  # due on the day itself
    assert rows["C-2"]["Date EHC plan last reviewed"] == "not recorded"
    assert rows["C-5"]["How the review stands"] == "cannot be judged"


@pytest.mark.slow
def test_what_the_file_lacks_is_named_and_never_left_silent(tmp_path: Path) -> None:
    """Every cell says something, and the sheet names the columns that no column holds."""
    book = CalamineWorkbook.from_path(_pack(tmp_path, out="pack.xlsx"))
    (name,) = (name for name in book.sheet_names if name.endswith("children"))
    title, purpose, *_ = rows = book.get_sheet_by_name(name).to_python()
    lines = [row for row in rows if row[0] in ("C-1", "C-2", "C-5")]

    assert title[0] == "Children and young people with a plan"
    assert "3 children with a plan" in str(purpose[0])
    assert "No column that is read holds UPN, ULN" in str(purpose[0])
    assert "Absence" in str(purpose[0])
    assert "Do not publish it" in str(purpose[0])
    assert len(lines) == 3
    assert not [row for row in lines if "" in row]


@pytest.mark.slow
def test_a_pack_that_hides_numbers_lists_nobody(tmp_path: Path) -> None:
    """With --disclosure suppress there is no list, and the run says so."""
    folder = _pack(tmp_path, "--disclosure", "suppress")

    assert not list(folder.glob("*children*"))
