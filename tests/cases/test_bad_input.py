"""Every fault that a file may have: one line that says so, in little time and room, never a false breach."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cases.books import book, changed, sheet_xml, with_sheet
from tests.cases.books import cases as workbook
from tests.cli.command import ehcp, environment, printed, said, sound

MOST_MEMORY = 700_000  # kilobytes: the interpreter, polars and one file within its limits
MOST_SECONDS = 100  # of the processor's time; a bomb that went off would take hours
AS_AT = "2026-01-15"
CHECK = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({MOST_SECONDS}, {MOST_SECONDS}))
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
sys.argv = ["ehcp", "check", sys.argv[1], "--as-at", "{AS_AT}", "--format", "json"]
from ehcp_timeline.cli.app import main
code = main()
memory = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(memory, file=sys.stderr)
sys.exit(code)
"""
HEADINGS = ["case_id", "request_received", "plan_issued"]
IN_TIME = ["A", date(2025, 2, 3), date(2025, 6, 2)]
HEAD = '<row r="1"><c r="A1" t="str"><v>case_id</v></c></row>'
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY b "ha">'
    + "".join(f'<!ENTITY b{n} "{f"&b{n - 1 or str()};" * 10}">' for n in range(1, 12))
    + "]>"
)
FETCH = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
OLE = b"\xd0\xcf\x11\xe0" + bytes(600)
RETURN = "<Message><Person><UPN>{}</UPN></Person></Message>"
WIDE = ["case_id", "request_received", *(f"c{n}" for n in range(16_382))]
DAMAGED = ("is damaged or was cut short", "copy it again, or open it and save it again")
DOCTYPE = (
    "declares a document type, which no case file needs",
    "export it again, or open it in Excel and save it again",
)
NO_TEXT = ("looks like a damaged or binary file", "save it as CSV UTF-8")


@dataclass(frozen=True)
class Told:
    """What `ehcp check` did with a file."""

    code: int
    answer: dict[str, Any]
    lines: tuple[str, ...]


def check(path: Path) -> Told:
    """Check a file; no traceback, no fault of our own."""
    return _told(path, ehcp("check", str(path), "--as-at", AS_AT, "--format", "json"))


def check_capped(path: Path) -> Told:
    """Check a file in a process of its own, its time and memory capped."""
    run = subprocess.run(
        [sys.executable, "-c", CHECK, str(path)], capture_output=True, check=False, env=environment()
    )
    told = _told(path, run)
    *lines, memory = told.lines
    assert int(memory) < MOST_MEMORY
    return replace(told, lines=tuple(lines))


def _told(path: Path, run: subprocess.CompletedProcess[bytes]) -> Told:
    lines = said(sound(run)).splitlines()
    answer = json.loads(run.stdout) if run.stdout else {}
    return Told(run.returncode, answer, tuple(line.replace(f"{path}", path.name) for line in lines))


@dataclass(frozen=True)
class Refused:
    """A fault for which the whole file is refused.

    Attributes:
        fault: As issue lists name it.
        name: The file's name.
        made: Makes its bytes.
        said: The error, after the file's name.
        hint: What to try.
        bomb: Its time and memory are capped.
    """

    fault: str
    name: str
    made: Callable[[], bytes]
    said: str
    hint: str
    bomb: bool = False


def text(content: str) -> Callable[[], bytes]:
    """Return what makes a file with this text."""
    return content.encode


REFUSED = (
    Refused(
        "wrong extension",
        "cases.csv",
        lambda: b"%PDF-1.7\n",
        " is a PDF, not a case file",
        "export the cases as CSV",
    ),
    Refused(
        "wrong extension",
        "photo.xlsx",
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(99),
        f" {NO_TEXT[0]}",
        NO_TEXT[1],
    ),
    Refused(
        "wrong format",
        "cases.json",
        text('[{"case_id": "A-1"}]'),
        " is JSON, not a table of cases",
        "export the cases as CSV, as an Excel workbook or as Parquet",
    ),
    Refused(
        "wrong format",
        "cases.json",
        text('{"case_id": "A-1"}\n'),
        " is JSON, not a table of cases",
        "export the cases as CSV, as an Excel workbook or as Parquet",
    ),
    Refused(
        "wrong extension",
        "cases.xls",
        text("<html><table>"),
        " looks like XML or a web page, not a case file",
        "export the cases as CSV",
    ),
    Refused(
        "wrong extension",
        "cases.xlsx",
        lambda: OLE,
        " is an old Excel workbook (.xls)",
        "save it as an Excel workbook (.xlsx)",
    ),
    Refused(
        "password",
        "cases.xlsx",
        lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
        " is protected by a password",
        "open it in Excel and save a copy without the password",
    ),
    Refused(
        "truncated zip",
        "cases.xlsx",
        lambda: workbook(HEADINGS, IN_TIME)[:2500],
        f" {DAMAGED[0]}",
        DAMAGED[1],
    ),
    Refused(
        "zip bomb",
        "cases.xlsx",
        lambda: with_sheet(sheet_xml(HEAD + " " * 300_000_000)),
        " unpacks to more than 256 million bytes",
        "a file of cases is smaller; save the sheet with the cases by itself; "
        "or set EHCP_LIMITS=2 in the environment to read twice as much",
        bomb=True,
    ),
    Refused(
        "sparse corner",
        "cases.xlsx",
        lambda: with_sheet(sheet_xml(f'{HEAD}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        " reaches to XFD1048576, more than 5,000,000 cells from A1",
        "delete the cells far below or beside the cases, or save them as CSV UTF-8",
        bomb=True,
    ),
    Refused(
        "entity bomb",
        "cases.xlsx",
        lambda: with_sheet(LAUGHS.encode() + sheet_xml(HEAD)),
        f" {DOCTYPE[0]}",
        DOCTYPE[1],
        bomb=True,
    ),
    Refused(
        "entity bomb",
        "sen2.xml",
        text(LAUGHS + RETURN.format("&b11;")),
        f" {DOCTYPE[0]}",
        DOCTYPE[1],
        bomb=True,
    ),
    Refused(
        "external entity",
        "cases.xlsx",
        lambda: with_sheet(FETCH.encode() + sheet_xml(HEAD)),
        f" {DOCTYPE[0]}",
        DOCTYPE[1],
    ),
    Refused("external entity", "sen2.xml", text(FETCH + RETURN.format("&a;")), f" {DOCTYPE[0]}", DOCTYPE[1]),
    Refused(
        "10 MB cell",
        "cases.csv",
        lambda: b"case_id,name\nA," + b"x" * 10_000_001 + b"\n",
        ": a cell in line 2 is longer than 10 million characters",
        "check for a quotation mark that is not closed",
        bomb=True,
    ),
    Refused(
        "damaged or binary",
        "cases.csv",
        lambda: b"case_id,request_received\nA\0,01/02/2025\n",
        f" {NO_TEXT[0]}",
        NO_TEXT[1],
    ),
    Refused(
        "mixed encodings",
        "cases.csv",
        lambda: "\ufeffcase_id\nZoë\n".encode() + b"Zo\xeb\n",
        ": line 3 is not UTF-8, as the beginning of the file says",
        "save it as CSV UTF-8",
    ),
    Refused(
        "unclosed quote",
        "cases.csv",
        text('case_id,name,request_received\nA,"Kim,01/02/2025\nB,x,01/02/2025\n'),
        ": line 2 opens a quotation mark that is not closed",
        "close it, or remove it if it is a stray one",
    ),
    Refused(
        "duplicate headings",
        "cases.csv",
        text("case_id,Plan issued,plan_issued\nA,01/02/2025,\n"),
        ', line 1: columns 2 ("Plan issued") and 3 ("plan_issued") both mean plan_issued',
        "rename or remove one of them",
    ),
    Refused(
        "month-first dates",
        "cases.csv",
        text("case_id,plan_issued\nA,12/31/2025\nB,01/02/2025\n"),
        ": the dates of plan_issued make sense only month-first: "
        'in row 2, "12/31/2025" is a date only if the month comes first',
        "dates are read day-first; write it as YYYY-MM-DD or DD/MM/YYYY, "
        'or say in ehcp.toml: date_formats.plan_issued = "%m/%d/%Y"',
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize("fault", REFUSED, ids=lambda one: f"{one.fault} in {one.name}")
def test_a_file_that_is_refused(tmp_path: Path, fault: Refused) -> None:
    """Exit 2, one line with the file and what is wrong, one with what to try, and no answer at all."""
    path = tmp_path / fault.name
    path.write_bytes(fault.made())
    told = check_capped(path) if fault.bomb else check(path)

    assert told.lines == (f"ehcp: {fault.name}{fault.said}", f"try: {fault.hint}")
    assert (told.code, told.answer) == (2, {})


@dataclass(frozen=True)
class Read:
    """A fault with which a file is read all the same.

    Attributes:
        fault: As issue lists name it.
        name: The file's name.
        made: Makes its bytes.
        problems: Row, column and words of what is said.
        rows: Rows that are read and that are judged.
        unknown: Deadlines that cannot be told; nothing else is listed.
    """

    fault: str
    name: str
    made: Callable[[], bytes]
    problems: tuple[tuple[int | None, str | None, str], ...] = ()
    rows: tuple[int, int] = (1, 1)
    unknown: tuple[str, ...] = ()


MIXED = "case_id,name,plan_issued\nA,Zoë,02/06/2025\n".encode() + b"B,Zo\xeb,02/06/2025\n"
IN_CSV = "case_id,request_received,plan_issued\nA,03/02/2025,02/06/2025\n"
READ = (
    Read("wrong extension", "cases.xlsx", text(IN_CSV)),
    Read("wrong extension", "cases.csv", lambda: workbook(HEADINGS, IN_TIME)),
    Read(
        "mixed encodings",
        "cases.csv",
        lambda: MIXED,
        ((None, None, "line 2 is UTF-8 and line 3 is not: some letters are wrong"),),
        (2, 2),
    ),
    Read(
        "over-long row",
        "cases.csv",
        text(f"{IN_CSV}B,01/02/2020,,x\n"),
        ((3, None, "the row has more cells than the header, which has 3"),),
        (2, 1),
    ),
    Read(
        "header only",
        "cases.csv",
        text("case_id,request_received,plan_issued\n"),
        ((None, None, "there is no row below the headings"),),
        (0, 0),
    ),
    Read(
        "header only",
        "cases.xlsx",
        lambda: workbook(HEADINGS),
        ((None, None, "there is no row below the headings"),),
        (0, 0),
    ),
    Read("16,384 columns", "cases.csv", text(",".join(WIDE) + "\nA,01/01/2026" + "," * 16_382 + "\n")),
    Read("16,384 columns", "cases.xlsx", lambda: workbook(WIDE, ["A", date(2026, 1, 1)])),
    Read(
        "a stray month-first date",
        "cases.csv",
        text("case_id,request_received\nA,12/31/2024\nB,31/12/2025\n"),
        ((2, "request_received", '"12/31/2024" is a date only if the month comes first'),),
        (2, 2),
    ),
    Read("1904 dates", "cases.xlsx", lambda: book(("Cases", [HEADINGS, IN_TIME]), date_1904=True)),
    Read(
        "formula text",
        "cases.csv",
        text("case_id,request_received,plan_issued\n=1+1,=TODAY(),\n"),
        ((2, "request_received", '"=TODAY()" is not a date'),),
        unknown=("plan.issue",),
    ),
    Read(
        "a failed formula",
        "cases.xlsx",
        lambda: workbook(HEADINGS, ["A", "#REF!", None]),
        ((2, "request_received", 'B2: "#REF!" is an Excel error, not a blank'),),
        unknown=("plan.issue",),
    ),
    Read(
        "right-to-left names",
        "cases.csv",
        text(
            "case_id,name,request_received,plan_issued\n\u202eA-1,\u05d3\u05d5\u05d3 \u202egnp,01/01/2026,\n"
        ),
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize("fault", READ, ids=lambda one: f"{one.fault} in {one.name}")
def test_a_file_that_is_read(tmp_path: Path, fault: Read) -> None:
    """The problem in exact words, rows that add up, nothing overdue that may not be; 3 where unclear."""
    path = tmp_path / fault.name
    path.write_bytes(fault.made())
    told = check_capped(path) if fault.fault == "16,384 columns" else check(path)
    (read,) = told.answer["input"]

    assert (
        tuple((one["row"], one["column"], one["problem"]) for one in told.answer["problems"])
        == fault.problems
    )
    assert (read["rows"], read["judged"], read["judged"] + read["not_judged"]) == (*fault.rows, fault.rows[0])
    assert [one["verdict"] for one in told.answer["findings"]] == ["unknown"] * len(told.answer["findings"])
    assert {*fault.unknown} <= {one["deadline"] for one in told.answer["findings"]}
    assert told.code == (3 if read["not_judged"] or fault.unknown else 0)


def test_days_counted_from_1904_are_the_same_days(tmp_path: Path) -> None:
    """A workbook that counts from 1904 gives the days of one from 1900, not those four years before."""
    answers = []
    for shifted in (False, True):
        path = tmp_path / f"{shifted}.xlsx"
        path.write_bytes(book(("Cases", [HEADINGS, ["A", date(2025, 1, 6), None]]), date_1904=shifted))
        answers.append(check(path).answer["findings"])

    assert answers[0] == answers[1]
    assert [(one["deadline"], one["start"], one["due"]) for one in answers[0]] == [
        ("plan.issue", "2025-01-06", "2025-05-26")
    ]


def test_a_formula_stays_text_in_what_is_written(tmp_path: Path) -> None:
    """A case number that looks like a formula has an apostrophe in the list that a spreadsheet opens."""
    path, listed = tmp_path / "cases.csv", tmp_path / "list.csv"
    path.write_text("case_id,request_received,plan_issued\n=1+1,06/01/2025,\n")
    ehcp("check", str(path), "--as-at", AS_AT, "-o", str(listed))

    assert listed.read_text().splitlines()[1].startswith('"\'=1+1",')


def test_a_name_that_turns_the_line_is_spelled_out(tmp_path: Path) -> None:
    """A case number with a right-to-left override cannot turn round what stands beside it."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,request_received,plan_issued\n\u202eA-1,06/01/2025,\n", encoding="utf-8")
    told = printed(ehcp("check", str(path), "--as-at", AS_AT, "--format", "plain"))

    assert "\u202e" not in told
    assert "\\u{202e}A-1" in told


def test_a_member_that_lies_about_its_size(tmp_path: Path) -> None:
    """A workbook whose sheet is not what its directory says is damaged, not read by halves."""
    path = tmp_path / "cases.xlsx"
    good = workbook(HEADINGS, IN_TIME)
    path.write_bytes(changed(good, "xl/worksheets/sheet1.xml", lambda data: data[: len(data) // 2]))
    told = check(path)

    assert told.lines == (f"ehcp: {path.name} {DAMAGED[0]}", f"try: {DAMAGED[1]}")
    assert told.code == 2
