"""`ehcp quality`: what a person is told of a file's data, and what a script can follow month by month."""

import csv
import io
import json
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from ehcp_timeline.commands.quality.rules import quality_rules
from tests.cli.command import check_schema, ehcp, ehcp_apart, printed, said

WHEN = ("--as-at", "2026-01-15")
SAMPLE = Path(__file__).parents[2] / "data" / "annexA_fake_sen.xlsx"
CASES = """\
case_id,team,name,request_received,plan_issued
A,North,Kim CANARY,2/1/2003,20/12/2024
B,North,Kim CANARY,13/2/2025,TBC
C,South,Kim CANARY,,1/6/2025
"""


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """Return a file with 1,146 weeks, a plan without a request and a TBC."""
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    return str(path)


def test_what_a_person_is_told(cases: str) -> None:
    """The score and how it is made, groups, rules by gravity, how to go on; nothing on standard error."""
    run = ehcp("quality", cases, *WHEN, "--by", "team")

    assert (run.returncode, run.stderr) == (1, b"")
    lines = printed(run).splitlines()
    assert lines[:12] == [
        "Data quality as at 15 January 2026: score 50.0 of 100",
        f"{cases}: 3 rows, 1 with an error, 1 more with a warning.",
        "The score is the share of rows without an error; a row with only warnings counts half.",
        "Queries and faults of a whole column do not lower the score: they may be right.",
        "",
        "By team, the worst first",
        "team   rows  with error  with warning  score",
        "North     2           1             0   50.0",
        "South     1           0             1   50.0",
        "",
        "Found: 3 kinds of fault",
        "rule                  severity  faults  rows     %  why it matters",
    ]
    assert [line.split()[:4] for line in lines[12:15]] == [
        ["too-many-weeks", "error", "1", "1"],
        ["plan-without-request", "warning", "1", "1"],
        ["blank-words", "query", "1", "TBC"],
    ]
    assert lines[-1] == "To list the faults of a rule, add  --rule too-many-weeks"


def test_the_faults_of_a_rule(cases: str) -> None:
    """`--rule` lists them: row, case, what is wrong, what to try; as CSV with every key."""
    run = ehcp("quality", cases, *WHEN, "--rule", "too-many-weeks,blank words", "--format", "csv")

    assert list(csv.DictReader(io.StringIO(printed(run)))) == [
        {
            "file": cases,
            "row": "2",
            "case_id": "A",
            "group": "",
            "rule": "too-many-weeks",
            "severity": "error",
            "column": "plan_issued",
            "fault": "1,146 weeks from the request (2003-01-02) to plan_issued (2024-12-20)",
            "try": "check the year of both dates",
        },
        {
            "file": cases,
            "row": "",
            "case_id": "",
            "group": "",
            "rule": "blank-words",
            "severity": "query",
            "column": "plan_issued",
            "fault": "plan_issued holds words for a blank, in cells: 1",
            "try": "clear them",
        },
    ]


def test_a_list_on_a_page_is_cut_and_says_so(cases: str) -> None:
    """`--top` cuts what a person sees; every other format is complete."""
    words = ("quality", cases, *WHEN, "--rule", "all")

    assert "Faults: 1 of 3 shown" in printed(ehcp(*words, "--top", "1"))
    assert "Faults: 3\n" in printed(ehcp(*words))
    assert len(printed(ehcp(*words, "--top", "1", "--format", "ndjson")).splitlines()) == 3


def test_counts_to_follow(cases: str) -> None:
    """Without --rule the lines are counts: every rule that was looked at, noughts too, with the score."""
    rows = list(csv.DictReader(io.StringIO(printed(ehcp("quality", cases, *WHEN, "--format", "csv")))))
    mine = {row["rule"]: row for row in rows}

    assert {row["as_at"] for row in rows} == {"2026-01-15"}
    assert {row["score"] for row in rows} == {"50.0"}
    assert (mine["too-many-weeks"]["faults"], mine["too-many-weeks"]["percent"]) == ("1", "33.3")
    assert (mine["future-date"]["faults"], mine["future-date"]["faulty_rows"]) == ("0", "0")
    assert "too-old" not in mine


@pytest.mark.parametrize(
    "words", [(), ("--by", "team"), ("--rule", "all"), ("--by", "team", "--rule", "all")]
)
def test_the_answer_in_json(cases: str, words: tuple[str, ...]) -> None:
    """Valid by its published schema; score, files, groups, rules with their columns."""
    answer = json.loads(printed(ehcp("quality", cases, *WHEN, "--format", "json", *words)))

    check_schema(answer)
    assert answer["summary"] == {"rows": 3, "with_error": 1, "with_warning_only": 1, "score": 50.0}
    assert len(answer["groups"]) == (2 if "--by" in words else 0)
    assert len(answer["faults"]) == (3 if "--rule" in words else 0)
    (weeks,) = (one for one in answer["rules"] if one["id"] == "too-many-weeks")
    assert (weeks["faults"], weeks["columns"]) == (1, {"plan_issued": 1})
    assert "same-child" in answer["not_looked_at"]


def test_what_is_looked_for() -> None:
    """`--list-rules` needs no file, and tells every rule with its source."""
    run = ehcp("quality", "--list-rules", "--format", "json")
    answer = json.loads(printed(run))

    check_schema(answer)
    assert run.returncode == 0
    assert [one["id"] for one in answer["rules"]] == [rule.id for rule in quality_rules().rules]
    assert "Annex A rule 102b" in printed(ehcp("quality", "--list-rules"))


def test_the_annex_a_sample_and_its_dirt() -> None:
    """Gender 1 and 2, a place for a URN, a man of 33, a school that is not a code: each is listed."""
    faults = json.loads(printed(ehcp("quality", str(SAMPLE), *WHEN, "--rule", "all", "--format", "json")))[
        "faults"
    ]
    found = {(one["rule"], one["column"], one["row"]) for one in faults}

    assert {
        ("annex-a-codes", "gender", 2), ("annex-a-codes", "gender", 3), ("annex-a-urn", "main_urn", 2),
        ("annex-a-urn", "main_urn", 3), ("annex-a-upn", "upn", 2), ("too-old", "date_of_birth", 2),
        ("annex-a-excluded-often", "exclusions", 2),
    } <= found  # fmt: skip
    assert "wills_upn" not in json.dumps(faults)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 1),
        (("--fail-on", "none"), 0),
        (("--fail-on", "query"), 1),
        (("--exit-zero",), 0),
        (("--fail-on", "bad"), 2),
        (("--rule", "bad"), 2),
        (("--by", "bad"), 2),
    ],
)
def test_exit_codes(cases: str, words: tuple[str, ...], code: int) -> None:
    """1 if something is found that --fail-on asks about."""
    assert ehcp("quality", cases, *WHEN, *words).returncode == code


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        ("case_id,team\nA,x\n", "query", 2),
        ("case_id,request_received\nA,5/1/2026\n", "query", 0),
        ("case_id,request_received,plan_issued\nA,,1/6/2025\n", "error", 0),
        ("case_id,request_received,plan_issued\nA,,1/6/2025\n", "warning", 1),
        ("case_id,request_received\nA,5/1/2026\nA,5/1/2026\n", "error", 3),
        ("case_id,request_received\nA,5/1/2026\nA,5/1/2026\n", "none", 3),
        ("case_id,request_received\nA,5/1/2026\nA,5/1/2026\n", "warning", 1),
    ],
)
def test_gravity_and_rows_that_are_not_judged(tmp_path: Path, text: str, fail_on: str, code: int) -> None:
    """A warning is no error; a repeated row is a warning, and not judged; a file without dates is refused."""
    (tmp_path / "cases.csv").write_text(text)

    assert ehcp("quality", str(tmp_path / "cases.csv"), *WHEN, "--fail-on", fail_on).returncode == code


def test_no_name_is_printed(cases: str) -> None:
    """In no format."""
    for form in ("plain", "json", "csv", "ndjson", "md"):
        assert "CANARY" not in printed(ehcp("quality", cases, *WHEN, "--rule", "all", "--format", form))


def test_a_workbook_of_faults(cases: str, tmp_path: Path) -> None:
    """`-o faults.xlsx` is a list to work through."""
    run = ehcp("quality", cases, *WHEN, "--rule", "all", "-o", str(tmp_path / "faults.xlsx"))

    assert run.returncode == 1
    assert (tmp_path / "faults.xlsx").read_bytes().startswith(b"PK")


def test_a_workbook_of_counts_holds_the_score_as_a_number(cases: str, tmp_path: Path) -> None:
    """`-o counts.xlsx` without --rule: fractions are numbers that can be added up."""
    run = ehcp("quality", cases, *WHEN, "-o", str(tmp_path / "counts.xlsx"))
    rows = openpyxl.load_workbook(tmp_path / "counts.xlsx")["list"].iter_rows(max_col=6, values_only=True)

    assert (run.returncode, next(rows)) == (1, ("As at", "File", "Group", "Rows", "Score", "Rule"))
    assert {row[4] for row in rows} == {50}


@pytest.mark.slow
def test_from_standard_input(cases: str) -> None:
    """A pipe in, text out."""
    run = ehcp_apart("quality", "-", *WHEN, stdin=Path(cases).read_bytes())

    assert printed(run).splitlines()[1].startswith("-: 3 rows, 1 with an error")


def test_without_a_file() -> None:
    """One line that says what is missing."""
    run = ehcp("quality")

    assert (run.returncode, said(run)) == (2, "ehcp: missing argument 'FILE'\ntry: ehcp quality --help\n")
