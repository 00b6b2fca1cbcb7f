"""The next lawful steps on a clock, and what a family is told of a day missed, as `next-steps.toml` says."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ehcp_timeline.law.terms import Rulebook


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain.

    Attributes:
        id: Permanent name.
        do: What to do.
        until: Over once one of these events stands on or after the start of the clock.
        by: Deadlines whose last working day is the step's own; empty for the clock's own.
        leaves: Minimums of which one must still fit in before the clock is due.
        not_before: Minimums that must be over first.
        while_open: Only for rows with an open clock of this deadline or of one that begins with it.
    """

    id: str
    do: str
    until: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    while_open: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps of some deadlines, in order; `all_rows` where events of the whole case count."""

    deadlines: tuple[str, ...]
    steps: tuple[Step, ...]
    all_rows: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """What a family is told when the day of these deadlines will be missed.

    Attributes:
        deadlines: The deadlines.
        promise: What was due.
        rights: What the family can do.
        ahead: How many days before the due day a family is told at the earliest; None for at once.
    """

    deadlines: tuple[str, ...]
    promise: str
    rights: str
    ahead: int | None = None


@dataclass(frozen=True, slots=True)
class NextSteps:
    """Everything that `next-steps.toml` says."""

    chains: tuple[Chain, ...]
    letters: tuple[Letter, ...]

    def chain_for(self, deadline: str) -> Chain | None:
        """Return the steps of this deadline, or None where it has but its duty."""
        return next((one for one in self.chains if deadline in one.deadlines), None)

    def letter_for(self, deadline: str) -> Letter | None:
        """Return what a family is told about this deadline, or None where no letter is written."""
        return next((one for one in self.letters if deadline in one.deadlines), None)


@cache
def next_steps() -> NextSteps:
    """Read the steps and letters that ship with the package."""
    text = (files("ehcp_timeline") / "measure" / "next-steps.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return NextSteps(
        tuple(map(_chain, table["chain"])), tuple(Letter(**_tuples(one)) for one in table["letter"])
    )


def unknown_names(steps: NextSteps, rulebook: Rulebook) -> Iterator[str]:
    """Yield every deadline and event that the steps name and the rulebook does not have."""
    for chain in steps.chains:
        named = [*chain.deadlines, *(one for step in chain.steps for one in _deadlines_of(step))]
        yield from (one for one in named if one not in rulebook.by_id)
        yield from (one for step in chain.steps for one in step.until if one not in rulebook.events)
        openable = [step.while_open for step in chain.steps if step.while_open]
        yield from (one for one in openable if not any(is_under(one, name) for name in rulebook.by_id))
    for letter in steps.letters:
        yield from (one for one in letter.deadlines if one not in rulebook.by_id)


def is_under(first: str, deadline: str) -> bool:
    """Say whether a deadline is this one, or one whose id begins with it.

    >>> is_under("assess.advice", "assess.advice.medical"), is_under("assess", "assessment")
    (True, False)
    """
    return deadline == first or deadline.startswith(f"{first}.")


def _chain(table: Mapping[str, Any]) -> Chain:
    steps = tuple(Step(**_tuples(one)) for one in table["step"])
    return Chain(tuple(table["deadlines"]), steps, table.get("all_rows", False))


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with its lists as tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _deadlines_of(step: Step) -> tuple[str, ...]:
    return (*step.by, *step.leaves, *step.not_before)
