"""Every example of every help page runs as it is printed."""

import csv
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from ehcp_timeline.cli import app
from ehcp_timeline.cli.app import LISTED, loaded
from tests.cases.formats.sen2.made import person, request, xml
from tests.cli.command import Run, ehcp, ehcp_apart, said

ROOT = Path(__file__).parents[2]
CODES = (0, 1, 3)  # clean; something is overdue, or differs; something could not be judged


def _lines(page: str) -> list[str]:
    block = re.search(r"^Examples:\n((?:  .*\n?)+)", page, re.MULTILINE)
    return [line.strip() for line in block[1].splitlines()] if block else []


def _examples() -> Iterator[str]:
    """Yield each example once."""
    pages = [loaded(listed) for listed in LISTED]
    inner = [command for page in pages for command in getattr(page, "commands", {}).values()]
    helps = (app.ehcp.__doc__, *(command.help for command in (*pages, *inner)))
    yield from dict.fromkeys(line for page in helps for line in _lines(page or ""))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of someone who has every file that the examples name, under version control."""
    folder = tmp_path_factory.mktemp("desk")
    text = (ROOT / "examples" / "cases.csv").read_text(encoding="utf-8")
    for was, now in (("A. Marsh", "A. Khan"), ("A-024", "C-0042"), ("Assessment A", "Assessment")):
        text = text.replace(was, now, 4)  # both names are in the file
    for name in ("cases", "cases-2026-05-25", "cases-2026-06-01", "old", "new", "north", "south"):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    with xlsxwriter.Workbook(folder / "export.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(csv.reader(text.splitlines())):
            sheet.write_row(number, 0, row)
    counts = "date,count\n2025-01-31,900\n2025-04-30,700\n2025-07-31,450\n"
    (folder / "counts.csv").write_text(counts, encoding="utf-8")
    (folder / "timeliness_20_week.csv").write_text(
        "time_period,time_identifier,geographic_level,region_name,new_la_code,old_la_code,la_name,breakdown,"
        "pc_plans_issued_20_weeks_ex\n"
        "2025,Calendar year,Local authority,South East,E10000016,886,Kent,All EHC plans,56.9\n"
        "2025,Calendar year,National,,,,,All EHC plans,46.1\n",
        encoding="utf-8",
    )
    outputs = [word for name in ("answer.json", "findings.csv") for word in ("-o", str(folder / name))]
    assert ehcp("check", str(folder / "cases.csv"), *outputs).returncode in CODES
    fixture = "case_id,contact_received,expect.local.contact\nC-1,2026-05-01,overdue\n"
    (folder / "ours.csv").write_text(fixture, encoding="utf-8")
    (folder / "SEN2.xml").write_bytes(xml([person("A1", request({"receiveddate": "2025-09-01"}))]))
    (folder / "keys").mkdir()
    (folder / "out").mkdir()
    # what some examples write is there for those that read it, whichever runs first, in whichever process
    for words in (
        ("key", "new", str(folder / "keys" / "ehcp.key")),
        ("report", str(folder / "cases.csv"), "-o", str(folder / "board.html")),
        ("compare", "--refresh", str(folder / "timeliness_20_week.csv"), "-o", str(folder / "figures.csv")),
    ):
        assert ehcp(*words).returncode in CODES
    local = ROOT / "examples"
    shutil.copy(local / "local-promises.toml", folder / "ours.toml")
    shutil.copy(local / "local-promises-cases.toml", folder / "ours-cases.toml")
    shutil.copytree(ROOT / "src" / "ehcp_timeline" / "rulebook", folder / "src/ehcp_timeline/rulebook")
    shutil.copytree(ROOT / "tests" / "statute", folder / "tests/statute")
    (folder / "docs").mkdir()
    (folder / "rules").mkdir()
    shutil.copy(local / "local-promises.toml", folder / "rules" / "ours.toml")
    git = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org")
    for step in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "1")):
        subprocess.run([*git, *step], cwd=folder, check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "2"], cwd=folder, check=True)
    return folder


def _run(line: str, folder: Path) -> Run:
    """Run a line as a shell would: `~` is the folder, `|` and `>` do what they do."""
    line, _, target = line.replace("~/", f"{folder}/").partition(" > ")
    before, _, command = line.rpartition(" | ")
    words = shlex.split(command)
    assert words[0] == "ehcp"
    if before:
        return ehcp_apart(*words[1:], stdin=(folder / "cases.csv").read_bytes())
    run = ehcp(*words[1:])
    if target:
        (folder / target).write_bytes(run.stdout)
    return run


@pytest.mark.slow
@pytest.mark.parametrize("line", list(_examples()))
def test_every_example_runs(line: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 0, or 1 and 3 for what the files hold; only a question without a terminal is refused."""
    monkeypatch.chdir(desk)
    target = desk / line.rsplit(maxsplit=1)[-1].removeprefix("~/")
    is_output = line.split()[-2] in ("-o", ">", "new") and target.is_file()
    before = target.read_bytes() if is_output else b""
    if is_output:
        target.unlink()
    run = _run(line, desk)

    if line == "ehcp timeline":
        assert said(run).startswith("ehcp: missing argument")
    else:
        assert run.returncode in CODES, said(run)
    if is_output:
        target.write_bytes(before)
