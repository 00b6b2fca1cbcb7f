"""A council's own settings are found and read, or refused in one clear line."""

from pathlib import Path

import pytest

from ehcp_timeline.cli.config import Config, read_config
from ehcp_timeline.errors import ConfigError

OURS = 'rules = ["ours.toml"]\nblanks = ["awaiting"]\n[columns]\nrequest_received = ["Date in", "Received"]\n'


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EHCP_CONFIG", raising=False)


def test_without_a_file_nothing_is_set(tmp_path: Path) -> None:
    """No file, no settings; a pyproject without our table is none."""
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")

    assert read_config(None, tmp_path) == Config()


def test_the_nearest_file_upward_is_read(tmp_path: Path) -> None:
    """Headings, blanks and rulebooks; a rulebook's path is relative to the file that names it."""
    (tmp_path / "ehcp.toml").write_text(OURS)
    (tmp_path / "a" / "b").mkdir(parents=True)
    config = read_config(None, tmp_path / "a" / "b")

    assert config == Config(
        tmp_path / "ehcp.toml",
        {"request_received": ("Date in", "Received")},
        ("awaiting",),
        (tmp_path / "ours.toml",),
    )


def test_the_order_of_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--config beats EHCP_CONFIG beats ehcp.toml beats pyproject.toml."""
    (tmp_path / "pyproject.toml").write_text('[tool.ehcp]\nblanks = ["pyproject"]\n')
    for name in ("asked", "variable", "ehcp"):
        (tmp_path / f"{name}.toml").write_text(f'blanks = "{name}"\n')
    monkeypatch.setenv("EHCP_CONFIG", str(tmp_path / "variable.toml"))

    assert read_config(tmp_path / "asked.toml", tmp_path).blanks == ("asked",)
    assert read_config(None, tmp_path).blanks == ("variable",)
    monkeypatch.delenv("EHCP_CONFIG")
    assert read_config(None, tmp_path).blanks == ("ehcp",)
    (tmp_path / "ehcp.toml").unlink()
    assert read_config(None, tmp_path).blanks == ("pyproject",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"colums = {}", "there is no `colums`. did you mean columns?"),
        (b"columns = 3", "columns is not a table"),
        (b"[columns]\nplan_issued = 3", "columns.plan_issued is not a list of texts"),
        (b"rules = [1]", "rules is not a list of texts"),
        (b"rules = [", "is not TOML"),
        (b"# \xff", "is not UTF-8 text"),
    ],
)
def test_a_fault_is_named_with_its_file_and_key(tmp_path: Path, content: bytes, message: str) -> None:
    """One line says which file and which word of it."""
    path = tmp_path / "ehcp.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as stopped:
        read_config(None, tmp_path)

    assert str(path) in str(stopped.value)
    assert message in str(stopped.value)


def test_a_missing_file_that_was_asked_for_is_an_error(tmp_path: Path) -> None:
    """What is named must be there."""
    with pytest.raises(ConfigError, match="cannot be read: no such file or directory"):
        read_config(tmp_path / "none.toml", tmp_path)
