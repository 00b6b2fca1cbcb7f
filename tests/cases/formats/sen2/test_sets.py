"""The tables of one SEN2 return are found wherever they lie, or what is amiss with them is said."""

import hashlib
from pathlib import Path

import pytest

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file, open_case_files
from ehcp_timeline.errors import CaseFileError
from tests.cases.books import Rows, book
from tests.cases.formats.sen2.opened import STANDS, persons, problems_of, source, written
from tests.cases.formats.sen2.shapes import EXPORT, blade, five, laid, packed
from tests.cases.made import AS_AT


def test_how_the_files_of_one_return_are_named(tmp_path: Path) -> None:
    """By what their names share, or by what they are in; with a digest that can be made again."""
    files = blade(STANDS)
    names = laid(tmp_path / "export", files)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    zipped = packed(files)

    of_files, of_folder = source(*names), source(tmp_path / "export")
    of_zip = source(written(tmp_path, zipped, "export.zip"))

    assert of_files.name == f"{tmp_path}/export/{EXPORT}*.csv"
    assert (of_folder.name, of_zip.name) == (f"{tmp_path}/export", f"{tmp_path}/export.zip")
    assert of_files.sha256 == of_folder.sha256 == hashlib.sha256(sums.encode()).hexdigest()
    assert of_zip.sha256 == hashlib.sha256(zipped).hexdigest()
    assert of_zip.sheet.encoding == "SEN2 return of 2026, COLLECT export, 9 files"


@pytest.mark.slow
@pytest.mark.parametrize("lacks", ["assessment", "namedplan", "activeplans", "senneed", "sen2"])
def test_a_table_that_is_missing(tmp_path: Path, lacks: str) -> None:
    """What it would say is not known, and that is said once."""
    files = {name: data for name, data in blade(persons()).items() if lacks not in name}
    files[f"{EXPORT}namedplan.csv"] = files.get(f"{EXPORT}namedplan.csv", b"")
    if lacks in {"namedplan", "assessment"}:
        del files[f"{EXPORT}namedplan.csv"]

    problems = [one for one in problems_of(source(*laid(tmp_path / "export", files))) if not one.row]

    assert f"the return has no {lacks} table; what it would contain is not known" in [
        one.problem for one in problems
    ]
    assert {(one.rule, one.stops) for one in problems} == {("missing-table", "nothing")}


@pytest.mark.parametrize(
    ("table", "below"),
    [("assessment", "namedplan"), ("activeplans", "placementdetail"), ("namedplan", "plandetail")],
)
def test_a_table_whose_own_key_is_lost(tmp_path: Path, table: str, below: str) -> None:
    """The tables below it cannot be joined, which is said; the rest of the return is read."""
    files = blade(persons())
    name = f"{EXPORT}{table}.csv"
    files[name] = files[name].replace(f"{table}tableid".encode(), b"x", 1)

    said = [one.problem for one in problems_of(source(*laid(tmp_path / "export", files)))]

    assert f"{EXPORT}{below}.csv: it cannot be joined without the table above it, and is not read" in said


def test_a_table_that_no_deadline_needs(tmp_path: Path) -> None:
    """It is missed all the same, because somebody may look for it."""
    files = {name: data for name, data in blade(STANDS).items() if "detail" not in name}

    found = [one.problem for one in problems_of(source(*laid(tmp_path / "export", files))) if not one.row]

    assert found == [
        "the return has no placementdetail table; no deadline needs it",
        "the return has no plandetail table; no deadline needs it",
    ]


def test_what_lies_beside_a_return(tmp_path: Path) -> None:
    """Files that are no tables of it are named, in a folder and in a zip file; hidden ones are not."""
    files = blade(STANDS) | {"notes.csv": b"case_id,plan_issued\nC1,\n", "photo.png": b"\x89PNG\0"}
    laid(tmp_path / "export", files | {".DS_Store": b"\0"})
    expected = [
        "notes.csv is not a table of the return, and is not read",
        "photo.png is not a table of the return, and is not read",
    ]

    for found in (source(tmp_path / "export"), source(written(tmp_path, packed(files), "export.zip"))):
        assert [one.problem for one in problems_of(found) if one.rule == "unread-file"] == expected


def test_a_case_file_beside_the_files_of_a_return(tmp_path: Path) -> None:
    """Each is a file of its own, in the order in which they were given."""
    one, *others = laid(tmp_path / "export", blade(STANDS))
    cases = written(tmp_path, b"case_id,plan_issued\nC1,\n", "cases.csv")

    found = open_case_files([one, str(cases), *others], vocabulary(), as_at=AS_AT)

    assert [each.name for each in found] == [f"{tmp_path}/export/{EXPORT}*.csv", str(cases)]


def test_rows_that_cannot_be_cut(tmp_path: Path) -> None:
    """They are said with their file, and stop what they are."""
    files = blade(persons())
    files[f"{EXPORT}assessment.csv"] += b"998,1,1,1,1,Y,2025-Mar-01 00:00:00,0,0,0,0,0,0,0\r\n"
    files[f"{EXPORT}person.csv"] += b"999,1\r\n"
    short = "the row has 2 cells, the header 13"

    found = problems_of(source(*laid(tmp_path / "export", files)))

    cut = [(one.row, one.stops, one.problem) for one in found if one.rule in {"over-long-row", "short-row"}]
    assert cut == [
        (0, "row", f"{EXPORT}assessment.csv, row 122: the row has more cells than the header, which has 12"),
        (0, "nothing", f"{EXPORT}person.csv, row 142: {short}; the missing ones count as blank"),
    ]


def test_a_quotation_mark_that_is_not_closed(tmp_path: Path) -> None:
    """The file and its line are named."""
    files = blade(persons())
    files[f"{EXPORT}senneed.csv"] += b'9,"9\r\n9,9,9\r\n'
    names = laid(tmp_path / "export", files)

    assert refused(*names).startswith(
        f"{tmp_path}/export/{EXPORT}senneed.csv: line 212 opens a quotation mark"
    )


def test_two_returns_at_once(tmp_path: Path) -> None:
    """Two exports in one folder are told apart by the names of their files, two folders by themselves."""
    other = {name.replace("2026", "2025"): data for name, data in blade(STANDS).items()}
    names = laid(tmp_path / "export", blade(STANDS) | other)
    apart = laid(tmp_path / "more", five(STANDS)) + laid(tmp_path / "again", five(STANDS))

    found = open_case_files([*names, *apart], vocabulary(), as_at=AS_AT)

    assert [each.name.removeprefix(f"{tmp_path}/") for each in found] == [
        f"export/{EXPORT}*.csv",
        f"export/{EXPORT.replace('2026', '2025')}*.csv",
        "more/m*.csv",
        "again/m*.csv",
    ]


def refused(*paths: Path | str) -> str:
    """Return why files are refused."""
    with pytest.raises(CaseFileError) as error:
        open_case_files([str(path) for path in paths], vocabulary(), as_at=AS_AT)
    return str(error.value)


def test_two_returns_in_one_folder(tmp_path: Path) -> None:
    """Which of them is meant is not guessed."""
    other = {name.replace("2026", "2025"): data for name, data in blade(STANDS).items()}
    laid(tmp_path / "export", blade(STANDS) | other)

    assert refused(tmp_path / "export").endswith(
        " are both the activeplans table of a SEN2 return. "
        "give the files of one return, or name two returns file by file"
    )


def test_one_table_by_itself(tmp_path: Path) -> None:
    """It is named as what it is, and what to give with it."""
    folder = tmp_path / "export"
    laid(folder, blade(STANDS))
    tip = "give all the tables of the return together, or the folder they are in"
    people = folder / f"{EXPORT}person.csv"

    assert (
        refused(people) == f"{people}: a SEN2 return without its requests table; found {people.name}. {tip}"
    )
    assert refused(folder / f"{EXPORT}senneed.csv", folder / f"{EXPORT}assessment.csv") == (
        f"{folder}/{EXPORT}*.csv: a SEN2 return without its person and requests table; "
        f"found {EXPORT}senneed.csv, {EXPORT}assessment.csv. {tip}"
    )
    with pytest.raises(CaseFileError, match="a SEN2 return without its person table"):
        open_case_file(str(folder / f"{EXPORT}requests.csv"), vocabulary(), as_at=AS_AT)


def test_one_table_twice(tmp_path: Path) -> None:
    """A second download of one table is not read over the first."""
    names = laid(tmp_path / "export", blade(STANDS))
    again = laid(tmp_path / "export", {f"{EXPORT}person (1).csv": blade(STANDS)[f"{EXPORT}person.csv"]})

    assert refused(*names, *again) == (
        f"{tmp_path}/export/{EXPORT}person.csv and {again[0]} are both the person table of a SEN2 return. "
        "give the files of one return, or name two returns file by file"
    )


def test_a_zip_of_other_files(tmp_path: Path) -> None:
    """What is in it is listed, up to six, and what to try."""
    files = {f"{number}.csv": b"case_id\nC1\n" for number in range(7)} | {"\n0.csv": b""}

    assert refused(written(tmp_path, packed(files), "many.zip")) == (
        f"{tmp_path}/many.zip is a zip file of 8 files: 0.csv, 1.csv, 2.csv, 3.csv, 4.csv, 5.csv and 2 more. "
        "pack one case file by itself, or the tables of one SEN2 return"
    )


def test_a_folder_of_other_files(tmp_path: Path) -> None:
    """The same."""
    laid(tmp_path / "cases", {"a.csv": b"case_id\nC1\n"})

    assert refused(tmp_path / "cases") == (
        f"{tmp_path}/cases is a folder of 1 file: a.csv. name the case file in it"
    )


def test_a_workbook_with_two_sheets_of_one_table(tmp_path: Path) -> None:
    """Last year's requests beside this year's are not guessed between."""
    made = tables_of_a_workbook("Requests", "Requests 2024")

    assert refused(written(tmp_path, made, "book.xlsx")) == (
        f'{tmp_path}/book.xlsx: sheet "Requests" and sheet "Requests 2024" are both the requests table of a '
        "SEN2 return. hide the sheet that is not to be read, or remove it"
    )


def tables_of_a_workbook(*requests: str) -> bytes:
    """Return a workbook with one person and some sheets of requests."""
    asked: Rows = [["persontableid", "requeststableid", "receiveddate", "requestoutcome"], [1, 1, None, "A"]]
    people: Rows = [["persontableid", "surname", "upn"], [1, "Lee", "X1"]]
    return book(("Person", people), *((name, asked) for name in requests))
