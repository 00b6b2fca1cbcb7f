"""`ehcp columns` and `ehcp template`: what a case file may hold and what one does hold."""

import csv
import io
import json
from pathlib import Path

import pytest

from ehcp_timeline.cases.columns import vocabulary

from .command import ehcp, ehcp_apart, printed, said

FILE = "Our cases\nCase ID;Date request received;Plan issue;Remarks\nC-1;01/02/2025;;x\n"


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Return a file with a banner, semicolons, a heading that is nearly one and one that is none."""
    path = tmp_path / "cases.csv"
    path.write_bytes(FILE.encode("cp1252"))
    return path


def test_every_heading_is_accounted_for(cases: Path) -> None:
    """Encoding, delimiter and header row; each heading with its column, or with what it may mean."""
    answer = json.loads(printed(ehcp("columns", str(cases), "--format", "json")))

    assert (answer["schema"], answer["delimiter"], answer["header_row"]) == ("ehcp-columns/1", ";", 2)
    assert {one["text"]: one["column"] for one in answer["headings"]} == {
        "Case ID": "case_id",
        "Date request received": "request_received",
        "Plan issue": None,
        "Remarks": None,
    }
    assert answer["headings"][2]["suggestions"][0] == "plan_issued"


def test_a_person_is_told_what_to_write(cases: Path) -> None:
    """What was taken, what was not, and lines for ehcp.toml that would take it."""
    text = printed(ehcp("columns", str(cases)))

    assert "semicolon between cells, headings in row 2." in text
    assert "Taken: 2 columns" in text
    assert "Not used: 2 columns" in text
    assert 'rename them or write this into ehcp.toml\n[columns]\nplan_issued = ["Plan issue"]\n' in text


def test_what_it_tells_to_write_works(cases: Path) -> None:
    """With those lines in ehcp.toml beside it, the heading is taken, and the settings are named."""
    (cases.parent / "ehcp.toml").write_text('[columns]\nplan_issued = ["Plan issue"]\n')
    run = ehcp_apart("columns", cases.name, "--format", "json", cwd=cases.parent)

    assert json.loads(printed(run))["headings"][2]["column"] == "plan_issued"
    assert said(run) == f"settings from {cases.parent / 'ehcp.toml'}\n"


def test_the_template_is_a_file_that_is_understood(tmp_path: Path) -> None:
    """Its header is every column of the vocabulary, and reading it back takes every one."""
    run = ehcp("template")
    header = next(csv.reader(io.StringIO(printed(run))))
    (tmp_path / "cases.csv").write_bytes(run.stdout)
    answer = json.loads(printed(ehcp("columns", str(tmp_path / "cases.csv"), "--format", "json")))

    assert header == list(vocabulary().columns)
    assert [one["column"] for one in answer["headings"]] == header


def test_the_notes_say_what_each_column_means() -> None:
    """On standard error, one line a column, so that the header can be written to a file all the same."""
    run = ehcp("template", "--rows")
    lines = said(run).splitlines()

    assert [line.split(":")[0] for line in lines] == list(vocabulary().columns)
    assert "draft_sent: the draft plan was served on the family (a date, as 2026-01-31)" in lines
    assert "review_outcome: what the review decided (maintain, amend, cease)" in lines
    assert "exceptional_circumstances: " in said(run)


def test_a_template_is_not_written_over_a_case_file(tmp_path: Path) -> None:
    """`-o` refuses a file that is there, as everywhere."""
    (tmp_path / "cases.csv").write_text("precious")
    run = ehcp("template", "-o", str(tmp_path / "cases.csv"))

    assert run.returncode == 2
    assert (tmp_path / "cases.csv").read_text() == "precious"


def test_the_template_as_a_workbook(tmp_path: Path) -> None:
    """`-o cases.xlsx` writes one whose header is understood."""
    path = tmp_path / "cases.xlsx"
    run = ehcp("template", "-o", str(path))
    answer = json.loads(printed(ehcp("columns", str(path), "--format", "json")))

    assert run.returncode == 0
    assert answer["worksheet"] == "Cases"
    assert [one["column"] for one in answer["headings"]] == list(vocabulary().columns)
