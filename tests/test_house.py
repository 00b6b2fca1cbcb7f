"""The house plan holds: folder order is import order, one file is one sentence, nothing is left about."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "src" / "ehcp_timeline"
LAYERS = (
    "errors",
    "clock",
    "text",
    "law",
    "cases",
    "audit",
    "measure",
    "privacy",
    "output",
    "shell",
    "commands",
    "cli",
)
POLARS_ROOMS = ("cases/", "audit/bulk/", "measure/", "privacy/", "output/", "commands/")
NO_POLARS = (
    "cases/cells/values.py",
    "cases/inline.py",
    "cases/model.py",
    "cases/schema.py",
    "commands/changes/command.py",
    "commands/check/command.py",
    "commands/columns/command.py",
    "commands/compare/command.py",
    "commands/convert/command.py",
    "commands/exceptions/command.py",
    "commands/explain/command.py",
    "commands/forecast/command.py",
    "commands/forecast/options.py",
    "commands/key/command.py",
    "commands/publish/command.py",
    "commands/quality/command.py",
    "commands/reconcile/command.py",
    "commands/rules/check.py",
    "commands/rules/command.py",
    "commands/rules/coverage.py",
    "commands/rules/diff.py",
    "commands/rules/golden/conditions.py",
    "commands/rules/golden/edges.py",
    "commands/rules/golden/expectations.py",
    "commands/rules/golden/files.py",
    "commands/rules/golden/model.py",
    "commands/rules/golden/run.py",
    "commands/rules/holidays.py",
    "commands/rules/revisions.py",
    "commands/rules/rulebooks.py",
    "commands/rules/test.py",
    "commands/scorecard/command.py",
    "commands/scorecard/publish.py",
    "commands/scorecard/question.py",
    "commands/template/command.py",
    "commands/timeline/command.py",
    "commands/timeline/view.py",
    "commands/worklists/letters.py",
    "commands/worklists/next_.py",
    "commands/worklists/overdue.py",
    "measure/result.py",
    "output/plain.py",
    "output/terminal.py",
)
DRAWERS = ("utils", "helpers", "core", "engine", "manager", "base", "common")
FILES = sorted(HOUSE.rglob("*.py"))


def _layer(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def _imports(path: Path, *, run_time_only: bool = False) -> Iterator[str]:
    """Yield every module a file imports; without those that only the type checker sees if asked so."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if run_time_only and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            skipped.update(inner for part in node.body for inner in ast.walk(part))
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_imports_only_from_layers_above_its_own(path: Path) -> None:
    """Folder order is import order."""
    if path == HOUSE / "__init__.py":
        allowed = set(LAYERS[:-1])
    else:
        allowed = set(LAYERS[: LAYERS.index(_layer(path)) + 1])

    ours = [name.split(".")[1] for name in _imports(path) if name.startswith("ehcp_timeline.")]

    assert [name for name in ours if name not in allowed] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_polars_stays_in_its_rooms(path: Path) -> None:
    """Polars is imported only where whole files are read, judged, measured or written."""
    place = str(path.relative_to(HOUSE))
    may = place.startswith(POLARS_ROOMS) and place not in NO_POLARS

    found = [name for name in _imports(path, run_time_only=True) if name.split(".")[0] == "polars"]

    assert may or not found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_numpy_stays_in_the_forecast(path: Path) -> None:
    """Numpy is imported only where weeks are simulated."""
    place = str(path.relative_to(HOUSE))

    found = [name for name in _imports(path) if name.split(".")[0] == "numpy"]

    assert place.startswith("commands/forecast/") or not found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_file_is_one_sentence(path: Path) -> None:
    """Every module says what it is in one sentence and has at most 350 lines."""
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""

    assert len(text.splitlines()) <= 350
    assert not text.strip() or docstring.split("\n\n")[0].strip().endswith((".", "?", "::"))


def test_no_file_is_a_drawer() -> None:
    """No room is named after what it might hold."""
    assert [path.name for path in FILES if path.stem in DRAWERS] == []


def test_the_rulebook_holds_no_code() -> None:
    """The law is data."""
    assert {path.suffix for path in (HOUSE / "rulebook").iterdir()} == {".toml"}


def test_nothing_is_left_in() -> None:
    """No to-do, no stub, no skipped test."""
    words = re.compile(
        "|".join(("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", r"mark\.(skip|" + "xfail)"))
    )
    tests = sorted(Path(__file__).parent.rglob("*.py"))

    left = [
        f"{path.name}:{number}"
        for path in (*FILES, *tests)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]

    assert left == []
