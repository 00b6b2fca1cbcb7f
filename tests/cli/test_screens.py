"""What every command shows on a terminal: one screen, as wide as the window, the answer first."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from unittest import mock

import pytest

from ehcp_timeline.output.sections import Section
from ehcp_timeline.output.terminal import screenful, terminal_text
from ehcp_timeline.shell.destination import OutputTarget
from tests.cli.command import ehcp

EXAMPLES = Path(__file__).parents[2] / "examples"
AS_AT = ("--as-at", "2024-01-31")
SERIES = str(EXAMPLES / "kent" / "published_series.csv")
COMMANDS = (
    ("check", "kent.csv", *AS_AT),
    ("overdue", "kent.csv", *AS_AT),
    ("overdue", "kent.csv", *AS_AT, "--by", "team"),
    ("overdue", "kent.csv", *AS_AT, "--save-list"),
    ("next", "kent.csv", *AS_AT),
    ("letters", "kent.csv", *AS_AT),
    ("scorecard", "kent.csv", *AS_AT),
    ("scorecard", "kent.csv", *AS_AT, "--by", "district"),
    ("compare", "kent.csv", *AS_AT, "--authority", "Kent", "--with", "Essex,Suffolk"),
    ("reconcile", "kent.csv", *AS_AT),
    ("forecast", "kent.csv", *AS_AT, "--runs", "100"),
    ("forecast", "--snapshots", SERIES, "--measure", "annual_reviews_past_12_months"),
    ("quality", "kent.csv", *AS_AT),
    ("columns", "kent.csv", *AS_AT),
    ("changes", "kent.csv", "kent.csv", *AS_AT, "--old-as-at", "2023-12-31", "--force"),
    ("explain", "K104217", "kent.csv", *AS_AT),
    ("timeline", "request_received=2026-01-12", "--as-at", "2026-01-20"),
    ("rules", "list"),
    ("rules", "show", "plan.issue"),
    ("rules", "coverage"),
    ("check", "kent.csv", *AS_AT, "--list"),
    ("check", "kent.csv", *AS_AT, "--full"),
    ("check", "kent.csv", *AS_AT, "--exceptions"),
    ("forecast", "kent.csv", *AS_AT, "--runs", "100", "--full"),
)
LONG = {"--list", "--full"}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every sixth row of the county's file, and the case that is explained."""
    file = tmp_path_factory.mktemp("county") / "kent.csv"
    subprocess.run([sys.executable, EXAMPLES / "make_kent.py", file], check=True, capture_output=True)
    header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for number, row in enumerate(rows) if number % 6 == 0 or row.startswith("K104217,")]
    file.write_text("".join((header, *kept)), encoding="utf-8")
    return file.parent


@pytest.mark.slow
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:1] + words[3:]))
def test_every_page_keeps_to_the_window(
    words: tuple[str, ...], county: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is longer than 80 columns, or 60; without --list or --full a page leaves a line of 24 free."""
    monkeypatch.chdir(county)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    shown: list[Section] = []
    whole: list[bool] = []

    def keep(target: OutputTarget, sections: Iterable[Section]) -> None:
        whole.append(target.full)
        shown.extend(sections)

    with mock.patch.object(OutputTarget, "show", keep):
        run = ehcp(*words, "--format", "table")
    assert run.returncode in (0, 1, 3), run.stderr
    assert shown
    assert whole == [bool(LONG & set(words)) or (words[0] == "check" and "--exceptions" not in words)]
    for width in (80, 60):
        sections = shown if LONG & set(words) else screenful(shown, width=width, lines=23)
        lines = terminal_text(sections, width=width, colour=False).splitlines()
        assert [line for line in lines if len(line) > width and not line.startswith("  ehcp")] == []
        assert LONG & set(words) or width == 60 or len(lines) <= 23
