"""Which clocks a list shows, and which deadlines a file can answer."""

from collections.abc import Iterable, Mapping
from typing import Final, get_args

from ehcp_timeline.audit.verdicts import VERDICTS, Verdict
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Deadline, DutyKind, Rulebook, Who
from ehcp_timeline.record import record
from ehcp_timeline.text import did_you_mean

WHOSE: Final = ("district", "team", "caseworker")
"""The columns that say whose work a row is."""
NEEDS_A_LOOK: frozenset[Verdict] = frozenset({"overdue", "early", "unknown"})


@record(frozen=True, slots=True)
class Selection:
    """Which clocks to list.

    Attributes:
        verdicts: Verdicts that are listed if the other filters match. A clock that is `unknown` although
            something answered it is closed history: it is listed only with `everything`.
        due_within: A `running` clock is listed if it is due within this many calendar days.
        everything: List every clock that the filters match, whatever its verdict.
        kinds: `statutory`, `guidance`, `local`.
        who: Whose duties; empty for all.
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

    @property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """Column to the names to keep; a column without a filter is absent."""
        asked = zip(WHOSE, (self.districts, self.teams, self.caseworkers), strict=True)
        return {column: names for column, names in asked if names}

    def refuse_unknown(self, rulebook: Rulebook) -> None:
        """Raise UsageError for an unknown verdict, kind, owner or deadline."""
        known = {"verdicts": VERDICTS, "kinds": get_args(DutyKind), "who": get_args(Who)}
        for name, words in known.items():
            for word in self._set(name):
                if word not in words:
                    hint = did_you_mean(word, words) or f"one of {', '.join(words)}"
                    raise UsageError(f"{name}: there is no `{word}`", hint)
        refuse_unknown_deadlines("deadlines", self._set("deadlines"), rulebook)

    def _set(self, name: str) -> frozenset[str]:
        given: frozenset[str] | str = getattr(self, name)
        if isinstance(given, str):
            raise UsageError(f"{name} is the text `{given}`, not a set", f'give frozenset({{"{given}"}})')
        return given


def refuse_unknown_deadlines(said: str, given: Iterable[str], rulebook: Rulebook) -> None:
    """Raise UsageError for what is neither a deadline's id nor the first part of one."""
    for word in given:
        if not any(is_under(word, deadline) for deadline in rulebook.by_id):
            raise UsageError(
                f"{said}: there is no `{word}`", did_you_mean(word, rulebook.by_id) or "ehcp rules list"
            )


def unjudgeable(rulebook: Rulebook, columns: frozenset[str]) -> tuple[Deadline, ...]:
    """Return the deadlines that could start in a file but that none of its columns could answer.

    The columns are the canonical ones, those assumed to be blank among them.
    """
    return tuple(
        deadline
        for deadline in rulebook.deadlines
        if columns.intersection(rulebook.columns_of(deadline.start_events))
        and not columns.intersection(rulebook.columns_of(deadline.answers))
    )


def is_under(first: str, deadline: str) -> bool:
    """Return whether a deadline is this one, or one whose id begins with it.

    >>> is_under("assess.advice", "assess.advice.medical"), is_under("assess", "assessment")
    (True, False)
    """
    return deadline == first or deadline.startswith(f"{first}.")
