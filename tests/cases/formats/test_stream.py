"""A file's bytes: every encoding that councils save, standard input, and what is not a text at all."""

import hashlib
import io
import os
import stat
import sys
import threading
from inspect import getclosurevars
from pathlib import Path
from types import SimpleNamespace

import pytest

from ehcp_timeline.cases.formats import stream
from ehcp_timeline.cases.formats.csv.encoding import survey
from ehcp_timeline.cases.formats.stream import open_raw
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.errors import CaseFileError
from tests.cases.made import AS_AT, column, one_batch, opened, read, write

TEXT = "case_id,team,draft_sent\nC1,Brontë’s,2024-03-01\nC2,Łódź,2024-03-02\n"
DAMAGED = "damaged or was cut short. copy it again, or open it and save it again"
WINDOWS = "case_id,team,draft_sent\nC1,Brontë’s,2024-03-01\nC2,Ünder,2024-03-02\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (WINDOWS.encode("cp1252"), "cp1252"),
        (b"case_id,team\nC1,North\n".decode().encode("utf-16-le"), "utf-16-le"),
        (b"case_id,team\nC1,North\n".decode().encode("utf-16-be"), "utf-16-be"),
        ("case_id,team\nC1,Brontë’s\n".encode("utf-16-le"), "utf-16-le"),
        (b"case_id,team\nC1,North\n", "utf-8"),
    ],
)
def test_every_encoding_gives_the_same_cells(tmp_path: Path, content: bytes, encoding: str) -> None:
    """Marks, UTF-16 without one, UTF-8 and Windows-1252 are told apart; the digest is of the bytes."""
    source = opened(tmp_path, content)
    batch = one_batch(source)

    assert source.sheet.encoding == encoding
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert batch.frame["case_id"][0] == "C1"
    assert batch.frame["team"][0] in {"Brontë’s", "North"}
    assert batch.frame["row"].to_list() == list(range(2, 2 + batch.frame.height))
    assert batch.problems == ()


def test_a_letter_cut_by_the_end_of_a_piece_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """UTF-8 is recognised wherever the file is cut for looking at it."""
    for size in range(1, 12):
        monkeypatch.setattr(stream, "PIECE", size)

        assert survey(open_raw(write(tmp_path, TEXT))).encoding == "utf-8"
        assert survey(open_raw(write(tmp_path, WINDOWS.encode("cp1252")))).encoding == "cp1252"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(tmp_path: Path, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are the file's own, and a blank one is counted but is not a row."""
    for size in (1, 2, 3, 1 << 18):
        monkeypatch.setattr(stream, "PIECE", size)

        batch = read(tmp_path, end.join(("case_id,team", "C1,North", "", 'C2,"a', 'b"', "C3,South")))

        assert batch.frame["row"].to_list() == [2, 4, 6]
        assert batch.frame["team"].to_list() == ["North", "a\r\nb" if end == "\r\n" else "a\nb", "South"]


def test_standard_input_is_read_once_and_kept_privately(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` is spooled to a file without a name that only its owner can read."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(TEXT.encode())))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    source = open_case_file("-", vocabulary(), as_at=AS_AT)
    spool = survey_of(source)

    assert source.name == "-"
    assert source.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert [column(batch, "case_id") for batch in source.batches()] == [["C1", "C2"]]
    assert [column(batch, "case_id") for batch in source.batches()] == [["C1", "C2"]]
    assert list(tmp_path.iterdir()) == []
    assert stat.S_IMODE(os.fstat(spool.fileno()).st_mode) == 0o600


def survey_of(source: object) -> io.BufferedRandom:
    """Return the spool behind a source."""
    spool = getclosurevars(source.sheet.blocks).nonlocals["surveyed"].raw.file  # type: ignore[attr-defined]
    assert spool is not None
    return spool  # type: ignore[no-any-return]


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    """What cannot be read twice is spooled, as `<(...)` in a shell is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(TEXT.encode(),))
    writer.start()

    source = open_case_file(str(pipe), vocabulary(), as_at=AS_AT)
    writer.join()

    assert [column(batch, "case_id") for batch in source.batches()] == [["C1", "C2"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty. export the cases again"),
        (b"\xef\xbb\xbf", "is empty. export the cases again"),
        (b"\n \n,,\n", "is empty. export the cases again"),
        (b"%PDF-1.7", "is a PDF, not a case file. export the cases as CSV"),
        (b"PAR1rest", "is a Parquet file that is damaged or was cut short. write it again"),
        (b"\x1f\x8brest", f"is {DAMAGED}"),
        (b"<?xml version='1.0'?>", "looks like XML or a web page, not a case file. export the cases as CSV"),
        (b"case_id\nC\x001\n", "looks like a damaged or binary file. save it as CSV UTF-8"),
        ("case_id\nC\x001\n".encode("utf-16"), "looks like a damaged or binary file. save it as CSV UTF-8"),
    ],
)
def test_what_is_no_text_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    """One line says what the file looks like and what to do."""
    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, content)

    assert str(error.value) == f"{tmp_path / 'cases.csv'} {said}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"case_id,name\nC1,\nC2,\x81\n", "line 3 is not UTF-8, nor Windows-1252"),
        (b"\xef\xbb\xbfcase_id\nC1\nC\xeb\n", "line 3 is not UTF-8, as the beginning of the file says"),
        (b"\xff\xfec\x00\n\x00\x00\xd8x\x00", "line 2 is not UTF-16"),
    ],
)
def test_text_in_no_encoding_is_named_by_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    """A byte that no encoding explains stops the file, and says where."""
    with pytest.raises(CaseFileError) as error:
        opened(tmp_path, content)

    assert str(error.value) == f"{tmp_path / 'cases.csv'}: {said}. save it as CSV UTF-8"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file and a name that no file can have."""
    for name in (str(tmp_path / "none.csv"), "a\0b.csv"):
        with pytest.raises(CaseFileError) as error:
            open_case_file(name, vocabulary(), as_at=AS_AT)

        assert str(error.value) == f"{name}: there is no such file. check the name and the folder"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder is named as one."""
    with pytest.raises(CaseFileError) as error:
        open_case_file(str(tmp_path), vocabulary(), as_at=AS_AT)

    assert str(error.value) == f"{tmp_path} is a folder. name a file in it"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            PermissionError(13, "Permission denied"),
            "x.csv may not be read. ask for permission to read it, or copy it",
        ),
        (OSError(5, "Input/output error"), "x.csv cannot be read: input/output error"),
    ],
)
def test_a_file_that_is_closed_to_us(fault: OSError, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system says, it is one line."""

    def refuse(*_: object) -> None:
        raise fault

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(CaseFileError) as error:
        open_raw("x.csv")

    assert str(error.value) == said


def test_a_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to read."""
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CaseFileError) as error:
        open_raw("-")

    assert str(error.value) == "standard input is closed. name a file"


def test_a_pipe_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks while it is spooled is one line too."""

    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Broken()))
    with pytest.raises(CaseFileError) as error:
        open_raw("-")

    assert str(error.value) == "standard input cannot be read: input/output error"


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """The digest would not be of what was judged."""
    source = opened(tmp_path, TEXT)
    write(tmp_path, TEXT + "C3,North,2024-03-03\n")

    with pytest.raises(CaseFileError) as error:
        list(source.batches())

    assert str(error.value) == f"{tmp_path / 'cases.csv'} has changed while it was read. try again"
