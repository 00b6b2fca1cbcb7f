"""Files as councils make them: each is read for what it says, and what is not read is named."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cases.formats.sen2.made import person, request, xml
from tests.cli.command import ehcp, printed, said

ODD = Path(__file__).parents[1] / "cases" / "odd"
DECIDE, ISSUE = "assess.decide", "plan.issue"
MET = {"A-1": "met", "A-2": "overdue"}


def checked(name: str, as_at: str, *words: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the answer of `ehcp check`, every verdict listed."""
    (path,) = ODD.glob(f"{name}_*")
    run = ehcp("check", str(path), "--as-at", as_at, "--include", "all", "--format", "json", *words)
    return run.returncode, json.loads(printed(run))


def verdicts(answer: Mapping[str, Any], deadline: str) -> dict[str, str]:
    """Return case to verdict of one deadline."""
    return {one["case_id"]: one["verdict"] for one in answer["findings"] if one["deadline"] == deadline}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rows", "decide", "issue", "problems"),
    [
        (
            "04",
            (3, 1),
            {"A-2": "met"},
            {"A-2": "overdue"},
            ['"Annual reviews" looks like', "a second table, with other headings in row 5"],
        ),
        (
            "05",
            (3, 3),
            {"A-1": "unknown", "A-2": "met", "A-3": "unknown"},
            {"A-1": "unknown", "A-2": "overdue", "A-3": "unknown"},
            ['B2: "2025-06-10" may have day and month swapped', 'C4: "2026-09-01" may have'],
        ),
        ("13", (2, 2), {"00123": "met", "00124": "met"}, {"00123": "met", "00124": "overdue"}, []),
        ("14", (1, 1), {"A-1": "met"}, {"A-1": "met"}, []),
        (
            "16",
            (2, 2),
            {"A-1": "met", "A-2": "met"},
            MET,
            ["belongs to a text box", '"2" looks like a heading'],
        ),
        (
            "17",
            (3, 3),
            {"A-1": "met", "A-2": "met", "A-3": "overdue"},
            {"A-1": "met", "A-2": "overdue", "A-3": "running"},
            ["the row repeats the headings", '"Page 1 of 2" looks like a heading or a note'],
        ),
        (
            "18",
            (4, 4),
            {"A-1": "unknown", "A-2": "overdue", "A-3": "overdue", "A-4": "overdue"},
            {"A-1": "unknown", "A-2": "running", "A-3": "running", "A-4": "running"},
            ["######## is what Excel shows where a column is too narrow"],
        ),
        ("22", (2, 2), {"A-1": "met", "A-2": "met"}, MET, []),
        (
            "23",
            (2, 2),
            {"A-1": "unknown", "A-2": "unknown"},
            {"A-1": "unknown", "A-2": "unknown"},
            ["D3: the cell holds a formula that was never calculated"],
        ),
        (
            "24",
            (3, 3),
            {"A-1": "met", "A-2": "met", "A-3": "met"},
            MET | {"A-3": "overdue"},
            ["1 row hidden"],
        ),
        (
            "28",
            (2, 2),
            {"A-1": "unknown", "A-2": "unknown"},
            {"A-1": "unknown", "A-2": "overdue"},
            ['B3: "2025-12" is a month without a day: judged at both ends, 2025-12-01 and 2025-12-31'],
        ),
        (
            "29",
            (2, 2),
            {"A-2": "met", "A-3": "met"},
            {"A-2": "overdue", "A-3": "overdue"},
            ['"see notes" is not a date'],
        ),
    ],
)
def test_what_is_odd_is_read_or_named(
    name: str, rows: tuple[int, int], decide: dict[str, str], issue: dict[str, str], problems: list[str]
) -> None:
    """The right verdicts, the right number of rows, and every oddity in the problems."""
    code, answer = checked(name, "2026-06-01")

    (read,) = answer["input"]
    assert (read["rows"], read["judged"]) == rows
    assert (verdicts(answer, DECIDE), verdicts(answer, ISSUE)) == (decide, issue)
    told = "\n".join(problem["problem"] for problem in answer["problems"])
    assert all(words in told for words in problems)
    overdue = "overdue" in {*decide.values(), *issue.values()}
    assert code == (1 if overdue else 3 if problems else 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "as_at", "decide", "issue"),
    [
        ("01", "2026-06-01", {}, {}),
        (
            "02",
            "2026-06-01",
            {"A-1": "met", "A-2": "unknown", "A-3": "unknown", "A-4": "unknown"},
            {"A-1": "not-owed", "A-2": "not-owed", "A-3": "unknown", "A-4": "met"},
        ),
        ("06", "2026-01-15", {"A-1": "unknown", "A-2": "overdue"}, {"A-1": "unknown", "A-2": "overdue"}),
        ("12", "2026-06-01", {"00412": "met"}, {"00412": "met"}),
        ("19", "2026-06-01", {"A-1": "unknown", "A-2": "met"}, {"A-1": "unknown", "A-2": "met"}),
        ("25", "2026-06-01", {"A-1": "unknown"}, {"A-1": "unknown"}),
        ("26", "2026-06-01", {}, {}),
    ],
)
def test_no_breach_hangs_on_what_was_not_read(
    name: str, as_at: str, decide: dict[str, str], issue: dict[str, str]
) -> None:
    """A clock is unknown where a heading or a cell that may have stopped it was not read; exit 3, not 0."""
    code, answer = checked(name, as_at)

    assert (verdicts(answer, DECIDE), verdicts(answer, ISSUE)) == (decide, issue)
    overdue = "overdue" in {*decide.values(), *issue.values()}
    assert code == (1 if overdue else 0 if name == "12" else 3)


def test_an_assessment_beside_its_request_makes_no_breach() -> None:
    """It is named by line and path, and the plan that it holds is unknown, not overdue."""
    code, answer = checked("03", "2026-01-15")

    assert verdicts(answer, ISSUE) == {"X000000000004": "unknown"}
    assert verdicts(answer, DECIDE) == {"X000000000004": "met"}
    told = [problem["problem"] for problem in answer["problems"]]
    belongs = "is not where it belongs, inside Requests, and is not read"
    assert f"line 1: Message/Persons/Person/Assessment {belongs}" in told
    assert f"line 1: Message/Persons/Person/ActivePlans {belongs}" in told
    assert code == 3


@pytest.mark.parametrize("born", ["2015-02-29", "2015-02-28"])
def test_a_date_of_birth_hides_no_deadline(tmp_path: Path, born: str) -> None:
    """A refusal without its date is unknown and sets no 3, whether or not the birth date can be read."""
    refused = request({"receiveddate": "2025-06-01", "requestoutcome": "N"})
    (tmp_path / "return.xml").write_bytes(xml([person("A1", refused, personbirthdate=born)]))

    run = ehcp("check", str(tmp_path / "return.xml"), "--as-at", "2026-01-15", "--format", "json")

    assert (verdicts(json.loads(printed(run)), DECIDE), run.returncode) == ({"A1": "unknown"}, 0)


def test_one_case_is_not_two_and_two_are_not_one() -> None:
    """Spellings of one number are one case; a shortened number is none; what is only alike is warned of."""
    _, answer = checked("07", "2026-06-01")

    overdue = [one["case_id"] for one in answer["findings"] if one["verdict"] == "overdue"]
    assert overdue == ["00123"]
    assert (answer["input"][0]["rows"], answer["input"][0]["judged"]) == (8, 6)
    told = "\n".join(problem["problem"] for problem in answer["problems"])
    assert '"SEN-45" and "sen-45" (row 6) are read as one case' in told
    assert '"00123" and "123" (row 9) may be one case; they are kept apart' in told
    assert told.count('"1.23E+12" is a number that Excel shortened') == 2


def test_a_second_sheet_is_read_beside_the_first() -> None:
    """The review that stands only there is overdue."""
    _, answer = checked("08", "2026-06-01")

    assert verdicts(answer, "review.decide") == {"B-1": "overdue"}
    assert verdicts(answer, ISSUE) == {"A-1": "met"}


def test_a_sheet_may_be_picked() -> None:
    """With it, only that sheet is read."""
    _, answer = checked("08", "2026-06-01", "--sheet", "Annual Reviews")

    assert {one["case_id"] for one in answer["findings"]} == {"B-1"}
    assert answer["problems"] == []


def test_two_rows_of_headings_are_one_header() -> None:
    """The final plan under the group "Plan" is read; what is not sure leaves no all-clear."""
    code, answer = checked("09", "2026-06-01")

    assert verdicts(answer, ISSUE)["A-1"] == "met"
    assert (answer["input"][0]["rows"], code) == (2, 3)


def test_a_word_for_a_code_names_the_code() -> None:
    """`No` is not a lost date."""
    _, answer = checked("20", "2026-01-15")

    told = {(one["row"], one["problem"], one["try"]) for one in answer["problems"]}
    assert (
        3,
        '"NO" is not a code of RequestOutcome',
        "did you mean N (decided not to assess)?",
    ) in told


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("15_whole_row_quoted.csv", "every line is wrapped in one pair of quotation marks"),
        ("21_cin_not_sen2.xml", "is a CIN census return, not SEN2"),
    ],
)
def test_what_cannot_be_read_is_named_as_what_it_is(name: str, words: str) -> None:
    """In one line, with what to do."""
    run = ehcp("check", str(ODD / name), "--as-at", "2026-06-01")

    assert run.returncode == 2
    assert words in said(run)


def test_the_ugly_day() -> None:
    """No false breach, and every sheet, total, note, group and unreadable cell is named."""
    _, answer = checked("27", "2026-06-01")

    assert not any(one["verdict"] == "overdue" for one in answer["findings"])
    told = "\n".join(problem["problem"] for problem in answer["problems"])
    for words in (
        'sheet "Annual Reviews" is read too',
        'sheet "Leavers" (1 row) was not read',
        'sheet "Lists" (3 rows) was not read',
        'row 10: "North total" looks like a total',
        'row 5: "Team North" looks like a heading',
        'row 20: "Key: red = overdue; green = issued"',
        "'EHCNA Tracker 25-26'!E13: \"w/c 2 February 2026\" is not a date",
        '"sen/00415" and "SEN/00415" (row 9) are read as one case',
        '"1.00E+02" is a number that Excel shortened',
    ):
        assert words in told


def test_columns_and_quality_name_the_same_rows() -> None:
    """What check sets aside, they name too; `ehcp columns` without the text of a cell."""
    path = str(ODD / "16_footer_rows_ssrs.csv")
    columns = json.loads(printed(ehcp("columns", path, "--as-at", "2026-06-01", "--format", "json")))
    quality = json.loads(
        printed(ehcp("quality", path, "--as-at", "2026-06-01", "--rule", "all", "--format", "json"))
    )

    assert columns["not_read"] == [
        "row 8: a heading or a note, not a case",
        "row 9: a heading or a note, not a case",
    ]
    assert [one["row"] for one in quality["faults"] if one["rule"] == "total-row"] == [8, 9]


def test_explain_names_the_cell_and_finds_a_case_however_it_is_spelt() -> None:
    """The draft that says "see notes" does not unsettle a decision that was given in time."""
    path = ODD / "29_unreadable_draft_unsettles_decision.csv"
    run = ehcp("explain", "a-2", str(path), "--as-at", "2026-06-01", "--format", "json")

    answer = json.loads(printed(run))
    assert answer["case_id"] == "A-2"
    assert [(one["row"], one["column"], one["problem"]) for one in answer["problems"]] == [
        (2, "draft_sent", '"see notes" is not a date')
    ]
    assert {one["deadline"]: one["verdict"] for one in answer["clocks"]}[DECIDE] == "met"


def answers(path: Path) -> dict[str, tuple[int, dict[str, Any] | None]]:
    """Return exit code and answer of the three commands that say what was read; no answer of a refusal."""
    runs = {
        words[0]: ehcp(*words, str(path), "--as-at", "2026-01-15", "--format", "json")
        for words in (("check",), ("quality", "--rule", "all"), ("columns",))
    }
    return {
        name: (run.returncode, json.loads(run.stdout) if run.stdout else None) for name, run in runs.items()
    }


FIXTURES = [
    *sorted(ODD.glob("[0-9]*")),
    *sorted((ODD.parents[1] / "data").glob("*.xlsx")),
    *sorted((ODD.parents[2] / "examples").glob("**/*.csv")),
]


@pytest.mark.slow
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_check_quality_and_columns_never_contradict_each_other(path: Path) -> None:
    """One refuses what the others refuse; each names the headings and the rows that the others name."""
    (code, check), (refused, quality), (stopped, columns) = answers(path).values()

    assert [code == 2, refused == 2, stopped == 2] in ([True] * 3, [False] * 3)
    if not (check and quality and columns) or code == 2:
        return
    unread = {heading["heading"] for heading in check["unread"]}
    decides = any(heading["decides"] for heading in check["unread"])
    assert unread <= {heading["text"] for heading in columns["headings"] if not heading["column"]}
    faults = "\n".join(fault["fault"] for fault in quality["faults"] if fault["rule"] == "unread-heading")
    assert all(" ".join(heading.split()) in faults for heading in unread)
    assert not (decides and quality["summary"]["score"] == 100.0)
    assert not (decides and code == 0)
    assert [(read["rows"], read["judged"]) for read in check["input"]] == [
        (read["rows"], read["judged"]) for read in quality["input"]
    ]
    named = {int(line.split(":")[0][4:]) for line in columns["not_read"] if line.startswith("row ")}
    assert named <= {problem["row"] for problem in check["problems"]}
    assert len(named) >= sum(read["rows"] - read["judged"] for read in check["input"])


def test_a_date_under_an_unread_heading_lowers_the_score() -> None:
    """Each row that is filled there counts half."""
    run = ehcp("quality", str(ODD / "26_reviews_wide.xlsx"), "--rule", "unread-heading", "--format", "json")
    answer = json.loads(printed(run))

    assert answer["summary"]["score"] == 50.0
    assert [(fault["row"], fault["fault"]) for fault in answer["faults"]] == [
        (2, "the heading `Annual review 2024` is not read; it may be review_meeting"),
        (2, "the heading `Annual review 2025` is not read; it may be review_meeting"),
        (3, "the heading `Annual review 2024` is not read; it may be review_meeting"),
    ]


def test_the_notes_of_our_own_template_are_not_missed(tmp_path: Path) -> None:
    """Its second sheet says what the columns mean; no case is lost with it."""
    path = tmp_path / "template.xlsx"
    ehcp("template", "-o", str(path))
    answer = json.loads(printed(ehcp("check", str(path), "--as-at", "2026-06-01", "--format", "json")))

    assert [problem["problem"] for problem in answer["problems"]] == ["there is no row below the headings"]
