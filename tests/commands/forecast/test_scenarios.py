"""Named what-ifs side by side: each leads where the same what-if alone does, and wrong words are answered."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said
from tests.commands.forecast.forecasted import QUICK, forecast, shown

SCENARIOS = """
["Two more"]
capacity = 2
from = 2025-07-01

["North short"]
vacancies = { North = "20%" }

["Oldest, fewer"]
requests = "-10%"
order = "oldest-first"
catch_up = "5:26"
psychologists = 1
"""


@pytest.fixture
def write(tmp_path: Path) -> str:
    """Return the file of three scenarios."""
    path = tmp_path / "scenarios.toml"
    path.write_text(SCENARIOS, encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_a_scenario_leads_where_its_what_if_does(stages: str, write: str) -> None:
    """The same as --capacity and --from, as --shrinkage of the one team's share, and as no change."""
    lines = {line["name"]: line for line in forecast(stages, "--scenarios", write)["scenarios"]}
    more = forecast(stages, "--capacity", "+2", "--from", "2025-07-01", "--policy", "observed")
    short = forecast(stages, "--shrinkage", "20%", "--policy", "observed")
    plain = forecast(stages, "--policy", "observed")

    assert list(lines) == ["no change", "Two more", "North short", "Oldest, fewer"]
    for name, alone in (("no change", plain), ("Two more", more), ("North short", short)):
        assert lines[name]["outlook"]["quarters"] == alone["policies"][0]["quarters"]
        assert lines[name]["outlook"]["clearance"] == alone["clearance"]
    assert lines["North short"]["vacancies"] == {"North": 20.0}
    assert lines["Oldest, fewer"]["outlook"]["policy"] == "oldest-first"


def test_scenarios_are_one_table_and_one_chart(stages: str, write: str) -> None:
    """One line for each in both; the longest bar is that of the most overdue."""
    lines = shown(stages, "--scenarios", write)

    assert "Two more: +2 plans a week at the narrowest stage from 1 July 2025." in lines
    assert "North short: 20% of the posts of North vacant." in lines
    table = lines.index("Scenarios side by side")
    heading = next(line for line in lines[table:] if line.startswith("scenario "))
    assert heading.split() == [
        "scenario", "half", "clear", "85%", "25-Q2", "25-Q3", "25-Q4", "26-Q1", "overdue", "oldest", "past",
        "52",
    ]  # fmt: skip
    bars = {line[:13].strip(): line.count("█") for line in lines if "█" in line}
    assert bars["North short"] == 30
    assert bars["Two more"] < bars["no change"] < 30


def test_time_lost_beside_vacancies_is_said_too(stages: str, tmp_path: Path) -> None:
    """Ten percent of posts and five percent of time are 14.5% of all working time: both are named."""
    path = tmp_path / "scenarios.toml"
    path.write_text('[Short]\nvacancies = "10%"\nshrinkage = "5%"\n', encoding="utf-8")
    words = ("--scenarios", str(path))

    assert "Short: 10% of all posts vacant and 5% of working time lost beyond what was lost so far." in shown(
        stages, *words
    )
    assert forecast(stages, *words)["scenarios"][1]["what_if"]["shrinkage"] == 14.5


@pytest.mark.slow
def test_vacancies_are_percent_or_posts(stages: str, tmp_path: Path) -> None:
    """Two of twenty posts are ten percent."""
    path = tmp_path / "scenarios.toml"
    path.write_text('[Posts]\nvacancies = "2 of 20"\n[Percent]\nvacancies = "10%"\n', encoding="utf-8")
    _, posts, percent = forecast(stages, "--scenarios", str(path))["scenarios"]

    assert posts["vacancies"] == percent["vacancies"] == {"all": 10.0}
    assert posts["outlook"] == percent["outlook"]


def test_scenarios_in_csv_are_a_line_for_each_quarter(stages: str, write: str) -> None:
    """Every scenario's quarters, with its name first."""
    run = ehcp("forecast", stages, *QUICK, "--scenarios", write, "--format", "csv")
    heading, *rows = csv.reader(io.StringIO(printed(run)))

    assert heading[:4] == ["scenario", "quarter", "weeks", "rate"]
    assert len({row[0] for row in rows}) == 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", 'holds no scenario\ntry: write  ["Two more writers"] and below it  capacity = 2'),
        ("[A]\ncapasity = 2", ", scenario `A`: there is no `capasity`\ntry: did you mean capacity?"),
        (
            '[A]\nrequests = "-100%"',
            ", scenario `A`: --requests -100%: that leaves no request at all\ntry: write it as -10%",
        ),
        (
            "scenarios = 3",
            ': `scenarios` is no scenario\ntry: write  ["Two more writers"] and below it  capacity = 2',
        ),
        (
            '[A]\nvacancies = "3 of 0"',
            ", scenario `A`: vacancies 3 of 0: not from 0% to 100%\ntry: write it as 50%",
        ),
        ("A = 3", ': `A` is no scenario\ntry: write  ["Two more writers"] and below it  capacity = 2'),
        (
            '[A]\nvacancies = { Nort = "10%" }',
            "scenario `A`: no team `Nort` closed a case in the last 52 weeks\ntry: did you mean North?",
        ),
        (
            '[A]\nvacancies = { all = "80%", North = "60%" }',
            "scenario `A`: 140% of all working time would be lost\ntry: no more than 95% in all",
        ),
        (
            '[A]\nvacancies = "95.1%"',
            "scenario `A`: 95.1% of all working time would be lost\ntry: no more than 95% in all",
        ),
        (
            "[A]\npsychologists = 2\nadvice_each = -1.5",
            ", scenario `A`: --advice-each -1.5: less than 0.1\ntry: write it as 1.5",
        ),
        (
            '[A]\ncatch_up = "-5:8"',
            ", scenario `A`: --catch-up -5:8: less than nothing\ntry: write it as 5:13",
        ),
        (
            '[[scenario]]\nname = "A"\norder = "newest-first"',
            ", scenario `A`: order: `newest-first` is not one of oldest-first, in-time-first, split,",
        ),
    ],
)
def test_a_wrong_scenario_is_answered(stages: str, tmp_path: Path, text: str, told: str) -> None:
    """Which scenario, what is wrong, and what to try."""
    path = tmp_path / "scenarios.toml"
    path.write_text(text, encoding="utf-8")
    run = ehcp("forecast", stages, *QUICK, "--scenarios", str(path))

    assert (run.returncode, run.stdout) == (2, b"")
    assert told in said(run)


def test_counts_have_no_scenarios(write: str, tmp_path: Path) -> None:
    """What-ifs need cases."""
    counts = tmp_path / "counts.csv"
    counts.write_text("date,count\n2025-01-01,10\n", encoding="utf-8")
    run = ehcp("forecast", "--snapshots", str(counts), "--scenarios", write)

    assert said(run).startswith("ehcp: --scenarios needs case files; counts cannot tell it")
