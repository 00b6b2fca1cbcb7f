"""Several `-o` in one run: judged once, each file as it would be alone, each with its receipt."""

import io
import json
import zipfile
from pathlib import Path
from unittest import mock

import polars as pl
import pytest

from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.measure import audit
from tests.cli.command import check_schema, ehcp, said

CASES = str(Path(__file__).parents[2] / "examples" / "cases.csv")
WHEN = ("--as-at", "2026-06-01")
FILES = ("a.json", "a.csv", "a.ndjson", "a.parquet", "a.md", "a.txt", "a.xlsx")


def _all(folder: Path, *words: str, command: str = "check") -> None:
    outputs = [word for name in FILES for word in ("-o", str(folder / name))]
    run = ehcp(command, CASES, *WHEN, *words, *outputs)
    assert run.returncode == 1, said(run)


@pytest.mark.slow
def test_each_of_several_files_is_what_it_is_alone(tmp_path: Path) -> None:
    """Byte for byte, data in file order and the page with the worst first."""
    _all(tmp_path)

    for name in FILES:
        alone = tmp_path / f"alone-{name}"
        ehcp("check", CASES, *WHEN, "-o", str(alone))
        assert alone.read_bytes() == (tmp_path / name).read_bytes(), name


def test_the_file_is_judged_once(tmp_path: Path) -> None:
    """Three outputs, one judgement."""
    with mock.patch.object(audit, "judge", wraps=judge) as judged:
        _all(tmp_path, "--verify", "0")

    assert judged.call_count == 1


def test_every_output_carries_the_same_receipt(tmp_path: Path) -> None:
    """CSV and NDJSON hold lines and nothing else: theirs stands beside, and nothing else is written."""
    _all(tmp_path)
    answer = json.loads((tmp_path / "a.json").read_text("utf-8"))
    receipt = answer["receipt"]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        custom = book.read("docProps/custom.xml").decode()
    metadata = pl.read_parquet_metadata(tmp_path / "a.parquet")["receipt"]

    beside = [f"{name}.receipt.json" for name in FILES if name.endswith(("csv", "ndjson"))]

    check_schema(answer)
    assert receipt["typed"] == {"command": "check", "arguments": [None], "options": {}}
    assert receipt["as_at"] == "2026-06-01"
    assert [(file["name"], len(file["sha256"])) for file in receipt["input"]] == [("cases.csv", 64)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*FILES, *beside])
    for name in beside:
        assert json.loads((tmp_path / name).read_text("utf-8")) == receipt
    assert json.loads(metadata) == receipt
    assert 'name="receipt 1"' in custom
    for name in ("a.md", "a.txt"):
        assert json.dumps(receipt) in (tmp_path / name).read_text("utf-8")


@pytest.mark.slow
def test_the_hash_of_the_options_is_that_of_what_was_asked(tmp_path: Path) -> None:
    """Where the answer goes and the day do not count, another option does, its place does not."""
    hashes: list[str] = []
    for words in (
        ("--top", "5", "--due-within", "7"),
        ("--due-within", "7", "--top", "5", "--force"),
        ("--due-within", "8", "--top", "5"),
    ):
        path = tmp_path / f"{len(hashes)}.json"
        ehcp("check", CASES, *WHEN, *words, "-o", str(path))
        hashes.append(json.loads(path.read_text("utf-8"))["receipt"]["typed_sha256"])

    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("-o", "a.csv", "-o", "./a.csv"), "-o names the same place twice"),
        (("-o", "a.csv", "-o", "b.json", "--format", "csv"), "--format is for one output"),
        (("-o", "a.csv", "-o", "b.pdf"), "b.pdf: the name does not say which format to write"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], why: str
) -> None:
    """Nothing is written."""
    monkeypatch.chdir(tmp_path)
    run = ehcp("check", CASES, *WHEN, *words)

    assert run.returncode == 2
    assert why in said(run)
    assert list(tmp_path.iterdir()) == []


def test_a_file_and_standard_output_go_together(tmp_path: Path) -> None:
    """`-o -` beside a file: the format that is asked for is that of standard output."""
    run = ehcp("check", CASES, *WHEN, "-o", "-", "-o", str(tmp_path / "a.json"), "--format", "csv")

    assert run.stdout.startswith(b'"case_id","row"')
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["schema"] == "ehcp-check/1"


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("check", CASES),
        ("check", CASES, "--exceptions"),
        ("overdue", CASES),
        ("overdue", CASES, "--save-list"),
        ("overdue", CASES, "--disclosure", "suppress"),
        ("next", CASES),
        ("letters", CASES),
        ("changes", CASES, CASES, "--old-as-at", "2026-05-25"),
        ("scorecard", CASES),
        ("scorecard", CASES, "--disclosure", "suppress"),
        ("scorecard", "--list-measures"),
        ("compare", CASES, "--authority", "Kent"),
        ("reconcile", CASES),
        ("forecast", CASES, "--runs", "100"),
        ("quality", CASES),
        ("timeline", "request_received=2026-01-12"),
        ("rules", "list"),
        ("rules", "diff", "installed", "installed", CASES),
    ],
    ids=" ".join,
)
def test_every_list_can_be_a_workbook_and_is_the_same_twice(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A workbook that opens, with the receipt in it, and the same bytes in a second run."""
    when = () if {"list", "--list-measures"} & set(words) else WHEN
    books = []
    for name in ("one.xlsx", "two.xlsx"):
        run = ehcp(*words, *when, "-o", str(tmp_path / name))
        assert run.returncode in (0, 1, 3), said(run)
        books.append((tmp_path / name).read_bytes())

    with zipfile.ZipFile(io.BytesIO(books[0])) as book:
        assert "docProps/custom.xml" in book.namelist()
        assert [name for name in book.namelist() if b"<f>" in book.read(name)] == []
    assert books[0] == books[1]


def test_a_publication_does_not_name_its_file_or_whom_it_was_asked_about(tmp_path: Path) -> None:
    """The receipt keeps the hashes and drops the words."""
    path = tmp_path / "public.json"
    run = ehcp("overdue", CASES, *WHEN, "--disclosure", "suppress", "--team", "Assessment A", "-o", str(path))
    assert run.returncode in (0, 1), said(run)
    receipt = json.loads(path.read_text("utf-8"))["receipt"]

    assert receipt["typed"] is None
    assert [file["name"] for file in receipt["input"]] == [None]
    assert "Assessment A" not in json.dumps(receipt)
    assert len(receipt["typed_sha256"]) == 64
