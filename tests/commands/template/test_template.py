"""`ehcp template` with settings."""

from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said
from tests.commands.rules.test_rules import LOCAL

EVENT = '\n[[event]]\nid = "letter_sent"\nsays = "a letter was sent"\n'


def test_the_columns_of_local_rules_are_among_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the settings, as `check` reads them; a word that there is not is refused."""
    (tmp_path / "ours.toml").write_text(LOCAL + EVENT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    without = printed(ehcp("template")).strip().split(",")
    (tmp_path / "ehcp.toml").write_text('rules = ["ours.toml"]\n', encoding="utf-8")
    columns = printed(ehcp("template")).strip().split(",")
    (tmp_path / "ehcp.toml").write_text('rulse = ["ours.toml"]\n', encoding="utf-8")
    refused = ehcp("template")

    assert columns == [*without, "letter_sent"]
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert "there is no `rulse`" in said(refused)
