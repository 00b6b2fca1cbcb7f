"""Every format: read by another program, the same bytes again, escaped, and silent where it is public."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from ical.calendar_stream import IcsCalendarStream

from tests.cli.command import ehcp, said
from tests.commands.report.council import CANARIES, council
from tests.commands.report.council import write as write_council

WHEN = ("--as-at", "2026-06-01")
LISTS = ("csv", "json", "ndjson", "parquet", "md", "txt", "xlsx", "ics")
HIDDEN = "\u202e\u200b\x1b\x07\x85"
EVIL = (
    "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "<script>alert(1)</script>", "<b>Ann</b> | x | `y`",
    "https://x.org", "[a](javascript:b)", "Ann; END:VEVENT, x", "{{ 7 * 7 }}", f"A{HIDDEN}B", "]]> &amp; ---",
    "# Ann",
)  # fmt: skip
MARK = re.compile(f"[{HIDDEN}]")
SOFFICE = shutil.which("soffice")
READS_WORKBOOKS = SOFFICE is not None or os.environ.get("EHCP_BROWSER") == "required"


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    """Return a case file in which every text is a formula, a link, markup, a command or hidden characters."""
    path = tmp_path / "cases.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(
            ("case_id", "name", "district", "team", "caseworker", "request_received", "plan_issued")
        )
        for number, text in enumerate(EVIL, 1):
            lines.writerow((text, text, text, text, text, f"2025-0{1 + number % 9}-06", ""))
    return path


def written(
    folder: Path, command: str, file: Path, *words: str, forms: tuple[str, ...] = LISTS
) -> dict[str, bytes]:
    """Return what a command writes in these formats, its receipts too."""
    folder.mkdir()
    out = chain.from_iterable(("-o", str(folder / f"a.{form}")) for form in forms)
    run = ehcp(command, str(file), *WHEN, *words, *out)
    assert run.returncode in (0, 1), said(run)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def unpacked(data: bytes) -> str:
    """Return everything that an output says, a workbook unpacked."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return "\n".join(parts.read(name).decode("utf-8") for name in parts.namelist())


def test_what_a_file_says_is_text_in_every_list(evil: Path, tmp_path: Path) -> None:
    """No formula, link, markup, table cell, property of a calendar or hidden character is made of it."""
    files = written(tmp_path / "out", "check", evil)
    book, lines = unpacked(files["a.xlsx"]), list(csv.reader(io.StringIO(files["a.csv"].decode())))
    table = files["a.md"].decode()
    events = IcsCalendarStream.calendar_from_ics(files["a.ics"].decode()).events
    findings = json.loads(files["a.json"])["findings"]

    assert {finding["case_id"] for finding in findings} == set(EVIL)
    assert [cell for line in lines for cell in line if cell[:1] in tuple("=+-@")] == []
    assert [word for word in ("<f>", "hyperlink", 'TargetMode="External"') if word in book] == []
    assert {line.replace("\\|", "").count("|") for line in table.splitlines() if line.startswith("|")} == {24}
    assert re.search(r"(?<!\\)[<`]|(?<!\\)\]\(", table.partition("Made by")[0]) is None
    assert len(events) == sum(finding["due"] is not None for finding in findings)
    assert [name for name, data in files.items() if name != "a.parquet" and MARK.search(unpacked(data))] == []


@pytest.mark.slow
def test_what_a_file_says_is_text_on_every_page(evil: Path, tmp_path: Path) -> None:
    """Nor on a page, of a team or of a family."""
    pages = [written(tmp_path / "team", "report", evil, "--for", "team", forms=("html",))["a.html"]]
    pages += [
        ehcp("explain", case, str(evil), *WHEN, "--chronology", "--format", "html").stdout for case in EVIL
    ]

    assert all(b"<html" in page for page in pages)
    assert [page for page in pages if re.search(rb"<script|<b>|javascript:b\"|href=\"https://x", page)] == []
    assert [page for page in pages if MARK.search(page.decode())] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "words", "forms"),
    [
        ("check", (), LISTS),
        ("overdue", ("--disclosure", "suppress", "--by", "team"), ("csv", "json", "md", "xlsx", "ndjson")),
        ("report", ("--for", "team"), ("html", "json", "md", "txt")),
        ("scorecard", (), ("csv", "json", "xlsx")),
    ],
)
def test_the_same_question_gives_the_same_bytes(
    tmp_path: Path, command: str, words: tuple[str, ...], forms: tuple[str, ...]
) -> None:
    """In every format, receipts included."""
    first, again = (
        written(tmp_path / name, command, Path("examples/cases.csv"), *words, forms=forms) for name in "ab"
    )

    assert first == again
    assert set(first) >= {f"a.{form}" for form in forms}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "words", "forms"),
    [
        ("report", ("--for", "public", "--since"), ("html", "json", "md", "txt")),
        (
            "overdue",
            ("--disclosure", "suppress", "--by", "team"),
            ("csv", "json", "md", "xlsx", "ndjson", "txt"),
        ),
        ("scorecard", ("--disclosure", "suppress", "--by", "team"), ("csv", "json", "md", "xlsx", "txt")),
    ],
)
def test_nothing_that_is_published_names_anybody(
    tmp_path: Path, command: str, words: tuple[str, ...], forms: tuple[str, ...]
) -> None:
    """No child, caseworker, school or case, in any part of a file or in its receipt; no name of its input."""
    file = write_council(tmp_path / "Zebedee Quark.csv", council())
    words = (*words, str(file)) if words[-1] == "--since" else words
    files = written(tmp_path / "out", command, file, *words, forms=forms)
    people = [canary.lower() for canary in CANARIES if canary not in ("Northcanary", "Teamcanary")]

    assert [
        (name, person)
        for name, data in files.items()
        for person in people
        if person in unpacked(data).lower()
    ] == []


def test_a_calendar_is_read_by_a_second_library() -> None:
    """Days, alarms and ids of the worked example, as `ical` reads them."""
    calendar = ehcp(
        "timeline", "request_received=2026-01-12", "--as-at", "2026-01-20", "--format", "ics"
    ).stdout
    read = IcsCalendarStream.calendar_from_ics(calendar.decode())
    by_day = {event.dtstart: event for event in read.events}
    decision = by_day[date(2026, 2, 23)]

    assert (read.method, len({event.uid for event in read.events})) == ("PUBLISH", len(read.events))
    assert decision.dtend == date(2026, 2, 24)
    assert decision.summary == "Tell the family whether an EHC needs assessment will be carried out"
    assert [alarm.trigger for alarm in decision.alarm] == [timedelta(days=-14), timedelta(days=-5)]
    assert date(2026, 6, 1) in by_day


def published(tmp_path: Path) -> Any:
    """Return a workbook made for publication, read back."""
    path = tmp_path / "public.xlsx"
    ehcp("overdue", "examples/cases.csv", *WHEN, "--disclosure", "suppress", "--by", "team", "-o", str(path))
    return openpyxl.load_workbook(path)


CHECKLIST: dict[str, Callable[[Any], bool]] = {
    "the title stands in A1": lambda sheet: bool(sheet["A1"].value) and bool(sheet["A1"].font.bold),
    "what it holds stands in A2": lambda sheet: bool(sheet["A2"].value),
    "one table is marked up": lambda sheet: len(sheet.tables) == 1,
    "its headings are there and differ": lambda sheet: len(set(headings := cells(sheet)[0])) == len(headings)
    and all(headings),
    "no cell is empty": lambda sheet: all(value not in (None, "") for row in cells(sheet) for value in row),
    "nothing stands below or beside it": lambda sheet: (
        f"A3:{sheet.dimensions.split(':')[1]}" == reference(sheet)
    ),
    "no cell is merged": lambda sheet: not sheet.merged_cells.ranges,
    "nothing is filtered": lambda sheet: not sheet.auto_filter.ref
    and not any(table.autoFilter for table in sheet.tables.values()),
    "no pane is frozen": lambda sheet: sheet.freeze_panes is None,
    "no row, column or sheet is hidden": lambda sheet: sheet.sheet_state == "visible"
    and not any(one.hidden for one in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())),
    "no header or footer is printed": lambda sheet: (
        not sheet.oddHeader.left.text and not sheet.oddFooter.left.text
    ),
    "text wraps": lambda sheet: all(
        cell.alignment.wrap_text
        for row in sheet.iter_rows(min_row=3)
        for cell in row
        if isinstance(cell.value, str)
    ),
    "letters are Arial of 12 points or more": lambda sheet: all(
        cell.font.name == "Arial" and cell.font.size >= 12
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    ),
    "nothing floats": lambda sheet: not sheet._images and not sheet._charts,
}  # fmt: skip


def reference(sheet: Any) -> str:
    """Return where the table of a sheet stands."""
    [table] = sheet.tables.values()
    return str(table.ref)


def cells(sheet: Any) -> list[list[Any]]:
    """Return the cells of the table of a sheet, headings first."""
    return [[cell.value for cell in row] for row in sheet[reference(sheet)]]


def test_a_workbook_for_publication_keeps_to_the_checklist(tmp_path: Path) -> None:
    """The Analysis Function's, as gptables has it: cover, contents, notes, then a table a sheet."""
    book = published(tmp_path)
    sheets = book.worksheets[1:]
    contents, notes = cells(book["Contents"]), cells(book["Notes"])

    assert [sheet.title for sheet in book.worksheets[:3]] == ["Cover", "Contents", "Notes"]
    assert (book.properties.title, book.properties.creator) == ("Open cases by team", "ehcp-timeline")
    assert [row[0] for row in contents[1:]] == [sheet.title for sheet in book.worksheets[2:]]
    assert [row[0] for row in notes[1:]] == [f"[note {number}]" for number in range(1, len(notes))]
    assert any("[c] = hidden" in row[1] for row in notes[1:])
    assert [
        (sheet.title, rule) for sheet in sheets for rule, holds in CHECKLIST.items() if not holds(sheet)
    ] == []
    names = [name for sheet in sheets for name in sheet.tables]
    assert len(set(names)) == len(names)
    assert [name for name in names if re.fullmatch(r"[A-Za-z]{1,3}\d+|[Tt]able\d*", name)] == []


if READS_WORKBOOKS:

    @pytest.mark.slow
    @pytest.mark.parametrize("profile", ["worklist", "publication"])
    def test_a_workbook_is_read_by_libreoffice(evil: Path, tmp_path: Path, profile: str) -> None:
        """Each cell as it was written: text is text, a date a date, a number a number."""
        path = tmp_path / "book.xlsx"
        public = ("--disclosure", "suppress", "--by", "team") if profile == "publication" else ()
        file = "examples/cases.csv" if public else str(evil)
        ehcp("overdue", file, *WHEN, *public, "-o", str(path))
        home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
        subprocess.run(
            [SOFFICE or "soffice", home, "--headless", "--convert-to", "xlsx",
             "--outdir", str(tmp_path / "read"),
             str(path)],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        book, read = (openpyxl.load_workbook(file) for file in (path, tmp_path / "read" / path.name))

        assert read.sheetnames == book.sheetnames
        assert [list(sheet.values) for sheet in read] == [list(sheet.values) for sheet in book]
        assert public or date(2025, 5, 26) in {
            cell.date() for row in read["list"].values for cell in row if isinstance(cell, datetime)
        }
