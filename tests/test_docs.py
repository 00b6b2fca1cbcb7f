"""What a person can type, read or put in a file is documented, and the README tells the truth."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ehcp_timeline.audit.verdicts import VERDICTS
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cli.app import LISTED, loaded
from ehcp_timeline.cli.reference import reference_page
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.cli.command import ehcp, said

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
def test_the_readme_session_runs(command: str, printed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the session prints what the README shows, `...` standing for lines left out."""
    words = shlex.split(command)
    assert words[0] == "ehcp"

    monkeypatch.chdir(ROOT)
    run = ehcp(*words[1:])
    output = run.stdout.decode("utf-8")

    assert run.returncode in (0, 1), said(run)
    shown = [part.strip("\n") for part in re.split(r"^\.\.\.$", printed, flags=re.MULTILINE)]
    place = 0
    for part in shown:
        found = output.find(part, place)
        assert found >= 0, f"not printed: {part!r}\n{output}"
        place = found + len(part)


def test_the_project_stands_alone() -> None:
    """No committed text refers to a folder outside the project."""
    outside = re.compile(r"\.\./" + "shared|/" + "work/|/" + "root/")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=False, text=True)
    names = [name for name in listed.stdout.splitlines() if not name.endswith((".xlsx", ".parquet"))]
    texts = {name: (ROOT / name).read_text(encoding="utf-8", errors="ignore") for name in names}

    assert [name for name, text in texts.items() if outside.search(text)] == []


ROLES = sorted((DOCS / "roles").glob("*.md"))
READERS = ("caseworker", "manager", "data-officer", "parent")
PLAIN_PAGES = [ROOT / "README.md", *(DOCS / "roles" / f"{name}.md" for name in READERS)]


def _prose(page: str) -> str:
    """Return a page without code, tables, headings and addresses; code within a line is one short word."""
    text = re.sub(r"```.*?```|<!--.*?-->", "", page, flags=re.DOTALL)
    text = re.sub(r"^ *\|.*$|^#.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"`[^`]*`", "it", text))


def _syllables(word: str) -> int:
    """Return about how many syllables a word has: its groups of vowels, without a silent e at its end."""
    stem = re.sub(r"(?<=[^aeiouyl])e$|(?<=[^td])ed$|(?<=[^cgsxz])es$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", stem)))


def grade(page: str) -> float:
    """Return the Flesch-Kincaid grade of a page (Kincaid et al. 1975).

    0.39 words a sentence + 11.8 syllables a word - 15.59.
    """
    lines = re.split(r"(?<=[.!?:])\s+|\n\s*\n|\n *(?=-|\d+\.)", _prose(page))
    sentences = [words for line in lines if (words := re.findall(r"[A-Za-z][A-Za-z'-]*", line))]
    words = [word for sentence in sentences for word in sentence]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def test_the_grade_is_the_formulas() -> None:
    """Six words of one syllable in one sentence: 0.39 * 6 + 11.8 - 15.59 = -1.45."""
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)
    assert _syllables("assessment") == 3
    assert grade("Notwithstanding administrative considerations, authorities deliberate.") > 20


@pytest.mark.parametrize("page", PLAIN_PAGES, ids=lambda page: page.stem)
def test_pages_for_everyone_read_easily(page: Path) -> None:
    """Flesch-Kincaid grade 8 or less: what a pupil of 13 reads."""
    assert grade(page.read_text(encoding="utf-8")) <= 8


@pytest.mark.parametrize("page", [ROOT / "README.md", *ROLES], ids=lambda page: page.stem)
def test_every_command_and_link_of_a_page_exists(page: Path) -> None:
    """Each command is one of the program, each option one of its own, and each link leads to a file."""
    text = page.read_text(encoding="utf-8")
    for name, rest in re.findall(r"ehcp (\w+)((?: [^`\n]*)?)[`\n]", text):
        page_of = next(listed for listed in LISTED if listed.name == name)
        command = loaded(page_of)
        within = getattr(command, "commands", {})
        command = next((within[word] for word in rest.split() if word in within), command)
        known = {option for param in command.params for option in param.opts}
        assert set(re.findall(r"(?<= )--?[a-z][a-z-]*", rest)) <= known, f"ehcp {name}{rest}"
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / link).exists(), link


def test_the_reference_is_the_help_of_every_command() -> None:
    """`python -m ehcp_timeline.cli.reference docs/reference.md` writes it again."""
    assert (DOCS / "reference.md").read_text(encoding="utf-8") == reference_page()
