"""`ehcp columns` and `ehcp template`: what a case file may hold and what one does hold."""

import csv
import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ehcp_timeline.cases.model import vocabulary
from tests.cases.books import book
from tests.cli.command import check_schema, ehcp, ehcp_apart, printed, said

FILE = "Our cases\nCase ID;Date request received;Plan isued;Remarks\nC-1;01/02/2025;;x\n"


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
        "Plan isued": None,
        "Remarks": None,
    }
    assert answer["headings"][2]["suggestions"][0] == "plan_issued"


def test_a_person_is_told_what_to_write(cases: Path) -> None:
    """What was taken, what was not, and lines for ehcp.toml that would take it."""
    text = printed(ehcp("columns", str(cases)))

    assert "semicolon between cells, headings in row 2." in text
    assert "Taken: 2 columns" in text
    assert "Not used: 2 columns" in text
    assert "rename them or write this into ehcp.toml\n" in text
    assert '\n  [columns]\n  plan_issued = ["Plan isued"]\n' in text


@pytest.mark.slow
def test_what_it_tells_to_write_works(cases: Path) -> None:
    """With those lines in ehcp.toml beside it, the heading is taken, and the settings are named."""
    (cases.parent / "ehcp.toml").write_text('[columns]\nplan_issued = ["Plan isued"]\n')
    run = ehcp_apart("columns", cases.name, "--format", "json", cwd=cases.parent)

    assert json.loads(printed(run))["headings"][2]["column"] == "plan_issued"
    assert said(run) == f"settings from {cases.parent / 'ehcp.toml'}\n"


MESSY = """Export of 12/01/2026;;;;;;;;;

Docket;Child;DOB;Plan isued;Draft plan snt;Request;Decision;Decision date;Review outcom;"A ""B"" day"
S-1;Quillfeather;01/02/2012;03/04/2025;;13/10/2024;Agreed;12/11/2024;Maintian;04/11/2024
S-2;Quillfeather;14/06/2015;TBC;02/06/2025;05/01/2025;R2;02/02/2025;Pending;01/02/2025
S-3;Quillfeather;;;;#N/A;;;;13/02/2025 10:30
"""
SETTINGS = """
[columns]
case_id = "Docket"
name = "Child"
request_received = "Request"
review_outcome = "Review outcom"
assess_agreed = { date = "Decision date", where = "Decision", is = "Agreed" }
assess_refused = { date = "Decision date", where = "Decision", is = "R2" }
[constants]
exception_recorded = false
"""


def answer(path: Path, *words: str) -> dict[str, Any]:
    """Return what is said of a file as JSON."""
    found = json.loads(
        printed(ehcp("columns", str(path), *words, "--as-at", "2026-01-15", "--format", "json"))
    )
    check_schema(found)
    check_schema(found)
    return dict(found)


def messy(folder: Path, settings: str = "") -> tuple[Path, Path]:
    """Write a file with foreign headings and words, and settings for it."""
    path, config = folder / "messy.csv", folder / "our.toml"
    path.write_text(MESSY)
    config.write_text(settings)
    return path, config


def test_what_the_cells_look_like(tmp_path: Path) -> None:
    """Layouts and shares of every column, days of events, years of others, and never a cell."""
    path, config = messy(tmp_path, SETTINGS)
    run = ehcp("columns", str(path), "--config", str(config), "--as-at", "2026-01-15")
    page = printed(run)

    assert "Quillfeather" not in page
    days = "13 October 2024 to 5 January 2025"
    lines = page[page.index("What the cells look like") :].splitlines()[3:13]
    assert [" ".join(line.split()) for line in lines] == [
        "Docket 100% text: a-9",
        "Child 100% text: a",
        "DOB 67% dates: DD/MM/YYYY",
        "Plan isued 33% dates: DD/MM/YYYY; 2025; 1 TBC",
        "Draft plan snt 33% dates: DD/MM/YYYY; 2025",
        f"Request 100% dates and others: DD/MM/YYYY (2), Excel error (1); {days}; 1 cannot be read",
        "Decision 67% text: a (1), a9 (1)",
        "Decision date 67% dates: DD/MM/YYYY; 2024 to 2025",
        "Review outcom 67% text: a; 2 cannot be read",
        'A "B" day 100% dates: DD/MM/YYYY (2), DD/MM/YYYY and a time (1); 2024 to 2025',
    ]


def test_what_ehcp_toml_makes_of_a_file_is_shown(tmp_path: Path) -> None:
    """Dates chosen by an outcome, and constants."""
    path, config = messy(tmp_path, SETTINGS)
    page = printed(ehcp("columns", str(path), "--config", str(config)))
    found = answer(path, "--config", str(config))

    assert '\nassess_agreed       from "Decision" and "Decision date"\n' in page
    assert "\nexception_recorded  no on every row\n" in page
    assert found["constants"] == {"exception_recorded": "no"}
    assert {one["text"]: one["gives"] for one in found["headings"] if one["gives"]} == {
        "Decision": ["assess_agreed", "assess_refused"],
        "Decision date": ["assess_agreed", "assess_refused"],
    }


def test_a_file_that_is_no_case_file_yet_is_looked_at_all_the_same(tmp_path: Path) -> None:
    """It says what stops it, exits with 2, and offers what may be the number of the case."""
    path, _ = messy(tmp_path)
    run = ehcp("columns", str(path), "--format", "json")
    found = json.loads(printed(run))

    assert run.returncode == 2
    assert found["stops"]["problem"].startswith(f'{path}, line 3: no heading means case_id; found "Docket"')
    assert found["rows"] == 3
    assert '# case_id = ["Docket"]\n' in found["mapping"]
    assert "Child" not in found["mapping"]


@pytest.mark.parametrize(
    "rows", ["", "A-1;02/03/2026\n", "A-1;02/03/2026;;\n"], ids=["none", "short", "as long as the header"]
)
def test_a_blank_heading_at_the_end_that_no_row_reaches_is_blank(tmp_path: Path, rows: str) -> None:
    """The heading is listed as every other, whether or not a row has a cell below it."""
    file = tmp_path / "cases.csv"
    file.write_text(f"case_id;request_received;;\n{rows}")
    headings = answer(file)["headings"]

    assert [one["column"] for one in headings] == ["case_id", "request_received", None, None]
    assert [one["looks"]["kind"] for one in headings[2:]] == ["blank", "blank"]


def test_the_lines_that_are_offered(tmp_path: Path) -> None:
    """A suggestion for a heading whose cells fit it; everything else waits behind a #."""
    path, _ = messy(tmp_path)

    assert printed(ehcp("columns", str(path), "--format", "toml")) == (
        "# header_row = 3\n\n[columns]\n"
        'plan_issued = ["Plan isued"]\n'
        'draft_sent = ["Draft plan snt"]\n'
        'review_outcome = ["Review outcom"]\n'
        '# ... = ["Request"]  # dates; which event?\n'
        '# assess_agreed = { date = "Decision date", where = "Decision", is = ["..."] }\n'
        '# assess_refused = { date = "Decision date", where = "Decision", is = ["..."] }\n'
        '# ... = ["A \\"B\\" day"]  # dates; which event?\n'
        '# case_id = ["Docket"]\n'
    )


def test_a_date_of_either_outcome_is_not_offered_as_its_own_outcome(tmp_path: Path) -> None:
    """No heading says which outcome it was: each line reads the date as one of them, and loads."""
    file, config = tmp_path / "cases.csv", tmp_path / "ehcp.toml"
    file.write_text("case_id,request_received,Decision to assess\nA-1,2026-03-02,2026-03-20\n")
    offered = printed(ehcp("columns", str(file), "--format", "toml")).splitlines()
    config.write_text("\n".join(line.removeprefix("# ") for line in offered[:2]))

    assert [line.partition("  ")[0] for line in offered[1:]] == [
        '# assess_agreed = ["Decision to assess"]',
        '# assess_refused = ["Decision to assess"]',
    ]
    assert answer(file, "--config", str(config))["headings"][2]["column"] == "assess_agreed"


@pytest.mark.slow
@pytest.mark.parametrize("settings", ["", SETTINGS])
@pytest.mark.parametrize("completed", [False, True])
def test_the_lines_that_are_offered_work(tmp_path: Path, settings: str, *, completed: bool) -> None:
    """Put at the end of the settings they are TOML, and every line does what it says, completed ones too."""
    path, config = messy(tmp_path, settings)
    offered = printed(ehcp("columns", str(path), "--config", str(config), "--format", "toml"))
    offered = offered.replace('["..."]', '["Agreed"]')
    if completed:
        offered = re.sub(r"^# (?!\.\.\.|assess_refused)", "", offered, flags=re.MULTILINE)
    tomllib.loads(offered)
    config.write_text(settings + offered)
    found = answer(path, "--config", str(config))

    read = {one["text"]: one["column"] for one in found["headings"] if one["column"]}
    assert read.items() >= {"Plan isued": "plan_issued", "Draft plan snt": "draft_sent"}.items()
    assert (found["stops"] is None) == (completed or bool(settings))
    words = [one["looks"]["words"] for one in found["headings"] if one["text"] == "Review outcom"]
    left = {
        (False, ""): [],
        (True, ""): ["Maintian", "Pending"],
        (False, SETTINGS): ["Pending"],
        (True, SETTINGS): [],
    }
    assert [word["word"] for word in words[0]] == left[completed, settings]


def test_a_month_first_column_is_named_and_the_line_for_it_works(tmp_path: Path) -> None:
    """What stops every other command is shown by this one, with the line that mends it."""
    path, config = tmp_path / "us.csv", tmp_path / "our.toml"
    path.write_text("case_id,plan_issued,draft_sent\nC-1,03/14/2025,01/02/2025\nC-2,04/05/2025,02/15/2025\n")
    found = answer(path)
    assert found["stops"]["problem"].startswith(
        f"{path}: the dates of plan_issued make sense only month-first"
    )
    assert found["headings"][1]["looks"]["formats"] == [
        {"format": "MM/DD/YYYY", "cells": 2},
    ]
    assert found["mapping"] == (
        "[date_formats]\n"
        'plan_issued = "%m/%d/%Y"  # they make sense only so\n'
        'draft_sent = "%m/%d/%Y"  # they make sense only so\n'
    )

    config.write_text(found["mapping"])
    mended = answer(path, "--config", str(config))
    assert (mended["stops"], mended["mapping"]) == (None, "")
    assert mended["headings"][1]["looks"]["first"] == "2025-03-14"


def test_two_headings_for_one_column_are_both_named(tmp_path: Path) -> None:
    """Either may be left out; the lines say how."""
    path, config = tmp_path / "twice.csv", tmp_path / "our.toml"
    path.write_text("case_id,Request date,Date request received\nC-1,13/10/2024,14/10/2024\n")
    found = answer(path)
    assert "both mean request_received" in found["stops"]["problem"]

    config.write_text(found["mapping"].replace("# ", "", 1))
    assert [one["column"] for one in answer(path, "--config", str(config))["headings"]] == [
        "case_id",
        None,
        "request_received",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("heading", "line"),
    [
        ("Plan isued", 'plan_issued = ["Plan isued"]'),
        ("Date moved", '# moved_in = ["Date moved"]  # is it meant?'),
        (
            "Last AR",
            '# previous_review_decided = ["Last AR"]  # {may}\n# review_meeting = ["Last AR"]  # {may}',
        ),
        ("Amended plan isued", 'amended_plan_issued = ["Amended plan isued"]'),
    ],
)
def test_only_a_slip_of_the_pen_is_offered_as_it_is(tmp_path: Path, heading: str, line: str) -> None:
    """A heading that looks like that of another event, or of its opposite, waits behind a #."""
    path = tmp_path / "cases.csv"
    path.write_text(f"case_id,{heading}\nC-1,2024-10-13\n")

    line = line.format(may="it may be the meeting or the decision of the last review")
    assert answer(path)["mapping"] == f"[columns]\n{line}\n"


def test_a_heading_that_stands_twice_is_not_offered(tmp_path: Path) -> None:
    """With the line both would mean the column; each is named behind a #."""
    path = tmp_path / "twice.csv"
    path.write_text("case_id,Plan isued,plan isued\nC-1,13/10/2024,14/10/2024\n")

    assert answer(path)["mapping"] == (
        "[columns]\n"
        '# plan_issued = ["Plan isued"]  # the heading is there twice\n'
        '# plan_issued = ["plan isued"]  # the heading is there twice\n'
    )


def test_hidden_characters_of_a_heading_are_spelled_out(tmp_path: Path) -> None:
    """Nothing in the lines can steer a screen, and they work all the same."""
    path, config = tmp_path / "cases.csv", tmp_path / "our.toml"
    path.write_text("case_id,Plan \u202eisued\u200b\nC-1,13/10/2024\n", encoding="utf-8")
    found = answer(path)
    config.write_text(found["mapping"])

    assert found["mapping"] == '[columns]\nplan_issued = ["Plan \\u202Eisued\\u200B"]\n'
    assert answer(path, "--config", str(config))["headings"][1]["column"] == "plan_issued"


def test_what_hangs_on_the_order_of_day_and_month(tmp_path: Path) -> None:
    """As in `ehcp check`."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,request_received,assess_agreed\nC-1,02/01/2025,2025-02-14\n")
    sentence = "1 of 1 verdicts would change if `request_received` were month-first; it was read day-first."
    page = printed(ehcp("columns", str(path), "--as-at", "2026-01-15", "--format", "plain"))

    assert f"Day first or month first\n{sentence}\n" in page
    assert answer(path)["date_order"]["sentence"] == sentence


@pytest.mark.slow
def test_a_file_of_any_kind_is_looked_at(tmp_path: Path) -> None:
    """A workbook, a Parquet file and standard input look as the CSV file does."""
    header, *lines = [line.split(";") for line in MESSY.splitlines()[2:]]
    header[-1] = "Panel date"
    rows = [[cell or None for cell in line] for line in lines]
    sheet: list[list[Any]] = [["Export"], header, *rows]
    (tmp_path / "a.xlsx").write_bytes(book(("Cases", sheet)))
    pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row").write_parquet(
        tmp_path / "a.parquet"
    )
    (tmp_path / "a.csv").write_text("\n".join(",".join(cell or "" for cell in line) for line in sheet[1:]))
    settings = tmp_path / "our.toml"
    settings.write_text(SETTINGS)
    words = ("--config", str(settings), "--as-at", "2026-01-15", "--format", "json")
    looks = []
    for name in ("a.csv", "a.xlsx", "a.parquet"):
        named = json.loads(printed(ehcp("columns", str(tmp_path / name), *words)))
        piped = json.loads(printed(ehcp_apart("columns", "-", *words, stdin=(tmp_path / name).read_bytes())))
        assert named["headings"] == piped["headings"]
        looks.append(named["headings"])

    assert looks[0] == looks[1] == looks[2]


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


UNREAD = """Case no,Date Received,Decision Date,Date Final,Child seen,Plan isued
A-1,06/10/2025,10/11/2025,20/02/2026,07/10/2025,
"""


@pytest.mark.slow
def test_lines_are_added_to_settings_that_stay_as_they_are(tmp_path: Path) -> None:
    """The sure ones active, the others behind a #, both counted; a second run adds nothing."""
    (tmp_path / "cases.csv").write_text(UNREAD)
    settings = tmp_path / "ehcp.toml"
    before = "# ours\nrules = []\n\n[targets]\npc_decisions_within_6_weeks = 90\n"
    settings.write_text(before)

    run = ehcp_apart("columns", "cases.csv", "-o", "ehcp.toml", cwd=tmp_path)
    first = settings.read_text()
    ehcp_apart("columns", "cases.csv", "-o", "ehcp.toml", cwd=tmp_path)

    assert first.startswith(before)
    assert '[files."cases.csv".columns]\n' in first
    assert '# request_received = ["Date Received"]  # it does not say what was received\n' in first
    assert said(run).splitlines()[-1].startswith("ehcp.toml: 0 lines added, and ")
    assert settings.read_text() == first


@pytest.mark.slow
def test_settings_that_the_lines_would_break_are_left_alone(tmp_path: Path) -> None:
    """A column that is named already: an error, and not a byte is changed."""
    (tmp_path / "cases.csv").write_text("Case no,Date of request,Assesment refused\nA-1,06/10/2025,\n")
    settings = tmp_path / "ehcp.toml"
    settings.write_text('[files."cases.csv".columns]\nassess_refused = []\n')
    before = settings.read_text()

    run = ehcp_apart("columns", "cases.csv", "-o", "ehcp.toml", cwd=tmp_path)

    assert run.returncode == 2
    assert "the lines cannot be added" in said(run)
    assert settings.read_text() == before


@pytest.mark.slow
def test_each_heading_is_asked_about_once(tmp_path: Path) -> None:
    """A number, a column's name, `i` to leave it out, Enter to decide later; then the file is read so."""
    (tmp_path / "cases.csv").write_text(UNREAD)
    run = ehcp_apart(
        "columns", "cases.csv", "--interactive", cwd=tmp_path, stdin=b"1\nnone\nassess_agreed\ni\n\n"
    )
    found = json.loads(printed(ehcp_apart("columns", "cases.csv", "--format", "json", cwd=tmp_path)))

    assert "none is not a column" in said(run)
    assert tomllib.loads((tmp_path / "ehcp.toml").read_text())["ignore"] == ["Child seen"]
    assert [heading["column"] for heading in found["headings"]] == [
        *("case_id", "request_received", "assess_agreed", "plan_issued", None, None),
    ]


@pytest.mark.slow
def test_a_safe_report_has_no_cell_no_day_and_no_name(tmp_path: Path) -> None:
    """Headings and layouts alone; where no heading is a case number, unknown headings may be data."""
    (tmp_path / "Quillfeather.csv").write_text(UNREAD.replace("Child seen", "Quillfeather's visit"))
    report = printed(ehcp_apart("columns", "Quillfeather.csv", "--safe-report", cwd=tmp_path))
    (tmp_path / "rows.csv").write_text("A-1,Ann Quillfeather,06/10/2025\nA-2,Bo Quillfeather,07/10/2025\n")
    rows = printed(ehcp_apart("columns", "rows.csv", "--safe-report", cwd=tmp_path))

    assert json.loads(report)["headings"][1]["formats"] == [["DD/MM/YYYY", 1]]
    assert "2025" not in report
    assert "A-1" not in report
    assert "Quillfeather.csv" not in report
    assert "Quillfeather" not in rows
