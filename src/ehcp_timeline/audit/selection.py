"""Which clocks a list is asked to show, and which deadlines a file can answer."""

from dataclasses import dataclass

from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.law.rulebook import Deadline, Rulebook

NEEDS_A_LOOK: frozenset[Verdict] = frozenset({"overdue", "early", "unknown"})


@dataclass(frozen=True, slots=True)
class Selection:
    """Which clocks to list.

    Attributes:
        verdicts: Verdicts listed whenever the other filters agree. A clock that is `unknown` although
            something answered it is closed history: it is listed only where `everything` is set.
        due_within: A `running` clock is listed if it is due within this many calendar days.
        everything: List every clock that the filters agree to, whatever its verdict.
        kinds: `statutory`, `guidance`, `local`.
        who: Whose duties; empty for everybody's.
        deadlines: Deadline ids, or the first part of one (`order`); empty for all.
        districts: Districts; empty for all.
        teams: Teams; empty for all.
        caseworkers: Caseworkers; empty for all.
    """

    verdicts: frozenset[Verdict] = NEEDS_A_LOOK
    due_within: int = 14
    everything: bool = False
    kinds: frozenset[str] = frozenset({"statutory"})
    who: frozenset[str] = frozenset({"authority"})
    deadlines: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    caseworkers: frozenset[str] = frozenset()


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
