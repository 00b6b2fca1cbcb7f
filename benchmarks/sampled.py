"""Say where the time of `ehcp check` goes, thread by thread and folder by folder.

    python benchmarks/sampled.py [ROWS]     # 1,000,000 unless told otherwise

The command runs in this process. Every 2 ms the innermost module of the package is noted in each thread; what
comes before any of them is the start of Python and of its imports. A thread that waits for another is told
apart. Threads of polars' own are not seen: the seconds of processor say how much they did.
"""

import contextlib
import io
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from types import FrameType

from processes import run
from sections import AS_AT, ENGLAND, HERE, PYTHON

EVERY = 0.002
PACKAGE = "ehcp_timeline"
WAITING = {"acquire", "result", "wait", "_worker"}
LEAST = 0.02


def where(frame: FrameType) -> tuple[str, bool]:
    """Return the folder of the innermost module of the package, and whether the thread waits for another."""
    waits = frame.f_code.co_name in WAITING or frame.f_code.co_filename.endswith("threading.py")
    at: FrameType | None = frame
    while at is not None:
        path = Path(at.f_code.co_filename)
        if PACKAGE in path.parts:
            inside = path.parts[path.parts.index(PACKAGE) + 1 :]
            return "/".join(inside[:-1]) or inside[0], waits
        at = at.f_back
    return "imports and the interpreter", waits


class Sampler(threading.Thread):
    """Notes where each other thread is until it is told to end."""

    def __init__(self) -> None:
        """Get ready."""
        super().__init__(daemon=True)
        self.seen: defaultdict[str, Counter[tuple[str, bool]]] = defaultdict(Counter)
        self.rounds = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Take a note each `EVERY` seconds."""
        while not self.ended.wait(EVERY):
            self.rounds += 1
            names = {thread.ident: thread.name for thread in threading.enumerate()}
            for ident, frame in sys._current_frames().items():  # noqa: SLF001 the one way to see other threads
                if ident != self.ident:
                    self.seen[names.get(ident, "a thread that has ended")][where(frame)] += 1


def main(rows: int) -> None:
    """Run the command and print the seconds of each thread."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.csv"
        run([PYTHON, str(HERE / "national.py"), str(rows), str(path)])
        sampler = Sampler()
        begun, worked = time.perf_counter(), time.process_time()
        sampler.start()
        page = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with contextlib.redirect_stdout(page), contextlib.suppress(SystemExit):
            from ehcp_timeline.cli.app import main as ehcp  # so that its imports are seen

            sys.argv = ["ehcp", "check", str(path), "--as-at", AS_AT]
            ehcp()
        wall, worked = time.perf_counter() - begun, time.process_time() - worked
        sampler.ended.set()
    print(f"{rows:,} rows, sampled: {wall:.2f} s, {worked:.2f} s of processor")
    for name, seen in sampler.seen.items():
        print(f"\n{name}")
        for (folder, waits), count in seen.most_common():
            seconds = count * wall / sampler.rounds
            if seconds >= LEAST:
                print(f"{seconds:7.2f} s  {'waits in ' if waits else ''}{folder}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ENGLAND)
