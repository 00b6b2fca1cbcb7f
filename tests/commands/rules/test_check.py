"""`ehcp rules check`: every fault of a rulebook at once, with its place and what to try."""

import json
import re
import shutil
from pathlib import Path

import pytest

from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.cli.command import check_schema, ehcp, printed, said

ROOT = Path(__file__).parents[3]
RULEBOOK = ROOT / "src" / "ehcp_timeline" / "rulebook"
STATUTE = str(ROOT / "tests" / "statute")
AS_AT = ("--as-at", "2026-11-22")
DEADLINES = len(load_rulebook().deadlines)


def _edit(law: Path, file: str, deadline: str, was: str, written: str) -> None:
    path = law / file
    before, named, after = path.read_text(encoding="utf-8").partition(f'id = "{deadline}"\n')
    assert was in after
    path.write_text(before + named + after.replace(was, written, 1), encoding="utf-8")


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """A copy of the law to spoil."""
    copy = tmp_path / "rulebook"
    shutil.copytree(RULEBOOK, copy)
    return copy


@pytest.mark.slow
def test_the_law_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the project: no fault, every edge has its golden case, what nobody has seen is listed."""
    monkeypatch.chdir(ROOT)
    run = ehcp("rules", "check", *AS_AT)
    text = printed(run)

    assert run.returncode == 0
    assert text.startswith("Rulebook 2026.11 as at 22 November 2026: no fault\n")
    assert re.search(r"^\d+ notes?$", text, re.MULTILINE)
    assert said(run) == ""


@pytest.mark.slow
def test_six_faults_are_told_at_once(law: Path) -> None:
    """Unknown event, gap, missing citation, stale words, a version too old, a case that is missing."""
    _edit(law, "2-plan.toml", "plan.issue", "request_received", "request_recieved")
    _edit(law, "4-phase-transfer.toml", "phase.post16", "to = 2015-08-31", "to = 2015-08-30")
    _edit(law, "3-review.toml", "review.decide", 'law = "SEND-Regs-2014 reg 20(10), 21(9)"\n', "")
    _edit(law, "9-detained.toml", "detained.window", "checked = 2026-11-29", "checked = 2024-11-21")
    _edit(law, "6-reassessment.toml", "reassess.decide", "from = 2014-09-01", "from = 2014-08-31")
    reading = """

  [[deadline.reading]]
  id = "seven"
  source = "A page"
  within = { weeks = 7, start_day = "excluded" }"""
    limit = 'within = { weeks = 6, start_day = "excluded" }'
    _edit(law, "5-moves.toml", "move.notice", limit, limit + reading)
    run = ehcp("rules", "check", str(law), "--fixtures", STATUTE, *AS_AT, "--format", "json")
    answer = json.loads(printed(run))
    errors = [(one["where"], one["says"], one["try"]) for one in answer["remarks"] if one["level"] == "error"]

    assert run.returncode == 1
    check_schema(answer)
    assert errors == [
        (
            "2-plan.toml: plan.issue.starts.earliest",
            "unknown event 'request_recieved'",
            "did you mean request_received?",
        ),
        ("3-review.toml: review.decide", "law is missing", "add law = ..."),
        (
            "4-phase-transfer.toml: phase.post16.version[1]",
            "begins 2015-09-01, but the version before ends 2015-08-30",
            "versions stand next to each other",
        ),
        (
            "reassess.decide",
            "version from 2014-08-31 begins before SEND-Regs-2014 was in force, on 2014-09-01",
            "begin on 2014-09-01, or cite the law before it",
        ),
        (
            "detained.window",
            "last checked on 2024-11-21, more than two years ago",
            "read the law again, then write the day into checked",
        ),
        *((place, said_of_it, "add one, the day before, the day and the day after") for place, said_of_it in (
            ("move.notice", "no golden case has another day on the reading seven"),
            ("move.notice", "no golden case is disputed by the reading seven"),
            ("reassess.decide", "no golden case starts on 2014-08-30, the day before its first version"),
        )),
    ]  # fmt: skip


@pytest.mark.slow
def test_every_format_names_file_and_line(law: Path) -> None:
    """GitHub and SARIF stand beside the deadline in its file."""
    _edit(law, "9-detained.toml", "detained.window", "checked = 2026-11-29", "checked = 2024-11-21")
    words = ("rules", "check", str(law), "--fixtures", STATUTE, *AS_AT)
    line = (law / "9-detained.toml").read_text(encoding="utf-8").split("\n").index(
        'id = "detained.window"'
    ) + 1
    github = printed(ehcp(*words, "--format", "github"))
    sarif = json.loads(printed(ehcp(*words, "--format", "sarif")))
    (result,) = [one for one in sarif["runs"][0]["results"] if one["level"] == "error"]

    (annotation,) = [text for text in github.splitlines() if text.startswith("::error")]
    assert annotation.startswith(
        f"::error file={law}/9-detained.toml,line={line},title=detained.window::last checked on 2024-11-21"
    )
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": line}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_at", "code", "word"), [("2027-11-29", 0, "no fault"), ("2028-11-30", 1, f"{DEADLINES} faults")]
)
def test_staleness_is_judged_as_at_a_day(
    as_at: str, code: int, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year on nothing is stale; two years and a day on everything is."""
    monkeypatch.chdir(ROOT)
    run = ehcp("rules", "check", "--as-at", as_at)

    assert run.returncode == code
    assert printed(run).splitlines()[0].endswith(word)


@pytest.mark.slow
def test_a_warning_does_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between one year and two the words are told as growing old, and the exit code is 0."""
    monkeypatch.chdir(ROOT)
    run = ehcp("rules", "check", "--as-at", "2027-11-30")

    assert run.returncode == 0
    assert f"\n{DEADLINES} warnings\n" in printed(run)


@pytest.mark.slow
def test_a_local_rulebook_needs_its_own_cases() -> None:
    """A promise without a golden case is a fault; with some, the edges it leaves out are warnings."""
    rules = str(ROOT / "examples" / "local-promises.toml")
    cases = str(ROOT / "examples" / "local-promises-cases.toml")
    without = ehcp("rules", "check", "--rules", rules, "--fixtures", STATUTE, *AS_AT)
    with_them = ehcp("rules", "check", "--rules", rules, "--fixtures", STATUTE, "--fixtures", cases, *AS_AT)

    assert without.returncode == 1
    assert "local.contact no golden case is answered on its last day" in " ".join(printed(without).split())
    assert with_them.returncode == 0
    assert printed(with_them).startswith("Rulebook 2026.11 with local-promises.toml as at")
    assert "local.contact" not in printed(with_them).split(" notes")[0]
    assert "local.plan no golden case is ended in time by withdrawn" in " ".join(printed(with_them).split())


def test_without_fixtures_it_says_what_was_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of the project nothing is assumed about golden cases."""
    monkeypatch.chdir(tmp_path)
    run = ehcp("rules", "check", *AS_AT)

    assert run.returncode == 0
    assert said(run) == "golden cases were not looked at: name them with --fixtures\n"


def test_a_folder_that_is_none_cannot_be_checked(tmp_path: Path) -> None:
    """Exit 2, one line, and how a file is checked."""
    file = tmp_path / "ours.toml"
    file.write_text("")
    run = ehcp("rules", "check", str(file))

    assert run.returncode == 2
    assert said(run) == f"ehcp: {file} is not a folder\ntry: lay a file over the law with --rules FILE\n"


def test_a_rulebook_that_is_not_toml_is_a_fault_not_a_crash(law: Path) -> None:
    """What cannot be parsed is told like everything else."""
    (law / "2-plan.toml").write_text("[[deadline\n")
    run = ehcp("rules", "check", str(law), "--fixtures", f"{STATUTE}/payments.toml", *AS_AT)

    assert run.returncode == 1
    assert "2-plan.toml" in printed(run)
    assert "is not TOML" in printed(run)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "named", "where"),
    [
        ("excuses.toml", "school-closed", "excuses.toml: assessment.excuse[0]"),
        ("3-review.toml", "coronavirus", "3-review.toml: review.annual.excuse[0]"),
    ],
)
def test_an_excuse_that_lost_its_flag_is_a_fault_not_a_crash(
    law: Path, file: str, named: str, where: str
) -> None:
    """It is said where it stands, in a group and in a deadline, and the golden cases are run without it."""
    text = (law / file).read_text(encoding="utf-8")
    head, mark, rest = text.partition(f'id = "{named}"\n')
    (law / file).write_text(head + mark + re.sub(r"  flag = .*\n", "", rest, count=1), encoding="utf-8")
    run = ehcp("rules", "check", str(law), "--fixtures", STATUTE, *AS_AT, "--format", "json")
    errors = [one for one in json.loads(printed(run))["remarks"] if one["level"] == "error"]

    assert run.returncode == 1
    assert said(run) == ""
    assert [(one["where"], one["says"]) for one in errors] == [
        (where, "needs a flag, or absence dates as its evidence")
    ]
