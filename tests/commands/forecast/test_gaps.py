"""`ehcp forecast` says what a file does not tell, and never makes a date of it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said
from tests.commands.forecast.files import AS_AT, write
from tests.commands.forecast.forecasted import QUICK, forecast, shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], ["On 1 June 2025 no assessment is open.", "No forecast: the file holds no assessment."]),
        (
            [("A", date(2025, 1, 1), None), ("B", date(2025, 5, 5), None)],
            [
                "On 1 June 2025 2 assessments are open, 1 of them overdue.",
                "No forecast: no assessment in the file was ever closed, so nothing says how fast they are.",
            ],
        ),
        (
            [("A", date(2025, 1, 1), None), ("B", date(2025, 1, 1), date(2025, 5, 28))],
            [
                "On 1 June 2025 1 assessment is open, and overdue.",
                (
                    "No forecast: the file records less than a week of closures; 13 weeks are the least that "
                    "tells."
                ),
            ],
        ),
        (
            [("A", date(2025, 5, 1), None), ("B", date(2025, 1, 1), date(2025, 5, 12))],
            [
                "On 1 June 2025 1 assessment is open, none overdue.",
                (
                    "No forecast: the file records 3 weeks of closures; 13 are the least that says "
                    "anything of chance."
                ),
            ],
        ),
    ],
    ids=["empty", "nothing closed", "less than a week", "three weeks"],
)
def test_too_little_is_answered_in_words(
    tmp_path: Path, rows: list[tuple[str, date, date | None]], told: list[str]
) -> None:
    """No dates are made up: the page says what is missing, and the data hold nulls."""
    path = str(write(tmp_path / "cases.csv", rows))
    answer = forecast(path)

    assert shown(path)[1:] == told
    assert answer["clearance"] is None
    assert answer["policies"] == []
    assert answer["now"]["too_little"] in told[1]
    assert said(ehcp("forecast", path, *QUICK, "--format", "csv")) == f"{told[1]}\n"


def test_nothing_closed_for_a_year_is_answered_in_words(stages: str) -> None:
    """A file that ends long before the day asked about has no pace, and that is said."""
    run = ehcp("forecast", stages, "--as-at", "2030-01-01", "--runs", "100")

    assert printed(run).splitlines()[1:] == [
        (
            "On 1 January 2030 172 assessments are open, 155 of them overdue; 17 more are past the day with "
            "a recorded exception."
        ),
        (
            "Nothing counted here is newer than 1 June 2025, 239 weeks before: if the file was saved then, "
            "what was done since is missing, and the pace looks slower than it is."
        ),
        "No forecast: no assessment was closed in the last 52 weeks, so nothing says how fast they are.",
    ]


@pytest.mark.parametrize(("day", "old"), [("2025-06-28", False), ("2025-06-29", True)])
def test_an_old_file_is_said_to_be_old(stages: str, day: str, *, old: bool) -> None:
    """From four weeks on: 1 June to 29 June are 28 days."""
    words = ("forecast", stages, "--as-at", day, "--runs", "100", "--horizon", "8")
    told = printed(ehcp(*words)).splitlines()[2]

    assert told.startswith("Nothing counted here is newer than 1 June 2025, 4 weeks before") is old


def test_twelve_weeks_are_too_few_and_thirteen_are_enough(tmp_path: Path) -> None:
    """The day before and the day on which a thirteenth week of closures is recorded."""

    def weeks(first: date) -> list[tuple[str, date, date | None]]:
        done = [first, *(AS_AT - timedelta(days=7 * week) for week in range(12))]
        return [(f"C{place}", day - timedelta(days=120), day) for place, day in enumerate(done)]

    enough = weeks(AS_AT - timedelta(days=90))
    short = weeks(AS_AT - timedelta(days=89))

    assert forecast(str(write(tmp_path / "short.csv", short)))["now"]["too_little"].startswith(
        "the file records 12 weeks of closures"
    )
    assert forecast(str(write(tmp_path / "enough.csv", enough)))["now"]["too_little"] is None


@pytest.mark.slow
def test_never_is_not_said_of_a_few_weeks(stages: str) -> None:
    """Four weeks that do not clear it are no never; a year of them is."""
    run = ehcp("forecast", stages, "--as-at", "2025-06-01", "--runs", "100", "--horizon", "51")
    year = ehcp("forecast", stages, "--as-at", "2025-06-01", "--runs", "100", "--horizon", "52")

    assert (
        printed(run).splitlines()[2]
        == "As cases are taken now, it is clear by 24 May 2026 in none of 100 simulated futures."
    )
    assert (
        printed(year)
        .splitlines()[2]
        .startswith("As cases are taken now, the backlog never clears at this rate")
    )


def test_what_is_not_known_is_no_nought(tmp_path: Path) -> None:
    """A file without a past expects no number of requests, and has nothing in time to save."""
    path = str(write(tmp_path / "cases.csv", [("A", date(2024, 1, 1), None)]))

    assert forecast(path, "--intake", "1")["intake"][0]["expected"] is None
    assert "No open case is in time." in shown(path, "--save-list")


def test_what_the_file_does_not_date_is_left_out_and_said(tmp_path: Path) -> None:
    """An unreadable request is not a case, nor zero: it is counted, and the exit code is 3."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,request_received,plan_issued\nA,soon,\nB,2025-01-01,\n", encoding="utf-8")
    run = ehcp("forecast", str(path), *QUICK)

    assert run.returncode == 3
    assert printed(run).splitlines()[1:3] == [
        "On 1 June 2025 1 assessment is open, and overdue.",
        "1 assessment is left out: the file does not date what came or went; `ehcp check` says which.",
    ]


def test_dates_that_prove_no_order_are_said_to(tmp_path: Path) -> None:
    """Read day-first, as everywhere; that it was so is said beside the answer."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,request_received,plan_issued\nA,03/04/2025,\nB,05/02/2025,\n", encoding="utf-8")
    run = ehcp("forecast", str(path), *QUICK)

    assert run.returncode == 0
    assert said(run) == ("Dates that prove no order of day and month are read day-first; see `ehcp check`.\n")


def test_a_file_without_plans_is_refused(tmp_path: Path) -> None:
    """Without the day of the plan nothing ends."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,request_received\nA,2025-01-01\n", encoding="utf-8")

    assert said(ehcp("forecast", str(path), *QUICK)) == (
        f"ehcp: {path}: a forecast needs the days on which plans were issued\n"
        "try: add the column plan_issued, blank where there is no plan yet\n"
    )


def test_a_target_is_answered_where_nothing_can_be_simulated(tmp_path: Path) -> None:
    """One overdue case and no past: the arithmetic still stands."""
    path = str(write(tmp_path / "cases.csv", [("A", date(2025, 1, 1), None)]))
    lines = shown(path, "--target", "2025-07-06")

    assert lines[-2:] == [
        "What would change it",
        (
            "To be clear by 6 July 2025 the overdue cases must fall by 0.2 a week, after all that become "
            "overdue meanwhile."
        ),
    ]
    assert forecast(path, "--target", "2025-07-06")["target"]["needed_per_week"] == 0.2


def test_a_file_of_reviews_alone_is_answered_about_reviews(tmp_path: Path) -> None:
    """Ten plans reviewed a week apart, each once a year; two that are overdue."""
    path = tmp_path / "reviews.csv"
    done = [AS_AT - timedelta(days=7 * week) for week in range(10)]
    lines = [f"R{place},{day - timedelta(days=360)},{day}" for place, day in enumerate(done)]
    lines += [f"O{place},{AS_AT - timedelta(days=400 + place)}," for place in range(2)]
    path.write_text("\n".join(["case_id,previous_review_decided,review_decided", *lines]), encoding="utf-8")
    answer = forecast(str(path), "--target", "2026-05-31")

    assert (answer["reviews"]["overdue"], answer["reviews"]["open"]) == (2, 12)
    assert answer["target"]["reviews_per_week"] == round(2 / 52 + answer["reviews"]["due_per_week"], 2)
    assert shown(str(path))[1:5] == [
        "On 1 June 2025 no assessment is open.",
        "No forecast: the file holds no assessment.",
        "",
        "Yearly reviews",
    ]
