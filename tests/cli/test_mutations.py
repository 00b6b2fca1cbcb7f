"""Inputs broken at random, in every format, end with an answer or with an error that says what to try."""

import os
import random
from pathlib import Path

import pytest

from tests.mutator import NAMES, broken, of_json

# 3,000 a format before a release: EHCP_MUTATIONS=3000 pytest -m slow tests/cli/test_mutations.py
COUNT = int(os.environ.get("EHCP_MUTATIONS", "60"))


def test_an_internal_error_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search can find something: a reader that breaks is named, and the input kept."""

    def breaks(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ehcp_timeline.cases.formats.detect.find_csv_sheet", breaks)
    (fault,) = broken("csv", 1, tmp_path)

    assert "ehcp: stopped by an internal error: ValueError at formats/detect.py" in fault
    assert (tmp_path / "mutations" / "csv-0-0.csv").exists()


def test_the_same_seed_breaks_an_answer_in_the_same_way() -> None:
    """However many were broken before it: a value that was put in is never put into itself."""
    answer = b'{"a": [1, {"b": null}], "c": {"d": ""}}'
    draws = [[random.Random(seed) for seed in range(300)] for _ in range(2)]  # noqa: S311 - no secret
    first, again = ([of_json(answer, draw) for draw in each] for each in draws)

    assert first == again


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_broken_inputs_never_break_a_command(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No internal error, a documented exit code, no more than 5 seconds of work and 1 GB."""
    monkeypatch.chdir(tmp_path)

    assert not list(broken(name, COUNT, tmp_path))
