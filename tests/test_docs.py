"""What a person can type, read or put in a file is documented, and the README tells the truth."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ehcp_timeline.audit.clock import VERDICTS
from ehcp_timeline.cases.schema import vocabulary
from ehcp_timeline.cli.lazy import LISTED, loaded
from ehcp_timeline.law.loader.rulebook import load_rulebook

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
CASE_FILE = (DOCS / "case-file.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands() -> Iterator[str]:
    for listed in LISTED:
        yield f"ehcp {listed.name}"
        for inner in getattr(loaded(listed), "commands", ()):
            yield f"ehcp {listed.name} {inner}"


@pytest.mark.parametrize("command", sorted(_commands()))
def test_every_command_is_documented(command: str) -> None:
    """A command that docs/commands.md does not name is a secret."""
    assert re.search(rf"{re.escape(command)}\b", COMMANDS)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 130])
def test_every_exit_code_is_documented(code: int) -> None:
    """Each exit code has its line."""
    assert re.search(rf"^\| {code} \| \w", COMMANDS, re.MULTILINE)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_is_documented(verdict: str) -> None:
    """Each verdict has its line."""
    assert f"| `{verdict}` | " in COMMANDS


@pytest.mark.parametrize("event", load_rulebook().events.values(), ids=lambda event: event.id)
def test_every_event_is_documented_in_its_own_words(event: object) -> None:
    """The column's line says what the rulebook says."""
    assert f"| `{event.id}` | {event.says}" in CASE_FILE  # type: ignore[attr-defined]


def test_every_fact_flag_and_code_is_documented() -> None:
    """Facts, flags and each code of a closed list have their line."""
    rulebook = load_rulebook()
    codes = {code for listed in rulebook.codes.values() for code in listed}
    names = {*vocabulary().columns, *rulebook.flags, *codes}

    assert sorted(name for name in names if f"| `{name}` | " not in CASE_FILE) == []


def test_every_deadline_is_documented() -> None:
    """Each deadline has its heading in docs/rules.md."""
    rules = (DOCS / "rules.md").read_text(encoding="utf-8")

    assert [one.id for one in load_rulebook().deadlines if f"`{one.id}`" not in rules] == []


def _session() -> list[tuple[str, str]]:
    """Return the commands of the README's session, each with what is printed below it."""
    block = README.split("<!-- session -->")[1].split("```console\n")[1].split("```")[0]
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1].rstrip()) for part in parts]


@pytest.mark.parametrize(("command", "printed"), _session())
def test_the_readme_session_runs(command: str, printed: str) -> None:
    """Each command of the session prints what the README shows, `...` standing for lines left out."""
    words = shlex.split(command)
    assert words[0] == "ehcp"

    run = subprocess.run(
        [sys.executable, "-m", "ehcp_timeline.cli", *words[1:]],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
    )

    assert run.returncode in (0, 1), run.stderr
    shown = [part.strip("\n") for part in re.split(r"^\.\.\.$", printed, flags=re.MULTILINE)]
    place = 0
    for part in shown:
        found = run.stdout.find(part, place)
        assert found >= 0, f"not printed: {part!r}\n{run.stdout}"
        place = found + len(part)


def test_the_project_stands_alone() -> None:
    """No committed text refers to a folder outside the project."""
    outside = re.compile(r"\.\./" + "shared|/" + "work/|/" + "root/")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=False, text=True)
    names = [name for name in listed.stdout.splitlines() if not name.endswith((".xlsx", ".parquet"))]
    texts = {name: (ROOT / name).read_text(encoding="utf-8", errors="ignore") for name in names}

    assert [name for name, text in texts.items() if outside.search(text)] == []
