"""The decision table: complete, without a dead line, and true to what excuses and minimums are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import prod

import pytest

from ehcp_timeline.audit.verdicts import (
    TABLE,
    VERDICTS,
    WORDS,
    Circumstances,
    Line,
    beside,
    decide,
    decide_packed,
    pack,
    unpack,
)

EVERY = prod(len(words) for words in WORDS.values())


@pytest.fixture(scope="module")
def table() -> Mapping[Circumstances, Line]:
    """Every circumstances there can be, decided."""
    every = (unpack(number) for number in range(EVERY))
    return {circumstances: decide(circumstances) for circumstances in every}


@pytest.mark.slow
def test_every_circumstances_are_one_number() -> None:
    """Packing and unpacking lose nothing, from the first number to the last."""
    assert [number for number in range(EVERY) if pack(unpack(number)) != number] == []
    assert unpack(0) == Circumstances()


@pytest.mark.slow
def test_every_circumstances_are_decided(table: Mapping[Circumstances, Line]) -> None:
    """There is a verdict for every combination of words."""
    assert len(table) == EVERY
    assert {line.verdict for line in table.values()} == set(VERDICTS)


@pytest.mark.slow
def test_every_line_of_the_table_decides_something(table: Mapping[Circumstances, Line]) -> None:
    """No line is hidden by the lines above it."""
    assert [line for line in TABLE if line not in set_of(table)] == []


def set_of(table: Mapping[Circumstances, Line]) -> list[Line]:
    """Return the lines that decided something; a line holds a dict, so it cannot stand in a set."""
    return list({id(line): line for line in table.values()}.values())


def test_the_table_uses_no_word_that_circumstances_do_not_have() -> None:
    """A misspelt word in the table would never fit."""
    named = [(name, word) for line in TABLE for name, words in line.fits.items() for word in words]

    assert [(name, word) for name, word in named if word not in WORDS.get(name, ())] == []


def test_the_packed_table_says_the_same() -> None:
    """The reader that joins numbers and the one that asks find one verdict."""
    assert [n for n in range(0, EVERY, 97) if decide_packed(n) is not decide(unpack(n))] == []


@pytest.mark.slow
def test_an_excuse_changes_late_and_overdue_to_excused_and_nothing_else(
    table: Mapping[Circumstances, Line],
) -> None:
    """A ground that stands never makes a verdict worse, earlier or unknown."""
    pairs = {
        (line.verdict, table[replace(one, excuse="stands")].verdict)
        for one, line in table.items()
        if one.excuse == "none"
    }

    assert {pair for pair in pairs if pair[0] != pair[1]} == {("late", "excused"), ("overdue", "excused")}


@pytest.mark.slow
def test_an_excuse_that_cannot_be_read_matters_only_where_it_would(
    table: Mapping[Circumstances, Line],
) -> None:
    """What is in time stays in time, however dirty the flag."""
    pairs = {
        (line.verdict, table[replace(one, excuse="unreadable")].verdict)
        for one, line in table.items()
        if one.excuse == "none"
    }

    assert {pair for pair in pairs if pair[0] != pair[1]} == {("late", "unknown"), ("overdue", "unknown")}


@pytest.mark.slow
def test_a_minimum_is_never_late(table: Mapping[Circumstances, Line]) -> None:
    """A minimum can be too early, never overdue."""
    found = {line.verdict for one, line in table.items() if one.nature == "minimum"}

    assert found.isdisjoint({"late", "overdue", "excused"})


@pytest.mark.slow
def test_a_limit_is_never_early(table: Mapping[Circumstances, Line]) -> None:
    """Whatever is done before a last day is in time."""
    assert "early" not in {line.verdict for one, line in table.items() if one.nature == "limit"}


@pytest.mark.slow
def test_a_verdict_that_says_why_has_a_reason(table: Mapping[Circumstances, Line]) -> None:
    """Unknown, not owed and not started always come with a word for why."""
    silent = [line for line in set_of(table) if not line.reason]

    assert {line.verdict for line in silent}.isdisjoint({"unknown", "not-owed", "not-started"})


def test_days_stand_before_on_or_after() -> None:
    """The day before, the day, the day after."""
    due = date(2025, 8, 20)

    assert [beside(date(2025, 8, day), due) for day in (19, 20, 21)] == ["before", "on", "after"]
