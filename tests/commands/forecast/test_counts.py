"""`ehcp forecast --snapshots`: Kent's published counts, and every bad list of counts answered in words."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.output.sections import Section, TableColumn
from ehcp_timeline.output.terminal import terminal_text
from tests.cli.command import ehcp, ehcp_apart, printed, said

KENT = str(Path(__file__).parents[3] / "examples" / "kent" / "published_series.csv")
REVIEWS = ("--measure", "annual_reviews_past_12_months")
PAGE = """\
Forecast as at 31 January 2024 (annual reviews past 12 months)
8,310 cases were counted on 31 January 2024.
Since the count before, on 31 May 2023, the count fell by 4,109 in 35.0 weeks, 117.4 a week. At that pace \
it is clear on 10 June 2025.
Since the first count, on 30 September 2022, the count fell by 3,870 in 69.7 weeks, 55.5 a week. At that \
pace it is clear on 14 December 2026.
Between 30 September 2022 and 31 May 2023 the count rose by 239 in 34.7 weeks, 6.9 a week: at such a pace it \
never clears.
So the same counts give anything from 10 June 2025 to 14 December 2026, or never.
To be clear by 30 September 2025 the count must fall by 95.7 a week, every week from 31 January 2024, after \
everything that comes in: 81% of the pace between the last two counts (117.4) and 172% of the pace since the \
first count (55.5).

What each two counts imply
from        to           first    last  weeks  a week  clear on
2022-09-30  2023-05-31  12,180  12,419   34.7    +6.9  never
2023-05-31  2024-01-31  12,419   8,310   35.0  -117.4  2025-06-10
2022-09-30  2024-01-31  12,180   8,310   69.7   -55.5  2026-12-14

Why a straight line misleads
A straight line through two counts takes one stretch of the past for the whole future. A count falls only by \
what is done beyond what comes in, and two counts show neither. Where work comes back, as a yearly review \
does, every case done now is one to do again in twelve months.
2 stretches between counts cannot tell chance from change, so no share of futures is given; that takes 6, or \
a case file.
"""


def _file(folder: Path, text: str) -> str:
    path = folder / "counts.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _answer(*words: str) -> dict[str, Any]:
    run = ehcp("forecast", "--snapshots", *words, "--format", "json")
    assert run.returncode == 0, said(run)
    answer: dict[str, Any] = json.loads(printed(run))
    return answer


def test_kent_on_one_page() -> None:
    """Each pair, the whole, what September 2025 takes, and why a straight line misleads."""
    assert printed(ehcp("forecast", "--snapshots", KENT, *REVIEWS, "--target", "2025-09-30")) == PAGE


def test_kent_as_data() -> None:
    """The same numbers as JSON; what needs cases is null."""
    answer = _answer(KENT, *REVIEWS, "--target", "2025-09-30")

    assert answer["as_at"] == "2024-01-31"
    assert answer["target"] == {
        "date": "2025-09-30", "needed_per_week": 95.67, "reviews_per_week": None,
        "capacity_p50": None, "capacity_p85": None, "policies": [],
    }  # fmt: skip
    assert [one["clear_on"] for one in answer["snapshots"]["pairs"]] == [None, "2025-06-10"]
    assert [one["per_week"] for one in answer["snapshots"]["pairs"]] == [6.88, -117.4]
    assert answer["snapshots"]["whole"]["clear_on"] == "2026-12-14"
    assert answer["snapshots"]["measure"] == "annual_reviews_past_12_months"
    assert (answer["clearance"], answer["now"], answer["rulebook"]) == (None, None, None)


def test_the_pairs_as_csv() -> None:
    """One line for each pair of counts."""
    run = ehcp("forecast", "--snapshots", KENT, *REVIEWS, "--format", "csv")

    assert list(csv.reader(io.StringIO(printed(run))))[1:] == [
        ["2022-09-30", "2023-05-31", "12180", "12419", "34.71", "6.88", ""],
        ["2023-05-31", "2024-01-31", "12419", "8310", "35.0", "-117.4", "2025-06-10"],
    ]


@pytest.mark.slow
def test_a_pipe_and_a_file_give_the_same_answer() -> None:
    """Standard input is a file without a name."""
    words = ("forecast", *REVIEWS, "--format", "csv", "--snapshots")
    piped = ehcp_apart(*words, "-", stdin=Path(KENT).read_bytes())

    assert piped.stdout == ehcp(*words, KENT).stdout


@pytest.mark.parametrize("day", ["2024-01-31", "2024-01-30"])
def test_a_target_that_is_not_after_the_last_count_is_refused(day: str) -> None:
    """The day of the last count and the day before are no targets; the day after is."""
    run = ehcp("forecast", "--snapshots", KENT, *REVIEWS, "--target", day)

    assert (run.returncode, run.stdout) == (2, b"")
    assert (
        said(run)
        == f"ehcp: --target {day}: not after 2024-01-31, where the forecast stands\ntry: give a later day\n"
    )
    assert ehcp("forecast", "--snapshots", KENT, *REVIEWS, "--target", "2024-02-01").returncode == 0


def test_a_target_must_also_lie_after_the_day_asked_about() -> None:
    """A target that was ahead of the count and has passed since is in the past."""
    run = ehcp("forecast", "--snapshots", KENT, *REVIEWS, "--as-at", "2025-10-01", "--target", "2025-09-30")

    assert said(run).startswith("ehcp: --target 2025-09-30: not after 2025-10-01")


def test_the_day_asked_about_stands_in_the_answer() -> None:
    """A later day makes the count old; an earlier one leaves counts out, and says so."""
    later = _answer(KENT, *REVIEWS, "--as-at", "2024-07-01")
    earlier = _answer(KENT, *REVIEWS, "--as-at", "2023-12-31")

    assert later["as_at"] == "2024-07-01"
    assert later["sentences"][0] == (
        "8,310 cases were counted on 31 January 2024; that is 21 weeks before 1 July 2024."
    )
    assert earlier["sentences"][0].startswith("12,419 cases were counted on 31 May 2023")
    assert earlier["snapshots"]["remarks"] == [
        "line 10: 2024-01-31 lies after the as-at date and is left out"
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--per-case",), "--per-case"),
        (("--save-list",), "--save-list"),
        (("--intake", "4"), "--intake"),
        (("--backtest",), "--backtest"),
        (("--policy", "split"), "--policy"),
        (("--clear-at", "5"), "--clear-at"),
        (("--narrowest", "draft"), "--narrowest"),
        (("--capacity", "+3"), "a what-if"),
        (("--requests", "+10%"), "a what-if"),
    ],
)
def test_what_counts_cannot_tell_is_refused(words: tuple[str, ...], told: str) -> None:
    """Nothing that was asked is silently left out."""
    run = ehcp("forecast", "--snapshots", KENT, *REVIEWS, *words)

    assert (run.returncode, run.stdout) == (2, b"")
    assert (
        said(run) == f"ehcp: {told} needs case files; counts cannot tell it\ntry: ehcp forecast cases.csv\n"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "date,count\n2025-01-01,10\n01/01/2025,12\n",
            (
                "lines 2 and 3 both count 2025-01-01, 10 and 12\n"
                "try: a backlog has one size a day: take out the line that is wrong"
            ),
        ),
        (
            "date,count\n2025-01-01,-4\n",
            "line 2: the count is below nothing\ntry: a number of cases is 0 or more",
        ),
        (
            "date,count\n2025-01-01,lots\n",
            "line 2: the count is not a whole number of cases\ntry: write it as 8310",
        ),
        (
            "date,count\n01/31/2025,4\n",
            (
                "line 2: the date is a date only if the month comes first\n"
                "try: dates are read day first; write it as YYYY-MM-DD or DD/MM/YYYY"
            ),
        ),
        ("", "is empty\ntry: begin the file with  date,count  and, if you have them, ,arrivals,completions"),
    ],
)
def test_a_bad_list_is_one_line_and_what_to_try(tmp_path: Path, text: str, told: str) -> None:
    """Exit 2 and no answer: never a traceback, never a nonsense date."""
    run = ehcp("forecast", "--snapshots", _file(tmp_path, text))

    assert (run.returncode, run.stdout) == (2, b"")
    assert said(run).endswith(f"{told}\n")
    assert len(said(run).splitlines()) == 2


@pytest.mark.parametrize(("size", "read"), [(10_000_000, True), (10_000_001, False)])
def test_a_list_of_more_than_ten_million_bytes_is_refused(tmp_path: Path, size: int, *, read: bool) -> None:
    """At the limit it is read; a byte more is no list of counts, and what one looks like is said."""
    head = "date,count\n2024-01-31,100\n2024-02-29,90"
    path = _file(tmp_path, head + "," * (size - len(head)))
    run = ehcp("forecast", "--snapshots", path, "--format", "json")

    assert run.returncode == (0 if read else 2)
    if not read:
        assert said(run) == f"ehcp: {path} is too large for a list of counts\ntry: one line for each count\n"


def test_a_file_that_is_not_there_is_one_line() -> None:
    """As for any file."""
    assert said(ehcp("forecast", "--snapshots", "nowhere.csv")) == (
        "ehcp: nowhere.csv: there is no such file\ntry: check the name and the folder\n"
    )


def test_counts_that_rise_have_no_date(tmp_path: Path) -> None:
    """Never, in the sentence and as null; a target still says what it takes."""
    path = _file(tmp_path, "date,count\n2025-01-01,100\n2025-02-05,110\n")
    answer = _answer(path, "--target", "2026-02-04")

    assert answer["sentences"][1].endswith(
        "the count rose by 10 in 5.0 weeks, 2.0 a week. At that pace it is never clear."
    )
    assert answer["snapshots"]["pairs"][0]["clear_on"] is None
    assert answer["target"]["needed_per_week"] == 2.12
    assert answer["sentences"][2].endswith(
        "after everything that comes in: between the last two counts it did not fall at all."
    )


def test_gaps_are_left_out_and_said(tmp_path: Path) -> None:
    """A month without a count is no nought."""
    path = _file(tmp_path, "date,count\n2025-01-31,100\n2025-02-28,\n2025-03-31,90\n")
    lines = printed(ehcp("forecast", "--snapshots", path)).splitlines()

    assert lines[-2:] == ["About the file", "Line 3: the count is blank, and the line is left out."]
    run = ehcp("forecast", "--snapshots", path, "--format", "csv")
    assert said(run) == "line 3: the count is blank, and the line is left out\n"


def test_one_count_has_no_rate(tmp_path: Path) -> None:
    """A single count still says what a target takes."""
    path = _file(tmp_path, "date,count\n2025-01-01,104\n")

    assert printed(ehcp("forecast", "--snapshots", path, "--target", "2025-12-31")).splitlines() == [
        "Forecast as at 1 January 2025",
        "104 cases were counted on 1 January 2025.",
        "A rate needs two counts.",
        (
            "To be clear by 31 December 2025 the count must fall by 2.0 a week, every week from "
            "1 January 2025, after everything that comes in."
        ),
    ]


def test_arrivals_are_never_left_out(tmp_path: Path) -> None:
    """Where the file says what came in, a target says how many must be done."""
    path = _file(tmp_path, "date,count,arrivals,completions\n2025-01-01,104,,\n2025-01-29,104,40,40\n")
    sentences = _answer(path, "--target", "2026-01-28")["sentences"]

    assert "With 10.0 a week coming in that is 12.0 to be done a week." in sentences
    assert any("as long as no more is done than comes in, it never clears." in one for one in sentences)


def test_seven_counts_carry_shares_of_futures(tmp_path: Path) -> None:
    """Six stretches are enough: dates in order, the same seed the same bytes, another seed another answer."""
    counts = [500, 470, 455, 410, 400, 360, 350]
    lines = "".join(f"2025-{month:02}-01,{count}\n" for month, count in enumerate(counts, 1))
    path = _file(tmp_path, f"date,count\n{lines}")
    words = ("forecast", "--snapshots", path, "--horizon", "520", "--runs", "1500", "--format", "json")
    clear = json.loads(printed(ehcp(*words)))["clearance"]

    assert "2025-07-01" < clear["p50"] < clear["p85"] < clear["p95"]
    assert ehcp(*words).stdout == ehcp(*words).stdout
    assert ehcp(*words, "--seed", "8").stdout != ehcp(*words).stdout
    assert any(
        one.startswith("Drawn at random from all stretches, so many") for one in _answer(path)["sentences"]
    )


def test_six_counts_carry_none(tmp_path: Path) -> None:
    """Five stretches are one too few, and that is said."""
    lines = "".join(f"2025-{month:02}-01,{600 - 50 * month}\n" for month in range(1, 7))
    answer = _answer(_file(tmp_path, f"date,count\n{lines}"))

    assert answer["clearance"] is None
    assert answer["sentences"][-1].startswith("5 stretches between counts cannot tell chance from change")


def test_the_page_fits_eighty_columns() -> None:
    """The table of pairs is the widest thing on it."""
    table = [line for line in PAGE.splitlines() if line.startswith(("from ", "20"))]
    section = Section(columns=(TableColumn("", "fixed"),), rows=tuple((line,) for line in table))

    assert max(map(len, terminal_text([section], width=80, colour=False).splitlines())) <= 80
