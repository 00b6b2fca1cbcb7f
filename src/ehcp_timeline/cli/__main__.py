"""The process that `ehcp`, or `python -m ehcp_timeline.cli`, is: made to begin and to end fast."""

import gc
import os
import sys

# What is made at the start is nearly all kept: looking through it for rubbish again and again finds none.
_BETWEEN_SEARCHES = 100_000


def run() -> None:
    """Run the command line and end the process with its exit code.

    Once everything is written the process just ends: to take polars, the rulebook and a file's rows apart
    piece by piece first, as the interpreter does, costs a tenth of a second.
    """
    gc.set_threshold(_BETWEEN_SEARCHES)
    from ehcp_timeline.cli.app import main

    code = main()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError:
        sys.exit(code)  # the interpreter says what could not be written
    os._exit(code)


if __name__ == "__main__":
    run()
