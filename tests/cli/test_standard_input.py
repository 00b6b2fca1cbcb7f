"""Every command that takes a case file takes it from standard input, of whatever kind it is."""

import gzip
import io
import sys
from datetime import date
from pathlib import Path
from unittest import mock

import polars as pl
import pytest

from tests.cases.books import book
from tests.cli.command import Run, ehcp, printed

HEADER = ("case_id", "request_received", "assess_agreed", "draft_sent", "plan_issued", "review_decided")
ROWS = (
    ("C-1", date(2025, 1, 13), date(2025, 2, 24), date(2025, 5, 1), None, None),
    ("C-2", date(2025, 9, 29), None, None, None, None),
    ("C-3", date(2024, 9, 16), date(2024, 10, 28), date(2025, 1, 6), date(2025, 2, 3), None),
)
CSV = "\n".join(",".join(str(cell or "") for cell in row) for row in (HEADER, *ROWS)).encode()
WHEN = ("--as-at", "2026-01-15")
COMMANDS = (
    *(
        ("check", "-"),
        ("check", "-", "--exceptions"),
        ("explain", "C-1", "-"),
        ("overdue", "-"),
        ("next", "-"),
    ),
    *(("letters", "-"), ("scorecard", "-"), ("reconcile", "-"), ("forecast", "-"), ("report", "-")),
    ("quality", "-"),
    *(
        ("columns", "-"),
        ("changes", "cases.csv", "-", "--old-as-at", "2025-06-01"),
        ("convert", "-", "-o", "out.csv", "--force"),
    ),
)


def _kinds() -> dict[str, bytes]:
    """Return the same cases as a file of each kind."""
    parquet = io.BytesIO()
    pl.DataFrame(ROWS, schema=HEADER, orient="row").write_parquet(parquet)
    return {
        "csv": CSV,
        "utf-16": CSV.decode().encode("utf-16"),
        "gzip": gzip.compress(CSV),
        "xlsx": book(("Cases", (HEADER, *ROWS))),
        "parquet": parquet.getvalue(),
    }


KINDS = _kinds()


def piped(data: bytes, *words: str) -> Run:
    """Run a command with these bytes on standard input."""
    with mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(data))):
        return ehcp(*words)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases.csv").write_bytes(CSV)


@pytest.mark.slow
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_reads_a_workbook_from_standard_input(words: tuple[str, ...]) -> None:
    """It answers as it does for the same cells as CSV."""
    from_book, from_csv = (piped(KINDS[kind], *words, *WHEN) for kind in ("xlsx", "csv"))

    assert from_book.returncode == from_csv.returncode != 2
    if words[0] != "columns":
        assert from_book.stdout == from_csv.stdout


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_read_from_standard_input(kind: str) -> None:
    """The findings are those of the file by its name."""
    named = ehcp("check", "cases.csv", *WHEN, "--include", "all", "--format", "csv")

    assert printed(piped(KINDS[kind], "check", "-", *WHEN, "--include", "all", "--format", "csv")) == printed(
        named
    )


def test_standard_input_beside_a_file() -> None:
    """Several files may be checked at once, one of them piped; the settings may speak of it as `-`."""
    Path("ehcp.toml").write_text('[files."-".columns]\nplan_issued = "Day"\n')
    other = b"case_id,request_received,Day\nD-1,2025-09-01,2025-12-01\n"
    run = piped(other, "check", "cases.csv", "-", *WHEN, "--include", "met", "--format", "csv")

    assert '"D-1",2,"plan.issue"' in printed(run)
