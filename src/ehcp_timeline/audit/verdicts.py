"""The decision table: from circumstances to a verdict, read from top to bottom, the first line that fits."""

from functools import cache

from ehcp_timeline.audit.circumstances import Circumstances, unpack
from ehcp_timeline.audit.clock import Verdict
from ehcp_timeline.record import field, record

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
