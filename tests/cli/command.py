"""The command line as a person meets it: another process, its own streams."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"


def environment() -> dict[str, str]:
    """Return the environment in which this checkout's package is found."""
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path}


def ehcp(
    *words: str,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    program: Sequence[str] = (sys.executable, "-m", "ehcp_timeline.cli"),
) -> subprocess.CompletedProcess[bytes]:
    """Run `ehcp` with these words, through a pipe."""
    return subprocess.run(
        [*program, *words],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        check=False,
        env={**environment(), **(env or {})},
        cwd=cwd,
        timeout=120,
    )


def said(run: subprocess.CompletedProcess[bytes]) -> str:
    """Return what a run wrote to standard error."""
    return run.stderr.decode("utf-8")


def printed(run: subprocess.CompletedProcess[bytes]) -> str:
    """Return what a run wrote to standard output."""
    return run.stdout.decode("utf-8")
