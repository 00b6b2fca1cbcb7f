"""Which edges of the law no golden case stands on."""

from collections.abc import Iterable, Iterator

from ehcp_timeline.audit.golden import Golden, in_question
from ehcp_timeline.audit.golden_conditions import edges_of_conditions
from ehcp_timeline.audit.golden_edges import (
    Asserted,
    edges_of_due_day,
    edges_of_excuses,
    edges_of_readings,
    edges_of_versions,
)
from ehcp_timeline.audit.single import judge_case
from ehcp_timeline.law.part import part_of
from ehcp_timeline.law.terms import Rulebook

EDGES = (edges_of_due_day, edges_of_versions, edges_of_readings, edges_of_excuses, edges_of_conditions)


def uncovered(rulebook: Rulebook, goldens: Iterable[Golden]) -> tuple[str, ...]:
    """Return a sentence for every edge that no golden case asserts a verdict on, in rulebook order.

    A case covers an edge if it expects a verdict of a clock that stands there: on both sides of the due
    day, of every version, reading and excuse, and wherever a conditional word decides.
    """
    asserted: dict[str, list[Asserted]] = {}
    for golden in goldens:
        for one in asserted_by(golden, rulebook):
            asserted.setdefault(one.clock.deadline, []).append(one)
    return tuple(
        f"{deadline.id}: no golden case {says}"
        for deadline in rulebook.deadlines
        for edges in EDGES
        for says, covered_by in edges(deadline)
        if not any(covered_by(one) for one in asserted.get(deadline.id, ()))
    )


def asserted_by(golden: Golden, rulebook: Rulebook) -> Iterator[Asserted]:
    """Yield every clock of a golden case of which it expects a verdict, with its working."""
    part = part_of(rulebook, golden.expect)
    workings = {working.clock: working for working in judge_case(part, golden.rows, golden.as_at)}
    for deadline, expected in golden.expect.items():
        clocks = in_question((clock for clock in workings if clock.deadline == deadline), expected)
        for wanted, clock in zip(expected, clocks, strict=False):
            if "verdict" in wanted:
                yield Asserted(golden, wanted, workings[clock])
