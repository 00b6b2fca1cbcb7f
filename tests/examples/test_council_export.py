"""The example of a council's own export: with its ehcp.toml it says what the canonical files say."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import ehcp, printed, said

FOLDER = Path(__file__).parents[2] / "examples" / "council-export"
CONFIG = ("--config", str(FOLDER / "ehcp.toml"))
AREAS = ("north", "south")


def answer(kind: str, *words: str) -> dict[str, Any]:
    """Return everything that is said of the files of both areas, without the rows on which it stands."""
    files = [str(FOLDER / f"{kind}-{area}.csv") for area in AREAS]
    every = ("--include", "all", "--kind", "all", "--who", "all", "--as-at", "2026-06-01", "--format", "json")
    found: dict[str, Any] = json.loads(printed(ehcp("check", *files, *every, *words)))
    for one in (*found["findings"], *found["oldest"]):
        del one["row"]
    return found


@pytest.mark.slow
def test_the_verdicts_are_those_of_the_canonical_files() -> None:
    """Every clock, every count, every rate and the oldest cases, from foreign headings, codes and dates."""
    foreign, canonical = answer("extract", *CONFIG), answer("canonical")

    assert len(foreign["findings"]) == 169
    assert foreign["findings"] == canonical["findings"]
    assert foreign["summary"] == canonical["summary"]
    assert foreign["oldest"] == canonical["oldest"]


def test_what_is_no_case_is_named() -> None:
    """The totals at the end of the extracts are not judged; nothing else needs putting right."""
    found = answer("extract", *CONFIG)

    assert [one["problem"] for one in found["problems"]] == [
        '"Total: 16" looks like a total, not a case',
        '"Total: 21" looks like a total, not a case',
    ]
    assert [(one["rows"], one["judged"]) for one in found["input"]] == [(16, 16), (21, 21)]


@pytest.mark.slow
@pytest.mark.parametrize("area", AREAS)
def test_every_heading_is_spoken_for(area: str) -> None:
    """Two are not read, because they say nothing about a time limit."""
    run = ehcp("columns", str(FOLDER / f"extract-{area}.csv"), *CONFIG, "--format", "json")
    found = json.loads(printed(run))

    unread = [one["text"] for one in found["headings"] if not (one["column"] or one["gives"])]
    assert (unread, found["stops"]) == (["Plan Cost Band", "Last Edited"], None)
    assert found["constants"] == {"district": area.capitalize()}
    assert found["date_order"] is None


def test_without_its_settings_the_export_gets_no_all_clear() -> None:
    """Its case numbers are known, its other headings are not: nothing is guessed."""
    run = ehcp("check", str(FOLDER / "extract-north.csv"), "--as-at", "2026-06-01")

    assert run.returncode in (2, 3)


@pytest.mark.slow
def test_what_is_read_is_not_left_behind(tmp_path: Path) -> None:
    """A converted extract says the same, and only what no column means is left behind."""
    out = tmp_path / "north.csv"
    when = ("--as-at", "2026-06-01")
    run = ehcp("convert", str(FOLDER / "extract-north.csv"), *CONFIG, *when, "-o", str(out))
    found, canonical = (
        json.loads(printed(ehcp("check", str(path), *when, "--format", "json")))
        for path in (out, FOLDER / "canonical-north.csv")
    )

    told = said(run)
    assert "Left behind: 2 headings" in told
    assert ("Panel Letter" in told, "Plan Cost Band" in told) == (False, True)
    assert found["summary"]["verdicts"] == canonical["summary"]["verdicts"]
