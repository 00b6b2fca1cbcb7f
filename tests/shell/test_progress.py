"""The bar on standard error: on a screen and after a while, and nowhere else."""

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ehcp_timeline.shell import open as opening
from tests.cli.command import environment

AT_ONCE = (
    "import sys; from ehcp_timeline.cli import app; from ehcp_timeline.shell import open as opening; "
    "opening.PROGRESS_AFTER = {}; sys.exit(app.main())"
)
HEADER = "case_id,request_received,plan_issued\n"


def _checked(
    folder: Path, *, after: float, screen: bool, env: dict[str, str] | None = None
) -> tuple[bytes, bytes]:
    """Return what a check writes to its standard output, a pipe, and to its standard error."""
    file = folder / "cases.csv"
    file.write_text(HEADER + "".join(f"C-{n},02/04/2025,\n" for n in range(300)), encoding="utf-8")
    ours, theirs = pty.openpty() if screen else os.pipe()
    words = ["check", str(file), "--as-at", "2026-01-15"]
    with subprocess.Popen(
        [sys.executable, "-c", AT_ONCE.format(after), *words],
        stdout=subprocess.PIPE,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env=environment() | {"TERM": "xterm"} | (env or {}),
    ) as run:
        os.close(theirs)
        out, _ = run.communicate(timeout=120)
    assert run.returncode == 1
    return out, _read_all(ours)


def _read_all(end: int) -> bytes:
    found = b""
    while True:
        try:
            piece = os.read(end, 65536)
        except OSError:  # a terminal whose other end has closed
            piece = b""
        if not piece:
            os.close(end)
            return found
        found += piece


def _words(drawn: str) -> str:
    """Return what stands on the screen without colours and moves of the cursor."""
    return re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", drawn)


@pytest.mark.slow
def test_a_screen_is_shown_how_far_it_is_and_then_left_clean(tmp_path: Path) -> None:
    """A share of about all rows; what was drawn is wiped away before anything else is said."""
    out, err = _checked(tmp_path, after=0, screen=True)

    assert "100% 300 rows" in _words(err.decode())
    assert err.endswith(b"\x1b[1A\x1b[2K")
    assert b"\x1b" not in out


@pytest.mark.slow
def test_a_quick_run_shows_nothing(tmp_path: Path) -> None:
    """Before the time is up nothing is drawn, and nothing wiped away."""
    assert _checked(tmp_path, after=3600, screen=True)[1] == b""


@pytest.mark.slow
def test_a_pipe_is_never_shown_anything(tmp_path: Path) -> None:
    """Standard error that goes to a file or a log holds no bar."""
    assert _checked(tmp_path, after=0, screen=False)[1] == b""


@pytest.mark.slow
def test_a_screen_that_cannot_go_back_is_shown_nothing(tmp_path: Path) -> None:
    """A dumb terminal would fill with lines."""
    assert _checked(tmp_path, after=0, screen=True, env={"TERM": "dumb"})[1] == b""


@pytest.mark.slow
def test_the_answer_is_the_same_with_a_bar(tmp_path: Path) -> None:
    """The bar is no part of the answer."""
    shown, _ = _checked(tmp_path, after=0, screen=True)
    bare, _ = _checked(tmp_path, after=0, screen=False)

    assert shown == bare


@pytest.mark.parametrize(
    ("rows", "line"),
    [(0, "  0% 0 rows"), (980_000, " 98% 980,000 rows"), (1_200_000, "100% 1,200,000 rows")],
)
def test_a_bar_is_full_when_all_has_come_and_never_more(rows: int, line: str) -> None:
    """What was expected was an estimate: more may come."""
    screen = io.StringIO()
    bar = opening.bar_on(screen, 1_000_000)
    bar.update(bar.task_ids[0], completed=rows)
    bar.refresh()
    bar.stop()

    assert line in _words(screen.getvalue())


def test_without_an_estimate_only_rows_are_counted() -> None:
    """There is no share of nobody knows how many."""
    screen = io.StringIO()
    bar = opening.bar_on(screen, 0)
    bar.update(bar.task_ids[0], completed=1500)
    bar.refresh()
    bar.stop()

    assert _words(screen.getvalue()).split() == ["0", "rows", "1,500", "rows", "1,500", "rows"]
