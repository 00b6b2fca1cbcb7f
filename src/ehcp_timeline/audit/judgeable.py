"""Which deadlines a file can answer: one that has no column for the answer is not judged, and said once."""

from ehcp_timeline.law.terms import Deadline, Rulebook


def unjudgeable(rulebook: Rulebook, columns: frozenset[str]) -> tuple[Deadline, ...]:
    """Return the deadlines that could start in a file but that none of its columns could answer.

    Args:
        rulebook: The law.
        columns: The canonical columns of the file, those assumed to be blank among them.
    """
    return tuple(
        deadline
        for deadline in rulebook.deadlines
        if columns.intersection(deadline.start_events) and not columns.intersection(deadline.answers)
    )
