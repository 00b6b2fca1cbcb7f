"""`ehcp next --reviews`: the diary of a year, its list, and what each school is owed before a term."""

import json
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.command import check_schema, ehcp, printed, said

AS_AT = "2026-06-01"
# A review is due 12 months, less a day, after the last: O-1 on 19 June 2026.
CASES = """\
case_id,name,school,caseworker,plan_issued,previous_review_decided,review_decided
O-1,Ann,Oak Lane,D. Lowe,2024-01-10,2025-06-20,
O-2,Bob,Oak Lane,D. Lowe,2024-01-10,2025-09-02,
E-1,Cat,Elm Road,D. Lowe,2024-01-10,2025-12-19,
E-2,Dan,Elm Road,A. Marsh,2024-01-10,2026-01-04,
E-3,Eve,Elm Road,A. Marsh,2024-01-10,2025-05-20,
N-1,Fay,,A. Marsh,2024-01-10,2026-01-05,
O-3,Ivy,Oak Lane,A. Marsh,2024-01-10,soon,
"""
TERMS = """\
[terms]
open = [
  { name = "Summer 2026", from = 2026-06-02, to = 2026-07-22 },
  { name = "Autumn 2026", from = 2026-09-02, to = 2026-12-18 },
  { name = "Spring 2027", from = 2027-01-04, to = 2027-03-26 },
]
"""


@pytest.fixture
def cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file of seven plans, beside an ehcp.toml with three terms."""
    (tmp_path / "cases.csv").write_text(CASES, encoding="utf-8")
    (tmp_path / "ehcp.toml").write_text(TERMS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return "cases.csv"


def _answer(cases: str, what: str, *more: str, as_at: str = AS_AT) -> dict[str, Any]:
    run = ehcp("next", cases, "--as-at", as_at, "--reviews", what, "--format", "json", *more)
    answer: dict[str, Any] = json.loads(run.stdout)
    check_schema(answer)
    return answer


def _due(line: dict[str, Any]) -> dict[str, int]:
    return {month: number for month, number in line["months"].items() if number}


def test_the_diary_counts_every_review_once(cases: str) -> None:
    """Each line adds up, and so do the lines; the busiest school comes first."""
    answer = _answer(cases, "year")
    lines = {line["name"]: line for line in answer["diary"]}

    assert list(lines) == ["Elm Road", "Oak Lane", None]
    assert _due(lines["Oak Lane"]) == {"2026-06": 1, "2026-09": 1}
    assert _due(lines["Elm Road"]) == {"2026-12": 1, "2027-01": 1}
    assert (lines["Elm Road"]["past_due"], lines["Oak Lane"]["unclear"]) == (1, 1)
    assert list(answer["total"]["months"])[:: len(answer["total"]["months"]) - 1] == ["2026-06", "2027-06"]
    for line in (*answer["diary"], answer["total"]):
        parts = line["past_due"] + line["unclear"] + sum(line["months"].values()) + line["later"]
        assert parts == line["total"]
    assert answer["total"]["total"] == sum(line["total"] for line in answer["diary"]) == 7
    assert answer["summary"] == {"reviews": 7, "past_due": 1, "unclear": 1}
    assert len(answer["work"]) == 7


@pytest.mark.parametrize(
    ("as_at", "when"), [("2026-06-18", "2026-06"), ("2026-06-19", "2026-06"), ("2026-06-20", "past due")]
)
def test_a_review_is_past_due_the_day_after(cases: str, as_at: str, when: str) -> None:
    """O-1 is due on 19 June 2026."""
    lines = {line["case_id"]: line for line in _answer(cases, "list", as_at=as_at)["work"]}

    assert lines["O-1"]["due"] == "2026-06-19"
    assert lines["O-1"]["when"] == when


def test_a_review_whose_date_cannot_be_read_is_listed(cases: str) -> None:
    """The child is not left out because a cell says `soon`."""
    lines = {line["case_id"]: line for line in _answer(cases, "list")["work"]}

    assert lines["O-3"]["when"] == "unclear"
    assert lines["O-3"]["do"] == "Correct the date that cannot be read: `ehcp check` names it"


def test_by_caseworker_in_csv_and_words(cases: str) -> None:
    """The table is the same in every format; the last line is everybody."""
    words = ("next", cases, "--as-at", AS_AT, "--reviews", "year", "--by", "caseworker")
    head, *lines = printed(ehcp(*words, "--format", "csv")).splitlines()
    page = printed(ehcp(*words, "--format", "plain"))

    assert head.startswith('"caseworker","total","past_due","unclear","2026-06"')
    assert [line.split(",")[:3] for line in lines] == [
        ['"A. Marsh"', "4", "1"], ['"D. Lowe"', "3", "0"], ['"Total"', "7", "1"]
    ]  # fmt: skip
    assert "Reviews falling due by month, by caseworker, on 1 June 2026" in page
    assert ehcp(*words[:-1], "referrer").returncode == 2


@pytest.mark.parametrize(
    ("as_at", "term"),
    [("2026-06-01", "Summer 2026"), ("2026-06-02", "Autumn 2026"), ("2026-09-01", "Autumn 2026")],
)
def test_the_next_term_is_the_first_that_is_still_to_begin(cases: str, as_at: str, term: str) -> None:
    """On its first day a term has begun."""
    assert _answer(cases, "term", as_at=as_at)["term"]["name"] == term


def test_a_term_lists_what_falls_due_until_the_next(cases: str) -> None:
    """Its last day, the holidays after it and what is past due; not the first day of the next term."""
    answer = _answer(cases, "Autumn 2026")
    when = {line["case_id"]: line["when"] for line in answer["work"]}

    assert answer["term"] == {
        "name": "Autumn 2026",
        "first": "2026-09-02",
        "last": "2026-12-18",
        "list_by": "2026-08-19",
        "until": "2027-01-03",
    }
    assert when == {
        "E-3": "due before the term",
        "O-3": "unclear",
        "O-1": "due before the term",
        "O-2": "due before the term",  # 1 September, the day before the term
        "E-1": "due in the term",  # 18 December, its last day
        "E-2": "due before the next term",  # 3 January, the day before the next
    }
    assert [line["due"] for line in answer["work"] if line["case_id"] in ("O-2", "E-1", "E-2")] == [
        "2026-09-01", "2026-12-18", "2027-01-03"
    ]  # fmt: skip
    assert "N-1" in {line["case_id"] for line in _answer(cases, "spring 2027")["work"]}  # due on 4 January


def test_each_school_has_a_sheet_or_a_file(cases: str, tmp_path: Path) -> None:
    """One workbook with a sheet for each school; with --split-by a file for each."""
    words = ("next", cases, "--as-at", AS_AT, "--reviews", "Autumn 2026")
    ehcp(*words, "-o", str(tmp_path / "term.xlsx"))
    ehcp(*words, "--split-by", "school", "-o", str(tmp_path / "lists"))
    sheets = CalamineWorkbook.from_path(tmp_path / "term.xlsx").sheet_names

    assert sheets == ["Elm Road", "Oak Lane", "notes"]
    assert sorted(path.name for path in (tmp_path / "lists").glob("*.csv")) == [
        "Elm-Road.csv",
        "Oak-Lane.csv",
    ]
    oak = (tmp_path / "lists" / "Oak-Lane.csv").read_text(encoding="utf-8")
    assert "O-1" in oak
    assert "E-1" not in oak


def test_the_page_says_when_schools_should_have_their_list(cases: str) -> None:
    """And that the day has passed, the day after."""
    words = ("next", cases, "--reviews", "Autumn 2026", "--format", "plain", "--as-at")
    on, after = (printed(ehcp(*words, day)) for day in ("2026-08-19", "2026-08-20"))

    assert "Schools should have their list by 19 August 2026, two weeks before the term (guidance)." in on
    assert "That day has passed" not in on
    assert "That day has passed: it is 20 August 2026." in after


@pytest.mark.parametrize(
    ("settings", "words", "complaint"),
    [
        ("", ("--reviews", "term"), "no term dates are given"),
        ('[terms]\nclosed = [{ name = "Half-term", from = 2026-10-26, to = 2026-10-30 }]\n',
         ("--reviews", "term"), "no term dates are given"),
        (TERMS, ("--reviews", "term", "--as-at", "2027-01-04"),
         "the last term in ehcp.toml began on 4 January 2027"),
        (TERMS, ("--reviews", "Autum 2026"), "did you mean Autumn 2026"),
        (TERMS.replace("2026-12-18", "2027-01-04"), ("--reviews", "term"),
         "Spring 2027 begins before Autumn 2026 ends"),
        (TERMS.replace("to = 2026-07-22", "to = 2026-05-22"), ("--reviews", "term"), "ends before it begins"),
        (TERMS, ("--reviews", "year", "--split-by", "school", "-o", "x"), "--reviews year is one table"),
        (TERMS, ("--by", "school"), "--by is for the table of --reviews year"),
        (TERMS, ("--reviews", "term", "--deadline", "plan"), "--reviews lists reviews by name"),
    ],
)  # fmt: skip
def test_terms_are_never_guessed(cases: str, settings: str, words: tuple[str, ...], complaint: str) -> None:
    """What is missing or wrong is said, with what to write."""
    Path("ehcp.toml").write_text(settings, encoding="utf-8")
    run = ehcp("next", cases, *words)

    assert run.returncode == 2
    assert complaint in said(run)


def test_a_file_that_cannot_answer_says_so(tmp_path: Path) -> None:
    """Without a column for reviews nothing is counted, and nothing looks like no review."""
    path = tmp_path / "cases.csv"
    path.write_text("case_id,plan_issued\nA-1,2025-01-01\n", encoding="utf-8")
    page = printed(ehcp("next", str(path), "--as-at", AS_AT, "--reviews", "year"))

    assert "Not counted: 1 plan, as the file has no column review_decided or previous_review_decided." in page


def test_an_accepted_review_is_counted_and_not_listed(cases: str) -> None:
    """E-3 is past due and accepted."""
    Path("accepted.csv").write_text(
        "case,deadline,reason,until\nE-3,review.annual,ill,2026-06-01\n", encoding="utf-8"
    )
    answer = _answer(cases, "Autumn 2026", "--acknowledged", "accepted.csv")

    assert answer["summary"]["reviews"] == 6
    assert "E-3" not in {line["case_id"] for line in answer["work"]}
    assert answer["acknowledged"]["not_listed"] == 1
