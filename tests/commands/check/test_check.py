"""`ehcp check` as a person meets it: files in, lists, data and an exit code out."""

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ehcp_timeline.measure.answer import Finding, keys
from tests.cli.command import check_schema, ehcp, ehcp_apart, on_a_terminal, printed, said

AS_AT = ("--as-at", "2026-01-15")
HEADER = (
    "case_id,name,team,caseworker,request_received,assess_agreed,assess_refused,draft_sent,plan_issued,"
    "no_plan_notified"
)
OVERDUE = "C-1,Quillfeather,North,A. Khan,02/04/2025,01/05/2025,,,,"
WORSE = "C-2,Brandysnap,North,B. Reed,03/03/2025,01/04/2025,,,,"
MET = "C-3,Larkspur,South,A. Khan,06/01/2025,03/02/2025,,01/04/2025,26/05/2025,"
LATE = "C-4,Larkspur,South,A. Khan,06/01/2025,03/02/2025,,01/04/2025,27/05/2025,"
SOON = "C-5,Larkspur,South,A. Khan,10/09/2025,01/10/2025,,,,"
BAD_DATE = "C-6,Larkspur,South,A. Khan,31/02/2025,,,,,"
NO_ID = ",Larkspur,South,A. Khan,06/01/2025,,,,,"


def written(folder: Path, *lines: str, name: str = "cases.csv") -> str:
    """Write a case file of these lines and return its name."""
    path = folder / name
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    return str(path)


def answer(*words: str) -> dict[str, Any]:
    """Return the JSON answer of a check."""
    found: dict[str, Any] = json.loads(printed(ehcp("check", *words, "--format", "json")))
    return found


def listed(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return case, deadline and verdict of every finding."""
    return [(one["case_id"], one["deadline"], one["verdict"]) for one in found["findings"]]


def test_what_needs_a_look_is_listed_in_file_order(tmp_path: Path) -> None:
    """Overdue and due within 14 days, with their days; what is met or late is counted, not listed."""
    found = answer(written(tmp_path, OVERDUE, SOON, MET, LATE, WORSE), *AS_AT)

    assert listed(found) == [
        ("C-1", "plan.issue", "overdue"),
        ("C-5", "plan.issue", "running"),
        ("C-2", "plan.issue", "overdue"),
    ]
    assert [one["days_late"] for one in found["findings"]] == [148, None, 178]
    assert found["findings"][1]["days_left"] == 13
    assert found["findings"][1]["due"] == "2026-01-28"
    assert found["summary"]["verdicts"]["plan.issue"] == {"running": 1, "met": 1, "late": 1, "overdue": 2}
    assert found["summary"]["stages"] == {"no_decision": 0, "agreed_no_draft": 3, "draft_not_final": 0}


def test_the_answer_has_the_published_shape(tmp_path: Path) -> None:
    """Real output, with problems and every part filled, is valid by model and schema."""
    file = written(tmp_path, OVERDUE, BAD_DATE, NO_ID, MET)
    found = answer(file, *AS_AT, "--include", "all", "--who", "all", "--kind", "all")

    check_schema(found)
    assert found["input"][0]["rows"] == found["input"][0]["judged"] + found["input"][0]["not_judged"] == 4
    assert found["problems"]
    assert {tuple(one) for one in found["findings"]} == {keys(Finding)}


@pytest.mark.parametrize("within", [12, 13, 14])
def test_due_within_is_inclusive(tmp_path: Path, within: int) -> None:
    """A clock with 13 days left is not due within 12 days, is within 13, and within 14."""
    found = answer(written(tmp_path, SOON), *AS_AT, "--due-within", str(within))

    assert listed(found) == ([] if within == 12 else [("C-5", "plan.issue", "running")])


@pytest.mark.slow
def test_include_kind_who_and_names_choose(tmp_path: Path) -> None:
    """Each option narrows or widens the list, and the summary counts everything either way."""
    file = written(tmp_path, OVERDUE, WORSE, MET, LATE)
    everything = answer(file, *AS_AT)["summary"]

    late = answer(file, *AS_AT, "--include", "late", "--deadline", "plan.issue")
    khan = answer(file, *AS_AT, "--caseworker", "A. Khan")
    south = answer(file, *AS_AT, "--team", "south,South", "--include", "late,met", "--deadline", "plan")
    guidance = answer(file, *AS_AT, "--kind", "guidance")
    assert listed(late) == [
        ("C-1", "plan.issue", "overdue"),
        ("C-2", "plan.issue", "overdue"),
        ("C-4", "plan.issue", "late"),
    ]
    assert listed(khan) == [("C-1", "plan.issue", "overdue")]
    assert ("C-3", "plan.issue", "met") in listed(south)
    assert {case for case, _, _ in listed(south)} == {"C-3", "C-4"}
    assert {deadline for _, deadline, _ in listed(guidance)} == {"plan.draft"}
    assert all(one["summary"] == everything for one in (late, khan, south, guidance))


@pytest.mark.parametrize(
    ("lines", "words", "code"),
    [
        ((MET,), (), 0),
        ((OVERDUE,), (), 1),
        ((LATE,), (), 0),
        ((LATE,), ("--fail-on", "late"), 1),
        ((SOON,), (), 0),
        ((SOON,), ("--fail-on", "due-soon"), 1),
        ((SOON,), ("--fail-on", "due-soon", "--due-within", "12"), 0),
        ((OVERDUE,), ("--fail-on", "none"), 0),
        ((OVERDUE,), ("--exit-zero",), 0),
        ((OVERDUE,), ("--caseworker", "B. Reed"), 2),
        ((OVERDUE,), ("--kind", "guidance"), 0),
        ((OVERDUE,), ("--kind", "all", "--who", "all", "--top", "0"), 1),
        ((MET, NO_ID), (), 3),
        ((OVERDUE, NO_ID), (), 1),
        ((MET, NO_ID), ("--strict",), 2),
        ((MET, BAD_DATE), ("--strict",), 2),
        ((MET, NO_ID), ("--exit-zero",), 0),
    ],
)
def test_the_exit_code(tmp_path: Path, lines: tuple[str, ...], words: tuple[str, ...], code: int) -> None:
    """0 nothing overdue, 1 something is, 2 strict and a problem, 3 rows that could not be judged."""
    assert ehcp("check", written(tmp_path, *lines), *AS_AT, *words).returncode == code


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said_of_it", "tip"),
    [
        (
            "--caseworker=A. Kahn",
            "--caseworker: no row has the caseworker `A. Kahn`",
            "did you mean A. Khan?",
        ),
        ("--team=Assesment", "--team: no row has the team `Assesment`", "the file has North and South"),
        ("--district=Hythe", "--district: no row has the district `Hythe`", "leave out --district"),
        ("--team=North --caseworker=C.Low", "no row matches --team and --caseworker together", "leave one"),
        ("--deadline=order", "--deadline: no column of the file can start order", "a column order_made"),
    ],
)
def test_a_filter_that_matches_no_row_is_an_error(
    tmp_path: Path, words: str, said_of_it: str, tip: str
) -> None:
    """A page that says "nothing is overdue" would speak of rows that nobody asked about."""
    options = [f"--{word.strip()}" for word in words.split("--") if word]
    file = written(tmp_path, OVERDUE, MET, MET.replace("A. Khan", "C.Low"))
    run = ehcp("check", file, *AS_AT, *options)

    assert (run.returncode, printed(run)) == (2, "")
    assert said(run).startswith(f"ehcp: {said_of_it}\ntry: ")
    assert tip in said(run)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code"),
    [(("--caseworker", "A. Khan"), 0), (("--team", "Nowhere,South"), 0), (("--deadline", "order,plan"), 1)],
)
def test_a_filter_that_matches_rows_without_findings_is_none(
    tmp_path: Path, words: tuple[str, str], code: int
) -> None:
    """A caseworker with nothing overdue is good news; of several names one is enough."""
    assert ehcp("check", written(tmp_path, MET, WORSE), *AS_AT, *words).returncode == code


def test_late_is_looked_for_without_being_listed(tmp_path: Path) -> None:
    """`--fail-on late` changes the exit code and nothing in the answer."""
    file = written(tmp_path, OVERDUE, LATE)
    asked = ("check", file, *AS_AT, "--format", "json")

    assert ehcp(*asked, "--fail-on", "late").stdout == ehcp(*asked).stdout


def test_a_pipe_gets_plain_text_with_nothing_cut(tmp_path: Path) -> None:
    """Late first, worst first; long ids whole; no escapes; what to type next."""
    long = "EHC-" + "0123456789" * 5
    text = printed(ehcp("check", written(tmp_path, OVERDUE, WORSE.replace("C-2", long)), *AS_AT))
    lines = text.splitlines()

    at = lines.index("Final plan, 20 weeks: 2 overdue")
    assert lines[at + 2].startswith(f"{long}  2025-07-21")
    assert lines[at + 3].startswith("C-1 ")
    assert "…" not in text
    assert "\x1b" not in text
    assert "─" not in text
    assert lines[-2] == f"Why, by law     ehcp explain {long} {tmp_path / 'cases.csv'} --as-at 2026-01-15"


def test_top_cuts_the_page_and_nothing_else(tmp_path: Path) -> None:
    """`--top 1` shows the worst of each list with the total; data formats stay complete."""
    file = written(tmp_path, OVERDUE, WORSE)
    page = printed(ehcp("check", file, *AS_AT, "--top", "1"))

    assert "Final plan, 20 weeks: 1 of 2 overdue" in page
    assert "\nC-2  " in page
    assert "\nC-1  2025-08-20" not in page
    assert len(answer(file, *AS_AT, "--top", "1")["findings"]) == 2


@pytest.mark.slow
def test_every_data_format_holds_the_same_findings(tmp_path: Path) -> None:
    """CSV, NDJSON, Parquet and Markdown have the rows of the JSON, in its order."""
    file = written(tmp_path, OVERDUE, SOON, WORSE)
    whole = answer(file, *AS_AT)["findings"]
    ids = [one["case_id"] for one in whole]
    outputs = {
        name: ehcp("check", file, *AS_AT, "--format", name) for name in ("csv", "ndjson", "parquet", "md")
    }

    rows = list(csv.DictReader(io.StringIO(printed(outputs["csv"]))))
    assert [row["case_id"] for row in rows] == ids
    assert [row["days_late"] for row in rows] == ["148", "", "178"]
    assert [json.loads(line) for line in printed(outputs["ndjson"]).splitlines()] == whole
    assert pl.read_parquet(io.BytesIO(outputs["parquet"].stdout))["case_id"].to_list() == ids
    assert [line.split(" | ")[0] for line in printed(outputs["md"]).splitlines()[4:]] == [
        f"| {one}" for one in ids
    ]


def test_data_on_standard_output_and_the_rest_on_standard_error(tmp_path: Path) -> None:
    """CSV is nothing but CSV; rows, findings, problems and dates that could be either are told beside it."""
    run = ehcp("check", written(tmp_path, OVERDUE, BAD_DATE, NO_ID), *AS_AT, "--format", "csv")

    assert printed(run).splitlines()[0].startswith('"case_id","row",')
    # month-first, the decision would come before its request, which leaves every clock of it unknown
    hangs = "4 of 8 verdicts would change if `assess_agreed` were month-first; it was read day-first."
    assert said(run).splitlines() == [
        f"{tmp_path / 'cases.csv'}: 3 rows, 2 judged, 1 not judged.",
        "3 findings as at 15 January 2026.",
        f"{tmp_path / 'cases.csv'}: {hangs}",
        "2 problems to put right; --format json lists them.",
    ]


def test_a_file_is_written_whole_and_not_over_another(tmp_path: Path) -> None:
    """`-o` infers the format, refuses a file that is there before it reads, replaces it when forced."""
    file, out = written(tmp_path, OVERDUE), tmp_path / "out.ndjson"
    first = ehcp("check", file, *AS_AT, "-o", str(out))
    second = ehcp("check", file, *AS_AT, "-o", str(out))
    third = ehcp("check", file, *AS_AT, "-o", str(out), "--force")

    assert (first.returncode, first.stdout) == (1, b"")
    assert json.loads(out.read_text())["case_id"] == "C-1"
    assert second.returncode == 2
    assert said(second) == f"ehcp: {out} is already there\ntry: add --force to replace it\n"
    assert third.returncode == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cases.csv",
        "out.ndjson",
        "out.ndjson.receipt.json",
    ]


@pytest.mark.slow
def test_standard_input_and_several_files(tmp_path: Path) -> None:
    """`-` is a file like any other; several files have a line each and one list."""
    file = written(tmp_path, OVERDUE)
    piped = (HEADER + "\n" + WORSE + "\n").encode()
    run = ehcp_apart("check", file, "-", *AS_AT, "--format", "json", stdin=piped)
    found = json.loads(printed(run))

    assert [(one["name"], one["rows"]) for one in found["input"]] == [(file, 1), ("-", 1)]
    assert {one["case_id"] for one in found["findings"]} == {"C-1", "C-2"}


def test_a_missing_column_is_not_judged_unless_it_means_not_yet(tmp_path: Path) -> None:
    """Without plan_issued nothing is called overdue; --assume-blank plan_issued says that none was issued."""
    path = tmp_path / "open.csv"
    path.write_text("case_id,request_received,assess_agreed\nC-1,02/04/2025,01/05/2025\n")

    found = answer(str(path), *AS_AT)
    assumed = answer(str(path), *AS_AT, "--assume-blank", "plan_issued")
    assert found["findings"] == []
    assert {"deadline": "plan.issue", "needs": ["plan_issued"], "clocks": 1} in found["summary"]["not_judged"]
    assert listed(assumed) == [("C-1", "plan.issue", "overdue")]


@pytest.mark.slow
def test_settings_beside_the_file_are_used_and_said(tmp_path: Path) -> None:
    """A council's own heading, blank word and local rulebook work from ehcp.toml."""
    (tmp_path / "ehcp.toml").write_text('blanks = ["awaiting"]\n[columns]\nplan_issued = ["Sealed"]\n')
    (tmp_path / "ours.csv").write_text("case_id,request_received,Sealed\nC-1,02/04/2025,awaiting\n")
    run = ehcp_apart("check", "ours.csv", *AS_AT, "--format", "json", cwd=tmp_path)
    found = json.loads(printed(run))

    assert said(run).startswith(f"settings from {tmp_path / 'ehcp.toml'}\n")
    assert listed(found) == [("C-1", "plan.issue", "overdue")]
    assert found["problems"] == []


@pytest.mark.slow
def test_the_same_run_twice_is_byte_identical(tmp_path: Path) -> None:
    """In every format."""
    file = written(tmp_path, OVERDUE, SOON, BAD_DATE, NO_ID, MET)
    for name in ("plain", "json", "csv", "ndjson", "parquet", "md"):
        words = ("check", file, *AS_AT, "--format", name)
        assert ehcp_apart(*words).stdout == ehcp(*words).stdout != b""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--include", "overdeu"), "--include: `overdeu` is not one of "),
        (("--who", "parents"), "--who: `parents` is not one of authority, "),
        (("--kind", "law"), "--kind: `law` is not one of statutory, guidance, local, all"),
        (("--deadline", "plan.isue"), "--deadline: there is no `plan.isue`"),
        (("--fail-on", "breach"), "--fail-on: `breach` is not one of overdue, late, due-soon, none"),
        (("--assume-blank", "plan_isued"), "--assume-blank: there is no column `plan_isued`"),
        (("--due-within", "-1"), "invalid value for '--due-within'"),
        (("--top", "many"), "invalid value for '--top'"),
        (("--format", "html5"), "--format: `html5` is not one of "),
        (("--as-at", "2026-13-01"), "--as-at 2026-13-01: "),
        (
            ("--config", "nowhere.toml"),
            "nowhere.toml: there is no such file\ntry: check the name and the folder\n",
        ),
        (("-o", "nowhere/out.csv"), "nowhere/out.csv: there is no folder nowhere"),
        (("-o", "out.xyz"), "-o out.xyz: the name does not say which format to write"),
    ],
)
def test_a_wrong_option_is_one_clear_line(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    """Exit 2, nothing on standard output, nothing read, no traceback."""
    run = ehcp("check", written(tmp_path, OVERDUE), *words)

    assert (run.returncode, run.stdout) == (2, b"")
    assert said(run).startswith(f"ehcp: {message}")
    assert "Traceback" not in said(run)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b"\x00\x01\x02\x00" * 50, ""),
        (b"name,request_received\nx,01/02/2025\n", "case_id"),
        (b"case_id,plan_issued,plan_issued\nC-1,,\n", "plan_issued"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    """Missing, empty, binary, without case_id, a heading twice: exit 2, the file named, no traceback."""
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_bytes(content)
    run = ehcp("check", str(path), *AS_AT)

    assert (run.returncode, run.stdout) == (2, b"")
    assert said(run).startswith("ehcp: ")
    assert str(path) in said(run)
    assert message in said(run)
    assert "Traceback" not in said(run)


def test_a_folder_is_no_case_file(tmp_path: Path) -> None:
    """Named as such."""
    run = ehcp("check", str(tmp_path), *AS_AT)

    assert (run.returncode, run.stdout) == (2, b"")
    assert str(tmp_path) in said(run)


@pytest.mark.slow
def test_no_name_is_ever_shown(tmp_path: Path) -> None:
    """A child's name is in no output, neither in the answer nor in what is said of problems."""
    file = written(
        tmp_path, OVERDUE, BAD_DATE, NO_ID, "C-1,Quillfeather,North,A. Khan,02/04/2025,01/05/2025,,,,"
    )
    for name in ("plain", "json", "csv", "ndjson", "parquet", "md"):
        run = ehcp("check", file, *AS_AT, "--format", name, "--include", "all")
        assert b"Quillfeather" not in run.stdout + run.stderr
        assert b"Larkspur" not in run.stdout + run.stderr


@pytest.mark.slow
def test_what_is_in_a_cell_cannot_steer_the_screen(tmp_path: Path) -> None:
    """Escapes and right-to-left marks are spelled out on the page and in CSV, and escaped in JSON."""
    evil = "C\x1b[2J\u202e9"
    file = written(tmp_path, OVERDUE.replace("A. Khan", evil))
    for name in ("plain", "csv", "json", "md"):
        output = printed(ehcp("check", file, *AS_AT, "--format", name))
        assert "\x1b" not in output
        assert "\u202e" not in output
    assert answer(file, *AS_AT)["findings"][0]["caseworker"] in (evil, evil.replace("\x1b", ""))


@pytest.mark.slow
def test_a_terminal_gets_one_screen(tmp_path: Path) -> None:
    """24 lines of 80 columns hold the answer and leave a line to type on; colour says nothing of its own."""
    file = os.path.relpath(written(tmp_path, *(OVERDUE.replace("C-1", f"EHC-{n:06}") for n in range(30))))
    coloured = on_a_terminal(("check", file, *AS_AT), 80, {"NO_COLOR": ""})
    bare = on_a_terminal(("check", file, *AS_AT), 80, {"NO_COLOR": "1"})
    without_colour = re.sub(r"\x1b\[[0-9;]*m", "", coloured)

    assert "\x1b[1;31mEHC plan time limits in cases.csv" in coloured
    assert [line.rstrip() for line in without_colour.splitlines()] == bare.splitlines()
    assert "Final plan, 20 weeks       30  148 days  EHC-000000             0\n" in bare
    assert len(bare.splitlines()) < 24
    assert max(map(len, bare.splitlines())) <= 80


@pytest.mark.slow
def test_list_and_full_end_with_the_same_screen(tmp_path: Path) -> None:
    """Who reads only the last lines reads the answer; `--list` honours `--top`."""
    file = os.path.relpath(written(tmp_path, *(OVERDUE.replace("C-1", f"EHC-{n:06}") for n in range(30))))
    lists = on_a_terminal(("check", file, *AS_AT, "--list", "--top", "3"), 80, {"NO_COLOR": "1"})
    full = on_a_terminal(("check", file, *AS_AT, "--full"), 80, {"NO_COLOR": "1"})

    assert lists.startswith("Final plan, 20 weeks: 3 of 30 overdue\ncase        due         how it stands")
    assert "EHC-000000  2025-08-20  148 days late  plan.issue" in lists
    assert "EHC-000003" not in lists
    assert "\nOldest open assessments\n" in full
    for page in (lists, full):
        assert "\nFinal plan, 20 weeks       30  148 days  EHC-000000" in "\n".join(page.splitlines()[-24:])
        assert max(len(line) for line in page.splitlines() if "/" not in line) <= 80


def test_standard_input_is_read_once() -> None:
    """Named twice it is an error that says so."""
    run = ehcp_apart("check", "-", "-", stdin=f"{HEADER}\n{MET}\n".encode())

    assert (run.returncode, said(run)) == (
        2,
        "ehcp: `-` is named twice\ntry: standard input can be read only once\n",
    )


REQUEST_ON_REVIEW_ROWS = """\
case_id,request_received,assess_agreed,plan_issued,review_meeting,review_decided
H1,2024-01-08,2024-02-12,2024-05-27,,
H1,2024-01-08,2024-02-12,2024-05-27,2025-04-14,2025-05-12
H1,2024-01-08,2024-02-12,2024-05-27,2026-04-13,2026-05-11
H2,2024-02-05,2024-03-11,2024-09-30,,
"""


@pytest.mark.slow
def test_a_request_repeated_on_review_rows_is_counted_once(tmp_path: Path) -> None:
    """Two children, one plan in time: two clocks, a rate of one half, and a problem that names the rows."""
    path = tmp_path / "cases.csv"
    path.write_text(REQUEST_ON_REVIEW_ROWS, encoding="utf-8")
    found = answer(str(path), "--as-at", "2024-12-31")
    card = json.loads(
        printed(ehcp("scorecard", str(path), "--as-at", "2024-12-31", "--period", "year", "--format", "json"))
    )

    assert found["summary"]["verdicts"]["plan.issue"] == {"met": 1, "late": 1}
    assert found["summary"]["rates"]["plans_issued_den"] == 2
    assert found["summary"]["rates"]["pc_plans_issued_within_20_weeks"] == 50.0
    assert [one["row"] for one in found["problems"] if one["column"] == "request_received"] == [3, 4]
    (year,) = card["lines"]
    assert year["values"]["requests_received_in_year"] == 2
    assert year["values"]["pc_plans_issued_within_20_weeks"] == 50.0


def test_a_request_on_two_rows_is_answered_by_either(tmp_path: Path) -> None:
    """Nothing is overdue, and both rows are judged."""
    plan = "C-1,Reed,North,A. Khan,06/10/2025,12/11/2025,,,20/02/2026,"
    found = answer(
        written(tmp_path, plan, plan.replace("20/02/2026", "")), "--as-at", "2026-06-01", "--include", "all"
    )

    assert ("C-1", "plan.issue", "met") in listed(found)
    assert [one["row"] for one in found["findings"] if one["deadline"] == "plan.issue"] == [2]
    assert found["input"][0]["judged"] == 2


def test_a_decision_before_its_request_is_listed_with_both_dates(tmp_path: Path) -> None:
    """Its clocks are unknown, and a problem names both; another row is overdue as ever."""
    file = written(tmp_path, "C-1,,,,04/08/2025,12/07/2025,,,01/07/2025,", "C-2,,,,04/08/2025,,,,,")
    found = answer(file, *AS_AT)

    assert listed(found) == [
        ("C-1", "assess.decide", "unknown"),
        ("C-1", "assess.no_plan", "unknown"),
        ("C-1", "plan.issue", "unknown"),
        ("C-2", "assess.decide", "overdue"),
        ("C-2", "plan.issue", "overdue"),
    ]
    assert "assess_agreed (2025-07-12) is before the request (2025-08-04)" in [
        one["problem"] for one in found["problems"]
    ]
