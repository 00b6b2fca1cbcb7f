"""A report says what the other commands count, in the order in which a councillor asks."""

import json
import re
from datetime import date, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import check_schema, ehcp, on_a_terminal, printed, said
from tests.commands.report.council import AS_AT, CANARIES, Request, council, write

EXAMPLE = ("examples/cases.csv", "--as-at", "2026-06-01")
_TAGS = re.compile(r"<(style|script|title)[^>]*>.*?</\1>|<[^>]+>", re.DOTALL)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the case file of the invented council."""
    return write(tmp_path_factory.mktemp("report") / "Zebedee Quark.csv", council())


@cache
def report(file: Path, *words: str) -> bytes:
    """Return a report on the invented council; a question is asked once."""
    run = ehcp("report", str(file), "--as-at", str(AS_AT), *words)
    assert run.returncode == 0, said(run)
    return run.stdout


def answer(file: Path, *words: str) -> dict[str, Any]:
    """Return the report as JSON, valid by its schema."""
    found: dict[str, Any] = json.loads(report(file, "--format", "json", *words))
    check_schema(found)
    return found


def words_of(page: bytes) -> list[str]:
    """Return what a page says, word by word."""
    return unescape(_TAGS.sub(" ", page.decode("utf-8"))).split()


@pytest.mark.slow
def test_the_first_120_words_say_who_waits_how_long_which_way_and_until_when(file: Path) -> None:
    """What a manager reads before the first chart."""
    first = " ".join(words_of(report(file, "--for", "board", "--format", "html"))[:120])
    requests = council()
    waiting = sum(request.open_on(AS_AT) for request in requests)
    overdue = [
        sum(request.overdue_on(day) for request in requests)
        for day in (AS_AT, date(2026, 5, 1), date(2025, 6, 1))
    ]
    oldest = min((request for request in requests if request.open_on(AS_AT)), key=lambda one: one.start)

    assert (
        f"{waiting} children are waiting for a decision or a plan; {overdue[0]} of them have waited" in first
    )
    assert (
        f"The longest wait is {(AS_AT - oldest.start).days // 7} weeks: case CASE-{oldest.number:03}" in first
    )
    now, month, year = overdue
    ways = ["worse" if now > before else "better" for before in (month, year)]
    assert now not in (month, year)
    trend = f"it is {ways[0]} than a month ago ({month}) and {ways[1]} than a year ago ({year})."
    assert f"With {now} overdue {trend}" in first
    assert re.search(r"the backlog (probably )?(clears|does not clear) by \d+ \w+ 20\d\d", first)


@pytest.mark.slow
def test_a_report_agrees_with_the_commands_it_is_made_of() -> None:
    """The stages and the oldest of `check`, its overdue clocks by duty, the clearance of `forecast`."""
    checked, forecast = (
        json.loads(ehcp(command, *EXAMPLE, "--format", "json").stdout) for command in ("check", "forecast")
    )
    made = json.loads(ehcp("report", *EXAMPLE, "--format", "json").stdout)

    assert made["stages"] == checked["summary"]["stages"]
    assert [case["case_id"] for case in made["oldest"]] == [case["case_id"] for case in checked["oldest"]]
    late = [finding["deadline"] for finding in checked["findings"] if finding["verdict"] == "overdue"]
    assert {duty["deadline"]: duty["overdue"] for duty in made["duties"]} == {
        name: late.count(name) for name in late
    }
    assert all(sum(duty["by_age"].values()) == duty["overdue"] for duty in made["duties"])
    assert [one["clearance"] for one in made["policies"]] == [
        one["clearance"] for one in forecast["policies"]
    ]
    assert made["waiting"][-1] == {"day": "2026-06-01", "open": 11, "overdue": 3}
    assert made["rulebook"] == checked["rulebook"]
    assert made["input"] == checked["input"]


def test_ages_change_on_the_day_after_4_13_and_26_weeks(tmp_path: Path) -> None:
    """Plans due 28, 29, 91, 92, 182 and 183 days ago, and one that is due today."""
    days = (0, 28, 29, 91, 92, 182, 183)
    never = date(2099, 1, 1)
    requests = [Request(n, AS_AT - timedelta(weeks=20, days=days), never) for n, days in enumerate(days)]
    path = write(tmp_path / "ages.csv", [*requests, Request(99, date(2025, 1, 1), date(2025, 5, 1))])

    plans = next(duty for duty in answer(path)["duties"] if duty["deadline"] == "plan.issue")

    assert plans["by_age"] == {"to_4_weeks": 1, "to_13_weeks": 2, "to_26_weeks": 2, "over_26_weeks": 1}
    assert plans["oldest_days"] == 183


@pytest.mark.slow
def test_the_20_week_rate_of_each_year_stands_beside_england(file: Path) -> None:
    """Counted by hand from the requests; a published year that is not over yet is left out."""
    rates = {
        one["year"]: one for one in answer(file, "--authority", "Kent", "--with", "Essex,Surrey")["rates"]
    }
    issued = [request for request in council() if request.issued.year == 2025]
    in_time = [request for request in issued if request.issued <= request.start + timedelta(weeks=20)]

    assert (rates[2025]["plans"], rates[2025]["in_time"]) == (len(issued), len(in_time))
    assert rates[2025]["rate"] == round(100 * len(in_time) / len(issued), 1)
    assert (rates[2024]["england"], rates[2024]["published"]) == (45.9, 32.3)
    assert (rates[2023]["plans"], rates[2023]["others"]) == (None, {"Essex": 0.9, "Surrey": 16.2})
    assert rates[2026]["last"] == "2026-06-01"


def test_a_published_figure_is_not_shown_before_its_year_is_over(file: Path) -> None:
    """In the middle of 2024 nobody knows the rate of 2024."""
    run = ehcp("report", str(file), "--as-at", "2024-06-01", "--format", "json")

    assert {one["year"]: one["england"] for one in json.loads(run.stdout)["rates"]}[2024] is None


def test_a_file_of_open_cases_alone_says_what_it_cannot_say(tmp_path: Path) -> None:
    """Without plans that were issued nothing is better or worse, and nothing says when it clears."""
    path = write(tmp_path / "open.csv", [one for one in council() if one.open_on(AS_AT)])

    sentences = " ".join(answer(path)["sentences"])

    assert "better or worse than a month ago or a year ago cannot be said" in sentences
    assert "When the backlog clears cannot be forecast" in sentences


def test_without_a_column_for_plans_nobody_is_counted_as_waiting(tmp_path: Path) -> None:
    """A file that cannot answer is never an all-clear."""
    path = write(tmp_path / "short.csv", council(), ("case_id", "request_received", "assess_agreed"))

    sentences = answer(path)["sentences"]

    assert sentences[0].startswith(
        "How many children wait for a plan cannot be counted: the file has no column"
    )
    assert not any("No child" in sentence or "no backlog" in sentence for sentence in sentences)
    assert any(sentence.startswith("The file lacks a column to judge") for sentence in sentences)
    page = report(path, "--for", "public", "--format", "html").decode("utf-8")
    assert "Open cases by stage" not in page
    assert "short.csv" not in page


def test_a_heading_that_is_not_read_is_said_among_the_first_sentences(tmp_path: Path) -> None:
    """Dates under "Panel date" could be a decision: the page says so, and the exit code is 3."""
    path = tmp_path / "cases.csv"
    rows = "".join(f"C-{n},2026-01-{n:02},2026-02-{n:02},\n" for n in range(1, 9))
    path.write_text(f"case_id,request_received,Panel date,plan_issued\n{rows}", encoding="utf-8")

    run = ehcp("report", str(path), "--as-at", str(AS_AT), "--format", "json")

    assert run.returncode == 3
    assert "1 heading of the file is not read and may decide deadlines" in " ".join(
        json.loads(run.stdout)["sentences"]
    )


def test_a_file_of_reviews_alone_counts_nobody_as_waiting(tmp_path: Path) -> None:
    """Without a request nobody can be counted; the reviews are."""
    path = tmp_path / "reviews.csv"
    path.write_text(
        "case_id,previous_review_decided,review_decided\nR-1,2025-05-01,\nR-2,2025-12-01,\n", encoding="utf-8"
    )

    made = answer(path)

    assert made["sentences"][0].endswith("the file holds no request for an assessment.")
    assert [(duty["deadline"], duty["overdue"]) for duty in made["duties"]] == [("review.annual", 1)]


@pytest.mark.slow
def test_rows_that_are_left_out_are_said_and_the_exit_code_is_3(tmp_path: Path) -> None:
    """On the page, among the first sentences, and on standard error."""
    path = write(tmp_path / "cases.csv", council())
    path.write_text(path.read_text(encoding="utf-8") + ",,,,,,2026-01-12,,,\n", encoding="utf-8")

    run = ehcp("report", str(path), "--as-at", str(AS_AT), "--format", "html")

    assert run.returncode == 3
    assert "1 row of the file could not be judged and is not counted." in " ".join(words_of(run.stdout))
    assert "left a deadline unclear" in said(run)


@pytest.mark.slow
def test_what_changed_is_counted_as_changes_counts_it(file: Path, tmp_path: Path) -> None:
    """The same file a month earlier, judged for its own day."""
    old = write(tmp_path / "old.csv", council()[:-6])
    since = ("--since", str(old), "--since-as-at", "2026-05-01")

    told = answer(file, *since)["changed"]
    changes = ehcp(
        "changes", str(old), str(file), "--as-at", str(AS_AT), "--old-as-at", "2026-05-01", "--force",
        "--format", "json",
    )  # fmt: skip

    assert told == {"as_at": "2026-05-01", "counts": json.loads(changes.stdout)["summary"]}
    assert told["counts"]["new"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["board", "public"])
def test_the_same_question_gives_the_same_bytes_and_a_small_page(file: Path, reader: str) -> None:
    """Twice the same, under 400 KB, and nothing to load."""
    page = report(file, "--for", reader, "--format", "html")

    assert page == report.__wrapped__(file, "--for", reader, "--format", "html")
    assert len(page) < 400_000
    assert re.findall(rb"https?:|<script|@import|url\(|\bon\w+=", page) == []


@pytest.mark.slow
def test_a_team_sees_whose_work_it_is_and_a_board_does_not(file: Path) -> None:
    """Caseworkers stand on the page of the team alone."""
    team, board = (report(file, "--for", reader, "--format", "html").decode() for reader in ("team", "board"))

    assert "Yolanda Vex" in team
    oldest = team[team.index("<caption>Oldest open cases") :].split("</table>")[0]
    assert (oldest.count("Yolanda Vex"), oldest.count("Teamcanary"), "not recorded" in oldest) == (
        10,
        10,
        False,
    )
    assert "Yolanda Vex" not in board
    assert "Zebedee Quark" not in re.sub(r"Zebedee Quark\.csv", "", team + board)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["html", "json", "plain", "md"])
def test_a_public_report_names_nobody(file: Path, form: str) -> None:
    """No name, caseworker, school, place, case or file name in any format."""
    page = report(file, "--for", "public", "--format", form).decode("utf-8")

    assert [canary for canary in CANARIES if canary.lower() in page.lower()] == []


@pytest.mark.slow
@pytest.mark.parametrize(("day", "told"), [("2026-04-22", True), ("2026-04-12", False)])
def test_a_public_report_says_what_changed_where_no_number_is_of_few(
    file: Path, tmp_path: Path, day: str, told: bool
) -> None:
    """Of the plans then overdue five are still overdue, or four."""
    old = write(tmp_path / "old.csv", council())
    changed = answer(file, "--for", "public", "--since", str(old), "--since-as-at", day)["changed"]
    then = date.fromisoformat(day)
    before, now = ({one.number for one in council() if one.overdue_on(when)} for when in (then, AS_AT))
    counts = {"new": len(now - before), "still-late": len(now & before), "no-longer": len(before - now)}

    assert (min(counts.values()) >= 5) == told
    assert changed["counts"] == (counts if told else dict.fromkeys(counts, "[c]"))


@pytest.mark.slow
def test_a_public_report_warns_of_what_it_gives_away_with_the_one_before(file: Path, tmp_path: Path) -> None:
    """The earlier one is its JSON; the same numbers give nothing away, two fewer plans do."""
    path = tmp_path / "before.json"
    warned = []
    for requests in (council(), council()[:-2]):
        path.unlink(missing_ok=True)
        earlier = write(tmp_path / "cases.csv", requests)
        ehcp("report", str(earlier), "--as-at", str(AS_AT), "--for", "public", "-o", str(path))
        run = ehcp("report", str(file), "--as-at", str(AS_AT), "--for", "public", "--previous", str(path))
        warned.append(said(run))
    board = ehcp("report", str(file), "--previous", str(path))

    assert f"{path}: 0 numbers that the two publications give away together." in warned[0]
    assert "Children waiting, open: moved by fewer than 5: the two together count those few" in warned[1]
    assert (board.returncode, "--previous is for pages that are published" in said(board)) == (2, True)


def test_a_chart_and_a_table_never_part(file: Path) -> None:
    """Every image has words and is followed by its table within the same section."""
    page = report(file, "--for", "board", "--format", "html").decode("utf-8")
    sections = re.findall(r"<section.*?</section>", page, re.DOTALL)

    charts = [section for section in sections if "<img" in section]
    assert len(charts) == 4
    assert all(
        re.search(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="[^"]{40,}"', one) for one in charts
    )
    assert all(one.index("<img") < one.index("<table") for one in charts)


@pytest.mark.slow
def test_plain_text_says_the_same(file: Path) -> None:
    """Without a browser the report is text."""
    text = printed(ehcp("report", str(file), "--as-at", str(AS_AT)))

    assert "children are waiting for a decision or a plan" in text
    assert "Overdue deadlines, by duty" in text


def test_what_a_file_says_is_text_on_the_page(tmp_path: Path) -> None:
    """Case numbers and names that are markup, commands or hidden characters start nothing."""
    path = tmp_path / "cases.csv"
    evil = ["<script>alert(1)</script>", "A</table><img src=x onerror=alert(1)>", "{{ 7*7 }}\u202eA", "=1+1"]
    lines = [f'"{case}",2025-01-{n:02},"{case}"' for n, case in enumerate(evil, 1)]
    heading = "case_id,request_received,caseworker,plan_issued"
    path.write_text("\n".join([heading, *(f"{line}," for line in lines), ""]), encoding="utf-8")
    page = ehcp(
        "report", str(path), "--as-at", str(AS_AT), "--for", "team", "--format", "html"
    ).stdout.decode()

    assert "<script" not in page
    assert page.count("<img") == page.count("data:image/svg") / 2
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page


@pytest.mark.slow
def test_a_terminal_shows_one_screen_and_how_to_write_the_page(file: Path) -> None:
    """The sentences, what is left out, and the page last; everything with --full, and where no screen is."""
    words = ("report", str(file), "--as-at", str(AS_AT))
    page = "This is the text of a page with charts. To write the page: add -o board.html"

    screen = on_a_terminal(words, 100).rstrip().splitlines()
    whole = on_a_terminal((*words, "--full"), 100).rstrip().splitlines()
    piped = printed(ehcp(*words))

    more = next(line for line in screen if line.endswith(" more lines: add --full"))
    assert len(screen) <= 24
    assert (screen[0], screen[-1]) == (f"EHC plans on {AS_AT.day} {AS_AT:%B %Y}", page)
    assert int(more.split()[0]) == len(whole) - (len(screen) - 2)  # without a blank line and the count itself
    assert (whole[0], whole[-1]) == (screen[0], page)
    assert len(whole) > 4 * len(screen)
    assert page not in piped
    assert "add --full" not in piped


def test_a_threshold_for_a_page_that_hides_nothing_is_refused(file: Path) -> None:
    """A page for the board shows every number, whatever the threshold."""
    run = ehcp("report", str(file), "--as-at", str(AS_AT), "--threshold", "10")

    assert (run.returncode, "add --for public" in said(run)) == (2, True)


def test_what_is_unclear_is_what_check_lists(tmp_path: Path) -> None:
    """A plan moved in: its first review has no day, but was done for B; that of A may be overdue."""
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,moved_in,plan_transferred,plan_issued,previous_review_decided,review_decided\n"
        "A,2024-01-08,2024-01-08,,,\nB,2024-01-08,2024-01-08,,,2025-02-10\n",
        encoding="utf-8",
    )
    words = (str(path), "--as-at", "2026-06-01", "--format", "json")
    report = json.loads(ehcp("report", *words).stdout)
    check = json.loads(ehcp("check", *words).stdout)

    assert check["summary"]["verdicts"]["move.review"] == {"unknown": 2}
    unclear = [one["case_id"] for one in check["findings"] if one["verdict"] == "unknown"]
    assert (unclear, report["unclear"]) == (["A"], 1)
