"""Changes one token of the package at a time and sees whether the tests notice: `python -m tests.mutants`.

`mutants.toml` lists the changes. Each is made in a copy of the package, and `mutant_killer.py` is run against
that copy. A mutant that it does not notice has survived: then the tests, or the list, are not good enough.
With the beginning of a file's name (`python -m tests.mutants audit/bulk/`) only those mutants are tried.
"""

import compileall
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "src" / "ehcp_timeline"
KILLER = HERE / "mutant_killer.py"
KILLED = 1
PATIENCE = 300  # seconds, hundreds of times what one mutant takes: it has then run into an endless loop


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change.

    Attributes:
        file: The file, as seen from the package.
        find: What stands there, once.
        replace: What is put in its place.
    """

    file: str
    find: str
    replace: str

    def __str__(self) -> str:
        """Say where and what."""
        return f"{self.file}: {self.find!r} -> {self.replace!r}"


def load_mutants() -> tuple[Mutant, ...]:
    """Return the list."""
    table = tomllib.loads((HERE / "mutants.toml").read_text(encoding="utf-8"))
    return tuple(
        Mutant(file, change["find"], change["replace"])
        for file, changes in table.items()
        for change in changes
    )


def misplaced(mutants: Sequence[Mutant]) -> list[str]:
    """Return what is wrong with each mutant that has no place, or that changes nothing, and what to try."""
    return [f"{one}: {wrong}" for one in mutants if (wrong := _misfit(one))]


def _misfit(mutant: Mutant) -> str:
    path = PACKAGE / mutant.file
    if not path.exists():
        return "there is no such file any more; name the file that the code has moved to"
    if mutant.find == mutant.replace:
        return "this changes nothing; write something wrong as `replace`"
    times = path.read_text(encoding="utf-8").count(mutant.find)
    if times > 1:
        return f"this stands there {times} times; write more of the line into `find` and `replace`"
    if not times:
        return "this does not stand there any more; write the line as it is now, or take the mutant out"
    return ""


class Copies:
    """Copies of the package, one for each that works at the same time.

    Args:
        folder: Where they are made.
        number: How many.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._free: SimpleQueue[Path] = SimpleQueue()
        self._truth = folder / "truth.pickle"
        for place in range(number):
            copy = folder / str(place) / "ehcp_timeline"
            shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
            compileall.compile_dir(copy, quiet=2)
            self._free.put(copy)
        self._truth.write_bytes(pickle.dumps(None))

    def tell_truth(self) -> None:
        """Write down what the package as it stands answers.

        Raises:
            RuntimeError: It does not pass the tests itself.
        """
        copy = self._free.get()
        run = self._run(copy, "tell")
        self._free.put(copy)
        if run.returncode:
            raise RuntimeError(f"the package without any mutant fails\n{run.stdout}{run.stderr}")

    def survives(self, mutant: Mutant) -> bool:
        """Return whether the tests pass with this change."""
        copy = self._free.get()
        path = copy / mutant.file
        text = path.read_text(encoding="utf-8")
        compiled = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
        compiled.unlink(missing_ok=True)
        path.write_text(text.replace(mutant.find, mutant.replace), encoding="utf-8")
        try:
            return self._run(copy, mutant.file).returncode != KILLED
        except subprocess.TimeoutExpired:
            return False
        finally:
            path.write_text(text, encoding="utf-8")
            self._free.put(copy)

    def _run(self, copy: Path, word: str) -> subprocess.CompletedProcess[str]:
        paths = os.pathsep.join((str(copy.parent), str(HERE.parent)))
        return subprocess.run(
            [sys.executable, "-B", str(KILLER), word, str(self._truth)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": paths, "POLARS_MAX_THREADS": "1"},
            timeout=PATIENCE,
        )


def survivors(mutants: Sequence[Mutant], at_once: int) -> list[str]:
    """Return the mutants that no test notices.

    Args:
        mutants: The changes.
        at_once: How many processes may run at the same time.
    """
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(at_once) as workers:
        copies = Copies(Path(folder), at_once)
        copies.tell_truth()
        survived = list(workers.map(copies.survives, mutants))
    return [str(mutant) for mutant, alive in zip(mutants, survived, strict=True) if alive]


def main(beginnings: Sequence[str]) -> int:
    """Print the survivors; exit 1 if there are any."""
    mutants = [one for one in load_mutants() if one.file.startswith(tuple(beginnings) or "")]
    what, left = "misplaced", misplaced(mutants)
    if not left:
        what, left = "survived", survivors(mutants, os.cpu_count() or 1)
    for one in left:
        print(f"{what}: {one}")  # noqa: T201  a script
    print(f"{len(mutants)} mutants, {len(left)} {what}")  # noqa: T201
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
