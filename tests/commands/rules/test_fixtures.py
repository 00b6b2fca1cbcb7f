"""`ehcp rules test` as a person and as CI meet it: TOML and CSV, reasons, formats, updates, exit codes."""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.command import check_schema, ehcp, printed, said

ROOT = Path(__file__).parents[3]
PLAN = """
[[case]]
name = "A plan issued on the last day is in time"
as_at = 2026-01-15
given = { request_received = 2025-01-06, plan_issued = 2025-05-26 }
expect."plan.issue" = { due = 2025-05-26, verdict = "met" }

[[case]]
name = "A plan issued the day after is late"
as_at = 2026-01-15
given = { request_received = 2025-01-06, plan_issued = 2025-05-27 }

  [case.expect."plan.issue"]
  verdict = "late"
  days_late = 1

  [case.expect."assess.decide"]
  verdict = "late"
"""
HEAD = "case_id,as_at,request_received,no_plan_notified,plan_issued,expect.assess.no_plan,expect.plan.issue"
RIGHT = (
    "A-1,2026-01-15,2025-04-02,2025-10-21,,late 90,",
    "A-2,15/01/2026,06/01/2025,,26/05/2025,,met 2025-05-26",
    "A-3,2026-01-15,2025-01-06,,2025-05-27,not-owed,late 1",
    "A-4,2026-01-15,,,2025-05-27,not-started,not started",
    "A-5,2025-05-20,2025-01-06,,,,running 6 days due 2025-05-26",
)


def _toml(folder: Path, text: str = PLAN) -> Path:
    path = folder / "cases.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _csv(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "cases.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_without_a_path_the_statute_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the project every golden case passes."""
    monkeypatch.chdir(ROOT)
    run = ehcp("rules", "test")

    assert (run.returncode, run.stdout) == (0, b"")
    assert said(run).endswith(" cases, 0 wrong\n")


def test_without_a_path_and_without_the_statute_it_asks_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere there is nothing to test by default."""
    monkeypatch.chdir(tmp_path)
    run = ehcp("rules", "test")

    assert run.returncode == 2
    assert said(run) == (
        "ehcp: there is no tests/statute here\ntry: name the fixtures: ehcp rules test PATH\n"
    )


def test_a_case_file_may_say_what_it_expects(tmp_path: Path) -> None:
    """Verdicts, days, due days and several at once, for each row, as at its own day."""
    run = ehcp("rules", "test", str(_csv(tmp_path, *RIGHT)))

    assert (run.returncode, printed(run)) == (0, "")
    assert said(run).endswith("5 cases, 0 wrong\n")


@pytest.mark.parametrize(
    ("place", "was", "written", "said_of_it"),
    [
        (0, "late 90", "late 89", "expected verdict late, days_late 89, got verdict late, days_late 90"),
        (1, "met", "late", "expected verdict late, due 2025-05-26, got verdict met, due 2025-05-26"),
        (1, "met 2025-05-26", "met 2025-05-27", "met, due 2025-05-27, got verdict met, due 2025-05-26"),
        (3, "not started", "late", "expected clocks 1, got clocks 0"),
        (4, "running 6", "running 7", "got verdict running, due 2025-05-26, days_left 6"),
    ],
)
def test_a_wrong_cell_is_named_by_its_line(
    tmp_path: Path, place: int, was: str, written: str, said_of_it: str
) -> None:
    """File, line, case, deadline, what was expected and what came; the steps stand below."""
    row = RIGHT[place].replace(was, written)
    other = RIGHT[1] if place == 0 else RIGHT[0]
    run = ehcp("rules", "test", str(_csv(tmp_path, other, row)))
    lines = printed(run).splitlines()

    assert run.returncode == 1
    assert lines[0].startswith(f"cases.csv:3: case {row[:3]}: ")
    assert lines[0].endswith(said_of_it)
    assert lines[1].startswith("    1. Duty: ")
    assert said(run).endswith("2 cases, 1 wrong\n")


def test_repeating_duties_are_expected_clock_by_clock(tmp_path: Path) -> None:
    """Two review years on one row are two expectations, in order of their start."""
    head = "case_id,as_at,plan_issued,review_decided,expect.review.annual"
    right = ehcp(
        "rules", "test", str(_csv(tmp_path, "A,2024-06-01,2023-03-10,2024-03-20,late 11; running", head=head))
    )
    wrong = ehcp(
        "rules", "test", str(_csv(tmp_path, "A,2024-06-01,2023-03-10,2024-03-20,late 11", head=head))
    )

    assert right.returncode == 0
    assert "expected clocks 1, got clocks 2" in printed(wrong)


def test_the_rows_of_a_case_expect_each_for_itself(tmp_path: Path) -> None:
    """An episode's expectation is about the clocks on its own row."""
    head = "case_id,as_at,request_received,plan_issued,withdrawn,expect.plan.issue"
    rows = ("A,2026-01-15,2024-01-08,,2024-02-01,not-owed", "A,2026-01-15,2025-01-06,2025-05-27,,late 1")

    assert ehcp("rules", "test", str(_csv(tmp_path, *rows, head=head))).returncode == 0


@pytest.mark.parametrize(
    ("was", "written", "fault"),
    [
        (
            "plan.issue",
            "plan.isue",
            "expect.plan.isue: unknown deadline 'plan.isue'; did you mean plan.issue?",
        ),
        ("expect.", "wants.", "has no column expect.<deadline>, as expect.plan.issue"),
        (
            "late 90",
            "lte 90",
            "'lte' is not a verdict, number of days or date as 2025-07-23; did you mean late?",
        ),
        (
            "late 90",
            "90",
            "line 2.expect.assess.no_plan: 90 needs a verdict that has days; write late 90, or",
        ),
        ("2026-01-15", "soon", "line 2.as_at: soon is not a date; write it as YYYY-MM-DD or DD/MM/YYYY"),
    ],
)
def test_a_case_file_that_cannot_be_understood_is_no_failure(
    tmp_path: Path, was: str, written: str, fault: str
) -> None:
    """A misspelt column or expectation is exit 2, with place and advice."""
    row, head = (text.replace(was, written) for text in (RIGHT[0], HEAD))
    run = ehcp("rules", "test", str(_csv(tmp_path, row, head=head)))

    assert run.returncode == 2
    assert fault in said(run)


def test_a_folder_is_searched_for_fixtures_alone(tmp_path: Path) -> None:
    """Local rulebooks and case files that expect nothing may lie beside them."""
    _toml(tmp_path, PLAN.split("\n[[case]]")[1].join(("\n[[case]]", "")))
    _csv(tmp_path, *RIGHT)
    (tmp_path / "ours.toml").write_text('[[event]]\nid = "x"\nsays = "y"\n')
    (tmp_path / "real.csv").write_text("case_id,request_received\nA-1,2025-01-06\n")
    run = ehcp("rules", "test", str(tmp_path))

    assert (run.returncode, said(run)) == (0, "6 cases, 0 wrong\n")


def test_every_format_tells_the_same_failure(tmp_path: Path) -> None:
    """JSON, JUnit, SARIF and GitHub's annotations name file, line, case and reasons."""
    path = str(_toml(tmp_path))
    as_json = json.loads(printed(ehcp("rules", "test", path, "--format", "json")))
    junit = ET.fromstring(printed(ehcp("rules", "test", path, "--format", "junit")))
    sarif = json.loads(printed(ehcp("rules", "test", path, "--format", "sarif")))
    github = printed(ehcp("rules", "test", path, "--format", "github"))

    check_schema(as_json)
    (failure,) = as_json["failures"]
    assert (as_json["cases"], as_json["wrong"]) == (2, 1)
    assert (failure["line"], failure["deadline"]) == (8, "assess.decide")
    assert (failure["expected"], failure["got"]) == ({"verdict": "late"}, {"verdict": "unknown"})
    assert failure["why"][0].startswith("1. Duty: ")
    assert [one.attrib["name"] for one in junit.iter("testcase")] == [
        "A plan issued on the last day is in time",
        "A plan issued the day after is late",
    ]
    assert len(list(junit.iter("failure"))) == 1
    assert sarif["runs"][0]["results"][0]["ruleId"] == "assess.decide"
    assert github.startswith(
        f"::error file={path},line=8,title=A plan issued the day after is late::assess.decide: "
    )
    assert github.count("\n") == 1


def test_update_shows_the_difference_and_writes_nothing(tmp_path: Path) -> None:
    """The change is a unified diff of the values alone; the file stays as it is."""
    text = PLAN.replace("days_late = 1", "days_late = 3").replace(
        '\n  [case.expect."assess.decide"]\n  verdict = "late"\n', ""
    )
    path = _toml(tmp_path, text)
    run = ehcp("rules", "test", str(path), "--update")

    assert run.returncode == 1
    assert "-  days_late = 3\n+  days_late = 1\n" in printed(run)
    assert path.read_text(encoding="utf-8") == text
    assert "nothing is written; read the difference, then add --yes" in said(run)


def test_update_with_yes_writes_and_then_passes(tmp_path: Path) -> None:
    """TOML inline and in tables, CSV cells: only what differs is changed."""
    toml = _toml(
        tmp_path,
        PLAN.replace("days_late = 1", "days_late = 3")
        .replace("due = 2025-05-26,", "due = 2025-05-20,")
        .replace('verdict = "met"', 'verdict = "late"')
        .replace('\n  [case.expect."assess.decide"]\n  verdict = "late"\n', ""),
    )
    cells = _csv(tmp_path, RIGHT[0].replace("late 90", "met"), *RIGHT[1:])
    run = ehcp("rules", "test", str(toml), str(cells), "--update", "--yes")

    assert run.returncode == 0
    assert 'expect."plan.issue" = { due = 2025-05-26, verdict = "met" }' in toml.read_text(encoding="utf-8")
    assert "  days_late = 1\n" in toml.read_text(encoding="utf-8")
    assert next(csv.DictReader(cells.read_text().splitlines()))["expect.assess.no_plan"] == "late"
    assert cells.read_text(encoding="utf-8").splitlines()[2:] == list(RIGHT[1:])
    assert ehcp("rules", "test", str(toml), str(cells)).returncode == 0


def test_what_update_cannot_change_is_left_to_a_person(tmp_path: Path) -> None:
    """A wrong number of clocks is not a value: the case is named, and the exit code stays 1."""
    head = "case_id,as_at,plan_issued,review_decided,expect.review.annual"
    path = _csv(tmp_path, "A,2024-06-01,2023-03-10,2024-03-20,late 11", head=head)
    run = ehcp("rules", "test", str(path), "--update", "--yes")

    assert run.returncode == 1
    assert f"{path}:2: case A: change this one by hand" in said(run)


def test_yes_alone_is_refused() -> None:
    """Nothing is written by a flag whose partner is missing."""
    run = ehcp("rules", "test", "--yes")

    assert run.returncode == 2
    assert said(run) == "ehcp: --yes goes with --update\ntry: add --update to see the change first\n"


def test_fixtures_of_a_local_rulebook(tmp_path: Path) -> None:
    """A case may give the rulebook's own events and expect its deadlines."""
    text = """
    [[case]]
    name = "A letter of Friday before a bank holiday is answered by the next Monday"
    as_at = 2025-06-03
    given = { contact_received = 2025-05-23 }
    expect."local.contact" = { due = 2025-06-02, verdict = "overdue", days_late = 1 }
    """
    rules = ROOT / "examples" / "local-promises.toml"

    assert ehcp("rules", "test", str(_toml(tmp_path, text)), "--rules", str(rules)).returncode == 0
    assert ehcp("rules", "test", str(_toml(tmp_path, text))).returncode == 2


def test_a_rulebook_with_faults_has_failed(tmp_path: Path) -> None:
    """The rulebook is what is tested: what keeps it from being read fails in every format."""
    broken = tmp_path / "ours.toml"
    broken.write_text('[[deadline]]\nsupersedes = "plan.issue"\n')
    words = ("rules", "test", str(_toml(tmp_path)), "--rules", str(broken))
    run = ehcp(*words)
    as_json = json.loads(printed(ehcp(*words, "--format", "json")))

    assert run.returncode == 1
    assert f"{broken}: supersedes plan.issue: law is missing" in printed(run)
    assert said(run) == "the rulebook has 2 faults; no case was judged\n"
    check_schema(as_json)
    assert [one["rule"] for one in as_json["others"]] == ["rulebook", "rulebook"]
    assert (
        printed(ehcp(*words, "--format", "github")).count("::error title=The rulebook cannot be read::") == 2
    )
    assert len(list(ET.fromstring(printed(ehcp(*words, "--format", "junit"))).iter("failure"))) == 2


def test_a_local_rulebook_that_is_not_there_cannot_be_tested(tmp_path: Path) -> None:
    """A misspelt path is exit 2, as everywhere."""
    run = ehcp("rules", "test", str(_toml(tmp_path)), "--rules", str(tmp_path / "nothing.toml"))

    assert run.returncode == 2
    assert "there is no such file" in said(run)
