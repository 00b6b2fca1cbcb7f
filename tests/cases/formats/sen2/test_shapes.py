"""A SEN2 return says the same in every shape it comes in, and each problem stands where its cell does."""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_files
from ehcp_timeline.errors import CaseFileError
from tests.cases.books import book
from tests.cases.formats.sen2.made import person, request, xml
from tests.cases.formats.sen2.opened import STANDS, frame, persons, source, told, written
from tests.cases.formats.sen2.shapes import EXPORT, blade, five, laid, packed, template, workbook

REVIEW = ("previous_review_decided", "review_decided")


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


@pytest.mark.slow
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
    """What is not a cell of a sheet is not even looked at."""
    path = written(tmp_path, template(persons()), "template.xlsm")
    with zipfile.ZipFile(path, "a") as made:
        made.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 no macro at all")

    assert_frame_equal(frame(source(path)), expected)


def test_five_files_say_what_they_can(tmp_path: Path, expected: pl.DataFrame) -> None:
    """They hold neither who asked nor the review meeting nor the need; what else they hold is the same."""
    found = source(*laid(tmp_path / "five", five(persons())))

    lacks = {"referrer", "sen_need", "review_outcome", "review_meeting", "amendment_notice_sent"}
    assert set(expected.columns) - {"row"} - found.columns == lacks | {"transfer_plan_issued"}
    assert found.sheet.encoding == "SEN2 return, CSV, 5 files"
    same = [name for name in expected.columns if name in found.columns and name not in REVIEW]
    assert_frame_equal(frame(found).select(same), expected.select(same))


def test_each_problem_stands_in_the_table_of_its_cell(tmp_path: Path) -> None:
    """With its file, the row there and the heading; the row of the problem itself is that of the request."""
    found = told(source(*laid(tmp_path / "export", blade(STANDS))))

    assert {row for row, _, _ in found} == {3}
    assert [(column, text.removeprefix(EXPORT)) for _, column, text in found] == [
        (
            "assess_agreed",
            'requests.csv, row 3, requestoutcomedate: "2025-02-30" is not a real date',
        ),
        ("plan_ceased", 'namedplan.csv, row 2, ceasedate: "31/02/2025" is not a real date'),
        ("plan_issued", 'assessment.csv, row 2, assessmentoutcomedate: "soon" is not a date'),
        ("review_decided", 'activeplans.csv, row 2, lastreview: "never" is not a date'),
        (
            "review_meeting",
            'activeplans.csv, row 2, reviewmeeting: "2025-13-01" is not a real date',
        ),
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


@pytest.mark.slow
def test_rows_add_up_whatever_belongs_to_nothing(tmp_path: Path) -> None:
    """Each row that is in no case is said and counted, in blocks of any size."""
    files = blade(persons())
    files[f"{EXPORT}assessment.csv"] += b"997,1,1,1,99999,Y,2025-Mar-01 00:00:00,0,0,0,0,0\r\n"
    files[f"{EXPORT}activeplans.csv"] += b"998,1,1,1,,886,,,,,,\r\n"
    found = source(*laid(tmp_path / "export", files))

    for size in (7, 1_000):
        batches = list(found.batches(size))
        assert sum(batch.frame.height for batch in batches) == 140
        assert sum(batch.read for batch in batches) == 142
        orphans = [one for batch in batches for one in batch.problems if one.rule == "orphan-row"]
        assert [one.problem.partition(":")[0] for one in orphans] == [
            f"{EXPORT}activeplans.csv, row 107",
            f"{EXPORT}assessment.csv, row 122",
        ]


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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_a_heading_of_a_table_that_no_return_has(tmp_path: Path) -> None:
    """A date under it may be what is missing: it is named, and a blank beside it says nothing."""
    files = {name: re.sub(rb"(?i)lastreview", b"Xyz", data) for name, data in blade(persons()).items()}
    read = source(*laid(tmp_path / "export", files))
    problems = [problem for batch in read.batches() for problem in batch.problems]

    named = [problem.problem for problem in problems if problem.rule == "unknown-item"]
    says = '"Xyz" is not a heading of a SEN2 return; its dates or outcomes are not read'
    assert named == [f"{EXPORT}activeplans.csv: {says}"]
