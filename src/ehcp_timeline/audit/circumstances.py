"""The record that both readers fill before they look up a verdict.

Every field is one of a few words, so that a whole record packs into one number. The single reader looks that
number up; the bulk reader joins on it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from ehcp_timeline.cases.model import UNREAD
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.record import record

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "start": ("none", "future", "unreadable", "stands"),
    "applies": ("yes", "blank", "no", "unreadable"),
    "readable": ("yes", "no"),
    "owed": ("yes", "no"),
    "known": ("yes", "no"),
    "contradiction": ("none", "two-answers", "before-request", "unread-heading"),
    "nature": ("limit", "minimum", "right"),
    "answer": ("none", "before", "on", "after"),
    "unseen": ("no", "yes"),
    "implied": ("no", "yes", "released", "lapsed"),
    "ended": ("no", "before", "on", "after"),
    "now": ("before", "on", "after"),
    "excuse": ("none", "stands", "unreadable"),
}


@record(frozen=True, slots=True)
class Circumstances:
    """What decides a verdict. A day is before, on or after the due day.

    Attributes:
        start: Whether the clock has a start; `future` if its date is after the as-at date.
        applies: Whether the facts make this deadline apply to the row; `blank` if the fact is not given.
        readable: Whether every cell that matters could be read.
        owed: `no` if something replaces it or the event that makes it owed has not come.
        known: Whether a due day could be found.
        contradiction: Whether rows of one request answer it differently, every decision lies before it, or a
            date under a heading that is not read may be what answered or ended it.
        nature: A limit (by the due day), a minimum (from the due day) or a right (until the due day).
        answer: When it was answered.
        unseen: Whether the answer is so late that the years between are not in the file.
        implied: Whether a later event shows that it must have been done; `released` where a time in which
            nothing is owed is over and it is not known what is owed now; `lapsed` where its purpose is gone.
        ended: When an event ended it unanswered.
        now: Where the as-at date is.
        excuse: Whether a ground for not complying applies.
    """

    start: str = "none"
    applies: str = "yes"
    readable: str = "yes"
    owed: str = "yes"
    known: str = "yes"
    contradiction: str = "none"
    nature: str = "limit"
    answer: str = "none"
    unseen: str = "no"
    implied: str = "no"
    ended: str = "no"
    now: str = "before"
    excuse: str = "none"


def may_decide(deadline: Deadline, rulebook: Rulebook, unread: Iterable[str]) -> tuple[str, ...]:
    """Return which dates under unread headings may be what answered or ended a deadline.

    Of a minimum or a right nothing is late, so nothing hangs on such a date. Events that are not unread, as
    `cases.model.UNREAD` names them, are left out.
    """
    if nature_of(deadline) != "limit":
        return ()
    events = {"", *rulebook.columns_of((*deadline.answers, *deadline.ends))}
    named = ((name, name.partition(UNREAD)) for name in unread)
    return tuple(name for name, (event, mark, _) in named if mark and event in events)


def nature_of(deadline: Deadline) -> str:
    """Return the word of `WORDS["nature"]` for a deadline."""
    return "minimum" if deadline.minimum else "right" if deadline.right else "limit"


def place(field: str) -> int:
    """Return what one step of a field adds to the packed number.

    >>> place("start"), place("applies")
    (1, 4)
    """
    worth = 1
    for name, words in WORDS.items():
        if name == field:
            return worth
        worth *= len(words)
    raise KeyError(field)


def pack(circumstances: Circumstances) -> int:
    """Return the record as one number.

    >>> pack(Circumstances()), pack(Circumstances(start="stands", applies="no"))
    (0, 11)
    """
    return sum(place(name) * words.index(getattr(circumstances, name)) for name, words in WORDS.items())


def unpack(number: int) -> Circumstances:
    """Return the record of a packed number.

    >>> unpack(11).applies
    'no'
    """
    values = {}
    for name, words in WORDS.items():
        number, index = divmod(number, len(words))
        values[name] = words[index]
    return Circumstances(**values)


def beside(day: date, due: date) -> str:
    """Return whether a day is before, on or after the due day.

    >>> beside(date(2025, 1, 2), date(2025, 1, 1))
    'after'
    """
    return "before" if day < due else "on" if day == due else "after"
