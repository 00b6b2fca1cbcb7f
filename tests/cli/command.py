"""The command line as a person meets it: words in, two streams and an exit code out."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema

from ehcp_timeline.cli.app import main

SOURCE = Path(__file__).parents[2] / "src"
PROGRAM = (sys.executable, "-m", "ehcp_timeline.cli")
Run = subprocess.CompletedProcess[bytes]


def environment() -> dict[str, str]:
    """Return the environment in which this checkout's package is found."""
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path}


def ehcp(*words: str) -> Run:
    """Run `ehcp` with these words in this process, through streams that are no terminal."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        mock.patch.object(sys, "argv", ["ehcp", *words]),
        mock.patch.object(sys, "stdout", out),
        mock.patch.object(sys, "stderr", err),
    ):
        code = main()
        out.flush()
        err.flush()
    return subprocess.CompletedProcess(words, code, out.buffer.getvalue(), err.buffer.getvalue())


def ehcp_apart(
    *words: str,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    program: Sequence[str] = PROGRAM,
) -> Run:
    """Run `ehcp` with these words in a process of its own, through pipes."""
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


def said(run: Run) -> str:
    """Return what a run wrote to standard error."""
    return run.stderr.decode("utf-8")


def printed(run: Run) -> str:
    """Return what a run wrote to standard output."""
    return run.stdout.decode("utf-8")


def check_schema(answer: dict[str, Any]) -> None:
    """Fail unless an answer is valid by the published schema of the name that it gives itself."""
    name = answer["schema"].replace("/", "-")
    schema = json.loads((SOURCE.parent / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.validate(answer, schema, cls=jsonschema.Draft202012Validator)
