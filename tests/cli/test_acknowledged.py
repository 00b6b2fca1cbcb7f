"""`--acknowledged`: accepted findings leave lists, stay in counts, and are listed again after their day."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook

from tests.cli.command import check_schema, ehcp, printed, said

CASES = str(Path(__file__).parents[2] / "examples" / "cases.csv")
HEAD = "case,deadline,reason,until\n"
# In the example file 12 deadlines are overdue; A-024's plan is 434 days late.
LATE_PLAN = "A-024,plan.issue,family asked to wait,"


def _list(tmp_path: Path, rows: str, name: str = "accepted.csv") -> str:
    path = tmp_path / name
    path.write_text(HEAD + rows, encoding="utf-8")
    return str(path)


def _cases(path: Path, *cases: str) -> str:
    """Write these cases of the example file, alone, to a file."""
    head, *rows = Path(CASES).read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join((head, *(row for row in rows if row.startswith(cases)))), encoding="utf-8")
    return str(path)


@pytest.fixture
def late(tmp_path: Path) -> str:
    """The three cases of the example file whose plan is overdue, alone in a file."""
    return _cases(tmp_path / "late.csv", "A-007", "A-012", "A-024")


def _answer(
    command: str, accepted: str, *more: str, as_at: str = "2026-06-01", cases: str = CASES
) -> dict[str, Any]:
    run = ehcp(command, cases, "--acknowledged", accepted, "--as-at", as_at, "--format", "json", *more)
    answer: dict[str, Any] = json.loads(run.stdout)
    check_schema(answer)
    return answer


def _late_plans(answer: dict[str, Any]) -> list[str]:
    listed = answer.get("findings", answer.get("work"))
    assert isinstance(listed, list)
    late = [line for line in listed if line["deadline"] == "plan.issue" and line["verdict"] == "overdue"]
    return sorted(line["case_id"] for line in late)


@pytest.mark.parametrize(
    ("until", "listed"),
    [
        ("2026-05-31", ["A-007", "A-012", "A-024"]),
        ("2026-06-01", ["A-007", "A-012"]),
        ("2026-06-02", ["A-007", "A-012"]),
    ],
)
@pytest.mark.parametrize("command", ["check", "overdue", "next"])
def test_it_holds_up_to_and_including_its_day(
    tmp_path: Path, late: str, command: str, until: str, listed: list[str]
) -> None:
    """Asked on 1 June: accepted until the day before it is listed, until that day and the next it is not."""
    answer = _answer(command, _list(tmp_path, LATE_PLAN + until), cases=late)

    assert _late_plans(answer) == listed
    assert answer["acknowledged"]["not_listed"] == 3 - len(listed)


def test_it_stays_in_every_count(tmp_path: Path, late: str) -> None:
    """The counts and the worst day are those of the file, and the finding is named apart."""
    accepted = _list(tmp_path, f"{LATE_PLAN}2026-06-30\n")
    words = ("check", late, "--as-at", "2026-06-01")
    whole = json.loads(ehcp(*words, "--format", "json").stdout)
    answer = _answer("check", accepted, cases=late)

    assert answer["summary"] == whole["summary"]
    assert answer["summary"]["verdicts"]["plan.issue"]["overdue"] == 3
    assert [line["case_id"] for line in answer["acknowledged"]["findings"]] == ["A-024"]
    assert answer["acknowledged"]["findings"][0]["until"] == "2026-06-30"


@pytest.mark.slow
def test_it_stays_in_the_counts_of_every_command_and_of_the_screen(tmp_path: Path) -> None:
    """The exit code is that of the file, and the lists count what they do not show."""
    accepted = _list(tmp_path, f"{LATE_PLAN}2026-06-30\n")
    screen = ehcp("check", CASES, "--as-at", "2026-06-01", "--acknowledged", accepted, "--format", "table")

    assert screen.returncode == 1
    assert "1 acknowledged, not listed; every count has them." in printed(screen)
    assert "A-024, 82 weeks since the request" in printed(screen)
    assert "434 days" in printed(screen)
    assert "All, in 11 cases                  12" in printed(screen)
    assert _answer("overdue", accepted)["summary"] == {"overdue": 12, "cases": 11}
    assert _answer("next", accepted)["summary"]["cases"] == 20


def test_an_accepted_plan_leaves_the_oldest_list_alone(tmp_path: Path, late: str) -> None:
    """The next oldest takes its place, so that the list is as long as was asked for."""
    accepted = _list(tmp_path, f"{LATE_PLAN}2026-06-30\n")
    answer = _answer("check", accepted, "--oldest", "1", cases=late)
    whole = json.loads(ehcp("check", late, "--as-at", "2026-06-01", "--oldest", "2", "-f", "json").stdout)

    assert whole["oldest"][0]["case_id"] == "A-024"
    assert answer["oldest"] == whole["oldest"][1:]
    assert len(answer["oldest"]) == 1


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet", "ics", "md", "xlsx"])
def test_no_format_lists_it(tmp_path: Path, late: str, form: str) -> None:
    """Full lists and calendars leave out what is accepted, however they are written."""
    accepted = _list(tmp_path, f"{LATE_PLAN}2026-06-30\n")
    out = tmp_path / f"list.{form}"
    ehcp("check", late, "--as-at", "2026-06-01", "--acknowledged", accepted, "-o", str(out))
    if form == "parquet":
        cases = list(map(str, pl.read_parquet(out)["case_id"]))
    elif form == "xlsx":
        sheet = CalamineWorkbook.from_path(out).get_sheet_by_index(0)
        cases = [str(line) for line in sheet.to_python()]
    else:
        cases = out.read_text(encoding="utf-8").splitlines()

    assert not [case for case in cases if "A-024" in case]
    assert [case for case in cases if "A-007" in case]


def test_the_cases_of_a_district_are_accepted_as_those_of_all(tmp_path: Path) -> None:
    """A row for another district than the one asked about is neither counted nor named."""
    rows = f"{LATE_PLAN}2026-06-30\nR-104,review.annual,school closed,2026-06-30\n"
    cases = _cases(tmp_path / "two.csv", "A-024", "R-104")
    answer = _answer("check", _list(tmp_path, rows), "--district", "North", cases=cases)

    assert answer["acknowledged"]["not_listed"] == 1
    assert answer["acknowledged"]["problems"] == []


def test_case_numbers_are_compared_as_in_a_case_file(tmp_path: Path) -> None:
    """Capitals and kinds of hyphen make no other case, in a file with several rows of a case too."""
    rows = "a\u2011024,Plan.Issue,waiting,30 June 2026\nr-104,review.annual,waiting,30 June 2026\n"
    answer = _answer(
        "check", _list(tmp_path, rows), cases=_cases(tmp_path / "few.csv", "A-024", "R-104", "R-109")
    )

    assert [line["case_id"] for line in answer["acknowledged"]["findings"]] == ["A-024", "R-104"]


BAD = (
    (
        "A-024,plan.isue,why,2026-06-30",
        "deadline",
        'there is no deadline "plan.isue"; did you mean plan.issue',
    ),
    ("A-024,,why,2026-06-30", "deadline", "no deadline is named; write one, as plan.issue"),
    ("A-024,plan.issue,,2026-06-30", "reason", "there is no reason; say why the delay is accepted"),
    ("A-024,plan.issue,why,", "until", "there is no day; write the last day on which it is accepted"),
    ("A-024,plan.issue,why,soon", "until", '"soon" is not a date; write it as YYYY-MM-DD'),
    ("A-024,plan.issue,why,31/06/2026", "until", '"31/06/2026" is not a real date'),
    ("A-024,plan.issue,why,03/07/2026", "until", '"03/07/2026" could be 3 July 2026 or 7 March 2026'),
)


@pytest.mark.parametrize(("row", "column", "words"), BAD)
def test_a_row_that_cannot_be_used_is_named_and_hides_nothing(
    tmp_path: Path, late: str, row: str, column: str, words: str
) -> None:
    """Where it stands, what is wrong, what to try; the finding is listed."""
    accepted = _list(tmp_path, f"{row}\n")
    run = ehcp("check", late, "--as-at", "2026-06-01", "--acknowledged", accepted, "--format", "json")
    answer = json.loads(run.stdout)
    check_schema(answer)

    assert "A-024" in _late_plans(answer)
    assert [problem["column"] for problem in answer["acknowledged"]["problems"]] == [column]
    assert f"accepted.csv, row 2, {column}: {words}" in said(run)


def test_a_row_that_changes_nothing_is_named(tmp_path: Path) -> None:
    """A case that no file holds, a deadline in time, a row twice, a day that has passed."""
    rows = (
        "Z-999,plan.issue,why,2026-06-30\n"
        "A-011,plan.issue,why,2026-06-30\n"
        "A-007,plan.issue,why,2026-05-31\n"
        f"{LATE_PLAN}2026-06-30\n"
        "A-024,plan.issue,another reason,2026-07-30\n"
        f"{LATE_PLAN}2026-06-30\n"
    )
    cases = _cases(tmp_path / "four.csv", "A-007", "A-011", "A-012", "A-024")
    answer = _answer("check", _list(tmp_path, rows), cases=cases)
    named = {problem["row"]: problem["problem"] for problem in answer["acknowledged"]["problems"]}

    assert named == {
        2: "the case is in no file",
        3: "plan.issue of this case is not overdue",
        4: "it was accepted until 31 May 2026; it is listed again",
        6: "row 5 accepts the same and stands",
        7: "the row repeats row 5 cell for cell",
    }
    assert _late_plans(answer) == ["A-007", "A-012"]


def test_one_day_that_only_can_be_day_first_settles_the_others(tmp_path: Path, late: str) -> None:
    """13/06/2026 proves the order, so 03/07/2026 is 3 July."""
    rows = "A-024,plan.issue,why,03/07/2026\nA-007,plan.issue,why,13/06/2026\n"
    answer = _answer("check", _list(tmp_path, rows), cases=late)

    assert answer["acknowledged"]["problems"] == []
    assert [line["until"] for line in answer["acknowledged"]["findings"]] == ["2026-06-13", "2026-07-03"]


def test_a_table_without_its_columns_is_refused(tmp_path: Path, late: str) -> None:
    """A list of something else never passes for an empty one."""
    path = tmp_path / "other.csv"
    path.write_text("case,deadline\nA-024,plan.issue\n", encoding="utf-8")
    run = ehcp("check", late, "--as-at", "2026-06-01", "--acknowledged", str(path))

    assert run.returncode == 2
    assert "has no column reason and until" in said(run)


def test_a_workbook_and_the_settings_do_as_well(
    tmp_path: Path, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`acknowledged` in ehcp.toml is found beside it; dates of a workbook are dates."""
    with xlsxwriter.Workbook(tmp_path / "accepted.xlsx", {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Case", "Deadline", "Reason", "Until"])
        sheet.write_row(1, 0, ["A-024", "plan.issue", "family asked to wait"])
        sheet.write(1, 3, 46203, book.add_format({"num_format": "dd/mm/yyyy"}))  # 30 June 2026
    (tmp_path / "ehcp.toml").write_text('acknowledged = "accepted.xlsx"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run = ehcp("overdue", late, "--as-at", "2026-06-30", "--format", "json")
    day_after = ehcp("overdue", late, "--as-at", "2026-07-01", "--format", "json")

    assert json.loads(run.stdout)["acknowledged"]["not_listed"] == 1
    assert json.loads(day_after.stdout)["acknowledged"]["not_listed"] == 0
    (tmp_path / "ehcp.toml").write_text('acknowledged = ["accepted.xlsx"]\n', encoding="utf-8")
    refused = ehcp("overdue", late)
    assert refused.returncode == 2
    assert "acknowledged is not the name of a file" in said(refused)


@pytest.mark.slow
def test_changes_counts_it_and_lists_it_no_more(tmp_path: Path) -> None:
    """Judged for the day of NEW; a saved answer of a check with acknowledgements still holds every clock."""
    accepted = _list(tmp_path, f"{LATE_PLAN}2026-06-01\n")
    saved = tmp_path / "saved-2026-06-01.json"
    words = ("--acknowledged", accepted, "--format", "json")
    ehcp(*("check", CASES, "--as-at", "2026-06-01", "--include", "all", "-o", str(saved)), *words[:2])
    days = ("--old-as-at", "2026-05-01", "--as-at")
    on, after = (
        json.loads(ehcp("changes", CASES, new, *days, day, *words).stdout)
        for new, day in ((CASES, "2026-06-01"), (CASES, "2026-06-02"))
    )
    of_saved = json.loads(ehcp("changes", CASES, str(saved), *days[:2], "--format", "json").stdout)

    check_schema(on)
    assert on["acknowledged"]["not_listed"] == 1
    assert len(on["changes"]) == sum(on["summary"].values()) - 1
    assert len(after["changes"]) == sum(after["summary"].values())
    assert of_saved["summary"] == on["summary"]


@pytest.mark.slow
def test_a_report_names_who_waits_longest_and_does_not_list_them(tmp_path: Path) -> None:
    """The sentence is a count; the table of the oldest is a list."""
    accepted = _list(tmp_path, f"{LATE_PLAN}2026-06-30\n")
    answer = _answer("report", accepted, "--for", "team")

    assert any("82 weeks: case A-024" in sentence for sentence in answer["sentences"])
    assert "A-024" not in [case["case_id"] for case in answer["oldest"]]
    assert "A-024" not in [line["case_id"] for line in answer["work"]]
    assert sum(duty["overdue"] for duty in answer["duties"]) == 12
    refused = ehcp("report", CASES, "--for", "public", "--acknowledged", accepted)
    assert refused.returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "md"])
def test_verify_names_a_changed_list(tmp_path: Path, form: str) -> None:
    """The hash of the list stands in the receipt."""
    accepted = _list(tmp_path, f"{LATE_PLAN}2026-06-30\n")
    out = tmp_path / f"list.{form}"
    ehcp("check", CASES, "--as-at", "2026-06-01", "--acknowledged", accepted, "-o", str(out))
    same = ehcp("verify", str(out), CASES)
    _list(tmp_path, f"{LATE_PLAN}2026-05-30\n")
    changed = ehcp("verify", str(out), CASES)

    assert same.returncode == 0, printed(same)
    assert changed.returncode == 1
    assert "acknowledgements" in printed(changed)


def test_a_pseudonymised_list_quotes_no_cell_of_it(tmp_path: Path, late: str) -> None:
    """Of a row that does not apply only its column and kind are left."""
    key = tmp_path / "key"
    ehcp("key", "new", str(key))
    accepted = _list(tmp_path, "A-024,plan.issue,why,ask Jo Bloggs\n")
    answer = _answer("overdue", accepted, "--pseudonymise", str(key), cases=late)

    assert answer["acknowledged"]["problems"] == [
        {"row": None, "column": "until", "problem": "unreadable-date", "try": ""}
    ]


@pytest.mark.slow
def test_letters_are_of_what_is_not_late_yet(tmp_path: Path) -> None:
    """A family whose plan is late and accepted is still written to about the next day that will be missed."""
    accepted = _list(tmp_path, f"{LATE_PLAN}2026-06-30\n")
    words = ("letters", CASES, "--as-at", "2026-06-01", "--format", "csv")
    plain, taken = (ehcp(*words, *more).stdout.decode() for more in ((), ("--acknowledged", accepted)))

    assert list(csv.reader(io.StringIO(taken))) == list(csv.reader(io.StringIO(plain)))
