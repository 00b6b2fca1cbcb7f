"""A rulebook cut down to some of its deadlines, to ask about them alone."""

from collections.abc import Collection
from dataclasses import replace

from ehcp_timeline.law.rulebook import Rulebook


def part_of(rulebook: Rulebook, wanted: Collection[str]) -> Rulebook:
    """Return the rulebook with these deadlines alone, and those that may take their place."""
    mine = {name: rulebook.by_id[name] for name in wanted if name in rulebook.by_id}
    needed = {*mine, *(name for one in mine.values() for name in one.displaced_by)}
    return replace(
        rulebook, deadlines=tuple(deadline for deadline in rulebook.deadlines if deadline.id in needed)
    )
