"""One file for each name: safely named, whole, and nothing overwritten without leave."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_timeline.errors import OutputError
from ehcp_timeline.output.files import safe_names, write_folder


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("A. Khan", "A-Khan.csv"),
        ("../../etc/passwd", "etc-passwd.csv"),
        ("C:\\Users\\x", "C-Users-x.csv"),
        ("", "nobody.csv"),
        ("   ", "nobody.csv"),
        ("///", "unnamed.csv"),
        ("..", "unnamed.csv"),
        (".hidden", "hidden.csv"),
        ("-rf", "rf.csv"),
        ("CON", "name-CON.csv"),
        ("nul", "name-nul.csv"),
        ("com1.txt", "com1-txt.csv"),
        ("COM\u00b9", "name-COM\u00b9.csv"),
        ("O\u2019Neill, Zoë", "O-Neill-Zoë.csv"),
        ("Łukasz\x00\r\n\tNowak", "Łukasz-Nowak.csv"),
        ("\u202ecod.exe", "cod-exe.csv"),
        ("\u05e9\u05e8\u05d4 \u05db\u05d4\u05df", "\u05e9\u05e8\u05d4-\u05db\u05d4\u05df.csv"),
        ("नीता", "नीता.csv"),
        ("x" * 300, f"{'x' * 60}.csv"),
        ("=cmd|'/c calc'!A1", "cmd-c-calc-A1.csv"),
    ],
)
def test_a_name_becomes_a_file_name(name: str, file: str) -> None:
    """No path, no device, no hidden character, no endless name."""
    assert safe_names([name], ".csv", "nobody") == {name: file}


def test_names_that_would_share_a_file_are_numbered() -> None:
    """Also where only capitals or accents written another way tell them apart."""
    names = ("Ann", "ANN", "ann.", "Zoe\u0308", "Zoë", "ann-2")

    assert list(safe_names(names, ".csv", "nobody").values()) == [
        "Ann.csv", "ANN-2.csv", "ann-3.csv", "Zoë.csv", "Zoë-2.csv", "ann-2-2.csv",
    ]  # fmt: skip


@given(names=st.lists(st.text(), unique=True, max_size=20))
def test_every_name_has_its_own_safe_file(names: list[str]) -> None:
    """Whatever the names, the files differ for every file system and fit into it."""
    files = list(safe_names(names, ".csv", "nobody").values())

    assert len({file.casefold() for file in files}) == len(names)
    assert [file for file in files if len(file.encode()) > 255 or set(file) & set('/\\:*?"<>|\0')] == []
    assert [file for file in files if file.startswith((".", "-")) or Path(file).name != file] == []


def test_files_are_written_for_their_owner_only(tmp_path: Path) -> None:
    """A folder that is new is the owner's own, and so is every file in it."""
    write_folder(tmp_path / "out", {"a.csv": b"1\n", "b.csv": b"2\n"})

    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {
        "a.csv": b"1\n", "b.csv": b"2\n",
    }  # fmt: skip
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "out", *(tmp_path / "out").iterdir())]
    assert modes == [0o700, 0o600, 0o600]


def test_nothing_is_overwritten_without_leave(tmp_path: Path) -> None:
    """If one of the files is there, none is written; with leave all are."""
    (tmp_path / "b.csv").write_bytes(b"old\n")

    with pytest.raises(OutputError) as caught:
        write_folder(tmp_path, {"a.csv": b"1\n", "b.csv": b"2\n"})
    assert str(caught.value) == f"{tmp_path / 'b.csv'} is already there. add --force to replace it"
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]

    write_folder(tmp_path, {"a.csv": b"1\n", "b.csv": b"2\n"}, force=True)
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"1\n", b"2\n"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """A list for each name needs a folder, and its parent must be there."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(OutputError, match="file is a file"):
        write_folder(tmp_path / "file", {"a.csv": b""})
    with pytest.raises(OutputError, match="there is no folder"):
        write_folder(tmp_path / "none" / "out", {"a.csv": b""})


def test_a_link_in_the_folder_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """Nobody can make the lists overwrite a file elsewhere."""
    (tmp_path / "out").mkdir()
    (tmp_path / "precious").write_bytes(b"mine")
    (tmp_path / "out" / "a.csv").symlink_to(tmp_path / "precious")

    write_folder(tmp_path / "out", {"a.csv": b"1\n"}, force=True)

    assert (tmp_path / "precious").read_bytes() == b"mine"
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"1\n"


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_a_kill_in_the_middle_leaves_whole_files_only(tmp_path: Path, after: float) -> None:
    """Whenever it is killed, every file that has its name has all its lines."""
    text = dedent("""
        import sys
        from pathlib import Path
        from ehcp_timeline.output.files import write_folder
        print("ready", flush=True)
        while True:
            whole = b"line\\n" * 200_000
            write_folder(Path(sys.argv[1]), {f"{n}.csv": whole for n in range(60)}, force=True)
    """)
    source = Path(__file__).parents[2] / "src"
    out = tmp_path / "out"
    run = subprocess.Popen(
        [sys.executable, "-c", text, str(out)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(source)},
    )
    with run:
        assert run.stdout is not None
        run.stdout.readline()
        time.sleep(0.3 + after)
        run.send_signal(signal.SIGKILL)

    sizes = {path.stat().st_size for path in out.glob("*.csv")}
    assert sizes <= {1_000_000}
    assert [path for path in out.iterdir() if path.is_file() and path.suffix != ".csv"] == []
