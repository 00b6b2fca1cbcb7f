"""`ehcp overdue`: lists worst first, one file for each name, in-time cases at risk, a table to publish."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.command import check_schema, ehcp, printed, said

CASES = """case_id,name,school,caseworker,team,district,request_received,assess_agreed,draft_sent,plan_issued
A,Kim Roe,Hill School,Zoë,One,North,2025-03-03,2025-04-14,,
B,Lee Poe,Dale School,Ann,One,North,2025-01-20,2025-03-03,,
C,Sam Doe,,Ann,Two,South,2025-02-03,,,
D,Jo Loe,,../x,Two,South,2025-02-03,,,
E,Al Moe,,,Two,South,2025-06-02,,,
"""
WHEN = ("--as-at", "2025-06-30")


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """A file of five cases, three of them late."""
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    return str(path)


def _lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_list_is_worst_first_and_says_what_to_do_by_when(cases: str) -> None:
    """Most days late first; the step, its last working day, the law, and whom to ask stand beside it."""
    run = ehcp("overdue", cases, *WHEN, "--format", "csv")
    lines = _lines(printed(run))

    assert run.returncode == 1
    assert [(one["case_id"], one["deadline"], one["days_late"]) for one in lines] == [
        ("C", "assess.decide", "105"), ("D", "assess.decide", "105"), ("B", "plan.issue", "21"),
        ("C", "plan.issue", "7"), ("D", "plan.issue", "7"),
    ]  # fmt: skip
    assert lines[2] == {
        "case_id": "B", "name": "Lee Poe", "school": "Dale School", "referrer": "", "district": "North",
        "team": "One", "caseworker": "Ann", "deadline": "plan.issue", "duty": "Send the finalised plan",
        "law": "SEND-Regs-2014 reg 13(2)", "start": "2025-01-20", "due": "2025-06-09", "act_by": "2025-06-09",
        "verdict": "overdue", "days_left": "", "days_late": "21", "certainty": "certain", "excuse": "",
        "do": "Finish the assessment: send the draft plan, or say that there will be none",
        "by": "at once", "not_before": "",
    }  # fmt: skip


def test_a_person_sees_a_list_for_each_group(cases: str) -> None:
    """With --by the groups are counted, and each has its own list."""
    page = printed(ehcp("overdue", cases, *WHEN, "--by", "team"))

    assert (
        "Overdue by team\nteam  overdue  cases  most days late\nOne         1      1              21\n"
        in page
    )
    assert "Two: 4\n" in page
    assert "at once" in page


def test_the_exit_code_is_that_of_the_clocks_asked_for(cases: str) -> None:
    """Nobody is blamed for another's list."""
    assert ehcp("overdue", cases, *WHEN, "--caseworker", "Zoë").returncode == 0
    assert ehcp("overdue", cases, *WHEN, "--caseworker", "Ann").returncode == 1
    assert ehcp("overdue", cases, *WHEN, "--caseworker", "Ann", "--exit-zero").returncode == 0


def test_the_json_has_its_published_shape(cases: str) -> None:
    """Every key is there; the summary counts duties and cases."""
    answer = json.loads(printed(ehcp("overdue", cases, *WHEN, "--format", "json")))

    check_schema(answer)
    assert answer["summary"] == {"overdue": 5, "cases": 3}
    assert answer["statement"] is None


def test_one_file_for_each_name(cases: str, tmp_path: Path) -> None:
    """Names become safe file names, listed on standard error; a blank name has its file too."""
    run = ehcp("overdue", cases, *WHEN, "--split-by", "caseworker", "-o", str(tmp_path / "lists"))

    files = {
        path.name: _lines(path.read_text(encoding="utf-8")) for path in (tmp_path / "lists").glob("*.csv")
    }
    assert {name: [one["case_id"] for one in lines] for name, lines in files.items()} == {
        "Ann.csv": ["C", "B", "C"], "x.csv": ["D", "D"],
    }  # fmt: skip
    assert said(run).splitlines() == [
        f"2 lists in {tmp_path / 'lists'}:", "  x.csv: ../x, 2 lines", "  Ann.csv: Ann, 3 lines",
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["check", "overdue"])
def test_each_file_holds_its_own_lines_in_every_format(command: str, cases: str, tmp_path: Path) -> None:
    """As NDJSON as in CSV: nobody is sent the list of another."""
    lists = {}
    for form in ("csv", "ndjson"):
        folder = tmp_path / form
        ehcp(command, cases, *WHEN, "--split-by", "caseworker", "--format", form, "-o", str(folder))
        texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob(f"*.{form}")}
        read = _lines if form == "csv" else lambda text: [json.loads(line) for line in text.splitlines()]
        lists[form] = {name: [one["case_id"] for one in read(text)] for name, text in texts.items()}

    assert lists["ndjson"] == lists["csv"]
    assert lists["csv"]["Ann"] != lists["csv"]["x"]


def test_a_case_without_a_caseworker_is_on_a_list(tmp_path: Path) -> None:
    """Nobody's case is not lost."""
    path = tmp_path / "cases.csv"
    path.write_text(CASES.replace("Ann", "").replace("../x", "   "), encoding="utf-8")
    ehcp("overdue", str(path), *WHEN, "--split-by", "caseworker", "-o", str(tmp_path / "lists"))

    assert {path.name for path in (tmp_path / "lists").iterdir()} == {"no-caseworker.csv", "receipt.json"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--split-by", "caseworker"), "there is no folder for them"),
        (("--split-by", "team", "-o", "x", "--disclosure", "suppress"), "names people in its file names"),
        (("--split-by", "need", "-o", "x"), "`need` is not one of caseworker, team, district, school, case"),
        (("--disclosure", "suppress", "--save-list"), "--disclosure suppress lists nobody"),
        (("--disclosure", "suppress", "--format", "ics"), "there is no calendar of it"),
        (("--disclosure", "suppress", "--by", "caseworker"), "is about staff: it is not for publication"),
        (("--disclosure", "suppress", "--threshold", "0"), "--threshold 0 would hide nothing"),
        (("--threshold", "0"), "--threshold 0 would hide nothing"),
        (("--threshold", "5"), "--threshold hides numbers only in what is published"),
        (("--disclosure", "suppress", "--threshold", "2"), "--threshold 2 would hide nothing"),
        (("--disclosure", "supress"), "did you mean suppress?"),
    ],
)  # fmt: skip
def test_words_that_do_not_fit_together_are_refused(
    cases: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    """One line, what to try, exit 2, and nothing written."""
    monkeypatch.chdir(tmp_path)
    run = ehcp("overdue", cases, *WHEN, *words)

    assert (run.returncode, printed(run)) == (2, "")
    assert told in said(run)
    assert [path.name for path in tmp_path.iterdir()] == ["cases.csv"]


def test_a_split_never_overwrites_without_leave(cases: str, tmp_path: Path) -> None:
    """The first file that is there stops it, before any is written."""
    words = ("overdue", cases, *WHEN, "--split-by", "team", "-o", str(tmp_path / "lists"))
    ehcp(*words)
    (tmp_path / "lists" / "One.csv").unlink()

    again = ehcp(*words)
    assert again.returncode == 2
    assert "Two.csv is already there" in said(again)
    assert {path.name for path in (tmp_path / "lists").iterdir()} == {"receipt.json", "Two.csv"}
    assert ehcp(*words, "--force").returncode == 1


PACE = "".join(
    f"D{n},,,,,North,2025-01-{6 + n:02},2025-02-{17 + n:02},2025-04-{20 + n:02},2025-06-{7 + n:02}\n"
    for n in range(4)
)  # fmt: skip


def test_the_save_list_shows_in_time_cases_at_risk(tmp_path: Path) -> None:
    """At the pace of the four that are done, a request of 12 May without a decision will be late."""
    path = tmp_path / "cases.csv"
    header = CASES.splitlines()[0]
    path.write_text(f"{header}\n{PACE}N,,,Ann,,North,2025-05-12,,,\nM,,,Ann,,North,2025-05-12,2025-05-13,,\n")
    run = ehcp(
        "overdue", str(path), "--as-at", "2025-06-11", "--save-list", "--deadline", "plan", "--format", "json"
    )
    answer = json.loads(printed(run))

    check_schema(answer)
    assert [(one["case_id"], one["do"], one["by"]) for one in answer["work"]] == [
        ("N", "Decide whether to assess, and tell the family", "2025-06-23")
    ]
    assert answer["summary"] == {"at_risk": 1, "in_time": 2, "cannot_be_told": 0}


GROUPS = "".join(
    f"{district}{n},,,,,{district},{start},,,\n"
    for district, late, early in (("North", 9, 30), ("South", 3, 20), ("West", 12, 0))
    for kind, number, start in (("l", late, "2025-01-20"), ("e", early, "2025-06-02"))
    for n in (f"{kind}{one}" for one in range(number))
)


@pytest.fixture
def groups(tmp_path: Path) -> str:
    """A file with a group of few late cases, and one in which all are late."""
    path = tmp_path / "groups.csv"
    path.write_text(f"{CASES.splitlines()[0]}\n{GROUPS}", encoding="utf-8")
    return str(path)


def test_a_table_for_publication_hides_what_tells_of_one_child(groups: str) -> None:
    """Small numbers, all-alike groups and what gives them away are [c]; totals are exact."""
    run = ehcp("overdue", groups, *WHEN, "--by", "district", "--disclosure", "suppress", "--format", "csv")

    assert _lines(printed(run)) == [
        _line("North", "9", "30", "39", "23.1"),
        _line("South", "[c]", "[c]", "23", "[c]"),
        _line("West", "[c]", "[c]", "12", "[c]"),
        _line("Total", "24", "50", "74", "32.4"),
    ]
    assert "[c] = hidden to protect the people counted: a number of 1 to 4" in said(run)


def _line(district: str, overdue: str, in_time: str, total: str, share: str) -> dict[str, str]:
    return {
        "district": district, "overdue": overdue, "cannot_be_told": "0", "excused": "0",
        "in_time_so_far": in_time, "total": total, "pc_overdue": share,
    }  # fmt: skip


def test_a_publication_has_its_published_shape_and_names_no_file(groups: str) -> None:
    """The JSON says what was hidden and why, and nothing of the file it was made from."""
    run = ehcp("overdue", groups, *WHEN, "--disclosure", "suppress", "--threshold", "10", "--format", "json")
    answer = json.loads(printed(run))

    check_schema(answer)
    assert answer["threshold"] == 10
    assert "groups" not in printed(run)


def test_what_two_publications_give_away_together_is_told(groups: str, tmp_path: Path) -> None:
    """One more late case since last week is one child."""
    words = ("--disclosure", "suppress", "--format", "csv", *WHEN)
    before = tmp_path / "before.csv"
    before.write_bytes(ehcp("overdue", groups, *words).stdout)
    later = tmp_path / "later.csv"
    later.write_text(Path(groups).read_text() + "Northx,,,,,North,2025-01-20,,,\n")

    same = said(ehcp("overdue", groups, *words, "--previous", str(before)))
    moved = said(ehcp("overdue", str(later), *words, "--previous", str(before)))
    assert f"{before}: 0 numbers that the two publications give away together." in same
    assert "  North, overdue: moved by fewer than 5: the two together count those few" in moved


def test_what_is_no_publication_is_refused(groups: str, tmp_path: Path) -> None:
    """Another table, or none, is not a publication before."""
    run = ehcp("overdue", groups, *WHEN, "--disclosure", "suppress", "--previous", groups)
    none = ehcp("overdue", groups, *WHEN, "--disclosure", "suppress", "--previous", str(tmp_path / "none"))

    assert (run.returncode, none.returncode) == (2, 2)
    assert "is not a published table by district" in said(run)
    assert "there is no such file" in said(none)
