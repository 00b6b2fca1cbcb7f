"""The tests notice every change in the list of mutants: a build in which one survives fails."""

import os
from collections import Counter

from .mutants import Mutant, load_mutants, misplaced, survivors

MUTANTS = load_mutants()
AT_ONCE = os.cpu_count() or 1


def test_no_mutant_survives() -> None:
    """Each one-token change is noticed by a golden case, or by holding one reader against the other."""
    assert survivors(MUTANTS, AT_ONCE) == []


def test_every_mutant_has_its_place() -> None:
    """What a mutant changes stands in its file exactly once, so that the list cannot rot unnoticed."""
    assert misplaced(MUTANTS) == []


def test_the_list_covers_what_both_readers_rest_on() -> None:
    """Counting, verdicts, each reader and the rulebook are all in it, and no mutant twice."""
    rooms = Counter(one.file.rsplit("/", 1)[0] for one in MUTANTS)

    assert {"clock", "audit", "audit/bulk", "rulebook"} <= set(rooms)
    assert rooms["audit/bulk"] >= 40
    assert len(set(MUTANTS)) == len(MUTANTS) >= 100


def test_a_change_that_changes_nothing_survives() -> None:
    """The runner does not call everything dead: words of a docstring are no token of the law."""
    harmless = [
        Mutant("clock/counting.py", "the only due-date arithmetic in the house", "and nothing else"),
        Mutant("audit/bulk/judge.py", "the rulebook applied to a whole file", "the rulebook, applied"),
    ]

    assert survivors(harmless, AT_ONCE) == [str(one) for one in harmless]


def test_a_mutant_without_a_place_is_named() -> None:
    """Text that is not there, stands there twice, or is not changed at all is a fault of the list."""
    wrong = [
        Mutant("clock/counting.py", "no such text", "x"),
        Mutant("clock/counting.py", "count", "x"),
        Mutant("clock/counting.py", "SATURDAY", "SATURDAY"),
    ]

    assert misplaced(wrong) == [str(one) for one in wrong]
