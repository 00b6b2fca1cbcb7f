"""An Excel workbook is read as the CSV file with the same cells is, its rows and addresses kept."""

from datetime import date, datetime
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from ehcp_timeline.errors import CaseFileError
from tests.cases.books import FIRST_MARCH, Rows, book, cases, changed, sheet_xml, with_sheet
from tests.cases.made import briefly, column, one_batch, opened, read, rows

HEADER = ("case_id", "district", "request_received", "plan_issued")
RECEIVED = date(2024, 3, 1)


def test_real_dates_text_dates_and_bare_numbers_are_one_day(tmp_path: Path) -> None:
    """A date cell, a date and time, a text date and a number in General format all say 1 March 2024."""
    half_past_two = datetime(2024, 3, 1, 14, 30)  # noqa: DTZ001 - a workbook knows no time zone
    days = (FIRST_MARCH, half_past_two, "01/03/2024", "2024-03-01", 45352, 45352.6)

    batch = read(
        tmp_path, cases(("case_id", "request_received"), *((f"C{n}", day) for n, day in enumerate(days)))
    )

    assert column(batch, "request_received") == [RECEIVED] * 6
    assert batch.problems == ()


def test_a_workbook_says_what_the_csv_file_says(tmp_path: Path) -> None:
    """The same cells give the same frame, whatever they were written in."""
    text = "case_id,district,request_received,plan_issued\n1001,North,01/03/2024,\nC2,,2024-05-06,TBC\n"
    cells = (HEADER, (1001, "North", FIRST_MARCH, None), ("C2", None, date(2024, 5, 6), "TBC"))

    assert_frame_equal(read(tmp_path, cases(*cells)).frame, read(tmp_path, text).frame)


def test_numbers_are_as_they_were_typed(tmp_path: Path) -> None:
    """A case number has no decimal point, a fraction keeps its own, a cell with TRUE is a yes."""
    batch = read(
        tmp_path, cases(("case_id", "district", "exception_recorded"), (1001, 2.5, True), ("2", 1e15, False))
    )

    assert rows(batch) == [
        {"row": 2, "case_id": "1001", "district": "2.5", "exception_recorded": True},
        {"row": 3, "case_id": "2", "district": "1000000000000000.0", "exception_recorded": False},
    ]


def test_how_it_was_understood(tmp_path: Path) -> None:
    """The sheet and the header row are named; cells have no delimiter."""
    source = opened(
        tmp_path, book(("Cover", [["Report of 1 May"]]), ("Open", [["Banner"], [], HEADER, ("C1",)]))
    )

    how = source.sheet

    assert (how.encoding, how.worksheet, how.header_row, how.delimiter) == ("Excel workbook", "Open", 3, "")
    assert column(next(source.batches()), "row") == [4]


def test_blank_rows_and_columns_keep_their_numbers(tmp_path: Path) -> None:
    """A row number is the one that Excel shows, also where the sheet begins further down and to the right."""
    table: Rows = [
        [],
        [],
        [None, *HEADER],
        [],
        [None, "C1", None, FIRST_MARCH],
        [],
        [],
        [None, "C2", None, "soon"],
    ]

    batch = read(tmp_path, cases(*table))

    assert column(batch, "row") == [5, 8]
    assert [problem.problem for problem in batch.problems] == ['D8: "soon" is not a date']


@pytest.mark.parametrize("size", [1, 2, 100])
def test_blocks_of_any_size_say_the_same(tmp_path: Path, size: int) -> None:
    """The rows come in order, and as often as asked."""
    source = opened(tmp_path, cases(("case_id",), *((f"C{n}",) for n in range(5))))

    for _ in range(2):
        read_rows = [row for batch in source.batches(size) for row in column(batch, "row")]
        assert read_rows == [2, 3, 4, 5, 6]


def test_hidden_sheets_are_named_and_not_read(tmp_path: Path) -> None:
    """Last year's cases on a hidden sheet are not this year's."""
    old, new = [HEADER, ("old",)], [HEADER, ("new",)]

    batch = read(tmp_path, book(("New", new), ("Old", old), ("Lists", []), hidden=["Old", "Lists"]))

    assert column(batch, "case_id") == ["new"]
    assert [(problem.rule, problem.problem, problem.stops) for problem in batch.problems] == [
        ("hidden-sheet", '2 sheets are hidden and not read: "Old" and "Lists"', "nothing")
    ]


def test_two_sheets_of_cases_are_read_together(tmp_path: Path) -> None:
    """Columns that mean the same are one; every problem names its sheet, and the row and the cell there."""
    reviews = [("Reviews",), ("Review meeting date", "Case no", "note"), ("soon", "C1", "x"), ("", "C2")]
    source = opened(tmp_path, book(("Requests", [HEADER, ("C1",), ("C3",)]), ("Reviews", reviews)))
    batch = one_batch(source)

    assert column(batch, "case_id") == ["C1", "C3", "C1", "C2"]
    assert batch.frame["row"].to_list() == [2, 3, 100_003, 100_004]
    assert source.sheet.worksheet == 'Requests", "Reviews'
    assert [(problem.row, problem.problem) for problem in batch.problems] == [
        (0, 'sheet "Reviews" is read too; its rows are counted from 100000, so row 2 is 100002'),
        (100_003, "'Reviews'!A3: \"soon\" is not a date"),
    ]


def test_a_sheet_that_is_not_read_is_named(tmp_path: Path) -> None:
    """With its rows, and why."""
    leavers = [("Case no", "Reason"), ("C9", "moved"), ("C8", "aged out")]
    batch = read(tmp_path, book(("Cases", [HEADER, ("C1",)]), ("Leavers", leavers), ("Lists", [("Parent",)])))

    assert [problem.problem for problem in batch.problems] == [
        'sheet "Leavers" (2 rows) was not read: none of its headings is a known date',
        'sheet "Lists" (1 row) was not read: it has no heading that means case_id',
    ]


def test_a_sheet_without_events_is_no_rival(tmp_path: Path) -> None:
    """A list of children beside the list of cases is left alone, whichever comes first and knows more."""
    children = [("case_id", "name", "date_of_birth", "district", "school"), ("X", "n", None, "d", "s")]

    batch = read(tmp_path, book(("Children", children), ("Cases", [("case_id", "plan_issued"), ("C1",)])))

    assert column(batch, "case_id") == ["C1"]


def test_a_header_without_case_id_names_sheet_and_row(tmp_path: Path) -> None:
    """As a CSV file names its line."""
    with pytest.raises(CaseFileError, match='sheet "Cases", row 1: no heading means case_id; found "Nr"'):
        opened(tmp_path, cases(("Nr",), ("1",)))


def test_a_workbook_without_cells(tmp_path: Path) -> None:
    """It is named, and so are its hidden sheets."""
    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, book(("Cover", []), ("Data", [HEADER]), hidden=["Data"]))

    assert error.value.message == f"{tmp_path / 'cases.csv'} has no cells on a visible sheet"
    assert error.value.hint == "sheets that are hidden: Data"


@pytest.mark.parametrize("mistake", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"])
def test_an_excel_error_is_a_problem_with_its_address(tmp_path: Path, mistake: str) -> None:
    """A failed look-up in the column of final plans is not a plan that was never issued."""
    xml = sheet_xml(
        '<row r="1"><c r="A1" t="str"><v>case_id</v></c><c r="C1" t="str"><v>plan_issued</v></c></row>'
        '<row r="2"><c r="A2" t="str"><v>C1</v></c>'
        f'<c r="C2" t="e"><f>VLOOKUP(A2,X:Y,2)</f><v>{mistake}</v></c></row>'
    )

    batch = read(tmp_path, with_sheet(xml))

    assert batch.unreadable["plan_issued"].to_list() == [2]
    assert [(problem.rule, problem.problem) for problem in batch.problems] == [
        ("excel-error", f'C2: "{mistake}" is an Excel error, not a blank')
    ]


@pytest.mark.parametrize(
    ("cell", "unreadable"),
    [
        ('<c r="B2"><f>A2+1</f></c>', True),
        ('<c r="B2"><f>A2+1</f><v></v></c>', True),
        ('<c r="B2"><f>A2+1</f><v>45352</v></c>', False),
        ('<c r="B2" t="str"><f>IF(A2="","",A2)</f><v></v></c>', False),
    ],
)
def test_a_formula_without_its_result_is_no_blank(tmp_path: Path, cell: str, unreadable: bool) -> None:
    """Programs write formulas that only Excel works out; a result that is not a text at all is a blank."""
    header = '<c r="A1" t="str"><v>case_id</v></c><c r="B1" t="str"><v>plan_issued</v></c>'
    xml = sheet_xml(f'<row r="1">{header}</row><row r="2"><c r="A2" t="str"><v>C1</v></c>{cell}</row>')

    batch = read(tmp_path, with_sheet(xml))

    said = [problem.problem for problem in batch.problems]
    assert said == (["B2: the cell holds a formula that was never calculated"] if unreadable else [])


@pytest.mark.parametrize("above", [(), (("Cases of the autumn",),), (("Cases",), HEADER)])
def test_a_date_merged_over_several_rows_is_blank_in_none(above: Rows, tmp_path: Path) -> None:
    """Excel keeps it in the first row alone: in the others the plan is unread, not missing.

    What is merged and blank is blank; so is the text of a district, which nothing hangs on.
    """
    first = len(above) + 1 if HEADER in above else len(above) + 2
    head = () if HEADER in above else (HEADER,)
    row = ("North", RECEIVED, FIRST_MARCH)
    sheet = cases(*above, *head, ("C1", *row), ("C2", None, RECEIVED, None), ("C3", None, RECEIVED, None))
    places = [f"D{first}:D{first + 1}", f"B{first}:B{first + 2}", f"D{first + 2}:D{first + 3}", "A1:D1"]
    merged = "".join(f'<mergeCell ref="{place}"/>' for place in places[: 3 + bool(above)])
    made = changed(
        sheet,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<pageMargins", f"<mergeCells>{merged}</mergeCells><pageMargins".encode()),
    )

    batch = read(tmp_path, made)

    assert column(batch, "plan_issued") == [RECEIVED, None, None]
    assert column(batch, "district") == ["North", None, None]
    assert [(problem.row, problem.column, problem.problem) for problem in batch.problems] == [
        (first + 1, "plan_issued", f'D{first + 1}: "merged with D{first}" is not a date')
    ]


@pytest.mark.parametrize("from_1904", [False, True])
def test_a_workbook_that_counts_from_1904(tmp_path: Path, from_1904: bool) -> None:
    """Date cells and bare numbers are the same day in either; a number in another column stays a number."""
    serial = 45352 - (1462 if from_1904 else 0)
    table = cases(
        ("case_id", "request_received", "plan_issued"), (43890, FIRST_MARCH, serial), date_1904=from_1904
    )

    assert rows(read(tmp_path, table)) == [
        {"row": 2, "case_id": "43890", "request_received": RECEIVED, "plan_issued": RECEIVED}
    ]


def test_a_total_at_the_end_is_no_case(tmp_path: Path) -> None:
    """It is named and not judged, and the rows still add up."""
    batch = read(tmp_path, cases(HEADER, ("C1", "North", FIRST_MARCH), (), ("Grand total", None, 1, 0)))

    assert (batch.read, batch.frame.height) == (1, 1)
    assert briefly(batch.problems) == [(4, "case_id", "total-row")]
    assert batch.problems[0].problem == '"Grand total" looks like a total, not a case'


@pytest.mark.parametrize(
    "text", ["Total", "TOTALS:", "Sub-total", "Total: 2,000", "Count 12", "Average", "Mean: 4.5"]
)
def test_totals_in_words(tmp_path: Path, text: str) -> None:
    """However a report calls it."""
    for row in ((text,), (text, None, FIRST_MARCH, FIRST_MARCH)):
        batch = read(tmp_path, cases(HEADER, ("C1",), row))

        assert briefly(batch.problems) == [(3, "case_id", "total-row")]


@pytest.mark.parametrize("text", ["Totally", "T-100", "Count Dracula", "Sumaya", "Mean Mary", "Max"])
def test_cases_that_only_sound_like_totals(tmp_path: Path, text: str) -> None:
    """A name is left alone."""
    assert read(tmp_path, cases(HEADER, (text,))).problems == ()


def test_it_is_known_by_its_bytes(tmp_path: Path) -> None:
    """The tests above call theirs cases.csv; prefixed tags and cells without addresses make no difference."""

    def prefixed(xml: bytes) -> bytes:
        return (
            xml.replace(b"<worksheet xmlns=", b"<x:worksheet xmlns:x=")
            .replace(b"</", b"</x:")
            .replace(b"<row", b"<x:row")
            .replace(b"<c ", b"<x:c ")
            .replace(b"<v>", b"<x:v>")
            .replace(b"<sheetData", b"<x:sheetData")
        )

    header = '<c t="str"><v>case_id</v></c><c t="str"><v>plan_issued</v></c>'
    xml = sheet_xml(f'<row>{header}</row><row><c t="str"><v>C1</v></c><c t="e"><v>#N/A</v></c></row>')

    batch = read(tmp_path, changed(cases(["x"]), "xl/worksheets/sheet1.xml", lambda _: prefixed(xml)))

    assert [problem.problem for problem in batch.problems] == ['B2: "#N/A" is an Excel error, not a blank']
