"""Inputs broken at random, in every format, end with an answer or with an error that says what to try."""

import os
from pathlib import Path

import pytest

from tests.mutator import NAMES, broken

# 3,000 a format before a release: EHCP_MUTATIONS=3000 pytest -m slow tests/cli/test_mutations.py
COUNT = int(os.environ.get("EHCP_MUTATIONS", "60"))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_broken_inputs_never_break_a_command(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, no fault of its own, a documented exit code, no more than 5 seconds of work and 1 GB."""
    monkeypatch.chdir(tmp_path)

    assert not list(broken(name, COUNT, tmp_path))
