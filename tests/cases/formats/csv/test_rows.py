"""Rows are named by their physical line, and a row whose cells are in doubt is not read."""

import csv
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.cases.formats.csv import reader
from ehcp_timeline.cases.model import UNREAD, Problem
from ehcp_timeline.errors import CaseFileError
from tests.cases.made import briefly, column, opened, read


def test_rows_are_numbered_by_the_lines_of_the_file(tmp_path: Path) -> None:
    """A quoted line break makes a row longer, a blank line is counted; a row is named by its first line."""
    batch = read(tmp_path, 'case_id,school,team\nC1,"The\nOld\nSchool",a\n\n  \nC2,,b\n"C3","",""\n')

    assert batch.frame["row"].to_list() == [2, 7, 8]
    assert column(batch, "school") == ["The\nOld\nSchool", None, None]
    assert batch.read == 3


def test_a_quotation_mark_inside_a_cell_is_text(tmp_path: Path) -> None:
    """Doubled inside quotes, or stray in a cell without quotes, it is only a mark."""
    batch = read(
        tmp_path, 'case_id,school,team\nC1,"The ""Old"" School",a\nC2,5" to 6" house,b\nC3,"x" y,c\n'
    )

    assert column(batch, "school") == ['The "Old" School', '5" to 6" house', "x y"]
    assert column(batch, "team") == ["a", "b", "c"]


@pytest.mark.parametrize("marks", ["", '"'])
def test_a_row_with_too_many_cells_is_not_judged(tmp_path: Path, marks: str) -> None:
    """Which cell belongs where cannot be known; the rows around it are read."""
    rows = [f"{marks}C{number}{marks},North,2024-03-01" for number in range(200)]
    rows[90] = "C90,North, West,2024-03-01"

    batch = read(tmp_path, "\n".join(["case_id,team,draft_sent", *rows, ""]))

    assert batch.problems == (
        Problem(
            row=92,
            column="",
            rule="over-long-row",
            problem="the row has more cells than the header, which has 3",
            try_="put a cell that holds the delimiter in quotation marks",
            stops="row",
        ),
    )
    assert (batch.read, batch.frame.height) == (200, 199)
    assert 92 not in batch.frame["row"]


@pytest.mark.parametrize("school", ["", '5" House', '"A, B"'])
@pytest.mark.parametrize("end", ["", "\n"])
def test_rows_inside_a_quoted_cell_are_not_lost(tmp_path: Path, school: str, end: str) -> None:
    """A mark that a later row closes by chance makes one cell of all between; notes with lines are read."""
    rows = [f"C{number},North,2024-03-01," for number in range(5)]
    rows[0] += school
    rows[1] += '"rang, 1/3/2024\n2/3/2024, no reply, letter, 5 calls"'
    rows[3] += '"Smith'
    rows[4] += 'x"'

    batch = read(tmp_path, "\n".join(["case_id,team,draft_sent,school", *rows]) + end)

    assert batch.problems == (
        Problem(
            row=6,
            column="",
            rule="open-quotation",
            problem="a quoted cell of the row holds lines that look like rows; none of them is judged",
            try_="close the quotation mark that the row opens, or take the lines out of the cell",
            stops="row",
        ),
    )
    assert (batch.read, column(batch, "case_id")) == (4, ["C0", "C1", "C2"])


def test_a_row_with_too_many_cells_near_the_header(tmp_path: Path) -> None:
    """It makes no difference that it stands among the first rows."""
    batch = read(tmp_path, "case_id,team\nC1,North,West\nC2,South\n")

    assert briefly(batch.problems) == [(2, "", "over-long-row")]
    assert column(batch, "case_id") == ["C2"]


def test_blank_cells_beyond_the_header_do_no_harm(tmp_path: Path) -> None:
    """A spreadsheet often writes more delimiters than there are headings."""
    rows = [f"C{number},North,,," for number in range(100)]

    batch = read(tmp_path, "\n".join(["case_id,team,,", *rows, "C100,North,,,,,, ,"]))

    assert (batch.frame.height, batch.problems) == (101, ())


@pytest.mark.parametrize("marks", ["", '"'])
def test_a_row_with_too_few_cells_is_judged_and_named(tmp_path: Path, marks: str) -> None:
    """What is missing counts as blank, and a person is told, because the row may have been cut off."""
    rows = [f"{marks}C{number}{marks},North,2024-03-01," for number in range(200)]
    rows[90], rows[91] = "C90,North", "C91"

    batch = read(tmp_path, "\n".join(["case_id,team,draft_sent,plan_issued", *rows, ""]))

    assert batch.problems == (
        Problem(
            row=92,
            column="",
            rule="short-row",
            problem="the row has 2 cells, the header 4; the missing ones count as blank",
            try_="check that the row is whole",
            stops="nothing",
        ),
        Problem(
            row=93,
            column="",
            rule="short-row",
            problem="the row has 1 cell, the header 4; the missing ones count as blank",
            try_="check that the row is whole",
            stops="nothing",
        ),
    )
    assert (batch.read, batch.frame.height) == (200, 200)


def test_blank_headings_at_the_end_need_no_cells(tmp_path: Path) -> None:
    """A row must reach the last heading that is not blank, no further."""
    batch = read(tmp_path, "case_id,team,,\nC1,North\nC2,\nC3\n")

    assert briefly(batch.problems) == [(4, "", "short-row")]


def test_a_column_without_a_heading_may_hold_anything(tmp_path: Path) -> None:
    """What stands under a blank heading is not read, and is no fault; dates there are doubt."""
    batch = read(tmp_path, "case_id,team,,\nC1,North,x\nC2,South,,\n")
    dated = read(tmp_path, "case_id,team,,\nC1,North,,13/03/2025\nC2,South,,\n")

    assert (batch.frame.height, batch.problems) == (2, ())
    assert [name for name in batch.frame.columns if UNREAD in name] == []
    assert dated.frame[f"{UNREAD}4 "].to_list() == [date(2025, 3, 13), None]


def test_blank_lines_are_not_short_rows(tmp_path: Path) -> None:
    """Nothing is said of a line without anything, wherever it stands."""
    batch = read(tmp_path, "case_id,team,plan_issued\n\nC1,North,\n\n\r\nC2,South,\n\n")

    assert (batch.problems, batch.frame["row"].to_list()) == ((), [3, 6])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('case_id,team\nC1,North\nC2,"South\nC3,East\n', 3),
        ('case_id,team\nC1,North\nC2,"South\nC3,"East"\nC4,West\n', 3),
        ('case_id,team\nC1,North\nC2,"South\nC3,West\nC4,"East\nC5,West\n', 3),
        ("case_id,team\n" + "C1,North\n" * 90 + 'C2,"South\n', 92),
        ('"case_id,team\nC1,North\n', 1),
    ],
)
def test_a_quotation_mark_that_is_never_closed_is_named_by_its_line(
    tmp_path: Path, content: str, line: int
) -> None:
    """It would swallow the rows after it in silence: the file is not read."""
    with pytest.raises(CaseFileError) as error:
        list(opened(tmp_path, content).batches())

    assert str(error.value) == (
        f"{tmp_path / 'cases.csv'}: line {line} opens a quotation mark that is not closed. "
        "close it, or remove it if it is a stray one"
    )


@pytest.mark.slow
@pytest.mark.parametrize("marks", ["", '"'])
def test_a_giant_cell_is_named_by_its_line(
    tmp_path: Path, marks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond ten million characters a cell is a mistake; below it is read."""
    monkeypatch.setattr(reader, "CELL_LIMIT", 1000)
    short = "C1,North\n" * 100
    content = f"case_id,team\n{short}C2,{marks}{{}}{marks}\n{short}"

    assert read(tmp_path, content.format("x" * 1000)).frame["team"].str.len_chars().max() == 1000
    for rows in (1, 50, 100_000):
        with pytest.raises(CaseFileError) as error:
            list(opened(tmp_path, content.format("x" * 1001)).batches(rows))
        assert str(error.value) == (
            f"{tmp_path / 'cases.csv'}: a cell in line 102 is longer than 10 million characters. "
            "check for a quotation mark that is not closed"
        )


def test_the_limit_of_a_cell_is_ten_million_characters() -> None:
    """The message says so."""
    assert reader.CELL_LIMIT == 10_000_000


def test_reading_leaves_the_csv_module_as_it_was(tmp_path: Path) -> None:
    """The limit of the csv module is the process's own."""
    before = csv.field_size_limit()

    read(tmp_path, 'case_id,team\nC1,5" x\n')

    assert csv.field_size_limit() == before
