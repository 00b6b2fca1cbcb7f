"""`ehcp rules diff`: what changed, exactly which cases flip, how many, and the rates."""

import csv
import json
import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import check_schema, ehcp, printed, said

ROOT = Path(__file__).parents[3]
RULEBOOK = ROOT / "src" / "ehcp_timeline" / "rulebook"
REQUEST = date(2025, 1, 6)
AS_AT = "2025-12-31"
DISTRICTS = ("North", "South")


@pytest.fixture(scope="module")
def eighteen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the law with 20 weeks changed to 18."""
    copy = tmp_path_factory.mktemp("law") / "rulebook"
    shutil.copytree(RULEBOOK, copy)
    path = copy / "2-plan.toml"
    before, named, after = path.read_text(encoding="utf-8").partition('id = "plan.issue"\n')
    path.write_text(before + named + after.replace("weeks = 20", "weeks = 18", 1), encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Requests of one day, answered on each day from day 120 to day 146; two that are still open."""
    path = tmp_path_factory.mktemp("cases") / "cases.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("case_id", "district", "request_received", "plan_issued", "exceptional_circumstances")
        )
        for days in range(120, 147):
            issued = REQUEST + timedelta(days=days)
            writer.writerow((f"D-{days}", DISTRICTS[days % 2], REQUEST, issued, "yes" if days == 130 else ""))
        writer.writerow(("OPEN-18", "North", date(2025, 8, 26), "", ""))  # 18 weeks end on 30 December
        writer.writerow(("OPEN-20", "North", date(2025, 8, 13), "", ""))  # 20 weeks end on 31 December
        writer.writerow(("OPEN-OLD", "North", date(2025, 8, 12), "", ""))  # both are over
    return path


def _told(*words: str) -> dict[str, Any]:
    run = ehcp("rules", "diff", *words, "--as-at", AS_AT, "--format", "json")
    answer: dict[str, Any] = json.loads(printed(run))
    check_schema(answer)
    return answer


def test_exactly_the_cases_whose_answer_lies_between_flip(eighteen: Path, cases: Path) -> None:
    """Day 126 is in time under both, day 127 to day 140 under 20 weeks alone, day 141 under neither."""
    told = _told("installed", str(eighteen), str(cases))["cases"]
    flips = {one["case_id"]: (one["verdict_before"], one["verdict_after"]) for one in told["flips"]}

    assert flips == {
        **{f"D-{days}": ("met", "late") for days in range(127, 141)},
        "D-130": ("met", "excused"),
        "OPEN-18": ("running", "overdue"),
        "OPEN-20": ("running", "overdue"),
    }
    assert [one["days_late_after"] for one in told["flips"]] == [*range(1, 15), 1, 14]


def test_flips_are_counted_by_deadline_and_group(eighteen: Path, cases: Path) -> None:
    """From what to what, and whose: the counts add up to the flips."""
    told = _told("installed", str(eighteen), str(cases))["cases"]

    assert told["judged"] == {"plan.issue": 30}
    assert told["moved"] == {"plan.issue": 30}
    assert told["flipped"] == {
        "plan.issue": [
            {"from": "met", "to": "excused", "clocks": 1},
            {"from": "met", "to": "late", "clocks": 13},
            {"from": "running", "to": "overdue", "clocks": 2},
        ]
    }
    assert told["groups"]["district"] == {"North": 9, "South": 7}
    assert told["groups"]["team"] == {"": 16}


def test_the_effect_on_the_rates(eighteen: Path, cases: Path) -> None:
    """21 of 28 in time become 7 of 30, or 7 of 29 where the excuse is believed, which no date proves."""
    (before, after) = _told("installed", str(eighteen), str(cases))["cases"]["rates"]["plan.issue"]

    assert before == {"strict": 75.0, "claimed": 75.0, "evidenced": 75.0}
    assert after == {"strict": 23.3, "claimed": 24.1, "evidenced": 23.3}


def test_a_person_is_told_in_words(eighteen: Path, cases: Path) -> None:
    """The law first, then the numbers, then the cases; twenty of them, and how to get the rest."""
    lines = printed(
        ehcp("rules", "diff", "installed", str(eighteen), str(cases), "--as-at", AS_AT, "--top", "2")
    ).splitlines()

    assert lines[0] == f"What changed from installed to {eighteen}: 1 clause"
    assert lines[2].startswith(
        "plan.issue  time limit of clocks started from 1 September 2014 on: within 20 weeks"
    )
    assert lines[2].endswith(" → within 18 weeks, the first day not counted")
    assert "Cases as at 31 December 2025: 16 answers of 30 flip" in lines
    assert "plan.issue  75.0 → 23.3      75.0 → 24.1  75.0 → 23.3" in lines
    assert lines[-1] == "14 more: --format json, or -o flips.csv, has every one."


def test_markdown_is_a_comment_on_a_pull_request(eighteen: Path, cases: Path) -> None:
    """Headings and tables, nothing of a case read as markup, and never longer than a comment may be."""
    hostile = cases.with_name("hostile.csv")
    hostile.write_text(
        f"case_id,request_received,plan_issued\n<b>|x,{REQUEST},2025-05-20\n", encoding="utf-8"
    )
    text = printed(
        ehcp("rules", "diff", "installed", str(eighteen), str(hostile), "--as-at", AS_AT, "--format", "md")
    )

    assert text.startswith("# What this change of the rules does\n\n## What changed from installed to ")
    assert "| plan.issue | met | late | 1 |" in text
    assert "| \\<b\\>\\|x | 2 | plan.issue |" in text
    assert all(line.startswith(("#", "|", "Percent of", "1 due")) for line in text.splitlines() if line)


def test_every_flip_can_be_had_as_a_file(eighteen: Path, cases: Path, tmp_path: Path) -> None:
    """CSV and NDJSON list all of them, in file order."""
    target = tmp_path / "flips.csv"
    run = ehcp("rules", "diff", "installed", str(eighteen), str(cases), "--as-at", AS_AT, "-o", str(target))
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))

    assert run.returncode == 0
    assert [row["case_id"] for row in rows] == [*(f"D-{n}" for n in range(127, 141)), "OPEN-18", "OPEN-20"]


def test_rows_as_data_need_cases() -> None:
    """A list of flips without a case file is a question without an object."""
    run = ehcp("rules", "diff", "installed", "installed", "--format", "csv")

    assert run.returncode == 2
    assert (
        said(run) == "ehcp: csv lists the cases that flip, and none is given\ntry: name case files after B\n"
    )


def test_nothing_changed_flips_nothing(cases: Path) -> None:
    """The law beside itself: no clause, no case, exit 0."""
    run = ehcp("rules", "diff", "installed", str(RULEBOOK), str(cases), "--as-at", AS_AT)

    assert run.returncode == 0
    assert printed(run).startswith(
        f"What changed from installed to {RULEBOOK}: 0 clauses\nNothing: the two say the same.\n"
    )
    assert "0 answers of 0 flip" in printed(run)


@pytest.mark.slow
@pytest.mark.parametrize(("fail_on", "code"), [("none", 0), ("change", 1), ("flip", 1)])
def test_the_exit_code_is_asked_for(eighteen: Path, cases: Path, fail_on: str, code: int) -> None:
    """A difference is an answer, not a failure, unless it was asked to be one."""
    words = ("rules", "diff", "installed", str(eighteen), str(cases), "--as-at", AS_AT)

    assert ehcp(*words, "--fail-on", fail_on).returncode == code
    assert ehcp("rules", "diff", "installed", "installed", str(cases), "--fail-on", fail_on).returncode == 0


def test_an_overlay_flips_only_what_started_since(tmp_path: Path) -> None:
    """The scenario judges a request of the day before its day by 20 weeks, and of its day by 18."""
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,request_received,plan_issued\nBEFORE,2028-08-31,2029-01-18\nSINCE,2028-09-01,2029-01-06\n"
    )
    bill = str(ROOT / "examples" / "what-if-bill.toml")
    run = ehcp("rules", "diff", "installed", bill, str(path), "--as-at", "2029-06-01", "--format", "json")
    told = json.loads(printed(run))
    text = printed(ehcp("rules", "diff", "installed", bill, str(path), "--as-at", "2029-06-01"))

    assert [one["case_id"] for one in told["cases"]["flips"]] == ["SINCE"]
    assert [one["name"] for one in told["after"]["overlays"]] == [bill]
    assert "Scenario, not law: what-if-bill.toml: a supposition" in text


@pytest.mark.slow
def test_git_revisions_can_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision with a path, one without, and the file as it lies there now."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    rules = tmp_path / "rules"
    rules.mkdir()
    shutil.copy(ROOT / "examples" / "local-promises.toml", rules / "ours.toml")
    commit(tmp_path, "Promises")
    (rules / "ours.toml").write_text(
        (rules / "ours.toml").read_text(encoding="utf-8").replace("working_days = 5", "working_days = 3")
    )
    since = printed(ehcp("rules", "diff", "HEAD:rules/ours.toml", "rules/ours.toml"))
    folder = printed(ehcp("rules", "diff", "HEAD:rules", "rules"))
    commit(tmp_path, "Three days")
    back = printed(ehcp("rules", "diff", "HEAD", "HEAD~1:rules/ours.toml", "--format", "json"))

    assert "5 working days, the first day not counted → within 3 working days" in since
    assert since.splitlines()[0] == "What changed from HEAD:rules/ours.toml to rules/ours.toml: 1 clause"
    assert folder.splitlines()[1:] == since.splitlines()[1:]
    assert "HEAD holds no rulebook" in said(ehcp("rules", "diff", "HEAD", "installed"))
    assert back == ""


@pytest.mark.slow
def test_a_whole_rulebook_in_a_revision_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a checkout of this project a bare revision means its rulebook."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    law = tmp_path / "src" / "ehcp_timeline" / "rulebook"
    shutil.copytree(RULEBOOK, law)
    commit(tmp_path, "Law")
    path = law / "6-reassessment.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("days = 15", "days = 14", 1), encoding="utf-8")

    assert "15 days, the first day not counted → within 14 days" in printed(
        ehcp("rules", "diff", "HEAD", ".")
    )
    assert "0 clauses" in printed(ehcp("rules", "diff", "installed", "HEAD"))


@pytest.mark.parametrize(
    ("word", "said_of_it"),
    [
        ("nowhere", "`nowhere` is not a file, folder, git revision or version of this package"),
        ("--upload-pack=x", "no such option"),
        ("HEAD:nothing.toml", "HEAD has no `nothing.toml`"),
    ],
)
def test_what_names_no_rulebook_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, said_of_it: str
) -> None:
    """A word that is neither path nor revision, in a repository, is exit 2 and says what there is."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    (tmp_path / "a.txt").write_text("a")
    commit(tmp_path, "A")
    run = ehcp("rules", "diff", word, "installed")

    assert run.returncode == 2
    assert re.search(re.escape(said_of_it), said(run), re.IGNORECASE)
    assert "Traceback" not in said(run)


def test_without_a_repository_a_revision_is_no_rulebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside of git, HEAD is a word like any other."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    run = ehcp("rules", "diff", "HEAD", "installed")

    assert run.returncode == 2
    assert said(run).startswith("ehcp: `HEAD` is not a file, folder, git revision or version of this package")


def test_a_change_since_a_revision_needs_a_case_that_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that both versions answer alike does not; one on the day that moved does."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    ours, cases = tmp_path / "ours.toml", tmp_path / "cases.csv"
    ours.write_text((ROOT / "examples" / "local-promises.toml").read_text(encoding="utf-8"), "utf-8")
    commit(tmp_path, "five days")
    ours.write_text(ours.read_text(encoding="utf-8").replace("working_days = 5", "working_days = 6"), "utf-8")
    head = "case_id,contact_received,contact_answered,expect.local.contact\n"
    words = ("rules", "test", "cases.csv", "--rules", "ours.toml", "--since", "HEAD", "--as-at", "2025-12-31")
    cases.write_text(f"{head}A-1,2025-06-02,2025-06-03,met\n")
    blind = ehcp(*words)
    cases.write_text(f"{head}A-1,2025-06-02,2025-06-10,met\n")
    telling = ehcp(*words)
    unknown = ehcp(*words[:6], "nowhere")

    assert blind.returncode == 1
    assert printed(blind) == (
        "local.contact changed since HEAD and no fixture tells the two apart: time limit of clocks started "
        "from 1 September 2014 on: within 5 working days, the first day not counted → within 6 working days, "
        "the first day not counted\n"
    )
    assert (telling.returncode, printed(telling)) == (0, "")
    assert unknown.returncode == 2
    assert said(unknown).startswith("ehcp: `nowhere` is not a revision of a git repository here")


def git(folder: Path, *words: str) -> None:
    """Run git in a folder, with nobody's own settings."""
    settings = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, message: str) -> None:
    """Commit everything."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
