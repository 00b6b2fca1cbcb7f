"""Files that cannot be used are refused with what is wrong, where, and what to try; the exit code is 2."""

from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said

CASES = (
    "case_id,request_received,assess_agreed,plan_issued,team,school\nA-1,2026-01-05,2026-02-01,,North,Hill\n"
)
FILES = {
    "cases.csv": CASES,
    "encoding.xml": '<?xml version="1.0" encoding="x-none"?>\n<Message><Header/></Message>\n',
    "long.csv": CASES.replace("Hill", "H" * 32_768),
    "longest.csv": CASES.replace("Hill", "H" * 32_767),
    "groups.toml": "[population]\ngroups = 3\n",
    "twice.csv": "case_id,Outcome,Outcome,Outcome date\nA-1,yes,no,2026-02-01\n",
    "outcomes.toml": '[columns]\nassess_agreed = { date = "Outcome date", where = "Outcome", is = "yes" }\n',
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the files."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "problem", "hint"),
    [
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
def test_a_file_that_cannot_be_used(folder: Path, typed: str, problem: str, hint: str) -> None:
    """One line says where and what, one what to try; nothing is printed and nothing written."""
    run = ehcp(*typed.split())

    assert said(run) == f"ehcp: {problem}\ntry: {hint}\n"
    assert printed(run) == ""
    assert run.returncode == 2
    assert {path.name for path in folder.iterdir()} == set(FILES)


def test_the_longest_cell_of_a_workbook_is_written(folder: Path) -> None:
    """32,767 characters, as Excel holds."""
    assert ehcp("convert", "longest.csv", "-o", "long.xlsx").returncode == 0
    assert (folder / "long.xlsx").exists()
