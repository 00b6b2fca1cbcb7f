"""`ehcp convert`: the canonical file, written whole, and a report of everything that it does not hold."""

import json
import stat
from pathlib import Path

import pytest

from tests.cli.command import check_schema, ehcp, ehcp_apart, printed, said

WHEN = ("--as-at", "2026-01-15")
MESSY = """\
Case ID,Date request received,Plan issued,Remarks,Name
A,01/02/2025,TBC,x,Kim CANARY
B,31/02/2025,,,=HYPERLINK("x")
,01/03/2025,,,Nobody CANARY
"""


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Return a file with a blank word, an impossible date, a row without a case and an unused heading."""
    path = tmp_path / "old.csv"
    path.write_text(MESSY, encoding="utf-8")
    return path


def test_the_report_on_standard_error(cases: Path, tmp_path: Path) -> None:
    """What was written, headings, cells, rows, blanks; nothing on standard output; exit 3."""
    run = ehcp("convert", str(cases), "-o", str(tmp_path / "new.csv"), *WHEN)

    assert (run.returncode, run.stdout) == (3, b"")
    assert said(run).splitlines() == [
        f"Wrote {tmp_path / 'new.csv'}: 3 rows of 4 columns",
        f"{cases}: 3 rows, 2 judged, 1 not judged.",
        "1 cell began with = + - or @; a ' was put before it so that Excel shows it as text.",
        "",
        "Left behind: 1 heading not read as a column; `ehcp columns` says why",
        "heading  filled cells",
        "Remarks             1",
        "",
        "1 cell could not be read; the new file holds the same words",
        "row  column            what",
        '  3  request_received  "31/02/2025" is not a real date',
        "",
        "1 row not judged, 1 of them kept",
        "row  column   what",
        "  4  case_id  the row has no case_id",
        "",
        "Shortened",
        "column       what              cells",
        'plan_issued  "TBC" is a blank      1',
    ]


@pytest.mark.parametrize(("settings", "code"), [("", 3), ('ignore = ["Panel date"]', 0)])
def test_dates_that_are_left_behind_are_told(tmp_path: Path, settings: str, code: int) -> None:
    """They leave a deadline of the old file unknown, and overdue in the new one."""
    cases, config = tmp_path / "old.csv", tmp_path / "ehcp.toml"
    cases.write_text("case_id,request_received,plan_issued,Panel date\nA,12/01/2025,,20/05/2025\n")
    config.write_text(settings)

    run = ehcp("convert", str(cases), "-o", str(tmp_path / "new.csv"), "--config", str(config), *WHEN)

    told = (
        '"Panel date" has 1 date that may have answered a deadline; the new file has none: '
        "say what it means in ehcp.toml, or list it under ignore, and convert again."
    )
    assert (run.returncode, told in said(run).splitlines()) == (code, code == 3)


def test_the_file_is_the_owners_and_is_not_written_over(cases: Path, tmp_path: Path) -> None:
    """Mode 600; a file that is there stays unless --force is given."""
    new = tmp_path / "new.csv"
    ehcp("convert", str(cases), "-o", str(new), *WHEN)
    written = new.read_bytes()
    new.write_text("precious")

    refused = ehcp("convert", str(cases), "-o", str(new), *WHEN)
    assert (refused.returncode, said(refused)) == (
        2,
        f"ehcp: {new} is already there\ntry: add --force to replace it\n",
    )
    assert new.read_text() == "precious"

    assert ehcp("convert", str(cases), "-o", str(new), *WHEN, "--force").returncode == 3
    assert new.read_bytes() == written
    assert stat.S_IMODE(new.stat().st_mode) == 0o600


def test_the_report_as_json(cases: Path, tmp_path: Path) -> None:
    """Valid by its published schema, complete, with the file's own digest; silent on standard error."""
    run = ehcp("convert", str(cases), "-o", str(tmp_path / "new.parquet"), *WHEN, "--format", "json")
    answer = json.loads(printed(run))

    check_schema(answer)
    assert (run.returncode, run.stderr) == (3, b"")
    assert answer["output"] == {
        "name": str(tmp_path / "new.parquet"),
        "format": "parquet",
        "sha256": answer["output"]["sha256"],
        "rows": 3,
        "columns": ["case_id", "name", "request_received", "plan_issued"],
        "copies_told_apart": False,
        "apostrophes": 0,
    }
    assert answer["left_behind"] == [{"file": str(cases), "position": 4, "heading": "Remarks", "filled": 1}]
    assert [(one["row"], one["column"]) for one in answer["cells"]] == [(3, "request_received")]
    assert [(one["row"], one["kept"]) for one in answer["rows"]] == [(4, True)]


@pytest.mark.slow
def test_through_a_pipe(cases: Path) -> None:
    """Standard input to standard output; the report beside it on standard error."""
    run = ehcp_apart("convert", "-", *WHEN, stdin=cases.read_bytes())

    assert printed(run).splitlines() == [
        "case_id,name,request_received,plan_issued",
        "A,Kim CANARY,2025-02-01,",
        'B,"\'=HYPERLINK(""x"")",31/02/2025,',
        ",Nobody CANARY,01/03/2025,",
    ]
    assert said(run).startswith("Wrote standard output: 3 rows of 4 columns\n")


def test_no_name_is_printed(cases: Path, tmp_path: Path) -> None:
    """A personal cell goes into the file and nowhere else."""
    for words in ((), ("--format", "json")):
        run = ehcp("convert", str(cases), "-o", str(tmp_path / "new.xlsx"), "--force", *WHEN, *words)

        assert "CANARY" not in printed(run) + said(run)


def test_pseudonymised(cases: Path, tmp_path: Path) -> None:
    """No name, no word of an unreadable cell, no row without a case; ordered by pseudonym; says so."""
    key, out = tmp_path / "keys" / "k", tmp_path / "out"
    key.parent.mkdir()
    out.mkdir()
    ehcp("key", "new", str(key))
    run = ehcp("convert", str(cases), "-o", str(out / "new.csv"), *WHEN, "--pseudonymise", str(key))
    lines = (out / "new.csv").read_text().splitlines()

    assert lines[0] == "case_id,request_received,plan_issued"
    assert sorted(line.split(",", 1)[1] for line in lines[1:]) == ["2025-02-01,", "unreadable,"]
    assert [line[:12] for line in lines[1:]] == sorted(line[:12] for line in lines[1:])
    assert "Pseudonymised, still personal data" in said(run)
    assert "31/02/2025" not in said(run)


def test_the_key_is_not_put_beside_the_cases(cases: Path, tmp_path: Path) -> None:
    """As everywhere, the key may not lie where the output goes."""
    ehcp("key", "new", str(tmp_path / "k"))
    run = ehcp("convert", str(cases), "-o", str(tmp_path / "new.csv"), "--pseudonymise", str(tmp_path / "k"))

    assert run.returncode == 2
    assert not (tmp_path / "new.csv").exists()


@pytest.mark.parametrize(
    ("words", "code"), [((), 3), (("--exit-zero",), 0), (("--strict",), 2), (("--strict", "--exit-zero"), 2)]
)
def test_exit_codes(cases: Path, tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    """3 if something could not be read; --strict makes it 2, --exit-zero makes it 0."""
    assert ehcp("convert", str(cases), "-o", str(tmp_path / "new.csv"), *WHEN, *words).returncode == code


def test_a_sound_file_exits_with_nothing(tmp_path: Path) -> None:
    """0, and the report is three lines."""
    (tmp_path / "old.csv").write_text("case_id,plan_issued\nA,1/2/2025\n")
    run = ehcp("convert", str(tmp_path / "old.csv"), "-o", str(tmp_path / "new.xlsx"), *WHEN)

    assert run.returncode == 0
    assert said(run).splitlines() == [
        f"Wrote {tmp_path / 'new.xlsx'}: 1 row of 2 columns",
        f"{tmp_path / 'old.csv'}: 1 row, 1 judged, 0 not judged.",
    ]


def test_two_files_become_one(tmp_path: Path) -> None:
    """Their rows stand one after another; each file is named with what it lost, and so is a case in both."""
    (tmp_path / "1.csv").write_text("case_id,plan_issued,Notes\nA,1/2/2025,x\n")
    (tmp_path / "2.csv").write_text("plan_issued,case_id\n1/2/2026,A\nsoon,B\n")
    files = [str(tmp_path / name) for name in ("1.csv", "2.csv")]
    run = ehcp("convert", *files, "-o", str(tmp_path / "all.csv"), *WHEN)

    assert (tmp_path / "all.csv").read_text() == "case_id,plan_issued\nA,2025-02-01\nA,2026-02-01\nB,soon\n"
    assert said(run).splitlines()[:8] == [
        f"Wrote {tmp_path / 'all.csv'}: 3 rows of 2 columns",
        f"{files[0]}: 1 row, 1 judged, 0 not judged.",
        f"{files[1]}: 2 rows, 2 judged, 0 not judged.",
        "Rows of one case are one case now, whichever file they came from.",
        "",
        "Left behind: 1 heading not read as a column; `ehcp columns` says why",
        "heading  filled cells  file",
        f"Notes               1  {files[0]}",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "json"), "--format json prints the report: the cases need a file"),
        (("-o", "new.txt"), "-o new.txt: the name does not say which format to write"),
        (("--format", "html"), "--format: `html` is not one of csv, xlsx, parquet, json"),
    ],
)
def test_wrong_words(cases: Path, words: tuple[str, ...], message: str) -> None:
    """One line, exit 2."""
    run = ehcp("convert", str(cases), *words)

    assert run.returncode == 2
    assert said(run).splitlines()[0] == f"ehcp: {message}"


def test_a_file_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    """A column that makes sense only month-first is known at the end; nothing has been written by then."""
    (tmp_path / "old.csv").write_text("case_id,plan_issued\nA,12/31/2024\n")
    run = ehcp("convert", str(tmp_path / "old.csv"), "-o", str(tmp_path / "new.csv"), *WHEN)

    assert run.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]


def test_the_same_bytes_every_time(cases: Path, tmp_path: Path) -> None:
    """CSV, workbook and Parquet do not change from run to run."""
    for form in ("csv", "xlsx", "parquet"):
        for name in ("one", "two"):
            ehcp("convert", str(cases), "-o", str(tmp_path / f"{name}.{form}"), *WHEN)

        assert (tmp_path / f"one.{form}").read_bytes() == (tmp_path / f"two.{form}").read_bytes()
