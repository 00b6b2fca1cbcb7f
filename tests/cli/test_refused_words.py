"""Words that do not fit together and files that cannot be used are refused with what to try: exit code 2."""

import os
from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said

CASES = (
    "case_id,request_received,assess_agreed,plan_issued,team,school\nA-1,2026-01-05,2026-02-01,,North,Hill\n"
)
FILES = {
    "cases.csv": CASES,
    "more.csv": CASES.replace("A-1", "B-1"),
    "encoding.xml": '<?xml version="1.0" encoding="x-none"?>\n<Message><Header/></Message>\n',
    "long.csv": CASES.replace("Hill", "H" * 32_768),
    "longest.csv": CASES.replace("Hill", "H" * 32_767),
    "groups.toml": "[population]\ngroups = 3\n",
    "twice.csv": "case_id,Outcome,Outcome,Outcome date\nA-1,yes,no,2026-02-01\n",
    "outcomes.toml": '[columns]\nassess_agreed = { date = "Outcome date", where = "Outcome", is = "yes" }\n',
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the files and a key that is too long."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    key = tmp_path / "long.key"
    key.write_bytes(b"k" * 4097)
    key.chmod(0o600)
    (tmp_path / "short.key").write_bytes(os.urandom(32))
    (tmp_path / "short.key").chmod(0o600)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "problem", "hint"),
    [
        (
            "check cases.csv --top 99999999999",
            "--top 99999999999 is too large",
            "give at most 1,000,000,000",
        ),
        (
            "check cases.csv more.csv --split-by school -o lists/",
            "--split-by school is for one file",
            "check the files one by one",
        ),
        (
            "check cases.csv --split-by school",
            "--split-by writes a file for each name, and there is no folder for them",
            "add -o lists/",
        ),
        (
            "overdue cases.csv --split-by team -o lists/ --pseudonymise short.key",
            "--split-by names people in its file names",
            "leave it out, or list with --by",
        ),
        (
            "overdue cases.csv --pseudonymise long.key",
            "long.key is too long for a key file: at most 4096 bytes",
            "make a new one with: ehcp key new PATH",
        ),
        (
            "overdue cases.csv --disclosure suppress -o dates.ics",
            "--disclosure suppress lists nobody: there is no calendar of it",
            "--format csv",
        ),
        ("compare cases.csv", "a comparison needs --authority", "ehcp compare cases.csv --authority Kent"),
        (
            "compare cases.csv --authority Kent --measure appeals_open",
            "--measure: the DfE publishes none of these as a percentage or a rate",
            "leave --measure out",
        ),
        ("reconcile", "no file was given", "ehcp reconcile cases.csv"),
        ("scorecard", "no file was given", "ehcp scorecard cases.csv"),
        (
            "report cases.csv --for public --acknowledged more.csv",
            "a page for the public lists no case",
            "leave out --acknowledged",
        ),
        (
            "report cases.csv more.csv --since cases.csv",
            "--since compares one file with an earlier one",
            "give one FILE",
        ),
        (
            "rules coverage --write",
            "there is no folder docs here",
            "run it in the project, or name a file with -o",
        ),
        (
            "check encoding.xml",
            "encoding.xml names an encoding that does not exist or cannot be read",
            "export it again as UTF-8",
        ),
        (
            "convert long.csv -o long.xlsx",
            "C2 would be longer than a cell of a workbook can be",
            "write cases.csv or cases.parquet",
        ),
        (
            "scorecard cases.csv --config groups.toml",
            "groups.toml: population.groups is not a table",
            'write  "Ashford" = 40000  below it',
        ),
        (
            "check twice.csv --config outcomes.toml",
            'twice.csv, line 1: there are two headings "Outcome"',
            "rename one of them",
        ),
        (
            "scorecard cases.csv --pack p.zip -o a.csv -o b.csv",
            "only one -o goes with these options",
            "leave the others out",
        ),
        (
            "check cases.csv --split-by team -o /proc/lists/",
            "cannot write to the folder /proc/lists: no such file or directory",
            "choose another folder with -o",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(folder: Path, typed: str, problem: str, hint: str) -> None:
    """Nothing is printed and nothing is written."""
    before = sorted(folder.iterdir())
    run = ehcp(*typed.split())

    assert said(run) == f"ehcp: {problem}\ntry: {hint}\n"
    assert (run.returncode, printed(run)) == (2, "")
    assert sorted(folder.iterdir()) == before


def test_the_longest_cell_of_a_workbook_is_written(folder: Path) -> None:
    """32,767 characters, as Excel holds."""
    assert ehcp("convert", "longest.csv", "-o", "long.xlsx").returncode == 0
    assert (folder / "long.xlsx").exists()
