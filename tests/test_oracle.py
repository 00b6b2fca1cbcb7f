"""Nothing that a user sees has changed without being said."""

import tempfile
from pathlib import Path

import pytest

from tests.oracle import command_lines, differing, furnish, runs


@pytest.mark.slow
def test_every_command_prints_what_it_printed() -> None:
    """Output, errors and exit code of every tenth command line are those of the table.

    All of them take 17 minutes of a core: `python -m tests.oracle check`.
    """
    with tempfile.TemporaryDirectory() as room:
        furnish(Path(room) / "files")
        rows = [run.row for run in runs(Path(room) / "files", step=10)]

    changed = [line for line in differing(rows) if not line.endswith("no longer run")]
    assert len(rows) > 60
    assert changed == [], "`python -m tests.oracle keep DIR` writes the outputs; then `write`"


@pytest.mark.slow
def test_every_command_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oracle finds every command in the app's own help, and no command line twice."""
    furnish(tmp_path / "files")
    monkeypatch.chdir(tmp_path / "files")

    lines = command_lines()

    assert len(lines) == len(set(lines)) > 500
