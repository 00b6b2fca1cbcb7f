"""The lists of `ehcp forecast`: cases, those to save, requests to come, past forecasts."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said
from tests.commands.forecast.forecasted import QUICK, forecast, shown


@pytest.mark.slow
def test_the_save_list_is_that_of_overdue(stages: str) -> None:
    """The same cases with the same expected day, and the last safe day for the draft beside it."""
    words = ("overdue", stages, "--as-at", "2025-06-01", "--save-list", "--format", "json")
    plans = json.loads(printed(ehcp(*words, "--deadline", "plan.issue,detained.issue")))["work"]
    found = forecast(stages, "--save-list")["save_list"]

    assert found
    assert {(one["case_id"], one["expected_p85"]) for one in found} == {
        (one["case_id"], one["expected_p85"]) for one in plans
    }
    first = found[0]
    assert first["days_needed"] > first["days_left"]
    # every draft of this council took 25 days to become a plan: 25 days before the due day, a working day
    due = date.fromisoformat(first["due"])
    last = date.fromisoformat(first["last_safe_draft"])
    assert timedelta(days=25) <= due - last <= timedelta(days=25 + 4)


def test_every_open_case_has_its_day(stages: str) -> None:
    """As many lines as open cases; those overdue now are as many as the headline says."""
    answer = forecast(stages, "--per-case")
    cases = answer["cases"]

    assert len(cases) == answer["now"]["open"]
    assert sum(one["breach"] == "overdue" for one in cases) == answer["now"]["overdue"]
    for one in cases:
        assert date.fromisoformat(one["breach_on"]) - date.fromisoformat(one["due"]) == timedelta(days=1)
        assert (one["finish_p85"] or "9") >= (one["finish_p50"] or "9")
        if one["breach"] == "unlikely":
            assert one["finish_p85"] <= (date.fromisoformat(one["due"]) + timedelta(days=7)).isoformat()


@pytest.mark.slow
def test_a_page_shows_the_top_and_data_are_complete(stages: str) -> None:
    """--top cuts the page and says so; CSV holds every case."""
    many = forecast(stages, "--per-case")["now"]["open"]
    lines = shown(stages, "--per-case", "--top", "3")
    table = list(
        csv.reader(io.StringIO(printed(ehcp("forecast", stages, *QUICK, "--per-case", "--format", "csv"))))
    )

    assert f"Open cases and when they are closed: {many}" in lines
    assert "Overdue already: 3 of 47" in lines
    assert len(table) == many + 1
    assert table[0][:8] == ["case_id", "row", "stage", "start", "due", "weeks", "finish_p50", "finish_p85"]


@pytest.mark.slow
def test_a_target_is_answered_beside_a_list(stages: str) -> None:
    """What was asked for is never left out because something else was asked for too."""
    lines = shown(stages, "--per-case", "--target", "2026-01-01")

    assert any(
        line.startswith("To be clear by 1 January 2026 the overdue cases must fall by ") for line in lines
    )
    assert not any(line.startswith("What would change it") for line in shown(stages, "--per-case"))


def test_csv_holds_one_list(stages: str) -> None:
    """Two lists do not fit in one table; without a list it holds the quarters."""
    run = ehcp("forecast", stages, *QUICK, "--per-case", "--save-list", "--format", "csv")

    assert said(run) == (
        "ehcp: CSV holds one list, and --save-list and --per-case are asked for\ntry: leave all but one out\n"
    )
    table = list(csv.reader(io.StringIO(printed(ehcp("forecast", stages, *QUICK, "--format", "csv")))))
    assert table[0][:3] == ["policy", "quarter", "weeks"]
    assert [row[1] for row in table if row[0] == "split"] == [
        "2025-Q2",
        "2025-Q3",
        "2025-Q4",
        "2026-Q1",
        "2026-Q2",
        "2026-Q3",
    ]


def test_term_dates_come_from_the_settings(
    council: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day in a closure is marked, and school days lost are working days only."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ehcp.toml").write_text(
        '[terms]\nclosed = [\n  { name = "Summer 2025", from = 2025-07-22, to = 2025-08-31 },\n'
        '  { name = "Autumn half-term", from = 2025-10-27, to = 2025-10-31 },\n]\n',
        encoding="utf-8",
    )
    weeks = forecast(council, "--intake", "2")["intake"]

    assert weeks[0]["week"] == "2025-06-02"
    # week 6 of a request of Monday 2 June is 14 July, in term; of those of 9 to 13 June it is 21 to 25 July
    assert [one["milestones"][0]["due"] for one in weeks] == ["2025-07-14", "2025-07-21"]
    assert [one["milestones"][0]["closure"] for one in weeks] == [None, "Summer 2025"]
    # 28 working days from 22 July to 29 August, less the bank holiday of 25 August; week 20 is in October
    assert [one["school_days_lost"] for one in weeks] == [28, 29]


def test_a_term_file_stands_in_for_the_settings(council: str, tmp_path: Path) -> None:
    """--terms names a file; a day in a closure carries its name."""
    path = tmp_path / "terms.toml"
    path.write_text(
        '[terms]\nclosed = [{ name = "Summer", from = 2025-07-14, to = 2025-12-31 }]\n', encoding="utf-8"
    )
    week = forecast(council, "--intake", "1", "--terms", str(path))["intake"][0]

    assert [one["closure"] for one in week["milestones"]] == ["Summer", "Summer", "Summer"]
    lines = shown(council, "--intake", "1", "--terms", str(path))
    assert any("2025-07-14 !" in line for line in lines)


def test_without_term_dates_no_school_days_are_counted(council: str) -> None:
    """Not known is not nought."""
    assert forecast(council, "--intake", "1")["intake"][0]["school_days_lost"] is None
    assert (
        "No term dates are known, so no school days are counted: see [terms] of ehcp.toml, or --terms."
        in shown(council, "--intake", "1")
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no [terms]"),
        ("terms = 3\n", "terms is not a table"),
        ("[terms]\nclose = []\n", "there is no `terms.close`"),
        ("[terms]\nclosed = 3\n", "terms.closed is not a list"),
        (
            '[terms]\nclosed = [{ name = "S" }]\n',
            "entry 1 needs name, from and to, and nothing else",
        ),
        (
            '[terms]\nclosed = [{ name = "S", from = "July", to = 2025-08-31 }]\n',
            "terms.closed entry 1: from and to must be dates",
        ),
        (
            '[terms]\nclosed = [{ name = "S", from = 2025-08-31, to = 2025-07-22 }]\n',
            "terms.closed entry 1 ends before it begins",
        ),
        ("[terms\n", "is not TOML"),
    ],
)
def test_wrong_term_dates_are_told(council: str, tmp_path: Path, text: str, told: str) -> None:
    """Every fault names the file and the entry."""
    path = tmp_path / "terms.toml"
    path.write_text(text, encoding="utf-8")
    run = ehcp("forecast", council, *QUICK, "--terms", str(path))

    assert (run.returncode, run.stdout) == (2, b"")
    assert said(run).startswith(f"ehcp: {path}")
    assert told in said(run)


@pytest.mark.slow
def test_the_backtest_says_what_it_is_worth(stages: str) -> None:
    """Where no past month can be scored that is said; else months, coverage and baselines are."""
    lines = shown(stages, "--backtest")
    scores = forecast(stages, "--backtest")["backtest"]

    assert "How past forecasts did" in lines
    assert scores["forecasts"] == len(scores["standpoints"])
    if scores["forecasts"]:
        assert any(line.startswith(f"Forecasts made at {scores['forecasts']} past month") for line in lines)
    else:
        assert any(line.startswith("No past month had weeks enough") for line in lines)
