"""The benchmarks compare what gives the same answers, and keep their results; nothing here is timed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from measuring import Answer, Measured, agreed, page_answer
from national import AS_AT, COUNCIL, DATES, PLANNED, council
from processes import Cost, run
from results import merged, ratio, section_text
from sections import SECTIONS, Cases, Section, Target, Variant

HERE = Path(__file__).parents[1] / "benchmarks"
PAGE = """EHC plan time limits as at 31 December 2024
cases.csv: 2 rows, 2 judged.

Final plan, 20 weeks: 1 of 2 overdue, 1 done too early
case  due         how it stands                   deadline
A-2   2022-05-26  950 days late                   plan.issue
A-3   2021-05-07  1 day too early, on 2021-05-06  plan.window

Annual review, 12 months: 1 of 1,000 overdue
case  due         how it stands    deadline       district
A-1   2020-05-14  1,092 days late  review.annual  North 2

The deadlines, and how many are overdue in the whole file
deadline       overdue  what is owed
plan.window             Give the family at least 15 days
plan.issue           2  Send the finalised plan
review.annual    1,000  Complete the review of the plan
"""
COUNTED = Answer(
    {
        "plan.issue": {"late": 7, "overdue": 2},
        "review.annual": {"overdue": 1000},
        "plan.window": {"early": 1},
    },
    [(3, "review.annual", 1092), (2, "plan.issue", 950)],
)


@pytest.mark.slow
def test_peers_written_by_hand_give_the_answers_of_check(tmp_path: Path) -> None:
    """On a council's 20,000 rows, polars by hand and row by row say what `check` and its full list say."""
    results = tmp_path / "RESULTS.md"
    command = [sys.executable, str(HERE / "run.py"), "--sections", "council", "--rounds", "1"]
    chosen = [
        "--variants",
        "check,parquet-list,polars,naive",
        "--data",
        str(tmp_path),
        "--results",
        str(results),
    ]

    done = subprocess.run([*command, *chosen], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.count("council 1/1")) == (0, 4), done.stderr
    assert "4 of these are held to the same answers, and give them." in results.read_text(encoding="utf-8")


def test_a_page_says_what_is_overdue_and_which_are_the_worst() -> None:
    """Counts by deadline and the worst are read from a page of `check`, and from no other of its lists."""
    assert page_answer(PAGE) == COUNTED.as_page()


def test_answers_that_differ_stop_the_run() -> None:
    """One clock more, or other days late, is an error that names both; a page is held to what it can say."""
    fewer = Answer({**COUNTED.verdicts, "plan.issue": {"late": 6, "overdue": 2}}, COUNTED.worst)
    later = PAGE.replace("  950 days", "  951 days")

    assert agreed({"list": COUNTED, "check": page_answer(PAGE), "polars": COUNTED}) == 3
    with pytest.raises(RuntimeError, match=r"^pandas and list differ"):
        agreed({"check": page_answer(PAGE), "list": COUNTED, "pandas": fewer})
    with pytest.raises(RuntimeError, match=r"^check and list differ"):
        agreed({"check": page_answer(later), "list": COUNTED})


def test_checks_that_differ_stop_the_run() -> None:
    """Peers that check the file find the same in it; those without checks are held to the clocks alone."""
    found = {"bad": [(6, "request_received", "31/02/2024")], "repeated": [9], "open_order": []}
    other = {**found, "repeated": []}
    checked, differs = (Answer(COUNTED.verdicts, COUNTED.worst, checks=checks) for checks in (found, other))

    assert agreed({"list": COUNTED, "polars": COUNTED, "polars-checked": checked, "pandas": checked}) == 4
    with pytest.raises(RuntimeError, match=r"^the checks of pandas and polars-checked differ"):
        agreed({"list": COUNTED, "polars-checked": checked, "pandas": differs})


def test_a_peer_names_what_its_checks_find(tmp_path: Path) -> None:
    """A cell that is no date, a row that stands again, a column without a day after the twelfth."""
    names = ["case_id", *DATES, "exception_recorded", "order_kind", "review_outcome", "transfer_kind", "team"]
    row: dict[str, str | None] = {**dict.fromkeys(names), "case_id": "A-1", "request_received": "13/01/2024"}
    bad = row | {"case_id": "A-2", "request_received": "31/02/2024", "plan_issued": "12/04/2024"}
    path = tmp_path / "cases.csv"
    pl.DataFrame([row, bad, row]).write_csv(path)
    peer = str(HERE / "peers" / "polars_by_hand.py")

    said = run([sys.executable, peer, str(path), "2024-12-31", "checked"])[1]

    assert json.loads(said)["checks"] == {
        "bad": [[3, "request_received", "31/02/2024"]],
        "repeated": [4],
        "open_order": ["plan_issued"],
    }


def test_rows_a_second_go_by_the_processor_of_check() -> None:
    """A million rows in 8 seconds of processor are 125,000 a second of one core, whatever the clock says."""
    variant = Variant("check", "the one", (Cases(1_000_000),))

    text = section_text(
        Measured(Section("s", "A title", (variant,)), {"check": Cost(5.0, 8.0, 1.0)}, 5, (), 0), 0
    )

    assert text.endswith("\n\n`ehcp check` judges 125,000 rows a second of one core, with full checks.\n")


@pytest.mark.slow
def test_a_sampled_run_names_its_threads_and_folders() -> None:
    """The whole run is sampled: its main thread judges, and nothing of it ends in an error."""
    done = subprocess.run(
        [sys.executable, str(HERE / "sampled.py"), "20000"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("20,000 rows, sampled: ")
    assert re.search(
        r"^MainThread\n(?: +\d+\.\d\d s  .*\n)*? +\d+\.\d\d s  audit/bulk$", done.stdout, re.MULTILINE
    )


def test_a_file_is_the_same_each_time_and_knows_no_future() -> None:
    """The same council comes out twice; only what is planned lies after the as-at date."""
    once = council(0)
    past = [name for name in DATES if name not in PLANNED]
    days = once.select(pl.col(past).str.to_date("%d/%m/%Y"))

    assert once.height == COUNCIL
    assert once.equals(council(0))
    assert max(day for day in days.max().row(0) if day) <= AS_AT


def test_a_process_that_fails_is_told_with_its_words() -> None:
    """An exit that is none of `ehcp`'s answers is an error; what overdue clocks end with is not."""
    assert run([sys.executable, "-c", "print(7); raise SystemExit(1)"])[1] == "7\n"
    with pytest.raises(RuntimeError, match="ended with 2:\nno such thing"):
        run([sys.executable, "-c", "import sys; sys.stderr.write('no such thing'); raise SystemExit(2)"])


@pytest.mark.parametrize(
    ("wall", "at_least", "said"),
    [
        (3.0, False, "3.00 | 2.00 | at most 3 | met"),
        (3.01, False, "3.01 | 2.00 | at most 3 | **missed**"),
        (3.0, True, "3.00 | 2.00 | at least 3 | met"),
        (2.99, True, "2.99 | 2.00 | at least 3 | **missed**"),
    ],
)
def test_a_limit_that_is_just_reached_is_met(wall: float, at_least: bool, said: str) -> None:
    """At the limit is met, a hundredth beyond is missed, both ways; the CPU's ratio stands beside it."""
    variants = (Variant("a", "the one", ()), Variant("b", "the other", ()))
    target = Target("one against the other", {"a": 1}, {"b": 1}, 3, at_least=at_least)
    costs = {"a": Cost(wall, 2.0, 10.0), "b": Cost(1.0, 1.0, 20.0)}

    text = section_text(Measured(Section("s", "A title", variants, (target,)), costs, 5, (), 2), 0.25)

    assert text.startswith("## A title\n\n5 rounds in turns, medians.")
    assert f"| the one | {wall:.2f} | 2.00 | 10 | 1.00 |\n" in text
    assert f"| one against the other | {said} |\n" in text


def test_a_ratio_weighs_its_parts_and_needs_them_all() -> None:
    """Five floors and 1.2 writes are added up; memory goes by the peak; without one of them there is none."""
    costs = {"list": Cost(6.2, 9.0, 70.0), "floor": Cost(1.0, 1.0, 35.0), "writes": Cost(1.0, 2.0, 5.0)}
    budget = Target("", {"list": 1}, {"floor": 5, "writes": 1.2}, 1)

    assert ratio(budget, costs, "wall") == pytest.approx(1.0)
    assert ratio(Target("", {"list": 1}, {"floor": 1}, 1.75, memory=True), costs, "peak") == 2.0
    assert ratio(Target("", {"list": 1}, {}, 7), costs, "wall") == 6.2
    assert ratio(budget, {"list": costs["list"]}, "wall") is None


def test_results_keep_the_sections_that_did_not_run() -> None:
    """A section replaces its own last result and no other; the order is always the same."""
    council_title, england_title = SECTIONS["council"].title, SECTIONS["england"].title
    first = merged("", {england_title: f"## {england_title}\n\nold\n"}, "a machine", "versions")
    second = merged(first, {council_title: f"## {council_title}\n\nnew\n"}, "another", "versions")

    headings = [line for line in second.splitlines() if line.startswith("## ")]

    assert headings == ["## Machine", f"## {council_title}", f"## {england_title}"]
    assert second.endswith(f"## {england_title}\n\nold\n")
    assert "another" in second
    assert "a machine" not in second
    assert merged(second, {}, "another", "versions") == second
