"""The pre-commit hook and the GitHub Action, run on a small repository as they run there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ehcp_timeline
from tests.cli.command import SOURCE
from tests.commands.rules.test_diff import commit, git

ROOT = Path(__file__).parents[2]
CASES = """
[[case]]
name = "A letter answered on the fifth working day is answered in time"
as_at = 2025-07-01
given = { contact_received = 2025-06-02, contact_answered = 2025-06-09 }
expect."local.contact" = { due = 2025-06-09, verdict = "met" }
"""
Run = subprocess.CompletedProcess[str]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A council's repository: its promises, one golden case, made-up cases, all committed."""
    folder = tmp_path / "council"
    folder.mkdir()
    text = (ROOT / "examples" / "local-promises.toml").read_text(encoding="utf-8")
    contact = text.split("# A council's own earlier target")[0]
    (folder / "ours.toml").write_text(contact, encoding="utf-8")
    (folder / "ours-cases.toml").write_text(CASES, encoding="utf-8")
    (folder / "made-up.csv").write_text(
        "case_id,contact_received,contact_answered\nA-1,2025-06-02,2025-06-05\nA-2,2025-06-02,2025-06-09\n"
    )
    git(folder, "init", "-q")
    commit(folder, "Promises")
    return folder


def _change(folder: Path, days: int, *, with_cases: bool) -> None:
    """Promise another number of working days, and say so in the cases or not."""
    rules = folder / "ours.toml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("working_days = 5", f"working_days = {days}"))
    if with_cases:
        text = CASES.replace("the fifth working day is answered in time", "the fifth working day is late")
        cases = text.replace('{ due = 2025-06-09, verdict = "met" }', '{ verdict = "late" }')
        (folder / "ours-cases.toml").write_text(cases, encoding="utf-8")


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment in which `ehcp` is a command, as it is after the package is installed."""
    programs = folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    command = programs / "ehcp"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ehcp_timeline.cli "$@"\n')
    command.chmod(0o755)
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(SOURCE)}


def _hook(folder: Path) -> Run:
    """Run the entry of the hook with a council's arguments, as pre-commit does."""
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    entry = re.search(r"^  entry: (.+)$", text, re.MULTILINE)
    assert entry is not None
    words = [*entry[1].split(), "--rules", "ours.toml", "ours-cases.toml"]
    return subprocess.run(
        words, cwd=folder, env=_environment(folder), check=False, capture_output=True, text=True
    )


def _action(folder: Path, **given: str) -> tuple[Run, str]:
    """Run the steps of the action after the installation; return the last one and the summary."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    install, *steps = re.findall(r"^      run: (.+)$", text, re.MULTILINE)
    assert "pip install" in install
    summary = folder.parent / "summary.md"
    summary.write_text("")
    inputs = {"EHCP_RULES": "ours.toml", "EHCP_FIXTURES": "ours-cases.toml", "EHCP_BASE": "HEAD", **given}
    settings = {
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(summary),
        "EHCP_AS_AT": "2026-11-22",
    }
    environment = {**_environment(folder), **settings, **inputs}
    (step,) = steps
    run = subprocess.run(
        ["bash", "-c", step], cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    return run, summary.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_hook_lets_pass_what_did_not_change(repository: Path) -> None:
    """Nothing changed: the cases are judged, exit 0."""
    assert (_hook(repository).returncode, _hook(repository).stdout) == (0, "")


def test_the_hook_stops_a_change_that_no_case_expects(repository: Path) -> None:
    """Five working days become three: the case of the fifth day fails, and says why."""
    _change(repository, 3, with_cases=False)
    run = _hook(repository)

    assert run.returncode == 1
    assert "expected due 2025-06-09, verdict met, got due 2025-06-05, verdict late" in run.stdout


def test_the_hook_stops_a_rule_change_without_a_fixture(repository: Path) -> None:
    """A case that passes under both rules tells nothing: the change has no fixture."""
    _change(repository, 6, with_cases=False)
    text = CASES.replace("due = 2025-06-09, ", "")
    (repository / "ours-cases.toml").write_text(text, encoding="utf-8")
    run = _hook(repository)

    assert run.returncode == 1
    assert run.stdout.startswith(
        "local.contact changed since HEAD and no fixture tells the two apart: time limit"
    )


def test_the_hook_lets_a_change_pass_with_its_case(repository: Path) -> None:
    """A case that fails under the old rule and passes under the new one is what a change needs."""
    _change(repository, 3, with_cases=True)

    assert _hook(repository).returncode == 0


@pytest.mark.slow
def test_a_new_local_deadline_needs_a_case_too(repository: Path) -> None:
    """What was not there before is told by any case that expects something of it."""
    shutil.copy(ROOT / "examples" / "local-promises.toml", repository / "ours.toml")
    without = _hook(repository)
    shutil.copy(ROOT / "examples" / "local-promises-cases.toml", repository / "ours-cases.toml")

    assert without.returncode == 1
    assert (
        "local.plan changed since HEAD and no fixture tells the two apart: deadline: added" in without.stdout
    )
    assert _hook(repository).returncode == 0


@pytest.mark.slow
def test_the_action_posts_what_flips(repository: Path) -> None:
    """The summary has the change in words, the table of flips and the rates; the run passes."""
    _change(repository, 3, with_cases=True)
    run, summary = _action(repository, EHCP_CASES="made-up.csv")

    assert run.returncode == 0, run.stdout + run.stderr
    assert "## What changed from HEAD:ours.toml to ours.toml: 1 clause" in summary
    assert "5 working days, the first day not counted → within 3 working days" in summary
    assert "| local.contact | met | late | 1 |" in summary
    assert "| A-2 | 3 | local.contact |" in summary
    assert "A-1" not in summary


@pytest.mark.slow
def test_the_action_fails_a_change_without_a_fixture(repository: Path) -> None:
    """It annotates, still posts what the change would do, and fails."""
    _change(repository, 3, with_cases=False)
    run, summary = _action(repository, EHCP_CASES="made-up.csv")

    assert run.returncode == 1
    assert (
        "::error file=ours-cases.toml,line=2,title=A letter answered on the fifth working day" in run.stdout
    )
    assert "| local.contact | met | late | 1 |" in summary


@pytest.mark.slow
def test_the_action_takes_a_rulebook_that_is_new(repository: Path) -> None:
    """A file that was not there before is compared with the law alone."""
    shutil.copy(ROOT / "examples" / "what-if-bill.toml", repository / "bill.toml")
    _, summary = _action(repository, EHCP_RULES="ours.toml\nbill.toml\n")

    assert "## What changed from installed to bill.toml: " in summary
    assert "Scenario, not law: what-if-bill.toml" in summary or "Scenario, not law: bill.toml" in summary


@pytest.mark.slow
@pytest.mark.parametrize(("base", "code"), [("HEAD~1", 0), ("0" * 40, 1)])
def test_the_action_fetches_the_base_of_a_shallow_clone(repository: Path, base: str, code: int) -> None:
    """A clone of one commit, as actions/checkout makes it, gets the one before; another is refused."""
    _change(repository, 3, with_cases=True)
    commit(repository, "Three days")
    shallow = repository.parent / "shallow"
    git(repository.parent, "clone", "-q", "--depth=1", f"file://{repository}", str(shallow))
    run, summary = _action(shallow, EHCP_BASE=base)

    assert run.returncode == code, run.stdout + run.stderr
    assert ("5 working days, the first day not counted → within 3 working days" in summary) == (code == 0)
    assert ("give actions/checkout fetch-depth: 0" in run.stdout) == (code == 1)


def test_the_hook_names_a_release_that_there_is() -> None:
    """`rev` is the tag of this version, which the release workflow refuses to differ from."""
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    release = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")

    assert f"rev: v{ehcp_timeline.__version__}\n" in hook
    assert '"v*"' in release
    assert '= "$GITHUB_REF_NAME"' in release


@pytest.mark.slow
def test_a_name_is_never_a_command(repository: Path) -> None:
    """An input with blanks and shell characters stays one word."""
    run, _ = _action(repository, EHCP_RULES="ours.toml; touch owned $(touch owned)")

    assert run.returncode == 1
    assert not (repository / "owned").exists()


@pytest.mark.slow
def test_the_action_runs_on_a_whole_rulebook(tmp_path: Path) -> None:
    """A copy of the law with one number changed fails its statute, and the summary says what changed."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "src" / "ehcp_timeline" / "rulebook", folder / "law")
    shutil.copy(ROOT / "tests" / "statute" / "plan.toml", folder / "plan.toml")
    git(folder, "init", "-q")
    commit(folder, "Law")
    path = folder / "law" / "2-plan.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("weeks = 20", "weeks = 18"), encoding="utf-8")
    run, summary = _action(folder, EHCP_RULES="", EHCP_LAW="law", EHCP_FIXTURES="plan.toml")

    assert run.returncode == 1
    assert "::error file=plan.toml,line=" in run.stdout
    assert "within 20 weeks, the first day not counted → within 18 weeks" in summary
