"""The tests notice every change in the list of mutants: a build in which one survives fails."""

import os
from collections import Counter

import pytest

from tests.mutants import Mutant, load_mutants, misplaced, survivors

MUTANTS = load_mutants()
HARMLESS = (
    Mutant("clock.py", "the only due-date arithmetic in the package", "and nothing else"),
    Mutant("audit/bulk/judge.py", "the rulebook applied to a whole file", "the rulebook, applied"),
)
AT_ONCE = os.cpu_count() or 1
LEAST = {"clock.py": 20, "audit": 10, "audit/single": 40, "audit/bulk": 40, "rulebook": 15}
COVERED = ("clock.py", "audit/verdicts.py", "audit/single/judge.py", "audit/bulk/judge_deadline.py")


def test_every_mutant_has_its_place() -> None:
    """What a mutant changes stands in its file exactly once, so that the list cannot rot unnoticed."""
    assert misplaced((*MUTANTS, *HARMLESS)) == [], "put tests/mutants.toml right: each line says how"


@pytest.mark.slow
def test_no_mutant_survives() -> None:
    """Every second change is noticed; one that changes nothing is not, so the runner calls nothing dead.

    All of them take seven minutes of a core: `python -m tests.mutants`.
    """
    placed = [one for one in MUTANTS[::2] if not misplaced([one])]

    survived = survivors((*placed, *HARMLESS), AT_ONCE)

    assert survived == [str(one) for one in HARMLESS], "`python -m tests.mutants FILE` tries one file"


def test_the_list_covers_what_both_readers_rest_on() -> None:
    """Counting, verdicts, each reader and the rulebook are all in it, and no mutant twice."""
    rooms = Counter(one.file.rsplit("/", 1)[0] for one in MUTANTS)

    assert {room: rooms[room] for room in LEAST if rooms[room] < LEAST[room]} == {}
    assert {one.file for one in MUTANTS}.issuperset(COVERED)
    assert len(set(MUTANTS)) == len(MUTANTS)


@pytest.mark.parametrize(
    ("mutant", "said"),
    [
        (
            Mutant("clock.py", "no such text", "x"),
            "does not stand there any more; write the line as",
        ),
        (Mutant("clock.py", "def ", "x"), "times; write more of the line"),
        (Mutant("clock.py", "SATURDAY", "SATURDAY"), "this changes nothing"),
        (Mutant("gone.py", "a", "b"), "no such file any more; name the file"),
    ],
    ids=["gone", "twice", "the same", "moved"],
)
def test_a_mutant_without_a_place_is_named(mutant: Mutant, said: str) -> None:
    """Text or a file that is not there, stands there twice, or is not changed: which, and how to mend it."""
    [told] = misplaced([mutant])

    assert told.startswith(f"{mutant}: ")
    assert said in told
