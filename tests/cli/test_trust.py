"""What an ordinary mistake, a closed stream, a full disk or a killed run cannot break."""

import errno
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ehcp_timeline.commands.rules.rulebooks import LAW_FILE
from ehcp_timeline.output.files import remove_leftovers
from tests.cases.books import book
from tests.cases.formats.sen2.shapes import packed
from tests.cli.command import PROGRAM, ehcp, ehcp_apart, environment, printed, said

DATA = Path(__file__).parents[1] / "data" / "reliability"
WHEN = ("--as-at", "2026-06-01")
CHECK = ("check", str(DATA / "t.csv"), *WHEN)
FULL = "/dev/full"
CASES = "case_id,request_received\nA1,2026-05-01\n"


def shell(line: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run `ehcp` in a shell that redirects its streams; `line` holds it as "$@"."""
    return ehcp_apart(*PROGRAM, *words, program=("bash", "-c", line, "bash"))


@pytest.mark.slow
@pytest.mark.parametrize("redirection", ["2>&-", f"2>{FULL}"])
def test_the_answer_never_depends_on_standard_error(redirection: str) -> None:
    """Where messages can go nowhere, the data and the exit code are those of any other run."""
    with_messages, without = (shell(f'"$@" {to}', *CHECK, "-f", "json") for to in ("", redirection))

    assert with_messages.stderr
    assert without.stdout == with_messages.stdout
    assert json.loads(without.stdout)["input"][0]["judged"] == 1
    assert without.returncode == with_messages.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--help",), ("check", "--help"), ("rules", "list"), CHECK])
def test_standard_output_that_is_full_or_gone(words: tuple[str, ...]) -> None:
    """A full disk is 2 with a line that says so; a reader that has gone is 141 without a word."""
    full = shell(f'"$@" >{FULL}', *words)
    gone = shell('(sleep 3; exec "$@") | :; exit "${PIPESTATUS[0]}"', *words)

    assert (full.returncode, b"no space left on device" in full.stderr) == (2, True)
    assert (gone.returncode, gone.stderr.count(b"Traceback")) == (141, 0)


@pytest.fixture(params=["the name", "another spelling", "a link", "a hard link", "rules"])
def same_file(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[str]]:
    """Return an output that is also read, and the words that read it."""
    cases, other = tmp_path / "cases.csv", tmp_path / "other.csv"
    cases.write_text(CASES)
    match request.param:
        case "another spelling":
            other = tmp_path / "." / ".." / tmp_path.name / "cases.csv"
        case "a link":
            other.symlink_to(cases)
        case "a hard link":
            other.hardlink_to(cases)
        case "rules":
            return cases, [str(DATA / "t.csv"), "--rules", str(cases)]
        case _:
            other = cases
    return other, [str(cases)]


def test_an_output_that_is_also_read_is_refused(same_file: tuple[Path, list[str]]) -> None:
    """With --force or without, whatever name the file is called by."""
    output, words = same_file
    runs = [ehcp("check", *words, *WHEN, "-o", str(output), *force) for force in ([], ["--force"])]

    assert [run.returncode for run in runs] == [2, 2]
    assert all(f"{output} is also read" in said(run) for run in runs)
    assert output.read_text() == CASES


def test_a_file_in_a_folder_that_is_read_is_refused(tmp_path: Path) -> None:
    """The tables of a return are read from their folder: none of them is written over."""
    (tmp_path / "persons.csv").write_text(CASES)
    run = ehcp("check", str(tmp_path), *WHEN, "-o", str(tmp_path / "persons.csv"), "--force")

    assert run.returncode == 2
    assert "is also read" in said(run)


@pytest.mark.parametrize("named", ["ours.toml", "."], ids=["a file", "its folder"])
def test_a_rulebook_that_is_compared_is_not_written_over(named: str, tmp_path: Path) -> None:
    """It is named by a word that may also be a revision; a page beside it may be replaced."""
    ours, page = tmp_path / "ours.toml", tmp_path / "change.md"
    ours.write_bytes(Path("examples/local-promises.toml").read_bytes())
    page.write_text("old")
    words = ("rules", "diff", "installed", str(tmp_path / named), "--force", "-o")
    over, beside = ehcp(*words, str(ours), "-f", "md"), ehcp(*words, str(page))

    assert (over.returncode, beside.returncode) == (2, 0)
    assert f"{ours} is also read" in said(over)
    assert ours.read_bytes() == Path("examples/local-promises.toml").read_bytes()


def test_another_file_beside_it_is_written(tmp_path: Path) -> None:
    """A file of the same content in the same folder is no input."""
    cases = tmp_path / "cases.csv"
    cases.write_text(CASES)
    (tmp_path / "old.csv").write_text(CASES)

    assert ehcp("check", str(cases), *WHEN, "-o", str(tmp_path / "old.csv"), "--force").returncode == 0
    assert (tmp_path / "old.csv").read_text() != CASES


STOPPED = """
import sys, time
from pathlib import Path
from ehcp_timeline.cli import __main__ as program, app
from ehcp_timeline.output.files import write_whole

def slowly():
    print("ready", flush=True)
    yield b"C-0042 a child's name"
    time.sleep(60)

app.app = lambda *_, **__: write_whole(Path(sys.argv[1]), slowly())
program.run()
"""


@pytest.fixture
def half_written(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Give a run that is writing a file, and the file."""
    target = tmp_path / "findings.csv"
    words = [sys.executable, "-c", STOPPED, str(target)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment()) as run:
        try:
            assert run.stdout is not None
            assert run.stdout.readline() == b"ready\n"
            deadline = time.monotonic() + 10
            while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
                time.sleep(0.05)
            yield run, target
        finally:
            run.kill()


def test_a_run_that_is_told_to_end_leaves_nothing(half_written: tuple[subprocess.Popen[bytes], Path]) -> None:
    """SIGTERM while a file is written: no part of it stays, and the exit code is 143."""
    run, target = half_written
    assert [path.suffix for path in target.parent.iterdir()] == [".part"]
    run.send_signal(signal.SIGTERM)

    assert run.wait(30) == 143
    assert list(target.parent.iterdir()) == []


def test_what_a_killed_run_leaves_is_named_and_removed(
    half_written: tuple[subprocess.Popen[bytes], Path], tmp_path: Path
) -> None:
    """At the next write to the same place; what another run is still writing stays."""
    run, target = half_written
    (part,) = target.parent.iterdir()
    alive = remove_leftovers(target)
    run.kill()
    run.wait()
    cases = tmp_path.parent / f"{tmp_path.name}.csv"
    cases.write_text(CASES)
    after = ehcp("check", str(cases), *WHEN, "-o", str(target))

    assert alive == []
    assert f"{part} was left by a run that was killed; it is removed" in said(after)
    assert {path.name for path in tmp_path.iterdir()} == {"findings.csv", "findings.csv.receipt.json"}


def test_a_folder_of_parts_is_removed_too(tmp_path: Path) -> None:
    """Lists by name are first written to a hidden folder; files that only look alike stay."""
    left = tmp_path / f".{'0' * 16}.part"
    left.mkdir()
    (left / "A-Khan.csv").write_text("C-0042")
    (tmp_path / ".0.part").write_text("not ours")

    assert remove_leftovers(tmp_path) == [left]
    assert [path.name for path in tmp_path.iterdir()] == [".0.part"]


T = str(DATA / "t.csv")
WAYS_IN = [
    ("check", "{}"),
    ("check", T, "--config", "{}"),
    ("check", T, "--rules", "{}"),
    ("rules", "test", "{}"),
    ("changes", "{}", T),
    ("compare", T, "--authority", "Kent", "--figures", "{}"),
    ("compare", "--refresh", "{}", "-o", "{}.csv"),
    ("forecast", "--snapshots", "{}"),
    ("overdue", T, "--pseudonymise", "{}"),
    ("overdue", T, "--disclosure", "suppress", "--by", "district", "--previous", "{}"),
    ("scorecard", T, "--disclosure", "suppress", "--previous", "{}"),
    ("report", T, "--for", "public", "--previous", "{}", "-f", "json"),
    ("rules", "diff", "installed", "{}"),
    ("rules", "test", "--rules", "{}"),
]


@pytest.mark.parametrize("words", WAYS_IN, ids=" ".join)
def test_a_pipe_that_nobody_writes_to_is_refused(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a file is read, a pipe without a writer is refused in one line, before anything is written."""
    monkeypatch.setattr("ehcp_timeline.inputs._WAITS", 2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    begun = time.monotonic()
    run = ehcp(*(word.format(pipe) for word in words))

    assert time.monotonic() - begun < 30
    assert (run.returncode, printed(run)) == (2, "")
    assert str(pipe) in said(run)


def test_a_pipe_beside_a_file_that_is_read_is_passed_over(tmp_path: Path) -> None:
    """A receipt and a local rulebook are looked for by their names: a pipe of that name is none."""
    listed = tmp_path / "list.csv"
    listed.write_text("case_id\n")
    os.mkfifo(tmp_path / "list.csv.receipt.json")
    os.mkfifo(tmp_path / "ours.toml")

    assert "has no receipt" in said(ehcp("verify", str(listed), T))
    assert "holds no rulebook" in said(ehcp("rules", "diff", "installed", str(tmp_path)))


@pytest.mark.slow
def test_a_pipe_with_a_slow_writer_is_read(tmp_path: Path) -> None:
    """Somebody who opens the pipe and thinks for three seconds is waited for."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    run = shell(f'(sleep 1; (sleep 3; cat {T}) >{pipe}) & "$@"', "check", str(pipe), *WHEN)

    assert b"pipe: 1 row, 1 judged." in run.stdout


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("check", ""), "a file has an empty name"),
        (("rules", "diff", "installed", ""), "a rulebook has an empty name"),
        (("check", "/proc/kmsg"), "/proc/kmsg is empty"),
        (("check", "/dev/zero"), "/dev/zero is a device, not a file"),
        (("check", "a\0b"), "there is no such file"),
        (("check", "a" * 300), "cannot be read: file name too long"),
        (("check", "a/" * 3000), "cannot be read: file name too long"),
        ((*CHECK, "-o", "a" * 300 + ".csv"), "file name too long"),
        ((*CHECK, "--config", "a" * 5000), "cannot be read: file name too long"),
    ],
)
def test_names_that_no_file_has(words: tuple[str, ...], line: str) -> None:
    """Each is one line that begins with what is wrong, never a fault of our own."""
    run = ehcp(*words)

    assert run.returncode == 2
    assert line in said(run)


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


COPIED = {
    "latin.csv": CASES.replace("A1", "Zoë").encode("cp1252"),
    "cases.csv.gz": gzip.compress(CASES.encode()),
    "cases.zip": packed({"cases.csv": CASES.encode()}),
    "return.zip": packed({"a.csv": CASES.encode(), "b.csv": CASES.encode()}),
    "cases.xlsx": book(("cases", [["case_id", "request_received"], ["A1", "2026-05-01"]])),
}


@pytest.mark.parametrize(
    "words", [(*CHECK, "--config"), (*CHECK, "--rules"), ("rules", "test")], ids=" ".join
)
def test_a_key_of_100000_parts_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    """The parser would take minutes for it."""
    file = tmp_path / "long.toml"
    file.write_text(".".join(["a"] * 100_000) + " = 1\n")
    begun = time.process_time()
    run = ehcp(*words, str(file))

    assert run.returncode == 2
    assert "is not TOML: a key has more than 100 parts" in said(run)
    assert time.process_time() - begun < 5


def test_a_line_that_nobody_could_read_is_cut_in_the_middle(tmp_path: Path) -> None:
    """A key of 1 MB is named by its beginning and its end; what to try stands below it."""
    settings = tmp_path / "ehcp.toml"
    settings.write_text(f"A{'b' * 1_000_000}Z = 1\n")
    cases = tmp_path / "cases.csv"
    cases.write_text(CASES)
    run = ehcp("check", str(cases), "--config", str(settings))

    line, *_, hint = said(run).rstrip("\n").split("\n")
    assert run.returncode == 2
    assert f"{settings}" in line
    assert ("Abbb" in line, " … bbb" in line, len(line)) == (True, True, 4_003)
    assert hint.startswith("try: ")


@pytest.mark.parametrize("name", COPIED)
def test_a_temporary_folder_without_room_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What has to be copied to be read: the line says that there is no room, and how to make some."""
    path = tmp_path / name
    path.write_bytes(COPIED[name])
    monkeypatch.setattr("tempfile.TemporaryFile", _full)
    run = ehcp("check", str(path))

    assert run.returncode == 2
    assert f"{path}: there is no room for a temporary copy of it\ntry: free some disk space" in said(run)


def test_a_revision_that_finds_no_room_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else needs a temporary file says the same of it."""
    monkeypatch.setattr("ehcp_timeline.commands.rules.rulebooks._is_revision", lambda _: True)
    monkeypatch.setattr("ehcp_timeline.commands.rules.rulebooks._files_at", lambda *_: {LAW_FILE: b""})
    monkeypatch.setattr("ehcp_timeline.commands.rules.rulebooks.TemporaryDirectory", _full)
    run = ehcp("rules", "diff", "installed", "HEAD~1:law")

    assert run.returncode == 2
    line = "the earlier rulebook: there is no room for a temporary copy of it\ntry: free some disk space"
    assert said(run).startswith(f"ehcp: {line}")


@pytest.mark.parametrize("option", ["--kind", "--who", "--include", "--deadline", "--team", "--assume-blank"])
@pytest.mark.parametrize("word", ["", " , "])
def test_an_option_that_is_typed_without_a_value_is_refused(option: str, word: str) -> None:
    """As from a variable that is not set: it is neither everything nor the default."""
    run = ehcp(*CHECK, option, word)

    assert (run.returncode, printed(run)) == (2, "")
    assert said(run) == f"ehcp: {option} is empty\ntry: give it a value, or leave it out\n"


def test_a_policy_that_is_empty_is_refused(tmp_path: Path) -> None:
    """On the command line as in a scenario."""
    what_if = tmp_path / "what-if.toml"
    what_if.write_text('["None"]\norder = ","\n')

    assert "--policy is empty" in said(ehcp("forecast", T, *WHEN, "--policy", ","))
    assert "scenario `None`: order: `,` is not one of" in said(
        ehcp("forecast", T, *WHEN, "--scenarios", str(what_if))
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("fz-*")))
def test_a_mutated_file_is_plain_bad_input(name: str) -> None:
    """An odd value, a table that is none, an encoding that there is not, a flipped byte of a Parquet file."""
    path = str(DATA / name)
    match name.split("-")[1]:
        case "answer":
            words = ["changes", path, T]
        case "fixture":
            words = ["rules", "test", path]
        case _:
            words = ["check", path, "--as-at", "2026-01-15"]
    run = shell('"$@"', *words)

    assert run.returncode == 2
    assert run.stdout == b""
    assert name.encode() in run.stderr


def test_a_column_of_durations_is_no_damage() -> None:
    """What no event means is a column that is not read, whatever Parquet calls it."""
    run = ehcp("check", str(DATA / "types.parquet"), *WHEN)

    assert run.returncode != 2, said(run)
    assert "judged" in printed(run)


def test_an_output_that_is_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    """It stands where the file would be; that is one line, not a fault."""
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    run = ehcp(*CHECK, "-o", str(loop))

    assert run.returncode == 2
    assert f"{loop} is already there" in said(run)
