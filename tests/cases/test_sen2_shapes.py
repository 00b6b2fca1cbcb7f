"""A SEN2 return says the same in every shape it comes in, and each problem stands where its cell does."""

import csv
import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ehcp_timeline.cases.columns import vocabulary
from ehcp_timeline.cases.frame import Batch, CaseSource, open_case_file, open_case_files
from ehcp_timeline.cases.problems import Problem
from ehcp_timeline.errors import CaseFileError

from .books import Rows, book
from .made import AS_AT
from .sen2_made import Assessment, Person, person, request, xml
from .sen2_shapes import EXPORT, blade, five, laid, packed, template, workbook

OUTCOMES = ("Y", "N", "A", "W", "H")
ASSESSMENTS: tuple[Assessment | None, ...] = (
    None,
    Assessment({"assessmentoutcome": "Y", "assessmentoutcomedate": "2025-05-19", "week20": "1"}, {}),
    Assessment({"assessmentoutcome": "Y", "week20": "0"}),
    Assessment({"assessmentoutcome": "N", "assessmentoutcomedate": "2025-05-12", "assessmenttribunal": "1"}),
    Assessment({"assessmentoutcome": "A"}),
    Assessment({"assessmentoutcome": "W", "assessmentoutcomedate": "2025-04-01"}),
    Assessment({"assessmentoutcome": "H"}, {"startdate": "2024-02-29", "ceasedate": "2025-12-31"}),
)
ACTIVE: tuple[Mapping[str, str] | None, ...] = (
    None,
    {"reviewmeeting": "2025-10-01", "lastreview": "2025-10-20", "reviewoutcome": "M"},
    {"reviewmeeting": "2025-10-01", "lastreview": "2024-10-20", "phasetransferfinaldate": "2025-02-14"},
    {"transferla": "886", "reviewdraft": "2025-11-03", "reviewoutcome": "A", "reviewmeeting": "2025-10-06"},
)
REVIEW = ("previous_review_decided", "review_decided")
STANDS = [
    person("X0", request({"receiveddate": "2025-12-01", "requestoutcome": "A"})),
    person(
        "X1",
        request(
            {"receiveddate": "2025-01-06", "requestoutcome": "Y", "requestoutcomedate": "2025-02-30"},
            Assessment(
                {"assessmentoutcome": "Y", "assessmentoutcomedate": "soon"}, {"ceasedate": "31/02/2025"}
            ),
            active={"reviewmeeting": "2025-13-01", "reviewoutcome": "X", "lastreview": "never"},
        ),
    ),
]


def persons() -> Iterator[Person]:
    """Yield a person for each way in which a request, an assessment and a review may have gone."""
    for number, (outcome, assessed, active) in enumerate(product(OUTCOMES, ASSESSMENTS, ACTIVE)):
        items = {
            "receiveddate": "2025-01-06",
            "requestsource": str(number % 5 + 1),
            "requestoutcomedate": "2025-02-10" if outcome in "YN" else None,
            "requestoutcome": outcome,
            "exported": "330" if number % 20 == 3 else None,
        }
        upn = f"X{number:012}" if number % 3 else None
        yield person(
            upn,
            request(items, *([assessed] if assessed else []), active=active, needs=("ASD", "SLCN")),
            surname="Lee",
            forename=f"N{number}",
            personbirthdate="2015-06-01",
            uniquelearnernumber="9876543210" if number % 30 == 0 else None,
        )


def source(*paths: Path | str) -> CaseSource:
    """Open files that are one return."""
    (found,) = open_case_files([str(path) for path in paths], vocabulary(), as_at=AS_AT)
    return found


def frame(found: CaseSource) -> pl.DataFrame:
    """Return the rows of a file without their numbers, and assert that there is nothing to put right."""
    batches = list(found.batches())
    assert [one for batch in batches for one in batch.problems if one.row] == undated(batches)
    return pl.concat(batch.frame for batch in batches).drop("row")


def undated(batches: list[Batch]) -> list[Problem]:
    """Return the problems of what happened on a day that the return does not hold."""
    return [one for batch in batches for one in batch.problems if "undated: " in one.problem]


def problems_of(found: CaseSource) -> list[Problem]:
    """Return everything to put right in a file."""
    return [one for batch in found.batches() for one in batch.problems]


def told(found: CaseSource) -> list[tuple[int, str, str]]:
    """Return row, column and text of each problem of a row."""
    return [(one.row, one.column, one.problem) for one in problems_of(found) if one.row]


def written(folder: Path, content: bytes, name: str) -> Path:
    """Write a file, and return its path."""
    (folder / name).write_bytes(content)
    return folder / name


@pytest.fixture
def expected(tmp_path: Path) -> pl.DataFrame:
    """What the XML of the persons says."""
    return frame(source(written(tmp_path, xml(persons()), "return.xml")))


def test_the_export_says_what_the_xml_says(tmp_path: Path, expected: pl.DataFrame) -> None:
    """As a folder, as files in any order, and as one zip file."""
    files = blade(persons())
    names = laid(tmp_path / "export", files)

    assert_frame_equal(frame(source(tmp_path / "export")), expected)
    assert_frame_equal(frame(source(*reversed(names))), expected)
    assert_frame_equal(frame(source(written(tmp_path, packed(files), "export.zip"))), expected)


def test_the_workbooks_say_what_the_xml_says(tmp_path: Path, expected: pl.DataFrame) -> None:
    """Real dates and numbers of the one, text of the other, days counted from 1904; macros or none."""
    assert_frame_equal(frame(source(written(tmp_path, template(persons()), "template.xlsm"))), expected)
    for name, content in (
        ("book.xlsx", workbook(persons())),
        ("mac.xlsx", workbook(persons(), date_1904=True)),
    ):
        found = frame(source(written(tmp_path, content, name)))
        assert_frame_equal(found, expected.select(found.columns))
        assert set(expected.columns) - set(found.columns) == {"amendment_notice_sent"}


def test_macros_are_never_run(tmp_path: Path, expected: pl.DataFrame) -> None:
    """What is no cell of a sheet is not even looked at."""
    path = written(tmp_path, template(persons()), "template.xlsm")
    with zipfile.ZipFile(path, "a") as made:
        made.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 no macro at all")

    assert_frame_equal(frame(source(path)), expected)


def test_five_files_say_what_they_can(tmp_path: Path, expected: pl.DataFrame) -> None:
    """They hold neither who asked nor the review meeting nor the need; what else they hold is the same."""
    found = source(*laid(tmp_path / "five", five(persons())))

    lacks = {"referrer", "sen_need", "review_outcome", "review_meeting", "amendment_notice_sent"}
    assert set(expected.columns) - {"row"} - found.columns == lacks | {"transfer_plan_issued"}
    assert found.understood.encoding == "SEN2 return, CSV, 5 files"
    same = [name for name in expected.columns if name in found.columns and name not in REVIEW]
    assert_frame_equal(frame(found).select(same), expected.select(same))


def test_each_problem_stands_in_the_table_of_its_cell(tmp_path: Path) -> None:
    """With its file, the row there and the heading; the row of the problem itself is that of the request."""
    found = told(source(*laid(tmp_path / "export", blade(STANDS))))

    assert {row for row, _, _ in found} == {3}
    assert [(column, text.removeprefix(EXPORT)) for _, column, text in found] == [
        ("assess_agreed", 'requests.csv, row 3, requestoutcomedate: "2025-02-30" is no day of the calendar'),
        ("plan_ceased", 'namedplan.csv, row 2, ceasedate: "31/02/2025" is no day of the calendar'),
        ("plan_issued", 'assessment.csv, row 2, assessmentoutcomedate: "soon" is not a date'),
        ("review_decided", 'activeplans.csv, row 2, lastreview: "never" is not a date'),
        ("review_meeting", 'activeplans.csv, row 2, reviewmeeting: "2025-13-01" is no day of the calendar'),
        ("review_outcome", 'activeplans.csv, row 2, reviewoutcome: "X" is not a code of review_outcome'),
    ]


def test_each_problem_of_a_workbook_has_an_address(tmp_path: Path) -> None:
    """The worksheet and the cell, as Excel shows them."""
    found = told(source(written(tmp_path, workbook(STANDS), "book.xlsx")))

    assert [(row, column, text.partition(":")[0]) for row, column, text in found] == [
        (3, "assess_agreed", "'Requests'!F3"),
        (3, "plan_ceased", "'Named Plan'!I2"),
        (3, "plan_issued", "'Assessments'!D2"),
        (3, "review_decided", "'Active Plan'!I2"),
        (3, "review_meeting", "'Active Plan'!D2"),
        (3, "review_outcome", "'Active Plan'!E2"),
    ]


def test_each_problem_of_the_template_has_an_address(tmp_path: Path) -> None:
    """Its tables stand one below the other, so each begins further down."""
    found = told(source(written(tmp_path, template(STANDS), "template.xlsm")))

    assert [
        (row, text.partition(":")[0].removeprefix("'Data Entry Template'!")) for row, _, text in found
    ] == [
        (19, "F19"),
        (19, "I31"),
        (19, "D25"),
        (19, "I43"),
        (19, "D43"),
        (19, "E43"),
    ]


def test_an_outcome_without_its_date_stands_where_the_outcome_does(tmp_path: Path) -> None:
    """There is no cell of a date to look at."""
    asked = request({"receiveddate": "2025-01-06", "requestoutcome": "W"})

    (problem,) = told(source(*laid(tmp_path / "export", blade([person("X1", asked)]))))

    assert problem[:2] == (2, "withdrawn")
    assert problem[2].startswith(
        f'{EXPORT}requests.csv, row 2, requestoutcome: "undated: withdrawn before the'
    )


def test_dates_that_are_only_month_first(tmp_path: Path) -> None:
    """They stop the run as in any file, and where the first of them stands is told."""
    asked = {"receiveddate": "2025-01-06", "requestoutcome": "Y", "requestoutcomedate": "02/25/2025"}
    names = laid(tmp_path / "export", blade([person("X1", request(asked))]))

    with pytest.raises(CaseFileError) as error:
        list(source(*names).batches())

    where = f"{tmp_path}/export/{EXPORT}*.csv: the dates of assess_agreed make sense only month-first: "
    cell = f"{EXPORT}requests.csv, row 2, requestoutcomedate"
    assert error.value.message == (
        f'{where}in row 2, {cell}: "02/25/2025" is a date only if the month comes first'
    )


@pytest.mark.parametrize("title", ["Assessments Records", "Assessment Records", "ASSESSMENT RECORD "])
def test_a_record_of_the_template_by_any_number(tmp_path: Path, title: str) -> None:
    """One record or several, in whatever capitals."""
    content = template(STANDS, {"assessment": title})

    assert "plan_issued" in source(written(tmp_path, content, "template.xlsm")).columns


def test_rows_add_up_whatever_belongs_to_nothing(tmp_path: Path) -> None:
    """Each row that is in no case is said and counted, in blocks of any size."""
    files = blade(persons())
    files[f"{EXPORT}assessment.csv"] += b"997,1,1,1,99999,Y,2025-Mar-01 00:00:00,0,0,0,0,0\r\n"
    files[f"{EXPORT}activeplans.csv"] += b"998,1,1,1,,886,,,,,,\r\n"
    found = source(*laid(tmp_path / "export", files))

    for size in (7, 1_000):
        batches = list(found.batches(size))
        assert sum(batch.judged for batch in batches) == 140
        assert sum(batch.read for batch in batches) == 142
        orphans = [one for batch in batches for one in batch.problems if one.rule == "orphan-row"]
        assert [one.problem.partition(":")[0] for one in orphans] == [
            f"{EXPORT}activeplans.csv, row 107",
            f"{EXPORT}assessment.csv, row 122",
        ]


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
    assert of_zip.understood.encoding == "SEN2 return of 2026, COLLECT export, 9 files"


@pytest.mark.parametrize(("year", "holds"), [(2025, False), (2026, True)])
def test_the_year_of_the_collection_says_what_a_blank_means(tmp_path: Path, year: int, holds: bool) -> None:
    """Until it was compulsory, no draft of an amendment means nothing."""
    found = source(*laid(tmp_path / "export", blade(persons(), year)))

    assert ("amendment_notice_sent" in found.columns) == holds


def test_an_empty_column_of_reviews_is_no_column(tmp_path: Path) -> None:
    """A council that does not fill it in has not missed every review."""
    active = {"reviewmeeting": "2025-10-01"}
    found = source(*laid(tmp_path / "export", blade([person("X1", request({}, active=active))])))

    assert "review_meeting" in found.columns
    assert "review_decided" not in found.columns


def test_a_return_knows_nothing_after_its_reference_date(tmp_path: Path) -> None:
    """On the day itself nothing is said; a day later it is, once."""
    names = laid(tmp_path / "export", blade([person("X1", request({"requestoutcome": "A"}))], 2025))

    found = []
    for day in (date(2025, 1, 15), date(2025, 1, 16)):
        (asked,) = open_case_files(names, vocabulary(), as_at=day)
        found.append([one.rule for batch in asked.batches() for one in batch.problems])

    assert found == [[], ["outdated"]]


@pytest.mark.parametrize("lacks", ["assessment", "namedplan", "activeplans", "senneed", "sen2"])
def test_a_table_that_is_missing(tmp_path: Path, lacks: str) -> None:
    """What it would say is not known, and that is said once."""
    files = {name: data for name, data in blade(persons()).items() if lacks not in name}
    files[f"{EXPORT}namedplan.csv"] = files.get(f"{EXPORT}namedplan.csv", b"")
    if lacks in {"namedplan", "assessment"}:
        del files[f"{EXPORT}namedplan.csv"]

    problems = [one for one in problems_of(source(*laid(tmp_path / "export", files))) if not one.row]

    assert f"the return has no {lacks} table; what it would say is not known" in [
        one.problem for one in problems
    ]
    assert {(one.rule, one.stops) for one in problems} == {("missing-table", "nothing")}


def test_a_table_that_no_deadline_needs(tmp_path: Path) -> None:
    """It is missed all the same, because somebody may look for it."""
    files = {name: data for name, data in blade(STANDS).items() if "detail" not in name}

    found = [one.problem for one in problems_of(source(*laid(tmp_path / "export", files))) if not one.row]

    assert found == [
        "the return has no placementdetail table; no deadline rests on it",
        "the return has no plandetail table; no deadline rests on it",
    ]


def test_what_lies_beside_a_return(tmp_path: Path) -> None:
    """Files that are no tables of it are named, in a folder and in a zip file; hidden ones are not."""
    files = blade(STANDS) | {"notes.csv": b"case_id,plan_issued\nC1,\n", "photo.png": b"\x89PNG\0"}
    laid(tmp_path / "export", files | {".DS_Store": b"\0"})
    expected = [
        "notes.csv is no table of the return, and is not read",
        "photo.png is no table of the return, and is not read",
    ]

    for found in (source(tmp_path / "export"), source(written(tmp_path, packed(files), "export.zip"))):
        assert [one.problem for one in problems_of(found) if one.rule == "unread-file"] == expected


def test_a_case_file_beside_the_files_of_a_return(tmp_path: Path) -> None:
    """Each is a file of its own, in the order in which they were given."""
    one, *others = laid(tmp_path / "export", blade(STANDS))
    cases = written(tmp_path, b"case_id,plan_issued\nC1,\n", "cases.csv")

    found = open_case_files([one, str(cases), *others], vocabulary(), as_at=AS_AT)

    assert [each.name for each in found] == [f"{tmp_path}/export/{EXPORT}*.csv", str(cases)]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.decode().encode("utf-16"),
        lambda text: text.replace(b",", b";"),
        lambda text: text.replace(b",", b"\t").replace(b"\r\n", b"\n"),
        lambda text: text.replace(b"\r\n", b"\r\n\r\n", 1) + b"\r\n,,\r\n",
        lambda text: text.upper().replace(b"TABLEID", b" Table ID"),
        lambda text: b"Exported from COLLECT\r\n\r\n" + text,
        gzip.compress,
    ],
)
def test_however_the_files_are_written(
    tmp_path: Path, expected: pl.DataFrame, change: Callable[[bytes], bytes]
) -> None:
    """Encodings, delimiters, blank lines, capitals, banners and packing change nothing."""
    files = {name: change(data) for name, data in blade(persons()).items()}

    found = pl.concat(batch.frame for batch in source(*laid(tmp_path / "export", files)).batches())

    same = [name for name in expected.columns if name not in {"name", "case_id"}]
    assert_frame_equal(found.select(same), expected.select(same))


def test_tables_of_any_kind(tmp_path: Path, expected: pl.DataFrame) -> None:
    """Each saved as a workbook of its own, or as Parquet, in a folder or a zip file."""
    lines = {name: [*csv.reader(io.StringIO(data.decode()))] for name, data in blade(persons()).items()}
    books = {f"{name[:-4]}.xlsx": book(("Export", rows)) for name, rows in lines.items()}
    laid(tmp_path / "books", books)
    laid(tmp_path / "parquet", {})
    for name, (headings, *rows) in lines.items():
        columns = {text: [row[place] for row in rows] for place, text in enumerate(headings)}
        frame_of = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
        frame_of.write_parquet(tmp_path / "parquet" / f"{name[:-4]}.parquet")

    for path in (tmp_path / "books", tmp_path / "parquet", written(tmp_path, packed(books), "books.zip")):
        assert_frame_equal(frame(source(path)), expected)


def test_rows_that_cannot_be_cut(tmp_path: Path) -> None:
    """They are said with their file, and stop what they are."""
    files = blade(persons())
    files[f"{EXPORT}assessment.csv"] += b"998,1,1,1,1,Y,2025-Mar-01 00:00:00,0,0,0,0,0,0,0\r\n"
    files[f"{EXPORT}person.csv"] += b"999,1\r\n"
    short = "the row has 2 cells, the header 12"

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
