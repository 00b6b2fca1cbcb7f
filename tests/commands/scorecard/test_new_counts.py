"""Measures are data: one entry of kpis.toml is a new count."""

import json
import os
from importlib.resources import files
from pathlib import Path

import pytest

from ehcp_timeline.law import kpi
from tests.cli.command import ehcp, printed

# The meeting of 10 January 2025: a report is due by 24 January, the last day of two weeks.
ROWS = """case_id,school,review_meeting,review_report_sent,review_decided
A,Oak,2025-01-10,2025-01-24,2025-02-01
B,Oak,2025-01-10,2025-01-25,2025-02-01
C,Elm,2025-01-10,,
"""
ENTRY = """
[[measure]]
id = "reviews_held_by_schools"
name = "Reports of review meetings sent in time"
short = "sent in time"
topic = "reviews"
counts = "review_reports"
part = ["in_time"]
unit = "count"
source = "A councillor's question"
"""


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """Three reviews at two schools."""
    path = tmp_path / "cases.csv"
    path.write_text(ROWS, encoding="utf-8")
    return str(path)


def _values(cases: str, *words: str) -> dict[str, dict[str, float]]:
    run = ehcp("scorecard", cases, "--as-at", "2025-03-31", "--period", "year", *words)
    return {line["group"]: line["values"] for line in json.loads(printed(run))["lines"]}


def test_schools_reports_within_two_weeks(cases: str) -> None:
    """The last day is in time, the day after is not, and a report that never came is neither."""
    values = _values(cases, "--by", "school", "--measure", "review_reports,pc_review_reports", "-f", "json")

    assert values["Oak"] == {"review_reports_due": 2, "pc_review_reports_2_weeks": 50.0}
    assert values["Elm"] == {"review_reports_due": 1, "pc_review_reports_2_weeks": 0.0}


def test_a_new_count_is_one_entry(cases: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry added to the file is counted; no code changes."""
    own = tmp_path / "kpis.toml"
    shipped = (files("ehcp_timeline") / "rulebook" / "kpis.toml").read_text(encoding="utf-8")
    own.write_text(f"{shipped}{ENTRY}", encoding="utf-8")
    monkeypatch.setattr(kpi, "NAME", os.path.relpath(own, str(files("ehcp_timeline") / "rulebook")))
    kpi.load_kpis.cache_clear()
    try:
        values = _values(cases, "--measure", "reviews_held_by_schools", "-f", "json")
    finally:
        kpi.load_kpis.cache_clear()

    assert values["Total"] == {"reviews_held_by_schools": 1}
