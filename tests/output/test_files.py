"""Files are written whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ehcp_timeline.errors import OutputError
from ehcp_timeline.output.files import check_target, write_whole


def test_a_new_file_is_its_owners_only(tmp_path: Path) -> None:
    """The bytes arrive, with mode 0600, and no other file is left in the folder."""
    write_whole(tmp_path / "out.csv", b"data")

    assert (tmp_path / "out.csv").read_bytes() == b"data"
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    """Without force the old file is untouched and the message says how to replace it."""
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")

    with pytest.raises(OutputError) as stopped:
        write_whole(target, b"new")

    assert str(stopped.value) == f"{target} is already there. add --force to replace it"
    assert target.read_bytes() == b"old"


def test_force_replaces_the_file(tmp_path: Path) -> None:
    """With force the new bytes take the name, for the owner only whatever the old mode was."""
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")
    target.chmod(0o644)
    write_whole(target, b"new", force=True)

    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    """What a symbolic link points at keeps its bytes."""
    (tmp_path / "precious").write_bytes(b"precious")
    link = tmp_path / "out.csv"
    link.symlink_to(tmp_path / "precious")
    write_whole(link, b"new", force=True)

    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"


def test_a_file_that_comes_in_the_meantime_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file created after the first look is not overwritten without force."""
    target = tmp_path / "out.csv"
    monkeypatch.setattr("ehcp_timeline.output.files.check_target", lambda *_args, **_words: None)
    target.write_bytes(b"theirs")

    with pytest.raises(OutputError, match="already there"):
        write_whole(target, b"ours")

    assert target.read_bytes() == b"theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the bytes cannot be stored, the old file stands whole and no part is left behind."""
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError) as stopped:
        write_whole(target, b"new", force=True)

    assert stopped.value.message == f"cannot write {target}: no space left on device"
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_folder_a_device_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    """Each is named before any work is done."""
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    for target, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "out.csv", "there is no folder"),
        (fifo, "is not an ordinary file"),
        (tmp_path / "nul.csv", "is the name of a device"),
    ):
        with pytest.raises(OutputError, match=words):
            check_target(target, force=True)


def test_parts_arrive_in_order_as_one_file(tmp_path: Path) -> None:
    """What comes in parts is one file, whole."""
    write_whole(tmp_path / "out.ndjson", iter([b"one\n", b"", b"two\n"]))

    assert (tmp_path / "out.ndjson").read_bytes() == b"one\ntwo\n"


def test_parts_that_break_off_leave_nothing(tmp_path: Path) -> None:
    """If the second part cannot be made, the old file stays and no part of the new one is left."""

    def parts() -> Iterator[bytes]:
        yield b"new"
        raise RuntimeError("no more")

    (tmp_path / "out.ndjson").write_bytes(b"old")
    with pytest.raises(RuntimeError, match="no more"):
        write_whole(tmp_path / "out.ndjson", parts(), force=True)

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out.ndjson", b"old")]
