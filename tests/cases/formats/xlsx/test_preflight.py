"""A workbook made to fill the memory, to hang or to fetch is refused in one line, at once, in little room."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ehcp_timeline.errors import CaseFileError
from tests.cases.books import book, cases, changed, sheet_xml, with_sheet
from tests.cases.made import opened, write

SHEET = "xl/worksheets/sheet1.xml"
MOST_MEMORY = 400_000  # kilobytes, of which polars takes some hundred thousand
MOST_SECONDS = 20
HEAD = '<row r="1"><c r="A1" t="str"><v>case_id</v></c></row>'

READ = """
import resource, sys
from datetime import date
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.errors import CaseFileError
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
try:
    rows = sum(b.read for b in open_case_file(sys.argv[1], vocabulary(), as_at=date(2026, 1, 15)).batches())
    print(rows, "rows")
except CaseFileError as error:
    print(error.message.removeprefix(sys.argv[1]).strip())
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def read_apart(folder: Path, content: bytes) -> str:
    """Read a file in a process of its own, and return what it said; time and memory are capped."""
    done = subprocess.run(
        [sys.executable, "-c", READ, write(folder, content)],
        capture_output=True,
        check=False,
        text=True,
        timeout=MOST_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    said, memory = done.stdout.splitlines()
    assert int(memory) < MOST_MEMORY
    return said


OF_ONE_RETURN = "pack one case file by itself, or the tables of one SEN2 return"


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return a zip file of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return file.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(("corner", "said"), [("XFD1048576", "XFD1048576"), ("CV1048576", "CV1048576")])
def test_two_cells_in_opposite_corners(tmp_path: Path, corner: str, said: str) -> None:
    """A reader that reserves the room between them would be killed."""
    row = corner.lstrip("XFDCV")
    xml = sheet_xml(f'{HEAD}<row r="{row}"><c r="{corner}"><v>1</v></c></row>')

    assert read_apart(tmp_path, with_sheet(xml)) == f"reaches to {said}, more than 5,000,000 cells from A1"


def test_a_corner_whose_row_lies(tmp_path: Path) -> None:
    """The address of the cell counts, not that of its row."""
    xml = sheet_xml(f'{HEAD}<row r="2"><c r="XFD1048576"><v>1</v></c></row>')

    assert read_apart(tmp_path, with_sheet(xml)).startswith("reaches to XFD1048576")


def test_formatted_cells_without_anything_in_them_reach_nowhere(tmp_path: Path) -> None:
    """Councils colour whole columns; only what holds something counts."""
    xml = sheet_xml(
        f'{HEAD}<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    )

    assert read_apart(tmp_path, with_sheet(xml)) == "1 rows"


@pytest.mark.slow
def test_a_gigabyte_in_a_megabyte(tmp_path: Path) -> None:
    """What it unpacks to is counted while it is unpacked, not believed."""
    xml = sheet_xml(HEAD + " " * 300_000_000)

    assert read_apart(tmp_path, with_sheet(xml)) == "unpacks to more than 256 million bytes"


@pytest.mark.slow
def test_one_text_in_a_million_cells(tmp_path: Path) -> None:
    """A text that stands once in the workbook and is referred to from every cell."""
    strings = b"<sst><si><t>" + b"x" * 32_767 + b"</t></si><si><t>case_id</t></si></sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 300_000))
    header = '<row r="1"><c r="A1" t="s"><v>1</v></c></row>'
    made = changed(cases(["x"]), SHEET, lambda _: sheet_xml(header + rows))

    said = read_apart(tmp_path, changed(made, "xl/sharedStrings.xml", lambda _: strings))

    assert said == "unpacks to more than 256 million bytes"


@pytest.mark.slow
def test_a_long_remark_beside_many_cells_is_no_bomb(tmp_path: Path) -> None:
    """The sum is worked out before a workbook is refused for its longest text."""
    table = [("case_id", "remarks"), *((f"C{n}", "as before") for n in range(10_000)), ("last", "x" * 30_000)]

    assert read_apart(tmp_path, cases(*table)) == "10001 rows"


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b "ha">'
    + "".join(f'<!ENTITY b{n} "{f"&b{n - 1 or str()};" * 10}">' for n in range(1, 12))
    + "]>"
)
FETCH = '<!DOCTYPE a SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("doctype", [LAUGHS, FETCH])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_a_document_type_is_refused(tmp_path: Path, part: str, doctype: str) -> None:
    """Whether it multiplies entities or asks for another file, in whichever part."""
    made = changed(
        cases(["case_id"], ["C1"]), part, lambda xml: xml.replace(b"?>", b"?>" + doctype.encode(), 1)
    )

    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, made)

    assert (
        error.value.message == f"{tmp_path / 'cases.csv'} declares a document type, which no case file needs"
    )


@pytest.mark.slow
def test_a_cell_of_ten_million_characters(tmp_path: Path) -> None:
    """No cell is that long; its row is named."""
    xml = sheet_xml(f'{HEAD}<row r="2"><c r="A2" t="str"><v>{"x" * 10_000_001}</v></c></row>')

    assert read_apart(tmp_path, with_sheet(xml)) == ": a cell in row 2 is longer than 10 million characters"


@pytest.mark.slow
def test_as_many_columns_as_excel_has(tmp_path: Path) -> None:
    """16,384 headings are read, and only those that are known are taken."""
    header = ["case_id", *(f"h{n}" for n in range(16_383))]

    assert read_apart(tmp_path, cases(header, ["C1"])) == "1 rows"


@pytest.mark.slow
def test_more_members_than_a_workbook_has(tmp_path: Path) -> None:
    """They are counted before any is looked at."""
    with pytest.raises(CaseFileError, match="holds more than 10,000 files"):
        opened(tmp_path, zipped({f"{n}.xml": b"" for n in range(10_001)}))


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_workbook_that_was_cut_short(tmp_path: Path, part: float) -> None:
    """A download that broke off."""
    whole = cases(["case_id"], *([f"C{n}"] for n in range(100)))

    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, whole[: int(len(whole) * part)])

    assert str(error.value) == (
        f"{tmp_path / 'cases.csv'} is damaged or was cut short. copy it again, or open it and save it again"
    )


@pytest.mark.slow
@pytest.mark.parametrize("place", range(60, 6000, 97))
def test_a_byte_that_was_changed(tmp_path: Path, place: int) -> None:
    """It is refused in one line, or it made no difference."""
    whole = bytearray(cases(["case_id"], *([f"C{n}"] for n in range(100))))
    whole[place % len(whole)] ^= 0x55

    said = ""
    try:
        read = sum(batch.read for batch in opened(tmp_path, bytes(whole)).batches())
    except CaseFileError as error:
        said = str(error)

    assert "\n" not in said
    assert said or read == 100


@pytest.mark.parametrize(
    "row",
    [
        '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="99999999"><c r="A1"><v>1</v></c></row>',
        '<row r="2"><c r="XFE2"><v>1</v></c></row>',
        '<row r="2"><c r="2"><v>1</v></c></row>',
        '<row r="2"><c r="A²"><v>1</v></c></row>',
        '<row r="2"><c r="A2"><v>1</c></row>',
    ],
)
def test_cells_that_are_nowhere(tmp_path: Path, row: str) -> None:
    """Addresses that no worksheet has, and XML that does not close, are damage."""
    with pytest.raises(CaseFileError, match="is damaged or was cut short"):
        opened(tmp_path, with_sheet(sheet_xml(HEAD + row)))


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    """Excel locks the whole workbook away in an old Office file."""
    locked = b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(300_000)

    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, locked)

    assert str(error.value) == (
        f"{tmp_path / 'cases.csv'} is protected by a password. "
        "open it in Excel and save a copy without the password"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0rest", "is an old Excel workbook (.xls). save it as an Excel workbook (.xlsx)"),
        (
            zipped({"xl/workbook.bin": b""}),
            "is a binary Excel workbook (.xlsb), not a case file. save it as an Excel workbook (.xlsx)",
        ),
        (
            zipped({"content.xml": b""}),
            "is an OpenDocument file, not a case file. save it as an Excel workbook (.xlsx)",
        ),
        (
            zipped({"word/document.xml": b""}),
            "is a Word document, not a case file. export the cases as CSV or as an Excel workbook",
        ),
        (zipped({}), "is a zip file of 0 files. pack one case file by itself"),
        (zipped({"a.csv": b"", "b.csv": b""}), f"is a zip file of 2 files: a.csv, b.csv. {OF_ONE_RETURN}"),
        (b"PK\x03\x04rest", "is damaged or was cut short. copy it again, or open it and save it again"),
    ],
)
def test_other_office_files_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    """One line says what it is and what to do."""
    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, content)

    assert str(error.value) == f"{tmp_path / 'cases.csv'} {said}"


def test_nothing_is_fetched_from_a_relation(tmp_path: Path) -> None:
    """A sheet that is said to stand elsewhere is not a sheet."""
    made = changed(
        book(("Cases", [["case_id"], ["C1"]])),
        "xl/_rels/workbook.xml.rels",
        lambda xml: xml.replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd"),
    )

    with pytest.raises(CaseFileError, match="has no cells on a visible sheet"):
        opened(tmp_path, made)
