"""Where the cells of a CSV file end and which of its rows is the header."""

from pathlib import Path

import pytest

from ehcp_timeline.errors import CaseFileError
from tests.cases.made import briefly, column, one_batch, opened, read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter(tmp_path: Path, delimiter: str) -> None:
    """The delimiter under which the headings are known is the delimiter."""
    content = "case_id,draft_sent,plan_issued\nC1,2024-03-01,2024-04-01\n".replace(",", delimiter)

    source = opened(tmp_path, content)

    assert source.sheet.delimiter == delimiter
    assert source.columns == {"case_id", "draft_sent", "plan_issued"}


def test_a_comma_inside_cells_does_not_win(tmp_path: Path) -> None:
    """More commas than semicolons in the rows do not make the comma the delimiter."""
    source = opened(tmp_path, "case_id;team\nC1;a,b,c\nC2;d,e,f\n")

    assert source.sheet.delimiter == ";"
    assert [column(batch, "team") for batch in source.batches()] == [["a,b,c", "d,e,f"]]


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
def test_a_delimiter_that_the_file_declares(tmp_path: Path, first: str) -> None:
    """Excel's own line is believed, and it is a line of the file."""
    source = opened(tmp_path, f"{first}\r\ncase_id;team,x\r\nC1;North\r\n")
    batch = one_batch(source)

    assert (source.sheet.delimiter, source.sheet.header_row) == (";", 2)
    assert batch.frame["row"].to_list() == [3]
    assert source.columns == {"case_id"}


def test_an_unusual_delimiter_that_the_file_declares(tmp_path: Path) -> None:
    """A declared delimiter may be any mark."""
    assert opened(tmp_path, "sep=^\ncase_id^team\nC1^North\n").columns == {"case_id", "team"}


def test_one_column(tmp_path: Path) -> None:
    """A file of case numbers alone can be read."""
    batch = read(tmp_path, "Case ID\nC1\n\nC2\n")

    assert batch.frame.to_dicts() == [{"row": 2, "case_id": "C1"}, {"row": 4, "case_id": "C2"}]


def test_banner_rows_are_passed_over(tmp_path: Path) -> None:
    """The header is the row with the most known headings among the first twenty that hold anything."""
    banner = 'SEN report,,,\n"Run by the team\nof the county",,,\n\nTeam,North,,\n'

    source = opened(tmp_path, f"{banner}Case ID,Team,Draft sent,Notes\nC1,North,2024-03-01,\n")
    batch = one_batch(source)

    assert source.sheet.header_row == 6
    assert batch.frame["row"].to_list() == [7]
    assert batch.read == 1


@pytest.mark.parametrize("wide", [200, 30_000])
def test_the_beginning_may_be_cut_anywhere(
    tmp_path: Path, wide: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's beginning is looked at in whole lines, however long they are and whatever they hold."""
    content = "case_id,team\n" + "".join(f"C{number},{'é' * wide}\n" for number in range(40))

    for size in (1, 2, 13, 14, 15, 1000, 1001):
        monkeypatch.setattr("ehcp_timeline.cases.formats.csv.reader._HEAD", size)
        assert sum(batch.frame.height for batch in opened(tmp_path, content).batches()) == 40


@pytest.mark.parametrize(("banner", "found"), [(19, True), (20, True), (199, True), (200, False)])
def test_the_header_is_looked_for_in_two_hundred_rows(tmp_path: Path, banner: int, *, found: bool) -> None:
    """The first twenty are preferred; further down a row must have a case_id and one more known heading."""
    content = "About this export\n" * banner + "case_id,team\nC1,North\n"
    if found:
        assert opened(tmp_path, content).sheet.header_row == banner + 1
    else:
        with pytest.raises(CaseFileError):
            opened(tmp_path, content)


def test_a_header_without_rows(tmp_path: Path) -> None:
    """A file without cases is read: one batch without rows, typed like any other."""
    for content in ("case_id,draft_sent,coronavirus", "case_id,draft_sent,coronavirus\n\n,,\n"):
        batch = read(tmp_path, content)

        assert batch.frame.is_empty()
        assert [str(dtype) for dtype in batch.frame.dtypes] == ["UInt32", "String", "Date", "Boolean"]
        assert (batch.read, batch.frame.height) == (0, 0)
        assert briefly(batch.problems) == [(0, "", "no-rows")]


def test_how_a_file_was_understood(tmp_path: Path) -> None:
    """Every heading is listed with its column, or with what it may have meant."""
    source = opened(tmp_path, "Case ID, Draft sent ,Plan isued,UPN\n1,,,\n")

    assert source.sheet.encoding == "utf-8"
    assert [(heading.position, heading.text, heading.column) for heading in source.headings] == [
        (1, "Case ID", "case_id"),
        (2, "Draft sent", "draft_sent"),
        (3, "Plan isued", None),
        (4, "UPN", None),
    ]
    assert source.headings[2].suggestions == ("plan_issued",)
    assert (source.headings[3].reason or "").startswith("it names the child")
