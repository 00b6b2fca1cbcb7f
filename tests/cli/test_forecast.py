"""`ehcp forecast` from case files: the answer first, the same in every format, wrong words answered."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.measure.forecast.files import AS_AT, illustrative, staged, write

from .command import ehcp, printed, said

EXAMPLES = Path(__file__).parents[2] / "examples" / "cases.csv"
QUICK = ("--as-at", AS_AT.isoformat(), "--runs", "100", "--horizon", "60")


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the illustrative council's file."""
    return str(illustrative(tmp_path_factory.mktemp("council") / "cases.csv"))


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a council's file with every stage in it."""
    return str(staged(tmp_path_factory.mktemp("stages") / "cases.csv"))


def forecast(*words: str) -> dict[str, Any]:
    """Return the answer as data."""
    run = ehcp("forecast", *QUICK, *words, "--format", "json")
    assert run.returncode == 0, said(run)
    answer: dict[str, Any] = json.loads(printed(run))
    return answer


def shown(*words: str) -> list[str]:
    """Return what a person is shown, line by line."""
    run = ehcp("forecast", *QUICK, *words)
    assert run.returncode == 0, said(run)
    return printed(run).splitlines()


def in_words(day: str) -> str:
    """Return a day as the sentences write it."""
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B %Y}"


def test_the_answer_comes_first(council: str) -> None:
    """The first three lines say how much is overdue and when it is clear."""
    lines = shown(council, "--horizon", "260")
    clear = forecast(council, "--horizon", "260")["clearance"]

    assert lines[:2] == [
        "Forecast as at 1 June 2025",
        "On 1 June 2025 493 assessments are open, 220 of them overdue.",
    ]
    assert lines[2] == (
        f"As cases are taken now, it is clear by {in_words(clear['p50'])} in half of 100 simulated futures, "
        f"and by {in_words(clear['p85'])} in 85 of 100."
    )
    assert lines[4] == "When it is clear"


def test_a_page_answers_and_the_rest_stands_behind_full(stages: str) -> None:
    """The page ends with what to type next; --full adds every quarter, stage and queue."""
    page, full = shown(stages), shown(stages, "--full")

    assert len(page) < 60
    assert "The stages over the last 52 weeks" not in page
    assert "The stages over the last 52 weeks" in full
    assert "Queue arithmetic, stage by stage" in full
    assert f"  ehcp forecast {stages} --as-at 2025-06-01 --full" in page


def test_never_is_said_where_more_comes_in_than_goes_out(tmp_path: Path) -> None:
    """Ten a week in and five out: no date, and the plain sentence."""
    came = [AS_AT - timedelta(days=day) for day in range(700) for _ in range(10 if day % 7 == 0 else 0)]
    rows: list[tuple[str, date, date | None]] = [
        (f"N{place}", day, None) for place, day in enumerate(came[:400])
    ]
    rows += [
        (f"D{place}", AS_AT - timedelta(days=place * 7 // 5 + 210), AS_AT - timedelta(days=place * 7 // 5))
        for place in range(300)
    ]
    path = str(write(tmp_path / "cases.csv", rows))

    assert forecast(path)["clearance"] == {"p50": None, "p85": None, "p95": None, "never_share": 1.0}
    assert shown(path)[2].startswith(
        "As cases are taken now, the backlog never clears at this rate: it is clear by 26 July 2026 in none "
        "of 100 simulated futures, and "
    )


def test_the_needed_rate_of_a_target_is_arithmetic(council: str) -> None:
    """220 overdue cases over 52 weeks: 4.23 a week, whatever the runs say."""
    target = forecast(council, "--target", "2026-05-31")["target"]

    assert target["needed_per_week"] == 4.23
    assert target["date"] == "2026-05-31"
    assert [one["policy"] for one in target["policies"]] == [
        "oldest-first",
        "in-time-first",
        "split",
        "observed",
    ]
    assert (
        "To be clear by 31 May 2026 the overdue cases must fall by 4.2 a week, after all that become overdue "
        "meanwhile." in shown(council, "--target", "2026-05-31")
    )


@pytest.mark.parametrize("day", ["2025-05-31", "2025-06-01"])
def test_a_target_that_is_not_ahead_is_refused(council: str, day: str) -> None:
    """Yesterday and today are no targets; tomorrow is one."""
    run = ehcp("forecast", council, *QUICK, "--target", day)

    assert (run.returncode, run.stdout) == (2, b"")
    assert (
        said(run)
        == f"ehcp: --target {day}: not after 2025-06-01, where the forecast stands\ntry: give a later day\n"
    )
    assert ehcp("forecast", council, *QUICK, "--target", "2025-06-02").returncode == 0


def test_the_same_seed_gives_the_same_bytes(council: str) -> None:
    """Twice the same; with another seed another answer."""
    words = ("forecast", council, *QUICK, "--format", "json")

    assert ehcp(*words).stdout == ehcp(*words).stdout
    assert forecast(council, "--seed", "7")["policies"] != forecast(council)["policies"]


def test_an_order_of_work_fares_the_same_alone_as_beside_the_others(council: str) -> None:
    """What else is asked in the same breath changes nothing."""
    beside = {one["policy"]: one for one in forecast(council)["policies"]}
    alone = forecast(council, "--policy", "in-time-first")["policies"]
    asked = forecast(council, "--per-case", "--intake", "3", "--target", "2026-01-01", "--save-list")

    assert alone == [beside["in-time-first"]]
    assert asked["policies"] == list(beside.values())


def test_a_change_stands_beside_no_change(council: str) -> None:
    """Three plans a week more: the dates without them are those of a forecast without them."""
    changed = forecast(council, "--capacity", "+3", "--horizon", "200")
    unchanged = forecast(council, "--horizon", "200")

    assert [one["unchanged"] for one in changed["policies"]] == [
        one["clearance"] for one in unchanged["policies"]
    ]
    assert changed["clearance"]["p50"] < unchanged["clearance"]["p50"]
    assert [one["unchanged"] for one in unchanged["policies"]] == [None] * 4
    lines = shown(council, "--capacity", "+3", "--horizon", "200")
    assert lines[2].startswith("With the change, as cases are taken now, it is clear by ")
    assert "+3 plans a week at the narrowest stage" in lines


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--capacity", "three"), "--capacity three: not a number\ntry: write it as +3"),
        (("--capacity", "3%"), "--capacity 3%: not a number\ntry: write it as +3"),
        (("--requests", "more"), "--requests more: not a number\ntry: write it as +10%"),
        (("--requests=-101%",), "--requests -101%: fewer than none\ntry: write it as +10%"),
        (("--shrinkage", "96%"), "--shrinkage 96%: not from 0% to 95%\ntry: write it as 15%"),
        (("--split", "101%"), "--split 101%: not from 0% to 100%\ntry: write it as 50%"),
        (("--catch-up", "5:0"), "--catch-up 5:0: `0` is no number of weeks\ntry: write it as 5:13"),
        (("--capacity", "+10001"), "--capacity +10001: more than 10,000\ntry: give a number that could be"),
        (
            ("--from", "2025-07-01"),
            (
                "--from 2025-07-01: nothing is asked that begins then\n"
                "try: add --capacity, --psychologists or --catch-up"
            ),
        ),
        (
            ("--from", "2025-05-31", "--capacity", "+1"),
            "--from 2025-05-31: before 2025-06-01, where the forecast stands\ntry: leave it out",
        ),
        (
            ("--from", "2026-07-27", "--capacity", "+1"),
            "--from 2026-07-27: beyond the 60 weeks looked at\ntry: look further with --horizon",
        ),
        (
            ("--target", "2035-05-21"),
            "--target 2035-05-21: more than 10 years ahead\ntry: give an earlier day",
        ),
        (("--catch-up", "5:x"), "--catch-up 5:x: `x` is no number of weeks\ntry: write it as 5:13"),
        (
            ("--policy", "oldest"),
            (
                "--policy: `oldest` is not one of oldest-first, in-time-first, split, observed\n"
                "try: did you mean oldest-first?"
            ),
        ),
        (("--narrowest", "advice"), "--narrowest: the file shows no stage `advice`\ntry: one of plan"),
        (
            ("--psychologists", "+2"),
            (
                "--psychologists: the file has no dates of advice\n"
                "try: add columns such as psychology_advice_requested and psychology_advice_received"
            ),
        ),
        (("--measure", "overdue"), "--measure is for --snapshots\ntry: leave it out"),
        (("--target", "soon"), "--target soon: is not a date\ntry: write it as YYYY-MM-DD or DD/MM/YYYY"),
    ],
)
def test_a_wrong_word_is_answered(council: str, words: tuple[str, ...], told: str) -> None:
    """Exit 2, one line for what is wrong and one for what to try."""
    run = ehcp("forecast", council, *QUICK, *words)

    assert (run.returncode, run.stdout) == (2, b"")
    assert said(run) == f"ehcp: {told}\n"


def test_it_wants_case_files_or_counts_and_not_both(council: str) -> None:
    """Neither and both are the same mistake."""
    told = "ehcp: give case files, or --snapshots with counts\ntry: ehcp forecast cases.csv\n"

    assert said(ehcp("forecast")) == told
    assert said(ehcp("forecast", council, "--snapshots", council)) == told


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


def test_nothing_closed_for_a_year_is_answered_in_words(stages: str) -> None:
    """A file that ends long before the day asked about has no pace, and that is said."""
    run = ehcp("forecast", stages, "--as-at", "2030-01-01", "--runs", "100")

    assert printed(run).splitlines()[1:] == [
        "On 1 January 2030 172 assessments are open, 172 of them overdue.",
        (
            "Nothing in the file is newer than 1 June 2025, 239 weeks before: if it was saved then, what "
            "was done since is missing, and the pace looks slower than it is."
        ),
        "No forecast: no assessment was closed in the last 52 weeks, so nothing says how fast they are.",
    ]


@pytest.mark.parametrize(("day", "old"), [("2025-06-28", False), ("2025-06-29", True)])
def test_an_old_file_is_said_to_be_old(stages: str, day: str, *, old: bool) -> None:
    """From four weeks on: 1 June to 29 June are 28 days."""
    words = ("forecast", stages, "--as-at", day, "--runs", "100", "--horizon", "8")
    told = printed(ehcp(*words)).splitlines()[2]

    assert told.startswith("Nothing in the file is newer than 1 June 2025, 4 weeks before") is old


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


def test_no_backlog_is_clear_today(tmp_path: Path) -> None:
    """Nothing overdue: clear on the day itself, and the page says how likely it is to stay so."""
    rows: list[tuple[str, date, date | None]] = [
        (f"C{place}", AS_AT - timedelta(days=place * 2 + 100), AS_AT - timedelta(days=place * 2))
        for place in range(150)
    ]
    path = str(write(tmp_path / "cases.csv", rows))

    assert forecast(path)["clearance"] == {
        "p50": "2025-06-01", "p85": "2025-06-01", "p95": "2025-06-01", "never_share": 0.0,
    }  # fmt: skip
    lines = shown(path)
    assert lines[2].startswith("There is no backlog now. As cases are taken now, ")
    assert "When it is clear" not in lines


def test_what_the_file_does_not_date_is_left_out_and_said(tmp_path: Path) -> None:
    """An unreadable request is no case, not nought: it is counted, and the exit code is 3."""
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


@pytest.mark.parametrize("day", ["2025-09-01", "2026-02-10", "2026-06-01"])
def test_the_straight_line_is_that_of_check(day: str) -> None:
    """Two commands of one tool draw one line: the same counts, the same date, the same words."""
    drawn = json.loads(printed(ehcp("check", str(EXAMPLES), "--as-at", day, "--format", "json")))
    said_ = json.loads(
        printed(ehcp("forecast", str(EXAMPLES), "--as-at", day, "--runs", "100", "--format", "json"))
    )

    assert said_["history"]["checked"] == drawn["summary"]["clearance"]
    assert said_["now"]["overdue"] == drawn["summary"]["clearance"]["overdue_plans"]


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


def test_a_page_shows_the_top_and_data_are_complete(stages: str) -> None:
    """--top cuts the page and says so; CSV holds every case."""
    many = forecast(stages, "--per-case")["now"]["open"]
    lines = shown(stages, "--per-case", "--top", "3")
    table = list(
        csv.reader(io.StringIO(printed(ehcp("forecast", stages, *QUICK, "--per-case", "--format", "csv"))))
    )

    assert f"Open cases and when they are closed: {many}" in lines
    assert "Overdue already: 3 of 52" in lines
    assert len(table) == many + 1
    assert table[0][:8] == ["case_id", "row", "stage", "start", "due", "weeks", "finish_p50", "finish_p85"]


def test_a_target_is_answered_beside_a_list(stages: str) -> None:
    """What was asked for is never left out because something else was asked for too."""
    lines = shown(stages, "--per-case", "--target", "2026-01-01")

    assert any(
        line.startswith("To be clear by 1 January 2026 the overdue cases must fall by ") for line in lines
    )
    assert not any(line.startswith("What would change it") for line in shown(stages, "--per-case"))


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


def test_markdown_is_the_page_to_pass_on(council: str, tmp_path: Path) -> None:
    """The same sections, without lines that only its writer can type."""
    path = tmp_path / "forecast.md"
    run = ehcp("forecast", council, *QUICK, "-o", str(path))
    text = path.read_text(encoding="utf-8")

    assert run.returncode == 0
    assert text.startswith("## Forecast as at 1 June 2025\n\nOn 1 June 2025 493 assessments are open, 220")
    assert "| order of work | half of runs |" in text
    assert "## Next" not in text


@pytest.mark.parametrize("asked", [("--full",), ("--per-case", "--save-list", "--intake", "4", "--backtest")])
def test_everything_fits_eighty_columns(stages: str, asked: tuple[str, ...]) -> None:
    """No table and no line is wider than a terminal."""
    from ehcp_timeline.cases.columns import vocabulary
    from ehcp_timeline.cases.frame import open_case_file
    from ehcp_timeline.law.reading import load_rulebook
    from ehcp_timeline.measure.forecast.asked import Asked
    from ehcp_timeline.measure.forecast.forecast import forecast as forecast_of
    from ehcp_timeline.measure.forecast.stage_lines import stage_lines
    from ehcp_timeline.report.forecast_view import case_sections
    from ehcp_timeline.report.terminal import terminal_text

    lists = "--full" not in asked
    question = Asked(
        AS_AT, runs=100, weeks=60, target=date(2026, 1, 1), per_case=lists, save_list=lists,
        intake_weeks=4 if lists else 0, backtest=lists,
    )  # fmt: skip
    source = open_case_file(stages, vocabulary(), as_at=AS_AT)
    found = forecast_of(load_rulebook(), [source], question)
    sections = case_sections(found, stage_lines(found.now), 20, full="--full" in asked)
    lines = terminal_text(sections, width=80, colour=False).splitlines()

    assert [line for line in lines if len(line) > 80 and not line.startswith("  ehcp ")] == []


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
        ('[terms]\nclosed = [{ name = "S" }]\n', "terms.closed entry 1 needs name, from and to"),
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


def test_the_page_says_why_its_date_is_not_that_of_the_straight_line(council: str) -> None:
    """The line of `ehcp check` is quoted, and what it leaves out."""
    lines = shown(council)
    place = next(at for at, line in enumerate(lines) if line.startswith("A straight line, as `ehcp check`"))

    assert "draws it: 220 plans are overdue; over the last 13 weeks " in lines[place]
    assert lines[place + 1] == (
        "That line takes 13 weeks for the whole future, without chance, seasons, the order of work "
        "and what is "
        "in the pipeline; --history 13 looks back as far as it does."
    )
