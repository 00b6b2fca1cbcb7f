"""Keys, pseudonyms, and the names that must never leave the building: one canary in every personal cell."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said

CANARIES = {
    "name": "CANARYNAME", "date_of_birth": "1999-12-31", "school": "CANARYSCHOOL",
    "referrer": "CANARYREFERRER", "sen_need": "CANARYNEED",
    "caseworker": "CANARYWORKER", "notes": "CANARYNOTES",
}  # fmt: skip
SEEN_AS = (
    *(word for word in CANARIES.values() if word.startswith("CANARY")),
    "1999-12-31",
    "31/12/1999",
    "CELL",
)
HEADER = [
    "case_id",
    "district",
    "team",
    *CANARIES,
    "request_received",
    "assess_agreed",
    "draft_sent",
    "plan_issued",
]
WHEN = ("--as-at", "2025-06-30")


def _row(number: int, *dates: str) -> str:
    personal = [value if value.startswith("1999") else f"{value}{number}" for value in CANARIES.values()]
    return ",".join([f"CASE-{number}", "North", "One", *personal, *dates])


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """A file with a canary in every personal cell, also in dates that cannot be read."""
    rows = [
        *(_row(n, "2025-01-20", "2025-03-03", "", "") for n in range(8)),
        *(_row(n, "2025-05-26", "", "", "") for n in range(8, 16)),
        *(_row(n, f"2025-01-{n - 10:02}", "2025-02-17", "2025-04-20", "2025-06-07") for n in range(16, 20)),
        _row(20, "2025-01-20", "CANARYCELL Kim", "", ""),
        _row(21, "CANARYCELL 31/02/2025", "", "", ""),
    ]
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "cases.csv"
    path.write_text("\n".join([",".join(HEADER), *rows]) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def key(tmp_path: Path) -> str:
    """A key in a folder of its own."""
    (tmp_path / "keys").mkdir()
    assert ehcp("key", "new", str(tmp_path / "keys" / "key")).returncode == 0
    return str(tmp_path / "keys" / "key")


def _leaks(*texts: str) -> list[str]:
    return [word for word in SEEN_AS for text in texts if word in text]


COMMANDS = (
    ("overdue",), ("overdue", "--by", "team"), ("overdue", "--save-list"), ("next",),
    ("next", "--policy", "worst-first"),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("form", ["plain", "csv", "json", "ndjson", "md"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_canary_is_in_a_pseudonymised_list(
    cases: str, key: str, command: tuple[str, ...], form: str
) -> None:
    """Names, birth dates, staff, free text and case numbers are in no format, nor on the error stream."""
    name, *options = command
    run = ehcp(name, cases, *WHEN, *options, "--pseudonymise", key, "--format", form)

    assert run.returncode in (0, 1, 3)
    assert _leaks(printed(run), said(run)) == []
    assert "CASE-" not in printed(run) + said(run)
    assert "still personal data" in printed(run)


def test_no_canary_is_in_a_pseudonymised_workbook(cases: str, key: str, tmp_path: Path) -> None:
    """The workbook says on every line and on its notes that it is still personal data."""
    (tmp_path / "out").mkdir()
    book = tmp_path / "out" / "list.xlsx"
    run = ehcp("overdue", cases, *WHEN, "--pseudonymise", key, "-o", str(book))

    with zipfile.ZipFile(book) as parts:
        text = "".join(parts.read(name).decode() for name in parts.namelist())
    assert _leaks(text, said(run)) == []
    assert "CASE-" not in text
    assert "still personal data" in text


def test_no_canary_is_in_pseudonymised_changes(cases: str, key: str) -> None:
    """What changed is told of pseudonyms; the case's own row is told of nobody."""
    run = ehcp(
        "changes", cases, cases, *WHEN, "--old-as-at", WHEN[1], "--pseudonymise", key, "--format", "json"
    )

    assert _leaks(printed(run), said(run)) == []
    assert "CASE-" not in printed(run)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["plain", "csv", "json", "ndjson", "md"])
def test_no_canary_is_in_a_publication(cases: str, form: str) -> None:
    """A table for the public names nobody, and no case."""
    run = ehcp("overdue", cases, *WHEN, "--disclosure", "suppress", "--by", "team", "--format", form)

    assert _leaks(printed(run), said(run)) == []
    assert "CASE-" not in printed(run)


ERRORS = (
    ("overdue", "--split-by", "nobody"), ("next", "--policy", "somehow"),
    ("letters", "--format", "pdf"), ("overdue", "--pseudonymise", "no-such-key"),
    ("rules", "holidays", "--add", "x"), ("overdue", "-o", "/nowhere/list.csv"),
)  # fmt: skip


@pytest.mark.parametrize("words", ERRORS, ids=" ".join)
def test_no_canary_is_in_an_error(cases: str, words: tuple[str, ...]) -> None:
    """What goes wrong is told without a cell of the file."""
    run = ehcp(*words, cases, *WHEN)

    assert run.returncode == 2
    assert _leaks(printed(run), said(run)) == []
    assert "Traceback" not in said(run)


def test_a_caseworker_who_is_not_in_the_file_is_answered_with_those_who_are(cases: str) -> None:
    """Caseworkers are staff: their names help whoever mistyped one. Nothing else of the file is told."""
    run = ehcp("next", "--caseworker", "somebody else", cases, *WHEN)

    assert run.returncode == 2
    assert "the file has CANARYWORKER" in said(run)
    assert _leaks(said(run).replace("CANARYWORKER", "")) == []


LISTS = (("overdue",), ("next",), ("letters", "--within", "105"))


@pytest.mark.slow
@pytest.mark.parametrize("words", LISTS, ids=lambda words: words[0])
def test_no_birth_date_is_on_a_list_people_work_from(cases: str, words: tuple[str, ...]) -> None:
    """A list for the office keeps names and schools to make contact by, never a date of birth or a note."""
    run = ehcp(*words, cases, *WHEN, "--format", "csv")

    assert "CANARYNAME" in printed(run)
    assert [word for word in ("1999-12-31", "CANARYNOTES", "CANARYNEED") if word in printed(run)] == []
    assert _leaks(said(run)) == []


def _pseudonyms(cases: str, key: str) -> set[str]:
    run = ehcp("overdue", cases, *WHEN, "--pseudonymise", key, "--format", "csv")
    return {line["case_id"] for line in csv.DictReader(io.StringIO(printed(run)))}


@pytest.mark.slow
def test_the_same_key_gives_the_same_pseudonyms_across_files(cases: str, key: str, tmp_path: Path) -> None:
    """Another file with the same cases has the same pseudonyms; another key has others."""
    lines = Path(cases).read_text(encoding="utf-8").splitlines()
    other = tmp_path / "in" / "other.csv"
    other.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", encoding="utf-8")
    second = tmp_path / "keys" / "second"
    ehcp("key", "new", str(second))

    first = _pseudonyms(cases, key)
    assert len(first) == 9  # the eight open requests, and the plan whose decision alone cannot be read
    assert _pseudonyms(str(other), key) == first
    assert not _pseudonyms(cases, str(second)) & first


def test_a_pseudonymised_problem_keeps_its_rule_and_loses_its_words(cases: str, key: str) -> None:
    """Words may quote a cell, and a row number finds the child."""
    answer = json.loads(printed(ehcp("overdue", cases, *WHEN, "--pseudonymise", key, "--format", "json")))

    assert answer["problems"]
    assert {one["row"] for one in answer["problems"]} == {None}
    assert [one for one in answer["problems"] if " " in one["problem"] or one["try"]] == []


def test_a_new_key_is_for_its_owner_only_and_replaces_none(tmp_path: Path) -> None:
    """Mode 600, at least 32 bytes; a second time it is refused, and the key stays what it was."""
    path = tmp_path / "key"
    made, again = ehcp("key", "new", str(path)), ehcp("key", "new", str(path))

    assert (made.returncode, again.returncode) == (0, 2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) >= 32
    assert path.read_text().strip() not in printed(made) + said(made)
    assert f"{path} is already there" in said(again)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.chmod(0o644), "can be read by other users than its owner"),
        (lambda path: path.write_bytes(b"short"), "is too short: it needs at least 32 bytes"),
        (lambda path: path.unlink(), "no such file or directory"),
    ],
    ids=["world-readable", "short", "missing"],
)
def test_a_key_that_is_no_secret_is_refused(cases: str, key: str, spoil: object, told: str) -> None:
    """Before any work is done with it."""
    spoil(Path(key))  # type: ignore[operator]
    run = ehcp("overdue", cases, *WHEN, "--pseudonymise", key)

    assert (run.returncode, printed(run)) == (2, "")
    assert told in said(run)


def test_a_key_where_the_output_goes_is_refused(cases: str, key: str) -> None:
    """Whoever is handed the folder must not be handed the key."""
    run = ehcp("overdue", cases, *WHEN, "--pseudonymise", key, "-o", str(Path(key).parent / "list.csv"))

    assert run.returncode == 2
    assert "is inside the folder of the output" in said(run)
    assert [path.name for path in Path(key).parent.iterdir()] == ["key"]
