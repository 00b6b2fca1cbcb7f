"""The command line as a person meets it: words in, two streams and an exit code out."""

import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from fcntl import ioctl
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema

from ehcp_timeline.cli.app import INTERNAL_ERROR, main

SOURCE = Path(__file__).parents[2] / "src"
PROGRAM = (sys.executable, "-m", "ehcp_timeline.cli")
NO_COLOUR: Mapping[str, str] = {"NO_COLOR": "1"}
Run = subprocess.CompletedProcess[bytes]


def environment() -> dict[str, str]:
    """Return the environment in which this checkout's package is found, and compiled once for all runs."""
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": path}


def ehcp(*words: str) -> Run:
    """Run `ehcp` with these words in this process, through streams that are no terminal.

    As every run of a test, it must not be stopped by an internal error.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        mock.patch.object(sys, "argv", ["ehcp", *words]),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
    ):
        code = main()
        out.flush()
        err.flush()
    return sound(subprocess.CompletedProcess(words, code, out.buffer.getvalue(), err.buffer.getvalue()))


def sound(run: Run) -> Run:
    """Return a run that was not stopped by an internal error, of this package or below it."""
    faults = (INTERNAL_ERROR, "Traceback", "panicked", "RUST_BACKTRACE")
    assert not any(fault in said(run) for fault in faults), said(run)
    return run


def ehcp_apart(
    *words: str,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    program: Sequence[str] = PROGRAM,
) -> Run:
    """Run `ehcp` with these words in a process of its own, through pipes."""
    run = subprocess.run(
        [*program, *words],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        check=False,
        env={**environment(), **(env or {})},
        cwd=cwd,
        timeout=120,
    )
    return sound(run)


def on_a_terminal(
    words: tuple[str, ...], columns: int = 80, env: Mapping[str, str] = NO_COLOUR, typed: bytes = b""
) -> str:
    """Return what a run writes to a terminal of this width and 24 lines, to which these bytes are typed."""
    child, terminal = pty.fork()
    if child == 0:
        ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))  # before anything can ask
        os.environ.update({**environment(), "TERM": "xterm-256color", **env})
        for size in ("COLUMNS", "LINES"):
            os.environ.pop(size, None)
        os.execv(sys.executable, [sys.executable, "-m", "ehcp_timeline.cli", *words])  # noqa: S606 - ourselves
    os.write(terminal, typed)
    page = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other end has closed
            break
        if not piece:
            break
        page += piece
    os.waitpid(child, 0)
    os.close(terminal)
    return page.decode("utf-8").replace("\r\n", "\n")


def said(run: Run) -> str:
    """Return what a run wrote to standard error."""
    return run.stderr.decode("utf-8")


def printed(run: Run) -> str:
    """Return what a run wrote to standard output."""
    return run.stdout.decode("utf-8")


def check_schema(answer: dict[str, Any]) -> None:
    """Fail unless an answer is valid by the published schema of the name that it gives itself."""
    _validator(answer["schema"].replace("/", "-")).validate(answer)


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SOURCE.parent / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)
