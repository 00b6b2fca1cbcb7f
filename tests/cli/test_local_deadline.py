"""docs/local-deadline.md: somebody who cannot program follows its five steps, word for word."""

import re
import shlex
from pathlib import Path

import pytest

from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.cli.command import ehcp, printed, said

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "local-deadline.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^## (\d)\. (.+)$", PAGE, re.MULTILINE)
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```toml\n(.*?)```", PAGE, re.DOTALL))
COMMANDS = [
    line
    for block in re.findall(r"<!-- run -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
LETTERS = "case_id,complaint_received,complaint_answered\nA-1,2025-06-02,2025-06-16\nA-2,2025-06-02,\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the page says to save, and a case file."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "cases.csv").write_text(LETTERS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_are_five_steps() -> None:
    """Five headings, two files to save, four commands to type."""
    assert [number for number, _ in STEPS] == ["1", "2", "3", "4", "5"]
    assert list(FILES) == ["ours.toml", "ours-cases.toml"]
    assert len(COMMANDS) == 4


@pytest.mark.usefixtures("folder")
def test_the_steps_lead_there() -> None:
    """Each command of the page works as it stands, and the last one lists the complaint that is late."""
    runs = [ehcp(*shlex.split(line)[1:]) for line in COMMANDS]
    shown, tested, checked, used = runs

    assert [run.returncode for run in runs] == [0, 0, 0, 0]
    assert "local.complaint: Answer a complaint" in printed(shown)
    assert "within 10 working days, the first day not counted" in printed(shown)
    assert said(tested) == "2 cases, 0 wrong\n"
    assert "with ours.toml as at 22 November 2026: no fault" in printed(checked)
    assert "ours.toml" in printed(used).split("\n\n")[0]
    assert re.search(r"A-2 +2025-06-16 +15 days late +local\.complaint", printed(used))


def test_a_slip_of_the_hand_is_explained(folder: Path) -> None:
    """A misspelt column in step 1 is one line with what was meant."""
    text = FILES["ours.toml"].replace("complaint_received", "complaint_recieved")
    (folder / "ours.toml").write_text(text, encoding="utf-8")
    run = ehcp(*shlex.split(COMMANDS[0])[1:])

    assert run.returncode == 2
    assert "unknown event 'complaint_recieved'; did you mean complaint_received?" in said(run)


def test_the_bill_on_the_page_can_be_laid_over_the_law(tmp_path: Path) -> None:
    """The last block of the page is a rulebook too."""
    path = tmp_path / "bill.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[-1], encoding="utf-8")
    old, new = load_rulebook([path]).by_id["plan.issue"].versions

    assert (str(old.until), str(new.since)) == ("2028-08-31", "2028-09-01")


@pytest.mark.usefixtures("folder")
def test_the_fixtures_page_is_true() -> None:
    """The TOML case and the CSV file of docs/fixtures.md pass as they stand."""
    page = (ROOT / "docs" / "fixtures.md").read_text(encoding="utf-8")
    for kind in ("toml", "csv"):
        block = re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL)
        assert block is not None
        Path(f"page.{kind}").write_text(block[1], encoding="utf-8")
    run = ehcp("rules", "test", "page.toml", "page.csv")

    assert (run.returncode, said(run)) == (0, "5 cases, 0 wrong\n")
