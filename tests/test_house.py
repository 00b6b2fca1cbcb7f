"""The house plan holds: folder order is import order, a command stands alone, nothing is left about."""

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.cli.command import environment

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "src" / "ehcp_timeline"
LAYERS = (
    *("record", "errors", "inputs", "clock", "text", "law", "cases", "audit", "measure"),
    *("privacy", "output", "shell", "commands", "cli"),
)
POLARS_FREE = (
    "record.py",
    "errors.py",
    "inputs.py",
    "clock.py",
    "text.py",
    "law/",
    "audit/single/",
    "shell/",
    "cli/",
)
FIRST_FILES = {"__init__.py": "commands", "__main__.py": "cli"}
MOST_FILES, MOST_LINES = 20, 500
DRAWERS = ("utils", "helpers", "core", "engine", "manager", "base", "common")
FILES = sorted(HOUSE.rglob("*.py"))
# What people run without a file: none of it may wait for polars.
LIGHT = """
import sys
from ehcp_timeline.cli.app import main
from tests.oracle import commands
light = [["timeline", "request_received=2026-01-12", "--as-at", "2026-06-01", "--format", form]
         for form in ("plain", "table", "json")]
light += [["rules", name] for name in ("list", "coverage")]
light += [["rules", "show", "plan.issue"], ["rules", "stale", "--as-at", "2026-06-01"], ["template"]]
light += [["explain", "A-1"], ["--version"], [], *([*name.split(), "--help"] for name in commands())]
for words in light:
    sys.argv = ["ehcp", *words]
    main()
    assert "polars" not in sys.modules, words
"""


def _place(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def _parts(path: Path) -> tuple[str, ...]:
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


KNOWN = {_parts(path) for path in FILES}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _nodes(path: Path) -> list[ast.ImportFrom | ast.ClassDef]:
    """Return what the tests look at, wherever it stands in a file."""
    return [node for node in ast.walk(_tree(path)) if isinstance(node, ast.ImportFrom | ast.ClassDef)]


def _imports(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the parts of every module of the package that a file imports, wherever in the file."""
    for node in _nodes(path):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ehcp_timeline":
            module = tuple((node.module or "").split("."))[1:]
            yield from {
                (*module, name.name) if (*module, name.name) in KNOWN else module for name in node.names
            }


def test_a_module_imports_only_from_its_own_layer_and_those_before() -> None:
    """Folder order is import order; the package's own first files stand with the last layers."""
    upward = [
        f"{_place(path)} imports {'.'.join(module)}"
        for path in FILES
        for module in _imports(path)
        if module and LAYERS.index(module[0]) > LAYERS.index(FIRST_FILES.get(_place(path)) or _parts(path)[0])
    ]

    assert upward == []


def test_no_command_imports_another() -> None:
    """What two commands need stands in a layer before them."""
    across = [
        f"{_place(path)} imports {'.'.join(module)}"
        for path in (HOUSE / "commands").rglob("*.py")
        for module in _imports(path)
        if module[:1] == ("commands",) and module[:2] != _parts(path)[:2]
    ]

    assert across == []


def test_there_is_no_circle_among_the_rooms_of_any_folder() -> None:
    """Seen from any folder, its files and folders can be put in an order of import."""
    graphs: dict[tuple[str, ...], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in FILES:
        mine = _parts(path)
        for module in _imports(path):
            shared = next((n for n, (a, b) in enumerate(zip(mine, module, strict=False)) if a != b), None)
            if shared is not None:
                graphs[mine[:shared]][mine[shared]].add(module[shared])

    circles = []
    for folder, graph in graphs.items():
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circles.append(("/".join(folder), error.args[1]))
    assert circles == []


def test_polars_is_imported_only_where_files_are_read_counted_or_written() -> None:
    """The way to one case is free of it, at the head of a file and within."""
    found = [
        _place(path)
        for path in FILES
        if _place(path).startswith(POLARS_FREE)
        and re.search(r"^(import|from) polars", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert found == []


def test_what_needs_no_file_never_loads_polars() -> None:
    """Every help, `timeline`, `template` and the pages of the rulebook."""
    run = subprocess.run(
        [sys.executable, "-c", LIGHT],
        capture_output=True,
        check=False,
        env=environment(),
        cwd=ROOT,
        text=True,
    )

    assert (run.returncode, [line for line in run.stderr.splitlines() if "Error" in line]) == (0, [])


def test_numpy_stays_in_the_forecast() -> None:
    """Numpy is imported only where weeks are simulated."""
    found = [
        _place(path)
        for path in FILES
        if re.search(r"^\s*(import|from) numpy", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert [place for place in found if not place.startswith("measure/forecast/")] == []


def test_a_class_name_means_one_thing() -> None:
    """No two classes of the package share a name."""
    names = Counter(node.name for path in FILES for node in _nodes(path) if isinstance(node, ast.ClassDef))

    assert [name for name, number in names.items() if number > 1] == []


def test_a_file_is_one_subject() -> None:
    """Every module says what it is in one sentence and fits within 500 lines; a folder holds at most 20."""
    wrong = []
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        docstring = ast.get_docstring(_tree(path)) or ""
        said = not text.strip() or docstring.split("\n\n")[0].strip().endswith((".", "?", "::"))
        wrong += [] if said and len(text.splitlines()) <= MOST_LINES else [_place(path)]
    full = [
        folder.name for folder in {path.parent for path in FILES} if len([*folder.glob("*.py")]) > MOST_FILES
    ]

    assert (wrong, full) == ([], [])
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
