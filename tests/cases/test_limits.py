"""What would fill the memory or the disk is refused in one line; each limit can be raised."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from ehcp_timeline.cases.formats.csv import encoding
from ehcp_timeline.errors import CaseFileError
from tests.cases.made import opened
from tests.cases.test_bad_input import check_capped
from tests.cli.command import ehcp, said

HEAD = "case_id,request_received"
ROW = "A,2025-06-02\n"
RAISE = "set EHCP_LIMITS=2 in the environment to read twice as much"
RETURN = '<Message xmlns="urn:sen2"><Header>{}</Header><Person><UPN>{}</UPN></Person></Message>'
RELIABILITY = Path(__file__).parents[1] / "data" / "reliability"
ROWS_20M, T = RELIABILITY / "rows20m.parquet", str(RELIABILITY / "t.csv")


def _columns(count: int) -> str:
    return f"{HEAD},{','.join(f'c{number}' for number in range(count - 2))}\n{ROW}"


def _write_gzip(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(501):
            file.write(bytes(1_000_000))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "line"),
    [
        (
            lambda path: path.write_text(f"{HEAD}\n{ROW}" + "\n" * 10_000_000),
            f"has more than 10,000,000 lines\ntry: {RAISE}",
        ),
        (
            lambda path: path.write_text(_columns(16_385)),
            f"a line has more than 16,384 cells\ntry: {RAISE}",
        ),
        (
            lambda path: path.write_text(f"{HEAD}\n" + "," * 200_000_000),
            f"a line has more than 16,384 cells\ntry: {RAISE}",
        ),
        (
            lambda path: path.write_bytes(ROWS_20M.read_bytes()),
            "has 20,000,000 rows and 2 columns\ntry: at most 5,000,000 rows",
        ),
        (
            lambda path: path.write_text(RETURN.format("9" * 5_000_000, "A")),
            "no person begins in its first 4 million bytes",
        ),
        (
            lambda path: path.write_text(RETURN.format("", "9" * 5_000_000)),
            "holds 4 million bytes in which no person ends",
        ),
        (_write_gzip, "unpacks to more than 500 million bytes"),
    ],
    ids=["blank lines", "headings", "commas", "rows of Parquet", "a header of XML", "a text of XML", "gzip"],
)
def test_what_is_too_much_is_refused(write: Callable[[Path], object], line: str, tmp_path: Path) -> None:
    """Each in one line with what to try, in less than 700 MB."""
    path = tmp_path / "file"
    write(path)
    told = check_capped(path)

    assert told.code == 2
    assert line in "\n".join(told.lines)


@pytest.mark.parametrize(("after", "refused"), [(1_000 - 103, False), (1_000 - 102, True)])
def test_short_lines_after_long_ones_are_counted_too(
    after: int, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that begins with long lines is refused before a row is read; the last line allowed is not."""
    monkeypatch.setattr(encoding, "MOST_LINES", 1_000)
    long = "".join(f"A{number},2025-06-02,{'x' * 4_000}\n" for number in range(102))
    short = "".join(f"B{number},2025-06-02,\n" for number in range(after))
    text = f"{HEAD},notes\n{long}{short}"
    if refused:
        with pytest.raises(CaseFileError, match=r"has more than 1,000 lines"):
            opened(tmp_path, text)
    else:
        assert sum(batch.frame.height for batch in opened(tmp_path, text).batches()) == 999


@pytest.mark.parametrize("words", [("changes", "{}", T), ("verify", "{}", T), ("report", T, "--since", "{}")])
def test_an_answer_of_too_many_values_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    """Three bytes each in the file, and a hundred in memory: 300 MB of them took 21 GB."""
    path = tmp_path / "answer.json"
    path.write_text('{"schema": "ehcp-check/1", "findings": [' + "{}," * 4_000_000 + "{}]}")
    run = ehcp(*(word.format(path) for word in words), "-f", "json")

    assert run.returncode == 2
    assert f"holds more than 8,000,000 values\ntry: {RAISE}" in said(run)


@pytest.mark.parametrize(
    "words",
    [
        ("check", "cases.csv", "--config", "{}"),
        ("check", "cases.csv", "--rules", "{}"),
        ("rules", "test", "{}"),
    ],
    ids=" ".join,
)
def test_what_a_person_writes_is_not_as_long_as_data(words: tuple[str, ...], tmp_path: Path) -> None:
    """A case file that was named by mistake is refused before its text is taken for TOML."""
    path = tmp_path / "cases.toml"
    path.write_text(f"# {'x' * 10_000_000}")
    run = ehcp(*(word.format(path) for word in words))

    assert run.returncode == 2
    assert f"{path} has more than 10,000,000 bytes" in said(run)


@pytest.mark.slow
def test_a_cell_of_a_million_characters_is_read(tmp_path: Path) -> None:
    """A long cell makes its row long, not the memory that is asked for a block of rows."""
    path = tmp_path / "long.csv"
    path.write_text(f"{HEAD},notes\nA,2025-06-02,{'x' * 1_000_000}\nB,2025-06-02,y\n")
    told = check_capped(path)

    assert [file["judged"] for file in told.answer["input"]] == [2]


@pytest.mark.slow
def test_a_limit_can_be_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One number in the environment raises every limit; what is not a number is refused."""
    path = tmp_path / "wide.csv"
    path.write_text(_columns(16_385))
    runs = {}
    for times in ("", "2", "0", "2.5", "1001", "x"):
        monkeypatch.setenv("EHCP_LIMITS", times)
        runs[times] = ehcp("check", str(path), "--as-at", "2025-06-10")

    assert [run.returncode for run in runs.values()] == [2, 0, 2, 2, 2, 2]
    assert "EHCP_LIMITS is '2.5'\ntry: set it to a whole number from 1 to 1000" in said(runs["2.5"])
