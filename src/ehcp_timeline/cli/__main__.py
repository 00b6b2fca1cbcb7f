"""The process of `ehcp`, or `python -m ehcp_timeline.cli`: made to start and end fast."""

import os
import signal
import sys
from contextlib import suppress

from ehcp_timeline.errors import TerminatedError


def run() -> None:
    """Run the command line and end the process with its exit code.

    Once everything is written the process just ends. Freeing polars, the rulebook and a file's rows first, as
    the interpreter does, takes a tenth of a second.
    """
    _keep_messages_apart()
    from ehcp_timeline.cli.app import main

    signal.signal(signal.SIGTERM, _stop)
    code = main()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def _keep_messages_apart() -> None:
    """Give messages a way of their own to where standard error leads, or to nowhere if it is closed.

    What is not a message of ours goes nowhere: polars writes the backtrace of a panic to the standard error
    of the process. And no file can take the place of a closed stream, to receive what is meant for it.
    """
    while (nowhere := os.open(os.devnull, os.O_RDWR)) < 2:
        pass  # standard input or output was closed
    try:
        kept = nowhere if sys.stderr is None else os.dup(2)
        os.dup2(nowhere, 2)
        sys.stderr = open(kept, "w", buffering=1, encoding="utf-8", errors="replace")  # noqa: PTH123, SIM115
    except OSError:  # the process may open no more files
        return


def _stop(*_: object) -> None:
    """End a run that is asked to end: what is half written is removed on the way out."""
    raise TerminatedError


if __name__ == "__main__":
    run()
