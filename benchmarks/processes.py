"""Run one process and say what it took: seconds on the clock, seconds of processor, memory at its peak."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

EXITS = (0, 1, 3)  # `ehcp` ends with 1 where something is overdue
KILOBYTES = 1000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took.

    Attributes:
        wall: Seconds from start to end.
        cpu: Seconds of user and system time, all threads together.
        peak: Most memory it held at once, in MB. This process is small, so that none of it is counted.
    """

    wall: float
    cpu: float
    peak: float


def run(argv: Sequence[str]) -> tuple[Cost, str]:
    """Run a command in a process of its own; return what it took, and what it printed.

    Modules may keep what they are compiled to, as they do where people work, whatever is set here.

    Raises:
        RuntimeError: It failed; with the end of what it said.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        begun = time.perf_counter()
        process = subprocess.Popen(
            argv, stdout=out, stderr=said, stdin=subprocess.DEVNULL, env=_surroundings()
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in EXITS:
            said.seek(0)
            end = said.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(argv)} ended with {process.returncode}:\n{end}")
        out.seek(0)
        printed = out.read().decode()
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KILOBYTES), printed


def _surroundings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each number by itself."""
    return Cost(
        statistics.median(one.wall for one in costs),
        statistics.median(one.cpu for one in costs),
        statistics.median(one.peak for one in costs),
    )
