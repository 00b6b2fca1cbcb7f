"""Changes one token of the package at a time and sees whether the tests notice: `python -m tests.mutants`.

`mutants.toml` lists the changes. Each is made in a copy of the package, and `mutant_killer.py` is run against
that copy. A mutant that it does not notice has survived: then the tests, or the list, are not good enough.
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
    """Return the mutants whose text does not stand in its file exactly once, or that change nothing."""
    return [
        str(one)
        for one in mutants
        if one.find == one.replace or (PACKAGE / one.file).read_text(encoding="utf-8").count(one.find) != 1
    ]


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
            raise RuntimeError(run.stdout + run.stderr)

    def survives(self, mutant: Mutant) -> bool:
        """Return whether the tests pass with this change."""
        copy = self._free.get()
        path = copy / mutant.file
        text = path.read_text(encoding="utf-8")
        compiled = [path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"]
        for one in compiled:
            one.unlink(missing_ok=True)
        path.write_text(text.replace(mutant.find, mutant.replace), encoding="utf-8")
        try:
            return self._run(copy, mutant.file).returncode != KILLED
        finally:
            path.write_text(text, encoding="utf-8")
            self._free.put(copy)

    def _run(self, copy: Path, word: str) -> subprocess.CompletedProcess[str]:
        paths = os.pathsep.join((str(copy.parent), str(HERE.parent)))
        return subprocess.run(
            [sys.executable, "-B", "-X", "frozen_modules=on", str(KILLER), word, str(self._truth)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": paths, "POLARS_MAX_THREADS": "1"},
            timeout=60,
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


def main() -> int:
    """Print the survivors; exit 1 if there are any."""
    mutants = load_mutants()
    wrong = misplaced(mutants)
    left = wrong or survivors(mutants, os.cpu_count() or 1)
    for one in left:
        print(f"{'misplaced' if wrong else 'survived'}: {one}")  # noqa: T201  a script
    print(f"{len(mutants)} mutants, {len(left)} {'misplaced' if wrong else 'survived'}")  # noqa: T201
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
