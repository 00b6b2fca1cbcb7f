"""One change of the law in words."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ehcp_timeline.commands.rules.view.clauses import (
    dates_words,
    excuse_words,
    limit_words,
    plan_words,
    reading_words,
    repeats_words,
)
from ehcp_timeline.law.deadline import Dates, Excuse, Limit, PlanByDue, Reading, Repeats, StartWhere
from ehcp_timeline.law.diff import ClauseChange
from ehcp_timeline.law.rulebook import Deadline, Event, Instrument
from ehcp_timeline.text.words import day, listed

PARTS: Final = {
    "deadline": "deadline",
    "limit": "time limit",
    "duty": "duty",
    "who": "owed by",
    "kind": "kind",
    "law": "citation",
    "says": "words of the law",
    "seen": "how the words were seen",
    "checked": "last checked",
    "note": "note",
    "source": "whose advice",
    "starts": "what starts it",
    "starts_where": "other starts",
    "met_by": "what answers it",
    "ends": "what ends it",
    "revived_by": "what revives it",
    "revived_unless": "what keeps it ended",
    "implied_by": "what implies it",
    "only_if": "the facts it depends on",
    "shown_by": "what shows those facts",
    "owed_when": "when it is owed",
    "after": "what must come before",
    "during": "during which time",
    "displaced_by": "what takes its place",
    "set_by": "who sets the day",
    "plan_by_due": "the plan it needs",
    "answers_from": "from when answers count",
    "repeats": "how it repeats",
    "readings": "reading",
    "excuses": "excuse",
    "overlay": "local rulebook",
    "events": "event",
    "codes": "codes of",
    "flags": "flag",
    "instruments": "instrument",
}
NOTHING: Final = "nothing"


def change_title(change: ClauseChange) -> str:
    """Return what changed, without from what to what.

    >>> change_title(ClauseChange("plan.issue", "excuses", "absent"))
    'excuse absent'
    """
    words = " ".join(part for part in (PARTS[change.part], change.name) if part)
    return f"{words}{_starts(change)}"


def _starts(change: ClauseChange) -> str:
    """Return for which starts of a clock it changed."""
    if change.since is None:
        return ""
    until = f" to {day(change.until)}" if change.until else " on"
    return f" of clocks started from {day(change.since)}{until}"


def change_words(change: ClauseChange) -> str:
    """Return one change in words.

    >>> change_words(ClauseChange("plan.issue", "ends", old=("withdrawn",), new=("withdrawn", "moved_away")))
    'what ends it: also moved_away'
    """
    old, new = change.old, change.new
    title = change_title(change)
    if isinstance(old, tuple) and isinstance(new, tuple) and _all_text((*old, *new)):
        return f"{title}: {'; '.join(_more_and_less(old, new))}"
    if old is None:
        return f"{title}: added: {value_words(new)}"
    if new is None:
        return f"{title}: taken out: {value_words(old)}"
    return f"{title}: {value_words(old)} → {value_words(new)}"


def _all_text(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _more_and_less(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    if more := [one for one in new if one not in old]:
        yield f"also {listed(more)}"
    if less := [one for one in old if one not in new]:
        yield f"no longer {listed(less)}"
    if not more and not less:
        yield f"the order: {listed(new)}"


def value_words(value: object) -> str:
    """Return a clause of a deadline as a person reads it; `nothing` for none."""
    if value is None or value in ("", ()):
        return NOTHING
    if isinstance(value, tuple):
        return listed([value_words(one) for one in value])
    words = _WORDS.get(type(value), str)
    return words(value)


def _deadline_words(one: Deadline) -> str:
    return f"{one.duty} ({one.kind}, {limit_words(one.versions[-1].limit)}; {one.law})"


def _event_words(one: Event) -> str:
    return f"{one.says}{' (may lie ahead)' if one.planned else ''}"


def _instrument_words(one: Instrument) -> str:
    return f"{one.title}, in force {one.in_force or 'on no day that is known'}"


def _start_words(one: StartWhere) -> str:
    return f"{dates_words(one.starts)} where {listed(one.given)} stand and {one.absent} does not"


_WORDS: Final[Mapping[type, Callable[[Any], str]]] = {
    Deadline: _deadline_words,
    Limit: limit_words,
    Dates: dates_words,
    Reading: reading_words,
    Excuse: excuse_words,
    Repeats: repeats_words,
    PlanByDue: plan_words,
    Event: _event_words,
    Instrument: _instrument_words,
    StartWhere: _start_words,
}
