"""TOML of the package that the build kept as it is parsed: it is what the file says, or it is not taken."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

import ehcp_timeline
from ehcp_timeline.inputs import keep_shipped, shipped

PACKAGE = Path(ehcp_timeline.__file__).parent
EVENTS = "rulebook/events.toml"
KEPT = "kept/rulebook.events.toml.pickle"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package's events, kept as they are parsed."""
    (tmp_path / "rulebook").mkdir()
    shutil.copy(PACKAGE / EVENTS, tmp_path / EVENTS)
    assert list(keep_shipped(tmp_path)) == [tmp_path / KEPT]
    return tmp_path


def _read(package: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], bool]:
    """Return the events, and whether their TOML had to be parsed."""
    parsed: list[str] = []
    real = tomllib.loads

    def loads(text: str) -> dict[str, Any]:
        parsed.append(text)
        return real(text)

    monkeypatch.setattr(tomllib, "loads", loads)
    return shipped(EVENTS, package), bool(parsed)


def test_what_was_kept_is_what_the_file_says(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table and list of it, without a line being parsed."""
    says = tomllib.loads((PACKAGE / EVENTS).read_text(encoding="utf-8"))

    assert _read(package, monkeypatch) == (says, False)


def test_a_file_that_changed_is_parsed_again(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line more, and what it says is read."""
    with (package / EVENTS).open("a", encoding="utf-8") as file:
        file.write('\n[more]\nsaid = "new"\n')

    table, parsed = _read(package, monkeypatch)

    assert (table["more"], parsed) == ({"said": "new"}, True)


@pytest.mark.parametrize("harm", ["changed", "cut", "empty", "absent"])
def test_what_was_kept_and_damaged_is_not_taken(
    package: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte of it, its end, all of it, or the file itself."""
    kept = package / KEPT
    content = kept.read_bytes()
    if harm == "absent":
        kept.unlink()
    else:
        kept.write_bytes(
            {"changed": content[:-9] + b"?" + content[-8:], "cut": content[:-1], "empty": b""}[harm]
        )

    assert _read(package, monkeypatch) == (tomllib.loads((PACKAGE / EVENTS).read_text("utf-8")), True)
