"""`ehcp forecast` from case files: the answer first, the same in every format, wrong words answered."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said
from tests.commands.forecast.files import AS_AT, write
from tests.commands.forecast.forecasted import QUICK, forecast, in_words, shown

EXAMPLES = Path(__file__).parents[3] / "examples" / "cases.csv"


@pytest.mark.slow
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
    assert lines[4] == "Each order of work"


@pytest.mark.slow
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
        (f"D{place}", AS_AT - timedelta(days=place * 7 // 10 + 280), AS_AT - timedelta(days=place * 7 // 5))
        for place in range(300)
    ]
    path = str(write(tmp_path / "cases.csv", rows))

    assert forecast(path)["clearance"] == {"p50": None, "p85": None, "p95": None, "never_share": 1.0}
    assert shown(path)[2].startswith(
        "As cases are taken now, the backlog never clears at this rate: it is clear by 26 July 2026 in none "
        "of 100 simulated futures, and "
    )


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(council: str) -> None:
    """Twice the same; with another seed another answer."""
    words = ("forecast", council, *QUICK, "--format", "json")

    assert ehcp(*words).stdout == ehcp(*words).stdout
    assert forecast(council, "--seed", "7")["policies"] != forecast(council)["policies"]


@pytest.mark.slow
def test_an_order_of_work_fares_the_same_alone_as_beside_the_others(council: str) -> None:
    """What else is asked in the same breath changes nothing."""
    beside = {one["policy"]: one for one in forecast(council)["policies"]}
    alone = forecast(council, "--policy", "in-time-first")["policies"]
    asked = forecast(council, "--per-case", "--intake", "3", "--target", "2026-01-01", "--save-list")

    assert alone == [beside["in-time-first"]]
    assert asked["policies"] == list(beside.values())


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--capacity", "three"), "--capacity three: not a number\ntry: write it as +3"),
        (("--capacity", "3%"), "--capacity 3%: not a number\ntry: write it as +3"),
        (("--requests", "more"), "--requests more: not a number\ntry: write it as +10%"),
        (
            ("--requests=-100%",),
            "--requests -100%: that leaves no request at all\ntry: write it as -10%",
        ),
        (("--shrinkage", "96%"), "--shrinkage 96%: not from 0% to 95%\ntry: write it as 15%"),
        (("--split", "101%"), "--split 101%: not from 0% to 100%\ntry: write it as 50%"),
        (("--catch-up", "5:0"), "--catch-up 5:0: `0` is not a number of weeks\ntry: write it as 5:13"),
        (("--capacity", "+10001"), "--capacity +10001: more than 10,000\ntry: give a number that could be"),
        (
            ("--advice-each", "10000.5"),
            "--advice-each 10000.5: more than 10,000\ntry: give a number that could be",
        ),
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
        (("--catch-up", "5:x"), "--catch-up 5:x: `x` is not a number of weeks\ntry: write it as 5:13"),
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
    assert not any("half clear" in line for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("day", ["2025-09-01", "2026-02-10", "2026-06-01"])
def test_the_straight_line_is_that_of_check(day: str) -> None:
    """Two commands of one tool draw one line: the same counts, the same date, the same words."""
    drawn = json.loads(printed(ehcp("check", str(EXAMPLES), "--as-at", day, "--format", "json")))
    said_ = json.loads(
        printed(ehcp("forecast", str(EXAMPLES), "--as-at", day, "--runs", "100", "--format", "json"))
    )

    assert said_["history"]["checked"] == drawn["summary"]["clearance"]
    assert said_["now"]["overdue"] == drawn["summary"]["clearance"]["overdue_plans"]


def test_markdown_is_the_page_to_pass_on(council: str, tmp_path: Path) -> None:
    """The same sections, without lines that only its writer can type."""
    path = tmp_path / "forecast.md"
    run = ehcp("forecast", council, *QUICK, "-o", str(path))
    text = path.read_text(encoding="utf-8")

    assert run.returncode == 0
    assert text.startswith("## Forecast as at 1 June 2025\n\nOn 1 June 2025 493 assessments are open, 220")
    assert "| order of work | half clear |" in text
    assert "## Next" not in text


@pytest.mark.slow
@pytest.mark.parametrize("asked", [("--full",), ("--per-case", "--save-list", "--intake", "4", "--backtest")])
def test_everything_fits_eighty_columns(stages: str, asked: tuple[str, ...]) -> None:
    """No table and no line is wider than a terminal."""
    from ehcp_timeline.cases.model import vocabulary
    from ehcp_timeline.cases.source import open_case_file
    from ehcp_timeline.commands.forecast.page import page
    from ehcp_timeline.law.loader.rulebook import load_rulebook
    from ehcp_timeline.measure.forecast.forecast import forecast as forecast_of
    from ehcp_timeline.measure.forecast.request import ForecastRequest
    from ehcp_timeline.output.terminal import terminal_text

    lists = "--full" not in asked
    question = ForecastRequest(
        AS_AT, runs=100, weeks=60, target=date(2026, 1, 1), per_case=lists, save_list=lists,
        intake_weeks=52 if lists else 0, backtest=lists,
    )  # fmt: skip
    source = open_case_file(stages, vocabulary(), as_at=AS_AT)
    found = forecast_of(load_rulebook(), [source], question)
    sections = page(found, question, 20, full="--full" in asked)
    lines = terminal_text(sections, width=80, colour=False).splitlines()

    assert [line for line in lines if len(line) > 80 and not line.startswith("  ehcp ")] == []


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


def test_what_is_clear_already_is_clear_without_the_change_too(council: str) -> None:
    """220 overdue, and clear means 220: both dates are the as-at date."""
    answer = forecast(council, "--clear-at", "220", "--capacity", "+1", "--policy", "observed")

    (line,) = answer["policies"]
    assert line["clearance"] == line["unchanged"]
    assert line["unchanged"]["p95"] == AS_AT.isoformat()
