"""Every command that judges says what hangs on the order of day and month where a file does not prove it."""

import json
from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said

BOTH_WAYS = "case_id,request_received,assess_agreed\nC-1,02/01/2025,2025-02-14\nC-2,01/02/2025,2025-03-15\n"
HANGS = "2 of 2 verdicts would change if `request_received` were month-first; it was read day-first."


def test_what_hangs_on_the_order_of_day_and_month(tmp_path: Path) -> None:
    """Said on the page with what settles it, beside data, and in JSON under a key that is always there."""
    path = tmp_path / "cases.csv"
    path.write_text(BOTH_WAYS)
    words = ("check", str(path), "--as-at", "2026-01-15", "--deadline", "assess.decide")
    page = printed(ehcp(*words))
    run = ehcp(*words, "--format", "json")

    assert f"Day first or month first\n{HANGS}\n" in page
    assert '  date_formats.request_received = "%d/%m/%Y"\n' in page
    assert f"{path}: {HANGS}\n" in said(run)
    assert json.loads(printed(run))["summary"]["date_order"] == [
        {
            "file": str(path),
            "columns": [{"column": "request_received", "cells": 2}],
            "proven": [],
            "verdicts": 2,
            "changed": 2,
            "sentence": HANGS,
        }
    ]


def test_what_settles_the_order_of_day_and_month(tmp_path: Path) -> None:
    """The line that is shown, put into ehcp.toml, ends the doubt; so does the other order."""
    path, config = tmp_path / "cases.csv", tmp_path / "ehcp.toml"
    path.write_text(BOTH_WAYS)
    for form, verdicts in (("%d/%m/%Y", {"met": 1, "late": 1}), ("%m/%d/%Y", {"met": 1, "late": 1})):
        config.write_text(f'date_formats.request_received = "{form}"\n')
        run = ehcp("check", str(path), "--config", str(config), "--as-at", "2026-01-15", "--format", "json")
        summary = json.loads(printed(run))["summary"]

        assert (summary["date_order"], summary["verdicts"]["assess.decide"]) == ([], verdicts)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["overdue", "next", "letters"])
def test_lists_say_too_what_hangs_on_the_order_of_day_and_month(command: str, tmp_path: Path) -> None:
    """On standard error, in the words of `check`."""
    path = tmp_path / "cases.csv"
    path.write_text(BOTH_WAYS.replace("2025-03-15", ""))
    run = ehcp(command, str(path), "--as-at", "2026-01-15", "--deadline", "assess.decide")

    assert "verdicts would change if" in said(run)
    assert "if `request_received` were month-first; it was read day-first.\n" in said(run)


def test_quality_says_it_as_well(tmp_path: Path) -> None:
    """On its page and in its JSON, as `check` does; beside other data."""
    path = tmp_path / "cases.csv"
    path.write_text(BOTH_WAYS)
    words = ("quality", str(path), "--as-at", "2026-01-15")
    answer = json.loads(printed(ehcp(*words, "--format", "json")))

    assert "Day first or month first\n" in printed(ehcp(*words))
    assert answer["date_order"][0]["columns"] == [{"column": "request_received", "cells": 2}]
    assert "if `request_received` were month-first; it was read day-first.\n" in said(
        ehcp(*words, "--format", "csv")
    )
