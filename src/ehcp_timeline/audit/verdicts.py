"""The decision table, and the record by which both readers look up a verdict in it.

Every field of that record is one of a few words, so that a whole record packs into one number. The single
reader looks that number up; the bulk reader joins on it.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Final

from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.cases.model import UNREAD
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.record import field, record

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


Fits = dict[str, tuple[str, ...]]


@record(frozen=True, slots=True)
class Line:
    """One line of the table: if every named field is one of these words, this is the verdict.

    Attributes:
        verdict: The verdict.
        reason: A permanent word for why; empty if the verdict alone is enough.
        fits: Field to the words it may be; a field that is not named may be any.
    """

    verdict: Verdict
    reason: str
    fits: Fits = field(default_factory=dict)


RIGHT: Fits = {"nature": ("right",)}
MINIMUM: Fits = {"nature": ("minimum",)}
EXCUSED: Fits = {"excuse": ("stands",)}
DOUBTFUL: Fits = {"excuse": ("unreadable",)}

TABLE: tuple[Line, ...] = (
    Line("not-started", "no-start", {"start": ("none",)}),
    Line("not-started", "not-yet", {"start": ("future",)}),
    Line("not-started", "blank-fact", {"applies": ("blank",)}),
    Line("not-started", "does-not-apply", {"applies": ("no",)}),
    Line("not-owed", "not-owed", {"start": ("unreadable",), "owed": ("no",)}),
    Line("unknown", "unreadable", {"start": ("unreadable",)}),
    Line("unknown", "unreadable", {"applies": ("unreadable",)}),
    Line("unknown", "unreadable", {"readable": ("no",)}),
    Line("not-owed", "not-owed", {"owed": ("no",)}),
    Line("unknown", "no-due-day", {"known": ("no",)}),
    Line("unknown", "two-answers", {"contradiction": ("two-answers",)}),
    Line("unknown", "decided-before-request", {"contradiction": ("before-request",)}),
    Line("unknown", "unread-heading", {"contradiction": ("unread-heading",)}),
    Line("unknown", "years-between-not-in-file", {"unseen": ("yes",)}),
    Line("unknown", "released", {"implied": ("released",)}),
    # a minimum: nothing is late, something may come too early
    Line("early", "", MINIMUM | {"answer": ("before",)}),
    Line("met", "", MINIMUM | {"answer": ("on", "after")}),
    Line("not-owed", "ended", MINIMUM | {"ended": ("before", "on", "after")}),
    Line("running", "", MINIMUM | {"now": ("before",)}),
    Line("met", "window-over", MINIMUM),
    # a limit, answered
    Line("met", "", {"answer": ("before", "on")}),
    Line("excused", "", {"answer": ("after",)} | EXCUSED),
    Line("unknown", "unreadable-excuse", {"answer": ("after",)} | DOUBTFUL),
    Line("late", "", {"answer": ("after",)}),
    # a limit, unanswered
    Line("unknown", "implied", {"implied": ("yes",)}),
    Line("unknown", "lapsed", {"implied": ("lapsed",), "ended": ("no",)}),
    Line("not-owed", "ended", {"ended": ("before", "on")}),
    Line("not-owed", "time-passed", RIGHT | {"ended": ("after",)}),
    Line("excused", "", {"ended": ("after",)} | EXCUSED),
    Line("unknown", "unreadable-excuse", {"ended": ("after",)} | DOUBTFUL),
    Line("late", "", {"ended": ("after",)}),
    Line("running", "", {"now": ("before", "on")}),
    Line("not-owed", "time-passed", RIGHT),
    Line("excused", "", EXCUSED),
    Line("unknown", "unreadable-excuse", DOUBTFUL),
    Line("overdue", ""),
)


@cache
def decide(circumstances: Circumstances) -> Line:
    """Return the first line of the table that fits.

    >>> decide(Circumstances(start="stands", now="after")).verdict
    'overdue'
    """
    for line in TABLE:
        if all(getattr(circumstances, name) in words for name, words in line.fits.items()):
            return line
    raise AssertionError("the last line fits everything")


@cache
def decide_packed(number: int) -> Line:
    """Return the line for circumstances packed into one number."""
    return decide(unpack(number))
